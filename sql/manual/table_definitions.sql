COMMENT ON FUNCTION msar.get_table_definition(regclass) IS
$$Returns a table as the JSON from which a step of msar.apply_definitions creates it again.

Arguments:
  tab_id: an ordinary or partitioned table, or a partition
Returns: a JSON object with those of "schema", "name", "description", "unlogged", "columns",
  "constraints", "inherits", "partition_of", "bounds", "partition_by", "partitions" and "metadata"
  that apply; docs/definitions.md lists their keys. It refers to all objects by names with schemas,
  never by OID or attnum. It leaves out what the table inherits, its owner, privileges, indexes that
  belong to no constraint, triggers, rules, policies, and storage options.
Errors:
  42P01: unknown relation OID
  42809: a view, an index, a sequence or another relation that is not a table

Example:
  SELECT jsonb_pretty(msar.get_table_definition('public.book'));$$;

COMMENT ON FUNCTION msar.apply_definitions(jsonb, boolean) IS
$$Creates and changes schemas and tables by many definitions at once: all of them, or none.

Arguments:
  doc: a JSON array of steps, which run in order; later steps may use objects that earlier ones
    create. A step is an object with one of the keys
    create_schema {"name", "description", "owner"},
    alter_schema {"schema", "changes": {"name", "description"}},
    drop_schemas {"schemas"},
    create_table: a definition, as msar.get_table_definition returns it,
    alter_table {"table", "changes"},
    drop_table {"table", "cascade"},
    add_columns {"table", "columns"},
    drop_columns {"table", "columns"},
    add_constraints {"table", "constraints"},
    drop_constraint {"table", "constraint"}.
    docs/definitions.md describes the values. A table is {"schema", "name"}, or a name that is
    looked up along the search_path. A foreign key may refer to a table that a later step creates.
  dry_run: whether to return only what would be done (default false). The steps are run and rolled
    back, so a dry run takes the same locks for a moment, and finds the same errors.
Returns: {"dry_run": bool, "steps": [{"step": its key, "schema", "name" and "oid" of a table that it
  created (no "oid" in a dry run), "statements": [SQL, ...]}, ...]}
Errors: those of the step that fails: 22023 for an invalid step; 42501, 42P01, 42P07, 42703, 42704,
  3F000, 2BP01 and all others that PostgreSQL has for such statements. The message begins with the
  number of the step and the object. Nothing changes then.

Example:
  SELECT msar.apply_definitions(jsonb_build_array(jsonb_build_object('create_table',
    msar.get_table_definition('public.book') || '{"schema": "archive"}')), dry_run => true);$$;
