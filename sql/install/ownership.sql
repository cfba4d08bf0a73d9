-- The schemas belong to whoever creates the extension: clients take the owner of schema msar for the admin role. Last,
-- since only then everything in them is there.
ALTER SCHEMA msar OWNER TO @extowner@;
ALTER SCHEMA __msar OWNER TO @extowner@;
ALTER SCHEMA msar_catalog OWNER TO @extowner@;
ALTER SCHEMA mathesar_types OWNER TO @extowner@;
