-- The database's clock, as text and in seconds.
SELECT jsonb_build_object('text', c.now::text, 'epoch', extract(epoch FROM c.now)::double precision)
FROM (SELECT clock_timestamp() AS now) AS c
