//! Replacing the primary key of a table.

use super::clause;
use super::counting::Counting;
use super::create::key_column;
use super::free_name::find_free_name;
use super::resolve::ResolvedColumn;
use super::table::{Table, find_attnum};
use crate::ddl::name::check_length;
use crate::ddl::script::Script;
use crate::definition::column::{IdentityDefinition, KeyKind};
use crate::error::Error;
use crate::pg::catalog_row::Char;
use crate::pg::ownership::AlterLock;
use crate::pg::{Oid, quote};
use pgrx::pg_sys;

/// Gives a table a new primary key column; returns its attnum.
pub(crate) fn add_key_column(relation: Oid, kind: KeyKind, drop_old: bool, name: &str) -> Result<i16, Error> {
    check_length(name)?;
    let table = Table::lock(relation, AlterLock::AccessExclusive)?;
    let old = OldKey::of_table(&table, drop_old, None);
    let is_taken = |name: &str| {
        table
            .columns
            .iter()
            .any(|column| column.attname == name && !old.dropped.contains(&column.attnum))
    };
    let name = find_free_name(name, is_taken);
    let definition = key_column(kind, name.clone());
    let column = ResolvedColumn::resolve(&definition, name.clone(), false)?;
    let mut actions = old.actions;
    actions.push(format!(
        "ADD COLUMN {} PRIMARY KEY",
        clause::write_column(&column)
    ));
    let mut script = Script::new();
    script.alter_table(&table.sql(), &actions);
    script.run()?;
    find_attnum(relation, &name)
}

/// Makes a column the primary key.
pub(crate) fn set_key_column(
    relation: Oid,
    column: i32,
    kind: Option<KeyKind>,
    drop_old: bool,
) -> Result<(), Error> {
    let table = Table::lock(relation, AlterLock::AccessExclusive)?;
    let column = table.find_column(column)?;
    let name = quote::identifier(&column.attname);
    let old = OldKey::of_table(&table, drop_old, Some(column.attnum));
    let mut actions = old.actions;
    let mut push = |action: &str| actions.push(format!("ALTER COLUMN {name} {action}"));
    let counting = match kind {
        Some(KeyKind::Identity) => Some(Counting::of_column(&table, column)?),
        _ => None,
    };
    match (kind, &counting) {
        (Some(KeyKind::Identity), Some(counting)) if column.attidentity == Char(0) => {
            if column.atthasdef {
                push("DROP DEFAULT");
            }
            if !matches!(
                column.atttypid,
                pg_sys::INT2OID | pg_sys::INT4OID | pg_sys::INT8OID
            ) {
                let cast =
                    super::cast::compile_cast(&name, column.atttypid, pg_sys::INT4OID, &Default::default())?;
                push(&format!("TYPE integer USING {cast}"));
            }
            push("SET NOT NULL");
            push(&format!(
                "ADD GENERATED {}",
                counting.identity(&IdentityDefinition::default())
            ));
        }
        (Some(KeyKind::Uuid), _) => push("SET DEFAULT pg_catalog.gen_random_uuid()"),
        _ => {}
    }
    actions.push(format!("ADD PRIMARY KEY ({name})"));
    let mut script = Script::new();
    script.alter_table(&table.sql(), &actions);
    if let Some(counting) = counting {
        script.extend(counting.hand_over(&IdentityDefinition::default()));
    }
    script.run()
}

/// The primary key that a table has, on its way out.
struct OldKey {
    actions: Vec<String>,
    /// Columns that go along.
    dropped: Vec<i16>,
}

impl OldKey {
    /// `kept` is a column that stays, whatever `drop_columns` says.
    fn of_table(table: &Table, drop_columns: bool, kept: Option<i16>) -> Self {
        let mut old = Self {
            actions: Vec::new(),
            dropped: Vec::new(),
        };
        let mut constraints = table.constraints().iter();
        let Some(key) = constraints.find(|row| row.contype == Char(b'p')) else {
            return old;
        };
        old.actions
            .push(format!("DROP CONSTRAINT {}", quote::identifier(&key.conname)));
        if drop_columns {
            old.dropped = key
                .conkey
                .iter()
                .copied()
                .filter(|attnum| Some(*attnum) != kept)
                .collect();
            for column in old.dropped.iter().filter_map(|attnum| table.column(*attnum)) {
                old.actions
                    .push(format!("DROP COLUMN {}", quote::identifier(&column.attname)));
            }
        }
        old
    }
}
