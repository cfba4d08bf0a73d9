-- Questions to a film rental: a partitioned table, domains, enums, arrays, generated columns and views. Beside each stands
-- the SQL that gives the same answer: a line "by hand:" would show that it does not.
\pset tuples_only on
\pset format unaligned
SET TimeZone = 'UTC';
\i tests/regress/include/ask.sql
SET session_replication_role = replica;
INSERT INTO language (language_id, name) VALUES (1, 'English'), (2, 'French');
INSERT INTO film (film_id, title, release_year, language_id, rating, length, rental_rate, special_features, fulltext) VALUES
  (1, 'ACADEMY DINOSAUR', 2012, 1, 'PG', 86, 0.99, '{"Deleted Scenes","Behind the Scenes"}', ''), (2, 'ACE GOLDFINGER', 2006, 1, 'G', 48, 4.99, '{Trailers}', ''),
  (3, 'AMELIE', 2001, 2, 'R', 122, 2.99, NULL, ''), (4, 'AFRICAN EGG', 2006, 1, 'G', 130, 2.99, '{}', '');
INSERT INTO category (category_id, name) VALUES (1, 'Comedy'), (2, 'Horror');
INSERT INTO film_category (film_id, category_id) VALUES (1, 1), (2, 2), (3, 1), (4, 1);
INSERT INTO actor (actor_id, first_name, last_name) VALUES (1, 'AUDREY', 'TAUTOU'), (2, 'NICK', 'WAHLBERG');
INSERT INTO film_actor (actor_id, film_id) VALUES (1, 3), (2, 1), (2, 3);
INSERT INTO customer (customer_id, store_id, first_name, last_name, address_id) VALUES (1, 1, 'MARY', 'SMITH', 1), (2, 1, 'PAT', 'JONES', 1);
INSERT INTO payment (payment_id, customer_id, staff_id, rental_id, amount, payment_date) VALUES
  (1, 1, 1, 1, 2.99, '2022-01-25Z'), (2, 1, 1, 2, 5.99, '2022-02-15Z'), (3, 2, 1, 3, 0.99, '2022-02-16Z'), (4, 2, 2, 4, 9.99, '2022-03-01Z');
SET session_replication_role = origin;

-- 1. What did each customer pay in each month? The table is partitioned by month.
SELECT pg_temp.ask('payment', ARRAY[pg_temp.col('at', 'payment_date'), pg_temp.col('name', 'last_name', pg_temp.step('payment', 'customer_id', 'customer', 'customer_id')), pg_temp.col('amount', 'amount')],
  '[{"type": "compute", "spec": {"alias": "month", "expression": {"month": [{"column_name": ["at"]}]}}},
    {"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "name", "output_alias": "name"}, {"input_alias": "month", "output_alias": "month"}],
      "aggregation_expressions": [{"input_alias": "amount", "output_alias": "paid", "function": "sum"}]}},
    {"type": "order", "spec": [{"field": "name", "direction": "asc"}, {"field": "month", "direction": "asc"}]}]',
  'SELECT last_name AS name, extract(month FROM payment_date)::int AS month, sum(amount) AS paid FROM payment JOIN customer USING (customer_id) GROUP BY 1, 2 ORDER BY 1, 2');

-- 2. Which films are for children? An enum; in the order of the enum.
SELECT pg_temp.ask('film', ARRAY[pg_temp.col('title', 'title'), pg_temp.col('rating', 'rating')],
  '[{"type": "filter", "spec": {"in": [{"column_name": ["rating"]}, {"list": ["G", "PG"]}]}},
    {"type": "order", "spec": [{"field": "rating", "direction": "asc"}, {"field": "title", "direction": "asc"}]}]',
  'SELECT title, rating FROM film WHERE rating IN (''G'', ''PG'') ORDER BY rating, title');

-- 3. Which films come with deleted scenes? An array.
SELECT pg_temp.ask('film', ARRAY[pg_temp.col('title', 'title'), pg_temp.col('extras', 'special_features')],
  '[{"type": "filter", "spec": {"array_contains": [{"column_name": ["extras"]}, {"list": ["Deleted Scenes"]}]}}]',
  'SELECT title, special_features AS extras FROM film WHERE ''Deleted Scenes'' = ANY (special_features)');

-- 4. How old are the films, by decade? A domain over integer.
SELECT pg_temp.ask('film', ARRAY[pg_temp.col('year', 'release_year'), pg_temp.col('id', 'film_id')],
  '[{"type": "compute", "spec": {"alias": "decade", "expression": {"multiply": [{"floor": [{"divide": [{"column_name": ["year"]}, {"literal": [10]}]}]}, {"literal": [10]}]}}},
    {"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "decade", "output_alias": "decade"}],
      "aggregation_expressions": [{"input_alias": "id", "output_alias": "films", "function": "count"}]}},
    {"type": "order", "spec": [{"field": "decade", "direction": "asc"}]}]',
  'SELECT release_year / 10 * 10 AS decade, count(*) AS films FROM film GROUP BY 1 ORDER BY 1');

-- 5. Who plays in comedies that are not in English? Four tables, and a fifth for the language.
SELECT pg_temp.ask('film_actor', ARRAY[pg_temp.col('actor', 'last_name', pg_temp.step('film_actor', 'actor_id', 'actor', 'actor_id')),
    pg_temp.col('language', 'name', pg_temp.step('film_actor', 'film_id', 'film', 'film_id'), pg_temp.step('film', 'language_id', 'language', 'language_id')),
    pg_temp.col('category', 'name', pg_temp.step('film_actor', 'film_id', 'film_category', 'film_id'), pg_temp.step('film_category', 'category_id', 'category', 'category_id'))],
  '[{"type": "filter", "spec": {"and": [{"equal": [{"column_name": ["category"]}, {"literal": ["Comedy"]}]}, {"not": [{"equal": [{"column_name": ["language"]}, {"literal": ["English"]}]}]}]}},
    {"type": "order", "spec": [{"field": "actor", "direction": "asc"}]}, {"type": "hide", "spec": ["category"]}]',
  'SELECT a.last_name AS actor, l.name AS language FROM film_actor JOIN actor AS a USING (actor_id) JOIN film AS f USING (film_id) JOIN language AS l USING (language_id) JOIN film_category USING (film_id) JOIN category AS c USING (category_id) WHERE c.name = ''Comedy'' AND l.name <> ''English'' ORDER BY 1');

-- 6. Which films fill an evening? A generated column.
SELECT pg_temp.ask('film', ARRAY[pg_temp.col('title', 'title'), pg_temp.col('hours', 'length_hours')],
  '[{"type": "filter", "spec": {"greater_or_equal": [{"column_name": ["hours"]}, {"literal": [2]}]}}, {"type": "order", "spec": [{"field": "hours", "direction": "desc"}]}]',
  'SELECT title, length_hours AS hours FROM film WHERE length_hours >= 2 ORDER BY 2 DESC');

-- 7. And from a view of the database's own?
SELECT pg_temp.ask('film_list', ARRAY[pg_temp.col('title', 'title'), pg_temp.col('price', 'price')],
  '[{"type": "order", "spec": [{"field": "price", "direction": "desc"}, {"field": "title", "direction": "asc"}]}]',
  'SELECT title, price FROM film_list ORDER BY price DESC, title');
