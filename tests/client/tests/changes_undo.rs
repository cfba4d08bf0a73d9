//! Random commands that can be undone are undone: the database describes itself as before, whoever ran them.

use mathesar_ext_client_tests::{Database, connect, explain, random, run, text};
use postgres::Client;
use serde_json::Value;

/// Random commands.
struct Random(random::Random);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound)
    }

    fn schema(&mut self) -> &'static str {
        ["u0", "\"U 1\""][self.below(2)]
    }

    fn table(&mut self) -> String {
        format!(
            "{}.{}",
            self.schema(),
            ["t0", "t1", "t2", "\"T \"\"3\"\"\"", "kids"][self.below(5)]
        )
    }

    fn column(&mut self) -> &'static str {
        ["id", "n", "s", "d", "\"C \"\"x\"\"\"", "added"][self.below(6)]
    }

    fn literal(&mut self) -> String {
        ["'it''s'", "'\\'", "NULL", "'ü $1 %s'"][self.below(4)].to_owned()
    }

    /// A command of a kind whose inverse is known.
    fn command(&mut self, role: &str) -> String {
        let (table, column) = (self.table(), self.column());
        match self.below(30) {
            0 => format!("ALTER TABLE {table} RENAME TO t{}", self.below(4)),
            1 => format!("ALTER TABLE {table} RENAME {column} TO {}", self.column()),
            2 => format!("ALTER TABLE {table} SET SCHEMA {}", self.schema()),
            3 => format!("COMMENT ON TABLE {table} IS {}", self.literal()),
            4 => format!("COMMENT ON COLUMN {table}.{column} IS {}", self.literal()),
            5 | 6 => format!(
                "ALTER TABLE {table} ADD added {}",
                [
                    "integer",
                    "text DEFAULT 'x'",
                    "serial",
                    "date NOT NULL DEFAULT now()",
                    "integer GENERATED ALWAYS AS IDENTITY"
                ][self.below(5)]
            ),
            7 => format!(
                "ALTER TABLE {table} ADD CONSTRAINT k{} UNIQUE ({column})",
                self.below(3)
            ),
            8 => format!("ALTER TABLE {table} ADD CHECK (id < {})", 1000 + self.below(9)),
            9 => format!(
                "ALTER TABLE {table} ADD FOREIGN KEY (n) REFERENCES {}",
                self.table()
            ),
            10 => format!(
                "ALTER TABLE {table} RENAME CONSTRAINT k{} TO k{}",
                self.below(3),
                self.below(3)
            ),
            11 => format!(
                "CREATE TABLE {table} (id serial PRIMARY KEY, n integer UNIQUE, s varchar(9), d date, parent integer REFERENCES {})",
                self.table()
            ),
            12 => format!("CREATE TABLE {}.kids () INHERITS ({table})", self.schema()),
            13 => format!(
                "CREATE VIEW {}.v{} AS SELECT id, n FROM {table}",
                self.schema(),
                self.below(2)
            ),
            14 => format!("CREATE INDEX ON {table} ({column})"),
            15 => format!("CREATE SEQUENCE {}.q{}", self.schema(), self.below(2)),
            16 => format!(
                "CREATE TYPE {}.e{} AS ENUM ('a', 'b')",
                self.schema(),
                self.below(2)
            ),
            17 => format!(
                "CREATE DOMAIN {}.d{} AS integer CHECK (VALUE > 0)",
                self.schema(),
                self.below(2)
            ),
            18 => format!(
                "ALTER TABLE {table} ALTER {column} SET DEFAULT {}",
                ["7", "NULL", "'8'"][self.below(3)]
            ),
            19 => format!("ALTER TABLE {table} ALTER {column} DROP DEFAULT"),
            20 => format!("ALTER TABLE {table} ALTER {column} SET NOT NULL"),
            21 => format!("ALTER TABLE {table} ALTER {column} DROP NOT NULL"),
            22 => format!(
                "ALTER TABLE {table} ALTER n TYPE {}",
                ["bigint", "text"][self.below(2)]
            ),
            23 => format!(
                "ALTER TABLE {table} ALTER {} TYPE text",
                ["s", "d"][self.below(2)]
            ),
            24 => format!(
                "ALTER TABLE {table} OWNER TO {}",
                [role, "postgres"][self.below(2)]
            ),
            25 => format!(
                "GRANT {} ON {table} TO {}",
                ["SELECT", "ALL", "INSERT, UPDATE (n)", "SELECT (id)"][self.below(4)],
                [role, "PUBLIC"][self.below(2)]
            ),
            26 => format!(
                "REVOKE SELECT ON {table} FROM {}",
                [role, "PUBLIC", "postgres"][self.below(3)]
            ),
            27 => format!(
                "SELECT msar.set_table_metadata('{table}'::regclass, '{{\"column_order\": [{}]}}')",
                1 + self.below(3)
            ),
            28 => format!(
                "SELECT msar.set_column_metadata('{table}'::regclass, '[{{\"attnum\": 2, \"display_width\": {}}}]')",
                1 + self.below(99)
            ),
            _ => match self.below(5) {
                0 => format!("ALTER SCHEMA {} RENAME TO u{}", self.schema(), 5 + self.below(2)),
                1 => format!(
                    "CREATE FUNCTION {}.f{}(r {table}) RETURNS integer RETURN 1",
                    self.schema(),
                    self.below(2)
                ),
                2 => format!("COMMENT ON SCHEMA {} IS {}", self.schema(), self.literal()),
                3 => format!("GRANT USAGE ON SCHEMA {} TO PUBLIC", self.schema()),
                _ => format!("ALTER TABLE {table} ALTER n ADD GENERATED BY DEFAULT AS IDENTITY"),
            },
        }
    }
}

/// Takes out the OIDs of constraints: a change of a type, and the way back, make them anew.
fn without_new_oids(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            // Building an index counts the rows.
            fields.remove("estimated_rows");
            // The way back is a change as well.
            fields.remove("created_at");
            fields.remove("updated_at");
            for (name, inner) in fields {
                if name == "constraints" || name == "incoming" {
                    for constraint in inner.as_array_mut().into_iter().flatten() {
                        constraint.as_object_mut().unwrap().remove("oid");
                    }
                }
                without_new_oids(inner);
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(without_new_oids),
        _ => {}
    }
}

/// All that describes the schemas, and the rows.
fn describe(client: &mut Client) -> String {
    let described = text(
        client,
        "SELECT jsonb_pretty(jsonb_build_object(
           'schemas', (SELECT jsonb_agg(msar.get_schema(oid) ORDER BY oid) FROM pg_namespace WHERE nspowner = 10 AND oid > 16384),
           'tables', (SELECT jsonb_agg(msar.get_schema_table_details(oid)::jsonb ORDER BY oid) FROM pg_namespace
              WHERE nspname ILIKE 'u%'),
           'privileges', (SELECT jsonb_agg(jsonb_build_array(c.oid,
                (SELECT jsonb_agg(a ORDER BY a::text) FROM aclexplode(coalesce(relacl, acldefault('r', relowner))) AS a)) ORDER BY c.oid)
              FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
              WHERE nspname ILIKE 'u%' AND relkind IN ('r', 'v')),
           'others', (SELECT jsonb_agg(relname ORDER BY n.oid, relname) FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname ILIKE 'u%' AND relkind IN ('i', 'S')),
           'types', (SELECT jsonb_agg(typname ORDER BY t.oid) FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = typnamespace
              WHERE nspname ILIKE 'u%'),
           'metadata', jsonb_build_array(msar.export_metadata()),
           'rows', (SELECT jsonb_agg(t) FROM u0.t0 AS t)))",
    );
    let mut described: Value = serde_json::from_str(&described).unwrap();
    without_new_oids(&mut described);
    serde_json::to_string_pretty(&described).unwrap()
}

fn undo(client: &mut Client, token: &str) -> Result<String, postgres::Error> {
    // All at once: a page has 1,000 changes.
    let row = client.query_one(
        "SELECT msar.undo_changes(jsonb_agg(change || '{\"drop_data\": true}'))::text
         FROM jsonb_array_elements(msar.list_changes($1, '{\"limit\": 100000}')->'changes') AS change",
        &[&token],
    )?;
    Ok(row.get(0))
}

#[test]
fn changes_undone_describe_as_before() {
    let rounds: u64 = std::env::var("MATHESAR_EXT_TEST_ROUNDS").map_or(25, |rounds| rounds.parse().unwrap());
    let database = Database::with_extension();
    let mut client = database.connect_as_superuser();
    let role = database.owner().to_owned();
    run(
        &mut client,
        &format!(
            "CREATE SCHEMA u0; CREATE SCHEMA \"U 1\"; GRANT CREATE, USAGE ON SCHEMA u0, \"U 1\" TO {role};
             CREATE TABLE u0.t0 (id serial PRIMARY KEY, n integer DEFAULT 3, s varchar(20) NOT NULL, d date, \"C \"\"x\"\"\" text);
             INSERT INTO u0.t0 (s, d) SELECT 's' || i, '2026-01-01'::date + i FROM generate_series(1, 9) AS i;
             CREATE TABLE \"U 1\".t1 (id integer PRIMARY KEY, n integer REFERENCES u0.t0, s text);
             SELECT msar.set_column_metadata('u0.t0', '[{{\"attnum\": 2, \"display_width\": 5}}]')"
        ),
    );
    let before = describe(&mut client);
    let (mut ran, mut undone) = (0, 0);
    for round in 1..=rounds {
        let mut random = Random(random::Random::new(round));
        let token = text(&mut client, "SELECT msar.get_change_token()");
        let mut commands = Vec::new();
        while commands.len() < 14 {
            let command = random.command(&role);
            // Some as the role that owns some of the tables.
            let as_role = random.below(4) == 0;
            if as_role {
                run(&mut client, &format!("SET ROLE {role}"));
            }
            let outcome = client.batch_execute(&command);
            run(&mut client, "RESET ROLE");
            if outcome.is_ok() {
                commands.push(command);
            } else if random.below(200) == 0 {
                break;
            }
        }
        ran += commands.len();
        let changed = describe_if_there(&mut client);
        // A dry run leaves all as it is.
        let dry = text(
            &mut client,
            &format!(
                "SELECT msar.undo_changes(jsonb_agg(change || '{{\"drop_data\": true}}'), true)::text
                 FROM jsonb_array_elements(msar.list_changes('{token}', '{{\"limit\": 100000}}')->'changes') AS change"
            ),
        );
        assert_eq!(
            describe_if_there(&mut client),
            changed,
            "round {round}: {commands:#?}"
        );
        match undo(&mut client, &token) {
            Ok(answer) => {
                let statements = |answer: &str| {
                    let answer: Value = serde_json::from_str(answer).unwrap();
                    answer["changes"].clone()
                };
                assert_eq!(statements(&answer), statements(&dry), "round {round}");
                undone += 1;
            }
            Err(error) => panic!("round {round}: {}\n{commands:#?}", explain(&error)),
        }
        let after = describe(&mut client);
        if let Some((old, new)) = before.lines().zip(after.lines()).find(|(old, new)| old != new) {
            panic!("round {round}:\n{old}\n{new}\n{commands:#?}");
        }
        assert_eq!(
            before.lines().count(),
            after.lines().count(),
            "round {round}: {commands:#?}"
        );
    }
    assert!(
        undone == rounds && ran as u64 > rounds * 5,
        "{ran} commands, {undone} rounds"
    );
}

/// The same while the schemas have other names.
fn describe_if_there(client: &mut Client) -> String {
    text(
        client,
        "SELECT (SELECT string_agg(concat(c.oid, relname, relnamespace, relacl), ',' ORDER BY c.oid)
             FROM pg_class AS c WHERE c.oid > 16384)
           || (SELECT string_agg(concat(attrelid, attname, atttypid, attnotnull, attnum), ',' ORDER BY attrelid, attnum)
             FROM pg_attribute WHERE attrelid > 16384 AND NOT attisdropped)
           || (SELECT coalesce(string_agg(concat(objoid, objsubid, description), ',' ORDER BY objoid, objsubid), '') FROM pg_description
             WHERE objoid > 16384)
           || msar.export_metadata()::text",
    )
}

#[test]
fn changes_undone_all_or_none() {
    let database = Database::with_extension();
    let mut client = database.connect_as_superuser();
    run(
        &mut client,
        "CREATE SCHEMA u0; CREATE TABLE u0.kept (id integer); CREATE TABLE u0.gone (id integer)",
    );
    let token = text(&mut client, "SELECT msar.get_change_token()");
    run(&mut client, "DROP TABLE u0.gone");
    run(&mut client, "ALTER TABLE u0.kept RENAME TO renamed");
    let error = undo(&mut client, &token).unwrap_err();
    assert_eq!(error.code().unwrap().code(), "55000", "{}", explain(&error));
    assert_eq!(
        text(&mut client, "SELECT to_regclass('u0.renamed')::text"),
        "u0.renamed"
    );
    // A caller's words count for nothing but the numbers.
    let planted = text(
        &mut client,
        &format!(
            "SELECT (msar.undo_changes((SELECT jsonb_agg(c || '{{\"old_name\": \"planted\", \"name\": \"x; DROP SCHEMA u0\"}}')
               FROM jsonb_array_elements(msar.list_changes('{token}', '{{\"actions\": [\"renamed\"]}}')->'changes') AS c))
               ->'changes'->0->'statements'->>0)"
        ),
    );
    assert_eq!(planted, "ALTER TABLE u0.renamed RENAME TO kept");
    // A stranger may not.
    let stranger = mathesar_ext_client_tests::role_without_rights();
    let token = text(&mut client, "SELECT msar.get_change_token()");
    run(&mut client, "COMMENT ON TABLE u0.kept IS 'x'");
    let mut other = connect(&database.config(&stranger));
    let error = undo(&mut other, &token).unwrap_err();
    assert_eq!(error.code().unwrap().code(), "42501", "{}", explain(&error));
    // More than a call undoes.
    let error = client
        .batch_execute("SELECT msar.undo_changes(jsonb_agg(jsonb_build_object('transaction', n, 'number', 0))) FROM generate_series(1, 10001) AS n")
        .unwrap_err();
    assert_eq!(error.code().unwrap().code(), "54000", "{}", explain(&error));
}
