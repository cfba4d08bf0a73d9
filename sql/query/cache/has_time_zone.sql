-- Whether PostgreSQL has a time zone. $1: {"name"}
SELECT to_jsonb(EXISTS (SELECT FROM pg_catalog.pg_timezone_names AS z WHERE z.name = $1->>'name'))
