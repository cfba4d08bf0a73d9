-- Grants a level on an exploration or a schema.
-- $1: a row of stored_exploration_grants
INSERT INTO msar_catalog.stored_exploration_grants (exploration_id, schema_name, grantee_oid, grantee_name, level)
SELECT ($1->>'id')::bigint, $1->>'schema_name', ($1->>'grantee_oid')::oid, $1->>'grantee_name', $1->>'level'
-- The exploration is locked, so that it does not go meanwhile.
WHERE $1->>'id' IS NULL
  OR EXISTS (SELECT FROM msar_catalog.stored_explorations AS e WHERE e.id = ($1->>'id')::bigint FOR KEY SHARE);
