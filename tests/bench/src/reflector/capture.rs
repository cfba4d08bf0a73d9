//! What a source table costs its writers, against a table whose triggers write the same rows by SQL, and one without triggers.

use crate::Result;
use crate::measure::race_undone;
use crate::options::Reflector;
use crate::table::Table;

use super::{COLUMNS, Databases, VALUES};

/// Triggers that write what the extension writes: the row after the statement, and the key before it. They take it for granted
/// that keys stay as they are, which spares them the join of rows before and after.
const BY_HAND: &str = "
CREATE TABLE app.events (
  seq bigserial, transaction xid8 NOT NULL, operation \"char\" NOT NULL, old_row text[], new_row text[], origins bigint[],
  captured_at timestamptz NOT NULL DEFAULT clock_timestamp(), slot smallint NOT NULL DEFAULT 0
);
CREATE INDEX ON app.events (transaction);
CREATE FUNCTION app.write_inserts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO app.events (transaction, operation, new_row)
  SELECT pg_current_xact_id(), 'I', ARRAY[n.id::text, n.title, n.amount::text, n.changed::text] FROM new_rows AS n;
  RETURN NULL;
END $$;
CREATE FUNCTION app.write_updates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO app.events (transaction, operation, old_row, new_row)
  SELECT pg_current_xact_id(), 'U', ARRAY[n.id::text, NULL, NULL, NULL],
    ARRAY[n.id::text, n.title, n.amount::text, n.changed::text] FROM new_rows AS n;
  RETURN NULL;
END $$;
CREATE FUNCTION app.write_deletes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO app.events (transaction, operation, old_row)
  SELECT pg_current_xact_id(), 'D', ARRAY[o.id::text, NULL, NULL, NULL] FROM old_rows AS o;
  RETURN NULL;
END $$;
CREATE TRIGGER inserts AFTER INSERT ON app.by_hand REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION app.write_inserts();
CREATE TRIGGER updates AFTER UPDATE ON app.by_hand REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION app.write_updates();
CREATE TRIGGER deletes AFTER DELETE ON app.by_hand REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION app.write_deletes()";

pub(super) fn report(databases: &mut Databases, options: &Reflector) -> Result<()> {
    eprintln!("timing statements on a source table ...");
    let rows = (options.rows / 30).max(100);
    let singles = (rows / 10).max(100);
    let client = &mut databases.source;
    for table in ["reflected", "by_hand", "plain"] {
        client.batch_execute(&format!(
            "CREATE TABLE app.{table} ({COLUMNS});
             INSERT INTO app.{table} SELECT {VALUES} FROM generate_series(1, {rows}) AS i"
        ))?;
    }
    client.batch_execute(BY_HAND)?;
    client.batch_execute("SELECT msar.add_source_table('app.reflected')")?;
    client.batch_execute("VACUUM ANALYZE")?;
    let loops =
        |statement: &str| format!("DO $$ BEGIN FOR i IN 1..{singles} LOOP {statement}; END LOOP; END $$");
    let new = format!("SELECT {VALUES}").replace("i,", &format!("{rows} + i,"));
    let cases: [(String, String); 6] = [
        (
            format!("INSERT of {rows} rows"),
            format!("INSERT INTO app.TABLE {new} FROM generate_series(1, {rows}) AS i"),
        ),
        (
            format!("UPDATE of {rows} rows"),
            "UPDATE app.TABLE SET title = title || '!'".into(),
        ),
        (format!("DELETE of {rows} rows"), "DELETE FROM app.TABLE".into()),
        (
            format!("{singles} INSERTs of a row"),
            loops(&format!("INSERT INTO app.TABLE {new}")),
        ),
        (
            format!("{singles} UPDATEs of a row"),
            loops("UPDATE app.TABLE SET title = title || '!' WHERE id = i"),
        ),
        (
            format!("{singles} DELETEs of a row"),
            loops("DELETE FROM app.TABLE WHERE id = i"),
        ),
    ];
    let mut table = Table::new(
        format!(
            "Statements on a source table: ms, medians of {} rounds; bar: 1.1 of a trigger by hand",
            options.rounds
        ),
        &[
            "statement",
            "source",
            "by hand",
            "plain",
            "source/by hand",
            "CPU",
            "source/plain",
        ],
    );
    // All rounds roll back, so the tables are cleaned between the cases.
    for (name, statement) in &cases {
        let of = |table: &str| statement.replace("TABLE", table);
        let (reflected, by_hand, plain) = (of("reflected"), of("by_hand"), of("plain"));
        let [ours, theirs, none] = race_undone(
            client,
            [&reflected, &by_hand, &plain],
            options.rounds,
            "SELECT 'rolled back'",
        )?;
        client.batch_execute("VACUUM app.reflected, app.by_hand, app.plain, app.events")?;
        table.row(vec![
            name.clone(),
            format!("{:.2}", ours.milliseconds()),
            format!("{:.2}", theirs.milliseconds()),
            format!("{:.2}", none.milliseconds()),
            format!("{:.3}", ours.milliseconds() / theirs.milliseconds()),
            format!(
                "{:.3}",
                ours.processor_milliseconds() / theirs.processor_milliseconds()
            ),
            format!("{:.2}", ours.milliseconds() / none.milliseconds()),
        ]);
    }
    table.print();
    check_events(databases)
}

/// Both kinds of triggers write the same rows.
fn check_events(databases: &mut Databases) -> Result<()> {
    let client = &mut databases.source;
    let events: String = client
        .query_one(
            "SELECT format('msar_reflector.events_%s', id) FROM msar_catalog.source_tables WHERE table_name = 'reflected'",
            &[],
        )?
        .get(0);
    for table in ["reflected", "by_hand"] {
        client.batch_execute(&format!(
            "SET timezone = 'UTC'; INSERT INTO app.{table} SELECT {VALUES} FROM generate_series(1000001, 1000009) AS i;
             UPDATE app.{table} SET amount = NULL WHERE id > 1000005; DELETE FROM app.{table} WHERE id > 1000007"
        ))?;
    }
    let of = |table: &str| {
        format!(
            "SELECT string_agg(concat_ws(' ', operation, old_row, left(array_to_string(new_row, ',', 'NULL'), 40)), '; ' ORDER BY seq)
             FROM {table}"
        )
    };
    let ours: String = client.query_one(&of(&events), &[])?.get(0);
    let theirs: String = client.query_one(&of("app.events"), &[])?.get(0);
    if ours != theirs {
        return Err(format!("the triggers do not write the same:\n{ours}\n{theirs}").into());
    }
    client.batch_execute("SELECT msar.drop_source_table('app.reflected')")?;
    Ok(())
}
