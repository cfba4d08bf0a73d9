-- What statements leave in a session ends. (What the client prepares by the protocol: tests/client/tests/gateway_sessions.rs.)
\set VERBOSITY sqlstate
CREATE ROLE reset_clerk;
CREATE ROLE reset_desk;
GRANT reset_desk TO reset_clerk;
SELECT __msar.reset_session() AS commands \gset
SET SESSION AUTHORIZATION reset_clerk;
SET ROLE reset_desk;
SET DateStyle = 'German';
SET my.note = 'x';
PREPARE left_over AS SELECT 1;
DECLARE left_cursor CURSOR WITH HOLD FOR SELECT 1;
LISTEN gossip;
SELECT pg_advisory_lock(4711);
RESET ROLE;
RESET SESSION AUTHORIZATION;
CREATE TEMPORARY TABLE left_table (id serial);
INSERT INTO left_table DEFAULT VALUES;
SET SESSION AUTHORIZATION reset_clerk;
SET ROLE reset_desk;
CREATE VIEW pg_temp.state AS SELECT 1;
SELECT __msar.reset_session() - :commands AS commands;
SELECT session_user = current_user AS is_itself, session_user = 'reset_clerk' AS is_other, current_setting('DateStyle') LIKE 'German%' AS is_german,
       current_setting('my.note', true) AS note,
       (SELECT count(*) FROM pg_prepared_statements) AS prepared, (SELECT count(*) FROM pg_cursors WHERE name LIKE 'left%') AS cursors,
       (SELECT count(*) FROM pg_listening_channels()) AS channels,
       (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
       (SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()) AS temporary;
SELECT lastval();
-- Commands that may change which statements are prepared are counted, also those of functions and those that fail.
SELECT __msar.reset_session() AS commands \gset
SELECT __msar.reset_session() - :commands AS commands;
DO $$ BEGIN EXECUTE 'PREPARE planted AS SELECT 2'; EXECUTE 'DEALLOCATE planted'; EXECUTE 'PREPARE planted AS SELECT 3'; END $$;
SELECT __msar.reset_session() - :commands AS commands;
SELECT name FROM pg_prepared_statements;
DO $$ BEGIN EXECUTE 'DEALLOCATE nobody'; EXCEPTION WHEN invalid_sql_statement_name THEN END $$;
SELECT __msar.reset_session() - :commands AS commands;
-- The one that resets cannot hide the other's commands.
DO $$ BEGIN EXECUTE 'PREPARE planted AS SELECT 2'; PERFORM __msar.reset_session(); END $$;
SELECT __msar.reset_session() - :commands AS commands;
-- Where it must not be done.
BEGIN;
SELECT __msar.reset_session();
ROLLBACK;
SET my.note = 'kept';
CREATE FUNCTION public.reset_as_owner() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT __msar.reset_session()';
SET SESSION AUTHORIZATION reset_clerk;
SELECT public.reset_as_owner();
SHOW my.note;
RESET SESSION AUTHORIZATION;
DO $$ DECLARE r record; BEGIN FOR r IN SELECT generate_series(1, 200) LOOP PERFORM __msar.reset_session(); END LOOP; END $$;
SELECT 1 AS lives;
-- An error after it in the statement undoes what is a part of the transaction; the next reset does it again.
SET my.note = 'kept';
SELECT 1 / (__msar.reset_session() * 0);
SHOW my.note;
SELECT __msar.reset_session() > 0 AS counted;
SELECT current_setting('my.note', true) AS note;
DROP FUNCTION public.reset_as_owner();
DROP ROLE reset_clerk, reset_desk;
