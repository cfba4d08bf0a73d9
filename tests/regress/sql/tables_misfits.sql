-- Values that do not fit a new type: all of them, with their rows.
\pset format unaligned
\pset null '(null)'
SET client_min_messages = warning;
CREATE SCHEMA fit;
CREATE TABLE fit.t (id integer PRIMARY KEY, d text, n text, s text DEFAULT 'x', kept text NOT NULL DEFAULT 'k');
INSERT INTO fit.t SELECT i, to_char(date '2024-01-13' + i % 300, 'DD/MM/YYYY'), i::text, 'abc' FROM generate_series(1, 3000) AS i;
UPDATE fit.t SET d = 'n/a' WHERE id IN (7, 2000);
UPDATE fit.t SET n = 'x' WHERE id = 9;
UPDATE fit.t SET s = CASE id WHEN 10 THEN 'toolong' ELSE 'ab   ' END WHERE id IN (10, 11);
UPDATE fit.t SET d = NULL WHERE id = 12;
\set changes '[{"column": "d", "type": "date", "cast_options": {"date_order": "DMY"}}, {"column": "n", "type": "integer"}, {"column": "s", "type": "varchar(3)"}]'
SELECT jsonb_pretty(msar.alter_columns('fit.t'::regclass, :'changes', '{"dry_run": true}'));
SELECT msar.alter_columns('fit.t'::regclass, :'changes', '{"dry_run": true, "misfits": 1, "on_error": "null"}');
SELECT jsonb_pretty(msar.get_preview('fit.t'::regclass, '[{"attnum": 2, "type": "date", "cast_options": {"date_order": "DMY"}}]', 1, '{"misfits": 1}'));
-- Refused, with the column.
\set VERBOSITY default
DO $$
DECLARE
  col text; code text; detail text; hint text;
  change text;
BEGIN
  FOREACH change IN ARRAY ARRAY[
    '[{"column": "d", "type": "date", "cast_options": {"date_order": "DMY"}}]',
    '[{"column": "kept", "type": "integer"}, {"column": "n", "type": "integer"}]',
    '[{"column": "kept", "type": "integer", "default": 1}, {"column": "n", "type": "integer"}]'
  ] LOOP
    BEGIN
      PERFORM msar.alter_columns('fit.t'::regclass::oid, change::jsonb);
      RAISE 'not refused: %', change;
    EXCEPTION WHEN data_exception OR check_violation THEN
      GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, col = COLUMN_NAME, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
      RAISE WARNING '% % | % | %', code, col, detail, hint;
    END;
  END LOOP;
END
$$;
-- Set to NULL; a column that takes no NULL is refused by PostgreSQL.
SELECT msar.alter_columns('fit.t'::regclass, '[{"column": "kept", "type": "integer", "default": null}]', '{"on_error": "null", "misfits": 0}');
SELECT msar.alter_columns('fit.t'::regclass, :'changes', '{"on_error": "null", "misfits": 0}');
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'fit.t'::regclass AND attnum > 0 ORDER BY attnum;
SELECT * FROM fit.t WHERE id IN (7, 8, 9, 10, 11, 12, 2000) ORDER BY id;
-- Composite keys, no key, domains, numbers that are too large, a partitioned table, quoted names.
CREATE TABLE fit."Odd ""t" ("Key 1" integer, k2 text, "v." numeric, e text, PRIMARY KEY ("Key 1", k2)) PARTITION BY LIST ("Key 1");
CREATE TABLE fit.part PARTITION OF fit."Odd ""t" DEFAULT;
INSERT INTO fit."Odd ""t" VALUES (1, 'a', 12345, 'a@example.org'), (2, 'b"', 1e9, 'no address'), (3, 'c', NULL, '');
SELECT msar.alter_columns('fit."Odd ""t"'::regclass, '[{"column": "v.", "type": "smallint"}, {"column": "e", "type": {"schema": "mathesar_types", "name": "email"}}]', '{"dry_run": true}');
CREATE TABLE fit.keyless (v text);
INSERT INTO fit.keyless VALUES ('1'), ('x'), (E'\n"');
SELECT msar.alter_columns('fit.keyless'::regclass, '[{"attnum": 1, "type": "integer"}]', '{"dry_run": true}');
SELECT msar.alter_columns('fit.keyless'::regclass, '[{"attnum": 1, "type": "integer"}]', '{"on_error": "null"}')->'misfit_count' AS misfits;
TABLE fit.keyless;
SELECT msar.alter_columns('fit.keyless'::regclass, '[{"attnum": 1, "name": "w"}]', '{"dry_run": true}');
SELECT msar.alter_columns('fit.keyless'::regclass, '[]', '{"dryrun": true}');
SELECT msar.get_preview('fit.keyless'::regclass, NULL, NULL, '{"misfits": 5}');
SELECT __msar.is_misfit(1::smallint, 'x');
DROP SCHEMA fit CASCADE;
