-- Conditions that compare with now: a cache answers them by the calendar that its definition states, and as the same conditions
-- in SQL by hand do.
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
\i tests/regress/include/cache_studio.sql
SELECT msar.cache_apply_events('studio', '[{"id": 100, "event_type": "Some_Event", "created_at": "2024-01-01T00:00:00Z"}]') IS NOT NULL;

-- Around now: hours, days, weeks and months, and the ends of days in the time zone.
DELETE FROM public.upstream WHERE type = 'Shot';
INSERT INTO public.upstream
SELECT 'Shot', jsonb_build_object('id', 1000 + n, 'code', n::text, 'done', false, 'assets', '[]'::jsonb, 'due', (now() + d)::date,
  'updated_at', to_char((now() + d) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
FROM (
  SELECT row_number() OVER () AS n, d
  FROM (
    SELECT h * interval '1 hour' + interval '7 minutes' FROM generate_series(-60, 60, 3) AS h
    UNION ALL SELECT h * interval '1 day' + interval '11 minutes' FROM generate_series(-45, 45) AS h
    UNION ALL SELECT h * interval '1 month' + interval '3 days 13 minutes' FROM generate_series(-40, 40) AS h
  ) AS spans (d)
) AS spans
UNION ALL
SELECT 'Shot', '{"id": 999, "code": null, "done": false, "assets": [], "due": null, "updated_at": null}';
CALL scan();

-- Without a calendar nobody knows; what is no time zone is refused.
SELECT ids('Shot', '["due", "in_calendar_day", [0]]');
SELECT ids('Shot', '["updated_at", "in_last", [1, "DAY"]]');
SELECT msar.alter_cache('studio', '{"settings": {"calendar": {"time_zone": "Mars/Olympus"}}}');
SELECT msar.alter_cache('studio', '{"settings": {"calendar": {"time_zone": "Europe/Berlin", "week_starts_on": "friday"}}}');
SELECT msar.alter_cache('studio', '{"settings": {"calendar": {"week_starts_on": "sunday"}}}');

-- The ids that a condition in SQL finds, in which "today" and "now" are those of the time zone.
CREATE FUNCTION public.by_hand(condition text, zone text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  found text;
BEGIN
  PERFORM set_config('TimeZone', zone, true);
  EXECUTE format('SELECT COALESCE(string_agg(id::text, '' '' ORDER BY id), ''none'') FROM (SELECT s.id, s.due, s.updated_at AS at,
    date_trunc(''day'', statement_timestamp())::date AS today, statement_timestamp() AS now FROM studio.shot AS s) AS s WHERE %s', condition)
  INTO found;
  PERFORM set_config('TimeZone', 'UTC', true);
  RETURN found;
END $$;
CREATE PROCEDURE public.compare(zone text, week_start text) LANGUAGE plpgsql AS $$
DECLARE
  c record;
  wrong integer := 0;
  filled integer := 0;
BEGIN
  PERFORM msar.alter_cache('studio', jsonb_build_object('settings', jsonb_build_object('calendar',
    jsonb_build_object('time_zone', zone, 'week_starts_on', week_start))));
  FOR c IN
    SELECT replace(replace(f.asked, '?', n::text), '@', field) AS asked,
           replace(replace(replace(f.meant, '?', n::text), '@', CASE field WHEN 'due' THEN 'due' ELSE 'at::date' END), '#', CASE week_start WHEN 'sunday' THEN '1' ELSE '0' END) AS meant
    FROM (VALUES
      ('["@", "in_calendar_day", [?]]', '@ = today + ?'),
      ('["@", "in_calendar_week", [?]]', 'date_trunc(''week'', @ + #) = date_trunc(''week'', today + # + 7 * ?)'),
      ('["@", "in_calendar_month", [?]]', 'date_trunc(''month'', @) = date_trunc(''month'', today) + ? * interval ''1 month'''),
      ('["@", "in_calendar_year", [?]]', 'extract(year FROM @) = extract(year FROM today) + ?')
    ) AS f (asked, meant), unnest(ARRAY['due', 'updated_at']) AS field, unnest(ARRAY[-2, -1, 0, 1, 2]) AS n
    UNION ALL
    SELECT replace(replace(replace(f.asked, '?', n::text), '@', unit), '%', negation),
           replace(replace(CASE negation WHEN '' THEN f.meant ELSE '(' || f.meant || ') IS NOT TRUE' END, '?', n::text), '@', unit)
    FROM (VALUES
      ('["updated_at", "%in_last", [?, "@"]]', 'at BETWEEN now - ? * interval ''1 @'' AND now'),
      ('["updated_at", "%in_next", [?, "@"]]', 'at BETWEEN now AND now + ? * interval ''1 @'''),
      ('["due", "%in_last", [?, "@"]]', 'due BETWEEN today - ? * interval ''1 @'' AND today'),
      ('["due", "%in_next", [?, "@"]]', 'due BETWEEN today AND today + ? * interval ''1 @''')
    ) AS f (asked, meant), unnest('{HOUR,DAY,WEEK,MONTH,YEAR}'::text[]) AS unit, unnest(ARRAY[0, 1, 5]) AS n, unnest(ARRAY['', 'not_']) AS negation
    WHERE NOT (unit = 'HOUR' AND f.asked LIKE '%due%')
  LOOP
    IF ids('Shot', c.asked) <> by_hand(c.meant, zone) THEN
      wrong := wrong + 1;
      RAISE NOTICE '% (%): %, by hand: %', c.asked, zone, ids('Shot', c.asked), by_hand(c.meant, zone);
    END IF;
    filled := filled + (by_hand(c.meant, zone) NOT IN ('none', ''))::integer;
  END LOOP;
  RAISE NOTICE '%: % wrong, many not empty: %', zone, wrong, filled > 100;
END $$;
CALL compare('Europe/Berlin', 'monday');
CALL compare('America/New_York', 'sunday');
CALL compare('Asia/Kolkata', 'monday');

-- Other values are misses, and none of them is an error.
SELECT c, ids('Shot', c) FROM unnest(ARRAY[
  '["due", "in_last", [1, "HOUR"]]', '["due", "in_last", [1, "FORTNIGHT"]]', '["due", "in_last", [-1, "DAY"]]', '["due", "in_last", [9000000000, "YEAR"]]',
  '["due", "in_last", ["1", "DAY"]]', '["due", "in_last", [1]]', '["due", "in_last", [null]]', '["due", "in_last", [1.5, "DAY"]]',
  '["updated_at", "in_next", [2000000, "HOUR"]]', '["due", "in_calendar_year", [1001]]', '["due", "in_calendar_day", [-9223372036854775808]]',
  '["due", "in_calendar_hour", [0]]', '["due", "in_calendar_week", ["0"]]', '["code", "in_calendar_day", [0]]', '["done", "in_last", [1, "DAY"]]',
  '["project", "in_last", [1, "DAY"]]', '["id", "in_next", [1, "DAY"]]'
]) AS c;
-- Through links: what leads nowhere is in no day, and not among the last ones either.
SELECT ids('Task', '["entity.Shot.due", "in_calendar_day", [0]]'), ids('Task', '["entity.Shot.due", "not_in_last", [1, "DAY"]]');
