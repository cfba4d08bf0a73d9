COMMENT ON FUNCTION __msar.json_form(date) IS
$$A date as records have it in JSON.

Arguments: the date.
Returns: YYYY-MM-DD AD or BC; infinity, -infinity.
Errors: none.

Example: SELECT __msar.json_form('1970-01-02'::date);$$;

COMMENT ON FUNCTION __msar.json_form(time without time zone) IS
$$A time as records have it in JSON.

Arguments: the time.
Returns: HH:MM:SS.f, with at least one digit of a fraction.
Errors: none.

Example: SELECT __msar.json_form('12:30'::time);$$;

COMMENT ON FUNCTION __msar.json_form(time with time zone) IS
$$A time as records have it in JSON.

Arguments: the time.
Returns: HH:MM:SS.f and Z or +HH:MM.
Errors: none.

Example: SELECT __msar.json_form('12:30+02'::timetz);$$;

COMMENT ON FUNCTION __msar.json_form(timestamp without time zone) IS
$$A timestamp as records have it in JSON.

Arguments: the timestamp.
Returns: YYYY-MM-DDTHH:MM:SS.f AD or BC; infinity, -infinity.
Errors: none.

Example: SELECT __msar.json_form('1970-01-02'::timestamp);$$;

COMMENT ON FUNCTION __msar.json_form(timestamp with time zone) IS
$$A moment as records have it in JSON, in the session's time zone.

Arguments: the moment.
Returns: YYYY-MM-DDTHH:MM:SS.f, Z or +HH:MM, and AD or BC; infinity, -infinity.
Errors: none.

Example: SELECT __msar.json_form(now());$$;

COMMENT ON FUNCTION __msar.json_form(interval) IS
$$An interval as records have it in JSON, whatever IntervalStyle says.

Arguments: the interval.
Returns: P1Y2M3DT4H5M6.7S, always with all parts.
Errors: none.

Example: SELECT __msar.json_form('1 day 02:03'::interval);$$;
