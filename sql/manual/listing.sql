COMMENT ON FUNCTION msar.get_table_info(regnamespace) IS
$$Lists the relations of a schema.

Arguments:
  sch_id: the schema
Returns: a JSON array of {"oid", "name", "schema", "description", "owner_oid", "current_role_priv",
  "current_role_owns", "type"}, ordered by name; "type" is table (ordinary, partitioned and foreign
  tables, partitions), view or materialized_view. [] for a schema without relations, or if no schema
  has this OID
Errors: none

Example:
  SELECT t->>'name' FROM jsonb_array_elements(msar.get_table_info('public')) AS t;$$;

COMMENT ON FUNCTION msar.get_table(regclass) IS
$$Describes one relation briefly.

Arguments:
  tab_id: the relation
Returns: a JSON object as in the array of msar.get_table_info; NULL for an unknown OID, an index, a
  sequence or a composite type
Errors: none

Example:
  SELECT msar.get_table('public.book')->>'type';$$;

COMMENT ON FUNCTION msar.get_column_info(regclass) IS
$$Lists the columns of a relation.

Arguments:
  tab_id: the relation
Returns: a JSON array of {"id": attnum, "name", "type", "type_options", "nullable", "primary_key",
  "default": null or {"value", "is_dynamic"}, "has_dependents", "description", "current_role_priv"},
  ordered by attnum; [] for an unknown OID
Errors: none

Example:
  SELECT c->>'name', c->>'type'
  FROM jsonb_array_elements(msar.get_column_info('public.book')) AS c;$$;

COMMENT ON FUNCTION msar.get_tab_col_info_map(jsonb) IS
$$Describes chosen columns of several tables at once.

Arguments:
  tab_col_map: an object with an array of attnums for each table OID: {"16400": [1, 2]}
Returns: {"<oid>": {"table_info": [object of msar.get_table, or null for an unknown OID],
  "columns": {"<attnum>": object of msar.get_column_info}}}; unknown attnums are left out
Errors:
  22023: an argument of another shape

Example:
  SELECT msar.get_tab_col_info_map(
    jsonb_build_object('public.book'::regclass::oid::text, '[1, 2]'::jsonb));$$;
