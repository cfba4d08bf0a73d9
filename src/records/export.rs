//! Export: all rows, one by one.

use super::condition::{Conditions, RelationColumns};
use super::document;
use super::filter::Filter;
use super::order::{self, OrderItem, Unreadable};
use super::relation::{LISTED, RecordColumn, RecordRelation};
use super::value::Forms;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::cursor::Cursor;
use crate::pg::plan::Planning;
use crate::statements::{self, Draft, Form, Literal, Parameters, Shape, Values};
use pgrx::pg_sys;

/// A request for rows, without its values.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct ExportRequest {
    pub(crate) relation: Oid,
    pub(crate) filter: Option<Filter>,
    pub(crate) order: Vec<OrderItem>,
    pub(crate) limit: Option<i64>,
    pub(crate) offset: Option<Literal>,
}

impl Shape for ExportRequest {
    /// A statement whose first row has the names of the columns, and the others the records.
    fn compile(&self, catalog: &Catalog) -> Result<Draft, Error> {
        let relation = RecordRelation::read_relation(catalog, self.relation)?;
        let columns: Vec<&RecordColumn> = relation.readable().collect();
        let mut parameters = Parameters::default();
        let condition = match &self.filter {
            Some(filter) => {
                let mut conditions = Conditions {
                    columns: RelationColumns {
                        relation: &relation,
                        alias: LISTED,
                        paths: None,
                    },
                    parameters: &mut parameters,
                    has_eras: true,
                };
                format!(" WHERE {}", conditions.condition(filter)?)
            }
            None => String::new(),
        };
        let order = order::clause(
            &order::resolve(&relation, &self.order, Unreadable::Ignored, None)?,
            |ordered| ordered.sql.clone(),
        );
        let limit = self
            .limit
            .map_or(String::new(), |limit| format!(" LIMIT {limit}"));
        let offset = self.offset.map_or(String::new(), |offset| {
            format!(" OFFSET {}", parameters.sql(offset, Form::Value, pg_sys::INT8OID))
        });
        let names: serde_json::Map<String, serde_json::Value> = columns
            .iter()
            .map(|column| (column.attnum.to_string(), column.name.clone().into()))
            .collect();
        let names = crate::pg::quote::literal(&serde_json::Value::from(names).to_string());
        let page = format!(
            "(SELECT {} FROM {} AS {LISTED}{condition}{order}{limit}{offset})",
            document::page_columns(&columns, LISTED),
            relation.sql
        );
        // One by one, rows are made as jsonb faster than as text.
        let record = document::record(&columns, Forms::CONTRACT, Some(&page));
        Ok(Draft {
            sql: format!(
                "SELECT {names}::pg_catalog.jsonb UNION ALL SELECT pg_catalog.to_jsonb(v) FROM {record}"
            ),
            parameters,
            planning: Planning::EachTime,
            estimate: None,
        })
    }
}

/// The rows of a request, as they are asked for.
pub(crate) fn rows(request: ExportRequest, values: &Values) -> Result<Cursor, Error> {
    let compiled = statements::statement_for(request)?;
    Ok(Cursor::open(
        std::rc::Rc::clone(&compiled.statement),
        &compiled.bind(values),
    ))
}
