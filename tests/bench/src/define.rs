//! `define`: tables and columns from JSON, against the plain statements that do the same.
//!
//! Each contestant works in a transaction that is rolled back, and what it made is compared once: columns, types,
//! defaults, constraints and comments.

use postgres::Client;

use crate::{Result, links, measure::race_undone, server::Server, table::Table};

const DATABASE: &str = "mathesar_ext_bench_define";

/// What can be chosen by name.
const PARTS: [&str; 2] = ["tables", "links"];

/// `parts`: some of these; all if there is none.
pub(crate) fn run(parts: &[String]) -> Result<()> {
    if let Some(unknown) = parts.iter().find(|part| !PARTS.contains(&part.as_str())) {
        return Err(format!("define has the parts {}, not \"{unknown}\"", PARTS.join(", ")).into());
    }
    let is_wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    let server = Server::from_environment()?;
    server.create_database(DATABASE)?;
    let outcome = server.connect_to(DATABASE).and_then(|mut client| {
        client.batch_execute("CREATE EXTENSION mathesar_ext")?;
        if is_wanted("tables") {
            report(&mut client)?;
        }
        if is_wanted("links") {
            links::report(&mut client)?;
        }
        Ok(())
    });
    server.drop_database(DATABASE)?;
    outcome
}

/// Tables to refer to, and a table with rows to retype.
const SET_UP: &str = "
    CREATE SCHEMA made;
    DO $$ BEGIN FOR n IN 1..5 LOOP
      EXECUTE format('CREATE TABLE public.target_%s (id integer PRIMARY KEY, name text)', n);
    END LOOP; END $$;
    CREATE TABLE public.retyped (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number integer, counted integer DEFAULT 5, digits text,
      code varchar(20), note text
    );
    INSERT INTO public.retyped (number, counted, digits, code, note)
    SELECT n, n, n::text, 'code ' || n, 'Remark on ' || n FROM generate_series(1, 1000000) AS n";

/// What there is in the schema `made`, and in the table that is retyped.
const SHAPE: &str = "
    SELECT jsonb_pretty(jsonb_agg(jsonb_build_object(
      'table', c.relname, 'comment', obj_description(c.oid), 'kind', c.relkind,
      'columns', (
        SELECT jsonb_agg(jsonb_build_array(attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
                 pg_get_expr(adbin, adrelid), col_description(c.oid, attnum)) ORDER BY attnum)
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
      ),
      'constraints', (
        SELECT jsonb_agg(jsonb_build_array(conname, pg_get_constraintdef(oid)) ORDER BY conname)
        FROM pg_constraint WHERE conrelid = c.oid
      )
    ) ORDER BY c.relname))
    FROM pg_class AS c
    WHERE c.relkind IN ('r', 'S') AND c.relnamespace = 'made'::regnamespace OR c.oid = 'public.retyped'::regclass";

fn report(client: &mut Client) -> Result<()> {
    eprintln!("building a table of 1,000,000 rows ...");
    client.batch_execute(SET_UP)?;
    client.batch_execute("VACUUM ANALYZE")?;
    // An index is built by the process that is measured.
    client.batch_execute("SET max_parallel_maintenance_workers = 0")?;
    let mut table = Table::new(
        "From JSON, and by plain statements: ms, median",
        &[
            "",
            "rounds",
            "from JSON",
            "plain",
            "ratio",
            "from JSON, CPU",
            "plain, CPU",
            "ratio",
        ],
    );
    contest(
        client,
        &mut table,
        "a table of 30 columns with comments, defaults, 5 foreign keys",
        &wide_table_from_json(),
        &wide_table_plain(),
        201,
    )?;
    for (name, attnum, type_object, plain, rounds) in RETYPINGS {
        contest(
            client,
            &mut table,
            name,
            &format!(
                r#"SELECT msar.alter_columns('public.retyped'::regclass::oid, '[{{"attnum": {attnum}, "type": {type_object}}}]')"#
            ),
            &format!("ALTER TABLE public.retyped {plain}"),
            rounds,
        )?;
    }
    // The least that a call can cost: a function that knows the statement and does nothing but run it.
    let (name, _, _, plain, rounds) = RETYPINGS[RETYPINGS.len() - 1];
    client.batch_execute(&format!(
        "CREATE FUNCTION public.retype(tab_id oid, col_alters jsonb) RETURNS integer[] LANGUAGE plpgsql
         AS $$BEGIN EXECUTE 'ALTER TABLE public.retyped {plain}'; RETURN '{{5}}'::integer[]; END$$"
    ))?;
    contest(
        client,
        &mut table,
        &format!("{name}, by a function in PL/pgSQL that runs it"),
        "SELECT public.retype('public.retyped'::regclass::oid, '[]')",
        &format!("ALTER TABLE public.retyped {plain}"),
        rounds,
    )?;
    contest(
        client,
        &mut table,
        "300 tables by apply_definitions",
        &many_tables_from_json(),
        &many_tables_plain(),
        11,
    )?;
    table.print();
    Ok(())
}

fn contest(
    client: &mut Client,
    table: &mut Table,
    name: &str,
    ours: &str,
    plain: &str,
    rounds: usize,
) -> Result<()> {
    eprintln!("timing {name} ...");
    let [ours, plain] = race_undone(client, [ours, plain], rounds, SHAPE)?;
    let mut row = vec![name.to_owned(), rounds.to_string()];
    row.extend(compared(ours.milliseconds(), plain.milliseconds()));
    row.extend(compared(
        ours.processor_milliseconds(),
        plain.processor_milliseconds(),
    ));
    table.row(row);
    Ok(())
}

pub(crate) fn compared(ours: f64, plain: f64) -> [String; 3] {
    [
        format!("{ours:.2}"),
        format!("{plain:.2}"),
        format!("{:.2}", ours / plain),
    ]
}

/// Name, attnum, type for us, and the best plain action; how many rounds.
const RETYPINGS: [(&str, u8, &str, &str, usize); 6] = [
    (
        "1,000,000 rows, integer -> bigint",
        2,
        r#"{"name": "bigint"}"#,
        "ALTER number TYPE bigint",
        7,
    ),
    (
        "1,000,000 rows, integer with a default -> bigint",
        3,
        r#"{"name": "bigint"}"#,
        "ALTER counted TYPE bigint",
        7,
    ),
    (
        "1,000,000 rows, integer -> text",
        2,
        r#"{"name": "text"}"#,
        "ALTER number TYPE text",
        7,
    ),
    (
        "1,000,000 rows, text -> numeric",
        4,
        r#"{"name": "numeric"}"#,
        "ALTER digits TYPE numeric USING digits::numeric",
        7,
    ),
    (
        "1,000,000 rows, text -> integer",
        4,
        r#"{"name": "integer"}"#,
        "ALTER digits TYPE integer USING digits::integer",
        7,
    ),
    (
        "1,000,000 rows, varchar(20) -> varchar(30)",
        5,
        r#"{"name": "character varying", "options": {"length": 30}}"#,
        "ALTER code TYPE varchar(30)",
        201,
    ),
];

/// Types with a default: JSON of the type, SQL of the type, JSON of the default, SQL of the default.
const TYPES: [(&str, &str, &str, &str); 5] = [
    (r#"{"name": "text"}"#, "text", r#""none""#, "'none'"),
    (r#"{"name": "integer"}"#, "integer", "7", "'7'"),
    (
        r#"{"name": "numeric", "options": {"precision": 12, "scale": 2}}"#,
        "numeric(12,2)",
        "1.5",
        "'1.5'",
    ),
    (r#"{"name": "date"}"#, "date", r#""2020-02-29""#, "'2020-02-29'"),
    (r#"{"name": "boolean"}"#, "boolean", "true", "'true'"),
];

/// One column as JSON and as SQL.
fn column(number: usize) -> (String, String) {
    let (json_type, sql_type, json_default, sql_default) = TYPES[number % TYPES.len()];
    let is_required = number.is_multiple_of(2);
    let json = format!(
        r#"{{"name": "column_{number}", "type": {json_type}, "not_null": {is_required}, "default": {json_default},
            "description": "What column {number} means"}}"#
    );
    let not_null = if is_required { " NOT NULL" } else { "" };
    let sql = format!("column_{number} {sql_type}{not_null} DEFAULT {sql_default}");
    (json, sql)
}

const PLAIN_COLUMNS: usize = 25;
const LINKS: usize = 5;

fn wide_table_from_json() -> String {
    let mut columns: Vec<String> = (1..=PLAIN_COLUMNS).map(|number| column(number).0).collect();
    columns.extend((1..=LINKS).map(|number| {
        format!(
            r#"{{"name": "link_{number}", "type": {{"name": "integer"}}, "description": "What link {number} means"}}"#
        )
    }));
    // The OIDs of the tables are known to the client, as to every client of this interface.
    let constraints: Vec<String> = (1..=LINKS)
        .map(|number| {
            format!(
                "jsonb_build_object('name', 'wide_link_{number}', 'type', 'f', 'columns', '[\"link_{number}\"]'::jsonb,
                   'fkey_relation_id', 'public.target_{number}'::regclass::oid::bigint, 'fkey_columns', '[\"id\"]'::jsonb,
                   'fkey_delete_action', 'n')"
            )
        })
        .collect();
    format!(
        "SELECT msar.add_mathesar_table('made'::regnamespace::oid, 'wide', '{{}}', '[{}]', jsonb_build_array({}), NULL,
           'A wide table')",
        columns.join(", "),
        constraints.join(", ")
    )
}

fn wide_table_plain() -> String {
    let mut columns = vec!["id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY".to_owned()];
    columns.extend((1..=PLAIN_COLUMNS).map(|number| column(number).1));
    columns.extend((1..=LINKS).map(|number| format!("link_{number} integer")));
    columns.extend((1..=LINKS).map(|number| {
        format!(
            "CONSTRAINT wide_link_{number} FOREIGN KEY (link_{number}) REFERENCES public.target_{number} (id) ON DELETE SET NULL"
        )
    }));
    let mut script = format!(
        "CREATE TABLE made.wide ({});\nCOMMENT ON TABLE made.wide IS 'A wide table';\n",
        columns.join(", ")
    );
    for number in 1..=PLAIN_COLUMNS {
        script.push_str(&format!(
            "COMMENT ON COLUMN made.wide.column_{number} IS 'What column {number} means';\n"
        ));
    }
    for number in 1..=LINKS {
        script.push_str(&format!(
            "COMMENT ON COLUMN made.wide.link_{number} IS 'What link {number} means';\n"
        ));
    }
    script
}

const TABLES: usize = 300;
const COLUMNS_OF_MANY: usize = 8;

/// Tables of ten columns, each of which refers to the one before.
fn many_tables_from_json() -> String {
    let steps: Vec<String> = (1..=TABLES)
        .map(|table| {
            let mut columns =
                vec![r#"{"name": "id", "type": {"name": "integer"}, "identity": "by_default"}"#.to_owned()];
            columns.extend((1..=COLUMNS_OF_MANY).map(|number| column(number).0));
            columns.push(r#"{"name": "previous", "type": {"name": "integer"}}"#.to_owned());
            let mut constraints = vec![r#"{"type": "p", "columns": ["id"]}"#.to_owned()];
            if table > 1 {
                constraints.push(format!(
                    r#"{{"name": "table_{table}_previous", "type": "f", "columns": ["previous"],
                        "fkey_relation": {{"schema": "made", "name": "table_{}"}}, "fkey_columns": ["id"]}}"#,
                    table - 1
                ));
            }
            format!(
                r#"{{"create_table": {{"schema": "made", "name": "table_{table}", "description": "Table {table}",
                    "columns": [{}], "constraints": [{}]}}}}"#,
                columns.join(", "),
                constraints.join(", ")
            )
        })
        .collect();
    format!("SELECT msar.apply_definitions('[{}]')", steps.join(", "))
}

fn many_tables_plain() -> String {
    let mut script = String::new();
    for table in 1..=TABLES {
        let mut columns = vec!["id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY".to_owned()];
        columns.extend((1..=COLUMNS_OF_MANY).map(|number| column(number).1));
        columns.push("previous integer".into());
        if table > 1 {
            columns.push(format!(
                "CONSTRAINT table_{table}_previous FOREIGN KEY (previous) REFERENCES made.table_{} (id)",
                table - 1
            ));
        }
        script.push_str(&format!(
            "CREATE TABLE made.table_{table} ({});\nCOMMENT ON TABLE made.table_{table} IS 'Table {table}';\n",
            columns.join(", ")
        ));
        for number in 1..=COLUMNS_OF_MANY {
            script.push_str(&format!(
                "COMMENT ON COLUMN made.table_{table}.column_{number} IS 'What column {number} means';\n"
            ));
        }
    }
    script
}
