-- From now on events of a source hold whole rows from before a change. The caller invalidates the caches of other sessions.
-- $1: {"id"}
UPDATE msar_catalog.stored_source_tables AS s SET keeps_old_rows = true WHERE s.id = ($1->>'id')::bigint
