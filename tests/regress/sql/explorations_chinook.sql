-- Ten questions to a music shop. Beside each stands the SQL that gives the same answer: a line "by hand:" would show that
-- it does not.
\pset tuples_only on
\pset format unaligned
\i tests/regress/include/ask.sql

-- 1. Which albums does Deep Purple have?
SELECT pg_temp.ask('album', ARRAY[pg_temp.col('title', 'title'), pg_temp.col('artist', 'name', pg_temp.step('album', 'artist_id', 'artist', 'artist_id'))],
  '[{"type": "filter", "spec": {"equal": [{"column_name": ["artist"]}, {"literal": ["Deep Purple"]}]}},
    {"type": "order", "spec": [{"field": "title", "direction": "asc"}]}, {"type": "hide", "spec": ["artist"]}, {"type": "limit", "spec": 4}]',
  'SELECT title FROM album JOIN artist USING (artist_id) WHERE name = ''Deep Purple'' ORDER BY title LIMIT 4');

-- 2. Which five artists have most tracks?
SELECT pg_temp.ask('track', ARRAY[pg_temp.col('id', 'track_id'), pg_temp.col('artist', 'name',
    pg_temp.step('track', 'album_id', 'album', 'album_id'), pg_temp.step('album', 'artist_id', 'artist', 'artist_id'))],
  '[{"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "artist", "output_alias": "artist"}],
      "aggregation_expressions": [{"input_alias": "id", "output_alias": "tracks", "function": "count"}]}},
    {"type": "order", "spec": [{"field": "tracks", "direction": "desc"}, {"field": "artist", "direction": "asc"}]}, {"type": "limit", "spec": 5}]',
  'SELECT a.name AS artist, count(*) AS tracks FROM track JOIN album USING (album_id) JOIN artist AS a USING (artist_id) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5');

-- 3. In which countries do we earn more than 100, and how much?
SELECT pg_temp.ask('invoice', ARRAY[pg_temp.col('country', 'billing_country'), pg_temp.col('total', 'total')],
  '[{"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "country", "output_alias": "country"}],
      "aggregation_expressions": [{"input_alias": "total", "output_alias": "earned", "function": "sum"}]}},
    {"type": "filter", "spec": {"greater": [{"column_name": ["earned"]}, {"literal": [100]}]}},
    {"type": "order", "spec": [{"field": "earned", "direction": "desc"}, {"field": "country", "direction": "asc"}]}]',
  'SELECT billing_country AS country, sum(total) AS earned FROM invoice GROUP BY 1 HAVING sum(total) > 100 ORDER BY 2 DESC, 1');

-- 4. What do a track, an album, a minute of each genre cost? Three genres will do.
SELECT pg_temp.ask('track', ARRAY[pg_temp.col('genre', 'name', pg_temp.step('track', 'genre_id', 'genre', 'genre_id')), pg_temp.col('ms', 'milliseconds'), pg_temp.col('price', 'unit_price')],
  '[{"type": "compute", "spec": {"alias": "minutes", "expression": {"divide": [{"column_name": ["ms"]}, {"literal": [60000]}]}}},
    {"type": "filter", "spec": {"in": [{"column_name": ["genre"]}, {"list": ["Rock", "Jazz", "Opera"]}]}},
    {"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "genre", "output_alias": "genre"}],
      "aggregation_expressions": [{"input_alias": "price", "output_alias": "mean price", "function": "mean"}, {"input_alias": "minutes", "output_alias": "longest", "function": "max"}]}},
    {"type": "compute", "spec": {"alias": "minutes", "expression": {"round": [{"column_name": ["longest"]}, {"literal": [1]}]}}},
    {"type": "select", "spec": ["genre", "mean price", "minutes"]}, {"type": "order", "spec": [{"field": "genre", "direction": "asc"}]}]',
  'SELECT g.name AS genre, avg(unit_price) AS "mean price", round(max(milliseconds / 60000.0), 1) AS minutes FROM track JOIN genre AS g USING (genre_id) WHERE g.name IN (''Rock'', ''Jazz'', ''Opera'') GROUP BY 1 ORDER BY 1');

-- 5. Who manages whom? The table refers to itself.
SELECT pg_temp.ask('employee', ARRAY[pg_temp.col('last', 'last_name'), pg_temp.col('boss', 'last_name', pg_temp.step('employee', 'reports_to', 'employee', 'employee_id'))],
  '[{"type": "order", "spec": [{"field": "boss", "direction": "asc", "nulls": "first"}, {"field": "last", "direction": "asc"}]}]',
  'SELECT e.last_name AS last, b.last_name AS boss FROM employee AS e LEFT JOIN employee AS b ON b.employee_id = e.reports_to ORDER BY 2 NULLS FIRST, 1');

-- 6. What did our best customers buy last? Their two latest invoices each.
SELECT pg_temp.ask('invoice', ARRAY[pg_temp.col('customer', 'customer_id'), pg_temp.col('at', 'invoice_date'), pg_temp.col('total', 'total')],
  '[{"type": "filter", "spec": {"in": [{"column_name": ["customer"]}, {"list": [6, 26]}]}},
    {"type": "top", "spec": {"per": ["customer"], "order": [{"field": "at", "direction": "desc"}], "limit": 2}},
    {"type": "hide", "spec": ["at"]}, {"type": "order", "spec": [{"field": "customer", "direction": "asc"}, {"field": "total", "direction": "asc"}]}]',
  'SELECT customer, total FROM (SELECT customer_id AS customer, total, row_number() OVER (PARTITION BY customer_id ORDER BY invoice_date DESC) AS n FROM invoice WHERE customer_id IN (6, 26)) AS i WHERE n <= 2 ORDER BY 1, 2');

-- 7. How do the years compare, for three countries? A column for each country.
SELECT pg_temp.ask('invoice', ARRAY[pg_temp.col('at', 'invoice_date'), pg_temp.col('country', 'billing_country'), pg_temp.col('total', 'total')],
  '[{"type": "compute", "spec": {"alias": "year", "expression": {"year": [{"column_name": ["at"]}]}}},
    {"type": "pivot", "spec": {"rows": [{"input_alias": "year", "output_alias": "year"}], "column": "country",
      "values": [{"literal": "USA", "output_alias": "usa"}, {"literal": "France", "output_alias": "france"}],
      "aggregation": {"input_alias": "total", "function": "sum"}}},
    {"type": "order", "spec": [{"field": "year", "direction": "asc"}]}]',
  'SELECT extract(year FROM invoice_date)::int AS year, sum(total) FILTER (WHERE billing_country = ''USA'') AS usa, sum(total) FILTER (WHERE billing_country = ''France'') AS france FROM invoice GROUP BY 1 ORDER BY 1');

-- 8. Which tracks are in no album of their own name, but begin with "Black", whatever the case?
SELECT pg_temp.ask('track', ARRAY[pg_temp.col('track', 'name'), pg_temp.col('album', 'title', pg_temp.step('track', 'album_id', 'album', 'album_id'))],
  '[{"type": "filter", "spec": {"and": [{"starts_with_case_insensitive": [{"column_name": ["track"]}, {"literal": ["black"]}]},
      {"not": [{"equal": [{"column_name": ["track"]}, {"column_name": ["album"]}]}]}]}},
    {"type": "distinct", "spec": null}, {"type": "order", "spec": [{"field": "track", "direction": "asc"}, {"field": "album", "direction": "asc"}]}, {"type": "limit", "spec": 3}]',
  'SELECT DISTINCT t.name AS track, title AS album FROM track AS t JOIN album USING (album_id) WHERE t.name ILIKE ''black%'' AND t.name <> title ORDER BY 1, 2 LIMIT 3');

-- 9. Which customers have no company, by country? A list of names for each.
SELECT pg_temp.ask('customer', ARRAY[pg_temp.col('country', 'country'), pg_temp.col('name', 'last_name'), pg_temp.col('company', 'company')],
  '[{"type": "filter", "spec": {"and": [{"null": [{"column_name": ["company"]}]}, {"in": [{"column_name": ["country"]}, {"list": ["India", "Portugal"]}]}]}},
    {"type": "order", "spec": [{"field": "name", "direction": "asc"}]},
    {"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "country", "output_alias": "country"}],
      "aggregation_expressions": [{"input_alias": "name", "output_alias": "names", "function": "distinct_aggregate_to_array"}]}},
    {"type": "order", "spec": [{"field": "country", "direction": "asc"}]}]',
  'SELECT country, array_agg(DISTINCT last_name ORDER BY last_name) AS names FROM customer WHERE company IS NULL AND country IN (''India'', ''Portugal'') GROUP BY 1 ORDER BY 1');

-- 10. Which playlists hold how many hours? A join through a table of links.
SELECT pg_temp.ask('playlist', ARRAY[pg_temp.col('playlist', 'name'), pg_temp.col('ms', 'milliseconds',
    pg_temp.step('playlist', 'playlist_id', 'playlist_track', 'playlist_id'), pg_temp.step('playlist_track', 'track_id', 'track', 'track_id'))],
  '[{"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "playlist", "output_alias": "playlist"}],
      "aggregation_expressions": [{"input_alias": "ms", "output_alias": "ms", "function": "sum"}]}},
    {"type": "compute", "spec": {"alias": "hours", "expression": {"round": [{"divide": [{"column_name": ["ms"]}, {"literal": [3600000]}]}, {"literal": [1]}]}}},
    {"type": "hide", "spec": ["ms"]}, {"type": "order", "spec": [{"field": "hours", "direction": "desc"}, {"field": "playlist", "direction": "asc"}]}, {"type": "limit", "spec": 4}]',
  'SELECT p.name AS playlist, round(sum(milliseconds) / 3600000.0, 1) AS hours FROM playlist AS p LEFT JOIN playlist_track USING (playlist_id) LEFT JOIN track USING (track_id) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 4');
