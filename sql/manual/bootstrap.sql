COMMENT ON SCHEMA msar IS
'mathesar_ext: functions for clients. \df+ msar.* is their manual';

COMMENT ON SCHEMA __msar IS
'mathesar_ext: internal functions, not for callers';

COMMENT ON SCHEMA msar_catalog IS
'mathesar_ext: what the extension stores, display metadata for example';

COMMENT ON SCHEMA mathesar_types IS
'mathesar_ext: domains and types for columns of users';
