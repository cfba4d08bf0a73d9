-- Which relations a command may have touched, of those that metadata is about, refers to, or waits for.
-- $1: [OID], the relations that the command named
WITH RECURSIVE
-- A change of columns reaches the child tables, which the event does not name.
touched (oid) AS (
  SELECT o.oid::pg_catalog.oid FROM pg_catalog.jsonb_array_elements_text($1) AS o(oid)
  UNION
  SELECT i.inhrelid FROM touched AS t JOIN pg_catalog.pg_inherits AS i ON i.inhparent = t.oid
),
-- OFFSET 0 here and below: each row is found by its key, whatever the planner thinks of their number.
named_now AS MATERIALIZED (
  SELECT c.*
  FROM touched AS t, LATERAL (
    SELECT c.oid, c.relname, c.relkind, n.nspname, pg_catalog.pg_get_userbyid(c.relowner) AS owner
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = t.oid OFFSET 0
  ) AS c
),
referred_to (oid) AS MATERIALIZED (
  SELECT DISTINCT k.oid::pg_catalog.oid
  FROM msar_catalog.stored_table_metadata AS m, pg_catalog.jsonb_object_keys(m.refs) AS k(oid)
)
SELECT pg_catalog.jsonb_build_object(
  'followed', (
    SELECT COALESCE(pg_catalog.jsonb_agg(t.oid::pg_catalog.int8), '[]')
    FROM touched AS t
    WHERE EXISTS (SELECT FROM msar_catalog.stored_table_metadata AS m WHERE m.table_oid = t.oid OFFSET 0)
      OR EXISTS (SELECT FROM msar_catalog.stored_column_metadata AS m WHERE m.table_oid = t.oid OFFSET 0)
      OR t.oid IN (SELECT s.oid FROM referred_to AS s)
  ),
  'awaited', (
    SELECT COALESCE(pg_catalog.jsonb_agg(c.oid::pg_catalog.int8), '[]')
    FROM named_now AS c
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND EXISTS (
      SELECT FROM msar_catalog.stored_detached_metadata AS d
      WHERE d.schema_name = c.nspname AND d.table_name = c.relname AND d.owner_name = c.owner OFFSET 0
    )
  ),
  'referents', (
    SELECT COALESCE(pg_catalog.jsonb_agg(DISTINCT w.oid::pg_catalog.int8), '[]')
    FROM msar_catalog.stored_detached_metadata AS d
    JOIN named_now AS c
      ON pg_catalog.jsonb_path_exists(
        d.metadata->'table', '$.** ? (@.schema == $schema && @.name == $name)',
        pg_catalog.jsonb_build_object('schema', c.nspname, 'name', c.relname)
      )
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = d.schema_name
    JOIN pg_catalog.pg_class AS w ON w.relnamespace = n.oid AND w.relname = d.table_name
    WHERE d.waits AND pg_catalog.pg_get_userbyid(w.relowner) = d.owner_name
  ),
  'ours', EXISTS (
    SELECT FROM named_now AS c WHERE c.nspname = 'msar_catalog' AND c.relkind = 'r'
  )
);
