COMMENT ON FUNCTION __msar.reset_session() IS
$$Ends what earlier statements have left in the session, as DISCARD ALL does, but keeps plans, and
statements that the client has prepared while no command may have changed which these are.

Returns: how many commands of the session (PREPARE, DEALLOCATE, DISCARD) may have changed that. When
it is another number than before, and at the first call, no statement is prepared any more
Errors: 25001 in a transaction block; 42501 in a function with the rights of another role

Example: SELECT __msar.reset_session();$$;
