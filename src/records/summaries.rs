//! Records ordered by preview, for a client that lets a user pick one.

use super::document::{self, json_object, key_json, key_text};
use super::error::RecordError;
use super::joined::{End, JoinPath, equal};
use super::key::RecordKey;
use super::relation::{LISTED, RecordColumn, RecordRelation};
use super::value::Forms;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::plan::Planning;
use crate::previews::{self, Purpose};
use crate::statements::{Draft, Form, Literal, Parameters, Shape};
use pgrx::pg_sys;

/// A request for records and how they read, without its values.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct SummaryRequest {
    pub(crate) relation: Oid,
    pub(crate) limit: Option<i64>,
    pub(crate) offset: Option<Literal>,
    pub(crate) search: Option<Literal>,
    /// As JSON.
    pub(crate) templates: Option<String>,
    pub(crate) linked: Option<LinkedPath>,
}

/// A way from a record of another table, over a mapping table, to the records listed.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct LinkedPath {
    pub(crate) record: RecordKey,
    pub(crate) path: JoinPath,
}

impl Shape for SummaryRequest {
    fn compile(&self, catalog: &Catalog) -> Result<Draft, Error> {
        let relation = RecordRelation::read_relation(catalog, self.relation)?;
        let templates = document::templates(catalog, self.templates.as_deref(), Purpose::Contract)?;
        let mut parameters = Parameters::default();
        relation.check_visible()?;
        let Some(key) = relation.readable_key() else {
            return Ok(Draft::new(format!(
                "SELECT {}",
                json_object(&[
                    ("count", "0".into()),
                    ("results", "'[]'::pg_catalog.jsonb".into()),
                    ("mapping", "NULL".into())
                ])
            )));
        };
        let preview = previews::compile_row_preview(catalog, &templates, relation.oid, LISTED)?;
        let columns = document::page_columns(&key, LISTED);
        let rows = format!("{} AS {LISTED}{}", relation.sql, preview.joins);
        let condition = self.search.map_or(String::new(), |search| {
            let pattern = parameters.sql(search, Form::Contains, pg_sys::TEXTOID);
            format!(" WHERE {} OPERATOR(pg_catalog.~~*) {pattern}", preview.text)
        });
        let found = format!(
            "SELECT {columns}, {} AS summary FROM {rows}{condition}",
            preview.text
        );
        let mut tables = Vec::new();
        // What was searched for is few rows, found once; without a search, rows need not be kept to count them.
        let (source, count) = match self.search {
            Some(_) => {
                tables.push(format!("found AS MATERIALIZED ({found})"));
                ("found".to_owned(), "found".to_owned())
            }
            None => (format!("({found})"), relation.sql.clone()),
        };
        let keys: Vec<String> = key.iter().map(|column| document::page_column(column)).collect();
        let limit = self
            .limit
            .map_or(String::new(), |limit| format!(" LIMIT {limit}"));
        let offset = self.offset.map_or(String::new(), |offset| {
            format!(" OFFSET {}", parameters.sql(offset, Form::Value, pg_sys::INT8OID))
        });
        tables.push(format!(
            "page AS (SELECT f.* FROM {source} AS f ORDER BY f.summary, {}{limit}{offset})",
            keys.join(", ")
        ));
        let key_of = |alias: &str| -> Vec<(&RecordColumn, String)> {
            key.iter()
                .map(|&column| (column, format!("{alias}.{}", document::page_column(column))))
                .collect()
        };
        let results = format!(
            "(SELECT COALESCE(pg_catalog.json_agg({}), '[]') FROM page AS p)",
            json_object(&[
                ("key", key_json(&key_of("p"), Forms::CONTRACT)),
                ("summary", "p.summary".into())
            ])
        );
        let mapping = match &self.linked {
            Some(linked) => linked.mapping(catalog, &relation, &key, &key_of("p"), &mut parameters)?,
            None => "NULL".into(),
        };
        let members = json_object(&[
            ("count", format!("(SELECT pg_catalog.count(*) FROM {count})")),
            ("results", results),
            ("mapping", mapping),
        ]);
        Ok(Draft {
            sql: format!("WITH {} SELECT {members}", tables.join(", ")),
            parameters,
            planning: Planning::EachTime,
            estimate: None,
        })
    }
}

impl LinkedPath {
    /// The mapping table, and for each record of the page the keys of its rows that link the record to it.
    fn mapping(
        &self,
        catalog: &Catalog,
        relation: &RecordRelation,
        key: &[&RecordColumn],
        key_of_page: &[(&RecordColumn, String)],
        parameters: &mut Parameters,
    ) -> Result<String, Error> {
        let invalid = |problem: &str| RecordError::InvalidPath {
            problem: problem.into(),
        };
        let not_two_steps = || invalid("it must have two steps, through one mapping table");
        let [first, second] = self.path.0.as_slice() else {
            return Err(not_two_steps().into());
        };
        if second[1].0.0 != relation.oid.to_u32() {
            Err(invalid("it does not end at the table whose records are listed"))?;
        }
        let steps = self.path.resolve(catalog, Oid::from(first[0].0.0))?;
        let [(base, from_map), (to_map, target)] = steps.as_slice() else {
            return Err(not_two_steps().into());
        };
        let map = &from_map.relation;
        let map_key: Vec<(&RecordColumn, String)> = map
            .needed_key()?
            .into_iter()
            .map(|column| (column, column.sql_of("m")))
            .collect();
        let are_equal = |(end, alias): (&End, &str), mapped: &End| {
            let (column, mapped) = (end.column()?, mapped.column()?);
            Ok::<_, Error>(equal(
                (column, &column.sql_of(alias)),
                (mapped, &mapped.sql_of("m")),
            )?)
        };
        let is_of_record = format!(
            "{} AND {}",
            self.record.condition(&base.relation, "b", parameters)?,
            are_equal((base, "b"), from_map)?
        );
        let is_linked = are_equal((target, "t"), to_map)?;
        let is_on_page = key
            .iter()
            .zip(key_of_page)
            .map(|(column, (_, on_page))| equal((column, &column.sql_of("t")), (column, on_page)))
            .collect::<Result<Vec<_>, _>>()?
            .join(" AND ");
        let forms = Forms::CONTRACT;
        Ok(json_object(&[
            ("join_table", map.oid.to_u32().to_string()),
            (
                "joined_values",
                format!(
                    "(SELECT COALESCE(pg_catalog.json_object_agg(v.key, v.keys), '{{}}') FROM \
                     (SELECT {} AS key, pg_catalog.json_agg({} ORDER BY {}) AS keys \
                     FROM page AS p JOIN {} AS t ON {is_on_page} JOIN {} AS m ON {is_linked} JOIN {} AS b ON {is_of_record} \
                     GROUP BY 1) AS v)",
                    key_text(key_of_page, forms),
                    key_json(&map_key, forms),
                    map_key
                        .iter()
                        .map(|(_, sql)| sql.as_str())
                        .collect::<Vec<_>>()
                        .join(", "),
                    relation.sql,
                    map.sql,
                    base.relation.sql,
                ),
            ),
        ]))
    }
}
