-- Stores that another attempt to apply a dead letter failed.
-- $1: {"id", "error"}
UPDATE msar_catalog.stored_dead_letters AS d
SET attempts = d.attempts + 1, error = $1->'error', failed_at = clock_timestamp() WHERE d.id = ($1->>'id')::bigint
