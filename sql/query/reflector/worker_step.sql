-- Run by a worker: does what is due. Returns how many events and rows were applied.
SELECT (r OPERATOR(pg_catalog.->>) 'events')::pg_catalog.int8
  OPERATOR(pg_catalog.+) (r OPERATOR(pg_catalog.->>) 'copied')::pg_catalog.int8
FROM msar.run_reflections('{"max_events": 20000, "max_seconds": 1}') AS r
