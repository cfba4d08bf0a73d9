-- What PostgreSQL 18 brought: virtual generated columns, not-null constraints in pg_constraint, constraints that are
-- not enforced, and keys over periods. There is nothing to see on older versions.
SELECT current_setting('server_version_num')::int < 180000 AS too_old \gset
\if :too_old
\quit
\endif
\pset null '(null)'
CREATE SCHEMA since_18;
SET search_path = since_18;

-- A generated column may be computed when it is read.
CREATE TABLE made (
    a integer, virtual integer GENERATED ALWAYS AS (a * 2) VIRTUAL, stored integer GENERATED ALWAYS AS (a * 2) STORED
);
SELECT c->>'name' AS name, c->>'generated' AS generated, c->>'default' AS "default"
FROM msar.get_table_details('made') AS t, json_array_elements(t->'columns') AS c;

-- NOT NULL is told by the column, be it named, not yet validated or not inherited, and never listed as a constraint.
CREATE TABLE filled (
    key integer PRIMARY KEY, named integer CONSTRAINT must_have NOT NULL, alone integer NOT NULL NO INHERIT,
    later integer
);
ALTER TABLE filled ADD CONSTRAINT some_day NOT NULL later NOT VALID;
SELECT c->>'name' AS name, c->>'nullable' AS nullable
FROM msar.get_table_details('filled') AS t, json_array_elements(t->'columns') AS c;
SELECT (SELECT string_agg(conname, ', ' ORDER BY conname)
        FROM pg_constraint WHERE conrelid = 'filled'::regclass) AS stored,
       (SELECT string_agg(c->>'name', ', ') FROM json_array_elements(t->'constraints') AS c) AS told
FROM msar.get_table_details('filled') AS t;

-- NOT ENFORCED: the server neither checks it now nor did before, so it is not validated either.
CREATE TABLE loose (
    id integer PRIMARY KEY,
    parent integer CONSTRAINT loose_parent REFERENCES loose NOT ENFORCED,
    filled integer CONSTRAINT loose_filled REFERENCES filled NOT ENFORCED,
    size integer CONSTRAINT loose_size CHECK (size > 0) NOT ENFORCED
);
SELECT c->>'name' AS name, c->>'type' AS type, c->>'enforced' AS enforced, c->>'validated' AS validated,
       c->>'definition' AS definition
FROM msar.get_table_details('loose') AS t, json_array_elements(t->'constraints') AS c;
SELECT c->>'name' AS incoming, c->>'enforced' AS enforced
FROM msar.get_table_details('filled') AS t, json_array_elements(t->'incoming') AS c;

-- Keys over periods of time.
CREATE TABLE room (number int4range, valid daterange, PRIMARY KEY (number, valid WITHOUT OVERLAPS));
CREATE TABLE booking (
    room int4range, during daterange,
    CONSTRAINT booking_room FOREIGN KEY (room, PERIOD during) REFERENCES room (number, PERIOD valid)
);
SELECT tab, t->>'primary_key' AS primary_key, c->>'type' AS type, c->>'columns' AS columns,
       c->>'definition' AS definition
FROM unnest('{room,booking}'::regclass[]) AS tab, msar.get_table_details(tab) AS t,
     json_array_elements(t->'constraints') AS c;
SELECT c->'foreign_key'->>'columns' AS incoming
FROM msar.get_table_details('room') AS t, json_array_elements(t->'incoming') AS c;
