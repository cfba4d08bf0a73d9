//! Reflections survive dump and restore: they arrive paused, say so, and go on when they are resumed.

use mathesar_ext_client_tests::dump::copy_database;
use mathesar_ext_client_tests::{Database, connect, run, text};

const SAMPLE: &str = r#"
    CREATE SCHEMA app;
    CREATE TABLE app.book (junk text, id integer PRIMARY KEY, title text, price numeric) ;
    ALTER TABLE app.book DROP junk;
    CREATE TABLE app.plain (id integer PRIMARY KEY);
    INSERT INTO app.book VALUES (1, 'Orlando', 10), (2, 'Flush', 20);
    SELECT msar.add_reflection('app.book', '{"table": "app.mirror"}');
    SELECT msar.add_reflection('app.book', '{"table": "app.labels"}', '{"fields": {"nr": "id", "label": "title || '' '' || price"}, "filter": "price > 5"}');
"#;

fn copy(options: &[&str], role: &dyn Fn(&Database) -> String) {
    let source = Database::with_extension();
    let mut client = source.connect_as_owner();
    run(&mut client, SAMPLE);
    run(&mut client, "SELECT msar.run_reflections()");
    run(
        &mut client,
        "INSERT INTO app.book VALUES (3, 'The Waves', 30); INSERT INTO app.mirror VALUES (99, 'stale', 0)",
    );
    let target = Database::empty();
    run(
        &mut target.connect_as_superuser(),
        &format!("ALTER DATABASE {} OWNER TO {}", target.name(), source.owner()),
    );
    copy_database(&source, &target, &role(&source), options);

    let mut client = connect(&target.config(source.owner()));
    let states = "SELECT string_agg(concat_ws(':', r->>'state', r->>'recopy_reason', r->'last_error'->>'message'), ' ') FROM jsonb_array_elements(msar.get_reflection_status()) AS r";
    assert_eq!(
        text(&mut client, states),
        "paused:the database was restored: msar.resume_reflection copies the table again \
         paused:the database was restored: msar.resume_reflection copies the table again"
    );
    // Writers are not disturbed by the triggers that came along, and nothing runs.
    run(
        &mut client,
        "INSERT INTO app.book VALUES (4, 'The Years', 40); DELETE FROM app.book WHERE id = 1",
    );
    assert_eq!(text(&mut client, "SELECT msar.run_reflections()->>'events'"), "0");
    assert_eq!(
        text(
            &mut client,
            "SELECT (msar.list_source_tables()->0->'is_live')::text"
        ),
        "false"
    );
    run(
        &mut client,
        "SELECT msar.resume_reflection(id) FROM msar_catalog.reflections",
    );
    run(&mut client, "SELECT msar.run_reflections()");
    run(&mut client, "UPDATE app.book SET title = upper(title)");
    run(&mut client, "SELECT msar.run_reflections()");
    assert_eq!(text(&mut client, states), "active active");
    assert_eq!(
        text(
            &mut client,
            "SELECT string_agg(m::text, ' ' ORDER BY id) FROM app.mirror AS m"
        ),
        text(
            &mut client,
            "SELECT string_agg(b::text, ' ' ORDER BY id) FROM app.book AS b"
        )
    );
    assert_eq!(
        text(
            &mut client,
            "SELECT string_agg(label, ', ' ORDER BY nr) FROM app.labels"
        ),
        "FLUSH 20, THE WAVES 30, THE YEARS 40"
    );
    // Ids go on, and the dump of a dump is as good.
    run(
        &mut client,
        "SELECT msar.add_reflection('app.plain', '{\"table\": \"app.another\"}')",
    );
    assert_eq!(
        text(
            &mut client,
            "SELECT count(DISTINCT source_id)::text FROM msar_catalog.reflections"
        ),
        "2"
    );
}

#[test]
fn by_the_owner_of_the_database() {
    copy(&[], &|source| source.owner().to_owned());
}

#[test]
fn by_a_superuser() {
    copy(&[], &|_| "postgres".to_owned());
}

#[test]
fn as_inserts() {
    copy(&["--inserts"], &|source| source.owner().to_owned());
}

/// The role that may write to the tables, as a restore must, cannot plant what a superuser restores and resumes.
#[test]
fn what_somebody_planted_belongs_to_nobody_after_a_restore() {
    let source = Database::with_extension();
    let mut client = source.connect_as_owner();
    run(&mut client, SAMPLE);
    run(
        &mut client,
        "INSERT INTO msar_catalog.stored_reflections (source_id, owner_oid, owner_name, statement, state, written_by)
           SELECT min(id), 10, 'postgres', 'SELECT :new.id', 'active', 'postgres' FROM msar_catalog.stored_source_tables;
         INSERT INTO msar_catalog.stored_dead_letters (reflection_id, seq, operation, new_row, error, written_by)
           SELECT id, 1, 'I', '{9}', '{}', 'postgres' FROM msar_catalog.stored_reflections WHERE owner_name = 'postgres'",
    );
    let target = Database::empty();
    copy_database(&source, &target, "postgres", &[]);
    let mut client = target.connect_as_superuser();
    assert_eq!(
        text(
            &mut client,
            "SELECT string_agg(concat_ws(' ', owner_oid = 0, written_by = current_user), ', ')
             FROM msar_catalog.stored_reflections WHERE owner_name = 'postgres'"
        ),
        "t f"
    );
    assert_eq!(
        text(
            &mut client,
            "SELECT string_agg(concat_ws(' ', w.rolsuper, d.written_by = current_user), ', ')
             FROM msar_catalog.stored_dead_letters AS d JOIN pg_roles AS w ON w.oid = d.writer_oid"
        ),
        "f f"
    );
    let refused = client
        .batch_execute("SELECT msar.resume_reflection(id) FROM msar_catalog.stored_reflections WHERE owner_name = 'postgres'")
        .expect_err("nobody resumes it");
    assert_eq!(
        refused.code().map(|code| code.code().to_owned()),
        Some("42704".to_owned()),
        "{refused}"
    );
    // What its owner wrote is that role's.
    assert_eq!(
        text(
            &mut client,
            "SELECT count(*)::text FROM msar_catalog.stored_reflections AS r JOIN pg_roles AS o ON o.oid = r.owner_oid
             WHERE r.owner_name = r.written_by AND NOT o.rolsuper"
        ),
        "2"
    );
}
