-- Where two documents differ: a row for each leaf, with its path. No row when they are equal as jsonb.
-- The client fills in the two statements. Arrays are walked by position, and a path shows an element's name beside it.
WITH RECURSIVE document AS MATERIALIZED (
    SELECT (/*ours*/)::jsonb AS ours, (/*equal*/)::jsonb AS equal
),
difference (path, ours, equal) AS (
    SELECT '$', ours, equal FROM document WHERE ours IS DISTINCT FROM equal
    UNION ALL
    SELECT d.path || '.' || member.key, member.ours, member.equal
    FROM difference d
    CROSS JOIN LATERAL (
        SELECT key, o.value AS ours, e.value AS equal
        FROM (
            SELECT key, value FROM jsonb_each(CASE jsonb_typeof(d.ours) WHEN 'object' THEN d.ours END)
            UNION ALL
            SELECT concat_ws(' ', position, CASE jsonb_typeof(value) WHEN 'object' THEN value->>'name' END), value
            FROM jsonb_array_elements(CASE jsonb_typeof(d.ours) WHEN 'array' THEN d.ours END)
                WITH ORDINALITY a (value, position)
        ) o
        FULL JOIN (
            SELECT key, value FROM jsonb_each(CASE jsonb_typeof(d.equal) WHEN 'object' THEN d.equal END)
            UNION ALL
            SELECT concat_ws(' ', position, CASE jsonb_typeof(value) WHEN 'object' THEN value->>'name' END), value
            FROM jsonb_array_elements(CASE jsonb_typeof(d.equal) WHEN 'array' THEN d.equal END)
                WITH ORDINALITY a (value, position)
        ) e USING (key)
    ) member
    WHERE jsonb_typeof(d.ours) = jsonb_typeof(d.equal)
      AND jsonb_typeof(d.ours) IN ('object', 'array')
      AND member.ours IS DISTINCT FROM member.equal
)
SELECT path, coalesce(left(ours::text, 300), '(absent)'), coalesce(left(equal::text, 300), '(absent)')
FROM difference
WHERE jsonb_typeof(ours) IS DISTINCT FROM jsonb_typeof(equal) OR jsonb_typeof(ours) NOT IN ('object', 'array')
ORDER BY path COLLATE "C"
LIMIT 20
