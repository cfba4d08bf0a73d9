-- A dry run of msar.undo_changes runs no code of roles that the caller does not trust: casts of a type's owner, checks and
-- indexes of a table's owner, or what reading a literal of a type runs.
\set VERBOSITY terse
CREATE ROLE regress_dry_owner;
CREATE SCHEMA dry AUTHORIZATION regress_dry_owner;
SET ROLE regress_dry_owner;
CREATE FUNCTION dry.spy(what text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '% as %', what, current_user; RETURN true; END$$;
CREATE TYPE dry.letter AS ENUM ('a', 'b');
CREATE FUNCTION dry.to_letter(text) RETURNS dry.letter LANGUAGE plpgsql AS $$BEGIN PERFORM dry.spy('cast'); RETURN ('{a}'::dry.letter[])[1]; END$$;
CREATE CAST (text AS dry.letter) WITH FUNCTION dry.to_letter(text) AS ASSIGNMENT;
CREATE DOMAIN dry.count AS int CHECK (dry.spy('domain'));
CREATE TYPE dry.pair AS (n dry.count);
SET client_min_messages = warning;
CREATE TABLE dry.of_type (m dry.letter);
INSERT INTO dry.of_type VALUES ('a');
CREATE TABLE dry.of_check (m varchar(5) CHECK (dry.spy('check')));
INSERT INTO dry.of_check VALUES ('a');
CREATE TABLE dry.of_index (m varchar(5));
CREATE INDEX ON dry.of_index (m) WHERE dry.spy('index');
CREATE TABLE dry.of_default (p dry.pair DEFAULT '(1)');
CREATE TABLE dry.of_parent (m varchar(5));
CREATE TABLE dry.of_child (CHECK (dry.spy('child'))) INHERITS (dry.of_parent);
INSERT INTO dry.of_child VALUES ('a');
CREATE TABLE dry.plain (id serial, m varchar(5) CHECK (m <> '') DEFAULT 'x');
INSERT INTO dry.plain VALUES (1, 'a');
SELECT msar.get_change_token() AS token \gset
ALTER TABLE dry.of_type ALTER m TYPE text USING 'a'::varchar;
ALTER TABLE dry.of_check ALTER m TYPE varchar(9);
ALTER TABLE dry.of_index ALTER m TYPE varchar(9);
ALTER TABLE dry.of_default ALTER p DROP DEFAULT;
ALTER TABLE dry.of_parent ALTER m TYPE varchar(9);
ALTER TABLE dry.plain ALTER m TYPE varchar(9), ALTER m SET DEFAULT 'y', ALTER id DROP DEFAULT;
RESET client_min_messages;

-- A superuser who asks: not tried, but for what is PostgreSQL's own.
RESET ROLE;
SELECT msar.list_changes(:'token')->'changes' AS changes \gset
PREPARE try (boolean) AS SELECT DISTINCT c->>'schema_name' AS schema, c->>'kind' AS kind, c->>'name' AS name, c->'undone' AS undone, c->'statements' AS statements, c->>'reason' AS reason
FROM jsonb_array_elements(msar.undo_changes(:'changes', dry_run => $1)->'changes') AS c WHERE c->>'kind' = 'column' ORDER BY 3, 5;
EXECUTE try (true);
-- Who can become that role anyway is its owner.
SET ROLE regress_dry_owner;
SET client_min_messages = warning;
EXECUTE try (true);
-- Without dry_run, PostgreSQL's ALTER TABLE runs as ever.
EXECUTE try (false);
RESET ROLE;
DROP OWNED BY regress_dry_owner CASCADE;
DROP ROLE regress_dry_owner;
