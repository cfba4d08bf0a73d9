//! The metadata that is stored, as documents.
//!
//! The tables are read as catalogs are, by their keys and without checks of privileges on them, so the rules that the
//! views have for SQL are repeated here: a row counts when its names are those of the object, and a role may read it
//! when it may read the object (or has the rights of its owner).

use super::detached::NamedMetadata;
use super::model::{self, OptionValues};
use super::options::{self, MetadataOption};
use super::references::ReferencedColumn;
use super::rows::{StoredColumn, StoredOptions, StoredTable};
use crate::catalog::Catalog;
use crate::catalog::relation::{self, privileges_on_column};
use crate::catalog::rows::{PgAttribute, PgClass};
use crate::catalog::types::UiType;
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::acl::Privileges;
use crate::pg::catalog_row::NameField;
use crate::pg::scan::{Reader, ScanKey};
use crate::values::template::{Placeholder, TemplatePart};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};
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
    /// The options that count; `None` if none does.
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

/// The stored metadata of a relation and its columns that is in force, also that which the role may not read.
#[derive(Default)]
pub(crate) struct OfTable {
    table: Option<StoredTable>,
    columns: Vec<StoredColumn>,
}

impl OfTable {
    pub(crate) fn from_row(catalog: &Catalog, row: &PgClass) -> Result<Self, Error> {
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
    /// the default is in force, also where all placeholders are gone.
    pub(crate) fn template(
        &self,
        catalog: &Catalog,
        relation: Oid,
    ) -> Option<Vec<TemplatePart<ReferencedColumn>>> {
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
        let parts: Vec<_> = parts.iter().filter_map(options::read_template_part).collect();
        let is_placeholder = |part: &TemplatePart<i16>| matches!(part, TemplatePart::Placeholder(_));
        let had_placeholders = parts.iter().any(is_placeholder);
        let kept: Vec<_> = parts.into_iter().filter_map(current).collect();
        let is_lost = had_placeholders && kept.iter().all(|part| matches!(part, TemplatePart::Text(_)));
        // A text that is the same for all rows shows none of them.
        (!is_lost).then_some(kept)
    }

    /// The placeholders of the template that are left out, as a column or a foreign key that they name is gone.
    fn lost_placeholders(&self, catalog: &Catalog, relation: Oid) -> Vec<String> {
        let Some(StoredTable { refs, stored, .. }) = &self.table else {
            return Vec::new();
        };
        let parts = stored.get("preview_template").and_then(Value::as_array);
        let lost = |part: &Value| match options::read_template_part(part)? {
            TemplatePart::Placeholder(Placeholder { path, .. })
                if refs.current_path(catalog, relation, &path).is_none() =>
            {
                Some(refs.names_of_path(relation, &path))
            }
            _ => None,
        };
        parts.into_iter().flatten().filter_map(lost).collect()
    }

    /// The options of a column that a column of its kind takes.
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
            Ok(OfTable::from_row(catalog, &row)?.lost_placeholders(catalog, relation))
        }
        _ => Ok(Vec::new()),
    }
}

/// The document of `msar.get_table_metadata`.
#[derive(serde::Serialize)]
pub(crate) struct TableMetadata {
    #[serde(serialize_with = "crate::catalog::serialize_oid")]
    oid: Oid,
    name: String,
    #[serde(flatten)]
    metadata: Metadata,
}

/// The document of `msar.get_column_metadata` for a column.
#[derive(serde::Serialize)]
pub(crate) struct ColumnMetadata {
    attnum: i16,
    name: String,
    #[serde(flatten)]
    metadata: Metadata,
}

/// The metadata of a relation, if there is any that the current role may read.
pub(crate) fn read_table(catalog: &Catalog, row: &PgClass) -> Result<Option<TableMetadata>, Error> {
    let mut stored = OfTable::from_row(catalog, row)?;
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
pub(crate) fn read_document(catalog: &Catalog, row: &PgClass) -> Result<NamedMetadata, Error> {
    let mut stored = OfTable::from_row(catalog, row)?;
    let mut document = NamedMetadata::default();
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
    let columns = read_columns(catalog, row)?.into_iter();
    document.columns = columns
        .map(|column| (column.name, column.metadata.into_options()))
        .collect();
    Ok(document)
}

/// All options that are stored for a relation and its columns, whatever the caller may see, and under whatever names:
/// `{"table": {...}, "columns": {"2": {...}}}`, as the functions that set them take them.
pub(crate) fn read_stored_options(reader: &Reader, relation: Oid) -> Value {
    let key = [("table_oid", ScanKey::Oid(relation))];
    let values = |stored: StoredOptions| -> OptionValues {
        let options = stored.options.into_iter();
        options
            .map(|(option, value)| (option.name.to_owned(), value))
            .collect()
    };
    let table = reader.by_primary_key::<StoredTable>(&key).pop();
    let columns: OptionValues = reader
        .by_primary_key::<StoredColumn>(&key)
        .into_iter()
        .map(|column| (column.attnum.to_string(), values(column.stored).into()))
        .collect();
    json!({"table": table.map(|table| values(table.stored)).unwrap_or_default(), "columns": columns})
}

/// The column of a relation in which users are written, whoever asks.
pub(crate) fn user_tracking_column(catalog: &Catalog, relation: Oid) -> Result<Option<i16>, Error> {
    let Some(row) = PgClass::by_oid(&catalog.reader, relation) else {
        return Ok(None);
    };
    let metadata = OfTable::from_row(catalog, &row)?.take_table(catalog, relation);
    let attnum = metadata.and_then(|metadata| metadata.get("user_tracking_attnum")?.as_i64());
    Ok(attnum
        .and_then(|attnum| i16::try_from(attnum).ok())
        .filter(|attnum| *attnum > 0))
}

/// The metadata of those columns of a relation that have any and that the current role may read, by attnum.
pub(crate) fn read_columns(catalog: &Catalog, row: &PgClass) -> Result<Vec<ColumnMetadata>, Error> {
    let mut stored = OfTable::from_row(catalog, row)?;
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
