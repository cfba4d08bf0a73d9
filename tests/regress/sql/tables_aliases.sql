-- Forms that clients know from other documents, and numbers and truth values that SQL has written as strings.
CREATE SCHEMA aliases;
SET search_path = aliases;
CREATE ROLE regress_alias;
CREATE TABLE t (id integer PRIMARY KEY, a text, b text);

-- The form of documents about columns: id, nullable, type as a string with type_options, a default as an object.
SELECT msar.alter_columns('t'::regclass, '[{"id": 2, "nullable": false, "type": "numeric", "type_options": {"precision": 8, "scale": 2}, "default": {"value": 5}}]');
SELECT msar.alter_table('t'::regclass, '{"columns": [{"id": "3", "nullable": "false", "default": {"value": "x", "is_dynamic": false}}]}');
SELECT c - 'current_role_priv' - 'description' - 'has_dependents' AS column FROM jsonb_array_elements(msar.get_column_info('t')) AS c WHERE c ->> 'name' IN ('a', 'b');
SELECT msar.add_columns('t'::regclass, '[{"name": "c", "type": "varchar", "type_options": {"length": "7"}, "nullable": true, "default": {"value": null}}]');
SELECT msar.add_mathesar_table('aliases'::regnamespace, 'u', NULL, '[{"name": "c", "type": "integer", "nullable": false, "default": {"value": 7}}]', NULL, NULL, NULL) - 'oid' AS made;
SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid IN ('t'::regclass, 'u'::regclass) AND attnum > 0 AND attname = 'c';

-- OIDs, attnums, numbers and truth values as strings.
SELECT p -> 'direct' AS direct FROM jsonb_array_elements(msar.replace_table_privileges_for_roles('t',
  jsonb_build_array(jsonb_build_object('role_oid', 'regress_alias'::regrole::oid, 'direct', '["SELECT"]'::jsonb)))) AS p
WHERE (p ->> 'role_oid')::oid = 'regress_alias'::regrole;
SELECT msar.add_mapping_table('aliases'::regnamespace, 'm', jsonb_build_array(jsonb_build_object('column_name', 't_id', 'referent_table_oid', 't'::regclass::oid))) IS NOT NULL AS made;
SELECT msar.alter_columns('t'::regclass, '[{"attnum": "2", "not_null": "false", "type": {"name": "numeric", "options": {"precision": "9", "scale": "3"}}}]');
SELECT msar.add_constraints('t'::regclass, jsonb_build_array(jsonb_build_object('type', 'f', 'columns', '[1]'::jsonb, 'fkey_relation_id', 'u'::regclass::oid, 'deferrable', 'true'))) IS NOT NULL AS added;
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'f';
ALTER TABLE t DROP CONSTRAINT t_id_fkey;
INSERT INTO t VALUES (1, 1, 'one'), (2, 2, 'two');
SELECT msar.list_records_from_table('t'::regclass, 1, 0, '[{"attnum": "1", "direction": "desc"}]', '{"type": "greater", "args": [{"type": "attnum", "value": "1"}, {"type": "literal", "value": "0"}]}',
  '{"columns": ["1"]}') #- '{grouping,groups}' AS page;
SELECT msar.search_records_from_table('t'::regclass, '[{"attnum": "3", "literal": "tw"}]', 5) -> 'count' AS found;
SELECT msar.list_by_record_summaries('t'::regclass, 5, 0, NULL, jsonb_build_object('t'::regclass::oid::text, '[["3"], "!"]'::jsonb)) -> 'results' AS summaries;

-- What is neither is refused.
CREATE FUNCTION pg_temp.outcome(statement text, OUT code text, OUT message text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  code := '00000';
EXCEPTION WHEN OTHERS THEN
  code := SQLSTATE;
  message := SQLERRM;
END $$;
SELECT o.* FROM unnest(ARRAY[
    $$SELECT msar.alter_columns('t'::regclass, '[{"attnum": "two"}]')$$,
    $$SELECT msar.alter_columns('t'::regclass, '[{"attnum": "2.0"}]')$$,
    $$SELECT msar.alter_columns('t'::regclass, '[{"attnum": 2, "not_null": "yes"}]')$$,
    $$SELECT msar.alter_columns('t'::regclass, '[{"attnum": 2, "id": 3}]')$$,
    $$SELECT msar.alter_columns('t'::regclass, '[{"attnum": 2, "not_null": true, "nullable": true}]')$$,
    $$SELECT msar.alter_columns('t'::regclass, '[{"attnum": 2, "type": {"name": "numeric", "options": {}}, "type_options": {}}]')$$,
    $$SELECT msar.replace_table_privileges_for_roles('t', '[{"role_oid": "public", "direct": []}]')$$
  ]) WITH ORDINALITY AS s (statement, n), pg_temp.outcome(statement) AS o ORDER BY n;

-- A column that counts by a sequence goes on from there as an identity column, and its sequence goes.
CREATE SEQUENCE shared START 50;
CREATE TABLE counting (
  small smallserial, usual serial, big bigserial, own integer DEFAULT nextval('shared'), words text DEFAULT 'x', step integer, ahead serial, used serial
);
CREATE SEQUENCE step_seq INCREMENT BY 10 START 100 OWNED BY counting.step;
ALTER TABLE counting ALTER step SET DEFAULT nextval('step_seq');
CREATE TABLE other (id integer DEFAULT nextval('counting_used_seq'));
INSERT INTO counting (words) SELECT n::text FROM generate_series(1, 3) AS n;
SELECT setval('counting_ahead_seq', 40);
DO $$
DECLARE
  c text;
BEGIN
  FOREACH c IN ARRAY '{small,usual,big,own,words,step,ahead,used}'::text[] LOOP
    PERFORM msar.set_pkey_column('counting', (SELECT attnum FROM pg_attribute WHERE attrelid = 'counting'::regclass AND attname = c), 'IDENTITY');
  END LOOP;
END $$;
INSERT INTO counting DEFAULT VALUES RETURNING *;
SELECT relname FROM pg_class WHERE relnamespace = 'aliases'::regnamespace AND relkind = 'S' AND relname ~ 'counting|shared|step' ORDER BY 1;
INSERT INTO other DEFAULT VALUES RETURNING id;
-- A sequence that is behind the rows catches up.
CREATE TABLE behind (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, a int);
INSERT INTO behind (id) VALUES (1), (2);
SELECT msar.set_pkey_column('behind', 1, 'IDENTITY');
INSERT INTO behind DEFAULT VALUES RETURNING id;
-- The same by alter_columns, beside rows that are there; a start that is given counts.
CREATE TABLE altered (k integer, s serial, d integer, e integer);
INSERT INTO altered (k, d, e) SELECT n, -n, n FROM generate_series(1, 5) AS n;
SELECT msar.alter_columns('altered'::regclass, '[{"column": "k", "identity": "by_default"}, {"column": "s", "identity": "always"},
  {"column": "d", "identity": {"increment": -1}}, {"column": "e", "identity": {"start": 1000}}]');
INSERT INTO altered DEFAULT VALUES RETURNING *;

-- The schemas of the extension that no client knows are not listed.
SELECT s ->> 'name' AS name FROM jsonb_array_elements(msar.list_schemas()) AS s WHERE s ->> 'name' ~ 'msar|mathesar' ORDER BY 1;

SET client_min_messages = warning;
DROP SCHEMA aliases CASCADE;
DROP ROLE regress_alias;
