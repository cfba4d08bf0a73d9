//! The statements that show the rows of a table as other types, and that put them into another table.

use super::error::TransferError;
use super::infer::{self, InferenceOptions, ShownOptions};
use crate::catalog::relation::Relation;
use crate::catalog::rows::PgAttribute;
use crate::catalog::{Catalog, plain_sql};
use crate::definition::alteration::{CastOptions, ColumnAlteration};
use crate::definition::form::lenient;
use crate::definition::name::ColumnRef;
use crate::error::Error;
use crate::pg::snapshot::Snapshot;
use crate::pg::type_name::TypeId;
use crate::pg::{Oid, quote, statement, type_name};
use crate::progress::{self, Total};
use crate::tables::misfits::{self, Misfit};
use crate::tables::{alter, cast, column_type};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Into which column the values of another go: an element of `mappings`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnMapping {
    #[serde(deserialize_with = "lenient")]
    src_table_attnum: i16,
    #[serde(deserialize_with = "lenient")]
    dst_table_attnum: i16,
    /// How the values are written; what the whole column shows, if it is absent.
    cast_options: Option<CastOptions>,
}

/// A column that a caller names.
fn find_column<'r>(relation: &'r Relation, reference: &ColumnRef) -> Result<&'r PgAttribute, Error> {
    match reference {
        ColumnRef::Attnum(attnum) => relation.find_column((*attnum).into()),
        ColumnRef::Name(name) => relation.find_column_named(name),
    }
}

/// The INSERT of the rows of one table into another.
pub(crate) fn insert_statement(
    source: Oid,
    target: Oid,
    mappings: &[ColumnMapping],
) -> Result<String, Error> {
    let catalog = Catalog::new(Snapshot::latest());
    let (from, into) = (
        Relation::find(&catalog, source)?,
        Relation::find(&catalog, target)?,
    );
    if mappings.is_empty() {
        return Err(Error::InvalidArgument {
            argument: "mappings",
            problem: "it maps no column".into(),
            hint: "Pass [{\"src_table_attnum\": int, \"dst_table_attnum\": int}], with an element for each column to be filled.",
        });
    }
    let pairs = mappings
        .iter()
        .map(|mapping| {
            Ok((
                from.find_column(mapping.src_table_attnum.into())?,
                into.find_column(mapping.dst_table_attnum.into())?,
                mapping.cast_options.as_ref(),
            ))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    // What the values of a column of text show about themselves.
    let is_open = |(column, target, options): &(&PgAttribute, &PgAttribute, Option<&CastOptions>)| {
        options.is_none() && column.atttypid == pgrx::pg_sys::TEXTOID && cast::needs_options(target.atttypid)
    };
    let shown = match pairs.iter().any(is_open) {
        true => infer::cast_options(source, &InferenceOptions::default())?,
        false => Default::default(),
    };
    let none = CastOptions::default();
    let (mut targets, mut values) = (Vec::new(), Vec::new());
    for (column, target, options) in pairs {
        let options = match (options, shown.get(&column.attnum)) {
            (Some(options), _) => options,
            (None, Some(ShownOptions::Decided(options))) => options,
            // No cast reads them without being told. Dates are read by the session's DateStyle.
            (None, Some(ShownOptions::Undecided { needs: "decimal_p" }))
                if cast::needs_separators(target.atttypid) =>
            {
                return Err(TransferError::UndecidedNumbers {
                    column: column.attname.clone(),
                }
                .into());
            }
            (None, _) => &none,
        };
        targets.push(quote::identifier(&target.attname));
        values.push(cast::compile_cast(
            &quote::identifier(&column.attname),
            column.atttypid,
            target.atttypid,
            options,
        )?);
    }
    let counting = progress::row_condition("inserting", Total::of_rows(from.row.reltuples));
    Ok(format!(
        "INSERT INTO {} ({}) SELECT {} FROM {}{}",
        into.sql(&catalog)?,
        targets.join(", "),
        values.join(", "),
        from.sql(&catalog)?,
        counting.map_or(String::new(), |counting| format!(" WHERE {counting}"))
    ))
}

/// The SELECT of the rows of a table as one JSON array, with columns cast as changes of them would do.
pub(crate) fn preview_query(
    source: Oid,
    casts: &[ColumnAlteration],
    limit: Option<i32>,
) -> Result<String, Error> {
    preview_query_with_nulls(source, casts, limit, &[])
}

/// The same where values of the columns `nulls` are NULL: those that `misfits` knows.
fn preview_query_with_nulls(
    source: Oid,
    casts: &[ColumnAlteration],
    limit: Option<i32>,
    nulls: &[i16],
) -> Result<String, Error> {
    let catalog = Catalog::new(Snapshot::latest());
    let table = Relation::find(&catalog, source)?;
    let mut wanted: Vec<(i16, &ColumnAlteration)> = Vec::new();
    for cast in casts {
        let attnum = find_column(&table, &cast.target()?)?.attnum;
        if wanted.iter().any(|&(known, _)| known == attnum) {
            return Err(Error::InvalidArgument {
                argument: "col_cast_def",
                problem: format!("column {attnum} comes twice"),
                hint: "Pass each column once.",
            });
        }
        wanted.push((attnum, cast));
    }
    let mut shown = Vec::new();
    for column in &table.columns {
        let name = quote::identifier(&column.attname);
        let cast = wanted.iter().find(|(attnum, _)| *attnum == column.attnum);
        match cast {
            // PostgreSQL refuses a column that the caller asks for and may not read.
            Some((attnum, cast)) => {
                let (mut value, of_type) = cast_column(column, &name, cast)?;
                if nulls.contains(attnum) {
                    let text = plain_sql::as_text(&name, column.atttypid);
                    value = format!(
                        "CASE WHEN NOT __msar.is_misfit({attnum}::pg_catalog.int2, {text}) THEN {value} END"
                    );
                }
                shown.push(format!(
                    "{} AS {name}",
                    plain_sql::as_json_member(&value, of_type)
                ));
            }
            None if table.may_read(&catalog, column) => {
                let value = plain_sql::as_json_member(&name, column.atttypid);
                shown.push(format!("{value} AS {name}"));
            }
            None => {}
        }
    }
    let limit = limit.map_or(String::new(), |limit| {
        format!(" LIMIT {}", quote::literal(&limit.to_string()))
    });
    Ok(format!(
        "SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(preview)) FROM (SELECT {} FROM {}{limit}) AS preview",
        shown.join(", "),
        table.sql(&catalog)?
    ))
}

/// The first rows as [`preview_query`] shows them, with NULL for values that do not fit, and all of these.
#[derive(Serialize)]
pub(crate) struct PreviewWithMisfits {
    records: Box<RawValue>,
    misfits: Vec<Misfit>,
    misfit_count: u64,
}

impl PreviewWithMisfits {
    pub(crate) fn read_rows(
        source: Oid,
        casts: &[ColumnAlteration],
        limit: Option<i32>,
        most: usize,
    ) -> Result<Self, Error> {
        let found = alter::find_misfits(source, casts, most)?;
        let nulls: Vec<i16> = found.texts.keys().copied().collect();
        let query = preview_query_with_nulls(source, casts, limit, &nulls)?;
        let records = misfits::with_nulls(found.texts, || statement::query_value(&query))?;
        let records = records.unwrap_or_else(|| "[]".into());
        Ok(Self {
            records: RawValue::from_string(records).map_err(Error::Serialization)?,
            misfits: found.listed,
            misfit_count: found.count,
        })
    }
}

/// The column as the change would make it, and its type then.
fn cast_column(column: &PgAttribute, name: &str, cast: &ColumnAlteration) -> Result<(String, Oid), Error> {
    let current = TypeId {
        oid: column.atttypid,
        modifier: column.atttypmod,
    };
    let Some(definition) = &cast.type_ else {
        return Ok((name.to_owned(), column.atttypid));
    };
    let target = column_type::resolve_from(
        definition,
        TypeId {
            modifier: -1,
            ..current
        },
    )?;
    if type_name::is_pseudo(target.oid) {
        return Err(Error::InvalidArgument {
            argument: "col_cast_def",
            problem: format!("no column can be of type {}", column_type::to_sql(target)?),
            hint: "Pass a type of columns.",
        });
    }
    let none = CastOptions::default();
    let options = cast.cast_options.as_ref().unwrap_or(&none);
    let value = cast::compile_cast(name, column.atttypid, target.oid, options)?;
    Ok((format!("({value})::{}", column_type::to_sql(target)?), target.oid))
}
