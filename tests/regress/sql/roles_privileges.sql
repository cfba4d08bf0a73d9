-- msar.list_db_priv, list_schema_privileges and list_table_privileges.
BEGIN;
CREATE ROLE regress_owner;
CREATE ROLE regress_reader;
CREATE ROLE regress_clerk;

-- Names for OIDs. PostgreSQL 17 has one privilege on tables more, MAINTAIN.
CREATE FUNCTION pg_temp.by_name(privileges jsonb) RETURNS TABLE (role regrole, direct jsonb) LANGUAGE sql AS
$$
  SELECT (p->>'role_oid')::oid::regrole, (p->'direct') - 'MAINTAIN'
  FROM jsonb_array_elements(privileges) WITH ORDINALITY AS x(p, n)
  ORDER BY n
$$;

CREATE SCHEMA lending AUTHORIZATION regress_owner;
SET ROLE regress_owner;
CREATE TABLE lending.book (id int, title text);
CREATE SEQUENCE lending.number;

-- The keys of one object.
SELECT p - 'role_oid' AS rest, jsonb_typeof(p->'role_oid') AS role_oid
FROM jsonb_array_elements(msar.list_schema_privileges('lending'::regnamespace)) AS p;

-- Nothing granted yet: the owner's default.
SELECT * FROM pg_temp.by_name(msar.list_schema_privileges('lending'::regnamespace));
SELECT * FROM pg_temp.by_name(msar.list_table_privileges('lending.book'));
SELECT * FROM pg_temp.by_name(msar.list_table_privileges('lending.number'));

-- Roles by name, privileges in the order of the ACL whatever the order of the grants. No PUBLIC, no pg_ roles.
GRANT SELECT ON lending.book TO regress_reader, PUBLIC, pg_monitor;
GRANT UPDATE, INSERT ON lending.book TO regress_clerk WITH GRANT OPTION;
GRANT SELECT ON lending.book TO regress_clerk WITH GRANT OPTION;
GRANT CREATE ON SCHEMA lending TO regress_clerk;
GRANT USAGE ON SCHEMA lending TO regress_clerk, regress_reader, PUBLIC;
SELECT * FROM pg_temp.by_name(msar.list_table_privileges('lending.book'));
SELECT * FROM pg_temp.by_name(msar.list_schema_privileges('lending'::regnamespace));

-- What two grantors gave counts once.
SET ROLE regress_clerk;
GRANT INSERT, SELECT ON lending.book TO regress_reader;
SELECT grantor::regrole, privilege_type FROM pg_class, aclexplode(relacl)
WHERE oid = 'lending.book'::regclass AND grantee = 'regress_reader'::regrole;
SELECT * FROM pg_temp.by_name(msar.list_table_privileges('lending.book')) WHERE role = 'regress_reader'::regrole;

-- A grant on a column is not one on the table.
SET ROLE regress_owner;
CREATE TABLE lending.note (id int, body text);
GRANT UPDATE (body) ON lending.note TO regress_reader;
SELECT * FROM pg_temp.by_name(msar.list_table_privileges('lending.note'));

-- All taken away: an empty list, not the default.
REVOKE ALL ON lending.note FROM regress_owner;
SELECT msar.list_table_privileges('lending.note');
RESET ROLE;

-- A role that is gone, but was left behind in an ACL, is passed over.
UPDATE pg_class SET relacl = relacl || makeaclitem(4294967294, 'regress_owner'::regrole, 'SELECT', false)
WHERE oid = 'lending.book'::regclass;
SELECT count(*) AS in_acl FROM pg_class, unnest(relacl) AS item
WHERE oid = 'lending.book'::regclass AND item::text ^@ '4294967294=';
SELECT role FROM pg_temp.by_name(msar.list_table_privileges('lending.book'));

-- Unknown objects.
SELECT msar.list_table_privileges(1::oid::regclass) AS "table", msar.list_schema_privileges(1::oid::regnamespace) AS schema,
  msar.list_table_privileges(NULL) IS NULL AS null_table, msar.list_schema_privileges(NULL) IS NULL AS null_schema;

-- The database. At first the owner has all.
ALTER DATABASE :"DBNAME" OWNER TO regress_owner;
SELECT * FROM pg_temp.by_name(msar.list_db_priv()) WHERE role = 'regress_owner'::regrole;
GRANT CONNECT, CREATE ON DATABASE :"DBNAME" TO regress_clerk;
GRANT TEMPORARY ON DATABASE :"DBNAME" TO regress_reader;
REVOKE CREATE ON DATABASE :"DBNAME" FROM regress_owner;
SELECT * FROM pg_temp.by_name(msar.list_db_priv()) WHERE role::text ^@ 'regress_';

-- A role without any right may ask, and objects of users that shadow those of PostgreSQL have no effect.
CREATE SCHEMA shadow;
CREATE VIEW shadow.pg_class AS SELECT oid, relkind, relowner, NULL::aclitem[] AS relacl FROM pg_catalog.pg_class;
CREATE VIEW shadow.pg_roles AS SELECT 1::oid AS oid, 'fake'::name AS rolname;
CREATE FUNCTION shadow.acldefault("char", oid) RETURNS aclitem[] LANGUAGE sql AS $$SELECT '{}'::aclitem[]$$;
CREATE FUNCTION shadow.aclexplode(aclitem[], OUT grantor oid, OUT grantee oid, OUT privilege_type text, OUT is_grantable bool)
RETURNS SETOF record LANGUAGE sql AS $$SELECT 0::oid, 1::oid, 'FAKE', true$$;
GRANT USAGE ON SCHEMA shadow TO PUBLIC;
CREATE ROLE regress_visitor;
SET LOCAL search_path = shadow, pg_catalog;
SET ROLE regress_visitor;
SELECT * FROM pg_temp.by_name(msar.list_schema_privileges('lending'::regnamespace));
RESET ROLE;
SELECT role FROM pg_temp.by_name(msar.list_table_privileges('lending.book'::regclass));
ROLLBACK;
