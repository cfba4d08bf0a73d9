-- Deletes files that nobody imported within a day. Those that another session deletes now are left to it.
WITH old AS (
  SELECT f.id FROM msar_catalog.stored_data_files AS f
  WHERE f.created_at <= now() - interval '1 day'
  FOR UPDATE SKIP LOCKED
),
gone AS (
  DELETE FROM msar_catalog.stored_data_files AS f USING old AS o WHERE f.id = o.id RETURNING f.id
)
DELETE FROM msar_catalog.stored_data_file_chunks AS c USING gone AS g WHERE c.data_file_id = g.id;
