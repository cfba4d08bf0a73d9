COMMENT ON FUNCTION __msar.progress_row() IS
$$Counts a row of a statement that is run for a call of this extension, and reports the progress.

Returns: true
Errors: none

Example:
  SELECT __msar.progress_row();$$;

COMMENT ON FUNCTION __msar.counted(text, bigint, text) IS
$$Makes an expression of the next statement count the rows for which it is computed, if the setting
mathesar_ext.progress asks for it.

Arguments:
  work: what the statement does
  total: the number of rows
  expression: SQL
Returns: the expression, or one with the same value that counts
Errors: none

Example:
  SELECT __msar.counted('retyping', 1000, 'price::integer');$$;
