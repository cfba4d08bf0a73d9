//! Creating and dropping the extension: who can, where, what stays behind, and what survives.

use mathesar_ext_client_tests::{Database, error, run, text};
use postgres::Client;

/// Everything that a database has, catalog by catalog, without the OIDs that differ from one creation to the next.
fn inventory(client: &mut Client) -> String {
    text(
        client,
        "SELECT pg_catalog.string_agg(line, E'\\n' ORDER BY line COLLATE \"C\")
         FROM (
             SELECT 'schema ' || nspname || ' ' || nspowner::regrole || ' ' || coalesce(nspacl::text, '-')
             FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
             UNION ALL
             SELECT 'relation ' || c.relnamespace::regnamespace || '.' || relname FROM pg_class c
             WHERE relnamespace <> 'pg_toast'::regnamespace
             UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc
             UNION ALL SELECT 'type ' || format_type(oid, NULL) FROM pg_type WHERE typnamespace <> 'pg_toast'::regnamespace
             UNION ALL SELECT 'operator ' || oid::regoperator FROM pg_operator
             UNION ALL SELECT 'cast ' || castsource::regtype || ' ' || casttarget::regtype FROM pg_cast
             UNION ALL SELECT 'trigger ' || tgname || ' ' || tgrelid::regclass FROM pg_trigger
             UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger
             UNION ALL SELECT 'extension ' || extname FROM pg_extension
             UNION ALL
             SELECT 'number of comments, dependencies, initial and default privileges: '
                 || concat_ws(' ', (SELECT count(*) FROM pg_description), (SELECT count(*) FROM pg_depend),
                     (SELECT count(*) FROM pg_init_privs), (SELECT count(*) FROM pg_default_acl))
         ) AS line (line)",
    )
}

fn number_of_tables_described(client: &mut Client, schema: &str) -> String {
    text(
        client,
        &format!(
            "SELECT jsonb_array_length(msar.get_schema_table_details('{schema}'::regnamespace)::jsonb)::text"
        ),
    )
}

#[test]
fn a_database_owner_who_is_no_superuser_creates_and_uses_it() {
    let database = Database::empty();
    let mut owner = database.connect_as_owner();
    assert_eq!(
        text(
            &mut owner,
            "SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user"
        ),
        "false"
    );

    run(
        &mut owner,
        "CREATE EXTENSION mathesar_ext; CREATE SCHEMA app; CREATE TABLE app.a (id integer PRIMARY KEY)",
    );
    assert_eq!(number_of_tables_described(&mut owner, "app"), "1");
    assert_eq!(
        text(
            &mut owner,
            "SELECT extowner::regrole::text FROM pg_extension WHERE extname = 'mathesar_ext'"
        ),
        database.owner()
    );
}

#[test]
fn a_role_that_may_not_create_in_the_database_cannot_create_it() {
    let database = Database::empty();
    let stranger = mathesar_ext_client_tests::role_without_rights();
    let mut client = mathesar_ext_client_tests::connect(&database.config(&stranger));
    assert_eq!(
        error(&mut client, "CREATE EXTENSION mathesar_ext").code().code(),
        "42501"
    );
}

#[test]
fn dropping_it_leaves_nothing_behind_and_it_can_come_back() {
    let database = Database::empty();
    let mut owner = database.connect_as_owner();
    let before = inventory(&mut owner);
    for _ in 0..2 {
        run(&mut owner, "CREATE EXTENSION mathesar_ext");
        assert_ne!(inventory(&mut owner), before, "the inventory sees the extension");
        run(&mut owner, "DROP EXTENSION mathesar_ext");
        assert_eq!(inventory(&mut owner), before);
    }
}

#[test]
fn it_survives_the_reset_of_schema_public() {
    let database = Database::with_extension();
    let mut admin = database.connect_as_superuser();
    run(
        &mut admin,
        "CREATE TABLE public.a (id integer); DROP SCHEMA public CASCADE; CREATE SCHEMA public",
    );
    assert_eq!(
        text(
            &mut admin,
            "SELECT count(*)::text FROM pg_extension WHERE extname = 'mathesar_ext'"
        ),
        "1"
    );
    assert_eq!(number_of_tables_described(&mut admin, "public"), "0");
}

#[test]
fn it_is_created_where_there_is_no_schema_public() {
    let database = Database::empty();
    run(&mut database.connect_as_superuser(), "DROP SCHEMA public");
    let mut owner = database.connect_as_owner();
    run(&mut owner, "CREATE EXTENSION mathesar_ext; CREATE SCHEMA app");
    assert_eq!(number_of_tables_described(&mut owner, "app"), "0");
}

#[test]
fn a_foreign_schema_msar_is_refused_and_left_as_it_is() {
    let database = Database::empty();
    let mut owner = database.connect_as_owner();
    run(
        &mut owner,
        "CREATE SCHEMA msar;
         CREATE FUNCTION msar.get_table(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1'",
    );
    let before = inventory(&mut owner);

    let refusal = error(&mut owner, "CREATE EXTENSION mathesar_ext");
    assert_eq!(refusal.code().code(), "42P06", "{refusal:?}");
    assert!(refusal.message().contains("msar"), "{refusal:?}");
    assert!(refusal.hint().is_some_and(|hint| !hint.is_empty()), "{refusal:?}");
    assert_eq!(inventory(&mut owner), before);
    assert_eq!(text(&mut owner, "SELECT msar.get_table(7)::text"), "7");
}
