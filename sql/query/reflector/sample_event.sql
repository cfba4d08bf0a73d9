-- Returns an event in the form of a batch, by which PostgreSQL knows the columns. Runs under the search_path of a caller.
SELECT 1::pg_catalog.int8 AS n, 0::pg_catalog.int8 AS seq, 'I'::pg_catalog."char" AS operation,
  NULL::pg_catalog.text[] AS old_row, NULL::pg_catalog.text[] AS new_row, NULL::pg_catalog.int8[] AS origins
