//! New tables.

use super::error::TablesError;
use super::free_name::{self, TakenNames, check_width};
use super::resolve::ResolvedColumn;
use super::serial::Sequences;
use super::table::ColumnNames;
use super::{clause, constraint};
use crate::ddl::DdlError;
use crate::ddl::name::{check_length, check_schema, find_schema_name, quote_qualified_name};
use crate::ddl::script::{Script, record_statement};
use crate::definition::column::{ColumnDefinition, IdentityDefinition, KeyColumn, KeyKind};
use crate::definition::constraint::{ConstraintDefinition, ConstraintKind};
use crate::definition::json_text::RawJson;
use crate::definition::name::ColumnRef;
use crate::definition::table::TableDefinition;
use crate::definition::type_object::TypeObject;
use crate::error::Error;
use crate::metadata;
use crate::pg::{Oid, names, quote, server};
use serde::Serialize;
use serde_json::{Map, Value};

/// Creates a table, with its partitions.
pub(crate) fn create_table(definition: &TableDefinition) -> Result<Oid, Error> {
    let schema = match &definition.schema {
        Some(schema) => schema.clone(),
        None => names::current_schema().ok_or(TablesError::NoSchema)?,
    };
    let name = match (definition.given_name(), names::find_schema(&schema)) {
        (Some(name), _) => name.to_owned(),
        (None, Some(schema)) => free_name::free_table_name(Some(schema), None, "Table"),
        // Whether there is such a schema is for PostgreSQL to say.
        (None, None) => "Table 1".into(),
    };
    let mut creation = Creation::default();
    creation.push_table(definition, &schema, &name, None)?;
    creation.run()?;
    names::find_relation(&schema, &name).ok_or(Error::Vanished)
}

/// The arguments of `msar.add_mathesar_table`.
pub(crate) struct NewTable<'a> {
    pub(crate) schema: Oid,
    /// A free name is found, if there is none or it is taken.
    pub(crate) name: Option<&'a str>,
    pub(crate) key: Option<KeyColumn>,
    pub(crate) columns: Vec<ColumnDefinition>,
    pub(crate) constraints: Vec<ConstraintDefinition>,
    pub(crate) owner: Option<Oid>,
    pub(crate) comment: Option<&'a str>,
}

/// The result: facts about the table.
#[derive(Serialize)]
pub(crate) struct MadeTable {
    #[serde(serialize_with = "crate::catalog::serialize_oid")]
    pub(crate) oid: Oid,
    name: String,
    renamed_columns: Map<String, Value>,
    pkey_column_attnum: Option<i16>,
}

impl NewTable<'_> {
    /// Creates the table: a column that is the primary key, then those of `columns`.
    pub(crate) fn create(mut self) -> Result<MadeTable, Error> {
        let schema = find_schema_name(self.schema)?;
        let name = free_name::counted_table_name(self.schema, self.name, "Table");
        let owner = match self.owner {
            Some(role) => Some(names::of_role(role).ok_or(DdlError::UnknownRole(role.to_u32()))?),
            None => None,
        };
        let renamed_columns = self.add_key_and_names()?;
        let pkey_column_attnum = self.key_attnum();
        let oid = create_table(&TableDefinition {
            schema: Some(schema),
            name: Some(name.clone()),
            description: self
                .comment
                .filter(|comment| !comment.is_empty())
                .map(str::to_owned),
            owner,
            columns: self.columns,
            constraints: self.constraints,
            ..TableDefinition::default()
        })?;
        // A schema cannot be locked: another one may have got its name meanwhile.
        if names::schema_of(oid) != Some(self.schema) {
            return Err(Error::UnknownSchema(self.schema));
        }
        Ok(MadeTable {
            oid,
            name,
            renamed_columns,
            pkey_column_attnum,
        })
    }

    /// Puts the key in front, and gives every column a name of its own; returns which were renamed.
    fn add_key_and_names(&mut self) -> Result<Map<String, Value>, Error> {
        let has_key = self
            .constraints
            .iter()
            .any(|constraint| constraint.kind == ConstraintKind::PrimaryKey);
        // A caller that names other columns as the primary key, and asks for no key column, wants none.
        let key = match self.key.take() {
            None if has_key => None,
            key => Some(key.unwrap_or_default()),
        };
        check_width(self.columns.len() + usize::from(key.is_some()))?;
        let mut names = TakenNames::taken(key.iter().map(|key| key.name().to_owned()));
        let mut renamed = Map::new();
        for (column, position) in self.columns.iter_mut().zip(1..) {
            let wanted = column
                .given_name()
                .map_or_else(|| format!("Column {position}"), str::to_owned);
            check_length(&wanted)?;
            let name = names.give(&wanted);
            if name != wanted && column.given_name().is_some() {
                renamed.insert(wanted, name.clone().into());
            }
            column.name = Some(name);
        }
        if let Some(key) = key {
            self.columns
                .insert(0, key_column(key.kind, key.name().to_owned()));
            self.constraints.insert(
                0,
                ConstraintDefinition {
                    columns: vec![ColumnRef::Attnum(1)],
                    ..ConstraintDefinition::new(ConstraintKind::PrimaryKey)
                },
            );
        }
        Ok(renamed)
    }

    /// The column that is the primary key, if it is one.
    fn key_attnum(&self) -> Option<i16> {
        let key = self
            .constraints
            .iter()
            .find(|constraint| constraint.kind == ConstraintKind::PrimaryKey)?;
        match &key.columns[..] {
            [ColumnRef::Attnum(attnum)] => Some(*attnum),
            [ColumnRef::Name(name)] => {
                let at = self
                    .columns
                    .iter()
                    .position(|column| column.given_name() == Some(name.as_str()))?;
                i16::try_from(at + 1).ok()
            }
            _ => None,
        }
    }
}

/// A column that gives every row a value of its own.
pub(super) fn key_column(kind: KeyKind, name: String) -> ColumnDefinition {
    let column = ColumnDefinition {
        name: Some(name),
        ..ColumnDefinition::default()
    };
    match kind {
        KeyKind::Identity => ColumnDefinition {
            type_: Some(TypeObject::named("pg_catalog.int4")),
            identity: Some(IdentityDefinition::default()),
            ..column
        },
        KeyKind::Uuid => ColumnDefinition {
            type_: Some(TypeObject::named("pg_catalog.uuid")),
            default_expression: Some("pg_catalog.gen_random_uuid()".into()),
            ..column
        },
    }
}

/// The columns that every table has.
const SYSTEM_COLUMNS: [&str; 6] = ["tableoid", "cmax", "xmax", "cmin", "xmin", "ctid"];

/// Names for the columns of a file: cut where they are too long, numbered where they are taken.
pub(crate) fn file_column_names(
    wanted: &[Option<String>],
    reserved: Vec<String>,
) -> Result<Vec<String>, TablesError> {
    check_width(wanted.len() + reserved.len())?;
    let of_system = SYSTEM_COLUMNS.iter().map(|&name| name.to_owned());
    let mut names = TakenNames::taken(reserved.into_iter().chain(of_system));
    let wanted = wanted
        .iter()
        .zip(1..)
        .map(|(name, position)| match name.as_deref() {
            None | Some("") => names.give(&format!("Column {position}")),
            Some(name) => names.give(free_name::cut_to_name(name)),
        });
    Ok(wanted.collect())
}

/// The statements that create tables, in order.
#[derive(Default)]
struct Creation {
    script: Script,
    metadata: Vec<NewTableMetadata>,
    /// Last, since what is given away can no longer be changed.
    owners: Script,
}

/// Metadata for a table that is not there yet.
struct NewTableMetadata {
    schema: String,
    name: String,
    of_table: Option<RawJson>,
    of_columns: Vec<(String, RawJson)>,
}

/// A partition that is to be added, of the table with that quoted name.
struct Partition<'d> {
    definition: &'d TableDefinition,
    schema: &'d str,
    name: String,
    parent: String,
}

impl Creation {
    /// Adds a table with its partitions; a partition of `parent`, if there is one.
    fn push_table(
        &mut self,
        definition: &TableDefinition,
        schema: &str,
        name: &str,
        parent: Option<&str>,
    ) -> Result<(), Error> {
        // No recursion: partitions may be nested deeply.
        let mut waiting = self.push_one_table(definition, schema, name, parent)?;
        waiting.reverse();
        while let Some(Partition {
            definition,
            schema,
            name,
            parent,
        }) = waiting.pop()
        {
            server::check_for_interrupts();
            let partitions = self.push_one_table(definition, schema, &name, Some(&parent))?;
            waiting.extend(partitions.into_iter().rev());
        }
        Ok(())
    }

    /// Adds a table, and returns its partitions, which are still to be added.
    fn push_one_table<'d>(
        &mut self,
        definition: &'d TableDefinition,
        schema: &'d str,
        name: &str,
        parent: Option<&str>,
    ) -> Result<Vec<Partition<'d>>, Error> {
        definition.check(parent.is_some())?;
        check_schema(schema)?;
        check_length(schema)?;
        check_length(name)?;
        let table = quote::qualified(schema, name);
        check_width(definition.columns.len())?;
        let mut columns = resolve_columns(&definition.columns)?;
        let sequences = Sequences::of_columns(schema, name, &mut columns)?;
        let names = ColumnNames::of_new(name, columns.iter().map(|column| column.name.clone()));
        let constraints = definition
            .constraints
            .iter()
            .map(|definition| Ok((definition, constraint::write_constraint(definition, &names)?)))
            .collect::<Result<Vec<_>, Error>>()?;

        let partition_of = match (parent, &definition.partition_of) {
            (Some(parent), _) => Some(parent.to_owned()),
            (None, Some(parent)) => Some(quote_qualified_name(parent)?),
            (None, None) => None,
        };
        let is_partition = partition_of.is_some();
        // PostgreSQL takes what a new table's constraints say for true, whatever NOT VALID says.
        let is_added = |(definition, _): &&(&ConstraintDefinition, String)| definition.not_valid;
        let elements = columns
            .iter()
            .map(|column| {
                if is_partition {
                    clause::write_partition_column(column)
                } else {
                    clause::write_column(column)
                }
            })
            .chain(
                constraints
                    .iter()
                    .filter(|constraint| !is_added(constraint))
                    .map(|(_, clause)| clause.clone()),
            );
        let create = create_statement(definition, &table, partition_of, elements.collect(), &names)?;
        self.script.extend(sequences.before);
        self.script.push(create);
        self.script.extend(sequences.after);
        let added: Vec<_> = constraints
            .iter()
            .filter(is_added)
            .map(|(_, clause)| format!("ADD {clause}"))
            .collect();
        self.script.alter_table(&table, &added);

        self.push_comments(definition, &table, &columns)?;
        if let Some(owner) = &definition.owner {
            self.owners.push(clause::change_owner(&table, owner)?);
        }
        self.push_metadata(definition, schema, name, &columns);
        let partitions = definition.partitions.iter().zip(1..);
        Ok(partitions
            .map(|(partition, position)| Partition {
                definition: partition,
                schema: partition.schema.as_deref().unwrap_or(schema),
                name: match partition.given_name() {
                    Some(name) => name.to_owned(),
                    None => free_name::number_name(name, position, |_| false),
                },
                parent: table.clone(),
            })
            .collect())
    }

    fn push_comments(
        &mut self,
        definition: &TableDefinition,
        table: &str,
        columns: &[ResolvedColumn<'_>],
    ) -> Result<(), Error> {
        if let Some(text) = &definition.description {
            self.script.comment(&format!("TABLE {table}"), Some(text));
        }
        for column in columns {
            if let Some(text) = column.description {
                self.script
                    .comment(&clause::name_column_of(table, &column.name), Some(text));
            }
        }
        constraint::push_comments(&mut self.script, table, &definition.constraints)
    }

    fn push_metadata(
        &mut self,
        definition: &TableDefinition,
        schema: &str,
        name: &str,
        columns: &[ResolvedColumn<'_>],
    ) {
        let of_columns: Vec<_> = columns
            .iter()
            .filter_map(|column| Some((column.name.clone(), column.metadata?.clone())))
            .collect();
        if definition.metadata.is_some() || !of_columns.is_empty() {
            self.metadata.push(NewTableMetadata {
                schema: schema.to_owned(),
                name: name.to_owned(),
                of_table: definition.metadata.clone(),
                of_columns,
            });
        }
    }

    fn run(self) -> Result<(), Error> {
        self.script.run()?;
        for NewTableMetadata {
            schema,
            name,
            of_table,
            of_columns,
        } in self.metadata
        {
            let table = names::find_relation(&schema, &name).ok_or(Error::Vanished)?;
            set_metadata(table, of_table.as_ref(), of_columns)?;
        }
        self.owners.run()
    }
}

/// Sets options of a table and of its columns.
pub(super) fn set_metadata(
    table: Oid,
    of_table: Option<&RawJson>,
    of_columns: Vec<(String, RawJson)>,
) -> Result<(), Error> {
    if let Some(options) = of_table {
        let options = metadata::write::number_options(table, options.to_value())?;
        record_statement(|| metadata_statement("set_table_metadata", table, &options));
        metadata::write::set_table_metadata(table, options)?;
    }
    let patches: Vec<Value> = of_columns
        .into_iter()
        .map(|(name, options)| {
            let mut patch = options.to_value();
            if let Value::Object(options) = &mut patch {
                options.insert("name".into(), name.into());
            }
            patch
        })
        .collect();
    if !patches.is_empty() {
        let patches = Value::Array(patches);
        record_statement(|| metadata_statement("set_column_metadata", table, &patches));
        metadata::write::set_column_metadata(table, patches)?;
    }
    Ok(())
}

/// The call that sets the same options.
fn metadata_statement(function: &str, table: Oid, options: &Value) -> String {
    let (schema, name) = names::of_relation(table).unwrap_or_default();
    let table = quote::literal(&quote::qualified(&schema, &name));
    format!(
        "SELECT msar.{function}({table}, {})",
        quote::literal(&options.to_string())
    )
}

fn resolve_columns(definitions: &[ColumnDefinition]) -> Result<Vec<ResolvedColumn<'_>>, Error> {
    definitions
        .iter()
        .zip(1..)
        .map(|(definition, position)| {
            let name = definition
                .given_name()
                .map_or_else(|| format!("Column {position}"), str::to_owned);
            ResolvedColumn::resolve(definition, name, false)
        })
        .collect()
}

fn create_statement(
    definition: &TableDefinition,
    table: &str,
    partition_of: Option<String>,
    elements: Vec<String>,
    names: &ColumnNames,
) -> Result<String, Error> {
    let unlogged = if definition.unlogged { "UNLOGGED " } else { "" };
    let mut sql = format!("CREATE {unlogged}TABLE {table}");
    let elements = elements.join(", ");
    match (partition_of, definition.bounds()?) {
        (Some(parent), Some(bounds)) => {
            sql.push_str(&format!(" PARTITION OF {parent}"));
            if !elements.is_empty() {
                sql.push_str(&format!(" ({elements})"));
            }
            sql.push(' ');
            sql.push_str(&clause::write_bounds(&bounds));
        }
        _ => sql.push_str(&format!(" ({elements})")),
    }
    if !definition.inherits.is_empty() {
        let parents = definition
            .inherits
            .iter()
            .map(quote_qualified_name)
            .collect::<Result<Vec<_>, _>>()?;
        sql.push_str(&format!(" INHERITS ({})", parents.join(", ")));
    }
    if let Some(partition_by) = &definition.partition_by {
        let elements = partition_by
            .key
            .iter()
            .map(|element| constraint::key_element(element, names))
            .collect::<Result<Vec<_>, Error>>()?;
        sql.push_str(" PARTITION BY ");
        sql.push_str(&clause::write_partition_key(partition_by.strategy, &elements));
    }
    Ok(sql)
}
