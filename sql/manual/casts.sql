COMMENT ON FUNCTION __msar.refuse_cast(text, anyelement) IS
$$Raises the error of the casts that are written in SQL.

Arguments: value: the value, as text; target: NULL of the type that it cannot be cast to
Returns: none
Errors: P0001 always

Example: SELECT __msar.refuse_cast('1.5', NULL::integer);$$;

COMMENT ON FUNCTION __msar.refuse_date(timestamp without time zone) IS
$$Raises the error of casting to date what has a time.

Arguments: moment: the value, in UTC if it has a time zone
Returns: none
Errors: P0001 always

Example: SELECT __msar.refuse_date('2024-02-29 12:00');$$;

-- One comment for all functions that cast to a type, whatever they cast from.
DO $comments$
DECLARE
  f record;
BEGIN
  FOR f IN
    WITH rules (suffixes, rule, errors, argument) AS (VALUES
      ('boolean',
'text: 1, on, t, true, y, yes are true, 0, off, f, false, n, no are false, in any case,
  without blanks around; numbers: 1 is true, 0 is false',
'P0001 any other value',
        '''Yes'''),
      ('smallint, integer, bigint',
'text: as PostgreSQL reads integers; numbers and money without a fraction; boolean: 1 or
  0',
'22P02 not an integer, 22003 out of range, P0001 a number with a fraction',
        '''42'''),
      ('real, double_precision',
'text: as PostgreSQL reads floating-point numbers; numbers; boolean: 1 or
  0',
'22P02 not a number, 22003 out of range',
        '''1.5e3'''),
      ('numeric',
'text: a number that can be meant in one way only: 1234.5, 1,234.50, 1.234,50, 1 234,50,
  12,34,567, 1''234.50, but not 1,500; with group_sep (what stands between groups of digits) and
  decimal_p (what stands before decimals; an empty string for none): a number that is written
  with these; numbers; money; boolean: 1 or 0',
'P0001 text that is no number or could be two, 22P02 text that does not fit the separators',
        '''1.234,50'''),
      ('mathesar_money',
'text: as msar.cast_to_numeric, with any other characters before and after the number; a
  minus sign among them, or parentheses, make it negative; with group_sep, decimal_p (as
  msar.cast_to_numeric), curr_pref and curr_suff (what may stand before and after the number; an
  empty string for nothing): an amount that is written with these; numbers; money',
'P0001 text that is no amount or could be two, 22P02 text that does not fit the marks',
        '''($1,234.50)'''),
      ('money',
'text: as PostgreSQL reads money, and only with the currency symbol of lc_monetary before
  or after it; numbers',
'P0001 text without the symbol, 22P02 not an amount',
        '1.5'),
      ('multicurrency_money',
'the value as a number (text: as PostgreSQL reads it), with the currency
  USD',
'22P02 not a number',
        '1.5'),
      ('date',
'text: as PostgreSQL reads dates under DateStyle, or in date_order (YMD, DMY or MDY) if
  it is given, also timestamps at midnight in UTC or without a time zone; timestamps at midnight,
  those with time zone in UTC',
'22007, 22008 not a date, P0001 a time other than midnight',
        '''2024-02-29'''),
      ('timestamp_without_time_zone',
'text: as PostgreSQL reads timestamps under DateStyle, or in date_order (YMD, DMY or MDY)
  if it is given, in UTC if a time zone is given; dates: midnight; timestamps with time zone: as
  they read in UTC',
'22007, 22008 not a timestamp, P0001 text with another time zone than UTC',
        '''2024-02-29 12:00'''),
      ('timestamp_with_time_zone',
'text: as PostgreSQL reads timestamps under TimeZone, and DateStyle or date_order (YMD,
  DMY or MDY) if it is given',
'22007, 22008 not a timestamp',
        '''2024-02-29 12:00+01'''),
      ('time_without_time_zone',
'text: as PostgreSQL reads times; times with time zone: without it',
'22007, 22008 not a time',
        '''12:30'''),
      ('time_with_time_zone',
'text: as PostgreSQL reads times, in TimeZone if none is given',
'22007, 22008 not a time',
        '''12:30+01'''),
      ('interval',
'text: as PostgreSQL reads intervals, but not a number alone, which does not say of
  what',
'22007, 22015 not an interval, P0001 a number',
        '''1 day 02:00'''),
      ('email',
'the text, if it is an e-mail address',
'23514 not an address',
        '''jane@example.org'''),
      ('uuid',
'text: as PostgreSQL reads UUIDs',
'22P02 not a UUID',
        '''a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'''),
      ('json, jsonb',
'text: as JSON',
'22P02 not JSON',
        '''{"a": 1}'''),
      ('mathesar_json_array',
'text: as JSON, if it is an array',
'22P02 not JSON, 23514 not an array',
        '''[1, 2]'''),
      ('mathesar_json_object',
'text: as JSON, if it is an object',
'22P02 not JSON, 23514 not an object',
        '''{"a": 1}'''),
      ('uri',
'the text, if it begins with a scheme; with http:// before it, and the host in lower
  case, if it begins with the name of a host in a known top-level domain',
'P0001 any other text',
        '''Example.org/Path'''),
      ('text, character_varying',
'the value as PostgreSQL prints it',
'none',
        '1.50'),
      ('character',
'the value as PostgreSQL prints it, however long',
'none',
        '1.50'),
      ('name',
'the value as PostgreSQL prints it, cut to 63 bytes',
'none',
        '1.50'),
      ('_double_quote_char_double_quote_',
'the first byte of the value as PostgreSQL prints it',
'none',
        '1.50')
    )
    SELECT
      p.oid::regprocedure AS function,
      pg_catalog.format(
        E'Casts to %s.\n\nArguments: value: the value\nReturns: %s. NULL for NULL\nErrors: %s\n\n'
        'Example: SELECT msar.%s(%s);',
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
