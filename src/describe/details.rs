//! The documents of `msar.get_schema_table_details` and `msar.get_table_details`, written as they are read: no more
//! than one relation at a time is held in memory beside the text.

use super::Describer;
use super::table::TableDetails;
use crate::catalog::rows::PgClass;
use crate::catalog::{Catalog, consistent, relation};
use crate::error::Error;
use crate::pg::memory::Scratch;
use crate::pg::results::JsonText;
use crate::pg::{Oid, server};

/// How often a schema is read when relations go away from it meanwhile.
const READINGS: usize = 5;

/// Every relation of a schema, as a JSON array.
pub(crate) fn describe_schema(schema: Oid) -> Result<JsonText, Error> {
    for _ in 1..READINGS {
        if let (text, true) = describe_listed(schema)? {
            return Ok(text);
        }
        // The transaction that took a relation away may have put another in its place.
    }
    describe_listed(schema).map(|(text, _)| text)
}

/// The relations that the schema has at first, without those that go away meanwhile, and whether none did.
fn describe_listed(schema: Oid) -> Result<(JsonText, bool), Error> {
    let changes = server::catalog_changes();
    let relations = consistent::read_consistently(|catalog| list_relations(catalog, schema))?;
    describe_those(schema, changes, &relations)
}

/// Some relations of a schema, as a JSON array; those that are no longer there are left out.
pub(crate) fn describe_some(schema: Oid, relations: &[PgClass]) -> Result<JsonText, Error> {
    // No count is ever this one: each relation is looked up again.
    describe_those(schema, u64::MAX, relations).map(|(text, _)| text)
}

fn describe_those(schema: Oid, changes: u64, relations: &[PgClass]) -> Result<(JsonText, bool), Error> {
    let listing = Listing { schema, changes };
    let scratch = Scratch::new();
    let mut text = JsonText::new();
    let (mut separator, mut is_complete) = ("[", true);
    consistent::read_relations(
        relations,
        |describer, listed| scratch.run(|| listing.details_if_there(describer, listed)),
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
pub(crate) fn describe_table(oid: Oid) -> Result<JsonText, Error> {
    let details = consistent::read_relation_by(oid, |describer: &Describer| {
        TableDetails::from_row(describer, relation::find_row(&describer.catalog, oid)?)
    })?;
    let mut text = JsonText::new();
    text.push(&details)?;
    Ok(text)
}

fn list_relations(catalog: &Catalog, schema: Oid) -> Result<Vec<PgClass>, Error> {
    catalog.schema_name(schema)?;
    Ok(relation::list_of_schema(catalog, schema))
}

/// The schema of a list of relations, and how many changes were known when the list was made.
struct Listing {
    schema: Oid,
    changes: u64,
}

impl Listing {
    /// A relation of the list, unless it left the schema since.
    fn details_if_there(
        &self,
        describer: &Describer,
        listed: &PgClass,
    ) -> Result<Option<TableDetails>, Error> {
        server::check_for_interrupts();
        if server::catalog_changes() == self.changes {
            return TableDetails::from_row(describer, listed.clone()).map(Some);
        }
        match PgClass::by_oid(&describer.catalog.reader, listed.oid) {
            Some(row) if row.relnamespace == self.schema => TableDetails::from_row(describer, row).map(Some),
            _ => Ok(None),
        }
    }
}
