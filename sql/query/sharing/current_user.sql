-- Returns the user of the session.
SELECT to_jsonb(msar.current_user_id()) WHERE $1 IS NOT NULL
