-- Stores a file, and returns its id.
-- $1: {"owner_oid", "file", "created_from", "type", "base_name", "header", "delimiter", "size"}
INSERT INTO msar_catalog.stored_data_files (owner_name, file, created_from, type, base_name, header, delimiter,
  escapechar, quotechar, size)
SELECT r.rolname, c.file, c.created_from, c.type, c.base_name, c.header, c.delimiter, '',
  CASE WHEN c.type IN ('csv', 'tsv') THEN '"' ELSE '' END, c.size
FROM jsonb_to_record($1) AS c(owner_oid oid, file text, created_from text, type text, base_name text, header boolean,
  delimiter text, size bigint)
JOIN pg_roles AS r ON r.oid = c.owner_oid
RETURNING to_jsonb(id);
