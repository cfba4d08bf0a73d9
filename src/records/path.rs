//! Columns of other rows that a request names along foreign keys, as templates do: `publisher_id.name` is a column of the
//! row to which a foreign key refers, `{publisher_id}` is the preview of that row.
//!
//! Each row on the way is one outer join, however often a request names it. A foreign key refers to one row at most, so
//! the joins add no rows; those that a part of the statement does not use are left out by the planner.

use super::error::RecordError;
use super::expression::Expression;
use super::path_name::split_names;
use super::relation::{ColumnReference, RecordColumn, RecordRelation};
use crate::catalog::Catalog;
use crate::catalog::link::ForeignKeyLink;
use crate::error::Error;
use crate::previews::{self, Templates, comparison};
use pgrx::pg_sys;
use std::cell::RefCell;
use std::rc::Rc;

/// The most foreign keys of one path.
const LONGEST: usize = 16;

/// The outer joins of a request.
pub(crate) struct PathJoins<'a> {
    catalog: &'a Catalog,
    templates: &'a Templates,
    listed: &'static str,
    /// In the order in which they were asked for.
    rows: RefCell<Vec<JoinedRow>>,
}

/// A row that is joined.
struct JoinedRow {
    /// The foreign key columns that lead to it.
    path: Vec<i16>,
    alias: String,
    relation: Rc<RecordRelation>,
    sql: String,
    /// That there is one.
    is_there: String,
    /// The joins and the text of its preview, where that is asked for.
    preview: Option<(String, String)>,
}

/// Where a path has arrived.
#[derive(Clone)]
enum Arrival<'r> {
    Listed(&'r RecordRelation),
    Joined(Rc<RecordRelation>),
}

impl Arrival<'_> {
    fn relation(&self) -> &RecordRelation {
        match self {
            Self::Listed(relation) => relation,
            Self::Joined(relation) => relation,
        }
    }
}

impl<'a> PathJoins<'a> {
    /// `listed` is what the statement calls the rows where paths begin.
    pub(super) fn new(catalog: &'a Catalog, templates: &'a Templates, listed: &'static str) -> Self {
        Self {
            catalog,
            templates,
            listed,
            rows: RefCell::default(),
        }
    }

    /// The joins that follow the relation in FROM.
    pub(super) fn sql(&self) -> String {
        let rows = self.rows.borrow();
        let joins = rows.iter().map(|row| match &row.preview {
            Some((joins, _)) => format!("{}{joins}", row.sql),
            None => row.sql.clone(),
        });
        joins.collect()
    }

    /// The value that a name means which is no column of the relation; `None` if it is no path.
    pub(super) fn find_value(
        &self,
        relation: &RecordRelation,
        name: &str,
    ) -> Result<Option<Expression>, Error> {
        let (is_preview, path) = match name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(path) => (true, path),
            None => (false, name),
        };
        let segments = split_names(path);
        if segments.len() < 2 && !is_preview {
            return Ok(None);
        }
        if segments.len() > LONGEST {
            Err(RecordError::TooComplex)?;
        }
        let Some((last, way)) = segments.split_last() else {
            return Ok(None);
        };
        let mut at = Arrival::Listed(relation);
        let mut alias = self.listed.to_owned();
        let mut passed = Vec::new();
        for segment in way {
            (at, alias) = self.follow(&at, &alias, &mut passed, segment)?;
        }
        let column = column_of(at.relation(), last)?;
        if !is_preview {
            return Ok(Some(Expression::of_column(column, &alias)));
        }
        let links = self.catalog.links(at.relation().oid);
        if ForeignKeyLink::of_column(&links, column.attnum, None).is_none() {
            return Ok(Some(Expression::of_column(column, &alias)));
        }
        self.follow(&at, &alias, &mut passed, last)?;
        self.preview(&passed).map(Some)
    }

    /// The preview of a row that is joined.
    fn preview(&self, path: &[i16]) -> Result<Expression, Error> {
        let found = |rows: &[JoinedRow]| rows.iter().position(|row| row.path == path);
        let position = found(&self.rows.borrow()).ok_or(Error::Vanished)?;
        let known = self.rows.borrow()[position].preview.clone();
        let text = match known {
            Some((_, text)) => text,
            None => {
                let (oid, alias) = {
                    let row = &self.rows.borrow()[position];
                    (row.relation.oid, row.alias.clone())
                };
                let preview = previews::compile_row_preview(self.catalog, self.templates, oid, &alias)?;
                let text = preview.text;
                self.rows.borrow_mut()[position].preview = Some((preview.joins, text.clone()));
                text
            }
        };
        // The text of a row that is not there may be an empty one.
        let is_there = self.rows.borrow()[position].is_there.clone();
        let sql = format!("(CASE WHEN {is_there} THEN {text} END)");
        Ok(Expression::new(sql, pg_sys::TEXTOID))
    }

    /// Follows the foreign key of a column to the row to which it refers.
    fn follow<'r>(
        &self,
        at: &Arrival<'r>,
        alias: &str,
        passed: &mut Vec<i16>,
        segment: &str,
    ) -> Result<(Arrival<'r>, String), Error> {
        let relation = at.relation();
        let column = column_of(relation, segment)?;
        passed.push(column.attnum);
        let known = self
            .rows
            .borrow()
            .iter()
            .find(|row| row.path == *passed)
            .map(|row| (Arrival::Joined(Rc::clone(&row.relation)), row.alias.clone()));
        if let Some(known) = known {
            return Ok(known);
        }
        let links = self.catalog.links(relation.oid);
        let link =
            ForeignKeyLink::of_column(&links, column.attnum, None).ok_or_else(|| Error::NoForeignKey {
                relation: relation.name.clone(),
                attnum: column.attnum,
            })?;
        let target = RecordRelation::read_relation(self.catalog, link.target)?;
        let next = format!("w{}", self.rows.borrow().len() + 1);
        let mut conditions = Vec::with_capacity(link.columns.len());
        let mut is_there = String::new();
        for pair in &link.columns {
            let column = relation.column(&ColumnReference::from(pair.attnum))?;
            let referenced = target.column(&ColumnReference::from(pair.referenced))?;
            let condition = comparison::compile_comparison(
                self.catalog,
                pair.operator,
                referenced.operand(referenced.sql_of(&next)),
                column.operand(column.sql_of(alias)),
            )?;
            // Not the whole row, of which the role may not read some columns.
            is_there = format!("{} IS NOT NULL", referenced.sql_of(&next));
            conditions.push(condition.ok_or_else(|| RecordError::UnreadableColumn {
                relation: target.name.clone(),
                column: referenced.name.clone(),
            })?);
        }
        let sql = format!(
            " LEFT JOIN {} AS {next} ON {}",
            target.referenced_sql,
            conditions.join(" AND ")
        );
        let target = Rc::new(target);
        self.rows.borrow_mut().push(JoinedRow {
            path: passed.clone(),
            alias: next.clone(),
            relation: Rc::clone(&target),
            sql,
            is_there,
            preview: None,
        });
        Ok((Arrival::Joined(target), next))
    }
}

/// A column of a row on the way, which the current role may read.
fn column_of<'r>(relation: &'r RecordRelation, segment: &str) -> Result<&'r RecordColumn, Error> {
    relation.column(&ColumnReference::Name(segment.to_owned()))
}

/// The name of a link's preview, where nothing else can be meant.
pub(super) fn preview_name(link: &ForeignKeyLink) -> Option<String> {
    // By its first column that leads along it; others may lead along a shorter key.
    let attnum = link.attnums().next()?;
    Some(format!("{{#{attnum}}}"))
}
