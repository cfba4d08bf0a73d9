//! Sources of one session make no other session wait, and lose no event for it.

use mathesar_ext_client_tests::{Database, run, text};

const SETUP: &str = "
    CREATE SCHEMA k; CREATE TABLE k.eve (id integer PRIMARY KEY); CREATE TABLE k.alice (id integer PRIMARY KEY);
    CREATE TABLE k.part (id integer PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE k.part1 PARTITION OF k.part FOR VALUES FROM (0) TO (10)";

#[test]
fn sources_added_at_the_same_time() {
    let database = Database::with_extension();
    let (mut eve, _) = database.connect_impatiently();
    let (mut alice, told) = database.connect_impatiently();
    run(&mut eve, SETUP);
    run(&mut eve, "BEGIN; SELECT msar.add_source_table('k.eve')");
    run(&mut alice, "SELECT msar.add_source_table('k.alice')");
    run(
        &mut alice,
        "SELECT msar.add_reflection('k.alice', '{\"table\": \"k.mirror\"}'); SELECT msar.drop_source_table('k.alice', true)",
    );
    run(&mut eve, "COMMIT");
    assert_eq!(*told.lock().unwrap(), Vec::<String>::new());
    // Event tables are members, their triggers go with the extension.
    assert_eq!(
        text(
            &mut alice,
            "SELECT count(*)::text FROM pg_depend AS d JOIN pg_class AS c ON c.oid = d.objid AND d.classid = 'pg_class'::regclass
             WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND c.relnamespace = 'msar_reflector'::regnamespace
               AND c.relname LIKE 'events_1%'"
        ),
        "6"
    );
    run(
        &mut alice,
        "DROP EXTENSION mathesar_ext; INSERT INTO k.eve VALUES (1)",
    );
}

#[test]
fn an_open_change_of_a_source_disturbs_no_other() {
    let database = Database::with_extension();
    let (mut eve, _) = database.connect_impatiently();
    let (mut alice, told) = database.connect_impatiently();
    run(&mut eve, SETUP);
    run(
        &mut alice,
        "SELECT msar.add_source_table('k.eve'); SELECT msar.add_reflection('k.part', '{\"table\": \"k.mirror\"}')",
    );
    run(&mut alice, "SELECT msar.run_reflections()");
    run(&mut eve, "BEGIN; ALTER TABLE k.eve ADD more text");
    run(
        &mut alice,
        "CREATE TABLE k.part2 PARTITION OF k.part FOR VALUES FROM (10) TO (20); INSERT INTO k.part2 VALUES (11); ALTER TABLE k.alice ADD b text",
    );
    assert_eq!(*told.lock().unwrap(), Vec::<String>::new());
    run(&mut eve, "COMMIT");
    run(&mut alice, "SELECT msar.run_reflections()");
    assert_eq!(
        text(&mut alice, "SELECT string_agg(id::text, ' ') FROM k.mirror"),
        "11"
    );
    assert_eq!(
        text(
            &mut alice,
            "SELECT string_agg(s->>'columns', ' ') FROM jsonb_array_elements(msar.list_source_tables()) AS s WHERE s->>'name' = 'eve'"
        ),
        "[\"id\", \"more\"]"
    );
}

/// A session renames the schema, and so holds the source; what another one had to leave is made good by the next command.
#[test]
fn what_was_left_is_made_good() {
    for end in ["COMMIT", "ROLLBACK"] {
        let database = Database::with_extension();
        let (mut bob, _) = database.connect_impatiently();
        let (mut alice, _) = database.connect_impatiently();
        run(&mut bob, SETUP);
        run(
            &mut bob,
            "SELECT msar.add_reflection('k.part', '{\"table\": \"public.mirror\"}')",
        );
        run(&mut bob, "SELECT msar.run_reflections()");
        run(&mut bob, "BEGIN; ALTER SCHEMA k RENAME TO k2");
        run(
            &mut alice,
            "CREATE TABLE public.part2 PARTITION OF k.part FOR VALUES FROM (10) TO (20); INSERT INTO public.part2 VALUES (11)",
        );
        run(&mut bob, end);
        run(&mut alice, "CREATE TABLE public.unrelated (id integer)");
        run(&mut alice, "SELECT msar.run_reflections()");
        let reason = text(
            &mut alice,
            "SELECT coalesce(msar.get_reflection_status()->0->>'recopy_reason', 'none')",
        );
        assert!(reason.contains("became a part"), "{end}: {reason}");
        run(&mut alice, "INSERT INTO public.part2 VALUES (12)");
        run(
            &mut alice,
            "SELECT msar.recopy_reflection(id) FROM msar_catalog.reflections",
        );
        run(&mut alice, "SELECT msar.run_reflections()");
        assert_eq!(
            text(
                &mut alice,
                "SELECT string_agg(id::text, ' ' ORDER BY id) FROM public.mirror"
            ),
            "11 12",
            "{end}"
        );
    }
}

/// A session that runs reflections again and again keeps what it knows of their tables, and hears of changes by others.
#[test]
fn what_a_session_keeps_follows_the_changes_of_others() {
    let database = Database::with_extension();
    let (mut eve, _) = database.connect_impatiently();
    let (mut alice, _) = database.connect_impatiently();
    run(&mut eve, SETUP);
    run(
        &mut alice,
        "ALTER TABLE k.eve ADD v text; SELECT msar.add_reflection('k.eve', '{\"table\": \"k.mirror\"}')",
    );
    run(&mut alice, "SELECT msar.run_reflections()");
    let changes = [
        "ALTER TABLE k.eve RENAME v TO w",
        "ALTER TABLE k.mirror RENAME v TO target",
        "ALTER TABLE k.mirror RENAME TO mirror2",
        "ALTER TABLE k.mirror2 SET SCHEMA public",
        "ALTER TABLE k.eve ADD x integer",
        "ALTER TABLE k.eve DROP x",
        "ALTER SCHEMA k RENAME TO k2",
        "ALTER TABLE k2.eve RENAME TO eve2",
    ];
    let mut table = "k.eve";
    for (id, change) in changes.iter().enumerate() {
        run(&mut eve, change);
        table = match *change {
            "ALTER SCHEMA k RENAME TO k2" => "k2.eve",
            "ALTER TABLE k2.eve RENAME TO eve2" => "k2.eve2",
            _ => table,
        };
        run(&mut eve, &format!("INSERT INTO {table} VALUES ({id}, 'v')"));
        let events = text(&mut alice, "SELECT msar.run_reflections()->>'events'");
        assert_eq!(events, "1", "{change}");
    }
    assert_eq!(
        text(
            &mut alice,
            "SELECT string_agg(concat_ws('', id, target), ' ' ORDER BY id) FROM public.mirror2"
        ),
        "0v 1v 2v 3v 4v 5v 6v 7v"
    );
    // A change that is not committed is not waited for.
    run(&mut eve, "BEGIN; ALTER TABLE k2.eve2 ADD y integer");
    assert_eq!(
        text(
            &mut alice,
            "SELECT msar.run_reflections()->'reflections'->0->>'state'"
        ),
        "waits for a change of the source table"
    );
    run(&mut eve, "COMMIT; INSERT INTO k2.eve2 VALUES (9)");
    assert_eq!(text(&mut alice, "SELECT msar.run_reflections()->>'events'"), "1");
}

/// Rows that the target has already, or that fail, are found in the first copy, too.
#[test]
fn the_first_copy_finds_the_rows_to_blame() {
    let database = Database::with_extension();
    let mut client = database.connect_as_owner();
    run(
        &mut client,
        "CREATE SCHEMA k; CREATE TABLE k.s (a integer, b text, v text, PRIMARY KEY (a, b));
         INSERT INTO k.s SELECT i, 'b' || i % 3, repeat('x', i % 7) FROM generate_series(1, 1000) AS i;
         CREATE TABLE k.full (b text, a integer, v text CHECK (v <> 'xxx'), UNIQUE (b, a));
         INSERT INTO k.full VALUES ('b1', 1, 'there before'), ('other', 0, 'stays');
         CREATE TABLE k.loose (a integer, b text, v text); INSERT INTO k.loose VALUES (2, 'b2', 'there before');
         CREATE TABLE k.some (a integer, b text, v text, PRIMARY KEY (a, b));
         SELECT msar.add_reflection('k.s', '{\"table\": \"k.full\"}'), msar.add_reflection('k.s', '{\"table\": \"k.loose\"}'),
           msar.add_reflection('k.s', '{\"table\": \"k.some\"}', '{\"filter\": \"a > 500\", \"fields\": {\"a\": \"a\", \"b\": \"b\", \"v\": \"upper(v)\"}}')",
    );
    while text(
        &mut client,
        "SELECT (msar.run_reflections('{\"max_events\": 300}')->>'copied' <> '0')::text",
    ) == "true"
    {}
    let same = |table: &str, where_: &str| {
        format!(
            "SELECT count(*) || ' ' || coalesce(sum(hashtext(concat_ws(',', a, b, v))), 0) FROM {table} WHERE {where_}"
        )
    };
    for (table, where_, source) in [
        ("k.full", "a > 0", "k.s WHERE v <> 'xxx' AND true"),
        ("k.loose", "true", "k.s WHERE true"),
    ] {
        let wanted = same(
            source.split(" WHERE ").next().unwrap_or_default(),
            source.split(" WHERE ").nth(1).unwrap_or_default(),
        );
        assert_eq!(
            text(&mut client, &same(table, where_)),
            text(&mut client, &wanted),
            "{table}"
        );
    }
    assert_eq!(
        text(
            &mut client,
            "SELECT concat_ws(' ', count(*), min(a), bool_and(v = upper(v))) FROM k.some"
        ),
        "500 501 t"
    );
    assert_eq!(
        text(
            &mut client,
            "SELECT string_agg(DISTINCT sqlstate, ' ') || ' ' || count(*) FROM msar_catalog.dead_letters"
        ),
        "23514 143"
    );
    assert_eq!(
        text(
            &mut client,
            "SELECT string_agg(v, ' ') FROM k.full WHERE b = 'other'"
        ),
        "stays"
    );
}
