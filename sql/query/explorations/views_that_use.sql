-- Returns the explorations whose views use a relation, or some of its columns, whatever the caller may see.
SELECT COALESCE(jsonb_agg(
  to_jsonb(e) || jsonb_build_object('owner', e.owner_name, 'level', 4) ORDER BY e.name
), '[]')
FROM msar_catalog.stored_explorations AS e
JOIN pg_class AS c ON c.relname = e.view_name AND c.relnamespace = 'msar_queries'::regnamespace AND c.relkind = 'v'
WHERE EXISTS (
  SELECT FROM pg_rewrite AS r JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
  WHERE r.ev_class = c.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ($1->>'relation')::oid
    AND ($1->'attnums' = 'null' OR $1->'attnums' @> to_jsonb(d.refobjsubid))
);
