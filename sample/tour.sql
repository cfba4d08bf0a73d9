-- The tour of scripts/demo: the main calls, on the sample database, with what they return. By hand:
--
--     psql -d library -f sample/tour.sql

\set ON_ERROR_STOP on
\pset footer off
\pset null '-'
\set QUIET on

\echo
\echo '1. One call describes a schema: every relation with its columns, constraints, privileges and links.'
\echo
\echo '   SELECT msar.get_schema_table_details(''library''::regnamespace);'
\echo
-- The document is long: here is one line a relation. "shown by" is the column that stands for a row elsewhere.
SELECT relation->>'name' AS name, relation->>'kind' AS kind,
    jsonb_array_length(relation->'columns') AS columns,
    (SELECT string_agg(c->>'name', ', ' ORDER BY position)
       FROM jsonb_array_elements(relation->'primary_key') WITH ORDINALITY AS key (attnum, position)
       JOIN jsonb_array_elements(relation->'columns') AS c ON c->'id' = key.attnum) AS "primary key",
    (SELECT string_agg(DISTINCT k #>> '{foreign_key,referent,name}', ', ')
       FROM jsonb_array_elements(relation->'constraints') AS k
      WHERE k->>'type' = 'foreignkey') AS "refers to",
    jsonb_array_length(relation->'incoming') AS incoming,
    relation #>> '{preview_settings,template}' AS "shown by"
FROM jsonb_array_elements(msar.get_schema_table_details('library'::regnamespace)::jsonb) AS relation;

\echo
\echo '2. One relation, in the same form. Its columns say what a client needs to show and edit them:'
\echo
\echo '   SELECT msar.get_table_details(''library.member'');'
\echo
SELECT c->>'name' AS column, c->>'type_full' AS type, c->>'ui_type' AS input,
    c #>> '{default,value}' AS default,
    concat_ws(', ',
        CASE WHEN (c->>'primary_key')::boolean THEN 'primary key' END,
        CASE WHEN NOT (c->>'nullable')::boolean THEN 'not null' END,
        'identity ' || (c->>'identity'),
        'generated ' || (c #>> '{generated,kind}')) AS properties
FROM jsonb_array_elements(msar.get_table_details('library.member')::jsonb->'columns') AS c;

\echo
\echo '   One of these columns as it stands in the document:'
\echo
\pset tuples_only on
\pset format unaligned
SELECT jsonb_pretty(c)
FROM jsonb_array_elements(msar.get_table_details('library.member')::jsonb->'columns') AS c
WHERE c->>'name' = 'email';
\pset format aligned
\pset tuples_only off

\echo
\echo '3. What depends on a table, and how far down:'
\echo
\echo '   SELECT msar.get_dependents(''library.copy'');'
\echo
SELECT (d->>'depth')::integer AS depth, d->>'kind' AS kind, d->>'identity' AS object,
    d #>> '{depends_on,identity}' AS "depends on", (d->>'blocks_drop')::boolean AS "blocks DROP"
FROM jsonb_array_elements(msar.get_dependents('library.copy')) AS d
ORDER BY depth, kind, object;

\echo
\echo '4. What DROP ... CASCADE would take along (without mere parts of objects), without dropping anything:'
\echo
\echo '   SELECT msar.preview_drop(''library.book'');'
\echo
SELECT d->>'reason' AS reason, d->>'kind' AS kind, d->>'identity' AS object
FROM jsonb_array_elements(msar.preview_drop('library.book')) AS d
WHERE NOT (d->'internal')::boolean;

\echo
\echo '5. How a row reads where other tables refer to it, by a template along foreign keys:'
\echo
\echo '   SELECT msar.set_preview_template(''library.edition'', ''{book_id} ({publisher_id.name}, {year})'');'
\echo '   SELECT msar.set_preview_template(''library.copy'', ''{barcode}: {isbn}, {Shelf Mark}'');'
\echo '   SELECT msar.set_preview_template(''library.shelf'', ''shelf {mark} of {branch_id}'');'
\echo '   SELECT msar.preview_rows(''library.copy'', ''[1, 2, 3]'');'
\echo
SELECT msar.set_preview_template('library.edition', '{book_id} ({publisher_id.name}, {year})'),
    msar.set_preview_template('library.copy', '{barcode}: {isbn}, {Shelf Mark}'),
    msar.set_preview_template('library.shelf', 'shelf {mark} of {branch_id}') \g /dev/null
SELECT p->'key' AS key, p->>'preview' AS preview
FROM jsonb_array_elements(msar.preview_rows('library.copy', '[1, 2, 3]')) AS p;

\echo
\echo '6. A page of records, with the rows that it links to, in one statement:'
\echo
\echo '   SELECT msar.list_records(''library.loan'', ''{"limit": 3, "order": [{"column": "due_on"}]}'');'
\echo
SELECT r->>'1' AS loan, page #>> ARRAY['linked_record_summaries', '2', r->>'2'] AS copy,
    page #>> ARRAY['linked_record_summaries', '3', r->>'3'] AS member, r->>'6' AS due
FROM msar.list_records('library.loan', '{"limit": 3, "order": [{"column": "due_on"}]}') AS page,
    jsonb_array_elements(page->'results') AS r;

\echo
\echo '7. A table from JSON; as a dry run, the statements that it comes to:'
\echo
\echo '   SELECT msar.apply_definitions(''[{"create_table": {"schema": "library", "name": "review", ...}}]'', dry_run => true);'
\echo
\pset tuples_only on
\pset format unaligned
SELECT '   ' || (statement #>> '{}') || ';'
FROM msar.apply_definitions('[
    {"create_table": {"schema": "library", "name": "review", "description": "What members say", "columns": [
        {"name": "book_id", "type": {"name": "integer"}, "not_null": true},
        {"name": "stars", "type": {"name": "smallint"}, "default": 3}],
      "constraints": [
        {"type": "foreignkey", "columns": ["book_id"], "fkey_relation": {"schema": "library", "name": "book"}},
        {"type": "check", "expression": "stars BETWEEN 1 AND 5"}]}}]', dry_run => true) AS done,
    jsonb_path_query(done, '$.steps[*].statements[*]') AS statement;
\pset format aligned
\pset tuples_only off

\echo
\echo '8. A table of another database that follows a table of this one; each change counts exactly once:'
\echo
\echo '   CREATE SERVER mirror FOREIGN DATA WRAPPER mathesar_ext OPTIONS (host ''...'', dbname ''library_mirror'');'
\echo '   CREATE USER MAPPING FOR CURRENT_USER SERVER mirror OPTIONS (user ''postgres'');'
\echo '   SELECT msar.add_reflection(''library.author'', ''{"server": "mirror", "table": "public.author"}'');'
\echo '   SELECT msar.run_reflections();'
\echo
\set QUIET on
SELECT format('CREATE SERVER mirror FOREIGN DATA WRAPPER mathesar_ext OPTIONS (host %L, port %L, dbname ''library_mirror'')',
    current_setting('unix_socket_directories'), current_setting('port')) \gexec
CREATE USER MAPPING FOR CURRENT_USER SERVER mirror OPTIONS (user 'postgres');
SELECT 1 AS done FROM msar.add_reflection('library.author', '{"server": "mirror", "table": "public.author"}') \g /dev/null
SELECT run->>'copied' AS "rows copied", run->>'events' AS "changes applied" FROM msar.run_reflections() AS run;
UPDATE library.author SET name = 'Jane Austen (1775-1817)' WHERE name = 'Jane Austen';
SELECT run->>'copied' AS "rows copied", run->>'events' AS "changes applied" FROM msar.run_reflections() AS run;
\connect library_mirror
SELECT current_database() AS database, id, name FROM author WHERE name LIKE 'Jane%';
\connect library
