COMMENT ON FUNCTION msar.run_exploration(jsonb, jsonb) IS
$$The rows of an exploration that need not be saved, and what its columns are, in one statement.

Arguments: exploration: {"base_table_oid": OID, "initial_columns": [{"alias", "attnum", "join_path"}],
  "transformations": [{"type", "spec"}], "display_names": {alias: name}}; docs/explorations.md has the
  transformations and functions. options: {"limit": 100, "offset": 0, or "after": "next" of the page
  before, "count": "exact", "estimated" or "none", "numbers": "json" or "text", "dates": "contract" or
  "iso", "previews": false, "compat": false}; a limit of 0 or null is none; "compat" gives the shape
  and the values of Mathesar's contract.
Returns: {"query": the exploration with whole summaries, "records": {"count", "results": [{alias:
  value}]}, "output_columns": [alias], "column_metadata": {alias: {"alias", "display_name", "type",
  "primary_key", "type_options", "metadata", "is_initial_column", "input_column_name",
  "input_table_name", "input_table_id", "input_alias"}}, "limit", "offset", "linked_record_summaries",
  "next"}.
Errors: 22023 a document of another shape, with the place of the problem; 42703 an unknown column;
  42804 a function that does not take the type; 42712 an alias that is taken; 42P01 an unknown
  relation; 42501 no SELECT on a column; 55000 "after" where the order does not tell rows apart; 22P02
  and others of PostgreSQL for a literal that its type does not take.

Example: SELECT msar.run_exploration(jsonb_build_object('base_table_oid', 'app.book'::regclass::oid,
  'initial_columns', '[{"alias": "title", "column": "title"}]'::jsonb));$$;

COMMENT ON FUNCTION msar.exploration_sql(jsonb, jsonb) IS
$$The SQL that an exploration is compiled to: readable, ready to run, with the values in it.

Arguments: exploration: as for msar.run_exploration; options: {"limit", "offset"}, none by default.
Returns: a SELECT whose columns have the aliases as names.
Errors: as msar.run_exploration.

Example: SELECT msar.exploration_sql(jsonb_build_object('base_table_oid', 'app.book'::regclass::oid,
  'initial_columns', '[{"alias": "title", "column": "title"}]'::jsonb));$$;
