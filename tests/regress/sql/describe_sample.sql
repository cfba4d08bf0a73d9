-- What the two describe calls tell about the sample database, a lending library: start reading here.
\pset null '(null)'

-- One call, one JSON array, one object a relation.
SELECT t->>'name' AS name, t->>'kind' AS kind, t->>'type' AS type, json_array_length(t->'columns') AS columns,
       t->>'primary_key' AS primary_key, json_array_length(t->'constraints') AS constraints,
       json_array_length(t->'incoming') AS incoming, t->>'has_dependents' AS has_dependents
FROM json_array_elements(msar.get_schema_table_details('library')) AS t;

-- How many rows the planner expects, how a row is shown where others refer to it, and the comment.
SELECT t->>'name' AS name, t->>'estimated_rows' AS rows, t->'preview_settings'->>'template' AS template,
       t->>'description' AS description
FROM json_array_elements(msar.get_schema_table_details('library')) AS t;

-- One relation gives the same object as the whole schema does.
SELECT count(*) AS relations,
       count(*) FILTER (WHERE msar.get_table_details((t->>'oid')::oid)::text <> t::text) AS different
FROM unnest('{library,staff}'::regnamespace[]) AS sch, json_array_elements(msar.get_schema_table_details(sch)) AS t;

-- The whole document of a small table, every key in its order. OIDs differ from database to database.
SELECT regexp_replace(line, '("\w*oid"|"schema"): \d+', '\1: ...') AS closing_period
FROM regexp_split_to_table(jsonb_pretty(msar.get_table_details('library.closing_period')::jsonb), '\n') AS line;
SELECT string_agg(key, ' ' ORDER BY n) AS keys
FROM json_object_keys(msar.get_table_details('library.closing_period')) WITH ORDINALITY AS k(key, n);
SELECT string_agg(key, ' ' ORDER BY n) AS column_keys
FROM json_object_keys(msar.get_table_details('library.closing_period')->'columns'->0) WITH ORDINALITY AS k(key, n);
SELECT string_agg(key, ' ' ORDER BY n) AS constraint_keys
FROM json_object_keys(msar.get_table_details('library.closing_period')->'constraints'->0) WITH ORDINALITY AS k(key, n);
-- The OIDs are those of the catalogs.
SELECT (t->>'oid')::oid::regclass AS oid, (t->>'schema')::oid::regnamespace AS schema,
       (t->>'owner_oid')::oid::regrole AS owner
FROM msar.get_table_details('library.closing_period') AS t;

-- The columns of one table, in attnum order.
CREATE FUNCTION pg_temp.columns(tab regclass)
RETURNS TABLE (id int, name text, type_full text, ui_type text, nullable bool, primary_key bool, "default" json,
               identity text, generated json, has_dependents bool, description text)
LANGUAGE sql AS
$$
  SELECT c.* FROM msar.get_table_details(tab) AS t, json_to_recordset(t->'columns') AS
    c(id int, name text, type_full text, ui_type text, nullable bool, primary_key bool, "default" json,
      identity text, generated json, has_dependents bool, description text)
$$;
SELECT id, name, type_full, ui_type, nullable, primary_key, has_dependents, "default"
FROM pg_temp.columns('library.book');
SELECT id, name, type_full, ui_type, identity, generated, "default" FROM pg_temp.columns('library.member');
SELECT name, description FROM pg_temp.columns('library.member') WHERE description IS NOT NULL;

-- Enums and domains bring along what a form needs to know.
SELECT c->>'name' AS name, c->>'type' AS type, c->>'type_options' AS type_options, c->>'enum_values' AS enum_values,
       c->'domain'->>'base_type' AS base_type, c->'domain'->>'checks' AS checks
FROM msar.get_table_details('library.edition') AS t, json_array_elements(t->'columns') AS c;

-- Constraints by name. A foreign key says which columns refer to which, in pairs.
CREATE FUNCTION pg_temp.foreign_key(fkey json) RETURNS text LANGUAGE sql AS
$$
  SELECT format('%s.%s (%s) -> %s.%s (%s) match %s, update %s, delete %s',
                fkey->'table'->>'schema', fkey->'table'->>'name', string_agg(pair->>'name', ', ' ORDER BY n),
                fkey->'referent'->>'schema', fkey->'referent'->>'name',
                string_agg(pair->>'referent_name', ', ' ORDER BY n),
                fkey->>'match', fkey->>'on_update', fkey->>'on_delete')
  FROM json_array_elements(fkey->'columns') WITH ORDINALITY AS p(pair, n)
$$;
SELECT c->>'name' AS name, c->>'type' AS type, c->>'columns' AS columns, c->>'definition' AS definition
FROM msar.get_table_details('library.copy') AS t, json_array_elements(t->'constraints') AS c;
SELECT c->>'name' AS name, c->>'deferrable' AS deferrable, c->>'deferred' AS deferred, c->>'validated' AS validated,
       c->>'enforced' AS enforced
FROM unnest('{library.branch,library.book_author}'::regclass[]) AS tab, msar.get_table_details(tab) AS t,
     json_array_elements(t->'constraints') AS c;
SELECT t->>'name' AS of_table, c->>'name' AS name, pg_temp.foreign_key(c->'foreign_key') AS foreign_key
FROM json_array_elements(msar.get_schema_table_details('library')) AS t, json_array_elements(t->'constraints') AS c
WHERE c->>'type' = 'foreignkey';

-- Links back: who refers to this table? A table's link to itself (category.parent_code) is not among them.
SELECT tab, c->>'name' AS name, pg_temp.foreign_key(c->'foreign_key') AS foreign_key
FROM unnest('{library.book,library.branch,library.category,staff.employee}'::regclass[]) AS tab,
     msar.get_table_details(tab) AS t, json_array_elements(t->'incoming') AS c;

-- Views, a materialized view, a partitioned table and one of its partitions.
SELECT tab, t->>'kind' AS kind, (t->>'partition_of')::oid::regclass AS partition_of, t->>'primary_key' AS primary_key,
       (SELECT string_agg(c->>'name', ', ') FROM json_array_elements(t->'columns') AS c) AS columns,
       (SELECT string_agg(c->>'name', ', ') FROM json_array_elements(t->'constraints') AS c) AS constraints
FROM unnest('{library.open_loan,library.book_popularity,library.visit,library.visit_2025_q3}'::regclass[]) AS tab,
     msar.get_table_details(tab) AS t;
