COMMENT ON FUNCTION __msar.own_types() IS
$$Returns the types of the extension, each with a type of PostgreSQL that can hold its values.$$;
COMMENT ON FUNCTION __msar.columns_of_own_types() IS
$$Returns columns of users that have a type of the extension, or a type that contains one.$$;
COMMENT ON FUNCTION __msar.preview_extension_drop(oid) IS
$$Returns the other objects that dropping an extension with CASCADE drops: [{"kind", "identity"}].$$;

COMMENT ON FUNCTION msar.get_uninstall_plan() IS
$$Returns what must be done before DROP EXTENSION mathesar_ext, and what that command would drop.

Arguments: none
Returns: {"columns", "statements", "dependents", "stored", "is_droppable", "drop"}
  columns: the columns that have a type of the extension: [{"schema", "table", "column", "attnum",
    "type", "becomes", "obstacle", "views"}]. becomes is the type that holds the same values,
    obstacle says why the column cannot be changed by itself, or is null; views shows the views that
    PostgreSQL wants dropped before it changes the column
  statements: the ALTERs, one for each table, that keep the data of these columns
  dependents: the other objects that CASCADE would drop: [{"kind", "identity"}]; before the ALTERs,
    the columns are among them
  stored: how many rows of metadata, explorations, forms and shares the current role sees, all of
    which would be lost. msar.export_metadata() and msar.export_explorations() export them
  is_droppable: whether there are no dependents, so that no CASCADE is needed
Errors: none

Example:
  SELECT jsonb_array_elements_text(msar.get_uninstall_plan()->'statements');$$;
