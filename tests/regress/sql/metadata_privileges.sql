-- Who may read and write metadata follows from the rights on the table: by the functions, by plain SQL on the views, and
-- in whatever way a statement may reach the rows.
\pset null '(null)'
\set VERBOSITY terse
CREATE ROLE regress_owner;
CREATE ROLE regress_member IN ROLE regress_owner;
CREATE ROLE regress_outsider NOINHERIT IN ROLE regress_owner; -- may become the owner, has none of its rights until then
CREATE ROLE regress_reader; -- of one column
CREATE ROLE regress_stranger;
CREATE ROLE regress_auditor IN ROLE pg_read_all_data;

CREATE SCHEMA app AUTHORIZATION regress_owner;
GRANT USAGE ON SCHEMA app TO PUBLIC;
SET ROLE regress_owner;
CREATE TABLE app.person (id integer, name text, salary numeric);
CREATE TABLE app.secret (id integer, answer boolean);
GRANT SELECT (name), UPDATE (name) ON app.person TO regress_reader;
GRANT INSERT, DELETE ON app.secret TO regress_reader; -- none of these lets read
-- The owner.
SELECT count(*) FROM msar.set_column_metadata('app.person',
  '[{"name": "name", "display_width": 100}, {"name": "salary", "display_width": 200}]');
SELECT count(*) FROM msar.set_table_metadata('app.person', '{"column_order": [2, 1]}');
SELECT count(*) FROM msar.set_column_metadata('app.secret', '[{"name": "answer", "bool_true": "yes"}]');
SELECT count(*) FROM msar.set_table_metadata('app.secret', '{"import_verified": true}');
RESET ROLE;
CREATE TABLE app.not_theirs (id integer);
SELECT count(*) FROM msar.set_column_metadata('app.not_theirs', '[{"name": "id", "display_width": 300}]');

-- What each role reads, by function, by description and by plain SQL.
CREATE FUNCTION pg_temp.readable() RETURNS TABLE (way text, found text) LANGUAGE sql AS $$
  SELECT 'get_column_metadata', string_agg(t || '.' || (m->>'name'), ' ' ORDER BY t, m->>'attnum')
  FROM (VALUES ('app.person'), ('app.secret'), ('app.not_theirs')) AS v(t), jsonb_array_elements(msar.get_column_metadata(t::regclass)) AS m
  UNION ALL
  SELECT 'get_table_metadata', string_agg(t, ' ' ORDER BY t)
  FROM (VALUES ('app.person'), ('app.secret')) AS v(t) WHERE msar.get_table_metadata(t::regclass) IS NOT NULL
  UNION ALL
  SELECT 'list_table_metadata', string_agg(m->>'name', ' ') FROM jsonb_array_elements(msar.list_table_metadata('app'::regnamespace)) AS m
  UNION ALL
  SELECT 'description of columns', string_agg((t->>'name') || '.' || (c->>'name'), ' ')
  FROM json_array_elements(msar.get_schema_table_details('app'::regnamespace)) AS t, json_array_elements(t->'columns') AS c
  WHERE c->>'metadata' IS NOT NULL
  UNION ALL
  SELECT 'description of tables', string_agg(t->>'name', ' ')
  FROM json_array_elements(msar.get_schema_table_details('app'::regnamespace)) AS t WHERE t->>'metadata' IS NOT NULL
  UNION ALL
  SELECT 'column_metadata', string_agg(table_name || '.' || column_name, ' ' ORDER BY table_name, attnum) FROM msar_catalog.column_metadata
  UNION ALL
  SELECT 'table_metadata', string_agg(table_name, ' ' ORDER BY table_name) FROM msar_catalog.table_metadata
$$;
SET ROLE regress_owner;
SELECT * FROM pg_temp.readable();
SET ROLE regress_member;
SELECT * FROM pg_temp.readable();
SET ROLE regress_reader;
SELECT * FROM pg_temp.readable();
SET ROLE regress_stranger;
SELECT * FROM pg_temp.readable();
SET ROLE regress_outsider;
SELECT * FROM pg_temp.readable();
SET ROLE regress_auditor;
SELECT * FROM pg_temp.readable();
RESET ROLE;

-- Who may read may not write, and is told nothing of what is right. Nor may who may change the data.
SET ROLE regress_reader;
SELECT msar.set_column_metadata('app.person', '[{"name": "name", "display_width": 1}]');
SELECT msar.set_column_metadata('app.person', '"nonsense"');
SELECT msar.set_table_metadata('app.person', '{"nonsense": 1}');
SELECT msar.set_column_metadata('app.secret', '[]');
INSERT INTO msar_catalog.column_metadata (table_oid, attnum, display_width) VALUES ('app.person'::regclass, 1, 1);
INSERT INTO msar_catalog.column_metadata (table_oid, attnum, display_width) VALUES ('app.person'::regclass, 2, 1)
ON CONFLICT (table_oid, attnum) DO UPDATE SET display_width = 1;
INSERT INTO msar_catalog.table_metadata (table_oid, is_temp) VALUES ('app.secret'::regclass, true) ON CONFLICT DO NOTHING;
UPDATE msar_catalog.column_metadata SET display_width = 1 RETURNING *;
DELETE FROM msar_catalog.column_metadata RETURNING *;
UPDATE msar_catalog.table_metadata SET is_temp = true RETURNING *;
DELETE FROM msar_catalog.table_metadata RETURNING *;
TRUNCATE msar_catalog.column_metadata;
COPY msar_catalog.column_metadata (table_oid, attnum, display_width) FROM STDIN;
\.
-- The same answer for a table of somebody else, whether it has metadata or not.
SET ROLE regress_stranger;
INSERT INTO msar_catalog.column_metadata (table_oid, attnum, display_width) VALUES ('app.secret'::regclass, 1, 1);
INSERT INTO msar_catalog.column_metadata (table_oid, attnum, display_width) VALUES ('app.secret'::regclass, 2, 1);
INSERT INTO msar_catalog.column_metadata (table_oid, attnum, display_width) VALUES ('app.secret'::regclass, 99, 1);
SELECT msar.set_column_metadata('app.secret', '[]');

-- A function that tells what it sees runs only on rows that its role may read.
CREATE FUNCTION pg_temp.tell(value anyelement) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
$$ BEGIN RAISE NOTICE 'saw %', value; RETURN true; END $$;
CREATE FUNCTION pg_temp.tell_width(a integer, b integer) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
$$ BEGIN RAISE NOTICE 'saw %', a; RETURN true; END $$;
CREATE OPERATOR pg_temp.<<<< (LEFTARG = integer, RIGHTARG = integer, FUNCTION = pg_temp.tell_width);
SELECT count(*) FROM msar_catalog.column_metadata WHERE pg_temp.tell(column_name);
SELECT count(*) FROM msar_catalog.column_metadata WHERE display_width OPERATOR(pg_temp.<<<<) 1;
SELECT count(*) FROM msar_catalog.table_metadata AS m WHERE pg_temp.tell(m);
UPDATE msar_catalog.column_metadata SET display_width = 1 WHERE pg_temp.tell(column_name);
DELETE FROM msar_catalog.column_metadata WHERE pg_temp.tell(column_name);
SELECT count(*) FROM msar_catalog.column_metadata WHERE 1 / (display_width - 200) > 0; -- an error would tell
SELECT count(*) FROM msar_catalog.column_metadata GROUP BY pg_temp.tell(column_name);
SET ROLE regress_reader;
SELECT count(*) FROM msar_catalog.column_metadata WHERE pg_temp.tell(column_name);

-- A view shows to each role what that role may read, whoever made the view.
SET ROLE regress_owner;
CREATE VIEW app.of_owner AS SELECT table_name, column_name, display_width FROM msar_catalog.column_metadata;
GRANT SELECT, UPDATE ON app.of_owner TO PUBLIC;
SET ROLE regress_stranger;
SELECT * FROM app.of_owner ORDER BY 1, 2;
CREATE VIEW pg_temp.of_stranger AS SELECT * FROM msar_catalog.column_metadata;
GRANT ALL ON pg_temp.of_stranger TO PUBLIC;
SELECT count(*) FROM pg_temp.of_stranger;
UPDATE pg_temp.of_stranger SET display_width = 1;
SET ROLE regress_owner;
SELECT count(*) FROM pg_temp.of_stranger;
DROP VIEW app.of_owner;
RESET ROLE;
DROP VIEW pg_temp.of_stranger;
-- COPY does not go around it; to the tables behind the views nobody has a right.
SET ROLE regress_reader;
COPY (SELECT table_name, column_name, display_width FROM msar_catalog.column_metadata) TO STDOUT;
SELECT count(*) FROM msar_catalog.stored_column_metadata;
COPY msar_catalog.stored_column_metadata (table_name, column_name, display_width) TO STDOUT;
INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, display_width) VALUES ('app.person'::regclass, 2, 1);

-- Nor has the owner of a table, who writes by functions.
SET ROLE regress_member;
INSERT INTO msar_catalog.column_metadata (table_oid, attnum, display_width) VALUES ('app.person'::regclass, 1, 50);
UPDATE msar_catalog.column_metadata SET display_width = display_width + 1;
UPDATE msar_catalog.stored_column_metadata SET display_width = display_width + 1;
DELETE FROM msar_catalog.column_metadata;
SELECT count(*) FROM msar.set_column_metadata('app.person', '[{"name": "name", "display_width": 103}]');
SELECT count(*) FROM msar.set_table_metadata('app.secret', '{"import_verified": false}');
-- Without the rights of the owner, the membership is of no use until SET ROLE.
SET ROLE regress_outsider;
SELECT msar.set_table_metadata('app.secret', '{"import_verified": true}');
RESET ROLE;

-- What the trigger asks of the server takes rights as well.
SET ROLE regress_stranger;
SELECT __msar.complete_table_metadata(jsonb_build_object('table_oid', 'app.person'::regclass::oid), NULL);
SELECT __msar.complete_column_metadata(jsonb_build_object('table_oid', 'app.person'::regclass::oid, 'attnum', 1), NULL);
RESET ROLE;

-- An owner who took all rights from itself still may alter the table, and so its metadata.
SET ROLE regress_owner;
REVOKE ALL ON app.secret FROM regress_owner;
SELECT msar.set_column_metadata('app.secret', '[{"name": "answer", "bool_true": "oui"}]')->0->'bool_true' AS bool_true;
SELECT bool_true FROM msar_catalog.column_metadata WHERE table_name = 'secret';
RESET ROLE;

-- A row whose names are not those of the table is nobody's, and is in nobody's way.
SET session_replication_role = replica;
ALTER TABLE msar_catalog.stored_column_metadata DISABLE TRIGGER USER;
UPDATE msar_catalog.stored_column_metadata SET table_name = 'other' WHERE table_name = 'secret';
ALTER TABLE msar_catalog.stored_column_metadata ENABLE ALWAYS TRIGGER metadata_row;
RESET session_replication_role;
SET ROLE regress_owner;
SELECT msar.get_column_metadata('app.secret');
SELECT column_name FROM msar_catalog.column_metadata WHERE table_name IN ('secret', 'other');
SELECT jsonb_path_query(msar.set_column_metadata('app.secret', '[{"name": "answer", "bool_false": "non"}]'), '$[*]') - 'created_at' - 'updated_at' AS fresh;
RESET ROLE;

-- A database owner who is no superuser, and has created the extension: owns none of it, reads and writes all rows, by which
-- dumps work, and gets no rights on tables by that.
CREATE ROLE regress_database_owner;
SELECT format('ALTER DATABASE %I OWNER TO regress_database_owner', current_database()) \gexec
DROP EXTENSION mathesar_ext;
SET ROLE regress_database_owner;
CREATE EXTENSION mathesar_ext;
SELECT DISTINCT relowner = 10 AS of_bootstrap_superuser FROM pg_class WHERE relnamespace = 'msar_catalog'::regnamespace;
SET ROLE regress_owner;
SELECT count(*) FROM msar.set_column_metadata('app.person', '[{"name": "name", "display_width": 100}, {"name": "id", "display_width": 1}]');
SET ROLE regress_reader;
SELECT column_name FROM msar_catalog.column_metadata;
SET ROLE regress_stranger;
SELECT column_name FROM msar_catalog.column_metadata;
SET ROLE regress_database_owner;
SELECT column_name FROM msar_catalog.column_metadata ORDER BY 1;
SELECT column_name FROM msar_catalog.stored_column_metadata ORDER BY 1;
SELECT msar.get_column_metadata('app.person');
SELECT msar.set_column_metadata('app.person', '[{"name": "name", "display_width": 1}]');
CREATE FUNCTION msar_catalog.hostile() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
RESET ROLE;

SELECT format('ALTER DATABASE %I OWNER TO postgres', current_database()) \gexec
DROP EXTENSION mathesar_ext;
DROP SCHEMA app CASCADE;
DROP OPERATOR pg_temp.<<<< (integer, integer);
DROP FUNCTION pg_temp.tell, pg_temp.tell_width, pg_temp.readable;
DROP ROLE regress_owner, regress_member, regress_outsider, regress_reader, regress_stranger, regress_auditor, regress_database_owner;
