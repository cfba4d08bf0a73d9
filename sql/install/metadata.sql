-- Display metadata: what PostgreSQL cannot know about a table or a column, stored beside the data.
--
-- A row names its object twice: by OID (and attnum) and by names. It counts only while both mean the same live object;
-- every reader checks that, here the views, in the server library src/metadata. So a bookkeeping step that PostgreSQL
-- gave us no chance to do can hide a row, but never show it on the wrong object.
--
-- The numbers mean something in this database only. What a dump carries over are the names: those of the object, and in
-- "refs" those of whatever the numbers inside of the row mean. No column has a reg* type, which pg_upgrade would refuse.
--
-- The rows stand in tables that nobody may touch but the role that created the extension, as a dump and a restore by that
-- role need it; it may not alter them, nor hang triggers on them. Everybody reads through views, which apply the rule of
-- the rights on the object, and writes by functions.

CREATE TABLE msar_catalog.stored_table_metadata (
  table_oid oid PRIMARY KEY,
  schema_name name NOT NULL,
  table_name name NOT NULL,
  owner_name name NOT NULL,
  import_verified boolean,
  is_temp boolean,
  import_target_oid oid,
  column_order smallint[]
    CONSTRAINT column_order_is_a_list CHECK (
      COALESCE(pg_catalog.array_ndims(column_order), 1) = 1 AND pg_catalog.array_position(column_order, NULL) IS NULL
    ),
  preview_customized boolean,
  preview_template jsonb
    CONSTRAINT preview_template_is_an_array CHECK (pg_catalog.jsonb_typeof(preview_template) = 'array')
    -- A part may be an object that holds a path: deeper is nothing of a template.
    CONSTRAINT preview_template_is_flat CHECK (NOT preview_template @? '$.**{4}'),
  mathesar_added_pkey_attnum smallint,
  user_tracking_attnum smallint,
  refs jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  updated_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

CREATE TABLE msar_catalog.stored_column_metadata (
  table_oid oid,
  attnum smallint,
  schema_name name NOT NULL,
  table_name name NOT NULL,
  column_name name NOT NULL,
  owner_name name NOT NULL,
  bool_input text
    CONSTRAINT bool_input_is_known CHECK (bool_input IN ('dropdown', 'checkbox')),
  bool_true text,
  bool_false text,
  num_min_frac_digits smallint
    CONSTRAINT num_min_frac_digits_is_in_range CHECK (num_min_frac_digits BETWEEN 0 AND 20),
  num_max_frac_digits smallint
    CONSTRAINT num_max_frac_digits_is_in_range CHECK (num_max_frac_digits BETWEEN 0 AND 20),
  num_show_as_perc boolean,
  num_grouping text
    CONSTRAINT num_grouping_is_known CHECK (num_grouping IN ('always', 'auto', 'never')),
  num_format text
    CONSTRAINT num_format_is_known CHECK (num_format IN ('english', 'german', 'french', 'hindi', 'swiss')),
  mon_currency_symbol text,
  mon_currency_location text
    CONSTRAINT mon_currency_location_is_known CHECK (mon_currency_location IN ('after-minus', 'end-with-space')),
  time_format text
    CONSTRAINT time_format_is_not_empty CHECK (time_format <> ''),
  date_format text
    CONSTRAINT date_format_is_not_empty CHECK (date_format <> ''),
  duration_min text
    CONSTRAINT duration_min_is_known CHECK (duration_min IN ('d', 'h', 'm', 's', 'ms')),
  duration_max text
    CONSTRAINT duration_max_is_known CHECK (duration_max IN ('d', 'h', 'm', 's', 'ms')),
  duration_show_units boolean,
  label text
    CONSTRAINT label_is_not_empty CHECK (label <> ''),
  help_text text
    CONSTRAINT help_text_is_not_empty CHECK (help_text <> ''),
  is_hidden boolean,
  display_width integer
    CONSTRAINT display_width_is_positive CHECK (display_width > 0),
  file_backend text
    CONSTRAINT file_backend_is_not_empty CHECK (file_backend <> ''),
  user_display_field text
    CONSTRAINT user_display_field_is_known CHECK (user_display_field IN ('full_name', 'email', 'username')),
  created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  PRIMARY KEY (table_oid, attnum),
  CONSTRAINT num_frac_digits_are_ordered CHECK (num_min_frac_digits <= num_max_frac_digits),
  -- Units from the smallest to the largest.
  CONSTRAINT duration_units_are_ordered CHECK (
    pg_catalog.array_position('{ms,s,m,h,d}', duration_min) <= pg_catalog.array_position('{ms,s,m,h,d}', duration_max)
  )
);

-- What pg_dump needs, and the restore of what it wrote. Rows that match no object count for nobody: they are not dumped, so
-- that a restore, which goes by names, cannot bring them back to life on another object of that name.
GRANT SELECT, INSERT, UPDATE, DELETE
  ON msar_catalog.stored_table_metadata, msar_catalog.stored_column_metadata TO @extowner@;
SELECT pg_catalog.pg_extension_config_dump('msar_catalog.stored_table_metadata', $condition$
  WHERE EXISTS (
    SELECT
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = table_oid AND c.relname = table_name AND n.nspname = schema_name
  )$condition$);
SELECT pg_catalog.pg_extension_config_dump('msar_catalog.stored_column_metadata', $condition$
  WHERE EXISTS (
    SELECT
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.oid = table_oid AND c.relname = table_name AND n.nspname = schema_name
      AND a.attnum = stored_column_metadata.attnum AND a.attname = column_name AND NOT a.attisdropped
  )$condition$);

-- What everybody may read: whose object it is, or who may SELECT it. A security barrier: no condition of a caller, which
-- might tell what it saw, is evaluated for a row that the caller may not read.
CREATE VIEW msar_catalog.table_metadata WITH (security_barrier) AS
SELECT m.*
FROM msar_catalog.stored_table_metadata AS m
WHERE EXISTS (
  SELECT
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.oid = m.table_oid AND c.relname = m.table_name AND n.nspname = m.schema_name
    AND (pg_catalog.pg_has_role(c.relowner, 'USAGE') OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT'))
);

CREATE VIEW msar_catalog.column_metadata WITH (security_barrier) AS
SELECT m.*
FROM msar_catalog.stored_column_metadata AS m
WHERE EXISTS (
  SELECT
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
  WHERE c.oid = m.table_oid AND c.relname = m.table_name AND n.nspname = m.schema_name
    AND a.attnum = m.attnum AND a.attname = m.column_name AND NOT a.attisdropped
    AND (pg_catalog.pg_has_role(c.relowner, 'USAGE') OR pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT'))
);

GRANT SELECT ON msar_catalog.table_metadata, msar_catalog.column_metadata TO PUBLIC;

-- What every row goes through, however it is written. The functions that the triggers call are for those who may write
-- to the tables.
REVOKE EXECUTE ON FUNCTION
    __msar.complete_table_metadata(jsonb, jsonb), __msar.complete_column_metadata(jsonb, jsonb)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    __msar.complete_table_metadata(jsonb, jsonb), __msar.complete_column_metadata(jsonb, jsonb)
  TO @extowner@;

-- Shares and forms show by templates what their roles may read. So whoever cannot be the owner of a table gives it none: the
-- extension's owner may write to the tables, to restore them, and then owns the tables that it restores. Without a table, the
-- template is for one that the role of that name creates; without such a role, for nobody.
CREATE FUNCTION __msar.may_set_template(tab_id oid, owner_name name) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(
    (SELECT pg_catalog.pg_has_role(c.relowner, __msar.acting_privilege()) FROM pg_catalog.pg_class AS c WHERE c.oid = tab_id),
    (
      SELECT pg_catalog.pg_has_role(r.oid, __msar.acting_privilege())
      FROM pg_catalog.pg_roles AS r WHERE r.rolname = may_set_template.owner_name
    ),
    true
  );
END;
REVOKE EXECUTE ON FUNCTION __msar.may_set_template(oid, name) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION __msar.may_set_template(oid, name) TO @extowner@;

CREATE FUNCTION __msar.table_metadata_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
  kept jsonb := CASE WHEN TG_OP = 'UPDATE' AND OLD.table_oid = NEW.table_oid THEN OLD.preview_template END;
  fields jsonb := __msar.complete_table_metadata(to_jsonb(NEW), to_jsonb(OLD));
BEGIN
  -- NULL when the object has gone meanwhile: then the row is left alone.
  IF fields IS NULL THEN
    RETURN NULL;
  END IF;
  NEW := jsonb_populate_record(NEW, fields);
  IF NEW.preview_template IS DISTINCT FROM kept AND NOT __msar.may_set_template(NEW.table_oid, NEW.owner_name) THEN
    NEW.preview_template := kept;
  END IF;
  RETURN NEW;
END;
$function$;

CREATE FUNCTION __msar.column_metadata_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
  fields jsonb := __msar.complete_column_metadata(to_jsonb(NEW), to_jsonb(OLD));
BEGIN
  -- NULL when the object has gone meanwhile: then the row is left alone.
  IF fields IS NULL THEN
    RETURN NULL;
  END IF;
  NEW := jsonb_populate_record(NEW, fields);
  RETURN NEW;
END;
$function$;

CREATE TRIGGER metadata_row BEFORE INSERT OR UPDATE ON msar_catalog.stored_table_metadata
  FOR EACH ROW EXECUTE FUNCTION __msar.table_metadata_row();
CREATE TRIGGER metadata_row BEFORE INSERT OR UPDATE ON msar_catalog.stored_column_metadata
  FOR EACH ROW EXECUTE FUNCTION __msar.column_metadata_row();

-- With session_replication_role = replica too.
ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER metadata_row;
ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER metadata_row;

-- Sessions keep statements that were compiled from these rows.
CREATE TRIGGER z_announce AFTER INSERT OR UPDATE OR DELETE ON msar_catalog.stored_table_metadata
  FOR EACH ROW EXECUTE FUNCTION __msar.announce_metadata_change();
CREATE TRIGGER z_announce AFTER INSERT OR UPDATE OR DELETE ON msar_catalog.stored_column_metadata
  FOR EACH ROW EXECUTE FUNCTION __msar.announce_metadata_change();
CREATE TRIGGER z_announce_truncate AFTER TRUNCATE ON msar_catalog.stored_table_metadata
  FOR EACH STATEMENT EXECUTE FUNCTION __msar.announce_metadata_change();
CREATE TRIGGER z_announce_truncate AFTER TRUNCATE ON msar_catalog.stored_column_metadata
  FOR EACH STATEMENT EXECUTE FUNCTION __msar.announce_metadata_change();
ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER z_announce;
ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER z_announce_truncate;
ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER z_announce;
ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER z_announce_truncate;

