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

CREATE TYPE __msar.con_def AS (
  name_ text,
  type_ "char",
  col_names text[],
  deferrable_ boolean,
  definition text,
  description text
);

CREATE FUNCTION __msar.col_defs(tab_id oid, col_defs jsonb) RETURNS SETOF __msar.col_def
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT d.* FROM pg_catalog.jsonb_populate_recordset(NULL::__msar.col_def, __msar.resolved_col_defs(tab_id, col_defs)) AS d;
END;

CREATE FUNCTION __msar.con_defs(tab_id oid, con_defs jsonb) RETURNS SETOF __msar.con_def
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT d.* FROM pg_catalog.jsonb_populate_recordset(NULL::__msar.con_def, __msar.resolved_con_defs(tab_id, con_defs)) AS d;
END;
