//! Metadata as a document for other databases, and for version control: everything by names.

use super::detached::{self, Detached, Live, MetadataPlacement, NamedMetadata};
use super::model::{self, ObjectNames, OptionValues};
use super::options::{self, COLUMN_OPTIONS, TABLE_OPTIONS};
use super::rows::{self, ColumnRow, NamedTable, REPLACE_COLUMNS, REPLACE_TABLES, TableRow};
use super::triggers::Writable;
use crate::catalog::rows::PgClass;
use crate::catalog::{Catalog, relation};
use crate::error::Error;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, bookkeeping, names, server};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Tables by schema and name.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Export {
    schemas: BTreeMap<String, BTreeMap<String, NamedMetadata>>,
}

/// The rows that match their objects, as far as the caller may see them (which the views decide).
const ROWS: &str = include_str!("../../sql/query/metadata/export_rows.sql");

#[derive(Deserialize)]
struct ExportedRows {
    tables: Vec<TableRow>,
    columns: Vec<ColumnRow>,
}

/// The metadata of a schema, or of all.
pub(crate) fn export_metadata(schema: Option<Oid>) -> Result<Export, Error> {
    let rows: ExportedRows = bookkeeping::as_caller(|statements| {
        statements.query(ROWS, &json!({"schema": schema.map(Oid::to_u32)}))
    })?;
    let mut export = Export::default();
    for mut row in rows.tables {
        model::keep_live(&mut row.refs, &Live);
        let options = model::to_names(&row.options, row.table_oid, &row.refs);
        if !options.is_empty() {
            export.document(row.named).table = Some(options);
        }
    }
    for row in rows.columns {
        let options = detached::column_options(&row.options);
        if !options.is_empty() {
            let document = export.document(row.named);
            document.columns.insert(row.column_name, options);
        }
    }
    Ok(export)
}

impl Export {
    fn document(&mut self, named: NamedTable) -> &mut NamedMetadata {
        let schema = self.schemas.entry(named.schema_name).or_default();
        schema.entry(named.table_name).or_default()
    }

    /// Checks names and values of options, as far as that takes no database.
    fn check(&self) -> Result<(), Error> {
        for document in self.schemas.values().flat_map(BTreeMap::values) {
            server::check_for_interrupts();
            for (name, value) in document.table.iter().flatten() {
                model::check_option(options::require_option(&TABLE_OPTIONS, name)?, value)?;
            }
            for (column, options) in &document.columns {
                for (name, value) in options {
                    options::require_option(&COLUMN_OPTIONS, name)?.check(value)?;
                }
                if let Some(problem) = options::contradiction(|name| options.get(name)) {
                    return Err(Error::InvalidArgument {
                        argument: "doc",
                        problem: format!("column \"{column}\": {problem}"),
                        hint: "Change one of the two, or leave it out.",
                    });
                }
            }
        }
        Ok(())
    }
}

/// The result of an import or of its dry run.
#[derive(Default, Serialize)]
pub(crate) struct Imported {
    applied: Vec<Applied>,
    skipped: Vec<Skipped>,
}

#[derive(Serialize)]
struct Applied {
    schema: String,
    table: String,
    options: bool,
    columns: Vec<String>,
}

#[derive(Serialize)]
struct Skipped {
    schema: String,
    table: String,
    reason: String,
}

/// Writes what a document says. What it does not speak of stays.
pub(crate) fn import_metadata(export: &Export, dry_run: bool) -> Result<Imported, Error> {
    export.check()?;
    let owner = rows::storage_owner()?;
    let catalog = Catalog::new(Snapshot::latest());
    let mut imported = Imported::default();
    for (schema, tables) in &export.schemas {
        server::check_for_interrupts();
        for (table, document) in tables {
            server::check_for_interrupts();
            match find_place(&catalog, schema, table, document, dry_run)? {
                Err(reason) => imported.skip(schema, table, reason),
                Ok((relation, placement)) => {
                    if !dry_run {
                        bookkeeping::as_owner(owner, |statements| {
                            statements.run(&REPLACE_TABLES, &placement.table_rows(relation))?;
                            statements.run(&REPLACE_COLUMNS, &placement.column_rows(relation))
                        })?;
                    }
                    imported.apply(schema, table, document, placement);
                }
            }
        }
    }
    Ok(imported)
}

/// Where the metadata of a table goes, or why nowhere.
fn find_place(
    catalog: &Catalog,
    schema: &str,
    table: &str,
    document: &NamedMetadata,
    dry_run: bool,
) -> Result<Result<(Oid, MetadataPlacement), String>, Error> {
    let row = Live
        .relation(schema, table)
        .and_then(|oid| relation::find_row(catalog, oid.into()).ok());
    let Some(row) = row else {
        return Ok(Err("the table does not exist".into()));
    };
    if !catalog.role.has_rights_of(row.relowner) {
        return Ok(Err("only its owner may change its metadata".into()));
    }
    if dry_run {
        return Ok(Ok((
            row.oid,
            MetadataPlacement::find_places(catalog, row.oid, document)?,
        )));
    }
    let locked = Writable::by_role(row.oid)?;
    Ok(Ok((
        row.oid,
        MetadataPlacement::find_places(&locked.catalog, row.oid, document)?,
    )))
}

impl Imported {
    fn skip(&mut self, schema: &str, table: &str, reason: String) {
        self.skipped.push(Skipped {
            schema: schema.into(),
            table: table.into(),
            reason,
        });
    }

    fn apply(&mut self, schema: &str, table: &str, document: &NamedMetadata, placement: MetadataPlacement) {
        let left_of = |name: &String| placement.left.columns.get(name).map_or(0, OptionValues::len);
        let is_placed = |name: &&String| {
            let options = document.columns.get(*name).map_or(0, OptionValues::len);
            left_of(name) < options.max(1)
        };
        self.applied.push(Applied {
            schema: schema.into(),
            table: table.into(),
            options: placement.table.is_some(),
            columns: document.columns.keys().filter(is_placed).cloned().collect(),
        });
        for problem in placement.problems {
            self.skip(schema, table, problem);
        }
    }
}

/// The copies that are kept under a name.
const KEPT_UNDER_NAME: &str = include_str!("../../sql/query/metadata/detached_by_name.sql");

/// Gives a table the metadata that is kept under a name, its own unless another is given. The view decides which
/// copies the caller sees: of several, the one of the table's owner is taken, else the newest.
pub(crate) fn attach_metadata(
    table: Oid,
    schema: Option<String>,
    name: Option<String>,
) -> Result<Imported, Error> {
    let Writable { catalog, row } = Writable::by_role(table)?;
    let own_schema = catalog.schema_name(row.relnamespace)?.to_string();
    let schema = schema.unwrap_or_else(|| own_schema.clone());
    let name = name.unwrap_or_else(|| row.relname.clone());
    let kept = kept_under(&schema, &name, &row)?.ok_or(Error::NothingKept { schema, name })?;
    let placement = MetadataPlacement::find_places(&catalog, table, &kept.metadata)?;
    bookkeeping::as_owner(rows::storage_owner()?, |statements| {
        detached::attach(statements, table, &kept, &placement)
    })?;
    let mut imported = Imported::default();
    imported.apply(&own_schema, &row.relname, &kept.metadata, placement);
    Ok(imported)
}

fn kept_under(schema: &str, name: &str, table: &PgClass) -> Result<Option<Detached>, Error> {
    let argument = json!({"schema": schema, "table": name});
    let mut copies: Vec<Detached> =
        bookkeeping::as_caller(|statements| statements.query(KEPT_UNDER_NAME, &argument))?;
    let owner = names::of_role(table.relowner);
    let at = copies
        .iter()
        .position(|copy| Some(&copy.owner_name) == owner.as_ref());
    Ok((!copies.is_empty()).then(|| copies.swap_remove(at.unwrap_or(0))))
}

/// The owners of the copies that are kept under a name, as far as the caller sees them.
const OWNERS_OF_KEPT: &str = include_str!("../../sql/query/metadata/detached_owners.sql");

/// Deletes them.
const FORGET: &str = include_str!("../../sql/query/metadata/detached_forget.sql");

/// Deletes what is kept under a name, as far as the caller sees it; tells how many copies.
pub(crate) fn forget_detached(schema: &str, name: &str) -> Result<Value, Error> {
    let argument = json!({"schema": schema, "table": name});
    let owners: Vec<String> =
        bookkeeping::as_caller(|statements| statements.query(OWNERS_OF_KEPT, &argument))?;
    let argument = json!({"schema": schema, "table": name, "owners": owners});
    bookkeeping::as_owner(rows::storage_owner()?, |statements| {
        statements.query(FORGET, &argument)
    })
}
