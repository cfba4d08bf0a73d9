//! `writes`: rows from JSON by our functions, against the statements that one writes by hand for the same document.

use std::time::{Duration, Instant};

use postgres::Client;

use crate::{Result, measure, server::Server, table::Table};

const DATABASE: &str = "mathesar_ext_bench_writes";

/// Rounds of which the median is printed.
const ROUNDS: usize = 101;

/// A table without a key, one with numbers of its own, and one that refers to another, with a JSON column. The rows are
/// those of the document.
const DATA: &str = "
CREATE TABLE target (id integer PRIMARY KEY, name text);
INSERT INTO target SELECT n, 'target ' || n FROM generate_series(1, 1000) AS n;
CREATE TABLE keyless (number integer, name text, amount numeric(10, 2), day date, truth boolean, moment timestamptz, note text);
CREATE TABLE keyed (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, LIKE keyless);
CREATE TABLE referring (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, LIKE keyless,
  target_id integer REFERENCES target, tags text[], details jsonb);
CREATE TABLE one_row (id integer PRIMARY KEY, LIKE keyless);
INSERT INTO one_row (id) SELECT generate_series(1, 100000);
CREATE TABLE document AS SELECT jsonb_agg(to_jsonb(r))::text AS narrow,
  jsonb_agg(to_jsonb(r) || jsonb_build_object('target_id', number, 'tags', ARRAY['a', name], 'details', jsonb_build_object('k', number)))::text AS wide
FROM (SELECT n AS number, 'name ' || n AS name, n * 1.37 AS amount, date '2026-01-01' + n AS day, n % 2 = 0 AS truth,
        timestamptz '2026-01-01 00:00+00' + n * interval '61 seconds' AS moment, 'a note of some length, number ' || n AS note
      FROM generate_series(1, 1000) AS n) AS r;
";

const NARROW: &str =
    "number integer, name text, amount numeric, day date, truth boolean, moment timestamptz, note text";

/// A call of the extension and the statement by hand, with the clean-up after each.
struct Race {
    name: &'static str,
    ours: String,
    by_hand: String,
    afterwards: &'static str,
}

pub(crate) fn run() -> Result<()> {
    let server = Server::from_environment()?;
    server.create_database(DATABASE)?;
    let outcome = measure_all(&mut server.connect_to(DATABASE)?);
    server.drop_database(DATABASE)?;
    outcome
}

fn measure_all(client: &mut Client) -> Result<()> {
    client.batch_execute("CREATE EXTENSION mathesar_ext")?;
    client.batch_execute(DATA)?;
    client.batch_execute("VACUUM ANALYZE")?;
    let row = client.query_one("SELECT narrow, wide FROM document", &[])?;
    let (narrow, wide): (String, String) = (row.get(0), row.get(1));
    let mut table = Table::new(
        format!("1,000 rows in one call: ms, median of {ROUNDS}"),
        &[
            "table",
            "add_records",
            "INSERT ... SELECT FROM jsonb_to_recordset",
            "ratio",
        ],
    );
    for race in many(&narrow, &wide) {
        table.row(compare(client, &race)?);
    }
    table.print();
    let mut table = Table::new(
        format!("One row of 100,000: ms, median of {ROUNDS}"),
        &["", "ours, with the record", "plain statement", "ratio"],
    );
    for race in single() {
        table.row(compare(client, &race)?);
    }
    table.print();
    Ok(())
}

fn many(narrow: &str, wide: &str) -> [Race; 3] {
    let race = |name, table: &str, document: &str, columns: &str, afterwards| Race {
        name,
        ours: format!("SELECT msar.add_records('{table}', '{document}')"),
        by_hand: format!(
            "INSERT INTO {table} ({}) SELECT * FROM jsonb_to_recordset('{document}') AS r ({columns})",
            columns
                .split(", ")
                .filter_map(|column| column.split(' ').next())
                .collect::<Vec<_>>()
                .join(", ")
        ),
        afterwards,
    };
    let all = format!("{NARROW}, target_id integer, tags text[], details jsonb");
    [
        race("no key", "keyless", narrow, NARROW, "TRUNCATE keyless"),
        race("identity key", "keyed", narrow, NARROW, "TRUNCATE keyed"),
        race(
            "and foreign key, array, JSON",
            "referring",
            wide,
            &all,
            "TRUNCATE referring",
        ),
    ]
}

fn single() -> [Race; 3] {
    let race = |name, ours: &str, by_hand: &str, afterwards| Race {
        name,
        ours: ours.into(),
        by_hand: by_hand.into(),
        afterwards,
    };
    [
        race(
            "add_record_to_table",
            r#"SELECT msar.add_record_to_table('one_row'::regclass, '{"1": 100001, "3": "a name", "4": 12.5, "5": "2026-01-01"}')"#,
            "INSERT INTO one_row (id, name, amount, day) VALUES (100001, 'a name', 12.5, '2026-01-01') RETURNING to_jsonb(one_row)",
            "DELETE FROM one_row WHERE id > 100000",
        ),
        race(
            "patch_record_in_table",
            r#"SELECT msar.patch_record_in_table('one_row'::regclass, 777, '{"3": "a name", "4": 12.5}')"#,
            "UPDATE one_row SET name = 'a name', amount = 12.5 WHERE id = 777 RETURNING to_jsonb(one_row)",
            "",
        ),
        race(
            "delete_records_from_table, 10 rows",
            "SELECT msar.delete_records_from_table('one_row'::regclass, '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]')",
            "DELETE FROM one_row WHERE id IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10) RETURNING id",
            "INSERT INTO one_row (id) SELECT generate_series(1, 10)",
        ),
    ]
}

/// Median round trips, in turns; what comes afterwards is not timed.
fn compare(client: &mut Client, race: &Race) -> Result<Vec<String>> {
    let mut times: [Vec<Duration>; 2] = Default::default();
    for round in 0..=ROUNDS {
        for (statement, times) in [&race.ours, &race.by_hand].into_iter().zip(&mut times) {
            let start = Instant::now();
            client.simple_query(statement)?;
            if round > 0 {
                times.push(start.elapsed());
            }
            client.batch_execute(race.afterwards)?;
        }
    }
    let [ours, by_hand] = times.map(|mut times| measure::median(&mut times).as_secs_f64() * 1000.0);
    Ok(vec![
        race.name.into(),
        format!("{ours:.2}"),
        format!("{by_hand:.2}"),
        format!("{:.2}", ours / by_hand),
    ])
}
