-- What the current role may do is part of the description. Everybody may read the description itself.
\pset null '(null)'
CREATE ROLE regress_owner;
CREATE ROLE regress_member IN ROLE regress_owner;
CREATE ROLE regress_outsider NOINHERIT IN ROLE regress_owner; -- may become the owner, has none of its rights until then
CREATE ROLE regress_columns;
CREATE ROLE regress_reader IN ROLE pg_read_all_data;
CREATE ROLE regress_writer IN ROLE pg_write_all_data;
CREATE ROLE regress_nobody;

CREATE SCHEMA guarded AUTHORIZATION regress_owner; -- nobody else may enter it
SET ROLE regress_owner;
CREATE TABLE guarded.secret (id integer PRIMARY KEY, a text DEFAULT 'x', b text, c integer REFERENCES guarded.secret);
CREATE TABLE guarded.by_column (a text, b text, c text);
GRANT SELECT (b, c), INSERT (a), UPDATE (c) ON guarded.by_column TO regress_columns;
GRANT REFERENCES (c) ON guarded.by_column TO PUBLIC;
CREATE TABLE guarded.open (a text, b integer);
GRANT SELECT, INSERT ON guarded.open TO PUBLIC;
GRANT UPDATE ON guarded.open TO regress_columns WITH GRANT OPTION;
CREATE TABLE guarded.locked (a text); -- an owner may take away rights from itself
REVOKE ALL ON guarded.locked FROM regress_owner;
CREATE VIEW guarded.view AS SELECT id, a FROM guarded.secret;
GRANT SELECT, DELETE, TRUNCATE, TRIGGER ON guarded.view TO regress_columns;
CREATE MATERIALIZED VIEW guarded.snapshot AS SELECT 1 AS n;
CREATE TABLE guarded.parted (a integer, b text) PARTITION BY LIST (a);
CREATE TABLE guarded.parted_1 PARTITION OF guarded.parted FOR VALUES IN (1);
GRANT SELECT ON guarded.parted TO regress_columns; -- that is no right on the partition
RESET ROLE;

CREATE FUNCTION pg_temp.privileges(sch regnamespace)
RETURNS TABLE (name text, owns bool, privileges text, column_privileges text, template text) LANGUAGE sql AS
$$
  SELECT t->>'name', (t->>'current_role_owns')::bool,
         (SELECT string_agg(p, ' ' ORDER BY n)
          FROM json_array_elements_text(t->'current_role_priv') WITH ORDINALITY AS x(p, n)),
         (SELECT string_agg(c->>'name' || ': ' || translate(c->>'current_role_priv', '[]"', ''), '; ')
          FROM json_array_elements(t->'columns') AS c),
         t->'preview_settings'->>'template'
  FROM json_array_elements(msar.get_schema_table_details(sch)) AS t
$$;

-- The same schema as different roles see it. Without any right, everything is described, and no column previews a row.
SET ROLE regress_nobody;
SELECT * FROM pg_temp.privileges('guarded');
SELECT oid AS secret FROM pg_class WHERE relname = 'secret' \gset
SELECT c->>'name' AS name, c->>'type' AS type, c->>'default' AS "default", c->>'current_role_priv' AS privileges
FROM msar.get_table_details(:secret) AS t, json_array_elements(t->'columns') AS c;
SET ROLE regress_columns;
SELECT * FROM pg_temp.privileges('guarded');
SET ROLE regress_owner;
SELECT * FROM pg_temp.privileges('guarded');
SET ROLE regress_member;
SELECT * FROM pg_temp.privileges('guarded');
SET ROLE regress_outsider;
SELECT * FROM pg_temp.privileges('guarded');
SET ROLE regress_reader;
SELECT * FROM pg_temp.privileges('guarded');
SET ROLE regress_writer;
SELECT * FROM pg_temp.privileges('guarded');
RESET ROLE;

-- Told is what PostgreSQL's own functions tell: for every role, relation and column, also of pg_catalog.
CREATE FUNCTION pg_temp.compare(
    OUT relations bigint, OUT of_relations bigint, OUT columns bigint, OUT of_columns bigint, OUT different bigint
) LANGUAGE sql AS
$$
  WITH relation AS (
    SELECT (t->>'oid')::oid AS oid, t
    FROM unnest('{guarded,library,pg_catalog,information_schema}'::text[]) AS sch
    JOIN pg_namespace ON nspname = sch, json_array_elements(msar.get_schema_table_details(pg_namespace.oid)) AS t
  ), relation_check AS (
    SELECT t->>'current_role_priv' AS told,
           replace(to_json(array_remove(ARRAY[
             CASE WHEN has_table_privilege(oid, 'SELECT') THEN 'SELECT' END,
             CASE WHEN has_table_privilege(oid, 'INSERT') THEN 'INSERT' END,
             CASE WHEN has_table_privilege(oid, 'UPDATE') THEN 'UPDATE' END,
             CASE WHEN has_table_privilege(oid, 'DELETE') THEN 'DELETE' END,
             CASE WHEN has_table_privilege(oid, 'TRUNCATE') THEN 'TRUNCATE' END,
             CASE WHEN has_table_privilege(oid, 'REFERENCES') THEN 'REFERENCES' END,
             CASE WHEN has_table_privilege(oid, 'TRIGGER') THEN 'TRIGGER' END], NULL))::text, ', ', ',') AS had,
           (t->>'current_role_owns')::bool = pg_has_role((t->>'owner_oid')::oid, 'USAGE') AS same_owner
    FROM relation
  ), column_check AS (
    SELECT c->>'current_role_priv' AS told,
           replace(to_json(array_remove(ARRAY[
             CASE WHEN has_column_privilege(oid, (c->>'id')::smallint, 'SELECT') THEN 'SELECT' END,
             CASE WHEN has_column_privilege(oid, (c->>'id')::smallint, 'INSERT') THEN 'INSERT' END,
             CASE WHEN has_column_privilege(oid, (c->>'id')::smallint, 'UPDATE') THEN 'UPDATE' END,
             CASE WHEN has_column_privilege(oid, (c->>'id')::smallint, 'REFERENCES') THEN 'REFERENCES' END],
             NULL))::text, ', ', ',') AS had
    FROM relation, json_array_elements(t->'columns') AS c
  )
  SELECT r.all_of_them, r.privileges, c.all_of_them, c.privileges, r.different + c.different
  FROM (SELECT count(*), sum(json_array_length(told::json)),
               count(*) FILTER (WHERE told <> had OR NOT same_owner) FROM relation_check)
         AS r(all_of_them, privileges, different),
       (SELECT count(*), sum(json_array_length(told::json)), count(*) FILTER (WHERE told <> had) FROM column_check)
         AS c(all_of_them, privileges, different)
$$;
-- How many relations and columns the catalogs have differs from version to version: shown is that there are many of
-- them, and which roles have more privileges than the first.
CREATE TEMPORARY TABLE result (
    n serial, role text DEFAULT current_user,
    relations bigint, of_relations bigint, columns bigint, of_columns bigint, different bigint
);
GRANT INSERT ON result TO PUBLIC;
GRANT USAGE ON SEQUENCE result_n_seq TO PUBLIC;
SELECT format('SET ROLE %I', role),
       'INSERT INTO result (relations, of_relations, columns, of_columns, different) SELECT * FROM pg_temp.compare()'
FROM unnest('{regress_nobody,regress_columns,regress_outsider,regress_owner,regress_member,regress_reader,
              regress_writer,postgres}'::text[]) AS role
\gexec
RESET ROLE;
SELECT role, relations > 200 AS many_relations, columns > 2000 AS many_columns,
       of_relations - first_value(of_relations) OVER (ORDER BY n) > 0 AS more_on_relations_than_nobody,
       of_columns - first_value(of_columns) OVER (ORDER BY n) > 0 AS more_on_columns_than_nobody, different
FROM result ORDER BY n;

-- All of it in a read-only transaction, as a role that has no right at all.
BEGIN READ ONLY;
SET LOCAL ROLE regress_nobody;
SELECT json_array_length(msar.get_schema_table_details(oid)) AS relations FROM pg_namespace WHERE nspname = 'guarded';
SELECT msar.get_table_details(:secret)->>'name' AS details, msar.get_table(:secret)->>'name' AS "table",
       jsonb_array_length(msar.get_column_info(:secret)) AS columns,
       (SELECT count(*) FROM msar.get_constraints_for_table(:secret)) AS constraints,
       msar.get_tab_col_info_map(jsonb_build_object(:'secret', ARRAY[1]))
         #>> ARRAY[:'secret', 'columns', '1', 'name'] AS info_map,
       (SELECT jsonb_array_length(msar.get_table_info(oid)) FROM pg_namespace WHERE nspname = 'guarded') AS tables;
-- To read rows is another matter.
SELECT * FROM guarded.secret;
ROLLBACK;

DROP OWNED BY regress_owner, regress_columns, regress_nobody;
DROP ROLE regress_owner, regress_member, regress_outsider, regress_columns, regress_reader, regress_writer,
          regress_nobody;
