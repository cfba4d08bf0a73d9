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

COMMENT ON TABLE msar_catalog.stored_table_metadata IS
  'Rows of the view msar_catalog.table_metadata, and those that no longer match their object';


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

COMMENT ON TABLE msar_catalog.stored_column_metadata IS
  'Rows of the view msar_catalog.column_metadata, and those that no longer match their object';


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

COMMENT ON VIEW msar_catalog.table_metadata IS
  'Display metadata of tables and views. Who may SELECT any column of a table may read its row, who has the rights of its owner may write it, by msar.set_table_metadata';
COMMENT ON COLUMN msar_catalog.table_metadata.table_oid IS 'The table';
COMMENT ON COLUMN msar_catalog.table_metadata.schema_name IS 'Name of its schema, kept up to date; the row counts only while it is right';
COMMENT ON COLUMN msar_catalog.table_metadata.table_name IS 'Its name, kept up to date; the row counts only while it is right';
COMMENT ON COLUMN msar_catalog.table_metadata.owner_name IS
  'Its owner, to whom the metadata is offered again when a dropped table is created anew';
COMMENT ON COLUMN msar_catalog.table_metadata.import_verified IS 'Whether the user has confirmed what an import inferred';
COMMENT ON COLUMN msar_catalog.table_metadata.is_temp IS 'Whether the table only holds an import that is under way';
COMMENT ON COLUMN msar_catalog.table_metadata.import_target_oid IS 'The table into which this one is to be imported';
COMMENT ON COLUMN msar_catalog.table_metadata.column_order IS
  'Attnums of the columns in the order in which clients show them; columns that are not named come last';
COMMENT ON COLUMN msar_catalog.table_metadata.preview_customized IS 'Whether preview_template was chosen by a user; where it is false, the default is in force';
COMMENT ON COLUMN msar_catalog.table_metadata.preview_template IS
  'How a row is shown where other tables refer to it: an array of strings, which stand for themselves, and arrays of attnums: [2] is a column of the table, [5, 2] follows the foreign key of column 5 to column 2 of the table referred to; {"path": [2], "raw": true} is a value without display options. msar.set_preview_template takes it as text';
COMMENT ON COLUMN msar_catalog.table_metadata.mathesar_added_pkey_attnum IS
  'The primary key column that a client added to a table without one';
COMMENT ON COLUMN msar_catalog.table_metadata.user_tracking_attnum IS 'The column in which clients note who wrote a row';
COMMENT ON COLUMN msar_catalog.table_metadata.refs IS
  'What the numbers in this row mean, so that a restore can translate them, kept up to date: {"<table OID>": {"schema": text, "name": text, "columns": {"<attnum>": "<name>"}, "targets": {"<attnum>": "<OID of the table to which a path goes on from that column>"}}}';
COMMENT ON COLUMN msar_catalog.table_metadata.created_at IS 'When the row was created';
COMMENT ON COLUMN msar_catalog.table_metadata.updated_at IS 'When an option was last changed';

COMMENT ON VIEW msar_catalog.column_metadata IS
  'Display metadata of columns. Who may SELECT a column may read its row, who has the rights of the table''s owner may write it, by msar.set_column_metadata. Which options a column takes is decided by its ui_type; NULL is the default';
COMMENT ON COLUMN msar_catalog.column_metadata.table_oid IS 'The table';
COMMENT ON COLUMN msar_catalog.column_metadata.attnum IS 'The number of the column';
COMMENT ON COLUMN msar_catalog.column_metadata.schema_name IS 'Name of the schema, kept up to date; the row counts only while it is right';
COMMENT ON COLUMN msar_catalog.column_metadata.table_name IS 'Name of the table, kept up to date; the row counts only while it is right';
COMMENT ON COLUMN msar_catalog.column_metadata.column_name IS 'Name of the column, kept up to date; the row counts only while it is right';
COMMENT ON COLUMN msar_catalog.column_metadata.owner_name IS
  'Owner of the table, to whom the metadata is offered again when a dropped table is created anew';
COMMENT ON COLUMN msar_catalog.column_metadata.bool_input IS 'Input of a boolean: dropdown or checkbox';
COMMENT ON COLUMN msar_catalog.column_metadata.bool_true IS 'What true is shown as; True by default';
COMMENT ON COLUMN msar_catalog.column_metadata.bool_false IS 'What false is shown as; False by default';
COMMENT ON COLUMN msar_catalog.column_metadata.num_min_frac_digits IS 'Fewest digits after the decimal point, 0 to 20';
COMMENT ON COLUMN msar_catalog.column_metadata.num_max_frac_digits IS 'Most digits after the decimal point, 0 to 20';
COMMENT ON COLUMN msar_catalog.column_metadata.num_show_as_perc IS 'Whether a number is shown as a percentage; false by default';
COMMENT ON COLUMN msar_catalog.column_metadata.num_grouping IS
  'When digits are grouped: always, auto (where the format groups a number of that size) or never';
COMMENT ON COLUMN msar_catalog.column_metadata.num_format IS
  'Separators of a number: english 1,234,567.89; german 1.234.567,89; french 1 234 567,89; hindi 12,34,567.89; swiss 1''234''567.89';
COMMENT ON COLUMN msar_catalog.column_metadata.mon_currency_symbol IS 'Currency symbol of an amount of money';
COMMENT ON COLUMN msar_catalog.column_metadata.mon_currency_location IS
  'Where it stands: after-minus (-$5) or end-with-space (-5 $)';
COMMENT ON COLUMN msar_catalog.column_metadata.time_format IS
  'Format of a time of day, in the template patterns of to_char: HH24:MI:SS';
COMMENT ON COLUMN msar_catalog.column_metadata.date_format IS
  'Format of a date, in the template patterns of to_char: YYYY-MM-DD';
COMMENT ON COLUMN msar_catalog.column_metadata.duration_min IS
  'Smallest unit in which a duration is shown: d, h, m, s or ms';
COMMENT ON COLUMN msar_catalog.column_metadata.duration_max IS
  'Largest unit in which a duration is shown: d, h, m, s or ms';
COMMENT ON COLUMN msar_catalog.column_metadata.duration_show_units IS 'Whether units are shown with the numbers of a duration';
COMMENT ON COLUMN msar_catalog.column_metadata.display_width IS 'Width of the column on the screen, in pixels';
COMMENT ON COLUMN msar_catalog.column_metadata.file_backend IS
  'The store in which a client keeps the files that this column refers to; the column''s ui_type is file then';
COMMENT ON COLUMN msar_catalog.column_metadata.user_display_field IS
  'For clients that know users: what is shown of the user to whom a value refers: full_name, email or username';
COMMENT ON COLUMN msar_catalog.column_metadata.created_at IS 'When the row was created';
COMMENT ON COLUMN msar_catalog.column_metadata.updated_at IS 'When an option was last changed';


-- What every row goes through, however it is written. The functions that the triggers call are for those who may write
-- to the tables.
REVOKE EXECUTE ON FUNCTION
    __msar.complete_table_metadata(jsonb, jsonb), __msar.complete_column_metadata(jsonb, jsonb)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    __msar.complete_table_metadata(jsonb, jsonb), __msar.complete_column_metadata(jsonb, jsonb)
  TO @extowner@;

CREATE FUNCTION __msar.table_metadata_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
  NEW := jsonb_populate_record(NEW, __msar.complete_table_metadata(to_jsonb(NEW), to_jsonb(OLD)));
  RETURN NEW;
END;
$function$;

CREATE FUNCTION __msar.column_metadata_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
  NEW := jsonb_populate_record(NEW, __msar.complete_column_metadata(to_jsonb(NEW), to_jsonb(OLD)));
  RETURN NEW;
END;
$function$;

COMMENT ON FUNCTION __msar.table_metadata_row() IS
  'Trigger of msar_catalog.stored_table_metadata: checks a row and fills in what follows from the live object';
COMMENT ON FUNCTION __msar.column_metadata_row() IS
  'Trigger of msar_catalog.stored_column_metadata: checks a row and fills in what follows from the live object';

CREATE TRIGGER metadata_row BEFORE INSERT OR UPDATE ON msar_catalog.stored_table_metadata
  FOR EACH ROW EXECUTE FUNCTION __msar.table_metadata_row();
CREATE TRIGGER metadata_row BEFORE INSERT OR UPDATE ON msar_catalog.stored_column_metadata
  FOR EACH ROW EXECUTE FUNCTION __msar.column_metadata_row();

-- With session_replication_role = replica too.
ALTER TABLE msar_catalog.stored_table_metadata ENABLE ALWAYS TRIGGER metadata_row;
ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER metadata_row;

COMMENT ON TRIGGER metadata_row ON msar_catalog.stored_table_metadata IS 'Checks a row and fills in what follows from the live object';
COMMENT ON TRIGGER metadata_row ON msar_catalog.stored_column_metadata IS 'Checks a row and fills in what follows from the live object';

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

COMMENT ON TRIGGER z_announce ON msar_catalog.stored_table_metadata IS 'Tells sessions that what they compiled from the row is out of date';
COMMENT ON TRIGGER z_announce ON msar_catalog.stored_column_metadata IS 'Tells sessions that what they compiled from the row is out of date';
COMMENT ON TRIGGER z_announce_truncate ON msar_catalog.stored_table_metadata IS 'Tells sessions that what they compiled from rows is out of date';
COMMENT ON TRIGGER z_announce_truncate ON msar_catalog.stored_column_metadata IS 'Tells sessions that what they compiled from rows is out of date';
