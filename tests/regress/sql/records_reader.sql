-- What a client asks of one call: search, columns along foreign keys, order by previews, names, links beside the rows,
-- formatted values.
\pset null '(null)'
SET client_min_messages = warning;
SET TIME ZONE 'UTC';
CREATE SCHEMA trade;
CREATE TABLE trade.country (code text PRIMARY KEY, name text);
CREATE TABLE trade.customer (
  id text PRIMARY KEY, company_name text, country text REFERENCES trade.country, "dotted.name" text, notes bytea);
CREATE TABLE trade.employee (id integer PRIMARY KEY, last_name text, first_name text, reports_to integer REFERENCES trade.employee);
CREATE TABLE trade.shelf (room integer, "row" text, label text, PRIMARY KEY (room, "row"));
CREATE TABLE trade.invoice (
  id integer PRIMARY KEY, dropped text, customer_id text REFERENCES trade.customer, employee_id integer REFERENCES trade.employee,
  freight numeric(10, 2), placed date, paid boolean, room integer, "row" text, FOREIGN KEY (room, "row") REFERENCES trade.shelf
);
ALTER TABLE trade.invoice DROP COLUMN dropped;
INSERT INTO trade.country VALUES ('DE', 'Germany'), ('MX', 'Mexico');
INSERT INTO trade.customer VALUES
  ('ALFKI', 'Alfreds Futterkiste', 'DE', 'x'), ('ANATR', 'Ana Trujillo', 'MX', NULL), ('BLAUS', 'Blauer See', 'DE', 'y');
INSERT INTO trade.employee VALUES (1, 'Fuller', 'Andrew', NULL), (2, 'Davolio', 'Nancy', 1), (3, 'Leverling', 'Janet', 2);
INSERT INTO trade.shelf VALUES (1, 'a b', 'top'), (2, 'c', 'bottom');
INSERT INTO trade.invoice VALUES
  (1, 'ALFKI', 2, 29.46, '2024-02-13', true, 1, 'a b'), (2, 'ANATR', 3, 1.5, '2024-03-01', false, NULL, NULL),
  (3, 'BLAUS', 2, 1234.75, '2024-03-02', NULL, 2, 'c'), (4, NULL, 1, 0, NULL, true, NULL, 'c'), (5, 'ALFKI', NULL, 29.46, '2024-12-31', false, 1, 'a b');

-- Records by the names of their columns, with the previews of linked rows beside them.
SELECT jsonb_pretty(msar.list_records('trade.invoice', '{"keys": "names", "limit": 2, "record_summaries": true}'));
-- By attnums, the same is to be had; keys of several columns need no printing by the client.
SELECT r->'links' AS links, r->'linked_record_summaries' AS by_key FROM msar.list_records('trade.invoice', '{"links": true}') AS r;
SELECT r->'links' AS links, r->'linked_record_summaries' AS by_key FROM msar.list_records('trade.invoice', '{"keys": "names", "links": false, "previews": ["customer_id"]}') AS r;
-- Members are there for every page.
SELECT msar.list_records('trade.country', '{"limit": 0, "record_summaries": true, "keys": "names"}');
-- What addresses the row is there, whichever columns are asked for.
SELECT msar.list_records('trade.invoice', '{"columns": ["freight"], "keys": "names", "previews": false}')->'results'->0 AS record;
-- A page after a row, by names.
SELECT r->'next' AS next, r->'results' AS results FROM msar.list_records('trade.shelf', '{"keys": "names", "limit": 1}') AS r;
SELECT msar.list_records('trade.shelf', '{"keys": "names", "limit": 1, "after": {"room": 1, "row": "a b"}}')->'results' AS results;

CREATE FUNCTION pg_temp.ids(options jsonb, tab regclass DEFAULT 'trade.invoice') RETURNS jsonb LANGUAGE sql
RETURN (SELECT jsonb_path_query_array(r, '$.results[*].id') || jsonb_build_array(r->'count')
        FROM msar.list_records(tab, options || '{"keys": "names", "previews": false}') AS r);

-- Columns along foreign keys, as templates have them, in filters and orders.
SELECT pg_temp.ids('{"filter": {"employee_id.last_name": "Davolio"}}');
SELECT pg_temp.ids('{"filter": ["or", {"customer_id.country.name": "Mexico"}, ["employee_id.reports_to.reports_to.last_name", "=", "Fuller"]]}');
SELECT pg_temp.ids('{"filter": {"type": "equal", "args": [{"type": "column", "value": "customer_id.\"dotted.name\""}, {"type": "literal", "value": "y"}]}}');
SELECT pg_temp.ids('{"order": [{"column": "employee_id.last_name", "direction": "desc"}]}');
SELECT pg_temp.ids('{"order": [{"column": "customer_id.country"}, {"column": "freight", "direction": "desc"}], "limit": 2, "offset": 1}');
-- By what the grid shows.
SELECT pg_temp.ids('{"order": [{"column": "{customer_id}", "direction": "desc"}]}');
SELECT pg_temp.ids('{"filter": ["{customer_id}", "contains_case_insensitive", "FUTTER"]}');
SELECT pg_temp.ids('{"filter": {"{employee_id.reports_to}": "Andrew Fuller"}}');
SELECT pg_temp.ids('{"filter": {"{room}": "bottom"}}');
SELECT pg_temp.ids('{"filter": ["{customer_id}", "null"]}');
-- All pages by key, one row each.
WITH RECURSIVE page AS (
  SELECT msar.list_records('trade.invoice', '{"limit": 1, "keys": "names", "order": [{"column": "{customer_id}", "nulls": "first"}, {"column": "employee_id.last_name", "direction": "desc"}]}') AS p
  UNION ALL
  SELECT msar.list_records('trade.invoice', jsonb_build_object('after', p->'next') || '{"limit": 1, "keys": "names", "order": [{"column": "{customer_id}", "nulls": "first"}, {"column": "employee_id.last_name", "direction": "desc"}]}')
  FROM page WHERE p->>'next' IS NOT NULL
)
SELECT jsonb_agg(p->'results'->0->'id') FILTER (WHERE p->'results' <> '[]') AS ids FROM page;

-- Search: in all columns and in what links show; in some; with filter, order, count; after a row.
SELECT pg_temp.ids('{"search": "futter"}');
SELECT pg_temp.ids('{"search": "29.46"}'), pg_temp.ids('{"search": 29.46}'), pg_temp.ids('{"search": 1.50}');
SELECT pg_temp.ids('{"search": "davolio"}');
SELECT pg_temp.ids('{"search": {"text": "davolio", "columns": ["customer_id", "employee_id.last_name"]}}');
SELECT pg_temp.ids('{"search": {"text": "a", "columns": ["{customer_id}"]}, "filter": ["freight", ">", 20], "order": [{"column": "freight", "direction": "desc"}]}');
SELECT pg_temp.ids('{"search": "top", "filter": {"paid": false}}');
SELECT pg_temp.ids('{"search": ""}'), pg_temp.ids('{"search": null}'), pg_temp.ids('{"search": "%"}');
-- The best first: equal, at the beginning, within.
SELECT pg_temp.ids('{"search": {"text": "DE", "columns": ["country", "company_name"]}}', 'trade.customer');
WITH RECURSIVE page AS (
  SELECT msar.list_records('trade.invoice', '{"limit": 1, "keys": "names", "search": "a"}') AS p
  UNION ALL
  SELECT msar.list_records('trade.invoice', jsonb_build_object('after', p->'next') || '{"limit": 1, "keys": "names", "search": "a"}')
  FROM page WHERE p->>'next' IS NOT NULL
)
SELECT jsonb_agg(p->'results'->0->'id') FILTER (WHERE p->'results' <> '[]') = (pg_temp.ids('{"search": "a"}') - -1) AS "pages are the list", max((p->'count')::int) AS count FROM page;
SELECT msar.list_records('trade.invoice', '{"search": [["a"]]}');
SELECT msar.list_records('trade.invoice', '{"search": true}');
SELECT msar.list_records('trade.invoice', '{"search": {"txt": "a"}}');
-- Views and tables without a key are searched as well.
CREATE VIEW trade.open AS SELECT i.id, c.company_name FROM trade.invoice AS i LEFT JOIN trade.customer AS c ON c.id = i.customer_id;
SELECT pg_temp.ids('{"search": "see"}', 'trade.open');

-- A text for each column: records that contain any of them, those of both first.
SELECT pg_temp.ids('{"search": [{"text": "futter", "columns": ["{customer_id}"]}, {"text": "davolio", "columns": ["employee_id.last_name"]}]}');
SELECT pg_temp.ids('{"search": [{"text": "", "columns": ["{customer_id}"]}, {"text": "davolio", "columns": ["employee_id.last_name"]}]}'), pg_temp.ids('{"search": ["futter", "davolio"]}');
SELECT pg_temp.ids('{"search": []}'), pg_temp.ids('{"search": [null]}');

-- Values as their display options show them.
SELECT msar.set_column_metadata('trade.invoice', '[
  {"name": "freight", "num_grouping": "always", "num_format": "german", "num_min_frac_digits": 2},
  {"name": "placed", "date_format": "DD/MM/YYYY"}, {"name": "paid", "bool_true": "yes", "bool_false": "no"}]') IS NOT NULL AS set;
-- A format that shows nothing of a value is refused when it is set.
SELECT msar.set_column_metadata('trade.invoice', '[{"name": "placed", "date_format": "%d/%m/%Y"}]');
SELECT jsonb_pretty(msar.list_records('trade.invoice', '{"display": true, "keys": "names", "columns": ["freight", "placed", "paid"], "previews": false, "limit": 3}')->'display') AS display;
SELECT msar.list_records('trade.invoice', '{"limit": 0, "display": true}')->'display' AS display;

-- What is no path.
SELECT pg_temp.ids('{"filter": {"employee_id.name": 1}}');
SELECT pg_temp.ids('{"filter": {"freight.name": 1}}');
SELECT pg_temp.ids('{"order": [{"column": "employe_id.last_name"}]}');
-- Rows that are changed are found along foreign keys, too.
SELECT msar.update_records('trade.invoice', '{"employee_id.last_name": "x"}', '{"paid": true}');

-- As a role with few rights: one column that it may not read does not refuse the rest; a path over one does.
CREATE ROLE trade_clerk;
GRANT USAGE ON SCHEMA trade TO trade_clerk;
GRANT SELECT (id, customer_id, employee_id, freight) ON trade.invoice TO trade_clerk;
GRANT SELECT (id, company_name) ON trade.customer TO trade_clerk;
SET ROLE trade_clerk;
SELECT msar.list_records('trade.invoice', '{"keys": "names", "limit": 1, "search": "futter"}');
SELECT msar.list_records('trade.invoice', '{"keys": "names", "limit": 1, "search": {"text": "ALF", "columns": ["placed", "customer_id"]}}')->'count' AS count;
SELECT msar.list_records('trade.invoice', '{"search": {"text": "13", "columns": ["placed"]}}')->'count' AS count;
SELECT msar.list_records('trade.invoice', '{"filter": {"customer_id.country": "DE"}}');
SELECT msar.list_records('trade.invoice', '{"filter": {"employee_id.last_name": "Davolio"}}');
SELECT msar.list_records('trade.invoice', '{"order": [{"column": "{customer_id}"}], "keys": "names", "limit": 1}')->'results' AS results;
RESET ROLE;
DROP SCHEMA trade CASCADE;
DROP ROLE trade_clerk;
