-- Previews of Chinook: default templates, and those that people would write.
SELECT relname, msar.get_preview_template(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname;
SELECT p->>'preview' AS playlist_track
FROM jsonb_array_elements(msar.preview_rows('playlist_track', '[{"1": 1, "2": 3402}, {"1": 17, "2": 2095}]')) AS p;

SELECT msar.set_preview_template('album', '{title} ({artist_id})');
SELECT msar.set_preview_template('track', '{name} – {album_id} [{milliseconds}]');
SELECT msar.set_preview_template('customer', '{first_name} {last_name}, {company}');
SELECT msar.set_preview_template('invoice', '#{invoice_id:raw} {customer_id} {invoice_date}: {total}');
SELECT msar.set_preview_template('invoice_line', '{quantity} x {track_id} for {invoice_id.customer_id.support_rep_id}');
SELECT count(*) FROM msar.set_column_metadata('invoice', '[
  {"name": "total", "num_min_frac_digits": 2}, {"name": "invoice_date", "date_format": "DD Mon YYYY", "time_format": "HH24:MI"}]');
SELECT p->>'preview' AS track FROM jsonb_array_elements(msar.preview_rows('track', '[1, 2, 3503]')) AS p;
SELECT p->>'preview' AS invoice FROM jsonb_array_elements(msar.preview_rows('invoice', '[1, 412]')) AS p;
SELECT p->>'preview' AS invoice_line FROM jsonb_array_elements(msar.preview_rows('invoice_line', '[1, 2240]')) AS p;
SELECT p->>'preview' AS playlist_track
FROM jsonb_array_elements(msar.preview_rows('playlist_track', '[{"1": 1, "2": 3402}, {"1": 17, "2": 2095}]')) AS p;

-- The same as a statement by hand, for all rows.
SELECT format($$
  SELECT count(*) AS rows, count(*) FILTER (WHERE p.preview IS DISTINCT FROM
    concat(t.name, ' – ', a.title, ' (', r.name, ') [', t.milliseconds, ']')) AS differ
  FROM (%s) AS p JOIN track AS t USING (track_id) LEFT JOIN album AS a USING (album_id) LEFT JOIN artist AS r USING (artist_id)$$,
  msar.preview_template_sql('track')) AS statement \gset
:statement;
