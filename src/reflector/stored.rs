//! Source tables and reflections as they are stored, with the facts of now.

use super::error::ReflectionError;
use crate::pg::Oid;
use crate::pg::binding::UsedObjects;
use pgrx::pg_sys;
use serde::{Deserialize, Serialize};

/// A source table.
#[derive(Deserialize)]
pub(super) struct SourceFacts {
    pub(super) id: i64,
    pub(super) oid: u32,
    /// Qualified and quoted.
    pub(super) name: String,
    pub(super) key_type: String,
    pub(super) keeps_old_rows: bool,
    pub(super) estimated_rows: f64,
    /// By their positions in an event.
    pub(super) columns: Vec<SourceColumn>,
    /// The positions of the key's columns.
    pub(super) key: Vec<usize>,
}

/// A column of a source table; one that has been dropped has only the name that it had.
#[derive(Deserialize)]
pub(super) struct SourceColumn {
    pub(super) name: Option<String>,
    #[serde(rename = "type")]
    pub(super) type_name: Option<String>,
    pub(super) type_oid: Option<u32>,
    pub(super) type_modifier: Option<i32>,
    pub(super) attnum: i16,
    /// The type as SQL that means the same under every search_path.
    #[serde(skip)]
    pub(super) sql_type: Option<String>,
    pub(super) stored_name: String,
    /// Whether the type, or a part of it, belongs to a role that the reflection's owner does not trust: see `foreign_types`.
    #[serde(skip)]
    pub(super) is_foreign: bool,
    /// Whether its owner can have made a cast from text, which would change the values of events.
    #[serde(skip)]
    pub(super) may_have_casts: bool,
}

impl SourceFacts {
    /// The position of the column of that name.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.name.as_deref() == Some(name))
    }

    /// The position and the type of the column of that name.
    pub(super) fn value(&self, name: &str) -> Result<(usize, Oid), ReflectionError> {
        let position = self.position(name);
        position
            .zip(position.and_then(|position| self.columns[position].type_oid))
            .map(|(position, type_oid)| (position, Oid::from(type_oid)))
            .ok_or_else(|| ReflectionError::UnknownParameter {
                name: name.to_owned(),
                columns: self
                    .columns
                    .iter()
                    .filter_map(|column| column.name.as_deref())
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }

    /// Whether events say which row they are about.
    pub(super) fn has_row_key(&self) -> bool {
        !matches!(self.key_type.as_str(), "none" | "full")
    }
}

/// A table of this database that is a target.
#[derive(Deserialize)]
pub(super) struct TargetTable {
    pub(super) oid: u32,
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) relkind: String,
    pub(super) is_temporary: bool,
    /// Whether it is a part of the source itself.
    pub(super) is_source: bool,
    pub(super) columns: Vec<TargetColumn>,
    pub(super) has_rules: bool,
    /// The columns of unique indexes, in the order of their names.
    pub(super) unique_keys: Vec<Vec<String>>,
}

#[derive(Deserialize)]
pub(super) struct TargetColumn {
    pub(super) attnum: i16,
    pub(super) name: String,
    /// As SQL: of this database by `source::target_facts`, on another server as that one says.
    #[serde(rename = "type", default)]
    pub(super) type_name: String,
    #[serde(default)]
    pub(super) type_modifier: Option<i32>,
    /// Of its own server; those of built-in types are the same everywhere.
    pub(super) type_oid: Option<u32>,
    pub(super) is_generated: bool,
    /// The operator by which values are equal, where the type has one.
    #[serde(default)]
    pub(super) equality: Option<String>,
}

impl TargetColumn {
    /// Whether values that are equal can be different ones nevertheless, as 1.0 and 1.00 are.
    pub(super) fn has_several_forms(&self) -> bool {
        const OF_ONE_FORM: [Oid; 14] = [
            pg_sys::BOOLOID,
            pg_sys::CHAROID,
            pg_sys::NAMEOID,
            pg_sys::INT2OID,
            pg_sys::INT4OID,
            pg_sys::INT8OID,
            pg_sys::OIDOID,
            pg_sys::TEXTOID,
            pg_sys::VARCHAROID,
            pg_sys::BYTEAOID,
            pg_sys::DATEOID,
            pg_sys::TIMESTAMPOID,
            pg_sys::TIMESTAMPTZOID,
            pg_sys::UUIDOID,
        ];
        self.type_oid
            .is_none_or(|type_oid| !OF_ONE_FORM.contains(&Oid::from(type_oid)))
    }
}

impl TargetTable {
    /// The column of a field: by its number, on another server by its name.
    pub(super) fn column(&self, field: &MappedField) -> Option<&TargetColumn> {
        self.columns.iter().find(|column| match field.attnum {
            0 => column.name == field.column,
            attnum => column.attnum == attnum,
        })
    }
}

/// How a column of the target gets its values.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct MappedField {
    /// The column of the target by its number, and by its name in case of a restore. On another server it has no number.
    pub(super) attnum: i16,
    pub(super) column: String,
    /// The position of a column of the source,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) position: Option<usize>,
    /// or an expression over its columns.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) expression: Option<String>,
}

/// What the names in the texts of a reflection mean in this database.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct BoundNames {
    #[serde(flatten)]
    pub(super) objects: UsedObjects,
    /// The names that the source's columns have there, by their positions in an event.
    #[serde(default)]
    pub(super) columns: Vec<Option<String>>,
}

/// A reflection that is run.
#[derive(Deserialize)]
pub(super) struct StoredReflection {
    pub(super) id: i64,
    pub(super) source_id: i64,
    pub(super) owner_oid: u32,
    /// The name of the foreign server on which the target is.
    pub(super) server: Option<String>,
    pub(super) incarnation: String,
    pub(super) target_token: Option<String>,
    pub(super) target_schema: Option<String>,
    pub(super) target_table: Option<String>,
    pub(super) target_oid: Option<u32>,
    /// Qualified and quoted; empty without a target table.
    pub(super) target_name: String,
    pub(super) fields: Option<Vec<MappedField>>,
    pub(super) statement: Option<String>,
    pub(super) delete_statement: Option<String>,
    pub(super) filter: Option<String>,
    pub(super) ignore_deletes: bool,
    pub(super) on_error: String,
    /// What its expressions, filter and statements use: see `bound`.
    pub(super) uses: BoundNames,
    pub(super) state: String,
    pub(super) recopy_reason: Option<String>,
    pub(super) snapshot: Option<String>,
    pub(super) next_snapshot: Option<String>,
    pub(super) last_seq: i64,
    pub(super) copy_position: Option<Vec<String>>,
    pub(super) copy_is_again: bool,
    pub(super) copied: i64,
    /// How long the copy has been going on.
    pub(super) copy_seconds: f64,
    pub(super) source_name: String,
    pub(super) source_oid: u32,
    pub(super) source_exists: bool,
    pub(super) source_of_target: Option<i64>,
    pub(super) shares_target: bool,
}
