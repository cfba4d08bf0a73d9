//! Every function of the extension, called with every argument NULL or odd: unknown OIDs, OIDs of other kinds of objects,
//! the extremes of each type, documents of another shape. By the owner of the extension, who is no superuser, and by a
//! role without any right. No call may end in an internal error, end the server or take longer than some seconds.

use mathesar_ext_client_tests::{
    Database, connect, functions, reconnected, refusal, role_without_rights, run, text,
};
use postgres::Client;
use std::time::{Duration, Instant};

const LONGEST: Duration = Duration::from_secs(60);

/// What OIDs are tried: nothing, unknown ones, and one of each kind of relation.
const RELATIONS: [&str; 13] = [
    "NULL",
    "0",
    "1",
    "4294967295",
    "'odd.t'::regclass::oid",
    "'odd.i'::regclass::oid",
    "'odd.s'::regclass::oid",
    "'odd.v'::regclass::oid",
    "'odd.m'::regclass::oid",
    "'odd.p'::regclass::oid",
    "'odd.c'::regclass::oid",
    "(SELECT reltoastrelid FROM pg_class WHERE oid = 'odd.t'::regclass)",
    "'pg_class'::regclass::oid",
];

const DOCUMENTS: [&str; 14] = [
    "'{}'",
    "NULL",
    "'null'",
    "'[]'",
    "'0'",
    "'\"x\"'",
    "'true'",
    "'[null]'",
    "'[[]]'",
    "'[{}]'",
    "'{\"\": null}'",
    "'[1e400, -1]'",
    "'[{\"name\": 1, \"attnum\": \"x\", \"type\": [], \"columns\": {}}]'",
    "(repeat('[', 600) || repeat(']', 600))::jsonb",
];

/// The values that are tried for an argument of a type. The first one is an ordinary value.
fn values(type_name: &str) -> Vec<String> {
    let of = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    match type_name {
        "regclass" | "oid" => {
            let mut values = vec!["'odd.t'::regclass::oid".to_owned()];
            values.extend(RELATIONS.map(str::to_owned));
            values.push("'odd'::regnamespace::oid".into());
            values
        }
        "regnamespace" => of(&[
            "'odd'::regnamespace",
            "NULL",
            "0",
            "1",
            "4294967295::oid",
            "'pg_catalog'::regnamespace",
            "'pg_toast'::regnamespace",
            "'msar'::regnamespace",
        ]),
        "regrole" => of(&[
            "current_user::regrole",
            "NULL",
            "0",
            "1",
            "4294967295::oid",
            "'pg_monitor'::regrole",
        ]),
        "regtype" => of(&[
            "'text'::regtype",
            "NULL",
            "0",
            "1",
            "4294967295::oid",
            "'unknown'::regtype",
            "'anyelement'::regtype",
            "'record'::regtype",
            "'odd.t'::regtype",
            "'odd.c'::regtype",
            "'int4range'::regtype",
            "'cstring'::regtype",
        ]),
        "smallint" => of(&["1", "NULL", "'-32768'", "'32767'", "0"]),
        "integer" => of(&["1", "NULL", "'-2147483648'", "'2147483647'", "0"]),
        "bigint" => of(&[
            "1",
            "NULL",
            "'-9223372036854775808'",
            "'9223372036854775807'",
            "0",
        ]),
        "boolean" => of(&["false", "NULL", "true"]),
        "jsonb" | "json" => DOCUMENTS.iter().map(|value| (*value).to_owned()).collect(),
        "bytea" => of(&[
            "'a,b'",
            "NULL",
            "''",
            "'\\x00ff'",
            "convert_to(repeat('[', 100000), 'UTF8')",
        ]),
        "numeric" => of(&["1.5", "NULL", "'NaN'", "'Infinity'", "'1e131071'", "'-1e-16383'"]),
        "real" => of(&["1.5", "NULL", "'NaN'", "'-Infinity'", "'3.4e38'"]),
        "double precision" => of(&["1.5", "NULL", "'NaN'", "'Infinity'", "'-1.7e308'", "'5e-324'"]),
        "date" => of(&[
            "'2024-02-29'",
            "NULL",
            "'infinity'",
            "'-infinity'",
            "'4713-01-01 BC'",
            "'5874897-12-31'",
        ]),
        "timestamp without time zone" | "timestamp with time zone" => of(&[
            "'2024-02-29 12:00'",
            "NULL",
            "'infinity'",
            "'-infinity'",
            "'294276-12-31 23:59:59.999999'",
            "'4713-11-24 BC'",
        ]),
        "time without time zone" => of(&["'12:00'", "NULL", "'24:00'"]),
        "time with time zone" => of(&["'12:00+01'", "NULL", "'24:00-15:59'"]),
        "interval" => of(&[
            "'1 day'",
            "NULL",
            "'178000000 years'",
            "'-178000000 years'",
            "'2147483647 months -2147483648 days'",
        ]),
        "point" => of(&[
            "'(1,2)'",
            "NULL",
            "'(NaN,Infinity)'",
            "'(1e308,-1e308)'",
            "'(0,0)'",
        ]),
        "money" => of(&["1", "NULL", "'-92233720368547758.08'"]),
        "\"char\"" => of(&["','", "NULL", "''", "'\\377'"]),
        "name" => of(&["'x'", "NULL", "''", "repeat('é', 31)"]),
        "anycompatible" | "anyelement" => of(&[
            "1",
            "NULL::text",
            "'x'::text",
            "ARRAY[1]",
            "NULL::integer",
            "'{}'::jsonb",
            "ROW(1, 'x')",
        ]),
        "msar.pkey_kind" => of(&["'IDENTITY'", "NULL"]),
        _ if type_name.ends_with("[]") => {
            let element = values(&type_name[..type_name.len() - 2]).remove(0);
            vec![
                format!("ARRAY[{element}]"),
                "NULL".into(),
                "'{}'".into(),
                "ARRAY[NULL]".into(),
                format!("ARRAY[ARRAY[{element}]]"),
                format!("array_fill({element}, ARRAY[3000])"),
            ]
        }
        "text" | "character varying" | "character" => of(&[
            "'x'",
            "NULL",
            "''",
            "repeat('x', 100000)",
            "E'\\x01%\"''\\\\'",
            "'{'",
            "repeat('{a.', 5000)",
        ]),
        _ => of(&["NULL"]),
    }
}

fn database() -> Database {
    let database = Database::with_extension();
    run(
        &mut database.connect_as_owner(),
        "CREATE SCHEMA odd;
         CREATE TABLE odd.t (id int CONSTRAINT i PRIMARY KEY, b text, c jsonb, d int REFERENCES odd.t);
         INSERT INTO odd.t VALUES (1, 'one', '{}', 1);
         CREATE SEQUENCE odd.s;
         CREATE VIEW odd.v AS SELECT * FROM odd.t;
         CREATE MATERIALIZED VIEW odd.m AS SELECT * FROM odd.t;
         CREATE TABLE odd.p (a int) PARTITION BY LIST (a);
         CREATE TYPE odd.c AS (x int, y text);",
    );
    database
}

/// Calls every function with each odd value in the place of each argument, every call in a transaction that is rolled
/// back.
fn call_all(
    client: &mut Client,
    database: &Database,
    role: &str,
    only: impl Fn(&functions::Function) -> bool,
) {
    let functions = functions::all(client);
    assert!(functions.len() > 200, "there are {} functions", functions.len());
    let mut failures = Vec::new();
    for function in functions.iter().filter(|function| only(function)) {
        let tried: Vec<Vec<String>> = function
            .arguments
            .iter()
            .map(|argument| values(argument))
            .collect();
        let mut calls = vec![tried.iter().map(|values| values[0].clone()).collect::<Vec<_>>()];
        for (at, values) in tried.iter().enumerate() {
            for value in &values[1..] {
                let mut call = calls[0].clone();
                call[at].clone_from(value);
                calls.push(call);
            }
        }
        calls.push(vec!["NULL".into(); tried.len()]);
        for arguments in calls {
            let call = function.call(&arguments);
            let start = Instant::now();
            let outcome = client.batch_execute(&format!("BEGIN; {call}"));
            if let Err(error) = outcome {
                failures.extend(refusal(&error, &call).err());
            }
            if start.elapsed() > LONGEST {
                failures.push(format!("{:?}: {call}", start.elapsed()));
            }
            if client.is_closed() {
                *client = reconnected(&database.config(role));
            } else {
                run(client, "ROLLBACK");
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of the calls failed:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

fn is_for_callers(function: &functions::Function) -> bool {
    !matches!(function.result.as_str(), "trigger" | "event_trigger")
}

#[test]
fn odd_arguments_of_the_owner() {
    let database = database();
    let mut client = database.connect_as_owner();
    call_all(&mut client, &database, database.owner(), is_for_callers);
}

#[test]
fn odd_arguments_of_a_stranger() {
    let (database, stranger) = (database(), role_without_rights());
    let mut client = connect(&database.config(&stranger));
    call_all(&mut client, &database, &stranger, is_for_callers);
}

#[test]
fn what_is_labelled_safe_runs_in_parallel_workers() {
    let database = database();
    let mut client = database.connect_as_owner();
    let version: i32 = text(&mut client, "SHOW server_version_num")
        .parse()
        .unwrap_or_default();
    let setting = if version < 160_000 {
        "force_parallel_mode"
    } else {
        "debug_parallel_query"
    };
    run(&mut client, &format!("SET {setting} = on"));
    call_all(&mut client, &database, database.owner(), |function| {
        function.is_parallel_safe && is_for_callers(function)
    });
}

/// Nobody but triggers and event triggers calls these. Who restores a source table of the reflector creates its triggers.
#[test]
fn functions_for_triggers_are_not_for_callers() {
    let database = database();
    let mut client = database.connect_as_superuser();
    let open = text(
        &mut client,
        "SELECT coalesce(string_agg(p.oid::regprocedure::text, ', '), '')
         FROM pg_proc AS p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
         WHERE p.pronamespace = '__msar'::regnamespace AND a.grantee = 0
           AND p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype) AND p.proname <> 'capture_changes'",
    );
    assert_eq!(open, "");
}
