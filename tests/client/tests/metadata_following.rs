//! Metadata follows what it is about: thousands of random commands, and a model that says what must remain.
//!
//! The model knows nothing of OIDs, attnums or events. After every command its idea of what is attached and what is
//! kept aside must be what the database exports and lists. A failure prints the seed and the commands that led to it.

use std::collections::{BTreeMap, BTreeSet};

use mathesar_ext_client_tests::random::Random;
use mathesar_ext_client_tests::{Database, run};
use postgres::Client;
use serde_json::{Map, Value, json};

const STEPS: usize = 4000;
const SCHEMAS: [&str; 3] = ["s1", "s2", "Schema \"3\""];
const TABLES: [&str; 5] = ["t1", "t2", "t3", "Table 4", "tableau_é"];
const COLUMNS: [&str; 5] = ["c1", "c2", "c3", "Column \"4\"", "colonne_é"];
const TYPES: [&str; 4] = ["boolean", "integer", "text", "date"];

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[derive(Clone, Debug)]
struct Column {
    name: &'static str,
    type_name: &'static str,
    /// Defined by the table itself, or by its parent alone.
    is_local: bool,
    is_inherited: bool,
    options: Map<String, Value>,
}

#[derive(Clone, Debug)]
struct Table {
    schema: &'static str,
    name: &'static str,
    parent: Option<usize>,
    columns: Vec<Column>,
    order: Option<Vec<&'static str>>,
}

impl Table {
    fn path(&self) -> String {
        format!("{}.{}", quoted(self.schema), quoted(self.name))
    }

    fn free_columns(&self) -> Vec<&'static str> {
        let taken = |name: &&str| self.columns.iter().any(|column| column.name == *name);
        COLUMNS.iter().copied().filter(|name| !taken(name)).collect()
    }

    fn document(&self) -> Value {
        let columns: Map<String, Value> = self
            .columns
            .iter()
            .filter(|column| !column.options.is_empty())
            .map(|column| (column.name.to_owned(), column.options.clone().into()))
            .collect();
        let table = self.order.as_ref().map(|order| json!({"column_order": order}));
        json!({"table": table, "columns": columns})
    }
}

fn is_empty(document: &Value) -> bool {
    document["table"].is_null() && document["columns"] == json!({})
}

/// Whether a column of the type takes the option.
fn fits(option: &str, type_name: &str) -> bool {
    match option {
        "bool_true" => type_name == "boolean",
        "num_min_frac_digits" => type_name == "integer",
        "date_format" => type_name == "date",
        _ => true,
    }
}

/// What the database should hold.
#[derive(Clone, Debug, Default)]
struct Model {
    schemas: BTreeSet<&'static str>,
    tables: BTreeMap<usize, Table>,
    next: usize,
    detached: BTreeMap<(&'static str, &'static str), Value>,
}

impl Model {
    fn free_names(&self) -> Vec<(&'static str, &'static str)> {
        let all = self
            .schemas
            .iter()
            .flat_map(|schema| TABLES.map(|table| (*schema, table)));
        let taken = |(schema, name): &(&str, &str)| {
            self.tables
                .values()
                .any(|table| table.schema == *schema && table.name == *name)
        };
        all.filter(|name| !taken(name)).collect()
    }

    fn children(&self, parent: usize) -> Vec<usize> {
        let is_child = |(_, table): &(&usize, &Table)| table.parent == Some(parent);
        self.tables.iter().filter(is_child).map(|(id, _)| *id).collect()
    }

    /// The table and its children: there is one level of inheritance.
    fn family(&self, parent: usize) -> Vec<usize> {
        let mut family = vec![parent];
        family.extend(self.children(parent));
        family
    }

    /// A new table gets the options that are kept under its name, those that fit its columns.
    fn insert(&mut self, mut table: Table) {
        if let Some(kept) = self.detached.remove(&(table.schema, table.name)) {
            if let Some(order) = kept["table"]["column_order"].as_array() {
                let has = |name: &&&str| order.contains(&json!(name));
                let names: Vec<&'static str> = COLUMNS.iter().filter(has).copied().collect();
                let mut live: Vec<&'static str> = names
                    .into_iter()
                    .filter(|name| table.columns.iter().any(|column| column.name == *name))
                    .collect();
                live.sort_by_key(|name| order.iter().position(|kept| kept == name));
                table.order = Some(live);
            }
            let mut left = Map::new();
            for (name, options) in kept["columns"].as_object().into_iter().flatten() {
                let options = options.as_object().cloned().unwrap_or_default();
                let column = table.columns.iter_mut().find(|column| column.name == name);
                let type_name = column.as_ref().map(|column| column.type_name);
                let (placed, other): (Map<_, _>, Map<_, _>) = options
                    .into_iter()
                    .partition(|(option, _)| type_name.is_some_and(|type_name| fits(option, type_name)));
                if let Some(column) = column {
                    column.options = placed;
                }
                if !other.is_empty() {
                    left.insert(name.clone(), other.into());
                }
            }
            if !left.is_empty() {
                let left = json!({"table": null, "columns": left});
                self.detached.insert((table.schema, table.name), left);
            }
        }
        self.tables.insert(self.next, table);
        self.next += 1;
    }

    fn drop(&mut self, id: usize) {
        for id in self.family(id) {
            if let Some(table) = self.tables.remove(&id)
                && !is_empty(&table.document())
            {
                self.detached.insert((table.schema, table.name), table.document());
            }
        }
    }

    fn rename_column(&mut self, id: usize, from: &str, to: &'static str) {
        for id in self.family(id) {
            let Some(table) = self.tables.get_mut(&id) else {
                continue;
            };
            for column in table.columns.iter_mut().filter(|column| column.name == from) {
                column.name = to;
            }
            for name in table.order.iter_mut().flatten().filter(|name| **name == from) {
                *name = to;
            }
        }
    }

    fn drop_column(&mut self, id: usize, name: &str) {
        for member in self.family(id) {
            let Some(table) = self.tables.get_mut(&member) else {
                continue;
            };
            if member != id
                && let Some(column) = table
                    .columns
                    .iter_mut()
                    .find(|column| column.name == name && column.is_local)
            {
                column.is_inherited = false;
                continue;
            }
            table.columns.retain(|column| column.name != name);
            if let Some(order) = &mut table.order {
                order.retain(|listed| *listed != name);
            }
        }
    }

    fn retype_column(&mut self, id: usize, name: &str, type_name: &'static str) {
        for id in self.family(id) {
            let columns = self.tables.get_mut(&id).map(|table| &mut table.columns);
            for column in columns.into_iter().flatten().filter(|column| column.name == name) {
                column.type_name = type_name;
                column.options.retain(|option, _| fits(option, type_name));
            }
        }
    }

    fn exported(&self) -> Value {
        let mut schemas: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
        for table in self.tables.values() {
            let document = table.document();
            if !is_empty(&document) {
                schemas
                    .entry(table.schema)
                    .or_default()
                    .insert(table.name, document);
            }
        }
        json!({"schemas": schemas})
    }

    fn listed(&self) -> Value {
        let entry = |((schema, table), metadata): (&(&str, &str), &Value)| json!({"schema": schema, "table": table, "metadata": metadata});
        self.detached.iter().map(entry).collect()
    }

    /// Chooses a command that succeeds, and does to the model what it should do; `None` when the choice is impossible.
    fn step(&mut self, random: &mut Random) -> Option<String> {
        let ids: Vec<usize> = self.tables.keys().copied().collect();
        let any = random.try_pick(&ids).copied();
        match random.below(22) {
            0 => self.create_schema(random),
            1 if random.one_in(6) => self.drop_schema(random),
            2 if random.one_in(2) => self.rename_schema(random),
            3..=5 => self.create_table(random),
            6 => self.create_child(random),
            7 => {
                let id = any?;
                let path = self.tables[&id].path();
                self.drop(id);
                Some(format!("DROP TABLE {path} CASCADE"))
            }
            8 => {
                let id = any?;
                let path = self.tables[&id].path();
                let free = self.free_names();
                let same_schema: Vec<_> = free
                    .into_iter()
                    .filter(|(schema, _)| *schema == self.tables[&id].schema)
                    .collect();
                let (_, name) = *random.try_pick(&same_schema)?;
                self.tables.get_mut(&id)?.name = name;
                Some(format!("ALTER TABLE {path} RENAME TO {}", quoted(name)))
            }
            9 => {
                let id = any?;
                let path = self.tables[&id].path();
                let free = self.free_names();
                let same_name: Vec<_> = free
                    .into_iter()
                    .filter(|(_, name)| *name == self.tables[&id].name)
                    .collect();
                let (schema, _) = *random.try_pick(&same_name)?;
                self.tables.get_mut(&id)?.schema = schema;
                Some(format!("ALTER TABLE {path} SET SCHEMA {}", quoted(schema)))
            }
            10..=14 => self.change_columns(random, any?),
            15..=19 => self.set_column(random, any?),
            20 | 21 => self.set_order(random, any?),
            _ => None,
        }
    }

    fn create_schema(&mut self, random: &mut Random) -> Option<String> {
        let free: Vec<_> = SCHEMAS
            .into_iter()
            .filter(|name| !self.schemas.contains(name))
            .collect();
        let name = *random.try_pick(&free)?;
        self.schemas.insert(name);
        Some(format!("CREATE SCHEMA {}", quoted(name)))
    }

    fn drop_schema(&mut self, random: &mut Random) -> Option<String> {
        let schemas: Vec<_> = self.schemas.iter().copied().collect();
        let name = *random.try_pick(&schemas)?;
        let tables = self.tables.iter().filter(|(_, table)| table.schema == name);
        for id in tables.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.drop(id);
        }
        self.schemas.remove(name);
        Some(format!("DROP SCHEMA {} CASCADE", quoted(name)))
    }

    fn rename_schema(&mut self, random: &mut Random) -> Option<String> {
        let schemas: Vec<_> = self.schemas.iter().copied().collect();
        let free: Vec<_> = SCHEMAS
            .into_iter()
            .filter(|name| !self.schemas.contains(name))
            .collect();
        let (from, to) = (*random.try_pick(&schemas)?, *random.try_pick(&free)?);
        self.schemas.remove(from);
        self.schemas.insert(to);
        for table in self.tables.values_mut().filter(|table| table.schema == from) {
            table.schema = to;
        }
        Some(format!("ALTER SCHEMA {} RENAME TO {}", quoted(from), quoted(to)))
    }

    fn create_table(&mut self, random: &mut Random) -> Option<String> {
        let (schema, name) = *random.try_pick(&self.free_names())?;
        let mut columns = Vec::new();
        for column in COLUMNS {
            if !random.one_in(3) {
                columns.push(Column {
                    name: column,
                    type_name: random.try_pick(&TYPES)?,
                    is_local: true,
                    is_inherited: false,
                    options: Map::new(),
                });
            }
        }
        let at = random.below(columns.len().max(1));
        columns.rotate_left(at);
        let table = Table {
            schema,
            name,
            parent: None,
            columns,
            order: None,
        };
        let definitions: Vec<_> = table
            .columns
            .iter()
            .map(|column| format!("{} {}", quoted(column.name), column.type_name))
            .collect();
        let path = table.path();
        self.insert(table);
        Some(format!("CREATE TABLE {path} ({})", definitions.join(", ")))
    }

    /// A child that has all its columns from its parent, or one with columns of its own that is attached.
    fn create_child(&mut self, random: &mut Random) -> Option<String> {
        let roots: Vec<_> = self
            .tables
            .iter()
            .filter(|(_, table)| table.parent.is_none())
            .map(|(id, _)| *id)
            .collect();
        let parent = *random.try_pick(&roots)?;
        let (schema, name) = *random.try_pick(&self.free_names())?;
        let is_attached = random.one_in(2);
        let mut columns = self.tables[&parent].columns.clone();
        for column in &mut columns {
            (column.is_local, column.is_inherited) = (is_attached, true);
            column.options.clear();
        }
        let table = Table {
            schema,
            name,
            parent: Some(parent),
            columns,
            order: None,
        };
        let (path, parent) = (table.path(), self.tables[&parent].path());
        self.insert(table);
        Some(if is_attached {
            format!("CREATE TABLE {path} (LIKE {parent}); ALTER TABLE {path} INHERIT {parent}")
        } else {
            format!("CREATE TABLE {path} () INHERITS ({parent})")
        })
    }

    fn change_columns(&mut self, random: &mut Random, id: usize) -> Option<String> {
        let table = self.tables[&id].clone();
        let path = table.path();
        // A name that is free in the children as well.
        let family = self.family(id);
        let mut free = table.free_columns();
        free.retain(|name| {
            family
                .iter()
                .all(|member| self.tables[member].free_columns().contains(name))
        });
        let own: Vec<Column> = table
            .columns
            .iter()
            .filter(|column| !column.is_inherited)
            .cloned()
            .collect();
        match random.below(4) {
            0 => {
                let (name, type_name) = (*random.try_pick(&free)?, *random.try_pick(&TYPES)?);
                for member in family {
                    let is_own = member == id;
                    self.tables.get_mut(&member)?.columns.push(Column {
                        name,
                        type_name,
                        is_local: is_own,
                        is_inherited: !is_own,
                        options: Map::new(),
                    });
                }
                Some(format!("ALTER TABLE {path} ADD {} {type_name}", quoted(name)))
            }
            1 => {
                let (from, to) = (random.try_pick(&own)?.name, *random.try_pick(&free)?);
                self.rename_column(id, from, to);
                Some(format!(
                    "ALTER TABLE {path} RENAME {} TO {}",
                    quoted(from),
                    quoted(to)
                ))
            }
            2 => {
                let name = random.try_pick(&own)?.name;
                self.drop_column(id, name);
                Some(format!("ALTER TABLE {path} DROP {} CASCADE", quoted(name)))
            }
            _ => {
                let (name, type_name) = (random.try_pick(&own)?.name, *random.try_pick(&TYPES)?);
                self.retype_column(id, name, type_name);
                Some(format!(
                    "ALTER TABLE {path} ALTER {} TYPE {type_name} USING NULL",
                    quoted(name)
                ))
            }
        }
    }

    fn set_column(&mut self, random: &mut Random, id: usize) -> Option<String> {
        let table = self.tables.get_mut(&id)?;
        let path = table.path();
        let at = random.below(table.columns.len().max(1));
        let column = table.columns.get_mut(at)?;
        let (option, value) = match (random.below(2), column.type_name) {
            (0, "boolean") => ("bool_true", json!(format!("yes{}", random.below(9)))),
            (0, "integer") => ("num_min_frac_digits", json!(random.below(9))),
            (0, "date") => ("date_format", json!("DD.MM.YYYY")),
            _ => ("display_width", json!(1 + random.below(500))),
        };
        let patch = if random.one_in(5) {
            column.options.remove(option);
            json!([{"name": column.name, option: null}])
        } else {
            column.options.insert(option.into(), value.clone());
            json!([{"name": column.name, option: value}])
        };
        Some(format!(
            "SELECT msar.set_column_metadata({}, {})",
            literal(&path),
            literal(&patch.to_string())
        ))
    }

    fn set_order(&mut self, random: &mut Random, id: usize) -> Option<String> {
        let table = self.tables.get_mut(&id)?;
        let path = table.path();
        let mut order: Vec<&'static str> = table.columns.iter().map(|column| column.name).collect();
        let at = random.below(order.len().max(1));
        order.rotate_left(at);
        let names: Vec<_> = order.iter().map(|name| literal(name)).collect();
        table.order = Some(order);
        Some(format!(
            "SELECT msar.set_table_metadata({path}, jsonb_build_object('column_order', (
               SELECT coalesce(jsonb_agg(attnum ORDER BY n), '[]')
               FROM unnest(ARRAY[{names}]::name[]) WITH ORDINALITY AS o(name, n)
               JOIN pg_attribute ON attrelid = {path}::regclass AND attname = o.name)))",
            path = literal(&path),
            names = names.join(", "),
        ))
    }
}

/// A way of issuing a command.
fn wrapped(random: &mut Random, command: &str) -> String {
    match random.below(6) {
        0 => format!("DO $do$ BEGIN EXECUTE {}; END $do$", literal(command)),
        1 if !command.starts_with("SELECT") => format!("DO $do$ BEGIN {command}; END $do$"),
        2 => format!("SELECT pg_temp.run({})", literal(command)),
        _ => command.to_owned(),
    }
}

fn compare(client: &mut Client, model: &Model, history: &[String]) {
    let query = "SELECT jsonb_build_object(
        'exported', msar.export_metadata(),
        'listed', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                     'schema', d.schema_name, 'table', d.table_name, 'metadata', d.metadata)), '[]')
                   FROM msar_catalog.detached_metadata AS d),
        'unmatched', msar.check_metadata())";
    let mut actual: Value = client
        .query_one(query, &[])
        .map(|row| row.get(0))
        .unwrap_or_else(|error| panic!("{error}"));
    let mut expected = json!({"exported": model.exported(), "listed": model.listed(), "unmatched": []});
    for document in [&mut actual, &mut expected] {
        if let Some(listed) = document["listed"].as_array_mut() {
            listed.sort_by_key(Value::to_string);
        }
    }
    if actual != expected {
        let stored =
            "SELECT COALESCE(string_agg(m::text, E'\\n'), '') FROM msar_catalog.stored_table_metadata AS m";
        let stored: String = client
            .query_one(stored, &[])
            .map(|row| row.get(0))
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(actual, expected, "after\n{}\n{stored}", history.join(";\n"));
    }
}

/// One run of commands. In the middle of it transactions are rolled back, as a whole or to a savepoint.
fn play(seed: u64, steps: usize, preparation: &str) {
    let database = Database::with_extension();
    run(&mut database.connect_as_superuser(), preparation);
    let mut client = database.connect_as_owner();
    run(
        &mut client,
        "SET client_min_messages = error;
         CREATE FUNCTION pg_temp.run(command text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE command; END'",
    );
    let mut random = Random::new(seed);
    let mut model = Model::default();
    let mut history = vec![format!("-- seed {seed}")];
    let mut before: Option<(Model, &str)> = None;
    let mut done = 0;
    while done < steps {
        let control = match &before {
            None if random.one_in(10) => {
                before = Some((model.clone(), "ROLLBACK"));
                Some(["BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ"][random.below(2)])
            }
            None if random.one_in(10) => {
                run(&mut client, "BEGIN");
                before = Some((model.clone(), "ROLLBACK TO SAVEPOINT s; COMMIT"));
                Some("SAVEPOINT s")
            }
            Some((saved, end)) if random.one_in(6) => {
                let end = *end;
                model = saved.clone();
                before = None;
                Some(end)
            }
            _ => None,
        };
        let command = match control {
            Some(control) => control.to_owned(),
            None => match model.step(&mut random) {
                Some(command) => wrapped(&mut random, &command),
                None => continue,
            },
        };
        history.push(command.clone());
        client
            .batch_execute(&command)
            .unwrap_or_else(|error| panic!("{}\n{:?}", history.join(";\n"), error.as_db_error()));
        compare(&mut client, &model, &history);
        done += 1;
    }
    assert!(
        !model.tables.is_empty() && !model.detached.is_empty(),
        "the run was no test: {model:?}"
    );
}

#[test]
fn of_random_commands() {
    for seed in 1..=8 {
        play(seed, STEPS / 8, "");
    }
}

/// The model is no echo of the database: when nothing follows, it objects.
#[test]
#[should_panic(expected = "after")]
fn the_model_notices_when_nothing_follows() {
    play(
        1,
        STEPS / 8,
        "ALTER EVENT TRIGGER mathesar_ext_command_end DISABLE",
    );
}
