-- Returns the next events of a reflection as rows of n, seq, operation, old_row, new_row, origins.
-- $1: {"source_id", "snapshot", "next_snapshot", "last_seq", "most", "origin"}
SELECT row_number() OVER () AS n, e.seq, e.operation, e.old_row, e.new_row, e.origins
FROM __msar.due_events(($1->>'source_id')::bigint, ($1->>'snapshot')::pg_snapshot, ($1->>'next_snapshot')::pg_snapshot,
  ($1->>'last_seq')::bigint, ($1->>'most')::bigint, ($1->>'origin')::bigint) AS e
