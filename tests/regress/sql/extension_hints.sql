-- The hint of a document of the wrong shape names the page of the documentation that describes it.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/problem.sql
CREATE ROLE hinted; GRANT USAGE ON SCHEMA library TO hinted; GRANT SELECT ON library.book TO hinted;
SET ROLE hinted;
SELECT split_part(c.call, '(', 1) || ': ' || p.message || ' | ' || p.hint
FROM unnest(ARRAY[
  $$msar.list_changes(NULL, '{"kinds": 5}')$$,
  $$msar.add_form('{"base_table_oid": true}')$$,
  $$msar.share_table('library.book', '{"enabled": 5}')$$,
  $$msar.run_exploration('{"base_table_oid": true}')$$,
  $$msar.add_source_table('library.book', '{"max_events": "x"}')$$,
  $$msar.run_reflections('{"max_events": "x"}')$$,
  $$msar.replace_schema_privileges_for_roles('library', '5')$$,
  $$msar.patch_schema('library'::regnamespace, '5')$$,
  $$msar.add_user('5')$$,
  $$msar.insert_from_select('library.book', 'library.book', '5')$$,
  $$msar.add_columns('library.book'::regclass, '5')$$,
  $$msar.apply_definitions('5')$$,
  $$msar.set_server(1, '[]')$$,
  $$msar.add_database('5')$$,
  $$msar.set_database(1, 'null')$$,
  $$msar.list_records('library.book', '{"keys": 5}')$$,
  -- A key that is like none of those that there are has no suggestion.
  $$msar.add_source_table('library.book', '{"zz": 5}')$$,
  $$msar.add_source_table('library.book', '{"max_event": 5}')$$
]) WITH ORDINALITY AS c(call, n), pg_temp.problem('SELECT ' || c.call) AS p ORDER BY c.n;
RESET ROLE;
DROP OWNED BY hinted; DROP ROLE hinted;
