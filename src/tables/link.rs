//! Adding columns and mapping tables that refer to other tables.

use super::create::{MadeTable, NewTable};
use super::error::TablesError;
use super::free_name::find_free_name;
use super::resolve::ResolvedColumn;
use super::table::{Table, find_attnum};
use super::{clause, constraint};
use crate::ddl::name::check_length;
use crate::ddl::script::Script;
use crate::definition::column::{ColumnDefinition, MappingColumn};
use crate::definition::constraint::{ConstraintDefinition, ConstraintKind};
use crate::definition::name::ColumnRef;
use crate::definition::type_object::TypeObject;
use crate::error::Error;
use crate::pg::ownership::AlterLock;
use crate::pg::{Oid, lock};

/// Adds a column that refers to the primary key of another table; returns its attnum. With `is_unique`, no two rows
/// refer to the same one.
pub(crate) fn add_column(name: &str, relation: Oid, referent: Oid, is_unique: bool) -> Result<i16, Error> {
    check_length(name)?;
    let wanted = if name.is_empty() { "Column" } else { name };
    let table = Table::lock(relation, AlterLock::AccessExclusive)?;
    let name = find_free_name(wanted, |name| table.has_column(name));
    let link = LinkDefinition::to(referent, name.clone())?;
    let column = ResolvedColumn::resolve(&link.column, name.clone(), false)?;
    let names = table.column_names();
    let mut actions = vec![format!("ADD COLUMN {}", clause::write_column(&column))];
    let columns = vec![ColumnRef::Name(name.clone())];
    if is_unique {
        let key = ConstraintDefinition {
            columns: columns.clone(),
            ..ConstraintDefinition::new(ConstraintKind::Unique)
        };
        actions.push(format!("ADD {}", constraint::write_constraint(&key, &names)?));
    }
    let key = ConstraintDefinition { columns, ..link.key };
    actions.push(format!("ADD {}", constraint::write_constraint(&key, &names)?));
    let mut script = Script::new();
    script.alter_table(&table.sql(), &actions);
    script.run()?;
    find_attnum(relation, &name)
}

/// Creates a table whose rows each refer to a row of every one of several tables.
pub(crate) fn add_table(schema: Oid, name: &str, columns: &[MappingColumn]) -> Result<MadeTable, Error> {
    let links = columns
        .iter()
        .map(|column| LinkDefinition::to(column.referent_table_oid.into(), column.column_name.clone()))
        .collect::<Result<Vec<_>, Error>>()?;
    let (columns, keys): (Vec<_>, Vec<_>) = links.into_iter().map(|link| (link.column, link.key)).unzip();
    // By number, since names may get a number yet. Before them is the key of the table itself.
    let constraints = keys
        .into_iter()
        .zip(2..)
        .map(|(key, attnum)| ConstraintDefinition {
            columns: vec![ColumnRef::Attnum(attnum)],
            ..key
        });
    NewTable {
        schema,
        name: Some(name),
        key: None,
        constraints: constraints.collect(),
        columns,
        owner: None,
        comment: None,
    }
    .create()
}

/// A column of the type of another table's primary key, and the foreign key to it.
struct LinkDefinition {
    column: ColumnDefinition,
    /// Without its column.
    key: ConstraintDefinition,
}

impl LinkDefinition {
    fn to(referent: Oid, name: String) -> Result<Self, Error> {
        // It must not change before the statement has used it.
        lock::share_until_commit(referent);
        let table = Table::read_relation(referent)?;
        let key = match table.primary_key() {
            &[attnum] => table.find_column(attnum.into())?,
            _ => Err(TablesError::NoSingleKey {
                relation: table.name().to_owned(),
            })?,
        };
        Ok(Self {
            column: ColumnDefinition {
                name: Some(name),
                type_: Some(TypeObject {
                    id: Some(key.atttypid.to_u32()),
                    modifier: Some(key.atttypmod),
                    ..TypeObject::default()
                }),
                ..ColumnDefinition::default()
            },
            key: ConstraintDefinition {
                fkey_relation_id: Some(referent.to_u32()),
                fkey_columns: vec![ColumnRef::Attnum(key.attnum)],
                ..ConstraintDefinition::new(ConstraintKind::ForeignKey)
            },
        })
    }
}
