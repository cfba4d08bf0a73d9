-- Fills one schema of the describe benchmark with tables of 20 columns: mixed types, static and dynamic defaults, an
-- identity key, foreign keys to earlier tables, comments, and here and there a unique key, a check or a column grant.
-- The client has created the schema, its enum `status` and the role, and gives all three names and sizes as settings
-- (a DO block takes no parameters). Commits every hundred tables: one transaction would need more locks than the
-- default max_locks_per_transaction has room for.
DO $generate$
DECLARE
    sch text := current_setting('bench.schema');
    tables int := current_setting('bench.tables')::int;
    reader text := current_setting('bench.reader');
    tab text;
    commented text[] := ARRAY['id', 'title', 'amount', 'due', 'tags', 'previous_id'];
    col text;
BEGIN
    FOR i IN 1..tables LOOP
        tab := format('%I.%I', sch, 'table_' || lpad(i::text, 5, '0'));
        EXECUTE format($$
            CREATE TABLE %1$s (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                code varchar(20) NOT NULL DEFAULT 'none',
                title text NOT NULL,
                note text DEFAULT 'it''s "new"',
                amount numeric(12,2) NOT NULL DEFAULT 0,
                rate numeric(5,4) DEFAULT 1.5,
                quantity integer NOT NULL DEFAULT -1,
                weight double precision,
                active boolean DEFAULT true,
                due date,
                opened date NOT NULL DEFAULT '2020-02-29',
                entered date DEFAULT CURRENT_DATE,
                created_at timestamptz NOT NULL DEFAULT now(),
                changed_at timestamptz(0),
                attributes jsonb NOT NULL DEFAULT '{"size": 1}',
                token uuid DEFAULT gen_random_uuid(),
                tags text[] DEFAULT '{}',
                status %2$I.status DEFAULT 'draft',
                previous_id bigint,
                parent_id bigint)$$, tab, sch);
        -- Two foreign keys a table: to its neighbour, and to one among the first half.
        IF i > 1 THEN
            EXECUTE format('ALTER TABLE %s ADD FOREIGN KEY (previous_id) REFERENCES %I.%I ON DELETE CASCADE',
                tab, sch, 'table_' || lpad((i - 1)::text, 5, '0'));
            EXECUTE format('ALTER TABLE %s ADD FOREIGN KEY (parent_id) REFERENCES %I.%I ON DELETE SET NULL',
                tab, sch, 'table_' || lpad((i / 2)::text, 5, '0'));
        END IF;
        IF i % 4 = 1 THEN
            EXECUTE format('ALTER TABLE %s ADD CHECK (quantity < 1000000), ADD UNIQUE (code, title)', tab);
        END IF;
        EXECUTE format('COMMENT ON TABLE %s IS %L', tab, 'Table ' || i || ' of ' || tables || ' in the benchmark');
        FOREACH col IN ARRAY commented LOOP
            EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', tab, col, 'What ' || col || ' means in table ' || i);
        END LOOP;
        IF i % 50 = 2 THEN
            EXECUTE format('GRANT SELECT (id, title), UPDATE (title) ON %s TO %I', tab, reader);
        ELSIF i % 50 = 3 THEN
            EXECUTE format('GRANT SELECT, INSERT ON %s TO %I', tab, reader);
        END IF;
        IF i % 100 = 0 THEN
            COMMIT;
        END IF;
    END LOOP;
END
$generate$
