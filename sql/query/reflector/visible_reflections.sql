-- Returns the reflections that the caller may see.
SELECT COALESCE(jsonb_agg(r.id), '[]') FROM msar_catalog.reflections AS r
