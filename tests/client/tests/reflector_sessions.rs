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
