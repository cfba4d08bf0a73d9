-- Gives rows whose tables were dropped, and are there again, the numbers of now: the triggers of the tables place them.
-- Rows that another transaction holds are left to it.
UPDATE msar_catalog.stored_explorations AS e SET refs = e.refs
WHERE e.id IN (
  SELECT o.id FROM msar_catalog.stored_explorations AS o
  WHERE o.refs @? '$.*.is_dropped' AND NOT o.refs @? '$.*.dropped_columns' AND __msar.has_returned(o.refs)
  FOR NO KEY UPDATE SKIP LOCKED
);
UPDATE msar_catalog.stored_shares AS s SET refs = s.refs
WHERE s.id IN (
  SELECT o.id FROM msar_catalog.stored_shares AS o
  WHERE o.refs @? '$.*.is_dropped' AND NOT o.refs @? '$.*.dropped_columns' AND __msar.has_returned(o.refs)
  FOR NO KEY UPDATE SKIP LOCKED
);
UPDATE msar_catalog.stored_forms AS f SET refs = f.refs
WHERE f.id IN (
  SELECT o.id FROM msar_catalog.stored_forms AS o
  WHERE o.refs @? '$.*.is_dropped' AND NOT o.refs @? '$.*.dropped_columns' AND __msar.has_returned(o.refs)
  FOR NO KEY UPDATE SKIP LOCKED
);
