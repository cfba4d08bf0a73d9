//! Relations as documents: tables, views and their like.

use super::Describer;
pub(crate) use super::column::ColumnInfo;
use super::column::{ColumnContext, ColumnDetails};
use super::constraint::Constraint;
use super::preview::PreviewSettings;
use crate::catalog::comments::Comments;
use crate::catalog::relation::{self, Relation, RelationKind};
use crate::catalog::rows::{OfRelation, PgAttrdef, PgClass, PgConstraint, PgDepend, PgInherits};
use crate::catalog::{Catalog, dependency, link, optional_oid, serialize_oid};
use crate::error::Error;
use crate::metadata::read::{self, Metadata, OfTable};
use crate::pg::Oid;
use crate::pg::acl::Privileges;
use crate::pg::catalog_row::Char;
use crate::previews::text::{self, Audience, DefaultTemplate};
use pgrx::pg_sys;
use serde::Serialize;
use std::rc::Rc;

/// A relation, as `msar.get_table` returns it.
#[derive(Serialize)]
pub(crate) struct TableInfo {
    #[serde(serialize_with = "serialize_oid")]
    oid: Oid,
    name: String,
    #[serde(serialize_with = "serialize_oid")]
    schema: Oid,
    description: Option<String>,
    #[serde(serialize_with = "serialize_oid")]
    owner_oid: Oid,
    #[serde(serialize_with = "Privileges::on_relation")]
    current_role_priv: Privileges,
    current_role_owns: bool,
    #[serde(rename = "type")]
    listed_type: &'static str,
}

/// A relation, as `msar.get_table_details` returns it.
#[derive(Serialize)]
pub(crate) struct TableDetails {
    #[serde(flatten)]
    info: TableInfo,
    /// Those that the role has on some columns, and not on the whole relation.
    #[serde(
        skip_serializing_if = "Privileges::is_none_on_columns",
        serialize_with = "Privileges::on_columns"
    )]
    current_role_column_priv: Privileges,
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

impl TableInfo {
    /// `None` for a relation that holds no rows for users.
    pub(crate) fn from_row(catalog: &Catalog, row: &PgClass) -> Option<Self> {
        let kind = RelationKind::of_row(row)?;
        let comment = Comments::of_relation(catalog, row.oid).take_relation();
        Some(Self::new(
            catalog,
            row,
            kind,
            relation::privileges(catalog, row),
            comment,
        ))
    }

    fn new(
        catalog: &Catalog,
        row: &PgClass,
        kind: RelationKind,
        privileges: Privileges,
        description: Option<String>,
    ) -> Self {
        Self {
            oid: row.oid,
            name: row.relname.clone(),
            schema: row.relnamespace,
            description,
            owner_oid: row.relowner,
            current_role_priv: privileges,
            current_role_owns: catalog.role.has_rights_of(row.relowner),
            listed_type: kind.listed_type(),
        }
    }
}

/// The rows of the catalogs that belong to one relation, each catalog read once.
struct TableParts {
    relation: Relation,
    /// Attnums in key order.
    primary_key: Vec<i16>,
    defaults: Vec<PgAttrdef>,
    comments: Comments,
    /// For those who tell of it.
    metadata: OfTable,
    dependents: Vec<PgDepend>,
    /// Attnums of columns that something has a normal dependency on.
    with_dependents: Vec<i32>,
}

impl TableParts {
    fn from_row(catalog: &Catalog, row: PgClass) -> Self {
        let reader = &catalog.reader;
        let oid = row.oid;
        let relation = Relation::from_row(catalog, row);
        let dependents = PgDepend::of_relation(reader, oid);
        let has_defaults = relation.columns.iter().any(|column| column.atthasdef);
        let normal = dependents.iter().filter(|row| row.deptype == dependency::NORMAL);
        Self {
            primary_key: relation.primary_key(catalog).to_vec(),
            defaults: if has_defaults {
                PgAttrdef::of_relation(reader, oid)
            } else {
                Vec::new()
            },
            comments: Comments::of_relation(catalog, oid),
            metadata: OfTable::default(),
            with_dependents: normal.map(|row| row.refobjsubid).collect(),
            relation,
            dependents,
        }
    }

    /// Spares the foreign keys of this table, and those that point here, to look up what is known now.
    fn remember_names(&self, catalog: &Catalog) -> Result<(), Error> {
        catalog.remember_relation_name(&self.relation.row)?;
        let constraints = self.relation.constraints(catalog);
        for &attnum in constraints.iter().flat_map(|constraint| &constraint.conkey) {
            if let Some(column) = self.relation.column(attnum) {
                catalog.remember_column_name(column);
            }
        }
        Ok(())
    }

    /// The relation, and how to describe its columns.
    fn column_context(&mut self) -> ColumnContext<'_> {
        ColumnContext {
            relation: &self.relation,
            primary_key: &self.primary_key,
            defaults: &self.defaults,
            with_dependents: &self.with_dependents,
            comments: &mut self.comments,
            metadata: &mut self.metadata,
        }
    }
}

/// The columns of any relation; none for an unknown one.
pub(crate) fn list_columns(describer: &Describer, relation: Oid) -> Result<Vec<ColumnInfo>, Error> {
    let catalog = &describer.catalog;
    let Some(row) = PgClass::by_oid(&catalog.reader, relation) else {
        return Ok(Vec::new());
    };
    let mut parts = TableParts::from_row(catalog, row);
    let mut context = parts.column_context();
    let columns = context.relation.columns.iter();
    columns
        .map(|column| ColumnInfo::from_row(describer, column, &mut context))
        .collect()
}

impl TableDetails {
    pub(crate) fn from_row(describer: &Describer, row: PgClass) -> Result<Self, Error> {
        let catalog = &describer.catalog;
        let Some(kind) = RelationKind::of_row(&row) else {
            return Err(Error::NotDescribable { name: row.relname });
        };
        let mut parts = TableParts::from_row(catalog, row);
        parts.metadata = OfTable::from_row(catalog, &parts.relation.row)?;
        parts.remember_names(catalog)?;
        let oid = parts.relation.row.oid;
        let description = parts.comments.take_relation();
        let info = TableInfo::new(
            catalog,
            &parts.relation.row,
            kind,
            parts.relation.privileges,
            description,
        );
        let incoming = list_incoming_keys(describer, &parts)?;
        // Only partitions go along with a table that they have foreign keys to.
        let is_partitioned = parts.relation.row.relkind == Char(pg_sys::RELKIND_PARTITIONED_TABLE);
        let is_held = !is_partitioned && incoming.iter().any(|key| !key.is_of(oid));
        let has_dependents = is_held || dependency::refuses_drop(&catalog.reader, oid, &parts.dependents);
        let keys = text::columns_of_keys(parts.relation.constraints(catalog));
        let constraints = list_constraints(describer, parts.relation.take_constraints(catalog))?;
        let mut context = parts.column_context();
        let template = context.metadata.template(catalog, oid);
        let metadata = readable_metadata(catalog, &mut context);
        let template = template.filter(|_| metadata.is_some());
        let preview_settings = PreviewSettings::new(catalog, template.as_deref(), || {
            let readable = context.relation.readable(catalog);
            DefaultTemplate::choose(catalog, readable, Audience::of_session(), || keys)
        })?;
        let columns = context.relation.columns.iter();
        let columns: Vec<ColumnDetails> = columns
            .map(|column| ColumnDetails::from_row(describer, column, &mut context))
            .collect::<Result<_, _>>()?;
        let current_role_column_priv = parts.relation.privileges_on_columns_alone(catalog);
        let row = &parts.relation.row;
        Ok(Self {
            info,
            current_role_column_priv,
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
fn readable_metadata(catalog: &Catalog, context: &mut ColumnContext<'_>) -> Option<Metadata> {
    let relation = context.relation;
    let metadata = context.metadata.take_table(catalog, relation.row.oid)?;
    let may_read = read::is_readable(catalog, relation.row.relowner, relation.privileges)
        || relation.readable(catalog).next().is_some();
    may_read.then_some(metadata)
}

fn partition_of(catalog: &Catalog, row: &PgClass) -> Option<Oid> {
    if !row.relispartition {
        return None;
    }
    PgInherits::parents(&catalog.reader, row.oid)
        .first()
        .map(|parent| parent.inhparent)
}

fn list_constraints(
    describer: &Describer,
    mut rows: Vec<PgConstraint>,
) -> Result<Vec<Rc<Constraint>>, Error> {
    rows.sort_by(|a, b| a.conname.cmp(&b.conname));
    rows.into_iter()
        .filter_map(|row| Constraint::from_row(&describer.catalog, &describer.foreign_keys, row).transpose())
        .collect()
}

/// The foreign keys that refer to this table, its own among them: pg_constraint has no index by the table referred to,
/// but each of them depends on the columns that it refers to.
fn list_incoming_keys(describer: &Describer, parts: &TableParts) -> Result<Vec<Rc<Constraint>>, Error> {
    let mut keys = Vec::new();
    for candidate in link::constraints_that_depend(&parts.dependents) {
        let key = Constraint::by_oid(&describer.catalog, &describer.foreign_keys, candidate)?;
        keys.extend(key.filter(|key| key.refers_to(parts.relation.row.oid)));
    }
    keys.sort_by(|a, b| a.by_table_and_name(b));
    Ok(keys)
}
