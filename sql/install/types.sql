-- Types for columns of users. Their checks are functions of the extension, bound when it is created: no search_path of
-- a session, nor that of a restore, can put another function in their place.

CREATE DOMAIN mathesar_types.email AS text
  CONSTRAINT email_check CHECK (__msar.is_email(VALUE));

CREATE DOMAIN mathesar_types.mathesar_money AS numeric;

CREATE TYPE mathesar_types.multicurrency_money AS (value numeric, currency character(3));

CREATE DOMAIN mathesar_types.uri AS text
  CONSTRAINT uri_check CHECK (__msar.is_uri(VALUE));

CREATE DOMAIN mathesar_types.mathesar_json_array AS jsonb
  CONSTRAINT mathesar_json_array_check CHECK (pg_catalog.jsonb_typeof(VALUE) OPERATOR(pg_catalog.=) 'array');

CREATE DOMAIN mathesar_types.mathesar_json_object AS jsonb
  CONSTRAINT mathesar_json_object_check CHECK (pg_catalog.jsonb_typeof(VALUE) OPERATOR(pg_catalog.=) 'object');

CREATE TYPE msar.pkey_kind AS ENUM ('UUIDv4', 'IDENTITY');

CREATE FUNCTION msar.email_domain_name(email mathesar_types.email) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.split_part(email::text, '@', 2);

CREATE FUNCTION msar.uri_parts(uri text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.regexp_match(uri, '^(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?');

-- The state is the sum of the moments as vectors, each of length 1 and with the angle of its moment on the circle.
CREATE AGGREGATE msar.peak_time(value time) (
  SFUNC = __msar.add_time,
  STYPE = point,
  INITCOND = '(0,0)',
  FINALFUNC = __msar.peak_time_of,
  COMBINEFUNC = pg_catalog.point_add,
  PARALLEL = SAFE
);

CREATE AGGREGATE msar.peak_month(value date) (
  SFUNC = __msar.add_month,
  STYPE = point,
  INITCOND = '(0,0)',
  FINALFUNC = __msar.peak_month_of,
  COMBINEFUNC = pg_catalog.point_add,
  PARALLEL = SAFE
);
