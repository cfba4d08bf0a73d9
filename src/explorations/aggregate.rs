//! Functions over the rows of a group: their names, what they take, and their SQL.
//!
//! An input of a domain is passed as its base type, so that the type of the result is known. Where PostgreSQL has no
//! aggregate for a type whose values have an order, the greatest and the least are taken from the ordered values.

use super::error::ExplorationError;
use crate::catalog::Catalog;
use crate::catalog::plain_sql;
use crate::catalog::types::TypeInfo;
use crate::error::Error;
use crate::pg::{Oid, column_type, comparison};
use crate::records::condition::Expression;
use crate::records::error::ORDERED_VALUES;
use pgrx::pg_sys;
use std::rc::Rc;

/// What sums and means take, for messages.
const QUANTITIES: &str = "numbers, money and intervals";

macro_rules! aggregates {
    ($($name:ident = $key:literal, $suffix:literal;)*) => {
        /// A function over the rows of a group.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub(crate) enum Aggregate { $($name),* }

        impl Aggregate {
            pub(crate) const ALL: &[Aggregate] = &[$(Aggregate::$name),*];

            /// Its name in documents.
            pub(crate) fn key(self) -> &'static str {
                match self { $(Aggregate::$name => $key),* }
            }

            /// The suffix that it adds to the display name of its input.
            pub(crate) fn suffix(self) -> &'static str {
                match self { $(Aggregate::$name => $suffix),* }
            }
        }
    };
}

aggregates! {
    DistinctList = "distinct_aggregate_to_array", " distinct list";
    List = "aggregate_to_array", " list";
    Count = "count", " count";
    Sum = "sum", " sum";
    Max = "max", " max";
    Min = "min", " min";
    Mean = "mean", " mean";
    Median = "median", " median";
    Mode = "mode", " mode";
    PercentageTrue = "percentage_true", " percentage true";
    PeakTime = "peak_time", " peak_time";
    PeakMonth = "peak_month", " peak_month";
}

/// The result of an aggregate over a group.
pub(crate) struct Aggregated {
    pub(crate) sql: String,
    pub(crate) type_info: Rc<TypeInfo>,
    /// The type that a description names, where it is not that of the value.
    pub(crate) described_as: Option<Rc<TypeInfo>>,
    /// Whether the modifiers of the input's type describe the result, too.
    pub(crate) keeps_modifiers: bool,
    pub(crate) collation: Oid,
}

const INTEGERS: [Oid; 3] = [pg_sys::INT2OID, pg_sys::INT4OID, pg_sys::INT8OID];
const FLOATS: [Oid; 2] = [pg_sys::FLOAT4OID, pg_sys::FLOAT8OID];
const TEMPORAL: [Oid; 3] = [pg_sys::DATEOID, pg_sys::TIMESTAMPOID, pg_sys::TIMESTAMPTZOID];
const TIMES: [Oid; 2] = [pg_sys::TIMEOID, pg_sys::TIMETZOID];

impl Aggregate {
    pub(crate) fn of_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|aggregate| aggregate.key() == key)
    }

    /// The name of the type of its results in Mathesar's contract, if that does not depend on the input. The contract has no
    /// sums of intervals and money.
    pub(super) fn contract_type(self, result: Oid) -> Option<&'static str> {
        match self {
            Self::Count => Some("integer"),
            Self::Sum | Self::Mean if [pg_sys::INTERVALOID, pg_sys::MONEYOID].contains(&result) => None,
            Self::Sum | Self::Mean | Self::PercentageTrue => Some("numeric"),
            _ => None,
        }
    }

    /// The aggregate of `input`, over the rows for which `condition` holds, if there is one.
    pub(super) fn compile(
        self,
        catalog: &Catalog,
        path: &str,
        input: &Expression,
        input_type: &Rc<TypeInfo>,
        condition: Option<&str>,
    ) -> Result<Aggregated, Error> {
        let base = comparison::base_type(input_type.oid);
        let value = match base == input_type.oid {
            true => input.sql.clone(),
            false => cast(&input.sql, base)?,
        };
        let filter = condition.map_or(String::new(), |condition| format!(" FILTER (WHERE {condition})"));
        let not_null = condition.map_or_else(
            || format!(" FILTER (WHERE {value} IS NOT NULL)"),
            |condition| format!(" FILTER (WHERE {value} IS NOT NULL AND ({condition}))"),
        );
        let wrong = |takes: &'static str| -> Error {
            ExplorationError::WrongType {
                path: path.to_owned(),
                function: self.key(),
                type_name: input_type.name.to_string(),
                takes,
            }
            .into()
        };
        let plain = |name: &str, result: Oid| -> Result<Aggregated, Error> {
            self.of_type(
                catalog,
                format!("pg_catalog.{name}({value}){filter}"),
                result,
                input,
            )
        };
        match self {
            Aggregate::Count => plain("count", pg_sys::INT8OID),
            Aggregate::Sum => match base {
                pg_sys::INT2OID | pg_sys::INT4OID => plain("sum", pg_sys::INT8OID),
                pg_sys::INT8OID | pg_sys::NUMERICOID => plain("sum", pg_sys::NUMERICOID),
                pg_sys::FLOAT4OID | pg_sys::FLOAT8OID | pg_sys::INTERVALOID | pg_sys::MONEYOID => {
                    plain("sum", base)
                }
                _ => Err(wrong(QUANTITIES)),
            },
            Aggregate::Mean => match base {
                pg_sys::INTERVALOID => plain("avg", base),
                pg_sys::MONEYOID => self.of_type(
                    catalog,
                    format!("(pg_catalog.avg({value}::pg_catalog.numeric){filter})::pg_catalog.money"),
                    base,
                    input,
                ),
                base if FLOATS.contains(&base) => plain("avg", pg_sys::FLOAT8OID),
                base if INTEGERS.contains(&base) || base == pg_sys::NUMERICOID => {
                    plain("avg", pg_sys::NUMERICOID)
                }
                _ => Err(wrong(QUANTITIES)),
            },
            Aggregate::PercentageTrue => match base {
                pg_sys::BOOLOID => self.of_type(
                    catalog,
                    format!("pg_catalog.avg(100 OPERATOR(pg_catalog.*) {value}::pg_catalog.int4){filter}"),
                    pg_sys::NUMERICOID,
                    input,
                ),
                _ => Err(wrong("booleans")),
            },
            Aggregate::Max | Aggregate::Min => {
                let name = if self == Aggregate::Max { "max" } else { "min" };
                if !comparison::is_ordered(base) {
                    return Err(wrong(ORDERED_VALUES));
                }
                let sql = if has_extremes(base) {
                    format!("pg_catalog.{name}({value}){filter}")
                } else {
                    let direction = if self == Aggregate::Max { " DESC" } else { "" };
                    format!("(pg_catalog.array_agg({value} ORDER BY {value}{direction}){not_null})[1]")
                };
                self.like_input(catalog, sql, base, input, input_type)
            }
            Aggregate::Median | Aggregate::Mode => {
                if !comparison::is_ordered(base) {
                    return Err(wrong(ORDERED_VALUES));
                }
                let function = match self {
                    Aggregate::Median => "pg_catalog.percentile_disc(0.5)",
                    _ => "pg_catalog.mode()",
                };
                let sql = format!("{function} WITHIN GROUP (ORDER BY {value}){filter}");
                self.like_input(catalog, sql, base, input, input_type)
            }
            Aggregate::PeakTime => match base {
                pg_sys::TIMEOID | pg_sys::TIMETZOID | pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID => self
                    .of_type(
                        catalog,
                        format!("msar.peak_time({value}::pg_catalog.time){filter}"),
                        pg_sys::TIMEOID,
                        input,
                    ),
                _ => Err(wrong("times and timestamps")),
            },
            Aggregate::PeakMonth if TEMPORAL.contains(&base) => {
                let sql = format!("msar.peak_month({value}::pg_catalog.date){filter}");
                Ok(Aggregated {
                    described_as: Some(catalog.type_info(pg_sys::TEXTOID)?),
                    ..self.of_type(catalog, sql, pg_sys::INT4OID, input)?
                })
            }
            Aggregate::PeakMonth => Err(wrong("dates and timestamps")),
            Aggregate::List | Aggregate::DistinctList => {
                self.compile_list(catalog, &value, base, input, &filter, wrong)
            }
        }
    }

    fn compile_list(
        self,
        catalog: &Catalog,
        value: &str,
        base: Oid,
        input: &Expression,
        filter: &str,
        wrong: impl Fn(&'static str) -> Error,
    ) -> Result<Aggregated, Error> {
        let is_distinct = self == Aggregate::DistinctList;
        let (value, base) = match base {
            // As text, since the form of intervals in JSON is not PostgreSQL's.
            pg_sys::INTERVALOID => (format!("{value}::pg_catalog.text"), pg_sys::TEXTOID),
            pg_sys::JSONOID if is_distinct => (format!("{value}::pg_catalog.jsonb"), pg_sys::JSONBOID),
            _ => (value.to_owned(), base),
        };
        if is_distinct && !comparison::is_ordered(base) {
            return Err(wrong(ORDERED_VALUES));
        }
        // An array of arrays would need arrays of one length.
        let (value, base) = match comparison::element_type(base) {
            Some(_) => (plain_sql::as_jsonb(&value, base), pg_sys::JSONBOID),
            None => (value, base),
        };
        let array = comparison::array_type(base).ok_or_else(|| wrong("values of which there are arrays"))?;
        let distinct = if is_distinct { "DISTINCT " } else { "" };
        self.of_type(
            catalog,
            format!("pg_catalog.array_agg({distinct}{value}){filter}"),
            array,
            input,
        )
    }

    fn of_type(
        self,
        catalog: &Catalog,
        sql: String,
        result: Oid,
        input: &Expression,
    ) -> Result<Aggregated, Error> {
        let type_info = catalog.type_info(result)?;
        Ok(Aggregated {
            sql,
            collation: if type_info.collation == Oid::INVALID {
                Oid::INVALID
            } else {
                input.collation()
            },
            type_info,
            described_as: None,
            keeps_modifiers: false,
        })
    }

    /// A value of the group as it is.
    fn like_input(
        self,
        catalog: &Catalog,
        sql: String,
        base: Oid,
        input: &Expression,
        input_type: &Rc<TypeInfo>,
    ) -> Result<Aggregated, Error> {
        let result = match base {
            // Their greatest and least values are of the type to which they convert.
            pg_sys::VARCHAROID | pg_sys::NAMEOID if matches!(self, Aggregate::Max | Aggregate::Min) => {
                pg_sys::TEXTOID
            }
            pg_sys::CIDROID if matches!(self, Aggregate::Max | Aggregate::Min) => pg_sys::INETOID,
            base => base,
        };
        let described_as = (result != input_type.oid).then(|| Rc::clone(input_type));
        Ok(Aggregated {
            described_as,
            keeps_modifiers: true,
            ..self.of_type(catalog, sql, result, input)?
        })
    }
}

fn cast(sql: &str, to: Oid) -> Result<String, Error> {
    let name = column_type::qualified_name(to, -1).ok_or(Error::Vanished)?;
    Ok(format!("CAST({sql} AS {name})"))
}

/// Whether PostgreSQL has max and min for a type in every version.
fn has_extremes(base: Oid) -> bool {
    const KNOWN: [Oid; 6] = [
        pg_sys::NUMERICOID,
        pg_sys::TEXTOID,
        pg_sys::VARCHAROID,
        pg_sys::BPCHAROID,
        pg_sys::INTERVALOID,
        pg_sys::MONEYOID,
    ];
    const OTHERS: [Oid; 3] = [pg_sys::NAMEOID, pg_sys::INETOID, pg_sys::CIDROID];
    [&INTEGERS[..], &FLOATS, &TEMPORAL, &TIMES, &KNOWN, &OTHERS]
        .iter()
        .any(|known| known.contains(&base))
        || column_type::is_enum(base)
        || comparison::element_type(base).is_some()
}
