-- Leaving without losing data: msar.get_uninstall_plan lists what DROP EXTENSION would take, and the ALTERs that keep it.
\pset null '(null)'
SET client_min_messages = warning;
-- In a database of its own.
CREATE DATABASE leaving;
\set back :DBNAME
\c leaving
SET client_min_messages = warning;
CREATE EXTENSION mathesar_ext;
SELECT msar.get_uninstall_plan() - 'stored' AS "nothing to do";
CREATE SCHEMA app;
CREATE TYPE app.contact AS (mail mathesar_types.email);
CREATE DOMAIN app.work_email AS mathesar_types.email;
CREATE TABLE app.person (
  id integer PRIMARY KEY, dropped text, mail mathesar_types.email DEFAULT 'info@example.com', "Home Page" mathesar_types.uri,
  fee mathesar_types.mathesar_money NOT NULL DEFAULT 1.50, paid mathesar_types.multicurrency_money, mails mathesar_types.email[],
  settings mathesar_types.mathesar_json_object, work app.work_email, contact app.contact
);
ALTER TABLE app.person DROP COLUMN dropped;
INSERT INTO app.person VALUES (1, 'ada@example.com', 'https://example.com', 10.25, ROW(3.5, 'EUR'), '{a@b.de,c@d.fr}', '{"a": 1}', NULL, NULL);
CREATE TABLE app.old_person () INHERITS (app.person);
CREATE VIEW app.mails AS SELECT mail FROM app.person;
CREATE INDEX by_domain ON app.person (msar.uri_authority("Home Page"));
SELECT msar.set_table_metadata('app.person', '{"data_file_id": null}') IS NOT NULL AS has_metadata;
SELECT c->>'table' AS "table", c->>'column' AS "column", c->>'type' AS type, c->>'becomes' AS becomes, c->>'obstacle' AS obstacle, c->'views' AS views
FROM jsonb_array_elements(msar.get_uninstall_plan()->'columns') AS c;
SELECT d->>'kind' AS kind, d->>'identity' AS identity FROM jsonb_array_elements(msar.get_uninstall_plan()->'dependents') AS d
WHERE d->>'kind' <> 'table constraint';
SELECT msar.get_uninstall_plan() - '{columns,dependents,statements}'::text[] AS "the rest";
SELECT jsonb_array_elements_text(msar.get_uninstall_plan()->'statements') AS statement;
\set VERBOSITY terse
DROP EXTENSION mathesar_ext;
-- As it says: first what cannot be changed, then the statements.
ALTER TABLE app.person DROP COLUMN work, DROP COLUMN contact;
DROP TYPE app.contact;
DROP DOMAIN app.work_email;
DROP VIEW app.mails;
DROP INDEX app.by_domain;
SELECT jsonb_array_elements_text(msar.get_uninstall_plan()->'statements') \gexec
SELECT msar.get_uninstall_plan()->'dependents' AS dependents, msar.get_uninstall_plan()->'is_droppable' AS is_droppable;
DROP EXTENSION mathesar_ext;
TABLE app.person;
INSERT INTO app.person (id) VALUES (2) RETURNING mail, fee;
\d app.person
\c :back
DROP DATABASE leaving;
