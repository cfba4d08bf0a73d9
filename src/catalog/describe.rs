//! The documents of `msar.get_schema_table_details` and `msar.get_table_details`, written as they are read: no more
//! than one relation at a time is held in memory beside the text.

use super::relation::{self, TableDetails};
use super::rows::PgClass;
use super::{Catalog, consistent};
use crate::error::Error;
use crate::pg::memory::Scratch;
use crate::pg::{Oid, server};

/// Every relation of a schema, as the text of a JSON array.
pub(crate) fn schema(schema: Oid) -> Result<String, Error> {
    let whole = consistent::read_once(crate::pg::snapshot::Snapshot::of_statement, &|catalog| {
        let relations = relations(catalog, schema)?;
        let scratch = Scratch::new();
        array(relations.iter().map(|row| scratch.run(|| details(catalog, row)).map(Some)))
    });
    match whole {
        Err(Error::Vanished) => schema_in_motion(schema),
        outcome => outcome,
    }
}

/// The same while others change the schema: each relation by a snapshot of its own, and without those that are gone.
fn schema_in_motion(schema: Oid) -> Result<String, Error> {
    let relations = relations(&Catalog::of_statement(), schema)?;
    array(relations.iter().map(|row| match table(row.oid) {
        Err(Error::UnknownRelation(_)) => Ok(None),
        outcome => outcome.map(Some),
    }))
}

/// One relation, as the text of a JSON object.
pub(crate) fn table(oid: Oid) -> Result<String, Error> {
    consistent::read(|catalog| details(catalog, &relation::find(catalog, oid)?))
}

fn relations(catalog: &Catalog, schema: Oid) -> Result<Vec<PgClass>, Error> {
    catalog.schema_name(schema)?;
    Ok(relation::of_schema(catalog, schema))
}

fn details(catalog: &Catalog, row: &PgClass) -> Result<String, Error> {
    server::check_for_interrupts();
    let details = TableDetails::read(catalog, row)?;
    serde_json::to_string(&details).map_err(Error::Serialization)
}

fn array(items: impl Iterator<Item = Result<Option<String>, Error>>) -> Result<String, Error> {
    let mut text = String::from("[");
    for item in items {
        let Some(item) = item? else { continue };
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&item);
    }
    text.push(']');
    Ok(text)
}
