-- The explorations that the current role sees: those of a schema, or all.
SELECT COALESCE(jsonb_agg(to_jsonb(e) ORDER BY e.name), '[]') FROM msar_catalog.explorations AS e
WHERE e.schema_name = COALESCE($1->>'schema', e.schema_name);
