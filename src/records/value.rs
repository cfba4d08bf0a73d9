//! Values as JSON: the one place that has the forms of records (docs/records.md, "Values").
//!
//! A form is an SQL expression, made once for a column. PostgreSQL's `to_jsonb` writes all types whose form it has; one
//! function of the extension (see `api::value_forms`) writes dates and times. It is faster than `to_char`, and handles
//! infinity and years outside the range of timestamps.

use super::relation::RecordColumn;
use crate::catalog::plain_sql;
use crate::catalog::types::TypeInfo;
use crate::pg::{Oid, comparison, own_casts, type_name};
use pgrx::pg_sys;

/// How a client wants values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Forms {
    pub(crate) numbers: Numbers,
    pub(crate) dates: Dates,
    pub(crate) keys: MemberKeys,
}

impl Forms {
    /// Those of our own calls where the caller wants no others.
    pub(crate) const USUAL: Self = Self {
        numbers: Numbers::Json,
        dates: Dates::Iso,
        keys: MemberKeys::Attnums,
    };
    /// Those of the calls of the contract.
    pub(crate) const CONTRACT: Self = Self {
        dates: Dates::Contract,
        ..Self::USUAL
    };

    /// The usual ones, but for those that the caller wants.
    pub(crate) fn wanted(numbers: Option<Numbers>, dates: Option<Dates>, keys: Option<MemberKeys>) -> Self {
        Self {
            numbers: numbers.unwrap_or(Self::USUAL.numbers),
            dates: dates.unwrap_or(Self::USUAL.dates),
            keys: keys.unwrap_or(Self::USUAL.keys),
        }
    }
}

/// The names of the members of a record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MemberKeys {
    /// By attnums, which do not change when a column is renamed.
    #[default]
    Attnums,
    Names,
}

impl MemberKeys {
    pub(crate) fn name(self, column: &RecordColumn) -> String {
        match self {
            Self::Attnums => column.attnum.to_string(),
            Self::Names => column.name.clone(),
        }
    }

    /// The member of a key that is returned, which is taken as a key again.
    pub(super) fn name_in_key(self, column: &RecordColumn) -> String {
        let is_ambiguous = match self {
            Self::Attnums => column.is_number_ambiguous,
            Self::Names => column.is_name_ambiguous,
        };
        match is_ambiguous {
            true => format!("#{}", column.attnum),
            false => self.name(column),
        }
    }

    /// The same as the name of a column of SQL.
    pub(crate) fn identifier(self, column: &RecordColumn) -> String {
        match self {
            Self::Attnums => format!("\"{}\"", column.attnum),
            Self::Names => column.sql.clone(),
        }
    }
}

/// How numbers are written that JavaScript's cannot hold.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Numbers {
    Json,
    /// `bigint` and `numeric` as strings.
    Text,
}

/// How dates and times are written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Dates {
    /// `1970-01-02 AD`
    Contract,
    /// As `to_jsonb` writes them.
    Iso,
}

/// The value of an expression of a type as something that `to_jsonb` writes in the form of records.
pub(crate) fn json(sql: &str, type_info: &TypeInfo, forms: Forms) -> String {
    json_of(sql, type_info.oid, forms)
}

/// The same for a type by its OID.
pub(crate) fn json_of(sql: &str, type_oid: Oid, forms: Forms) -> String {
    let base = comparison::base_type(type_oid);
    let is_element = |wanted: &[Oid]| match comparison::element_type(base) {
        Some(element) => wanted.contains(&comparison::base_type(element)),
        None => false,
    };
    const JSON: [Oid; 2] = [pg_sys::JSONOID, pg_sys::JSONBOID];
    const LONG_NUMBERS: [Oid; 2] = [pg_sys::INT8OID, pg_sys::NUMERICOID];
    if JSON.contains(&base) {
        return format!("{sql}::pg_catalog.text");
    }
    if is_element(&JSON) {
        return format!("{sql}::pg_catalog.text[]");
    }
    if forms.numbers == Numbers::Text {
        if LONG_NUMBERS.contains(&base) {
            return format!("{sql}::pg_catalog.text");
        }
        if is_element(&LONG_NUMBERS) {
            return format!("{sql}::pg_catalog.text[]");
        }
        let row = comparison::element_type(base).unwrap_or(base);
        if type_name::is_composite(row) {
            return format!(
                "__msar.long_numbers_as_text({}, {})",
                plain_sql::as_jsonb(sql, base),
                base.to_u32()
            );
        }
    }
    let type_name = match base {
        pg_sys::DATEOID => "date",
        pg_sys::TIMEOID => "time",
        pg_sys::TIMETZOID => "timetz",
        pg_sys::TIMESTAMPOID => "timestamp",
        pg_sys::TIMESTAMPTZOID => "timestamptz",
        // In both forms: PostgreSQL's own depends on a setting.
        pg_sys::INTERVALOID => return format!("__msar.json_form({sql}::pg_catalog.interval)"),
        _ => return plain_sql::as_json_member(sql, base),
    };
    match forms.dates {
        Dates::Contract => format!("__msar.json_form({sql}::pg_catalog.{type_name})"),
        Dates::Iso => sql.into(),
    }
}

/// The value as text, as it is when it is the key of a JSON object: the text of its form.
pub(crate) fn key(sql: &str, type_info: &TypeInfo, forms: Forms) -> String {
    // Their own text depends on DateStyle.
    const DATES: [Oid; 3] = [pg_sys::DATEOID, pg_sys::TIMESTAMPOID, pg_sys::TIMESTAMPTZOID];
    let base = comparison::base_type(type_info.oid);
    let form = json(sql, type_info, forms);
    if forms.dates == Dates::Iso && DATES.contains(&base) {
        format!("(pg_catalog.to_jsonb({form}) OPERATOR(pg_catalog.#>>) '{{}}')")
    } else if form == sql || !own_casts::are_trusted(type_info.oid) {
        plain_sql::as_text(sql, type_info.oid)
    } else {
        format!("({form})::pg_catalog.text")
    }
}
