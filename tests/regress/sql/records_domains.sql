-- Columns of domains over types whose operators take any type of a kind: enums, arrays, ranges, rows.
\pset tuples_only on
\pset format unaligned
SET client_min_messages = warning;
CREATE TYPE public.mood AS ENUM ('sad', 'fine', 'glad');
CREATE DOMAIN public.feeling AS public.mood CHECK (VALUE <> 'sad');
CREATE DOMAIN public.own_feeling AS public.feeling;
CREATE DOMAIN public.tags AS text[];
CREATE DOMAIN public.feelings AS public.mood[];
CREATE DOMAIN public.span AS int4range;
CREATE DOMAIN public.spans AS int4multirange;
CREATE TYPE public.place AS (x integer, y integer);
CREATE DOMAIN public.spot AS public.place;
CREATE TABLE odd (id integer PRIMARY KEY, m mood, f feeling, o own_feeling NOT NULL, t tags, fs feelings, s span, ss spans, p spot);
INSERT INTO odd VALUES
  (1, 'sad', 'fine', 'glad', '{a,b}', '{sad,fine}', '[1,3)', '{[1,3)}', '(1,2)'),
  (2, 'fine', 'fine', 'fine', '{a}', '{fine}', '[2,9)', '{[2,9)}', '(1,1)'),
  (3, 'glad', NULL, 'fine', NULL, NULL, NULL, NULL, NULL),
  (4, 'fine', 'glad', 'glad', '{b}', '{}', 'empty', '{}', '(,)'),
  (5, NULL, NULL, 'glad', '{}', '{glad}', '[1,3)', '{[1,3),[7,9)}', '(1,)');
ANALYZE odd;

-- Filters.
CREATE FUNCTION pg_temp.found(filter jsonb) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_path_query_array(msar.list_records('odd', jsonb_build_object('filter', filter))->'results', '$[*]."1"') $$;
CREATE FUNCTION pg_temp.compare(type text, name text, variadic "values" jsonb[]) RETURNS text LANGUAGE sql AS
$$ SELECT concat_ws(' ', type, name, array_to_string("values", ', ') || ':', pg_temp.found(jsonb_build_object('type', type, 'args',
     jsonb_build_array(jsonb_build_object('type', 'column', 'value', name)) || (SELECT jsonb_agg(jsonb_build_object('type', 'literal', 'value', v)) FROM unnest("values") AS v)))) $$;
SELECT pg_temp.compare(type, name, value)
FROM unnest(ARRAY['equal', 'lesser', 'greater_or_equal']) AS type,
     (VALUES ('m', '"fine"'::jsonb), ('f', '"fine"'), ('o', '"fine"'), ('t', '["a"]'), ('fs', '["fine"]'), ('s', '"[1,3)"'), ('ss', '"{[1,3)}"'), ('p', '"(1,1)"')) AS v(name, value)
ORDER BY name, type;
-- A value that the domain refuses is the value of no row, and still has its place in the order.
SELECT pg_temp.compare(type, 'f', '"sad"') FROM unnest(ARRAY['equal', 'greater']) AS type;
SELECT pg_temp.compare('between', name, '"fine"', '"glad"') FROM unnest(ARRAY['f', 'o']) AS name;
SELECT pg_temp.compare('in', name, value, other)
FROM (VALUES ('f', '"glad"'::jsonb, '"sad"'::jsonb), ('o', '"glad"', '"sad"'), ('t', '["a"]', '[]'), ('fs', '["fine"]', '[]'), ('s', '"[1,3)"', '"empty"'), ('ss', '"{}"', '"{[1,3)}"'), ('p', '"(1,1)"', '"(,)"')) AS v(name, value, other);
SELECT pg_temp.compare('in', name, value)
FROM (VALUES ('f', '["glad", "sad"]'::jsonb), ('o', '["glad", "sad"]'), ('s', '["[1,3)", "empty"]'), ('ss', '["{}"]'), ('p', '["(1,1)"]')) AS v(name, value);
SELECT pg_temp.compare('json_array_contains', name, value) FROM (VALUES ('t', '["b"]'::jsonb), ('fs', '["fine"]')) AS v(name, value);
SELECT pg_temp.compare('contains_case_insensitive', name, '"A"') FROM unnest(ARRAY['f', 'o', 't']) AS name;
SELECT a, b, pg_temp.found(jsonb_build_object('type', 'equal', 'args', jsonb_build_array(jsonb_build_object('type', 'column', 'value', a), jsonb_build_object('type', 'column', 'value', b))))
FROM (VALUES ('f', 'o'), ('f', 'm'), ('m', 'o'), ('o', 'o')) AS v(a, b);
-- An index of such a column serves the filter.
CREATE INDEX ON odd (o);
BEGIN;
SET LOCAL enable_seqscan = off;
SELECT pg_stat_get_xact_numscans('odd_o_idx'::regclass);
SELECT pg_temp.compare('equal', 'o', '"fine"');
SELECT pg_stat_get_xact_numscans('odd_o_idx'::regclass) > 0;
COMMIT;
SELECT jsonb_path_query_array(msar.search_records_from_table('odd'::regclass, '[{"attnum": 3, "literal": "LAD"}]', 10)->'results', '$[*]."1"');

-- Orders, and pages that begin after a row.
CREATE FUNCTION pg_temp.walk(ordering jsonb) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE walked jsonb := '[]'; page jsonb; place jsonb := 'null';
BEGIN
  LOOP
    page := msar.list_records('odd', jsonb_build_object('limit', 1, 'order', ordering, 'after', place, 'columns', '[1]'::jsonb));
    walked := walked || (page->'results');
    place := page->'next';
    EXIT WHEN place = 'null' OR jsonb_array_length(walked) > 9;
  END LOOP;
  RETURN concat_ws(' ', (SELECT string_agg(o->>'column' || coalesce(' ' || (o->>'direction'), ''), ', ') FROM jsonb_array_elements(ordering) AS o) || ':',
    jsonb_path_query_array(walked, '$[*]."1"'),
    CASE WHEN walked = msar.list_records('odd', jsonb_build_object('order', ordering, 'columns', '[1]'::jsonb))->'results' THEN 'as one page' ELSE 'NOT as one page' END);
END
$$;
SELECT pg_temp.walk(jsonb_build_array(jsonb_build_object('column', name, 'direction', direction)))
FROM unnest(ARRAY['f', 'o', 't', 'fs', 's', 'ss', 'p']) AS name, unnest(ARRAY['asc', 'desc']) AS direction;
SELECT pg_temp.walk('[{"column": "o"}, {"column": "f"}, {"column": "s", "direction": "desc"}]');
-- By a key of several, compared as rows.
CREATE TABLE keyed (a own_feeling, b feeling, m mood, s span, PRIMARY KEY (a, b, m, s));
INSERT INTO keyed SELECT a, b, m, s FROM unnest('{fine,glad}'::mood[]) AS a, unnest('{fine,glad}'::mood[]) AS b, unnest('{sad,glad}'::mood[]) AS m, unnest('{"[1,2)","[1,3)"}'::int4range[]) AS s;
WITH RECURSIVE page AS (
  SELECT msar.list_records('keyed', '{"limit": 3}') AS page
  UNION ALL SELECT msar.list_records('keyed', jsonb_build_object('limit', 3, 'after', page->'next')) FROM page WHERE page->'next' <> 'null')
SELECT string_agg(concat_ws(' ', r->>'1', r->>'2', r->>'3', r->>'4'), E'\n') FROM page, jsonb_array_elements(page->'results') AS r;
SELECT msar.get_record_from_table('keyed'::regclass, '{"1": "glad", "2": "fine", "3": "sad", "4": "[1,2)"}')->'results';

-- Groups.
SELECT g->'results_eq', g->'count', g->'result_indices'
FROM unnest(ARRAY['f', 'o', 't', 's', 'ss', 'p']) WITH ORDINALITY AS c(name, at),
     jsonb_array_elements(msar.list_records('odd', jsonb_build_object('group', jsonb_build_object('columns', jsonb_build_array(name))))->'grouping'->'groups') WITH ORDINALITY AS g(g, n)
ORDER BY c.at, n;

-- Links, joins and previews by such columns. (No foreign key of PostgreSQL's refers to a domain over an enum.)
CREATE TABLE named (f feeling PRIMARY KEY, name text UNIQUE);
INSERT INTO named VALUES ('fine', 'Fine'), ('glad', 'Glad');
CREATE TABLE tagged (t tags PRIMARY KEY, s spans UNIQUE, p spot UNIQUE, name text);
INSERT INTO tagged VALUES ('{a,b}', '{[1,3)}', '(1,2)', 'AB'), ('{}', '{}', '(,)', 'nothing');
CREATE TABLE chosen (id integer PRIMARY KEY, f feeling, m mood, t tags REFERENCES tagged);
INSERT INTO chosen VALUES (1, 'fine', 'glad', '{}'), (2, 'glad', 'glad', '{a,b}'), (3, NULL, 'fine', NULL);
SELECT msar.list_records('chosen', '{"previews": true}')->'linked_record_summaries';
CREATE FUNCTION pg_temp.joined(variadic path text[]) RETURNS jsonb LANGUAGE plpgsql AS
$$
DECLARE steps jsonb;
BEGIN
  SELECT jsonb_agg(jsonb_build_array(a.attrelid::bigint, a.attnum) ORDER BY p.at) INTO steps
  FROM unnest(path) WITH ORDINALITY AS p(name, at), pg_attribute AS a
  WHERE a.attrelid = split_part(p.name, '.', 1)::regclass AND a.attname = split_part(p.name, '.', 2);
  steps := (SELECT jsonb_agg(jsonb_build_array(steps->s, steps->(s + 1))) FROM generate_series(0, jsonb_array_length(steps) - 2, 2) AS s);
  RETURN (SELECT jsonb_agg(r->'joined') FROM jsonb_array_elements(
    msar.list_records_from_table((steps->0->0->>0)::bigint, 10, 0, NULL, NULL, NULL, jsonb_build_array(jsonb_build_object('alias', 'joined', 'join_path', steps)))->'results') AS r);
END
$$;
SELECT pg_temp.joined('chosen.f', 'named.f'), pg_temp.joined('named.f', 'chosen.m'), pg_temp.joined('named.f', 'chosen.f', 'chosen.t', 'tagged.t');
SELECT msar.preview_rows('named', '["glad", "sad", "fine"]');
SELECT msar.preview_rows('keyed', '[{"1": "glad", "2": "fine", "3": "sad", "4": "[1,2)"}, {"1": "fine", "2": "fine", "3": "fine", "4": "[1,2)"}]');
SELECT msar.preview_rows('tagged', '[{"1": "{}"}, {"1": "{b}"}]'), msar.preview_rows('tagged', '[{"2": "{[1,3)}"}]'), msar.preview_rows('tagged', '[{"3": "(1,2)"}]');
