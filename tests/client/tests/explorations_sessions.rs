//! Sessions that save explorations, with and without views, while others define and rename: nobody waits, nobody deadlocks,
//! and what is stored follows.

use mathesar_ext_client_tests::{Database, connect, error, run, text};
use std::thread;

const SETUP: &str = "
    CREATE SCHEMA al; CREATE TABLE al.t (id integer PRIMARY KEY, title text); INSERT INTO al.t VALUES (1, 'the first');
    CREATE TABLE al.other (id integer PRIMARY KEY, title text)";

/// A call that saves an exploration of `table`.
fn save(name: &str, table: &str, view: bool) -> String {
    format!(
        "SELECT (msar.save_exploration('{{\"name\": \"{name}\", \"view\": {view}, \"base_table\": {{\"schema\": \"al\", \"name\": \"{table}\"}},
            \"initial_columns\": [{{\"alias\": \"t\", \"column\": \"title\"}}]}}')->>'id')"
    )
}

#[test]
fn an_open_save_makes_nobody_wait() {
    let database = Database::with_extension();
    let (mut open, _) = database.connect_impatiently();
    let (mut other, told) = database.connect_impatiently();
    run(&mut open, SETUP);
    run(&mut open, &format!("BEGIN; {}", save("open", "t", true)));
    run(&mut other, &save("plain", "t", false));
    run(&mut other, &save("shown", "other", true));
    run(
        &mut other,
        "CREATE TABLE al.more (id integer); ALTER TABLE al.more RENAME TO most",
    );
    run(&mut open, "COMMIT");
    assert_eq!(*told.lock().unwrap(), Vec::<String>::new());
    assert_eq!(
        text(
            &mut other,
            "SELECT count(*)::text FROM pg_views WHERE schemaname = 'msar_queries'"
        ),
        "2"
    );
    assert_eq!(
        text(&mut other, "SELECT \"t\" FROM msar_queries.open"),
        "the first"
    );
}

#[test]
fn sessions_that_save_views() {
    const SESSIONS: usize = 4;
    const SAVES: usize = 15;
    let database = Database::with_extension();
    run(&mut database.connect_as_superuser(), SETUP);
    let failures: Vec<String> = thread::scope(|scope| {
        let sessions: Vec<_> = (0..SESSIONS)
            .map(|session| {
                let mut client = database.connect_as_superuser();
                scope.spawn(move || {
                    (0..SAVES)
                        .filter_map(|at| {
                            let call = save(&format!("view {session} {at}"), "t", true);
                            client.batch_execute(&call).err().map(|error| error.to_string())
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        sessions
            .into_iter()
            .flat_map(|session| session.join().unwrap())
            .collect()
    });
    assert_eq!(failures, Vec::<String>::new());
    assert_eq!(
        text(
            &mut database.connect_as_superuser(),
            "SELECT count(*)::text FROM pg_views WHERE schemaname = 'msar_queries'"
        ),
        (SESSIONS * SAVES).to_string()
    );
}

/// The row is held by a session that changes it while another renames its table: whichever way that ends, names follow.
#[test]
fn names_follow_past_an_open_save() {
    for end in ["COMMIT", "ROLLBACK"] {
        let database = Database::with_extension();
        let (mut open, _) = database.connect_impatiently();
        let (mut other, told) = database.connect_impatiently();
        run(&mut open, SETUP);
        let id = text(&mut open, &save("books", "t", true));
        run(
            &mut open,
            &format!(
                "SELECT msar.share_exploration({id}, '{{\"privileged_role\": true}}'), msar.share_table('al.t', '{{\"privileged_role\": true}}')"
            ),
        );
        run(
            &mut open,
            "BEGIN; UPDATE msar_catalog.stored_explorations SET description = 'held';
             UPDATE msar_catalog.stored_shares SET max_rows = 5",
        );
        run(&mut other, "ALTER TABLE al.t RENAME TO t9");
        run(
            &mut other,
            "CREATE TABLE al.t (id integer PRIMARY KEY, title text); INSERT INTO al.t VALUES (1, 'a trap')",
        );
        run(&mut open, end);
        let run_it = format!("SELECT msar.run_saved_exploration({id})->'records'->'results'->0->>'t'");
        let read_shares = "SELECT string_agg(msar.read_share(slug)::text, ' ') FROM msar_catalog.shares";
        // Before anybody has followed the name, the number counts.
        assert_eq!(text(&mut other, &run_it), "the first", "{end}");
        run(&mut other, "ALTER TABLE al.other RENAME TO another");
        assert_eq!(text(&mut other, &run_it), "the first", "{end}");
        let shown = text(&mut other, read_shares);
        assert!(
            shown.contains("the first") && !shown.contains("trap"),
            "{end}: {shown}"
        );
        assert_eq!(
            text(
                &mut other,
                "SELECT string_agg(schema_name || '.' || table_name, ' ') FROM msar_catalog.explorations"
            ),
            "al.t9",
            "{end}"
        );
        assert_eq!(
            text(&mut other, "SELECT msar.check_explorations()::text"),
            "[]",
            "{end}"
        );
        assert_eq!(*told.lock().unwrap(), Vec::<String>::new(), "{end}");
    }
}

/// Nothing locks a schema: the save and the rename do not see each other.
#[test]
fn names_follow_a_schema_renamed_meanwhile() {
    for saver_commits_last in [true, false] {
        let database = Database::with_extension();
        let (mut saver, _) = database.connect_impatiently();
        let (mut renamer, _) = database.connect_impatiently();
        run(&mut saver, SETUP);
        run(&mut saver, &format!("BEGIN; {}", save("books", "t", false)));
        run(&mut renamer, "BEGIN; ALTER SCHEMA al RENAME TO moved");
        let (first, last) = match saver_commits_last {
            true => (&mut renamer, &mut saver),
            false => (&mut saver, &mut renamer),
        };
        run(first, "COMMIT");
        run(last, "COMMIT");
        assert_eq!(
            text(last, "SELECT schema_name::text FROM msar_catalog.explorations"),
            "moved",
            "{saver_commits_last}"
        );
    }
}

/// The schema of the views stays closed, and a query is read as whoever saves it.
#[test]
fn views_of_a_role_without_rights() {
    let database = Database::with_extension();
    let mut superuser = database.connect_as_superuser();
    run(&mut superuser, SETUP);
    let role = mathesar_ext_client_tests::role_without_rights();
    run(
        &mut superuser,
        &format!(
            "GRANT USAGE ON SCHEMA al TO {role}; GRANT SELECT ON al.t TO {role};
             CREATE DOMAIN al.short AS varchar(20); CREATE TYPE al.mood AS ENUM ('well');
             ALTER TABLE al.t ADD price numeric(8, 2), ADD mood al.mood[], ADD short al.short, ADD \"C name\" text COLLATE \"C\""
        ),
    );
    let mut client = connect(&database.config(&role));
    run(
        &mut client,
        "SELECT msar.save_exploration('{\"name\": \"all\", \"view\": true, \"base_table\": {\"schema\": \"al\", \"name\": \"t\"},
            \"initial_columns\": [{\"alias\": \"a\", \"column\": \"title\"}, {\"alias\": \"b\", \"column\": \"price\"},
              {\"alias\": \"c\", \"column\": \"mood\"}, {\"alias\": \"d\", \"column\": \"short\"},
              {\"alias\": \"e\", \"column\": \"C name\"}]}')",
    );
    assert_eq!(
        text(
            &mut client,
            "SELECT string_agg(format_type(atttypid, atttypmod) || CASE attcollation WHEN 950 THEN ' C' ELSE '' END, ', ' ORDER BY attnum)
             FROM pg_attribute WHERE attrelid = 'msar_queries.\"all\"'::regclass"
        ),
        "text, numeric(8,2), al.mood[], al.short, text C"
    );
    assert_eq!(
        text(
            &mut client,
            "SELECT pg_get_userbyid(relowner) || ' ' || reloptions[1] FROM pg_class WHERE oid = 'msar_queries.\"all\"'::regclass"
        ),
        format!("{role} security_invoker=true")
    );
    assert_eq!(
        text(&mut client, "SELECT a FROM msar_queries.\"all\""),
        "the first"
    );
    assert_eq!(
        error(&mut client, "CREATE VIEW msar_queries.mine AS SELECT 1")
            .code()
            .code(),
        "42501"
    );
}

/// A session keeps an exploration that it has run. What another session does to it, to its tables, or to who may see it counts
/// with the next run, whatever the first one has kept.
#[test]
fn kept_explorations_are_those_of_now() {
    let database = Database::with_extension();
    let mut maker = database.connect_as_superuser();
    run(&mut maker, SETUP);
    let id = text(&mut maker, &save("books", "t", false));
    let (reader, other) = (
        mathesar_ext_client_tests::role_without_rights(),
        mathesar_ext_client_tests::role_without_rights(),
    );
    run(
        &mut maker,
        &format!("GRANT USAGE ON SCHEMA al TO {reader}; GRANT SELECT ON al.t TO {reader}"),
    );
    let mut session = connect(&database.config(&reader));
    let call = format!("SELECT msar.run_saved_exploration({id})->'records'->'results'->0->>'t'");
    let mut outcome = || match session.query_one(&call, &[]) {
        Ok(row) => row.get::<_, Option<String>>(0).unwrap_or_default(),
        Err(error) => error.as_db_error().unwrap().code().code().to_owned(),
    };
    assert_eq!((outcome(), outcome()), ("the first".into(), "the first".into()));
    for (change, expected) in [
        ("ALTER TABLE al.t RENAME title TO label", "the first"),
        ("ALTER TABLE al.t RENAME TO u", "the first"),
        (
            "CREATE TABLE al.t (id integer PRIMARY KEY, title text); INSERT INTO al.t VALUES (1, 'a trap'); GRANT SELECT ON al.t TO PUBLIC",
            "the first",
        ),
        ("ALTER SCHEMA al RENAME TO moved", "the first"),
        ("VACUUM FULL msar_catalog.stored_explorations", "the first"),
        // Who sees it: a grant to another role, to this one, to nobody.
        (
            &format!("SELECT msar.grant_exploration('viewer', '{other}', {id})"),
            "42704",
        ),
        (
            &format!("SELECT msar.grant_exploration('viewer', '{reader}', {id})"),
            "the first",
        ),
        (
            &format!("SELECT msar.revoke_exploration('{reader}', {id})"),
            "42704",
        ),
        (
            &format!("SELECT msar.revoke_exploration('{other}', {id})"),
            "the first",
        ),
        (&format!("REVOKE SELECT ON moved.u FROM {reader}"), "42704"),
        (&format!("GRANT SELECT (id) ON moved.u TO {reader}"), "42501"),
        (
            &format!("GRANT SELECT (label) ON moved.u TO {reader}"),
            "the first",
        ),
        (
            &format!("SELECT msar.grant_exploration('viewer', '{other}', {id}); GRANT {other} TO {reader}"),
            "the first",
        ),
        (&format!("REVOKE {other} FROM {reader}"), "42704"),
        (
            &format!("SELECT msar.set_exploration_owner({id}, '{reader}')"),
            "the first",
        ),
        (
            &format!(
                "SELECT msar.save_exploration(msar.get_exploration({id}) - '{{owner,level,created_at,updated_at}}'::text[] || '{{\"transformations\": [{{\"type\": \"filter\", \"spec\": {{\"lesser\": [{{\"column_name\": [\"t\"]}}, {{\"literal\": [\"a\"]}}]}}}}]}}')"
            ),
            "",
        ),
        ("ALTER TABLE moved.u DROP label", "42703"),
        (&format!("SELECT msar.delete_exploration({id})"), "42704"),
    ] {
        run(&mut maker, change);
        assert_eq!(
            (outcome(), outcome()),
            (expected.into(), expected.into()),
            "{change}"
        );
    }
}

/// What a session itself rolls back is not kept.
#[test]
fn an_exploration_that_was_rolled_back_is_not_kept() {
    let database = Database::with_extension();
    let mut client = database.connect_as_superuser();
    run(&mut client, SETUP);
    let id = text(&mut client, &save("books", "t", false));
    let name = format!("SELECT msar.run_saved_exploration({id})->'query'->>'name'");
    let rename = format!("SELECT msar.rename_exploration({id}, 'no books')");
    run(&mut client, "BEGIN; SAVEPOINT s");
    run(&mut client, &rename);
    assert_eq!(text(&mut client, &name), "no books");
    run(&mut client, "ROLLBACK TO s");
    assert_eq!(text(&mut client, &name), "books");
    run(&mut client, &rename);
    assert_eq!(text(&mut client, &name), "no books");
    run(&mut client, "ROLLBACK");
    assert_eq!(text(&mut client, &name), "books");
}
