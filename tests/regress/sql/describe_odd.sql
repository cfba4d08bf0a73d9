-- Odd names, odd tables, odd constraints; and what is no table at all.
\pset null '(null)'
SET client_min_messages = warning;

-- Names: any character but NUL, up to 63 bytes. In a document they stand unquoted; relations come in byte order.
CREATE SCHEMA "odd ""names"". 🐘";
SET search_path = "odd ""names"". 🐘";
CREATE TABLE "Z" (id integer PRIMARY KEY);
CREATE TABLE a ();
CREATE TABLE "a.b" ("col.umn" text, "Quo""ted" integer REFERENCES "Z" CHECK ("Quo""ted" > 0), " blank " text, "tab	line
feed" text, "back\slash" text, "{brace}" text, "semi;colon'--" text DEFAULT '";''', "💡 idée" text);
CREATE TABLE "select" ("from" integer);
CREATE TABLE "éé" ("ß" text);
SELECT format('CREATE TABLE %I (%I text, CONSTRAINT %I UNIQUE (%2$I))',
              repeat('é', 30) || 'abc', repeat('x', 63), repeat('🐘', 15) || 'key') \gexec
SELECT t->>'name' AS name, octet_length(t->>'name') AS bytes,
       (t->>'schema')::oid::regnamespace AS schema, t->>'primary_key' AS primary_key
FROM json_array_elements(msar.get_schema_table_details('"odd ""names"". 🐘"')) AS t;
SELECT c->>'id' AS id, c->>'name' AS name, c->'default'->>'value' AS "default"
FROM msar.get_table_details('"a.b"') AS t, json_array_elements(t->'columns') AS c;
SELECT c->>'name' AS name, c->>'definition' AS definition, c->'foreign_key'->>'columns' AS columns,
       c->'foreign_key'->'table'->>'schema' AS schema, c->'foreign_key'->'table'->>'name' AS of_table
FROM msar.get_table_details('"a.b"') AS t, json_array_elements(t->'constraints') AS c;

-- In the template of a preview a name stands in double quotes where it would be mistaken for something else.
CREATE SCHEMA preview;
SELECT format('CREATE TABLE preview.%I (%I text)', 'p' || n, name)
FROM unnest(ARRAY['plain', 'Upper', 'two words', 'a.b', 'a:b', '{', '}', 'a"b', ' before', 'after ', 'ü', '''', '\'])
     WITH ORDINALITY AS x(name, n) \gexec
SELECT t->'columns'->0->>'name' AS name, t->'preview_settings'->>'template' AS template
FROM json_array_elements(msar.get_schema_table_details('preview')) AS t ORDER BY substr(t->>'name', 2)::int;

-- Which column stands for a row: the first of string category (domains count by their own category), else the first.
CREATE DOMAIN preview.label AS varchar(9);
CREATE TABLE preview.q1 (id integer, label preview.label, name text);
CREATE TABLE preview.q2 (id integer, tags text[], since date);
CREATE TABLE preview.q3 ();
SELECT t->>'name' AS name, t->'preview_settings' AS preview_settings
FROM json_array_elements(msar.get_schema_table_details('preview')) AS t WHERE t->>'name' LIKE 'q%';

CREATE SCHEMA odd;
SET search_path = odd;

-- A short view of what a table looks like.
CREATE FUNCTION pg_temp.shape(tab regclass)
RETURNS TABLE (kind text, partition_of regclass, columns text, primary_key text, constraints text, incoming text)
LANGUAGE sql AS
$$
  SELECT t->>'kind', (t->>'partition_of')::oid::regclass,
         (SELECT string_agg(c->>'id' || ' ' || (c->>'name'), ', ') FROM json_array_elements(t->'columns') AS c),
         t->>'primary_key',
         (SELECT string_agg(c->>'name', ', ') FROM json_array_elements(t->'constraints') AS c),
         (SELECT string_agg(c->>'name', ', ') FROM json_array_elements(t->'incoming') AS c)
  FROM msar.get_table_details(tab) AS t
$$;

-- No columns, and as many as PostgreSQL allows.
CREATE TABLE empty ();
SELECT t->>'columns' AS columns, t->>'primary_key' AS primary_key, t->>'constraints' AS constraints
FROM msar.get_table_details('empty') AS t;
DO $$
BEGIN
    EXECUTE (SELECT format('CREATE TABLE wide (%s)', string_agg(format('c%s numeric(6,2) DEFAULT %1$s', n), ', '))
             FROM generate_series(1, 1600) AS n);
END $$;
SELECT count(*) AS columns, bool_and(c->>'name' = 'c' || n AND c->>'id' = n::text) AS in_order,
       sum((c->'default'->>'value')::numeric) AS defaults
FROM msar.get_table_details('wide') AS t, json_array_elements(t->'columns') WITH ORDINALITY AS x(c, n);

-- Dropped columns leave gaps in the attnums: of the table, of its keys and of the keys that refer to it.
CREATE TABLE gaps (gone1 integer, a integer, gone2 integer, b integer, gone3 integer, PRIMARY KEY (b, a));
ALTER TABLE gaps DROP gone1, DROP gone2, DROP gone3;
ALTER TABLE gaps ADD gone1 text COMPRESSION pglz;
CREATE TABLE to_gaps (
    gone integer, x integer, y integer, CONSTRAINT to_gaps_fk FOREIGN KEY (y, x) REFERENCES gaps (a, b)
);
ALTER TABLE to_gaps DROP gone;
SELECT tab, s.* FROM unnest('{gaps,to_gaps}'::regclass[]) AS tab, pg_temp.shape(tab) AS s;
SELECT f->'foreign_key'->>'columns' AS columns
FROM msar.get_table_details('gaps') AS t, json_array_elements(t->'incoming') AS f;

-- Inheritance: a child has the columns of its parents, and its own copy of their checks; it is no partition.
CREATE TABLE parent (id integer PRIMARY KEY, name text NOT NULL DEFAULT 'x', CONSTRAINT named CHECK (name <> ''));
CREATE TABLE mother (id integer, born date);
CREATE TABLE child (extra integer) INHERITS (parent, mother);
SELECT tab, s.* FROM unnest('{parent,mother,child}'::regclass[]) AS tab, pg_temp.shape(tab) AS s;

-- Partitions of partitions, with a foreign table among them; foreign keys from and to partitioned tables. The copies
-- that PostgreSQL makes of these keys for each partition (there are many) are left out.
CREATE FOREIGN DATA WRAPPER regress_wrapper;
CREATE SERVER regress_server FOREIGN DATA WRAPPER regress_wrapper;
CREATE TABLE target (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE target_1 PARTITION OF target FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (id);
CREATE TABLE target_1_1 PARTITION OF target_1 FOR VALUES FROM (0) TO (50);
CREATE TABLE target_2 PARTITION OF target FOR VALUES FROM (100) TO (200);
CREATE TABLE source (
    id integer, target integer, CONSTRAINT source_target FOREIGN KEY (target) REFERENCES target,
    CONSTRAINT source_id CHECK (id >= 0)
) PARTITION BY LIST (id);
CREATE TABLE source_1 PARTITION OF source FOR VALUES IN (1);
CREATE TABLE source_2 PARTITION OF source FOR VALUES IN (2) PARTITION BY LIST (id);
CREATE TABLE source_2_1 PARTITION OF source_2 DEFAULT;
CREATE TABLE plain (id integer, CONSTRAINT plain_target FOREIGN KEY (id) REFERENCES target,
                    CONSTRAINT plain_direct FOREIGN KEY (id) REFERENCES target_2);
CREATE TABLE spread (id integer) PARTITION BY LIST (id);
CREATE FOREIGN TABLE spread_far PARTITION OF spread DEFAULT SERVER regress_server;
CREATE FOREIGN TABLE far (id integer OPTIONS (name 'x') NOT NULL, CHECK (id > 0)) SERVER regress_server;
SELECT count(*) > 5 AS many_copies FROM pg_constraint WHERE connamespace = 'odd'::regnamespace AND conparentid <> 0;
SELECT t->>'name' AS name, t->>'type' AS type, s.*
FROM json_array_elements(msar.get_schema_table_details('odd')) AS t, pg_temp.shape((t->>'oid')::oid) AS s
WHERE t->>'name' ~ '^(target|source|plain|spread|far)';

-- A partition that is detached is a table again, and keys that were copies are its own. Attaching does the reverse.
CREATE TABLE source_3 (id integer, target integer, CONSTRAINT own_key FOREIGN KEY (target) REFERENCES target);
SELECT tab, s.kind, s.partition_of, s.constraints
FROM unnest('{source_1,source_3}'::regclass[]) AS tab, pg_temp.shape(tab) AS s;
ALTER TABLE source DETACH PARTITION source_1;
ALTER TABLE source_3 ADD CONSTRAINT source_id CHECK (id >= 0);
ALTER TABLE source ATTACH PARTITION source_3 FOR VALUES IN (3);
SELECT tab, s.kind, s.partition_of, s.constraints
FROM unnest('{source_1,source_3}'::regclass[]) AS tab, pg_temp.shape(tab) AS s;
SELECT s.incoming FROM pg_temp.shape('target') AS s;

-- A typed table, an unlogged one, a table of a temporary schema, and a recursive view.
CREATE TYPE person AS (name text, born date);
CREATE TABLE people OF person (PRIMARY KEY (name), born WITH OPTIONS DEFAULT '2000-01-01');
CREATE UNLOGGED TABLE hasty (id integer);
CREATE TEMPORARY TABLE brief (id integer PRIMARY KEY, parent integer REFERENCES brief) ON COMMIT DROP;
CREATE TEMPORARY TABLE brief (id integer PRIMARY KEY, parent integer REFERENCES brief);
CREATE RECURSIVE VIEW countdown (n) AS VALUES (3) UNION ALL SELECT n - 1 FROM countdown WHERE n > 0;
SELECT tab, s.* FROM unnest('{people,hasty,brief,countdown}'::regclass[]) AS tab, pg_temp.shape(tab) AS s;
SELECT t->>'name' AS name, (t->>'schema')::oid = pg_my_temp_schema() AS is_temporary
FROM json_array_elements(msar.get_schema_table_details(pg_my_temp_schema()::regnamespace)) AS t;

-- Constraints of every sort. Attnum 0 is an expression in an exclusion constraint, the whole row in a check.
CREATE TABLE keyed (
    a integer, b integer, c text, d int4range,
    CONSTRAINT keyed_pk PRIMARY KEY (b, a), CONSTRAINT keyed_c UNIQUE (c) INCLUDE (a),
    CONSTRAINT later UNIQUE (a) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT sometimes UNIQUE (c, b) DEFERRABLE,
    CONSTRAINT plain_index EXCLUDE (c WITH =),
    CONSTRAINT expression EXCLUDE USING gist (d WITH &&, int4range(a, b) WITH &&) WHERE (a < b),
    CONSTRAINT always CHECK (true), CONSTRAINT pair CHECK (b > 0 AND a > b AND a < 100),
    CONSTRAINT local CHECK (a > 0) NO INHERIT,
    CONSTRAINT whole_row CHECK (keyed IS NOT NULL)
);
CREATE TABLE refers (
    x integer, y integer, z text, parent integer UNIQUE, nobody integer,
    CONSTRAINT full_match FOREIGN KEY (x, y) REFERENCES keyed (b, a)
        MATCH FULL ON UPDATE SET NULL ON DELETE SET DEFAULT,
    CONSTRAINT other_order FOREIGN KEY (x, y) REFERENCES keyed (a, b) ON UPDATE RESTRICT ON DELETE CASCADE,
    CONSTRAINT to_unique FOREIGN KEY (z) REFERENCES keyed (c) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT to_itself FOREIGN KEY (nobody) REFERENCES refers (parent) DEFERRABLE
);
ALTER TABLE refers ADD CONSTRAINT not_yet FOREIGN KEY (z) REFERENCES keyed (c) NOT VALID,
                   ADD CONSTRAINT not_yet_checked CHECK (x > 0) NOT VALID;
SELECT tab, c->>'name' AS name, c->>'type' AS type, c->>'columns' AS columns, c->>'deferrable' AS deferrable,
       c->>'deferred' AS deferred, c->>'validated' AS validated, c->>'enforced' AS enforced
FROM unnest('{keyed,refers}'::regclass[]) AS tab, msar.get_table_details(tab) AS t,
     json_array_elements(t->'constraints') AS c;
SELECT c->>'name' AS name, f->>'match' AS match, f->>'on_update' AS on_update, f->>'on_delete' AS on_delete,
       (SELECT string_agg(format('%s %s = %s %s', p->>'attnum', p->>'name',
                                 p->>'referent_attnum', p->>'referent_name'), ', ')
        FROM json_array_elements(f->'columns') AS p) AS columns
FROM msar.get_table_details('refers') AS t, json_array_elements(t->'constraints') AS c,
     LATERAL (SELECT c->'foreign_key') AS x(f)
WHERE c->>'type' = 'foreignkey';
-- Back-links are the same objects, ordered by schema, table and name; the key of refers to itself is not among them.
CREATE SCHEMA "before";
CREATE TABLE "before".zz (z text CONSTRAINT zz_key REFERENCES keyed (c));
CREATE TABLE early (z text CONSTRAINT early_key REFERENCES keyed (c));
SELECT c->'foreign_key'->'table'->>'schema' AS schema, c->'foreign_key'->'table'->>'name' AS of_table,
       c->>'name' AS name
FROM msar.get_table_details('keyed') AS t, json_array_elements(t->'incoming') AS c;
SELECT json_array_length(t->'incoming') AS incoming_of_refers FROM msar.get_table_details('refers') AS t;
SELECT count(*) AS incoming, count(*) FILTER (WHERE own.c::text = back.c::text) AS same
FROM json_array_elements(msar.get_table_details('keyed')->'incoming') AS back(c)
LEFT JOIN json_array_elements(msar.get_table_details('refers')->'constraints') AS own(c)
    ON own.c->>'name' = back.c->>'name';

-- What has no rows for users is refused. So is what does not exist: with a word on where to look.
CREATE SEQUENCE counter;
CREATE INDEX some_index ON keyed (a);
CREATE INDEX parted_index ON target (id);
\set VERBOSITY default
SELECT msar.get_table_details('counter');
\echo :LAST_ERROR_SQLSTATE
SELECT msar.get_table_details('some_index');
\echo :LAST_ERROR_SQLSTATE
SELECT msar.get_table_details('parted_index');
\echo :LAST_ERROR_SQLSTATE
SELECT msar.get_table_details('person');
\echo :LAST_ERROR_SQLSTATE
SELECT reltoastrelid AS toast FROM pg_class WHERE oid = 'people'::regclass \gset
\set VERBOSITY sqlstate
SELECT msar.get_table_details(:toast);
\set VERBOSITY default
SELECT msar.get_table_details(2147483647::oid);
\echo :LAST_ERROR_SQLSTATE
SELECT msar.get_table_details(4294967295::oid);
SELECT msar.get_table_details(0::oid);
SELECT msar.get_table_details('no_such_table');
SELECT msar.get_schema_table_details(2147483647::oid);
\echo :LAST_ERROR_SQLSTATE
SELECT msar.get_schema_table_details(0::oid);
SELECT msar.get_schema_table_details('no_such_schema');
-- NULL in, NULL out.
SELECT msar.get_schema_table_details(NULL) IS NULL AS "schema", msar.get_table_details(NULL) IS NULL AS "table";
-- A schema without relations has an empty document; sequences and the like do not count.
CREATE SCHEMA bare;
CREATE SEQUENCE bare.counter;
CREATE TYPE bare.pair AS (a integer, b integer);
SELECT msar.get_schema_table_details('bare');
-- A dropped table is gone at once, in the same transaction too.
BEGIN;
CREATE TABLE bare.brief (id integer);
SELECT json_array_length(msar.get_schema_table_details('bare')) AS relations;
DROP TABLE bare.brief;
SELECT msar.get_schema_table_details('bare');
ROLLBACK;
DROP SERVER regress_server CASCADE;
DROP FOREIGN DATA WRAPPER regress_wrapper;
