//! What PostgreSQL refuses to change because something else uses it, and the interface by which a room above, which this
//! one may not call, removes it during the change.

use super::table::find_attnum;
use crate::definition::alteration::ColumnAlteration;
use crate::definition::name::ColumnRef;
use crate::error::Error;
use crate::pg::Oid;

/// The part of a relation that a change concerns.
pub(crate) enum ChangedPart {
    Relation,
    Columns(Vec<i16>),
}

impl ChangedPart {
    /// The columns whose change PostgreSQL refuses where a view uses them. What is wrong with a change is said by the change.
    pub(crate) fn refused_in_views(relation: Oid, alterations: &[ColumnAlteration]) -> Self {
        let refused = alterations
            .iter()
            .filter(|alteration| alteration.breaks_views())
            .filter_map(|alteration| match alteration.target().ok()? {
                ColumnRef::Attnum(attnum) => Some(attnum),
                ColumnRef::Name(name) => find_attnum(relation, &name).ok(),
            });
        Self::Columns(refused.collect())
    }
}

/// Makes a change of a part of a relation, with what can be made again out of its way.
pub(crate) type Aside = fn(Oid, &ChangedPart, &mut dyn FnMut() -> Result<(), Error>) -> Result<(), Error>;
