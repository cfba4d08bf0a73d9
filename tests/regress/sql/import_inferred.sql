-- Inference takes columns for what a person would: what is not plainly a value of a type stays text.
CREATE SCHEMA readings;
SET search_path = readings;
CREATE TABLE v (n int, text text);
CREATE FUNCTION inferred(VARIADIC texts text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE v;
  INSERT INTO v SELECT 1, unnest(texts);
  RETURN msar.infer_table_column_data_types('v') #>> '{2,type}';
END $$;
SELECT texts, inferred(VARIADIC texts)
FROM (VALUES
  -- Telephone numbers, and numbers of persons, companies, computers.
  ('{+61 412 345 678}'::text[]), ('{+33 1 23 45 67 89,+61 412 345 678}'), ('{+61.412.345.678}'), ('{612 345 678,698 765 432}'),
  ('{51 824 753 556}'), ('{123.456.782}'), ('{192.168.100.200,10.168.100.101}'), ('{+4917112345678}'),
  -- Numbers all the same.
  ('{1 234 567,98 765 432}'), ('{+1 234,-500}'), ('{"+1,234,567"}'), ('{1.5e-07,1e+20}'), ('{2.5,NaN,Infinity}'),
  -- Names with dots and colons.
  ('{README.md}'), ('{Main.java,com.acme.app}'), ('{ASP.NET}'), ('{v1.dev}'), ('{smith:jones}'), ('{localhost:8080}'), ('{GO:0008150}'),
  ('{example.org}'), ('{lodash@4.17.21}'), ('{jane@localhost}'), ('{jane@example.org}'),
  ('{https://example.org/A,www.example.org,example.org/a,mailto:jane@example.org}'),
  -- One word does not tell true from false.
  ('{F,F}'), ('{NO,NO}'), ('{T}'), ('{y}'), ('{1,1}'), ('{on}'), ('{true}'), ('{F,t}'), ('{no,Y}'), ('{0,1}'),
  -- What casts to date take.
  ('{2007-May-29,May-29-2007,May-2007-29,29-May-2007}'), ('{"29 May 2007","May 29, 2007","2007 May 29"}'),
  -- What we print ourselves.
  ('{2024-01-05 AD,0044-03-15 BC,infinity}'), ('{2024-01-05T10:00:00.0 AD}'), ('{2024-01-05T10:00:00.0Z AD,2024-01-05T10:00:00.5+05:30 AD}'),
  ('{P0Y0M0DT-36H-15M0S}'), ('{10:00:00.0,24:00:00.0}'), (ARRAY['{"value": 1.50, "currency": "EUR"}']), (ARRAY['["a", 1]'])
) AS t (texts);

-- What the cast to date takes, inference knows, and the other way round: all orders of the parts, with the separators that
-- people use, with an era and without. Two digits for the year say too little, and words are no dates. With dots, nobody
-- writes the month first.
CREATE TABLE forms AS
SELECT form || era AS form
FROM (VALUES ('2007', 'May', '29'), ('2007', 'may', '9'), ('2007', 'September', '09'), ('2007', '5', '29'), ('2007', '05', '09')) AS part (y, m, d),
  unnest('{-,/,.," "}'::text[]) AS sep,
  LATERAL (VALUES (y || sep || m || sep || d), (y || sep || d || sep || m), (d || sep || m || sep || y), (d || sep || y || sep || m), (m || sep || d || sep || y),
    (m || sep || y || sep || d), (m || sep || d || ',' || sep || y)) AS f (form),
  unnest('{""," AD"," BC"}'::text[]) AS era;
CREATE FUNCTION as_date(form text) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
  date_order text;
BEGIN
  FOREACH date_order IN ARRAY '{DMY,MDY}'::text[] LOOP
    BEGIN
      RETURN msar.cast_to_date(form, date_order);
    EXCEPTION WHEN OTHERS THEN
    END;
  END LOOP;
  RETURN NULL;
END $$;
CREATE FUNCTION is_date(form text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF inferred(form) = 'date' THEN
    RETURN true;
  END IF;
  RETURN COALESCE(msar.infer_table_column_data_types('v') #>> '{2,undecided,type}', '') = 'date';
END $$;
SELECT count(*) AS forms, count(*) FILTER (WHERE as_date(form) IS NOT NULL) AS castable, count(*) FILTER (WHERE is_date(form)) AS inferred FROM forms;
SELECT form AS inferred_but_not_castable FROM forms WHERE is_date(form) AND as_date(form) IS NULL ORDER BY 1;
SELECT form AS castable_but_not_inferred FROM forms WHERE NOT is_date(form) AND as_date(form) IS NOT NULL ORDER BY 1;
