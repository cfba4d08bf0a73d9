-- Files to import, kept until they are imported, for a day at most. Names are bound as in schemas.sql.

CREATE TABLE msar_catalog.stored_data_files (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- NULL where the cluster has no such role (yet).
  owner_oid oid,
  owner_name name NOT NULL,
  file text NOT NULL,
  created_from text NOT NULL CONSTRAINT known_source CHECK (created_from IN ('file', 'paste', 'url')),
  type text NOT NULL,
  base_name text NOT NULL,
  header boolean NOT NULL,
  delimiter text NOT NULL,
  escapechar text NOT NULL,
  quotechar text NOT NULL,
  max_level integer NOT NULL DEFAULT 0,
  sheet_index integer NOT NULL DEFAULT 0,
  size bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
-- Of a file: without a foreign key, as in bootstrap.sql.
CREATE TABLE msar_catalog.stored_data_file_chunks (
  data_file_id bigint NOT NULL,
  position integer NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (data_file_id, position)
);
-- What is compressed already stays as it is, and the rest is read whole.
ALTER TABLE msar_catalog.stored_data_file_chunks ALTER COLUMN content SET STORAGE EXTERNAL;
GRANT SELECT, INSERT, UPDATE, DELETE ON msar_catalog.stored_data_files, msar_catalog.stored_data_file_chunks TO @extowner@;
GRANT SELECT, UPDATE, USAGE ON SEQUENCE msar_catalog.stored_data_files_id_seq TO @extowner@;
SELECT pg_catalog.pg_extension_config_dump('msar_catalog.stored_data_files', '');
SELECT pg_catalog.pg_extension_config_dump('msar_catalog.stored_data_files_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('msar_catalog.stored_data_file_chunks', '');

-- Roles of another cluster have other OIDs: what a restore brings is placed by name.
CREATE FUNCTION __msar.place_data_file() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  NEW.owner_oid := (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = NEW.owner_name);
  RETURN NEW;
END
$$;
CREATE TRIGGER place_data_file BEFORE INSERT ON msar_catalog.stored_data_files
  FOR EACH ROW EXECUTE FUNCTION __msar.place_data_file();
ALTER TABLE msar_catalog.stored_data_files ENABLE ALWAYS TRIGGER place_data_file;

CREATE VIEW msar_catalog.data_files WITH (security_barrier) AS
SELECT f.id, f.file, f.created_from, f.type, f.base_name, f.header, f.delimiter, f.escapechar, f.quotechar, f.max_level,
  f.sheet_index, f.owner_oid, f.size, f.created_at
FROM msar_catalog.stored_data_files AS f
WHERE f.owner_oid = msar.current_user_id()::oid
  AND f.created_at > pg_catalog.now() - '1 day'::interval;

CREATE VIEW msar_catalog.data_file_chunks WITH (security_barrier) AS
SELECT c.data_file_id, c.position, c.content
FROM msar_catalog.stored_data_file_chunks AS c
WHERE c.data_file_id IN (
  SELECT f.id
  FROM msar_catalog.stored_data_files AS f
  WHERE f.owner_oid = msar.current_user_id()::oid
    AND f.created_at > pg_catalog.now() - '1 day'::interval
);
GRANT SELECT ON msar_catalog.data_files, msar_catalog.data_file_chunks TO PUBLIC;

CREATE FUNCTION __msar.data_file_info() RETURNS TABLE (id bigint, info jsonb)
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
  SELECT f.id, pg_catalog.jsonb_build_object(
    'id', f.id, 'file', f.file, 'user', f.owner_oid::bigint, 'header', f.header, 'delimiter', f.delimiter,
    'escapechar', f.escapechar, 'quotechar', f.quotechar, 'created_from', f.created_from, 'max_level', f.max_level,
    'sheet_index', f.sheet_index, 'type', f.type, 'base_name', f.base_name, 'size', f.size, 'created_at', f.created_at
  )
  FROM msar_catalog.data_files AS f;
END;

CREATE FUNCTION msar.list_data_files() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
  SELECT COALESCE(pg_catalog.jsonb_agg(f.info ORDER BY f.id), '[]') FROM __msar.data_file_info() AS f;
END;

CREATE FUNCTION msar.get_data_file(id bigint) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
  SELECT f.info FROM __msar.data_file_info() AS f WHERE f.id = get_data_file.id;
END;

-- These functions change files. The first statement of each calls a function in Rust; the second returns the new state.

CREATE FUNCTION msar.add_data_file(name text, content bytea, options jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  -- Stored first: what is read in the same expression does not see it yet.
  id bigint := __msar.store_data_file(name, content, options);
BEGIN
  RETURN msar.get_data_file(id);
END
$$;

CREATE FUNCTION __msar.check_data_file(id bigint) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
AS $$
BEGIN
  IF msar.get_data_file(id) IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = pg_catalog.format('data file %s does not exist', id),
      DETAIL = 'Data files are kept until they are imported, for a day at most, and only their owners see them.',
      HINT = 'msar.list_data_files() returns those of the user.';
  END IF;
END
$$;

CREATE FUNCTION msar.set_data_file(id bigint, patch jsonb) RETURNS jsonb
LANGUAGE plpgsql STRICT
AS $$
BEGIN
  PERFORM __msar.check_data_file(id);
  PERFORM __msar.change_data_file(id, patch);
  RETURN msar.get_data_file(id);
END
$$;

CREATE FUNCTION msar.delete_data_file(id bigint) RETURNS void
LANGUAGE plpgsql STRICT
AS $$
BEGIN
  PERFORM __msar.check_data_file(id);
  PERFORM __msar.remove_data_file(id);
END
$$;

-- The content of a file, and its options for __msar.inspect_file and __msar.fill_table. The column names are the header
-- row, trimmed.
CREATE FUNCTION __msar.data_file_content(id bigint) RETURNS bytea
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
  SELECT COALESCE(pg_catalog.string_agg(c.content, ''::pg_catalog.bytea ORDER BY c.position), '')
  FROM msar_catalog.data_file_chunks AS c WHERE c.data_file_id = data_file_content.id;
END;

CREATE FUNCTION __msar.data_file_layout_options(id bigint, header boolean) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
  SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'format', f.type,
    'delimiter', NULLIF(f.delimiter, ''),
    'header', CASE WHEN f.type IN ('csv', 'tsv') THEN COALESCE(data_file_layout_options.header, f.header) END
  ))
  FROM msar_catalog.data_files AS f WHERE f.id = data_file_layout_options.id;
END;

CREATE FUNCTION msar.import_data_file(id bigint, sch_id regnamespace, tab_name text DEFAULT NULL, comment_ text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
  options pg_catalog.jsonb;
  content pg_catalog.bytea;
  file pg_catalog.jsonb;
  prepared pg_catalog.jsonb;
BEGIN
  PERFORM __msar.check_data_file(id);
  options := __msar.data_file_layout_options(id, NULL);
  content := __msar.data_file_content(id);
  file := __msar.inspect_file(content, options);
  prepared := msar.prepare_table_for_import(
    sch_id,
    COALESCE(tab_name, (SELECT f.base_name FROM msar_catalog.data_files AS f WHERE f.id OPERATOR(pg_catalog.=) import_data_file.id)),
    ARRAY(
      SELECT CASE WHEN pg_catalog.btrim(c.name) OPERATOR(pg_catalog.<>) '' THEN pg_catalog.btrim(c.name)
        ELSE 'Column ' OPERATOR(pg_catalog.||) (c.n OPERATOR(pg_catalog.-) 1)::pg_catalog.text END
      FROM pg_catalog.jsonb_array_elements_text(file OPERATOR(pg_catalog.->) 'columns') WITH ORDINALITY AS c(name, n)
      ORDER BY c.n
    ),
    comment_
  );
  PERFORM __msar.fill_table((prepared OPERATOR(pg_catalog.->>) 'table_oid')::pg_catalog.oid::pg_catalog.regclass, content, file, options);
  PERFORM msar.set_table_metadata(
    (prepared OPERATOR(pg_catalog.->>) 'table_oid')::pg_catalog.oid::pg_catalog.regclass,
    pg_catalog.jsonb_build_object('mathesar_added_pkey_attnum', prepared OPERATOR(pg_catalog.->) 'pkey_column_attnum')
  );
  PERFORM __msar.remove_data_file(id);
  RETURN pg_catalog.jsonb_build_object(
    'oid', prepared OPERATOR(pg_catalog.->) 'table_oid',
    'name', prepared OPERATOR(pg_catalog.->) 'table_name',
    'renamed_columns', prepared OPERATOR(pg_catalog.->) 'renamed_columns'
  );
END
$$;

CREATE FUNCTION msar.insert_data_file(id bigint, tab_id regclass, mappings jsonb, header boolean DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql STRICT
AS $$
#variable_conflict use_column
DECLARE
  options pg_catalog.jsonb;
  content pg_catalog.bytea;
  file pg_catalog.jsonb;
  wanted pg_catalog.jsonb;
  found pg_catalog.jsonb;
  temporary pg_catalog.regclass;
  inserted bigint;
BEGIN
  PERFORM __msar.check_data_file(insert_data_file.id);
  options := __msar.data_file_layout_options(insert_data_file.id, header);
  content := __msar.data_file_content(insert_data_file.id);
  file := __msar.inspect_file(content, options);
  IF header THEN
    wanted := (
      SELECT pg_catalog.jsonb_agg(
        pg_catalog.jsonb_build_array(m.value OPERATOR(pg_catalog.#>) '{csv_column,index}', m.value OPERATOR(pg_catalog.#>) '{csv_column,name}')
        ORDER BY (m.value OPERATOR(pg_catalog.#>>) '{csv_column,index}')::integer
      )
      FROM pg_catalog.jsonb_array_elements(mappings) AS m(value)
    );
    found := (
      SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(c.n OPERATOR(pg_catalog.-) 1, c.name) ORDER BY c.n)
      FROM pg_catalog.jsonb_array_elements_text(file OPERATOR(pg_catalog.->) 'columns') WITH ORDINALITY AS c(name, n)
    );
    IF NOT COALESCE(wanted OPERATOR(pg_catalog.=) found, wanted IS NULL AND found IS NULL) THEN
      RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'the mappings are not those of the columns of the file',
        DETAIL = pg_catalog.format('The columns are %s.', found),
        HINT = 'Each column of the file needs a mapping with its "index" and "name"; "table_column" null leaves it out.';
    END IF;
  END IF;
  temporary := (msar.prepare_temp_table_for_import(
    (SELECT f.base_name FROM msar_catalog.data_files AS f WHERE f.id OPERATOR(pg_catalog.=) insert_data_file.id),
    ARRAY(
      SELECT CASE WHEN c.name OPERATOR(pg_catalog.<>) '' THEN c.name END
      FROM pg_catalog.jsonb_array_elements_text(file OPERATOR(pg_catalog.->) 'columns') WITH ORDINALITY AS c(name, n)
      ORDER BY c.n
    )
  ) OPERATOR(pg_catalog.->>) 'table_oid')::pg_catalog.oid;
  PERFORM __msar.fill_table(temporary, content, file, options);
  inserted := msar.insert_from_select(temporary, tab_id, (
    SELECT COALESCE(
      pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'src_table_attnum', (m.value OPERATOR(pg_catalog.#>>) '{csv_column,index}')::integer OPERATOR(pg_catalog.+) 1,
        'dst_table_attnum', m.value OPERATOR(pg_catalog.->) 'table_column'
      )) FILTER (WHERE m.value OPERATOR(pg_catalog.->>) 'table_column' IS NOT NULL),
      '[]'
    )
    FROM pg_catalog.jsonb_array_elements(mappings) AS m(value)
  ));
  EXECUTE pg_catalog.format('DROP TABLE %s', temporary);
  PERFORM __msar.remove_data_file(insert_data_file.id);
  RETURN pg_catalog.jsonb_build_object('inserted_rows', inserted);
END
$$;
