-- The document of msar.get_schema_table_details($1) as one set-based SQL statement over the catalogs: the bar that the
-- describe benchmark measures the function against, and an independent check of what it returns.
--
-- Written for speed as a careful author would: every catalog is read once, types, defaults and rights are worked out
-- once per distinct value instead of once per column, and no subquery runs per row unless a column has an ACL. Look-ups
-- that always find their row are LEFT JOINs all the same: the planner then knows that they lose no row, and hashes.
--
-- It approximates the function in these places:
--   * A default counts as static when its text is a number, true, false, NULL, one literal with one cast, or an ARRAY[]
--     of such literals. A timestamptz, timetz, composite or padded character, and arrays of anything but strings, are
--     left as PostgreSQL prints them.
--   * `has_dependents` of a relation sees direct normal dependencies on the relation or its columns, from objects
--     that are not its own parts; not those on its row type, its sequences, its indexes or its partitions.
WITH RECURSIVE rel AS MATERIALIZED (
    SELECT c.oid, c.relname, c.relnamespace, c.relowner, c.relkind, c.relispartition, c.reltuples,
           has_table_privilege(c.oid, 'SELECT') AS can_select,
           has_table_privilege(c.oid, 'INSERT') AS can_insert,
           has_table_privilege(c.oid, 'UPDATE') AS can_update,
           has_table_privilege(c.oid, 'DELETE') AS can_delete,
           has_table_privilege(c.oid, 'TRUNCATE') AS can_truncate,
           has_table_privilege(c.oid, 'REFERENCES') AS can_reference,
           has_table_privilege(c.oid, 'TRIGGER') AS can_trigger
    FROM pg_class c
    WHERE c.relnamespace = $1::oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
),
primary_key AS (
    SELECT i.indrelid, (i.indkey::int2[])[0:i.indnkeyatts - 1] AS attnums
    FROM pg_index i
    WHERE i.indisprimary AND i.indrelid IN (SELECT oid FROM rel)
),
comment AS MATERIALIZED (
    SELECT d.objoid, d.objsubid, d.description
    FROM pg_description d
    WHERE d.classoid = 'pg_class'::regclass AND d.objoid IN (SELECT oid FROM rel)
),

-- Dependencies --------------------------------------------------------------------------------------------------------
dependency AS MATERIALIZED (
    SELECT d.classid, d.objid, d.refobjid, d.refobjsubid
    FROM pg_depend d
    WHERE d.refclassid = 'pg_class'::regclass AND d.deptype = 'n' AND d.refobjid IN (SELECT oid FROM rel)
),
column_with_dependents AS (
    SELECT DISTINCT refobjid, refobjsubid FROM dependency WHERE refobjsubid > 0
),
relation_with_dependents AS (
    SELECT d.refobjid
    FROM dependency d
    LEFT JOIN pg_constraint co ON d.classid = 'pg_constraint'::regclass AND co.oid = d.objid
    LEFT JOIN pg_attrdef ad ON d.classid = 'pg_attrdef'::regclass AND ad.oid = d.objid
    LEFT JOIN pg_rewrite rw ON d.classid = 'pg_rewrite'::regclass AND rw.oid = d.objid
    LEFT JOIN pg_trigger tg ON d.classid = 'pg_trigger'::regclass AND tg.oid = d.objid
    LEFT JOIN pg_policy po ON d.classid = 'pg_policy'::regclass AND po.oid = d.objid
    WHERE coalesce(co.conrelid, ad.adrelid, rw.ev_class, tg.tgrelid, po.polrelid, d.objid) <> d.refobjid
    UNION
    SELECT d.objid
    FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'e' AND d.objid IN (SELECT oid FROM rel)
),

-- Types: everything that depends on the type and its modifier alone ---------------------------------------------------
attribute AS MATERIALIZED (
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated,
           a.attcollation, a.attacl, a.atthasdef
    FROM pg_attribute a
    WHERE a.attrelid IN (SELECT oid FROM rel) AND a.attnum > 0 AND NOT a.attisdropped
),
used_type AS (
    SELECT DISTINCT atttypid, atttypmod FROM attribute
),
-- The type itself (depth 0) and, of a domain, the chain of types down to its base.
chain AS (
    SELECT u.atttypid, u.atttypmod, 0 AS depth, t.oid, u.atttypmod AS typmod,
           t.typtype, t.typbasetype, t.typtypmod, t.typnotnull
    FROM used_type u JOIN pg_type t ON t.oid = u.atttypid
    UNION ALL
    SELECT c.atttypid, c.atttypmod, c.depth + 1, t.oid, c.typtypmod,
           t.typtype, t.typbasetype, t.typtypmod, t.typnotnull
    FROM chain c JOIN pg_type t ON t.oid = c.typbasetype
    WHERE c.typtype = 'd'
),
domain_check AS (
    SELECT c.atttypid, c.atttypmod,
           json_agg(json_build_object('name', co.conname, 'definition', pg_get_constraintdef(co.oid))
                    ORDER BY c.depth DESC, co.conname) AS checks
    FROM chain c JOIN pg_constraint co ON co.contypid = c.oid AND co.contype = 'c'
    WHERE c.typtype = 'd'
    GROUP BY c.atttypid, c.atttypmod
),
domain_not_null AS (
    SELECT atttypid, atttypmod, bool_or(typnotnull AND typtype = 'd') AS not_null FROM chain GROUP BY 1, 2
),
enum_label AS (
    SELECT enumtypid, json_agg(enumlabel ORDER BY enumsortorder) AS labels FROM pg_enum GROUP BY enumtypid
),
type AS (
    SELECT u.atttypid, u.atttypmod, t.typcollation, t.typcategory, b.oid AS base, ba.is_array AS base_is_array,
           CASE WHEN ia.is_array THEN '_array' WHEN t.typtype = 'e' THEN '_enum'
                ELSE format_type(t.oid, NULL) END AS type,
           format_type(t.oid, u.atttypmod) AS type_full,
           o.options AS type_options,
           CASE WHEN t.typtype = 'd' THEN json_build_object(
                'base_type', format_type(b.oid, c.typmod),
                'not_null', dn.not_null,
                'checks', coalesce(dc.checks, '[]')) END AS domain,
           coalesce(el.labels, ele.labels) AS enum_values,
           CASE
                WHEN mt.typname IS NOT NULL THEN mt.ui_type
                WHEN b.oid = 'money'::regtype THEN 'money'
                WHEN ba.is_array THEN 'array'
                WHEN b.typtype = 'e' THEN 'enum'
                WHEN b.typtype IN ('r', 'm') THEN 'range'
                WHEN b.oid = 'boolean'::regtype THEN 'boolean'
                WHEN b.oid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'real'::regtype,
                    'double precision'::regtype, 'numeric'::regtype, 'oid'::regtype) THEN 'number'
                WHEN b.oid = 'date'::regtype THEN 'date'
                WHEN b.oid IN ('time'::regtype, 'timetz'::regtype) THEN 'time'
                WHEN b.oid IN ('timestamp'::regtype, 'timestamptz'::regtype) THEN 'datetime'
                WHEN b.oid = 'interval'::regtype THEN 'duration'
                WHEN b.oid IN ('json'::regtype, 'jsonb'::regtype) THEN 'json'
                WHEN b.oid = 'uuid'::regtype THEN 'uuid'
                WHEN b.oid = 'bytea'::regtype THEN 'binary'
                WHEN b.typtype = 'b' AND b.typcategory = 'S' THEN 'text'
                WHEN b.typtype = 'b' AND b.typnamespace <> 'pg_catalog'::regnamespace THEN
                    CASE b.typcategory WHEN 'N' THEN 'number' WHEN 'B' THEN 'boolean'
                        WHEN 'D' THEN 'datetime' WHEN 'T' THEN 'duration' ELSE 'other' END
                ELSE 'other'
           END AS ui_type
    FROM used_type u
    LEFT JOIN pg_type t ON t.oid = u.atttypid
    LEFT JOIN chain c ON c.atttypid = u.atttypid AND c.atttypmod = u.atttypmod AND c.typtype <> 'd'
    LEFT JOIN pg_type b ON b.oid = c.oid
    LEFT JOIN domain_not_null dn ON dn.atttypid = u.atttypid AND dn.atttypmod = u.atttypmod
    LEFT JOIN domain_check dc ON dc.atttypid = u.atttypid AND dc.atttypmod = u.atttypmod
    -- int2vector and oidvector are stored plain: they are no arrays to the user.
    CROSS JOIN LATERAL (SELECT t.typtype = 'b' AND t.typsubscript = 'array_subscript_handler'::regproc
        AND t.typelem <> 0 AND t.typstorage <> 'p' AS is_array) ia
    CROSS JOIN LATERAL (SELECT b.typtype = 'b' AND b.typsubscript = 'array_subscript_handler'::regproc
        AND b.typelem <> 0 AND b.typstorage <> 'p' AS is_array) ba
    LEFT JOIN pg_type e ON ia.is_array AND e.oid = t.typelem
    LEFT JOIN enum_label el ON el.enumtypid = b.oid
    LEFT JOIN enum_label ele ON ba.is_array AND ele.enumtypid = b.typelem
    LEFT JOIN LATERAL (
        SELECT m.typname, m.ui_type
        FROM (VALUES ('email', 'email'), ('uri', 'uri'), ('mathesar_money', 'money'),
                     ('multicurrency_money', 'money')) m (typname, ui_type)
        JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE n.nspname = 'mathesar_types' AND m.typname = t.typname
    ) mt ON true
    -- The type that the modifier belongs to: the element's, of an array.
    CROSS JOIN LATERAL (SELECT coalesce(e.oid, t.oid) AS oid, nullif(u.atttypmod, -1) AS typmod) m
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN m.oid = 'numeric'::regtype THEN jsonb_build_object(
                'precision', ((m.typmod - 4) >> 16) & 65535, 'scale', (((m.typmod - 4) & 2047) # 1024) - 1024)
            WHEN m.oid IN ('bit'::regtype, 'varbit'::regtype, 'time'::regtype, 'timetz'::regtype,
                'timestamp'::regtype, 'timestamptz'::regtype) THEN jsonb_build_object('precision', m.typmod)
            WHEN ia.is_array THEN '{}'
            WHEN m.oid IN ('varchar'::regtype, 'bpchar'::regtype) THEN jsonb_build_object('length', m.typmod - 4)
            WHEN m.oid = 'interval'::regtype THEN jsonb_build_object(
                'precision', nullif(m.typmod & 65535, 65535),
                'fields', substring(format_type(m.oid, m.typmod) FROM '^interval ([a-z][a-z ]*)'))
            WHEN t.typtype = 'e' THEN jsonb_build_object(
                'original_type', format_type(t.oid, NULL), 'enum_values', el.labels)
        END
        || CASE WHEN ia.is_array THEN jsonb_build_object(
            'item_type', CASE e.typtype WHEN 'e' THEN '_enum' ELSE format_type(e.oid, NULL) END)
            ELSE '{}' END AS options
    ) o
),

-- Defaults and generated columns --------------------------------------------------------------------------------------
expression AS MATERIALIZED (
    SELECT ad.adrelid, ad.adnum, pg_get_expr(ad.adbin, ad.adrelid) AS text
    FROM pg_attrdef ad
    WHERE ad.adrelid IN (SELECT oid FROM rel)
),
default_value AS (
    SELECT e.text, e.atttypid, e.atttypmod,
           json_build_object(
               'value', CASE
                   WHEN NOT l.is_static THEN to_json(e.text)
                   WHEN l.value IS NULL THEN NULL
                   WHEN t.base_is_array THEN to_json(l.value::text[])
                   ELSE CASE t.base
                       WHEN 'boolean'::regtype THEN to_json(l.value::boolean)
                       WHEN 'smallint'::regtype THEN to_json(l.value::numeric)
                       WHEN 'integer'::regtype THEN to_json(l.value::numeric)
                       WHEN 'bigint'::regtype THEN to_json(l.value::numeric)
                       WHEN 'oid'::regtype THEN to_json(l.value::numeric)
                       WHEN 'real'::regtype THEN to_json(l.value::real)
                       WHEN 'double precision'::regtype THEN to_json(l.value::double precision)
                       WHEN 'numeric'::regtype THEN to_json(CASE
                           WHEN e.atttypmod = -1 OR t.base <> e.atttypid THEN l.value::numeric
                           ELSE round(l.value::numeric, (((e.atttypmod - 4) & 2047) # 1024) - 1024) END)
                       WHEN 'date'::regtype THEN to_json(to_char(l.value::date, 'YYYY-MM-DD AD'))
                       WHEN 'time'::regtype THEN to_json(to_char(l.value::time, 'HH24:MI:SS') || l.fraction)
                       WHEN 'timestamp'::regtype THEN to_json(
                           to_char(l.value::timestamp, 'YYYY-MM-DD"T"HH24:MI:SS') || l.fraction
                           || to_char(l.value::timestamp, ' AD'))
                       WHEN 'interval'::regtype THEN to_json(format('P%sY%sM%sDT%sH%sM%sS',
                           extract(year FROM l.value::interval), extract(month FROM l.value::interval),
                           extract(day FROM l.value::interval), extract(hour FROM l.value::interval),
                           extract(minute FROM l.value::interval), trim_scale(extract(second FROM l.value::interval))))
                       ELSE to_json(l.value)
                   END
               END,
               'is_dynamic', NOT l.is_static) AS document
    FROM (
        SELECT DISTINCT e.text, a.atttypid, a.atttypmod
        FROM expression e JOIN attribute a ON a.attrelid = e.adrelid AND a.attnum = e.adnum
        WHERE a.attgenerated = ''
    ) e
    LEFT JOIN type t ON t.atttypid = e.atttypid AND t.atttypmod = e.atttypmod
    CROSS JOIN LATERAL (
        SELECT e.text ~ '^-?\d+(\.\d+)?$' OR e.text IN ('true', 'false') AS is_bare,
               e.text ~ '^NULL::[^''()]+(\([\d,]+\))?$' AS is_null,
               e.text ~ '^E?''([^'']|'''')*''::[^''()]+(\([\d,]+\))?[^''()]*$' AS is_literal,
               e.text ~ ('^\(?ARRAY\[(E?''([^'']|'''')*''::[^''()]+(, )?)*\]\)?'
                         '(::[^''()]+(\([\d,]+\))?[^''()]*)?$') AS is_array
    ) k
    -- Every literal without its quotes.
    LEFT JOIN LATERAL (
        SELECT array_agg(replace(CASE m[1] WHEN 'E' THEN replace(m[2], '\\', '\') ELSE m[2] END, '''''', '''')) AS all
        FROM regexp_matches(e.text, '(E?)''((?:[^'']|'''')*)''::', 'g') m
    ) literals ON k.is_literal OR k.is_array
    CROSS JOIN LATERAL (
        SELECT k.is_bare OR k.is_null OR k.is_literal OR k.is_array AS is_static,
               CASE WHEN k.is_bare THEN e.text
                    WHEN k.is_literal THEN literals.all[1]
                    WHEN k.is_array THEN coalesce(literals.all, '{}')::text
               END AS value,
               coalesce(substring(e.text FROM ':\d\d(\.\d+)'), '.0') AS fraction
    ) l
),

-- Metadata ------------------------------------------------------------------------------------------------------------
-- The documents without what is NULL. What values refer to is taken as it is stored.
table_metadata_of AS MATERIALIZED (
    SELECT m.table_oid, tt.template, json_strip_nulls(json_build_object(
        'import_verified', m.import_verified, 'is_temp', m.is_temp, 'import_target_oid', m.import_target_oid::bigint,
        'column_order', m.column_order, 'preview_customized', m.preview_customized,
        'preview_template', m.preview_template, 'mathesar_added_pkey_attnum', m.mathesar_added_pkey_attnum,
        'user_tracking_attnum', m.user_tracking_attnum,
        'created_at', to_char(m.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.')
            || coalesce(nullif(rtrim(to_char(m.created_at, 'US'), '0'), ''), '0')
            || replace(to_char(m.created_at, 'TZH:TZM'), '+00:00', 'Z') || ' AD',
        'updated_at', to_char(m.updated_at, 'YYYY-MM-DD"T"HH24:MI:SS.')
            || coalesce(nullif(rtrim(to_char(m.updated_at, 'US'), '0'), ''), '0')
            || replace(to_char(m.updated_at, 'TZH:TZM'), '+00:00', 'Z') || ' AD')) AS document
    FROM msar_catalog.table_metadata m
    JOIN rel r ON r.oid = m.table_oid AND r.relname = m.table_name
    JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname = m.schema_name
    -- The template as people write it: strings, and paths of names in braces.
    LEFT JOIN LATERAL (
        SELECT string_agg(CASE jsonb_typeof(part)
                   WHEN 'string' THEN replace(replace(part #>> '{}', '{', '{{'), '}', '}}')
                   ELSE '{' || pn.names || CASE part->>'raw' WHEN 'true' THEN ':raw' ELSE '' END || '}'
               END, '' ORDER BY position) AS template
        FROM jsonb_array_elements(m.preview_template) WITH ORDINALITY tp (part, position)
        CROSS JOIN LATERAL (
            SELECT CASE jsonb_typeof(part) WHEN 'object' THEN part->'path' WHEN 'array' THEN part ELSE '[]' END AS path
        ) pp
        CROSS JOIN LATERAL (
            WITH RECURSIVE step (at, tab) AS (
                SELECT 0, m.table_oid::text
                UNION ALL
                SELECT at + 1, m.refs->tab->'targets'->>(pp.path->>at) FROM step
                WHERE at + 1 < jsonb_array_length(pp.path)
            )
            SELECT string_agg(CASE WHEN s.name ~ '[.:{}"]|^ | $' THEN '"' || replace(s.name, '"', '""') || '"'
                                   ELSE s.name END, '.' ORDER BY at) AS names
            FROM step CROSS JOIN LATERAL (SELECT m.refs->tab->'columns'->>(pp.path->>at) AS name) s
        ) pn
    ) tt ON m.preview_customized IS NOT FALSE AND m.preview_template IS NOT NULL
),
column_metadata_of AS MATERIALIZED (
    SELECT m.table_oid, m.attnum, m.file_backend, json_strip_nulls(json_build_object(
        'bool_input', m.bool_input, 'bool_true', m.bool_true, 'bool_false', m.bool_false,
        'num_min_frac_digits', m.num_min_frac_digits, 'num_max_frac_digits', m.num_max_frac_digits,
        'num_show_as_perc', m.num_show_as_perc, 'num_grouping', m.num_grouping, 'num_format', m.num_format,
        'mon_currency_symbol', m.mon_currency_symbol, 'mon_currency_location', m.mon_currency_location,
        'time_format', m.time_format, 'date_format', m.date_format, 'duration_min', m.duration_min,
        'duration_max', m.duration_max, 'duration_show_units', m.duration_show_units,
        'label', m.label, 'help_text', m.help_text, 'is_hidden', m.is_hidden,
        'display_width', m.display_width, 'file_backend', m.file_backend,
        'user_display_field', m.user_display_field,
        'created_at', to_char(m.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.')
            || coalesce(nullif(rtrim(to_char(m.created_at, 'US'), '0'), ''), '0')
            || replace(to_char(m.created_at, 'TZH:TZM'), '+00:00', 'Z') || ' AD',
        'updated_at', to_char(m.updated_at, 'YYYY-MM-DD"T"HH24:MI:SS.')
            || coalesce(nullif(rtrim(to_char(m.updated_at, 'US'), '0'), ''), '0')
            || replace(to_char(m.updated_at, 'TZH:TZM'), '+00:00', 'Z') || ' AD')) AS document
    FROM msar_catalog.column_metadata m
    JOIN rel r ON r.oid = m.table_oid AND r.relname = m.table_name
    JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname = m.schema_name
    JOIN attribute a ON a.attrelid = m.table_oid AND a.attnum = m.attnum AND a.attname = m.column_name
),

-- Columns -------------------------------------------------------------------------------------------------------------
column_of AS MATERIALIZED (
    SELECT a.attrelid, a.attnum, a.attname, t.typcategory = 'S' AS is_string,
           CASE WHEN a.attacl IS NULL THEN r.can_select
                ELSE has_column_privilege(a.attrelid, a.attnum, 'SELECT') END AS can_select,
           row_to_json(d) AS document
    FROM attribute a
    LEFT JOIN rel r ON r.oid = a.attrelid
    CROSS JOIN LATERAL (SELECT to_json(array_remove(ARRAY[
        CASE WHEN r.can_select THEN 'SELECT' END, CASE WHEN r.can_insert THEN 'INSERT' END,
        CASE WHEN r.can_update THEN 'UPDATE' END, CASE WHEN r.can_reference THEN 'REFERENCES' END], NULL))
        AS priv) p
    LEFT JOIN type t ON t.atttypid = a.atttypid AND t.atttypmod = a.atttypmod
    LEFT JOIN primary_key pk ON pk.indrelid = a.attrelid
    LEFT JOIN comment co ON co.objoid = a.attrelid AND co.objsubid = a.attnum
    LEFT JOIN column_with_dependents cd ON cd.refobjid = a.attrelid AND cd.refobjsubid = a.attnum
    LEFT JOIN expression ex ON a.atthasdef AND ex.adrelid = a.attrelid AND ex.adnum = a.attnum
    LEFT JOIN default_value dv
        ON dv.text = ex.text AND dv.atttypid = a.atttypid AND dv.atttypmod = a.atttypmod AND a.attgenerated = ''
    LEFT JOIN column_metadata_of cm ON cm.table_oid = a.attrelid AND cm.attnum = a.attnum
    CROSS JOIN LATERAL (
        SELECT
            a.attnum AS id,
            a.attname AS name,
            t.type,
            t.type_options,
            NOT a.attnotnull AS nullable,
            coalesce(a.attnum = ANY (pk.attnums), false) AS primary_key,
            CASE
                WHEN a.attidentity <> '' THEN '{"value": "identity", "is_dynamic": true}'::json
                WHEN NOT a.atthasdef THEN NULL
                WHEN a.attgenerated <> '' THEN json_build_object('value', ex.text, 'is_dynamic', true)
                ELSE dv.document END AS default,
            cd.refobjid IS NOT NULL AS has_dependents,
            co.description,
            CASE WHEN a.attacl IS NULL THEN p.priv ELSE (
                SELECT coalesce(json_agg(priv), '[]')
                FROM unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) priv
                WHERE has_column_privilege(a.attrelid, a.attnum, priv)) END AS current_role_priv,
            t.type_full,
            CASE WHEN cm.file_backend IS NULL THEN t.ui_type ELSE 'file' END AS ui_type,
            CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by_default' END AS identity,
            CASE WHEN a.attgenerated <> '' THEN json_build_object(
                'kind', CASE a.attgenerated WHEN 's' THEN 'stored' ELSE 'virtual' END,
                'expression', ex.text) END AS generated,
            CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation END AS collation,
            t.domain,
            t.enum_values,
            cm.document AS metadata
    ) d
),
-- What the role may do with some columns, and not with the whole relation.
column_priv_of AS (
    SELECT a.attrelid, jsonb_agg(DISTINCT p.position || p.priv) AS numbered
    FROM attribute a
    JOIN rel r ON r.oid = a.attrelid
    CROSS JOIN LATERAL (VALUES (1, 'SELECT', r.can_select), (2, 'INSERT', r.can_insert),
        (3, 'UPDATE', r.can_update), (4, 'REFERENCES', r.can_reference)) p (position, priv, on_relation)
    WHERE a.attacl IS NOT NULL AND NOT p.on_relation AND has_column_privilege(a.attrelid, a.attnum, p.priv)
    GROUP BY a.attrelid
),
columns_of AS (
    SELECT attrelid, json_agg(document ORDER BY attnum) AS columns
    FROM column_of
    GROUP BY attrelid
),

-- Constraints ---------------------------------------------------------------------------------------------------------
-- `conenforced` is new in PostgreSQL 18: on an older server the name finds the constant instead.
constraint_row AS MATERIALIZED (
    SELECT co.*
    FROM (SELECT true AS conenforced) older
    CROSS JOIN LATERAL (
        SELECT co.oid, co.conname, co.contype, co.conrelid, co.confrelid, co.conkey, co.confkey, co.condeferrable,
               co.condeferred, co.convalidated, co.confupdtype, co.confdeltype, co.confmatchtype, conenforced
        FROM pg_constraint co
        WHERE co.contype IN ('p', 'u', 'f', 'c', 'x') AND co.conparentid = 0
          AND (co.conrelid IN (SELECT oid FROM rel) OR co.confrelid IN (SELECT oid FROM rel))
    ) co
),

-- Previews ------------------------------------------------------------------------------------------------------------
-- By which columns people know a row: those of a name, else the first text that is no key, else the first of all.
readable AS (
    SELECT c.attrelid, c.attnum, c.is_string,
           CASE WHEN c.attname ~ '[.:{}"]|^ | $' THEN '{"' || replace(c.attname, '"', '""') || '"}'
                ELSE '{' || c.attname || '}' END AS template,
           CASE WHEN c.is_string THEN lower(regexp_replace(c.attname, '[^[:alnum:]]', '', 'g')) END AS plain,
           kc.attnum IS NOT NULL AS is_key
    FROM column_of c
    LEFT JOIN (SELECT DISTINCT co.conrelid, k.attnum FROM constraint_row co CROSS JOIN LATERAL unnest(co.conkey) k (attnum)
               WHERE co.contype IN ('p', 'f')) kc ON kc.conrelid = c.attrelid AND kc.attnum = c.attnum
    WHERE c.can_select
),
preview_choice AS (
    SELECT attrelid,
           (array_agg(template ORDER BY array_position('{name,fullname,displayname}', plain), attnum)
               FILTER (WHERE plain IN ('name', 'fullname', 'displayname')))[1] AS by_name,
           (array_agg(template ORDER BY array_position('{firstname,givenname,forename}', plain), attnum)
               FILTER (WHERE plain IN ('firstname', 'givenname', 'forename')))[1]
           || ' ' ||
           (array_agg(template ORDER BY array_position('{lastname,familyname,surname}', plain), attnum)
               FILTER (WHERE plain IN ('lastname', 'familyname', 'surname')))[1] AS by_person,
           (array_agg(template ORDER BY array_position('{title,label}', plain), attnum)
               FILTER (WHERE plain IN ('title', 'label')))[1] AS by_title,
           (array_agg(template ORDER BY attnum) FILTER (WHERE plain ~ '(name|title|label)$' AND plain NOT IN ('filename',
               'username', 'hostname', 'nickname', 'middlename', 'maidenname', 'pathname')))[1] AS by_ending,
           (array_agg(template ORDER BY attnum) FILTER (WHERE is_string AND NOT is_key))[1] AS first_text,
           (array_agg(template ORDER BY attnum) FILTER (WHERE is_string))[1] AS any_text,
           (array_agg(template ORDER BY attnum))[1] AS first_column
    FROM readable
    GROUP BY attrelid
),
preview AS (
    SELECT attrelid,
           coalesce(by_name, by_person, by_title, by_ending, first_text, any_text, first_column) AS template,
           CASE WHEN by_name IS NOT NULL THEN 'name' WHEN by_person IS NOT NULL THEN 'person_name'
                WHEN coalesce(by_title, by_ending) IS NOT NULL THEN 'name' WHEN first_text IS NOT NULL THEN 'first_text'
                WHEN any_text IS NOT NULL THEN 'any_text' ELSE 'first_column' END AS rule
    FROM preview_choice
),

key_column AS MATERIALIZED (
    SELECT co.oid, co.conrelid, co.confrelid, k.attnum, k.referent_attnum, k.position
    FROM constraint_row co
    CROSS JOIN LATERAL unnest(co.conkey, co.confkey) WITH ORDINALITY k (attnum, referent_attnum, position)
    WHERE co.contype = 'f'
),
key_pairs AS (
    SELECT k.oid,
           json_agg(json_build_object('attnum', k.attnum, 'name', a.attname,
                                      'referent_attnum', k.referent_attnum, 'referent_name', ra.attname)
                    ORDER BY k.position) AS pairs
    FROM key_column k
    LEFT JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.attnum
    LEFT JOIN pg_attribute ra ON ra.attrelid = k.confrelid AND ra.attnum = k.referent_attnum
    GROUP BY k.oid
),
constraint_of AS MATERIALIZED (
    SELECT co.conrelid, co.confrelid, co.conname, n.nspname, c.relname,
           row_to_json(d) AS document
    FROM constraint_row co
    LEFT JOIN pg_class c ON c.oid = co.conrelid
    LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_class rc ON rc.oid = co.confrelid
    LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace
    LEFT JOIN key_pairs kp ON kp.oid = co.oid
    LEFT JOIN (VALUES ('a', 'NO ACTION'), ('r', 'RESTRICT'), ('c', 'CASCADE'), ('n', 'SET NULL'),
        ('d', 'SET DEFAULT')) ua (code, name) ON ua.code = co.confupdtype
    LEFT JOIN (VALUES ('a', 'NO ACTION'), ('r', 'RESTRICT'), ('c', 'CASCADE'), ('n', 'SET NULL'),
        ('d', 'SET DEFAULT')) da (code, name) ON da.code = co.confdeltype
    CROSS JOIN LATERAL (
        SELECT
            json_build_object('oid', c.oid::bigint, 'schema', n.nspname, 'name', c.relname) AS table,
            json_build_object('oid', rc.oid::bigint, 'schema', rn.nspname, 'name', rc.relname) AS referent,
            kp.pairs AS columns,
            ua.name AS on_update,
            da.name AS on_delete,
            CASE co.confmatchtype WHEN 'f' THEN 'FULL' ELSE 'SIMPLE' END AS match
    ) f
    CROSS JOIN LATERAL (
        SELECT
            co.oid::bigint AS oid,
            co.conname AS name,
            CASE co.contype WHEN 'p' THEN 'primary' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreignkey'
                WHEN 'c' THEN 'check' WHEN 'x' THEN 'exclude' END AS type,
            coalesce(co.conkey, '{}') AS columns,
            pg_get_constraintdef(co.oid) AS definition,
            co.condeferrable AS deferrable,
            co.condeferred AS deferred,
            co.convalidated AS validated,
            co.conenforced AS enforced,
            CASE WHEN co.contype = 'f' THEN row_to_json(f) END AS foreign_key
    ) d
),
constraints_of AS (
    SELECT conrelid, json_agg(document ORDER BY conname) AS constraints FROM constraint_of GROUP BY conrelid
),
incoming_of AS (
    SELECT confrelid, json_agg(document ORDER BY nspname, relname, conname) AS incoming
    FROM constraint_of
    WHERE confrelid <> 0 AND confrelid <> conrelid
    GROUP BY confrelid
)

-- Relations -----------------------------------------------------------------------------------------------------------
SELECT coalesce(json_agg(CASE WHEN cp.numbered IS NULL THEN row_to_json(d) ELSE (
           to_jsonb(d) || jsonb_build_object('current_role_column_priv', (
               SELECT jsonb_agg(substr(n, 2) ORDER BY n) FROM jsonb_array_elements_text(cp.numbered) n)))::json END
       ORDER BY r.relname), '[]') AS document
FROM rel r
LEFT JOIN column_priv_of cp ON cp.attrelid = r.oid
LEFT JOIN comment co ON co.objoid = r.oid AND co.objsubid = 0
LEFT JOIN pg_inherits inh ON r.relispartition AND inh.inhrelid = r.oid
LEFT JOIN relation_with_dependents rd ON rd.refobjid = r.oid
LEFT JOIN primary_key pk ON pk.indrelid = r.oid
LEFT JOIN columns_of cs ON cs.attrelid = r.oid
LEFT JOIN preview pv ON pv.attrelid = r.oid
LEFT JOIN constraints_of cons ON cons.conrelid = r.oid
LEFT JOIN incoming_of inc ON inc.confrelid = r.oid
LEFT JOIN table_metadata_of tm ON tm.table_oid = r.oid
CROSS JOIN LATERAL (
    SELECT
        r.oid::bigint AS oid,
        r.relname AS name,
        r.relnamespace::bigint AS schema,
        co.description,
        r.relowner::bigint AS owner_oid,
        array_remove(ARRAY[
            CASE WHEN r.can_select THEN 'SELECT' END, CASE WHEN r.can_insert THEN 'INSERT' END,
            CASE WHEN r.can_update THEN 'UPDATE' END, CASE WHEN r.can_delete THEN 'DELETE' END,
            CASE WHEN r.can_truncate THEN 'TRUNCATE' END, CASE WHEN r.can_reference THEN 'REFERENCES' END,
            CASE WHEN r.can_trigger THEN 'TRIGGER' END], NULL) AS current_role_priv,
        pg_has_role(r.relowner, 'USAGE') AS current_role_owns,
        CASE r.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized_view' ELSE 'table' END AS type,
        CASE WHEN r.relispartition THEN 'partition' WHEN r.relkind = 'v' THEN 'view'
            WHEN r.relkind = 'm' THEN 'materialized_view' WHEN r.relkind = 'p' THEN 'partitioned_table'
            WHEN r.relkind = 'f' THEN 'foreign_table' ELSE 'table' END AS kind,
        CASE WHEN r.relispartition THEN inh.inhparent::bigint END AS partition_of,
        rd.refobjid IS NOT NULL AS has_dependents,
        CASE WHEN r.reltuples >= 0 THEN r.reltuples::bigint END AS estimated_rows,
        coalesce(pk.attnums, '{}') AS primary_key,
        coalesce(cs.columns, '[]') AS columns,
        coalesce(cons.constraints, '[]') AS constraints,
        coalesce(inc.incoming, '[]') AS incoming,
        json_build_object('template', coalesce(tm.template, pv.template), 'customized', tm.template IS NOT NULL,
            'rule', CASE WHEN tm.template IS NULL THEN pv.rule END) AS preview_settings,
        tm.document AS metadata
) d
