-- Previews of Pagila's schema: every relation compiles, with default templates and with templates along all foreign keys.
SELECT c.relname, msar.get_preview_template(c.oid) AS template
FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
ORDER BY c.relname COLLATE "C";

-- A template of all columns, in which foreign key columns show rows, and one along each foreign key.
CREATE FUNCTION pg_temp.describe(relation regclass) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(format('{%s}', attname) || COALESCE('{' || attname || '.' || (
      SELECT f.attname FROM pg_constraint AS k JOIN pg_attribute AS f ON f.attrelid = k.confrelid AND f.attnum > 1 AND NOT f.attisdropped
      WHERE k.conrelid = a.attrelid AND k.contype = 'f' AND a.attnum = ANY (k.conkey) ORDER BY f.attnum DESC LIMIT 1) || '}', ''),
    ' ' ORDER BY attnum)
  FROM pg_attribute AS a WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped
$$;
CREATE TEMP TABLE done AS
SELECT c.oid::regclass AS relation, msar.set_preview_template(c.oid, pg_temp.describe(c.oid)) = pg_temp.describe(c.oid) AS reads_the_same
FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm');
SELECT count(*) > 30 AS many, bool_and(reads_the_same) AS read_the_same FROM done;
DO $$
DECLARE
  r regclass;
BEGIN
  FOR r IN SELECT relation FROM done JOIN pg_class ON oid = relation WHERE relkind <> 'm' LOOP
    EXECUTE msar.preview_template_sql(r);
  END LOOP;
END $$;
SELECT msar.get_preview_template('rental');
SELECT msar.get_preview_template('payment');
