-- Calls that clients of Mathesar's SQL layer know: get_table_info, get_table, get_column_info, get_tab_col_info_map.
\pset null '(null)'

-- OIDs differ from database to database: shown is what they stand for.
CREATE FUNCTION pg_temp.shown(info jsonb) RETURNS jsonb LANGUAGE sql AS
$$
  SELECT info || jsonb_build_object('oid', (info->>'oid')::oid::regclass,
                                    'schema', (info->>'schema')::oid::regnamespace,
                                    'owner_oid', (info->>'owner_oid')::oid::regrole)
$$;

-- The relations of a schema, by name: tables, partitioned tables and partitions, views, materialized views.
SELECT t->>'name' AS name, t->>'type' AS type, t->>'description' AS description
FROM jsonb_array_elements(msar.get_table_info('library')) AS t;
SELECT jsonb_pretty(pg_temp.shown(t)) FROM jsonb_array_elements(msar.get_table_info('staff')) AS t;

-- A schema without relations, one that does not exist, and NULL.
CREATE SCHEMA bare;
SELECT msar.get_table_info('bare') AS bare, msar.get_table_info(2147483647::oid) AS unknown,
       msar.get_table_info(NULL) AS "null";

-- One relation gives the same object; what is no relation for users, or unknown, gives NULL.
SELECT count(*) AS relations, count(*) FILTER (WHERE msar.get_table((t->>'oid')::oid) IS DISTINCT FROM t) AS different
FROM jsonb_array_elements(msar.get_table_info('library') || msar.get_table_info('staff')) AS t;
SELECT pg_temp.shown(msar.get_table('library.book_popularity'));
SELECT msar.get_table('library.book_pkey') AS index, msar.get_table('library.book_id_seq') AS sequence,
       msar.get_table(2147483647::oid) AS unknown, msar.get_table(NULL) AS "null";

-- The columns of a relation, in attnum order.
SELECT jsonb_pretty(c) FROM jsonb_array_elements(msar.get_column_info('library.fine')) AS c
WHERE c->>'name' IN ('id', 'amount');
SELECT c->>'id' AS id, c->>'name' AS name, c->>'type' AS type, c->>'type_options' AS type_options,
       c->>'nullable' AS nullable,
       c->>'primary_key' AS primary_key, c->>'default' AS "default", c->>'has_dependents' AS has_dependents
FROM jsonb_array_elements(msar.get_column_info('library.branch')) AS c;
SELECT c->>'name' AS name, c->>'type' AS type, c->>'description' AS description
FROM jsonb_array_elements(msar.get_column_info('library.book_catalogue')) AS c;
-- The order stays after columns went and came, and after statistics changed.
CREATE TABLE bare.moving (a integer, b integer DEFAULT 2, c integer);
ALTER TABLE bare.moving DROP b, ADD b integer;
ANALYZE bare.moving;
SELECT c->>'id' AS id, c->>'name' AS name, c->>'default' AS "default"
FROM jsonb_array_elements(msar.get_column_info('bare.moving')) AS c;
CREATE TABLE bare.empty ();
SELECT msar.get_column_info('bare.empty') AS empty, msar.get_column_info(2147483647::oid) AS unknown,
       msar.get_column_info(NULL) AS "null";

-- They agree with the document of the describe call, key by key.
SELECT count(*) AS relations, count(*) FILTER (WHERE NOT d::jsonb @> t) AS different
FROM jsonb_array_elements(msar.get_table_info('library')) AS t, msar.get_table_details((t->>'oid')::oid) AS d;
SELECT count(*) AS columns, count(*) FILTER (WHERE NOT d->'columns' @> jsonb_build_array(c)) AS different
FROM jsonb_array_elements(msar.get_table_info('library')) AS t,
     jsonb_array_elements(msar.get_column_info((t->>'oid')::oid)) AS c,
     LATERAL (SELECT msar.get_table_details((t->>'oid')::oid)::jsonb) AS x(d);

-- Chosen columns of several tables at once. Unknown attnums are left out; an unknown table is null.
CREATE FUNCTION pg_temp.tables(tab_col_map text) RETURNS TABLE (tab regclass, table_info text, columns jsonb)
LANGUAGE sql AS
$$
  SELECT key::oid::regclass, value->'table_info'->0->>'name',
         (SELECT jsonb_object_agg(c.key, c.value->'name') FROM jsonb_each(value->'columns') AS c)
  FROM jsonb_each(msar.get_tab_col_info_map(tab_col_map::jsonb)) ORDER BY key::oid::regclass::text COLLATE "C"
$$;
SELECT 'library.book'::regclass::oid AS book, 'library.open_loan'::regclass::oid AS open_loan \gset
SELECT * FROM pg_temp.tables(format('{"%s": [2, 1, 2, 99, -1, 0], "%s": []}', :book, :open_loan));
SELECT msar.get_tab_col_info_map('{"2147483647": [1]}') AS unknown, msar.get_tab_col_info_map('{}') AS nothing,
       msar.get_tab_col_info_map(NULL) AS "null";
-- Attnums that no table can have are unknown attnums, too.
SELECT * FROM pg_temp.tables(format('{"%s": [1, 32767, -32768]}', :book));
SELECT msar.get_tab_col_info_map(jsonb_build_object(:'book', '[2]'::jsonb)) #> ARRAY[:'book', 'columns', '2']
       = msar.get_column_info('library.book')->1 AS same_column,
       msar.get_tab_col_info_map(jsonb_build_object(:'book', '[2]'::jsonb)) #> ARRAY[:'book', 'table_info']
       = jsonb_build_array(msar.get_table('library.book')) AS same_table;

-- Any other shape is refused, and so is a number that no attnum or OID can be.
CREATE FUNCTION pg_temp.refused(tab_col_map jsonb) RETURNS text LANGUAGE plpgsql AS
$$
BEGIN
  PERFORM msar.get_tab_col_info_map(tab_col_map);
  RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE;
END
$$;
SELECT shape, pg_temp.refused(shape) AS sqlstate
FROM unnest(ARRAY[
    '[]', '1', '"x"', 'null', 'true', '{"16400": null}', '{"16400": 1}', '{"16400": {"a": 1}}', '{"16400": [null]}',
    '{"16400": ["1"]}', '{"16400": [1.5]}', '{"16400": [100000]}', '{"16400": [-100000]}', '{"16400": [1e30]}',
    '{"book": [1]}', '{"": [1]}', '{"-1": [1]}', '{"4294967296": [1]}', '{" 16400": [1]}', '{"1.5": []}',
    '{"library.book": [1]}'
]::jsonb[]) AS shape;
-- So is one that is nested deeper than any reader of JSON goes.
SELECT pg_temp.refused((repeat('[', 1000) || repeat(']', 1000))::jsonb) AS sqlstate;
\set VERBOSITY default
SELECT msar.get_tab_col_info_map('{"book": [1]}');
\echo :LAST_ERROR_SQLSTATE
