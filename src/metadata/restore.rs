//! Rows that come from a dump: their numbers are those of another database, their names decide.

use super::detached::{self, Document, Live, Placement};
use super::portable::{self, Names};
use super::refs::Refs;
use super::store::Store;
use crate::catalog::{Catalog, relation};
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::acl::CurrentRole;
use crate::pg::bookkeeping;
use crate::pg::snapshot::Snapshot;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What both tables have.
#[derive(Deserialize)]
struct RestoredRow {
    #[serde(deserialize_with = "crate::metadata::portable::deserialize_oid")]
    table_oid: u32,
    schema_name: String,
    table_name: String,
    column_name: Option<String>,
    owner_name: Option<String>,
    #[serde(default)]
    refs: Option<Refs>,
    #[serde(flatten)]
    options: Map<String, Value>,
}

/// Our tables, if the current role may restore them: only their owner writes names into them; nobody else may put
/// anything aside under another's name.
fn store() -> Result<Store, Error> {
    let store = Store::find().ok_or(Error::Vanished)?;
    if !CurrentRole::current().has_rights_of(store.owner()?) {
        return Err(Error::NotOwner {
            name: "msar_catalog.table_metadata".into(),
        });
    }
    Ok(store)
}

/// Puts a copy aside that was kept aside when it was dumped. `false` when it is no dump that writes but we: then there
/// is nothing to do.
pub(crate) fn keep_copy(row: &Value) -> Result<bool, Error> {
    if bookkeeping::is_busy() {
        return Ok(false);
    }
    bookkeeping::as_owner(store()?.owner()?, |statements| {
        statements.run(detached::ADD_RESTORED, row)
    })?;
    Ok(true)
}

/// The fields of a row that change for it to be about the objects of its names here. `None` when these are not here:
/// then it has been put aside.
pub(crate) fn place(row: Value) -> Result<Option<Value>, Error> {
    let store = store()?;
    let row: RestoredRow = serde_json::from_value(row).map_err(Error::UnreadableMetadata)?;
    let document = row.document();
    let catalog = Catalog::new(Snapshot::latest());
    let Some(relation) = row.relation(&catalog) else {
        let reason = format!("there is no table \"{}\".\"{}\"", row.schema_name, row.table_name);
        row.put_aside(&store, &document, &reason, false)?;
        return Ok(None);
    };
    let placement = Placement::find(&catalog, relation, &document)?;
    if !placement.left.is_empty() {
        let waits = placement.left.table.is_some();
        row.put_aside(&store, &placement.left, &placement.problems.join("; "), waits)?;
    }
    let mut fields = match (
        placement.table_rows(relation).pop(),
        placement.column_rows(relation).pop(),
    ) {
        (Some(Value::Object(table)), _) => {
            let cleared = super::options::TABLE_OPTIONS
                .iter()
                .map(|option| (option.name.to_owned(), Value::Null));
            let mut fields: Map<String, Value> = cleared.collect();
            fields.extend(table);
            fields
        }
        (_, Some(Value::Object(column))) => column,
        _ => return Ok(None),
    };
    fields.insert("table_oid".into(), relation.to_u32().into());
    Ok(Some(fields.into()))
}

impl RestoredRow {
    fn document(&self) -> Document {
        match &self.column_name {
            Some(name) => Document {
                table: None,
                columns: [(name.clone(), detached::column_options(&self.options))].into(),
            },
            None => {
                let refs = self.refs.clone().unwrap_or_default();
                Document {
                    table: Some(portable::to_names(&self.options, self.table_oid, &refs)),
                    ..Document::default()
                }
            }
        }
    }

    fn relation(&self, catalog: &Catalog) -> Option<Oid> {
        let oid = Oid::from(Live.relation(&self.schema_name, &self.table_name)?);
        relation::find(catalog, oid).ok().map(|row| row.oid)
    }

    fn put_aside(&self, store: &Store, document: &Document, reason: &str, waits: bool) -> Result<(), Error> {
        let copy = json!({
            "schema_name": self.schema_name, "table_name": self.table_name,
            "owner_name": self.owner_name.as_deref().unwrap_or_default(),
            "metadata": document, "reason": reason, "waits": waits,
        });
        bookkeeping::as_owner(store.owner()?, |statements| statements.run(detached::ADD, &copy))
    }
}
