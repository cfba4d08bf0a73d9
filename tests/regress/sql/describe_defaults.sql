-- How the default of a column is told: a static one by its value, any other by its expression. No code of users runs.
\pset null '(null)'
CREATE SCHEMA defaults;
SET search_path = defaults;
SET TimeZone = 'UTC';
SET IntervalStyle = 'postgres_verbose'; -- no style changes what is told
SET DateStyle = 'SQL, DMY';

CREATE FUNCTION pg_temp.defaults(tab regclass)
RETURNS TABLE (name text, is_dynamic bool, value json, stored text) LANGUAGE sql AS
$$
  SELECT c.name, (c."default"->>'is_dynamic')::bool, c."default"->'value', pg_catalog.pg_get_expr(d.adbin, d.adrelid)
  FROM msar.get_table_details(tab) AS t
  CROSS JOIN json_to_recordset(t->'columns') AS c(id int, name text, "default" json)
  LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = tab AND d.adnum = c.id
  ORDER BY c.id
$$;

-- Numbers, booleans, strings. No default, and a default of NULL that PostgreSQL does not store, are null.
CREATE TABLE constants (
    "none" integer, "null" integer DEFAULT NULL, "int" integer DEFAULT 42, "minus" integer DEFAULT -42,
    "big" bigint DEFAULT 9007199254740993,
    "small" smallint DEFAULT 7, "numeric" numeric DEFAULT 1.50, "long" numeric DEFAULT 123456789012345678901234567890.5,
    "float" double precision DEFAULT 0.1, "real" real DEFAULT 1e10, "infinite" double precision DEFAULT '-infinity',
    "nan" numeric DEFAULT 'NaN',
    "oid" oid DEFAULT 42, "true" boolean DEFAULT true, "no" boolean DEFAULT 'no',
    "text" text DEFAULT 'it''s "quoted" \ ✓', "empty" text DEFAULT '', "one_byte" "char" DEFAULT 'x',
    "name" name DEFAULT 'n',
    "uuid" uuid DEFAULT 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', "bytea" bytea DEFAULT '\x00ff',
    "bits" bit(3) DEFAULT B'101', "money" money DEFAULT '1'
);
SELECT * FROM pg_temp.defaults('constants');

-- Modifiers are applied: the value is the one that a new row gets.
CREATE TABLE modified (
    price numeric(8,2) DEFAULT 1, rounded numeric(8,2) DEFAULT 1.005, thousands numeric(8,2) DEFAULT '1e3',
    limited varchar(10) DEFAULT 'abc',
    padded char(4) DEFAULT 'ab', whole integer DEFAULT 1.7, seconds time(0) DEFAULT '12:30:45.9',
    bits varbit(4) DEFAULT '101',
    too_long varchar(3) DEFAULT 'abcdef', blanks varchar(3) DEFAULT 'abc   ', too_large numeric(3,1) DEFAULT 12345,
    not_small smallint DEFAULT 100000,
    explicit text DEFAULT 7::text, via_float integer DEFAULT 1.5::float8, via_numeric text DEFAULT 1::numeric(5,3)::text
);
SELECT * FROM pg_temp.defaults('modified');

-- Dates and times, whatever DateStyle says.
CREATE TABLE times (
    "date" date DEFAULT '2024-02-29', "bc" date DEFAULT '0044-03-15 BC', "forever" date DEFAULT 'infinity',
    "late" date DEFAULT '20240-01-01',
    "time" time DEFAULT '09:00', "fraction" time DEFAULT '05:06:07.789', "midnight" time DEFAULT '24:00',
    "timetz" timetz DEFAULT '12:30:45+05:30', "utc" timetz DEFAULT '12:30Z',
    "timestamp" timestamp DEFAULT '2024-01-02 03:04:05.060', "never" timestamp DEFAULT '-infinity',
    "timestamptz" timestamptz DEFAULT '2024-07-01 12:00+00', "always" timestamptz DEFAULT 'infinity',
    "interval" interval DEFAULT '1 year 2 mons 3 days 04:05:06.7', "week" interval DEFAULT '7 days',
    "zero" interval DEFAULT '0',
    "back" interval DEFAULT '-1 mons +2 days -03:04:05.5', "hours" interval hour DEFAULT '90 minutes'
);
SELECT * FROM pg_temp.defaults('times');
-- A timestamptz is told in the time zone of the session.
SET TimeZone = 'Asia/Kolkata';
SELECT * FROM pg_temp.defaults('times') WHERE name = 'timestamptz';
SET TimeZone = 'America/New_York';
SELECT * FROM pg_temp.defaults('times') WHERE name = 'timestamptz';
SET TimeZone = 'UTC';

-- JSON is a string that holds the JSON; arrays are arrays, composites objects; the rest is text.
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE pair AS (id integer, "a name" text, since date);
CREATE TABLE structures (
    "json" json DEFAULT '{"a":  1}', "jsonb" jsonb DEFAULT '{"b": [1, null], "a": "x"}',
    "jsons" jsonb[] DEFAULT ARRAY['{}', '[1]']::jsonb[],
    "empty" text[] DEFAULT '{}', "texts" text[] DEFAULT '{a,NULL,"b c"}', "array" text[] DEFAULT ARRAY['a', 'b'],
    "none" text[] DEFAULT ARRAY[]::text[],
    "matrix" integer[] DEFAULT '{{1,2},{3,4}}', "nested" integer[] DEFAULT ARRAY[ARRAY[1, 2], ARRAY[3, 4]],
    "dates" date[] DEFAULT '{2024-01-01}',
    "chars" char(2)[] DEFAULT ARRAY['en'], "prices" numeric(6,2)[] DEFAULT ARRAY[1, 2.5],
    "mood" mood DEFAULT 'happy', "moods" mood[] DEFAULT '{sad,happy}', "mood_array" mood[] DEFAULT ARRAY['sad']::mood[],
    "pair" pair DEFAULT '(1,"x y",2024-01-01)', "range" int4range DEFAULT '[1,5]', "inet" inet DEFAULT '10.0.0.1/8',
    "point" point DEFAULT '(1,2)'
);
SELECT * FROM pg_temp.defaults('structures');

-- Anything that needs more than a built-in cast of a constant is dynamic, and told as PostgreSQL prints it.
CREATE SEQUENCE counter;
CREATE FUNCTION own() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE TABLE expressions (
    now timestamptz DEFAULT now(), today date DEFAULT CURRENT_DATE, "user" text DEFAULT CURRENT_USER,
    next bigint DEFAULT nextval('counter'),
    serial serial, own integer DEFAULT own(), sum integer DEFAULT 1 + 1, joined text DEFAULT 'x' || 'y',
    upper text DEFAULT upper('x'),
    choice text DEFAULT CASE WHEN true THEN 'a' END, list integer[] DEFAULT ARRAY[1, own()],
    random uuid DEFAULT gen_random_uuid(),
    row pair DEFAULT ROW(1, 'x', NULL), "either" integer DEFAULT COALESCE(NULL, 1),
    today_from_text date DEFAULT 'today'::text::date, clock timestamptz DEFAULT '2024-01-01'::text::timestamptz
);
SELECT * FROM pg_temp.defaults('expressions');

-- Identity columns of both kinds, and generated columns.
CREATE TABLE made (
    always integer GENERATED ALWAYS AS IDENTITY, by_default bigint GENERATED BY DEFAULT AS IDENTITY,
    a integer DEFAULT 2,
    twice integer GENERATED ALWAYS AS (a * 2) STORED
);
SELECT c->>'name' AS name, c->>'identity' AS identity, c->>'generated' AS generated, c->>'default' AS "default"
FROM msar.get_table_details('made') AS t, json_array_elements(t->'columns') AS c;
-- A column of a view may have a default of its own.
CREATE VIEW made_view AS SELECT a, twice FROM made;
ALTER VIEW made_view ALTER a SET DEFAULT 5;
SELECT * FROM pg_temp.defaults('made_view');

-- No code of users runs, however immutable it claims to be: a domain is peeled off without its checks, and what a cast,
-- function or operator of a user would make of the constant stays an expression. No NOTICE appears until a row is made.
CREATE FUNCTION shout(what text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'ran: %', what; RETURN true; END $$;
CREATE DOMAIN checked AS integer CHECK (shout('check of a domain'));
CREATE DOMAIN checked_again AS checked CHECK (shout('check of an outer domain'));
CREATE DOMAIN refusing AS text CHECK (VALUE = 'yes');
CREATE DOMAIN required AS text NOT NULL;
CREATE DOMAIN with_default AS integer DEFAULT 5;
CREATE DOMAIN euros AS numeric(8,2) CHECK (shout('check of euros'));
CREATE TYPE wrapped AS (n integer);
CREATE FUNCTION wrap(n integer) RETURNS wrapped
LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'ran: cast'; RETURN ROW(n)::wrapped; END $$;
CREATE CAST (integer AS wrapped) WITH FUNCTION wrap(integer) AS ASSIGNMENT;
CREATE FUNCTION plus(a wrapped, b wrapped) RETURNS wrapped
LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'ran: operator'; RETURN a; END $$;
CREATE OPERATOR + (LEFTARG = wrapped, RIGHTARG = wrapped, FUNCTION = plus);
CREATE TYPE shape AS ENUM ('round', 'square');
CREATE FUNCTION to_json(s shape) RETURNS json LANGUAGE plpgsql IMMUTABLE AS
$$ BEGIN RAISE NOTICE 'ran: cast to json'; RETURN '{}'::json; END $$;
CREATE CAST (shape AS json) WITH FUNCTION to_json(shape);
CREATE TABLE guarded (
    checked checked DEFAULT 1, twice checked_again DEFAULT 2, price euros DEFAULT 12.5, refused refusing DEFAULT 'no',
    missing required DEFAULT NULL,
    of_domain with_default, cast_by_user wrapped DEFAULT 3,
    operator_of_user wrapped DEFAULT '(1)'::wrapped + '(2)'::wrapped,
    function_of_user boolean DEFAULT shout('function'), checked_array checked[] DEFAULT ARRAY[1, 2]::checked[],
    checked_text checked DEFAULT '3'::text::checked, shape shape DEFAULT 'round'
);
SELECT * FROM pg_temp.defaults('guarded');
SELECT count(*) AS columns FROM jsonb_array_elements(msar.get_column_info('guarded')) AS c;
-- Whereas a row that is really inserted runs them.
INSERT INTO guarded (refused, missing) VALUES ('yes', '') RETURNING to_jsonb(shape) AS shape;

-- The other call that tells defaults gives the same.
SELECT count(*) AS columns, count(*) FILTER (WHERE c->'default' IS DISTINCT FROM (d->'default')::jsonb) AS different
FROM unnest('{constants,modified,times,structures,expressions,made,guarded}'::regclass[]) AS tab,
     jsonb_array_elements(msar.get_column_info(tab)) AS c,
     json_array_elements(msar.get_table_details(tab)->'columns') AS d
WHERE d->>'id' = c->>'id';
SET client_min_messages = warning;
DROP SCHEMA defaults CASCADE;
