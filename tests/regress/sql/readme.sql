-- The examples of README.md, which shows what this prints (scripts/lib/check_readme.py compares).

-- What does a client need to know to show and edit a column?
SELECT c->>'name' AS column, c->>'type_full' AS type, c->>'ui_type' AS input,
       c->'default' AS default
FROM json_array_elements(msar.get_table_details('library.book')->'columns') AS c;

-- Where do its links lead, and where do they come from?
SELECT k->>'name' AS key, k->'foreign_key'->'table'->>'name' AS from, k->'foreign_key'->'referent'->>'name' AS to,
       k->'foreign_key'->>'on_delete' AS "on delete"
FROM json_array_elements(msar.get_table_details('library.book')->'incoming') AS k;

-- What would DROP TABLE library.author CASCADE take along that a plain DROP would not?
SELECT d->>'kind' AS kind, d->>'identity' AS object
FROM jsonb_array_elements(msar.preview_drop('library.author')) AS d
WHERE d->>'reason' = 'cascade' AND NOT (d->'internal')::boolean;

-- A page of records, and how the rows read that it links to.
SELECT msar.set_preview_template('library.copy', '{barcode} {isbn.book_id.title}') AS "a copy is shown as";
SELECT r->>'1' AS loan, page #>> ARRAY['linked_record_summaries', '2', r->>'2'] AS copy,
       page #>> ARRAY['linked_record_summaries', '3', r->>'3'] AS member, r->>'6' AS due
FROM msar.list_records('library.loan', '{"limit": 3}') AS page, jsonb_array_elements(page->'results') AS r;

-- What would be run for a definition?
SELECT statement #>> '{}' AS "would run"
FROM msar.apply_definitions('[
  {"add_columns": {"table": {"schema": "library", "name": "book"},
    "columns": [{"name": "pages", "type": {"name": "integer"}, "description": "without the cover"}]}},
  {"add_constraints": {"table": {"schema": "library", "name": "book"},
    "constraints": [{"type": "check", "expression": "pages > 0"}]}}]', dry_run => true) AS done,
  jsonb_path_query(done, '$.steps[*].statements[*]') AS statement;

-- The first example of the page, last here, since it adds a link to library.book.
-- Create a table from JSON; it gets a primary key of its own.
SELECT msar.add_mathesar_table('library'::regnamespace, 'wish', NULL,
  '[{"name": "title", "type": "text", "not_null": true}, {"name": "sequel_of", "type": "integer"}]',
  '[{"type": "foreignkey", "columns": ["sequel_of"], "fkey_relation": {"schema": "library", "name": "book"}}]',
  NULL, 'Books that readers would like to see') ->> 'name' AS "table";

-- Add a record.
SELECT msar.add_records('library.wish', '[{"title": "Persuasion II", "sequel_of": 1}]') -> 'count' AS added;

-- Read a page of records. A foreign key comes with a preview of the row that it refers to.
SELECT page -> 'results' AS records, page -> 'linked_record_summaries' AS "records they refer to"
FROM msar.list_records('library.wish') AS page;
