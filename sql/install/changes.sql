-- The change log: what commands did to the objects of this database.
--
-- It is written by the extension's event triggers, and read by msar.sync_schema and msar.list_changes. Catalogs are public
-- in PostgreSQL, so are these rows: they hold names and OIDs, and neither texts of statements nor values. Nobody but a
-- superuser and the extension itself writes here; the extension's owner may remove rows.
--
-- Nothing of it is dumped: OIDs and transactions mean something in one database only.

CREATE TABLE msar_catalog.stored_changes (
  transaction xid8 NOT NULL,
  number integer NOT NULL,
  happened_at timestamptz NOT NULL,
  role_name name NOT NULL,
  tag text NOT NULL,
  kind text NOT NULL,
  action text NOT NULL,
  class_oid oid NOT NULL,
  object_oid oid NOT NULL,
  attnum smallint NOT NULL,
  schema_oid oid,
  schema_name name,
  object_name name,
  old_schema_oid oid,
  old_schema_name name,
  old_object_name name,
  relation_oid oid,
  extension_name name,
  found_by text NOT NULL,
  affects oid[],
  command_xid xid,
  differences jsonb,
  PRIMARY KEY (transaction, number) WITH (deduplicate_items = off)
);
-- Where a relation was last. Both indexes have hardly any key twice; looking for such keys whenever a page is full would be
-- a good part of what writing costs. Rows are written past the executor: src/changes/storage.rs says which of them have an entry.
CREATE INDEX stored_changes_relation ON msar_catalog.stored_changes (object_oid)
  WITH (deduplicate_items = off)
  WHERE class_oid = 1259 AND attnum = 0 AND kind NOT IN ('index', 'sequence');

-- Transactions of which changes are missing.
CREATE TABLE msar_catalog.stored_change_gaps (
  transaction xid8 NOT NULL,
  happened_at timestamptz NOT NULL,
  reason text NOT NULL
);

-- One row: the log's own number, the transaction before which changes may have been pruned, and the snapshot up to which
-- the log is known to agree with the catalogs.
CREATE TABLE msar_catalog.stored_change_log (
  epoch uuid NOT NULL,
  horizon xid8 NOT NULL,
  reconciled pg_snapshot NOT NULL
);

-- The relations that were there at that snapshot: what was dropped unnoticed leaves no trace elsewhere.
CREATE TABLE msar_catalog.stored_known_relations (
  relation_oid oid PRIMARY KEY,
  schema_oid oid NOT NULL,
  schema_name name NOT NULL,
  relation_name name NOT NULL,
  kind text NOT NULL,
  parts integer NOT NULL,
  fingerprint bigint NOT NULL
);

GRANT SELECT, DELETE ON msar_catalog.stored_changes, msar_catalog.stored_change_gaps TO @extowner@;

CREATE VIEW msar_catalog.changes WITH (security_barrier) AS
SELECT
  c.transaction, c.number, c.happened_at, c.role_name, c.tag, c.kind, c.action, c.class_oid, c.object_oid, c.attnum,
  c.schema_oid, c.schema_name, c.object_name, c.old_schema_oid, c.old_schema_name, c.old_object_name, c.relation_oid,
  c.extension_name, c.found_by
FROM msar_catalog.stored_changes AS c;
GRANT SELECT ON msar_catalog.changes TO PUBLIC;

-- The relations of now, as stored_known_relations holds them.
CREATE FUNCTION __msar.known_relations()
RETURNS TABLE (
  relation_oid oid, schema_oid oid, schema_name name, relation_name name, kind text, parts integer, fingerprint bigint
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT c.oid, n.oid, n.nspname, c.relname,
    CASE
      WHEN c.relispartition THEN 'partition'
      WHEN c.relkind = 'p' THEN 'partitioned_table'
      WHEN c.relkind = 'v' THEN 'view'
      WHEN c.relkind = 'm' THEN 'materialized_view'
      WHEN c.relkind = 'f' THEN 'foreign_table'
      ELSE 'table'
    END,
    COALESCE(p.parts, 0)::integer,
    -- What commands define. Beside it the row holds where the rows lie and how many they are, which TRUNCATE and VACUUM FULL
    -- write anew.
    pg_catalog.hash_record_extended(
      ROW(c.relname, c.relnamespace, c.reloftype, c.relowner, c.relam, c.reltablespace, c.relpersistence, c.relchecks,
        c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispartition, c.relacl, c.reloptions, c.relpartbound::text),
      0
    )
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN (
    SELECT k.relation, pg_catalog.count(*) AS parts
    FROM (
      SELECT conrelid AS relation FROM pg_catalog.pg_constraint WHERE conrelid <> 0
      UNION ALL
      SELECT confrelid FROM pg_catalog.pg_constraint WHERE confrelid <> 0
      UNION ALL
      SELECT objoid FROM pg_catalog.pg_description WHERE classoid = 1259
      UNION ALL
      SELECT inhrelid FROM pg_catalog.pg_inherits
      UNION ALL
      SELECT indrelid FROM pg_catalog.pg_index
    ) AS k
    GROUP BY k.relation
  ) AS p ON p.relation = c.oid
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'msar', '__msar', 'msar_catalog', 'msar_reflector');
END;
REVOKE EXECUTE ON FUNCTION __msar.known_relations() FROM PUBLIC;

INSERT INTO msar_catalog.stored_change_log (epoch, horizon, reconciled)
VALUES (pg_catalog.gen_random_uuid(), '0', pg_catalog.pg_current_snapshot());
INSERT INTO msar_catalog.stored_known_relations SELECT * FROM __msar.known_relations();

CREATE FUNCTION msar.find_object(
  name text DEFAULT NULL, object_id oid DEFAULT NULL, at timestamptz DEFAULT NULL
) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH found AS (
    SELECT DISTINCT c.class_oid, c.object_oid, c.attnum
    FROM msar_catalog.changes AS c
    WHERE (find_object.name IS NULL AND find_object.object_id IS NOT NULL
        OR c.object_name = find_object.name::name OR c.old_object_name = find_object.name::name)
      AND (find_object.object_id IS NULL OR c.object_oid = find_object.object_id)
  ),
  history AS (
    SELECT f.class_oid, f.object_oid, f.attnum, c.kind, c.action, c.happened_at, c.schema_name, c.object_name, c.relation_oid,
      COALESCE(c.old_schema_name, c.schema_name) AS schema_before, COALESCE(c.old_object_name, c.object_name) AS name_before,
      c.transaction, c.number
    FROM found AS f
    JOIN msar_catalog.changes AS c USING (class_oid, object_oid, attnum)
    WHERE c.action <> 'metadata'
  ),
  then_and_now AS (
    SELECT f.class_oid, f.object_oid, f.attnum, last.kind, last.happened_at, last.schema_name, last.object_name,
      CASE WHEN last.action = 'dropped' THEN last.happened_at ELSE relation.dropped_at END AS dropped_at,
      CASE WHEN earlier.action IS NOT NULL THEN earlier.object_name WHEN later.action <> 'created' THEN later.name_before END
        AS name_then,
      CASE WHEN earlier.action IS NOT NULL THEN earlier.schema_name WHEN later.action <> 'created' THEN later.schema_before END
        AS schema_then,
      earlier.action IS NOT DISTINCT FROM 'dropped' OR COALESCE(relation.dropped_at <= find_object.at, false) AS was_dropped
    FROM found AS f
    CROSS JOIN LATERAL (
      SELECT * FROM history AS h
      WHERE (h.class_oid, h.object_oid, h.attnum) = (f.class_oid, f.object_oid, f.attnum)
      ORDER BY h.happened_at DESC, h.transaction DESC, h.number DESC LIMIT 1
    ) AS last
    LEFT JOIN LATERAL (
      SELECT * FROM history AS h
      WHERE (h.class_oid, h.object_oid, h.attnum) = (f.class_oid, f.object_oid, f.attnum)
        AND h.happened_at <= find_object.at
      ORDER BY h.happened_at DESC, h.transaction DESC, h.number DESC LIMIT 1
    ) AS earlier ON true
    LEFT JOIN LATERAL (
      SELECT * FROM history AS h
      WHERE (h.class_oid, h.object_oid, h.attnum) = (f.class_oid, f.object_oid, f.attnum)
        AND h.happened_at > find_object.at
      ORDER BY h.happened_at, h.transaction, h.number LIMIT 1
    ) AS later ON true
    -- A part goes with its relation.
    LEFT JOIN LATERAL (
      SELECT pg_catalog.min(c.happened_at) AS dropped_at
      FROM msar_catalog.changes AS c
      WHERE c.class_oid = 1259 AND c.object_oid = last.relation_oid AND c.attnum = 0 AND c.action = 'dropped'
        AND c.happened_at >= last.happened_at
    ) AS relation ON last.action <> 'dropped' AND (f.attnum <> 0 OR f.object_oid <> last.relation_oid)
  )
  SELECT COALESCE(
    pg_catalog.jsonb_agg(
      pg_catalog.jsonb_build_object(
        'oid', t.object_oid::bigint, 'attnum', NULLIF(t.attnum, 0), 'kind', t.kind, 'schema', t.schema_name,
        'name', t.object_name, 'dropped_at', t.dropped_at,
        'schema_then', t.schema_then, 'name_then', t.name_then
      )
      ORDER BY t.happened_at DESC, t.object_oid, t.attnum
    ),
    '[]'
  )
  FROM then_and_now AS t
  WHERE find_object.at IS NULL
    OR NOT t.was_dropped AND (
      find_object.name IS NULL AND t.name_then IS NOT NULL OR t.name_then = find_object.name::name
    );
END;
