-- A sale in a schema that everybody knows: the records of an application, written as a client would.
\pset format unaligned
\pset tuples_only on
\set VERBOSITY default
\set SHOW_CONTEXT never

-- A new album of a new artist with its first track, from one form.
SELECT msar.form_insert(jsonb_agg(jsonb_build_object('key', key, 'parent_key', parent, 'table_oid', attrelid::bigint, 'column_attnum', attnum, 'depth', depth)),
  '{"name": "Blue Rondo", "album": {"type": "create"}, "title": "Time Out", "artist": {"type": "create"}, "artist_name": "Dave Brubeck",
    "media": {"type": "pick", "value": 1}, "genre": 2, "ms": 404000, "price": "0.99"}')
FROM (VALUES ('name', NULL, 'track', 'name', 0), ('album', NULL, 'track', 'album_id', 0), ('media', NULL, 'track', 'media_type_id', 0), ('genre', NULL, 'track', 'genre_id', 0),
  ('ms', NULL, 'track', 'milliseconds', 0), ('price', NULL, 'track', 'unit_price', 0), ('title', 'album', 'album', 'title', 1), ('artist', 'album', 'album', 'artist_id', 1),
  ('artist_name', 'artist', 'artist', 'name', 2)) AS f (key, parent, tab, col, depth)
JOIN pg_attribute ON attrelid = tab::regclass AND attname = col;
SELECT track.name, title, artist.name FROM track JOIN album USING (album_id) JOIN artist USING (artist_id) WHERE milliseconds = 404000;
-- The other tracks, at once.
SELECT msar.add_records('track', jsonb_agg(jsonb_build_object('name', name, 'milliseconds', ms, 'media_type_id', 1, 'unit_price', 0.99, 'album_id', (SELECT max(album_id) FROM album))))
FROM (VALUES ('Take Five', 324000), ('Three to Get Ready', 324000)) AS t (name, ms);
-- An invoice, with what it links to.
SELECT jsonb_pretty(msar.add_record_to_table('invoice'::regclass, '{"customer_id": 5, "invoice_date": "2026-03-31T10:00:00.0 AD", "total": 1.98}', true));
SELECT msar.add_records('invoice_line', '[{"2": 413, "3": 3504, "4": 0.99, "5": 1}, {"2": 413, "3": 3505, "4": 0.99, "5": 1}]');
SELECT msar.patch_record_in_table('invoice'::regclass, 413, '{"billing_city": "Praha", "3": "2026-04-01T10:00:00.0 AD"}')->'results';
SELECT msar.patch_record_in_table('invoice'::regclass, 413, '{"customer_id": 999}');
-- A mapping table: its key is both columns, and previews tell what they mean.
SELECT msar.add_record_to_table('playlist_track'::regclass, '{"1": 1, "2": 3504}')->'linked_record_summaries';
SELECT msar.patch_record_in_table('playlist_track'::regclass, '{"1": 1, "2": 3504}', '{"2": 3505}')->'results';
SELECT msar.delete_records_from_table('playlist_track'::regclass, '[{"playlist_id": 1, "track_id": 3505}, {"1": 1, "2": 3504}]');
-- What others refer to stays.
SELECT msar.delete_records_from_table('track'::regclass, '[3506, 3505]');
SELECT msar.delete_records_from_table('track'::regclass, '[3506]');
