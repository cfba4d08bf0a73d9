-- Returns the sources that the caller may see.
SELECT COALESCE(jsonb_agg(s.id), '[]') FROM msar_catalog.source_tables AS s
