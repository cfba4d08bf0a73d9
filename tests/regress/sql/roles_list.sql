-- msar.list_roles and get_current_role.
BEGIN;
CREATE ROLE regress_staff NOLOGIN CREATEROLE;
CREATE ROLE regress_librarian LOGIN CREATEDB IN ROLE regress_staff;
CREATE ROLE regress_assistant LOGIN IN ROLE regress_librarian;
CREATE ROLE regress_trainee LOGIN NOINHERIT IN ROLE regress_staff;
CREATE ROLE regress_admin SUPERUSER;
GRANT regress_staff TO regress_librarian WITH ADMIN OPTION;
GRANT pg_monitor TO regress_librarian;
COMMENT ON ROLE regress_librarian IS 'Knows every book';

CREATE FUNCTION pg_temp.names(roles jsonb) RETURNS text[] LANGUAGE sql AS
  $$SELECT array_agg(r->>'name' ORDER BY n) FROM jsonb_array_elements(roles) WITH ORDINALITY AS x(r, n)$$;

-- All but pg_..., by name.
SELECT pg_temp.names(msar.list_roles()) = array_agg(rolname::text ORDER BY rolname) AS all_by_name
FROM pg_roles WHERE rolname !~ '^pg_';

-- The whole shape; members are OIDs, shown by name here.
SELECT r - 'oid' - 'members' AS role, (r->>'oid')::oid = (r->>'name')::regrole AS oid,
  (
    SELECT string_agg((m->>'oid')::oid::regrole || CASE WHEN (m->'admin')::bool THEN ' (admin)' ELSE '' END, ', ')
    FROM jsonb_array_elements(NULLIF(r->'members', 'null')) AS m
  ) AS members
FROM jsonb_array_elements(msar.list_roles()) WITH ORDINALITY AS x(r, n)
WHERE r->>'name' ^@ 'regress_'
ORDER BY n;

-- members is null, not [], where there are none.
SELECT r->'members' AS members FROM jsonb_array_elements(msar.list_roles()) AS r WHERE r->>'name' = 'regress_assistant';

-- A membership granted twice, by two grantors, is one member. Before PostgreSQL 16 the second grant changes the first.
CREATE ROLE regress_porter;
GRANT regress_staff TO regress_porter;
SET ROLE regress_librarian;
GRANT regress_staff TO regress_porter WITH ADMIN OPTION;
SELECT m->'admin' AS admin
FROM jsonb_array_elements(msar.list_roles()) AS r, jsonb_array_elements(r->'members') AS m
WHERE r->>'name' = 'regress_staff' AND (m->>'oid')::oid = 'regress_porter'::regrole;
RESET ROLE;

-- The current role, and those whose rights it has: through two levels, without pg_monitor; none with NOINHERIT.
SET ROLE regress_assistant;
SELECT i->'current_role'->>'name' AS role, pg_temp.names(i->'parent_roles') AS parents FROM msar.get_current_role() AS i;
SET ROLE regress_librarian;
SELECT i->'current_role'->>'name' AS role, pg_temp.names(i->'parent_roles') AS parents FROM msar.get_current_role() AS i;
SET ROLE regress_trainee;
SELECT i->'current_role'->>'name' AS role, i->'parent_roles' AS parents FROM msar.get_current_role() AS i;
SET ROLE regress_staff;
SELECT i->'current_role'->>'name' AS role, i->'parent_roles' AS parents FROM msar.get_current_role() AS i;

-- Roles are given in the same shape as by list_roles, to a role without any right too.
SELECT bool_and(r IN (i->'current_role', i->'parent_roles'->0)) AS same
FROM msar.get_current_role() AS i, jsonb_array_elements(msar.list_roles()) AS r
WHERE r->>'name' = 'regress_staff';

-- A superuser has the rights of all roles.
SET ROLE regress_admin;
SELECT i->'current_role'->>'name' AS role,
  jsonb_array_length(i->'parent_roles') - jsonb_array_length(msar.list_roles()) AS all_but
FROM msar.get_current_role() AS i;
RESET ROLE;
ROLLBACK;

-- What users define cannot come between.
BEGIN;
CREATE ROLE regress_librarian;
CREATE SCHEMA shadow;
CREATE VIEW shadow.pg_roles AS SELECT 1::oid AS oid, 'fake'::name AS rolname;
CREATE VIEW shadow.pg_auth_members AS SELECT oid AS roleid, oid AS member, true AS admin_option FROM pg_catalog.pg_roles;
CREATE FUNCTION shadow.pg_has_role(oid, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION shadow.differ(name, name) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR shadow.<> (LEFTARG = name, RIGHTARG = name, FUNCTION = shadow.differ);
GRANT USAGE ON SCHEMA shadow TO regress_librarian;
SET LOCAL search_path = shadow, pg_catalog;
SET ROLE regress_librarian;
SELECT msar.get_current_role() #- '{current_role,oid}' AS info;
SELECT count(*) FROM jsonb_array_elements(msar.list_roles()) AS r WHERE r->>'name' = 'fake';
ROLLBACK;
