-- Records of Chinook: 15,607 rows in 11 tables, all of which are listed in full and compared with plain SQL.
\pset tuples_only on
\pset format unaligned
CREATE FUNCTION pg_temp.check(tab regclass, OUT rows bigint, OUT equal boolean, OUT linked boolean, OUT exported boolean) LANGUAGE plpgsql AS
$$
DECLARE
  page jsonb := msar.list_records_from_table(tab, NULL, NULL, NULL, NULL, NULL, NULL, true);
  columns text; wrong bigint; fkey record;
BEGIN
  rows := page->>'count';
  -- Every value, as to_jsonb has it; there is no type here of another form but timestamp.
  SELECT string_agg(format('%L, %s', attnum, CASE WHEN atttypid = 'timestamp'::regtype THEN format('to_char(%I, ''YYYY-MM-DD"T"HH24:MI:SS.0 AD'')', attname) ELSE quote_ident(attname) END), ', ')
  INTO columns FROM pg_attribute WHERE attrelid = tab AND attnum > 0;
  EXECUTE format('SELECT count(*) FROM (SELECT jsonb_build_object(%s) FROM %s EXCEPT SELECT r FROM jsonb_array_elements($1) AS r) AS x', columns, tab)
    INTO wrong USING page->'results';
  equal := wrong = 0 AND jsonb_array_length(page->'results') = rows;
  -- The preview of every row that is linked to is that which the other table gives of it.
  linked := true;
  FOR fkey IN SELECT conkey[1] AS attnum, confrelid FROM pg_constraint WHERE conrelid = tab AND contype = 'f' LOOP
    linked := linked AND page->'linked_record_summaries'->fkey.attnum::text = (
      SELECT COALESCE(jsonb_object_agg(s.key, s.value), '{}')
      FROM jsonb_each(msar.list_records_from_table(fkey.confrelid, NULL, NULL, NULL, NULL, NULL, NULL, true)->'record_summaries') AS s
      WHERE s.key IN (SELECT r->>fkey.attnum::text FROM jsonb_array_elements(page->'results') AS r));
  END LOOP;
  exported := page->'results' = (SELECT jsonb_agg(r) FROM (SELECT msar.get_table_columns_and_records(tab, NULL, NULL, NULL, NULL) AS r OFFSET 1) AS e);
END
$$;
SELECT relname, c.* FROM pg_class, pg_temp.check(oid) AS c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname;

-- What a client of a music shop asks.
SELECT jsonb_pretty(msar.list_records('invoice_line', '{"limit": 2, "order": [{"column": "unit_price", "direction": "desc"}], "filter": {"type": "greater", "args": [{"type": "column", "value": "unit_price"}, {"type": "literal", "value": 0.99}]}}'));
SELECT msar.set_preview_template('track', '{name} ({album_id.title}, {album_id.artist_id.name})');
SELECT msar.list_records('playlist_track', '{"limit": 2, "after": {"1": 5, "2": 100}, "count": "none"}');
SELECT r->'summary' FROM jsonb_array_elements(msar.list_by_record_summaries('track'::regclass, 5, 0, 'iron maiden)')->'results') AS r;
SELECT msar.search_records_from_table('customer'::regclass, '[{"attnum": 3, "literal": "schneider"}, {"attnum": 8, "literal": "germany"}]', 2)->'results';
