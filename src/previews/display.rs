//! Formatting values by the display options of their column.
//!
//! The options become constants of an expression. `to_char` and plain SQL do what they can; two functions in Rust
//! format digits and durations. A preview must not fail because of an option: a value to which a format cannot be
//! applied (infinity, a date outside the range of timestamps) is shown as PostgreSQL prints it.

use crate::catalog::Catalog;
use crate::catalog::plain_sql;
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
        type_oid => plain_sql::as_text(value, type_oid),
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
        (UiType::Number, _) => format_number(&printed(value), &options),
        // Money has a currency of its own, by the server's lc_monetary.
        (UiType::Money, pg_sys::MONEYOID) => {
            format_number(&printed(&format!("{value}::pg_catalog.numeric")), &options)
        }
        (UiType::Money, _) if info.category == pg_sys::TYPCATEGORY_COMPOSITE => {
            Some(amount_with_currency(value, &options))
        }
        (UiType::Money, _) => format_number(&printed(value), &options),
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

/// A text as [`show_value`] shows values of a column, or as an import takes it, read as a value of that column: SQL of its
/// type, for SQL of type text. `None`: by the input function of the type, which takes all that is shown.
pub(crate) fn read_text(
    catalog: &Catalog,
    metadata: &OfTable,
    column: &PgAttribute,
    text: &str,
) -> Result<Option<String>, Error> {
    let info = catalog.type_info(column.atttypid)?;
    let base_type = base_type(catalog, column.atttypid)?;
    let options = DisplayOptions(metadata.column_options(column, info.ui_type).collect());
    let read = match (info.ui_type, base_type) {
        (UiType::Boolean, pg_sys::BOOLOID) => Some(format!(
            "CASE WHEN {text} OPERATOR(pg_catalog.=) {} THEN true WHEN {text} OPERATOR(pg_catalog.=) {} THEN false ELSE msar.cast_to_boolean({text}) END",
            quote::literal(options.text("bool_true").unwrap_or("True")),
            quote::literal(options.text("bool_false").unwrap_or("False"))
        )),
        (UiType::Money, _) if info.category == pg_sys::TYPCATEGORY_COMPOSITE => None,
        (UiType::Money, pg_sys::MONEYOID) => {
            Some(format!("{}::pg_catalog.money", read_number(text, &options)))
        }
        (UiType::Number | UiType::Money, _) => {
            let number = read_number(text, &options);
            let function = match base_type {
                pg_sys::INT2OID => "msar.cast_to_smallint",
                pg_sys::INT4OID => "msar.cast_to_integer",
                pg_sys::INT8OID => "msar.cast_to_bigint",
                pg_sys::FLOAT4OID => "msar.cast_to_real",
                pg_sys::FLOAT8OID => "msar.cast_to_double_precision",
                _ => "",
            };
            Some(format!("{function}({number})"))
        }
        (UiType::Date, pg_sys::DATEOID) => Some(read_moment("date", text, &options)),
        (UiType::DateTime, pg_sys::TIMESTAMPOID) => {
            Some(read_moment("timestamp_without_time_zone", text, &options))
        }
        (UiType::DateTime, pg_sys::TIMESTAMPTZOID) => {
            Some(read_moment("timestamp_with_time_zone", text, &options))
        }
        _ => None,
    };
    Ok(read)
}

/// A number with the separators of its format, a currency symbol or a percent sign.
fn read_number(text: &str, options: &DisplayOptions<'_>) -> String {
    let mut digits = text.to_owned();
    if let Some(symbol) = options
        .text("mon_currency_symbol")
        .filter(|symbol| !symbol.is_empty())
    {
        digits = format!(
            "pg_catalog.btrim(pg_catalog.replace({digits}, {}, ''))",
            quote::literal(symbol)
        );
    }
    // Separators, each with what else is read as it, and the digits of the groups before the last one.
    let separators = match options.text("num_format") {
        Some("english") => Some((",", ".", ",", 3)),
        Some("hindi") => Some((",", ".", ",", 2)),
        Some("german") => Some((".", ",", "[.]", 3)),
        Some("french") => Some((" ", ",", "[ \u{a0}\u{202f}\u{2009}]", 3)),
        Some("swiss") => Some(("'", ".", "['\u{2019}]", 3)),
        _ => None,
    };
    let number = |digits: &str| match separators {
        Some((group, decimal, groups, size)) => {
            // Groups of other sizes are another format: 1,5 is no fifteen.
            let pattern = format!(
                "^\\s*[-+\u{2212}]?\\s*([0-9]+|[0-9]{{1,{size}}}({groups}[0-9]{{{size}}})*{groups}[0-9]{{3}})([{decimal}][0-9]+)?\\s*$"
            );
            format!(
                "CASE WHEN {digits} OPERATOR(pg_catalog.~) {} THEN msar.cast_to_numeric({digits}, {}::\"char\", {}::\"char\") \
                 ELSE ({digits})::pg_catalog.numeric END",
                quote::literal(&pattern),
                quote::literal(group),
                quote::literal(decimal)
            )
        }
        None => format!("msar.cast_to_numeric({digits})"),
    };
    match options.get("num_show_as_perc") {
        Some(Value::Bool(true)) => {
            let without = number(&format!(
                "pg_catalog.btrim(pg_catalog.replace({digits}, '%', ''))"
            ));
            format!(
                "CASE WHEN {text} OPERATOR(pg_catalog.~~) '%\\%%' THEN ({without}) OPERATOR(pg_catalog.*) 0.01 ELSE {} END",
                number(&digits)
            )
        }
        _ => number(&digits),
    }
}

/// A date, with a time or not, in the order of its format.
fn read_moment(type_name: &str, text: &str, options: &DisplayOptions<'_>) -> String {
    let order = options.text("date_format").and_then(order_of_format);
    let order = order.map_or(String::new(), |order| format!(", {}", quote::literal(order)));
    format!("msar.cast_to_{type_name}({text}{order})")
}

/// In which order a format has day, month and year.
fn order_of_format(format: &str) -> Option<&'static str> {
    let unquoted: String = format.split('"').step_by(2).collect::<String>().to_uppercase();
    let at = |letters: &str| unquoted.find(letters);
    let month = ["MON", "MM", "RM"]
        .iter()
        .filter_map(|pattern| at(pattern))
        .min()?;
    let (day, year) = (at("DD")?, at("Y")?);
    match (year < month, month < day, year < day) {
        (true, true, _) => Some("YMD"),
        (false, false, false) => Some("DMY"),
        (false, true, false) => Some("MDY"),
        _ => None,
    }
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
fn format_number(printed: &str, options: &DisplayOptions<'_>) -> Option<String> {
    options.has_any(&NUMBER_OPTIONS).then(|| {
        let arguments = options.arguments(&NUMBER_OPTIONS);
        format!("__msar.display_number({printed}, {arguments})")
    })
}

/// A value of `multicurrency_money`: `12.50 EUR`, unless a symbol is set.
fn amount_with_currency(value: &str, options: &DisplayOptions<'_>) -> String {
    let amount = printed(&format!("({value}).value"));
    let amount = format_number(&amount, options).unwrap_or(amount);
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
