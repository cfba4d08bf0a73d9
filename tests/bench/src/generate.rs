//! The databases of the describe benchmark: schemas `bench_N` of N tables with 20 columns each.

use postgres::Client;

use crate::{Result, server::Server};

/// A role with privileges on few tables and columns, to compare the documents of such a role.
pub(crate) const READER: &str = "mathesar_ext_bench_reader";

/// The schema with this number of tables.
pub(crate) fn schema_name(tables: u32) -> String {
    format!("bench_{tables}")
}

/// A table that looks the same in every schema: two foreign keys out, three in.
pub(crate) fn typical_table(tables: u32) -> String {
    format!("{}.table_00004", schema_name(tables))
}

/// Makes the reader role anew.
pub(crate) fn create_reader(server: &Server) -> Result<()> {
    drop_reader(server)?;
    Ok(server
        .connect()?
        .batch_execute(&format!("CREATE ROLE {READER}"))?)
}

pub(crate) fn drop_reader(server: &Server) -> Result<()> {
    Ok(server
        .connect()?
        .batch_execute(&format!("DROP ROLE IF EXISTS {READER}"))?)
}

/// Builds a database with the extension, the reference functions and the schemas of these sizes; their tables and
/// columns with or without metadata.
pub(crate) fn build_database(server: &Server, database: &str, sizes: &[u32], metadata: bool) -> Result<()> {
    server.create_database(database)?;
    let mut client = server.connect_to(database)?;
    client.batch_execute("CREATE EXTENSION mathesar_ext")?;
    client.batch_execute(include_str!("../sql/reference_describe.sql"))?;
    for &tables in sizes {
        eprintln!("building {} in {database} ...", schema_name(tables));
        build_schema(&mut client, tables)?;
        if metadata {
            client.batch_execute(include_str!("../sql/generate_metadata.sql"))?;
        }
    }
    // Every contestant gets a planner that knows the catalogs, and pages without dead rows.
    client.batch_execute("VACUUM ANALYZE")?;
    Ok(())
}

fn build_schema(client: &mut Client, tables: u32) -> Result<()> {
    let schema = schema_name(tables);
    client.batch_execute(&format!(
        "CREATE SCHEMA {schema};
         CREATE TYPE {schema}.status AS ENUM ('draft', 'open', 'closed');
         SET bench.schema = '{schema}';
         SET bench.tables = {tables};
         SET bench.reader = '{READER}'"
    ))?;
    // Alone in its message, as it commits: several statements in one message are one transaction.
    client.batch_execute(include_str!("../sql/generate_schema.sql"))?;
    Ok(())
}
