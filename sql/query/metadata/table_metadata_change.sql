-- Changes options of a table. What the patch does not name stays, also when another session changes it at this moment.
-- $1: {"table_oid", "changes": {option: value}}
UPDATE msar_catalog.stored_table_metadata AS m
SET (
    import_verified, is_temp, import_target_oid, column_order, preview_customized, preview_template,
    mathesar_added_pkey_attnum, user_tracking_attnum
  ) = (
    SELECT
      r.import_verified, r.is_temp, r.import_target_oid, r.column_order, r.preview_customized, r.preview_template,
      r.mathesar_added_pkey_attnum, r.user_tracking_attnum
    FROM pg_catalog.jsonb_populate_record(m, t.changes) AS r
  )
FROM pg_catalog.jsonb_to_record($1) AS t(table_oid pg_catalog.oid, changes pg_catalog.jsonb)
WHERE m.table_oid = t.table_oid;

-- The row of a table in which no option is set.
-- $1: {"table_oid"}
DELETE FROM msar_catalog.stored_table_metadata AS m
USING pg_catalog.jsonb_to_record($1) AS t(table_oid pg_catalog.oid)
WHERE m.table_oid = t.table_oid
  AND pg_catalog.num_nonnulls(
    m.import_verified, m.is_temp, m.import_target_oid, m.column_order, m.preview_customized, m.preview_template,
    m.mathesar_added_pkey_attnum, m.user_tracking_attnum
  ) = 0;
