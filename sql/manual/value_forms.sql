COMMENT ON FUNCTION __msar.json_form(date) IS
$$Returns a date in the form that records have in JSON.

Arguments: the date
Returns: YYYY-MM-DD AD or BC; infinity, -infinity
Errors: none

Example:
  SELECT __msar.json_form('1970-01-02'::date);$$;

COMMENT ON FUNCTION __msar.json_form(time without time zone) IS
$$Returns a time in the form that records have in JSON.

Arguments: the time
Returns: HH:MM:SS.f, with at least one fractional digit
Errors: none

Example:
  SELECT __msar.json_form('12:30'::time);$$;

COMMENT ON FUNCTION __msar.json_form(time with time zone) IS
$$Returns a time with time zone in the form that records have in JSON.

Arguments: the time
Returns: HH:MM:SS.f, then Z or +HH:MM
Errors: none

Example:
  SELECT __msar.json_form('12:30+02'::timetz);$$;

COMMENT ON FUNCTION __msar.json_form(timestamp without time zone) IS
$$Returns a timestamp in the form that records have in JSON.

Arguments: the timestamp
Returns: YYYY-MM-DDTHH:MM:SS.f AD or BC; infinity, -infinity
Errors: none

Example:
  SELECT __msar.json_form('1970-01-02'::timestamp);$$;

COMMENT ON FUNCTION __msar.json_form(timestamp with time zone) IS
$$Returns a timestamp with time zone in the form that records have in JSON, in the session's time
zone.

Arguments: the timestamp
Returns: YYYY-MM-DDTHH:MM:SS.f, then Z or +HH:MM, then AD or BC; infinity, -infinity
Errors: none

Example:
  SELECT __msar.json_form(now());$$;

COMMENT ON FUNCTION __msar.json_form(interval) IS
$$Returns an interval in the form that records have in JSON, independent of IntervalStyle.

Arguments: the interval
Returns: P1Y2M3DT4H5M6.7S, always with all parts
Errors: none

Example:
  SELECT __msar.json_form('1 day 02:03'::interval);$$;

COMMENT ON FUNCTION __msar.long_numbers_as_text(jsonb, oid) IS
$$Writes the bigint and numeric values in the JSON of a row, or of an array of rows, as strings.

Arguments:
  value: the JSON that to_jsonb makes
  type_oid: the type of the value
Returns: the same with strings of digits for these numbers
Errors: none

Example:
  SELECT __msar.long_numbers_as_text('{"value": 1.50, "currency": "EUR"}',
    'mathesar_types.multicurrency_money'::regtype);  -- {"value": "1.50", "currency": "EUR"}$$;
