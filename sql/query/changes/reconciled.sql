-- Remembers the relations of now, and the snapshot by which they were read.
DELETE FROM msar_catalog.stored_known_relations AS k
WHERE $1 IS NOT NULL AND NOT EXISTS (
  SELECT FROM __msar.known_relations() AS n
  WHERE (n.relation_oid, n.schema_oid, n.schema_name, n.relation_name, n.kind, n.parts)
    = (k.relation_oid, k.schema_oid, k.schema_name, k.relation_name, k.kind, k.parts)
);
INSERT INTO msar_catalog.stored_known_relations
SELECT n.* FROM __msar.known_relations() AS n
WHERE $1 IS NOT NULL
  AND NOT EXISTS (SELECT FROM msar_catalog.stored_known_relations AS k WHERE k.relation_oid = n.relation_oid);
UPDATE msar_catalog.stored_change_log SET reconciled = pg_catalog.pg_current_snapshot() WHERE $1 IS NOT NULL;
