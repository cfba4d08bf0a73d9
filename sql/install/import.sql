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

CREATE FUNCTION msar.get_preview(tab_id oid, col_cast_def jsonb, rec_limit integer) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
AS $$
DECLARE
  preview pg_catalog.jsonb;
BEGIN
  PERFORM __msar.check_relation(tab_id);
  EXECUTE __msar.preview_query(tab_id, col_cast_def, rec_limit) INTO preview;
  RETURN preview;
END
$$;

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
  inserted bigint;
BEGIN
  PERFORM __msar.check_relation(dst_tab_id);
  EXECUTE __msar.import_statement(src_tab_id, dst_tab_id, mappings);
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
  new_columns pg_catalog.jsonb := __msar.import_column_names(COALESCE(pg_catalog.to_jsonb(col_names), '[]'), '["id"]');
  made pg_catalog.jsonb := msar.add_mathesar_table(
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
  new_name pg_catalog.text;
  new_columns pg_catalog.jsonb;
  tab_id pg_catalog.oid;
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
    (SELECT pg_catalog.string_agg(pg_catalog.format('%I pg_catalog.text', c.name), ', ' ORDER BY c.n)
     FROM pg_catalog.jsonb_array_elements_text(new_columns) WITH ORDINALITY AS c(name, n))
  );
  tab_id := pg_catalog.format('pg_temp.%I', new_name)::pg_catalog.regclass;
  RETURN pg_catalog.jsonb_build_object('copy_sql', __msar.copy_statement(tab_id), 'table_oid', tab_id::pg_catalog.int8);
END
$$;

-- Elements of an array, each read by what is known of how it is written. Arrays of arrays stay as they are.
CREATE FUNCTION __msar.array_of_numbers(value text, group_sep text, decimal_p text, curr_pref text, curr_suff text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
  SELECT CASE WHEN pg_catalog.array_ndims(a.elements) = 1 THEN (
    SELECT pg_catalog.array_agg(
      CASE WHEN curr_pref = '' AND curr_suff = '' THEN msar.cast_to_numeric(e.element, group_sep::"char", decimal_p::"char")
        ELSE msar.cast_to_mathesar_money(e.element, group_sep::"char", decimal_p::"char", curr_pref, curr_suff)::numeric END
      ORDER BY e.n
    )::text
    FROM pg_catalog.unnest(a.elements) WITH ORDINALITY AS e(element, n)
  ) ELSE __msar.array_literal(value) END
  FROM (SELECT __msar.array_literal(value)::text[] AS elements) AS a;
END;

CREATE FUNCTION __msar.array_of_moments(value text, date_order text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
  SELECT CASE WHEN pg_catalog.array_ndims(a.elements) = 1 THEN (
    SELECT pg_catalog.array_agg(msar.cast_to_timestamp_without_time_zone(e.element, date_order) ORDER BY e.n)::text
    FROM pg_catalog.unnest(a.elements) WITH ORDINALITY AS e(element, n)
  ) ELSE __msar.array_literal(value) END
  FROM (SELECT __msar.array_literal(value)::text[] AS elements) AS a;
END;

-- A JSON array of objects as an array of rows. "base" only says of which type they are; a body that takes any type is bound
-- when it runs, so all in it is qualified, and no constant has a backslash.
CREATE FUNCTION __msar.array_of_rows(value text, base anyelement) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN value OPERATOR(pg_catalog.~) '^[[:space:]]*[[][[:space:]]*([{]|null[[:>:]]|])' THEN (
    SELECT COALESCE(pg_catalog.array_agg(
      CASE WHEN pg_catalog.jsonb_typeof(e.element) OPERATOR(pg_catalog.=) 'object'::pg_catalog.text
        THEN pg_catalog.jsonb_populate_record(base, e.element)::pg_catalog.text
        ELSE e.element OPERATOR(pg_catalog.#>>) '{}'::pg_catalog.text[] END
      ORDER BY e.n
    ), '{}'::pg_catalog.text[])::pg_catalog.text
    FROM pg_catalog.jsonb_array_elements(value::pg_catalog.jsonb) WITH ORDINALITY AS e(element, n)
  ) ELSE __msar.array_literal(value) END
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
  statement pg_catalog.text := __msar.reset_mash_statement(tab_id, col_id, uri_mash_map);
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

-- The type of a name that inference gives. Names of one word are those of PostgreSQL's own types, whatever else has such a
-- name; words of the grammar, like integer, are no names and mean the same everywhere.
CREATE FUNCTION __msar.inferred_type(type_name text) RETURNS regtype
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE WHEN type_name ~ '^[a-z]+(\[\])?$'
    THEN COALESCE(pg_catalog.to_regtype('pg_catalog.' || type_name), type_name::regtype)
    ELSE type_name::regtype END;
END;

CREATE FUNCTION __msar.retype_statement(tab_id regclass, inferred jsonb, row_count bigint DEFAULT 0) RETURNS text
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT pg_catalog.format('ALTER TABLE %s ', tab_id) || pg_catalog.string_agg(
    pg_catalog.format(
      'ALTER COLUMN %1$I TYPE %2$s USING %3$s', c.attname, c.target,
      CASE WHEN c.n = 1 THEN __msar.counted('retyping', row_count, c.expression) ELSE c.expression END
    ),
    ', ' ORDER BY c.n
  )
  FROM (
    SELECT a.attname, target.id AS target, pg_catalog.row_number() OVER (ORDER BY a.attnum) AS n,
      __msar.cast_expression(pg_catalog.quote_ident(a.attname), a.atttypid, target.id, inferred #> ARRAY[a.attnum::text, 'details'])
        AS expression
    FROM pg_catalog.pg_attribute AS a,
      LATERAL (SELECT __msar.inferred_type(inferred #>> ARRAY[a.attnum::text, 'type']) AS id) AS target
    WHERE a.attrelid = tab_id AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid <> target.id
  ) AS c;
END;

-- How the values of a file were written, as display options of their columns.
CREATE FUNCTION __msar.found_display_options(inferred jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('attnum', o.attnum) || o.options ORDER BY o.attnum), '[]')
  FROM (
    SELECT c.attnum::int AS attnum, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'mon_currency_symbol', pg_catalog.btrim(COALESCE(NULLIF(d.options ->> 'curr_pref', ''), NULLIF(d.options ->> 'curr_suff', ''))),
      'mon_currency_location', CASE
        WHEN d.options ->> 'curr_pref' <> '' THEN 'after-minus'
        WHEN d.options ->> 'curr_suff' <> '' THEN 'end-with-space'
      END,
      'num_format', CASE
        WHEN d.options ->> 'group_sep' = '.' OR d.options ->> 'decimal_p' = ',' AND d.options ->> 'group_sep' = '' THEN 'german'
        WHEN d.options ->> 'group_sep' = ',' THEN 'english'
        WHEN d.options ->> 'group_sep' = pg_catalog.chr(39) THEN 'swiss'
        WHEN d.options ->> 'group_sep' = ' ' THEN 'french'
      END,
      'num_grouping', CASE
        WHEN d.options ->> 'group_sep' <> '' THEN 'always'
        WHEN d.options ->> 'decimal_p' = ',' THEN 'never'
      END,
      'date_format', CASE d.options ->> 'date_order' WHEN 'DMY' THEN 'DD/MM/YYYY' WHEN 'MDY' THEN 'MM/DD/YYYY' END
    )) AS options
    FROM pg_catalog.jsonb_each(inferred) AS c(attnum, inference)
    CROSS JOIN LATERAL (SELECT c.inference -> 'details' AS options) AS d
  ) AS o
  WHERE o.options <> '{}';
END;

-- The columns whose names are not the headings of the file: an object by heading has no place for one that comes twice.
CREATE FUNCTION __msar.renamed_headings(file jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(
    pg_catalog.jsonb_agg(
      -- The first column of the table is its key.
      pg_catalog.jsonb_build_object('attnum', c.n + 1, 'heading', c.heading, 'name', c.name) ORDER BY c.n
    ),
    '[]'
  )
  FROM ROWS FROM (
    pg_catalog.jsonb_array_elements_text(file -> 'columns'),
    pg_catalog.jsonb_array_elements_text(__msar.import_column_names(file -> 'columns', '["id"]'))
  ) WITH ORDINALITY AS c(heading, name, n)
  WHERE c.heading <> c.name AND (file ->> 'header')::boolean;
END;

CREATE FUNCTION msar.import_text(sch_id regnamespace, tab_name text, data bytea, options jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
  -- The file is read twice, so that no row of it is kept.
  file pg_catalog.jsonb := __msar.inspect_file(data, COALESCE(options, '{}'));
  prepared pg_catalog.jsonb;
  tab_id pg_catalog.regclass;
  row_count bigint;
  inferred pg_catalog.jsonb;
  retype pg_catalog.text;
BEGIN
  IF data IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'argument "data" must not be null',
      HINT = 'Pass the file as bytea, or a text by convert_to(text, ''UTF8'').';
  END IF;
  prepared := msar.prepare_table_for_import(
    sch_id, tab_name,
    ARRAY(
      SELECT c.name
      FROM pg_catalog.jsonb_array_elements_text(file OPERATOR(pg_catalog.->) 'columns') WITH ORDINALITY AS c(name, n)
      ORDER BY c.n
    ),
    NULL
  );
  tab_id := (prepared OPERATOR(pg_catalog.->>) 'table_oid')::pg_catalog.oid;
  row_count := __msar.fill_table(tab_id, data, file OPERATOR(pg_catalog.-) '{bad_rows}'::pg_catalog.text[], COALESCE(options, '{}'));
  inferred := __msar.infer_columns(
    tab_id, pg_catalog.jsonb_build_object(
      'date_order', options OPERATOR(pg_catalog.->) 'date_order',
      'decimal_p', options OPERATOR(pg_catalog.->) 'decimal_p',
      'integers', COALESCE(options OPERATOR(pg_catalog.->) 'integers', 'false')
    )
  );
  retype := __msar.retype_statement(tab_id, inferred, row_count);
  IF retype IS NOT NULL THEN
    EXECUTE retype;
  END IF;
  -- Until a person has looked at what came in.
  PERFORM msar.set_table_metadata(tab_id, '{"import_verified": false}');
  PERFORM msar.set_column_metadata(tab_id, __msar.found_display_options(inferred));
  RETURN pg_catalog.jsonb_build_object(
    'table_oid', prepared OPERATOR(pg_catalog.->) 'table_oid',
    'table_name', prepared OPERATOR(pg_catalog.->) 'table_name',
    'renamed_columns', (prepared OPERATOR(pg_catalog.->) 'renamed_columns') OPERATOR(pg_catalog.-) ''::pg_catalog.text,
    'renamed', __msar.renamed_headings(file),
    'pkey_column_attnum', prepared OPERATOR(pg_catalog.->) 'pkey_column_attnum',
    'columns', inferred,
    'rows', row_count,
    'bad_rows', file OPERATOR(pg_catalog.->) 'bad_rows',
    'format', file OPERATOR(pg_catalog.->) 'format',
    'encoding', file OPERATOR(pg_catalog.->) 'encoding',
    'delimiter', file OPERATOR(pg_catalog.->) 'delimiter',
    'header', file OPERATOR(pg_catalog.->) 'header',
    'header_confidence', file OPERATOR(pg_catalog.->) 'header_confidence',
    'header_reason', file OPERATOR(pg_catalog.->) 'header_reason'
  );
END
$$;

-- A text that a person passes. What a driver sends untyped as the hexadecimal form of bytea stays that.
CREATE FUNCTION msar.import_text(sch_id regnamespace, tab_name text, data text, options jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE plpgsql
AS $$
BEGIN
  -- (No backslash in a constant: what it is depends on a setting.)
  IF data OPERATOR(pg_catalog.~) '^.x([0-9A-Fa-f]{2})+$' AND pg_catalog.ascii(data) OPERATOR(pg_catalog.=) 92 THEN
    RETURN msar.import_text(sch_id, tab_name, pg_catalog.decode(pg_catalog.substr(data, 3), 'hex'), options);
  END IF;
  IF pg_catalog.lower(options OPERATOR(pg_catalog.->>) 'encoding') OPERATOR(pg_catalog.<>) ALL ('{utf-8,utf8}'::pg_catalog.text[]) THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = 'option "encoding" is for files as bytea: a text has that of the session',
      HINT = 'Leave it out, or pass the file as bytea.';
  END IF;
  RETURN msar.import_text(
    sch_id, tab_name, pg_catalog.convert_to(data, 'UTF8'),
    COALESCE(options, '{}') OPERATOR(pg_catalog.||) '{"encoding": "utf-8"}'::pg_catalog.jsonb
  );
END
$$;
