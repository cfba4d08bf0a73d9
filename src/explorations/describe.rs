//! The columns of a result, as its document describes them.

use super::stage::StageColumn;
use crate::catalog::Catalog;
use crate::catalog::plain_sql;
use crate::catalog::rows::{PgAttribute, PgClass};
use crate::catalog::types::{TypeInfo, TypeOptions, TypeShape};
use crate::error::Error;
use crate::metadata::read::OfTable;
use crate::pg::{Oid, column_type, comparison, type_name};
use pgrx::pg_sys;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Built-in types that the contract knows by name.
const KNOWN: [(Oid, &str); 40] = [
    (pg_sys::INT8OID, "bigint"),
    (pg_sys::BITOID, "bit"),
    (pg_sys::VARBITOID, "bit"),
    (pg_sys::BOOLOID, "boolean"),
    (pg_sys::BYTEAOID, "bytea"),
    (pg_sys::CHAROID, "\"char\""),
    (pg_sys::VARCHAROID, "character varying"),
    (pg_sys::BPCHAROID, "character"),
    (pg_sys::CIDROID, "cidr"),
    (pg_sys::DATEOID, "date"),
    (pg_sys::DATERANGEOID, "daterange"),
    (pg_sys::FLOAT8OID, "double precision"),
    (pg_sys::INETOID, "inet"),
    (pg_sys::INT4RANGEOID, "int4range"),
    (pg_sys::INT8RANGEOID, "int8range"),
    (pg_sys::INT4OID, "integer"),
    (pg_sys::INTERVALOID, "interval"),
    (pg_sys::JSONOID, "json"),
    (pg_sys::JSONBOID, "jsonb"),
    (pg_sys::MACADDROID, "macaddr"),
    (pg_sys::MACADDR8OID, "macaddr8"),
    (pg_sys::MONEYOID, "money"),
    (pg_sys::NAMEOID, "name"),
    (pg_sys::NUMERICOID, "numeric"),
    (pg_sys::NUMRANGEOID, "numrange"),
    (pg_sys::OIDOID, "oid"),
    (pg_sys::FLOAT4OID, "real"),
    (pg_sys::REGCLASSOID, "regclass"),
    (pg_sys::INT2OID, "smallint"),
    (pg_sys::TEXTOID, "text"),
    (pg_sys::TIMEOID, "time without time zone"),
    (pg_sys::TIMETZOID, "time with time zone"),
    (pg_sys::TIMESTAMPOID, "timestamp without time zone"),
    (pg_sys::TIMESTAMPTZOID, "timestamp with time zone"),
    (pg_sys::TSRANGEOID, "tsrange"),
    (pg_sys::TSTZRANGEOID, "tstzrange"),
    (pg_sys::TSVECTOROID, "tsvector"),
    (pg_sys::UUIDOID, "uuid"),
    (pg_sys::XMLOID, "__unknown__"),
    (pg_sys::POINTOID, "__unknown__"),
];

/// The name of a type in results: those of the contract's list, else `__unknown__`; with `in_full`, the name itself.
pub(super) fn type_name(info: &TypeInfo, in_full: bool) -> String {
    let base = comparison::base_type(info.oid);
    if let Some((_, name)) = KNOWN.iter().find(|(oid, _)| *oid == info.oid) {
        return match in_full && *name == "__unknown__" {
            true => info.name.to_string(),
            false => (*name).to_owned(),
        };
    }
    if let Some(own) = info.own_name {
        return format!("mathesar_types.{own}");
    }
    if comparison::element_type(base).is_some() {
        return "_array".into();
    }
    if column_type::is_enum(base) {
        return "_enum".into();
    }
    if let Some((_, name)) = KNOWN.iter().find(|(oid, _)| *oid == base)
        && *name != "__unknown__"
    {
        return (*name).to_owned();
    }
    match (&*info.listed_name, in_full) {
        ("hstore", _) => "hstore".into(),
        (name, true) => name.to_owned(),
        (_, false) => "__unknown__".into(),
    }
}

/// Whether the contract has no name for a type.
pub(super) fn is_unknown(info: &TypeInfo) -> bool {
    type_name(info, false) == "__unknown__"
}

/// The options of a type, without those that are not set.
fn type_options(info: &TypeInfo, modifiers: i32) -> Result<Value, Error> {
    let mut options = Map::new();
    if info.oid == pg_sys::FLOAT8OID {
        options.insert("precision".into(), 53.into());
    }
    match &info.shape {
        TypeShape::Enum => {
            let labels = info.enum_values.iter().flat_map(|labels| labels.iter());
            let longest = labels.map(|label| label.chars().count()).max();
            options.insert("length".into(), longest.unwrap_or(0).into());
        }
        TypeShape::Array { element } => {
            options.insert("item_type".into(), type_name(element, false).into());
        }
        TypeShape::Scalar | TypeShape::Domain(_) => {
            let given = TypeOptions::from_modifiers(info, modifiers);
            if let Value::Object(given) = serde_json::to_value(given).map_err(Error::Serialization)? {
                options.extend(given.into_iter().filter(|(_, value)| !value.is_null()));
            }
        }
    }
    Ok(match options.is_empty() {
        true => Value::Null,
        false => Value::Object(options),
    })
}

/// Describes columns; what it looks up of a relation, it looks up once.
pub(super) struct ResultDescriber<'a> {
    pub(super) catalog: &'a Catalog,
    /// The initial columns.
    pub(super) initial: &'a [StageColumn],
    pub(super) display_names: &'a BTreeMap<String, String>,
    pub(super) is_compatible: bool,
}

impl ResultDescriber<'_> {
    pub(super) fn describe(&self, column: &StageColumn) -> Result<Value, Error> {
        let alias = column.alias.as_str();
        let info = column.described_type();
        let initial = self.initial.iter().find(|initial| initial.alias == alias);
        let origin = initial.and_then(|initial| initial.origin);
        let names = match origin {
            Some(origin) => Some((
                self.catalog.column_name(origin.relation, origin.attnum)?,
                self.catalog.relation_name(origin.relation)?,
            )),
            None => None,
        };
        Ok(json!({
            "alias": alias,
            "display_name": self.display_names.get(alias),
            "type": match column.contract_type {
                Some(contract_type) if self.is_compatible => contract_type.to_owned(),
                _ => type_name(info, !self.is_compatible),
            },
            "primary_key": column.origin.is_some_and(|origin| origin.is_key),
            "type_options": match column.contract_type {
                Some(_) if self.is_compatible => Value::Null,
                _ => type_options(info, column.modifiers)?,
            },
            "metadata": match self.is_compatible {
                true => Value::Null,
                false => self.metadata(column)?,
            },
            "is_initial_column": initial.is_some(),
            "input_column_name": names.as_ref().map(|(column, _)| column.to_string()),
            "input_table_name": names.as_ref().map(|(_, table)| table.parts().1.to_owned()),
            "input_table_id": origin.map(|origin| origin.relation.to_u32()),
            "input_alias": column.input,
        }))
    }

    /// The display options of the column that the values come from.
    fn metadata(&self, column: &StageColumn) -> Result<Value, Error> {
        let Some(origin) = column.origin else {
            return Ok(Value::Null);
        };
        let reader = &self.catalog.reader;
        let (Some(row), Some(attribute)) = (
            PgClass::by_oid(reader, origin.relation),
            PgAttribute::by_number(reader, origin.relation, origin.attnum),
        ) else {
            return Ok(Value::Null);
        };
        let ui_type = self.catalog.type_info(attribute.atttypid)?.ui_type;
        let options = OfTable::from_row(self.catalog, &row)?;
        let options: Map<String, Value> = options
            .column_options(&attribute, ui_type)
            .map(|(option, value)| (option.to_owned(), value.clone()))
            .collect();
        Ok(match options.is_empty() {
            true => Value::Null,
            false => Value::Object(options),
        })
    }
}

/// The names under which columns are shown: those of the document, and those that follow from them for summaries.
pub(super) fn display_names(
    given: &BTreeMap<String, String>,
    summaries: &[&super::model::Summary],
) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    if given.is_empty() {
        return names;
    }
    for summary in summaries {
        for column in &summary.grouping {
            if let Some(name) = given.get(&column.input) {
                names.insert(column.output.clone(), name.clone());
            }
        }
        for column in &summary.aggregation {
            if let Some(name) = given.get(&column.input) {
                let suffix = column.aggregate.suffix();
                names.insert(column.output.clone(), format!("{name}{suffix}"));
            }
        }
    }
    names.extend(given.iter().map(|(alias, name)| (alias.clone(), name.clone())));
    names
}

/// The value of a column as a result has it.
pub(super) fn form(
    column: &StageColumn,
    value: &str,
    forms: crate::records::value::Forms,
    is_compatible: bool,
) -> String {
    let info: &Rc<TypeInfo> = &column.type_info;
    let base = comparison::base_type(info.oid);
    if is_compatible {
        if column.is_float_aggregate {
            return format!("pg_catalog.round({value}::pg_catalog.numeric, 10)::pg_catalog.text");
        }
        if base == pg_sys::NUMERICOID {
            return format!("{value}::pg_catalog.text");
        }
        if base == pg_sys::OIDOID {
            return format!("{value}::pg_catalog.int8");
        }
        if FLOATS.contains(&base) {
            return contract_floats(value);
        }
        // A composite value of users is what it prints.
        if type_name::is_composite(base) && info.own_name.is_none() {
            return plain_sql::as_text(value, base);
        }
    }
    let json = crate::records::value::json(value, info, forms);
    match comparison::element_type(base).map(comparison::base_type) {
        Some(element) if is_compatible => contract_array(value, element).unwrap_or(json),
        _ => json,
    }
}

const FLOATS: [Oid; 2] = [pg_sys::FLOAT4OID, pg_sys::FLOAT8OID];

fn contract_floats(value: &str) -> String {
    format!("__msar.contract_floats(pg_catalog.to_json({value})::pg_catalog.text)::pg_catalog.json")
}

/// An array whose elements have another form in Mathesar's contract than such values have on their own.
fn contract_array(value: &str, element: Oid) -> Option<String> {
    match element {
        pg_sys::NUMERICOID => Some(format!("{value}::pg_catalog.text[]")),
        pg_sys::OIDOID => Some(format!("{value}::pg_catalog.int8[]")),
        element if FLOATS.contains(&element) => Some(contract_floats(value)),
        pg_sys::DATEOID
        | pg_sys::TIMEOID
        | pg_sys::TIMETZOID
        | pg_sys::TIMESTAMPOID
        | pg_sys::TIMESTAMPTZOID => Some(format!("__msar.contract_moments(pg_catalog.to_json({value}))")),
        pg_sys::INTERVALOID => Some(format!(
            "__msar.contract_durations({value}::pg_catalog.interval[])"
        )),
        _ => None,
    }
}
