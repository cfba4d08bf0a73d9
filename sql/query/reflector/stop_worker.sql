-- Asks a worker to end. Returns whether it was asked.
-- $1: {"pid"}
SELECT to_jsonb(pg_terminate_backend(($1->>'pid')::integer))
