//! What must be known of a target on another server: the table, the table of the progress, and whether the target is a source
//! itself.
//!
//! The other server may have anything in its schemas. Names are qualified, and what is trusted there belongs to the role that
//! connects or to the other server's bootstrap superuser.

use super::error::ReflectionError;
use super::store;
use super::stored::{StoredReflection, TargetTable};
use crate::error::Error;
use crate::pg::quote;
use crate::remote::connection::RemoteConnection;
use serde::Deserialize;
use serde_json::json;
use std::cell::OnceCell;

/// What is known of a target on another server.
pub(super) struct RemoteFacts {
    pub(super) table: Option<TargetTable>,
    pub(super) schema: String,
    /// The table of the progress, qualified and quoted.
    pub(super) progress: String,
    /// Whether the other database has this extension.
    pub(super) has_extension: bool,
}

/// This database, wherever it is.
#[derive(Deserialize)]
struct DatabaseIdentity {
    system: String,
    database: u32,
}

thread_local! {
    static IDENTITY: OnceCell<String> = const { OnceCell::new() };
}

fn this_database() -> Result<String, Error> {
    if let Some(known) = IDENTITY.with(|known| known.get().cloned()) {
        return Ok(known);
    }
    let identity: DatabaseIdentity =
        store::as_owner(|statements| statements.query(store::THIS_DATABASE, &json!({})))?;
    let identity = format!("{}/{}", identity.system, identity.database);
    Ok(IDENTITY.with(|known| known.get_or_init(|| identity).clone()))
}

/// How the other server calls a reflection of this database.
pub(super) fn identity_of(reflection: &StoredReflection) -> Result<String, Error> {
    Ok(format!("{}/{}", this_database()?, reflection.id))
}

/// The number of a source that is meant in every database; it is negative. Those that are so already stay.
pub(super) fn number_everywhere(origin: i64) -> Result<i64, Error> {
    match origin < 0 {
        true => Ok(origin),
        false => Ok(number_of(&format!("{}/{origin}", this_database()?))),
    }
}

/// FNV-1a.
fn number_of(identity: &str) -> i64 {
    let hash = identity.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash | 1 << 63) as i64
}

/// The first value of the first row.
fn query_value(
    connection: &RemoteConnection,
    statement: &str,
    values: &[Option<&str>],
) -> Result<Option<String>, Error> {
    let rows = connection.query(statement, values)?;
    Ok(rows.into_iter().flatten().next().flatten())
}

/// The facts of the target of a reflection that is stored.
pub(super) fn of_reflection(
    connection: &RemoteConnection,
    reflection: &StoredReflection,
) -> Result<RemoteFacts, Error> {
    let table = match &reflection.target_table {
        None => None,
        Some(name) => Some(
            find_table(connection, reflection.target_schema.as_deref(), name)?.ok_or_else(|| {
                ReflectionError::NoTargetTable {
                    name: reflection.target_name.clone(),
                }
            })?,
        ),
    };
    let schema = match &table {
        Some(table) => table.schema.clone(),
        None => reflection.target_schema.clone().unwrap_or_default(),
    };
    read_facts(connection, table, &schema)
}

/// The facts of a target in a schema.
pub(super) fn read_facts(
    connection: &RemoteConnection,
    table: Option<TargetTable>,
    schema: &str,
) -> Result<RemoteFacts, Error> {
    const HAS_EXTENSION: &str = include_str!("../../sql/query/reflector/remote_has_extension.sql");
    Ok(RemoteFacts {
        table,
        schema: schema.to_owned(),
        progress: progress_table(connection, schema)?,
        has_extension: query_value(connection, HAS_EXTENSION, &[])?.as_deref() == Some("1"),
    })
}

/// The table of that name; without a schema, by the search_path of the role there.
pub(super) fn find_table(
    connection: &RemoteConnection,
    schema: Option<&str>,
    name: &str,
) -> Result<Option<TargetTable>, Error> {
    const FIND: &str = include_str!("../../sql/query/reflector/remote_relation.sql");
    let name = match schema {
        Some(schema) => quote::qualified(schema, name),
        None => quote::identifier(name),
    };
    let Some(oid) = as_role_sees(connection, || query_value(connection, FIND, &[Some(&name)]))? else {
        return Ok(None);
    };
    let table = query_value(
        connection,
        include_str!("../../sql/query/reflector/remote_target.sql"),
        &[Some(&oid)],
    )?;
    let mut table: Option<TargetTable> = table
        .map(|table| serde_json::from_str(&table).map_err(Error::UnreadableMetadata))
        .transpose()?;
    for column in table.iter_mut().flat_map(|table| &mut table.columns) {
        // Found by its name.
        column.attnum = 0;
    }
    Ok(table)
}

/// Runs a query, whose own names are qualified, under the search_path that the role there has.
fn as_role_sees<T>(
    connection: &RemoteConnection,
    query: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    connection.batch("SAVEPOINT mathesar_look; SET LOCAL search_path TO DEFAULT")?;
    let found = query()?;
    connection.batch("ROLLBACK TO SAVEPOINT mathesar_look; RELEASE SAVEPOINT mathesar_look")?;
    Ok(found)
}

/// The schema in which the role there creates tables.
pub(super) fn current_schema(connection: &RemoteConnection) -> Result<String, Error> {
    const SCHEMA: &str = "SELECT pg_catalog.current_schema()::pg_catalog.text";
    let schema = as_role_sees(connection, || query_value(connection, SCHEMA, &[]))?;
    Ok(schema.ok_or_else(|| ReflectionError::Invalid {
        place: "target",
        problem: format!(
            "server \"{}\" has no schema to create tables in",
            connection.server()
        ),
        hint: "Name a schema: {\"server\": ..., \"table\": \"schema.name\"}.",
    })?)
}

/// The table of the progress in a schema, created if it is missing. It must belong to the role that connects: whoever owns it
/// could have triggers run with that role's rights.
fn progress_table(connection: &RemoteConnection, schema: &str) -> Result<String, Error> {
    const ROLE: &str = include_str!("../../sql/query/reflector/remote_role.sql");
    const OWNER: &str = include_str!("../../sql/query/reflector/remote_table_owner.sql");
    let role = query_value(connection, ROLE, &[])?.unwrap_or_default();
    let table = quote::qualified(schema, &format!("mathesar_progress_{role}"));
    let rows = connection.query(OWNER, &[Some(&table)])?;
    match rows.into_iter().flatten().next() {
        Some(owner) if owner.as_ref() == Some(&role) => {}
        Some(_) => Err(ReflectionError::ForeignProgress {
            table: table.clone(),
            server: connection.server().to_owned(),
        })?,
        None => connection.batch(&format!(
            "CREATE TABLE {table} (incarnation pg_catalog.uuid PRIMARY KEY, source pg_catalog.text NOT NULL, \
             token pg_catalog.uuid, previous_token pg_catalog.uuid, progress pg_catalog.text NOT NULL, \
             written_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()); \
             COMMENT ON TABLE {table} IS 'How far reflections into this schema are. Written by mathesar_ext of their sources.'"
        ))?,
    }
    Ok(table)
}

/// The number of the source that the target is, if it is one. Changes that came from it are not sent back there.
pub(super) fn origin_of_target(
    connection: &RemoteConnection,
    facts: &RemoteFacts,
) -> Result<Option<i64>, Error> {
    const SOURCE: &str = include_str!("../../sql/query/reflector/remote_source_of_table.sql");
    let Some(table) = facts.table.as_ref().filter(|_| facts.has_extension) else {
        return Ok(None);
    };
    let rows = connection.query(SOURCE, &[Some(&table.oid.to_string())])?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let part = |at: usize| row.get(at).cloned().flatten().unwrap_or_default();
    if part(3) != "true" {
        Err(ReflectionError::LoopNotSeen {
            table: quote::qualified(&table.schema, &table.name),
            server: connection.server().to_owned(),
        })?;
    }
    Ok(Some(number_of(&format!("{}/{}/{}", part(0), part(1), part(2)))))
}
