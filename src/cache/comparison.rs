//! Conditions on columns that hold one value: the relation and the types of its values decide on the operator.

use super::error::MissReason;
use super::filter::EntityStatement;
use super::model::FieldClass;
use super::values::{GivenValues, ScalarForm};
use crate::statements::{Form, Literal};
use pgrx::pg_sys;

impl EntityStatement<'_> {
    /// A condition on a column; `None` where its meaning is not known.
    pub(super) fn scalar(
        &mut self,
        column: &str,
        class: FieldClass,
        relation: &str,
        values: &GivenValues,
    ) -> Result<Option<String>, MissReason> {
        if !values.links.is_empty() {
            return Ok(None);
        }
        let single = values.count == 1;
        let is_text = class == FieldClass::Text;
        Ok(match relation {
            "is" | "is_not" if single && values.has_null => {
                let fits = class != FieldClass::Checkbox;
                fits.then(|| format!("{column} IS {}NULL", if relation == "is" { "" } else { "NOT " }))
            }
            "is" | "is_not" if single => {
                let Some(value) = self.value(class, values.scalars.first()) else {
                    return Ok(None);
                };
                let equal = if is_text {
                    format!("lower({column}) = lower({value})")
                } else {
                    format!("{column} = {value}")
                };
                Some(if relation == "is" {
                    equal
                } else {
                    format!("({equal}) IS NOT TRUE")
                })
            }
            "in" | "not_in" if values.count > 0 && class != FieldClass::Checkbox => {
                let mut parts = Vec::new();
                if let Some((form, list)) = values.list {
                    let Some(list) = self.compile_list(class, form, list) else {
                        return Ok(None);
                    };
                    parts.push(if is_text {
                        format!("lower({column}) = ANY (ARRAY(SELECT lower(v) FROM unnest({list}) AS v))")
                    } else {
                        format!("{column} = ANY ({list})")
                    });
                }
                if values.has_null {
                    parts.push(format!("{column} IS NULL"));
                }
                let any = format!("({})", parts.join(" OR "));
                Some(if relation == "in" {
                    any
                } else {
                    format!("{any} IS NOT TRUE")
                })
            }
            "contains" | "not_contains" | "starts_with" | "ends_with"
                if is_text && single && !values.has_null =>
            {
                let Some((form, value)) = values.scalars.first() else {
                    return Ok(None);
                };
                if !form.is_text() {
                    return Ok(None);
                }
                self.guard_case(*form);
                Some(match relation {
                    "ends_with" => {
                        let text = self.parameters.sql(*value, Form::Value, pg_sys::TEXTOID);
                        format!("right(lower({column}), length(lower({text}))) = lower({text})")
                    }
                    relation => {
                        let form = match relation {
                            "starts_with" => Form::StartsWith,
                            _ => Form::Contains,
                        };
                        let pattern = self.parameters.sql(*value, form, pg_sys::TEXTOID);
                        let matches = format!("lower({column}) LIKE lower({pattern})");
                        if relation == "not_contains" {
                            format!("({matches}) IS NOT TRUE")
                        } else {
                            matches
                        }
                    }
                })
            }
            "less_than" | "greater_than"
                if single && !values.has_null && !is_text && class != FieldClass::Checkbox =>
            {
                let operator = if relation == "less_than" { "<" } else { ">" };
                let value = self.value(class, values.scalars.first());
                value.map(|value| format!("{column} {operator} {value}"))
            }
            "between" | "not_between"
                if values.count == 2 && !values.has_null && !is_text && class != FieldClass::Checkbox =>
            {
                let low = self.value(class, values.scalars.first());
                let high = self.value(class, values.scalars.get(1));
                low.zip(high).map(|(low, high)| {
                    if relation == "between" {
                        between(column, &low, &high)
                    } else {
                        format!("({column} < {low} OR {column} > {high})")
                    }
                })
            }
            _ => None,
        })
    }

    /// Where the server cannot ignore the case of a text's letters, nothing is compared with it.
    fn guard_case(&mut self, form: ScalarForm) {
        if form == ScalarForm::WideText {
            self.guard(
                "CASE WHEN getdatabaseencoding() IN ('UTF8', 'LATIN1') THEN lower(chr(196)) <> chr(228) ELSE true END"
                    .to_owned(),
                "the locale of this database does not know the case of letters beyond ASCII".to_owned(),
            );
        }
    }

    /// A value as a parameter of the type of a column; `None` where it is no such value.
    fn value(&mut self, class: FieldClass, given: Option<&(ScalarForm, Literal)>) -> Option<String> {
        let &(form, literal) = given?;
        let type_oid = match (class, form) {
            (FieldClass::Text, form) if form.is_text() => pg_sys::TEXTOID,
            (FieldClass::Integer, ScalarForm::Integer) => pg_sys::INT8OID,
            (FieldClass::Decimal, ScalarForm::Integer | ScalarForm::Decimal) => pg_sys::NUMERICOID,
            (FieldClass::Checkbox, ScalarForm::Boolean) => pg_sys::BOOLOID,
            (FieldClass::Date, ScalarForm::Date) => pg_sys::DATEOID,
            (FieldClass::Moment, ScalarForm::Moment) => pg_sys::TIMESTAMPTZOID,
            _ => return None,
        };
        self.guard_case(form);
        Some(self.parameters.sql(literal, Form::Value, type_oid))
    }

    fn compile_list(&mut self, class: FieldClass, form: ScalarForm, literal: Literal) -> Option<String> {
        let type_oid = match (class, form) {
            (FieldClass::Text, form) if form.is_text() => pg_sys::TEXTARRAYOID,
            (FieldClass::Integer, ScalarForm::Integer) => pg_sys::INT8ARRAYOID,
            (FieldClass::Decimal, ScalarForm::Integer | ScalarForm::Decimal) => pg_sys::NUMERICARRAYOID,
            (FieldClass::Date, ScalarForm::Date) => pg_sys::DATEARRAYOID,
            (FieldClass::Moment, ScalarForm::Moment) => pg_sys::TIMESTAMPTZARRAYOID,
            _ => return None,
        };
        self.guard_case(form);
        Some(self.parameters.sql(literal, Form::Value, type_oid))
    }
}

/// That a column is between two values, or is one of them.
pub(super) fn between(column: &str, low: &str, high: &str) -> String {
    format!("({column} >= {low} AND {column} <= {high})")
}
