//! Columns of other tables that a record is joined with along a path, as lists of values.

use super::document::{self, json_object, key_text};
use super::error::RecordError;
use super::relation::{ColumnReference, RecordColumn, RecordRelation};
use super::value::{self, Forms};
use crate::catalog::Catalog;
use crate::definition::form::lenient;
use crate::error::Error;
use crate::pg::comparison::{self, Comparison};
use crate::pg::{Oid, mixed_comparison};
use crate::previews::{self, Templates};
use serde::Deserialize;

/// The values that a record gets: the first 25.
const SHOWN: &str = "v.number OPERATOR(pg_catalog.<=) 25";

/// A joined column, as JSON and as part of a request.
#[derive(Deserialize, PartialEq, Eq, Hash, Debug, Clone)]
#[serde(expecting = "a joined column")]
pub(crate) struct JoinedColumn {
    alias: String,
    join_path: JoinPath,
    /// Which column of the last table, if not the one that the path ends on.
    #[serde(default)]
    column: Option<ColumnReference>,
    /// How the rows of the last table are shown: then each of them is a text.
    #[serde(default)]
    template: Option<JoinedTemplate>,
}

impl JoinedColumn {
    /// The name of its member of a record.
    /// How many joins lead to it.
    pub(super) fn count_joins(&self) -> usize {
        self.join_path.0.len()
    }

    pub(super) fn alias(&self) -> &str {
        &self.alias
    }
}

/// A template for the rows of the last table.
#[derive(Deserialize, PartialEq, Eq, Hash, Debug, Clone)]
#[serde(untagged, expecting = "a template, or true for that of the table")]
enum JoinedTemplate {
    OfTable(bool),
    Written(String),
}

/// Steps from table to table: `[[table, attnum], [next table, attnum]]` each.
#[derive(Deserialize, PartialEq, Eq, Hash, Debug, Clone)]
pub(crate) struct JoinPath(pub(crate) Vec<[(TableOid, Attnum); 2]>);

/// An attnum: a number, or a string of its digits.
#[derive(PartialEq, Eq, Hash, Debug, Clone, Copy)]
pub(crate) struct Attnum(i64);

impl<'de> Deserialize<'de> for Attnum {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient(deserializer).map(Self)
    }
}

/// An OID: a number, or the string that `to_jsonb` makes of an `oid`.
#[derive(Deserialize, PartialEq, Eq, Hash, Debug, Clone, Copy)]
#[serde(try_from = "serde_json::Value")]
pub(crate) struct TableOid(pub(crate) u32);

impl TryFrom<serde_json::Value> for TableOid {
    type Error = String;

    fn try_from(value: serde_json::Value) -> Result<Self, String> {
        let number = match &value {
            serde_json::Value::String(text) => text.parse().ok(),
            number => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        };
        number
            .map(Self)
            .ok_or_else(|| format!("{value} is not the OID of a table"))
    }
}

/// A column at an end of a step.
pub(crate) struct End {
    pub(crate) relation: RecordRelation,
    attnum: i16,
}

impl End {
    fn from_column(catalog: &Catalog, (relation, Attnum(attnum)): (TableOid, Attnum)) -> Result<Self, Error> {
        let relation = RecordRelation::read_relation(catalog, Oid::from(relation.0))?;
        let attnum = relation.column(&ColumnReference::Attnum(attnum))?.attnum;
        Ok(Self { relation, attnum })
    }

    pub(crate) fn column(&self) -> Result<&RecordColumn, Error> {
        self.relation.column(&ColumnReference::from(self.attnum))
    }
}

impl JoinPath {
    /// The columns at the ends of each step, checked to be a way on from `base`.
    pub(crate) fn resolve(&self, catalog: &Catalog, base: Oid) -> Result<Vec<(End, End)>, Error> {
        let invalid = |problem: String| RecordError::InvalidPath { problem };
        let mut at = base.to_u32();
        if self.0.is_empty() {
            Err(invalid("it has no step".into()))?;
        }
        for (number, [from, to]) in self.0.iter().enumerate() {
            let [from, to] = [from.0.0, to.0.0];
            if from != at {
                Err(invalid(format!(
                    "step {} begins at table {}, not at table {at}",
                    number + 1,
                    from
                )))?;
            }
            at = to;
        }
        self.0
            .iter()
            .map(|[from, to]| Ok((End::from_column(catalog, *from)?, End::from_column(catalog, *to)?)))
            .collect()
    }
}

/// That two columns are equal, as SQL. What the statement calls them stands beside them.
pub(crate) fn equal(
    (column, sql): (&RecordColumn, &str),
    (other, other_sql): (&RecordColumn, &str),
) -> Result<String, RecordError> {
    let (left, right) = (column.base_type, other.base_type);
    if comparison::operator_oid(left, Comparison::Equal).is_none() {
        return Err(no_order(column));
    }
    let operator = mixed_comparison::operator_between(left, Comparison::Equal, left, right);
    let operator = operator.ok_or_else(|| RecordError::NoOperator {
        left: column.type_info.name.to_string(),
        right: other.type_info.name.to_string(),
    })?;
    Ok(format!(
        "{} {operator} {}",
        comparison::operand(sql, column.type_info.oid),
        comparison::operand(other_sql, other.type_info.oid)
    ))
}

fn no_order(column: &RecordColumn) -> RecordError {
    RecordError::NoOrder {
        done: "joined",
        what: format!("column \"{}\"", column.name),
        type_name: column.type_info.name.to_string(),
    }
}

/// A joined column as SQL.
pub(crate) struct Joined {
    /// Common table expressions: its values, and what each row of the page gets.
    pub(crate) tables: Vec<String>,
    /// The part that it adds to a record `p`: a JSON object with its alias.
    pub(crate) member: String,
    /// How the rows read that the values belong to: the same.
    pub(crate) summaries: String,
    /// The column of the relation where the path begins.
    pub(crate) base: i16,
}

impl Joined {
    /// `number` distinguishes it from others of the request.
    pub(crate) fn compile(
        catalog: &Catalog,
        templates: &Templates,
        joined: &JoinedColumn,
        base: &RecordRelation,
        number: usize,
        forms: Forms,
    ) -> Result<Self, Error> {
        let steps = joined.join_path.resolve(catalog, base.oid)?;
        let [(first, _), ..] = steps.as_slice() else {
            return Err(RecordError::InvalidPath {
                problem: "it has no step".into(),
            }
            .into());
        };
        let base_column = first.column()?;
        // The tables of the path are j0, j1, ...: each joined to the column that the step before it ends on.
        let mut from = String::from("(SELECT DISTINCT ");
        let page_column = document::page_column(base_column);
        from.push_str(&format!(
            "{page_column} AS base FROM page WHERE {page_column} IS NOT NULL) AS k"
        ));
        let mut left = (base_column, "k.base".to_owned());
        let mut last = (first, String::new());
        for (at, (begin, end)) in steps.iter().enumerate() {
            if at > 0 {
                left = (begin.column()?, begin.column()?.sql_of(&format!("j{}", at - 1)));
            }
            let alias = format!("j{at}");
            let right = end.column()?;
            let condition = equal((left.0, &left.1), (right, &right.sql_of(&alias)))?;
            from.push_str(&format!(" JOIN {} AS {alias} ON {condition}", end.relation.sql));
            last = (end, alias);
        }
        let (target, alias) = last;
        let shown = match &joined.template {
            None | Some(JoinedTemplate::OfTable(false)) => {
                JoinedValue::values(joined, target, &alias, forms)?
            }
            Some(template) => JoinedValue::rows(catalog, templates, template, target, &alias)?,
        };
        let values = format!("joined_{number}");
        let lists = format!("joined_lists_{number}");
        let tables = vec![
            format!(
                "{values} AS (SELECT d.base, d.value, \
                 pg_catalog.row_number() OVER (PARTITION BY d.base ORDER BY d.value) AS number \
                 FROM (SELECT DISTINCT k.base, {} FROM {from}{}{}) AS d)",
                shown.selected, shown.joins, shown.condition
            ),
            format!(
                "{lists} AS (SELECT v.base, pg_catalog.json_build_object('count', pg_catalog.count(*), 'result', \
                 pg_catalog.json_agg({} ORDER BY v.number) FILTER (WHERE {SHOWN})) AS list \
                 FROM {values} AS v GROUP BY v.base)",
                shown.form
            ),
        ];
        let list = format!(
            "COALESCE((SELECT l.list FROM {lists} AS l WHERE {}), '{{\"count\": 0, \"result\": []}}')",
            equal(
                (base_column, "l.base"),
                (base_column, &format!("p.{page_column}"))
            )?
        );
        let summaries = match shown.has_keys {
            true => summaries(catalog, templates, target, &values, forms)?,
            false => "'{}'::pg_catalog.json".into(),
        };
        Ok(Self {
            tables,
            member: json_object(&[(&joined.alias, list)]),
            summaries: json_object(&[(&joined.alias, summaries)]),
            base: base_column.attnum,
        })
    }
}

/// What a record gets of the rows at the end of a path, as SQL.
struct JoinedValue {
    /// The select list: `value`, and what tells apart what is counted by itself.
    selected: String,
    /// What it joins.
    joins: String,
    /// A WHERE clause, or nothing.
    condition: String,
    /// `v.value` as JSON.
    form: String,
    /// Whether the values are those of the column that the path ends on, by which the rows can be found again.
    has_keys: bool,
}

impl JoinedValue {
    /// The distinct values of a column.
    fn values(joined: &JoinedColumn, target: &End, alias: &str, forms: Forms) -> Result<Self, Error> {
        let column = match &joined.column {
            Some(reference) => target.relation.column(reference)?,
            None => target.column()?,
        };
        if !column.is_ordered() {
            Err(no_order(column))?;
        }
        let value = column.sql_of(alias);
        Ok(Self {
            selected: format!("{value} AS value"),
            joins: String::new(),
            condition: format!(" WHERE {value} IS NOT NULL"),
            form: value::json("v.value", &column.type_info, forms),
            has_keys: joined.column.is_none(),
        })
    }

    /// A text for each row, or for each text where rows have no key.
    fn rows(
        catalog: &Catalog,
        templates: &Templates,
        template: &JoinedTemplate,
        target: &End,
        alias: &str,
    ) -> Result<Self, Error> {
        let oid = target.relation.oid;
        let preview = match template {
            JoinedTemplate::Written(template) => {
                let templates = Templates::of_text(catalog, oid, template, templates.purpose())?;
                previews::compile_row_preview(catalog, &templates, oid, alias)?
            }
            JoinedTemplate::OfTable(_) => previews::compile_row_preview(catalog, templates, oid, alias)?,
        };
        let mut selected = format!("{} AS value", preview.text);
        let key = target.relation.unique_key().unwrap_or_default();
        for (at, column) in key.iter().enumerate() {
            selected.push_str(&format!(", {} AS key{at}", column.sql_of(alias)));
        }
        Ok(Self {
            selected,
            joins: preview.joins,
            condition: String::new(),
            form: "v.value".into(),
            has_keys: false,
        })
    }
}

/// How the rows of the target read to which the values belong.
fn summaries(
    catalog: &Catalog,
    templates: &Templates,
    target: &End,
    values: &str,
    forms: Forms,
) -> Result<String, Error> {
    let column = target.column()?;
    let preview = previews::compile_row_preview(catalog, templates, target.relation.oid, "t")?;
    Ok(format!(
        "(SELECT COALESCE(pg_catalog.json_object_agg({}, {}), '{{}}') FROM (SELECT DISTINCT v.value FROM {values} AS v WHERE {SHOWN}) AS v \
         JOIN {} AS t ON {}{})",
        key_text(&[(column, "v.value".into())], forms),
        preview.text,
        target.relation.sql,
        equal((column, &column.sql_of("t")), (column, "v.value"))?,
        preview.joins
    ))
}
