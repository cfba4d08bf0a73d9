-- Returns whether something is to be looked at again.
SELECT to_jsonb(EXISTS (SELECT FROM msar_catalog.stored_prepared_checks) AND $1 IS NOT NULL)
