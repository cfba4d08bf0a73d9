-- Records of Pagila, whose schema has what real schemas have: partitions, domains, enums, arrays, views, generated and
-- full-text columns, composite keys. Every relation can be listed, searched, exported and read one by one.
\pset tuples_only on
\pset format unaligned
SET session_replication_role = replica; -- rows that stand for many, without all that they refer to
INSERT INTO country (country_id, country) VALUES (1, 'Spain');
INSERT INTO city (city_id, city, country_id) VALUES (1, 'Vigo', 1), (2, 'Lugo', 1);
INSERT INTO language (language_id, name) VALUES (1, 'English');
INSERT INTO film (film_id, title, description, release_year, language_id, rental_duration, rental_rate, length, replacement_cost, rating, special_features, fulltext)
VALUES (1, 'ACADEMY DINOSAUR', 'An Epic Drama', 2006, 1, 6, 0.99, 86, 20.99, 'PG', '{Deleted Scenes,"Behind the Scenes"}', ''), (2, 'ACE GOLDFINGER', NULL, 2007, 1, 3, 4.99, 48, 12.99, 'G', '{Trailers}', '');
INSERT INTO actor (actor_id, first_name, last_name) VALUES (1, 'PENELOPE', 'GUINESS');
INSERT INTO film_actor (actor_id, film_id) VALUES (1, 1);
RESET session_replication_role;
SELECT relname, relkind, msar.list_records(oid, '{"record_summaries": true, "count": "estimated"}')->'count' >= '0' AS listed,
       jsonb_array_length(msar.search_records_from_table(oid, (SELECT jsonb_agg(jsonb_build_object('attnum', attnum, 'literal', 'a')) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0), 5)->'results') AS found,
       (SELECT count(*) FROM (SELECT msar.get_table_columns_and_records(oid, NULL, NULL, NULL, NULL)) AS e) - 1 AS exported
FROM pg_class AS c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') AND (relispopulated OR relkind <> 'm') AND NOT (relispartition AND relname > 'payment_p2022_02')
ORDER BY relname;
SELECT jsonb_pretty(jsonb_path_query(msar.list_records('film', '{"columns": ["title", "release_year", "rating", "special_features", "language_id"], "numbers": "text", "order": [{"column": "rating"}]}'), '$.results[*]'));
SELECT msar.list_records('film', '{"columns": ["title"], "filter": {"type": "json_array_contains", "args": [{"type": "column", "value": "special_features"}, {"type": "literal", "value": ["Trailers"]}]}}')->'results',
       msar.list_records('film', '{"columns": ["title"], "filter": {"type": "in", "args": [{"type": "column", "value": "rating"}, {"type": "literal", "value": ["PG", "R"]}]}}')->'results',
       msar.list_records('film', '{"columns": ["title"], "filter": {"type": "between", "args": [{"type": "column", "value": "release_year"}, {"type": "literal", "value": 2000}, {"type": "literal", "value": 2006}]}}')->'results';
SELECT msar.get_record_from_table('film_actor'::regclass, '{"1": 1, "2": 1}')->'linked_record_summaries';
