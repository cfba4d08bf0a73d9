//! After a command that may have renamed, moved, changed or created relations.

use super::commit;
use crate::error::Error;
use crate::events::outline::RelationOutline;
use crate::events::{Catalogs, Command};
use crate::metadata::detached::{self, Reappeared};
use crate::metadata::options::COLUMN_OPTIONS;
use crate::metadata::repair;
use crate::metadata::rows::{ColumnRow, RESTORED_ROWS_COMPLETE, Store, UPDATE_COLUMNS};
use crate::pg::bookkeeping::{self, BookkeepingSession};
use crate::pg::{Oid, report};
use pgrx::pg_sys;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The relations that commands about schemas, extensions and composite types reach.
const CONTAINED_RELATIONS: &str = include_str!("../../../sql/query/metadata/contained_relations.sql");

/// Which relations the command may have touched.
const TOUCHED_RELATIONS: &str = include_str!("../../../sql/query/metadata/touched_relations.sql");

#[derive(Deserialize)]
struct Touched {
    /// Relations that metadata is about or speaks of.
    followed: Vec<u32>,
    /// Relations for which there is detached metadata.
    awaited: Vec<u32>,
    /// Relations with options that are detached because they refer to a touched one.
    referents: Vec<u32>,
    /// Whether the command altered a storage table.
    ours: bool,
}

/// An object that the command defined.
#[derive(Serialize)]
struct DefinedAddress {
    classid: u32,
    objid: u32,
}

pub(super) fn follow_command_end(store: &Store, command: &Command) -> Result<(), Error> {
    let Some(catalogs) = command.open_catalogs() else {
        return Ok(());
    };
    let defined = command.defined_addresses().map(|address| DefinedAddress {
        classid: address.class,
        objid: address.object,
    });
    let defined: Vec<_> = defined.collect();
    bookkeeping::as_owner(store.owner()?, |statements| {
        let reached: Vec<u32> = match command.tag() {
            "ALTER SCHEMA" | "ALTER TYPE" | "ALTER EXTENSION" | "CREATE SCHEMA" => {
                statements.query(CONTAINED_RELATIONS, &defined)?
            }
            _ => defined
                .iter()
                .filter(|object| object.classid == pg_sys::RelationRelationId.to_u32())
                .map(|object| object.objid)
                .collect(),
        };
        if command.tag() == "ALTER SCHEMA" {
            // A writer of metadata locks the table it is about, but nothing locks a schema.
            defined
                .iter()
                .for_each(|schema| commit::expect_renamed_schema(schema.objid));
        }
        let touched: Touched = statements.query(TOUCHED_RELATIONS, &reached)?;
        let mut changes = Changes::default();
        for oid in touched.followed {
            changes.add_relation(&catalogs, oid.into())?;
        }
        changes.write(statements)?;
        for oid in touched.awaited {
            if is_new_to_its_owner(&catalogs, oid.into())? {
                detached::attach_again(statements, &catalogs.after, oid.into(), Reappeared::Itself)?;
            }
        }
        for oid in touched.referents {
            detached::attach_again(statements, &catalogs.after, oid.into(), Reappeared::Referent)?;
        }
        // Triggers were disabled and enabled (pg_dump's --disable-triggers does so): rows that were written meanwhile
        // have not been checked.
        if touched.ours && statements.query::<bool>(RESTORED_ROWS_COMPLETE, &())? {
            repair::repair_rows(statements)?;
        }
        Ok(())
    })
}

/// Whether the command created the relation or gave it the owner that it has.
fn is_new_to_its_owner(catalogs: &Catalogs, relation: Oid) -> Result<bool, Error> {
    let before = RelationOutline::read_relation(&catalogs.before, relation)?;
    let after = RelationOutline::read_relation(&catalogs.after, relation)?;
    Ok(after.is_some_and(|after| before.is_none_or(|before| before.owner != after.owner)))
}

/// How a row of `table_metadata` names its table.
#[derive(Serialize)]
struct TableKey {
    oid: u32,
    schema: String,
    name: String,
}

impl TableKey {
    fn new(relation: Oid, outline: &RelationOutline) -> Self {
        Self {
            oid: relation.to_u32(),
            schema: outline.schema.to_string(),
            name: outline.name.clone(),
        }
    }
}

/// Rows that matched before the command and no longer do.
#[derive(Default, Serialize)]
struct Changes {
    tables: Vec<TableKey>,
    columns: Vec<ColumnKey>,
    /// Relations of which something changed.
    relations: Vec<String>,
}

#[derive(Serialize)]
struct ColumnKey {
    #[serde(flatten)]
    table: TableKey,
    attnum: i16,
    column: String,
    /// Options that the type of now does not take.
    unfit: Vec<&'static str>,
}

/// A row of a column, and those of its options that the column's new type does not take.
#[derive(Deserialize)]
struct ChangedColumn {
    unfit: Vec<String>,
    #[serde(flatten)]
    row: ColumnRow,
}

/// The rows of `columns` that matched, each with those of the unfit options that it has.
const COLUMN_ROWS: &str = include_str!("../../../sql/query/metadata/changed_column_rows.sql");

/// The trigger of the tables writes the names and references of now. A row of another table that speaks of a relation
/// is touched only while it matches its own.
const TOUCH_TABLES: &str = include_str!("../../../sql/query/metadata/changed_touch_tables.sql");

impl Changes {
    fn add_relation(&mut self, catalogs: &Catalogs, relation: Oid) -> Result<(), Error> {
        let before = RelationOutline::read_relation(&catalogs.before, relation)?;
        let after = RelationOutline::read_relation(&catalogs.after, relation)?;
        let (Some(before), Some(after)) = (before, after) else {
            return Ok(());
        };
        let is_renamed = !before.is_named_as(&after);
        let columns = self.columns.len();
        for column in &before.columns {
            let Some(now) = after.column(column.attnum) else {
                continue;
            };
            let is_retyped = now.atttypid != column.atttypid;
            if is_renamed || is_retyped || now.attname != column.attname {
                let ui_type = catalogs.after.type_info(now.atttypid)?.ui_type;
                let unfit = COLUMN_OPTIONS.iter().filter(|option| !option.applies_to(ui_type));
                self.columns.push(ColumnKey {
                    table: TableKey::new(relation, &before),
                    attnum: column.attnum,
                    column: column.attname.clone(),
                    unfit: unfit.map(|option| option.name).collect(),
                });
            }
        }
        if is_renamed {
            self.tables.push(TableKey::new(relation, &before));
        }
        if is_renamed || self.columns.len() > columns {
            commit::expect_renamed(relation.to_u32());
            self.relations.push(relation.to_u32().to_string());
        }
        Ok(())
    }

    fn write(&self, statements: &BookkeepingSession) -> Result<(), Error> {
        if self.relations.is_empty() {
            return Ok(());
        }
        let rows: Vec<ChangedColumn> = statements.query(COLUMN_ROWS, self)?;
        let updates: Vec<Value> = rows
            .iter()
            .map(|changed| {
                let clear: Map<String, Value> = changed
                    .unfit
                    .iter()
                    .map(|option| (option.clone(), Value::Null))
                    .collect();
                json!({"table_oid": changed.row.table_oid, "attnum": changed.row.attnum, "clear": clear})
            })
            .collect();
        statements.run(&UPDATE_COLUMNS, &updates)?;
        statements.run(TOUCH_TABLES, self)?;
        for changed in rows.iter().filter(|changed| !changed.unfit.is_empty()) {
            report::notice(format!(
                "metadata options of column \"{}\" of \"{}\".\"{}\" do not fit its new type and were cleared: {}",
                changed.row.column_name,
                changed.row.named.schema_name,
                changed.row.named.table_name,
                changed.unfit.join(", ")
            ));
        }
        Ok(())
    }
}
