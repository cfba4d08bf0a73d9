-- Returns the parts of a qualified name.
-- $1: {"text"}
SELECT to_jsonb(parse_ident($1->>'text'))
