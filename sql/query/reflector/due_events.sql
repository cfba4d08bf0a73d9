-- Returns the next events that a reflection has not done, in their order, as rows of n, seq, operation, old_row, new_row,
-- origins. What came from the target does not go back there.
-- {number}: the source; $1: {"snapshot", "next_snapshot", "last_seq", "most", "origin"}
SELECT row_number() OVER () AS n, d.*
FROM (
  SELECT e.seq, e.operation, e.old_row, e.new_row, e.origins
  FROM msar_reflector.events_{number} AS e
  WHERE e.transaction >= pg_snapshot_xmin(($1->>'snapshot')::pg_snapshot)
    AND e.transaction < pg_snapshot_xmax(($1->>'next_snapshot')::pg_snapshot)
    AND NOT pg_visible_in_snapshot(e.transaction, ($1->>'snapshot')::pg_snapshot)
    AND pg_visible_in_snapshot(e.transaction, ($1->>'next_snapshot')::pg_snapshot)
    AND e.seq > ($1->>'last_seq')::bigint
    AND (($1->>'origin') IS NULL OR e.origins IS NULL OR ($1->>'origin')::bigint <> ALL (e.origins))
  ORDER BY e.seq
  LIMIT ($1->>'most')::bigint
) AS d
