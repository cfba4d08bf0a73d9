-- Returns a dead letter in the form of a due event.
-- $1: {"id"}
SELECT 1::bigint AS n, d.seq, d.operation, d.old_row, d.new_row, NULL::bigint[] AS origins
FROM msar_catalog.stored_dead_letters AS d WHERE d.id = ($1->>'id')::bigint
