-- Files that cannot be read, the limits of files, and with whose rights rows are copied.
\set SHOW_CONTEXT never
\pset null (null)
CREATE SCHEMA import;
-- Marks that cannot be told apart, and limits of files.
SELECT msar.import_text('import', 'none', 'a', '{"delimiter": "\\", "escape": "\\"}');
SELECT msar.import_text('import', 'none', 'a', '{"delimiter": "\n"}');
SELECT msar.import_text('import', 'none', convert_to(repeat('a,', 1600), 'UTF8'));
SELECT msar.import_text('import', 'none', convert_to(E'a,b\n' || repeat(E'1\n', 10001), 'UTF8'), '{"bad_rows": "skip"}');
SELECT msar.import_text('import', 'named', E'ctid,xmin,tableoid,id\n1,2,3,4') -> 'renamed_columns' AS renamed;

-- Rows are copied with the rights of the caller; what a trigger imports meanwhile, and whether that fails, changes nothing.
CREATE TABLE import.line (a text);
CREATE TABLE import.target (a text, b text, c text, d text);
CREATE FUNCTION import.meanwhile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    PERFORM msar.import_text('import', NULL, E'a,b\n1,2\n3\n');
  EXCEPTION WHEN bad_copy_file_format THEN
    NULL;
  END;
  BEGIN
    PERFORM __msar.fill_table('import.target', '[{}, x', '{"format": "json", "encoding": "UTF-8", "columns": ["a", "b", "c", "d"], "rows": 2}', '{}');
  EXCEPTION WHEN bad_copy_file_format THEN
    RETURN NEW;
  END;
END
$$;
CREATE TRIGGER meanwhile BEFORE INSERT ON import.line FOR EACH ROW EXECUTE FUNCTION import.meanwhile();
SELECT __msar.fill_table('import.line', file, __msar.inspect_file(file, '{"header": false}') - 'bad_rows', '{}') AS filled
FROM (SELECT convert_to(string_agg(n::text, E'\n'), 'UTF8') AS file FROM generate_series(1, 2000) AS n) AS f;
SELECT count(DISTINCT a) AS lines, (SELECT count(*) FROM import.target) AS of_the_trigger FROM import.line;
CREATE ROLE regress_importer;
GRANT USAGE ON SCHEMA import TO regress_importer;
GRANT INSERT ON import.line TO regress_importer;
ALTER TABLE import.line ENABLE ROW LEVEL SECURITY;
SET ROLE regress_importer;
SELECT __msar.fill_table('import.line', 'a', '{"format": "csv", "encoding": "UTF-8", "columns": ["a"], "rows": 1}', '{}');
SELECT __msar.fill_table('import.target', 'a,b,c,d', '{"format": "csv", "encoding": "UTF-8", "columns": ["a", "b", "c", "d"], "rows": 1}', '{}');
RESET ROLE;
DROP OWNED BY regress_importer;
DROP ROLE regress_importer;
SET client_min_messages = warning;
DROP SCHEMA import CASCADE;
