COMMENT ON FUNCTION
  __msar.display_number(text, integer, integer, text, text, boolean, text, text) IS
$$A number as the display options of its column ask for it.

Arguments: value: the number as PostgreSQL prints it; min_frac_digits, max_frac_digits, grouping,
  format, as_percentage, currency_symbol, currency_location: the options num_min_frac_digits to
  mon_currency_location, NULL where one is not set; more than 16383 digits count as 16383.
Returns: text; what has no digits (NaN, Infinity) as it is; NULL for NULL.
Errors: none.

Example: SELECT __msar.display_number('1234567.5', 2, 2, 'always', 'german', false, 'EUR',
  'end-with-space');  -- 1.234.567,50 EUR$$;

COMMENT ON FUNCTION __msar.display_duration(double precision, text, text, boolean) IS
$$A length of time as the display options of its column ask for it.

Arguments: seconds: the length; smallest, largest, show_units: the options duration_min,
  duration_max, duration_show_units, NULL where one is not set.
Returns: text, rounded to the smallest unit; NULL for NULL.
Errors: none.

Example: SELECT __msar.display_duration(12310, 's', 'h', true);  -- 3h 25m 10s$$;
