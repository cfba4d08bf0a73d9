COMMENT ON TYPE msar.joinable_tables IS
'A path of joins from one table to another, as msar.get_joinable_tables returns it';
COMMENT ON COLUMN msar.joinable_tables.base IS 'OID of the table where the path begins';
COMMENT ON COLUMN msar.joinable_tables.target IS 'OID of the table where the path ends';
COMMENT ON COLUMN msar.joinable_tables.join_path IS
'Pairs of columns to join, one per step: [[[left table OID, attnum], [right table OID, attnum]],
...]';
COMMENT ON COLUMN msar.joinable_tables.fkey_path IS
'Foreign keys of the path, one per step: [[constraint OID, reversed], ...]; reversed is true for a
step from the referenced table to the referencing one';
COMMENT ON COLUMN msar.joinable_tables.depth IS 'Number of steps';
COMMENT ON COLUMN msar.joinable_tables.multiple_results IS
'Whether a step is reversed, so that a row of base may have several rows of target';

COMMENT ON FUNCTION __msar.fkey_steps(oid) IS
$$Lists the single-column foreign keys of a table and to a table, as steps of a join.

Arguments:
  tab_id: OID of the table
Returns: rows (constraint_id, reversed, attnum, target, target_attnum): the column attnum of the
  table joins the column target_attnum of target; reversed is true for foreign keys of other tables
  that refer to this one. A foreign key of the table to itself is two rows. Copies that partitioning
  makes of a foreign key are left out.
Errors: none

Example:
  SELECT target::regclass FROM __msar.fkey_steps('app.invoice'::regclass);$$;

COMMENT ON FUNCTION __msar.joinable_tables(integer, oid[]) IS
$$Lists all join paths from the given tables.

Arguments:
  max_depth: largest number of steps; more than 6 counts as 6
  tab_ids: OIDs of the tables where the paths begin
Returns: rows of type msar.joinable_tables, in no particular order; none if max_depth is NULL or
  less than 1
Errors: none

Example:
  SELECT target::oid::regclass
  FROM __msar.joinable_tables(2, ARRAY['app.invoice'::regclass::oid]);$$;

COMMENT ON FUNCTION msar.get_joinable_tables(integer) IS
$$Lists the join paths from every table of the database along single-column foreign keys, in both
directions.

Arguments:
  max_depth: largest number of steps; more than 6 counts as 6, since the number of paths grows
    quickly with it
Returns: rows (base, target, join_path, fkey_path, depth, multiple_results), see the type
  msar.joinable_tables, ordered by base and depth. A path may visit a table again, but no step goes
  back over the foreign key of the step before. No rows if max_depth is NULL or less than 1
Errors: none

Example:
  SELECT base::oid::regclass, target::oid::regclass FROM msar.get_joinable_tables(1);$$;

COMMENT ON FUNCTION msar.get_joinable_tables(integer, oid) IS
$$Lists the join paths from one table along single-column foreign keys, in both directions.

Arguments:
  max_depth: largest number of steps; more than 6 counts as 6
  table_id: OID of the table
Returns: {"joinable_tables": [{"base": int, "target": int,
  "join_path": [[[left OID, attnum], [right OID, attnum]], ...],
  "fkey_path": [[constraint OID, reversed], ...], "depth": int, "multiple_results": bool}],
  "target_table_info": {"<OID>": {"name": text,
  "columns": {"<attnum>": {"name": text, "type": text (_array for arrays), "primary_key": bool}}}}},
  paths ordered by depth, see the type msar.joinable_tables. A path may visit a table again, but no
  step goes back over the foreign key of the step before. Both are empty if max_depth is less than
  1, or if no table has this OID.
Errors:
  54000: there are more than 500,000 paths

Example:
  SELECT msar.get_joinable_tables(2, 'app.invoice'::regclass)->'joinable_tables';$$;
