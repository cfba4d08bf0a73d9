COMMENT ON FUNCTION __msar.display_number(text, integer, integer, text, text, boolean, text, text)
IS $$Formats a number by the display options of its column.

Arguments:
  value: the number as PostgreSQL prints it
  min_frac_digits, max_frac_digits, grouping, format, as_percentage, currency_symbol,
    currency_location: the options num_min_frac_digits to mon_currency_location; NULL for an
    option that is not set; more than 16383 digits count as 16383
Returns: text; a value without digits (NaN, Infinity) unchanged; NULL for NULL
Errors: none

Example:
  SELECT __msar.display_number('1234567.5', 2, 2, 'always', 'german', false, 'EUR',
    'end-with-space');  -- 1.234.567,50 EUR$$;

COMMENT ON FUNCTION __msar.display_duration(double precision, text, text, boolean) IS
$$Formats a duration by the display options of its column.

Arguments:
  seconds: the duration
  smallest, largest, show_units: the options duration_min, duration_max, duration_show_units; NULL
    for an option that is not set
Returns: text, rounded to the smallest unit; NULL for NULL
Errors: none

Example:
  SELECT __msar.display_duration(12310, 's', 'h', true);  -- 3h 25m 10s$$;
