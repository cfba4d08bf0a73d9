//! The options of tables and columns: their names, what values they take, and which kind of column takes which.
//!
//! One list each, in the order in which documents show them. Pure; the tables in `sql/install/metadata.sql` have a
//! column for each option, with the same rules as constraints.
//!
//! A preview template is stored as an array of strings, which stand for themselves, and of paths of attnums: `[5, 2]` is
//! a path; `{"path": [5, 2], "raw": true}` is one whose value is to be shown as it is. In the portable form the same
//! arrays hold names, so code that translates one into the other takes the path of a part from here, and puts another in
//! its place.

use crate::catalog::row_key;
use crate::catalog::types::UiType;
use crate::error::Error;
use crate::pg::Oid;
use crate::values::template::{Placeholder, TemplatePart};
use pgrx::pg_sys;
use serde_json::{Value, json};

/// The values that an option takes.
#[derive(Clone, Copy)]
pub(crate) enum OptionKind {
    Boolean,
    Text,
    TextNotEmpty,
    /// A format of `to_char` for a date.
    DateFormat,
    /// The same for a time of day.
    TimeFormat,
    OneOf(&'static [&'static str]),
    /// An integer within bounds, stored as `integer`.
    Integer(i64, i64),
    /// The same, stored as `smallint`.
    SmallInteger(i64, i64),
    /// The attnum of a column of the table.
    Attnum,
    /// Attnums of columns of the table, each once.
    Attnums,
    /// The OID of a table.
    Table,
    /// Strings, and paths of attnums: see [`template_path`].
    Template,
}

/// An option of a table or a column.
pub(crate) struct MetadataOption {
    pub(crate) name: &'static str,
    pub(crate) kind: OptionKind,
    /// The kinds of columns that take it; `None`: all.
    ui_types: Option<&'static [UiType]>,
}

const fn option(name: &'static str, kind: OptionKind, ui_types: Option<&'static [UiType]>) -> MetadataOption {
    MetadataOption { name, kind, ui_types }
}

const ALL: Option<&[UiType]> = None;
const BOOLEANS: Option<&[UiType]> = Some(&[UiType::Boolean]);
const NUMBERS: Option<&[UiType]> = Some(&[UiType::Number, UiType::Money]);
const PERCENTAGES: Option<&[UiType]> = Some(&[UiType::Number]);
const MONEY: Option<&[UiType]> = Some(&[UiType::Money]);
const TIMES: Option<&[UiType]> = Some(&[UiType::Time, UiType::DateTime]);
const DATES: Option<&[UiType]> = Some(&[UiType::Date, UiType::DateTime]);
const DURATIONS: Option<&[UiType]> = Some(&[UiType::Duration]);
/// A reference to a file is kept as a document, or as its address.
const FILES: Option<&[UiType]> = Some(&[UiType::Json, UiType::Text, UiType::Uri]);

const DIGITS: OptionKind = OptionKind::SmallInteger(0, 20);
const INPUTS: OptionKind = OptionKind::OneOf(&["dropdown", "checkbox"]);
const GROUPINGS: OptionKind = OptionKind::OneOf(&["always", "auto", "never"]);
const NUMBER_FORMATS: OptionKind = OptionKind::OneOf(&["english", "german", "french", "hindi", "swiss"]);
const CURRENCY_LOCATIONS: OptionKind = OptionKind::OneOf(&["after-minus", "end-with-space"]);
const USER_FIELDS: OptionKind = OptionKind::OneOf(&["full_name", "email", "username"]);
/// The smallest first.
const DURATION_UNITS: [&str; 5] = ["ms", "s", "m", "h", "d"];
const DURATION_UNIT: OptionKind = OptionKind::OneOf(&DURATION_UNITS);

pub(crate) const TABLE_OPTIONS: [MetadataOption; 8] = [
    option("import_verified", OptionKind::Boolean, ALL),
    option("is_temp", OptionKind::Boolean, ALL),
    option("import_target_oid", OptionKind::Table, ALL),
    option("column_order", OptionKind::Attnums, ALL),
    option("preview_customized", OptionKind::Boolean, ALL),
    option("preview_template", OptionKind::Template, ALL),
    option("mathesar_added_pkey_attnum", OptionKind::Attnum, ALL),
    option("user_tracking_attnum", OptionKind::Attnum, ALL),
];

pub(crate) const COLUMN_OPTIONS: [MetadataOption; 21] = [
    option("bool_input", INPUTS, BOOLEANS),
    option("bool_true", OptionKind::Text, BOOLEANS),
    option("bool_false", OptionKind::Text, BOOLEANS),
    option("num_min_frac_digits", DIGITS, NUMBERS),
    option("num_max_frac_digits", DIGITS, NUMBERS),
    option("num_show_as_perc", OptionKind::Boolean, PERCENTAGES),
    option("num_grouping", GROUPINGS, NUMBERS),
    option("num_format", NUMBER_FORMATS, NUMBERS),
    option("mon_currency_symbol", OptionKind::Text, MONEY),
    option("mon_currency_location", CURRENCY_LOCATIONS, MONEY),
    option("time_format", OptionKind::TimeFormat, TIMES),
    option("date_format", OptionKind::DateFormat, DATES),
    option("duration_min", DURATION_UNIT, DURATIONS),
    option("duration_max", DURATION_UNIT, DURATIONS),
    option("duration_show_units", OptionKind::Boolean, DURATIONS),
    option("label", OptionKind::TextNotEmpty, ALL),
    option("help_text", OptionKind::TextNotEmpty, ALL),
    option("is_hidden", OptionKind::Boolean, ALL),
    option("display_width", OptionKind::Integer(1, i32::MAX as i64), ALL),
    option("file_backend", OptionKind::TextNotEmpty, FILES),
    option("user_display_field", USER_FIELDS, ALL),
];

/// The option of a name among `options`.
pub(crate) fn find_option<'a>(options: &'a [MetadataOption], name: &str) -> Option<&'a MetadataOption> {
    options.iter().find(|option| option.name == name)
}

/// The option that a caller names.
pub(super) fn require_option(
    options: &'static [MetadataOption],
    name: &str,
) -> Result<&'static MetadataOption, Error> {
    find_option(options, name).ok_or_else(|| {
        let known: Vec<_> = options.iter().map(|option| option.name).collect();
        Error::UnknownOption {
            option: name.to_owned(),
            known: known.join(", "),
        }
    })
}

/// That `option`, an option or a key like one, was given a value that it does not take.
pub(super) fn wrong_value(option: &'static str, expected: impl Into<String>, value: &Value) -> Error {
    const LONGEST: usize = 100;
    let mut given = value.to_string();
    if let Some((end, _)) = given.char_indices().nth(LONGEST) {
        given.truncate(end);
        given.push('…');
    }
    Error::WrongOptionValue {
        option,
        expected: expected.into(),
        given,
    }
}

impl MetadataOption {
    /// Fails unless the option takes the value.
    pub(super) fn check(&self, value: &Value) -> Result<(), Error> {
        if self.kind.accepts(value) {
            return Ok(());
        }
        Err(wrong_value(self.name, self.kind.description(), value))
    }

    /// That the option was given to a column of another kind.
    pub(super) fn does_not_apply(&self, column: &str, ui_type: UiType) -> Error {
        let kinds: Vec<_> = self
            .ui_types
            .unwrap_or_default()
            .iter()
            .map(|kind| kind.name())
            .collect();
        Error::OptionDoesNotApply {
            option: self.name,
            column: column.to_owned(),
            ui_type: ui_type.name(),
            applies_to: kinds.join(" or "),
        }
    }

    /// Whether a column of this kind takes it.
    pub(crate) fn applies_to(&self, ui_type: UiType) -> bool {
        self.ui_types.is_none_or(|kinds| kinds.contains(&ui_type))
    }
}

/// The contradiction between two options of a column, each valid by itself. `value` returns the value of an option.
pub(crate) fn contradiction<'a>(value: impl Fn(&str) -> Option<&'a Value>) -> Option<&'static str> {
    let digits = |name| value(name).and_then(Value::as_i64);
    let unit = |name| {
        let unit = value(name).and_then(Value::as_str)?;
        DURATION_UNITS.iter().position(|known| *known == unit)
    };
    if let (Some(least), Some(most)) = (digits("num_min_frac_digits"), digits("num_max_frac_digits"))
        && least > most
    {
        return Some("num_min_frac_digits is greater than num_max_frac_digits");
    }
    if let (Some(smallest), Some(largest)) = (unit("duration_min"), unit("duration_max"))
        && smallest > largest
    {
        return Some("duration_min is a larger unit than duration_max");
    }
    None
}

impl OptionKind {
    /// The type of the column in which values are stored.
    pub(super) const fn column_type(self) -> Oid {
        match self {
            OptionKind::Boolean => pg_sys::BOOLOID,
            OptionKind::Text
            | OptionKind::TextNotEmpty
            | OptionKind::DateFormat
            | OptionKind::TimeFormat
            | OptionKind::OneOf(_) => pg_sys::TEXTOID,
            OptionKind::Integer(..) => pg_sys::INT4OID,
            OptionKind::SmallInteger(..) | OptionKind::Attnum => pg_sys::INT2OID,
            OptionKind::Attnums => pg_sys::INT2ARRAYOID,
            OptionKind::Table => pg_sys::OIDOID,
            OptionKind::Template => pg_sys::JSONBOID,
        }
    }

    /// Whether the option takes the value. Null, which clears it, is taken by all.
    pub(crate) fn accepts(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) => true,
            (OptionKind::Boolean, value) => value.is_boolean(),
            (OptionKind::Text, Value::String(text)) => text.len() <= LONGEST_TEXT,
            (OptionKind::TextNotEmpty, Value::String(text)) => (1..=LONGEST_TEXT).contains(&text.len()),
            (OptionKind::DateFormat, Value::String(text)) => is_format(text, &DATE_PATTERNS),
            (OptionKind::TimeFormat, Value::String(text)) => is_format(text, &TIME_PATTERNS),
            (OptionKind::OneOf(words), Value::String(text)) => words.contains(&text.as_str()),
            (OptionKind::Integer(least, most) | OptionKind::SmallInteger(least, most), value) => value
                .as_i64()
                .is_some_and(|number| (least..=most).contains(&number)),
            (OptionKind::Attnum, value) => json_attnum(value).is_some(),
            (OptionKind::Attnums, Value::Array(elements)) => are_attnums(elements),
            (OptionKind::Table, value) => value
                .as_u64()
                .is_some_and(|oid| (1..=u32::MAX.into()).contains(&oid)),
            (OptionKind::Template, Value::Array(parts)) => {
                let texts = parts.iter().filter_map(Value::as_str).map(str::len);
                texts.sum::<usize>() <= LONGEST_TEXT && parts.iter().all(is_template_part)
            }
            _ => false,
        }
    }

    /// The values that it takes, for messages.
    pub(crate) fn description(self) -> String {
        match self {
            OptionKind::Boolean => "true or false".into(),
            OptionKind::Text => format!("a string of at most {LONGEST_TEXT} bytes"),
            OptionKind::TextNotEmpty => format!("a non-empty string of at most {LONGEST_TEXT} bytes"),
            OptionKind::DateFormat => {
                format!(
                    "a format of to_char for dates, such as \"DD.MM.YYYY\", of at most {LONGEST_FORMAT} bytes"
                )
            }
            OptionKind::TimeFormat => {
                format!(
                    "a format of to_char for times, such as \"HH24:MI\", of at most {LONGEST_FORMAT} bytes"
                )
            }
            OptionKind::OneOf(words) => format!("one of \"{}\"", words.join("\", \"")),
            OptionKind::Integer(least, _) => format!("an integer of {least} or more"),
            OptionKind::SmallInteger(least, most) => format!("an integer from {least} to {most}"),
            OptionKind::Attnum => "the attnum or the name of a column".into(),
            OptionKind::Attnums => "an array of distinct columns, each by attnum or name".into(),
            OptionKind::Table => "the OID of a table".into(),
            OptionKind::Template => {
                format!(
                    "an array of strings, of at most {LONGEST_TEXT} bytes together, and of paths, which are arrays of columns by \
                     attnum or name"
                )
            }
        }
    }
}

/// The patterns of `to_char` for a part of a date or a time. All others contain one of these.
const DATE_PATTERNS: [&str; 13] = [
    "Y", "MM", "MON", "RM", "D", "W", "Q", "CC", "J", "AD", "A.D", "BC", "B.C",
];
const TIME_PATTERNS: [&str; 12] = [
    "HH", "MI", "SS", "MS", "US", "FF", "AM", "A.M", "PM", "P.M", "TZ", "OF",
];

/// The longest text of an option, and the longest format, in bytes: what a table's owner sets comes with every page of the tables
/// that refer to it.
const LONGEST_TEXT: usize = 10_000;
const LONGEST_FORMAT: usize = 200;

/// Whether a format has a pattern outside of double quotes, and is none of `strftime`.
fn is_format(format: &str, patterns: &[&str]) -> bool {
    if format.len() > LONGEST_FORMAT {
        return false;
    }
    let unquoted: String = format.split('"').step_by(2).collect();
    let unquoted = unquoted.to_uppercase();
    !unquoted.contains('%') && patterns.iter().any(|pattern| unquoted.contains(pattern))
}

/// A number that a column of a user can have.
pub(crate) fn json_attnum(value: &Value) -> Option<i16> {
    value
        .as_i64()
        .and_then(|number| i16::try_from(number).ok())
        .filter(|number| *number > 0)
}

fn are_attnums(elements: &[Value]) -> bool {
    elements
        .iter()
        .enumerate()
        .all(|(at, element)| json_attnum(element).is_some() && !elements[..at].contains(element))
}

const PATH: &str = "path";
const RAW: &str = "raw";

/// The path of a part; `None` for a text.
pub(crate) fn template_path(part: &Value) -> Option<&Vec<Value>> {
    match part {
        Value::Array(path) => Some(path),
        Value::Object(placeholder) => placeholder.get(PATH)?.as_array(),
        _ => None,
    }
}

/// The same, to change it.
pub(super) fn template_path_mut(part: &mut Value) -> Option<&mut Vec<Value>> {
    match part {
        Value::Array(path) => Some(path),
        Value::Object(placeholder) => placeholder.get_mut(PATH)?.as_array_mut(),
        _ => None,
    }
}

/// The same part with another path.
pub(crate) fn with_template_path(part: &Value, path: Value) -> Value {
    match part {
        Value::Object(placeholder) => {
            let mut placeholder = placeholder.clone();
            placeholder.insert(PATH.into(), path);
            placeholder.into()
        }
        _ => path,
    }
}

/// Whether a template may hold it.
pub(crate) fn is_template_part(part: &Value) -> bool {
    match part {
        Value::String(_) => true,
        Value::Array(path) => is_path(path),
        Value::Object(placeholder) => {
            let is_known = |(key, value): (&String, &Value)| match key.as_str() {
                PATH => value.as_array().is_some_and(|path| is_path(path)),
                RAW => value.is_boolean(),
                _ => false,
            };
            placeholder.contains_key(PATH) && placeholder.iter().all(is_known)
        }
        _ => false,
    }
}

fn is_path(path: &[Value]) -> bool {
    !path.is_empty() && path.iter().all(|step| json_attnum(step).is_some())
}

/// A part of which [`is_template_part`] is true.
pub(crate) fn read_template_part(part: &Value) -> Option<TemplatePart<i16>> {
    if let Value::String(text) = part {
        return Some(TemplatePart::Text(text.clone()));
    }
    Some(TemplatePart::Placeholder(Placeholder {
        path: template_path(part)?
            .iter()
            .map(path_step)
            .collect::<Option<_>>()?,
        raw: part.get(RAW) == Some(&Value::Bool(true)),
    }))
}

/// A step of a path: an attnum, or a string of its digits, as calls pass it.
fn path_step(step: &Value) -> Option<i16> {
    match step {
        Value::String(digits) => row_key::parse_attnum(digits),
        number => json_attnum(number),
    }
}

/// A part as it is stored.
pub(crate) fn write_template_part(part: &TemplatePart<i16>) -> Value {
    match part {
        TemplatePart::Text(text) => json!(text),
        TemplatePart::Placeholder(Placeholder { path, raw: false }) => json!(path),
        TemplatePart::Placeholder(Placeholder { path, raw: true }) => json!({PATH: path, RAW: true}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(name: &str, value: Value) -> bool {
        find_option(&TABLE_OPTIONS, name)
            .or_else(|| find_option(&COLUMN_OPTIONS, name))
            .is_some_and(|option| option.kind.accepts(&value))
    }

    #[test]
    fn values_are_of_the_kind_of_the_option() {
        assert!(accepts("is_temp", json!(true)) && !accepts("is_temp", json!("true")));
        assert!(accepts("bool_true", json!("")) && !accepts("bool_true", json!(1)));
        assert!(accepts("date_format", json!("YYYY")) && !accepts("date_format", json!("")));
        assert!(accepts("date_format", json!("FMDD. TMMonth \"im Jahr\" YYYY")));
        for wrong in ["%d/%m/%Y", "none", "\"YYYY\"", "--"] {
            assert!(!accepts("date_format", json!(wrong)), "{wrong}");
        }
        assert!(accepts("time_format", json!("hh12:mi am")) && !accepts("time_format", json!("%H:%M")));
        assert!(accepts("bool_input", json!("checkbox")) && !accepts("bool_input", json!("Checkbox")));
        for (digits, is_right) in [(0, true), (20, true), (-1, false), (21, false)] {
            assert_eq!(
                accepts("num_min_frac_digits", json!(digits)),
                is_right,
                "{digits}"
            );
        }
        assert!(!accepts("num_min_frac_digits", json!(1.5)));
        assert!(accepts("display_width", json!(1)) && !accepts("display_width", json!(2_147_483_648_i64)));
    }

    #[test]
    fn references_are_numbers() {
        assert!(accepts("column_order", json!([2, 1])) && !accepts("column_order", json!([1, 1])));
        assert!(accepts("column_order", json!([])) && !accepts("column_order", json!([0])));
        assert!(accepts("import_target_oid", json!(4_294_967_295_u32)));
        assert!(!accepts("import_target_oid", json!(0)));
        assert!(accepts(
            "preview_template",
            json!(["No. ", [1], [5, 2], {"path": [1], "raw": true}])
        ));
        assert!(!accepts("preview_template", json!([[]])) && !accepts("preview_template", json!("{title}")));
    }

    #[test]
    fn null_clears_every_option() {
        for option in TABLE_OPTIONS.iter().chain(&COLUMN_OPTIONS) {
            assert!(option.kind.accepts(&Value::Null), "{}", option.name);
        }
    }

    #[test]
    fn the_kind_of_column_decides_which_options_apply() {
        let applies =
            |name: &str, kind| find_option(&COLUMN_OPTIONS, name).map(|option| option.applies_to(kind));
        assert_eq!(applies("date_format", UiType::Boolean), Some(false));
        assert_eq!(applies("date_format", UiType::DateTime), Some(true));
        assert_eq!(applies("num_show_as_perc", UiType::Money), Some(false));
        assert_eq!(applies("display_width", UiType::Other), Some(true));
        assert_eq!(applies("color", UiType::Text), None);
    }

    #[test]
    fn options_that_belong_together_are_ordered() {
        let of = |options: Value| contradiction(|name| options.get(name)).is_some();
        assert!(of(json!({"num_min_frac_digits": 3, "num_max_frac_digits": 2})));
        assert!(!of(json!({"num_min_frac_digits": 2, "num_max_frac_digits": 2})));
        assert!(!of(
            json!({"num_min_frac_digits": 3, "num_max_frac_digits": null})
        ));
        assert!(of(json!({"duration_min": "h", "duration_max": "m"})));
        assert!(!of(json!({"duration_min": "ms", "duration_max": "d"})));
    }

    #[test]
    fn parts_are_read_as_they_are_written() {
        for part in [json!("No. "), json!([5, 2]), json!({"path": [2], "raw": true})] {
            assert!(is_template_part(&part));
            assert_eq!(
                read_template_part(&part).as_ref().map(write_template_part),
                Some(part)
            );
        }
        let plain = json!({"path": [2], "raw": false});
        assert!(is_template_part(&plain));
        assert_eq!(
            read_template_part(&plain).as_ref().map(write_template_part),
            Some(json!([2]))
        );
    }

    #[test]
    fn what_is_no_part() {
        for other in [
            json!([]),
            json!([0]),
            json!(["title"]),
            json!(2),
            json!(null),
            json!({}),
            json!({"raw": true}),
            json!({"path": []}),
            json!({"path": [1], "raw": 1}),
            json!({"path": [1], "format": "raw"}),
        ] {
            assert!(!is_template_part(&other), "{other}");
        }
    }

    #[test]
    fn a_path_is_replaced() {
        assert_eq!(
            with_template_path(&json!([2]), json!(["title"])),
            json!(["title"])
        );
        assert_eq!(
            with_template_path(&json!({"path": [2], "raw": true}), json!(["title"])),
            json!({"path": ["title"], "raw": true})
        );
        assert_eq!(template_path(&json!("title")), None);
    }
}
