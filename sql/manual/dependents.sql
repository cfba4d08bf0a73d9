COMMENT ON FUNCTION msar.get_dependents(regclass, integer, integer) IS
$$Lists the objects that depend on a relation or on one of its columns, directly or by way of
others.

Arguments: obj: the relation; attnum: one of its columns, NULL (default) for the whole relation;
  max_depth: how far to go, 1 for direct dependents only, NULL for no limit (default 10).
Returns: a JSON array, ordered by depth, kind and identity, in which each object comes once:
  {"kind", "schema", "name", "identity"} as pg_identify_object gives them, "depth": 1 for what
  hangs on the object directly, "depends_on": the object it hangs on, by the same four keys,
  "blocks_drop": whether a plain DROP would be refused because of it (false for what goes along:
  indexes, triggers, partitions, ...). Internal parts of an object (the rule of a view, the index
  of a constraint) are not listed; what depends on them hangs on their owner. NULL for a NULL
  obj.
Errors: 42P01 unknown relation OID; 42703 unknown attnum; 22023 max_depth is less than 1.

Example: SELECT d->>'identity', d->>'blocks_drop' FROM
  jsonb_array_elements(msar.get_dependents('public.book', max_depth => 1)) d;$$;

COMMENT ON FUNCTION msar.preview_drop(regclass, integer) IS
$$Lists what DROP ... CASCADE of a relation, or ALTER TABLE ... DROP COLUMN ... CASCADE, would
remove, without dropping.

Arguments: obj: the relation; attnum: one of its columns, NULL (default) for the whole relation.
Returns: a JSON array with every object that PostgreSQL would drop, down to rules, row types and
  column defaults: {"kind", "schema", "name", "identity"} as pg_identify_object gives them,
  "reason": target, automatic (goes along with any DROP) or cascade (only CASCADE removes it, and
  a plain DROP is refused), and "internal": whether it is a mere part of another object, such as
  the rule of a view, that people need not see; ordered by reason, the target first, then kind
  and identity. Columns of a table that is itself listed are left out. NULL for a NULL obj.
Errors: 42P01 unknown relation OID; 42703 unknown attnum; 42P16 the column is inherited or part
  of a partition key; 42809 the columns of the relation cannot be dropped alone (a view, a typed
  table, ...); 2BP01 something else requires the object (it is a member of an extension, the
  index of a constraint, the sequence of an identity column, ...).

Example: SELECT d->>'kind', d->>'identity' FROM
  jsonb_array_elements(msar.preview_drop('public.book')) d WHERE d->>'reason' = 'cascade' AND NOT
  (d->'internal')::boolean;$$;
