//! `define`: columns of text that become foreign keys, against what a person writes for it.
//!
//! By hand there are two ways: an UPDATE of a new column, which keeps the table, and a hash join into a new table, which
//! is a hash join and one rewrite and nothing else, but loses the table's comments, privileges, views and triggers.
//! Neither counts or reports a value that has no row.

use postgres::Client;

use crate::{Result, define::compared, measure::race_undone, table::Table};

const ROWS: usize = 1_000_000;
const ROUNDS: usize = 5;

/// How many rows the table that is referred to has: from a column of countries to one of customers.
const REFERENTS: [usize; 3] = [200, 10_000, 200_000];

pub(crate) fn report(client: &mut Client) -> Result<()> {
    // All work is done by the process that is measured, in memory.
    client
        .batch_execute("SET max_parallel_workers_per_gather = 0; SET max_parallel_maintenance_workers = 0; SET work_mem = '64MB'")?;
    let mut table = Table::new(
        "1,000,000 rows whose text becomes a foreign key: ms, median",
        &[
            "rows referred to",
            "rounds",
            "link_column",
            "new table",
            "ratio",
            "link_column, CPU",
            "new table, CPU",
            "ratio",
            "UPDATE",
            "ratio",
        ],
    );
    for referent in REFERENTS {
        eprintln!("building {ROWS} rows that refer to {referent} ...");
        client.batch_execute(&set_up(referent))?;
        client.batch_execute("VACUUM ANALYZE linked.supplier")?;
        client.batch_execute("VACUUM ANALYZE linked.product")?;
        let [ours, rewritten, updated] =
            race_undone(client, [LINK_COLUMN, NEW_TABLE, UPDATE], ROUNDS, STATE)?;
        let mut row = vec![referent.to_string(), ROUNDS.to_string()];
        row.extend(compared(ours.milliseconds(), rewritten.milliseconds()));
        row.extend(compared(
            ours.processor_milliseconds(),
            rewritten.processor_milliseconds(),
        ));
        row.extend(
            compared(ours.milliseconds(), updated.milliseconds())
                .into_iter()
                .skip(1),
        );
        table.row(row);
        client.batch_execute("DROP SCHEMA linked CASCADE")?;
    }
    table.print();
    Ok(())
}

fn set_up(referent: usize) -> String {
    format!(
        "CREATE SCHEMA linked;
         CREATE TABLE linked.supplier (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, city text);
         INSERT INTO linked.supplier (name, city)
         SELECT 'Supplier of goods no. ' || n, 'City ' || n % 97 FROM generate_series(1, {referent}) AS n;
         CREATE TABLE linked.product (id integer PRIMARY KEY, name text, supplier text, price numeric(10, 2));
         INSERT INTO linked.product
         SELECT n, 'Product ' || n, 'Supplier of goods no. ' || 1 + n * 7919::bigint % {referent}, n % 1000 / 7.0
         FROM generate_series(1, {ROWS}) AS n"
    )
}

const LINK_COLUMN: &str =
    r#"SELECT msar.link_column('linked.product', 'supplier', 'linked.supplier', '{"by": "name"}')"#;

const UPDATE: &str = "
    ALTER TABLE linked.product ADD COLUMN supplier_id integer;
    UPDATE linked.product AS p SET supplier_id = s.id FROM linked.supplier AS s WHERE s.name = p.supplier;
    ALTER TABLE linked.product DROP COLUMN supplier;
    ALTER TABLE linked.product RENAME COLUMN supplier_id TO supplier;
    ALTER TABLE linked.product ADD FOREIGN KEY (supplier) REFERENCES linked.supplier (id)";

const NEW_TABLE: &str = "
    CREATE TABLE linked.product_new AS
    SELECT p.id, p.name, s.id AS supplier, p.price
    FROM linked.product AS p LEFT JOIN linked.supplier AS s ON s.name = p.supplier;
    DROP TABLE linked.product;
    ALTER TABLE linked.product_new RENAME TO product;
    ALTER TABLE linked.product ADD CONSTRAINT product_pkey PRIMARY KEY (id),
      ADD CONSTRAINT product_supplier_fkey FOREIGN KEY (supplier) REFERENCES linked.supplier (id)";

/// The rows, in any order, and the keys.
const STATE: &str = "
    SELECT jsonb_build_array(
      (SELECT jsonb_build_array(count(*), count(supplier), sum(hashtext(row(id, name, supplier, price)::text))) FROM linked.product),
      (SELECT jsonb_agg(pg_get_constraintdef(oid) ORDER BY conname) FROM pg_constraint
       WHERE conrelid = 'linked.product'::regclass AND contype IN ('p', 'f'))
    )::text";
