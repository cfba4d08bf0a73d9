//! How requests name columns and rows: one grammar for all functions that take records, keys and lists of columns.
//!
//! A column is named by its attnum (a number, or its digits in a string) or by its name. Where a string of digits is the
//! name of one column and the attnum of another, it names neither: `"#2"` is column number 2 for sure, and `"\"2\""`, in
//! double quotes as in SQL, the column of that name.
//!
//! A row is named by a key: the value of the primary key, if that has one column, or an object with the columns of the
//! primary key or of a unique constraint.

use crate::error::{Error, ErrorFields, ErrorText, TopicError};
use pgrx::PgSqlErrorCode;

/// That a string of digits names two columns.
#[derive(Debug)]
pub(crate) struct AmbiguousColumn {
    pub(crate) relation: String,
    pub(crate) text: String,
    /// The name of the column with that attnum.
    pub(crate) by_number: String,
    /// The attnum of the column with that name.
    pub(crate) by_name: i16,
}

impl TopicError for AmbiguousColumn {
    fn fields(&self) -> ErrorFields {
        let Self {
            relation,
            text,
            by_number,
            by_name,
        } = self;
        ErrorText::new(
            PgSqlErrorCode::ERRCODE_AMBIGUOUS_COLUMN,
            format!(
                "\"{text}\" is ambiguous in relation \"{relation}\": it is the name of a column and the attnum of another"
            ),
        )
        .detail(format!(
            "Column {text} is called \"{by_number}\", and column {by_name} is called \"{text}\"."
        ))
        .hint(format!(
            "Write \"#{text}\" for the column with that attnum, and \"\\\"{text}\\\"\" or \"#{by_name}\" for the one \
             with that name."
        ))
    }
}

/// The attnum of the column that a string names; `None` if there is none. `columns` are all of the relation.
pub(crate) fn find_column<'c>(
    relation: &str,
    text: &str,
    columns: impl Iterator<Item = (i16, &'c str)> + Clone,
) -> Result<Option<i16>, Error> {
    let with_name = |wanted: &str| {
        let mut named = columns.clone().filter(|(_, name)| *name == wanted);
        named.next().map(|(attnum, _)| attnum)
    };
    let with_number = |digits: &str| {
        let number = parse_attnum(digits)?;
        columns.clone().find(|(attnum, _)| *attnum == number)
    };
    match (with_name(text), with_number(text)) {
        (Some(by_name), Some((number, name))) if by_name != number => Err(AmbiguousColumn {
            relation: relation.to_owned(),
            text: text.to_owned(),
            by_number: name.to_owned(),
            by_name,
        }
        .into()),
        (Some(attnum), _) | (None, Some((attnum, _))) => Ok(Some(attnum)),
        (None, None) => {
            let numbered = text.strip_prefix('#').and_then(with_number);
            let quoted = || {
                text.strip_prefix('"')?
                    .strip_suffix('"')
                    .map(|name| name.replace("\"\"", "\""))
            };
            Ok(match numbered {
                Some((attnum, _)) => Some(attnum),
                None => quoted().and_then(|name| with_name(&name)),
            })
        }
    }
}

/// The number that a string of digits is.
pub(crate) fn parse_attnum(text: &str) -> Option<i16> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// The key, of those of a relation, that has exactly these columns.
pub(crate) fn with_columns<'k>(keys: &'k [Vec<i16>], given: &[i16]) -> Option<&'k [i16]> {
    let is_same =
        |key: &&Vec<i16>| key.len() == given.len() && key.iter().all(|attnum| given.contains(attnum));
    keys.iter().find(is_same).map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_by_number_or_by_name() {
        let columns = [
            (1_i16, "month"),
            (2, "1"),
            (3, "2"),
            (4, "2023"),
            (5, "a \"b\""),
            (6, "6"),
        ];
        let find = |text: &str| find_column("months", text, columns.iter().copied());
        for (text, attnum) in [
            ("month", Some(1)),
            ("3", Some(3)),
            ("4", Some(4)),
            ("2023", Some(4)),
            ("#2", Some(2)),
            ("\"2\"", Some(3)),
            ("\"1\"", Some(2)),
            ("\"a \"\"b\"\"\"", Some(5)),
            ("6", Some(6)),
            ("#7", None),
            ("7", None),
            ("", None),
            ("\"", None),
        ] {
            assert_eq!(find(text).ok(), Some(attnum), "{text}");
        }
        for text in ["1", "2"] {
            assert!(find(text).is_err(), "{text}");
        }
    }

    #[test]
    fn keys_are_found_by_their_columns() {
        let keys = [vec![1], vec![3, 2]];
        assert_eq!(with_columns(&keys, &[2, 3]), Some(&[3, 2][..]));
        assert_eq!(with_columns(&keys, &[1]), Some(&[1][..]));
        assert_eq!(with_columns(&keys, &[2]), None);
        assert_eq!(with_columns(&keys, &[2, 2]), None);
    }
}
