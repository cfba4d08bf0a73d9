COMMENT ON FUNCTION msar.get_dependents(regclass, integer, integer) IS
$$Lists the objects that depend on a relation or on one of its columns, directly or through other
objects.

Arguments:
  obj: the relation
  attnum: one of its columns; NULL (default) for the whole relation
  max_depth: 1 for direct dependents only, and so on; NULL for no limit (default 10)
Returns: a JSON array ordered by depth, kind and identity, with one object for each dependent:
  {"kind", "schema", "name", "identity"}: as pg_identify_object returns them,
  "depth": 1 for a direct dependent,
  "depends_on": the object that it depends on, by the same four keys,
  "blocks_drop": whether a plain DROP is refused because of it; false for objects that are dropped
  along with the relation (indexes, triggers, partitions, ...).
  Internal parts of an object (the rule of a view, the index of a constraint) are not listed; their
  dependents count as those of the object. NULL if obj is NULL.
Errors:
  42P01: unknown relation OID
  42703: unknown attnum
  22023: max_depth is less than 1

Example:
  SELECT d->>'identity', d->>'blocks_drop'
  FROM jsonb_array_elements(msar.get_dependents('public.book', max_depth => 1)) AS d;$$;

COMMENT ON FUNCTION msar.preview_drop(regclass, integer) IS
$$Lists what DROP ... CASCADE of a relation, or ALTER TABLE ... DROP COLUMN ... CASCADE, would
remove, without dropping anything.

Arguments:
  obj: the relation
  attnum: one of its columns; NULL (default) for the whole relation
Returns: a JSON array of all objects that PostgreSQL would drop, down to rules, row types and column
  defaults:
  {"kind", "schema", "name", "identity"}: as pg_identify_object returns them,
  "reason": target, automatic (dropped by a plain DROP, too) or cascade (a plain DROP is refused
  because of it),
  "internal": whether the object is only a part of another one, such as the rule of a view.
  Ordered by reason, the target first, then by kind and identity. Columns of a table that is itself
  listed are left out. NULL if obj is NULL.
Errors:
  42P01: unknown relation OID
  42703: unknown attnum
  42P16: the column is inherited or part of a partition key
  42809: columns of this kind of relation cannot be dropped (a view, a typed table, ...)
  2BP01: another object requires it (the object belongs to an extension, is the index of a
    constraint, the sequence of an identity column, ...)

Example:
  SELECT d->>'kind', d->>'identity'
  FROM jsonb_array_elements(msar.preview_drop('public.book')) AS d
  WHERE d->>'reason' = 'cascade' AND NOT (d->'internal')::boolean;$$;
