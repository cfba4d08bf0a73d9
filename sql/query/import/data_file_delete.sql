-- Deletes a file of the user.
-- $1: {"id", "owner_oid"}
WITH gone AS (
  DELETE FROM msar_catalog.stored_data_files
  WHERE id = ($1 ->> 'id')::bigint AND owner_oid = ($1 ->> 'owner_oid')::oid
  RETURNING id
)
DELETE FROM msar_catalog.stored_data_file_chunks AS c USING gone AS g WHERE c.data_file_id = g.id;
