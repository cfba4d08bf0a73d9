-- needs citext hstore ltree
-- Types of extensions, in a schema that is on nobody's search_path: their own operators compare, their own casts give JSON.
\pset tuples_only on
\pset format unaligned
CREATE SCHEMA types;
CREATE EXTENSION citext SCHEMA types;
CREATE EXTENSION hstore SCHEMA types;
CREATE EXTENSION ltree SCHEMA types;
CREATE TABLE thing (name types.citext PRIMARY KEY, tags types.hstore, path types.ltree);
INSERT INTO thing VALUES ('Abc', 'a=>1', 'top.first'), ('abd', NULL, 'top.second'), ('B', 'b=>NULL', NULL);
CREATE TABLE part (id integer PRIMARY KEY, thing types.citext REFERENCES thing);
INSERT INTO part VALUES (1, 'ABC');
SET search_path = public;
SELECT jsonb_array_elements(msar.list_records('thing', '{"order": [{"column": "path", "direction": "desc"}]}')->'results');
-- Without regard to case, as citext compares.
SELECT msar.list_records('thing', '{"columns": ["name"], "filter": {"type": "equal", "args": [{"type": "column", "value": "name"}, {"type": "literal", "value": "ABC"}]}}')->'results',
       msar.list_records('thing', '{"columns": ["name"], "filter": {"type": "in", "args": [{"type": "column", "value": "name"}, {"type": "literal", "value": ["ABD", "b"]}]}}')->'results',
       msar.list_records('thing', '{"columns": ["name"], "filter": {"type": "lesser", "args": [{"type": "column", "value": "path"}, {"type": "literal", "value": "top.second"}]}}')->'results';
SELECT msar.get_record_from_table('thing'::regclass, 'ABC')->'results', msar.list_records('part')->'linked_record_summaries';
SELECT msar.list_records('thing', '{"columns": ["name"], "after": "ABC", "group": {"columns": ["name"]}}') - 'record_summaries';
SELECT msar.search_records_from_table('thing'::regclass, '[{"attnum": 1, "literal": "AB"}, {"attnum": 2, "literal": "\"a\"=>"}]', 5)->'results';
-- The index of the column serves its filter.
BEGIN;
SELECT msar.get_record_from_table('thing'::regclass, 'ABC')->'count', pg_stat_get_xact_numscans('thing_pkey'::regclass) > 0;
COMMIT;
