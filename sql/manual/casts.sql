COMMENT ON FUNCTION __msar.refuse_cast(text, anyelement) IS
$$Raises the error of the casts that are written in SQL.

Arguments:
  value: the value, as text
  target: NULL of the type that it cannot be cast to
Returns: nothing
Errors:
  P0001: always

Example:
  SELECT __msar.refuse_cast('1.5', NULL::integer);$$;

COMMENT ON FUNCTION __msar.refuse_date(timestamp without time zone) IS
$$Raises the error of casting a value that has a time to date.

Arguments:
  moment: the value; in UTC if it has a time zone
Returns: nothing
Errors:
  P0001: always

Example:
  SELECT __msar.refuse_date('2024-02-29 12:00');$$;

-- All functions that cast to a type have the same comment, whatever they cast from.
DO $comments$
DECLARE
  f record;
BEGIN
  FOR f IN
    WITH rules (suffixes, sources, errors, argument) AS (VALUES
      ('boolean',
$$  text: 1, on, t, true, y, yes are true, 0, off, f, false, n, no are false; case is ignored,
    blanks are not
  numbers: 1 is true, 0 is false$$,
$$  P0001: any other value$$,
'''Yes'''),

      ('smallint, integer, bigint',
$$  text: as PostgreSQL reads integers
  numbers, money: without a fraction
  boolean: 1 or 0$$,
$$  22P02: not an integer
  22003: out of range
  P0001: a number with a fraction$$,
'''42'''),

      ('real, double_precision',
$$  text: as PostgreSQL reads floating-point numbers
  numbers
  boolean: 1 or 0$$,
$$  22P02: not a number
  22003: out of range$$,
'''1.5e3'''),

      ('numeric',
$$  text: an unambiguous number: 1234.5, 1,234.50, 1.234,50, 1 234,50, 12,34,567, 1'234.50, but not
    1,500; or a number with the separators given
  numbers, money
  boolean: 1 or 0$$,
$$  P0001: text that is not a number or is ambiguous
  22P02: text that does not fit the separators$$,
'''1.234,50'''),

      ('mathesar_money',
$$  text: a number as in msar.cast_to_numeric, with any other characters before and after it, of
    which a minus sign or parentheses make it negative; or an amount with the separators and
    currency marks given
  numbers, money$$,
$$  P0001: text that is not an amount or is ambiguous
  22P02: text that does not fit the separators and marks$$,
'''($1,234.50)'''),

      ('money',
$$  text: as PostgreSQL reads money, but only with the currency symbol of lc_monetary before or
    after the number
  numbers$$,
$$  P0001: text without the symbol
  22P02: not an amount$$,
'1.5'),

      ('multicurrency_money',
$$  text: (1.50,EUR) and {"value": 1.50, "currency": "EUR"}, or a number, with the currency USD
  numbers, money: with the currency USD$$,
$$  22P02: not a number$$,
'1.5'),

      ('date',
$$  text: as PostgreSQL reads dates under DateStyle or date_order; also a timestamp at midnight, in
    UTC or without time zone
  timestamp: at midnight, with time zone: in UTC$$,
$$  22007, 22008: not a date
  P0001: a time other than midnight$$,
'''2024-02-29'''),

      ('timestamp_without_time_zone',
$$  text: as PostgreSQL reads timestamps under DateStyle or date_order; in UTC if it has a time zone
  date: at midnight
  timestamp with time zone: in UTC$$,
$$  22007, 22008: not a timestamp
  P0001: text with a time zone other than UTC$$,
'''2024-02-29 12:00'''),

      ('timestamp_with_time_zone',
$$  text: as PostgreSQL reads timestamps under TimeZone, and DateStyle or date_order$$,
$$  22007, 22008: not a timestamp$$,
'''2024-02-29 12:00+01'''),

      ('time_without_time_zone',
$$  text: as PostgreSQL reads times
  time with time zone: without the zone$$,
$$  22007, 22008: not a time$$,
'''12:30'''),

      ('time_with_time_zone',
$$  text: as PostgreSQL reads times, in TimeZone if it has no time zone$$,
$$  22007, 22008: not a time$$,
'''12:30+01'''),

      ('interval',
$$  text: as PostgreSQL reads intervals, but not a number alone, which has no unit$$,
$$  22007, 22015: not an interval
  P0001: a number$$,
'''1 day 02:00'''),

      ('email',
$$  text: an e-mail address$$,
$$  23514: not an address$$,
'''jane@example.org'''),

      ('uuid',
$$  text: as PostgreSQL reads UUIDs$$,
$$  22P02: not a UUID$$,
'''a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'''),

      ('json, jsonb',
$$  text: JSON$$,
$$  22P02: not JSON$$,
'''{"a": 1}'''),

      ('mathesar_json_array',
$$  text: a JSON array$$,
$$  22P02: not JSON
  23514: not an array$$,
'''[1, 2]'''),

      ('mathesar_json_object',
$$  text: a JSON object$$,
$$  22P02: not JSON
  23514: not an object$$,
'''{"a": 1}'''),

      ('uri',
$$  text: one that begins with a scheme; one that begins with the name of a host in a known
    top-level domain gets http:// in front, and the host becomes lower case$$,
$$  P0001: any other text$$,
'''Example.org/Path'''),

      ('text, character_varying, character',
$$  any type: as PostgreSQL prints it$$,
NULL,
'1.50'),

      ('name',
$$  any type: as PostgreSQL prints it, truncated to 63 bytes$$,
NULL,
'1.50'),

      ('_double_quote_char_double_quote_',
$$  any type: the first byte of the value as PostgreSQL prints it$$,
NULL,
'1.50')
    ),
    options (name, meaning) AS (VALUES
      ('group_sep', 'separator of groups of digits; an empty string for none'),
      ('decimal_p', 'decimal separator; an empty string for none'),
      ('curr_pref', 'currency mark that may precede the number; an empty string for none'),
      ('curr_suff', 'currency mark that may follow the number; an empty string for none'),
      ('date_order', 'order of day, month and year in the text: YMD, DMY or MDY')
    )
    SELECT
      p.oid::regprocedure AS function,
      pg_catalog.format(
        E'Casts a value to %1$s.\n\nArguments:\n  value: the value, see below%2$s\n'
        'Returns: the value as %1$s; NULL for NULL. Values that can be cast:\n%3$s\n'
        'Errors:%4$s\n\nExample:\n  SELECT msar.%5$s(%6$s);',
        p.prorettype::regtype,
        (
          SELECT pg_catalog.string_agg(
            pg_catalog.format(E'\n  %s: %s', o.name, o.meaning), '' ORDER BY a.n
          )
          FROM pg_catalog.unnest(p.proargnames) WITH ORDINALITY AS a(name, n)
          JOIN options AS o ON o.name = a.name
        ),
        sources,
        COALESCE(E'\n' || errors, ' none'),
        p.proname,
        argument
      ) AS comment
    FROM rules, pg_catalog.string_to_table(suffixes, ', ') AS suffix
    JOIN pg_catalog.pg_proc AS p
      ON p.pronamespace = 'msar'::regnamespace AND p.proname = 'cast_to_' || suffix
  LOOP
    EXECUTE pg_catalog.format('COMMENT ON FUNCTION %s IS %L', f.function, f.comment);
  END LOOP;
END
$comments$;
