-- What PostgreSQL 18 has beside the objects of odd.sql: virtual columns, not-null constraints.
CREATE TABLE not_null (
    a int CONSTRAINT has NOT NULL,
    v int GENERATED ALWAYS AS (a * 2) VIRTUAL,
    b int NOT NULL NO INHERIT,
    c int NOT NULL
);
CREATE TABLE not_null_child (a int NOT NULL) INHERITS (not_null);
CREATE TABLE not_null_keys (k int, n int NOT NULL) PARTITION BY LIST (n);
CREATE TABLE not_null_keys1 PARTITION OF not_null_keys DEFAULT;
CREATE TABLE periods (id int4range, during int4range, PRIMARY KEY (id, during WITHOUT OVERLAPS));
