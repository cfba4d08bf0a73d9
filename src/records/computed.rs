//! Functions that compute values: arithmetic, text, parts of dates, choices.
//!
//! Numbers are computed as `numeric`, and as `double precision` where one of them is, so that no division loses its
//! fraction and no sum overflows. Division by zero is NULL: an error would take all rows from the caller.

use super::condition::{Conditions, Expression, NamedColumns};
use super::error::{ORDERED_VALUES, RecordError};
use super::filter::{Filter, Function};
use crate::error::Error;
use crate::pg::{Oid, column_type, comparison};
use crate::statements::Sort;
use pgrx::pg_sys;

const INTEGERS: [Oid; 3] = [pg_sys::INT2OID, pg_sys::INT4OID, pg_sys::INT8OID];
const FLOATS: [Oid; 2] = [pg_sys::FLOAT4OID, pg_sys::FLOAT8OID];

/// The arithmetic of a type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arithmetic {
    Numeric,
    Float,
    Money,
    /// A date, a time or a timestamp.
    Moment,
    Interval,
}

impl Arithmetic {
    fn of_type(type_oid: Oid) -> Option<Self> {
        Some(match type_oid {
            pg_sys::NUMERICOID => Self::Numeric,
            type_oid if INTEGERS.contains(&type_oid) => Self::Numeric,
            type_oid if FLOATS.contains(&type_oid) => Self::Float,
            pg_sys::MONEYOID => Self::Money,
            pg_sys::DATEOID
            | pg_sys::TIMESTAMPOID
            | pg_sys::TIMESTAMPTZOID
            | pg_sys::TIMEOID
            | pg_sys::TIMETZOID => Self::Moment,
            pg_sys::INTERVALOID => Self::Interval,
            _ => return None,
        })
    }
}

impl<C: NamedColumns> Conditions<'_, C> {
    /// The value of a function that computes one.
    pub(super) fn computed(&mut self, function: Function, arguments: &[Filter]) -> Result<Expression, Error> {
        use Function as F;
        match (function, arguments) {
            (F::Add | F::Multiply, [first, others @ ..]) => {
                let mut sum: Option<Expression> = None;
                for other in others {
                    sum = Some(match sum {
                        None => self.arithmetic(function, first, other)?,
                        Some(sum) => self.arithmetic_of(
                            function,
                            ArithmeticOperand::Value(sum),
                            ArithmeticOperand::from_filter(other),
                        )?,
                    });
                }
                sum.ok_or_else(|| RecordError::TooComplex.into())
            }
            (F::Subtract | F::Divide | F::Modulo, [a, b]) => self.arithmetic(function, a, b),
            (F::Negate | F::Absolute | F::Floor | F::Ceiling, [value]) => {
                self.of_number(function, value, None)
            }
            (F::Round, [value]) => self.of_number(function, value, None),
            (F::Round, [value, digits]) => {
                let digits = self.integer(function, digits)?;
                self.of_number(function, value, Some(digits))
            }
            (F::Concat, values) => {
                let texts = self.texts(values)?;
                Ok(Expression::text(format!(
                    "pg_catalog.concat({})",
                    texts.join(", ")
                )))
            }
            (F::ToLowercase, [value]) => self.of_text("lower", value),
            (F::ToUppercase, [value]) => self.of_text("upper", value),
            (F::Trim, [value]) => self.of_text("btrim", value),
            (F::ToText, [value]) => {
                let value = self.value(value, pg_sys::TEXTOID)?;
                Ok(Expression::text(format!("({})", value.as_text())))
            }
            (F::Length, [value]) => {
                let text = self.value(value, pg_sys::TEXTOID)?.as_text();
                Ok(Expression::new(
                    format!("pg_catalog.length({text})"),
                    pg_sys::INT4OID,
                ))
            }
            (F::Coalesce, values) => self.chosen(function, "COALESCE", values),
            (F::Greatest, values) => self.chosen(function, "GREATEST", values),
            (F::Least, values) => self.chosen(function, "LEAST", values),
            (F::NullIf, [value, other]) => {
                let condition = self.compared(F::Equal, comparison::Comparison::Equal, value, other)?;
                let value = self.value(value, pg_sys::TEXTOID)?;
                let sql = format!("CASE WHEN {condition} THEN NULL ELSE {} END", value.sql);
                Ok(value.with_sql(format!("({sql})")))
            }
            (F::Case, parts) => self.case(function, parts),
            (F::Year, [value]) => self.date_part(function, "year", value),
            (F::Quarter, [value]) => self.date_part(function, "quarter", value),
            (F::Month, [value]) => self.date_part(function, "month", value),
            (F::Week, [value]) => self.date_part(function, "week", value),
            (F::Day, [value]) => self.date_part(function, "day", value),
            (F::DayOfWeek, [value]) => self.date_part(function, "isodow", value),
            (F::DayOfYear, [value]) => self.date_part(function, "doy", value),
            (F::Hour, [value]) => self.date_part(function, "hour", value),
            (F::Minute, [value]) => self.date_part(function, "minute", value),
            (F::Second, [value]) => self.date_part(function, "second", value),
            (F::ArrayLength, [array, dimension]) => {
                let array = self.value(array, pg_sys::TEXTARRAYOID)?;
                if comparison::element_type(array.type_oid).is_none() {
                    return Err(wrong_type(function, "arrays", &array));
                }
                let dimension = self.integer(function, dimension)?;
                Ok(Expression::new(
                    format!("COALESCE(pg_catalog.array_length({}, {dimension}), 0)", array.sql),
                    pg_sys::INT4OID,
                ))
            }
            (F::CurrentDate, []) => Ok(Expression::new("CURRENT_DATE".into(), pg_sys::DATEOID)),
            (F::CurrentTime, []) => Ok(Expression::new("LOCALTIME".into(), pg_sys::TIMEOID)),
            (F::CurrentDatetime, []) => Ok(Expression::new(
                "CURRENT_TIMESTAMP".into(),
                pg_sys::TIMESTAMPTZOID,
            )),
            _ => Err(RecordError::WrongArguments {
                key: function.key(),
                takes: "another number of arguments".into(),
                given: arguments.len(),
            }
            .into()),
        }
    }

    fn texts(&mut self, values: &[Filter]) -> Result<Vec<String>, Error> {
        values
            .iter()
            .map(|value| Ok(self.value(value, pg_sys::TEXTOID)?.as_text()))
            .collect()
    }

    fn of_text(&mut self, name: &str, value: &Filter) -> Result<Expression, Error> {
        let text = self.value(value, pg_sys::TEXTOID)?.as_text();
        Ok(Expression::text(format!("pg_catalog.{name}({text})")))
    }

    fn arithmetic(&mut self, function: Function, a: &Filter, b: &Filter) -> Result<Expression, Error> {
        self.arithmetic_of(
            function,
            ArithmeticOperand::from_filter(a),
            ArithmeticOperand::from_filter(b),
        )
    }

    fn arithmetic_of(
        &mut self,
        function: Function,
        a: ArithmeticOperand,
        b: ArithmeticOperand,
    ) -> Result<Expression, Error> {
        // What is not a literal decides what a literal is.
        let known_a = self.known(&a)?;
        let known_b = self.known(&b)?;
        let a = match known_a {
            Some(a) => a,
            None => self.literal_beside(function, &a, known_b.as_ref(), true)?,
        };
        let b = match known_b {
            Some(b) => b,
            None => self.literal_beside(function, &b, Some(&a), false)?,
        };
        let kind = |value: &Expression| {
            Arithmetic::of_type(value.type_oid)
                .ok_or_else(|| wrong_type(function, "numbers, money, dates, times and intervals", value))
        };
        let (kind_a, kind_b) = (kind(&a)?, kind(&b)?);
        let operator = match function {
            Function::Add => "+",
            Function::Subtract => "-",
            Function::Multiply => "*",
            Function::Divide => "/",
            _ => "%",
        };
        let binary = |a: String, b: String, type_oid: Oid| {
            Ok(Expression::new(
                format!("({a} OPERATOR(pg_catalog.{operator}) {b})"),
                type_oid,
            ))
        };
        let is_division = matches!(function, Function::Divide | Function::Modulo);
        let divisor = |b: String, zero: &str| match is_division {
            true => format!("CASE WHEN {b} OPERATOR(pg_catalog.=) {zero} THEN NULL ELSE {b} END"),
            false => b,
        };
        use Arithmetic as A;
        match (function, kind_a, kind_b) {
            (_, A::Numeric, A::Numeric) => {
                let b = divisor(as_type(&b, pg_sys::NUMERICOID), "0");
                binary(as_type(&a, pg_sys::NUMERICOID), b, pg_sys::NUMERICOID)
            }
            (Function::Modulo, A::Numeric | A::Float, A::Numeric | A::Float) => {
                let b = divisor(as_type(&b, pg_sys::NUMERICOID), "0");
                binary(as_type(&a, pg_sys::NUMERICOID), b, pg_sys::NUMERICOID)
            }
            (_, A::Numeric | A::Float, A::Numeric | A::Float) => {
                let b = divisor(as_type(&b, pg_sys::FLOAT8OID), "0");
                binary(as_type(&a, pg_sys::FLOAT8OID), b, pg_sys::FLOAT8OID)
            }
            (Function::Add | Function::Subtract, A::Money, A::Money) => {
                binary(a.sql, b.sql, pg_sys::MONEYOID)
            }
            (Function::Divide, A::Money, A::Money) => {
                let b = divisor(b.sql, "0::pg_catalog.int4::pg_catalog.money");
                binary(a.sql, b, pg_sys::FLOAT8OID)
            }
            (Function::Multiply | Function::Divide, A::Money | A::Interval, A::Numeric | A::Float) => {
                let b = divisor(as_type(&b, pg_sys::FLOAT8OID), "0");
                binary(a.sql, b, a.type_oid)
            }
            (Function::Multiply, A::Numeric | A::Float, A::Money | A::Interval) => {
                binary(as_type(&a, pg_sys::FLOAT8OID), b.sql, b.type_oid)
            }
            (Function::Add | Function::Subtract, A::Interval, A::Interval) => {
                binary(a.sql, b.sql, pg_sys::INTERVALOID)
            }
            (Function::Add | Function::Subtract, A::Moment, A::Interval) => {
                let result = after_interval(a.type_oid);
                binary(a.sql, b.sql, result)
            }
            (Function::Add, A::Interval, A::Moment) => {
                let result = after_interval(b.type_oid);
                binary(a.sql, b.sql, result)
            }
            (Function::Subtract, A::Moment, A::Moment) => match (a.type_oid, b.type_oid) {
                (pg_sys::DATEOID, pg_sys::DATEOID) => binary(a.sql, b.sql, pg_sys::INT4OID),
                (x, y) if x == y && x != pg_sys::TIMETZOID => binary(a.sql, b.sql, pg_sys::INTERVALOID),
                (
                    pg_sys::DATEOID | pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID,
                    pg_sys::DATEOID | pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID,
                ) => {
                    let common = match [a.type_oid, b.type_oid].contains(&pg_sys::TIMESTAMPTZOID) {
                        true => pg_sys::TIMESTAMPTZOID,
                        false => pg_sys::TIMESTAMPOID,
                    };
                    binary(as_type(&a, common), as_type(&b, common), pg_sys::INTERVALOID)
                }
                _ => Err(wrong_type(function, "two dates, two times or two timestamps", &b)),
            },
            _ => Err(wrong_type(function, "values that go together", &b)),
        }
    }

    /// The value of an operand that is not a literal.
    fn known(&mut self, operand: &ArithmeticOperand) -> Result<Option<Expression>, Error> {
        match operand {
            ArithmeticOperand::Value(value) => Ok(Some(value.clone())),
            ArithmeticOperand::Filter(Filter::Literal(_)) => Ok(None),
            ArithmeticOperand::Filter(filter) => Ok(Some(self.value(filter, pg_sys::TEXTOID)?)),
        }
    }

    /// A literal beside another operand.
    fn literal_beside(
        &mut self,
        function: Function,
        operand: &ArithmeticOperand,
        other: Option<&Expression>,
        is_left: bool,
    ) -> Result<Expression, Error> {
        let ArithmeticOperand::Filter(filter) = operand else {
            return Err(RecordError::TooComplex.into());
        };
        let is_number = matches!(filter, Filter::Literal(literal) if literal.sort == Sort::Number);
        let scales = matches!(function, Function::Multiply | Function::Divide | Function::Modulo);
        let expected = match other.and_then(|other| Arithmetic::of_type(other.type_oid)) {
            Some(Arithmetic::Moment | Arithmetic::Interval) if !scales => match (is_left, other) {
                (true, Some(other)) if function == Function::Subtract => other.type_oid,
                _ => pg_sys::INTERVALOID,
            },
            Some(Arithmetic::Money) if !scales => pg_sys::MONEYOID,
            Some(Arithmetic::Float) => pg_sys::FLOAT8OID,
            None if !is_number && other.is_some() => pg_sys::TEXTOID,
            _ => pg_sys::NUMERICOID,
        };
        self.value(filter, expected)
    }

    /// A number as an integer. Other types may have casts of their owners.
    fn integer(&mut self, function: Function, value: &Filter) -> Result<String, Error> {
        let value = self.value(value, pg_sys::INT4OID)?;
        match Arithmetic::of_type(value.type_oid) {
            Some(Arithmetic::Numeric | Arithmetic::Float) => Ok(as_type(&value, pg_sys::INT4OID)),
            _ => Err(wrong_type(function, "numbers", &value)),
        }
    }

    fn of_number(
        &mut self,
        function: Function,
        value: &Filter,
        digits: Option<String>,
    ) -> Result<Expression, Error> {
        let value = self.value(value, pg_sys::NUMERICOID)?;
        let type_oid = match Arithmetic::of_type(value.type_oid) {
            Some(Arithmetic::Numeric) => pg_sys::NUMERICOID,
            Some(Arithmetic::Float) if digits.is_some() => pg_sys::NUMERICOID,
            Some(Arithmetic::Float) => pg_sys::FLOAT8OID,
            Some(Arithmetic::Interval) if function == Function::Negate => pg_sys::INTERVALOID,
            _ => return Err(wrong_type(function, "numbers", &value)),
        };
        let number = as_type(&value, type_oid);
        let sql = match (function, digits) {
            (Function::Negate, _) => format!("(OPERATOR(pg_catalog.-) {number})"),
            (Function::Absolute, _) => format!("pg_catalog.abs({number})"),
            (Function::Floor, _) => format!("pg_catalog.floor({number})"),
            (Function::Ceiling, _) => format!("pg_catalog.ceil({number})"),
            (_, Some(digits)) => format!("pg_catalog.round({number}, {digits})"),
            (_, None) => format!("pg_catalog.round({number})"),
        };
        Ok(Expression::new(sql, type_oid))
    }

    fn date_part(&mut self, function: Function, part: &str, value: &Filter) -> Result<Expression, Error> {
        let value = self.value(value, pg_sys::TIMESTAMPTZOID)?;
        let is_of_day = matches!(function, Function::Hour | Function::Minute | Function::Second);
        let fits = match value.type_oid {
            pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID => true,
            pg_sys::DATEOID => !is_of_day,
            pg_sys::TIMEOID | pg_sys::TIMETZOID => is_of_day,
            pg_sys::INTERVALOID => {
                is_of_day || matches!(function, Function::Year | Function::Month | Function::Day)
            }
            _ => false,
        };
        if !fits {
            return Err(wrong_type(
                function,
                "dates, times or timestamps that have such a part",
                &value,
            ));
        }
        let type_oid = match function {
            Function::Second => pg_sys::NUMERICOID,
            _ => pg_sys::INT4OID,
        };
        let part = Expression::new(
            format!("pg_catalog.date_part('{part}', {})", value.sql),
            pg_sys::FLOAT8OID,
        );
        Ok(Expression::new(as_type(&part, type_oid), type_oid))
    }

    /// The type that several values have in common, and the values as such.
    fn in_common(&mut self, function: Function, values: &[&Filter]) -> Result<(Vec<String>, Oid), Error> {
        let mut common: Option<Expression> = None;
        for value in values {
            if matches!(value, Filter::Literal(_)) {
                continue;
            }
            let value = self.value(value, pg_sys::TEXTOID)?;
            common = Some(match common {
                None => value,
                Some(common) => {
                    let type_oid = common_type(common.type_oid, value.type_oid)
                        .ok_or_else(|| wrong_type(function, "values of one type", &value))?;
                    Expression::new(common.sql, type_oid)
                }
            });
        }
        let is_number =
            |value: &&&Filter| matches!(value, Filter::Literal(literal) if literal.sort == Sort::Number);
        let type_oid = match common {
            Some(common)
                if INTEGERS.contains(&common.type_oid) && values.iter().any(|value| is_number(&value)) =>
            {
                pg_sys::NUMERICOID
            }
            Some(common) => common.type_oid,
            None if values.iter().any(|value| is_number(&value)) => pg_sys::NUMERICOID,
            None => pg_sys::TEXTOID,
        };
        let values = values
            .iter()
            .map(|value| Ok(as_type(&self.value(value, type_oid)?, type_oid)))
            .collect::<Result<_, Error>>()?;
        Ok((values, type_oid))
    }

    fn chosen(&mut self, function: Function, name: &str, values: &[Filter]) -> Result<Expression, Error> {
        let values: Vec<&Filter> = values.iter().collect();
        let (values, type_oid) = self.in_common(function, &values)?;
        if function != Function::Coalesce && !comparison::is_ordered(type_oid) {
            let value = Expression::new(String::new(), type_oid);
            return Err(wrong_type(function, ORDERED_VALUES, &value));
        }
        Ok(Expression::new(
            format!("{name}({})", values.join(", ")),
            type_oid,
        ))
    }

    /// Conditions and values by turns, and maybe a value for all other rows.
    fn case(&mut self, function: Function, parts: &[Filter]) -> Result<Expression, Error> {
        let (pairs, otherwise) = parts.as_chunks::<2>();
        let values: Vec<&Filter> = pairs.iter().map(|[_, value]| value).chain(otherwise).collect();
        let (values, type_oid) = self.in_common(function, &values)?;
        let mut sql = String::from("CASE");
        for ([condition, _], value) in pairs.iter().zip(&values) {
            let condition = self.condition(condition)?;
            sql.push_str(&format!(" WHEN {condition} THEN {value}"));
        }
        if let (Some(value), false) = (values.last(), otherwise.is_empty()) {
            sql.push_str(&format!(" ELSE {value}"));
        }
        sql.push_str(" END");
        Ok(Expression::new(format!("({sql})"), type_oid))
    }
}

/// An operand of arithmetic.
enum ArithmeticOperand<'a> {
    Filter(&'a Filter),
    Value(Expression),
}

impl<'a> ArithmeticOperand<'a> {
    fn from_filter(filter: &'a Filter) -> Self {
        Self::Filter(filter)
    }
}

/// The type of a date or time to which an interval is added.
fn after_interval(type_oid: Oid) -> Oid {
    match type_oid {
        pg_sys::DATEOID => pg_sys::TIMESTAMPOID,
        other => other,
    }
}

/// The type that values of two types have in common.
fn common_type(a: Oid, b: Oid) -> Option<Oid> {
    const TEXTS: [Oid; 4] = [
        pg_sys::TEXTOID,
        pg_sys::VARCHAROID,
        pg_sys::BPCHAROID,
        pg_sys::NAMEOID,
    ];
    let both = |known: &[Oid]| known.contains(&a) && known.contains(&b);
    let numbers = [&INTEGERS[..], &FLOATS, &[pg_sys::NUMERICOID]].concat();
    if a == b {
        Some(a)
    } else if both(&numbers) {
        let is_float = FLOATS.contains(&a) || FLOATS.contains(&b);
        Some(if is_float {
            pg_sys::FLOAT8OID
        } else {
            pg_sys::NUMERICOID
        })
    } else if both(&TEXTS) {
        Some(pg_sys::TEXTOID)
    } else if both(&[pg_sys::DATEOID, pg_sys::TIMESTAMPOID]) {
        Some(pg_sys::TIMESTAMPOID)
    } else if both(&[pg_sys::DATEOID, pg_sys::TIMESTAMPOID, pg_sys::TIMESTAMPTZOID]) {
        Some(pg_sys::TIMESTAMPTZOID)
    } else {
        None
    }
}

/// A value as one of another type.
fn as_type(value: &Expression, type_oid: Oid) -> String {
    if value.type_oid == type_oid && !value.type_info().is_some_and(|info| info.oid != type_oid) {
        return value.sql.clone();
    }
    let name = column_type::qualified_name(type_oid, -1).unwrap_or_default();
    format!("({}::{name})", value.sql)
}

fn wrong_type(function: Function, takes: &'static str, value: &Expression) -> Error {
    RecordError::WrongType {
        key: function.key(),
        takes,
        type_name: value.type_name(),
    }
    .into()
}
