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
      HINT = 'It may have been dropped. msar.get_table_info(schema) lists the relations of a schema with their OIDs.';
  END IF;
END
$$;

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

CREATE FUNCTION __msar.remember_import_target(src_tab_id regclass, dst_tab_id regclass) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
  SELECT msar.set_table_metadata(c.oid, pg_catalog.jsonb_build_object('import_target_oid', dst_tab_id::pg_catalog.oid::bigint))
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_class AS target ON target.oid = dst_tab_id AND target.relpersistence <> 't'
  WHERE c.oid = src_tab_id AND c.relpersistence <> 't' AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
    AND msar.get_table_metadata(c.oid) ? 'import_verified';
END;

CREATE FUNCTION msar.insert_from_select(src_tab_id regclass, dst_tab_id regclass, mappings jsonb) RETURNS bigint
LANGUAGE plpgsql STRICT
AS $$
DECLARE
  statement text;
  inserted bigint;
BEGIN
  PERFORM __msar.check_relation(dst_tab_id);
  IF pg_catalog.jsonb_typeof(mappings) OPERATOR(pg_catalog.<>) 'array' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'argument "mappings" is not an array',
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
      HINT = 'msar.get_column_info(relation) lists the columns, each with its attnum as "id".';
  END IF;
  EXECUTE statement;
END
$$;


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
