-- Metadata whose table is not there: dropped, or not part of what was restored. Kept aside under the names of its table
-- and its owner, until a table of that name and owner appears again.
--
-- Everything in it is told by names, so that it can be dumped, restored, and attached to another table.

CREATE FUNCTION __msar.may_repair_metadata() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.has_table_privilege('msar_catalog.stored_table_metadata'::regclass, 'SELECT')
  AND pg_catalog.has_table_privilege('msar_catalog.stored_table_metadata'::regclass, 'DELETE');

CREATE TABLE msar_catalog.stored_detached_metadata (
  schema_name name,
  table_name name,
  owner_name name,
  metadata jsonb NOT NULL
    CONSTRAINT metadata_has_its_parts CHECK (
      pg_catalog.jsonb_typeof(metadata->'table') IN ('object', 'null')
      AND pg_catalog.jsonb_typeof(metadata->'columns') = 'object'
    )
    -- Paths of templates are the deepest that there is.
    CONSTRAINT metadata_is_flat CHECK (NOT metadata @? '$.**{7}'),
  reason text NOT NULL,
  waits boolean NOT NULL DEFAULT false,
  detached_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  PRIMARY KEY (schema_name, table_name, owner_name)
);

-- So that a new table finds out at once whether anything waits for it.
CREATE INDEX stored_detached_metadata_waiting ON msar_catalog.stored_detached_metadata (waits) WHERE waits;

-- What is to be looked at again. Prepared transactions cannot see what commits before they do, and nothing of ours runs
-- when they commit. Others found rows that another transaction held, which may have been rolled back since. Whoever commits
-- next takes these rows. They mean something in this database only, so no dump has
-- them.
CREATE TABLE msar_catalog.stored_prepared_checks (
  expected jsonb NOT NULL
);

-- What pg_dump needs, and the restore of what it wrote.
GRANT SELECT, INSERT, UPDATE, DELETE ON msar_catalog.stored_detached_metadata TO @extowner@;
SELECT pg_catalog.pg_extension_config_dump('msar_catalog.stored_detached_metadata', '');

-- Who has the rights of the recorded owner; and who may read and delete everything anyway, since the owner's role may be
-- gone.
CREATE VIEW msar_catalog.detached_metadata WITH (security_barrier) AS
SELECT m.*
FROM msar_catalog.stored_detached_metadata AS m
WHERE EXISTS (
    SELECT FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = m.owner_name AND pg_catalog.pg_has_role(r.oid, 'USAGE')
  )
  OR __msar.may_repair_metadata();

GRANT SELECT ON msar_catalog.detached_metadata TO PUBLIC;

-- A row that comes with names comes from a dump: its numbers are those of another database. The names decide. Named so
-- that it comes before the trigger that completes a row.
CREATE FUNCTION __msar.place_restored_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  restored jsonb := to_jsonb(NEW);
BEGIN
  -- The row is written by the owner of the tables, who may give any table a template.
  IF TG_TABLE_NAME = 'stored_table_metadata' AND NOT __msar.may_set_template(
    (
      SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = NEW.schema_name AND c.relname = NEW.table_name
    ),
    (restored ->> 'owner_name')::name
  ) THEN
    restored := restored || '{"preview_template": null}';
  END IF;
  PERFORM __msar.place_restored_row(restored);
  RETURN NULL;
END;
$$;

CREATE TRIGGER a_restore BEFORE INSERT ON msar_catalog.stored_table_metadata
  FOR EACH ROW WHEN (NEW.table_name IS NOT NULL) EXECUTE FUNCTION __msar.place_restored_row();
CREATE TRIGGER a_restore BEFORE INSERT ON msar_catalog.stored_column_metadata
  FOR EACH ROW WHEN (NEW.table_name IS NOT NULL) EXECUTE FUNCTION __msar.place_restored_row();
ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER a_restore;
ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER a_restore;

REVOKE EXECUTE ON FUNCTION __msar.place_restored_row(jsonb), __msar.keep_restored_copy(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION __msar.place_restored_row(jsonb), __msar.keep_restored_copy(jsonb) TO @extowner@;

-- A copy from a dump may find one of the same names that a row of the same restore left a moment ago: both are kept.
CREATE FUNCTION __msar.keep_restored_copy() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF __msar.keep_restored_copy(to_jsonb(NEW)) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END;
$$;

-- Comes before the one that keeps the copy.
CREATE FUNCTION __msar.detached_metadata_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT __msar.may_set_template(NULL, NEW.owner_name) THEN
    NEW.metadata := NEW.metadata #- '{table, preview_template}';
  END IF;
  RETURN NEW;
END;
$$;

CREATE TRIGGER a_guard BEFORE INSERT OR UPDATE ON msar_catalog.stored_detached_metadata
  FOR EACH ROW EXECUTE FUNCTION __msar.detached_metadata_row();
ALTER TABLE msar_catalog.stored_detached_metadata ENABLE ALWAYS TRIGGER a_guard;
CREATE TRIGGER a_restore BEFORE INSERT ON msar_catalog.stored_detached_metadata
  FOR EACH ROW EXECUTE FUNCTION __msar.keep_restored_copy();
ALTER TABLE msar_catalog.stored_detached_metadata ENABLE ALWAYS TRIGGER a_restore;

-- Every row with the reason why it does not match what it names. Rows that match are for those who may read them, the
-- others are nobody's.
CREATE VIEW __msar.metadata_state WITH (security_barrier) AS
SELECT m.table_oid, m.attnum, m.schema_name, m.table_name, m.column_name,
  CASE
    WHEN c.oid IS NULL THEN 'there is no relation with this OID'
    WHEN (c.relname, n.nspname) <> (m.table_name, m.schema_name)
      THEN pg_catalog.format('the relation with this OID is %I.%I', n.nspname, c.relname)
    WHEN m.attnum IS NULL THEN NULL
    WHEN a.attnum IS NULL THEN 'there is no column with this attnum'
    WHEN a.attname <> m.column_name THEN pg_catalog.format('the column with this attnum is %I', a.attname)
  END AS reason
FROM (
  SELECT t.table_oid, NULL::smallint AS attnum, t.schema_name, t.table_name, NULL::name AS column_name
  FROM msar_catalog.stored_table_metadata AS t
  UNION ALL
  SELECT k.table_oid, k.attnum, k.schema_name, k.table_name, k.column_name
  FROM msar_catalog.stored_column_metadata AS k
) AS m
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = m.table_oid
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = m.attnum AND NOT a.attisdropped
WHERE __msar.may_repair_metadata()
  OR m.attnum IS NULL AND EXISTS (
    SELECT FROM msar_catalog.table_metadata AS v WHERE v.table_oid = m.table_oid
  )
  OR EXISTS (
    SELECT FROM msar_catalog.column_metadata AS v WHERE v.table_oid = m.table_oid AND v.attnum = m.attnum
  );
GRANT SELECT ON __msar.metadata_state TO PUBLIC;

CREATE FUNCTION msar.check_metadata() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
  SELECT COALESCE(
    pg_catalog.jsonb_agg(
      pg_catalog.jsonb_build_object(
        'table_oid', s.table_oid::bigint, 'attnum', s.attnum, 'schema', s.schema_name, 'table', s.table_name,
        'column', s.column_name, 'reason', s.reason
      )
      ORDER BY s.schema_name, s.table_name, s.attnum NULLS FIRST, s.table_oid
    ),
    '[]'
  )
  FROM (
    SELECT m.table_oid, m.attnum, m.schema_name, m.table_name, m.column_name, m.reason
    FROM __msar.metadata_state AS m
    WHERE m.reason IS NOT NULL
    UNION ALL
    SELECT m.table_oid, m.attnum, m.schema_name, m.table_name, m.column_name,
      pg_catalog.format('the preview template leaves out {%s}: a column or a foreign key that it names is gone', l.placeholder)
    FROM __msar.metadata_state AS m
    CROSS JOIN LATERAL pg_catalog.unnest(__msar.lost_placeholders(m.table_oid)) AS l(placeholder)
    WHERE m.reason IS NULL AND m.attnum IS NULL
  ) AS s;
END;

CREATE FUNCTION msar.list_detached_metadata() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(
    pg_catalog.jsonb_agg(
      pg_catalog.jsonb_build_object(
        'schema', d.schema_name, 'table', d.table_name, 'owner', d.owner_name, 'metadata', d.metadata,
        'reason', d.reason, 'detached_at', d.detached_at
      )
      ORDER BY d.schema_name, d.table_name, d.owner_name
    ),
    '[]'
  )
  FROM msar_catalog.detached_metadata AS d;
END;

CREATE EVENT TRIGGER mathesar_ext_command_end ON ddl_command_end EXECUTE FUNCTION __msar.follow_command();
ALTER EVENT TRIGGER mathesar_ext_command_end ENABLE ALWAYS;
CREATE EVENT TRIGGER mathesar_ext_drop ON sql_drop EXECUTE FUNCTION __msar.follow_command();
ALTER EVENT TRIGGER mathesar_ext_drop ENABLE ALWAYS;
