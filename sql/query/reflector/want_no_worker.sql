-- Stores that a role wants no worker any more.
-- $1: {"role"}
DELETE FROM msar_catalog.stored_reflectors AS w WHERE w.role_oid = ($1->>'role')::oid
