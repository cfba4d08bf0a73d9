COMMENT ON FUNCTION msar.get_constraints_for_table(oid) IS
$$Lists the check, foreign key, primary key, unique and exclusion constraints of a table by name.

Arguments:
  tab_id: OID of the table
Returns: rows (oid, name, type, columns, referent_table_oid, referent_columns); type is check,
  foreignkey, primary, unique or exclude; columns are attnums in key order; referent_table_oid is 0
  and referent_columns NULL unless it is a foreign key. No rows if no table has this OID
Errors: none

Example:
  SELECT name, type FROM msar.get_constraints_for_table('app.invoice'::regclass);$$;

COMMENT ON FUNCTION msar.add_constraints(oid, jsonb) IS
$$Adds constraints to a table, all at once.

Arguments:
  tab_id: the table
  con_defs: array of {"name", "type": p (primary key), u (unique), f (foreign key), c (check) or x
    (exclusion), "columns": [attnums or names], "deferrable", "initially_deferred", "description"};
    for a foreign key also "fkey_relation_id" or "fkey_relation": {"schema", "name"},
    "fkey_columns", "fkey_update_action" and "fkey_delete_action": a, r, c, n or d,
    "fkey_match_type": f or s; for a check "expression": SQL; for an exclusion "elements" and
    "predicate". docs/definitions.md lists all keys. PostgreSQL names constraints without a name.
Returns: the OIDs of all constraints of the table afterwards
Errors:
  22023: an unknown key, a value of the wrong type, or keys that exclude each other
  42P01: unknown table
  42703: unknown column
  42501: the current role is not the owner
  42622: a name of more than 63 bytes
  42601: text that is not one SQL expression
  42710: a name that is taken
  23505, 23503, 23514, 23P01: rows violate the constraint
  and the errors of ALTER TABLE. Nothing is added then.

Example:
  SELECT msar.add_constraints('public.book'::regclass,
    '[{"type": "u", "columns": ["isbn"]}, {"type": "c", "expression": "pages > 0"}]');$$;

COMMENT ON FUNCTION msar.drop_constraint(oid, oid) IS
$$Drops a constraint.

Arguments:
  tab_id: its table
  con_id: its OID, as msar.get_constraints_for_table returns it
Returns: the name that it had; NULL if no table has this OID, or the table has no such constraint
Errors:
  42501: the current role is not the owner
  2BP01: other objects depend on it

Example:
  SELECT msar.drop_constraint('public.book'::regclass, c.oid)
  FROM msar.get_constraints_for_table('public.book'::regclass) AS c
  WHERE c.name = 'book_isbn_key';$$;

COMMENT ON FUNCTION msar.drop_constraint(text, text, text) IS
$$Drops a constraint by its name.

Arguments:
  sch_name, tab_name: its table, unquoted
  con_name: its name, unquoted
Returns: its name
Errors:
  42P01: unknown table
  42704: the table has no such constraint
  42501: the current role is not the owner
  2BP01: other objects depend on it

Example:
  SELECT msar.drop_constraint('public', 'book', 'book_isbn_key');$$;
