-- Definitions as composite types, for SQL of a client's own. They come from JSON by the functions below, which check it as
-- msar.add_columns and its siblings do; names, types and expressions in them are ready to be put into a statement.

CREATE TYPE __msar.col_def AS (
  name_ text,
  type_ text,
  not_null boolean,
  default_ text,
  identity_ boolean,
  description text
);
COMMENT ON TYPE __msar.col_def IS 'Column to be created, in SQL: __msar.col_defs makes it of JSON';
COMMENT ON COLUMN __msar.col_def.name_ IS 'Name, quoted where it must be';
COMMENT ON COLUMN __msar.col_def.type_ IS 'Type with its modifiers, and its collation if one is asked for';
COMMENT ON COLUMN __msar.col_def.not_null IS 'Whether it takes no nulls';
COMMENT ON COLUMN __msar.col_def.default_ IS 'SQL expression of the default: a literal, or in parentheses; null if there is none';
COMMENT ON COLUMN __msar.col_def.identity_ IS 'Whether it is an identity column';
COMMENT ON COLUMN __msar.col_def.description IS 'Text that is to be its comment; null if there is none';

CREATE TYPE __msar.con_def AS (
  name_ text,
  type_ "char",
  col_names text[],
  deferrable_ boolean,
  definition text,
  description text
);
COMMENT ON TYPE __msar.con_def IS 'Constraint to be created, in SQL: __msar.con_defs makes it of JSON';
COMMENT ON COLUMN __msar.con_def.name_ IS 'Name, quoted where it must be; null for PostgreSQL''s own';
COMMENT ON COLUMN __msar.con_def.type_ IS 'p primary key, u unique, f foreign key, c check, x exclusion';
COMMENT ON COLUMN __msar.con_def.col_names IS 'Names of its columns, quoted where they must be';
COMMENT ON COLUMN __msar.con_def.deferrable_ IS 'Whether its check can wait until the end of the transaction';
COMMENT ON COLUMN __msar.con_def.definition IS 'All of it, as ALTER TABLE ... ADD takes it';
COMMENT ON COLUMN __msar.con_def.description IS 'Text that is to be its comment; null if there is none';

CREATE FUNCTION __msar.col_defs(tab_id oid, col_defs jsonb) RETURNS SETOF __msar.col_def
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT d.* FROM pg_catalog.jsonb_populate_recordset(NULL::__msar.col_def, __msar.resolved_col_defs(tab_id, col_defs)) AS d;
END;

COMMENT ON FUNCTION __msar.col_defs(oid, jsonb) IS $$Columns that are given as JSON, checked and in SQL.

Arguments: tab_id: the table that they are for, whose names are taken; NULL for a new one; col_defs: as msar.add_columns
Returns: a row for each column, in their order
Errors: 22023 an unknown key, a value of the wrong kind, a generated column; 42P01 unknown table; 42622 a name of more than 63 bytes;
42601 what should be an expression is none; 42704 unknown type

Example: SELECT name_, type_ FROM __msar.col_defs(NULL, '[{"name": "Unit price", "type": {"name": "numeric(8,2)"}}]');$$;

CREATE FUNCTION __msar.con_defs(tab_id oid, con_defs jsonb) RETURNS SETOF __msar.con_def
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT d.* FROM pg_catalog.jsonb_populate_recordset(NULL::__msar.con_def, __msar.resolved_con_defs(tab_id, con_defs)) AS d;
END;

COMMENT ON FUNCTION __msar.con_defs(oid, jsonb) IS $$Constraints that are given as JSON, checked and in SQL.

Arguments: tab_id: the table that they are for; NULL for a new one, whose columns must be given by name; con_defs: as
msar.add_constraints
Returns: a row for each constraint, in their order
Errors: 22023 an unknown key, a value of the wrong kind, keys that do not go together; 42P01 unknown table; 42703 unknown column;
42622 a name of more than 63 bytes; 42601 what should be an expression is none

Example: SELECT definition FROM __msar.con_defs('public.book'::regclass, '[{"type": "u", "columns": [2]}]');$$;
