-- Adds a table. Its key column is remembered as one that the web service has made. $1 to $7: see msar.add_mathesar_table
WITH added AS MATERIALIZED (
  SELECT msar.add_mathesar_table($1, $2, $3, $4, $5, $6, $7) AS made
)
SELECT CASE
  WHEN __msar.rpc_note_added_key(
    (made OPERATOR(pg_catalog.->>) 'oid')::pg_catalog.oid::pg_catalog.regclass, made OPERATOR(pg_catalog.->) 'pkey_column_attnum'
  ) THEN made OPERATOR(pg_catalog.-) 'pkey_column_attnum'
  ELSE made OPERATOR(pg_catalog.-) 'pkey_column_attnum'
END
FROM added
