-- Returns whether a table inherits from another one.
-- $1: {"table"}
SELECT to_jsonb(EXISTS (SELECT FROM pg_inherits AS i WHERE i.inhrelid = ($1->>'table')::oid))
