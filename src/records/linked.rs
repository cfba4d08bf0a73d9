//! The rows that refer to one row: for every foreign key of any table to it, how many there are, and the first of them.
//!
//! One statement looks the row up once, and then each foreign key by the columns that it refers to.

use super::document::{self, json_object, key_json};
use super::error::RecordError;
use super::key::RecordKey;
use super::options::not_negative;
use super::page_request::Count;
use super::relation::{LISTED, RecordColumn, RecordRelation};
use super::value::{self, Dates, Forms, MemberKeys, Numbers};
use crate::catalog::Catalog;
use crate::catalog::link::ForeignKeyLink;
use crate::catalog::rows::PgConstraint;
use crate::definition::form::lenient;
use crate::error::Error;
use crate::pg::plan::{JsonbDatum, Planning, Sees};
use crate::pg::{Oid, caller, comparison, ownership, quote, type_name};
use crate::previews::{self, Purpose, Templates, comparison::compile_comparison};
use crate::statements::{self, Draft, Parameters, Shape, Values};
use serde::Deserialize;

/// Why rows are not read.
const NOT_TRUSTED: &str = "The owner of the table is neither a superuser nor a role that can become the current role or the \
     owner of the table referred to, and reading it can run code of its owner. Pass \"trust\": true to read it.";

/// The options of `msar.get_linked_records`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[serde(expecting = "an object")]
pub(crate) struct LinkedOptions {
    #[serde(deserialize_with = "lenient")]
    limit: Option<i64>,
    count: Option<Count>,
    constraints: Option<Vec<String>>,
    numbers: Option<Numbers>,
    dates: Option<Dates>,
    keys: Option<MemberKeys>,
    /// Whether tables of any owner are read.
    trust: Option<bool>,
}

impl Default for LinkedOptions {
    fn default() -> Self {
        Self {
            limit: Some(10),
            count: None,
            constraints: None,
            numbers: None,
            dates: None,
            keys: None,
            trust: None,
        }
    }
}

/// A request for the rows that refer to one, without its values.
#[derive(PartialEq, Eq, Hash)]
struct LinkedRequest {
    relation: Oid,
    key: RecordKey,
    /// The most rows of each foreign key.
    limit: Option<i64>,
    is_counted: bool,
    /// Only the foreign keys of these names.
    constraints: Option<Vec<String>>,
    /// Whether tables of any owner are read.
    trusts_all: bool,
    forms: Forms,
}

/// The rows that refer to the row with a key. `key` makes it, with its values.
pub(crate) fn list_linked_rows(
    relation: Oid,
    key: impl FnOnce(&mut Values) -> RecordKey,
    options: LinkedOptions,
) -> Result<JsonbDatum, Error> {
    let mut values = Values::default();
    let request = LinkedRequest {
        relation,
        key: key(&mut values),
        limit: options
            .limit
            .map(|limit| not_negative("limit", limit))
            .transpose()?,
        is_counted: match options.count.unwrap_or_default() {
            Count::Exact => true,
            Count::None => false,
            Count::Estimated => Err(RecordError::Invalid {
                argument: "options",
                problem: "\"count\" is \"exact\" or \"none\" here".into(),
                hint: "An estimate of the rows of one key is no faster than counting them.",
            })?,
        },
        constraints: options.constraints,
        trusts_all: options.trust.unwrap_or(false),
        forms: Forms::wanted(options.numbers, options.dates, options.keys),
    };
    let (document, is_there) = statements::statement_for(request)?.run(&values, Sees::WhatCallerSees)?;
    if !is_there {
        let name = Catalog::of_statement().relation_name(relation)?;
        Err(RecordError::UnknownKey {
            relation: name.parts().1.into(),
        })?;
    }
    Ok(document)
}

impl Shape for LinkedRequest {
    fn compile(&self, catalog: &Catalog) -> Result<Draft, Error> {
        let relation = RecordRelation::read_relation(catalog, self.relation)?;
        let mut parameters = Parameters::default();
        let condition = self.key.condition(&relation, LISTED, &mut parameters)?;
        let templates = Templates::new(None, Purpose::Own)?;
        let mut referring = Vec::new();
        for (constraint, link) in ForeignKeyLink::to_relation(catalog, relation.oid) {
            let is_wanted = |names: &Vec<String>| names.contains(&constraint.conname);
            if self.constraints.as_ref().is_none_or(is_wanted) {
                let source = RecordRelation::read_relation(catalog, constraint.conrelid)?;
                let name = catalog.relation_name(constraint.conrelid)?;
                referring.push((name.parts().0.to_owned(), source, constraint, link));
            }
        }
        referring.sort_by(|a, b| {
            let key =
                |(schema, source, constraint, _): &(String, RecordRelation, PgConstraint, ForeignKeyLink)| {
                    (schema.clone(), source.name.clone(), constraint.conname.clone())
                };
            key(a).cmp(&key(b))
        });
        let mut items = Vec::with_capacity(referring.len());
        for (schema, source, constraint, link) in &referring {
            let parts = Referring {
                request: self,
                relation: &relation,
                source,
                link,
            };
            items.extend(parts.document(catalog, &templates, schema, constraint)?);
        }
        let mut columns: Vec<&RecordColumn> = relation.readable().collect();
        columns.retain(|column| {
            let is_referenced =
                |link: &ForeignKeyLink| link.columns.iter().any(|pair| pair.referenced == column.attnum);
            referring.iter().any(|(_, _, _, link)| is_referenced(link))
        });
        Ok(Draft {
            sql: format!(
                "WITH anchor AS MATERIALIZED (SELECT {} FROM {} AS {LISTED} WHERE {condition}) \
                 SELECT pg_catalog.json_build_object('links', {}), EXISTS (SELECT FROM anchor)",
                document::page_columns(&columns, LISTED),
                relation.sql,
                concatenate_array(&items),
            ),
            parameters,
            planning: Planning::Once,
            estimate: None,
        })
    }
}

/// JSON values as one array, however many there are: a function takes a hundred arguments.
fn concatenate_array(items: &[String]) -> String {
    match items {
        [] => "'[]'::pg_catalog.json".into(),
        _ => format!(
            "(SELECT pg_catalog.json_agg(item ORDER BY number) FROM (VALUES {}) AS items(number, item))",
            items
                .iter()
                .enumerate()
                .map(|(number, item)| format!("({number}, {item})"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

/// A foreign key to the relation.
struct Referring<'a> {
    request: &'a LinkedRequest,
    relation: &'a RecordRelation,
    source: &'a RecordRelation,
    link: &'a ForeignKeyLink,
}

impl Referring<'_> {
    /// One element of the result, unless the role may not read both sides of the foreign key.
    fn document(
        &self,
        catalog: &Catalog,
        templates: &Templates,
        schema: &str,
        constraint: &PgConstraint,
    ) -> Result<Option<String>, Error> {
        let Some(condition) = self.condition(catalog)? else {
            return Ok(None);
        };
        let source = self.source;
        let text = |value: &str| quote::literal(value);
        let columns: Vec<serde_json::Value> = self
            .link
            .attnums()
            .filter_map(|attnum| source.readable_by_number(attnum))
            .map(|column| serde_json::json!({"attnum": column.attnum, "name": column.name}))
            .collect();
        let columns = serde_json::Value::Array(columns).to_string();
        let table = [
            ("oid", source.oid.to_u32().to_string()),
            ("schema", text(schema)),
            ("name", text(&source.name)),
        ];
        let unread = [
            ("constraint", text(&constraint.conname)),
            ("table", json_object(&table)),
            ("columns", format!("{}::pg_catalog.json", text(&columns))),
            ("count", "NULL".into()),
            ("records", concatenate_array(&[])),
            ("filter", self.filter()),
            ("unread", text(NOT_TRUSTED)),
        ];
        if !self.is_trusted() {
            return Ok(Some(json_object(&unread)));
        }
        let count = if self.request.is_counted {
            format!(
                "(SELECT pg_catalog.count(*) FROM {} AS s JOIN anchor AS a ON {condition})",
                source.sql
            )
        } else {
            "NULL".into()
        };
        Ok(Some(json_object(&[
            ("constraint", text(&constraint.conname)),
            ("table", json_object(&table)),
            ("columns", format!("{}::pg_catalog.json", text(&columns))),
            ("count", count),
            ("records", self.records(catalog, templates, &condition)?),
            ("filter", self.filter()),
        ])))
    }

    /// Whether reading the referring table runs code of nobody but those whom the caller trusts. Anybody whom the owner of a
    /// table lets refer to it can make such a table, and its policies and the expressions of its indexes run as the caller.
    /// The owner of the table that the caller has named is trusted by that.
    fn is_trusted(&self) -> bool {
        let owner = self.source.owner;
        self.request.trusts_all
            || [caller::current_role(), self.relation.owner]
                .into_iter()
                .any(|role| ownership::may_run_code_of(role, owner))
    }

    /// That a row `s` refers to the row `a`; nothing if the role may not read what tells so.
    fn condition(&self, catalog: &Catalog) -> Result<Option<String>, Error> {
        if !self.source.is_nameable {
            return Ok(None);
        }
        let mut conditions = Vec::new();
        for pair in &self.link.columns {
            let (Some(column), Some(referenced)) = (
                self.source.readable_by_number(pair.attnum),
                self.relation.readable_by_number(pair.referenced),
            ) else {
                return Ok(None);
            };
            let condition = compile_comparison(
                catalog,
                pair.operator,
                referenced.operand(format!("a.{}", document::page_column(referenced))),
                column.operand(column.sql_of("s")),
            )?;
            match condition {
                Some(condition) => conditions.push(condition),
                // An operator in a schema that is closed to the role, or a cast that is not PostgreSQL's own.
                None => return Ok(None),
            }
        }
        Ok(Some(conditions.join(" AND ")))
    }

    /// The first rows: key, preview and values of each.
    fn records(&self, catalog: &Catalog, templates: &Templates, condition: &str) -> Result<String, Error> {
        let (source, forms) = (self.source, self.request.forms);
        let columns: Vec<&RecordColumn> = source.readable().collect();
        let preview = previews::compile_row_preview(catalog, templates, source.oid, "s")?;
        let key = source.readable_key();
        let order: Vec<String> = match &key {
            Some(key) => key.iter().map(|column| column.sql_of("s")).collect(),
            None => columns
                .iter()
                .filter(|column| column.is_ordered())
                .map(|column| column.sql_of("s"))
                .collect(),
        };
        let order = match order.as_slice() {
            [] => String::new(),
            order => format!(" ORDER BY {}", order.join(", ")),
        };
        let limit = self
            .request
            .limit
            .map_or(String::new(), |limit| format!(" LIMIT {limit}"));
        let key = key.map_or("NULL".into(), |key| {
            let key: Vec<_> = key
                .into_iter()
                .map(|column| (column, format!("p.{}", document::page_column(column))))
                .collect();
            key_json(&key, forms)
        });
        Ok(format!(
            "(SELECT COALESCE(pg_catalog.json_agg({}), '[]') FROM (SELECT {}, {} AS preview FROM {} AS s JOIN anchor AS a \
             ON {condition}{}{order}{limit}) AS p)",
            json_object(&[
                ("key", key),
                ("preview", "p.preview".into()),
                (
                    "record",
                    format!(
                        "(SELECT pg_catalog.to_json(v) FROM {})",
                        document::record(&columns, forms, None)
                    )
                ),
            ]),
            document::page_columns(&columns, "s"),
            preview.text,
            source.sql,
            preview.joins,
        ))
    }

    /// The filter by which `msar.list_records` lists all of these rows.
    fn filter(&self) -> String {
        let pairs = self.link.columns.iter().filter_map(|pair| {
            let column = self.source.readable_by_number(pair.attnum)?;
            let referenced = self.relation.readable_by_number(pair.referenced)?;
            let sql = format!("a.{}", document::page_column(referenced));
            let value = value::json(&sql, &referenced.type_info, self.request.forms);
            // A short filter takes an array for a list, and an object for operators.
            let base = referenced.base_type;
            let is_nested = comparison::element_type(base).is_some() || type_name::is_composite(base);
            let value = match is_nested {
                true => json_object(&[("=", value)]),
                false => value,
            };
            Some(format!("{}, {value}", quote::literal(&column.filter_name())))
        });
        let pairs: Vec<String> = pairs.collect();
        format!(
            "(SELECT pg_catalog.json_build_object({}) FROM anchor AS a)",
            pairs.join(", ")
        )
    }
}
