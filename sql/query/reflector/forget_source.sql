-- Drops a source with its event table, its triggers and its reflections.
-- $1: {"id"}
SELECT to_jsonb(__msar.forget_source_table(($1->>'id')::bigint) IS NULL)
