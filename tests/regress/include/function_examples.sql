-- What the examples of functions in rpc.discover are about, besides the sample database and rpc_examples.sql.
GRANT SELECT ON library.book TO mathesar_ext_example_visitor;
SELECT msar.share_table('library.book', '{"columns": ["title", "language"], "role": "mathesar_ext_example_visitor"}') IS NOT NULL AS shared;
SELECT msar.create_cache('studio', '{"entity_types": {"Shot": {"fields": {"code": "text"}}}}') IS NOT NULL AS cached;
SELECT msar.add_reflection('library.author', '{"table": "library.author_copy"}', '{"copy": false}') IS NOT NULL AS reflected;
SELECT msar.add_source_table('library.category') IS NOT NULL AS is_source;
CREATE TABLE library.former (id integer PRIMARY KEY);
SELECT msar.set_table_metadata('library.former', '{"column_order": [1]}') IS NOT NULL AS is_set;
DROP TABLE library.former;
