//! Casting the values of a column to another type: by `msar.cast_to_<type>` if there is one for the target, otherwise
//! by PostgreSQL's cast.

use crate::catalog::Catalog;
use crate::catalog::plain_sql;
use crate::catalog::rows::PgAttribute;
use crate::definition::alteration::CastOptions;
use crate::error::Error;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::plan::{Planning, Sees};
use crate::pg::snapshot::Snapshot;
use crate::pg::type_name::{self, TypeId};
use crate::pg::{Oid, caller, names, plan_cache, quote, server};
use pgrx::pg_sys;

use super::column_type;
use super::error::TablesError;

/// The SQL expression that casts `value`, an SQL expression of type `source`: a name, or something in parentheses.
pub(crate) fn compile_cast(
    value: &str,
    source: Oid,
    target: Oid,
    options: &CastOptions,
) -> Result<String, Error> {
    if source == target {
        return Ok(value.to_owned());
    }
    let source_sql = column_type::to_sql(plain(source))?;
    let target_sql = column_type::to_sql(plain(target))?;
    let no_cast = || TablesError::NoCast {
        source_type: source_sql.clone(),
        target: target_sql.clone(),
    };
    if type_name::is_pseudo(target) {
        return Err(no_cast().into());
    }
    let base = type_name::base(source);
    let is_text = type_name::is_string(base);
    if is_text && let Some(sql) = by_way_of(value, source, target, &target_sql, options)? {
        return Ok(sql);
    }
    let Some(function) = find_cast_function(target, &target_sql) else {
        return Ok(if is_text {
            if let Some(row) = read_fields(value, target, &target_sql, options)? {
                row
            } else if let Some(rows) = read_rows(value, target, &target_sql, options)? {
                rows
            } else {
                from_text(value, target, &target_sql)
            }
        } else if type_name::has_own_cast(base, target) {
            format!("{value}::{target_sql}")
        } else {
            format!("{value}::pg_catalog.text::{target_sql}")
        });
    };
    // Arrays, enums and types of users have no `cast_to_*` functions except those to text, so they are cast through
    // text.
    let (argument, argument_type) = if is_known(base) {
        (value.to_owned(), source)
    } else {
        (format!("{value}::pg_catalog.text"), pg_sys::TEXTOID)
    };
    if !names::takes_argument("msar", function, argument_type) {
        return Err(no_cast().into());
    }
    let marks = if is_text {
        marks(target, &target_sql, options)
    } else {
        String::new()
    };
    Ok(format!("msar.{function}({argument}{marks})"))
}

/// Whether texts become values of a type by what is known of how they are written: numbers and dates, and domains over
/// them.
pub(crate) fn needs_options(target: Oid) -> bool {
    let base = type_name::base(target);
    is_number(base) || is_date(base)
}

/// Whether texts become values of a type only if it is clear which of their separators is that of decimals. (PostgreSQL reads
/// texts of its own type money by the setting lc_monetary.)
pub(crate) fn needs_separators(target: Oid) -> bool {
    let base = type_name::base(target);
    is_number(base) && base != pg_sys::MONEYOID
}

fn is_number(base: Oid) -> bool {
    const NUMBERS: [Oid; 7] = [
        pg_sys::INT2OID,
        pg_sys::INT4OID,
        pg_sys::INT8OID,
        pg_sys::FLOAT4OID,
        pg_sys::FLOAT8OID,
        pg_sys::NUMERICOID,
        pg_sys::MONEYOID,
    ];
    NUMBERS.contains(&base)
}

fn is_date(base: Oid) -> bool {
    [pg_sys::DATEOID, pg_sys::TIMESTAMPOID, pg_sys::TIMESTAMPTZOID].contains(&base)
}

/// The cast of a text to a type by way of another one: where the options are about numbers, amounts or dates, and the
/// type is one of numbers or dates that has no such cast itself.
fn by_way_of(
    value: &str,
    source: Oid,
    target: Oid,
    target_sql: &str,
    options: &CastOptions,
) -> Result<Option<String>, Error> {
    let base = type_name::base(target);
    if let Some(element) = plain(base).element() {
        let of_elements = cast_elements(value, type_name::base(element.oid), options);
        return Ok(of_elements.map(|array| format!("{array}::{target_sql}")));
    }
    let is_our_money = target_sql == "mathesar_types.mathesar_money";
    if is_number(base) && !is_our_money && (options.have_currency() || options.have_separators()) {
        let number = if options.have_currency() {
            let marks = literals(&options.number_marks());
            format!("msar.cast_to_mathesar_money({value}{marks})::pg_catalog.numeric")
        } else if target == pg_sys::NUMERICOID {
            return Ok(None);
        } else {
            compile_cast(value, source, pg_sys::NUMERICOID, options)?
        };
        let none = CastOptions::default();
        let in_base = compile_cast(&format!("({number})"), pg_sys::NUMERICOID, base, &none)?;
        return Ok(Some(in_type(in_base, base, target, target_sql)));
    }
    if is_date(base) && base != target && options.date_order.is_some() {
        let in_base = compile_cast(value, source, base, options)?;
        return Ok(Some(in_type(in_base, base, target, target_sql)));
    }
    Ok(None)
}

/// The cast of a text to an array, as PostgreSQL prints one, where the options are about its elements.
fn cast_elements(value: &str, element: Oid, options: &CastOptions) -> Option<String> {
    let text = format!("{value}::pg_catalog.text");
    if is_number(element) && (options.have_currency() || options.have_separators()) {
        let type_sql = plain(element).to_sql()?;
        let numbers = format!(
            "__msar.array_of_numbers({text}{})",
            literals(&options.number_marks())
        );
        Some(format!("{numbers}::pg_catalog.numeric[]::{type_sql}[]"))
    } else if is_date(element) && options.date_order.is_some() {
        let type_sql = plain(element).to_sql()?;
        let moments = format!(
            "__msar.array_of_moments({text}{})",
            literals(&[&options.date_order])
        );
        Some(format!("{moments}::pg_catalog.timestamp[]::{type_sql}[]"))
    } else {
        None
    }
}

/// A value of what a domain is over as one of the domain; any other as it is.
fn in_type(value: String, base: Oid, target: Oid, target_sql: &str) -> String {
    if base == target {
        value
    } else {
        format!("({value})::{target_sql}")
    }
}

/// The cast of a text for which the extension has none. Arrays and rows are read as PostgreSQL prints them, and as
/// records have them: as JSON arrays and objects.
fn from_text(value: &str, target: Oid, target_sql: &str) -> String {
    let element = plain(type_name::base(target)).element();
    if let Some(row_sql) = element
        .filter(|element| type_name::is_composite(element.oid))
        .and_then(TypeId::to_sql)
    {
        format!("__msar.array_of_rows({value}::pg_catalog.text, NULL::{row_sql})::{target_sql}")
    } else if element.is_some() {
        format!("__msar.array_literal({value}::pg_catalog.text)::{target_sql}")
    } else if type_name::is_composite(target) {
        format!(
            "CASE WHEN {value}::pg_catalog.text OPERATOR(pg_catalog.~) '^\\s*\\{{' \
             THEN pg_catalog.jsonb_populate_record(NULL::{target_sql}, {value}::pg_catalog.jsonb) \
             ELSE {value}::{target_sql} END"
        )
    } else {
        format!("{value}::{target_sql}")
    }
}

/// The cast of a JSON array of objects to an array of rows where the options are about texts.
fn read_rows(
    value: &str,
    target: Oid,
    target_sql: &str,
    options: &CastOptions,
) -> Result<Option<String>, Error> {
    let element = plain(type_name::base(target)).element();
    let Some(row_type) = element.filter(|element| type_name::is_composite(element.oid)) else {
        return Ok(None);
    };
    if !options.are_given() {
        return Ok(None);
    }
    // A change of a column takes no subquery, so a function runs what there is to do for each element.
    let options = serde_json::to_string(options).map_err(Error::Serialization)?;
    Ok(Some(format!(
        "__msar.read_array_of_rows({value}::pg_catalog.text, {}::pg_catalog.regtype, {}::pg_catalog.jsonb)::{target_sql}",
        quote::literal(&column_type::to_sql(row_type)?),
        quote::literal(&options)
    )))
}

/// The statement that reads a JSON array of objects as an array of rows, in the form that the input function of the array
/// type reads. Elements that are no objects are rows as PostgreSQL writes them.
pub(crate) struct RowsStatement(String);

impl RowsStatement {
    pub(crate) fn compile_cast(row_type: Oid, options: &CastOptions) -> Result<Self, Error> {
        let target = column_type::to_sql(plain(row_type))?;
        if !type_name::is_composite(row_type) {
            Err(TablesError::NoCast {
                source_type: "text".into(),
                target,
            })?;
        }
        let row = compile_cast("e.element", pg_sys::TEXTOID, row_type, options)?;
        let row = plain_sql::as_text(&format!("({row})"), row_type);
        Ok(Self(format!(
            "SELECT COALESCE(pg_catalog.array_agg({row} ORDER BY e.n), '{{}}'::pg_catalog.text[])::pg_catalog.text \
             FROM (SELECT j.element OPERATOR(pg_catalog.#>>) '{{}}'::pg_catalog.text[] AS element, j.n \
                   FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS j(element, n)) AS e"
        )))
    }

    pub(crate) fn read_rows(&self, array: &str) -> Result<String, Error> {
        let types = [pg_sys::JSONBOID];
        let prepared = plan_cache::prepare_for(caller::current_role(), &self.0, &types, Planning::Once)?;
        let array = JsonbValue::parse(array).datum();
        let (rows, _) = prepared.document(&[Some(array)], Sees::WhatCallerSees)?;
        Ok(rows.map_or_else(|| "{}".to_owned(), |rows| rows.text()))
    }
}

/// The cast of a JSON object to a row where the options are about texts: each text in it is read as one by itself would be.
fn read_fields(
    value: &str,
    target: Oid,
    target_sql: &str,
    options: &CastOptions,
) -> Result<Option<String>, Error> {
    if !type_name::is_composite(target) || !options.are_given() {
        return Ok(None);
    }
    let catalog = Catalog::new(Snapshot::latest());
    let mut fields = Vec::new();
    // Each field by itself: a change of a column takes no subquery.
    for field in PgAttribute::live(&catalog.reader, type_name::relation_of_rows(target)) {
        let key = quote::literal(&field.attname);
        let json = format!("({value}::pg_catalog.jsonb OPERATOR(pg_catalog.->) {key})");
        let text = format!("({value}::pg_catalog.jsonb OPERATOR(pg_catalog.->>) {key})");
        let field_type = column_type::to_sql(plain(field.atttypid))?;
        let cast = compile_cast(&text, pg_sys::TEXTOID, field.atttypid, options)?;
        // A number is one, however texts are written.
        fields.push(format!(
            "CASE WHEN pg_catalog.jsonb_typeof({json}) OPERATOR(pg_catalog.=) ANY ('{{number,boolean}}'::pg_catalog.text[]) \
             THEN {text}::{field_type} ELSE ({cast})::{field_type} END"
        ));
    }
    if fields.is_empty() {
        return Ok(None);
    }
    Ok(Some(format!(
        "CASE WHEN {value}::pg_catalog.text OPERATOR(pg_catalog.~) '^\\s*\\{{' \
         THEN ROW({})::{target_sql} ELSE {value}::{target_sql} END",
        fields.join(", ")
    )))
}

fn plain(oid: Oid) -> TypeId {
    TypeId { oid, modifier: -1 }
}

/// Whether our casts take a type as it is.
fn is_known(base: Oid) -> bool {
    let is_array = plain(base).element().is_some();
    let is_ours = || {
        plain(base)
            .to_sql()
            .is_some_and(|name| name.starts_with("mathesar_types."))
    };
    !is_array && (server::is_built_in(base) || is_ours())
}

/// The `cast_to_*` function for a type. A test compares the names with the existing functions.
pub(super) fn find_cast_function(target: Oid, target_sql: &str) -> Option<&'static str> {
    Some(match target {
        pg_sys::BOOLOID => "cast_to_boolean",
        pg_sys::INT2OID => "cast_to_smallint",
        pg_sys::INT4OID => "cast_to_integer",
        pg_sys::INT8OID => "cast_to_bigint",
        pg_sys::FLOAT4OID => "cast_to_real",
        pg_sys::FLOAT8OID => "cast_to_double_precision",
        pg_sys::NUMERICOID => "cast_to_numeric",
        pg_sys::MONEYOID => "cast_to_money",
        pg_sys::DATEOID => "cast_to_date",
        pg_sys::TIMESTAMPOID => "cast_to_timestamp_without_time_zone",
        pg_sys::TIMESTAMPTZOID => "cast_to_timestamp_with_time_zone",
        pg_sys::TIMEOID => "cast_to_time_without_time_zone",
        pg_sys::TIMETZOID => "cast_to_time_with_time_zone",
        pg_sys::INTERVALOID => "cast_to_interval",
        pg_sys::UUIDOID => "cast_to_uuid",
        pg_sys::JSONOID => "cast_to_json",
        pg_sys::JSONBOID => "cast_to_jsonb",
        pg_sys::TEXTOID => "cast_to_text",
        pg_sys::VARCHAROID => "cast_to_character_varying",
        pg_sys::BPCHAROID => "cast_to_character",
        pg_sys::NAMEOID => "cast_to_name",
        pg_sys::CHAROID => "cast_to__double_quote_char_double_quote_",
        _ => match target_sql.strip_prefix("mathesar_types.")? {
            "mathesar_money" => "cast_to_mathesar_money",
            "multicurrency_money" => "cast_to_multicurrency_money",
            "email" => "cast_to_email",
            "uri" => "cast_to_uri",
            "mathesar_json_array" => "cast_to_mathesar_json_array",
            "mathesar_json_object" => "cast_to_mathesar_json_object",
            _ => return None,
        },
    })
}

/// The cast options, as further arguments of a cast from text.
fn marks(target: Oid, target_sql: &str, options: &CastOptions) -> String {
    let all = options.number_marks();
    let marks: &[&Option<String>] = match target {
        pg_sys::NUMERICOID => &all[..2],
        pg_sys::DATEOID | pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID => &[&options.date_order],
        _ if target_sql == "mathesar_types.mathesar_money" => &all,
        _ => &[],
    };
    if marks.iter().all(|mark| mark.is_none()) {
        return String::new();
    }
    literals(marks)
}

/// Options as further arguments; an empty string for one that is not set.
fn literals(options: &[&Option<String>]) -> String {
    options
        .iter()
        .map(|option| format!(", {}", quote::literal(option.as_deref().unwrap_or(""))))
        .collect()
}
