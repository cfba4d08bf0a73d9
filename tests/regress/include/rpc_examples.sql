-- What the examples of rpc.discover are about, besides the sample database.
CREATE ROLE mathesar_ext_example_reader;
CREATE ROLE mathesar_ext_example_user LOGIN;
CREATE ROLE mathesar_ext_example_mapped LOGIN;
CREATE ROLE mathesar_ext_example_visitor;
GRANT USAGE ON SCHEMA library TO mathesar_ext_example_visitor;
GRANT SELECT, INSERT ON library.author, library.country TO mathesar_ext_example_visitor;
SELECT msar.set_role_map('mathesar_ext_example_mapped', 'mathesar_ext_example_reader') IS NOT NULL AS mapped;
SELECT msar.add_database('{"host": "db.a.example", "port": 5433, "database": "old", "role": "reader", "password": "correct horse"}') IS NOT NULL AS noted;
SELECT msar.add_data_file('towns.csv', E'name,founded\nBergen,1070\nTurku,1229') IS NOT NULL AS kept;
SELECT msar.save_exploration(jsonb_build_object(
  'name', 'Books by language', 'base_table_oid', 'library.book'::regclass::oid::bigint,
  'initial_columns', '[{"alias": "id", "attnum": 1}, {"alias": "title", "attnum": 2}, {"alias": "language", "attnum": 4}]'::jsonb,
  'transformations', '[{"type": "filter", "spec": {"equal": [{"column_name": ["language"]}, {"literal": ["en"]}]}}]'::jsonb
)) IS NOT NULL AS saved;
SELECT msar.set_form_publish((msar.add_form(jsonb_build_object(
  'name', 'Authors', 'version', 1, 'base_table_oid', 'library.author'::regclass::oid::bigint, 'header_title', 'Who wrote it?',
  'associated_role_id', 'mathesar_ext_example_visitor'::regrole::oid::bigint,
  'fields', jsonb_build_array(
    '{"key": "name", "index": 0, "kind": "scalar_column", "column_attnum": 2, "is_required": true}'::jsonb,
    jsonb_build_object('key', 'country', 'index', 1, 'kind', 'foreign_key', 'column_attnum', 5,
      'related_table_oid', 'library.country'::regclass::oid::bigint, 'fk_interaction_rule', 'must_pick')
  )
)) ->> 'id')::bigint, true) AS published;
