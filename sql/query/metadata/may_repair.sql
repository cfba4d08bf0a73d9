-- Returns whether the current role may repair metadata.
SELECT to_jsonb(__msar.may_repair_metadata())
