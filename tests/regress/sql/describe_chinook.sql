-- The whole of Chinook, a music shop, described and compared with the catalogs.
\getenv folder PG_ABS_SRCDIR
\set schema public
\set compare :folder '/include/describe_catalogs.sql'
\set ECHO none
\i :compare
\set ECHO all

-- What it looks like.
SELECT relation, t->>'primary_key' AS primary_key, json_array_length(t->'columns') AS columns,
       json_array_length(t->'constraints') AS constraints, json_array_length(t->'incoming') AS incoming,
       t->'preview_settings'->>'template' AS template
FROM told ORDER BY relation COLLATE "C";
SELECT relation, name, c->'foreign_key'->'referent'->>'name' AS referent, c->'foreign_key'->'columns' AS columns
FROM told_constraint WHERE type = 'foreignkey' ORDER BY relation COLLATE "C", name COLLATE "C";
