COMMENT ON SCHEMA msar IS
'mathesar_ext: functions for clients. \df+ msar.* is their manual';

COMMENT ON SCHEMA __msar IS
'mathesar_ext: internal functions, not for callers';

COMMENT ON SCHEMA msar_catalog IS
'mathesar_ext: what the extension stores, display metadata for example';

COMMENT ON SCHEMA mathesar_types IS
'mathesar_ext: domains and types for columns of users';

COMMENT ON FUNCTION __msar.acting_privilege() IS
$$Returns the privilege of a role without which a role cannot become it by SET ROLE.

Returns: SET; MEMBER on PostgreSQL 15, where every member can
Errors: none

Example: none, it serves the guards of what the extension stores.$$;
