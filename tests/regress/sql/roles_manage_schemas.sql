-- msar.create_schema, patch_schema, transfer_schema_ownership.
\getenv folder PG_ABS_SRCDIR
\set problem :folder '/include/problem.sql'
\i :problem
\pset null '(null)'
BEGIN;
CREATE ROLE regress_owner;
CREATE ROLE regress_member IN ROLE regress_owner;
GRANT CREATE ON DATABASE :"DBNAME" TO regress_owner;

CREATE FUNCTION pg_temp.shown(info jsonb) RETURNS TABLE (name text, description text, owner regrole, oid boolean)
LANGUAGE sql AS
$$SELECT info->>'name', info->>'description', (info->>'owner_oid')::oid::regrole,
    (info->>'oid')::oid = quote_ident(info->>'name')::regnamespace$$;

-- The whole result, as a role that is no superuser; the comment can be left out.
SET ROLE regress_owner;
SELECT msar.create_schema('lending', NULL) - 'oid' - 'owner_oid' AS info;
SELECT * FROM pg_temp.shown(msar.create_schema('archive', NULL, 'What was lent'));

-- For another role, whose rights the current one has only when it becomes that role.
RESET ROLE;
CREATE ROLE regress_visitor NOINHERIT IN ROLE regress_member;
GRANT CREATE ON DATABASE :"DBNAME" TO regress_visitor;
SET ROLE regress_visitor;
SELECT * FROM pg_temp.shown(msar.create_schema('gift', 'regress_member', 'Not mine'));
RESET ROLE;

-- Any name, quoted: of 63 bytes too.
SELECT s.name FROM (VALUES ('a"b'), ('a.b'), ('a''b'), ('$$; DROP SCHEMA lending; --'), ('%s%I\n\\'), ('select'), ('📚 Bücher'),
  (repeat('ß', 31) || 'x')) AS v(name), pg_temp.shown(msar.create_schema(v.name, NULL, v.name)) AS s
WHERE s.name = v.name AND s.description = v.name AND s.oid;

-- Not any name.
SELECT p.* FROM (VALUES ('lending'), (''), (repeat('ß', 32)), ('pg_own')) AS v(name),
  pg_temp.problem(format('SELECT msar.create_schema(%L, NULL)', v.name)) AS p;
SELECT * FROM pg_temp.problem('SELECT msar.create_schema(NULL, NULL)');
SELECT * FROM pg_temp.problem('SELECT msar.create_schema(''mine'', 4000000000::oid::regrole)');

-- Not by any role, nor for any.
SET ROLE regress_member;
SELECT code FROM pg_temp.problem('SELECT msar.create_schema(''mine'', ''postgres'')');
RESET ROLE;
REVOKE CREATE ON DATABASE :"DBNAME" FROM regress_visitor;
SET ROLE regress_visitor;
SELECT * FROM pg_temp.problem('SELECT msar.create_schema(''mine'', NULL)');
RESET ROLE;
SELECT count(*) FROM pg_namespace WHERE nspname = 'mine';

-- patch_schema: what is left out stays.
SET ROLE regress_owner;
SELECT * FROM pg_temp.shown(msar.patch_schema('lending'::regnamespace, '{"description": "What is lent"}'));
SELECT * FROM pg_temp.shown(msar.patch_schema('lending'::regnamespace, '{"name": "loans"}'));
SELECT * FROM pg_temp.shown(msar.patch_schema('loans'::regnamespace, '{}'));
SELECT * FROM pg_temp.shown(msar.patch_schema('loans'::regnamespace, '{"name": "loans", "description": null}'));
SELECT * FROM pg_temp.shown(msar.patch_schema('loans'::regnamespace, '{"name": "a \"loan\"", "description": "it''s \\ $$"}'));
SELECT msar.patch_schema(NULL, '{}') IS NULL AS null_schema, msar.patch_schema('archive'::regnamespace, NULL) IS NULL AS null_patch;

-- What it refuses, and that nothing is changed then: not the comment either.
SELECT p.* FROM (VALUES ('{"nmae": "x"}'), ('{"name": 5}'), ('[]'), ('"x"'), ('{"description": "new", "name": "gift"}'),
  ('{"description": "new", "name": ""}'), ('{"name": "pg_x"}'), (format('{"name": "%s"}', repeat('x', 64)))) AS v(patch),
  pg_temp.problem(format('SELECT msar.patch_schema(''archive''::regnamespace, %L)', v.patch)) AS p;
SELECT obj_description('archive'::regnamespace);
SELECT p.* FROM (VALUES ('4000000000'), ('''msar''::regnamespace'), ('''__msar''::regnamespace'),
  ('''msar_catalog''::regnamespace'), ('''mathesar_types''::regnamespace'), ('''pg_catalog''::regnamespace'),
  ('''information_schema''::regnamespace'), ('''pg_toast''::regnamespace')) AS v(schema),
  pg_temp.problem(format('SELECT msar.patch_schema(%s, ''{"name": "x"}'')', v.schema)) AS p;
SET ROLE regress_visitor;
SELECT * FROM pg_temp.problem('SELECT msar.patch_schema(''archive''::regnamespace, ''{"name": "mine"}'')');
SELECT * FROM pg_temp.problem('SELECT msar.patch_schema(''archive''::regnamespace, ''{"description": "mine"}'')');

-- transfer_schema_ownership: to a role that the current one can become.
SET ROLE regress_visitor;
SELECT * FROM pg_temp.problem('SELECT msar.transfer_schema_ownership(''archive'', ''regress_visitor'')');
RESET ROLE;
SELECT * FROM pg_temp.shown(msar.transfer_schema_ownership('archive', 'regress_visitor'));
SELECT * FROM pg_temp.problem('SELECT msar.transfer_schema_ownership(''msar'', ''regress_visitor'')');
SELECT * FROM pg_temp.problem('SELECT msar.transfer_schema_ownership(''archive'', 4000000000::oid::regrole)');
SELECT * FROM pg_temp.problem('SELECT msar.transfer_schema_ownership(4000000000::oid::regnamespace, ''regress_visitor'')');
SELECT msar.transfer_schema_ownership('archive', NULL) IS NULL AS null_owner;

-- What users define cannot come between.
CREATE SCHEMA shadow;
CREATE FUNCTION shadow.create_schema(text, oid, text) RETURNS void LANGUAGE plpgsql AS $$BEGIN RAISE 'called'; END$$;
CREATE VIEW shadow.pg_namespace AS SELECT 1::oid AS oid, 'fake'::name AS nspname;
SET LOCAL search_path = shadow, pg_catalog;
SELECT msar.create_schema('behind', NULL)->>'name' AS name;
ROLLBACK;
