-- Every way we know in which one object comes to depend on another. For PostgreSQL 15 and later.
SET client_min_messages = error;
CREATE SCHEMA odd;
SET search_path = odd;

-- Inheritance.
CREATE TABLE top (a int, b text, c int CHECK (c > 0), d int NOT NULL);
CREATE TABLE left_side (x int) INHERITS (top);
CREATE TABLE right_side (b text, y int) INHERITS (top);
CREATE TABLE bottom (z int) INHERITS (left_side, right_side);
CREATE TABLE lone (a int, c int DEFAULT 5) INHERITS (bottom);
CREATE VIEW bottom_view AS SELECT a, b, x FROM bottom;
CREATE VIEW right_view AS SELECT d, b FROM right_side;
CREATE INDEX ON bottom (a);
CREATE INDEX ON lone (d);
CREATE TABLE other_top (d int, e int);
CREATE TABLE two_parents () INHERITS (top, other_top);
CREATE VIEW two_view AS SELECT d, e FROM two_parents;

-- Partitions of partitions.
CREATE TABLE part (k int, r text, v int, w int, PRIMARY KEY (k, r)) PARTITION BY LIST (r);
CREATE TABLE part_a PARTITION OF part FOR VALUES IN ('a') PARTITION BY RANGE (k);
CREATE TABLE part_a1 PARTITION OF part_a FOR VALUES FROM (0) TO (10);
CREATE TABLE part_a2 PARTITION OF part_a FOR VALUES FROM (10) TO (20);
CREATE TABLE part_b PARTITION OF part FOR VALUES IN ('b');
CREATE TABLE expr_top (r text, v int, u int) PARTITION BY LIST (r);
CREATE TABLE part_c PARTITION OF expr_top FOR VALUES IN ('c') PARTITION BY RANGE ((v + 1));
CREATE INDEX part_v ON part (v);
CREATE INDEX part_w ON part_a1 (w);
CREATE VIEW part_view AS SELECT w FROM part_a1;
CREATE TABLE refers (k int, r text, FOREIGN KEY (k, r) REFERENCES part);
CREATE TABLE refers_leaf (k int, r text, FOREIGN KEY (k, r) REFERENCES part_a1);
CREATE TABLE refers_part (k int, r text, n int, FOREIGN KEY (k, r) REFERENCES part, PRIMARY KEY (n)) PARTITION BY HASH (n);
CREATE TABLE refers_part0 PARTITION OF refers_part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE refers_part1 PARTITION OF refers_part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE self (id int, up int, PRIMARY KEY (id), FOREIGN KEY (up) REFERENCES self) PARTITION BY RANGE (id);
CREATE TABLE self1 PARTITION OF self FOR VALUES FROM (0) TO (9);
CREATE TABLE self2 PARTITION OF self FOR VALUES FROM (9) TO (19) PARTITION BY RANGE (id);
CREATE TABLE self21 PARTITION OF self2 FOR VALUES FROM (9) TO (15);
CREATE TABLE expr_key (a int, b int, c int) PARTITION BY RANGE ((a + b), c);
CREATE TABLE expr_key1 PARTITION OF expr_key DEFAULT;
CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER part_trigger AFTER INSERT ON part FOR EACH ROW EXECUTE FUNCTION trg();
CREATE CONSTRAINT TRIGGER con_trigger AFTER INSERT ON top DEFERRABLE FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION trg();

-- Types.
CREATE TYPE comp AS (p int, q text);
CREATE TABLE typed OF comp;
CREATE TABLE uses_comp (c comp, d comp[]);
CREATE TABLE kind (id int, label text);
CREATE TABLE uses_row (k kind, ks kind[], plain int);
CREATE TABLE part_of_kind (k kind, n int) PARTITION BY RANGE (n);
CREATE TABLE part_of_kind1 PARTITION OF part_of_kind DEFAULT;
CREATE TABLE key_of_kind (k kind) PARTITION BY LIST (k);
CREATE DOMAIN kinds AS kind CHECK ((VALUE).id > 0);
CREATE TABLE uses_kinds (k kinds, DEFAULT_x int);
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE FUNCTION takes_kind(kind) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION gives_kind() RETURNS SETOF kind LANGUAGE sql AS 'SELECT NULL::odd.kind';
CREATE FUNCTION atomic() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT label FROM kind LIMIT 1; END;
CREATE VIEW calls AS SELECT atomic() AS a;
CREATE TABLE default_calls (id int, t text DEFAULT atomic(), CHECK (atomic() IS NOT NULL));
CREATE CAST (kind AS int) WITH FUNCTION takes_kind(kind);
CREATE FUNCTION add_kind(kind, kind) RETURNS kind LANGUAGE sql AS 'SELECT $1';
CREATE OPERATOR + (FUNCTION = add_kind, LEFTARG = kind, RIGHTARG = kind);
CREATE AGGREGATE sum_kind(kind) (SFUNC = add_kind, STYPE = kind);

-- Inherits from the table whose row it also holds.
CREATE TABLE kind_child (k kind) INHERITS (kind);

-- Policies, rules, triggers, generated, statistics, publications.
CREATE TABLE owners (name text, boss text);
CREATE TABLE guarded (id int PRIMARY KEY, owner text, a int, b int, g int GENERATED ALWAYS AS (a + b) STORED, h text DEFAULT 'x');
CREATE POLICY own ON guarded USING (owner IN (SELECT name FROM owners)) WITH CHECK (a > 0);
CREATE POLICY simple ON guarded FOR SELECT USING (b > 0);
CREATE RULE log_it AS ON INSERT TO guarded DO ALSO INSERT INTO owners (name) VALUES (NEW.owner);
CREATE STATISTICS st ON a, b FROM guarded;
CREATE STATISTICS st_expr ON (a + b), owner FROM guarded;
CREATE TRIGGER touched BEFORE UPDATE OF a, h ON guarded FOR EACH ROW WHEN (OLD.b <> NEW.b) EXECUTE FUNCTION trg();
CREATE INDEX guarded_expr ON guarded ((a * 2)) WHERE b > 0;
ALTER TABLE guarded ADD CONSTRAINT no_overlap EXCLUDE USING btree ((a + b) WITH =);
CREATE VIEW grouped AS SELECT id, owner, count(*) FROM guarded GROUP BY id;
CREATE VIEW upd AS SELECT id, owner FROM guarded WHERE a > 0 WITH CHECK OPTION;
CREATE TRIGGER instead INSTEAD OF INSERT ON upd FOR EACH ROW EXECUTE FUNCTION trg();
CREATE RULE on_upd AS ON UPDATE TO upd DO INSTEAD NOTHING;
ALTER VIEW upd ALTER COLUMN owner SET DEFAULT 'me';
CREATE PUBLICATION pub FOR TABLE guarded, owners;

-- Sequences.
CREATE TABLE seqs (id serial, n int GENERATED ALWAYS AS IDENTITY, m bigserial PRIMARY KEY);
CREATE TABLE shares_seq (id int DEFAULT nextval('odd.seqs_id_seq'), k int DEFAULT nextval('odd.seqs_m_seq'));
CREATE SEQUENCE free;
CREATE TABLE f1 (id int DEFAULT nextval('odd.free'));
CREATE TABLE f2 (id int DEFAULT nextval('odd.free'));
CREATE VIEW seq_view AS SELECT last_value FROM seqs_n_seq;

-- Views on views.
CREATE TABLE base (id int PRIMARY KEY, t text);
CREATE VIEW v1 AS SELECT * FROM base;
CREATE MATERIALIZED VIEW m1 AS SELECT * FROM v1;
CREATE UNIQUE INDEX ON m1 (id);
CREATE VIEW v2 AS SELECT m1.t, v1.id FROM m1 JOIN v1 USING (id);
CREATE MATERIALIZED VIEW m2 AS SELECT count(*) FROM v2;
CREATE VIEW v_row AS SELECT v1 AS r FROM v1;
CREATE FUNCTION takes_v1(v1) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE VIEW loop_a AS SELECT 1 AS x;
CREATE VIEW loop_b AS SELECT x FROM loop_a;
CREATE OR REPLACE VIEW loop_a AS SELECT x FROM loop_b;

-- Foreign keys.
CREATE TABLE pk (a int, b int, c int UNIQUE, PRIMARY KEY (a, b));
CREATE UNIQUE INDEX pk_idx ON pk (b);
CREATE TABLE fk (a int, b int, c int REFERENCES pk (c) ON DELETE SET NULL, d int REFERENCES pk (b), FOREIGN KEY (a, b) REFERENCES pk DEFERRABLE);
CREATE TABLE chain1 (id int PRIMARY KEY, n int);
CREATE TABLE chain2 (id int PRIMARY KEY REFERENCES chain1);
ALTER TABLE chain1 ADD FOREIGN KEY (n) REFERENCES chain2;
CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree);

-- Foreign tables.
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
CREATE FOREIGN TABLE far (a int, b int CHECK (b > 0)) SERVER s;
CREATE VIEW far_view AS SELECT a FROM far;
CREATE FOREIGN TABLE far_child (q int) INHERITS (top) SERVER s;
CREATE TEMP TABLE tmp (id serial PRIMARY KEY, k kind);
CREATE TABLE "Odd ""name"".é" ("c""ol" int PRIMARY KEY, "日本" text DEFAULT 'x');
CREATE VIEW "V""" AS SELECT "日本" FROM "Odd ""name"".é";
CREATE COLLATION coll FROM "C";
CREATE TABLE collated (a text COLLATE coll, b mood);

-- Extension members.
CREATE TABLE member_table (id serial PRIMARY KEY, x int);
CREATE VIEW member_view AS SELECT t FROM base;
CREATE TABLE member_part PARTITION OF part_c DEFAULT;
CREATE TABLE uses_member (id int REFERENCES member_table);
CREATE EXTENSION pg_trgm;
ALTER EXTENSION pg_trgm ADD TABLE member_table;
ALTER EXTENSION pg_trgm ADD VIEW member_view;
ALTER EXTENSION pg_trgm ADD TABLE member_part;
CREATE INDEX trgm ON base USING gin (t gin_trgm_ops);
CREATE INDEX dep_ext ON base (t);
ALTER INDEX dep_ext DEPENDS ON EXTENSION pg_trgm;
CREATE FUNCTION dep_fun(base) RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION dep_fun(base) DEPENDS ON EXTENSION pg_trgm;

-- A dropped column, replica identity, a publication of columns and rows.
CREATE TABLE dropped (a int, b int, c text);
ALTER TABLE dropped DROP COLUMN b;
ALTER TABLE dropped ALTER a SET NOT NULL;
ALTER TABLE dropped REPLICA IDENTITY FULL;
CREATE PUBLICATION some_columns FOR TABLE seqs (m), base WHERE (id > 3);
