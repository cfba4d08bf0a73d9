-- What becomes of events that nobody applies: limits by number and by age, and both policies.
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE SCHEMA limits; SET search_path = limits;
CREATE FUNCTION reflections() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', r->'source'->>'name', r->>'state', r->>'events_waiting', r->>'recopy_reason'), '; ' ORDER BY r->>'id')
  FROM jsonb_array_elements(msar.get_reflection_status()) AS r
$$;

-- Options.
CREATE TABLE t (id int PRIMARY KEY, v text);
SELECT msar.add_source_table('t', '{"max_age": 0}');
SELECT msar.add_source_table('t', '{"max_age": "1 day"}');
SELECT msar.add_source_table('t', '{"max_events": 5, "when_full": "wait"}');
SELECT msar.add_source_table('t', '{"when_full": "refuse"}');

-- By age, given up: with the next run of a reflection of the source.
SELECT r->'max_age', r->'when_full', r->'max_events' FROM msar.add_source_table('t', '{"max_age": 2}') AS r;
SELECT r->>'id' AS paused FROM msar.add_reflection('t', '{"table": "paused"}') AS r \gset
SELECT r->>'id' AS other FROM msar.add_reflection('t', '{"table": "other"}') AS r \gset
SELECT msar.run_reflections()->'copied';
SELECT msar.pause_reflection(:paused)->>'state';
INSERT INTO t VALUES (1, 'a'), (2, 'b');
SELECT msar.run_reflections()->'events';
SELECT reflections();
SELECT pg_sleep(2.2);
INSERT INTO t VALUES (3, 'c');
SELECT msar.run_reflections()->'events';
SELECT reflections();
SELECT max_events, max_age, when_full FROM msar_catalog.source_tables WHERE table_name = 't';
SELECT msar.drop_source_table('t', true);

-- By number, refused: the statement fails, and nothing is lost.
SELECT r->'max_events', r->'when_full' FROM msar.add_source_table('t', '{"max_events": 3, "when_full": "refuse"}') AS r;
SELECT r->>'id' AS one FROM msar.add_reflection('t', '{"table": "kept"}') AS r \gset
SELECT msar.run_reflections()->'copied';
INSERT INTO t SELECT i, 'x' FROM generate_series(10, 13) AS i;
-- A session counts once a second at most; a new one has not counted yet.
\c -
SET search_path = limits;
INSERT INTO t VALUES (20, 'refused');
UPDATE t SET v = 'refused' WHERE id = 10;
DELETE FROM t WHERE id = 10;
UPDATE t SET v = 'no row' WHERE id = 1000;
SELECT count(*) FROM t WHERE id >= 10;
SELECT msar.run_reflections()->'events';
INSERT INTO t VALUES (20, 'after the run');
SELECT msar.run_reflections()->'events';
SELECT 'differs', * FROM (TABLE t EXCEPT TABLE kept UNION ALL (TABLE kept EXCEPT TABLE t)) AS d;
-- Runs do not give such a reflection up.
SELECT msar.pause_reflection(:one)->>'state';
INSERT INTO t SELECT i, 'y' FROM generate_series(30, 39) AS i;
SELECT msar.add_reflection('t', '{"table": "later"}')->>'state';
SELECT msar.run_reflections()->'copied';
SELECT reflections();
-- Dropping the one that is behind makes room, too.
\c -
SET search_path = limits;
INSERT INTO t VALUES (40, 'refused');
SELECT msar.drop_reflection(:one) IS NOT NULL;
INSERT INTO t VALUES (40, 'goes through');
-- A writer without any right on the extension's tables is refused as well, and sees no more than that.
CREATE ROLE regress_limited; GRANT USAGE ON SCHEMA limits TO regress_limited; GRANT INSERT ON t TO regress_limited;
INSERT INTO t SELECT i, 'z' FROM generate_series(50, 59) AS i;
\c -
SET search_path = limits;
SET ROLE regress_limited;
INSERT INTO t VALUES (60, 'refused');
RESET ROLE;
SELECT msar.drop_source_table('t', true);

-- By age, refused.
SELECT r->'max_age', r->'when_full' FROM msar.add_source_table('t', '{"max_age": 0.2, "when_full": "refuse"}') AS r;
SELECT msar.add_reflection('t', '{"table": "kept"}', '{"copy": false}')->>'state';
SELECT msar.run_reflections()->'events';
INSERT INTO t VALUES (70, 'first');
SELECT pg_sleep(0.3);
\c -
SET search_path = limits;
INSERT INTO t VALUES (71, 'refused');
SELECT msar.run_reflections()->'events';
INSERT INTO t VALUES (71, 'after the run');

DROP SCHEMA limits CASCADE;
DROP ROLE regress_limited;
