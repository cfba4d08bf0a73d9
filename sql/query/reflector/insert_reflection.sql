-- Stores a new reflection, and returns its id: nothing if its source has gone meanwhile, which is locked.
-- $1: a row of stored_reflections
INSERT INTO msar_catalog.stored_reflections (
  source_id, owner_oid, owner_name, server_oid, server_name, target_oid, target_schema, target_name, fields, statement, delete_statement, filter,
  ignore_deletes, on_error, uses, state, snapshot, written_by
)
SELECT r.source_id, r.owner_oid, r.owner_name,
  (SELECT f.oid FROM pg_foreign_server AS f WHERE f.srvname = r.server_name), r.server_name, r.target_oid, r.target_schema, r.target_name, r.fields, r.statement,
  r.delete_statement, r.filter, r.ignore_deletes, r.on_error, r.uses, r.state, r.snapshot, r.owner_name
FROM jsonb_populate_record(NULL::msar_catalog.stored_reflections, $1) AS r
WHERE EXISTS (SELECT FROM msar_catalog.stored_source_tables AS s WHERE s.id = r.source_id FOR KEY SHARE)
RETURNING to_jsonb(id)
