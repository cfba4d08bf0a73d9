//! Constraints as clauses of CREATE TABLE and ALTER TABLE ... ADD.

use super::resolve::check_expression;
use super::table::ColumnNames;
use crate::ddl::name::{check_length, quote_name, quote_qualified_name};
use crate::ddl::script::Script;
use crate::definition::constraint::{
    ConstraintDefinition, ExclusionElement, ForeignKeyAction, ForeignKeyMatch, KeyElement, KeyTerm, Referent,
    Rule,
};
use crate::definition::name::QualifiedName;
use crate::error::Error;
use crate::pg::{Oid, lock, quote};

/// A constraint on columns of `columns`.
pub(super) fn write_constraint(
    definition: &ConstraintDefinition,
    columns: &ColumnNames,
) -> Result<String, Error> {
    let mut sql = String::new();
    if let Some(name) = definition.given_name() {
        sql = format!("CONSTRAINT {} ", quote_name(name)?);
    }
    match definition.rule()? {
        Rule::Key {
            is_primary,
            columns: key,
        } => push_key(
            &mut sql,
            definition,
            is_primary,
            &columns.list_identifiers(key)?,
            columns,
        )?,
        Rule::ForeignKey {
            columns: key,
            referent,
        } => {
            push_foreign_key(
                &mut sql,
                definition,
                &columns.list_identifiers(key)?,
                referent,
                columns,
            )?;
        }
        Rule::Check(check) => {
            sql.push_str("CHECK ");
            sql.push_str(&check_expression("expression", check)?);
        }
        Rule::Exclusion(elements) => push_exclusion(&mut sql, definition, elements, columns)?,
    }
    for (applies, words) in [
        (definition.no_inherit, " NO INHERIT"),
        (
            definition.deferrable || definition.initially_deferred,
            " DEFERRABLE",
        ),
        (definition.initially_deferred, " INITIALLY DEFERRED"),
        (definition.not_valid, " NOT VALID"),
        (definition.not_enforced, " NOT ENFORCED"),
    ] {
        if applies {
            sql.push_str(words);
        }
    }
    Ok(sql)
}

fn push_key(
    sql: &mut String,
    definition: &ConstraintDefinition,
    is_primary: bool,
    key: &[String],
    columns: &ColumnNames,
) -> Result<(), Error> {
    sql.push_str(if is_primary { "PRIMARY KEY" } else { "UNIQUE" });
    if definition.nulls_not_distinct {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    let overlaps = if definition.period {
        " WITHOUT OVERLAPS"
    } else {
        ""
    };
    sql.push_str(&format!(" ({}{overlaps})", key.join(", ")));
    if !definition.include.is_empty() {
        sql.push_str(&format!(
            " INCLUDE ({})",
            columns.list_identifiers(&definition.include)?.join(", ")
        ));
    }
    Ok(())
}

fn push_foreign_key(
    sql: &mut String,
    definition: &ConstraintDefinition,
    key: &[String],
    referent: Referent<'_>,
    columns: &ColumnNames,
) -> Result<(), Error> {
    let list = |names: &[String]| match names.split_last() {
        Some((last, first)) if definition.period => {
            let first: String = first.iter().map(|name| format!("{name}, ")).collect();
            format!("{first}PERIOD {last}")
        }
        _ => names.join(", "),
    };
    let (referent, referent_columns) = match referent {
        Referent::Oid(oid) => {
            let oid = Oid::from(oid);
            // Its name must not change before the statement has used it.
            lock::share_until_commit(oid);
            let names = ColumnNames::of_relation(oid)?;
            (
                names.relation_sql().to_owned(),
                names.list_identifiers(&definition.fkey_columns)?,
            )
        }
        Referent::Name(name) => {
            let names = ColumnNames::unknown(name.name.clone());
            (
                quote_qualified_name(name)?,
                names.list_identifiers(&definition.fkey_columns)?,
            )
        }
    };
    sql.push_str(&format!("FOREIGN KEY ({}) REFERENCES {referent}", list(key)));
    if !referent_columns.is_empty() {
        sql.push_str(&format!(" ({})", list(&referent_columns)));
    }
    match definition.fkey_match_type {
        Some(ForeignKeyMatch::Full) => sql.push_str(" MATCH FULL"),
        Some(ForeignKeyMatch::Simple) | None => {}
    }
    for (words, action) in [
        (" ON UPDATE ", definition.fkey_update_action),
        (" ON DELETE ", definition.fkey_delete_action),
    ] {
        if let Some(action) = action.filter(|action| *action != ForeignKeyAction::NoAction) {
            sql.push_str(words);
            sql.push_str(action_words(action));
        }
    }
    if !definition.fkey_delete_columns.is_empty() {
        sql.push_str(&format!(
            " ({})",
            columns
                .list_identifiers(&definition.fkey_delete_columns)?
                .join(", ")
        ));
    }
    Ok(())
}

fn action_words(action: ForeignKeyAction) -> &'static str {
    match action {
        ForeignKeyAction::NoAction => "NO ACTION",
        ForeignKeyAction::Restrict => "RESTRICT",
        ForeignKeyAction::Cascade => "CASCADE",
        ForeignKeyAction::SetNull => "SET NULL",
        ForeignKeyAction::SetDefault => "SET DEFAULT",
    }
}

fn push_exclusion(
    sql: &mut String,
    definition: &ConstraintDefinition,
    elements: &[ExclusionElement],
    columns: &ColumnNames,
) -> Result<(), Error> {
    let method = quote_name(definition.method.as_deref().unwrap_or("gist"))?;
    let elements = elements
        .iter()
        .map(|element| exclusion_element(element, columns))
        .collect::<Result<Vec<_>, Error>>()?;
    sql.push_str(&format!("EXCLUDE USING {method} ({})", elements.join(", ")));
    if let Some(predicate) = &definition.predicate {
        sql.push_str(" WHERE ");
        sql.push_str(&check_expression("predicate", predicate)?);
    }
    Ok(())
}

fn exclusion_element(element: &ExclusionElement, columns: &ColumnNames) -> Result<String, Error> {
    let mut sql = key_term(
        element.term()?,
        &element.collation,
        &element.operator_class,
        columns,
    )?;
    if element.descending {
        sql.push_str(" DESC");
    }
    match element.nulls_first {
        Some(true) => sql.push_str(" NULLS FIRST"),
        Some(false) => sql.push_str(" NULLS LAST"),
        None => {}
    }
    let operator = element.operator()?;
    check_length(operator.name)?;
    let operator = match operator.schema {
        Some(schema) => format!("OPERATOR({}.{})", quote_name(schema)?, operator.name),
        None => operator.name.to_owned(),
    };
    Ok(format!("{sql} WITH {operator}"))
}

/// An element of a partition key.
pub(super) fn key_element(element: &KeyElement, columns: &ColumnNames) -> Result<String, Error> {
    key_term(
        element.term()?,
        &element.collation,
        &element.operator_class,
        columns,
    )
}

fn key_term(
    term: KeyTerm<'_>,
    collation: &Option<QualifiedName>,
    operator_class: &Option<QualifiedName>,
    columns: &ColumnNames,
) -> Result<String, Error> {
    let mut sql = match term {
        KeyTerm::Column(column) => columns.identifier(column)?,
        KeyTerm::Expression(sql) => check_expression("expression", sql)?,
    };
    for (words, name) in [(" COLLATE ", collation), (" ", operator_class)] {
        if let Some(name) = name {
            sql.push_str(words);
            sql.push_str(&quote_qualified_name(name)?);
        }
    }
    Ok(sql)
}

/// Adds the comments on constraints of a table to a script.
pub(super) fn push_comments(
    script: &mut Script,
    table: &str,
    constraints: &[ConstraintDefinition],
) -> Result<(), Error> {
    for constraint in constraints {
        if let (Some(name), Some(text)) = (constraint.name_for_description()?, &constraint.description) {
            script.comment(
                &format!("CONSTRAINT {} ON {table}", quote::identifier(name)),
                Some(text),
            );
        }
    }
    Ok(())
}
