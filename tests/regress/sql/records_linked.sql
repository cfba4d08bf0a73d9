-- msar.get_linked_records: the rows that refer to one row, for every foreign key, in one call.
\pset null '(null)'
SET client_min_messages = warning;
SELECT jsonb_pretty(msar.get_linked_records('library.author', 1, '{"limit": 2}') #- '{links,0,table,oid}');
-- Each link in one line; the filter lists all of its rows.
CREATE VIEW public.links AS
SELECT l->'table'->>'schema' AS schema, l->'table'->>'name' AS "table", l->>'constraint' AS "constraint", l->'columns' AS columns,
       l->'count' AS count, jsonb_path_query_array(l, '$.records[*].preview') AS previews, l->'filter' AS filter,
       (msar.list_records((l->'table'->>'oid')::oid, jsonb_build_object('filter', l->'filter', 'limit', 0))->'count') = l->'count' AS "filter is right"
FROM (SELECT msar.get_linked_records('library.member', 1, '{"limit": 2}')) AS d(doc), jsonb_array_elements(doc->'links') AS l;
TABLE public.links;

CREATE SCHEMA linked;
CREATE SCHEMA "linked too";
CREATE TABLE linked.place (floor integer, "#" text, boss text, PRIMARY KEY (floor, "#"), UNIQUE (boss));
CREATE TABLE linked.person (name text PRIMARY KEY, floor integer, room text, deputy text REFERENCES linked.person,
  FOREIGN KEY (floor, room) REFERENCES linked.place);
CREATE TABLE "linked too"."Key"" ring" (boss text UNIQUE REFERENCES linked.place (boss), "1.5" text, no integer);
CREATE TABLE linked.visit (id integer PRIMARY KEY, floor integer, room text, at timestamptz,
  FOREIGN KEY (floor, room) REFERENCES linked.place) PARTITION BY RANGE (id);
CREATE TABLE linked.visit_1 PARTITION OF linked.visit FOR VALUES FROM (0) TO (100);
INSERT INTO linked.place VALUES (1, 'a', 'Ada'), (2, 'b c', NULL);
INSERT INTO linked.person VALUES ('Ada', 1, 'a', NULL), ('Bob', 1, 'a', 'Ada'), ('Cy', 2, 'b c', 'Ada');
INSERT INTO "linked too"."Key"" ring" VALUES ('Ada', 'x', 7);
INSERT INTO linked.visit VALUES (1, 1, 'a', '2026-01-02 03:04+00'), (2, 1, 'a', NULL), (3, 2, 'b c', NULL);
SET TIME ZONE 'UTC';
-- Keys of several columns, of another schema, of a partitioned table (once).
SELECT l->>'constraint' AS "constraint", l->'count' AS count, l->'records' AS records, l->'filter' AS filter
FROM jsonb_array_elements(msar.get_linked_records('linked.place', '{"floor": 1, "#": "a"}'::jsonb)->'links') AS l;
-- A table that refers to itself. A row by another key.
SELECT l->>'constraint' AS "constraint", l->'records' AS records
FROM jsonb_array_elements(msar.get_linked_records('linked.person', 'Ada'::text, '{"limit": null, "count": "none"}')->'links') AS l;
SELECT count(*) FROM jsonb_array_elements(msar.get_linked_records('linked.place', '{"boss": "Ada"}'::jsonb, '{"constraints": ["visit_floor_room_fkey"]}')->'links');
-- Nothing refers to it.
SELECT msar.get_linked_records('linked.visit', 1);

-- Errors.
SELECT msar.get_linked_records('linked.person', 'Zoe'::text);
SELECT msar.get_linked_records('linked.place', 1);
SELECT msar.get_linked_records('public.links', 1);
SELECT msar.get_linked_records('linked.person', 'Ada'::text, '{"limit": -1}');
SELECT msar.get_linked_records('linked.person', 'Ada'::text, '{"limits": 1}');

-- As a role with few rights: links of which it may not read both sides are left out, and columns that it may not read.
CREATE ROLE linked_reader;
GRANT USAGE ON SCHEMA linked TO linked_reader;
GRANT SELECT ON linked.place TO linked_reader;
GRANT SELECT (name, floor, room) ON linked.person TO linked_reader;
SET ROLE linked_reader;
SELECT l->>'constraint' AS "constraint", l->'count' AS count, l->'records' AS records
FROM jsonb_array_elements(msar.get_linked_records('linked.place', '{"floor": 1, "#": "a"}'::jsonb)->'links') AS l;
RESET ROLE;
-- A key of jsonb, which a short filter would read as a list or as operators.
CREATE TABLE linked.thing (key jsonb PRIMARY KEY);
CREATE TABLE linked.part (id int PRIMARY KEY, thing jsonb REFERENCES linked.thing);
INSERT INTO linked.thing VALUES ('[1, 2]'), ('{"a": 1}');
INSERT INTO linked.part VALUES (1, '[1, 2]'), (2, '{"a": 1}'), (3, '[1, 2]');
SELECT l->'filter' AS filter, msar.list_records('linked.part', jsonb_build_object('filter', l->'filter', 'limit', 0))->'count' AS count, l->'count' AS told
FROM unnest(ARRAY['{"key": [1, 2]}', '{"key": {"a": 1}}']::jsonb[]) WITH ORDINALITY AS k(key, n),
  jsonb_array_elements(msar.get_linked_records('linked.thing', k.key)->'links') AS l ORDER BY n;
DROP VIEW public.links;
DROP SCHEMA linked CASCADE;
DROP SCHEMA "linked too" CASCADE;
DROP ROLE linked_reader;
