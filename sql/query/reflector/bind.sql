-- Notes what the expressions, the filter and the statements of a reflection mean, and their texts.
-- $1: {"id", "uses", "fields", "filter", "statement", "delete_statement"}
UPDATE msar_catalog.stored_reflections AS r
SET uses = $1->'uses', fields = NULLIF($1->'fields', 'null'), filter = $1->>'filter', statement = $1->>'statement',
  delete_statement = $1->>'delete_statement'
WHERE r.id = ($1->>'id')::bigint
