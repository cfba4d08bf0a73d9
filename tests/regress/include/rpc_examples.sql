-- What the examples of rpc.discover are about, besides the sample database.
CREATE ROLE mathesar_ext_example_reader;
CREATE ROLE mathesar_ext_example_user LOGIN;
CREATE ROLE mathesar_ext_example_mapped LOGIN;
SELECT msar.set_role_map('mathesar_ext_example_mapped', 'mathesar_ext_example_reader') IS NOT NULL AS mapped;
SELECT msar.add_database('{"host": "db.a.example", "port": 5433, "database": "old", "role": "reader", "password": "correct horse"}') IS NOT NULL AS noted;
SELECT msar.add_data_file('towns.csv', E'name,founded\nBergen,1070\nTurku,1229') IS NOT NULL AS kept;
