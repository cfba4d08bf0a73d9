-- Sessions keep statements that were compiled from metadata; whoever changes some, tells them.

CREATE TRIGGER metadata_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON msar_catalog.table_metadata
  FOR EACH STATEMENT EXECUTE FUNCTION __msar.announce_metadata_change();
CREATE TRIGGER metadata_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON msar_catalog.column_metadata
  FOR EACH STATEMENT EXECUTE FUNCTION __msar.announce_metadata_change();

-- With session_replication_role = replica too.
ALTER TABLE msar_catalog.table_metadata ENABLE ALWAYS TRIGGER metadata_change;
ALTER TABLE msar_catalog.column_metadata ENABLE ALWAYS TRIGGER metadata_change;

COMMENT ON TRIGGER metadata_change ON msar_catalog.table_metadata IS 'Tells sessions that what they have compiled from metadata no longer holds';
COMMENT ON TRIGGER metadata_change ON msar_catalog.column_metadata IS 'Tells sessions that what they have compiled from metadata no longer holds';
