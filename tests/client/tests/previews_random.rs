//! Random templates over random graphs of foreign keys, compared with a simple reference that follows keys row by row.

use std::collections::BTreeMap;

use mathesar_ext_client_tests::random::Random;
use mathesar_ext_client_tests::{Database, run, text};
use postgres::Client;
use serde_json::{Value, json};

/// How many graphs, and how often the templates of each are thrown again.
const GRAPHS: u64 = 12;
const THROWS: usize = 6;

const TABLES: usize = 5;
const ROWS: i64 = 7;

/// How far templates go on in templates (docs/previews.md).
const DEEPEST: usize = 3;

/// Names that have to be quoted, in SQL or in templates.
const NAMES: [&str; 6] = ["plain", "Upper Case", "a.b", "say \"hi\"", "{braces}", "x:raw"];

/// A foreign key.
#[derive(Debug, Clone)]
struct Link {
    columns: Vec<String>,
    target: usize,
    referenced: Vec<String>,
}

type Row = BTreeMap<String, Option<String>>;

#[derive(Debug)]
struct Table {
    name: String,
    /// Columns of text beside `id`, `u` and those of foreign keys.
    words: Vec<String>,
    links: Vec<Link>,
    rows: Vec<Row>,
    template: Option<Vec<Part>>,
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Placeholder { path: Vec<String>, raw: bool },
}

impl Table {
    fn link(&self, column: &str) -> Option<&Link> {
        // None of them shares a column, so there is one at most.
        self.links
            .iter()
            .find(|link| link.columns.iter().any(|of_link| of_link == column))
    }

    /// Columns in the order in which they are created.
    fn columns(&self) -> Vec<String> {
        let mut columns = vec!["id".to_owned()];
        columns.extend(self.links.iter().flat_map(|link| link.columns.clone()));
        columns.push("u".to_owned());
        columns.extend(self.words.clone());
        columns
    }
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Tables with `id` as primary key and (`id`, `u`) as another key, and foreign keys to either.
fn throw_tables(random: &mut Random) -> Vec<Table> {
    (0..TABLES)
        .map(|number| {
            let mut names = NAMES.to_vec();
            let mut name = || names.remove(random.below(names.len())).to_owned();
            let links = (0..2).map(|_| name()).collect::<Vec<_>>();
            let words = vec![name(), name()];
            let link = |at: usize, column: String, random: &mut Random| {
                let target = random.below(TABLES);
                let (columns, referenced): (Vec<String>, Vec<&str>) = match random.below(3) {
                    0 => (vec![column.clone(), format!("{column} {at}")], vec!["u", "id"]),
                    1 => (vec![column], vec!["u"]),
                    _ => (vec![column], vec!["id"]),
                };
                let referenced = referenced.into_iter().map(str::to_owned).collect();
                Link {
                    columns,
                    target,
                    referenced,
                }
            };
            let links = links
                .into_iter()
                .enumerate()
                .map(|(at, column)| link(at, column, random))
                .collect();
            Table {
                name: format!("t {number}"),
                words: if random.one_in(5) { Vec::new() } else { words },
                links,
                rows: Vec::new(),
                template: None,
            }
        })
        .collect()
}

/// Rows whose foreign keys refer to rows that there are, or to none.
fn throw_rows(random: &mut Random, tables: &mut [Table]) {
    for (at, table) in tables.iter_mut().enumerate() {
        for id in 1..=ROWS {
            let mut row = Row::new();
            row.insert("id".into(), Some(id.to_string()));
            row.insert("u".into(), Some(unique(at, id)));
            for word in &table.words {
                let value = match random.below(4) {
                    0 => None,
                    1 => Some(String::new()),
                    _ => Some(format!("{word}{id}")),
                };
                row.insert(word.clone(), value);
            }
            for link in &table.links {
                let referenced = 1 + random.below(ROWS as usize) as i64;
                let is_null = random.one_in(4);
                for (column, key) in link.columns.iter().zip(&link.referenced) {
                    let value = match key.as_str() {
                        "id" => referenced.to_string(),
                        _ => unique(link.target, referenced),
                    };
                    // Of a key of two columns, sometimes only one is null.
                    let value = (!is_null || (link.columns.len() > 1 && key == "id" && random.one_in(2)))
                        .then_some(value);
                    row.insert(column.clone(), value);
                }
            }
            table.rows.push(row);
        }
    }
}

fn unique(table: usize, id: i64) -> String {
    format!("u{table}-{id}")
}

fn create(client: &mut Client, tables: &[Table]) {
    let mut statements = String::from("DROP SCHEMA IF EXISTS g CASCADE; CREATE SCHEMA g;");
    for table in tables {
        let types = table.columns().into_iter().map(|column| {
            let is_integer = column == "id"
                || table.link(&column).is_some_and(|link| {
                    let at = link.columns.iter().position(|of_link| *of_link == column);
                    at.is_some_and(|at| link.referenced[at] == "id")
                });
            format!(
                "{} {}",
                identifier(&column),
                if is_integer { "integer" } else { "text" }
            )
        });
        statements.push_str(&format!(
            "CREATE TABLE g.{} ({}, PRIMARY KEY (id), UNIQUE (u), UNIQUE (u, id));",
            identifier(&table.name),
            types.collect::<Vec<_>>().join(", ")
        ));
    }
    for table in tables {
        for row in &table.rows {
            let columns: Vec<String> = row.keys().map(|name| identifier(name)).collect();
            let values: Vec<String> = row
                .values()
                .map(|value| value.as_deref().map_or("NULL".into(), literal))
                .collect();
            statements.push_str(&format!(
                "INSERT INTO g.{} ({}) VALUES ({});",
                identifier(&table.name),
                columns.join(", "),
                values.join(", ")
            ));
        }
    }
    for table in tables {
        for link in &table.links {
            let list = |names: &[String]| {
                names
                    .iter()
                    .map(|name| identifier(name))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            statements.push_str(&format!(
                "ALTER TABLE g.{} ADD FOREIGN KEY ({}) REFERENCES g.{} ({});",
                identifier(&table.name),
                list(&link.columns),
                identifier(&tables[link.target].name),
                list(&link.referenced)
            ));
        }
    }
    run(client, &statements);
}

/// A template with at most two placeholders that take joins, so that the deepest preview takes fewer than are allowed.
fn throw_template(random: &mut Random, tables: &[Table], at: usize) -> Option<Vec<Part>> {
    if random.one_in(4) {
        return None;
    }
    let mut parts = Vec::new();
    for _ in 0..2 {
        if random.one_in(2) {
            parts.push(Part::Text(
                random.pick(&[" ", "{", "}}", "'\\", "ä ", ""]).to_string(),
            ));
        }
        let mut table = &tables[at];
        let mut path = Vec::new();
        if random.one_in(2) {
            let link = random.pick(&table.links);
            path.push(random.pick(&link.columns).clone());
            table = &tables[link.target];
        }
        path.push(random.pick(&table.columns()).clone());
        parts.push(Part::Placeholder {
            path,
            raw: random.one_in(4),
        });
    }
    Some(parts)
}

fn template_text(parts: &[Part]) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.replace('{', "{{").replace('}', "}}"),
        Part::Placeholder { path, raw } => {
            let names: Vec<String> = path.iter().map(|name| identifier(name)).collect();
            format!("{{{}{}}}", names.join("."), if *raw { ":raw" } else { "" })
        }
    };
    parts.iter().map(part).collect()
}

/// The reference: how a row reads, `None` if it has nothing to show.
fn preview(tables: &[Table], at: usize, row: &Row, depth: usize) -> Option<String> {
    let table = &tables[at];
    let default = || {
        let first = table.columns().into_iter().find(|column| is_text(table, column));
        vec![Part::Placeholder {
            path: vec![first.unwrap_or_else(|| "id".into())],
            raw: false,
        }]
    };
    let parts = table.template.clone().unwrap_or_else(default);
    let mut shown = String::new();
    let mut is_there = false;
    for part in &parts {
        match part {
            Part::Text(text) => {
                is_there |= !text.is_empty();
                shown.push_str(text);
            }
            Part::Placeholder { path, raw } => {
                if let Some(value) = value(tables, at, row, path, *raw, depth) {
                    is_there = true;
                    shown.push_str(&value);
                }
            }
        }
    }
    is_there.then_some(shown)
}

fn is_text(table: &Table, column: &str) -> bool {
    match table.link(column) {
        Some(link) => link
            .columns
            .iter()
            .zip(&link.referenced)
            .any(|(of_link, referenced)| of_link == column && referenced != "id"),
        None => column != "id",
    }
}

fn value(tables: &[Table], at: usize, row: &Row, path: &[String], raw: bool, depth: usize) -> Option<String> {
    let [column, rest @ ..] = path else { return None };
    let own = row[column].clone();
    let target = tables[at].link(column).and_then(|link| {
        let found = tables[link.target].rows.iter().find(|target| {
            let pairs = link.columns.iter().zip(&link.referenced);
            pairs
                .into_iter()
                .all(|(from, to)| row[from].is_some() && row[from] == target[to])
        });
        Some((link.target, found?))
    });
    if !rest.is_empty() {
        let (table, target) = target?;
        return value(tables, table, target, rest, raw, depth);
    }
    if raw || depth == DEEPEST {
        return own;
    }
    let shown = target.and_then(|(table, target)| preview(tables, table, target, depth + 1));
    own.as_ref()?;
    shown.or(own)
}

#[test]
fn previews_are_what_following_the_keys_gives() {
    let database = Database::with_extension();
    let mut client = database.connect_as_owner();
    let mut compared = 0;
    // The reference knows the contract's default template.
    run(&mut client, "SET mathesar_ext.default_preview = first_text");
    for seed in 1..=GRAPHS {
        let mut random = Random::new(seed);
        let mut tables = throw_tables(&mut random);
        throw_rows(&mut random, &mut tables);
        create(&mut client, &tables);
        for _ in 0..THROWS {
            for at in 0..TABLES {
                let template = throw_template(&mut random, &tables, at);
                let table = format!("g.{}", identifier(&tables[at].name));
                let given = template.as_deref().map(template_text);
                run(
                    &mut client,
                    &format!(
                        "SELECT msar.set_preview_template({}, {})",
                        literal(&table),
                        given.as_deref().map_or("NULL".into(), literal)
                    ),
                );
                tables[at].template = template;
            }
            for at in 0..TABLES {
                let table = literal(&format!("g.{}", identifier(&tables[at].name)));
                let ids: Vec<i64> = (1..=ROWS).collect();
                let query = format!("SELECT msar.preview_rows({table}, '{}')::text", json!(ids));
                let given: Value = serde_json::from_str(&text(&mut client, &query)).unwrap_or_default();
                let expected: Vec<Value> = tables[at]
                    .rows
                    .iter()
                    .zip(&ids)
                    .map(|(row, id)| {
                        let preview = preview(&tables, at, row, 0).unwrap_or_else(|| id.to_string());
                        json!({"key": id, "preview": preview})
                    })
                    .collect();
                assert_eq!(given, json!(expected), "seed {seed}, {table} of {tables:#?}");
                compared += expected.len();
            }
        }
    }
    assert_eq!(compared, GRAPHS as usize * THROWS * TABLES * ROWS as usize);
}
