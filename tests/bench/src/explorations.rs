//! `explorations`: explorations, shares and forms, against the SQL that one writes by hand for the same answer.

use std::time::{Duration, Instant};

use postgres::{Client, SimpleQueryMessage};

use crate::{Result, measure, server::Server, table::Table};

const DATABASE: &str = "mathesar_ext_bench_explorations";

/// Rounds of which the median is printed: of statements that read much, and of small ones.
const ROUNDS: usize = 15;
const SMALL_ROUNDS: usize = 301;

const DATA: &str = "
CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, city text NOT NULL);
CREATE TABLE product (id int PRIMARY KEY, title text NOT NULL, price numeric(10, 2) NOT NULL);
CREATE TABLE sale (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, product_id int NOT NULL REFERENCES product, amount int NOT NULL, sold_on date NOT NULL);
INSERT INTO customer SELECT n, 'Customer ' || n, 'City ' || n % 100 FROM generate_series(1, 10000) AS n;
INSERT INTO product SELECT n, 'Product ' || n, n * 1.37 FROM generate_series(1, 1000) AS n;
INSERT INTO sale SELECT n, 1 + n * 7919::bigint % 10000, 1 + n * 104729::bigint % 1000, n % 17, date '2020-01-01' + n % 2000 FROM generate_series(1, 1000000) AS n;
CREATE INDEX ON sale (sold_on);
CREATE TABLE entry (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, amount numeric, sold_on date, product_id int REFERENCES product);
";

/// Two ways to the same answer.
struct Race {
    name: &'static str,
    ours: String,
    by_hand: String,
    /// What of the answer of ours is that of the other.
    answer: &'static str,
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
    let mut table = Table::new(
        format!("1,000,000 rows: ms, median of {ROUNDS}"),
        &["", "run_exploration", "by hand", "ratio"],
    );
    for race in large() {
        table.row(compare(client, &race, ROUNDS)?);
    }
    table.print();
    let mut table = Table::new(
        format!("Small calls: ms, median of {SMALL_ROUNDS}"),
        &["", "ours", "compared with", "ratio", "ours more by"],
    );
    for race in small(client)? {
        let mut cells = compare(client, &race, SMALL_ROUNDS)?;
        let difference: f64 = cells[1].parse::<f64>()? - cells[2].parse::<f64>()?;
        cells.push(format!("{difference:.3}"));
        table.row(cells);
    }
    table.print();
    Ok(())
}

fn joined(transformations: &str) -> String {
    let end =
        |table: &str, column: &str| format!(r#"[{{"schema": "public", "name": "{table}"}}, "{column}"]"#);
    format!(
        r#"{{"base_table": {{"schema": "public", "name": "sale"}}, "initial_columns": [
          {{"alias": "id", "column": "id"}}, {{"alias": "amount", "column": "amount"}}, {{"alias": "sold_on", "column": "sold_on"}},
          {{"alias": "customer", "column": "name", "join_path": [[{}, {}]]}}, {{"alias": "product", "column": "title", "join_path": [[{}, {}]]}}],
          "transformations": [{transformations}]}}"#,
        end("sale", "customer_id"),
        end("customer", "id"),
        end("sale", "product_id"),
        end("product", "id"),
    )
}

fn large() -> Vec<Race> {
    let rows = joined(
        r#"{"type": "filter", "spec": {"greater": [{"column_name": ["amount"]}, {"literal": [12]}]}},
           {"type": "order", "spec": [{"field": "customer", "direction": "asc"}, {"field": "product", "direction": "desc"}]}"#,
    );
    let from = "FROM sale AS s LEFT JOIN customer AS c ON c.id = s.customer_id LEFT JOIN product AS p ON p.id = s.product_id WHERE s.amount > 12";
    let page = format!(
        "SELECT s.id, s.amount, s.sold_on, c.name AS customer, p.title AS product {from} ORDER BY customer, product DESC, s.id LIMIT 50"
    );
    let groups = joined(
        r#"{"type": "summarize", "spec": {"base_grouping_column": "product", "grouping_expressions": [{"input_alias": "product", "output_alias": "product"}],
             "aggregation_expressions": [{"input_alias": "amount", "output_alias": "total", "function": "sum"}, {"input_alias": "amount", "output_alias": "most", "function": "max"},
               {"input_alias": "id", "output_alias": "sales", "function": "count"}, {"input_alias": "sold_on", "output_alias": "first", "function": "min"}]}}"#,
    );
    let grouped = "SELECT p.title AS product, sum(s.amount) AS total, max(s.amount) AS most, count(s.id) AS sales, min(s.sold_on) AS first,
        array_agg(DISTINCT c.name) AS customer_agged
        FROM sale AS s LEFT JOIN customer AS c ON c.id = s.customer_id LEFT JOIN product AS p ON p.id = s.product_id GROUP BY p.title";
    let ours =
        |document: &str, options: &str| format!("SELECT msar.run_exploration('{document}', '{options}')");
    vec![
        Race {
            name: "3 tables, filter, order, page of 50, no count",
            ours: ours(&rows, r#"{"limit": 50, "count": "none", "dates": "iso"}"#),
            by_hand: format!(
                "SELECT json_build_object('count', NULL, 'results', (SELECT json_agg(v) FROM ({page}) AS v))"
            ),
            answer: "records",
        },
        Race {
            name: "the same with the count",
            ours: ours(&rows, r#"{"limit": 50, "dates": "iso"}"#),
            by_hand: format!(
                "SELECT json_build_object('count', (SELECT count(*) FROM sale WHERE amount > 12), 'results', (SELECT json_agg(v) FROM ({page}) AS v))"
            ),
            answer: "records",
        },
        Race {
            name: "summary, 4 aggregates and completion, page of 50, no count",
            ours: ours(&groups, r#"{"limit": 50, "count": "none", "dates": "iso"}"#),
            by_hand: format!(
                "SELECT json_build_object('count', NULL, 'results', (SELECT json_agg(v) FROM ({grouped} ORDER BY 1 LIMIT 50) AS v))"
            ),
            answer: "records",
        },
        Race {
            name: "the same with the count",
            ours: ours(&groups, r#"{"limit": 50, "dates": "iso"}"#),
            by_hand: format!(
                "WITH g AS MATERIALIZED ({grouped}) SELECT json_build_object('count', (SELECT count(*) FROM g), 'results', (SELECT json_agg(v) FROM (SELECT * FROM g ORDER BY 1 LIMIT 50) AS v))"
            ),
            answer: "records",
        },
    ]
}

fn small(client: &mut Client) -> Result<Vec<Race>> {
    let document =
        joined(r#"{"type": "filter", "spec": {"equal": [{"column_name": ["id"]}, {"literal": [777]}]}}"#);
    let sql = "SELECT s.id, s.amount, s.sold_on, c.name AS customer, p.title AS product FROM sale AS s
      LEFT JOIN customer AS c ON c.id = s.customer_id LEFT JOIN product AS p ON p.id = s.product_id WHERE s.id = 777";
    let mut text = |statement: &str| -> Result<String> { Ok(client.query_one(statement, &[])?.get(0)) };
    let slug = text(r#"SELECT msar.share_table('product', '{"privileged_role": true}')->>'slug'"#)?;
    let token = text(
        r#"SELECT msar.add_form(jsonb_build_object('name', 'Entry', 'version', 1, 'base_table_oid', 'entry'::regclass::oid::int, 'header_title', '{}'::jsonb, 'privileged_role', true,
             'fields', '[{"key": "name", "index": 0, "kind": "scalar_column", "column_attnum": 2, "is_required": true}, {"key": "amount", "index": 1, "kind": "scalar_column", "column_attnum": 3},
               {"key": "day", "index": 2, "kind": "scalar_column", "column_attnum": 4}]'::jsonb))->>'token'"#,
    )?;
    text("SELECT msar.set_form_publish((SELECT id FROM msar_catalog.forms), true)::text")?;
    let saved = text(&format!(
        "SELECT msar.save_exploration('{document}'::jsonb || '{{\"name\": \"One\"}}')->>'id'"
    ))?;
    client.batch_execute(&format!("PREPARE by_hand AS SELECT json_build_object('count', NULL, 'results', (SELECT json_agg(v) FROM ({sql}) AS v))"))?;
    let list = r#"SELECT msar.list_records('product', '{"limit": 20, "previews": false}')"#;
    Ok(vec![
        Race {
            name: "run_exploration, one row of three tables / prepared statement",
            ours: format!(
                r#"SELECT msar.run_exploration('{document}', '{{"count": "none", "dates": "iso"}}')"#
            ),
            by_hand: "EXECUTE by_hand".into(),
            answer: "records",
        },
        Race {
            name: "run_saved_exploration / prepared statement",
            ours: format!(
                r#"SELECT msar.run_saved_exploration({saved}, '{{"count": "none", "dates": "iso"}}')"#
            ),
            by_hand: "EXECUTE by_hand".into(),
            answer: "records",
        },
        Race {
            name: "read_share / list_records, 20 rows",
            ours: format!(r#"SELECT msar.read_share('{slug}', '{{"limit": 20}}')"#),
            by_hand: list.into(),
            answer: "",
        },
        Race {
            name: "submit_form / INSERT",
            ours: format!(
                r#"SELECT msar.submit_form('{token}', '{{"name": "Ada", "amount": 1.5, "day": "2026-01-01"}}')"#
            ),
            by_hand: "INSERT INTO entry (name, amount, sold_on) VALUES ('Ada', 1.5, '2026-01-01')".into(),
            answer: "",
        },
    ])
}

/// The first value that a statement returns.
fn value(client: &mut Client, statement: &str) -> Result<Option<String>> {
    let rows = client.simple_query(statement)?;
    Ok(rows.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}

/// Median round trips, in turns, of two statements with the same answer.
fn compare(client: &mut Client, race: &Race, rounds: usize) -> Result<Vec<String>> {
    if !race.answer.is_empty() {
        let (ours, by_hand) = (value(client, &race.ours)?, value(client, &race.by_hand)?);
        let is_equal = "SELECT $1::text::jsonb->$3::text = $2::text::jsonb";
        let is_equal: bool = client
            .query_one(is_equal, &[&ours, &by_hand, &race.answer])?
            .get(0);
        if !is_equal {
            return Err(format!("{}: {ours:?}\nis not {by_hand:?}", race.name).into());
        }
    }
    let mut times: [Vec<Duration>; 2] = Default::default();
    for round in 0..=rounds {
        for (statement, times) in [&race.ours, &race.by_hand].into_iter().zip(&mut times) {
            let start = Instant::now();
            client.simple_query(statement)?;
            if round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    let [ours, by_hand] = times.map(|mut times| measure::median(&mut times).as_secs_f64() * 1000.0);
    Ok(vec![
        race.name.into(),
        format!("{ours:.3}"),
        format!("{by_hand:.3}"),
        format!("{:.2}", ours / by_hand),
    ])
}
