-- The schemas. Refuses to install over schemas that somebody else made, such as those of Mathesar: nothing of theirs may
-- be taken over or lost.
DO $guard$
DECLARE
    taken text;
BEGIN
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(nspname), ', ' ORDER BY nspname)
      INTO taken
      FROM pg_catalog.pg_namespace
     WHERE nspname OPERATOR(pg_catalog.=) ANY ('{msar,__msar,msar_catalog,msar_queries,msar_reflector,mathesar_types}'::pg_catalog.name[]);
    IF taken IS NOT NULL THEN
        RAISE EXCEPTION 'this database already has the schema(s) %', taken
            USING ERRCODE = 'duplicate_schema',
                  DETAIL = 'mathesar_ext keeps its objects in schemas of these names. '
                           'Mathesar installs schemas of the same names for its own use.',
                  HINT = 'Use a database where Mathesar is not installed, or remove those schemas first '
                         '(uninstall Mathesar from this database, or rename or drop them if they are yours).';
    END IF;
END
$guard$;

-- All that follows belongs to the bootstrap superuser, and stays with that role: neither the role that creates the
-- extension, which may be no superuser, nor a superuser that may be none tomorrow, ever owns code that others run or the
-- tables that such code writes to. For a role that is no superuser PostgreSQL runs this script as the bootstrap superuser
-- already (the extension is trusted). The setting ends with the script.
DO $owner$
BEGIN
    IF CURRENT_USER OPERATOR(pg_catalog.<>) pg_catalog.pg_get_userbyid(10) THEN
        PERFORM pg_catalog.set_config('role', pg_catalog.pg_get_userbyid(10)::text, true);
    END IF;
END
$owner$;

-- Storage tables have no foreign keys: those of an extension exist before a restore loads the rows, and jobs of a parallel
-- restore load tables in any order. Functions that delete a row delete what is about it, functions that add to a row lock
-- it, and views leave out rows whose row is missing.

CREATE SCHEMA msar;
CREATE SCHEMA __msar;
CREATE SCHEMA msar_catalog;
CREATE SCHEMA msar_queries;
CREATE SCHEMA msar_reflector;
CREATE SCHEMA mathesar_types;

-- A restore by the extension's owner creates the views of explorations.
GRANT CREATE ON SCHEMA msar_queries TO @extowner@;

GRANT USAGE ON SCHEMA msar, __msar, msar_catalog, msar_queries, mathesar_types TO PUBLIC;

-- Whoever asks whether a role can become another by SET ROLE asks pg_has_role for this privilege. A membership can be
-- without it since PostgreSQL 16.
CREATE FUNCTION __msar.acting_privilege() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE WHEN pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
END;
