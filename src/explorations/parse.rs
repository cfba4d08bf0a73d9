//! From JSON to an exploration. Every key is known here; what is not known is an error that names its place.

use super::aggregate::Aggregate;
use super::error::{ExplorationError, NULLS_TWICE};
use super::expression::{filter, scalar};
use super::model::{
    Aggregation, Exploration, ExplorationStep, GroupingColumn, InitialColumn, JoinStep, OrderTerm, Pivot,
    Preproc, Sample, Summary, Transformation,
};
use super::node::{Node, ObjectMembers};
use crate::error::Error;
use crate::pg::{Oid, names};
use crate::records::filter::Function;
use crate::records::relation::ColumnReference;
use crate::statements::Values;
use std::collections::BTreeMap;

const SHAPE: &str = "An exploration is {\"base_table_oid\": OID, \"initial_columns\": [{\"alias\": name, \"attnum\": number}], \
     \"transformations\": [{\"type\": key, \"spec\": any}]}; docs/explorations.md describes it.";

/// The most transformations. Each may be a subquery of the next, and PostgreSQL's parser nests only so deep.
const MOST_STEPS: usize = 200;

/// The most columns of a table, and about the most of a SELECT.
const MOST_COLUMNS: usize = 1600;

/// The most steps of a join path.
const MOST_JOINS: usize = 100;

const TRANSFORMATIONS: [&str; 12] = [
    "filter",
    "order",
    "summarize",
    "hide",
    "select",
    "limit",
    "offset",
    "distinct",
    "compute",
    "top",
    "sample",
    "pivot",
];

/// Keys that an exploration may have for those who store it; they decide nothing about its rows.
const STORED: [&str; 8] = [
    "id",
    "name",
    "description",
    "database_id",
    "schema_oid",
    "display_options",
    "view",
    "owner",
];

impl Exploration {
    /// Reads a document; its literals go into `values`.
    pub(crate) fn parse(document: &Node, values: &mut Values) -> Result<Self, Error> {
        let mut members = document.object()?;
        let base = base(&mut members)?;
        let initial = limited(&members.need("initial_columns", SHAPE)?, "columns", MOST_COLUMNS)?;
        let initial: Vec<InitialColumn> = initial
            .iter()
            .map(|node| initial_column(node, base))
            .collect::<Result<_, _>>()?;
        if initial.is_empty() {
            Err(document.invalid("an exploration has at least one initial column", SHAPE))?;
        }
        let steps = match members.take("transformations") {
            Some(transformations) => limited(&transformations, "transformations", MOST_STEPS)?
                .iter()
                .map(|node| parse_step(node, values))
                .collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        let display_names = match members.take("display_names") {
            Some(names) => display_names(&names)?,
            None => BTreeMap::new(),
        };
        for key in STORED {
            members.take(key);
        }
        members.finish()?;
        Ok(Self {
            base,
            initial,
            steps,
            display_names,
        })
    }
}

/// The base relation: by its OID, or by the names of its schema and itself.
fn base(members: &mut ObjectMembers) -> Result<Oid, Error> {
    match members.take("base_table") {
        Some(table) => {
            members.take("base_table_oid");
            named_table(&table)
        }
        None => members.need("base_table_oid", SHAPE)?.oid(),
    }
}

/// A relation by `{"schema": name, "name": name}`.
pub(super) fn named_table(node: &Node) -> Result<Oid, Error> {
    let mut members = node.object()?;
    let schema = members.need("schema", "Name the schema.")?.text()?;
    let name = members.need("name", "Name the relation.")?.text()?;
    members.finish()?;
    let found = names::find_relation(&schema, &name);
    found.ok_or_else(|| {
        ExplorationError::UnknownTable {
            schema,
            name,
            path: node.path().to_owned(),
        }
        .into()
    })
}

/// The elements of a list, of which there are not too many.
fn limited(list: &Node, what: &'static str, most: usize) -> Result<Vec<Node>, Error> {
    let elements = list.array()?;
    match elements.len() {
        number if number > most => Err(ExplorationError::TooMany {
            path: list.path().to_owned(),
            what,
            number,
            most,
        }
        .into()),
        _ => Ok(elements),
    }
}

fn display_names(node: &Node) -> Result<BTreeMap<String, String>, Error> {
    let mut names = BTreeMap::new();
    for (alias, name) in node.object()?.rest() {
        if !name.is_null() {
            names.insert(alias, name.text()?);
        }
    }
    Ok(names)
}

fn initial_column(node: &Node, base: Oid) -> Result<InitialColumn, Error> {
    const HINT: &str = "An initial column is {\"alias\": name, \"attnum\": number, \"join_path\": [[[OID, attnum], [OID, attnum]], ...]}.";
    let mut members = node.object()?;
    let alias = members.need("alias", HINT)?.text()?;
    let column = match members.take("column") {
        Some(name) => {
            members.take("attnum");
            ColumnReference::Name(name.text()?)
        }
        None => ColumnReference::Attnum(members.need("attnum", HINT)?.integer()?),
    };
    let path = match members.take("join_path") {
        Some(path) => limited(&path, "steps", MOST_JOINS)?
            .iter()
            .map(join_step)
            .collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    members.finish()?;
    let mut at = base;
    for (number, step) in path.iter().enumerate() {
        let step: &JoinStep = step;
        if step.left != at {
            Err(node.invalid(
                format!(
                    "join_path[{number}] begins at relation {}, where the path is at {}",
                    step.left.to_u32(),
                    at.to_u32()
                ),
                HINT,
            ))?;
        }
        at = step.right;
    }
    Ok(InitialColumn { alias, column, path })
}

fn join_step(node: &Node) -> Result<JoinStep, Error> {
    const EXPECTED: &str =
        "[[OID, attnum], [OID of the next relation, attnum]]; with lists of attnums for several columns";
    let ends = node.array()?;
    let [left, right] = ends.as_slice() else {
        return Err(node.must_be(EXPECTED));
    };
    let (left, left_columns) = join_end(left)?;
    let (right, right_columns) = join_end(right)?;
    if left_columns.len() != right_columns.len() || left_columns.is_empty() {
        return Err(node.must_be(EXPECTED));
    }
    Ok(JoinStep {
        left,
        left_columns,
        right,
        right_columns,
    })
}

fn join_end(node: &Node) -> Result<(Oid, Vec<ColumnReference>), Error> {
    let parts = node.array()?;
    let [relation, columns] = parts.as_slice() else {
        return Err(node.must_be("[OID, attnum]"));
    };
    let column = |node: &Node| match node.is_text() {
        true => Ok::<_, Error>(ColumnReference::Name(node.text()?)),
        false => Ok(ColumnReference::Attnum(node.integer()?)),
    };
    let columns = match columns.is_array() {
        true => columns.array()?.iter().map(column).collect::<Result<_, _>>()?,
        false => vec![column(columns)?],
    };
    let relation = match relation.is_object() {
        true => named_table(relation)?,
        false => relation.oid()?,
    };
    Ok((relation, columns))
}

/// A transformation.
pub(super) fn parse_step(node: &Node, values: &mut Values) -> Result<ExplorationStep, Error> {
    const HINT: &str = "A transformation is {\"type\": key, \"spec\": any}.";
    let mut members = node.object()?;
    let kind = members.need("type", HINT)?;
    let key = kind.text()?;
    let spec = members.take_present("spec");
    members.finish()?;
    let needed = || match &spec {
        Some(spec) if !spec.is_null() => Ok(spec.clone()),
        _ => Err(Error::from(ExplorationError::Missing {
            path: format!("{}.spec", node.path()),
            hint: HINT,
        })),
    };
    let transformation = match key.as_str() {
        "filter" => Transformation::Filter(filter(&needed()?, values)?),
        "order" => Transformation::Order(order(&needed()?)?),
        "summarize" => Transformation::Summarize(summary(&needed()?)?),
        "hide" => Transformation::Hide(needed()?.strings()?),
        "select" => Transformation::Select(needed()?.strings()?),
        "limit" => Transformation::Limit(needed()?.not_negative()?),
        "offset" => Transformation::Offset(needed()?.not_negative()?),
        "distinct" => Transformation::Distinct,
        "compute" => compute(&needed()?, values)?,
        "top" => top(&needed()?)?,
        "sample" => Transformation::Sample(sample(&needed()?, values)?),
        "pivot" => Transformation::Pivot(pivot(&needed()?, values)?),
        _ => return Err(kind.unknown("transformation", &key, TRANSFORMATIONS.into_iter())),
    };
    Ok(ExplorationStep {
        path: node.path().to_owned(),
        transformation,
    })
}

/// The items of an order.
pub(crate) fn order(node: &Node) -> Result<Vec<OrderTerm>, Error> {
    const HINT: &str = "An item is {\"field\": alias, \"direction\": \"asc\" or \"desc\", \"nulls\": \"first\" or \"last\"}.";
    let term = |node: Node| {
        let mut members = node.object()?;
        let alias = members.need("field", HINT)?.text()?;
        let is_descending = match members.take("direction") {
            None => false,
            Some(direction) => match direction.text()?.as_str() {
                "asc" => false,
                "desc" => true,
                other => return Err(direction.unknown("direction", other, ["asc", "desc"].into_iter())),
            },
        };
        let flag = |node: Option<Node>| node.map_or(Ok(false), |node| node.boolean());
        let first = flag(members.take("nullsfirst"))?;
        let last = flag(members.take("nullslast"))?;
        let nulls = match members.take("nulls") {
            None => None,
            Some(nulls) => match nulls.text()?.as_str() {
                "first" => Some(true),
                "last" => Some(false),
                other => return Err(nulls.unknown("place of NULLs", other, ["first", "last"].into_iter())),
            },
        };
        members.finish()?;
        if usize::from(first) + usize::from(last) + usize::from(nulls.is_some()) > 1 {
            return Err(node.invalid(NULLS_TWICE, HINT));
        }
        let nulls_first = nulls.unwrap_or(first || (is_descending && !last));
        Ok(OrderTerm {
            alias,
            is_descending,
            nulls_first,
        })
    };
    node.array()?.into_iter().map(term).collect()
}

fn summary(node: &Node) -> Result<Summary, Error> {
    let mut members = node.object()?;
    let base = members
        .take("base_grouping_column")
        .map(|base| base.text())
        .transpose()?;
    let list = |node: Option<Node>| node.map_or(Ok(Vec::new()), |node| node.array());
    let grouping = list(members.take("grouping_expressions"))?;
    let aggregation = list(members.take("aggregation_expressions"))?;
    members.finish()?;
    Ok(Summary {
        base,
        grouping: grouping.iter().map(grouping_column).collect::<Result<_, _>>()?,
        aggregation: aggregation
            .iter()
            .map(aggregation_column)
            .collect::<Result<_, _>>()?,
    })
}

fn grouping_column(node: &Node) -> Result<GroupingColumn, Error> {
    const HINT: &str =
        "An item is {\"input_alias\": alias, \"output_alias\": new alias, \"preproc\": function or null}.";
    let mut members = node.object()?;
    let input = members.need("input_alias", HINT)?.text()?;
    let output = members.need("output_alias", HINT)?.text()?;
    let preproc = match members.take("preproc") {
        None => None,
        Some(key) => {
            let name = key.text()?;
            let function =
                Function::of_exploration(&name).filter(|(_, least, most)| (*least..=*most).contains(&1));
            let known = Function::exploration_keys();
            let (function, ..) =
                function.ok_or_else(|| key.unknown("function of one value", &name, known))?;
            Some(Preproc { key: name, function })
        }
    };
    members.finish()?;
    Ok(GroupingColumn {
        input,
        output,
        preproc,
    })
}

fn aggregation_column(node: &Node) -> Result<Aggregation, Error> {
    const HINT: &str = "An item is {\"input_alias\": alias, \"output_alias\": new alias, \"function\": key}.";
    let mut members = node.object()?;
    let input = members.need("input_alias", HINT)?.text()?;
    let output = members.need("output_alias", HINT)?.text()?;
    let aggregate = aggregate(&members.need("function", HINT)?)?;
    members.finish()?;
    Ok(Aggregation {
        input,
        output,
        aggregate,
    })
}

fn aggregate(node: &Node) -> Result<Aggregate, Error> {
    let key = node.text()?;
    Aggregate::of_key(&key).ok_or_else(|| {
        node.unknown(
            "aggregation",
            &key,
            Aggregate::ALL.iter().map(|aggregate| aggregate.key()),
        )
    })
}

fn compute(node: &Node, values: &mut Values) -> Result<Transformation, Error> {
    const HINT: &str =
        "A computed column is {\"alias\": new alias, \"expression\": {function: [parameters]}}.";
    let mut members = node.object()?;
    let alias = members.need("alias", HINT)?.text()?;
    let value = filter(&members.need("expression", HINT)?, values)?;
    members.finish()?;
    Ok(Transformation::Compute { alias, value })
}

fn top(node: &Node) -> Result<Transformation, Error> {
    const HINT: &str =
        "The first rows of each group are {\"per\": [alias], \"order\": [item], \"limit\": number}.";
    let mut members = node.object()?;
    let per = match members.take("per") {
        Some(per) => per.strings()?,
        None => Vec::new(),
    };
    let order = order(&members.need("order", HINT)?)?;
    let limit = members.need("limit", HINT)?.not_negative()?;
    members.finish()?;
    Ok(Transformation::Top { per, order, limit })
}

fn sample(node: &Node, values: &mut Values) -> Result<Sample, Error> {
    const HINT: &str = "A sample is {\"rows\": number} or {\"percent\": number}.";
    let mut members = node.object()?;
    let rows = members.take("rows");
    let percent = members.take("percent");
    members.finish()?;
    match (rows, percent) {
        (Some(rows), None) => Ok(Sample::Rows(rows.not_negative()?)),
        (None, Some(percent)) => match percent.number()? {
            0.0..=100.0 => Ok(Sample::Percent(values.take(percent.raw()))),
            _ => Err(percent.must_be("a number from 0 to 100")),
        },
        _ => Err(node.invalid("a sample has either a number of rows or a percentage", HINT)),
    }
}

fn pivot(node: &Node, values: &mut Values) -> Result<Pivot, Error> {
    const HINT: &str = "A cross-tab is {\"rows\": [{\"input_alias\", \"output_alias\"}], \"column\": alias, \
         \"values\": [{\"literal\": value, \"output_alias\": new alias}], \"aggregation\": {\"input_alias\", \"function\"}}.";
    let mut members = node.object()?;
    let rows = members.need("rows", HINT)?.array()?;
    let column = members.need("column", HINT)?.text()?;
    let wanted = members.need("values", HINT)?;
    let mut cells = Vec::new();
    for value in limited(&wanted, "values", MOST_COLUMNS)? {
        let mut members = value.object()?;
        let literal = members
            .take_present("literal")
            .ok_or_else(|| value.invalid("a value has a \"literal\"", HINT))?;
        let alias = members.need("output_alias", HINT)?.text()?;
        members.finish()?;
        cells.push((values.take(scalar(&literal)?), alias));
    }
    if cells.is_empty() {
        return Err(wanted.must_be("a list of at least one value"));
    }
    let mut aggregation = members.need("aggregation", HINT)?.object()?;
    let input = aggregation.need("input_alias", HINT)?.text()?;
    let aggregate = aggregate(&aggregation.need("function", HINT)?)?;
    aggregation.finish()?;
    members.finish()?;
    Ok(Pivot {
        rows: rows.iter().map(grouping_column).collect::<Result<_, _>>()?,
        column,
        values: cells,
        input,
        aggregate,
    })
}
