//! A statement that is ready to run: prepared, with its parameters and a watch on the objects that it was compiled
//! from.

use super::parameters::Parameter;
use super::shape::AnyShape;
use super::values::Values;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::pg::Oid;
use crate::pg::parameter::ParameterValue;
use crate::pg::plan::{JsonbDatum, Planning, Prepared, Sees};
use crate::pg::watch::CatalogWatch;
use std::rc::Rc;

/// The length of the longest text of a statement that is kept, in bytes: longer than that of any page of a usual table.
const HUGE: usize = 1 << 18;

/// A statement that is ready to run.
pub(crate) struct CompiledStatement {
    pub(crate) statement: Rc<Prepared>,
    parameters: Vec<Parameter>,
    estimate: Option<Prepared>,
    watch: CatalogWatch,
    is_huge: bool,
}

impl CompiledStatement {
    pub(super) fn new(shape: &AnyShape, catalog: &Catalog) -> Result<Self, Error> {
        let watch = CatalogWatch::begin();
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

    /// Whether a change of the catalogs has outdated it.
    pub(super) fn is_outdated(&self) -> bool {
        self.watch.is_over()
    }

    /// Whether its text is too long to be kept.
    pub(super) fn is_huge(&self) -> bool {
        self.is_huge
    }

    /// How much memory it takes at the moment.
    pub(super) fn memory(&self) -> usize {
        self.statement.memory() + self.estimate.as_ref().map_or(0, Prepared::memory)
    }

    /// Its parameters.
    pub(crate) fn parameters(&self) -> &[Parameter] {
        &self.parameters
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

    /// Runs it. Returns the document and the flag beside it, if it has one.
    pub(crate) fn run(&self, values: &Values, sees: Sees) -> Result<(JsonbDatum, bool), Error> {
        let (document, flag) = self.statement.document(&self.bind(values), sees)?;
        Ok((document.ok_or(Error::Vanished)?, flag))
    }
}
