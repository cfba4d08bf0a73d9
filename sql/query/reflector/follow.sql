-- Makes all that is stored about live sources fit the catalogs again. Sources that another session is changing are left to it.
WITH changed AS MATERIALIZED (
  SELECT s.id FROM msar_catalog.stored_source_tables AS s
  WHERE __msar.source_is_live(s.id, s.event_table) AND NOT __msar.source_is_followed(s.id)
  FOR NO KEY UPDATE SKIP LOCKED
)
SELECT to_jsonb(count(__msar.follow_source_table(c.id))) FROM changed AS c
