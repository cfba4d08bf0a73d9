//! Statements that were compiled for requests, kept for the session.
//!
//! A request is its shape and its values. The shape, the role and its search_path decide the statement; PostgreSQL's
//! messages about changes of catalogs tell when a statement does no longer hold; a trigger on the tables of metadata
//! sends such a message for the relation that was changed. A call whose shape is known costs one look-up.

use super::values::{Parameter, Parameters, Values};
use crate::catalog::{Catalog, consistent};
use crate::error::Error;
use crate::pg::parameter::ParameterValue;
use crate::pg::plan::{JsonbDatum, Planning, Prepared, Sees};
use crate::pg::setting::{self, DefaultPreview};
use crate::pg::watch::Watch;
use crate::pg::{Oid, caller, server};
use crate::previews::rows as previews;
use crate::records::{export, list, summaries};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// The most statements that a session keeps, at up to 100 kB each. An application has a few shapes for each of the
/// tables that a session looks at.
const MOST: usize = 64;

/// The length of the longest text of a statement that is kept, in bytes.
const HUGE: usize = 1 << 18;

/// What a statement is compiled for.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    List(list::Request),
    Summaries(summaries::Request),
    Export(export::Request),
    Previews(previews::Request),
}

impl Shape {
    fn compile(&self, catalog: &Catalog) -> Result<Draft, Error> {
        match self {
            Shape::List(request) => request.compile(catalog),
            Shape::Summaries(request) => request.compile(catalog),
            Shape::Export(request) => request.compile(catalog),
            Shape::Previews(request) => request.compile(catalog),
        }
    }
}

/// A statement as text.
pub(crate) struct Draft {
    pub(crate) sql: String,
    pub(crate) parameters: Parameters,
    pub(crate) planning: Planning,
    /// A statement with the same parameters of which only the planner's estimate of its rows is wanted, and the
    /// parameter of the first one that takes it.
    pub(crate) estimate: Option<String>,
}

/// A statement that is ready to run.
pub(crate) struct Compiled {
    pub(crate) statement: Rc<Prepared>,
    parameters: Vec<Parameter>,
    estimate: Option<Prepared>,
    watch: Watch,
    /// Whether its text is longer than that of any page of a usual table.
    is_huge: bool,
}

struct Entry {
    compiled: Rc<Compiled>,
    last_use: u64,
}

#[derive(Default)]
struct Kept {
    entries: FxHashMap<KeptFor, Entry>,
    uses: u64,
}

/// What decides a statement: the request without its values, the role, its search_path, and a setting.
type KeptFor = (Shape, Oid, String, DefaultPreview);

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// The statement for a shape. What it reads is locked, so that it still holds when it is run.
pub(crate) fn statement_for(shape: Shape) -> Result<Rc<Compiled>, Error> {
    let key = (
        shape,
        caller::role(),
        caller::search_path(),
        setting::default_preview(),
    );
    if let Some(known) = KEPT.with_borrow_mut(|kept| kept.find(&key)) {
        known.statement.lock();
        // Where we hold the locks already, nobody has told us yet of what we do not lock: templates, say, and roles.
        server::catalog_changes();
        if !known.watch.is_over() {
            return Ok(known);
        }
    }
    let compiled = consistent::read_while(
        |catalog| Compiled::new(&key.0, catalog).map(Rc::new),
        |compiled| !compiled.watch.is_over(),
    )?;
    if !compiled.watch.is_over() && !compiled.is_huge {
        let forgotten = KEPT.with_borrow_mut(|kept| kept.insert(key, Rc::clone(&compiled)));
        // Freeing a plan calls the server, which must not find the store borrowed.
        drop(forgotten);
    }
    Ok(compiled)
}

impl Kept {
    fn find(&mut self, key: &KeptFor) -> Option<Rc<Compiled>> {
        self.uses += 1;
        let entry = self.entries.get_mut(key)?;
        entry.last_use = self.uses;
        Some(Rc::clone(&entry.compiled))
    }

    /// Gives back what has to go.
    fn insert(&mut self, key: KeptFor, compiled: Rc<Compiled>) -> Vec<Entry> {
        let mut forgotten = Vec::new();
        if self.entries.len() >= MOST {
            let is_over = |entry: &Entry| entry.compiled.watch.is_over();
            let uses = self
                .entries
                .values()
                .map(|entry| (!is_over(entry), entry.last_use));
            let first = uses.min().unwrap_or_default();
            let goes = |entry: &Entry| is_over(entry) || (true, entry.last_use) == first;
            forgotten.extend(
                self.entries
                    .extract_if(|_, entry| goes(entry))
                    .map(|(_, entry)| entry),
            );
        }
        let entry = Entry {
            compiled,
            last_use: self.uses,
        };
        forgotten.extend(self.entries.insert(key, entry));
        forgotten
    }
}

impl Compiled {
    fn new(shape: &Shape, catalog: &Catalog) -> Result<Self, Error> {
        let watch = Watch::begin();
        let draft = shape.compile(catalog)?;
        let parameters = draft.parameters.into_inner();
        let mut types: Vec<Oid> = parameters.iter().map(|parameter| parameter.type_oid).collect();
        let estimate = match &draft.estimate {
            Some(sql) => {
                let estimate = Prepared::new(sql, &types, Planning::EachTime)?;
                types.push(pgrx::pg_sys::INT8OID);
                Some(estimate)
            }
            None => None,
        };
        let statement = Prepared::new(&draft.sql, &types, draft.planning)?;
        watch.narrow(&catalog.reader.asked());
        Ok(Self {
            statement: Rc::new(statement),
            parameters,
            estimate,
            watch,
            is_huge: draft.sql.len() > HUGE,
        })
    }

    /// The values of its parameters.
    pub(crate) fn bind(&self, values: &Values) -> Vec<ParameterValue> {
        let mut bound: Vec<ParameterValue> = self
            .parameters
            .iter()
            .map(|parameter| values.bind(parameter))
            .collect();
        if let Some(estimate) = &self.estimate {
            let rows = estimate.estimated_rows(&bound).round() as i64;
            bound.push(Some(rows.into()));
        }
        bound
    }

    /// Runs it. Gives the document and the flag beside it, if it has one.
    pub(crate) fn run(&self, values: &Values, sees: Sees) -> Result<(JsonbDatum, bool), Error> {
        let (document, flag) = self.statement.document(&self.bind(values), sees)?;
        Ok((document.ok_or(Error::Vanished)?, flag))
    }
}
