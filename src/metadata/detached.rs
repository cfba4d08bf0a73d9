//! Metadata without a table: detached when its table is dropped, and attached when the table is there again.

use super::model::{self, ObjectNames, OptionValues, Refs, TableRef};
use super::options::{self, COLUMN_OPTIONS, TABLE_OPTIONS};
use super::rows::{INSERT_COLUMNS, INSERT_TABLES};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::events::outline::RelationOutline;
use crate::pg::bookkeeping::BookkeepingSession;
use crate::pg::{Oid, names, report};
use crate::settings;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Why the metadata of a table is detached that is gone.
pub(super) const TABLE_WAS_DROPPED: &str = "the table was dropped";

/// The metadata of one table, by names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedMetadata {
    #[serde(default)]
    pub(crate) table: Option<OptionValues>,
    #[serde(default)]
    pub(crate) columns: BTreeMap<String, OptionValues>,
}

impl NamedMetadata {
    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_none() && self.columns.is_empty()
    }

    /// Reads what is stored, which the role that created the extension may have written: nothing counts of what is not
    /// written as we write it.
    pub(crate) fn of_stored(stored: &Value) -> Self {
        let object = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
        let columns = object(stored.get("columns")).unwrap_or_default();
        let mut document = Self {
            table: object(stored.get("table")),
            columns: columns
                .into_iter()
                .filter_map(|(name, options)| Some((name, object(Some(&options))?)))
                .collect(),
        };
        document.retain_valid();
        document
    }

    /// Takes out what no option takes.
    pub(crate) fn retain_valid(&mut self) {
        if let Some(options) = &mut self.table {
            options.retain(|name, value| {
                options::find_option(&TABLE_OPTIONS, name)
                    .is_some_and(|option| !value.is_null() && model::check_option(option, value).is_ok())
            });
        }
        for options in self.columns.values_mut() {
            options.retain(|name, value| {
                options::find_option(&COLUMN_OPTIONS, name)
                    .is_some_and(|option| !value.is_null() && option.kind.accepts(value))
            });
            // Each right by itself; together the first of the two is the wrong one.
            for least in ["num_min_frac_digits", "duration_min"] {
                if options::contradiction(|name| options.get(name)).is_some() {
                    options.shift_remove(least);
                }
            }
        }
        self.columns.retain(|_, options| !options.is_empty());
        self.table.take_if(|options| options.is_empty());
    }
}

/// The options of a row of `column_metadata`.
pub(crate) fn column_options(row: &Map<String, Value>) -> OptionValues {
    COLUMN_OPTIONS
        .iter()
        .filter_map(|option| Some((option.name, row.get(option.name)?)))
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}

/// The live objects of this database.
pub(crate) struct Live;

impl ObjectNames for Live {
    fn relation(&self, schema: &str, name: &str) -> Option<u32> {
        names::find_relation(schema, name).map(Oid::to_u32)
    }

    fn column(&self, relation: u32, name: &str) -> Option<i16> {
        names::find_column(relation.into(), name)
    }
}

/// Stores a detached copy in the place of an older one.
pub(crate) const REPLACE: &str = include_str!("../../sql/query/metadata/detached_replace.sql");

/// Adds to the detached copy of the same table, or stores one.
pub(crate) const ADD: &str = include_str!("../../sql/query/metadata/detached_add.sql");

/// Stores a detached copy from a dump, with options that this restore has detached already: those belonged to a table
/// that was there, and are newer.
pub(crate) const ADD_RESTORED: &str = include_str!("../../sql/query/metadata/detached_add_restored.sql");

/// The detached copy for a relation; for a new one only if it has no metadata of its own.
const KEPT_FOR: &str = include_str!("../../sql/query/metadata/detached_for_relation.sql");

/// Removes a copy that was attached, except for the options that did not fit.
const KEEP_LEFT: &str = include_str!("../../sql/query/metadata/detached_keep_rest.sql");

/// A row of `detached_metadata`.
#[derive(Deserialize)]
pub(crate) struct Detached {
    pub(crate) schema_name: String,
    pub(crate) table_name: String,
    pub(crate) owner_name: String,
    #[serde(deserialize_with = "stored_document")]
    pub(crate) metadata: NamedMetadata,
}

fn stored_document<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NamedMetadata, D::Error> {
    Ok(NamedMetadata::of_stored(&Value::deserialize(deserializer)?))
}

/// Where the metadata of a document goes in a relation.
#[derive(Default)]
pub(crate) struct MetadataPlacement {
    pub(crate) table: Option<(OptionValues, Refs)>,
    pub(crate) columns: Vec<(i16, OptionValues)>,
    /// Options that have no place there, and the reasons.
    pub(crate) left: NamedMetadata,
    pub(crate) problems: Vec<String>,
}

impl MetadataPlacement {
    /// Finds the places: columns of the same name, for the options that their kinds take.
    pub(crate) fn find_places(
        catalog: &Catalog,
        relation: Oid,
        document: &NamedMetadata,
    ) -> Result<Self, Error> {
        let Some(outline) = RelationOutline::read_relation(catalog, relation)? else {
            return Err(Error::UnknownRelation(relation));
        };
        let mut placement = Self::default();
        if let Some(options) = &document.table {
            let own = TableRef {
                schema: outline.schema.to_string(),
                name: outline.name.clone(),
                ..TableRef::default()
            };
            let numbered = model::to_numbers(options, relation.to_u32(), own, &Live);
            placement.problems = numbered.problems;
            placement.left.table = Some(numbered.left).filter(|left| !left.is_empty());
            placement.table = Some((numbered.options, numbered.refs));
        }
        for (name, options) in &document.columns {
            match place_of(&outline, catalog, name, options)? {
                Ok((attnum, fitting)) => {
                    let is_left = |name: &str| !fitting.contains_key(name);
                    let left: OptionValues = options
                        .iter()
                        .filter(|(option, _)| is_left(option))
                        .map(|(option, value)| (option.clone(), value.clone()))
                        .collect();
                    for option in left.keys() {
                        let problem = format!("column \"{name}\" does not take {option}");
                        placement.problems.push(problem);
                    }
                    if !left.is_empty() {
                        placement.left.columns.insert(name.clone(), left);
                    }
                    if !fitting.is_empty() || options.is_empty() {
                        placement.columns.push((attnum, fitting));
                    }
                }
                Err(problem) => {
                    placement.problems.push(problem);
                    placement.left.columns.insert(name.clone(), options.clone());
                }
            }
        }
        Ok(placement)
    }

    /// Whether nothing has a place.
    fn is_empty(&self) -> bool {
        let no_options = self.table.as_ref().is_none_or(|(options, _)| options.is_empty());
        no_options && self.columns.is_empty()
    }

    /// The rows to insert, as the statements of `rows.rs` take them.
    pub(crate) fn table_rows(&self, relation: Oid) -> Vec<Value> {
        let row = |(options, refs): &(OptionValues, Refs)| {
            let mut row = options.clone();
            row.insert("table_oid".into(), relation.to_u32().into());
            row.insert("refs".into(), json!(refs));
            Value::Object(row)
        };
        self.table.iter().map(row).collect()
    }

    pub(crate) fn column_rows(&self, relation: Oid) -> Vec<Value> {
        let row = |(attnum, options): &(i16, OptionValues)| {
            let mut row = options.clone();
            row.insert("table_oid".into(), relation.to_u32().into());
            row.insert("attnum".into(), (*attnum).into());
            Value::Object(row)
        };
        self.columns.iter().map(row).collect()
    }
}

/// The column of that name, with the options that its kind takes, as after a change of its type; else why not.
fn place_of(
    relation: &RelationOutline,
    catalog: &Catalog,
    name: &str,
    options: &OptionValues,
) -> Result<Result<(i16, OptionValues), String>, Error> {
    let Some(column) = relation.columns.iter().find(|column| column.attname == name) else {
        return Ok(Err(format!("there is no column \"{name}\"")));
    };
    let ui_type = catalog.type_info(column.atttypid)?.ui_type;
    let fits = |name: &str| {
        options::find_option(&COLUMN_OPTIONS, name).is_none_or(|option| option.applies_to(ui_type))
    };
    let fitting = options
        .iter()
        .filter(|(option, _)| fits(option))
        .map(|(option, value)| (option.clone(), value.clone()));
    Ok(Ok((column.attnum, fitting.collect())))
}

/// Which relation appeared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reappeared {
    /// The relation for which metadata is kept.
    Itself,
    /// A relation of which its options speak.
    Referent,
}

/// Gives a relation that appeared, or got its owner, the metadata that is kept for it.
/// When it is a table of which its options speak that appeared, these options are attached.
pub(crate) fn attach_again(
    statements: &BookkeepingSession,
    catalog: &Catalog,
    relation: Oid,
    reappeared: Reappeared,
) -> Result<(), Error> {
    let Some(mut kept) = statements.query::<Option<Detached>>(
        KEPT_FOR,
        &json!({"oid": relation.to_u32(), "is_new": reappeared == Reappeared::Itself}),
    )?
    else {
        return Ok(());
    };
    let table = format!("\"{}\".\"{}\"", kept.schema_name, kept.table_name);
    if !settings::reattach_by_name() {
        report::notice(format!(
            "there is detached metadata of a former table {table}; msar.attach_metadata attaches it"
        ));
        return Ok(());
    }
    let waiting = match reappeared {
        Reappeared::Itself => NamedMetadata::default(),
        Reappeared::Referent => NamedMetadata {
            table: None,
            columns: std::mem::take(&mut kept.metadata.columns),
        },
    };
    let mut placement = MetadataPlacement::find_places(catalog, relation, &kept.metadata)?;
    placement.left.columns.extend(waiting.columns);
    if placement.is_empty() {
        return Ok(());
    }
    attach(statements, relation, &kept, &placement)?;
    report::notice(format!(
        "metadata of the former table {table} was attached to the new one: {} columns{}",
        placement.columns.len(),
        match placement.problems.as_slice() {
            [] => String::new(),
            problems => format!("; {}", problems.join("; ")),
        }
    ));
    Ok(())
}

/// Writes the options that have a place, and takes them out of the detached copy.
pub(crate) fn attach(
    statements: &BookkeepingSession,
    relation: Oid,
    kept: &Detached,
    placement: &MetadataPlacement,
) -> Result<(), Error> {
    statements.run(&INSERT_TABLES, &placement.table_rows(relation))?;
    statements.run(&INSERT_COLUMNS, &placement.column_rows(relation))?;
    let left = Some(&placement.left).filter(|left| !left.is_empty());
    let remains = json!({
        "schema_name": kept.schema_name, "table_name": kept.table_name, "owner_name": kept.owner_name,
        "metadata": left, "reason": placement.problems.join("; "), "waits": placement.left.table.is_some(),
    });
    statements.run(KEEP_LEFT, &remains)
}
