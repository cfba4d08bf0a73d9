-- An export of a table as a statement, for COPY (...) TO. The values of the filter are in its text.
SELECT msar.get_export_query('library.edition', '{"columns": ["isbn", "pages", "playing_time"],
  "filter": {"type": "lesser", "args": [{"type": "column", "value": "pages"}, {"type": "literal", "value": 150}]},
  "order": [{"column": "pages", "direction": "desc"}]}') AS query \gset
\echo :query
COPY (:query) TO STDOUT WITH (FORMAT csv, HEADER);

-- All that list_records filters by, here too: between, lists, dates as they are shown, patterns.
SELECT msar.get_export_query('library.book', format('{"columns": ["title"], "order": [{"column": "title"}], "filter": %s}', filter)::jsonb)
FROM (VALUES
  ('{"type": "between", "args": [{"type": "column", "value": "first_published"}, {"type": "literal", "value": 1810}, {"type": "literal", "value": 1820}]}'),
  ('{"type": "in", "args": [{"type": "column", "value": "title"}, {"type": "literal", "value": ["It''s", "Emma"]}]}'),
  ('{"type": "lesser", "args": [{"type": "format_data", "args": [{"type": "column", "value": "catalogued_at"}]}, {"type": "literal", "value": "2021"}]}'),
  ('{"type": "starts_with", "args": [{"type": "column", "value": "title"}, {"type": "literal", "value": "100%_"}]}')
) AS f(filter);

-- Without options: the columns that the current role may read, in any order. Options that are null count as left out.
CREATE TABLE public.secret (id int PRIMARY KEY, "a ""b""" text, hidden text);
INSERT INTO public.secret VALUES (1, 'x', 'y');
CREATE ROLE regress_export_reader;
GRANT SELECT (id, "a ""b""") ON public.secret TO regress_export_reader;
SET ROLE regress_export_reader;
SELECT msar.get_export_query('public.secret', '{"filter": null, "order": null, "columns": null}') AS query \gset
\echo :query
COPY (:query) TO STDOUT WITH (FORMAT csv, HEADER);
-- Columns that the role may not read are refused, wherever they are named.
SELECT msar.get_export_query('public.secret', '{"columns": ["hidden"]}');
SELECT msar.get_export_query('public.secret', '{"order": [{"column": "hidden"}]}');
RESET ROLE;
REVOKE ALL ON public.secret FROM regress_export_reader;
SET ROLE regress_export_reader;
SELECT msar.get_export_query('public.secret') AS query \gset
COPY (:query) TO STDOUT;
RESET ROLE;
SELECT msar.get_export_query('public.secret', '{"limit": 1}');
SELECT msar.get_export_query(0);
DROP TABLE public.secret;
DROP ROLE regress_export_reader;
