COMMENT ON SCHEMA msar IS 'mathesar_ext: the functions for clients. \df+ msar.* is their manual';

COMMENT ON SCHEMA __msar IS
'mathesar_ext: what the functions of msar use among themselves; not for callers';

COMMENT ON SCHEMA msar_catalog IS 'mathesar_ext: display metadata of tables and columns';

COMMENT ON SCHEMA mathesar_types IS 'mathesar_ext: domains and types for columns of users';
