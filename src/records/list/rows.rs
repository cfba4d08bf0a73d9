//! The rows of a page: the condition, the source, the order and the bounds, and how many rows there are.

use super::{Page, with_item};
use crate::error::Error;
use crate::pg::plan::Planning;
use crate::records::condition::{Conditions, RelationColumns};
use crate::records::order::{self, Ordered};
use crate::records::page_request::{Count, RowSelection};
use crate::records::path::PathJoins;
use crate::records::relation::{LISTED, RecordColumn};
use crate::records::search::{self, Term};
use crate::records::{after, document, joined};
use crate::statements::Form;
use pgrx::pg_sys;

impl<'a> Page<'a> {
    /// The rows of the page, in their order: a query that selects `selected`. What it takes goes into `tables`.
    pub(super) fn rows(
        &mut self,
        condition: &str,
        selected: &str,
        tables: &mut Vec<String>,
    ) -> Result<String, Error> {
        let source = self.source(condition);
        if self.uses_found() {
            return self.found_rows(&source, selected, tables);
        }
        if let Some(after) = &self.request.bounds.after {
            let condition = (!condition.is_empty()).then_some(condition);
            let joins = self.joins();
            let selected = self
                .values_along_paths()
                .fold(selected.to_owned(), |list, ordered| {
                    with_item(list, ordered.selected())
                });
            let (anchor, rows) = after::compile_anchor(
                after,
                self.relation,
                &joins,
                &self.order,
                &selected,
                condition,
                self.request.bounds.limit,
                &mut self.parameters,
            )?;
            tables.push(anchor);
            return Ok(rows);
        }
        let order = order::clause(&self.order, |ordered| ordered.sql.clone());
        let is_deep = self.request.bounds.offset.is_some() && self.request.bounds.limit.is_some();
        match self.relation.unique_key() {
            // Of the rows that are left out, the keys are enough: an index may have them.
            Some(key) if is_deep => {
                let kept = self
                    .values_along_paths()
                    .fold(document::page_columns(&key, LISTED), |list, ordered| {
                        with_item(list, ordered.selected())
                    });
                let keys = format!("SELECT {kept} FROM {source}{order}{}", self.limit());
                let order = order::clause(&self.order, |ordered| match ordered.attnum {
                    Some(_) => ordered.sql.clone(),
                    None => format!("f.{}", ordered.page_name),
                });
                self.rows_of(&key, &keys, selected, &order)
            }
            _ => Ok(format!("SELECT {selected} FROM {source}{order}{}", self.limit())),
        }
    }

    /// The same for a search. What is found is looked for once, and kept to be counted and to be sorted: keys and
    /// scores alone, where rows have a key.
    fn found_rows(
        &mut self,
        source: &str,
        selected: &str,
        tables: &mut Vec<String>,
    ) -> Result<String, Error> {
        let on_page = order::clause(&self.order, |ordered| ordered.page_name.clone());
        let in_table = order::clause(&self.order, |ordered| format!("f.{}", ordered.page_name));
        let key = self.relation.unique_key();
        let kept = match &key {
            Some(key) => {
                let is_of_key =
                    |ordered: &Ordered| key.iter().any(|column| Some(column.attnum) == ordered.attnum);
                let others = self.order.iter().filter(|ordered| !is_of_key(ordered));
                others.fold(document::page_columns(key, LISTED), |list, ordered| {
                    with_item(list, ordered.selected())
                })
            }
            None => self
                .values_along_paths()
                .fold(selected.to_owned(), |list, ordered| {
                    with_item(list, ordered.selected())
                }),
        };
        tables.push(format!("found AS MATERIALIZED (SELECT {kept} FROM {source})"));
        let best = format!("SELECT * FROM found{on_page}{}", self.limit());
        match &key {
            Some(key) => self.rows_of(key, &best, selected, &in_table),
            None => Ok(best),
        }
    }

    /// The rows whose keys a query gives, put in order again.
    fn rows_of(
        &self,
        key: &[&RecordColumn],
        keys: &str,
        selected: &str,
        order: &str,
    ) -> Result<String, Error> {
        let by_key = key
            .iter()
            .map(|column| {
                let given = format!("f.{}", document::page_column(column));
                joined::equal((column, &column.sql_of(LISTED)), (column, &given))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(format!(
            "SELECT {selected} FROM ({keys}) AS f JOIN {} AS {LISTED} ON {}{order}",
            self.relation.sql,
            by_key.join(" AND ")
        ))
    }

    /// The texts that are searched for.
    fn terms(&self) -> &[Term] {
        match &self.request.rows {
            RowSelection::Found(terms) => terms,
            _ => &self.searched,
        }
    }

    pub(super) fn is_search(&self) -> bool {
        !self.terms().is_empty()
    }

    /// Whether all that is found is kept, to be counted and sorted. A page after a row is looked for by itself.
    pub(super) fn uses_found(&self) -> bool {
        self.is_search() && self.request.bounds.after.is_none()
    }

    /// The values of the order that are no columns of the relation.
    fn values_along_paths(&self) -> impl Iterator<Item = &Ordered> {
        self.order.iter().filter(|ordered| ordered.attnum.is_none())
    }

    /// The rows that the request names along foreign keys, as joins.
    fn joins(&self) -> String {
        self.paths.map_or(String::new(), PathJoins::sql)
    }

    /// The relation, what it is joined with, and a condition, as what follows FROM.
    pub(super) fn source(&self, condition: &str) -> String {
        let condition = match condition {
            "" => String::new(),
            condition => format!(" WHERE {condition}"),
        };
        format!("{} AS {LISTED}{}{condition}", self.relation.sql, self.joins())
    }

    pub(super) fn planning(&self) -> Planning {
        match &self.request.rows {
            RowSelection::WithKey(_) => Planning::Once,
            RowSelection::Filtered(None)
                if self.request.bounds.after.is_some() && self.request.search.is_none() =>
            {
                Planning::Once
            }
            _ => Planning::EachTime,
        }
    }

    pub(super) fn conditions(&mut self) -> Conditions<'_, RelationColumns<'a>> {
        Conditions {
            columns: RelationColumns {
                relation: self.relation,
                alias: LISTED,
                paths: self.paths,
            },
            parameters: &mut self.parameters,
            has_eras: true,
        }
    }

    /// The condition on rows; empty for all rows.
    pub(super) fn condition(&mut self) -> Result<String, Error> {
        let request = self.request;
        let selected = match &request.rows {
            RowSelection::Filtered(None) => String::new(),
            RowSelection::Filtered(Some(filter)) => self.conditions().condition(filter)?,
            RowSelection::WithKey(key) => key.condition(self.relation, LISTED, &mut self.parameters)?,
            RowSelection::Found(terms) => search::condition(terms, &mut self.conditions())?,
        };
        if request.search.is_none() {
            return Ok(selected);
        }
        let terms = std::mem::take(&mut self.searched);
        let found = match terms.as_slice() {
            // There is nothing that the role may read.
            [] => "false".into(),
            terms => search::condition(terms, &mut self.conditions())?,
        };
        self.searched = terms;
        Ok(match selected.as_str() {
            "" => found,
            selected => format!("{selected} AND {found}"),
        })
    }

    pub(super) fn score(&mut self) -> Result<String, Error> {
        if let RowSelection::Found(terms) = &self.request.rows {
            return search::score(terms, &mut self.conditions());
        }
        let terms = std::mem::take(&mut self.searched);
        let score = search::score(&terms, &mut self.conditions());
        self.searched = terms;
        score
    }

    fn limit(&mut self) -> String {
        let bounds = &self.request.bounds;
        let limit = bounds
            .limit
            .map_or(String::new(), |limit| format!(" LIMIT {limit}"));
        match bounds.offset {
            Some(offset) => format!(
                "{limit} OFFSET {}",
                self.parameters.sql(offset, Form::Value, pg_sys::INT8OID)
            ),
            None => limit,
        }
    }

    /// How many rows there are, whatever the bounds. Where the page has the last row, that is known.
    pub(super) fn count(&mut self, source: &str) -> String {
        let bounds = &self.request.bounds;
        let of_all = if self.uses_found() {
            "(SELECT pg_catalog.count(*) FROM found)".to_owned()
        } else {
            format!("(SELECT pg_catalog.count(*) FROM {source})")
        };
        match self.request.count {
            Count::None => "NULL".into(),
            // Beside those of the statement: see `Draft::estimate`. No parameter is added after this.
            Count::Estimated => format!("${}::pg_catalog.int8", self.parameters.len() + 1),
            // Past a row, or among what was found, an offset says nothing of where the page ends.
            Count::Exact if bounds.after.is_some() || self.uses_found() && bounds.offset.is_some() => of_all,
            Count::Exact => {
                let offset = bounds.offset;
                let offset = offset.map(|offset| self.parameters.sql(offset, Form::Value, pg_sys::INT8OID));
                document::exact_count(self.request.bounds.limit, offset.as_deref(), &of_all)
            }
        }
    }
}
