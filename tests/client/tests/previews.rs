//! Previews across sessions, and in other encodings.

use mathesar_ext_client_tests::{Database, Server, connect, run, text};
use postgres::Client;

/// A session that holds plans for two tables. A plan contains the moment when it was made, as a function that claims to
/// be immutable is called by the planner; so a statement that is planned anew tells another moment.
fn session_with_plans(mut client: Client) -> Client {
    run(
        &mut client,
        "SET plan_cache_mode = force_generic_plan;
         PREPARE book AS SELECT planned_at()::text FROM app.book;
         PREPARE author AS SELECT planned_at()::text FROM app.author",
    );
    client
}

fn planned_at(client: &mut Client) -> (String, String) {
    (text(client, "EXECUTE book"), text(client, "EXECUTE author"))
}

fn library() -> Database {
    let database = Database::with_extension();
    fill_library(&mut database.connect_as_owner());
    database
}

fn fill_library(client: &mut Client) {
    run(
        client,
        "CREATE SCHEMA app;
         CREATE TABLE app.author (id integer PRIMARY KEY, name text);
         CREATE TABLE app.book (id integer PRIMARY KEY, title text, author_id integer REFERENCES app.author);
         INSERT INTO app.author VALUES (1, 'Ada');
         INSERT INTO app.book VALUES (1, 'Notes', 1);
         CREATE FUNCTION planned_at() RETURNS timestamptz IMMUTABLE LANGUAGE sql AS 'SELECT clock_timestamp()'",
    );
    // SQL functions are inlined; this one must be called.
    run(
        client,
        "CREATE OR REPLACE FUNCTION planned_at() RETURNS timestamptz IMMUTABLE LANGUAGE plpgsql
         AS 'BEGIN RETURN clock_timestamp(); END'",
    );
}

/// Whatever writes metadata, other sessions let go of what they made from it, when it is committed; and of nothing
/// else.
#[test]
fn changes_of_metadata_reach_what_other_sessions_have_compiled() {
    // A server of its own: after thousands of changes anywhere in a server, as a CREATE EXTENSION makes them, sessions
    // forget all that they hold; so they do after ANALYZE.
    let server = Server::create(&["autovacuum = off"]);
    let mut writer = connect(&server.config());
    run(&mut writer, "CREATE EXTENSION mathesar_ext");
    fill_library(&mut writer);
    let mut client = session_with_plans(connect(&server.config()));
    let before = planned_at(&mut client);
    assert_eq!(planned_at(&mut client), before, "plans are kept");
    for (change, about_author) in [
        (
            "SELECT msar.set_preview_template('app.book', '{title} by {author_id}')",
            false,
        ),
        (
            "SELECT msar.set_preview_template('app.author', '{name} ({id})')",
            true,
        ),
        (
            "SELECT msar.set_column_metadata('app.book', '[{\"name\": \"id\", \"num_min_frac_digits\": 2}]')",
            false,
        ),
        (
            "UPDATE msar_catalog.stored_column_metadata SET num_min_frac_digits = 3 WHERE column_name = 'id'",
            false,
        ),
        (
            "DELETE FROM msar_catalog.stored_column_metadata WHERE table_oid = 'app.book'::regclass",
            false,
        ),
        (
            "INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, num_min_frac_digits) VALUES ('app.author'::regclass, 1, 1)",
            true,
        ),
        (
            "SELECT msar.import_metadata('{\"schemas\": {\"app\": {\"author\": {\"columns\": {\"id\": {\"num_max_frac_digits\": 2}}}}}}')",
            true,
        ),
        ("SELECT msar.set_preview_template('app.author', NULL)", true),
    ] {
        let (book, author) = planned_at(&mut client);
        run(&mut writer, &format!("BEGIN; {change}"));
        assert_eq!(
            planned_at(&mut client),
            (book.clone(), author.clone()),
            "before the commit: {change}"
        );
        run(&mut writer, "COMMIT");
        let after = planned_at(&mut client);
        assert_eq!(after.0 != book, !about_author, "book: {change}");
        assert_eq!(after.1 != author, about_author, "author: {change}");
    }
    // All at once.
    let before = planned_at(&mut client);
    run(
        &mut connect(&server.config()),
        "TRUNCATE msar_catalog.stored_table_metadata",
    );
    let after = planned_at(&mut client);
    assert!(after.0 != before.0 && after.1 != before.1, "TRUNCATE");
    // A replica's session, in which ordinary triggers are silent.
    let mut replica = connect(&server.config());
    run(
        &mut replica,
        "SET session_replication_role = replica;
         INSERT INTO msar_catalog.stored_column_metadata (table_oid, attnum, display_width) VALUES ('app.book'::regclass, 1, 7)",
    );
    assert_ne!(
        planned_at(&mut client).0,
        after.0,
        "session_replication_role = replica"
    );
}

/// What a session reads, it reads as it is now.
#[test]
fn a_session_follows_what_another_one_changes() {
    let database = library();
    let mut reader = database.connect_as_owner();
    let mut writer = database.connect_as_owner();
    let preview = "SELECT msar.preview_rows('app.book', '[1]')->0->>'preview'";
    let template = "SELECT msar.get_preview_template('app.book')";
    for (change, expected_template, expected) in [
        ("SELECT 1", "{title}", "Notes"),
        (
            "SELECT msar.set_preview_template('app.book', '{title} by {author_id.name}')",
            "{title} by {author_id.name}",
            "Notes by Ada",
        ),
        (
            "ALTER TABLE app.author RENAME name TO \"full.name\"",
            "{title} by {author_id.\"full.name\"}",
            "Notes by Ada",
        ),
        (
            "ALTER TABLE app.author SET SCHEMA public",
            "{title} by {author_id.\"full.name\"}",
            "Notes by Ada",
        ),
        (
            "ALTER TABLE author ALTER \"full.name\" TYPE varchar(20)",
            "{title} by {author_id.\"full.name\"}",
            "Notes by Ada",
        ),
        (
            "ALTER TABLE author DROP \"full.name\"",
            "{title} by ",
            "Notes by ",
        ),
        ("DROP TABLE author CASCADE", "{title} by ", "Notes by "),
        (
            "SELECT msar.set_preview_template('app.book', NULL)",
            "{title}",
            "Notes",
        ),
        ("ALTER TABLE app.book DROP title", "{id}", "1"),
    ] {
        run(&mut writer, change);
        assert_eq!(text(&mut reader, template), expected_template, "{change}");
        assert_eq!(text(&mut reader, preview), expected, "{change}");
    }
}

/// What a session may read is asked again when it was granted or revoked.
#[test]
fn a_session_follows_what_is_granted() {
    let database = library();
    let mut owner = database.connect_as_owner();
    run(
        &mut owner,
        "CREATE SCHEMA far; ALTER TABLE app.author SET SCHEMA far;
         SELECT msar.set_preview_template('app.book', '{title} by {author_id}, {author_id.name}')",
    );
    let role = format!("{}_reader", database.owner());
    let mut admin = database.connect_as_superuser();
    run(
        &mut admin,
        &format!("CREATE ROLE {role} LOGIN; CREATE ROLE {role}s"),
    );
    let mut reader = connect(&database.config(&role));
    run(
        &mut owner,
        &format!("GRANT USAGE ON SCHEMA app TO {role}; GRANT SELECT ON app.book TO {role}"),
    );
    let preview = "SELECT msar.preview_rows('app.book', '[1]')->0->>'preview'";
    for (change, expected) in [
        ("SELECT 1".to_owned(), "Notes by 1, "),
        (format!("GRANT SELECT ON far.author TO {role}"), "Notes by 1, "),
        (
            format!("GRANT USAGE ON SCHEMA far TO {role}"),
            "Notes by Ada, Ada",
        ),
        (format!("REVOKE USAGE ON SCHEMA far FROM {role}"), "Notes by 1, "),
        (format!("GRANT USAGE ON SCHEMA far TO {role}s"), "Notes by 1, "),
        (format!("GRANT {role}s TO {role}"), "Notes by Ada, Ada"),
        (
            format!("REVOKE SELECT ON far.author FROM {role}; GRANT SELECT (id) ON far.author TO {role}"),
            "Notes by 1, ",
        ),
        (
            format!("GRANT SELECT (name) ON far.author TO {role}"),
            "Notes by Ada, Ada",
        ),
        (
            "ALTER TABLE far.author ENABLE ROW LEVEL SECURITY".to_owned(),
            "Notes by 1, ",
        ),
        (
            format!("CREATE POLICY p ON far.author TO {role} USING (true)"),
            "Notes by Ada, Ada",
        ),
        (
            format!("REVOKE SELECT (title) ON app.book FROM {role}"),
            "Notes by Ada, Ada",
        ),
        (
            format!(
                "REVOKE SELECT ON app.book FROM {role}; GRANT SELECT (id, author_id) ON app.book TO {role}"
            ),
            " by Ada, Ada",
        ),
    ] {
        run(&mut admin, &change);
        assert_eq!(text(&mut reader, preview), expected, "{change}");
    }
    run(
        &mut admin,
        &format!("DROP OWNED BY {role}, {role}s; DROP ROLE {role}, {role}s"),
    );
}

#[test]
fn previews_in_latin1() {
    let database = Database::with_encoding("LATIN1");
    let mut client = database.connect_as_owner();
    run(
        &mut client,
        "CREATE EXTENSION mathesar_ext;
         CREATE TABLE \"Größe\" (id integer PRIMARY KEY, \"größe\" text, preis mathesar_types.mathesar_money,
             von integer REFERENCES \"Größe\");
         INSERT INTO \"Größe\" VALUES (1, 'groß', 1234.5, 1);
         SELECT msar.set_preview_template('\"Größe\"', 'Grö{{ße}}: {größe} {von.größe} {preis}');
         SELECT msar.set_column_metadata('\"Größe\"', '[{\"name\": \"preis\", \"mon_currency_symbol\": \"£\", \"num_format\": \"german\"}]')",
    );
    assert_eq!(
        text(
            &mut client,
            "SELECT msar.preview_rows('\"Größe\"', '[1]')->0->>'preview'"
        ),
        "Grö{ße}: groß groß £1234,5"
    );
    assert_eq!(
        text(&mut client, "SELECT msar.get_preview_template('\"Größe\"')"),
        "Grö{{ße}}: {größe} {von.größe} {preis}"
    );
}

/// The text of a template is for those who may read the table, by whatever way it is asked for.
#[test]
fn templates_are_told_to_those_who_may_read() {
    let database = library();
    let mut owner = database.connect_as_owner();
    let stranger = mathesar_ext_client_tests::role_without_rights();
    run(
        &mut owner,
        &format!(
            "SELECT msar.set_preview_template('app.author', 'confidential {{name}}');
             GRANT USAGE ON SCHEMA app TO {stranger}; GRANT SELECT ON app.book TO {stranger}"
        ),
    );
    let mut client = connect(&database.config(&stranger));
    let ways = [
        "SELECT msar.preview_template_sql('app.author')",
        "SELECT COALESCE(msar.get_preview_template('app.author'), '')",
        "SELECT msar.get_table_details('app.author')::text",
        "SELECT msar.preview_rows('app.book', '[1]')::text",
        "SELECT msar.preview_template_sql('app.book')",
        "SELECT msar.list_records('app.book', '{\"record_summaries\": true}')::text",
        "SELECT msar.check_metadata()::text",
        "SELECT msar.export_metadata()::text",
    ];
    for way in ways {
        let told = text(&mut client, way);
        assert!(!told.contains("confidential"), "{way}\n{told}");
    }
    run(
        &mut owner,
        &format!("GRANT SELECT (name) ON app.author TO {stranger}"),
    );
    for way in &ways[..2] {
        let told = text(&mut client, way);
        assert!(told.contains("confidential"), "{way}\n{told}");
    }
}
