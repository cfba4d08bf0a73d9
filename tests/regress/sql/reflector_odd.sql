-- Partitions of partitions, keys that are equal and look otherwise, what is skipped before a copy, and errors that are resolved.
\pset tuples_only on
\pset format unaligned
\i tests/regress/include/problem.sql
CREATE SCHEMA odd; SET search_path = odd;
-- A partition that has partitions itself is truncated: its rows leave the target.
CREATE TABLE tree (id int, k int, v text, PRIMARY KEY (id, k)) PARTITION BY RANGE (k);
CREATE TABLE tree_1 PARTITION OF tree FOR VALUES FROM (0) TO (10);
CREATE TABLE tree_2 PARTITION OF tree FOR VALUES FROM (10) TO (20) PARTITION BY LIST (k);
CREATE TABLE tree_2a PARTITION OF tree_2 DEFAULT PARTITION BY RANGE (id); CREATE TABLE tree_2b PARTITION OF tree_2a DEFAULT;
INSERT INTO tree VALUES (1, 1, 'a'), (2, 12, 'b'), (3, 13, 'c');
SELECT msar.add_reflection('tree', '{"table": "tree_copy"}')->>'state';
SELECT msar.run_reflections() - 'reflections';
TRUNCATE tree_2; INSERT INTO tree VALUES (4, 14, 'd');
SELECT msar.run_reflections() - 'reflections'; TABLE tree_copy ORDER BY id;
TRUNCATE tree_2, tree_1; SELECT msar.run_reflections() - 'reflections'; TABLE tree_copy;
INSERT INTO tree VALUES (5, 15, 'e'); TRUNCATE tree; INSERT INTO tree VALUES (6, 16, 'f');
SELECT msar.run_reflections() - 'reflections'; TABLE tree_copy;
-- A key gets the form that it has in the source.
CREATE TABLE forms (n numeric, f float8, i interval, j jsonb, v int, PRIMARY KEY (n, f, i, j));
INSERT INTO forms VALUES (1.0, 0, '1 mon', '1.0', 1), (2.0, 0, '1 day', '2.0', 1);
SELECT msar.add_reflection('forms', '{"table": "forms_copy"}')->>'state';
SELECT msar.run_reflections() - 'reflections';
UPDATE forms SET n = 1.00, f = '-0', i = '30 days', j = '1.00' WHERE n = 1;
DELETE FROM forms WHERE n = 2; INSERT INTO forms VALUES (2.00, '-0', '24:00', '2.00', 2);
SELECT msar.run_reflections() - 'reflections'; TABLE forms_copy ORDER BY n;
SELECT count(*) FROM (SELECT s::text FROM forms AS s EXCEPT SELECT c::text FROM forms_copy AS c) AS d;
-- Nothing is skipped that the copy will find.
CREATE TABLE plain (id int PRIMARY KEY, v text); INSERT INTO plain VALUES (1, 'one');
SELECT r->>'id' AS plain FROM msar.add_reflection('plain', '{"table": "plain_copy"}') AS r \gset
INSERT INTO plain VALUES (2, 'two');
SELECT msar.skip_events(:plain); SELECT msar.run_reflections() - 'reflections'; TABLE plain_copy;
-- An error that is resolved is the last one no more.
ALTER TABLE plain_copy RENAME v TO w; ALTER TABLE plain_copy DROP w; INSERT INTO plain VALUES (3, 'three');
SELECT msar.run_reflections()->>'events'; SELECT last_error->>'sqlstate' FROM msar_catalog.reflections WHERE id = :plain;
ALTER TABLE plain_copy ADD v text;
SELECT msar.drop_reflection(:plain) = :plain;
SELECT r->>'id' AS plain FROM msar.add_reflection('plain', '{"table": "plain_copy"}') AS r \gset
SELECT msar.run_reflections() - 'reflections';
ALTER TABLE plain_copy ADD CONSTRAINT no_four CHECK (id <> 4); INSERT INTO plain VALUES (4, 'four');
SELECT msar.run_reflections()->>'events'; SELECT last_error->>'sqlstate' FROM msar_catalog.reflections WHERE id = :plain;
ALTER TABLE plain_copy DROP CONSTRAINT no_four; SELECT msar.retry_dead_letters(:plain);
SELECT last_error, state, failures FROM msar_catalog.reflections WHERE id = :plain;
REVOKE ALL ON plain_copy FROM CURRENT_USER; ALTER TABLE plain_copy RENAME TO gone; DROP TABLE gone; INSERT INTO plain VALUES (5, 'five');
SELECT msar.run_reflections()->>'events'; SELECT last_error->>'sqlstate', failures FROM msar_catalog.reflections WHERE id = :plain;
-- A parameter that the source does not have.
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('plain', '{}', '{"statement": "SELECT :new.nope"}')$$);
RESET search_path; SET client_min_messages = warning;
SELECT count(msar.drop_source_table(table_oid, true)) FROM msar_catalog.source_tables;
DROP SCHEMA odd CASCADE;
