-- msar.cast_to_<type>: how a column's values become values of another type. The name is the target's regtype text without
-- its schema, with blanks as _ and double quotes as _double_quote_.
--
-- Where the cast is PostgreSQL's own, the function is one SQL expression, which the planner puts in place of the call: it
-- costs nothing. (Only a body that is strict in its argument is put in place of a STRICT function; so those with a CASE
-- are not declared STRICT, but give NULL for NULL all the same.) Where text is read by a rule of ours, the function is
-- written in Rust, with its rule.
--
--   target                                     from text by a rule of ours    from other types
--   boolean                                    yes                            numbers that are 0 or 1
--   smallint, integer, bigint                                                 numbers without a fraction, money, boolean
--   real, double precision                                                    numbers, boolean
--   numeric                                    yes, also with separators      numbers, money, boolean
--   mathesar_money                             yes, also with marks           numbers, money
--   money                                      yes                            numbers
--   multicurrency_money                                                       numbers, money; in USD
--   date                                       yes                            timestamps at midnight (with time zone: UTC)
--   timestamp without time zone                yes                            date, timestamp with time zone (in UTC)
--   timestamp with time zone, time, time with time zone
--   interval                                   yes
--   email, uuid, json, jsonb
--   mathesar_json_array, mathesar_json_object
--   uri                                        yes
--   text, character varying, character, name, "char"                         anything

CREATE FUNCTION __msar.refuse_cast(value text, target anyelement) RETURNS anyelement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RAISE EXCEPTION 'cannot cast % to %', value, pg_catalog.pg_typeof(target)
    USING HINT = CASE WHEN pg_catalog.pg_typeof(target) OPERATOR(pg_catalog.=) 'boolean'::pg_catalog.regtype
      THEN 'Only 0 and 1 can be cast to boolean.'
      ELSE 'The fraction would be lost. Cast to numeric, or round first.'
    END;
END
$$;

-- With the moment itself: its text depends on settings, and would make the casts that call this depend on them.
CREATE FUNCTION __msar.refuse_date(moment timestamp without time zone) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RAISE EXCEPTION 'cannot cast % to date', moment
    USING HINT = 'A time other than midnight in UTC would be lost. Cast to a timestamp first.';
END
$$;

DO $casts$
DECLARE
  any_target text := 'text, character varying, character, name, "char"';
  numbers text := 'real, bigint, double precision, numeric';
  c record;
BEGIN
  FOR c IN
    -- In an expression %1$s stands for the target type, and %2$s for a target that is text of any length.
    WITH rules (targets, sources, label, expression) AS (VALUES
      ('boolean', 'boolean', 'IMMUTABLE STRICT', '$1'),
      ('boolean', numbers, 'IMMUTABLE',
        'CASE WHEN $1 IN (0, 1) THEN $1 = 1 WHEN $1 IS NOT NULL THEN __msar.refuse_cast($1::text, NULL::boolean) END'),

      ('smallint, integer, bigint', 'bigint, text', 'IMMUTABLE STRICT', '$1::%1$s'),
      ('smallint, integer, bigint', 'boolean', 'IMMUTABLE STRICT', '$1::integer::%1$s'),
      ('smallint, integer, bigint', 'real, double precision, numeric', 'IMMUTABLE',
        'CASE WHEN $1 <> pg_catalog.trunc($1) THEN __msar.refuse_cast($1::text, NULL::%1$s) ELSE $1::%1$s END'),
      ('smallint, integer, bigint', 'money', 'STABLE',
        'CASE WHEN $1::numeric <> pg_catalog.trunc($1::numeric) THEN __msar.refuse_cast($1::text, NULL::%1$s)'
        ' ELSE $1::numeric::%1$s END'),

      ('real, double precision', numbers || ', text', 'IMMUTABLE STRICT', '$1::%1$s'),
      ('real, double precision, numeric', 'boolean', 'IMMUTABLE STRICT', '$1::integer::%1$s'),
      ('numeric', numbers, 'IMMUTABLE STRICT', '$1::%1$s'),
      ('numeric', 'money', 'STABLE STRICT', '$1::%1$s'),

      ('mathesar_types.mathesar_money', numbers, 'IMMUTABLE STRICT', '$1::numeric::%1$s'),
      ('mathesar_types.mathesar_money', 'money', 'STABLE STRICT', '$1::numeric::%1$s'),
      ('money', 'money', 'IMMUTABLE STRICT', '$1'),
      ('money', numbers, 'STABLE STRICT', '$1::numeric::%1$s'),
      ('mathesar_types.multicurrency_money', 'mathesar_types.multicurrency_money', 'IMMUTABLE STRICT', '$1'),
      ('mathesar_types.multicurrency_money', numbers, 'IMMUTABLE',
        'CASE WHEN $1 IS NOT NULL THEN ROW($1::numeric, ''USD'')::%1$s END'),
      ('mathesar_types.multicurrency_money', 'text', 'IMMUTABLE',
        -- Not by the input function of rows or by jsonb_populate_record, which are not IMMUTABLE.
        'CASE WHEN $1 ~ ''^\s*\([^,]*,[^,]*\)\s*$'' THEN ROW('
        'NULLIF(pg_catalog.btrim(pg_catalog.substring($1, ''^\s*\(([^,]*),''), '' "''), '''')::numeric, '
        'NULLIF(pg_catalog.btrim(pg_catalog.substring($1, '',([^,]*)\)\s*$''), '' "''), ''''))::%1$s'
        ' WHEN $1 ~ ''^\s*\{'' THEN ROW(($1::jsonb ->> ''value'')::numeric, $1::jsonb ->> ''currency'')::%1$s'
        ' WHEN $1 IS NOT NULL THEN ROW($1::numeric, ''USD'')::%1$s END'),
      ('mathesar_types.multicurrency_money', 'money', 'STABLE',
        'CASE WHEN $1 IS NOT NULL THEN ROW($1::numeric, ''USD'')::%1$s END'),

      ('date', 'date', 'IMMUTABLE STRICT', '$1'),
      ('date', 'timestamp without time zone', 'IMMUTABLE',
        'CASE WHEN $1 <> $1::date THEN __msar.refuse_date($1) ELSE $1::date END'),
      ('date', 'timestamp with time zone', 'IMMUTABLE',
        'CASE WHEN ($1 AT TIME ZONE ''UTC'') <> ($1 AT TIME ZONE ''UTC'')::date'
        ' THEN __msar.refuse_date($1 AT TIME ZONE ''UTC'')'
        ' ELSE ($1 AT TIME ZONE ''UTC'')::date END'),
      ('timestamp without time zone', 'timestamp without time zone, date', 'IMMUTABLE STRICT', '$1::%1$s'),
      ('timestamp without time zone', 'timestamp with time zone', 'IMMUTABLE STRICT', '$1 AT TIME ZONE ''UTC'''),
      ('timestamp with time zone', 'timestamp with time zone', 'IMMUTABLE STRICT', '$1'),
      ('time without time zone', 'time without time zone, time with time zone', 'IMMUTABLE STRICT', '$1::%1$s'),
      ('time with time zone', 'time with time zone', 'IMMUTABLE STRICT', '$1'),
      ('timestamp with time zone, time without time zone, time with time zone', 'text', 'STABLE STRICT', '$1::%1$s'),
      ('interval', 'interval', 'IMMUTABLE STRICT', '$1'),

      ('mathesar_types.email', 'text', 'IMMUTABLE STRICT', '$1::%1$s'),
      ('uuid', 'uuid, text', 'IMMUTABLE STRICT', '$1::%1$s'),
      ('json, jsonb', 'text, json, jsonb', 'IMMUTABLE STRICT', '$1::%1$s'),
      ('mathesar_types.mathesar_json_array, mathesar_types.mathesar_json_object', 'text, json, jsonb', 'IMMUTABLE STRICT',
        '$1::jsonb::%1$s'),

      -- Of these types, PostgreSQL prints the same in every session ...
      (any_target,
        'boolean, smallint, integer, bigint, real, double precision, numeric, oid, text, character varying, character, '
        'name, "char", uuid, json, jsonb, inet, cidr, macaddr, macaddr8, bit, bit varying, point, lseg, box, path, '
        'polygon, circle, tsvector, tsquery',
        'IMMUTABLE STRICT', '$1::text::%2$s'),
      -- ... and of these by its settings.
      (any_target,
        'money, date, time without time zone, time with time zone, timestamp without time zone, '
        'timestamp with time zone, interval, bytea, regclass, int4range, int8range, numrange, daterange, tsrange, '
        'tstzrange, mathesar_types.multicurrency_money',
        'STABLE STRICT', '$1::text::%2$s')
    )
    SELECT
      pg_catalog.replace(
        pg_catalog.replace(pg_catalog.regexp_replace(target, '^mathesar_types\.', ''), ' ', '_'), '"', '_double_quote_'
      ) AS suffix,
      target,
      source,
      label,
      -- A plain "character" is a single one; bpchar is one of any length.
      pg_catalog.format(expression, target, CASE target WHEN 'character' THEN 'bpchar' ELSE target END) AS expression
    FROM rules,
      pg_catalog.string_to_table(targets, ', ') AS target,
      pg_catalog.string_to_table(sources, ', ') AS source
  LOOP
    EXECUTE pg_catalog.format(
      'CREATE FUNCTION msar.cast_to_%s(value %s) RETURNS %s LANGUAGE sql %s PARALLEL SAFE RETURN %s',
      c.suffix, c.source, c.target, c.label, c.expression
    );
  END LOOP;
END
$casts$;

-- Whatever else there is (arrays, enums, types of users) has a text form too. A body in quotes, since one in SQL cannot
-- be of a type yet to come; all names in it are qualified.
CREATE FUNCTION msar.cast_to_text(value anyelement) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT $1::pg_catalog.text';
CREATE FUNCTION msar.cast_to_character_varying(value anyelement) RETURNS character varying
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT $1::pg_catalog.text::pg_catalog.varchar';
CREATE FUNCTION msar.cast_to_character(value anyelement) RETURNS character
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT $1::pg_catalog.text::pg_catalog.bpchar';
CREATE FUNCTION msar.cast_to_name(value anyelement) RETURNS name
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT $1::pg_catalog.text::pg_catalog.name';
CREATE FUNCTION msar.cast_to__double_quote_char_double_quote_(value anyelement) RETURNS "char"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT $1::pg_catalog.text::pg_catalog."char"';
