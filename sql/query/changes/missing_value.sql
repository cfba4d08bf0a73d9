-- Returns the value of a column in rows that are older than it, as text, if it was given to them without writing them.
-- $1: {"relation": its OID, "attnum"}
SELECT to_jsonb((
  SELECT (a.attmissingval::text::text[])[1]
  FROM pg_attribute AS a
  WHERE a.attrelid = ($1->>'relation')::oid AND a.attnum = ($1->>'attnum')::smallint AND a.atthasmissing
))
