-- Compares the description of a schema with information_schema and pg_catalog: takes the variable "schema".
--
-- Each subject is a pair of views, told_SUBJECT from the description and real_SUBJECT from the catalogs, with equal
-- columns. The last query counts their rows and how many stand in only one of the two.
SET search_path = pg_catalog; -- so that types of users are qualified everywhere
CREATE TEMPORARY TABLE told AS
SELECT t->>'name' AS relation, t FROM json_array_elements(msar.get_schema_table_details(:'schema')) AS t;
CREATE TEMPORARY VIEW told_column AS
SELECT relation, c->>'name' AS name, c FROM told, json_array_elements(t->'columns') AS c;
CREATE TEMPORARY VIEW told_constraint AS
SELECT relation, c->>'name' AS name, c->>'type' AS type, c FROM told, json_array_elements(t->'constraints') AS c;

-- The catalogs, cut down to the schema; without the copies of constraints that partitioning makes.
CREATE TEMPORARY VIEW relation AS
SELECT * FROM pg_class WHERE relnamespace = :'schema'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f');
CREATE TEMPORARY VIEW attribute AS
SELECT relname, attrelid, attname, attnum, atttypid, atttypmod, attnotnull
FROM pg_attribute JOIN relation AS r ON r.oid = attrelid
WHERE attnum > 0 AND NOT attisdropped;
CREATE TEMPORARY VIEW constr AS
SELECT relname, c.* FROM pg_constraint AS c JOIN relation AS r ON r.oid = conrelid
WHERE conparentid = 0 AND contype <> 'n';
CREATE TEMPORARY VIEW key_column AS
SELECT c.oid, c.contype, c.relname, c.conname, n, a.attname, f.relname AS frelname, fa.attname AS fattname
FROM constr AS c
CROSS JOIN unnest(conkey, confkey) WITH ORDINALITY AS k(attnum, fattnum, n)
JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
LEFT JOIN pg_class AS f ON f.oid = confrelid
LEFT JOIN pg_attribute AS fa ON fa.attrelid = confrelid AND fa.attnum = k.fattnum;

-- Relations: names and types, kinds and parents, comments, owners, row counts.
CREATE TEMPORARY VIEW told_relations AS SELECT relation, t->>'type' AS type FROM told;
CREATE TEMPORARY VIEW real_relations AS
SELECT table_name::text, CASE table_type WHEN 'VIEW' THEN 'view' ELSE 'table' END
FROM information_schema.tables WHERE table_schema = :'schema'
UNION ALL
SELECT matviewname::text, 'materialized_view' FROM pg_matviews WHERE schemaname = :'schema';

CREATE TEMPORARY VIEW told_kinds AS
SELECT relation, t->>'kind' AS kind, (t->>'partition_of')::oid AS parent FROM told;
CREATE TEMPORARY VIEW real_kinds AS
SELECT relname::text,
       CASE WHEN relispartition THEN 'partition'
            WHEN relkind = 'r' THEN 'table'
            WHEN relkind = 'p' THEN 'partitioned_table'
            WHEN relkind = 'v' THEN 'view'
            WHEN relkind = 'm' THEN 'materialized_view'
            WHEN relkind = 'f' THEN 'foreign_table' END AS kind,
       CASE WHEN relispartition THEN (SELECT inhparent FROM pg_inherits WHERE inhrelid = oid) END AS parent
FROM relation;

CREATE TEMPORARY VIEW told_owners AS
SELECT relation, (t->>'owner_oid')::oid AS owner, (t->>'oid')::oid AS oid, (t->>'schema')::oid AS schema FROM told;
CREATE TEMPORARY VIEW real_owners AS SELECT relname::text, relowner, oid, relnamespace FROM relation;

CREATE TEMPORARY VIEW told_row_counts AS SELECT relation, (t->>'estimated_rows')::bigint AS rows FROM told;
CREATE TEMPORARY VIEW real_row_counts AS SELECT relname::text, nullif(reltuples, -1)::bigint FROM relation;

CREATE TEMPORARY VIEW told_comments AS
SELECT relation, NULL AS name, t->>'description' AS description FROM told
UNION ALL SELECT relation, name, c->>'description' FROM told_column;
CREATE TEMPORARY VIEW real_comments AS
SELECT relname::text, NULL, obj_description(oid, 'pg_class') FROM relation
UNION ALL SELECT relname, attname, col_description(attrelid, attnum) FROM attribute;

-- Columns. information_schema knows no materialized views; pg_attribute does.
CREATE TEMPORARY VIEW told_columns AS
SELECT relation, name, (c->>'id')::int AS attnum,
       CASE WHEN c->>'type' = '_array' THEN 'ARRAY'
            WHEN c->>'type' = '_enum' THEN 'USER-DEFINED'
            WHEN c->'domain'->>'base_type' IS NOT NULL THEN regexp_replace(c->'domain'->>'base_type', '\(.*?\)', '')
            WHEN c->>'type' LIKE '%.%' THEN 'USER-DEFINED'
            ELSE c->>'type' END AS data_type,
       (c->>'nullable')::bool AND NOT coalesce((c->'domain'->>'not_null')::bool, false) AS nullable,
       CASE WHEN c->>'type' LIKE 'char%' THEN (c->'type_options'->>'length')::int END AS length,
       CASE WHEN c->>'type' = 'numeric' THEN (c->'type_options'->>'precision')::int END AS precision,
       CASE WHEN c->>'type' = 'numeric' THEN (c->'type_options'->>'scale')::int END AS scale,
       upper(replace(c->>'identity', '_', ' ')) AS identity,
       c->'generated'->>'expression' AS generated
FROM told_column WHERE relation NOT IN (SELECT matviewname FROM pg_matviews);
CREATE TEMPORARY VIEW real_columns AS
SELECT table_name::text, column_name::text, ordinal_position::int, data_type::text, is_nullable = 'YES',
       character_maximum_length::int,
       CASE WHEN data_type = 'numeric' AND domain_name IS NULL THEN numeric_precision::int END AS precision,
       CASE WHEN data_type = 'numeric' AND domain_name IS NULL THEN numeric_scale::int END AS scale,
       identity_generation::text, generation_expression::text
FROM information_schema.columns WHERE table_schema = :'schema';

CREATE TEMPORARY VIEW told_types AS
SELECT relation, name, (c->>'id')::int AS attnum, c->>'type_full' AS type_full, (c->>'nullable')::bool AS nullable
FROM told_column;
CREATE TEMPORARY VIEW real_types AS
SELECT relname::text, attname::text, attnum::int, format_type(atttypid, atttypmod), NOT attnotnull FROM attribute;

CREATE TEMPORARY VIEW told_enum_labels AS
SELECT relation, name, label, n
FROM told_column, json_array_elements_text(c->'enum_values') WITH ORDINALITY AS e(label, n)
WHERE json_typeof(c->'enum_values') = 'array';
CREATE TEMPORARY VIEW real_enum_labels AS
SELECT relname::text, attname::text, enumlabel::text,
       row_number() OVER (PARTITION BY attrelid, attnum ORDER BY enumsortorder)
FROM attribute JOIN pg_type AS t ON t.oid = atttypid
JOIN pg_enum ON enumtypid = CASE WHEN typtype = 'd' THEN typbasetype WHEN typlen = -1 THEN typelem ELSE t.oid END;

CREATE TEMPORARY VIEW told_domain_checks AS
SELECT relation, c.name, d->>'name' AS check, d->>'definition' AS definition
FROM told_column AS c, json_array_elements(c->'domain'->'checks') AS d WHERE json_typeof(c->'domain') = 'object';
CREATE TEMPORARY VIEW real_domain_checks AS
SELECT relname::text, attname::text, conname::text, pg_get_constraintdef(c.oid)
FROM attribute JOIN pg_constraint AS c ON contypid = atttypid AND contype = 'c';

-- Defaults: which columns have one. Those that take values from a sequence or the clock are dynamic, with their text.
CREATE TEMPORARY VIEW told_defaults AS
SELECT relation, name FROM told_column WHERE json_typeof(c->'default') = 'object';
CREATE TEMPORARY VIEW real_defaults AS
SELECT table_name::text, column_name::text FROM information_schema.columns
WHERE table_schema = :'schema' AND (column_default IS NOT NULL OR is_identity = 'YES' OR is_generated = 'ALWAYS');

CREATE TEMPORARY VIEW told_dynamic_defaults AS
SELECT relation, name, c->'default'->>'value' AS value FROM told_column
WHERE c->'default'->>'is_dynamic' = 'true' AND json_typeof(c->'generated') = 'null';
CREATE TEMPORARY VIEW real_dynamic_defaults AS
SELECT table_name::text, column_name::text, CASE is_identity WHEN 'YES' THEN 'identity' ELSE column_default END
FROM information_schema.columns
WHERE table_schema = :'schema' AND (is_identity = 'YES' OR column_default ~ '\w\(|CURRENT_');

-- Constraints: all of them, then key by key and column by column.
CREATE TEMPORARY VIEW told_constraints AS
SELECT relation, name, type, c->>'definition' AS definition, (c->>'oid')::oid AS oid,
       (c->>'deferrable')::bool AS deferrable,
       (c->>'deferred')::bool AS deferred, (c->>'validated')::bool AS validated
FROM told_constraint;
CREATE TEMPORARY VIEW real_constraints AS
SELECT relname::text, conname::text,
       '{"c":"check","f":"foreignkey","p":"primary","u":"unique","x":"exclude"}'::json ->> contype::text,
       pg_get_constraintdef(oid), oid, condeferrable, condeferred, convalidated
FROM constr;

CREATE TEMPORARY VIEW told_primary_keys AS
SELECT relation, name, k.n FROM told_column AS c JOIN told USING (relation),
       json_array_elements_text(t->'primary_key') WITH ORDINALITY AS k(attnum, n)
WHERE k.attnum = c->>'id' AND c->>'primary_key' = 'true';
CREATE TEMPORARY VIEW real_primary_keys AS
SELECT table_name::text, column_name::text, ordinal_position::bigint
FROM information_schema.table_constraints
JOIN information_schema.key_column_usage USING (table_schema, table_name, constraint_schema, constraint_name)
WHERE table_schema = :'schema' AND constraint_type = 'PRIMARY KEY';

CREATE TEMPORARY VIEW told_unique_keys AS
SELECT k.relation, k.name, c.name AS column, n
FROM told_constraint AS k
CROSS JOIN json_array_elements_text(k.c->'columns') WITH ORDINALITY AS x(attnum, n)
JOIN told_column AS c ON c.relation = k.relation AND c.c->>'id' = attnum
WHERE k.type = 'unique';
CREATE TEMPORARY VIEW real_unique_keys AS
SELECT relname::text, conname::text, attname::text, n FROM key_column WHERE contype = 'u';

CREATE TEMPORARY VIEW told_checks AS
SELECT relation, name, btrim(substr(c->>'definition', length('CHECK ')), ' ()') AS clause
FROM told_constraint WHERE type = 'check';
CREATE TEMPORARY VIEW real_checks AS -- joined by name alone, as the standard has it; NOT NULL is there as well
SELECT DISTINCT table_name::text, constraint_name::text, btrim(check_clause, ' ()') -- how many differs by version
FROM information_schema.check_constraints
JOIN information_schema.table_constraints USING (constraint_schema, constraint_name)
WHERE table_schema = :'schema' AND table_constraints.constraint_type = 'CHECK'
  AND check_clause NOT LIKE '% IS NOT NULL';

CREATE TEMPORARY VIEW told_foreign_keys AS
SELECT DISTINCT name, c->'foreign_key'->>'match' AS match, c->'foreign_key'->>'on_update' AS on_update,
       c->'foreign_key'->>'on_delete' AS on_delete
FROM told_constraint WHERE type = 'foreignkey';
CREATE TEMPORARY VIEW real_foreign_keys AS -- the copies of partitions are there, by the same names
SELECT DISTINCT constraint_name::text, CASE match_option WHEN 'NONE' THEN 'SIMPLE' ELSE match_option::text END,
       update_rule::text, delete_rule::text
FROM information_schema.referential_constraints WHERE constraint_schema = :'schema';

CREATE TEMPORARY VIEW told_foreign_key_columns AS
SELECT f->'table'->>'name' AS relation, name, p->>'name' AS column, f->'referent'->>'name' AS referent,
       p->>'referent_name' AS referent_column, n
FROM told_constraint
CROSS JOIN LATERAL (SELECT c->'foreign_key' AS f) AS x
CROSS JOIN json_array_elements(f->'columns') WITH ORDINALITY AS p(p, n)
WHERE type = 'foreignkey' AND f->'table'->>'schema' = :'schema';
CREATE TEMPORARY VIEW real_foreign_key_columns AS
SELECT relname::text, conname::text, attname::text, frelname::text, fattname::text, n
FROM key_column WHERE contype = 'f';

CREATE TEMPORARY VIEW told_incoming AS
SELECT relation, c->'foreign_key'->'table'->>'name' AS from_relation, c->>'name' AS name, c->>'definition' AS definition
FROM told, json_array_elements(t->'incoming') AS c WHERE c->'foreign_key'->'table'->>'schema' = :'schema';
CREATE TEMPORARY VIEW real_incoming AS
SELECT f.relname::text, c.relname::text AS from_relation, conname::text, pg_get_constraintdef(c.oid)
FROM constr AS c JOIN relation AS f ON f.oid = confrelid;

-- Dependents: a relation has some if a plain DROP is refused, a column if pg_depend says so.
CREATE FUNCTION pg_temp.drop_is_refused(rel regclass) RETURNS boolean LANGUAGE plpgsql AS
$$
BEGIN
  EXECUTE pg_catalog.format('DROP %s %s',
    (SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
                         ELSE 'TABLE' END
     FROM pg_catalog.pg_class WHERE oid = rel), rel);
  RAISE SQLSTATE 'UNDO0';
EXCEPTION
  WHEN SQLSTATE 'UNDO0' THEN RETURN false;
  WHEN dependent_objects_still_exist THEN RETURN true;
END
$$;
CREATE TEMPORARY VIEW told_dependents AS
SELECT relation, NULL AS name, (t->>'has_dependents')::bool AS has_dependents FROM told
UNION ALL SELECT relation, name, (c->>'has_dependents')::bool FROM told_column;
CREATE TEMPORARY VIEW real_dependents AS
SELECT relname::text, NULL, pg_temp.drop_is_refused(oid) FROM relation
UNION ALL
SELECT relname, attname, EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = attrelid
                                                         AND refobjsubid = attnum AND deptype = 'n')
FROM attribute;

-- The comparison.
CREATE FUNCTION pg_temp.compare(subject text, OUT told bigint, OUT catalogs bigint, OUT different bigint)
LANGUAGE plpgsql AS
$$
BEGIN
  EXECUTE pg_catalog.format(
    'SELECT (SELECT count(*) FROM told_%1$s), (SELECT count(*) FROM real_%1$s),
            (SELECT count(*) FROM (TABLE told_%1$s EXCEPT ALL TABLE real_%1$s) AS x)
            + (SELECT count(*) FROM (TABLE real_%1$s EXCEPT ALL TABLE told_%1$s) AS x)', subject)
  INTO told, catalogs, different;
END
$$;
SELECT subject, c.*
FROM unnest('{relations,kinds,owners,row_counts,comments,columns,types,enum_labels,domain_checks,defaults,
              dynamic_defaults,constraints,primary_keys,unique_keys,checks,foreign_keys,foreign_key_columns,incoming,
              dependents}'::text[]) AS subject,
     pg_temp.compare(subject) AS c;
