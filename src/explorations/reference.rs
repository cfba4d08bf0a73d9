//! The names of the objects that the numbers of a stored exploration mean, and whether they still mean these objects.
//!
//! This is the one rule for explorations, shares and forms, and for the views that say who sees them
//! ([`current_relation`]): a number counts while it and its name mean the same live object, or while
//! the table that has the number has another name, and the owner and the columns of before: then nobody followed its rename.
//! A table that was dropped and
//! created again is found by its names, if it has the owner that it had; its columns, by theirs. A column that was dropped
//! is gone, whatever else has its name now. So a stored exploration never shows another column.
//!
//! What was dropped is marked (`following`), since a dump carries names only: a restore, where the names decide, must not
//! find what the database that was dumped had lost.

use super::error::ExplorationError;
use crate::catalog::rows::{PgAttribute, PgClass};
use crate::error::Error;
use crate::pg::scan::Reader;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, names};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Why a number means nothing, where the exploration does not have its name.
const NOTHING_KNOWN: &str = "Nothing is known about it.";

/// The tables that an exploration speaks of, by OID.
pub(crate) type TableReferences = BTreeMap<u32, TableReference>;

/// A table that an exploration speaks of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TableReference {
    pub(crate) schema: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) owner: String,
    /// Names of columns by attnum.
    #[serde(default)]
    pub(crate) columns: BTreeMap<i16, String>,
    /// Columns that were dropped, by the attnums that they had.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) dropped_columns: BTreeMap<i16, String>,
    /// Whether the table was dropped: only its owner creates it again, in whatever database.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_dropped: bool,
}

impl TableReference {
    /// Whether a live relation is the table that was meant.
    fn is_of(&self, oid: Oid) -> bool {
        !self.is_dropped
            && names::of_relation(oid)
                .is_some_and(|(schema, name)| schema == self.schema && name == self.name)
    }
}

/// A column to begin with, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredColumnReference {
    pub(crate) alias: String,
    pub(crate) attnum: i16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) join_path: Vec<[StoredEnd; 2]>,
}

/// A column of the base, by its number alone.
pub(crate) fn own_column(attnum: i16) -> StoredColumnReference {
    StoredColumnReference {
        alias: String::new(),
        attnum,
        join_path: Vec::new(),
    }
}

/// One end of a join: a table and one column of it, or several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredEnd(pub(crate) u32, pub(crate) StoredAttnums);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum StoredAttnums {
    One(i16),
    Several(Vec<i16>),
}

impl StoredAttnums {
    fn all(&self) -> &[i16] {
        match self {
            Self::One(attnum) => std::slice::from_ref(attnum),
            Self::Several(attnums) => attnums,
        }
    }

    fn mapped(&self, mut map: impl FnMut(i16) -> Result<i16, Error>) -> Result<Self, Error> {
        Ok(match self {
            Self::One(attnum) => Self::One(map(*attnum)?),
            Self::Several(attnums) => Self::Several(
                attnums
                    .iter()
                    .map(|&attnum| map(attnum))
                    .collect::<Result<_, _>>()?,
            ),
        })
    }
}

/// How strictly a table that is not the one of before must be like it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    /// In the database where it was stored: only its owner creates a table again.
    SameDatabase,
    /// In one that it was restored into: the names decide, except for a table that was dropped before.
    OtherDatabase,
}

/// The objects that the numbers of an exploration mean now.
pub(crate) struct Placed {
    pub(crate) base: Oid,
    pub(crate) columns: Vec<StoredColumnReference>,
}

/// A table as it is now.
struct LiveTable {
    oid: Oid,
    /// Whether it is the table that the numbers were stored for.
    is_same: bool,
}

/// Translates the numbers to those of now. Fails with what is gone.
pub(crate) fn place_columns(
    references: &TableReferences,
    base: u32,
    columns: &[StoredColumnReference],
    placement: Placement,
) -> Result<Placed, Error> {
    let placer = Placer::new(references, placement);
    let base_table = placer.table(base)?;
    let columns = columns
        .iter()
        .map(|column| {
            let relation = column.join_path.last().map_or(base, |step| step[1].0);
            let attnum = placer.column(relation, column.attnum)?;
            let join_path = column
                .join_path
                .iter()
                .map(|[from, to]| Ok([placer.end(from)?, placer.end(to)?]))
                .collect::<Result<_, Error>>()?;
            Ok(StoredColumnReference {
                alias: column.alias.clone(),
                attnum,
                join_path,
            })
        })
        .collect::<Result<_, Error>>()?;
    Ok(Placed {
        base: base_table.oid,
        columns,
    })
}

/// The same for a table and all of its columns that are spoken of.
pub(crate) fn place_all(
    references: &TableReferences,
    table: u32,
    placement: Placement,
) -> Result<(Oid, BTreeMap<i16, i16>), Error> {
    let placer = Placer::new(references, placement);
    let now = placer.table(table)?.oid;
    let own = references.get(&table).into_iter();
    let spoken_of = own.flat_map(|own| own.columns.keys().chain(own.dropped_columns.keys()));
    let columns = spoken_of.map(|&attnum| Ok((attnum, placer.column(table, attnum)?)));
    Ok((now, columns.collect::<Result<_, Error>>()?))
}

/// Translates numbers to those of now.
pub(crate) struct Placer<'a> {
    reader: Reader,
    references: &'a TableReferences,
    placement: Placement,
}

impl<'a> Placer<'a> {
    pub(crate) fn new(references: &'a TableReferences, placement: Placement) -> Self {
        Self {
            reader: Reader::new(Snapshot::latest()),
            references,
            placement,
        }
    }

    /// The table of now. Fails if it is gone.
    pub(crate) fn table_oid(&self, oid: u32) -> Result<u32, Error> {
        Ok(self.table(oid)?.oid.to_u32())
    }

    fn table(&self, oid: u32) -> Result<LiveTable, Error> {
        let gone = |detail: String, place: String| -> Error {
            ExplorationError::Gone {
                place,
                detail,
                is_table: true,
            }
            .into()
        };
        let Some(reference) = self.references.get(&oid) else {
            return Err(gone(NOTHING_KNOWN.into(), format!("relation with OID {oid}")));
        };
        let TableReference { schema, name, .. } = reference;
        let place = || format!("relation \"{schema}\".\"{name}\"");
        let is_same = reference.is_of(Oid::from(oid))
            || self.placement == Placement::SameDatabase && self.is_renamed(oid, reference);
        if is_same {
            return Ok(LiveTable {
                oid: Oid::from(oid),
                is_same: true,
            });
        }
        let live = names::find_relation(schema, name)
            .ok_or_else(|| gone("It was dropped, or renamed without notice.".into(), place()))?;
        if self.placement == Placement::SameDatabase || reference.is_dropped {
            let row = PgClass::by_oid(&self.reader, live).ok_or(Error::Vanished)?;
            let owner = names::of_role(row.relowner).unwrap_or_default();
            if owner != reference.owner {
                return Err(gone(
                    format!(
                        "The one that has its name now belongs to role \"{owner}\", not to \"{}\".",
                        reference.owner
                    ),
                    place(),
                ));
            }
        }
        Ok(LiveTable {
            oid: live,
            is_same: false,
        })
    }

    /// Whether a number still is the table of before, under a name that has not been followed yet: it has the same owner and
    /// the same columns. (A number of another database, which a restore without triggers brings, means any table.)
    fn is_renamed(&self, oid: u32, reference: &TableReference) -> bool {
        let oid = Oid::from(oid);
        let is_column = |(attnum, name): (&i16, &String)| {
            PgAttribute::by_number(&self.reader, oid, *attnum).is_some_and(|live| live.attname == *name)
        };
        !reference.is_dropped
            && PgClass::by_oid(&self.reader, oid)
                .is_some_and(|row| names::of_role(row.relowner).as_ref() == Some(&reference.owner))
            && reference.columns.iter().all(is_column)
    }

    /// The attnum of now. Fails if the column is gone.
    pub(crate) fn column(&self, relation: u32, attnum: i16) -> Result<i16, Error> {
        let table = self.table(relation)?;
        let reference = self.references.get(&relation);
        let name = reference.and_then(|reference| reference.columns.get(&attnum));
        let dropped = reference.and_then(|reference| reference.dropped_columns.get(&attnum));
        let gone = |detail: &str| -> Error {
            let table = reference.map_or(String::new(), |reference| {
                format!(" of relation \"{}\"", reference.name)
            });
            let column = name
                .or(dropped)
                .map_or_else(|| attnum.to_string(), |name| format!("\"{name}\""));
            ExplorationError::Gone {
                place: format!("column {column}{table}"),
                detail: detail.into(),
                is_table: false,
            }
            .into()
        };
        let Some(name) = name else {
            return Err(gone(match dropped {
                Some(_) => "It was dropped.",
                None => NOTHING_KNOWN,
            }));
        };
        if !table.is_same {
            return names::find_column(table.oid, name)
                .ok_or_else(|| gone("The table was created again without it."));
        }
        match PgAttribute::by_number(&self.reader, table.oid, attnum) {
            Some(live) if live.attname == *name => Ok(attnum),
            Some(live) => Err(gone(&format!(
                "Column {attnum} is called \"{}\" now.",
                live.attname
            ))),
            None => Err(gone("It was dropped.")),
        }
    }

    fn end(&self, StoredEnd(relation, attnums): &StoredEnd) -> Result<StoredEnd, Error> {
        let table = self.table(*relation)?;
        let attnums = attnums.mapped(|attnum| self.column(*relation, attnum))?;
        Ok(StoredEnd(table.oid.to_u32(), attnums))
    }
}

/// The live relation that a stored number means in this database; none for what cannot be read.
pub(crate) fn current_relation(oid: u32, references: Value) -> Option<Oid> {
    let references: TableReferences = serde_json::from_value(references).ok()?;
    let placer = Placer::new(&references, Placement::SameDatabase);
    placer.table_oid(oid).ok().map(Oid::from)
}

/// What becomes of the references of a row that has no place in the database into which it is restored: its numbers are
/// those of another one, so each table is to be found by its names and its owner.
pub(crate) fn unplaced(references: &TableReferences) -> Result<Value, Error> {
    let mut unplaced = references.clone();
    for reference in unplaced.values_mut() {
        reference.is_dropped = true;
    }
    serde_json::to_value(unplaced).map_err(Error::Serialization)
}

/// How a row is placed that is written: as one of a restore, or as one that was here before.
pub(crate) fn placement_of(is_restored: bool) -> Placement {
    match is_restored {
        true => Placement::OtherDatabase,
        false => Placement::SameDatabase,
    }
}

/// The names of the numbers of an exploration, as they are now.
pub(crate) fn references(base: Oid, columns: &[StoredColumnReference]) -> Result<TableReferences, Error> {
    let reader = Reader::new(Snapshot::latest());
    let mut found = TableReferences::new();
    add_column(&reader, &mut found, base.to_u32(), None)?;
    for column in columns {
        let relation = column.join_path.last().map_or(base.to_u32(), |step| step[1].0);
        add_column(&reader, &mut found, relation, Some(column.attnum))?;
        for StoredEnd(relation, attnums) in column.join_path.iter().flatten() {
            for &attnum in attnums.all() {
                add_column(&reader, &mut found, *relation, Some(attnum))?;
            }
        }
    }
    Ok(found)
}

/// The current names of tables and of their columns.
pub(crate) fn references_of(
    columns: impl IntoIterator<Item = (u32, Option<i16>)>,
) -> Result<TableReferences, Error> {
    let reader = Reader::new(Snapshot::latest());
    let mut found = TableReferences::new();
    for (relation, attnum) in columns {
        add_column(&reader, &mut found, relation, attnum)?;
    }
    Ok(found)
}

fn add_column(
    reader: &Reader,
    found: &mut TableReferences,
    relation: u32,
    attnum: Option<i16>,
) -> Result<(), Error> {
    let oid = Oid::from(relation);
    if let Entry::Vacant(entry) = found.entry(relation) {
        let (schema, name) = names::of_relation(oid).ok_or(Error::UnknownRelation(oid))?;
        let row = PgClass::by_oid(reader, oid).ok_or(Error::Vanished)?;
        let owner = names::of_role(row.relowner).unwrap_or_default();
        let reference = TableReference {
            schema,
            name,
            owner,
            ..TableReference::default()
        };
        entry.insert(reference);
    }
    if let (Some(attnum), Some(reference)) = (attnum, found.get_mut(&relation)) {
        let name = names::of_column(oid, attnum).ok_or(Error::Vanished)?;
        reference.columns.insert(attnum, name);
    }
    Ok(())
}

/// The initial columns by names, as a document for other databases has them.
pub(crate) fn named_columns(
    references: &TableReferences,
    base: u32,
    columns: &[StoredColumnReference],
) -> Value {
    let column_name = |relation: u32, attnum: i16| {
        references
            .get(&relation)
            .and_then(|reference| reference.columns.get(&attnum))
            .map_or(Value::Null, |name| Value::from(name.as_str()))
    };
    let end = |StoredEnd(relation, attnums): &StoredEnd| {
        let names: Vec<Value> = attnums
            .all()
            .iter()
            .map(|&attnum| column_name(*relation, attnum))
            .collect();
        let columns = match attnums {
            StoredAttnums::One(_) => names.into_iter().next().unwrap_or_default(),
            StoredAttnums::Several(_) => Value::Array(names),
        };
        json!([named_table(references, *relation), columns])
    };
    columns
        .iter()
        .map(|column| {
            let relation = column.join_path.last().map_or(base, |step| step[1].0);
            let mut named = json!({"alias": column.alias, "column": column_name(relation, column.attnum)});
            if !column.join_path.is_empty() {
                let path: Value = column
                    .join_path
                    .iter()
                    .map(|[from, to]| json!([end(from), end(to)]))
                    .collect();
                named["join_path"] = path;
            }
            named
        })
        .collect()
}

/// A table by its names.
pub(crate) fn named_table(references: &TableReferences, oid: u32) -> Value {
    references.get(&oid).map_or(
        Value::Null,
        |reference| json!({"schema": reference.schema, "name": reference.name}),
    )
}
