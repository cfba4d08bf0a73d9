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
      THEN 'Only 0 and 1 are truth values.'
      ELSE 'The fraction would be lost. Cast to numeric, or round first.'
    END;
END
$$;

COMMENT ON FUNCTION __msar.refuse_cast(text, anyelement) IS $$Raises the error of the casts that are written in SQL.

Arguments: value: the value, as text; target: NULL of the type that it cannot be cast to
Returns: none
Errors: P0001 always

Example: SELECT __msar.refuse_cast('1.5', NULL::integer);$$;

-- With the moment itself: its text depends on settings, and would make the casts that call this depend on them.
CREATE FUNCTION __msar.refuse_date(moment timestamp without time zone) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RAISE EXCEPTION 'cannot cast % to date', moment
    USING HINT = 'A time other than midnight in UTC would be lost. Cast to a timestamp first.';
END
$$;

COMMENT ON FUNCTION __msar.refuse_date(timestamp without time zone) IS $$Raises the error of casting to date what has a time.

Arguments: moment: the value, in UTC if it has a time zone
Returns: none
Errors: P0001 always

Example: SELECT __msar.refuse_date('2024-02-29 12:00');$$;


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
        'CASE WHEN $1 ~ ''^\s*\('' THEN $1::%1$s'
        ' WHEN $1 ~ ''^\s*\{'' THEN pg_catalog.jsonb_populate_record(NULL::%1$s, $1::jsonb)'
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


DO $comments$
DECLARE
  f record;
BEGIN
  FOR f IN
    WITH rules (suffixes, rule, errors, argument) AS (VALUES
      ('boolean',
        'text: 1, on, t, true, y, yes are true, 0, off, f, false, n, no are false, in any case, without blanks around; '
        'numbers: 1 is true, 0 is false',
        'P0001 any other value', '''Yes'''),
      ('smallint, integer, bigint',
        'text: as PostgreSQL reads integers; numbers and money without a fraction; boolean: 1 or 0',
        '22P02 not an integer, 22003 out of range, P0001 a number with a fraction', '''42'''),
      ('real, double_precision', 'text: as PostgreSQL reads floating-point numbers; numbers; boolean: 1 or 0',
        '22P02 not a number, 22003 out of range', '''1.5e3'''),
      ('numeric',
        'text: a number that can be meant in one way only: 1234.5, 1,234.50, 1.234,50, 1 234,50, 12,34,567, 1''234.50, '
        'but not 1,500; with group_sep (what stands between groups of digits) and decimal_p (what stands before decimals; '
        'an empty string for none): a number that is written with these; numbers; money; boolean: 1 or 0',
        'P0001 text that is no number or could be two, 22P02 text that does not fit the separators', '''1.234,50'''),
      ('mathesar_money',
        'text: as msar.cast_to_numeric, with any other characters before and after the number; a minus sign among them, '
        'or parentheses, make it negative; with group_sep, decimal_p (as msar.cast_to_numeric), curr_pref and curr_suff '
        '(what may stand before and after the number; an empty string for nothing): an amount that is written with '
        'these; numbers; money',
        'P0001 text that is no amount or could be two, 22P02 text that does not fit the marks', '''($1,234.50)'''),
      ('money',
        'text: as PostgreSQL reads money, and only with the currency symbol of lc_monetary before or after it; numbers',
        'P0001 text without the symbol, 22P02 not an amount', '1.5'),
      ('multicurrency_money',
        'text: (1.50,EUR) or {"value": 1.50, "currency": "EUR"}, as PostgreSQL and records have it; any other value as a number '
        '(text: as PostgreSQL reads it), with the currency USD',
        '22P02 not a number', '1.5'),
      ('date',
        'text: as PostgreSQL reads dates under DateStyle, or in date_order (YMD, DMY or MDY) if it is given, also timestamps at midnight in UTC or without a time zone; '
        'timestamps at midnight, those with time zone in UTC',
        '22007, 22008 not a date, P0001 a time other than midnight', '''2024-02-29'''),
      ('timestamp_without_time_zone',
        'text: as PostgreSQL reads timestamps under DateStyle, or in date_order (YMD, DMY or MDY) if it is given, in UTC if a time zone is given; dates: midnight; timestamps '
        'with time zone: as they read in UTC',
        '22007, 22008 not a timestamp, P0001 text with another time zone than UTC', '''2024-02-29 12:00'''),
      ('timestamp_with_time_zone', 'text: as PostgreSQL reads timestamps under TimeZone, and DateStyle or date_order (YMD, DMY or MDY) if it is given',
        '22007, 22008 not a timestamp', '''2024-02-29 12:00+01'''),
      ('time_without_time_zone', 'text: as PostgreSQL reads times; times with time zone: without it',
        '22007, 22008 not a time', '''12:30'''),
      ('time_with_time_zone', 'text: as PostgreSQL reads times, in TimeZone if none is given',
        '22007, 22008 not a time', '''12:30+01'''),
      ('interval', 'text: as PostgreSQL reads intervals, but not a number alone, which does not say of what',
        '22007, 22015 not an interval, P0001 a number', '''1 day 02:00'''),
      ('email', 'the text, if it is an e-mail address', '23514 not an address', '''jane@example.org'''),
      ('uuid', 'text: as PostgreSQL reads UUIDs', '22P02 not a UUID', '''a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'''),
      ('json, jsonb', 'text: as JSON', '22P02 not JSON', '''{"a": 1}'''),
      ('mathesar_json_array', 'text: as JSON, if it is an array', '22P02 not JSON, 23514 not an array', '''[1, 2]'''),
      ('mathesar_json_object', 'text: as JSON, if it is an object', '22P02 not JSON, 23514 not an object', '''{"a": 1}'''),
      ('uri',
        'the text, if it begins with a scheme; with http:// before it, and the host in lower case, if it begins with the '
        'name of a host in a known top-level domain',
        'P0001 any other text', '''Example.org/Path'''),
      ('text, character_varying', 'the value as PostgreSQL prints it', 'none', '1.50'),
      ('character', 'the value as PostgreSQL prints it, however long', 'none', '1.50'),
      ('name', 'the value as PostgreSQL prints it, cut to 63 bytes', 'none', '1.50'),
      ('_double_quote_char_double_quote_', 'the first byte of the value as PostgreSQL prints it', 'none', '1.50')
    )
    SELECT
      p.oid::regprocedure AS function,
      pg_catalog.format(
        E'Casts to %s.\n\nArguments: value: the value\nReturns: %s. NULL for NULL\nErrors: %s\n\nExample: SELECT msar.%s(%s);',
        p.prorettype::regtype, rule, errors, p.proname, argument
      ) AS comment
    FROM rules, pg_catalog.string_to_table(suffixes, ', ') AS suffix
    JOIN pg_catalog.pg_proc AS p
      ON p.pronamespace = 'msar'::regnamespace AND p.proname = 'cast_to_' || suffix
  LOOP
    EXECUTE pg_catalog.format('COMMENT ON FUNCTION %s IS %L', f.function, f.comment);
  END LOOP;
END
$comments$;
