-- Writes into the event table of a source that changes are missing.
-- $1: {"id", "reason"}
SELECT to_jsonb(__msar.note_gap(($1->>'id')::bigint, $1->>'reason') IS NULL)
