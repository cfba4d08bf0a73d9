-- Chinook as text, and back: every column is given the type that it had, or a better one.
SET DateStyle = 'ISO, MDY';
CREATE SCHEMA exported;
DO $$
DECLARE
  t record;
BEGIN
  FOR t IN
    SELECT c.oid::regclass AS name, relname, string_agg(format('%I::text', attname), ', ' ORDER BY attnum) AS columns
    FROM pg_class AS c JOIN pg_attribute AS a ON attrelid = c.oid AND attnum > 0
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    GROUP BY c.oid
  LOOP
    EXECUTE format('CREATE TABLE exported.%I AS SELECT %s FROM %s', t.relname, t.columns, t.name);
  END LOOP;
END
$$;

-- Numbers come back as numeric, and timestamps, which are all at midnight, as dates.
SELECT original.type, inferred.type AS inferred, count(*), string_agg(relname || '.' || attname, ' ' ORDER BY relname, attnum)
    FILTER (WHERE (original.type, inferred.type) NOT IN (('integer', 'numeric'), ('character varying', 'text'))) AS columns
FROM pg_class AS c
JOIN pg_attribute AS a ON attrelid = to_regclass(format('public.%I', relname)) AND attnum > 0
CROSS JOIN format_type(atttypid, NULL) AS original(type)
CROSS JOIN msar.infer_table_column_data_types(c.oid) AS suggested
CROSS JOIN LATERAL (SELECT suggested #>> ARRAY[attnum::text, 'type']) AS inferred(type)
WHERE relnamespace = 'exported'::regnamespace
GROUP BY original.type, inferred.type
ORDER BY original.type, inferred.type;

-- Retyped as suggested, nothing is lost.
DO $$
DECLARE
  t regclass;
  different bigint;
BEGIN
  FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'exported'::regnamespace LOOP
    EXECUTE COALESCE(__msar.retype_statement(t, msar.infer_table_column_data_types(t)), 'SELECT 1');
    EXECUTE (
      SELECT format('SELECT count(*) FROM (TABLE public.%1$I EXCEPT ALL SELECT %2$s FROM exported.%1$I) AS x', relname,
        string_agg(format('%I::%s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum))
      FROM pg_class AS c JOIN pg_attribute AS a ON attrelid = to_regclass(format('public.%I', relname)) AND attnum > 0
      WHERE c.oid = t
      GROUP BY relname
    ) INTO different;
    IF different > 0 THEN
      RAISE '% rows of % differ', different, t;
    END IF;
  END LOOP;
END
$$;
