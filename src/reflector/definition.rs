//! Adding a reflection: from the caller's document to a stored row whose statements PostgreSQL has checked.

use super::application::Application;
use super::error::{ReflectionError, SourceTableError};
use super::remote_target::RemoteTarget;
use super::source::{self, FoundSource};
use super::stored::{BoundNames, MappedField, SourceFacts, StoredReflection, TargetTable};
use super::{bound, foreign_types, named_parameters, new_target, prepared, remote_facts, store};
use crate::error::{Error, ManualPage};
use crate::explorations::node::Node;
use crate::pg::row_store::RowStore;
use crate::pg::snapshot::Snapshot;
use crate::pg::{Oid, bookkeeping, caller, lock, names, parser, quote};
use serde_json::{Value, json};
use std::cell::RefCell;

/// What a caller asks for.
struct WantedReflection {
    /// The foreign server of the target; none: this database.
    server: Option<String>,
    target: Option<WantedTarget>,
    fields: Option<Vec<WantedField>>,
    statement: Option<String>,
    delete_statement: Option<String>,
    filter: Option<String>,
    ignore_deletes: bool,
    on_error: &'static str,
    copies: bool,
}

/// The name of a table, which need not exist.
struct WantedTarget {
    schema: Option<String>,
    name: String,
}

struct WantedField {
    column: String,
    expression: String,
}

/// `msar.add_reflection`.
pub(crate) fn add_reflection(table: Oid, target: &str, options: &str) -> Result<Value, Error> {
    let wanted = parse_reflection(target, options)?;
    let source_id = match source::find_source(table)? {
        Some(FoundSource { id, is_live: true }) => id,
        other => source::make_default(table, other.map(|source| source.id))?,
    };
    // What is checked here stays so until the end of the transaction.
    lock::share_until_commit(table);
    let source = source::read_facts(source_id)?.ok_or(Error::UnknownRelation(table))?;
    source::check_rights(&source)?;
    check_key(&source, &wanted)?;
    let (target, fields) = match &wanted.target {
        Some(name) if wanted.server.is_none() => {
            let target = prepare_target(&source, name, &wanted)?;
            let fields = map_fields(&source, &target, &wanted)?;
            (Some(target), Some(fields))
        }
        _ => (None, None),
    };
    let role = caller::current_role();
    let mut reflection = StoredReflection {
        id: 0,
        source_id,
        owner_oid: role.to_u32(),
        server: wanted.server.clone(),
        incarnation: String::new(),
        target_token: None,
        target_schema: target.as_ref().map(|target| target.schema.clone()),
        target_table: target.as_ref().map(|target| target.name.clone()),
        target_oid: target.as_ref().map(|target| target.oid),
        target_name: String::new(),
        fields,
        statement: wanted.statement.clone(),
        delete_statement: wanted.delete_statement.clone(),
        filter: wanted.filter.clone(),
        ignore_deletes: wanted.ignore_deletes,
        on_error: wanted.on_error.into(),
        uses: BoundNames::default(),
        state: if wanted.copies { "copying" } else { "active" }.into(),
        recopy_reason: None,
        snapshot: None,
        next_snapshot: None,
        last_seq: 0,
        copy_position: None,
        copy_is_again: false,
        copied: 0,
        copy_seconds: 0.0,
        source_name: String::new(),
        source_oid: source.oid,
        source_exists: true,
        source_of_target: None,
        shares_target: false,
    };
    let remote = match &wanted.server {
        Some(_) => Some(prepare_remote_target(&source, &wanted, &mut reflection)?),
        None => None,
    };
    let sides = match &remote {
        Some(remote) => (remote.table(), Some(remote)),
        None => (target.as_ref(), None),
    };
    foreign_types::check_foreign_types(&reflection, &source, target.as_ref())?;
    bound::bind_texts(&mut reflection, &source)?;
    check_statements(&reflection, &source, sides)?;
    if needs_old_rows(&reflection, &source) && !source.keeps_old_rows {
        source::keep_old_rows(&source)?;
    }
    if !wanted.copies {
        reflection.snapshot = Some(Snapshot::latest().transactions().to_string());
    }
    let row = json!({
        "source_id": source_id, "owner_oid": reflection.owner_oid, "owner_name": names::of_role(role),
        "server_name": reflection.server, "target_oid": reflection.target_oid,
        "target_schema": reflection.target_schema, "target_name": reflection.target_table, "fields": reflection.fields,
        "statement": reflection.statement, "delete_statement": reflection.delete_statement, "filter": reflection.filter,
        "ignore_deletes": reflection.ignore_deletes, "on_error": reflection.on_error,
        "uses": reflection.uses, "state": reflection.state, "snapshot": reflection.snapshot,
    });
    let id: Option<i64> = store::as_owner(|statements| statements.query(store::INSERT_REFLECTION, &row))?;
    // The source may have gone meanwhile.
    let id = id.ok_or(SourceTableError::NoSource { name: source.name })?;
    if let Some(remote) = remote {
        remote.commit_checks()?;
    }
    super::status::of_reflection(id)
}

fn check_key(source: &SourceFacts, wanted: &WantedReflection) -> Result<(), Error> {
    if source.key_type == "full" && wanted.statement.is_none() {
        Err(ReflectionError::NotBuilt {
            what: "mappings of tables that have replica identity FULL and no key",
            hint: "Give the table a primary key, or pass a statement of your own, which gets whole rows as :old and :new.",
        })?;
    }
    Ok(())
}

fn parse_reflection(target: &str, options: &str) -> Result<WantedReflection, Error> {
    let mut members = Node::parse(ManualPage::Reflector, "target", target)?.object()?;
    let server = members.take("server").map(|node| node.text()).transpose()?;
    let table = members.take("table").map(|node| parse_table(&node)).transpose()?;
    members.finish()?;

    let mut members = Node::parse(ManualPage::Reflector, "options", options)?.object()?;
    let fields = members
        .take("fields")
        .map(|node| parse_fields(&node))
        .transpose()?;
    let statement = take_statement(&mut members, "statement")?;
    let delete_statement = take_statement(&mut members, "delete_statement")?;
    let filter = members
        .take("filter")
        .map(|node| take_expression(&node))
        .transpose()?;
    let ignore_deletes = members
        .take("ignore_deletes")
        .map_or(Ok(false), |node| node.boolean())?;
    let copies = members.take("copy").map_or(Ok(true), |node| node.boolean())?;
    let on_error = match members.take("on_error") {
        None => "dead_letter",
        Some(node) => match node.text()?.as_str() {
            "dead_letter" => "dead_letter",
            "stop" => "stop",
            other => return Err(node.unknown("value", other, ["dead_letter", "stop"].into_iter())),
        },
    };
    members.finish()?;

    let invalid = |problem: &str, hint| -> Result<(), Error> {
        Err(ReflectionError::Invalid {
            place: "options",
            problem: problem.into(),
            hint,
        })?;
        Ok(())
    };
    if statement.is_some() && (fields.is_some() || table.is_some()) {
        invalid(
            "a statement of your own has no fields and no target table",
            "The statement names the table: pass {} as target, or {\"server\": ...}.",
        )?;
    }
    if statement.is_none() && table.is_none() {
        invalid(
            "there is neither a target table nor a statement",
            "Pass {\"table\": \"schema.name\"} as target.",
        )?;
    }
    if delete_statement.is_some() && (statement.is_none() || ignore_deletes) {
        invalid(
            "\"delete_statement\" goes with \"statement\", and not with \"ignore_deletes\"",
            "Leave one of them out.",
        )?;
    }
    Ok(WantedReflection {
        server,
        target: table,
        fields,
        statement,
        delete_statement,
        filter,
        ignore_deletes,
        on_error,
        copies,
    })
}

fn take_statement(
    members: &mut crate::explorations::node::ObjectMembers,
    key: &'static str,
) -> Result<Option<String>, Error> {
    let Some(node) = members.take(key) else {
        return Ok(None);
    };
    let text = node.text()?;
    let numbered = named_parameters::number_in_place(key, &text)?;
    if !parser::is_one_data_statement(&numbered.sql) {
        Err(ReflectionError::Invalid {
            place: key,
            problem: "it is not one INSERT, UPDATE, DELETE, MERGE or SELECT".into(),
            hint: "Pass one statement. A SELECT can call a function that does more.",
        })?;
    }
    Ok(Some(text))
}

fn take_expression(node: &Node) -> Result<String, Error> {
    let text = node.text()?;
    if !parser::is_one_expression(&text) {
        return Err(node.invalid(
            "it is not one SQL expression",
            "Pass an expression over the columns of the source table.",
        ));
    }
    Ok(text)
}

/// `"schema.name"` as SQL has it, or `{"schema", "name"}`.
fn parse_table(node: &Node) -> Result<WantedTarget, Error> {
    const PARTS: &str = include_str!("../../sql/query/reflector/name_parts.sql");
    if node.is_object() {
        let mut members = node.object()?;
        let name = members.need("name", "The name of the table.")?.text()?;
        let schema = members.take("schema").map(|node| node.text()).transpose()?;
        members.finish()?;
        return Ok(WantedTarget { schema, name });
    }
    let text = node.text()?;
    let mut parts: Vec<String> =
        bookkeeping::as_caller(|statements| statements.query(PARTS, &json!({"text": text})))?;
    let name = parts.pop().unwrap_or_default();
    match parts.len() {
        0 => Ok(WantedTarget { schema: None, name }),
        1 => Ok(WantedTarget {
            schema: parts.pop(),
            name,
        }),
        _ => Err(node.invalid("it names a database", "Pass \"schema.name\".")),
    }
}

/// `{"target column": "source expression"}`, or a list of columns that have the same names in both.
fn parse_fields(node: &Node) -> Result<Vec<WantedField>, Error> {
    if node.is_array() {
        let names = node.strings()?;
        let field = |column: String| WantedField {
            expression: quote::identifier(&column),
            column,
        };
        return Ok(names.into_iter().map(field).collect());
    }
    let fields = node.object()?.rest().into_iter().map(|(column, node)| {
        let expression = take_expression(&node)?;
        Ok(WantedField { column, expression })
    });
    fields.collect()
}

/// The target, created if it is missing.
fn prepare_target(
    source: &SourceFacts,
    wanted: &WantedTarget,
    reflection: &WantedReflection,
) -> Result<TargetTable, Error> {
    let found = match &wanted.schema {
        Some(schema) => names::find_relation(schema, &wanted.name),
        None => names::visible_relation(&wanted.name),
    };
    let table = match found {
        Some(table) => table,
        None => new_target::create_target(
            source,
            (wanted.schema.as_deref(), &wanted.name),
            new_fields(reflection).as_deref(),
        )?,
    };
    source::target_facts(table, source)?.ok_or(Error::UnknownRelation(table))
}

fn new_fields(wanted: &WantedReflection) -> Option<Vec<(String, String)>> {
    let fields = wanted.fields.as_ref()?.iter();
    Some(
        fields
            .map(|field| (field.column.clone(), field.expression.clone()))
            .collect(),
    )
}

/// Begins a transaction on the target's server, with the table, created if it is missing, and what the reflection must know
/// of it.
fn prepare_remote_target(
    source: &SourceFacts,
    wanted: &WantedReflection,
    reflection: &mut StoredReflection,
) -> Result<RemoteTarget, Error> {
    let remote = RemoteTarget::open_for_checks(reflection, |connection| {
        let Some(name) = &wanted.target else {
            let schema = remote_facts::current_schema(connection)?;
            return remote_facts::read_facts(connection, None, &schema);
        };
        let found = remote_facts::find_table(connection, name.schema.as_deref(), &name.name)?;
        let table = match found {
            Some(table) => table,
            None => new_target::create_remote_target(
                connection,
                source,
                (name.schema.as_deref(), &name.name),
                new_fields(wanted).as_deref(),
            )?,
        };
        let schema = table.schema.clone();
        remote_facts::read_facts(connection, Some(table), &schema)
    })?;
    reflection.target_schema = Some(remote.schema().to_owned());
    if let Some(table) = remote.table() {
        reflection.fields = Some(map_fields(source, table, wanted)?);
        reflection.target_table = Some(table.name.clone());
    }
    Ok(remote)
}

/// The fields that go into the target.
fn map_fields(
    source: &SourceFacts,
    target: &TargetTable,
    reflection: &WantedReflection,
) -> Result<Vec<MappedField>, Error> {
    let name = quote::qualified(&target.schema, &target.name);
    let refuse = |problem: &str, hint| -> Result<(), Error> {
        Err(ReflectionError::Invalid {
            place: "target",
            problem: format!("{name} {problem}"),
            hint,
        })?;
        Ok(())
    };
    if target.is_source {
        refuse("is a part of the source table itself", "Name another table.")?;
    }
    if !matches!(target.relkind.as_str(), "r" | "p") || target.is_temporary {
        refuse(
            "is no ordinary or partitioned table",
            "Name a table, or write through a statement of your own.",
        )?;
    }
    let fields = match &reflection.fields {
        Some(wanted) => map_wanted(source, target, wanted)?,
        None => map_same_names(source, target),
    };
    if fields.is_empty() {
        refuse(
            "has no column that the source table has, too",
            "Pass \"fields\": {\"target column\": \"source expression\"}.",
        )?;
    }
    Ok(fields)
}

fn map_wanted(
    source: &SourceFacts,
    target: &TargetTable,
    wanted: &[WantedField],
) -> Result<Vec<MappedField>, Error> {
    let field = |field: &WantedField| {
        let column = target
            .columns
            .iter()
            .find(|column| column.name == field.column)
            .ok_or_else(|| Error::UnknownColumnName {
                relation: target.name.clone(),
                name: field.column.clone(),
            })?;
        // A column by itself is stored by its number, so that it follows renames.
        let position = source.columns.iter().position(|column| {
            column.name.as_ref().is_some_and(|name| {
                field.expression == quote::identifier(name)
                    || field.expression == *name && quote::identifier(name) == *name
                    || field.expression == format!("\"{}\"", name.replace('"', "\"\""))
            })
        });
        Ok(MappedField {
            attnum: column.attnum,
            column: column.name.clone(),
            expression: position.is_none().then(|| field.expression.clone()),
            position,
        })
    };
    wanted.iter().map(field).collect()
}

fn map_same_names(source: &SourceFacts, target: &TargetTable) -> Vec<MappedField> {
    let columns = target.columns.iter().filter(|column| !column.is_generated);
    columns
        .filter_map(|column| {
            Some(MappedField {
                attnum: column.attnum,
                column: column.name.clone(),
                position: Some(source.position(&column.name)?),
                expression: None,
            })
        })
        .collect()
}

fn check_statements(
    reflection: &StoredReflection,
    source: &SourceFacts,
    (target, remote): (Option<&TargetTable>, Option<&RemoteTarget>),
) -> Result<(), Error> {
    const SAMPLE: &str = include_str!("../../sql/query/reflector/sample_event.sql");
    let sample = RowStore::select(SAMPLE, &[], &[], &Snapshot::latest())?;
    let application = Application {
        reflection,
        source,
        target,
        remote,
        copied_up_to: None,
        blamed: &RefCell::default(),
    };
    bound::under_settings(|| prepared::check_statements(&application, &sample))
}

/// Whether events must hold more of the rows before a change than their keys.
fn needs_old_rows(reflection: &StoredReflection, source: &SourceFacts) -> bool {
    use named_parameters::EventParameter;
    let statements = [&reflection.statement, &reflection.delete_statement];
    let mut own = statements.into_iter().flatten().peekable();
    if own.peek().is_some() && reflection.filter.is_some() {
        return true;
    }
    own.filter_map(|sql| named_parameters::number_parameters(sql).ok())
        .flat_map(|numbered| numbered.parameters)
        .any(|parameter| match parameter {
            EventParameter::Old(name) => source
                .position(&name)
                .is_none_or(|position| !source.key.contains(&position)),
            _ => false,
        })
}
