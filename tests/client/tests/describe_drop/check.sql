-- Compares what the functions tell of a DROP with what PostgreSQL does, for every relation and column of a database.
-- For a superuser, since it needs an event trigger.
SET client_min_messages = warning;

-- Keeps what the running DROP removes, for as long as its subtransaction lasts.
CREATE SCHEMA drop_check;
CREATE TABLE drop_check.dropped (object text);
CREATE FUNCTION drop_check.collect() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO drop_check.dropped
    SELECT object_type || ' ' || object_identity FROM pg_event_trigger_dropped_objects();
END $$;
CREATE EVENT TRIGGER collect ON sql_drop EXECUTE FUNCTION drop_check.collect();

-- What a DROP gives: the objects that it removes, or its SQLSTATE. Everything is rolled back.
CREATE FUNCTION drop_check.really(command text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    objects text[];
BEGIN
    EXECUTE command;
    SELECT array_agg(DISTINCT object COLLATE "C" ORDER BY object COLLATE "C") INTO objects FROM drop_check.dropped;
    RAISE EXCEPTION USING ERRCODE = 'RB000';
EXCEPTION
    WHEN SQLSTATE 'RB000' THEN RETURN objects;
    WHEN OTHERS THEN RETURN ARRAY[SQLSTATE];
END $$;

CREATE FUNCTION drop_check.foretold(obj regclass, attnum int) RETURNS text[] LANGUAGE plpgsql AS $$
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT ((d->>'kind') || ' ' || (d->>'identity')) COLLATE "C" AS object
        FROM jsonb_array_elements(msar.preview_drop(obj, attnum)) AS d
        -- Event triggers do not hear of the TOAST table of a temporary table.
        WHERE d->>'identity' !~ 'pg_toast_temp_'
        ORDER BY object
    );
EXCEPTION
    WHEN OTHERS THEN RETURN ARRAY[SQLSTATE];
END $$;

-- Every relation and column outside of the system, with the command that drops it.
CREATE VIEW drop_check.target AS
SELECT c.oid::regclass AS obj, a.attnum::int,
    CASE WHEN a.attnum IS NULL
        THEN format('DROP %s %s', k.keyword, c.oid::regclass)
        ELSE format('ALTER TABLE %s DROP COLUMN %I', c.oid::regclass, a.attname)
    END AS command
FROM pg_class AS c
JOIN (VALUES ('r', 'TABLE'), ('p', 'TABLE'), ('f', 'FOREIGN TABLE'), ('v', 'VIEW'), ('m', 'MATERIALIZED VIEW'),
    ('c', 'TYPE'), ('S', 'SEQUENCE'), ('i', 'INDEX'), ('I', 'INDEX')) AS k (relkind, keyword)
    ON k.relkind = c.relkind::text
LEFT JOIN LATERAL (
    SELECT NULL::int2 AS attnum, NULL::name AS attname
    UNION ALL
    SELECT a.attnum, a.attname FROM pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind NOT IN ('S', 'i', 'I')
) AS a ON true
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^(pg_catalog|pg_toast|information_schema|drop_check|msar|__msar|msar_catalog|mathesar_types)';

-- Every difference: what only one of the two says.
CREATE FUNCTION drop_check.differences()
RETURNS TABLE (target text, foretold_only text[], really_only text[]) LANGUAGE sql AS $$
    SELECT t.command,
        ARRAY(SELECT unnest(x.foretold) EXCEPT SELECT unnest(x.really)),
        ARRAY(SELECT unnest(x.really) EXCEPT SELECT unnest(x.foretold))
    FROM drop_check.target AS t,
        LATERAL (SELECT drop_check.foretold(t.obj, t.attnum), drop_check.really(t.command || ' CASCADE')) AS x
    WHERE x.foretold IS DISTINCT FROM x.really
$$;

-- The relations of which has_dependents is wrong.
CREATE FUNCTION drop_check.wrong_has_dependents()
RETURNS TABLE (target text, has_dependents boolean, really text[]) LANGUAGE sql AS $$
    SELECT t.command, d.has_dependents, x.really
    FROM drop_check.target AS t
    JOIN pg_class AS c ON c.oid = t.obj AND c.relkind NOT IN ('c', 'S', 'i', 'I')
    CROSS JOIN LATERAL (SELECT (msar.get_table_details(t.obj)->>'has_dependents')::boolean AS has_dependents) AS d
    CROSS JOIN LATERAL (SELECT drop_check.really(t.command) AS really) AS x
    WHERE t.attnum IS NULL AND (x.really = ARRAY['2BP01']) IS DISTINCT FROM d.has_dependents
$$;

-- The targets for which a plain DROP is refused, but no dependent is said to block it; or the other way round.
CREATE FUNCTION drop_check.wrong_blocks_drop()
RETURNS TABLE (target text, blocking text[], really text[]) LANGUAGE sql AS $$
    SELECT t.command, b.blocking, x.really
    FROM drop_check.target AS t
    CROSS JOIN LATERAL (
        SELECT ARRAY(
            SELECT d->>'identity' FROM jsonb_array_elements(msar.get_dependents(t.obj, t.attnum, NULL)) AS d
            WHERE (d->>'blocks_drop')::boolean
        ) AS blocking
    ) AS b
    CROSS JOIN LATERAL (SELECT drop_check.really(t.command) AS really) AS x
    WHERE (drop_check.really(t.command || ' CASCADE'))[1] NOT IN ('42P16', '42809', '2BP01')
        AND (x.really = ARRAY['2BP01']) <> (b.blocking <> '{}')
$$;
