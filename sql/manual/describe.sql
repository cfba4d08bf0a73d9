COMMENT ON FUNCTION msar.get_schema_table_details(regnamespace) IS
$$Describes every relation of a schema in one call.

Arguments:
  sch_id: the schema
Returns: a JSON array with an object for each table, partitioned table, partition, view,
  materialized view and foreign table, ordered by name. An object has the keys of msar.get_table
  (OIDs, owner, privileges, comment), and kind, partition_of, has_dependents, estimated_rows,
  primary_key, columns, constraints, incoming foreign keys, preview_settings and metadata. A column
  has the keys of msar.get_column_info (type, options, default, privileges), and type_full,
  ui_type, identity, generated, collation, domain, enum_values and metadata.
Errors:
  3F000: unknown schema OID

Example:
  SELECT t->>'name', t->>'kind'
  FROM json_array_elements(msar.get_schema_table_details('public')) AS t;$$;

COMMENT ON FUNCTION msar.get_table_details(regclass) IS
$$Describes one relation.

Arguments:
  tab_id: a table, partitioned table, partition, view, materialized view or foreign table
Returns: a JSON object, the same that msar.get_schema_table_details returns for the relation
Errors:
  42P01: unknown relation OID
  42809: an index, a sequence or a composite type

Example:
  SELECT jsonb_pretty(msar.get_table_details('public.book')::jsonb);$$;
