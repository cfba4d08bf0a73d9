-- Removes and returns the checks that prepared transactions left and that have committed.
WITH taken AS (DELETE FROM msar_catalog.stored_prepared_checks RETURNING expected)
SELECT COALESCE(jsonb_agg(expected), '[]') FROM taken WHERE $1 IS NOT NULL;
