-- msar.apply_definitions: many definitions at once.
\getenv folder PG_ABS_SRCDIR
\set problem :folder '/include/problem.sql'
\i :problem
\pset format unaligned
\pset null '(null)'
CREATE ROLE regress_builder;
CREATE ROLE regress_owner;
GRANT CREATE ON DATABASE :"DBNAME" TO regress_builder;
GRANT regress_owner TO regress_builder;
CREATE FUNCTION pg_temp.statements(result jsonb) RETURNS TABLE (step text, created text, statement text) LANGUAGE sql AS
$$SELECT s->>'step', concat_ws('.', s->>'schema', s->>'name'), statement
  FROM jsonb_array_elements(result->'steps') WITH ORDINALITY AS x(s, n), jsonb_array_elements_text(s->'statements') WITH ORDINALITY AS y(statement, m)
  ORDER BY n, m$$;

-- Every kind of step, as a role that is no superuser. Later steps use what earlier ones make; a foreign key may refer to a
-- table that comes later; how a table is shown, and who gets it, is settled last.
BEGIN;
SET ROLE regress_builder;
CREATE TEMPORARY TABLE doc AS SELECT '[
  {"create_schema": {"name": "shop", "description": "What is sold", "owner": "regress_owner"}},
  {"create_table": {"schema": "shop", "name": "order", "description": "it''s \"one\"", "owner": "regress_owner",
    "columns": [{"name": "id", "type": "integer", "identity": "always"}, {"name": "customer_id", "type": "integer", "not_null": true},
      {"name": "placed", "type": "date", "default_expression": "CURRENT_DATE", "metadata": {"date_format": "DD.MM.YYYY"}}],
    "constraints": [{"type": "p", "columns": ["id"]}, {"type": "f", "columns": ["customer_id"], "fkey_relation": {"schema": "shop", "name": "customer"}}],
    "metadata": {"preview_template": ["Order of ", ["customer_id", {"schema": "shop", "name": "customer", "column": "name"}]]}}},
  {"create_table": {"schema": "shop", "name": "customer",
    "columns": [{"name": "id", "type": "integer", "serial": true, "not_null": true}, {"name": "name"}, {"name": "last_order_id", "type": "integer"}],
    "constraints": [{"type": "p", "columns": ["id"]}, {"type": "f", "name": "last order", "columns": ["last_order_id"], "fkey_relation": {"schema": "shop", "name": "order"}}]}},
  {"add_columns": {"table": {"schema": "shop", "name": "customer"}, "columns": [{"name": "grade", "default": "5"}, {"name": "$$;\\ \"x\"", "type": "text[]", "default": ["a", "it''s"]}]}},
  {"alter_table": {"table": {"schema": "shop", "name": "customer"}, "changes": {"name": "client", "columns": [{"column": "grade", "type": "integer", "not_null": true}]}}},
  {"add_constraints": {"table": {"schema": "shop", "name": "client"}, "constraints": [{"type": "c", "name": "grade", "expression": "grade > 0"}, {"type": "u", "name": "names", "columns": ["name"]}]}},
  {"drop_constraint": {"table": {"schema": "shop", "name": "client"}, "constraint": "names"}},
  {"drop_columns": {"table": {"schema": "shop", "name": "client"}, "columns": ["$$;\\ \"x\""]}},
  {"create_table": {"schema": "shop", "name": "spare", "columns": []}},
  {"drop_table": {"table": {"schema": "shop", "name": "spare"}}},
  {"create_schema": {"name": "attic"}},
  {"alter_schema": {"schema": "attic", "changes": {"name": "loft", "description": "Old"}}},
  {"drop_schemas": {"schemas": ["loft"]}}
]'::jsonb AS doc;

-- What it would do. Nothing of it is there afterwards.
CREATE TEMPORARY TABLE planned (result jsonb);
INSERT INTO planned SELECT msar.apply_definitions(doc, dry_run => true) FROM doc;
SELECT result->'dry_run' AS dry_run, jsonb_path_exists(result, '$.steps[*].oid') AS has_oids FROM planned;
SELECT s.* FROM planned, pg_temp.statements(result) AS s;
SELECT to_regnamespace('shop') AS schema;

-- What it does is the same.
CREATE TEMPORARY TABLE done AS SELECT msar.apply_definitions(doc) AS result FROM doc;
SELECT s->>'schema' AS schema, s->>'name' AS created, (s->>'oid')::oid::regclass::text = s->>'oid' AS is_gone
FROM done, jsonb_array_elements(result->'steps') AS s WHERE s ? 'oid';
SELECT count(*) AS statements, count(*) FILTER (WHERE a = b) AS equal
FROM (SELECT row_number() OVER () AS n, s AS a FROM planned, pg_temp.statements(result) AS s) AS x
FULL JOIN (SELECT row_number() OVER () AS n, s AS b FROM done, pg_temp.statements(result) AS s) AS y USING (n);
SELECT c.relname, c.relowner::regrole, msar.get_table_definition(c.oid) - 'schema' - 'name' AS definition
FROM pg_class AS c WHERE relnamespace = 'shop'::regnamespace AND relkind = 'r' ORDER BY relname;

-- The statements do the same when they are run one by one.
CREATE FUNCTION pg_temp.run(planned jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  statement text;
BEGIN
  FOR statement IN SELECT s.statement FROM pg_temp.statements(planned) AS s LOOP
    EXECUTE statement;
  END LOOP;
END
$$;
CREATE TEMPORARY TABLE defined AS SELECT relname, msar.get_table_definition(c.oid) AS definition FROM pg_class AS c WHERE relnamespace = 'shop'::regnamespace AND relkind = 'r';
SET LOCAL client_min_messages = warning;
SELECT msar.drop_schemas(ARRAY['shop']::regnamespace[]);
SELECT msar.forget_detached_metadata('shop', relname) IS NOT NULL AS forgotten FROM defined;
SELECT pg_temp.run(result) FROM planned;
RESET client_min_messages;
SELECT count(*) AS tables, count(*) FILTER (WHERE definition = msar.get_table_definition(format('shop.%I', relname)::regclass)) AS equal FROM defined;
RESET ROLE;
ROLLBACK;

-- A failing step is named, with the SQLSTATE, the message, the detail and the hint of the error itself; and nothing is done. An
-- error of PostgreSQL's, one of ours, one of a foreign key that had to wait, one of what is settled last.
CREATE FUNCTION pg_temp.failure(VARIADIC steps text[], OUT code text, OUT message text, OUT detail text, OUT hint text, OUT is_there boolean) LANGUAGE plpgsql AS $$
BEGIN
  SELECT p.* INTO code, message, detail, hint FROM pg_temp.problem(format('SELECT msar.apply_definitions(%L)',
    format('[{"create_schema": {"name": "shop"}}, %s]', array_to_string(steps, ', ')))) AS p;
  is_there := to_regnamespace('shop') IS NOT NULL;
END
$$;
SELECT * FROM pg_temp.failure('{"create_table": {"schema": "shop", "name": "a", "columns": [{"name": "a", "type": "nosuch"}]}}');
SELECT * FROM pg_temp.failure('{"create_table": {"schema": "library", "name": "book", "columns": []}}');
SELECT * FROM pg_temp.failure('{"create_table": {"schema": "shop", "name": "a", "columns": [{"name": "a"}, {"name": "a"}]}}');
SELECT code, message, detail LIKE '%view library.book_catalogue depends on table library.book%' AS detail, hint
FROM pg_temp.failure('{"drop_table": {"table": {"schema": "library", "name": "book"}}}');
SELECT * FROM pg_temp.failure('{"drop_table": {"table": {"schema": "library", "name": "nosuch"}}}');
SELECT * FROM pg_temp.failure('{"drop_columns": {"table": {"schema": "library", "name": "book"}, "columns": ["title", "nosuch"]}}');
SELECT * FROM pg_temp.failure('{"alter_schema": {"schema": "nosuch", "changes": {}}}');
SELECT * FROM pg_temp.failure('{"create_schema": {"name": "attic", "owner": "nosuch"}}');
SELECT * FROM pg_temp.failure('{"create_schema": {"name": "attic"}}', '{"drop_schemas": {"schemas": ["attic", "msar"]}}');
SELECT code, message, is_there FROM pg_temp.failure('{"create_table": {"schema": "shop", "name": "a", "columns": [{"name": "b", "type": "text"}], "constraints": [{"type": "f", "columns": ["b"], "fkey_relation": {"schema": "shop", "name": "c"}}]}}',
  '{"create_table": {"schema": "shop", "name": "c", "columns": [{"name": "d", "type": "integer"}], "constraints": [{"type": "p", "columns": ["d"]}]}}');
SELECT * FROM pg_temp.failure('{"create_table": {"schema": "shop", "name": "a", "columns": [{"name": "b"}], "metadata": {"column_order": ["c"]}}}');
SELECT * FROM pg_temp.failure('{"create_table": {"schema": "shop", "name": "a", "owner": "nosuch", "columns": []}}');
SELECT * FROM pg_temp.failure('{"create_table": {"schema": "shop", "name": "a", "columns": [{"name": "b", "type": "text", "serial": true}]}}');
SELECT * FROM pg_temp.failure(format('{"create_table": {"schema": "shop", "name": "%s", "columns": []}}', repeat('x', 64)));
-- With everything that PostgreSQL says: which constraint, of which table.
DO $$
DECLARE
  message text;
  schema_name text;
  table_name text;
  constraint_name text;
BEGIN
  PERFORM msar.apply_definitions('[{"add_constraints": {"table": {"schema": "library", "name": "book"}, "constraints": [{"type": "c", "name": "never", "expression": "id < 0"}]}}]');
EXCEPTION WHEN check_violation THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, schema_name = SCHEMA_NAME, table_name = TABLE_NAME, constraint_name = CONSTRAINT_NAME;
  RAISE NOTICE '% | % | % | %', message, schema_name, table_name, constraint_name;
END
$$;

-- What is no list of steps.
SELECT p.code, p.message, p.detail FROM (VALUES ('{}'), ('[1]'), ('["create_table"]'), ('[{}]'), ('[{"make_table": {}}]'), ('[{"create_table": []}]'),
  ('[{"create_table": {"nmae": "a"}}]'), ('[{"drop_table": {"table": 5}}]'), ('[{"drop_table": {"table": "a"}, "create_schema": {"name": "b"}}]'),
  ('[{"add_columns": {"table": "a", "columns": [["b"]]}}]'), ('null')) AS v(doc),
  pg_temp.problem(format('SELECT msar.apply_definitions(%L)', v.doc)) AS p;
SELECT msar.apply_definitions('[]') AS nothing, msar.apply_definitions(NULL) IS NULL AS null_doc;

-- Rights: the caller's own. The extension's and PostgreSQL's schemas are nobody's.
SET ROLE regress_builder;
SELECT p.* FROM (VALUES ('{"drop_table": {"table": {"schema": "library", "name": "book"}}}'), ('{"create_table": {"schema": "library", "name": "a", "columns": []}}'),
  ('{"create_table": {"schema": "msar", "name": "a", "columns": []}}'), ('{"drop_schemas": {"schemas": ["library"]}}'),
  ('{"alter_table": {"table": {"schema": "pg_catalog", "name": "pg_class"}, "changes": {"description": "x"}}}')) AS v(step),
  pg_temp.problem(format('SELECT msar.apply_definitions(%L)', format('[%s]', v.step))) AS p;
RESET ROLE;

-- A dry run meets what the run would meet, event triggers as well, and leaves nothing of it: no lock either.
BEGIN;
CREATE TABLE heard (tag text);
CREATE FUNCTION hear() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.heard VALUES (tg_tag); END$$;
CREATE EVENT TRIGGER regress_hear ON ddl_command_end EXECUTE FUNCTION hear();
SELECT s.* FROM pg_temp.statements(msar.apply_definitions('[{"alter_table": {"table": {"schema": "library", "name": "book"}, "changes": {"name": "tome", "columns": [{"column": "title", "name": "titre"}]}}}]', true)) AS s;
SELECT count(*) AS heard, to_regclass('library.tome') AS tome FROM heard;
SELECT count(*) AS locks FROM pg_locks WHERE relation = 'library.book'::regclass AND mode <> 'AccessShareLock';
ROLLBACK;

-- A foreign key that waits finds its table under another name; where the table is dropped meanwhile, there is nothing to do.
BEGIN;
SELECT s.* FROM pg_temp.statements(msar.apply_definitions('[{"create_schema": {"name": "shop"}},
  {"create_table": {"schema": "shop", "name": "a", "columns": [{"name": "x", "type": "integer"}], "constraints": [{"type": "f", "columns": ["x"], "fkey_relation": {"schema": "shop", "name": "c"}}]}},
  {"create_table": {"schema": "shop", "name": "b", "columns": [{"name": "x", "type": "integer"}], "constraints": [{"type": "f", "columns": ["x"], "fkey_relation": {"schema": "shop", "name": "c"}}], "owner": "postgres"}},
  {"alter_table": {"table": {"schema": "shop", "name": "a"}, "changes": {"name": "z"}}},
  {"drop_table": {"table": {"schema": "shop", "name": "b"}}},
  {"create_table": {"schema": "shop", "name": "c", "columns": [{"name": "x", "type": "integer"}], "constraints": [{"type": "p", "columns": ["x"]}]}}]')) AS s;
ROLLBACK;

-- Partitions, also without names, and one that refers to a table that comes later.
BEGIN;
SELECT s.* FROM pg_temp.statements(msar.apply_definitions('[{"create_schema": {"name": "shop"}},
  {"create_table": {"schema": "shop", "name": "a", "columns": [{"name": "x", "type": "integer"}, {"name": "y", "type": "integer"}], "partition_by": {"strategy": "list", "key": [{"column": "x"}]},
    "partitions": [{"bounds": {"in": [1, 2]}, "metadata": {"column_order": ["y"]}}, {"name": "rest", "bounds": {"default": true}, "metadata": {"column_order": ["x"]},
      "constraints": [{"type": "f", "columns": ["y"], "fkey_relation": {"schema": "shop", "name": "b"}}]}]}},
  {"create_table": {"schema": "shop", "name": "b", "columns": [{"name": "x", "type": "integer"}], "constraints": [{"type": "p", "columns": ["x"]}]}}]')) AS s;
ROLLBACK;

-- A table without a schema is made in, and found by, the search_path.
BEGIN;
CREATE SCHEMA shop;
SET LOCAL search_path = shop, library;
SELECT s.* FROM pg_temp.statements(msar.apply_definitions('[{"create_table": {"columns": [{"name": "a"}]}}, {"create_table": {"name": "note", "columns": [{"name": "book_id", "type": "integer"}],
  "constraints": [{"type": "f", "columns": ["book_id"], "fkey_relation": "book"}]}}, {"add_columns": {"table": "note", "columns": [{"name": "b"}]}}]')) AS s;
ROLLBACK;
-- Partitions of partitions, 300 levels deep: what is printed can be applied.
BEGIN;
CREATE SCHEMA deep;
DO $$BEGIN
  CREATE TABLE deep.t0 (x integer) PARTITION BY LIST (x);
  FOR n IN 1..300 LOOP
    EXECUTE format('CREATE TABLE deep.t%s PARTITION OF deep.t%s FOR VALUES IN (1) PARTITION BY LIST (x)', n, n - 1);
  END LOOP;
END$$;
CREATE TEMPORARY TABLE printed ON COMMIT DROP AS SELECT msar.get_table_definition('deep.t0') AS definition;
DROP TABLE deep.t0;
SELECT jsonb_array_length(msar.apply_definitions(jsonb_build_array(jsonb_build_object('create_table', definition)))
  #> '{steps,0,statements}') AS statements FROM printed;
SELECT msar.get_table_definition('deep.t0') = definition AS is_the_same FROM printed;
ROLLBACK;
SELECT p.* FROM pg_temp.problem(format('SELECT msar.apply_definitions(%L)',
  '[{"create_table": ' || repeat('{"partitions": [', 501) || repeat(']}', 501) || '}]')) AS p;
DROP OWNED BY regress_builder;
DROP ROLE regress_builder, regress_owner;
