-- Pages of records of the sample, with previews of what they link to.
\pset tuples_only on
\pset format unaligned
SET TimeZone = 'UTC';
SELECT 'library.book'::regclass::oid AS book, 'library.loan'::regclass::oid AS loan, 'library.copy'::regclass::oid AS copy,
       'library.author'::regclass::oid AS author, 'library.book_author'::regclass::oid AS book_author, 'library.category'::regclass::oid AS category \gset

-- A page: the total count, and previews under the attnum of the column that links and the value that it has.
SELECT jsonb_pretty(msar.list_records_from_table(:book, 2, 3, '[{"attnum": 2, "direction": "asc"}]', NULL, NULL));
-- A filter, and previews of the records themselves. Members without a loan of theirs are not among them.
SELECT jsonb_pretty(msar.list_records_from_table(:loan, 1, 0, '[{"attnum": 5, "direction": "desc"}]', '{"type": "null", "args": [{"type": "attnum", "value": 7}]}', NULL, NULL, true));
-- Groups: of the whole table; by what a value is made into; where there is no value.
SELECT jsonb_pretty(msar.list_records_from_table(:loan, 4, 0, '[{"attnum": 7, "direction": "asc"}]', NULL, '{"columns": [7, 8], "preproc": ["truncate_to_month", null]}')->'grouping');
SELECT jsonb_pretty(msar.list_records_from_table(:loan, 2, 0, '[{"attnum": 7, "direction": "desc"}]', NULL, '{"columns": [7]}')->'grouping');
SELECT count(*), count(*) FILTER (WHERE g->>'count' = sql.count) FROM
  jsonb_array_elements(msar.list_records_from_table(:loan, NULL, NULL, NULL, NULL, '{"columns": [3]}')->'grouping'->'groups') AS g
  JOIN (SELECT member_id, count(*)::text, row_number() OVER (ORDER BY member_id) AS id FROM library.loan GROUP BY 1) AS sql ON g->'results_eq'->>'3' = member_id::text AND g->>'id' = sql.id::text;
-- Joined columns: of another table, over a mapping table; with nothing there; of the table itself.
SELECT jsonb_build_array(jsonb_build_object('alias', 'authors', 'join_path', jsonb_build_array(
  jsonb_build_array(jsonb_build_array(:book, 1), jsonb_build_array(:book_author, 1)), jsonb_build_array(jsonb_build_array(:book_author, 2), jsonb_build_array(:author, 1))))) AS authors \gset
SELECT r->'2', r->'authors' FROM jsonb_array_elements(msar.list_records_from_table(:book, NULL, 0, NULL, NULL, NULL, :'authors')->'results') AS r
WHERE r->'authors'->'count' <> '1' OR r->>'authors' = '[]' ORDER BY 1 LIMIT 5;
SELECT msar.get_record_from_table(:book, 1, :'authors')->'joined_record_summaries';
SELECT msar.get_record_from_table(:category, 'F', jsonb_build_array(jsonb_build_object('alias', 'below', 'join_path', jsonb_build_array(jsonb_build_array(jsonb_build_array(:category, 1), jsonb_build_array(:category, 3))))));
-- Only 25 values, of which all are counted.
SELECT r->'loans'->'count', jsonb_array_length(r->'loans'->'result') FROM jsonb_array_elements(msar.list_records_from_table('library.branch'::regclass, 1, 0, NULL, NULL, NULL,
  jsonb_build_array(jsonb_build_object('alias', 'loans', 'join_path', jsonb_build_array(jsonb_build_array(jsonb_build_array('library.branch'::regclass::oid, 1), jsonb_build_array(:copy, 4)),
                                                                              jsonb_build_array(jsonb_build_array(:copy, 1), jsonb_build_array(:loan, 2))))))->'results') AS r;
-- A value is told once, however often it is linked.
SELECT r->'years' FROM jsonb_array_elements(msar.list_records_from_table(:book, 1, 0, NULL, NULL, NULL,
  jsonb_build_array(jsonb_build_object('alias', 'years', 'join_path', jsonb_build_array(jsonb_build_array(jsonb_build_array(:book, 4), jsonb_build_array(:book, 4))))))->'results') AS r;

-- Templates: what users have chosen, unless the call passes its own.
SELECT msar.set_preview_template('library.category', '{name} ({code})');
SELECT msar.get_record_from_table(:book, 1)->'linked_record_summaries';
SELECT msar.get_record_from_table(:book, 1, NULL, true, jsonb_build_object(:category, '["<", [2], ">"]'::jsonb, :book, '[[2], " / ", [6, 2]]'::jsonb))
       - 'results' - 'count' - 'grouping' - 'joined_record_summaries';

-- One record; by a key of two columns; one that is not there.
SELECT msar.get_record_from_table(:book, 1)->'results';
SELECT msar.get_record_from_table(:book, '1')->'count', msar.get_record_from_table(:book, 1::bigint)->'count', msar.get_record_from_table(:book, '1'::jsonb)->'count';
SELECT msar.get_record_from_table('library.edition'::regclass, '9799990010014')->'results'->0->'1';
SELECT jsonb_pretty(msar.get_record_from_table(:book_author, '{"1": 1, "2": 1}'::jsonb, NULL, true));
SELECT msar.get_record_from_table(:book, 999), msar.get_record_from_table(:book, NULL::integer)->'count';

-- Search: best first, by one column and by several; without regard to case; literally.
SELECT r->'1', r->'2' FROM jsonb_array_elements(msar.search_records_from_table(:book, '[{"attnum": 2, "literal": "THE"}]', 5)->'results') AS r;
SELECT r->'1', r->'2', r->'5' FROM jsonb_array_elements(msar.search_records_from_table(:book, '[{"attnum": 2, "literal": "the"}, {"attnum": 5, "literal": "18"}]', 4)->'results') AS r;
SELECT msar.search_records_from_table(:book, '[{"attnum": 2, "literal": "%"}]', 5)->'count', msar.search_records_from_table(:book, '[{"attnum": 2, "literal": "_"}]', 5)->'count',
       msar.search_records_from_table(:book, '[]', 5)->'count', msar.search_records_from_table(:book, NULL, NULL)->'count';
SELECT jsonb_pretty(msar.search_records_from_table(:loan, '[{"attnum": 1, "literal": "16"}]', 1, 1, true));
-- A number is compared as a number: 16 is not in 160.
SELECT r->'count' AS count, r #> '{results,0,1}' AS first FROM msar.search_records_from_table(:loan, '[{"attnum": 1, "literal": 16}]', 5) AS r;
SELECT msar.search_records_from_table(:loan, '[{"attnum": 1, "literal": 16.5}]', 5)->'count' AS count;
SELECT msar.search_records_from_table('library.import_log'::regclass, '[{"attnum": 2, "literal": "i"}]', 1)->'count';

-- Records by how they read.
SELECT jsonb_pretty(msar.list_by_record_summaries(:author, 2, 0, 'JO'));
SELECT msar.list_by_record_summaries(:author, 1, 30)->'results', msar.list_by_record_summaries(:author, 0, NULL)->'count', msar.list_by_record_summaries(:author, NULL, NULL, '%')->'count';
SELECT msar.list_by_record_summaries(:book_author, 2, 0, '', jsonb_build_object(:book_author, '[[2, 2], ": ", [1, 2]]'::jsonb))->'results';
SELECT msar.list_by_record_summaries('library.import_log'::regclass, 2, 0);
-- What links a record to them: book 1 to its author.
SELECT msar.list_by_record_summaries(:author, 2, 0, 'jane', NULL, jsonb_build_object('record_pkey', 1, 'join_path', (:'authors'::jsonb)->0->'join_path'))->'mapping'->'joined_values';

-- Export.
SELECT msar.get_table_columns_and_records('library.country'::regclass, 2, NULL, '[{"attnum": 2, "direction": "desc"}]', '{"type": "contains", "args": [{"type": "attnum", "value": 2}, {"type": "literal", "value": "an"}]}');

-- In a client's own words.
SELECT jsonb_pretty(msar.list_records('library.copy', '{"limit": 1, "columns": ["barcode", "price"], "order": [{"column": "acquired_on", "direction": "desc"}], "count": "none"}'));
SELECT msar.list_records('library.copy', '{"limit": 1, "columns": ["barcode"], "previews": ["isbn"]}') - 'results', msar.list_records('library.copy', '{"limit": 1, "columns": ["barcode"], "previews": []}')->'linked_record_summaries';
SELECT msar.list_records('library.open_loan', '{"limit": 1, "count": "exact"}')->'count' = to_jsonb((SELECT count(*) FROM library.open_loan));
SELECT msar.list_records('library.book_author', '{"limit": 2, "columns": [], "previews": false, "after": {"1": 1, "2": 1}}');
-- Whatever reads works in a transaction that may not write.
BEGIN READ ONLY;
SELECT msar.list_records('library.visit', '{"limit": 1, "previews": false, "columns": [1]}');
COMMIT;
