-- Records are what the current role may see: columns by their grants, rows by their policies, and nothing by way of a
-- preview, an order, a filter or a group that SELECT would not tell.
\pset tuples_only on
\pset format unaligned
CREATE ROLE regress_clerk;
CREATE ROLE regress_nobody;
CREATE SCHEMA office;
CREATE SCHEMA vault;
GRANT USAGE ON SCHEMA office TO regress_clerk;
CREATE TABLE office.team (id integer PRIMARY KEY, name text, secret text);
CREATE TABLE vault.account (id integer PRIMARY KEY, owner text);
CREATE TABLE office.person (id integer PRIMARY KEY, name text, salary integer, team_id integer REFERENCES office.team, account_id integer REFERENCES vault.account, boss_id integer REFERENCES office.person);
INSERT INTO office.team VALUES (1, 'Red', 'r'), (2, 'Blue', 'b');
INSERT INTO vault.account VALUES (1, 'Ann');
INSERT INTO office.person VALUES (1, 'Ann', 100, 1, 1, NULL), (2, 'Bob', 200, 2, NULL, 1), (3, 'Cid', 300, 2, NULL, 2);
GRANT SELECT (id, name, team_id, account_id, boss_id) ON office.person TO regress_clerk;
GRANT SELECT (id, secret) ON office.team TO regress_clerk;
GRANT SELECT ON vault.account TO regress_clerk; -- but the schema is closed
SELECT 'office.person'::regclass::oid AS person, 'office.team'::regclass::oid AS team \gset

SET ROLE regress_clerk;
-- No salary, no name of a team (the next column of text stands for it), no preview of an account.
SELECT jsonb_pretty(msar.list_records_from_table(:person, NULL, NULL, NULL, NULL, NULL, NULL, true));
-- A column that may not be read does not order; it cannot be asked about.
SELECT jsonb_path_query_array(msar.list_records_from_table(:person, NULL, NULL, '[{"attnum": 3, "direction": "desc"}]', NULL, NULL), '$.results[*]."1"');
\set VERBOSITY default
SELECT msar.list_records_from_table(:person, NULL, NULL, NULL, '{"type": "greater", "args": [{"type": "attnum", "value": 3}, {"type": "literal", "value": 250}]}', NULL);
SELECT msar.list_records_from_table(:person, NULL, NULL, NULL, '{"type": "not_null", "args": [{"type": "attnum", "value": 3}]}', NULL);
SELECT msar.list_records_from_table(:person, NULL, NULL, NULL, NULL, '{"columns": [3]}');
SELECT msar.search_records_from_table(:person, '[{"attnum": 3, "literal": "300"}]', 10);
SELECT msar.list_records('office.person', '{"columns": [1, 3]}');
SELECT msar.list_records('office.person', '{"previews": [3]}');
-- Names are no way around it.
SELECT msar.list_records('office.person', '{"columns": ["salary"]}');
-- A template that names what may not be read shows the rest of it.
SELECT msar.get_record_from_table(:person, 2, NULL, false, jsonb_build_object(:team, '[[2], "/", [3]]'::jsonb))->'linked_record_summaries'->'4';
-- A relation of a closed schema; a relation without rights.
SELECT msar.list_records_from_table(a.oid, NULL, NULL, NULL, NULL, NULL) FROM pg_class AS a WHERE relname = 'account';
SET ROLE regress_nobody;
SELECT msar.list_records_from_table(:person, NULL, NULL, NULL, NULL, NULL);
RESET ROLE;
-- Of a relation that it may not read, a role does not hear what keys it has.
CREATE TABLE office.heap (a integer, b text);
GRANT USAGE ON SCHEMA office TO regress_nobody;
SET ROLE regress_nobody;
SELECT msar.get_record_from_table('office.heap'::regclass, 1);
SELECT msar.list_records('office.heap', '{"after": 1}');
SELECT msar.list_by_record_summaries('office.heap'::regclass, 10, 0);
SELECT msar.list_by_record_summaries('office.person'::regclass, 10, 0);
SELECT msar.patch_record_in_table('office.heap'::regclass, 1, '{"b": "x"}');
SELECT msar.delete_records_from_table('office.heap'::regclass, '[1]');
SELECT msar.update_records('office.heap', NULL, '{"b": "x"}', '{"keys": [1]}');
SELECT msar.delete_records('office.heap', NULL, '{"keys": [1]}');
SELECT msar.preview_rows('office.heap', '[1]');
SELECT msar.get_linked_records('office.heap', 1);
RESET ROLE;

-- Row-level security: rows of the page, what they are counted as, what they link to, and what is found.
ALTER TABLE office.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY not_ann ON office.person FOR SELECT TO regress_clerk USING (name <> 'Ann');
ALTER TABLE office.team ENABLE ROW LEVEL SECURITY;
CREATE POLICY not_red ON office.team FOR SELECT TO regress_clerk USING (id <> 1);
SET ROLE regress_clerk;
SELECT jsonb_pretty(msar.list_records('office.person', '{"record_summaries": true, "group": {"columns": ["team_id"]}, "columns": ["id", "name", "boss_id"]}'));
SELECT msar.get_record_from_table(:person, 1)->>'count', msar.get_record_from_table(:person, 2)->>'count';
SELECT msar.search_records_from_table(:person, '[{"attnum": 2, "literal": "n"}]', 10)->>'count';
SELECT msar.list_by_record_summaries(:person, 10, 0);
SELECT msar.list_records('office.person', '{"count": "estimated"}')->>'count' <= '3';
SELECT msar.list_records('office.person', '{"after": 1, "order": [{"column": "name"}]}');
SELECT msar.get_table_columns_and_records(:person, NULL, NULL, NULL, NULL);
-- The same call as its owner, who sees all of it: one session, two answers.
RESET ROLE;
SELECT msar.list_records_from_table(:person, NULL, NULL, NULL, NULL, NULL)->>'count';
SET ROLE regress_clerk;
SELECT msar.list_records_from_table(:person, NULL, NULL, NULL, NULL, NULL)->>'count';
-- With row_security off a query that a policy would narrow is refused, as by SELECT.
SET row_security = off;
SELECT msar.list_records_from_table(:person, NULL, NULL, NULL, NULL, NULL)->>'count';
RESET row_security;
RESET ROLE;

-- A view has the rights of its owner, or of who looks.
CREATE VIEW office.names AS SELECT id, name FROM office.person;
GRANT SELECT ON office.names TO regress_clerk;
SET ROLE regress_clerk;
SELECT msar.list_records('office.names', '{}')->'count';
RESET ROLE;
DROP SCHEMA office, vault CASCADE;
DROP ROLE regress_clerk, regress_nobody;
