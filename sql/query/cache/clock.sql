-- The database's clock, as text that means the same in every session (JSON has it regardless of DateStyle), and in seconds.
SELECT jsonb_build_object('text', c.now, 'epoch', extract(epoch FROM c.now)::double precision)
FROM (SELECT clock_timestamp() AS now) AS c
