-- Changes whether the first row of a file is its header.
-- $1: {"id", "owner_oid", "header"}
UPDATE msar_catalog.stored_data_files SET header = ($1 ->> 'header')::boolean
WHERE id = ($1 ->> 'id')::bigint AND owner_oid = ($1 ->> 'owner_oid')::oid;
