//! Transaction numbers of 32 bits begin anew: what is due in reflections and what changed since a token is told across that.

use mathesar_ext_client_tests::{Server, connect, run, text};

#[test]
fn nothing_is_lost_where_transaction_numbers_begin_anew() {
    let server = Server::before_wraparound(300);
    let mut client = connect(&server.config());
    run(
        &mut client,
        "CREATE EXTENSION mathesar_ext;
         CREATE SCHEMA app;
         CREATE TABLE app.t (id integer PRIMARY KEY, n integer NOT NULL DEFAULT 0);
         CREATE TABLE app.counter (n integer NOT NULL);
         INSERT INTO app.counter VALUES (0);
         SELECT msar.add_reflection('app.t', '{\"table\": \"app.mirror\"}');
         SELECT msar.add_reflection('app.t', '{}', '{\"copy\": false, \"statement\": \"UPDATE app.counter SET n = n + 1\"}')",
    );
    let number = "SELECT pg_current_xact_id()::text";
    let before: u64 = text(&mut client, number).parse().unwrap();
    assert!(before < 1 << 32, "{before} is past it already");
    // One that begins before and commits after the others.
    let mut late = connect(&server.config());
    run(&mut late, "BEGIN; INSERT INTO app.t VALUES (0)");
    let token = text(&mut client, "SELECT msar.sync_schema('app')->>'token'");
    for id in 1..=400 {
        run(&mut client, &format!("INSERT INTO app.t VALUES ({id})"));
        if id % 50 == 0 {
            run(&mut client, "SELECT msar.run_reflections()");
        }
    }
    run(&mut client, "UPDATE app.t SET n = id");
    run(&mut late, "COMMIT");
    run(&mut client, "ALTER TABLE app.t RENAME n TO number");
    let after: u64 = text(&mut client, number).parse().unwrap();
    assert!(after > 1 << 32, "{after} is not past it");
    run(&mut client, "SELECT msar.run_reflections()");
    let differences =
        "SELECT count(*)::text FROM app.t FULL JOIN app.mirror AS m ON m.id = t.id AND m.n = t.number
        WHERE t.id IS NULL OR m.id IS NULL";
    assert_eq!(text(&mut client, differences), "0");
    assert_eq!(text(&mut client, "SELECT count(*)::text FROM app.mirror"), "401");
    // Each insert, and 400 rows that the update found.
    assert_eq!(text(&mut client, "SELECT n::text FROM app.counter"), "801");
    let changed = format!(
        "SELECT coalesce(string_agg(r->>'name', ' ' ORDER BY r->>'name'), '')
         FROM json_array_elements(msar.sync_schema('app', '{token}')->'relations') AS r"
    );
    assert!(text(&mut client, &changed).split(' ').any(|name| name == "t"));
    assert_eq!(
        text(
            &mut client,
            &format!("SELECT msar.sync_schema('app', '{token}')->>'complete'")
        ),
        "false"
    );
    let renamed = format!(
        "SELECT string_agg(c->>'name', ' ') FROM jsonb_array_elements(msar.list_changes('{token}')->'changes') AS c
         WHERE c->>'action' = 'renamed'"
    );
    assert_eq!(text(&mut client, &renamed), "number");
}
