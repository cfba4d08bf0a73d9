-- Revokes a level on an exploration or a schema.
DELETE FROM msar_catalog.stored_exploration_grants AS g
WHERE g.grantee_oid = ($1->>'grantee_oid')::oid
  AND g.exploration_id IS NOT DISTINCT FROM ($1->>'id')::bigint
  AND g.schema_name IS NOT DISTINCT FROM ($1->>'schema_name')::name;
