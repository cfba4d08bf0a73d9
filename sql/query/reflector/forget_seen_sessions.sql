-- Forgets what this transaction has seen of other sessions, so that it sees them as they are now.
SELECT to_jsonb(pg_stat_clear_snapshot() IS NULL)
