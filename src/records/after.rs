//! Keyset pagination: a page that begins after a row is found by an index, however deep it is.
//!
//! With an order of several columns, "after" has several cases: the first column is greater, or it is equal and the
//! second is greater, and so on; and NULL has its own place. An index serves each case, but not their OR. So each case
//! is a query of its own with the page's limit, and the page is taken from their union; at most a few of them have
//! rows. If all directions are the same and no column is nullable, one row comparison is enough.

use super::error::RecordError;
use super::key::RecordKey;
use super::order::{self, Ordered};
use super::relation::{LISTED, RecordColumn, RecordRelation};
use crate::error::Error;
use crate::pg::comparison::{self, Comparison};
use crate::statements::Parameters;

/// The rows after the one with a key: the table expression `anchor`, which has a row if that row is there, and the
/// query. `selected` is what the page selects, `condition` what its rows must fulfil, `joins` what the order needs.
#[allow(clippy::too_many_arguments, reason = "the parts of one statement")]
pub(crate) fn compile_anchor(
    key: &RecordKey,
    relation: &RecordRelation,
    joins: &str,
    order: &[Ordered],
    selected: &str,
    condition: Option<&str>,
    limit: Option<i64>,
    parameters: &mut Parameters,
) -> Result<(String, String), Error> {
    let key_values = key.values(relation, parameters)?;
    let steps = order
        .iter()
        .map(|ordered| Step::new(ordered, &key_values))
        .collect::<Result<Vec<_>, _>>()?;
    let looked_up: Vec<String> = steps
        .iter()
        .filter(|step| step.is_looked_up)
        .map(|step| format!("{} AS {}", step.value, step.page_name))
        .collect();
    let anchor = if looked_up.is_empty() {
        // The key says where the page begins, whether its row is still there or not.
        "anchor AS (SELECT)".to_owned()
    } else {
        let condition = key.condition(relation, LISTED, parameters)?;
        format!(
            "anchor AS MATERIALIZED (SELECT {} FROM {} AS {}{joins} WHERE {condition})",
            looked_up.join(", "),
            relation.sql,
            LISTED
        )
    };
    let limit = limit.map_or(String::new(), |limit| format!(" LIMIT {limit}"));
    let clause = order::clause(order, |ordered| ordered.sql.clone());
    let choices = match number_of_choices(&steps) {
        ..=MOST_CHOICES => choices(&steps),
        _ => vec![format!("({})", any_choice(&steps))],
    };
    let mut queries: Vec<String> = choices
        .into_iter()
        .map(|choice| {
            let condition = condition.map_or(String::new(), |condition| format!("{condition} AND "));
            format!(
                "SELECT {selected} FROM {} AS {}{joins} WHERE {condition}{choice}{clause}{limit}",
                relation.sql, LISTED
            )
        })
        .collect();
    let rows = match queries.len() {
        1 => queries.remove(0),
        _ => format!(
            "SELECT q.* FROM (({})) AS q{}{limit}",
            queries.join(") UNION ALL ("),
            order::clause(order, |ordered| ordered.page_name.clone())
        ),
    };
    Ok((anchor, rows))
}

/// The most queries that are put together. Three columns that can be NULL, before a key, have 18 ways to come after a
/// row.
const MOST_CHOICES: usize = 24;

/// Where a value is a row, IS NULL would ask for its fields.
const IS_NULL: &str = "IS NOT DISTINCT FROM NULL";
const IS_NOT_NULL: &str = "IS DISTINCT FROM NULL";

/// A column of the order, with the value that the row before the page has.
struct Step<'a> {
    page_name: &'a str,
    /// As SQL that operators take.
    name: String,
    /// The SQL of the anchor: the value's own, or the column that the anchor selects.
    value: String,
    is_looked_up: bool,
    is_nullable: bool,
    is_descending: bool,
    nulls_first: bool,
    greater: String,
    equal: String,
}

impl<'a> Step<'a> {
    fn new(ordered: &'a Ordered, key: &[(&RecordColumn, String)]) -> Result<Self, RecordError> {
        let in_key = key.iter().find(|(known, _)| Some(known.attnum) == ordered.attnum);
        let following = match ordered.is_descending {
            true => Comparison::Lesser,
            false => Comparison::Greater,
        };
        let operator = |comparison| {
            comparison::operator(ordered.base_type, comparison).ok_or_else(|| order::no_order(ordered))
        };
        let name = ordered.compared.clone();
        Ok(Self {
            page_name: &ordered.page_name,
            value: match in_key {
                Some((_, value)) => value.clone(),
                None => name.clone(),
            },
            name,
            is_looked_up: in_key.is_none(),
            is_nullable: ordered.is_nullable,
            is_descending: ordered.is_descending,
            nulls_first: ordered.nulls_first,
            greater: operator(following)?,
            equal: operator(Comparison::Equal)?,
        })
    }

    /// The value of the row before the page, as SQL.
    fn anchor(&self) -> String {
        if self.is_looked_up {
            format!("(SELECT {} FROM anchor)", self.page_name)
        } else {
            self.value.clone()
        }
    }

    /// That the anchor and the row stand on the two sides of the border between NULLs and values.
    fn passes_null(&self) -> String {
        let (name, anchor) = (&self.name, self.anchor());
        match self.nulls_first {
            true => format!("{name} {IS_NOT_NULL} AND {anchor} {IS_NULL}"),
            false => format!("{name} {IS_NULL} AND {anchor} {IS_NOT_NULL}"),
        }
    }

    fn both_null(&self) -> String {
        format!("{} {IS_NULL} AND {} {IS_NULL}", self.name, self.anchor())
    }

    /// Whether a comparison of rows can go on with this column.
    fn continues(&self, first: &Step<'_>) -> bool {
        !self.is_nullable && self.is_descending == first.is_descending && self.greater == first.greater
    }
}

/// The ways in which a row can come after the anchor, no two of which hold for the same row.
fn choices(steps: &[Step<'_>]) -> Vec<String> {
    let Some((first, others)) = steps.split_first() else {
        return Vec::new();
    };
    let run = 1 + others.iter().take_while(|step| step.continues(first)).count();
    let (compared, rest) = steps.split_at(run);
    let mut choices = vec![comparison_of(compared)];
    let with = |condition: &str, choices: Vec<String>| -> Vec<String> {
        choices
            .into_iter()
            .map(|choice| format!("{condition} AND {choice}"))
            .collect()
    };
    if first.is_nullable {
        choices.push(first.passes_null());
        choices.extend(with(&first.both_null(), self::choices(others)));
    }
    let equal: Vec<String> = compared
        .iter()
        .map(|step| format!("{} {} {}", step.name, step.equal, step.anchor()))
        .collect();
    choices.extend(with(&equal.join(" AND "), self::choices(rest)));
    choices
}

/// How many choices there are.
fn number_of_choices(steps: &[Step<'_>]) -> usize {
    let mut numbers = vec![0_usize; steps.len() + 1];
    for at in (0..steps.len()).rev() {
        let (first, others) = (&steps[at], &steps[at + 1..]);
        let run = 1 + others.iter().take_while(|step| step.continues(first)).count();
        let of_null = if first.is_nullable {
            numbers[at + 1].saturating_add(1)
        } else {
            0
        };
        numbers[at] = numbers[at + run].saturating_add(of_null).saturating_add(1);
    }
    numbers[0]
}

/// All choices as one condition, where there are too many: no index serves it, but rows are found all the same.
fn any_choice(steps: &[Step<'_>]) -> String {
    let Some((first, others)) = steps.split_first() else {
        return "false".into();
    };
    let (name, anchor) = (&first.name, first.anchor());
    let follows = format!("{name} {} {anchor}", first.greater);
    let equals = format!("{name} {} {anchor}", first.equal);
    let rest = any_choice(others);
    if !first.is_nullable {
        return format!("{follows} OR ({equals} AND ({rest}))");
    }
    let (after_null, both_null) = (first.passes_null(), first.both_null());
    format!("{follows} OR ({after_null}) OR (({equals} OR ({both_null})) AND ({rest}))")
}

fn comparison_of(steps: &[Step<'_>]) -> String {
    if let [step] = steps {
        return format!("{} {} {}", step.name, step.greater, step.anchor());
    }
    let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
    let anchors: Vec<String> = steps.iter().map(Step::anchor).collect();
    let operator = steps.first().map_or("", |step| step.greater.as_str());
    format!("ROW({}) {operator} ROW({})", names.join(", "), anchors.join(", "))
}
