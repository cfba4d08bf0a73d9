//! Relations: tables, views and their like.

pub(crate) use super::column::ColumnInfo;
use super::column::{self, ColumnContext, ColumnDetails};
use super::comments::Comments;
use super::constraint::Constraint;
use super::preview::{self, PreviewSettings};
use super::rows::{
    OfRelation, PgAttrdef, PgAttribute, PgClass, PgConstraint, PgDepend, PgInherits, catalog_oid,
};
use super::{Catalog, dependency, oid, optional_oid};
use crate::error::Error;
use crate::metadata::stored::{self, Metadata, OfTable};
use crate::pg::Oid;
use crate::pg::acl::Privileges;
use crate::pg::scan::Char;
use pgrx::pg_sys;
use serde::Serialize;
use std::rc::Rc;

/// What `msar.get_table` tells about a relation.
#[derive(Serialize)]
pub(crate) struct TableInfo {
    #[serde(serialize_with = "oid")]
    oid: Oid,
    name: String,
    #[serde(serialize_with = "oid")]
    schema: Oid,
    description: Option<String>,
    #[serde(serialize_with = "oid")]
    owner_oid: Oid,
    #[serde(serialize_with = "Privileges::on_relation")]
    current_role_priv: Privileges,
    current_role_owns: bool,
    #[serde(rename = "type")]
    listed_type: &'static str,
}

/// What `msar.get_table_details` tells about a relation.
#[derive(Serialize)]
pub(crate) struct TableDetails {
    #[serde(flatten)]
    info: TableInfo,
    kind: &'static str,
    #[serde(serialize_with = "optional_oid")]
    partition_of: Option<Oid>,
    has_dependents: bool,
    estimated_rows: Option<i64>,
    primary_key: Vec<i16>,
    columns: Vec<ColumnDetails>,
    constraints: Vec<Rc<Constraint>>,
    incoming: Vec<Rc<Constraint>>,
    preview_settings: PreviewSettings,
    metadata: Option<Metadata>,
}

/// The kinds of relations that we describe.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RelationKind {
    Table,
    PartitionedTable,
    Partition,
    View,
    MaterializedView,
    ForeignTable,
}

impl RelationKind {
    /// `None` for indexes, sequences, composite types and TOAST tables.
    fn of(row: &PgClass) -> Option<Self> {
        let kind = match row.relkind.0 {
            pg_sys::RELKIND_RELATION => RelationKind::Table,
            pg_sys::RELKIND_PARTITIONED_TABLE => RelationKind::PartitionedTable,
            pg_sys::RELKIND_FOREIGN_TABLE => RelationKind::ForeignTable,
            pg_sys::RELKIND_VIEW => RelationKind::View,
            pg_sys::RELKIND_MATVIEW => RelationKind::MaterializedView,
            _ => return None,
        };
        Some(if row.relispartition {
            RelationKind::Partition
        } else {
            kind
        })
    }

    fn name(self) -> &'static str {
        match self {
            RelationKind::Table => "table",
            RelationKind::PartitionedTable => "partitioned_table",
            RelationKind::Partition => "partition",
            RelationKind::View => "view",
            RelationKind::MaterializedView => "materialized_view",
            RelationKind::ForeignTable => "foreign_table",
        }
    }

    /// The three words that clients of `msar.get_table` know.
    fn listed_type(self) -> &'static str {
        match self {
            RelationKind::View => "view",
            RelationKind::MaterializedView => "materialized_view",
            RelationKind::Table
            | RelationKind::PartitionedTable
            | RelationKind::Partition
            | RelationKind::ForeignTable => "table",
        }
    }
}

/// The relations of a schema that we describe, by name.
pub(crate) fn of_schema(catalog: &Catalog, schema: Oid) -> Vec<PgClass> {
    let mut relations = PgClass::of_schema(&catalog.reader, schema);
    relations.retain(|row| RelationKind::of(row).is_some());
    relations.sort_by(|a, b| a.relname.cmp(&b.relname));
    relations
}

/// A relation that we describe.
pub(crate) fn find(catalog: &Catalog, relation: Oid) -> Result<PgClass, Error> {
    let row = PgClass::by_oid(&catalog.reader, relation).ok_or(Error::UnknownRelation(relation))?;
    if RelationKind::of(&row).is_none() {
        return Err(Error::NotDescribable { name: row.relname });
    }
    Ok(row)
}

pub(crate) fn privileges(catalog: &Catalog, row: &PgClass) -> Privileges {
    let is_view = row.relkind == Char(pg_sys::RELKIND_VIEW);
    catalog
        .role
        .privileges_on_relation(row.oid, is_view, row.relowner, row.relacl.as_ref())
}

impl TableInfo {
    pub(crate) fn read(catalog: &Catalog, row: &PgClass) -> Option<Self> {
        Self::with_comment(catalog, row, Comments::read(catalog, row.oid).take_relation())
    }

    fn with_comment(catalog: &Catalog, row: &PgClass, description: Option<String>) -> Option<Self> {
        Some(Self {
            oid: row.oid,
            name: row.relname.clone(),
            schema: row.relnamespace,
            description,
            owner_oid: row.relowner,
            current_role_priv: privileges(catalog, row),
            current_role_owns: catalog.role.has_rights_of(row.relowner),
            listed_type: RelationKind::of(row)?.listed_type(),
        })
    }
}

/// The rows of the catalogs that belong to one relation, each catalog read once.
struct Parts {
    columns: Vec<PgAttribute>,
    defaults: Vec<PgAttrdef>,
    constraints: Vec<PgConstraint>,
    comments: Comments,
    /// For those who tell of it.
    metadata: OfTable,
    dependents: Vec<PgDepend>,
    /// Attnums in key order.
    primary_key: Vec<i16>,
    /// Attnums of columns that something has a normal dependency on.
    with_dependents: Vec<i32>,
}

impl Parts {
    fn read(catalog: &Catalog, relation: Oid) -> Self {
        let reader = &catalog.reader;
        let columns = PgAttribute::live(reader, relation);
        let constraints = PgConstraint::of_relation(reader, relation);
        let dependents = PgDepend::of_relation(reader, relation);
        let has_defaults = columns.iter().any(|column| column.atthasdef);
        let primary_key = constraints
            .iter()
            .find(|constraint| constraint.contype == Char(b'p'));
        let normal = dependents.iter().filter(|row| row.deptype == dependency::NORMAL);
        Self {
            defaults: if has_defaults {
                PgAttrdef::of_relation(reader, relation)
            } else {
                Vec::new()
            },
            comments: Comments::read(catalog, relation),
            metadata: OfTable::default(),
            primary_key: primary_key
                .map(|constraint| constraint.conkey.clone())
                .unwrap_or_default(),
            with_dependents: normal.map(|row| row.refobjsubid).collect(),
            columns,
            constraints,
            dependents,
        }
    }

    /// Spares the foreign keys of this table, and those that point here, to look up what is known now.
    fn remember_names(&self, catalog: &Catalog, row: &PgClass) -> Result<(), Error> {
        catalog.remember_relation_name(row)?;
        let in_constraints = self.constraints.iter().flat_map(|constraint| &constraint.conkey);
        for attnum in in_constraints {
            if let Ok(at) = self.columns.binary_search_by_key(attnum, |column| column.attnum) {
                catalog.remember_column_name(&self.columns[at]);
            }
        }
        Ok(())
    }

    /// The columns, and how to tell about them.
    fn column_context<'a>(
        &'a mut self,
        catalog: &Catalog,
        row: &PgClass,
    ) -> (&'a [PgAttribute], ColumnContext<'a>) {
        let context = ColumnContext {
            owner: row.relowner,
            relation_privileges: privileges(catalog, row),
            primary_key: &self.primary_key,
            defaults: &self.defaults,
            with_dependents: &self.with_dependents,
            comments: &mut self.comments,
            metadata: &mut self.metadata,
        };
        (&self.columns, context)
    }
}

/// The columns of any relation; none for an unknown one.
pub(crate) fn column_infos(catalog: &Catalog, relation: Oid) -> Result<Vec<ColumnInfo>, Error> {
    let Some(row) = PgClass::by_oid(&catalog.reader, relation) else {
        return Ok(Vec::new());
    };
    let mut parts = Parts::read(catalog, relation);
    let (columns, mut context) = parts.column_context(catalog, &row);
    columns
        .iter()
        .map(|column| ColumnInfo::read(catalog, column, &mut context))
        .collect()
}

impl TableDetails {
    pub(crate) fn read(catalog: &Catalog, row: &PgClass) -> Result<Self, Error> {
        let kind = RelationKind::of(row).ok_or_else(|| Error::NotDescribable {
            name: row.relname.clone(),
        })?;
        let mut parts = Parts::read(catalog, row.oid);
        parts.metadata = OfTable::read(catalog, row)?;
        parts.remember_names(catalog, row)?;
        let description = parts.comments.take_relation();
        let info = TableInfo::with_comment(catalog, row, description).ok_or(Error::Vanished)?;
        let incoming = incoming(catalog, row.oid, &parts)?;
        // Only partitions go along with a table that they have foreign keys to.
        let is_held = row.relkind != Char(pg_sys::RELKIND_PARTITIONED_TABLE) && !incoming.is_empty();
        let has_dependents = is_held || dependency::refuses_drop(&catalog.reader, row.oid, &parts.dependents);
        let constraints = own_constraints(catalog, std::mem::take(&mut parts.constraints))?;
        let (columns, mut context) = parts.column_context(catalog, row);
        let template = context.metadata.template(catalog, row.oid);
        let metadata = readable_metadata(catalog, row.oid, columns, &mut context);
        let template = template.filter(|_| metadata.is_some());
        let preview_settings = PreviewSettings::new(catalog, template.as_deref(), || {
            preview::default_column(catalog, readable(catalog, columns, &context))
        })?;
        let columns: Vec<ColumnDetails> = columns
            .iter()
            .map(|column| ColumnDetails::read(catalog, column, &mut context))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            info,
            kind: kind.name(),
            partition_of: partition_of(catalog, row),
            has_dependents,
            estimated_rows: (row.reltuples >= 0.0).then_some(row.reltuples as i64),
            primary_key: parts.primary_key,
            columns,
            constraints,
            incoming,
            preview_settings,
            metadata,
        })
    }
}

/// The metadata of the relation itself, if there is any and the current role may read a column.
fn readable_metadata(
    catalog: &Catalog,
    relation: Oid,
    columns: &[PgAttribute],
    context: &mut ColumnContext<'_>,
) -> Option<Metadata> {
    let metadata = context.metadata.take_table(catalog, relation)?;
    let may_read = stored::is_readable(catalog, context.owner, context.relation_privileges)
        || readable(catalog, columns, context).next().is_some();
    may_read.then_some(metadata)
}

/// The columns that the current role may read.
fn readable<'a>(
    catalog: &Catalog,
    columns: &'a [PgAttribute],
    context: &ColumnContext<'_>,
) -> impl Iterator<Item = &'a PgAttribute> {
    let (owner, on_relation) = (context.owner, context.relation_privileges);
    columns
        .iter()
        .filter(move |column| column::privileges_on(catalog, column, owner, on_relation).includes_select())
}

fn partition_of(catalog: &Catalog, row: &PgClass) -> Option<Oid> {
    if !row.relispartition {
        return None;
    }
    PgInherits::parents(&catalog.reader, row.oid)
        .first()
        .map(|parent| parent.inhparent)
}

fn own_constraints(catalog: &Catalog, mut rows: Vec<PgConstraint>) -> Result<Vec<Rc<Constraint>>, Error> {
    rows.sort_by(|a, b| a.conname.cmp(&b.conname));
    rows.into_iter()
        .filter_map(|row| Constraint::read(catalog, row).transpose())
        .collect()
}

/// The foreign keys of other tables that refer to this one: pg_constraint has no index by the table referred to, but
/// each of them depends on the columns that it refers to.
fn incoming(catalog: &Catalog, relation: Oid, parts: &Parts) -> Result<Vec<Rc<Constraint>>, Error> {
    let mut candidates: Vec<Oid> = parts
        .dependents
        .iter()
        .filter(|row| {
            row.classid == Oid::from(catalog_oid::PG_CONSTRAINT) && row.deptype == dependency::NORMAL
        })
        .map(|row| row.objid)
        .filter(|&candidate| parts.constraints.iter().all(|own| own.oid != candidate))
        .collect();
    candidates.sort_by_key(|oid| oid.to_u32());
    candidates.dedup();
    let mut keys = Vec::new();
    for candidate in candidates {
        let key = Constraint::by_oid(catalog, candidate)?;
        keys.extend(key.filter(|key| key.refers_to(relation)));
    }
    keys.sort_by(|a, b| a.by_table_and_name(b));
    Ok(keys)
}
