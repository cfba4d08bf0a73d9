//! The options of tables and columns: their names, what values they take, and which kind of column takes which.
//!
//! One list each, in the order in which documents show them. Pure; the tables in `sql/install/metadata.sql` have a
//! column for each option, with the same rules as constraints.

use super::template;
use crate::catalog::types::UiType;
use crate::error::Error;
use crate::pg::Oid;
use pgrx::pg_sys;
use serde_json::Value;

/// What values an option takes.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Boolean,
    Text,
    TextNotEmpty,
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
    /// Strings, and paths of attnums: see [`template`].
    Template,
}

/// An option of a table or a column.
pub(crate) struct MetadataOption {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// The kinds of columns that take it; `None`: all.
    ui_types: Option<&'static [UiType]>,
}

const fn option(name: &'static str, kind: Kind, ui_types: Option<&'static [UiType]>) -> MetadataOption {
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

const DIGITS: Kind = Kind::SmallInteger(0, 20);
const INPUTS: Kind = Kind::OneOf(&["dropdown", "checkbox"]);
const GROUPINGS: Kind = Kind::OneOf(&["always", "auto", "never"]);
const NUMBER_FORMATS: Kind = Kind::OneOf(&["english", "german", "french", "hindi", "swiss"]);
const CURRENCY_LOCATIONS: Kind = Kind::OneOf(&["after-minus", "end-with-space"]);
const USER_FIELDS: Kind = Kind::OneOf(&["full_name", "email", "username"]);
/// The smallest first.
const DURATION_UNITS: [&str; 5] = ["ms", "s", "m", "h", "d"];
const DURATION_UNIT: Kind = Kind::OneOf(&DURATION_UNITS);

pub(crate) const TABLE_OPTIONS: [MetadataOption; 8] = [
    option("import_verified", Kind::Boolean, ALL),
    option("is_temp", Kind::Boolean, ALL),
    option("import_target_oid", Kind::Table, ALL),
    option("column_order", Kind::Attnums, ALL),
    option("preview_customized", Kind::Boolean, ALL),
    option("preview_template", Kind::Template, ALL),
    option("mathesar_added_pkey_attnum", Kind::Attnum, ALL),
    option("user_tracking_attnum", Kind::Attnum, ALL),
];

pub(crate) const COLUMN_OPTIONS: [MetadataOption; 18] = [
    option("bool_input", INPUTS, BOOLEANS),
    option("bool_true", Kind::Text, BOOLEANS),
    option("bool_false", Kind::Text, BOOLEANS),
    option("num_min_frac_digits", DIGITS, NUMBERS),
    option("num_max_frac_digits", DIGITS, NUMBERS),
    option("num_show_as_perc", Kind::Boolean, PERCENTAGES),
    option("num_grouping", GROUPINGS, NUMBERS),
    option("num_format", NUMBER_FORMATS, NUMBERS),
    option("mon_currency_symbol", Kind::Text, MONEY),
    option("mon_currency_location", CURRENCY_LOCATIONS, MONEY),
    option("time_format", Kind::TextNotEmpty, TIMES),
    option("date_format", Kind::TextNotEmpty, DATES),
    option("duration_min", DURATION_UNIT, DURATIONS),
    option("duration_max", DURATION_UNIT, DURATIONS),
    option("duration_show_units", Kind::Boolean, DURATIONS),
    option("display_width", Kind::Integer(1, i32::MAX as i64), ALL),
    option("file_backend", Kind::TextNotEmpty, FILES),
    option("user_display_field", USER_FIELDS, ALL),
];

/// The option of a name among `options`.
pub(crate) fn find<'a>(options: &'a [MetadataOption], name: &str) -> Option<&'a MetadataOption> {
    options.iter().find(|option| option.name == name)
}

/// The option that a caller names.
pub(super) fn named(
    options: &'static [MetadataOption],
    name: &str,
) -> Result<&'static MetadataOption, Error> {
    find(options, name).ok_or_else(|| {
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

/// What is wrong between two options of a column, each right by itself. `value` gives what an option has.
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

impl Kind {
    /// The type of the column in which values are stored.
    pub(super) const fn column_type(self) -> Oid {
        match self {
            Kind::Boolean => pg_sys::BOOLOID,
            Kind::Text | Kind::TextNotEmpty | Kind::OneOf(_) => pg_sys::TEXTOID,
            Kind::Integer(..) => pg_sys::INT4OID,
            Kind::SmallInteger(..) | Kind::Attnum => pg_sys::INT2OID,
            Kind::Attnums => pg_sys::INT2ARRAYOID,
            Kind::Table => pg_sys::OIDOID,
            Kind::Template => pg_sys::JSONBOID,
        }
    }

    /// Whether the option takes the value. Null, which clears it, is taken by all.
    pub(crate) fn accepts(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) => true,
            (Kind::Boolean, value) => value.is_boolean(),
            (Kind::Text, Value::String(_)) => true,
            (Kind::TextNotEmpty, Value::String(text)) => !text.is_empty(),
            (Kind::OneOf(words), Value::String(text)) => words.contains(&text.as_str()),
            (Kind::Integer(least, most) | Kind::SmallInteger(least, most), value) => value
                .as_i64()
                .is_some_and(|number| (least..=most).contains(&number)),
            (Kind::Attnum, value) => attnum(value).is_some(),
            (Kind::Attnums, Value::Array(elements)) => are_attnums(elements),
            (Kind::Table, value) => value
                .as_u64()
                .is_some_and(|oid| (1..=u32::MAX.into()).contains(&oid)),
            (Kind::Template, Value::Array(parts)) => parts.iter().all(template::is_part),
            _ => false,
        }
    }

    /// What it takes, for messages.
    pub(crate) fn description(self) -> String {
        match self {
            Kind::Boolean => "true or false".into(),
            Kind::Text => "a string".into(),
            Kind::TextNotEmpty => "a non-empty string".into(),
            Kind::OneOf(words) => format!("one of \"{}\"", words.join("\", \"")),
            Kind::Integer(least, _) => format!("an integer of {least} or more"),
            Kind::SmallInteger(least, most) => format!("an integer from {least} to {most}"),
            Kind::Attnum => "the attnum of a column".into(),
            Kind::Attnums => "an array of distinct attnums".into(),
            Kind::Table => "the OID of a table".into(),
            Kind::Template => "an array of strings and of arrays of attnums".into(),
        }
    }
}

/// A number that a column of a user can have.
pub(crate) fn attnum(value: &Value) -> Option<i16> {
    value
        .as_i64()
        .and_then(|number| i16::try_from(number).ok())
        .filter(|number| *number > 0)
}

fn are_attnums(elements: &[Value]) -> bool {
    elements
        .iter()
        .enumerate()
        .all(|(at, element)| attnum(element).is_some() && !elements[..at].contains(element))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn accepts(name: &str, value: Value) -> bool {
        find(&TABLE_OPTIONS, name)
            .or_else(|| find(&COLUMN_OPTIONS, name))
            .is_some_and(|option| option.kind.accepts(&value))
    }

    #[test]
    fn values_are_of_the_kind_of_the_option() {
        assert!(accepts("is_temp", json!(true)) && !accepts("is_temp", json!("true")));
        assert!(accepts("bool_true", json!("")) && !accepts("bool_true", json!(1)));
        assert!(accepts("date_format", json!("YYYY")) && !accepts("date_format", json!("")));
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
        let applies = |name: &str, kind| find(&COLUMN_OPTIONS, name).map(|option| option.applies_to(kind));
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
}
