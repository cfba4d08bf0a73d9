//! Forms that several sessions send in at once, and shares that several sessions read.

use mathesar_ext_client_tests::{Database, run, text};
use std::thread;

const SESSIONS: i64 = 8;
const TIMES: i64 = 40;

#[test]
fn every_submission_counts_once() {
    let database = Database::with_extension();
    let mut client = database.connect_as_owner();
    run(
        &mut client,
        r#"CREATE SCHEMA app;
           CREATE TABLE app.team (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE);
           CREATE TABLE app.entry (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, team_id int REFERENCES app.team);
           SELECT msar.set_form_publish((msar.add_form(jsonb_build_object('name', 'Entry', 'version', 1, 'base_table_oid', 'app.entry'::regclass::oid::int, 'header_title', '{}'::jsonb,
             'fields', jsonb_build_array('{"key": "name", "index": 0, "kind": "scalar_column", "column_attnum": 2, "is_required": true}'::jsonb,
               jsonb_build_object('key', 'team', 'index', 1, 'kind', 'foreign_key', 'column_attnum', 3, 'related_table_oid', 'app.team'::regclass::oid::int, 'fk_interaction_rule', 'must_create',
                 'child_fields', '[{"key": "team name", "index": 0, "kind": "scalar_column", "column_attnum": 2}]'::jsonb))))->>'id')::bigint, true);
           SELECT msar.share_table('app.entry')"#,
    );
    let token = text(&mut client, "SELECT token::text FROM msar_catalog.forms");
    let slug = text(&mut client, "SELECT slug::text FROM msar_catalog.shares");
    thread::scope(|scope| {
        for session in 0..SESSIONS {
            let (database, token, slug) = (&database, &token, &slug);
            scope.spawn(move || {
                let mut client = database.connect_as_owner();
                for time in 0..TIMES {
                    // Every second one sends a team that another session sends as well: one of them fails, whole.
                    let team = if time % 2 == 0 { format!("{session}-{time}") } else { format!("shared-{time}") };
                    let values = format!("{{\"name\": \"{session}-{time}\", \"team\": {{\"type\": \"create\"}}, \"team name\": \"{team}\"}}");
                    let outcome = client.simple_query(&format!("SELECT msar.submit_form('{token}', '{values}')"));
                    if let Err(error) = outcome {
                        let error = error.as_db_error().unwrap_or_else(|| panic!("{error}")).clone();
                        assert_eq!(error.code().code(), "23505", "{error}");
                        assert!(error.message().starts_with("field \"team name\""), "{error}");
                    }
                    run(&mut client, &format!("SELECT msar.read_share('{slug}', '{{\"limit\": 1}}')"));
                }
            });
        }
    });
    let entries = SESSIONS * TIMES / 2 + TIMES / 2;
    assert_eq!(
        text(
            &mut client,
            "SELECT count(*) || '/' || (SELECT count(*) FROM app.team) FROM app.entry"
        ),
        format!("{entries}/{entries}")
    );
    assert_eq!(
        text(
            &mut client,
            "SELECT msar.get_share_uses(id)->>'count' FROM msar_catalog.shares"
        ),
        (SESSIONS * TIMES).to_string()
    );
    assert_eq!(
        text(
            &mut client,
            "SELECT count(*)::text FROM msar_catalog.shares AS s, LATERAL msar.get_share_uses(s.id)"
        ),
        "1"
    );
}

/// A session keeps a form that it has served. What another session does to the form, to its table or to the metadata of
/// that counts with the next submission, whatever the first one has kept.
#[test]
fn kept_forms_are_those_of_now() {
    let database = Database::with_extension();
    let mut maker = database.connect_as_superuser();
    run(
        &mut maker,
        "CREATE SCHEMA app; CREATE TABLE app.entry (id integer GENERATED ALWAYS AS IDENTITY, a text, b integer, who bigint)",
    );
    let field = |key: &str, attnum: i32| {
        format!(r#"{{"key": "{key}", "index": 0, "kind": "scalar_column", "column_attnum": {attnum}}}"#)
    };
    let form = format!(
        "SELECT f->>'token' FROM msar.add_form(jsonb_build_object('name', 'Entry', 'version', 1,
           'base_table_oid', 'app.entry'::regclass::oid::int, 'header_title', '{{}}'::jsonb, 'privileged_role', true,
           'fields', '[{}, {}]'::jsonb)) AS f",
        field("a", 2),
        field("b", 3)
    );
    let mut token = text(&mut maker, &form);
    let publish = "SELECT FROM msar.set_form_publish((SELECT id FROM msar_catalog.forms), true)";
    let end = "SELECT FROM msar.set_form_publish((SELECT id FROM msar_catalog.forms), false)";
    let mut visitor = database.connect_as_superuser();
    let mut submit = |token: &str, values: &str| {
        let outcome = visitor.batch_execute(&format!("SELECT msar.submit_form('{token}', '{values}')"));
        outcome.map_err(|error| error.as_db_error().unwrap().message().to_owned())
    };
    let none = Err("there is no such form".to_owned());
    let some = r#"{"a": "x", "b": 1}"#;
    assert_eq!(submit(&token, some), none);
    run(&mut maker, publish);
    assert_eq!(submit(&token, some), Ok(()));
    run(&mut maker, end);
    assert_eq!(submit(&token, some), none);
    run(&mut maker, publish);
    for change in [
        "ALTER TABLE app.entry RENAME a TO label",
        "ALTER TABLE app.entry RENAME TO entries",
        "CREATE SCHEMA other; ALTER TABLE app.entries SET SCHEMA other",
        "ALTER SCHEMA other RENAME TO place",
        "VACUUM FULL msar_catalog.stored_forms",
    ] {
        run(&mut maker, change);
        assert_eq!(submit(&token, some), Ok(()), "{change}");
    }
    let large = r#"{"b": 8589934592}"#;
    assert!(submit(&token, large).unwrap_err().contains("field \"b\": value"));
    run(&mut maker, "ALTER TABLE place.entries ALTER b TYPE bigint");
    assert_eq!(submit(&token, large), Ok(()));
    run(
        &mut maker,
        "SELECT msar.set_table_metadata('place.entries', '{\"user_tracking_attnum\": 4}')",
    );
    assert_eq!(submit(&token, some), Ok(()));
    let tracked = "SELECT count(who)::text FROM place.entries";
    assert_eq!(text(&mut maker, tracked), "1");
    let new = text(
        &mut maker,
        "SELECT msar.regenerate_form_token((SELECT id FROM msar_catalog.forms))::text",
    );
    let old = std::mem::replace(&mut token, new);
    assert_eq!(submit(&old, some), none);
    assert_eq!(submit(&token, some), Ok(()));

    // Also within a transaction whose snapshot is older, and what the session itself rolls back.
    assert_eq!(submit(&token, some), Ok(()));
    let mut older = database.connect_as_superuser();
    let call = format!("SELECT msar.submit_form('{token}', '{some}')");
    run(
        &mut older,
        &format!("BEGIN ISOLATION LEVEL REPEATABLE READ; {call}"),
    );
    run(&mut maker, end);
    assert!(older.batch_execute(&call).is_err());
    run(&mut older, "ROLLBACK");
    run(&mut older, &format!("BEGIN; {publish}; {call}; ROLLBACK"));
    assert!(older.batch_execute(&call).is_err());
    run(&mut maker, publish);
    run(&mut older, &call);
    run(&mut maker, "ALTER TABLE place.entries DROP b");
    assert_eq!(submit(&token, some), none);
}
