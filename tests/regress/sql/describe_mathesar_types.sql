-- Columns of the types in mathesar_types: a client shows them in a way of their own.
\pset null '(null)'

-- A domain over one of them is shown like it. A type of the same name elsewhere is shown by its base type.
CREATE SCHEMA ours;
CREATE DOMAIN ours.work_email AS mathesar_types.email CHECK (VALUE LIKE '%@library.example');
CREATE DOMAIN ours.email AS text;
CREATE TABLE ours.columns (
    email mathesar_types.email DEFAULT 'desk@library.example', uri mathesar_types.uri,
    price mathesar_types.mathesar_money DEFAULT 1.5,
    wages mathesar_types.multicurrency_money DEFAULT '(12,EUR)',
    list mathesar_types.mathesar_json_array DEFAULT '[1]', object mathesar_types.mathesar_json_object,
    emails mathesar_types.email[], work_email ours.work_email, other_email ours.email
);
SELECT c->>'name' AS name, c->>'type' AS type, c->>'type_options' AS type_options, c->>'ui_type' AS ui_type,
       c->'domain'->>'base_type' AS base_type, c->'default'->>'value' AS "default"
FROM msar.get_table_details('ours.columns') AS t, json_array_elements(t->'columns') AS c;
-- With mathesar_types on the search_path the names are shorter, and the ui_type is the same.
SET search_path = mathesar_types, ours;
SELECT c->>'name' AS name, c->>'type' AS type, c->>'ui_type' AS ui_type
FROM msar.get_table_details('ours.columns') AS t, json_array_elements(t->'columns') AS c;
