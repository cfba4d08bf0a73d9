-- Returns the dead letters of a reflection in the order of their events: those that were written by roles that can be its
-- owner.
-- $1: {"id"}
SELECT COALESCE(jsonb_agg(jsonb_build_object('id', d.id, 'old_row', to_jsonb(d.old_row), 'new_row', to_jsonb(d.new_row))
  ORDER BY d.seq, d.id), '[]')
FROM msar_catalog.stored_dead_letters AS d
JOIN msar_catalog.stored_reflections AS r ON r.id = d.reflection_id
WHERE d.reflection_id = ($1->>'id')::bigint AND pg_has_role(d.writer_oid, r.owner_oid, __msar.acting_privilege())
