//! What `msar.preview_drop`, `has_dependents` and `blocks_drop` say of a DROP, and what PostgreSQL does: every relation
//! and every column of several schemas is dropped, with and without CASCADE, and all of it is rolled back.

use mathesar_ext_client_tests::{Database, run, text};
use postgres::Client;

fn no_rows(client: &mut Client, function: &str) {
    let rows = text(
        client,
        &format!("SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM drop_check.{function}() AS t"),
    );
    assert_eq!(rows, "", "{function}");
}

/// Compares all drops of a database of which so many must succeed.
fn compare(mut client: Client, at_least: i32) {
    run(&mut client, include_str!("describe_drop/check.sql"));
    let enough = format!(
        "SELECT (count(*) FILTER (WHERE cardinality(drop_check.foretold(obj, attnum)) > 1) >= {at_least})::text
         FROM drop_check.target"
    );
    assert_eq!(
        text(&mut client, &enough),
        "true",
        "there is something to compare"
    );
    for function in ["differences", "wrong_has_dependents", "wrong_blocks_drop"] {
        no_rows(&mut client, function);
    }
}

#[test]
fn drops_of_the_sample() {
    compare(Database::from_template("library").connect_as_superuser(), 100);
}

#[test]
fn drops_of_chinook() {
    compare(Database::from_template("chinook").connect_as_superuser(), 30);
}

#[test]
fn drops_of_pagila() {
    compare(Database::from_template("pagila").connect_as_superuser(), 100);
}

#[test]
fn drops_of_odd_objects() {
    let database = Database::with_extension();
    let mut client = database.connect_as_superuser();
    run(&mut client, include_str!("describe_drop/odd.sql"));
    if text(
        &mut client,
        "SELECT (current_setting('server_version_num')::int >= 180000)::text",
    ) == "true"
    {
        run(&mut client, include_str!("describe_drop/odd_18.sql"));
    }
    compare(client, 120);
}
