-- Resumes a reflection where it was: a copy that was not finished is continued.
-- $1: {"id"}
UPDATE msar_catalog.stored_reflections AS r
SET state = CASE WHEN r.snapshot IS NULL OR r.copy_started_at IS NOT NULL AND r.copied_at IS NULL THEN 'copying' ELSE 'active' END,
  failures = 0, retry_at = NULL
WHERE r.id = ($1->>'id')::bigint
