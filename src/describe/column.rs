//! Columns as documents.

use super::Describer;
use super::default::ColumnDefault;
use crate::catalog::Catalog;
use crate::catalog::comments::Comments;
use crate::catalog::relation::Relation;
use crate::catalog::rows::{PgAttrdef, PgAttribute};
use crate::catalog::types::{Domain, TypeInfo, TypeOptions, UiType};
use crate::error::Error;
use crate::metadata::read::{self, Metadata};
use crate::pg::acl::{OnColumn, Privileges};
use crate::pg::catalog_row::Char;
use crate::pg::{Oid, deparse};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::rc::Rc;

/// A column, as `msar.get_column_info` returns it.
pub(crate) struct ColumnInfo {
    pub(crate) id: i16,
    pub(crate) name: String,
    type_name: Rc<str>,
    type_options: Option<TypeOptions>,
    nullable: bool,
    primary_key: bool,
    default: Option<Rc<ColumnDefault>>,
    has_dependents: bool,
    description: Option<String>,
    current_role_priv: Privileges,
}

/// A column, as `msar.get_table_details` returns it.
pub(crate) struct ColumnDetails {
    info: ColumnInfo,
    type_full: Rc<str>,
    ui_type: UiType,
    identity: Option<&'static str>,
    generated: Option<GeneratedDetails>,
    collation: Option<String>,
    domain: Option<Rc<Domain>>,
    enum_values: Option<Rc<[String]>>,
    metadata: Option<Metadata>,
}

// Written out: a derived "flatten" makes a map of a struct, whose keys cost the more the more columns there are.

impl ColumnInfo {
    fn serialize_fields<S: SerializeStruct>(&self, fields: &mut S) -> Result<(), S::Error> {
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("type", &self.type_name)?;
        fields.serialize_field("type_options", &self.type_options)?;
        fields.serialize_field("nullable", &self.nullable)?;
        fields.serialize_field("primary_key", &self.primary_key)?;
        fields.serialize_field("default", &self.default)?;
        fields.serialize_field("has_dependents", &self.has_dependents)?;
        fields.serialize_field("description", &self.description)?;
        fields.serialize_field("current_role_priv", &OnColumn(self.current_role_priv))
    }
}

impl Serialize for ColumnInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ColumnInfo", 10)?;
        self.serialize_fields(&mut fields)?;
        fields.end()
    }
}

impl Serialize for ColumnDetails {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ColumnDetails", 18)?;
        self.info.serialize_fields(&mut fields)?;
        fields.serialize_field("type_full", &self.type_full)?;
        fields.serialize_field("ui_type", &self.ui_type)?;
        fields.serialize_field("identity", &self.identity)?;
        fields.serialize_field("generated", &self.generated)?;
        fields.serialize_field("collation", &self.collation)?;
        fields.serialize_field("domain", &self.domain)?;
        fields.serialize_field("enum_values", &self.enum_values)?;
        fields.serialize_field("metadata", &self.metadata)?;
        fields.end()
    }
}

#[derive(serde::Serialize)]
struct GeneratedDetails {
    kind: &'static str,
    expression: String,
}

/// Facts of the relation about its columns.
pub(crate) struct ColumnContext<'a> {
    pub(crate) relation: &'a Relation,
    pub(crate) primary_key: &'a [i16],
    pub(crate) defaults: &'a [PgAttrdef],
    /// Attnums of columns that something has a normal dependency on.
    pub(crate) with_dependents: &'a [i32],
    pub(crate) comments: &'a mut Comments,
    pub(crate) metadata: &'a mut read::OfTable,
}

impl ColumnInfo {
    pub(crate) fn from_row(
        describer: &Describer,
        row: &PgAttribute,
        context: &mut ColumnContext<'_>,
    ) -> Result<Self, Error> {
        let catalog = &describer.catalog;
        let info = catalog.type_info(row.atttypid)?;
        Ok(Self {
            id: row.attnum,
            name: row.attname.clone(),
            type_name: Rc::clone(&info.listed_name),
            type_options: TypeOptions::from_modifiers(&info, row.atttypmod),
            nullable: !row.attnotnull,
            primary_key: context.primary_key.contains(&row.attnum),
            default: default_of(describer, row, context.defaults)?,
            has_dependents: context.with_dependents.contains(&row.attnum.into()),
            description: context.comments.take_comment(row.attnum),
            current_role_priv: context.relation.privileges_on(catalog, row),
        })
    }
}

impl ColumnDetails {
    pub(crate) fn from_row(
        describer: &Describer,
        row: &PgAttribute,
        context: &mut ColumnContext<'_>,
    ) -> Result<Self, Error> {
        let catalog = &describer.catalog;
        let info = catalog.type_info(row.atttypid)?;
        let metadata = readable_metadata(catalog, row, info.ui_type, context);
        let names_file = metadata
            .as_ref()
            .is_some_and(|metadata| metadata.get("file_backend").is_some());
        Ok(Self {
            type_full: catalog.type_name_with_modifiers(row.atttypid, row.atttypmod)?,
            ui_type: if names_file { UiType::File } else { info.ui_type },
            identity: match row.attidentity {
                Char(b'a') => Some("always"),
                Char(b'd') => Some("by_default"),
                _ => None,
            },
            generated: GeneratedDetails::from_row(row, context.defaults)?,
            collation: collation_of(&info, row)?,
            domain: info.domain(),
            enum_values: info.enum_values.clone(),
            metadata,
            info: ColumnInfo::from_row(describer, row, context)?,
        })
    }
}

/// The metadata of a column, if there is any that the current role may read.
fn readable_metadata(
    catalog: &Catalog,
    row: &PgAttribute,
    ui_type: UiType,
    context: &mut ColumnContext<'_>,
) -> Option<Metadata> {
    let metadata = context.metadata.take_column(catalog, row, ui_type)?;
    let relation = context.relation;
    let privileges = relation.privileges_on(catalog, row);
    read::is_readable(catalog, relation.row.relowner, privileges).then_some(metadata)
}

fn stored_expression<'a>(row: &PgAttribute, defaults: &'a [PgAttrdef]) -> Option<&'a str> {
    defaults
        .iter()
        .find(|default| default.adnum == row.attnum)
        .map(|default| default.adbin.0.as_str())
}

fn default_of(
    describer: &Describer,
    row: &PgAttribute,
    defaults: &[PgAttrdef],
) -> Result<Option<Rc<ColumnDefault>>, Error> {
    if row.attidentity != Char(0) {
        return Ok(Some(Rc::new(ColumnDefault::identity())));
    }
    let Some(node_tree) = stored_expression(row, defaults) else {
        return Ok(None);
    };
    if row.attgenerated != Char(0) {
        let text = deparse::expression(node_tree, row.attrelid).ok_or(Error::Vanished)?;
        return Ok(Some(Rc::new(ColumnDefault::generated(&text))));
    }
    describer.read_default(node_tree, row.attrelid).map(Some)
}

impl GeneratedDetails {
    fn from_row(row: &PgAttribute, defaults: &[PgAttrdef]) -> Result<Option<Self>, Error> {
        let kind = match row.attgenerated {
            Char(b's') => "stored",
            Char(b'v') => "virtual",
            _ => return Ok(None),
        };
        let Some(node_tree) = stored_expression(row, defaults) else {
            return Ok(None);
        };
        let expression = deparse::expression(node_tree, row.attrelid).ok_or(Error::Vanished)?;
        Ok(Some(Self { kind, expression }))
    }
}

fn collation_of(info: &TypeInfo, row: &PgAttribute) -> Result<Option<String>, Error> {
    if row.attcollation == Oid::INVALID || row.attcollation == info.collation {
        return Ok(None);
    }
    deparse::collation(row.attcollation)
        .map(Some)
        .ok_or(Error::Vanished)
}
