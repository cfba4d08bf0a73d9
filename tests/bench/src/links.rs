//! `define`: columns of text that become foreign keys, against what a person writes for it.
//!
//! By hand there are two ways: an UPDATE of a new column, which keeps the table, and a hash join into a new table, which
//! is a hash join and one rewrite and nothing else, but loses the table's comments, privileges, views and triggers.
//! Neither counts or reports a value that has no row.
//!
//! Texts that have no row become NULL by hand as well, and rows are added for them by an INSERT with an anti-join; texts
//! that are compared caseless are joined by `lower(btrim())`.

use postgres::Client;

use crate::{Result, define::compared, measure::race_undone, table::Table};

const ROWS: usize = 1_000_000;
const ROUNDS: usize = 5;

/// A way to link, and the same by hand.
struct Way {
    name: &'static str,
    options: &'static str,
    /// One text in a hundred has no row.
    has_missing: bool,
    /// Every third text is written in capitals and with a blank behind it.
    has_case: bool,
    /// How many rows the table that is referred to has: from a column of countries to one of customers.
    referents: &'static [usize],
}

const WAYS: [Way; 4] = [
    Way {
        name: "every text has a row",
        options: "",
        has_missing: false,
        has_case: false,
        referents: &[200, 10_000, 200_000],
    },
    Way {
        name: "missing become NULL",
        options: r#", "on_missing": "null""#,
        has_missing: true,
        has_case: false,
        referents: &[10_000, 200_000],
    },
    Way {
        name: "missing are added",
        options: r#", "on_missing": "create""#,
        has_missing: true,
        has_case: false,
        referents: &[10_000, 200_000],
    },
    Way {
        name: "caseless, missing become NULL",
        options: r#", "on_missing": "null", "compare": "caseless""#,
        has_missing: true,
        has_case: true,
        referents: &[10_000, 200_000],
    },
];

pub(crate) fn report(client: &mut Client) -> Result<()> {
    // All work is done by the process that is measured, in memory.
    client
        .batch_execute("SET max_parallel_workers_per_gather = 0; SET max_parallel_maintenance_workers = 0; SET work_mem = '64MB'")?;
    let mut table = Table::new(
        "1,000,000 rows whose text becomes a foreign key: ms, median",
        &[
            "",
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
    for (way, referent) in WAYS
        .iter()
        .flat_map(|way| way.referents.iter().map(move |&referent| (way, referent)))
    {
        eprintln!("building {ROWS} rows that refer to {referent} ...");
        client.batch_execute(&way.set_up(referent))?;
        client.batch_execute("VACUUM ANALYZE linked.supplier")?;
        client.batch_execute("VACUUM ANALYZE linked.product")?;
        let statements = [way.link_column(), way.new_table(), way.update()];
        let [ours, rewritten, updated] =
            race_undone(client, statements.each_ref().map(String::as_str), ROUNDS, STATE)?;
        let mut row = vec![way.name.to_owned(), referent.to_string(), ROUNDS.to_string()];
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

impl Way {
    fn set_up(&self, referent: usize) -> String {
        let number = match self.has_missing {
            true => format!(
                "CASE WHEN n % 100 = 0 THEN 'none ' || n % 5000 ELSE (1 + n * 7919::bigint % {referent})::text END"
            ),
            false => format!("(1 + n * 7919::bigint % {referent})::text"),
        };
        let text = format!("'Supplier of goods no. ' || {number}");
        let text = match self.has_case {
            true => format!("CASE WHEN n % 3 = 0 THEN upper({text}) || ' ' ELSE {text} END"),
            false => text,
        };
        format!(
            "CREATE SCHEMA linked;
             CREATE TABLE linked.supplier (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, city text);
             INSERT INTO linked.supplier (name, city)
             SELECT 'Supplier of goods no. ' || n, 'City ' || n % 97 FROM generate_series(1, {referent}) AS n;
             CREATE TABLE linked.product (id integer PRIMARY KEY, name text, supplier text, price numeric(10, 2));
             INSERT INTO linked.product
             SELECT n, 'Product ' || n, {text}, n % 1000 / 7.0 FROM generate_series(1, {ROWS}) AS n"
        )
    }

    fn link_column(&self) -> String {
        format!(
            r#"SELECT msar.link_column('linked.product', 'supplier', 'linked.supplier', '{{"by": "name"{}}}')"#,
            self.options
        )
    }

    fn condition(&self) -> &'static str {
        match self.has_case {
            true => "lower(btrim(s.name)) = lower(btrim(p.supplier))",
            false => "s.name = p.supplier",
        }
    }

    /// Adds the rows that are missing, if that is asked for. With numbers that depend on nothing but the texts.
    fn added(&self) -> &'static str {
        match self.options.contains("create") {
            true => {
                "INSERT INTO linked.supplier (name) SELECT p.supplier FROM linked.product AS p
                 WHERE NOT EXISTS (SELECT FROM linked.supplier AS s WHERE s.name = p.supplier) GROUP BY 1 ORDER BY min(p.supplier COLLATE \"C\");"
            }
            false => "",
        }
    }

    fn new_table(&self) -> String {
        format!(
            "{}
             CREATE TABLE linked.product_new AS
             SELECT p.id, p.name, s.id AS supplier, p.price
             FROM linked.product AS p LEFT JOIN linked.supplier AS s ON {};
             DROP TABLE linked.product;
             ALTER TABLE linked.product_new RENAME TO product;
             ALTER TABLE linked.product ADD CONSTRAINT product_pkey PRIMARY KEY (id),
               ADD CONSTRAINT product_supplier_fkey FOREIGN KEY (supplier) REFERENCES linked.supplier (id)",
            self.added(),
            self.condition()
        )
    }

    fn update(&self) -> String {
        format!(
            "{}
             ALTER TABLE linked.product ADD COLUMN supplier_id integer;
             UPDATE linked.product AS p SET supplier_id = s.id FROM linked.supplier AS s WHERE {};
             ALTER TABLE linked.product DROP COLUMN supplier;
             ALTER TABLE linked.product RENAME COLUMN supplier_id TO supplier;
             ALTER TABLE linked.product ADD FOREIGN KEY (supplier) REFERENCES linked.supplier (id)",
            self.added(),
            self.condition()
        )
    }
}

/// The rows, in any order, each with the name of what it refers to, and the keys.
const STATE: &str = "
    SELECT jsonb_build_array(
      (SELECT jsonb_build_array(count(*), count(p.supplier), sum(hashtext(row(p.id, p.name, s.name, p.price)::text)))
       FROM linked.product AS p LEFT JOIN linked.supplier AS s ON s.id = p.supplier),
      (SELECT jsonb_agg(pg_get_constraintdef(oid) ORDER BY conname) FROM pg_constraint
       WHERE conrelid = 'linked.product'::regclass AND contype IN ('p', 'f'))
    )::text";
