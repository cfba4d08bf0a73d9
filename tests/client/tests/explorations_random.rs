//! Random explorations over random graphs of foreign keys, compared with a simple reference that works row by row.

use mathesar_ext_client_tests::random::Random;
use mathesar_ext_client_tests::{Database, run};
use postgres::Client;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const GRAPHS: u64 = 10;
const EXPLORATIONS: usize = 60;
const TABLES: usize = 5;
const ROWS: i64 = 8;

/// Columns of each table: `id`, `w` (a word), `n` (a number), and `f<k>`, a foreign key to table k.
type Record = BTreeMap<String, Value>;

struct Graph {
    tables: Vec<Vec<Record>>,
    links: Vec<Vec<usize>>,
}

fn table_name(table: usize) -> String {
    format!("Table {table}")
}

impl Graph {
    fn new(random: &mut Random) -> Self {
        let links: Vec<Vec<usize>> = (0..TABLES)
            .map(|table| {
                (0..TABLES)
                    .filter(|&to| (to < table || to == table && random.one_in(3)) && !random.one_in(3))
                    .collect()
            })
            .collect();
        let tables = (0..TABLES)
            .map(|table| {
                (1..=ROWS)
                    .map(|id| {
                        let mut record = Record::new();
                        record.insert("id".into(), json!(id));
                        let word = ["a", "b%", "B_", "zz", ""][random.below(5)];
                        record.insert(
                            "w".into(),
                            if random.one_in(4) {
                                Value::Null
                            } else {
                                json!(word)
                            },
                        );
                        let number = random.below(5) as i64 - 2;
                        record.insert(
                            "n".into(),
                            if random.one_in(4) {
                                Value::Null
                            } else {
                                json!(number)
                            },
                        );
                        for &to in &links[table] {
                            let key = 1 + random.below(ROWS as usize) as i64;
                            record.insert(
                                format!("f{to}"),
                                if random.one_in(4) { Value::Null } else { json!(key) },
                            );
                        }
                        record
                    })
                    .collect()
            })
            .collect();
        Self { tables, links }
    }

    fn create(&self, client: &mut Client) {
        run(client, "DROP SCHEMA IF EXISTS graph CASCADE; CREATE SCHEMA graph");
        for (table, records) in self.tables.iter().enumerate() {
            let links: String = self.links[table]
                .iter()
                .map(|to| {
                    format!(
                        ", f{to} int REFERENCES graph.\"{}\" DEFERRABLE INITIALLY DEFERRED",
                        table_name(*to)
                    )
                })
                .collect();
            run(
                client,
                &format!(
                    "CREATE TABLE graph.\"{}\" (id int PRIMARY KEY, w text, n int{links})",
                    table_name(table)
                ),
            );
            let records: Vec<&Record> = records.iter().collect();
            let rows = serde_json::to_value(records).unwrap();
            client
                .execute(
                    &format!(
                        "INSERT INTO graph.\"{name}\" SELECT * FROM jsonb_populate_recordset(NULL::graph.\"{name}\", $1)",
                        name = table_name(table)
                    ),
                    &[&rows],
                )
                .unwrap_or_else(|error| panic!("{error:?}"));
        }
    }

    /// A step from a table: along a foreign key, or back along one. The columns that are equal, and the next table.
    fn step(&self, random: &mut Random, table: usize) -> Option<(String, usize, String)> {
        let forward = self.links[table]
            .iter()
            .map(|&to| (format!("f{to}"), to, "id".to_owned()));
        let backward = (0..TABLES).flat_map(|from| {
            let leads_here = self.links[from].contains(&table);
            leads_here.then(|| ("id".to_owned(), from, format!("f{table}")))
        });
        let mut steps: Vec<_> = forward.collect();
        if steps.is_empty() || random.one_in(4) {
            steps.extend(backward);
        }
        match steps.len() {
            0 => None,
            length => Some(steps.swap_remove(random.below(length))),
        }
    }
}

/// Rows as they come about: the record of each path that was joined, by the path.
type Joined = BTreeMap<String, Option<Record>>;

type Rows = Vec<Map<String, Value>>;

/// Whether a row passes; `None` where SQL does not know.
type Answer = dyn Fn(&Map<String, Value>) -> Option<bool>;

struct Case {
    document: Value,
    rows: Rows,
    aliases: Vec<String>,
    steps: Vec<Value>,
}

impl Case {
    fn new(random: &mut Random, graph: &Graph) -> Self {
        let base = random.below(TABLES);
        let mut joined: Vec<Joined> = graph.tables[base]
            .iter()
            .map(|record| Joined::from([(String::new(), Some(record.clone()))]))
            .collect();
        let mut initial = Vec::new();
        let mut picks: Vec<(String, String, String)> = Vec::new();
        for number in 0..2 + random.below(3) {
            let (mut table, mut key, mut path) = (base, String::new(), Vec::new());
            for _ in 0..random.below(3) {
                let Some((from, to, column)) = graph.step(random, table) else {
                    break;
                };
                let end = |table: usize, column: &str| json!([{"schema": "graph", "name": table_name(table)}, column]);
                path.push(json!([end(table, &from), end(to, &column)]));
                let next = format!("{key}/{from}>{to}.{column}");
                if !joined.iter().all(|row| row.contains_key(&next)) {
                    joined = joined
                        .into_iter()
                        .flat_map(|row| {
                            let value = row[&key]
                                .as_ref()
                                .map_or(Value::Null, |record| record[&from].clone());
                            let found: Vec<Record> = graph.tables[to]
                                .iter()
                                .filter(|record| !value.is_null() && record[&column] == value)
                                .cloned()
                                .collect();
                            let found: Vec<Option<Record>> = match found.is_empty() {
                                true => vec![None],
                                false => found.into_iter().map(Some).collect(),
                            };
                            found
                                .into_iter()
                                .map(|record| {
                                    let mut row = row.clone();
                                    row.insert(next.clone(), record);
                                    row
                                })
                                .collect::<Vec<_>>()
                        })
                        .collect();
                }
                (table, key) = (to, next);
            }
            let column = ["id", "w", "n"][random.below(3)];
            let alias = format!("{column}{number}");
            initial.push(json!({"alias": alias, "column": column, "join_path": path}));
            picks.push((alias, key, column.to_owned()));
        }
        let rows = joined
            .iter()
            .map(|row| {
                picks
                    .iter()
                    .map(|(alias, key, column)| {
                        let value = row[key]
                            .as_ref()
                            .map_or(Value::Null, |record| record[column].clone());
                        (alias.clone(), value)
                    })
                    .collect()
            })
            .collect();
        let mut case = Self {
            document: json!({"base_table": {"schema": "graph", "name": table_name(base)}, "initial_columns": initial}),
            rows,
            aliases: picks.into_iter().map(|(alias, ..)| alias).collect(),
            steps: Vec::new(),
        };
        for _ in 0..random.below(5) {
            case.add_step(random);
        }
        case.document["transformations"] = Value::Array(case.steps.clone());
        case
    }

    fn pick_alias(&self, random: &mut Random, prefixes: &[&str]) -> Option<String> {
        let fitting: Vec<&String> = self
            .aliases
            .iter()
            .filter(|alias| prefixes.iter().any(|prefix| alias.starts_with(prefix)))
            .collect();
        match fitting.len() {
            0 => None,
            length => Some(fitting[random.below(length)].clone()),
        }
    }

    fn add_step(&mut self, random: &mut Random) {
        match random.below(6) {
            0 | 1 => self.filter(random),
            2 => self.summarize(random),
            3 if self.aliases.len() > 1 => {
                let hidden = self.aliases.remove(random.below(self.aliases.len()));
                for row in &mut self.rows {
                    row.remove(&hidden);
                }
                self.steps.push(json!({"type": "hide", "spec": [hidden]}));
            }
            4 => {
                self.steps.push(json!({"type": "distinct"}));
                let mut seen: Vec<Map<String, Value>> = Vec::new();
                self.rows.retain(|row| {
                    let is_new = !seen.contains(row);
                    if is_new {
                        seen.push(row.clone());
                    }
                    is_new
                });
            }
            _ => {
                let Some(number) = self.pick_alias(random, &["n", "id"]) else {
                    return;
                };
                let alias = format!("n_sum{}", self.steps.len());
                self.steps.push(json!({"type": "compute", "spec": {
                    "alias": alias, "expression": {"add": [{"column_name": [number]}, {"literal": [10]}]}}}));
                for row in &mut self.rows {
                    let value = row[&number]
                        .as_i64()
                        .map_or(Value::Null, |value| json!(value + 10));
                    row.insert(alias.clone(), value);
                }
                self.aliases.push(alias);
            }
        }
    }

    fn filter(&mut self, random: &mut Random) {
        let column = |alias: &str| json!({"column_name": [alias]});
        let negated = random.one_in(4);
        // What a row says to it: NULL is neither true nor false.
        let (spec, answer): (Value, Box<Answer>) = match random.below(4) {
            0 => {
                let Some(alias) = self.pick_alias(random, &["w"]) else {
                    return;
                };
                let part = ["a", "%", "_", "b", "z"][random.below(5)];
                (
                    json!({"contains": [column(&alias), {"literal": [part]}]}),
                    Box::new(move |row| row[&alias].as_str().map(|text| text.contains(part))),
                )
            }
            1 => {
                let alias = self.aliases[random.below(self.aliases.len())].clone();
                (
                    json!({"null": [column(&alias)]}),
                    Box::new(move |row| Some(row[&alias].is_null())),
                )
            }
            _ => {
                let Some(alias) = self.pick_alias(random, &["n", "id"]) else {
                    return;
                };
                let bound = random.below(5) as i64 - 1;
                let (function, compare): (_, fn(&i64, &i64) -> bool) = [
                    ("lesser", i64::lt as fn(&i64, &i64) -> bool),
                    ("greater_or_equal", i64::ge),
                    ("equal", i64::eq),
                ][random.below(3)];
                (
                    json!({function: [column(&alias), {"literal": [bound]}]}),
                    Box::new(move |row| row[&alias].as_i64().map(|value| compare(&value, &bound))),
                )
            }
        };
        let spec = if negated { json!({"not": [spec]}) } else { spec };
        self.steps.push(json!({"type": "filter", "spec": spec}));
        self.rows
            .retain(|row| answer(row).is_some_and(|passes| passes != negated));
    }

    fn summarize(&mut self, random: &mut Random) {
        if self.aliases.iter().any(|alias| alias.starts_with("list")) {
            return;
        }
        let mut grouping: Vec<String> = Vec::new();
        for alias in &self.aliases {
            if random.one_in(2) {
                grouping.push(alias.clone());
            }
        }
        let number = self.pick_alias(random, &["n", "id"]);
        let any = self.aliases[random.below(self.aliases.len())].clone();
        let mut groups: Vec<(Vec<Value>, Rows)> = Vec::new();
        if grouping.is_empty() {
            groups.push((Vec::new(), self.rows.clone()));
        } else {
            for row in &self.rows {
                let key: Vec<Value> = grouping.iter().map(|alias| row[alias].clone()).collect();
                match groups.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, rows)) => rows.push(row.clone()),
                    None => groups.push((key, vec![row.clone()])),
                }
            }
        }
        let at = self.steps.len();
        let mut aggregation = vec![
            json!({"input_alias": any, "output_alias": format!("n_count{at}"), "function": "count"}),
            json!({"input_alias": any, "output_alias": format!("list{at}"), "function": "distinct_aggregate_to_array"}),
        ];
        if let Some(number) = &number {
            for function in ["sum", "max", "min"] {
                aggregation.push(json!({"input_alias": number, "output_alias": format!("n_{function}{at}"), "function": function}));
            }
        }
        let outputs: Vec<Value> = grouping
            .iter()
            .map(|alias| json!({"input_alias": alias, "output_alias": alias}))
            .collect();
        self.steps.push(json!({"type": "summarize", "spec": {
            "grouping_expressions": outputs, "aggregation_expressions": aggregation}}));
        self.rows = groups
            .into_iter()
            .map(|(key, rows)| {
                let mut row: Map<String, Value> = grouping.iter().cloned().zip(key).collect();
                let present = rows.iter().filter(|row| !row[&any].is_null()).count();
                row.insert(format!("n_count{at}"), json!(present));
                let mut list: Vec<Value> = Vec::new();
                for value in rows.iter().map(|row| &row[&any]) {
                    if !list.contains(value) {
                        list.push(value.clone());
                    }
                }
                row.insert(
                    format!("list{at}"),
                    if rows.is_empty() {
                        Value::Null
                    } else {
                        sorted(list)
                    },
                );
                if let Some(number) = &number {
                    let numbers: Vec<i64> = rows.iter().filter_map(|row| row[number].as_i64()).collect();
                    let or_null = |value: Option<i64>| value.map_or(Value::Null, Value::from);
                    row.insert(
                        format!("n_sum{at}"),
                        or_null((!numbers.is_empty()).then(|| numbers.iter().sum())),
                    );
                    row.insert(format!("n_max{at}"), or_null(numbers.iter().max().copied()));
                    row.insert(format!("n_min{at}"), or_null(numbers.iter().min().copied()));
                }
                row
            })
            .collect();
        self.aliases = grouping;
        self.aliases.push(format!("n_count{at}"));
        self.aliases.push(format!("list{at}"));
        if number.is_some() {
            for function in ["sum", "max", "min"] {
                self.aliases.push(format!("n_{function}{at}"));
            }
        }
    }
}

/// A list whatever the order that a collation gives it.
fn sorted(mut list: Vec<Value>) -> Value {
    list.sort_by_key(Value::to_string);
    Value::Array(list)
}

/// Rows as texts, in an order of their own.
fn canonical(rows: &[Value]) -> Vec<String> {
    let mut texts: Vec<String> = rows
        .iter()
        .map(|row| {
            let members: BTreeMap<&String, Value> = row
                .as_object()
                .into_iter()
                .flatten()
                .map(|(alias, value)| match value {
                    Value::Array(list) => (alias, sorted(list.clone())),
                    value => (alias, value.clone()),
                })
                .collect();
            serde_json::to_string(&members).unwrap()
        })
        .collect();
    texts.sort();
    texts
}

fn run_exploration(client: &mut Client, document: &Value, options: &Value) -> Value {
    let row = client.query_one("SELECT msar.run_exploration($1, $2)", &[document, options]);
    row.unwrap_or_else(|error| panic!("{document:#}\n{options}\n{error:?}"))
        .get(0)
}

#[test]
fn equal_a_reference_that_works_row_by_row() {
    let database = Database::with_extension();
    let mut client = database.connect_as_owner();
    let mut not_empty = 0;
    for seed in 1..=GRAPHS {
        let mut random = Random::new(seed);
        let graph = Graph::new(&mut random);
        graph.create(&mut client);
        for _ in 0..EXPLORATIONS {
            let case = Case::new(&mut random, &graph);
            let expected: Vec<Value> = case.rows.iter().cloned().map(Value::Object).collect();
            let whole = run_exploration(&mut client, &case.document, &json!({"limit": null}));
            let results = whole["records"]["results"].as_array().unwrap();
            assert_eq!(canonical(results), canonical(&expected), "{:#}", case.document);
            assert_eq!(
                whole["records"]["count"],
                json!(expected.len()),
                "{:#}",
                case.document
            );
            assert_eq!(
                whole["output_columns"],
                json!(case.aliases),
                "{:#}",
                case.document
            );
            not_empty += usize::from(!expected.is_empty());
            // Pages by offset, and by what they say comes next, have the same rows in the same order.
            let mut paged = Vec::new();
            for offset in (0..results.len()).step_by(3) {
                let page = run_exploration(
                    &mut client,
                    &case.document,
                    &json!({"limit": 3, "offset": offset}),
                );
                assert_eq!(
                    page["records"]["count"],
                    json!(expected.len()),
                    "{:#}",
                    case.document
                );
                paged.extend(page["records"]["results"].as_array().unwrap().clone());
            }
            assert_eq!(canonical(&paged), canonical(&expected), "{:#}", case.document);
            let mut options = json!({"limit": 3, "count": "none"});
            let mut followed = Vec::new();
            loop {
                let page = run_exploration(&mut client, &case.document, &options);
                followed.extend(page["records"]["results"].as_array().unwrap().clone());
                if page["next"].is_null() {
                    break;
                }
                options["after"] = page["next"].clone();
            }
            let is_known = followed.len() >= results.len();
            assert!(
                !is_known || canonical(&followed) == canonical(&expected),
                "{:#}",
                case.document
            );
            // The SQL that it says it is compiled to has the same rows.
            let sql: String = client
                .query_one("SELECT msar.exploration_sql($1)", &[&case.document])
                .unwrap_or_else(|error| panic!("{:#}\n{error:?}", case.document))
                .get(0);
            let rows = client
                .query(&format!("SELECT to_jsonb(q) FROM ({sql}) AS q"), &[])
                .unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
            let rows: Vec<Value> = rows.iter().map(|row| row.get(0)).collect();
            assert_eq!(canonical(&rows), canonical(&expected), "{sql}");
        }
    }
    assert!(not_empty > 200, "only {not_empty} explorations have rows");
}
