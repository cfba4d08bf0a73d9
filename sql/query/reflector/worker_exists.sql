-- Run by a worker: a number where the extension is, otherwise null.
SELECT CASE WHEN pg_catalog.to_regprocedure('msar.run_reflections(pg_catalog.jsonb)') IS NOT NULL
  THEN 1::pg_catalog.int8 END
