//! Formatting values by the display options of their column.
//!
//! The options become constants of an expression. `to_char` and plain SQL do what they can; two functions in Rust
//! format digits and durations. A preview must not fail because of an option: a value to which a format cannot be
//! applied (infinity, a date outside the range of timestamps) is shown as PostgreSQL prints it.

use crate::catalog::Catalog;
use crate::catalog::rows::{PgAttribute, PgType};
use crate::catalog::types::UiType;
use crate::error::Error;
use crate::metadata::read::OfTable;
use crate::pg::{Oid, quote};
use pgrx::pg_sys;
use serde_json::Value;

/// A value of a column as PostgreSQL prints it.
pub(crate) fn show_raw(column: &PgAttribute, value: &str) -> String {
    match column.atttypid {
        pg_sys::TEXTOID => value.to_owned(),
        _ => printed(value),
    }
}

/// A value as PostgreSQL prints it.
fn printed(value: &str) -> String {
    format!("{value}::pg_catalog.text")
}

/// A value of a column as its display options ask for it. NULL only if the value is.
pub(crate) fn show_value(
    catalog: &Catalog,
    metadata: &OfTable,
    column: &PgAttribute,
    value: &str,
) -> Result<String, Error> {
    let info = catalog.type_info(column.atttypid)?;
    let base_type = base_type(catalog, column.atttypid)?;
    let options = DisplayOptions(metadata.column_options(column, info.ui_type).collect());
    let shown = match (info.ui_type, base_type) {
        (UiType::Boolean, pg_sys::BOOLOID) => Some(boolean(value, &options)),
        (UiType::Number, _) => number(&printed(value), &options),
        // Money has a currency of its own, by the server's lc_monetary.
        (UiType::Money, pg_sys::MONEYOID) => {
            number(&printed(&format!("{value}::pg_catalog.numeric")), &options)
        }
        (UiType::Money, _) if info.category == pg_sys::TYPCATEGORY_COMPOSITE => {
            Some(amount_with_currency(value, &options))
        }
        (UiType::Money, _) => number(&printed(value), &options),
        (UiType::Date, pg_sys::DATEOID) => date(value, &options),
        (UiType::Time, pg_sys::TIMEOID | pg_sys::TIMETZOID) => time(value, &options),
        (UiType::DateTime, pg_sys::TIMESTAMPOID) => datetime(value, "timestamp", &options),
        (UiType::DateTime, pg_sys::TIMESTAMPTZOID) => datetime(value, "timestamptz", &options),
        (UiType::Duration, pg_sys::INTERVALOID) => duration(value, &options),
        (UiType::Array, _) => Some(format!("pg_catalog.array_to_string({value}, ', ')")),
        _ => None,
    };
    Ok(shown.unwrap_or_else(|| show_raw(column, value)))
}

/// The type under all domains.
fn base_type(catalog: &Catalog, type_oid: Oid) -> Result<Oid, Error> {
    let mut base_type = type_oid;
    loop {
        let row = PgType::by_oid(&catalog.reader, base_type).ok_or(Error::Vanished)?;
        if row.typtype.0 != pg_sys::TYPTYPE_DOMAIN {
            return Ok(base_type);
        }
        base_type = row.typbasetype;
    }
}

/// The options that are set for a column.
struct DisplayOptions<'a>(Vec<(&'static str, &'a Value)>);

impl DisplayOptions<'_> {
    fn get(&self, option: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(name, _)| *name == option)
            .map(|(_, value)| *value)
    }

    fn text(&self, option: &str) -> Option<&str> {
        self.get(option).and_then(Value::as_str)
    }

    fn has_any(&self, options: &[&str]) -> bool {
        options.iter().any(|option| self.get(option).is_some())
    }

    /// An option as an argument of a function.
    fn argument(&self, option: &str) -> String {
        match self.get(option) {
            Some(Value::String(text)) => quote::literal(text),
            Some(value) => value.to_string(),
            None => "NULL".into(),
        }
    }

    fn arguments(&self, options: &[&str]) -> String {
        let arguments: Vec<String> = options.iter().map(|option| self.argument(option)).collect();
        arguments.join(", ")
    }
}

fn boolean(value: &str, options: &DisplayOptions<'_>) -> String {
    let word = |option, default| quote::literal(options.text(option).unwrap_or(default));
    format!(
        "CASE WHEN {value} THEN {} WHEN NOT {value} THEN {} END",
        word("bool_true", "True"),
        word("bool_false", "False")
    )
}

/// In the order of the arguments of the function.
const NUMBER_OPTIONS: [&str; 7] = [
    "num_min_frac_digits",
    "num_max_frac_digits",
    "num_grouping",
    "num_format",
    "num_show_as_perc",
    "mon_currency_symbol",
    "mon_currency_location",
];

/// `printed` is the number as PostgreSQL prints it.
fn number(printed: &str, options: &DisplayOptions<'_>) -> Option<String> {
    options.has_any(&NUMBER_OPTIONS).then(|| {
        let arguments = options.arguments(&NUMBER_OPTIONS);
        format!("__msar.display_number({printed}, {arguments})")
    })
}

/// A value of `multicurrency_money`: `12.50 EUR`, unless a symbol is set.
fn amount_with_currency(value: &str, options: &DisplayOptions<'_>) -> String {
    let amount = printed(&format!("({value}).value"));
    let amount = number(&amount, options).unwrap_or(amount);
    let shown = match options.text("mon_currency_symbol") {
        Some(_) => format!("COALESCE({amount}, '')"),
        None => format!("pg_catalog.concat_ws(' ', {amount}, ({value}).currency)"),
    };
    format!("CASE WHEN {value} IS DISTINCT FROM NULL THEN {shown} END")
}

fn date(value: &str, options: &DisplayOptions<'_>) -> Option<String> {
    let format = quote::literal(options.text("date_format")?);
    // Dates go on for longer than timestamps, which are what is formatted.
    Some(format!(
        "COALESCE(CASE WHEN {value} OPERATOR(pg_catalog.<) '294276-01-01'::pg_catalog.date \
         THEN pg_catalog.to_char({value}::pg_catalog.timestamp, {format}) END, {})",
        printed(value)
    ))
}

/// The time of some day, as a time alone has no format.
fn time(value: &str, options: &DisplayOptions<'_>) -> Option<String> {
    let format = quote::literal(options.text("time_format")?);
    Some(format!(
        "pg_catalog.to_char('1970-01-01'::pg_catalog.date OPERATOR(pg_catalog.+) {value}, {format})"
    ))
}

fn datetime(value: &str, type_name: &str, options: &DisplayOptions<'_>) -> Option<String> {
    if !options.has_any(&["date_format", "time_format"]) {
        return None;
    }
    let date = options.text("date_format").unwrap_or("YYYY-MM-DD");
    let time = options.text("time_format").unwrap_or("HH24:MI:SS");
    let format = quote::literal(&format!("{date} {time}"));
    Some(format!(
        "COALESCE(pg_catalog.to_char({value}::pg_catalog.{type_name}, {format}), {})",
        printed(value)
    ))
}

/// In the order of the arguments of the function.
const DURATION_OPTIONS: [&str; 3] = ["duration_min", "duration_max", "duration_show_units"];

fn duration(value: &str, options: &DisplayOptions<'_>) -> Option<String> {
    options.has_any(&DURATION_OPTIONS).then(|| {
        let arguments = options.arguments(&DURATION_OPTIONS);
        format!("__msar.display_duration(pg_catalog.date_part('epoch', {value}), {arguments})")
    })
}
