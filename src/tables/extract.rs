//! Extracting columns into a new table: each combination of their values becomes one row, to which the rows of the old
//! table refer.

use super::clause;
use super::counting::continue_counting;
use super::create::set_metadata;
use super::error::LinkError;
use super::free_name::{find_free_name, free_table_name};
use super::moved::Moved;
use super::resolve::{ColumnValueSource, ResolvedColumn};
use super::table::{Table, find_attnum, print_relation};
use crate::ddl::name::check_length;
use crate::ddl::script::Script;
use crate::error::Error;
use crate::pg::ownership::AlterLock;
use crate::pg::{Oid, names, quote};

/// The names of a new table, and of the column that refers to it.
pub(crate) struct ExtractNames<'a> {
    pub(crate) table: Option<&'a str>,
    /// `<table>_id` if there is none.
    pub(crate) column: Option<&'a str>,
}

/// Moves columns into a new table; gives its OID, and the attnum of the column that refers to it.
pub(crate) fn extract_columns(
    relation: Oid,
    attnums: &[i32],
    wanted: &ExtractNames<'_>,
) -> Result<(Oid, i16), Error> {
    let table = Table::lock(relation, AlterLock::AccessExclusive)?;
    let moved = Moved::of_columns(&table, attnums)?;
    let extraction = Extraction::plan(&table, &moved, wanted)?;
    extraction.script(&table, &moved)?.run()?;
    let new = names::find_relation(&table.schema, &extraction.name).ok_or(Error::Vanished)?;
    let metadata = moved
        .columns
        .iter()
        .filter_map(|column| Some((column.name.clone(), column.metadata.clone()?)));
    set_metadata(new, None, metadata.collect())?;
    Ok((new, find_attnum(relation, &extraction.link)?))
}

/// Names that are free.
struct Extraction {
    /// The name of the new table, ...
    name: String,
    /// ... its key, ...
    key: String,
    /// ... the column that refers to it, ...
    link: String,
    /// ... and what that is called until the old columns are gone.
    link_meanwhile: String,
}

impl Extraction {
    fn plan(table: &Table, moved: &Moved, wanted: &ExtractNames<'_>) -> Result<Self, Error> {
        let schema = names::find_schema(&table.schema).ok_or(Error::Vanished)?;
        if let Some(name) = wanted.table {
            check_length(name)?;
        }
        if let Some(name) = wanted
            .table
            .filter(|name| names::relation_in(schema, name).is_some())
        {
            Err(LinkError::TableExists {
                schema: table.schema.to_string(),
                name: name.to_owned(),
            })?;
        }
        let name = match wanted.table.filter(|name| !name.is_empty()) {
            Some(name) => name.to_owned(),
            None => free_table_name(Some(schema), None, "Table"),
        };
        let link = match wanted.column.filter(|name| !name.is_empty()) {
            Some(link) => link.to_owned(),
            None => super::free_name::append_suffix(&name, "_id"),
        };
        check_length(&link)?;
        let link = find_free_name(&link, |name| table.has_column(name) && !moved.has_name(name));
        Ok(Self {
            key: find_free_name("id", |name| moved.has_name(name)),
            link_meanwhile: find_free_name(&link, |name| table.has_column(name)),
            link,
            name,
        })
    }

    fn script(&self, table: &Table, moved: &Moved) -> Result<Script, Error> {
        let old = table.sql();
        let new = quote::qualified(&table.schema, &self.name);
        let (key, link) = (
            quote::identifier(&self.key),
            quote::identifier(&self.link_meanwhile),
        );
        let mut script = Script::new();
        script.push(self.create_statement(&new, moved));
        let origin = print_relation(table.oid())?;
        script.comment(&format!("TABLE {new}"), Some(&format!("Extracted from {origin}")));
        for column in &moved.columns {
            if let Some(description) = &column.description {
                script.comment(&clause::name_column_of(&new, &column.name), Some(description));
            }
        }
        script.alter_table(&old, &[format!("ADD COLUMN {link} integer")]);
        script.push(format!(
            "UPDATE {old} AS target SET {link} = numbered.number FROM (SELECT source.tableoid, source.ctid, pg_catalog.dense_rank() OVER (ORDER BY {order}) FROM {old} AS source) AS numbered (tab, tup, number) WHERE target.tableoid OPERATOR(pg_catalog.=) numbered.tab AND target.ctid OPERATOR(pg_catalog.=) numbered.tup",
            order = moved.order("source"),
        ));
        script.push(format!(
            "INSERT INTO {new} ({key}, {names}) SELECT DISTINCT ON (source.{link}) source.{link}, {values} FROM {old} AS source ORDER BY source.{link}",
            names = clause::list_identifiers(moved.columns.iter().map(|column| &column.name)),
            values = moved.identifiers("source"),
        ));
        script.push(continue_counting(&new, &self.key));
        let constraints: Vec<_> = moved
            .constraints
            .iter()
            .map(|constraint| format!("ADD {}", constraint.definition))
            .collect();
        script.alter_table(&new, &constraints);
        script.alter_table(&old, &moved.drop_actions());
        let final_link = quote::identifier(&self.link);
        if self.link != self.link_meanwhile {
            script.push(format!("ALTER TABLE {old} RENAME COLUMN {link} TO {final_link}"));
        }
        // When the column has its name, so that the constraint gets the name that goes with it.
        script.alter_table(
            &old,
            &[format!("ADD FOREIGN KEY ({final_link}) REFERENCES {new} ({key})")],
        );
        Ok(script)
    }

    fn create_statement(&self, new: &str, moved: &Moved) -> String {
        let mut elements = vec![format!(
            "{} integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY",
            quote::identifier(&self.key)
        )];
        elements.extend(moved.columns.iter().map(|column| {
            clause::write_column(&ResolvedColumn {
                collation: column.collation.clone(),
                not_null: column.not_null,
                source: column
                    .default
                    .clone()
                    .map_or(ColumnValueSource::Nothing, |default| {
                        ColumnValueSource::Default(format!("({default})"))
                    }),
                ..ResolvedColumn::plain(column.name.clone(), column.type_.clone())
            })
        }));
        format!("CREATE TABLE {new} ({})", elements.join(", "))
    }
}
