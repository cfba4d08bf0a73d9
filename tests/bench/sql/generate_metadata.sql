-- Gives metadata to every table of one schema of the describe benchmark and to every column, some options each. The
-- schema's name is a setting, as for generate_schema.sql. Commits every hundred tables, as that does.
DO $generate$
DECLARE
    sch text := current_setting('bench.schema');
    tab regclass;
    done int := 0;
BEGIN
    FOR tab IN SELECT oid FROM pg_class WHERE relnamespace = sch::regnamespace AND relkind = 'r' ORDER BY relname LOOP
        PERFORM msar.set_table_metadata(tab,
            '{"column_order": [3, 1, 2], "preview_customized": true, "preview_template": [[2], " ", [3]]}');
        PERFORM msar.set_column_metadata(tab, jsonb_agg(jsonb_build_object('attnum', attnum, 'display_width', 100 + attnum)
            || CASE atttypid
                   WHEN 'boolean'::regtype THEN '{"bool_input": "checkbox", "bool_true": "yes", "bool_false": "no"}'::jsonb
                   WHEN 'numeric'::regtype THEN '{"num_min_frac_digits": 2, "num_max_frac_digits": 2, "num_format": "german"}'
                   WHEN 'date'::regtype THEN '{"date_format": "DD.MM.YYYY"}'
                   ELSE '{}'
               END))
        FROM pg_attribute WHERE attrelid = tab AND attnum > 0;
        done := done + 1;
        IF done % 100 = 0 THEN
            COMMIT;
        END IF;
    END LOOP;
END
$generate$
