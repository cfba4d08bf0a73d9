-- Preview templates: how rows read where other tables refer to them.
\pset null '(null)'

-- The default is worked out when it is read: the first column of string category, else the first column. One that is a
-- foreign key shows the row that it refers to, by that row's own template.
SELECT relation::text, msar.get_preview_template(relation)
FROM unnest('{library.book, library.book_author, library.fine, library.visit, library.open_loan, library.import_log}'::regclass[])
  AS relation;
SELECT p->>'preview' AS book_author
FROM jsonb_array_elements(msar.preview_rows('library.book_author', '[{"1": 1, "2": 1}, {"2": 2, "1": 3}]')) AS p;

-- A template is text with placeholders: columns, and paths through foreign key columns.
SELECT msar.set_preview_template('library.publisher', '{name}, {city_id.name} ({city_id.country_code.name})');
SELECT p->>'key' AS key, p->>'preview' AS preview
FROM jsonb_array_elements(msar.preview_rows('library.publisher', '[1, 5, 3, 1, 999]')) AS p;
-- A placeholder that ends on a foreign key column shows the row itself; raw shows the value.
SELECT msar.set_preview_template('library.edition', '{book_id}: {publisher_id} {{{year}}} #{publisher_id:raw}');
SELECT p->>'preview' AS edition
FROM jsonb_array_elements(msar.preview_rows('library.edition', (SELECT jsonb_agg(isbn ORDER BY isbn) FROM
  (SELECT isbn FROM library.edition ORDER BY isbn LIMIT 3) AS e))) AS p;
-- Composite foreign keys: each of their columns leads along.
SELECT msar.set_preview_template('library.shelf', '{mark} in {branch_id}');
SELECT msar.set_preview_template('library.copy', '{barcode} @ {Shelf Mark} / {"Shelf Mark".floor} / {branch_id.branch_id.name}');
SELECT p->>'preview' AS copy FROM jsonb_array_elements(msar.preview_rows('library.copy', '[1, 2, 105]')) AS p;

-- It is stored in numbers, so it follows what it names; given back with the names of now.
SELECT msar.get_table_metadata('library.publisher')->'preview_template' AS json;
ALTER TABLE library.city RENAME COLUMN name TO "called.so";
ALTER TABLE library.publisher RENAME COLUMN city_id TO seat;
SELECT msar.get_preview_template('library.publisher');
SELECT t->'preview_settings' AS describe FROM (SELECT msar.get_table_details('library.publisher')) AS x(t);
SELECT p->>'preview' AS preview FROM jsonb_array_elements(msar.preview_rows('library.publisher', '[1]')) AS p;
-- What is read can be written.
SELECT msar.set_preview_template('library.publisher', msar.get_preview_template('library.publisher'))
  = msar.get_preview_template('library.publisher') AS the_same;

-- The JSON form does the same. A raw value is an object with its path.
SELECT msar.set_table_metadata('library.publisher', '{"preview_template": ["<", [2], "> ", {"path": [3], "raw": true}]}')
  - '{oid,created_at,updated_at}'::text[] AS metadata;
SELECT msar.get_preview_template('library.publisher'),
       msar.preview_rows('library.publisher', '[1]')->0->>'preview' AS preview;
-- A template that a client marks as not chosen by a user is not in force.
SELECT count(*) FROM msar.set_table_metadata('library.publisher', '{"preview_customized": false}');
SELECT msar.get_preview_template('library.publisher');

-- Columns come and go: a default follows, a template that was set goes on without them, and check_metadata says so.
CREATE TABLE library.note (id integer PRIMARY KEY, book_id integer REFERENCES library.book, at date);
INSERT INTO library.note VALUES (1, 1, '2026-03-31');
SELECT msar.get_preview_template('library.note');
ALTER TABLE library.note ADD COLUMN body text;
SELECT msar.get_preview_template('library.note');
SELECT msar.set_preview_template('library.note', '{at}: {body} ({book_id.original_title})');
ALTER TABLE library.note DROP COLUMN body;
SELECT msar.get_preview_template('library.note'), msar.preview_rows('library.note', '[1]')->0->>'preview' AS preview;
SELECT c->>'table' AS "table", c->>'reason' AS reason FROM jsonb_array_elements(msar.check_metadata()) AS c;
-- So it goes on without a path whose foreign key is gone, until that is there again.
ALTER TABLE library.note DROP CONSTRAINT note_book_id_fkey;
SELECT msar.get_preview_template('library.note'), msar.preview_rows('library.note', '[1]')->0->>'preview' AS preview;
SELECT c->>'reason' AS reason FROM jsonb_array_elements(msar.check_metadata()) AS c;
ALTER TABLE library.note ADD FOREIGN KEY (book_id) REFERENCES library.book;
SELECT msar.get_preview_template('library.note');
-- Not when the column leads to another table now: its columns are others.
ALTER TABLE library.note DROP CONSTRAINT note_book_id_fkey, ADD FOREIGN KEY (book_id) REFERENCES library.author;
SELECT msar.get_preview_template('library.note'), msar.preview_rows('library.note', '[1]')->0->>'preview' AS preview;
-- Nor when another option of the table is written meanwhile.
SELECT count(*) FROM msar.set_table_metadata('library.note', '{"import_verified": true}');
SELECT msar.get_preview_template('library.note');
-- Back to the default.
SELECT msar.set_preview_template('library.note', NULL);
SELECT msar.get_table_metadata('library.note') - '{oid,created_at,updated_at}'::text[] AS metadata;

-- Where nothing remains there is a question mark. Text that stands for itself remains; an empty value is a value.
CREATE TABLE library.sparse (id integer PRIMARY KEY, a text, b text);
INSERT INTO library.sparse VALUES (1, NULL, NULL), (2, 'a', NULL), (3, NULL, 'b'), (4, '', NULL);
CREATE FUNCTION pg_temp.sparse(template text) RETURNS text[] LANGUAGE plpgsql AS $$
BEGIN
  PERFORM msar.set_preview_template('library.sparse', template);
  RETURN (SELECT array_agg(p->>'preview') FROM jsonb_array_elements(msar.preview_rows('library.sparse', '[1,2,3,4]')) AS p);
END $$;
SELECT pg_temp.sparse('{a}'), pg_temp.sparse('{a}{b}'), pg_temp.sparse('{a} ({b})'), pg_temp.sparse('sparse');

-- Rows that refer to each other: templates apply three references deep, then a foreign key shows its value.
SELECT msar.set_preview_template('staff.employee', '{name} < {manager_id}');
SELECT p->>'preview' AS employee
FROM jsonb_array_elements(msar.preview_rows('staff.employee', (SELECT jsonb_agg(id ORDER BY id) FROM staff.employee))) AS p LIMIT 4;
CREATE TABLE library.chain (id integer PRIMARY KEY, next integer REFERENCES library.chain);
INSERT INTO library.chain SELECT i, i % 9 + 1 FROM generate_series(1, 9) AS i ORDER BY i DESC;
SELECT msar.set_preview_template('library.chain', '{id:raw}>{next}');
SELECT msar.preview_rows('library.chain', '[1, 7]');
-- A path is as long as it is written.
SELECT msar.set_preview_template('library.chain', '{next.next.next.next.next.id}');
SELECT msar.preview_rows('library.chain', '[1, 7]');

-- The SQL behind it runs by itself, on any search_path.
SELECT msar.set_preview_template('library.loan', '{member_id.full_name}: {copy_id}');
SELECT msar.preview_template_sql('library.loan');
SELECT msar.preview_template_sql('library.loan') || ' ORDER BY t.id LIMIT 3' \gexec
SELECT msar.preview_template_sql('library.import_log') || ' LIMIT 1' \gexec

-- What is wrong is told with its place.
DO $$
DECLARE
  given text;
  state text; message text; detail text; hint text;
BEGIN
  FOREACH given IN ARRAY ARRAY[
    '{title} ({titel})', '{title.name}', '{category_code.naem}', '{category_code.parent_code.parent_code.nme}',
    '{title', 'title}', '{}', '{.title}', '{title:upper}', '{"title}', '{title"}', '', '{a{b}}', repeat('Größe ', 20) || '{x}']
  LOOP
    BEGIN
      PERFORM msar.set_preview_template('library.book', given);
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
      RAISE INFO '%', concat_ws(E'\n    ', given, state || ': ' || message, 'DETAIL: ' || NULLIF(detail, ''), 'HINT: ' || hint);
    END;
  END LOOP;
END $$;
SELECT msar.set_preview_template(4294967295, '{a}');
SELECT msar.set_preview_template('library.book_pkey', '{a}');
CREATE TEMP TABLE passing (a text);
SELECT msar.set_preview_template('passing', '{a}');
SELECT msar.set_preview_template(NULL, '{a}'), msar.get_preview_template(NULL), msar.preview_rows('library.book', NULL);
SELECT msar.get_preview_template(4294967295);
SELECT msar.preview_template_sql('library.book_pkey');
SELECT msar.set_table_metadata('library.book', '{"preview_template": [{"path": [2], "format": "raw"}]}');

-- Keys.
SELECT msar.preview_rows('library.book', '[]');
SELECT msar.preview_rows('library.book', '[1, null, {"1": 2}]');
SELECT msar.preview_rows('library.book', '{"1": 2}');
SELECT msar.preview_rows('library.book', '[[1]]');
SELECT msar.preview_rows('library.book', '["one"]');
SELECT msar.preview_rows('library.book_author', '[1]');
SELECT msar.preview_rows('library.book_author', '[{"1": 1, "3": 1}]');
SELECT msar.preview_rows('library.open_loan', '[1]');
SELECT msar.preview_rows('library.publisher', '[{"2": "Penguin Books"}, {"2": "Nobody"}]');
SELECT msar.preview_rows('library.country', '["FI", "XX"]');

-- What a template names may be called anything, and say anything.
CREATE SCHEMA "Häuser; DROP";
CREATE TABLE "Häuser; DROP"."a.b ""c"" :raw}" ("id""; --" integer PRIMARY KEY, "{x}" text, " y " text, "z:raw" integer);
ALTER TABLE "Häuser; DROP"."a.b ""c"" :raw}" ADD FOREIGN KEY ("z:raw") REFERENCES "Häuser; DROP"."a.b ""c"" :raw}";
INSERT INTO "Häuser; DROP"."a.b ""c"" :raw}" VALUES (1, '1''x\', '"y"', 1);
SELECT msar.set_preview_template('"Häuser; DROP"."a.b ""c"" :raw}"',
  $t$'; DROP TABLE x; -- \ $1 %s {{}} {"z:raw".id"; --} {"z:raw"."{x}"}|{" y "}|{"z:raw"}$t$);
SELECT msar.set_preview_template('"Häuser; DROP"."a.b ""c"" :raw}"',
  $t$'; DROP TABLE x; -- \ $1 %s {{}} {"z:raw"."id""; --"} {"z:raw"."{x}"}|{" y "}|{"z:raw":raw}$t$);
SELECT msar.preview_rows('"Häuser; DROP"."a.b ""c"" :raw}"', '[1]')->0->>'preview' AS preview;
SET standard_conforming_strings = off;
SELECT msar.preview_rows('"Häuser; DROP"."a.b ""c"" :raw}"', '[1]')->0->>'preview' AS preview;
