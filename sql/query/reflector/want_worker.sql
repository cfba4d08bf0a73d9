-- Stores that a role wants a worker.
-- $1: {"role"}
INSERT INTO msar_catalog.stored_reflectors (role_oid) VALUES (($1->>'role')::oid) ON CONFLICT DO NOTHING
