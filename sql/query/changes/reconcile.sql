-- What differs between the catalogs and what the log knows of them: rows of catalogs that were written since the last time
-- by transactions of which the log has nothing, and relations that are gone.
-- Then the relations of now, and the snapshot by which they were read, are remembered: by one statement, as reading them
-- takes most of the time.
-- $1: {"own": [numbers of commands of this transaction that will be logged], "own_relations", "own_dropped": [OIDs]}
WITH turn AS MATERIALIZED (
  -- One session at a time remembers. Another one is not waited for: what it finds it finds again, and remembers nothing.
  SELECT FROM msar_catalog.stored_change_log FOR NO KEY UPDATE SKIP LOCKED
),
log AS MATERIALIZED (
  SELECT
    l.reconciled,
    n.newest,
    -- The age of the oldest transaction that was running then: whatever was written since is younger.
    (n.newest - pg_catalog.pg_snapshot_xmin(l.reconciled)::pg_catalog.text::pg_catalog.numeric)::pg_catalog.int8 AS oldest
  FROM msar_catalog.stored_change_log AS l,
    -- The whole number of the transaction from which this one counts ages: not the newest that its snapshot knows, as others
    -- begin meanwhile.
    LATERAL (
      SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text::pg_catalog.numeric
        + pg_catalog.age(pg_catalog.pg_current_xact_id()::pg_catalog.xid) AS newest
    ) AS n
),
now_there AS MATERIALIZED (SELECT * FROM __msar.known_relations()),
-- Relations of which themselves the log has nothing, and which are defined as they were the last time: a row that is new has only
-- other estimates, or another file.
same AS MATERIALIZED (
  SELECT n.relation_oid
  FROM now_there AS n
  JOIN msar_catalog.stored_known_relations AS k ON k.relation_oid = n.relation_oid AND k.fingerprint = n.fingerprint
  WHERE n.relation_oid NOT IN (
    SELECT c.object_oid FROM msar_catalog.stored_changes AS c
    WHERE c.class_oid = 1259 AND c.attnum = 0
      AND c.transaction >= (SELECT pg_catalog.pg_snapshot_xmin(l.reconciled) FROM log AS l)
    UNION ALL
    SELECT o::pg_catalog.oid FROM pg_catalog.jsonb_array_elements_text($1->'own_relations') AS o
  )
),
written AS MATERIALIZED (
  SELECT c.xmin AS xid, 1259::pg_catalog.oid AS class_oid, c.oid AS object_oid
  FROM pg_catalog.pg_class AS c
  WHERE pg_catalog.age(c.xmin) <= (SELECT oldest FROM log) AND c.oid NOT IN (SELECT s.relation_oid FROM same AS s)
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
        (l.newest - pg_catalog.age(w.xid))::pg_catalog.text::pg_catalog.xid8,
        l.reconciled
      )
    )
),
-- What has been logged since the last time.
logged AS MATERIALIZED (
  SELECT c.relation_oid AS relation FROM msar_catalog.stored_changes AS c
  WHERE c.relation_oid IS NOT NULL
    AND c.transaction >= (SELECT pg_catalog.pg_snapshot_xmin(l.reconciled) FROM log AS l)
  UNION
  SELECT c.object_oid FROM msar_catalog.stored_changes AS c
  WHERE c.class_oid = 1259 AND c.transaction >= (SELECT pg_catalog.pg_snapshot_xmin(l.reconciled) FROM log AS l)
  UNION
  SELECT a FROM msar_catalog.stored_changes AS c, pg_catalog.unnest(c.affects) AS a
  WHERE c.transaction >= (SELECT pg_catalog.pg_snapshot_xmin(l.reconciled) FROM log AS l)
  UNION
  SELECT o::pg_catalog.oid FROM pg_catalog.jsonb_array_elements_text($1->'own_relations') AS o
),
-- Where relations were by the last change since then that the log has of them.
placed AS MATERIALIZED (
  SELECT DISTINCT ON (c.object_oid) c.object_oid AS relation_oid, c.schema_oid, c.schema_name, c.object_name AS relation_name,
    c.kind, c.action
  FROM msar_catalog.stored_changes AS c
  WHERE c.class_oid = 1259 AND c.attnum = 0 AND c.schema_oid IS NOT NULL AND c.object_name IS NOT NULL
    AND c.kind IN ('table', 'partitioned_table', 'partition', 'view', 'materialized_view', 'foreign_table')
    AND c.transaction >= (SELECT pg_catalog.pg_snapshot_xmin(l.reconciled) FROM log AS l)
  ORDER BY c.object_oid, c.transaction DESC, c.number DESC
),
-- The relations that the log takes to be there. The parts are those of the last time.
known AS MATERIALIZED (
  SELECT COALESCE(p.relation_oid, k.relation_oid) AS relation_oid, COALESCE(p.schema_oid, k.schema_oid) AS schema_oid,
    COALESCE(p.schema_name, k.schema_name) AS schema_name, COALESCE(p.relation_name, k.relation_name) AS relation_name,
    COALESCE(p.kind, k.kind) AS kind, k.parts
  FROM msar_catalog.stored_known_relations AS k
  FULL JOIN placed AS p ON p.relation_oid = k.relation_oid
  WHERE p.action IS DISTINCT FROM 'dropped'
),
-- First by what is cheap.
suspected AS MATERIALIZED (
  SELECT n.*, k.schema_oid AS old_schema_oid, k.schema_name AS old_schema_name, k.relation_name AS old_relation_name,
    k.relation_oid IS NULL AS is_new,
    n.relation_oid IN (SELECT u.object_oid FROM unlogged AS u WHERE u.class_oid = 1259) AS is_unlogged
  FROM now_there AS n
  LEFT JOIN known AS k ON k.relation_oid = n.relation_oid
  WHERE k.parts <> n.parts OR n.relation_oid IN (SELECT u.object_oid FROM unlogged AS u WHERE u.class_oid = 1259)
),
differing AS (
  SELECT n.relation_oid, n.schema_oid, n.schema_name, n.relation_name, n.kind, n.old_schema_oid, n.old_schema_name,
    n.old_relation_name,
    CASE
      WHEN n.is_new AND EXISTS (
        SELECT FROM msar_catalog.stored_changes AS c
        WHERE c.object_oid = n.relation_oid AND c.class_oid = 1259 AND c.attnum = 0
      ) THEN 'altered'
      WHEN n.is_new THEN 'created'
      WHEN n.old_schema_oid <> n.schema_oid THEN 'moved'
      WHEN n.old_relation_name <> n.relation_name THEN 'renamed'
      ELSE 'altered'
    END AS action
  FROM suspected AS n
  WHERE n.is_unlogged OR n.relation_oid NOT IN (SELECT l.relation FROM logged AS l)
),
gone AS (
  SELECT k.*
  FROM known AS k
  WHERE NOT EXISTS (SELECT FROM now_there AS n WHERE n.relation_oid = k.relation_oid)
    -- Some relations of our own schemas are logged, and not remembered.
    AND (k.parts IS NOT NULL OR NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = k.relation_oid))
    AND NOT EXISTS (
      SELECT FROM msar_catalog.stored_changes AS c
      WHERE c.object_oid = k.relation_oid AND c.class_oid = 1259 AND c.attnum = 0 AND c.action = 'dropped'
    )
    AND NOT COALESCE($1->'own_dropped' @> pg_catalog.to_jsonb(k.relation_oid::pg_catalog.int8), false)
),
forgotten AS (
  DELETE FROM msar_catalog.stored_known_relations AS k
  WHERE k.relation_oid NOT IN (SELECT n.relation_oid FROM now_there AS n) AND EXISTS (SELECT FROM turn)
),
remembered AS (
  INSERT INTO msar_catalog.stored_known_relations AS k
  SELECT n.*
  FROM now_there AS n
  LEFT JOIN msar_catalog.stored_known_relations AS o ON o.relation_oid = n.relation_oid
  WHERE EXISTS (SELECT FROM turn)
    AND (o.relation_oid IS NULL OR (n.schema_oid, n.schema_name, n.relation_name, n.kind, n.parts, n.fingerprint)
      <> (o.schema_oid, o.schema_name, o.relation_name, o.kind, o.parts, o.fingerprint))
  ON CONFLICT (relation_oid) DO UPDATE SET schema_oid = EXCLUDED.schema_oid, schema_name = EXCLUDED.schema_name,
    relation_name = EXCLUDED.relation_name, kind = EXCLUDED.kind, parts = EXCLUDED.parts,
    fingerprint = EXCLUDED.fingerprint
),
up_to AS (
  UPDATE msar_catalog.stored_change_log SET reconciled = pg_catalog.pg_current_snapshot() WHERE EXISTS (SELECT FROM turn)
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
