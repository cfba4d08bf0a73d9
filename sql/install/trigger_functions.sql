-- No role may call functions for triggers and event triggers: PostgreSQL checks no privilege when it calls them itself.
-- Last, since only then all of them are there. Who creates a trigger needs the right, though: a restore by the owner of a
-- source table creates the table's triggers, whose function checks for itself what it is called for.

DO $$
DECLARE
  function regprocedure;
BEGIN
  FOR function IN
    SELECT p.oid
    FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace IN ('msar'::pg_catalog.regnamespace, '__msar'::pg_catalog.regnamespace)
      AND p.prorettype IN ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype)
      AND p.oid <> '__msar.capture_changes()'::pg_catalog.regprocedure
  LOOP
    EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function);
  END LOOP;
END
$$;
