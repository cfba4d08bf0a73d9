-- Returns the reflection for which too many events wait, and why; nothing if there is room.
-- $1: {"id"}
SELECT jsonb_build_object('id', o.id, 'reason', o.reason)
FROM __msar.reflections_over_limit(($1->>'id')::bigint) AS o
ORDER BY o.id LIMIT 1
