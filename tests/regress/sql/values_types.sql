-- The types of mathesar_types, and what explorations group their values by.
BEGIN;
CREATE ROLE regress_typist;
GRANT CREATE ON SCHEMA public TO regress_typist;
SET ROLE regress_typist;

CREATE TABLE public.contact (
  mail mathesar_types.email,
  site mathesar_types.uri,
  fee mathesar_types.mathesar_money,
  price mathesar_types.multicurrency_money,
  tags mathesar_types.mathesar_json_array,
  extra mathesar_types.mathesar_json_object
);
INSERT INTO public.contact VALUES
  ('jane@example.org', 'https://example.org/jane?a=b#c', 12.50, (3, 'EUR'), '[1, 2]', '{"a": 1}'),
  (NULL, NULL, NULL, NULL, NULL, NULL);
TABLE public.contact;
SELECT c->>'name' AS name, c->>'ui_type' AS ui_type
FROM json_array_elements(msar.get_table_details('public.contact')->'columns') AS c;

\set VERBOSITY sqlstate
SAVEPOINT s;
INSERT INTO public.contact (mail) VALUES ('jane');
ROLLBACK TO s;
INSERT INTO public.contact (site) VALUES ('example.org');
ROLLBACK TO s;
INSERT INTO public.contact (tags) VALUES ('{}');
ROLLBACK TO s;
INSERT INTO public.contact (extra) VALUES ('[]');
ROLLBACK TO s;
\set VERBOSITY default
SELECT enum_range(NULL::msar.pkey_kind);

-- Parts.
SELECT msar.email_domain_name(mail), msar.uri_scheme(site), msar.uri_authority(site), msar.uri_path(site),
  msar.uri_query(site), msar.uri_fragment(site)
FROM public.contact;
SELECT uri, msar.uri_parts(uri), msar.uri_scheme(uri) = (msar.uri_parts(uri))[2] AS scheme,
  msar.uri_authority(uri) = (msar.uri_parts(uri))[4] AS authority, msar.uri_path(uri) = (msar.uri_parts(uri))[5] AS path
FROM unnest('{http://www.ics.uci.edu/pub/ietf/uri/#Related,mailto:a@b,//host/path,a?b#c,"",:,?,#,"a:b:c?d?e#f#g"}'::text[]) AS uri;

-- Peaks: on a circle.
SELECT msar.peak_time(t) FROM (VALUES ('23:00'::time), ('01:00'), (NULL)) AS v (t);
SELECT msar.peak_time(t) FROM (VALUES ('06:00'::time), ('12:00')) AS v (t);
SELECT msar.peak_time(t) FROM (VALUES ('12:34:56.789'::time)) AS v (t);
SELECT msar.peak_time(t) AS cancelled_out FROM (VALUES ('06:00'::time), ('18:00')) AS v (t);
SELECT msar.peak_time(NULL) AS no_time, msar.peak_month(NULL) AS no_month;
SELECT msar.peak_month(d) FROM (VALUES ('2024-12-24'::date), ('2025-02-01'), ('infinity'), (NULL)) AS v (d);
SELECT month, msar.peak_month(make_date(2023, month, 28)), msar.peak_month(make_date(-4, month, 1))
FROM generate_series(1, 12) AS month GROUP BY month ORDER BY month;
ROLLBACK;
