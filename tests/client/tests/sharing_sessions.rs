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
