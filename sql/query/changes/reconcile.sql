-- What differs between the catalogs and what the log knows of them: rows of catalogs that were written since the last time
-- by transactions of which the log has nothing, and relations that are gone.
-- $1: {"own": [numbers of commands of this transaction that will be logged]}
WITH log AS MATERIALIZED (
  SELECT
    l.reconciled,
    -- The age of the oldest transaction that was running then: whatever was written since is younger.
    (pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.numeric
      - pg_catalog.pg_snapshot_xmin(l.reconciled)::pg_catalog.text::pg_catalog.numeric)::pg_catalog.int8 AS oldest
  FROM msar_catalog.stored_change_log AS l
),
written AS MATERIALIZED (
  SELECT c.xmin AS xid, 1259::pg_catalog.oid AS class_oid, c.oid AS object_oid
  FROM pg_catalog.pg_class AS c
  WHERE pg_catalog.age(c.xmin) <= (SELECT oldest FROM log)
  UNION ALL
  SELECT a.xmin, 1259, a.attrelid FROM pg_catalog.pg_attribute AS a WHERE pg_catalog.age(a.xmin) <= (SELECT oldest FROM log)
  UNION ALL
  SELECT k.xmin, 1259, k.conrelid FROM pg_catalog.pg_constraint AS k
  WHERE k.conrelid <> 0 AND pg_catalog.age(k.xmin) <= (SELECT oldest FROM log)
  UNION ALL
  SELECT d.xmin, 1259, d.adrelid FROM pg_catalog.pg_attrdef AS d WHERE pg_catalog.age(d.xmin) <= (SELECT oldest FROM log)
  UNION ALL
  SELECT d.xmin, d.classoid, d.objoid FROM pg_catalog.pg_description AS d
  WHERE d.classoid IN (1259, 2615) AND pg_catalog.age(d.xmin) <= (SELECT oldest FROM log)
  UNION ALL
  SELECT i.xmin, 1259, i.inhrelid FROM pg_catalog.pg_inherits AS i WHERE pg_catalog.age(i.xmin) <= (SELECT oldest FROM log)
  UNION ALL
  SELECT i.xmin, 1259, i.indrelid FROM pg_catalog.pg_index AS i WHERE pg_catalog.age(i.xmin) <= (SELECT oldest FROM log)
  UNION ALL
  SELECT t.xmin, 1247, t.oid FROM pg_catalog.pg_type AS t
  WHERE t.typtype IN ('d', 'e', 'r') AND pg_catalog.age(t.xmin) <= (SELECT oldest FROM log)
  UNION ALL
  SELECT e.xmin, 1247, e.enumtypid FROM pg_catalog.pg_enum AS e WHERE pg_catalog.age(e.xmin) <= (SELECT oldest FROM log)
  UNION ALL
  SELECT n.xmin, 2615, n.oid FROM pg_catalog.pg_namespace AS n WHERE pg_catalog.age(n.xmin) <= (SELECT oldest FROM log)
),
unlogged AS (
  SELECT DISTINCT w.class_oid, w.object_oid
  FROM written AS w
  WHERE NOT EXISTS (
      SELECT FROM msar_catalog.stored_changes AS c
      WHERE c.command_xid = w.xid
        AND c.transaction >= (SELECT pg_catalog.pg_snapshot_xmin(l.reconciled) FROM log AS l)
    )
    AND NOT COALESCE($1->'own' @> pg_catalog.to_jsonb(w.xid::pg_catalog.text::pg_catalog.int8), false)
    AND NOT EXISTS (
      -- Seen at the last time already: a transaction that was younger than the oldest one then.
      SELECT FROM log AS l
      WHERE pg_catalog.pg_visible_in_snapshot(
        (pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.numeric
          - pg_catalog.age(w.xid))::pg_catalog.text::pg_catalog.xid8,
        l.reconciled
      )
    )
),
now_there AS MATERIALIZED (SELECT * FROM __msar.known_relations()),
differing AS (
  SELECT n.relation_oid, n.schema_oid, n.schema_name, n.relation_name, n.kind,
    k.schema_oid AS old_schema_oid, k.schema_name AS old_schema_name, k.relation_name AS old_relation_name,
    CASE
      WHEN k.relation_oid IS NULL AND EXISTS (
        SELECT FROM msar_catalog.stored_changes AS c
        WHERE c.object_oid = n.relation_oid AND c.class_oid = 1259 AND c.attnum = 0
      ) THEN 'altered'
      WHEN k.relation_oid IS NULL THEN 'created'
      WHEN k.schema_oid <> n.schema_oid THEN 'moved'
      WHEN k.relation_name <> n.relation_name THEN 'renamed'
      ELSE 'altered'
    END AS action
  FROM now_there AS n
  LEFT JOIN msar_catalog.stored_known_relations AS k ON k.relation_oid = n.relation_oid
  WHERE n.relation_oid IN (SELECT u.object_oid FROM unlogged AS u WHERE u.class_oid = 1259)
    OR k.parts <> n.parts AND NOT EXISTS (
      SELECT FROM msar_catalog.stored_changes AS c
      WHERE n.relation_oid IN (c.relation_oid, c.object_oid) OR n.relation_oid = ANY (c.affects)
    )
),
gone AS (
  SELECT k.*
  FROM msar_catalog.stored_known_relations AS k
  WHERE NOT EXISTS (SELECT FROM now_there AS n WHERE n.relation_oid = k.relation_oid)
    AND NOT EXISTS (
      SELECT FROM msar_catalog.stored_changes AS c
      WHERE c.object_oid = k.relation_oid AND c.class_oid = 1259 AND c.attnum = 0 AND c.action = 'dropped'
    )
    AND NOT COALESCE($1->'own_dropped' @> pg_catalog.to_jsonb(k.relation_oid::pg_catalog.int8), false)
)
SELECT COALESCE(pg_catalog.jsonb_agg(d.difference), '[]')
FROM (
  SELECT pg_catalog.jsonb_build_object(
    'class', 1259, 'object', d.relation_oid::pg_catalog.int8, 'kind', d.kind, 'action', d.action,
    'schema', d.schema_oid::pg_catalog.int8, 'schema_name', d.schema_name, 'name', d.relation_name,
    'old_schema', CASE WHEN d.action IN ('moved', 'renamed') THEN d.old_schema_oid::pg_catalog.int8 END,
    'old_schema_name', d.old_schema_name, 'old_name', d.old_relation_name
  ) AS difference
  FROM differing AS d
  UNION ALL
  SELECT pg_catalog.jsonb_build_object(
    'class', 1259, 'object', g.relation_oid::pg_catalog.int8, 'kind', g.kind, 'action', 'dropped',
    'schema', g.schema_oid::pg_catalog.int8, 'schema_name', g.schema_name, 'name', g.relation_name
  )
  FROM gone AS g
  UNION ALL
  SELECT pg_catalog.jsonb_build_object(
    'class', u.class_oid::pg_catalog.int8, 'object', u.object_oid::pg_catalog.int8,
    'kind', CASE u.class_oid WHEN 1247 THEN 'type' ELSE 'schema' END,
    -- Whatever happened to a schema: its name may stand anywhere.
    'action', CASE u.class_oid WHEN 1247 THEN 'altered' ELSE 'renamed' END,
    'schema', COALESCE(t.typnamespace, n.oid)::pg_catalog.int8,
    'schema_name', COALESCE(tn.nspname, n.nspname), 'name', COALESCE(t.typname, n.nspname)
  )
  FROM unlogged AS u
  LEFT JOIN pg_catalog.pg_type AS t ON u.class_oid = 1247 AND t.oid = u.object_oid
  LEFT JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_namespace AS n ON u.class_oid = 2615 AND n.oid = u.object_oid
  WHERE u.class_oid IN (1247, 2615) AND NOT COALESCE(tn.nspname, n.nspname, '') LIKE 'pg\_%'
) AS d;
