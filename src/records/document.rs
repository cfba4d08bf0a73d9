//! The parts of a result, each an SQL expression over the rows of a page.
//!
//! A page is a common table expression called `page`, which has a column `c<attnum>` for each column of the relation
//! that a part needs, and is computed once. Linked rows are looked up for the distinct keys of the page, after its
//! limit was applied. Users' names appear only as quoted keys of JSON, so they cannot collide with names of the
//! statement.
//!
//! Parts are of type `json`, and the whole is cast to jsonb once: building a page as text and parsing it took two
//! thirds of the time of building it as jsonb, which copies each part into the next larger one.

use super::error::RecordError;
use super::relation::{ColumnReference, RecordColumn, RecordRelation};
use super::value::{self, Forms, MemberKeys};
use crate::catalog::Catalog;
use crate::catalog::link::ForeignKeyLink;
use crate::error::{Error, hints};
use crate::json_words;
use crate::metadata::column_names::number_template;
use crate::pg::quote;
use crate::previews::{self, Purpose, Templates, comparison};
use pgrx::pg_sys;
use serde_json::Value;

/// The name of a column in the page.
pub(crate) fn page_column(column: &RecordColumn) -> String {
    format!("c{}", column.attnum)
}

/// The columns of the page as a select list over a relation that the statement calls `alias`.
pub(crate) fn page_columns(columns: &[&RecordColumn], alias: &str) -> String {
    let items: Vec<String> = columns
        .iter()
        .map(|column| format!("{} AS {}", column.sql_of(alias), page_column(column)))
        .collect();
    items.join(", ")
}

/// A row of the page as a FROM item: a row `v` whose columns are named as the members of a record. `source` gives the
/// row `p`, if nothing around does. What makes JSON of a row has no limit on the number of columns, which a function
/// with two arguments a column has.
pub(crate) fn record(columns: &[&RecordColumn], forms: Forms, source: Option<&str>) -> String {
    let items: Vec<String> = columns
        .iter()
        .map(|column| {
            let form = value::json(&format!("p.{}", page_column(column)), &column.type_info, forms);
            format!("{form} AS {}", forms.keys.identifier(column))
        })
        .collect();
    let source = source.map_or(String::new(), |source| format!(" FROM {source} AS p"));
    format!("(SELECT {}{source}) AS v", items.join(", "))
}

/// The largest value, in bytes, that is returned unless larger ones are asked for.
pub(crate) const LARGE: i64 = 1_000_000;

/// Columns whose values can be large, and the most bytes of a value that is returned.
pub(crate) struct SizeLimit<'a> {
    columns: Vec<&'a RecordColumn>,
    most: i64,
}

impl<'a> SizeLimit<'a> {
    /// `None`: no value can be too large.
    pub(crate) fn new(columns: &[&'a RecordColumn], key: &[i16], most: Option<i64>) -> Option<Self> {
        // What addresses the row is always returned.
        let is_limited = |column: &&RecordColumn| size(column, "").is_some() && !key.contains(&column.attnum);
        let columns: Vec<_> = columns.iter().copied().filter(is_limited).collect();
        let most = most?;
        (!columns.is_empty()).then_some(Self { columns, most })
    }

    /// Whether the value of a column in the row `p` is too large; `None` for a column without large values.
    fn is_exceeded(&self, column: &RecordColumn) -> Option<String> {
        let known = self.columns.iter().find(|known| known.attnum == column.attnum)?;
        let value = format!("p.{}", page_column(known));
        let size = size(known, &value)?;
        let is_exceeded = format!("{size} OPERATOR(pg_catalog.>) {}", self.most);
        // Few have to be printed: no compression is as good as that.
        const COMPRESSION: i64 = 600;
        Some(match is_json(known) {
            true => format!(
                "CASE WHEN pg_catalog.pg_column_size({value}) OPERATOR(pg_catalog.>) {} THEN {is_exceeded} ELSE false END",
                self.most / COMPRESSION
            ),
            false => is_exceeded,
        })
    }

    /// The members of the row `p` that are too large, as an array of text.
    fn exceeding(&self, keys: MemberKeys) -> String {
        let items: Vec<String> = self
            .columns
            .iter()
            .filter_map(|column| {
                let is_exceeded = self.is_exceeded(column)?;
                let name = quote::literal(&keys.name(column));
                Some(format!(
                    "CASE WHEN {is_exceeded} THEN {name}::pg_catalog.text END"
                ))
            })
            .collect();
        format!("pg_catalog.array_remove(ARRAY[{}], NULL)", items.join(", "))
    }

    /// The sizes of the values of the page that are left out: for each record an object, or an empty array.
    pub(crate) fn omitted(&self, keys: MemberKeys) -> String {
        let mut objects = String::new();
        let mut conditions = Vec::new();
        for column in &self.columns {
            if let (Some(is_exceeded), Some(size)) = (
                self.is_exceeded(column),
                size(column, &format!("p.{}", page_column(column))),
            ) {
                let name = quote::literal(&keys.name(column));
                if !objects.is_empty() {
                    objects.push_str(" OPERATOR(pg_catalog.||) ");
                }
                objects.push_str(&format!(
                    "CASE WHEN {is_exceeded} THEN pg_catalog.jsonb_build_object({name}, {size}) ELSE '{{}}' END"
                ));
                conditions.push(is_exceeded);
            }
        }
        format!(
            "(SELECT CASE WHEN pg_catalog.bool_or({}) THEN pg_catalog.json_agg({objects}) ELSE '[]' END FROM page AS p)",
            conditions.join(" OR ")
        )
    }
}

fn is_json(column: &RecordColumn) -> bool {
    [pg_sys::JSONOID, pg_sys::JSONBOID, pg_sys::XMLOID].contains(&column.base_type)
}

/// How many bytes a value has, as SQL; `None` for a type whose values are small. Texts that are stored apart from their
/// rows are not read for that.
fn size(column: &RecordColumn, value: &str) -> Option<String> {
    let type_name = match column.base_type {
        pg_sys::TEXTOID | pg_sys::VARCHAROID => "text",
        pg_sys::BPCHAROID => "bpchar",
        pg_sys::BYTEAOID => "bytea",
        _ if is_json(column) => "text",
        _ => return None,
    };
    Some(format!(
        "pg_catalog.octet_length({value}::pg_catalog.{type_name})"
    ))
}

/// The records of the page without values that are too large, each with more members.
pub(crate) fn limited_results(
    columns: &[&RecordColumn],
    forms: Forms,
    limit: &SizeLimit,
    more: Option<&str>,
) -> String {
    let items: Vec<String> = columns
        .iter()
        .map(|column| {
            let value = format!("p.{}", page_column(column));
            let form = value::json(&value, &column.type_info, forms);
            let form = match limit.is_exceeded(column) {
                Some(is_exceeded) => format!("CASE WHEN NOT {is_exceeded} THEN {form} END"),
                None => form,
            };
            format!("{form} AS {}", forms.keys.identifier(column))
        })
        .collect();
    let record = match more {
        Some(more) => format!(
            "(pg_catalog.to_jsonb(v.*) OPERATOR(pg_catalog.-) o.large) OPERATOR(pg_catalog.||) {more} ORDER BY p.position"
        ),
        None => "CASE WHEN o.large OPERATOR(pg_catalog.=) '{}' THEN pg_catalog.to_json(v.*) \
                 ELSE (pg_catalog.to_jsonb(v.*) OPERATOR(pg_catalog.-) o.large)::pg_catalog.json END"
            .to_owned(),
    };
    format!(
        "(SELECT COALESCE(pg_catalog.json_agg({record}), '[]') FROM page AS p, \
         LATERAL (SELECT {}) AS v, LATERAL (SELECT {} AS large) AS o)",
        items.join(", "),
        limit.exceeding(forms.keys)
    )
}

/// The records of the page, in its order.
pub(crate) fn results(columns: &[&RecordColumn], forms: Forms) -> String {
    let record = record(columns, forms, Some("page"));
    format!("(SELECT COALESCE(pg_catalog.json_agg(v.*), '[]') FROM {record})")
}

/// The key of a row as the key of a JSON object: the value of a single column, or the text of an object
/// `{attnum: value}`. `column` gives what the statement calls a column.
pub(crate) fn key_text(key: &[(&RecordColumn, String)], forms: Forms) -> String {
    match key {
        [(column, sql)] => value::key(sql, &column.type_info, forms),
        _ => format!("{}::pg_catalog.text", key_object(key, forms)),
    }
}

/// The key of a row as JSON: the value of a single column, or an object `{attnum: value}`.
pub(crate) fn key_json(key: &[(&RecordColumn, String)], forms: Forms) -> String {
    match key {
        [(column, sql)] => format!(
            "pg_catalog.to_jsonb({})",
            value::json(sql, &column.type_info, forms)
        ),
        _ => key_object(key, forms),
    }
}

fn key_object(key: &[(&RecordColumn, String)], forms: Forms) -> String {
    let items: Vec<String> = key
        .iter()
        .map(|(column, sql)| {
            format!(
                "{}, {}",
                quote::literal(&forms.keys.name_in_key(column)),
                value::json(sql, &column.type_info, forms)
            )
        })
        .collect();
    // A key has 32 columns at most.
    format!("pg_catalog.jsonb_build_object({})", items.join(", "))
}

/// The templates in force for a call. `passed` is what it has for `table_record_summary_templates`, as JSON; columns may
/// have their names there.
pub(crate) fn templates(
    catalog: &Catalog,
    passed: Option<&str>,
    purpose: Purpose,
) -> Result<Templates, Error> {
    let parsed = passed.map(serde_json::from_str::<Value>).transpose();
    let mut parsed = parsed.map_err(|problem| RecordError::Invalid {
        argument: "table_record_summary_templates",
        problem: json_words::describe_problem(&problem),
        hint: hints::LESS_NESTED,
    })?;
    for (table, template) in parsed.iter_mut().filter_map(Value::as_object_mut).flatten() {
        if let (Ok(oid), Value::Array(parts)) = (table.parse::<u32>(), template) {
            number_template(catalog, oid.into(), parts)?;
        }
    }
    Templates::new(parsed, purpose)
}

/// How the rows of the page read: `{key: text}`, or NULL if the page is empty or its rows have no key.
pub(crate) fn record_summaries(
    catalog: &Catalog,
    templates: &Templates,
    relation: &RecordRelation,
    forms: Forms,
) -> Result<String, Error> {
    let Some(key) = relation.readable_key() else {
        return Ok("NULL".into());
    };
    let preview = previews::compile_row_preview(catalog, templates, relation.oid, "s")?;
    // The preview names columns as the relation does.
    let columns: Vec<String> = relation
        .readable()
        .map(|column| format!("{} AS {}", page_column(column), column.sql))
        .collect();
    let key: Vec<_> = key
        .into_iter()
        .map(|column| (column, column.sql_of("s")))
        .collect();
    Ok(format!(
        "(SELECT pg_catalog.json_object_agg({}, {}) FROM (SELECT {} FROM page) AS s{})",
        key_text(&key, forms),
        preview.text,
        columns.join(", "),
        preview.joins
    ))
}

/// Which links get previews.
#[derive(PartialEq, Eq, Hash, Debug, Clone)]
pub(crate) enum Linked {
    All,
    None,
    /// Those of these columns.
    Of(Vec<ColumnReference>),
}

/// A foreign key of the relation and the table that it leads to.
pub(crate) type LinkTo = (ForeignKeyLink, RecordRelation);

impl Linked {
    /// The links of a relation that get previews.
    pub(crate) fn links(&self, catalog: &Catalog, relation: &RecordRelation) -> Result<Vec<LinkTo>, Error> {
        let wanted = match self {
            Linked::None => return Ok(Vec::new()),
            Linked::All => None,
            Linked::Of(references) => Some(
                references
                    .iter()
                    .map(|reference| relation.column(reference).map(|column| column.attnum))
                    .collect::<Result<Vec<_>, _>>()?,
            ),
        };
        let mut links = relation.links(catalog)?;
        if let Some(wanted) = wanted {
            links.retain(|(link, _)| link.attnums().any(|attnum| wanted.contains(&attnum)));
        }
        Ok(links)
    }
}

/// How the rows read that the page links to: `{attnum: {key: text}}`, or NULL without links. A key of several columns
/// stands under their attnums, joined by commas.
pub(crate) fn linked_summaries(
    catalog: &Catalog,
    templates: &Templates,
    relation: &RecordRelation,
    links: &[LinkTo],
    forms: Forms,
) -> Result<String, Error> {
    if links.is_empty() {
        return Ok("NULL".into());
    }
    let items = links
        .iter()
        .map(|(link, target)| {
            let attnums: Vec<String> = link.attnums().map(|attnum| attnum.to_string()).collect();
            let name = |attnum: i16| {
                relation
                    .readable_by_number(attnum)
                    .map_or(String::new(), page_column)
            };
            let summaries = linked_by(catalog, templates, relation, link, target, forms, &name)?;
            Ok(format!("{summaries} AS \"{}\"", attnums.join(",")))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(format!(
        "(SELECT pg_catalog.row_to_json(l) FROM (SELECT {}) AS l)",
        items.join(", ")
    ))
}

/// How the rows read that the page links to, beside its rows: for each link an object `{columns: [text of each row]}`.
pub(crate) fn links_of_rows(
    catalog: &Catalog,
    templates: &Templates,
    relation: &RecordRelation,
    links: &[LinkTo],
    forms: Forms,
) -> Result<Vec<String>, Error> {
    let mut objects = Vec::with_capacity(links.len());
    for (link, target) in links {
        let mut names = Vec::new();
        let mut conditions = Vec::new();
        let mut is_there = String::new();
        for pair in &link.columns {
            let (Some(column), Some(referenced)) = (
                relation.readable_by_number(pair.attnum),
                target.readable_by_number(pair.referenced),
            ) else {
                continue;
            };
            names.push(forms.keys.name(column));
            is_there = format!("{} IS NOT NULL", referenced.sql_of("t"));
            conditions.extend(comparison::compile_comparison(
                catalog,
                pair.operator,
                referenced.operand(referenced.sql_of("t")),
                column.operand(format!("p.{}", page_column(column))),
            )?);
        }
        // An operator in a schema that is closed to the role, or a cast that is not PostgreSQL's own.
        if conditions.len() < link.columns.len() {
            continue;
        }
        let preview = previews::compile_row_preview(catalog, templates, target.oid, "t")?;
        let texts = format!(
            "(SELECT COALESCE(pg_catalog.json_agg(CASE WHEN {is_there} THEN {} END ORDER BY p.position), '[]') \
             FROM page AS p LEFT JOIN {} AS t ON {}{})",
            preview.text,
            target.referenced_sql,
            conditions.join(" AND "),
            preview.joins
        );
        objects.push(json_object(&[(&names.join(","), texts)]));
    }
    Ok(objects)
}

/// The values of the page as their display options show them: an array of objects, in the order of the page.
pub(crate) fn display(
    catalog: &Catalog,
    relation: &RecordRelation,
    columns: &[&RecordColumn],
    keys: MemberKeys,
    limit: Option<&SizeLimit>,
) -> Result<String, Error> {
    let shown = previews::ColumnDisplay::of_relation(catalog, relation.oid)?;
    let items = columns
        .iter()
        .map(|column| {
            let mut text = shown.show(catalog, column.attnum, &format!("p.{}", page_column(column)))?;
            if let Some(is_exceeded) = limit.and_then(|limit| limit.is_exceeded(column)) {
                text = format!("CASE WHEN NOT {is_exceeded} THEN {text} END");
            }
            Ok(format!("{text} AS {}", keys.identifier(column)))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(rows_of_page(&items))
}

/// The rows of the page as an array of objects with these items of a SELECT. The row is aggregated by its relation: a column
/// may be called as the row is.
pub(crate) fn rows_of_page(items: &[String]) -> String {
    format!(
        "(SELECT COALESCE(pg_catalog.json_agg(v.*), '[]') FROM (SELECT {} FROM page AS p) AS v)",
        items.join(", ")
    )
}

/// How the rows read to which one link of the page leads: `{key: text}`. `name` says what the page calls a column.
pub(crate) fn linked_by(
    catalog: &Catalog,
    templates: &Templates,
    relation: &RecordRelation,
    link: &ForeignKeyLink,
    target: &RecordRelation,
    forms: Forms,
    name: &dyn Fn(i16) -> String,
) -> Result<String, Error> {
    let mut key = Vec::new();
    let mut keys = Vec::new();
    let mut conditions = Vec::new();
    for pair in &link.columns {
        // Both are readable, or the link were not among those that are followed.
        let (Some(column), Some(referenced)) = (
            relation.readable_by_number(pair.attnum),
            target.readable_by_number(pair.referenced),
        ) else {
            return Ok("NULL".into());
        };
        let name = name(column.attnum);
        let condition = comparison::compile_comparison(
            catalog,
            pair.operator,
            referenced.operand(referenced.sql_of("t")),
            column.operand(format!("k.{name}")),
        )?;
        // An operator in a schema that is closed to the role, or a cast that is not PostgreSQL's own.
        let Some(condition) = condition else {
            return Ok("NULL".into());
        };
        conditions.push(condition);
        key.push((column, format!("k.{name}")));
        keys.push(name);
    }
    let preview = previews::compile_row_preview(catalog, templates, target.oid, "t")?;
    let present: Vec<String> = keys.iter().map(|name| format!("{name} IS NOT NULL")).collect();
    Ok(format!(
        "(SELECT COALESCE(pg_catalog.json_object_agg({}, {}), '{{}}') FROM (SELECT DISTINCT {} FROM page WHERE {}) AS k \
         JOIN {} AS t ON {}{})",
        key_text(&key, forms),
        preview.text,
        keys.join(", "),
        present.join(" AND "),
        target.referenced_sql,
        conditions.join(" AND "),
        preview.joins
    ))
}

/// A JSON object of these members, as SQL.
pub(crate) fn json_object(members: &[(&str, String)]) -> String {
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{}, {value}", quote::literal(name)))
        .collect();
    format!("pg_catalog.json_build_object({})", members.join(", "))
}

/// The members that writes return about the rows that they wrote: `{"results", "record_summaries",
/// "linked_record_summaries"}`, as a SELECT that follows `WITH page AS (...)`. The page has the columns of
/// [`page_columns`] for all columns that the role may read.
pub(crate) fn of_written(
    catalog: &Catalog,
    templates: &Templates,
    relation: &RecordRelation,
    with_record_summaries: bool,
    forms: Forms,
) -> Result<String, Error> {
    let columns: Vec<&RecordColumn> = relation.readable().collect();
    let links = Linked::All.links(catalog, relation)?;
    let summaries = if with_record_summaries {
        record_summaries(catalog, templates, relation, forms)?
    } else {
        "NULL".into()
    };
    Ok(format!(
        "SELECT {}",
        json_object(&[
            ("results", results(&columns, forms)),
            ("record_summaries", summaries),
            (
                "linked_record_summaries",
                linked_summaries(catalog, templates, relation, &links, forms)?
            ),
        ])
    ))
}

/// How many rows the page has.
pub(crate) const COUNT_OF_PAGE: &str = "(SELECT pg_catalog.count(*) FROM page)";

/// How many rows there are in all, exactly. `of_all` counts them; where the page has the last row, that is not needed.
pub(crate) fn exact_count(limit: Option<i64>, offset: Option<&str>, of_all: &str) -> String {
    match (limit, offset) {
        (None, None) => COUNT_OF_PAGE.into(),
        (Some(limit), None) => {
            format!(
                "CASE WHEN {COUNT_OF_PAGE} OPERATOR(pg_catalog.<) {limit} THEN {COUNT_OF_PAGE} ELSE {of_all} END"
            )
        }
        (limit, Some(offset)) => {
            let is_last = limit.map_or(String::new(), |limit| {
                format!(" AND {COUNT_OF_PAGE} OPERATOR(pg_catalog.<) {limit}")
            });
            format!(
                "CASE WHEN {COUNT_OF_PAGE} OPERATOR(pg_catalog.>) 0{is_last} \
                 THEN {offset} OPERATOR(pg_catalog.+) {COUNT_OF_PAGE} ELSE {of_all} END"
            )
        }
    }
}
