-- Import: tables of text for COPY to fill, a look at them as other types, and the way of their rows into other tables.
--
-- The statements are written by functions with an SQL-standard body, whose names are bound when the extension is created;
-- the functions in PL/pgSQL do little but run them, under the caller's search_path and with the caller's rights.

CREATE FUNCTION __msar.check_relation(tab_id oid) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid OPERATOR(pg_catalog.=) tab_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table',
      MESSAGE = pg_catalog.format('relation with OID %s does not exist', tab_id::pg_catalog.int8),
      HINT = 'It may have been dropped. msar.get_table_info(schema) gives the relations of a schema with their OIDs.';
  END IF;
END
$$;

COMMENT ON FUNCTION __msar.check_relation(oid) IS $$Raises an error if a relation does not exist.

Arguments: tab_id: its OID
Returns: none
Errors: 42P01 it does not exist

Example: SELECT __msar.check_relation('public.book'::regclass);$$;


CREATE FUNCTION __msar.preview_query(tab_id regclass, col_cast_def jsonb, rec_limit integer) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.format(
    'SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(preview)) FROM (SELECT %s FROM %s LIMIT %L) AS preview',
    pg_catalog.string_agg(
      CASE WHEN wanted.type IS NULL THEN pg_catalog.quote_ident(a.attname)
        ELSE pg_catalog.format(
          '(%s)::%s AS %I',
          __msar.cast_expression(
            pg_catalog.quote_ident(a.attname), a.atttypid,
            CASE WHEN wanted.is_whole THEN __msar.type_in_full(wanted.type)::regtype ELSE a.atttypid::regtype END,
            wanted.cast_options
          ),
          __msar.type_in_full(
            CASE WHEN wanted.is_whole THEN wanted.type
              -- Options alone leave the type's name.
              ELSE wanted.type || pg_catalog.jsonb_build_object('name', a.atttypid::regtype::text)
            END
          ),
          a.attname
        )
      END,
      ', ' ORDER BY a.attnum
    ),
    tab_id, rec_limit
  )
  FROM pg_catalog.pg_attribute AS a
  LEFT JOIN (
    SELECT w.*, w.type ? 'name' OR w.type ? 'id' OR pg_catalog.jsonb_typeof(w.type) <> 'object' AS is_whole
    FROM pg_catalog.jsonb_to_recordset(col_cast_def) AS w(attnum integer, type jsonb, cast_options jsonb)
  ) AS wanted ON wanted.attnum = a.attnum
  WHERE a.attrelid = tab_id AND a.attnum > 0 AND NOT a.attisdropped
    AND pg_catalog.has_column_privilege(tab_id, a.attnum, 'SELECT');
END;

COMMENT ON FUNCTION __msar.preview_query(regclass, jsonb, integer) IS $$The statement that msar.get_preview runs.

Arguments: tab_id, col_cast_def, rec_limit: as msar.get_preview
Returns: a SELECT of one value
Errors: 42704 unknown type

Example: SELECT __msar.preview_query('public.import', '[{"attnum": 2, "type": {"name": "date"}}]', 10);$$;


CREATE FUNCTION msar.get_preview(tab_id oid, col_cast_def jsonb, rec_limit integer) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
AS $$
DECLARE
  preview jsonb;
BEGIN
  PERFORM __msar.check_relation(tab_id);
  EXECUTE __msar.preview_query(tab_id, col_cast_def, rec_limit) INTO preview;
  RETURN preview;
END
$$;

COMMENT ON FUNCTION msar.get_preview(oid, jsonb, integer) IS $$The first rows of a table, with columns cast to other types; the table stays as it is.

Arguments: tab_id: the table
col_cast_def: array of {"attnum": int, "type": {"id", "modifier"}, {"schema", "name", "options"} or its name, "cast_options": null or
{"group_sep", "decimal_p", "curr_pref", "curr_suff", "date_order"}}; other columns that the caller may read are shown as they
are
rec_limit: how many rows; NULL for all
Returns: array of objects with the columns' names as keys, values as to_jsonb gives them; NULL if there are no rows
Errors: 42P01 unknown relation, 42704 unknown type; of a value that cannot be cast, what the cast raises

Example: SELECT msar.get_preview('public.import'::regclass, '[{"attnum": 2, "type": {"name": "date"}}]', 10);$$;


CREATE FUNCTION __msar.import_statement(src_tab_id regclass, dst_tab_id regclass, mappings jsonb, inferred jsonb) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE WHEN pg_catalog.count(*) > 0 THEN pg_catalog.format(
    'INSERT INTO %s (%s) SELECT %s FROM %s',
    dst_tab_id,
    pg_catalog.string_agg(pg_catalog.quote_ident(dst.attname), ', ' ORDER BY m.n),
    pg_catalog.string_agg(
      __msar.cast_expression(
        pg_catalog.quote_ident(src.attname), src.atttypid, dst.atttypid,
        -- What the values of the column have shown about themselves, where it is about the column's type.
        CASE WHEN inferred #>> ARRAY[src.attnum::text, 'type'] = pg_catalog.format_type(dst.atttypid, NULL)
          THEN inferred #> ARRAY[src.attnum::text, 'details']
        END
      ),
      ', ' ORDER BY m.n
    ),
    src_tab_id
  ) END
  FROM pg_catalog.jsonb_array_elements(mappings) WITH ORDINALITY AS m(mapping, n)
  JOIN pg_catalog.pg_attribute AS src
    ON src.attrelid = src_tab_id AND src.attnum = (m.mapping ->> 'src_table_attnum')::integer AND NOT src.attisdropped
  JOIN pg_catalog.pg_attribute AS dst
    ON dst.attrelid = dst_tab_id AND dst.attnum = (m.mapping ->> 'dst_table_attnum')::integer AND NOT dst.attisdropped;
END;

COMMENT ON FUNCTION __msar.import_statement(regclass, regclass, jsonb, jsonb) IS $$The statement that msar.insert_from_select runs.

Arguments: src_tab_id, dst_tab_id, mappings: as msar.insert_from_select; inferred: what msar.infer_table_column_data_types tells about the
source
Returns: an INSERT ... SELECT; NULL if the mappings name no columns of both
Errors: none

Example: SELECT __msar.import_statement('public.import', 'public.book', '[{"src_table_attnum": 1, "dst_table_attnum": 2}]', '{}');$$;


CREATE FUNCTION __msar.remember_import_target(src_tab_id regclass, dst_tab_id regclass) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
  SELECT msar.set_table_metadata(c.oid, pg_catalog.jsonb_build_object('import_target_oid', dst_tab_id::pg_catalog.oid::bigint))
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_class AS target ON target.oid = dst_tab_id AND target.relpersistence <> 't'
  WHERE c.oid = src_tab_id AND c.relpersistence <> 't' AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
    AND msar.get_table_metadata(c.oid) ? 'import_verified';
END;

COMMENT ON FUNCTION __msar.remember_import_target(regclass, regclass) IS $$Keeps in the metadata of a table that an import has made, if the current role may, into which table its rows went.

Arguments: src_tab_id, dst_tab_id: the tables
Returns: nothing
Errors: none

Example: SELECT __msar.remember_import_target('import', 'public.book');$$;


CREATE FUNCTION msar.insert_from_select(src_tab_id regclass, dst_tab_id regclass, mappings jsonb) RETURNS bigint
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  statement text;
  inserted bigint;
BEGIN
  PERFORM __msar.check_relation(dst_tab_id);
  IF pg_catalog.jsonb_typeof(mappings) OPERATOR(pg_catalog.<>) 'array' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'argument "mappings" is no array',
      HINT = 'Pass an array of {"src_table_attnum": int, "dst_table_attnum": int}.';
  END IF;
  statement := __msar.import_statement(src_tab_id, dst_tab_id, mappings, msar.infer_table_column_data_types(src_tab_id));
  IF statement IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'the mappings name no columns of both tables',
      HINT = 'msar.get_column_info(relation) gives the columns, each with its attnum as "id".';
  END IF;
  EXECUTE statement;
  GET DIAGNOSTICS inserted = ROW_COUNT;
  PERFORM __msar.remember_import_target(src_tab_id, dst_tab_id);
  RETURN inserted;
END
$$;

COMMENT ON FUNCTION msar.insert_from_select(regclass, regclass, jsonb) IS $$Inserts the rows of one table into another, with the values cast to the other's types.

Arguments: src_tab_id, dst_tab_id: the tables
mappings: array of {"src_table_attnum": int, "dst_table_attnum": int}
Returns: how many rows were inserted. Columns of text whose values are all numbers, amounts or dates are read as
msar.infer_table_column_data_types suggests (separators, currency marks, order of dates). A source that an import has made remembers the other table: metadata
import_target_oid
Errors: 22023 no columns are mapped; 42501, 23505, 23502 and so on of the INSERT; of a value that cannot be cast, what the cast raises

Example: SELECT msar.insert_from_select('import', 'public.book', '[{"src_table_attnum": 1, "dst_table_attnum": 2}]');$$;


CREATE FUNCTION __msar.copy_statement(tab_id regclass) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.format(
    'COPY %I.%I (%s) FROM STDIN', n.nspname, c.relname,
    (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)
     FROM pg_catalog.pg_attribute AS a
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype)
  )
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.oid = tab_id;
END;

COMMENT ON FUNCTION __msar.copy_statement(regclass) IS $$The statement that fills the columns of type text of a table.

Arguments: tab_id: the table
Returns: COPY schema.table (columns) FROM STDIN
Errors: none

Example: SELECT __msar.copy_statement('public.import');$$;


CREATE FUNCTION msar.prepare_table_for_import(sch_id oid, tab_name text, col_names text[], comment_ text) RETURNS jsonb
LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
  new_columns jsonb := __msar.import_column_names(COALESCE(pg_catalog.to_jsonb(col_names), '[]'), '["id"]');
  made jsonb := msar.add_mathesar_table(
    sch_id, __msar.import_table_name(sch_id, tab_name, 'Table'), NULL,
    (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', c.name) ORDER BY c.n)
     FROM pg_catalog.jsonb_array_elements(new_columns) WITH ORDINALITY AS c(name, n)),
    NULL, NULL, comment_
  );
BEGIN
  RETURN pg_catalog.jsonb_build_object(
    'copy_sql', __msar.copy_statement((made OPERATOR(pg_catalog.->>) 'oid')::pg_catalog.oid),
    'table_oid', made OPERATOR(pg_catalog.->) 'oid',
    'table_name', made OPERATOR(pg_catalog.->) 'name',
    'renamed_columns', (
      SELECT COALESCE(pg_catalog.jsonb_object_agg(c.old, c.new), '{}')
      FROM ROWS FROM (pg_catalog.unnest(col_names), pg_catalog.jsonb_array_elements_text(new_columns)) AS c(old, new)
      WHERE c.old OPERATOR(pg_catalog.<>) c.new
    ),
    'pkey_column_attnum', made OPERATOR(pg_catalog.->) 'pkey_column_attnum'
  );
END
$$;

COMMENT ON FUNCTION msar.prepare_table_for_import(oid, text, text[], text) IS $$Creates a table of text columns, with a primary key id, for COPY to fill.

Arguments: sch_id: its schema; tab_name: its name, which gets a number if it is taken; NULL or empty for Table N
col_names: the columns' names; NULL or empty for Column N; one that is taken (id is) gets a number
comment_: its comment, or NULL
Returns: {"copy_sql": the COPY statement, "table_oid": int, "table_name": text, "renamed_columns": {old: new},
"pkey_column_attnum": 1}
Errors: 3F000 unknown schema, 42501 no CREATE on it

Example: SELECT msar.prepare_table_for_import('public'::regnamespace, 'import', '{name,price}', NULL);$$;


CREATE FUNCTION msar.prepare_temp_table_for_import(tab_name text, col_names text[]) RETURNS jsonb
LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
  new_name text;
  new_columns jsonb;
  tab_id oid;
BEGIN
  -- A column called id becomes Column N, as one without a name.
  new_columns := __msar.import_column_names(
    (SELECT COALESCE(pg_catalog.jsonb_agg(CASE WHEN c.name OPERATOR(pg_catalog.<>) 'id' THEN c.name END ORDER BY c.n), '[]')
     FROM pg_catalog.unnest(col_names) WITH ORDINALITY AS c(name, n)),
    '[]'
  );
  new_name := __msar.import_table_name(
    pg_catalog.pg_my_temp_schema(),
    -- A name that any session has for a temporary table: messages about one should not be taken for those about another.
    CASE WHEN NOT EXISTS (
      SELECT FROM pg_catalog.pg_class AS c
      WHERE c.relpersistence OPERATOR(pg_catalog.=) 't' AND c.relname OPERATOR(pg_catalog.=) tab_name::pg_catalog.name
    ) THEN tab_name END,
    'Temp Table'
  );
  EXECUTE pg_catalog.format(
    'CREATE TEMPORARY TABLE %I (%s)', new_name,
    (SELECT pg_catalog.string_agg(pg_catalog.format('%I text', c.name), ', ' ORDER BY c.n)
     FROM pg_catalog.jsonb_array_elements_text(new_columns) WITH ORDINALITY AS c(name, n))
  );
  tab_id := pg_catalog.format('pg_temp.%I', new_name)::pg_catalog.regclass;
  RETURN pg_catalog.jsonb_build_object('copy_sql', __msar.copy_statement(tab_id), 'table_oid', tab_id::pg_catalog.int8);
END
$$;

COMMENT ON FUNCTION msar.prepare_temp_table_for_import(text, text[]) IS $$Creates a temporary table of text columns, without a key, for COPY to fill.

Arguments: tab_name: its name; NULL, empty or the name of any temporary table for Temp Table N
col_names: the columns' names; NULL, empty or id for Column N; one that is taken gets a number
Returns: {"copy_sql": the COPY statement, "table_oid": int}
Errors: 42501 no TEMPORARY on the database

Example: SELECT msar.prepare_temp_table_for_import('import', '{name,price}');$$;


CREATE FUNCTION __msar.reset_mash_statement(tab_id regclass, col_id smallint, uri_mash_map jsonb) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.format(
    'UPDATE %1$s AS t SET %2$I = pg_catalog.jsonb_set(t.%2$I::pg_catalog.jsonb, ''{mash}'', m.value)::%3$s'
    ' FROM pg_catalog.jsonb_each(%4$L) AS m'
    ' WHERE t.%2$I::pg_catalog.jsonb OPERATOR(pg_catalog.->>) ''uri'' OPERATOR(pg_catalog.=) m.key',
    tab_id, a.attname, a.atttypid::regtype, uri_mash_map
  )
  FROM pg_catalog.pg_attribute AS a
  WHERE a.attrelid = tab_id AND a.attnum = col_id AND NOT a.attisdropped;
END;

COMMENT ON FUNCTION __msar.reset_mash_statement(regclass, smallint, jsonb) IS $$The statement that msar.reset_mash runs.

Arguments: tab_id, col_id, uri_mash_map: as msar.reset_mash
Returns: an UPDATE; NULL if there is no such column
Errors: none

Example: SELECT __msar.reset_mash_statement('public.book', 5::smallint, '{"s3://a": "1f"}');$$;


CREATE FUNCTION msar.reset_mash(tab_id regclass, col_id smallint, uri_mash_map jsonb) RETURNS void
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  statement text := __msar.reset_mash_statement(tab_id, col_id, uri_mash_map);
BEGIN
  PERFORM __msar.check_relation(tab_id);
  IF statement IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_column',
      MESSAGE = pg_catalog.format('column %s of relation %s does not exist', col_id, tab_id),
      HINT = 'msar.get_column_info(relation) gives the columns, each with its attnum as "id".';
  END IF;
  EXECUTE statement;
END
$$;

COMMENT ON FUNCTION msar.reset_mash(regclass, smallint, jsonb) IS $$Sets the check values of files: in a column of {"uri": text, "mash": text}, mash of the rows with certain URIs.

Arguments: tab_id: the table; col_id: attnum of the column, of type json, jsonb or a domain over it
uri_mash_map: {uri: mash}
Returns: none
Errors: 42703 unknown column, 42501 no UPDATE on it

Example: SELECT msar.reset_mash('public.book', 5::smallint, '{"s3://covers/1.png": "5f2b"}');$$;


CREATE FUNCTION __msar.retype_statement(tab_id regclass, inferred jsonb) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.format('ALTER TABLE %s ', tab_id) || pg_catalog.string_agg(
    pg_catalog.format(
      'ALTER COLUMN %1$I TYPE %2$s USING %3$s', a.attname, target.id,
      __msar.cast_expression(pg_catalog.quote_ident(a.attname), a.atttypid, target.id, inferred #> ARRAY[a.attnum::text, 'details'])
    ),
    ', ' ORDER BY a.attnum
  )
  FROM pg_catalog.pg_attribute AS a,
    LATERAL (SELECT (inferred #>> ARRAY[a.attnum::text, 'type'])::regtype AS id) AS target
  WHERE a.attrelid = tab_id AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid <> target.id;
END;

COMMENT ON FUNCTION __msar.retype_statement(regclass, jsonb) IS $$The statement that gives columns the types that their values suggest, in one rewrite of the table.

Arguments: tab_id: the table; inferred: what msar.infer_table_column_data_types tells about it
Returns: an ALTER TABLE; NULL if all columns have their types
Errors: none

Example: SELECT __msar.retype_statement('public.import', msar.infer_table_column_data_types('public.import'));$$;


CREATE FUNCTION msar.import_text(sch_id regnamespace, tab_name text, data bytea, options jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
  parsed jsonb := __msar.inspect_file(data, COALESCE(options, '{}'));
  prepared jsonb;
  tab_id regclass;
  inferred jsonb;
  retype text;
BEGIN
  IF data IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'argument "data" must not be null',
      HINT = 'Pass the file as bytea, or a text by convert_to(text, ''UTF8'').';
  END IF;
  prepared := msar.prepare_table_for_import(
    sch_id, tab_name,
    ARRAY(
      SELECT c.name
      FROM pg_catalog.jsonb_array_elements_text(parsed OPERATOR(pg_catalog.->) 'columns') WITH ORDINALITY AS c(name, n)
      ORDER BY c.n
    ),
    NULL
  );
  tab_id := (prepared OPERATOR(pg_catalog.->>) 'table_oid')::pg_catalog.oid;
  PERFORM __msar.fill_table(tab_id, data, parsed, COALESCE(options, '{}'));
  inferred := msar.infer_table_column_data_types(tab_id);
  retype := __msar.retype_statement(tab_id, inferred);
  IF retype IS NOT NULL THEN
    EXECUTE retype;
  END IF;
  -- Until a person has looked at what came in.
  PERFORM msar.set_table_metadata(tab_id, '{"import_verified": false}');
  RETURN pg_catalog.jsonb_build_object(
    'table_oid', prepared OPERATOR(pg_catalog.->) 'table_oid',
    'table_name', prepared OPERATOR(pg_catalog.->) 'table_name',
    'renamed_columns', prepared OPERATOR(pg_catalog.->) 'renamed_columns',
    'pkey_column_attnum', prepared OPERATOR(pg_catalog.->) 'pkey_column_attnum',
    'columns', inferred,
    'rows', parsed OPERATOR(pg_catalog.->) 'rows',
    'bad_rows', parsed OPERATOR(pg_catalog.->) 'bad_rows',
    'format', parsed OPERATOR(pg_catalog.->) 'format',
    'encoding', parsed OPERATOR(pg_catalog.->) 'encoding',
    'delimiter', parsed OPERATOR(pg_catalog.->) 'delimiter',
    'header', parsed OPERATOR(pg_catalog.->) 'header'
  );
END
$$;

COMMENT ON FUNCTION msar.import_text(regnamespace, text, bytea, jsonb) IS $$Makes a table of a small file or a pasted text, with the types that its values suggest. For large files use
msar.prepare_table_for_import and COPY.

Arguments: sch_id: the table's schema; tab_name: its name, as msar.prepare_table_for_import
data: the file, in any encoding; bytea, as the server would refuse text in another encoding than the client's
options: {"format": csv, tsv, json_lines or json (an array of objects), "encoding": as the web names them (latin1, utf-16le),
"delimiter", "quote", "escape": single ASCII characters, "header": whether the first row has the columns' names, "null": text
that stands for NULL in csv and tsv (empty), "bad_rows": refuse (the whole file) or skip}; what is left out is found out
Returns: {"table_oid", "table_name", "renamed_columns", "pkey_column_attnum": as msar.prepare_table_for_import, "columns": as
msar.infer_table_column_data_types, "rows": how many were imported, "bad_rows": [{"line": int, of a JSON array the number of the
object, "reason", "text"}], "format", "encoding", "delimiter", "header": what the file was taken for}
Errors: 22004 data is NULL, 22023 unknown option, 22P04 a file that cannot be read or has bad rows, 54011 more columns than a
table can have, 54000 more than 10000 bad rows to skip, 3F000 unknown schema, 42501 no CREATE on it

Example: SELECT msar.import_text('public', 'towns', 'name,founded
Bergen,1070-01-01');$$;
