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

    /// A step from a table: along a foreign key, back along one, or by columns that no foreign key links. The columns that
    /// are equal, and the next table.
    fn step(&self, random: &mut Random, table: usize) -> Option<(Vec<String>, usize, Vec<String>)> {
        let names = |columns: &[&str]| columns.iter().map(|&column| column.to_owned()).collect();
        if random.one_in(6) {
            let to = random.below(TABLES);
            return Some(match random.one_in(2) {
                true => (names(&["n"]), to, names(&["id"])),
                false => (names(&["n", "w"]), to, names(&["n", "w"])),
            });
        }
        let (from, to, column) = self.link(random, table)?;
        Some((vec![from], to, vec![column]))
    }

    fn link(&self, random: &mut Random, table: usize) -> Option<(String, usize, String)> {
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

/// Steps at the end, of which the reference knows the rows but for those that are alike in the order: in each group of rows
/// that are alike in `per`, so many by `order`, from one on.
struct Part {
    per: Option<String>,
    order: Vec<(String, bool)>,
    offset: usize,
    limit: usize,
}

struct Case {
    document: Value,
    rows: Rows,
    aliases: Vec<String>,
    steps: Vec<Value>,
    part: Option<Part>,
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
                let end = |table: usize, columns: &[String]| {
                    let columns = match columns {
                        [column] => json!(column),
                        columns => json!(columns),
                    };
                    json!([{"schema": "graph", "name": table_name(table)}, columns])
                };
                path.push(json!([end(table, &from), end(to, &column)]));
                let next = format!("{key}/{from:?}>{to}.{column:?}");
                if !joined.iter().all(|row| row.contains_key(&next)) {
                    joined = joined
                        .into_iter()
                        .flat_map(|row| {
                            let is_met = |other: &Record| {
                                row[&key].as_ref().is_some_and(|record| {
                                    from.iter()
                                        .zip(&column)
                                        .all(|(a, b)| !record[a].is_null() && record[a] == other[b])
                                })
                            };
                            let found: Vec<Record> = graph.tables[to]
                                .iter()
                                .filter(|other| is_met(other))
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
            part: None,
        };
        for _ in 0..random.below(5) {
            case.add_step(random);
        }
        if random.one_in(2) {
            case.take_part(random);
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
        match random.below(8) {
            0 | 1 => self.filter(random),
            2 => self.summarize(random),
            6 => self.pivot(random),
            7 => {
                let mut kept: Vec<String> = Vec::new();
                while kept.is_empty() {
                    kept = self
                        .aliases
                        .iter()
                        .filter(|_| !random.one_in(3))
                        .cloned()
                        .collect();
                }
                if random.one_in(2) {
                    kept.reverse();
                }
                for row in &mut self.rows {
                    row.retain(|alias, _| kept.contains(alias));
                }
                self.steps.push(json!({"type": "select", "spec": kept}));
                self.aliases = kept;
            }
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
        let Some((spec, answer)) = self.condition(random, 0) else {
            return;
        };
        self.steps.push(json!({"type": "filter", "spec": spec}));
        self.rows.retain(|row| answer(row) == Some(true));
    }

    /// A condition, and what a row says to it: NULL is neither true nor false.
    fn condition(&self, random: &mut Random, depth: usize) -> Option<(Value, Box<Answer>)> {
        let column = |alias: &str| json!({"column_name": [alias]});
        let literal = |value: i64| json!({"literal": [value]});
        Some(match random.below(if depth < 2 { 9 } else { 6 }) {
            0 => {
                let alias = self.pick_alias(random, &["w"])?;
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
            2 => {
                let alias = self.pick_alias(random, &["n", "id"])?;
                let values: Vec<i64> = (0..random.below(3)).map(|_| random.below(5) as i64 - 1).collect();
                (
                    json!({"in": [column(&alias), {"list": values.iter().map(|&value| literal(value)).collect::<Vec<_>>()}]}),
                    // No value is in an empty list, not even NULL.
                    Box::new(move |row| match values.is_empty() {
                        true => Some(false),
                        false => row[&alias].as_i64().map(|value| values.contains(&value)),
                    }),
                )
            }
            3 => {
                let alias = self.pick_alias(random, &["n", "id"])?;
                let (from, to) = (random.below(3) as i64 - 1, random.below(5) as i64);
                (
                    json!({"between": [column(&alias), literal(from), literal(to)]}),
                    Box::new(move |row| row[&alias].as_i64().map(|value| (from..=to).contains(&value))),
                )
            }
            6 => {
                let (spec, answer) = self.condition(random, depth + 1)?;
                (
                    json!({"not": [spec]}),
                    Box::new(move |row| answer(row).map(|passes| !passes)),
                )
            }
            7 | 8 => {
                let (one, first) = self.condition(random, depth + 1)?;
                let (other, second) = self.condition(random, depth + 1)?;
                let decides = random.one_in(2);
                (
                    json!({if decides { "or" } else { "and" }: [one, other]}),
                    Box::new(move |row| match (first(row), second(row)) {
                        (a, b) if a == Some(decides) || b == Some(decides) => Some(decides),
                        (Some(_), Some(_)) => Some(!decides),
                        _ => None,
                    }),
                )
            }
            _ => {
                let alias = self.pick_alias(random, &["n", "id"])?;
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
        })
    }

    /// The first rows of all or of each group, at the end.
    fn take_part(&mut self, random: &mut Random) {
        let mut order: Vec<(String, bool)> = Vec::new();
        for _ in 0..2 {
            if let Some(alias) = self.pick_alias(random, &["n", "id"])
                && !order.iter().any(|(known, _)| *known == alias)
            {
                order.push((alias, random.one_in(2)));
            }
        }
        if order.is_empty() {
            return;
        }
        let spec: Vec<Value> = order
            .iter()
            .map(|(alias, descends)| {
                // NULLs are last in both directions.
                json!({"field": alias, "direction": if *descends { "desc" } else { "asc" }, "nulls": "last"})
            })
            .collect();
        let per = self.pick_alias(random, &["w"]).filter(|_| random.one_in(2));
        let (offset, limit) = match per {
            Some(_) => (0, 1 + random.below(3)),
            None => (random.below(3), random.below(8)),
        };
        match &per {
            Some(per) => self
                .steps
                .push(json!({"type": "top", "spec": {"per": [per], "order": spec, "limit": limit}})),
            None => {
                self.steps.push(json!({"type": "order", "spec": spec}));
                self.steps.push(json!({"type": "offset", "spec": offset}));
                self.steps.push(json!({"type": "limit", "spec": limit}));
            }
        }
        self.part = Some(Part {
            per,
            order,
            offset,
            limit,
        });
    }

    fn pivot(&mut self, random: &mut Random) {
        let (Some(word), Some(number)) = (
            self.pick_alias(random, &["w"]),
            self.pick_alias(random, &["n", "id"]),
        ) else {
            return;
        };
        let by: Vec<String> = self
            .aliases
            .iter()
            .filter(|alias| !alias.starts_with("list") && **alias != word && random.one_in(2))
            .cloned()
            .collect();
        if by.is_empty() {
            return;
        }
        let at = self.steps.len();
        let function = ["sum", "count", "max"][random.below(3)];
        let values = ["a", "B_", "nothing"];
        self.steps.push(json!({"type": "pivot", "spec": {
            "rows": by.iter().map(|alias| json!({"input_alias": alias, "output_alias": alias})).collect::<Vec<_>>(),
            "column": word,
            "values": values.iter().enumerate().map(|(cell, value)| json!({"literal": value, "output_alias": format!("n_cell{at}{cell}")})).collect::<Vec<_>>(),
            "aggregation": {"input_alias": number, "function": function}}}));
        let mut groups: Vec<(Vec<Value>, Rows)> = Vec::new();
        for row in &self.rows {
            let key: Vec<Value> = by.iter().map(|alias| row[alias].clone()).collect();
            match groups.iter_mut().find(|(known, _)| *known == key) {
                Some((_, rows)) => rows.push(row.clone()),
                None => groups.push((key, vec![row.clone()])),
            }
        }
        self.rows = groups
            .into_iter()
            .map(|(key, rows)| {
                let mut row: Map<String, Value> = by.iter().cloned().zip(key).collect();
                for (cell, value) in values.iter().enumerate() {
                    let numbers: Vec<i64> = rows
                        .iter()
                        .filter(|row| row[&word] == *value)
                        .filter_map(|row| row[&number].as_i64())
                        .collect();
                    let result = match function {
                        "count" => json!(numbers.len()),
                        "sum" if !numbers.is_empty() => json!(numbers.iter().sum::<i64>()),
                        _ => numbers.iter().max().map_or(Value::Null, |&most| match function {
                            "max" => json!(most),
                            _ => Value::Null,
                        }),
                    };
                    row.insert(format!("n_cell{at}{cell}"), result);
                }
                row
            })
            .collect();
        self.aliases = by;
        self.aliases
            .extend((0..values.len()).map(|cell| format!("n_cell{at}{cell}")));
    }

    /// Fails unless the rows are a part of those of the reference, as many and with such values as the part has.
    fn check_part(&self, part: &Part, results: &[Value]) {
        let whole = self.rows.iter().cloned().map(Value::Object).collect::<Vec<_>>();
        let (all, mut some) = (canonical(&whole), canonical(results));
        let mut rest = all.into_iter().peekable();
        some.retain(|row| {
            while rest.next_if(|known| known < row).is_some() {}
            rest.next_if_eq(row).is_none()
        });
        assert_eq!(some, Vec::<String>::new(), "{:#}", self.document);
        let group = |row: &Map<String, Value>| part.per.as_ref().map_or(Value::Null, |per| row[per].clone());
        // Values that sort as the order says, NULLs last.
        let place = |row: &Map<String, Value>| -> Vec<(bool, i64)> {
            let value = |(alias, descends): &(String, bool)| {
                let number = row[alias].as_i64();
                let sign = if *descends { -1 } else { 1 };
                (number.is_none(), number.unwrap_or(0) * sign)
            };
            part.order.iter().map(value).collect()
        };
        let mut groups: BTreeMap<String, Vec<Vec<(bool, i64)>>> = BTreeMap::new();
        for row in &self.rows {
            groups.entry(group(row).to_string()).or_default().push(place(row));
        }
        let mut expected = BTreeMap::new();
        for (group, mut places) in groups {
            places.sort();
            let places: Vec<_> = places.into_iter().skip(part.offset).take(part.limit).collect();
            if !places.is_empty() {
                expected.insert(group, places);
            }
        }
        let mut found: BTreeMap<String, Vec<Vec<(bool, i64)>>> = BTreeMap::new();
        for row in results.iter().filter_map(Value::as_object) {
            found.entry(group(row).to_string()).or_default().push(place(row));
        }
        if part.per.is_some() {
            found.values_mut().for_each(|places| places.sort());
        }
        assert_eq!(found, expected, "{:#}", self.document);
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
            let expected = match &case.part {
                Some(part) => {
                    case.check_part(part, results);
                    results.clone()
                }
                None => expected,
            };
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
