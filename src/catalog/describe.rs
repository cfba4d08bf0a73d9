//! The documents of `msar.get_schema_table_details` and `msar.get_table_details`, written as they are read: no more
//! than one relation at a time is held in memory beside the text.

use super::relation::{self, TableDetails};
use super::rows::PgClass;
use super::{Catalog, consistent};
use crate::error::Error;
use crate::pg::memory::Scratch;
use crate::pg::results::JsonText;
use crate::pg::{Oid, server};

/// How often a schema is read when relations go away from it meanwhile.
const READINGS: usize = 5;

/// Every relation of a schema, as a JSON array.
pub(crate) fn schema(schema: Oid) -> Result<JsonText, Error> {
    for _ in 1..READINGS {
        if let (text, true) = listed_relations(schema)? {
            return Ok(text);
        }
        // The transaction that took a relation away may have put another in its place.
    }
    listed_relations(schema).map(|(text, _)| text)
}

/// The relations that the schema has at first, without those that go away meanwhile, and whether none did.
fn listed_relations(schema: Oid) -> Result<(JsonText, bool), Error> {
    let relations = consistent::read(|catalog| relations(catalog, schema))?;
    let scratch = Scratch::new();
    let mut text = JsonText::new();
    let (mut separator, mut is_complete) = ("[", true);
    consistent::read_relations(
        &relations,
        |catalog, oid| scratch.run(|| details_if_there(catalog, oid, schema)),
        |details| {
            let Some(details) = details else {
                is_complete = false;
                return Ok(());
            };
            text.push_str(std::mem::replace(&mut separator, ","))?;
            text.push(&details)
        },
    )?;
    text.push_str(if separator == "[" { "[]" } else { "]" })?;
    Ok((text, is_complete))
}

/// One relation, as a JSON object.
pub(crate) fn table(oid: Oid) -> Result<JsonText, Error> {
    let details = consistent::read_relation(oid, |catalog| {
        TableDetails::read(catalog, &relation::find(catalog, oid)?)
    })?;
    let mut text = JsonText::new();
    text.push(&details)?;
    Ok(text)
}

fn relations(catalog: &Catalog, schema: Oid) -> Result<Vec<Oid>, Error> {
    catalog.schema_name(schema)?;
    Ok(relation::of_schema(catalog, schema)
        .iter()
        .map(|row| row.oid)
        .collect())
}

/// A relation of the schema's list, unless it left the schema since the list was made.
fn details_if_there(catalog: &Catalog, oid: Oid, schema: Oid) -> Result<Option<TableDetails>, Error> {
    server::check_for_interrupts();
    match PgClass::by_oid(&catalog.reader, oid) {
        Some(row) if row.relnamespace == schema => TableDetails::read(catalog, &row).map(Some),
        _ => Ok(None),
    }
}
