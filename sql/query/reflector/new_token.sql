-- Returns a token that no other progress has.
SELECT to_jsonb(gen_random_uuid())
