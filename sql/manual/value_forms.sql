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

COMMENT ON FUNCTION __msar.contract_floats(text) IS
$$Returns JSON with its numbers as Mathesar's service prints floating-point numbers: with a fraction
or an exponent.

Arguments: numbers: a number or an array, as to_json prints it
Returns: JSON text
Errors: none

Example:
  SELECT __msar.contract_floats('[2, 1e+15]');  -- [2.0, 1000000000000000.0]$$;

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

COMMENT ON FUNCTION __msar.plain_text(anycompatible) IS
$$Returns the text output of a value, without calling a cast.

Arguments: the value
Returns: text
Errors: none

Example:
  SELECT __msar.plain_text('[1,3)'::int4range);$$;

COMMENT ON FUNCTION __msar.read_value(text, anyelement) IS
$$Returns the value of a type for a text, read by the type's input function without calling a cast.

Arguments:
  value: the text
  as_type: any value of the type, such as NULL::int4range
Returns: the value; null for null
Errors: as the type's input function raises them

Example:
  SELECT __msar.read_value('[1,3)', NULL::int4range);$$;

COMMENT ON FUNCTION __msar.plain_jsonb(anycompatible) IS
$$Returns a value as JSON. It calls no cast to json that the owner of a type has created, unless that
owner is a superuser.

Arguments: the value
Returns: what to_jsonb would return; a string where that would call such a cast
Errors: none

Example:
  SELECT __msar.plain_jsonb(ARRAY['[1,3)'::int4range]);  -- ["[1,3)"]$$;
