-- Removes the oldest changes, as far as they are older than the retention or more than the limit; a part of them at a time.
-- Whoever prunes holds the head of the log; others go on without.
-- $1: {"minutes", "limit", "most"}
WITH head AS MATERIALIZED (
  SELECT l.ctid AS at FROM msar_catalog.stored_change_log AS l FOR UPDATE SKIP LOCKED
),
excess AS MATERIALIZED (
  SELECT GREATEST(
    CASE WHEN ($1->>'limit')::pg_catalog.int8 > 0 THEN c.reltuples::pg_catalog.int8 - ($1->>'limit')::pg_catalog.int8 ELSE 0 END,
    0
  ) AS rows
  FROM pg_catalog.pg_class AS c
  WHERE c.oid = 'msar_catalog.stored_changes'::pg_catalog.regclass
),
oldest AS MATERIALIZED (
  SELECT c.transaction, c.number, c.happened_at, pg_catalog.row_number() OVER (ORDER BY c.transaction, c.number) AS place
  FROM msar_catalog.stored_changes AS c
  WHERE EXISTS (SELECT FROM head)
  ORDER BY c.transaction, c.number
  LIMIT ($1->>'most')::pg_catalog.int8
),
pruned AS (
  DELETE FROM msar_catalog.stored_changes AS c
  USING oldest AS o
  WHERE (c.transaction, c.number) = (o.transaction, o.number)
    AND (
      o.happened_at < pg_catalog.now() - ($1->>'minutes')::pg_catalog.int8 * interval '1 minute'
      OR o.place <= (SELECT e.rows FROM excess AS e)
    )
  RETURNING c.transaction
)
UPDATE msar_catalog.stored_change_log AS l
SET horizon = GREATEST(
  l.horizon,
  ((SELECT p.transaction::pg_catalog.text::pg_catalog.numeric FROM pruned AS p ORDER BY p.transaction DESC LIMIT 1) + 1)
    ::pg_catalog.text::pg_catalog.xid8
)
WHERE EXISTS (SELECT FROM pruned);
DELETE FROM msar_catalog.stored_change_gaps AS g
WHERE g.happened_at < pg_catalog.now() - ($1->>'minutes')::pg_catalog.int8 * interval '1 minute'
  AND g.transaction < (SELECT l.horizon FROM msar_catalog.stored_change_log AS l);
