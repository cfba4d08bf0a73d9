//! The statements that describe a schema, ours and others, and whether they say the same.

use postgres::{Client, SimpleQueryMessage};

use crate::Result;

/// The call of the extension for a schema.
pub(crate) fn our_call(schema: &str) -> String {
    format!("SELECT msar.get_schema_table_details('{schema}'::regnamespace)")
}

/// The single SQL statement that returns the same document.
///
/// Its OID is filled in as a constant, so that the planner's estimates fit the schema.
pub(crate) fn equal_statement(client: &mut Client, schema: &str) -> Result<String> {
    let oid = schema_oid(client, schema)?;
    Ok(include_str!("../sql/equal_describe.sql").replace("$1::oid", &format!("{oid}::oid")))
}

/// The two SQL functions that return part of it.
pub(crate) fn reference_calls(client: &mut Client, schema: &str) -> Result<Vec<String>> {
    let oid = schema_oid(client, schema)?;
    Ok(vec![
        format!("SELECT public.tables_of({oid})"),
        format!("SELECT public.columns_of({oid})"),
    ])
}

fn schema_oid(client: &mut Client, schema: &str) -> Result<u32> {
    client
        .query_opt(
            "SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1",
            &[&schema],
        )?
        .map(|row| row.get(0))
        .ok_or_else(|| format!("there is no schema \"{schema}\"").into())
}

/// Fails, with the places where they differ, unless our document of the schema is the SQL statement's.
pub(crate) fn assert_equal(client: &mut Client, schema: &str) -> Result<()> {
    let equal = equal_statement(client, schema)?;
    assert_same(client, &format!("schema {schema}"), &our_call(schema), &equal)
}

/// The same for any two statements that give a document.
pub(crate) fn assert_same(client: &mut Client, name: &str, ours: &str, equal: &str) -> Result<()> {
    let sql = include_str!("../sql/difference.sql")
        .replace("/*ours*/", ours)
        .replace("/*equal*/", equal);
    let differences: Vec<String> = client.simple_query(&sql)?.iter().filter_map(difference).collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{name}: our document is not that of the SQL statement:\n{}",
        differences.join("\n")
    )
    .into())
}

fn difference(message: &SimpleQueryMessage) -> Option<String> {
    let SimpleQueryMessage::Row(row) = message else {
        return None;
    };
    let text = |column| row.get(column).unwrap_or_default();
    Some(format!(
        "  {}\n    ours:  {}\n    equal: {}",
        text(0),
        text(1),
        text(2)
    ))
}
