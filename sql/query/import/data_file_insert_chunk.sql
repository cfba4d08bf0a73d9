-- Stores a part of a file.
-- $1: {"data_file_id", "position", "content": hexadecimal}
INSERT INTO msar_catalog.stored_data_file_chunks (data_file_id, position, content)
VALUES (($1 ->> 'data_file_id')::bigint, ($1 ->> 'position')::integer, decode($1 ->> 'content', 'hex'));
