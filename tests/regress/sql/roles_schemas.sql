-- msar.list_schemas, get_schema, get_object_counts and get_current_database_info.
BEGIN;
CREATE ROLE regress_librarian;
CREATE ROLE regress_assistant;
GRANT regress_librarian TO regress_assistant;
CREATE ROLE regress_visitor;

CREATE SCHEMA lending AUTHORIZATION regress_librarian;
COMMENT ON SCHEMA lending IS 'Who has which book';
CREATE SCHEMA "Reading ""room"".2";
CREATE SCHEMA pgx;
CREATE TEMP TABLE cart (id int);  -- there is a schema pg_temp_N now

-- By name; nothing of PostgreSQL's own, but pgx is a user's schema.
SELECT s->>'name' AS name
FROM jsonb_array_elements(msar.list_schemas()) WITH ORDINALITY AS x(s, n)
WHERE s->>'name' IN ('lending', 'Reading "room".2', 'pgx', 'msar', '__msar', 'information_schema') OR s->>'name' ^@ 'pg_'
ORDER BY n;
SELECT array_agg(s->>'name') = array_agg(s->>'name' ORDER BY s->>'name' COLLATE "C") AS ordered_by_name,
  bool_and(s = msar.get_schema((s->>'oid')::oid::regnamespace)) AS same_as_get_schema
FROM jsonb_array_elements(msar.list_schemas()) AS s;

-- The whole shape. table_count: only ordinary tables, partitions among them.
CREATE TABLE lending.book (id int PRIMARY KEY, title text);
CREATE VIEW lending.title AS SELECT title FROM lending.book;
CREATE MATERIALIZED VIEW lending.title_count AS SELECT count(*) FROM lending.book;
CREATE TABLE lending.loan (day date) PARTITION BY RANGE (day);
CREATE TABLE lending.loan_2024 PARTITION OF lending.loan FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
SELECT msar.get_schema('lending'::regnamespace) - 'oid' - 'owner_oid' AS info,
  msar.get_schema('lending'::regnamespace)->'oid' = to_jsonb('lending'::regnamespace::oid::bigint) AS oid,
  msar.get_schema('lending'::regnamespace)->'owner_oid' = to_jsonb('regress_librarian'::regrole::oid::bigint) AS owner;
SELECT msar.get_schema('"Reading ""room"".2"'::regnamespace) - 'oid' - 'owner_oid' AS info;

-- What the current role may do: a stranger, a stranger with a grant, a member of the owner.
SET ROLE regress_visitor;
SELECT i->'current_role_priv' AS priv, i->'current_role_owns' AS owns
FROM msar.get_schema('lending'::regnamespace) AS i;
RESET ROLE;
GRANT CREATE ON SCHEMA lending TO regress_visitor;
SET ROLE regress_visitor;
SELECT i->'current_role_priv' AS priv, i->'current_role_owns' AS owns
FROM msar.get_schema('lending'::regnamespace) AS i;
SET ROLE regress_assistant;
SELECT i->'current_role_priv' AS priv, i->'current_role_owns' AS owns
FROM msar.get_schema('lending'::regnamespace) AS i;
RESET ROLE;

-- Schemas of PostgreSQL can be asked for; an unknown one gives NULL.
SELECT msar.get_schema('pg_catalog'::regnamespace)->>'name' AS name;
SELECT msar.get_schema(1::oid::regnamespace) IS NULL AS unknown, msar.get_schema(NULL) IS NULL AS null;

-- Counts leave out the schemas of PostgreSQL and of the extension. A table never analysed has 0 records, not -1.
SELECT i->'schema_count' AS schemas, i->'table_count' AS tables, i->'record_count' AS records
FROM msar.get_object_counts() AS i \gset
CREATE SCHEMA archive;
CREATE TABLE archive.book AS SELECT generate_series(1, 1000) AS id;
CREATE TABLE archive.empty ();
CREATE TABLE msar.not_counted ();
SELECT (i->'schema_count')::int - :schemas AS schemas, (i->'table_count')::int - :tables AS tables,
  (i->'record_count')::int - :records AS records
FROM msar.get_object_counts() AS i;
ANALYZE archive.book;
SELECT (i->'schema_count')::int - :schemas AS schemas, (i->'table_count')::int - :tables AS tables,
  (i->'record_count')::int - :records AS records
FROM msar.get_object_counts() AS i;

-- The database.
SELECT i->>'name' = current_database() AS name,
  i->'oid' = (SELECT to_jsonb(oid::bigint) FROM pg_database WHERE datname = current_database()) AS oid,
  i->'owner_oid' = (SELECT to_jsonb(datdba::bigint) FROM pg_database WHERE datname = current_database()) AS owner,
  i - 'oid' - 'name' - 'owner_oid' AS rest
FROM msar.get_current_database_info() AS i;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT TEMPORARY ON DATABASE :"DBNAME" TO regress_visitor;
SET ROLE regress_visitor;
SELECT i - 'oid' - 'name' - 'owner_oid' AS rest FROM msar.get_current_database_info() AS i;
RESET ROLE;
ROLLBACK;

-- A database without a schema of users has counts too.
BEGIN;
SET LOCAL client_min_messages = warning;
DO $$
DECLARE
  sch text;
BEGIN
  FOR sch IN
    SELECT nspname FROM pg_namespace
    WHERE nspname !~ '^(pg_.*|information_schema|msar|__msar|msar_catalog|msar_queries|msar_reflector|mathesar_types)$'
  LOOP
    EXECUTE format('ALTER SCHEMA %I OWNER TO CURRENT_USER', sch);
    EXECUTE format('DROP SCHEMA %I CASCADE', sch);
  END LOOP;
END $$;
SELECT msar.get_object_counts();
ROLLBACK;

-- What users define cannot come between: catalogs, functions and operators are those of pg_catalog.
BEGIN;
SELECT msar.list_schemas() AS schemas, msar.get_object_counts() AS counts, msar.get_current_database_info() AS database \gset
CREATE SCHEMA shadow;
CREATE TABLE shadow.pg_namespace AS SELECT 1::oid AS oid, 'fake'::name AS nspname;
CREATE TABLE shadow.pg_class (oid oid, relkind "char", relnamespace oid, reltuples real);
CREATE TABLE shadow.pg_database (oid oid, datname name);
CREATE FUNCTION shadow.fail() RETURNS void LANGUAGE plpgsql AS $$BEGIN RAISE 'a shadow was called'; END$$;
CREATE FUNCTION shadow.equal(oid, oid) RETURNS boolean LANGUAGE sql AS $$SELECT shadow.fail(); SELECT false$$;
CREATE FUNCTION shadow.equal(name, name) RETURNS boolean LANGUAGE sql AS $$SELECT shadow.fail(); SELECT false$$;
CREATE OPERATOR shadow.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = shadow.equal);
CREATE OPERATOR shadow.= (LEFTARG = name, RIGHTARG = name, FUNCTION = shadow.equal);
CREATE FUNCTION shadow.has_schema_privilege(oid, text) RETURNS boolean LANGUAGE sql AS $$SELECT shadow.fail(); SELECT true$$;
CREATE FUNCTION shadow.starts_with(text, text) RETURNS boolean LANGUAGE sql AS $$SELECT shadow.fail(); SELECT true$$;
CREATE FUNCTION shadow.obj_description(oid, name) RETURNS text LANGUAGE sql AS $$SELECT shadow.fail(); SELECT 'fake'$$;
CREATE FUNCTION shadow.current_database() RETURNS name LANGUAGE sql AS $$SELECT shadow.fail(); SELECT 'fake'::name$$;
SET LOCAL search_path = shadow, pg_catalog;
SELECT msar.list_schemas() OPERATOR(pg_catalog.@>) :'schemas'::jsonb AS list_schemas,
  jsonb_array_length(msar.list_schemas()) OPERATOR(pg_catalog.-) jsonb_array_length(:'schemas'::jsonb) AS more,
  msar.get_schema('shadow'::regnamespace)->'table_count' AS table_count,
  msar.get_current_database_info() OPERATOR(pg_catalog.=) :'database'::jsonb AS database,
  (msar.get_object_counts()->'schema_count')::int OPERATOR(pg_catalog.-) (:'counts'::jsonb->'schema_count')::int AS schemas;
-- The shadows do work, for whoever does not qualify.
\set VERBOSITY terse
SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace;
ROLLBACK;
