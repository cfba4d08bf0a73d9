//! `types`: casts of a million values, inference of tables of text, and the whole way of a file into typed columns.

use std::time::{Duration, Instant};

use postgres::Client;

use crate::{Result, measure, server::Server, table::Table};

const DATABASE: &str = "mathesar_ext_bench_types";

/// Rounds of which the median is printed.
const ROUNDS: usize = 5;

/// A cast of the extension, and PostgreSQL's own nearest way to the same values.
struct Cast {
    name: &'static str,
    ours: &'static str,
    nearest: &'static str,
}

const fn cast(name: &'static str, ours: &'static str, nearest: &'static str) -> Cast {
    Cast { name, ours, nearest }
}

const CASTS: [Cast; 24] = [
    cast("boolean", "msar.cast_to_boolean(truth)", "truth::boolean"),
    cast("integer", "msar.cast_to_integer(number)", "number::integer"),
    cast("bigint", "msar.cast_to_bigint(number)", "number::bigint"),
    cast(
        "double precision",
        "msar.cast_to_double_precision(decimal)",
        "decimal::double precision",
    ),
    cast("numeric", "msar.cast_to_numeric(decimal)", "decimal::numeric"),
    cast(
        "numeric, 1,234.5",
        "msar.cast_to_numeric(grouped)",
        "replace(grouped, ',', '')::numeric",
    ),
    cast(
        "numeric, by separators",
        "msar.cast_to_numeric(grouped, ',', '.')",
        "replace(grouped, ',', '')::numeric",
    ),
    cast(
        "mathesar_money",
        "msar.cast_to_mathesar_money(amount)",
        "ltrim(amount, '$')::numeric",
    ),
    cast(
        "mathesar_money, by marks",
        "msar.cast_to_mathesar_money(amount, '', '.', '$', '')",
        "ltrim(amount, '$')::numeric",
    ),
    cast("money", "msar.cast_to_money(amount)", "amount::money"),
    cast(
        "multicurrency_money",
        "msar.cast_to_multicurrency_money(decimal)",
        "ROW(decimal::numeric, 'USD'::char(3))",
    ),
    cast("date", "msar.cast_to_date(day)", "day::date"),
    cast(
        "date, by order",
        "msar.cast_to_date(local_day, 'DMY')",
        "to_date(local_day, 'DD/MM/YYYY')",
    ),
    cast(
        "timestamp",
        "msar.cast_to_timestamp_without_time_zone(moment)",
        "moment::timestamp",
    ),
    cast(
        "timestamptz",
        "msar.cast_to_timestamp_with_time_zone(moment)",
        "moment::timestamptz",
    ),
    cast(
        "time",
        "msar.cast_to_time_without_time_zone(clock)",
        "clock::time",
    ),
    cast("interval", "msar.cast_to_interval(length)", "length::interval"),
    cast("uuid", "msar.cast_to_uuid(identifier)", "identifier::uuid"),
    cast("jsonb", "msar.cast_to_jsonb(document)", "document::jsonb"),
    cast(
        "mathesar_json_object",
        "msar.cast_to_mathesar_json_object(document)",
        "document::bench_json_object",
    ),
    cast("email", "msar.cast_to_email(mail)", "mail::bench_email"),
    cast("uri", "msar.cast_to_uri(link)", "link::bench_uri"),
    cast(
        "uri, from www.…",
        "msar.cast_to_uri(address)",
        "('http://' || address)::bench_uri",
    ),
    cast(
        "text, from numeric",
        "msar.cast_to_text(1.5 * id)",
        "(1.5 * id)::text",
    ),
];

/// Domains with the checks that one writes in SQL, and texts of every kind.
const CAST_DATA: &str = r#"
CREATE DOMAIN bench_email AS text
  CHECK (VALUE ~ '^[a-zA-Z0-9.!#$%&''*+/=?^_`{|}~-]+@[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$');
CREATE DOMAIN bench_uri AS text CHECK (VALUE ~ '^[^:/?#]+:');
CREATE DOMAIN bench_json_object AS jsonb CHECK (jsonb_typeof(VALUE) = 'object');
CREATE UNLOGGED TABLE bench_texts AS
SELECT n AS id,
  CASE n % 2 WHEN 0 THEN 'false' ELSE 'true' END AS truth,
  n::text AS number,
  (n * 1.37)::numeric(12, 2)::text AS decimal,
  to_char(n * 13.7, 'FM999,999,990.00') AS grouped,
  '$' || (n * 1.37)::numeric(12, 2) AS amount,
  (date '1900-01-01' + n % 40000)::text AS day,
  to_char(date '1900-01-01' + n % 40000, 'DD/MM/YYYY') AS local_day,
  to_char(timestamp '1990-01-01' + n * interval '61 seconds', 'YYYY-MM-DD HH24:MI:SS') AS moment,
  to_char(timestamp '1990-01-01' + n * interval '61 seconds', 'HH24:MI:SS') AS clock,
  n % 1000 || ' days ' || n % 24 || ':00:00' AS length,
  md5(n::text)::uuid::text AS identifier,
  '{"a": ' || n || '}' AS document,
  'user' || n || '@example' || n % 100 || '.org' AS mail,
  'https://www.example.org/path/' || n AS link,
  'www.Example.org/path/' || n AS address
FROM generate_series(1, 1000000) AS n
"#;

/// A table of ten columns of text with everything that people import.
fn inferred_table(rows: u32) -> String {
    format!(
        "CREATE UNLOGGED TABLE inferred AS
         SELECT number, decimal, 'name ' || id AS name, day, grouped, amount, identifier, mail, truth, moment
         FROM bench_texts WHERE id <= {rows}"
    )
}

/// One plain pass of SQL regular expressions over the same columns and rows.
const REGEX_PASS: &str =
    "SELECT count(*) FILTER (WHERE number ~ '^[0-9]+$'), count(*) FILTER (WHERE decimal ~ '^[0-9]+$'),
  count(*) FILTER (WHERE name ~ '^[0-9]+$'), count(*) FILTER (WHERE day ~ '^[0-9]+$'),
  count(*) FILTER (WHERE grouped ~ '^[0-9]+$'), count(*) FILTER (WHERE amount ~ '^[0-9]+$'),
  count(*) FILTER (WHERE identifier ~ '^[0-9]+$'), count(*) FILTER (WHERE mail ~ '^[0-9]+$'),
  count(*) FILTER (WHERE truth ~ '^[0-9]+$'), count(*) FILTER (WHERE moment ~ '^[0-9]+$') FROM inferred";

const INFER: &str = "SELECT msar.infer_table_column_data_types('inferred')";
const SURVEY: &str = "SELECT msar.infer_types('inferred')";

pub(crate) fn run() -> Result<()> {
    let server = Server::from_environment()?;
    server.create_database(DATABASE)?;
    let outcome = server
        .connect_to(DATABASE)
        .and_then(|mut client| measure_all(&mut client));
    server.drop_database(DATABASE)?;
    outcome
}

fn measure_all(client: &mut Client) -> Result<()> {
    client.batch_execute("CREATE EXTENSION mathesar_ext; SET max_parallel_workers_per_gather = 0")?;
    client.batch_execute(CAST_DATA)?;
    client.batch_execute("VACUUM ANALYZE bench_texts")?;
    casts(client)?;
    inference(client)?;
    whole_way(client)
}

fn casts(client: &mut Client) -> Result<()> {
    let mut table = Table::new(
        "Casts of 1,000,000 texts: ms, median of 5",
        &["to", "ours", "PostgreSQL", "ratio"],
    );
    for cast in &CASTS {
        let count = |expression: &str| vec![format!("SELECT count({expression}) FROM bench_texts")];
        let [ours, nearest] = measure::race(client, &[count(cast.ours), count(cast.nearest)], ROUNDS)?;
        table.row(compared(cast.name, ours.milliseconds(), nearest.milliseconds()));
    }
    table.print();
    Ok(())
}

fn inference(client: &mut Client) -> Result<()> {
    let mut table = Table::new(
        "Inference of 10 columns of text, all rows: ms, median of 5",
        &[
            "rows",
            "inference",
            "infer_types",
            "regex pass",
            "ratio",
            "kB grown",
        ],
    );
    for rows in [100_000, 1_000_000] {
        client.batch_execute("DROP TABLE IF EXISTS inferred")?;
        client.batch_execute(&inferred_table(rows))?;
        client.batch_execute("VACUUM ANALYZE inferred")?;
        let before = measure::Memory::of(client)?;
        let contestants = [INFER, SURVEY, REGEX_PASS].map(|statement| vec![statement.to_string()]);
        let [ours, survey, regex] = measure::race(client, &contestants, ROUNDS)?;
        let grown = measure::Memory::of(client)?.contexts - before.contexts;
        table.row(vec![
            rows.to_string(),
            format!("{:.0}", ours.milliseconds()),
            format!("{:.0}", survey.milliseconds()),
            format!("{:.0}", regex.milliseconds()),
            format!("{:.2}", ours.milliseconds() / regex.milliseconds()),
            format!("{}", grown / 1000),
        ]);
    }
    table.print();
    Ok(())
}

/// COPY, inference and retyping of about 100 MB, against COPY and an ALTER TABLE with PostgreSQL's own casts.
fn whole_way(client: &mut Client) -> Result<()> {
    const COLUMNS: &str =
        "number text, decimal text, name text, day text, identifier text, mail text, truth text, moment text";
    const NATIVE: &str = "ALTER TABLE imported ALTER number TYPE numeric USING number::numeric,
        ALTER decimal TYPE numeric USING decimal::numeric, ALTER day TYPE date USING day::date,
        ALTER identifier TYPE uuid USING identifier::uuid,
        ALTER truth TYPE boolean USING truth::boolean, ALTER moment TYPE timestamp USING moment::timestamp";
    let copy_out =
        "COPY (SELECT number, decimal, 'name ' || id, day, identifier, mail, truth, moment FROM bench_texts
        WHERE id <= 850000) TO STDOUT (FORMAT csv)";
    let mut file = Vec::new();
    std::io::Read::read_to_end(&mut client.copy_out(copy_out)?, &mut file)?;
    let mut times: [Vec<Duration>; 2] = Default::default();
    for round in 0..=ROUNDS {
        for (turn, times) in times.iter_mut().enumerate() {
            client.batch_execute(&format!(
                "DROP TABLE IF EXISTS imported; CREATE TABLE imported ({COLUMNS})"
            ))?;
            let start = Instant::now();
            let mut copy = client.copy_in("COPY imported FROM STDIN (FORMAT csv)")?;
            std::io::Write::write_all(&mut copy, &file)?;
            copy.finish()?;
            if turn == 0 {
                let retype: String = client
                    .query_one("SELECT __msar.retype_statement('imported', msar.infer_table_column_data_types('imported'))", &[])?
                    .get(0);
                client.batch_execute(&retype)?;
            } else {
                client.batch_execute(NATIVE)?;
            }
            if round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    let [ours, native] = times.map(|mut times| measure::median(&mut times).as_secs_f64() * 1000.0);
    let mut table = Table::new(
        format!(
            "A CSV file of {} MB into typed columns: ms, median of 5",
            file.len() / 1_000_000
        ),
        &["", "COPY, inference, retyping", "COPY, ALTER TABLE", "ratio"],
    );
    table.row(compared("", ours, native));
    table.print();
    Ok(())
}

fn compared(name: &str, ours: f64, nearest: f64) -> Vec<String> {
    vec![
        name.into(),
        format!("{ours:.0}"),
        format!("{nearest:.0}"),
        format!("{:.2}", ours / nearest),
    ]
}
