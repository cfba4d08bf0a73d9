//! The metadata that is stored, as documents.
//!
//! We read our tables as we read catalogs, by their keys and past the privileges on them, so the rules that the views
//! have for SQL are repeated here: a row counts when its names are those of the object, and a role may read it when it
//! may read the object (or has the rights of its owner).

use super::detached::Document;
use super::model::{self, OptionValues};
use super::options::MetadataOption;
use super::references::Column;
use super::rows::{StoredColumn, StoredOptions, StoredTable};
use super::template;
use crate::catalog::Catalog;
use crate::catalog::relation::{self, privileges_on_column};
use crate::catalog::rows::{PgAttribute, PgClass};
use crate::catalog::types::UiType;
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::acl::Privileges;
use crate::pg::scan::{NameField, ScanKey};
use crate::values::template::{Placeholder, TemplatePart};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use std::rc::Rc;

/// The options of one object that are set.
pub(crate) struct Metadata {
    options: Vec<(&'static MetadataOption, Value)>,
    created_at: Rc<str>,
    updated_at: Rc<str>,
}

impl Metadata {
    fn into_options(self) -> OptionValues {
        let options = self.options.into_iter();
        options
            .map(|(option, value)| (option.name.to_owned(), value))
            .collect()
    }

    pub(crate) fn get(&self, option: &str) -> Option<&Value> {
        self.options
            .iter()
            .find(|(set, _)| set.name == option)
            .map(|(_, value)| value)
    }
}

impl StoredOptions {
    /// What remains when only some options count; `None` when nothing does.
    fn retain(
        mut self,
        catalog: &Catalog,
        counts: impl Fn(&'static MetadataOption, &mut Value) -> bool,
    ) -> Option<Metadata> {
        self.options.retain_mut(|(option, value)| counts(option, value));
        (!self.options.is_empty()).then(|| Metadata {
            options: self.options,
            created_at: catalog.timestamp(self.created_at),
            updated_at: catalog.timestamp(self.updated_at),
        })
    }
}

/// The options in the order of their list, and when they were set.
impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (option, value) in &self.options {
            map.serialize_entry(option.name, value)?;
        }
        map.serialize_entry("created_at", &self.created_at)?;
        map.serialize_entry("updated_at", &self.updated_at)?;
        map.end()
    }
}

/// What is stored for a relation and its columns, as far as it counts. What the role may not read is among it.
#[derive(Default)]
pub(crate) struct OfTable {
    table: Option<StoredTable>,
    columns: Vec<StoredColumn>,
}

impl OfTable {
    pub(crate) fn read(catalog: &Catalog, row: &PgClass) -> Result<Self, Error> {
        let key = [("table_oid", ScanKey::Oid(row.oid))];
        let mut table = catalog.reader.by_primary_key::<StoredTable>(&key).pop();
        let mut columns = catalog.reader.by_primary_key::<StoredColumn>(&key);
        if table.is_some() || !columns.is_empty() {
            let schema = catalog.schema_name(row.relnamespace)?;
            let counts = |schema_name: &NameField, table_name: &NameField| {
                table_name.is(&row.relname) && schema_name.is(&schema)
            };
            table = table.filter(|stored| counts(&stored.schema_name, &stored.table_name));
            columns.retain(|stored| counts(&stored.schema_name, &stored.table_name));
        }
        Ok(Self { table, columns })
    }

    /// Whether there is something that tells about the relation itself.
    pub(crate) fn tells_of_table(&self) -> bool {
        self.table.is_some()
    }

    /// The metadata of the relation itself.
    pub(crate) fn take_table(&mut self, catalog: &Catalog, relation: Oid) -> Option<Metadata> {
        let StoredTable { refs, stored, .. } = self.table.take()?;
        stored.retain(catalog, |option, value| {
            refs.keep_current(catalog, relation, option.kind, value)
        })
    }

    /// The preview template that a user chose, without the placeholders whose columns or foreign keys are gone. `None`:
    /// the default is in force.
    pub(crate) fn template(&self, catalog: &Catalog, relation: Oid) -> Option<Vec<TemplatePart<Column>>> {
        let StoredTable { refs, stored, .. } = self.table.as_ref()?;
        if stored.get("preview_customized") == Some(&Value::Bool(false)) {
            return None;
        }
        let parts = stored.get("preview_template")?.as_array()?;
        let current = |part: TemplatePart<i16>| match part {
            TemplatePart::Text(text) => Some(TemplatePart::Text(text)),
            TemplatePart::Placeholder(Placeholder { path, raw }) => {
                let path = refs.current_path(catalog, relation, &path)?;
                Some(TemplatePart::Placeholder(Placeholder { path, raw }))
            }
        };
        Some(
            parts
                .iter()
                .filter_map(template::read)
                .filter_map(current)
                .collect(),
        )
    }

    /// The placeholders of the template that are left out, as a column or a foreign key that they name is gone.
    fn lost_placeholders(&self, catalog: &Catalog, relation: Oid) -> Vec<String> {
        let Some(StoredTable { refs, stored, .. }) = &self.table else {
            return Vec::new();
        };
        let parts = stored.get("preview_template").and_then(Value::as_array);
        let lost = |part: &Value| match template::read(part)? {
            TemplatePart::Placeholder(Placeholder { path, .. })
                if refs.current_path(catalog, relation, &path).is_none() =>
            {
                Some(refs.names_of_path(relation, &path))
            }
            _ => None,
        };
        parts.into_iter().flatten().filter_map(lost).collect()
    }

    /// What is set for a column, as far as a column of its kind takes it.
    pub(crate) fn column_options(
        &self,
        column: &PgAttribute,
        ui_type: UiType,
    ) -> impl Iterator<Item = (&'static str, &Value)> {
        self.columns
            .iter()
            .filter(|stored| stored.attnum == column.attnum && stored.column_name.is(&column.attname))
            .flat_map(|stored| &stored.stored.options)
            .filter(move |(option, _)| option.applies_to(ui_type))
            .map(|(option, value)| (option.name, value))
    }

    /// The metadata of a column, in which only options count that a column of its kind takes.
    pub(crate) fn take_column(
        &mut self,
        catalog: &Catalog,
        column: &PgAttribute,
        ui_type: UiType,
    ) -> Option<Metadata> {
        let at = self
            .columns
            .iter()
            .position(|stored| stored.attnum == column.attnum && stored.column_name.is(&column.attname))?;
        let stored = self.columns.swap_remove(at).stored;
        stored.retain(catalog, |option, _| option.applies_to(ui_type))
    }
}

/// Whether the current role may read what is stored for a table or column on which it has these privileges.
pub(crate) fn is_readable(catalog: &Catalog, owner: Oid, privileges: Privileges) -> bool {
    privileges.includes_select() || catalog.role.has_rights_of(owner)
}

/// The placeholders that the template of a relation leaves out, for who may read what is stored.
pub(crate) fn lost_placeholders(catalog: &Catalog, relation: Oid) -> Result<Vec<String>, Error> {
    match PgClass::by_oid(&catalog.reader, relation) {
        Some(row) if is_table_readable(catalog, &row) => {
            Ok(OfTable::read(catalog, &row)?.lost_placeholders(catalog, relation))
        }
        _ => Ok(Vec::new()),
    }
}

/// What `msar.get_table_metadata` tells.
#[derive(serde::Serialize)]
pub(crate) struct TableMetadata {
    #[serde(serialize_with = "crate::catalog::oid")]
    oid: Oid,
    name: String,
    #[serde(flatten)]
    metadata: Metadata,
}

/// What `msar.get_column_metadata` tells of a column.
#[derive(serde::Serialize)]
pub(crate) struct ColumnMetadata {
    attnum: i16,
    name: String,
    #[serde(flatten)]
    metadata: Metadata,
}

/// The metadata of a relation, if there is any that the current role may read.
pub(crate) fn table(catalog: &Catalog, row: &PgClass) -> Result<Option<TableMetadata>, Error> {
    let mut stored = OfTable::read(catalog, row)?;
    if !stored.tells_of_table() || !is_table_readable(catalog, row) {
        return Ok(None);
    }
    let metadata = stored.take_table(catalog, row.oid);
    Ok(metadata.map(|metadata| TableMetadata {
        oid: row.oid,
        name: row.relname.clone(),
        metadata,
    }))
}

/// Whether the current role may read what is stored for a relation.
pub(crate) fn is_table_readable(catalog: &Catalog, row: &PgClass) -> bool {
    let privileges = relation::privileges(catalog, row);
    is_readable(catalog, row.relowner, privileges)
        || PgAttribute::live(&catalog.reader, row.oid)
            .iter()
            .any(|column| privileges_on_column(catalog, column, row.relowner, privileges).includes_select())
}

/// The metadata of a relation and its columns by names, as far as the current role may read it.
pub(crate) fn document(catalog: &Catalog, row: &PgClass) -> Result<Document, Error> {
    let mut stored = OfTable::read(catalog, row)?;
    let mut document = Document::default();
    if stored.tells_of_table() && is_table_readable(catalog, row) {
        let refs = stored
            .table
            .as_ref()
            .map(|stored| stored.refs.names().clone())
            .unwrap_or_default();
        let metadata = stored.take_table(catalog, row.oid);
        let named =
            metadata.map(|metadata| model::to_names(&metadata.into_options(), row.oid.to_u32(), &refs));
        document.table = named.filter(|options| !options.is_empty());
    }
    let columns = columns(catalog, row)?.into_iter();
    document.columns = columns
        .map(|column| (column.name, column.metadata.into_options()))
        .collect();
    Ok(document)
}

/// The metadata of those columns of a relation that have any and that the current role may read, by attnum.
pub(crate) fn columns(catalog: &Catalog, row: &PgClass) -> Result<Vec<ColumnMetadata>, Error> {
    let mut stored = OfTable::read(catalog, row)?;
    if stored.columns.is_empty() {
        return Ok(Vec::new());
    }
    let on_relation = relation::privileges(catalog, row);
    let mut documents = Vec::new();
    for column in PgAttribute::live(&catalog.reader, row.oid) {
        let privileges = privileges_on_column(catalog, &column, row.relowner, on_relation);
        if !is_readable(catalog, row.relowner, privileges) {
            continue;
        }
        let ui_type = catalog.type_info(column.atttypid)?.ui_type;
        documents.extend(
            stored
                .take_column(catalog, &column, ui_type)
                .map(|metadata| ColumnMetadata {
                    attnum: column.attnum,
                    name: column.attname,
                    metadata,
                }),
        );
    }
    Ok(documents)
}
