-- needs postgres_fdw
-- Odd relations, odd names, hostile values.
\pset tuples_only on
\pset format unaligned
SET client_min_messages = warning;

-- No column, no readable column, very many columns.
CREATE TABLE empty ();
INSERT INTO empty DEFAULT VALUES; INSERT INTO empty DEFAULT VALUES;
SELECT msar.list_records_from_table('empty'::regclass, 1, 1, NULL, NULL, NULL, NULL, true);
SELECT msar.list_records('empty', '{"limit": 1}');
SELECT msar.search_records_from_table('empty'::regclass, '[]', 10);
SELECT msar.list_by_record_summaries('empty'::regclass, 10, 0);
SELECT msar.get_table_columns_and_records('empty'::regclass, NULL, NULL, NULL, NULL);
DO $$ BEGIN EXECUTE format('CREATE TABLE wide (%s)', (SELECT string_agg(format('c%s integer', g), ', ') FROM generate_series(1, 1600) AS g)); END $$;
INSERT INTO wide (c1, c800, c1600) VALUES (1, 800, 1600);
SELECT r->'1', r->'800', r->'1600', r->'2', (SELECT count(*) FROM jsonb_object_keys(r)) FROM (SELECT msar.list_records_from_table('wide'::regclass, 1, 0, NULL, NULL, NULL, NULL, true)->'results'->0) AS l(r);
SELECT (SELECT count(*) FROM jsonb_object_keys(r)) FROM msar.get_table_columns_and_records('wide'::regclass, NULL, NULL, NULL, NULL) AS r;
-- A dropped column leaves a gap in the numbers.
CREATE TABLE gap (id integer PRIMARY KEY, gone text, name text);
INSERT INTO gap VALUES (1, 'x', 'n');
ALTER TABLE gap DROP gone;
SELECT msar.list_records('gap')->'results';

-- Names that would end a string or an identifier, begin a comment, or are too long for more.
CREATE SCHEMA "odd ""s""; --";
SELECT format('CREATE TABLE "odd ""s""; --".%I (%I integer PRIMARY KEY, %I text, %I integer)', repeat('é', 31), 'a"b', 'it''s /*', repeat('x', 63)) \gexec
SELECT format('ALTER TABLE "odd ""s""; --".%I ADD FOREIGN KEY (%I) REFERENCES "odd ""s""; --".%1$I', repeat('é', 31), repeat('x', 63)) \gexec
SELECT format('INSERT INTO "odd ""s""; --".%I VALUES (1, %L, NULL), (2, %L, 1)', repeat('é', 31), '"; DROP TABLE gap; --', '\'' $$ $1 %s {}') \gexec
SELECT oid AS odd FROM pg_class WHERE relname = repeat('é', 31) \gset
SELECT jsonb_pretty(msar.list_records_from_table(:odd, 10, 0, '[{"attnum": 2, "direction": "DESC"}]', '{"type": "contains", "args": [{"type": "attnum", "value": 2}, {"type": "literal", "value": "\u0027"}]}', '{"columns": [2]}', NULL, true));
SELECT msar.search_records_from_table(:odd, '[{"attnum": 2, "literal": "\"; DROP TABLE gap; --"}]', 10)->'results';
SELECT msar.list_by_record_summaries(:odd, 10, 0, '; DROP');
SELECT msar.list_records(:odd::regclass, '{"columns": ["it''s /*"], "order": [{"column": "a\"b"}], "limit": 1}')->'results';
SELECT msar.get_table_columns_and_records(:odd, 1, NULL, NULL, NULL);
SELECT count(*) FROM gap;
-- An alias of a joined column is a key of JSON, whatever it is.
SELECT jsonb_object_agg(m.key, m.value) FILTER (WHERE length(m.key) <> 1)
FROM jsonb_array_elements(msar.list_records_from_table(:odd, 10, 0, NULL, NULL, NULL, jsonb_build_array(
  jsonb_build_object('alias', 'x"''; --' || repeat('y', 80), 'join_path', jsonb_build_array(jsonb_build_array(jsonb_build_array(:odd, 1), jsonb_build_array(:odd, 3)))),
  jsonb_build_object('alias', '', 'join_path', jsonb_build_array(jsonb_build_array(jsonb_build_array(:odd, 3), jsonb_build_array(:odd, 1))))))->'results') AS r, jsonb_each(r) AS m;

-- Relations that are no ordinary tables.
CREATE VIEW numbers AS SELECT g AS n, 'x' || g AS name FROM generate_series(1, 5) AS g;
SELECT msar.list_records_from_table('numbers'::regclass, 2, 1, '[{"attnum": 1, "direction": "desc"}]', NULL, NULL)->'results', msar.list_records('numbers', '{"limit": 1}')->'count';
CREATE MATERIALIZED VIEW kept AS SELECT * FROM numbers;
SELECT msar.search_records_from_table('kept'::regclass, '[{"attnum": 2, "literal": "X3"}]', 10);
CREATE TABLE parted (id integer, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE parted_a PARTITION OF parted FOR VALUES IN ('a');
CREATE TABLE parted_b PARTITION OF parted FOR VALUES IN ('b') PARTITION BY RANGE (id);
CREATE TABLE parted_b1 PARTITION OF parted_b FOR VALUES FROM (1) TO (100);
INSERT INTO parted VALUES (1, 'a'), (2, 'b'), (3, 'a');
SELECT msar.list_records('parted', '{"limit": 2, "count": "estimated"}')->'results', msar.list_records('parted_b', '{}')->'count', msar.get_record_from_table('parted_a'::regclass, '{"1": 3, "2": "a"}')->'results';
-- Links to a partitioned table, from one, and from a partition.
CREATE TABLE note (id integer PRIMARY KEY, parted_id integer, region text, FOREIGN KEY (parted_id, region) REFERENCES parted);
INSERT INTO note VALUES (1, 2, 'b'), (2, 3, NULL);
SELECT msar.list_records('note', '{}')->'linked_record_summaries';
CREATE TABLE parent (id integer PRIMARY KEY, name text);
CREATE TABLE child (extra text) INHERITS (parent);
INSERT INTO parent VALUES (1, 'p'); INSERT INTO child VALUES (2, 'c', 'e');
SELECT msar.list_records('parent')->'results', msar.list_records('child')->'results';
INSERT INTO child VALUES (1, 'same key', 'e');
SELECT msar.list_records('parent', '{"limit": 2, "offset": 1}')->'results', msar.search_records_from_table('parent'::regclass, '[{"attnum": 1, "literal": 1}]', 10)->'results';
DELETE FROM child WHERE id = 1;
-- A foreign key means rows of the table itself, not those of tables that inherit from it.
CREATE TABLE refers (id integer PRIMARY KEY, parent_id integer REFERENCES parent);
INSERT INTO refers VALUES (1, 1);
INSERT INTO child VALUES (1, 'other row of key 1', 'e');
SELECT msar.list_records('refers')->'linked_record_summaries';
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN
  EXECUTE format('CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
                 split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database());
END $$;
CREATE USER MAPPING FOR CURRENT_USER SERVER loopback;
CREATE FOREIGN TABLE far (n integer, name text) SERVER loopback OPTIONS (table_name 'kept');
SELECT msar.list_records('far', '{"limit": 2, "order": [{"column": "name", "direction": "desc"}], "filter": {"type": "greater", "args": [{"type": "column", "value": "n"}, {"type": "literal", "value": 1}]}}');
SELECT msar.search_records_from_table('far'::regclass, '[{"attnum": 2, "literal": "X3"}]', 10)->'results';
CREATE TEMPORARY TABLE brief (id integer PRIMARY KEY);
INSERT INTO brief VALUES (1);
SELECT msar.get_record_from_table('brief'::regclass, 1)->'results';
-- Tables of the catalogs, too.
SELECT msar.list_records_from_table('pg_class'::regclass, 1, 0, NULL, '{"type": "equal", "args": [{"type": "attnum", "value": 2}, {"type": "literal", "value": "pg_class"}]}', NULL)->'results'->0->'2';

-- What holds no rows, and what is not there.
\set VERBOSITY default
CREATE SEQUENCE counter;
CREATE INDEX by_name ON gap (name);
SELECT msar.list_records_from_table('counter'::regclass, 1, 0, NULL, NULL, NULL);
SELECT msar.get_record_from_table('by_name'::regclass, 1);
SELECT msar.list_records_from_table(4294967295, 1, 0, NULL, NULL, NULL);
SELECT msar.list_records_from_table(NULL, 1, 0, NULL, NULL, NULL);
SELECT msar.get_table_columns_and_records(NULL, 1, 0, NULL, NULL);
-- Arguments of another shape.
SELECT msar.list_records_from_table('gap'::regclass, -1, 0, NULL, NULL, NULL);
SELECT msar.list_records_from_table('gap'::regclass, 1, -1, NULL, NULL, NULL);
SELECT msar.list_records_from_table('gap'::regclass, 1, 0, '{"attnum": 1}', NULL, NULL);
SELECT msar.list_records_from_table('gap'::regclass, 1, 0, '[{"attnum": 1, "direction": "up"}]', NULL, NULL);
SELECT msar.list_records_from_table('gap'::regclass, 1, 0, '[{"attnum": 2, "direction": "asc"}]', NULL, NULL);
SELECT msar.list_records_from_table('gap'::regclass, 1, 0, NULL, NULL, '{"columns": [1], "preproc": ["truncate_to_week"]}');
SELECT msar.list_records_from_table('gap'::regclass, 1, 0, NULL, NULL, '{"columns": [1], "preproc": ["truncate_to_year"]}');
SELECT msar.list_records_from_table('gap'::regclass, 1, 0, NULL, NULL, '{"columns": [1], "preproc": [null, null]}');
SELECT msar.list_records_from_table('gap'::regclass, 1, 0, NULL, NULL, NULL, '[{"alias": "x", "join_path": []}]');
SELECT msar.list_records_from_table('gap'::regclass, 1, 0, NULL, NULL, NULL, NULL, true, '{"1": "x"}');
SELECT msar.search_records_from_table('gap'::regclass, '[{"attnum": 99, "literal": "x"}]', 1);
SELECT msar.list_by_record_summaries('gap'::regclass, 1, 0, NULL, NULL, '{"record_pkey": 1, "join_path": [[[1, 1], [2, 2]]]}');
SELECT msar.list_records('gap', '{"limits": 1}');
SELECT msar.list_records('gap', '{"count": "roughly"}');
SELECT msar.list_records('gap', '{"previews": "yes"}');
CREATE TABLE shapes (id integer PRIMARY KEY, pt point, js json);
SELECT msar.list_records('shapes', '{"order": [{"column": "pt"}]}');
SELECT msar.list_records('shapes', '{"group": {"columns": ["js"]}}');
SELECT msar.list_records('shapes', '{"group": {"columns": ["js"], "preproc": ["convert_to_json"]}}')->'grouping';
-- A null argument is an argument left out.
SELECT msar.list_records_from_table('gap'::regclass, NULL, NULL, 'null', 'null', 'null', 'null', NULL, 'null')->'results';
SELECT msar.list_records('gap', NULL);
