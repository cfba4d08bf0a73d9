//! Groups: which rows of a page belong together, and the size of each group in the whole table.

use super::condition::{Conditions, Expression, RelationColumns};
use super::document::json_object;
use super::error::RecordError;
use super::filter::Function;
use super::relation::{ColumnReference, RecordColumn};
use super::value::{self, Forms};
use crate::error::Error;
use crate::pg::{comparison, quote};

/// The columns that a request groups by.
#[derive(PartialEq, Eq, Hash, Debug)]
pub(crate) struct Grouping {
    columns: Vec<ColumnReference>,
    preprocessing: Option<Vec<Option<Function>>>,
}

/// The same as JSON.
#[derive(serde::Deserialize)]
#[serde(expecting = "a grouping")]
pub(crate) struct GroupingDocument {
    columns: Vec<ColumnReference>,
    #[serde(default)]
    preproc: Option<Vec<Option<String>>>,
}

impl GroupingDocument {
    /// `None` if it groups by nothing.
    pub(crate) fn into_grouping(self) -> Result<Option<Grouping>, RecordError> {
        if self.columns.is_empty() {
            return Ok(None);
        }
        let preprocessing = self.preproc.map(|keys| {
            keys.into_iter()
                .map(|key| key.map(|key| Function::preprocessing(&key)).transpose())
                .collect::<Result<Vec<_>, _>>()
        });
        let preprocessing = preprocessing.transpose()?;
        let extra = preprocessing
            .as_ref()
            .is_some_and(|functions| functions.len() > self.columns.len());
        if extra {
            return Err(RecordError::Invalid {
                argument: "group",
                problem: "\"preproc\" has more elements than \"columns\"".into(),
                hint: "Pass a filter key, or null, for each column.",
            });
        }
        Ok(Some(Grouping {
            columns: self.columns,
            preprocessing,
        }))
    }
}

/// A grouping as SQL.
pub(crate) struct Groups<'a> {
    members: Vec<Member<'a>>,
    /// The columns as the request has them, and what they are put through.
    preprocessing: Option<Vec<Option<Function>>>,
}

/// One of the values that the rows of a group have in common.
struct Member<'a> {
    column: &'a RecordColumn,
    expression: Expression,
}

impl<'a> Groups<'a> {
    pub(crate) fn compile(
        grouping: &Grouping,
        conditions: &Conditions<'_, RelationColumns<'a>>,
    ) -> Result<Self, Error> {
        let mut members = Vec::new();
        for (at, reference) in grouping.columns.iter().enumerate() {
            let column = conditions.columns.relation.column(reference)?;
            let mut expression = Expression::of_column(column, conditions.columns.alias);
            let function = grouping
                .preprocessing
                .as_ref()
                .and_then(|functions| functions.get(at).copied().flatten());
            if let Some(function) = function {
                expression = conditions.applied(function, expression)?;
            }
            if !comparison::is_ordered(expression.type_oid) {
                return Err(RecordError::NoOrder {
                    done: "grouped",
                    what: format!("column \"{}\"", column.name),
                    type_name: expression.type_name(),
                }
                .into());
            }
            members.push(Member { column, expression });
        }
        Ok(Self {
            members,
            preprocessing: grouping.preprocessing.clone(),
        })
    }

    /// The expression that the page selects for it: a row of the values, as `grouped`. Rows are equal where their
    /// values are, NULL or not, and can be sorted, so that groups are found by merging and not by comparing all with
    /// all.
    pub(crate) fn page_column(&self) -> String {
        format!("ROW({}) AS grouped", self.expressions().join(", "))
    }

    /// The groups of the whole table, as a common table expression that `from` (with its conditions) is the source of.
    pub(crate) fn table(&self, from: &str) -> String {
        let selected: Vec<String> = (self.expressions().into_iter().enumerate())
            .map(|(at, expression)| format!("{expression} AS g{at}"))
            .collect();
        let names: Vec<String> = (0..self.members.len()).map(|at| format!("g{at}")).collect();
        let names = names.join(", ");
        format!(
            "groups AS (SELECT {names}, ROW({names}) AS grouped, pg_catalog.count(*) AS rows, \
             pg_catalog.row_number() OVER (ORDER BY {names}) AS id \
             FROM (SELECT {} FROM {from}) AS f GROUP BY {names})",
            selected.join(", ")
        )
    }

    /// The groups of the page's rows. The page has a column `position`, from 1.
    pub(crate) fn document(&self, forms: Forms) -> String {
        let members: Vec<String> = (self.members.iter().enumerate())
            .map(|(at, member)| {
                let sql = format!("g.g{at}");
                let form = match member.is_plain() {
                    true => value::json(&sql, &member.column.type_info, forms),
                    false => sql,
                };
                format!("{form} AS \"{}\"", member.column.attnum)
            })
            .collect();
        let columns: Vec<String> = self
            .members
            .iter()
            .map(|member| member.column.attnum.to_string())
            .collect();
        let preprocessing = self.preprocessing.as_ref().map(|functions| {
            let keys: Vec<Option<&str>> = functions
                .iter()
                .map(|function| function.map(Function::key))
                .collect();
            serde_json::to_string(&keys).unwrap_or_default()
        });
        let groups = format!(
            "(SELECT COALESCE(pg_catalog.json_agg({} ORDER BY g.id), '[]') \
             FROM (SELECT g.id, g.rows, pg_catalog.jsonb_agg(p.position OPERATOR(pg_catalog.-) 1 ORDER BY p.position) AS indices, \
             (SELECT pg_catalog.to_jsonb(m) FROM (SELECT {}) AS m) AS members \
             FROM page AS p JOIN groups AS g ON p.grouped OPERATOR(pg_catalog.=) g.grouped \
             GROUP BY g.id, g.rows, members) AS g)",
            json_object(&[
                ("id", "g.id".into()),
                ("count", "g.rows".into()),
                ("results_eq", "g.members".into()),
                ("result_indices", "g.indices".into()),
            ]),
            members.join(", "),
        );
        json_object(&[
            ("columns", format!("'[{}]'::pg_catalog.jsonb", columns.join(", "))),
            (
                "preproc",
                match preprocessing {
                    Some(keys) => format!("{}::pg_catalog.jsonb", quote::literal(&keys)),
                    None => "NULL".into(),
                },
            ),
            ("groups", groups),
        ])
    }

    fn expressions(&self) -> Vec<String> {
        self.members
            .iter()
            .map(|member| member.expression.sql.clone())
            .collect()
    }
}

impl Member<'_> {
    /// Whether the column's own value counts.
    fn is_plain(&self) -> bool {
        self.expression.is_column()
    }
}
