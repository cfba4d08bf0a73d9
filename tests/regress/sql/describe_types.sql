-- needs citext hstore
-- How the type of a column is told: type, type_options, type_full, ui_type, enum_values, domain and collation.
\pset null '(null)'
SET client_min_messages = warning; -- shell types are announced
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE SCHEMA kinds;
SET search_path = kinds, public;

CREATE FUNCTION pg_temp.types(tab regclass)
RETURNS TABLE (name text, type text, type_options json, type_full text, ui_type text) LANGUAGE sql AS
$$
  SELECT c.* FROM msar.get_table_details(tab) AS t,
    json_to_recordset(t->'columns') AS c(name text, type text, type_options json, type_full text, ui_type text)
$$;

-- Numbers. A scale may be negative, or larger than the precision.
CREATE TABLE numbers (
    smallint smallint, integer integer, bigint bigint, real real, double double precision, oid_ oid, money money,
    numeric numeric, numeric_8_2 numeric(8,2), numeric_5 numeric(5), numeric_1000_1000 numeric(1000,1000)
);
SELECT * FROM pg_temp.types('numbers');
DO $$ -- PostgreSQL 15 brought negative scales
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        ALTER TABLE numbers ADD numeric_3_minus_6 numeric(3,-6), ADD numeric_2_5 numeric(2,5);
    END IF;
END $$;
SELECT * FROM pg_temp.types('numbers') WHERE name IN ('numeric_3_minus_6', 'numeric_2_5');

-- Text and bits.
CREATE TABLE texts (
    text text, varchar varchar, varchar_10 varchar(10), char char, char_3 char(3), bpchar bpchar, one_byte "char",
    name name, bit bit, bit_8 bit(8), varbit varbit, varbit_12 varbit(12), citext citext
);
SELECT * FROM pg_temp.types('texts');

-- Dates and times.
CREATE TABLE times (
    date date, time time, time_0 time(0), timetz timetz, timetz_3 timetz(3), timestamp timestamp,
    timestamp_6 timestamp(6), timestamptz timestamptz, timestamptz_1 timestamptz(1)
);
SELECT * FROM pg_temp.types('times');

-- Intervals: every range of fields, every place where a precision fits.
CREATE TABLE intervals (
    plain interval, precise interval(3), a interval year, b interval month, c interval day, d interval hour,
    e interval minute, f interval second, g interval second(2), h interval year to month, i interval day to hour,
    j interval day to minute, k interval day to second, l interval day to second(0), m interval hour to minute,
    n interval hour to second, o interval hour to second(4), p interval minute to second, q interval minute to second(1)
);
SELECT * FROM pg_temp.types('intervals');

-- Everything else that PostgreSQL brings along.
CREATE TABLE others (
    boolean boolean, uuid uuid, bytea bytea, json json, jsonb jsonb, xml xml, tsvector tsvector, inet inet, point point,
    regclass regclass, int2vector int2vector, oidvector oidvector, int4range int4range, tstzrange tstzrange,
    nummultirange nummultirange, hstore hstore
);
SELECT * FROM pg_temp.types('others');

-- Arrays, however many dimensions they are declared with.
CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy');
CREATE TABLE arrays (
    integers integer[], matrix integer[3][3], texts text[], varchars varchar(10)[], chars char(2)[],
    numerics numeric(6,2)[], any_numerics numeric[], bits bit(4)[], varbits varbit(5)[], times time(1)[],
    timestamps timestamptz(2)[], intervals interval day to second(3)[], jsons jsonb[], moods mood[],
    ranges daterange[]
);
SELECT * FROM pg_temp.types('arrays');

-- Enums: labels in sort order, which need not be the order of creation. A type off the search_path is qualified.
ALTER TYPE mood ADD VALUE 'neutral' BEFORE 'happy';
CREATE SCHEMA elsewhere;
CREATE TYPE elsewhere."Light's" AS ENUM ('red', 'gr"een');
CREATE DOMAIN mood_domain AS mood CHECK (VALUE <> 'sad');
CREATE DOMAIN mood_again AS mood_domain;
CREATE DOMAIN moods AS mood[];
CREATE TABLE enums (
    mood mood, light elsewhere."Light's", lights elsewhere."Light's"[], mood_domain mood_domain, mood_again mood_again,
    moods moods
);
SELECT name, type, type_options, type_full, ui_type, c.enum_values
FROM pg_temp.types('enums'),
     LATERAL (SELECT e->>'enum_values' FROM json_array_elements(msar.get_table_details('enums')->'columns') AS e
              WHERE e->>'name' = name) AS c(enum_values);
SET search_path = elsewhere;
SELECT * FROM pg_temp.types('kinds.enums');
SET search_path = kinds, public;

-- Domains: the ultimate base type with its modifiers, and the checks and NOT NULL of the whole chain, inner ones first.
CREATE DOMAIN amount AS numeric(8,2) CONSTRAINT z_positive CHECK (VALUE >= 0) CONSTRAINT a_small CHECK (VALUE < 1000);
CREATE DOMAIN price AS amount NOT NULL CONSTRAINT m_cents CHECK (VALUE = round(VALUE, 2));
CREATE DOMAIN tags AS varchar(8)[] CHECK (cardinality(VALUE) < 5);
CREATE DOMAIN short_tags AS tags CHECK (VALUE[1] <> '');
CREATE DOMAIN nickname AS citext;
CREATE DOMAIN period AS daterange;
CREATE TABLE domains (amount amount, price price, tags short_tags, nickname nickname, period period, prices price[]);
SELECT * FROM pg_temp.types('domains');
SELECT c->>'name' AS name, c->'domain'->>'base_type' AS base_type, c->'domain'->>'not_null' AS not_null,
       c->>'nullable' AS nullable, c->'domain'->>'checks' AS checks
FROM msar.get_table_details('domains') AS t, json_array_elements(t->'columns') AS c;

-- Types of users. A base type is shown by its category; composites and pseudo-numbers of nobody's category are "other".
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE span AS RANGE (subtype = numeric);
CREATE TABLE row_of_table (x integer);
SELECT format($$
CREATE TYPE %1$I;
CREATE FUNCTION %1$I(cstring) RETURNS %1$I IMMUTABLE STRICT LANGUAGE internal AS 'int4in';
CREATE FUNCTION to_text(%1$I) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS 'int4out';
CREATE TYPE %1$I (INPUT = %1$I, OUTPUT = to_text, LIKE = integer, CATEGORY = %2$L)$$, name, category)
FROM (VALUES ('like_number', 'N'), ('like_boolean', 'B'), ('like_datetime', 'D'), ('like_timespan', 'T'),
             ('like_string', 'S'), ('like_user', 'U'), ('like_x', 'x')) AS kind(name, category)
\gexec
CREATE TABLE of_users (
    pair pair, pairs pair[], span span, row_of_table row_of_table, like_number like_number, like_boolean like_boolean,
    like_datetime like_datetime, like_timespan like_timespan, like_string like_string, like_user like_user,
    like_x like_x
);
SELECT * FROM pg_temp.types('of_users');

-- A collation is told when it is not that of the type.
CREATE COLLATION elsewhere.mine FROM "C";
CREATE DOMAIN c_text AS text COLLATE "C";
CREATE TABLE collations (
    plain text, c text COLLATE "C", mine varchar(5) COLLATE elsewhere.mine, c_array text[] COLLATE "C", number integer,
    domain c_text, domain_default c_text COLLATE "default", name name, name_default name COLLATE "default"
);
SELECT c->>'name' AS name, c->>'type_full' AS type_full, c->>'collation' AS collation
FROM msar.get_table_details('collations') AS t, json_array_elements(t->'columns') AS c;

-- Names of types, as a caller would have to write them: qualified off the search_path, quoted where needed. With a type
-- of a user in front of it, PostgreSQL's one of the same name is qualified.
CREATE TYPE elsewhere."Odd ""type""" AS (x integer);
CREATE TYPE elsewhere.date AS ENUM ('yesterday', 'today');
CREATE TABLE names (odd elsewhere."Odd ""type""", odds elsewhere."Odd ""type"""[], theirs elsewhere.date, ours date);
SELECT name, type, type_options, type_full FROM pg_temp.types('names');
SET search_path = elsewhere, pg_catalog;
SELECT name, type, type_options, type_full FROM pg_temp.types('kinds.names');
RESET search_path;
DROP SCHEMA kinds, elsewhere CASCADE;
