-- Truncates event tables of a source, and of sources without reflections, that nobody needs any more.
-- $1: {"id"}
SELECT to_jsonb(count(__msar.prune_events(s.id)))
FROM msar_catalog.stored_source_tables AS s
WHERE __msar.source_is_live(s.id, s.event_table)
  AND (s.id = ($1->>'id')::bigint OR NOT EXISTS (SELECT FROM msar_catalog.stored_reflections AS r WHERE r.source_id = s.id))
