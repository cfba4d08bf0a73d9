-- The whole of Pagila, a film rental, described and compared with the catalogs.
\getenv folder PG_ABS_SRCDIR
\set schema public
\set compare :folder '/include/describe_catalogs.sql'
\set ECHO none
\i :compare
\set ECHO all

-- What it looks like.
SELECT t->>'kind' AS kind, count(*), sum(json_array_length(t->'columns')) AS columns,
       sum(json_array_length(t->'constraints')) AS constraints, sum(json_array_length(t->'incoming')) AS incoming
FROM told GROUP BY t->>'kind' ORDER BY 1;
SELECT name, c->>'type_full' AS type_full, c->>'ui_type' AS ui_type, c->>'nullable' AS nullable,
       c->>'default' AS "default",
       c->'domain'->>'base_type' AS base_type, c->>'enum_values' AS enum_values
FROM told_column WHERE relation = 'film';
SELECT relation, t->>'primary_key' AS primary_key, t->'preview_settings'->>'template' AS template
FROM told WHERE t->>'kind' <> 'partition' ORDER BY relation COLLATE "C";
