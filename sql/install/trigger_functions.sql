-- Functions for triggers and event triggers are for nobody to call, and PostgreSQL asks for no right when it calls them.
-- Last, since only then all of them are there.

DO $$
DECLARE
  function regprocedure;
BEGIN
  FOR function IN
    SELECT p.oid
    FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace IN ('msar'::pg_catalog.regnamespace, '__msar'::pg_catalog.regnamespace)
      AND p.prorettype IN ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype)
  LOOP
    EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function);
  END LOOP;
END
$$;
