-- Returns whether the caller may read a table.
-- $1: {"oid"}
SELECT to_jsonb(has_table_privilege(($1->>'oid')::oid, 'SELECT'))
