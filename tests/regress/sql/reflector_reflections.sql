-- Reflections: fields, filters, statements of the caller's own, what cannot be applied, loops.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/problem.sql
CREATE SCHEMA app;
SET search_path = app, pg_temp;
CREATE FUNCTION pg_temp.run() RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('events', r->'events', 'copied', r->'copied', 'failed', (
    SELECT jsonb_agg(x->'error'->>'message') FROM jsonb_array_elements(r->'reflections') AS x WHERE x->>'state' = 'failed'))
  FROM msar.run_reflections() AS r $$;
CREATE TABLE book (id int PRIMARY KEY, title text, price numeric, published date);
INSERT INTO book VALUES (1, 'One', 10, '2001-01-01'), (2, 'Two', 20, '2002-02-02'), (3, NULL, NULL, NULL);

-- Fields: expressions, names and types of the target.
CREATE TABLE shelf ("Nr" bigint PRIMARY KEY, label varchar(12), cents int, note text DEFAULT 'own', twice int GENERATED ALWAYS AS (cents * 2) STORED);
SELECT r->>'id' AS shelf FROM msar.add_reflection('book', '{"table": "shelf"}', '{"fields": {"Nr": "id", "label": "upper(title)", "cents": "price * 100"}}') AS r \gset
SELECT pg_temp.run();
INSERT INTO book VALUES (4, 'Four', 4, NULL); UPDATE book SET price = price + 1 WHERE id = 1; DELETE FROM book WHERE id = 2;
UPDATE shelf SET note = 'changed here' WHERE "Nr" = 1;
SELECT pg_temp.run();
SELECT * FROM shelf ORDER BY 1;
-- Several reflections into different columns of one table; a target that is made with the types of expressions.
SELECT msar.add_reflection('book', '{"table": "shelf"}', '{"fields": {"Nr": "id", "note": "published::text"}, "ignore_deletes": true}')->>'state';
SELECT msar.add_reflection('book', '{"table": "app.made"}', '{"fields": {"key": "id", "year": "EXTRACT(year FROM published)::int", "t": "title"}}')->>'state';
SELECT pg_temp.run();
SELECT * FROM shelf ORDER BY 1;
SELECT * FROM made ORDER BY 1;
SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid = 'made'::regclass AND attnum > 0 ORDER BY attnum;

-- A filter: rows that enter and leave it. Rows that it leaves out are no business of the target.
SELECT msar.add_reflection('book', '{"table": "cheap"}', '{"filter": "price < 15", "fields": ["id", "title", "price"]}')->>'state';
SELECT pg_temp.run();
SELECT * FROM cheap ORDER BY 1;
UPDATE book SET price = 100 WHERE id = 1; UPDATE book SET price = 3 WHERE id = 3; INSERT INTO book VALUES (5, 'dear', 99, NULL), (6, 'cheap', 1, NULL);
UPDATE book SET id = 60 WHERE id = 6; UPDATE book SET id = 50 WHERE id = 5;
SELECT pg_temp.run();
SELECT * FROM cheap ORDER BY 1;
-- Rows whose keys change places in one batch.
BEGIN; UPDATE book SET id = -1 WHERE id = 3; UPDATE book SET id = 3 WHERE id = 60; UPDATE book SET id = 60 WHERE id = -1; COMMIT;
SELECT pg_temp.run();
SELECT * FROM cheap ORDER BY 1;

-- A statement of the caller's own: once for each event, with bound values.
CREATE TABLE counts (op text PRIMARY KEY, n int NOT NULL);
CREATE TABLE history (at serial, op text, old_title text, new_title text, old_price numeric);
SELECT msar.add_reflection('book', '{}', '{"statement": "INSERT INTO counts AS c VALUES (:op, 1) ON CONFLICT (op) DO UPDATE SET n = c.n + 1", "copy": false}')->>'state';
SELECT r->>'id' AS history FROM msar.add_reflection('book', '{}', '{"copy": false,
  "statement": "INSERT INTO history (op, old_title, new_title, old_price) SELECT '':new.title'' || :op, :old.title, :new.title, :old.price -- :new.id",
  "delete_statement": "INSERT INTO history (op, old_title) VALUES ($q$gone :op$q$, :old.title::text)"}') AS r \gset
SELECT pg_temp.run();
INSERT INTO book SELECT i, E'O''Reilly; DROP TABLE "x" \\ ' || i, i, NULL FROM generate_series(10, 12) AS i;
UPDATE book SET price = 1 WHERE id BETWEEN 10 AND 12; UPDATE book SET price = 2 WHERE id = 10; DELETE FROM book WHERE id = 11;
BEGIN; DELETE FROM book; ROLLBACK;
SELECT pg_temp.run();
SELECT * FROM counts ORDER BY 1;
SELECT op, old_title, new_title, old_price FROM history ORDER BY at;
-- With a filter, an event says what happens to the rows that the filter lets through.
CREATE TABLE filtered (at serial, op text, old_id int, new_id int);
SELECT msar.add_reflection('book', '{}', '{"statement": "INSERT INTO filtered (op, old_id, new_id) VALUES (:op, :old.id, :new.id)", "filter": "price > 50"}')->>'state';
SELECT pg_temp.run();
UPDATE book SET price = 60 WHERE id = 10; UPDATE book SET price = 70 WHERE id = 10; UPDATE book SET price = 5 WHERE id = 10; UPDATE book SET price = 6 WHERE id = 10; DELETE FROM book WHERE id IN (10, 50);
SELECT pg_temp.run();
SELECT op, old_id, new_id FROM filtered ORDER BY at;

-- What the parser refuses, and what no reflection can be.
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "app.x1"}', '{"fields": {"id": "id", "b": "title; DROP TABLE book"}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "app.x1"}', '{"fields": {"id": "id", "b": "1) FROM pg_class --"}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "app.x1"}', '{"fields": {"id": "id", "b": "nothing"}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "app.x1"}', '{"fields": {"a": "title"}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "shelf"}', '{"fields": {"Nr": "id", "cents": "title"}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "shelf"}', '{"fields": {"Nr": "id", "twice": "id"}}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "shelf"}', '{"fields": {"Nr": "id"}, "filter": "price"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "counts"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "book"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{}', '{"statement": "DELETE FROM book; DELETE FROM shelf"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{}', '{"statement": "DROP TABLE book"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{}', '{"statement": "SELECT :new.nothing"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{}', '{"statement": "SELECT :row.id"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{}', '{"statement": "SELECT lower(:new.id)"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{}', '{"statement": "SELEC 1"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "shelf"}', '{"statement": "SELECT 1"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "shelf", "server": "b"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "a.b.c"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('book', '{"table": "shelf"}', '{"coppy": false}')$$);
CREATE TABLE whole (a int, b text); ALTER TABLE whole REPLICA IDENTITY FULL;
SELECT pg_temp.problem_text($$SELECT msar.add_reflection('whole', '{"table": "whole_copy"}')$$);
SELECT pg_temp.problem_text($$SELECT msar.pause_reflection(0)$$);
SELECT pg_temp.problem_text($$SELECT msar.run_reflections('{"max_evens": 1}')$$);
BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_temp.problem_text($$SELECT msar.run_reflections()$$); COMMIT;
SELECT to_regclass('app.x1');

-- One bad row among many: it becomes a dead letter, the rest goes on.
SELECT count(msar.drop_reflection(id)) FROM msar_catalog.reflections;
CREATE TABLE strict (id int PRIMARY KEY, title text CHECK (title <> 'bad'), price numeric);
SELECT r->>'id' AS strict FROM msar.add_reflection('book', '{"table": "strict"}') AS r \gset
SELECT pg_temp.run();
INSERT INTO book SELECT i, CASE WHEN i IN (105, 1777) THEN 'bad' ELSE 'good' END, i FROM generate_series(100, 2000) AS i;
SELECT pg_temp.run();
SELECT count(*) FROM strict WHERE id >= 100;
SELECT operation, key, sqlstate, message, attempts FROM msar_catalog.dead_letters ORDER BY id;
SELECT r->'dead_letters', r->'last_error'->>'sqlstate', r->'last_error'->>'constraint', r->'last_error'->'key', r->>'state' FROM jsonb_array_elements(msar.get_reflection_status()) AS r;
UPDATE book SET title = 'better' WHERE id = 1777;
SELECT msar.retry_dead_letters(:strict);
SELECT key, attempts FROM msar_catalog.dead_letters ORDER BY id;
ALTER TABLE strict DROP CONSTRAINT strict_title_check;
SELECT msar.retry_dead_letters(:strict);
SELECT pg_temp.run();
SELECT 'differs', * FROM (SELECT id, title, price FROM book EXCEPT TABLE strict UNION ALL (TABLE strict EXCEPT SELECT id, title, price FROM book)) AS d;
-- What is no event's fault is tried again later, and holds up nobody else.
SELECT msar.add_reflection('book', '{"table": "other"}')->>'state';
ALTER TABLE strict RENAME price TO cost; ALTER TABLE strict DROP cost;
SELECT pg_temp.run();
UPDATE book SET price = 0 WHERE id = 1;
SELECT pg_temp.run()->'events';
SELECT state, failures > 0, retry_at > now(), last_error->>'sqlstate' FROM msar_catalog.reflections ORDER BY id;
ALTER TABLE strict ADD price numeric;
SELECT msar.drop_reflection(:strict) IS NOT NULL;
SELECT r->>'id' AS strict FROM msar.add_reflection('book', '{"table": "strict"}', '{"on_error": "stop"}') AS r \gset
SELECT pg_temp.run();
ALTER TABLE strict ADD CHECK (id <> 7);
INSERT INTO book VALUES (7, 'stops', 1), (8, 'waits', 1);
SELECT pg_temp.run()->'failed';
SELECT last_error->>'sqlstate', last_error->'key', last_error->>'operation', last_error->>'constraint', last_error->'statement' FROM msar_catalog.reflections WHERE id = :strict;
SELECT count(*) FROM strict WHERE id IN (7, 8);
SELECT msar.skip_events(:strict, 1);
SELECT msar.resume_reflection(:strict)->>'state';
SELECT pg_temp.run()->'failed';
SELECT id FROM strict WHERE id IN (7, 8);
SELECT recopy_reason FROM msar_catalog.reflections WHERE id = :strict;

-- Pausing, limits, skipping.
SELECT msar.pause_reflection(:strict)->>'state';
UPDATE book SET price = 5 WHERE id > 100;
SELECT pg_temp.run()->'events';
SELECT r->'events_waiting', r->>'state' FROM jsonb_array_elements(msar.get_reflection_status()) AS r WHERE r->>'id' = :'strict';
SELECT msar.resume_reflection(:strict)->>'state';
SELECT msar.run_reflections('{"max_events": 100}')->'events', msar.run_reflections('{"max_events": 100}')->'events';
SELECT r->'events_waiting' FROM jsonb_array_elements(msar.get_reflection_status()) AS r WHERE r->>'id' = :'strict';
SELECT msar.skip_events(:strict);
SELECT r->'events_waiting' FROM jsonb_array_elements(msar.get_reflection_status()) AS r WHERE r->>'id' = :'strict';
SELECT count(*) FROM strict WHERE price = 5;
DELETE FROM book WHERE id = 7; ALTER TABLE strict DROP CONSTRAINT strict_id_check; INSERT INTO strict VALUES (-5, 'not in the source');
SELECT msar.recopy_reflection(:strict)->>'state';
SELECT pg_temp.run()->'copied';
SELECT 'differs', * FROM (SELECT id, title, price FROM book EXCEPT TABLE strict UNION ALL (TABLE strict EXCEPT SELECT id, title, price FROM book)) AS d;
SELECT r->'copy'->'progress', r->'recopy_needed' FROM jsonb_array_elements(msar.get_reflection_status()) AS r WHERE r->>'id' = :'strict';

-- A copy in steps: what changes meanwhile is neither lost nor doubled.
CREATE TABLE big (id int PRIMARY KEY, v int); INSERT INTO big SELECT i, 0 FROM generate_series(1, 1000) AS i;
CREATE TABLE seen (id int, n int);
SELECT r->>'id' AS big FROM msar.add_reflection('big', '{"table": "big_copy"}') AS r \gset
SELECT r->>'id' AS seen FROM msar.add_reflection('big', '{}', '{"statement": "INSERT INTO seen VALUES (COALESCE(:new.id, :old.id), CASE :op WHEN ''INSERT'' THEN 1 WHEN ''DELETE'' THEN -1 ELSE 0 END)"}') AS r \gset
SELECT msar.run_reflections('{"max_events": 300}') - 'reflections';
UPDATE big SET v = 1 WHERE id IN (10, 900); DELETE FROM big WHERE id IN (11, 901); UPDATE big SET id = 2000 WHERE id = 12; UPDATE big SET id = 12 WHERE id = 950; INSERT INTO big VALUES (0, 5);
SELECT msar.run_reflections('{"max_events": 300}') - 'reflections';
UPDATE big SET v = v + 1;
SELECT r->>'state', r->'copy'->'rows' FROM jsonb_array_elements(msar.get_reflection_status()) AS r WHERE r->>'id' = :'big';
SELECT pg_temp.run() IS NOT NULL;
SELECT 'differs', * FROM (TABLE big EXCEPT TABLE big_copy UNION ALL (TABLE big_copy EXCEPT TABLE big)) AS d;
SELECT 'differs', id, sum(n) FROM seen FULL JOIN big USING (id) GROUP BY id, big.v HAVING COALESCE(sum(n), 0) <> (big.v IS NOT NULL)::int ORDER BY 2;
BEGIN; CREATE TABLE written (a int); SELECT msar.recopy_reflection(:big)->>'state'; SELECT r->'reflections'->0->'error'->>'message' FROM msar.run_reflections(format('{"reflection": %s}', :big)::jsonb) AS r; ROLLBACK;

-- Statements whose rows do not fit into memory: PostgreSQL keeps them in a file.
CREATE TABLE wide (id int PRIMARY KEY, v text);
SELECT msar.add_reflection('wide', '{"table": "wide_copy"}')->>'state';
SELECT pg_temp.run() IS NOT NULL;
SET work_mem = '64kB';
INSERT INTO wide SELECT i, repeat(i::text, 40) FROM generate_series(1, 5000) AS i;
UPDATE wide SET v = v || 'changed';
UPDATE wide SET id = id + 10000 WHERE id % 2 = 0;
RESET work_mem;
SELECT pg_temp.run()->'events';
SELECT 'differs', * FROM (TABLE wide EXCEPT TABLE wide_copy UNION ALL (TABLE wide_copy EXCEPT TABLE wide)) AS d;
SET work_mem = '64kB';
DELETE FROM wide;
RESET work_mem;
SELECT pg_temp.run()->'events';
SELECT count(*) FROM wide_copy;
SELECT msar.drop_source_table('wide', true);

-- Loops: A follows B and B follows A.
CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE b (id int PRIMARY KEY, v text);
SELECT msar.add_reflection('a', '{"table": "b"}')->>'state', msar.add_reflection('b', '{"table": "a"}')->>'state';
SELECT pg_temp.run() IS NOT NULL;
INSERT INTO a VALUES (1, 'from a'), (2, 'from a'); INSERT INTO b VALUES (10, 'from b');
SELECT pg_temp.run()->'events', pg_temp.run()->'events';
UPDATE a SET v = 'changed in a' WHERE id IN (1, 10); DELETE FROM b WHERE id = 2;
SELECT pg_temp.run()->'events', pg_temp.run()->'events';
SELECT * FROM a ORDER BY 1; SELECT * FROM b ORDER BY 1;
SET client_min_messages = warning;
SELECT count(msar.drop_source_table(table_oid, true)) FROM msar_catalog.source_tables;
DROP SCHEMA app CASCADE;
SELECT count(*) FROM pg_class WHERE relnamespace = 'msar_reflector'::regnamespace;
