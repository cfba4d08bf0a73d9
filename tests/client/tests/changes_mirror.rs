//! Clients stay in step: they hold the description of schemas and update it by `msar.sync_schema` alone, while four
//! sessions run random commands of every kind. After each round, what each client holds is what the database describes
//! to its role.
//!
//! `estimated_rows` is compared, too: no command of these is an ANALYZE, and autovacuum is off for the tables.
//!
//! `MATHESAR_EXT_TEST_ROUNDS` sets how many rounds there are, `MATHESAR_EXT_TEST_SEED` which commands come.

use std::collections::BTreeMap;
use std::thread;

use mathesar_ext_client_tests::synced::SyncedSchema;
use mathesar_ext_client_tests::{Database, admin_config, connect, random, run, text};
use postgres::{Client, Config, NoTls};
use serde_json::Value;

/// Random commands.
struct Random(random::Random);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound)
    }

    fn schema(&mut self) -> String {
        format!("s{}", self.below(3))
    }

    fn table(&mut self) -> String {
        format!("{}.t{}", self.schema(), self.below(6))
    }

    fn column(&mut self) -> String {
        format!("c{}", self.below(4))
    }

    fn type_name(&mut self) -> String {
        let own = self.type_object();
        match self.below(6) {
            0 => "integer".into(),
            1 => "date".into(),
            2 => "numeric(10,2)".into(),
            3 => format!("{own}[]"),
            4 => own,
            _ => "text".into(),
        }
    }

    fn type_object(&mut self) -> String {
        format!(
            "{}.{}{}",
            self.schema(),
            ["mood", "positive", "pair"][self.below(3)],
            self.below(2)
        )
    }

    fn role<'a>(&mut self, roles: &'a [String]) -> &'a str {
        &roles[self.below(roles.len())]
    }

    /// A document of an exploration, as SQL; some have a view.
    fn exploration(&mut self) -> String {
        format!(
            "jsonb_build_object('name', 'e{}', 'view', {}, 'base_table', '{{\"schema\": \"{}\", \"name\": \"t{}\"}}'::jsonb,
               'initial_columns', '[{{\"alias\": \"id\", \"column\": \"id\"}}, {{\"alias\": \"c\", \"column\": \"{}\"}}]'::jsonb)",
            self.below(4),
            self.below(4) > 0,
            self.schema(),
            self.below(6),
            self.column()
        )
    }

    /// A command of any kind.
    fn command(&mut self, roles: &[String]) -> String {
        let (table, column, type_object) = (self.table(), self.column(), self.type_object());
        match self.below(61) {
            0..=2 => format!(
                "CREATE TABLE {table} (id integer PRIMARY KEY, c0 {}, c1 {} DEFAULT NULL, parent integer REFERENCES {})
                   WITH (autovacuum_enabled = off)",
                self.type_name(),
                self.type_name(),
                self.table()
            ),
            3 | 4 => format!("CREATE TABLE {table} (id serial PRIMARY KEY, c0 text NOT NULL, c1 date UNIQUE)"),
            5 => format!("CREATE TABLE {table} () INHERITS ({})", self.table()),
            6 => format!("CREATE TABLE {table} (id integer, c0 text) PARTITION BY LIST (id)"),
            7 => {
                let from = self.below(9);
                format!("CREATE TABLE {table} PARTITION OF {} FOR VALUES IN ({from})", self.table())
            }
            8 => format!("CREATE VIEW {}.v{} AS SELECT * FROM {table}", self.schema(), self.below(3)),
            9 => format!("CREATE OR REPLACE VIEW {}.v{} AS SELECT id FROM {table}", self.schema(), self.below(3)),
            10 => format!("CREATE MATERIALIZED VIEW {}.m{} AS SELECT * FROM {table}", self.schema(), self.below(2)),
            11 => format!("DROP TABLE {table} CASCADE"),
            12 => format!("DROP VIEW {}.v{} CASCADE", self.schema(), self.below(3)),
            13 => format!("DROP MATERIALIZED VIEW {}.m{}", self.schema(), self.below(2)),
            14 => format!("ALTER TABLE {table} RENAME TO t{}", self.below(6)),
            15 => format!("ALTER TABLE {table} SET SCHEMA {}", self.schema()),
            16 | 17 => format!("ALTER TABLE {table} RENAME {column} TO {}", self.column()),
            18 | 19 => format!("ALTER TABLE {table} ADD {column} {}", self.type_name()),
            20 => format!("ALTER TABLE {table} DROP {column} CASCADE"),
            21 => format!("ALTER TABLE {table} ALTER {column} TYPE text"),
            22 => format!("ALTER TABLE {table} ALTER {column} SET DEFAULT 'x'"),
            23 => format!("ALTER TABLE {table} ALTER {column} SET NOT NULL, ALTER {column} DROP DEFAULT"),
            24 => format!("ALTER TABLE {table} ADD CONSTRAINT k{} UNIQUE ({column})", self.below(3)),
            25 => format!("ALTER TABLE {table} ADD CONSTRAINT k{} CHECK (id > {})", self.below(3), self.below(9)),
            26 => format!("ALTER TABLE {table} DROP CONSTRAINT k{} CASCADE", self.below(3)),
            27 => format!(
                "ALTER TABLE {table} ADD CONSTRAINT f{} FOREIGN KEY (id) REFERENCES {}",
                self.below(2),
                self.table()
            ),
            28 => format!("ALTER TABLE {table} RENAME CONSTRAINT k{} TO k{}", self.below(3), self.below(3)),
            29 => format!("COMMENT ON TABLE {table} IS 'comment {}'", self.below(9)),
            30 => format!("COMMENT ON COLUMN {table}.{column} IS 'comment {}'", self.below(9)),
            31 => format!("GRANT SELECT ON {table} TO {}", self.role(roles)),
            32 => format!("GRANT SELECT ({column}), UPDATE (id) ON {table} TO {}", self.role(roles)),
            33 => format!("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}", self.schema(), self.role(roles)),
            34 => format!("ALTER TABLE {table} OWNER TO {}", self.role(roles)),
            35 => match self.below(3) {
                0 => format!("CREATE TYPE {type_object} AS ENUM ('a', 'b')"),
                1 => format!("CREATE DOMAIN {type_object} AS integer CHECK (VALUE > 0)"),
                _ => format!("CREATE TYPE {type_object} AS (x integer, y {})", self.type_object()),
            },
            36 => match self.below(5) {
                0 => format!("ALTER TYPE {type_object} ADD VALUE 'v{}'", self.below(99)),
                1 => format!("ALTER DOMAIN {type_object} ADD CONSTRAINT d{} CHECK (VALUE < 100)", self.below(3)),
                2 => format!("ALTER DOMAIN {type_object} DROP CONSTRAINT d{}", self.below(3)),
                3 => format!("ALTER TYPE {type_object} RENAME TO mood{}", self.below(2)),
                _ => format!("ALTER TYPE {type_object} SET SCHEMA {}", self.schema()),
            },
            37 => format!("DROP TYPE {type_object} CASCADE"),
            38 => format!("ALTER TABLE {table} ATTACH PARTITION {} FOR VALUES IN ({})", self.table(), self.below(9)),
            39 => format!("ALTER TABLE {table} DETACH PARTITION {}", self.table()),
            40 => format!("ALTER TABLE {table} NO INHERIT {}", self.table()),
            41 => format!("ALTER TABLE {table} INHERIT {}", self.table()),
            42 => format!("SELECT msar.set_table_metadata('{table}'::regclass, '{{\"column_order\": [1]}}')"),
            43 => format!(
                "SELECT msar.set_column_metadata('{table}'::regclass, '[{{\"name\": \"{column}\", \"display_width\": {}}}]')",
                1 + self.below(99)
            ),
            44 => format!("SELECT msar.set_preview_template('{table}'::regclass, '{{parent.c0}} {{id}}')"),
            45 => match self.below(3) {
                0 => format!("SELECT msar.rename_exploration(id, 'e{}') FROM msar_catalog.explorations LIMIT 1", self.below(4)),
                1 => "SELECT msar.delete_exploration(id) FROM msar_catalog.explorations ORDER BY id DESC LIMIT 1".into(),
                _ => format!(
                    "SELECT msar.save_exploration(jsonb_build_object('id', (SELECT max(id) FROM msar_catalog.explorations)) || {})",
                    self.exploration()
                ),
            },
            46 | 47 => format!("SELECT msar.save_exploration({})", self.exploration()),
            48 => match self.below(3) {
                0 => format!("SELECT msar.drop_columns('{table}'::regclass, {})", 2 + self.below(2)),
                1 => format!("SELECT msar.drop_table('{table}'::regclass, false)"),
                _ => format!(
                    "SELECT msar.alter_columns('{table}'::regclass, '[{{\"column\": \"{column}\", \"type\": {{\"name\": \"text\"}}}}]')"
                ),
            },
            49 => match self.below(3) {
                0 => format!("DROP TRIGGER g{} ON {table}", self.below(2)),
                1 => format!("ALTER TABLE {table} DISABLE TRIGGER g{}", self.below(2)),
                _ => format!(
                    "CREATE TRIGGER g{} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                    self.below(2)
                ),
            },
            50 => match self.below(4) {
                0 => format!("CREATE POLICY p{} ON {table} USING (id > {})", self.below(2), self.below(9)),
                1 => format!("DROP POLICY p{} ON {table}", self.below(2)),
                2 => format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"),
                _ => format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"),
            },
            51 => match self.below(2) {
                0 => format!("CREATE RULE r{} AS ON DELETE TO {table} DO INSTEAD NOTHING", self.below(2)),
                _ => format!("DROP RULE r{} ON {table}", self.below(2)),
            },
            52 => {
                let sequence = format!("{}.q{}", self.schema(), self.below(2));
                match self.below(5) {
                    0 | 1 => format!("CREATE SEQUENCE {sequence}"),
                    2 => format!("ALTER TABLE {table} ALTER id SET DEFAULT nextval('{sequence}')"),
                    3 => format!("ALTER SEQUENCE {sequence} OWNED BY {table}.id"),
                    _ => format!("DROP SEQUENCE {sequence} CASCADE"),
                }
            }
            53 => match self.below(4) {
                0 => format!("ALTER TABLE {table} ALTER id ADD GENERATED BY DEFAULT AS IDENTITY"),
                1 => format!("ALTER TABLE {table} ALTER id DROP IDENTITY IF EXISTS"),
                2 => format!("ALTER TABLE {table} ADD {column} integer GENERATED ALWAYS AS (id + 1) STORED"),
                _ => format!("ALTER TABLE {table} ALTER {column} DROP EXPRESSION IF EXISTS"),
            },
            54 => match self.below(2) {
                0 => format!("CREATE TABLE {table} WITH (autovacuum_enabled = off) AS SELECT * FROM {}", self.table()),
                _ => format!("CREATE TABLE {table} (LIKE {} INCLUDING ALL) WITH (autovacuum_enabled = off)", self.table()),
            },
            55 => {
                let foreign = format!("{}.x{}", self.schema(), self.below(2));
                match self.below(5) {
                    0 | 1 => format!("CREATE FOREIGN TABLE {foreign} (id integer, {column} {}) SERVER mirror_server", self.type_name()),
                    2 => format!("ALTER FOREIGN TABLE {foreign} RENAME {column} TO {}", self.column()),
                    3 => format!("ALTER FOREIGN TABLE {foreign} SET SCHEMA {}", self.schema()),
                    _ => format!("DROP FOREIGN TABLE {foreign} CASCADE"),
                }
            }
            56 => match self.below(4) {
                0 => format!("CREATE STATISTICS {}.k{} ON id, {column} FROM {table}", self.schema(), self.below(2)),
                1 => format!("ALTER TABLE {table} REPLICA IDENTITY FULL"),
                2 => format!("ALTER TABLE {table} SET (fillfactor = {})", 50 + self.below(50)),
                _ => format!("ALTER TABLE {table} VALIDATE CONSTRAINT k{}", self.below(3)),
            },
            57 => match self.below(5) {
                0 => format!("REASSIGN OWNED BY {} TO {}", self.role(roles), self.role(roles)),
                1 => format!("GRANT ALL ON SCHEMA {} TO {}", self.schema(), self.role(roles)),
                2 => format!("REVOKE USAGE ON SCHEMA {} FROM {}", self.schema(), self.role(roles)),
                3 => format!("GRANT USAGE ON TYPE {type_object} TO {}", self.role(roles)),
                _ => format!("ALTER DEFAULT PRIVILEGES IN SCHEMA {} GRANT SELECT ON TABLES TO {}", self.schema(), self.role(roles)),
            },
            58 => match self.below(5) {
                0 => format!("ALTER DOMAIN {type_object} SET DEFAULT {}", self.below(99)),
                1 => format!("ALTER DOMAIN {type_object} SET NOT NULL"),
                2 => format!("ALTER TYPE {type_object} ADD ATTRIBUTE z{} integer CASCADE", self.below(3)),
                3 => format!("ALTER TYPE {type_object} RENAME VALUE 'a' TO 'a{}'", self.below(99)),
                _ => format!("COMMENT ON TYPE {type_object} IS 'comment {}'", self.below(9)),
            },
            59 => {
                let view = format!("{}.v{}", self.schema(), self.below(3));
                match self.below(4) {
                    0 => format!("ALTER VIEW {view} RENAME TO v{}", self.below(3)),
                    1 => format!("ALTER VIEW {view} SET SCHEMA {}", self.schema()),
                    2 => format!("ALTER VIEW {view} RENAME COLUMN {column} TO {}", self.column()),
                    _ => format!("ALTER MATERIALIZED VIEW {}.m{} RENAME TO m{}", self.schema(), self.below(2), self.below(2)),
                }
            }
            _ => match self.below(4) {
                0 => format!("ALTER SCHEMA {} RENAME TO {}", self.schema(), self.schema()),
                1 => format!("CREATE INDEX ON {table} ({column})"),
                2 => format!("CREATE FUNCTION {}.f{}(r {table}) RETURNS integer RETURN 1", self.schema(), self.below(3)),
                _ => format!("DROP FUNCTION {}.f{} CASCADE", self.schema(), self.below(3)),
            },
        }
    }
}

/// Transactions of one session: some are rolled back, some have savepoints, some are prepared first.
fn play(config: &Config, seed: u64, roles: &[String]) {
    let mut client = config.connect(NoTls).unwrap();
    let mut random = Random(random::Random::new(seed));
    for _ in 0..20 {
        random.below(2);
    }
    for transaction in 0..12 {
        run(&mut client, "BEGIN; SET LOCAL lock_timeout = '2s'");
        for _ in 0..=random.below(4) {
            run(&mut client, "SAVEPOINT s");
            let command = random.command(roles);
            if client.batch_execute(&command).is_err() || random.below(6) == 0 {
                run(&mut client, "ROLLBACK TO s");
            } else if random.below(2) == 0 {
                run(&mut client, "RELEASE s");
            }
        }
        let name = format!("t{seed}_{transaction}");
        match random.below(8) {
            0 => run(&mut client, "ROLLBACK"),
            1 if client
                .batch_execute(&format!("PREPARE TRANSACTION '{name}'"))
                .is_ok() =>
            {
                let ending = if random.below(2) == 0 {
                    "COMMIT"
                } else {
                    "ROLLBACK"
                };
                run(&mut client, &format!("{ending} PREPARED '{name}'"));
            }
            // An aborted transaction ends as well.
            _ => drop(client.batch_execute("COMMIT")),
        }
    }
}

/// What a client holds of one schema.
#[derive(Default)]
struct Mirror(SyncedSchema);

impl Mirror {
    /// Whether the answer was complete.
    fn sync(&mut self, client: &mut Client, schema: i64) -> bool {
        let row = client
            .query_one(
                "SELECT msar.sync_schema($1::bigint::oid::regnamespace, $2)::text",
                &[&schema, &self.0.token],
            )
            .unwrap_or_else(|error| panic!("{error:?}"));
        let answer: Value = serde_json::from_str(row.get(0)).unwrap();
        self.0.apply(&answer)
    }

    fn compare(&self, client: &mut Client, schema: i64, who: &str, round: usize) {
        let row = client
            .query_one(
                "SELECT msar.get_schema_table_details($1::bigint::oid::regnamespace)::text,
                   msar.get_schema($1::bigint::oid::regnamespace)::text",
                &[&schema],
            )
            .unwrap();
        let described: Vec<Value> = serde_json::from_str(row.get(0)).unwrap();
        let described: BTreeMap<i64, Value> = described
            .into_iter()
            .map(|relation| (relation["oid"].as_i64().unwrap(), relation))
            .collect();
        for (oid, relation) in &described {
            let held = self.0.relations.get(oid);
            assert_eq!(held, Some(relation), "round {round}, {who}: {}", relation["name"]);
        }
        let left: Vec<&Value> = self
            .0
            .relations
            .iter()
            .filter(|(oid, _)| !described.contains_key(oid))
            .map(|(_, r)| &r["name"])
            .collect();
        assert!(left.is_empty(), "round {round}, {who}: {left:?}");
        let info: Value = serde_json::from_str(row.get(1)).unwrap();
        assert_eq!(self.0.schema, info, "round {round}, {who}");
    }
}

#[test]
fn changes_mirrored_by_sync_alone() {
    let number =
        |name: &str, default: u64| std::env::var(name).map_or(default, |number| number.parse().unwrap());
    let rounds = number("MATHESAR_EXT_TEST_ROUNDS", 60) as usize;
    let first_seed = number("MATHESAR_EXT_TEST_SEED", 0);
    let database = Database::with_extension();
    let mut config = admin_config();
    config.dbname(database.name());
    let mut admin = connect(&config);
    let reader = format!("{}_reader", database.name());
    let roles = vec![database.owner().to_owned(), reader.clone()];
    run(
        &mut admin,
        &format!(
            "CREATE ROLE {reader} LOGIN; CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2;
             CREATE FOREIGN DATA WRAPPER mirror_wrapper; CREATE SERVER mirror_server FOREIGN DATA WRAPPER mirror_wrapper;
             GRANT CREATE ON SCHEMA s0, s1, s2 TO {}",
            database.owner()
        ),
    );
    // The last one has the views of explorations.
    let schemas: Vec<i64> = ["s0", "s1", "s2", "msar_queries"]
        .map(|name| {
            text(&mut admin, &format!("SELECT '{name}'::regnamespace::oid::text"))
                .parse()
                .unwrap()
        })
        .into();
    let mut sessions: Vec<(String, Client, BTreeMap<i64, Mirror>)> = ["superuser", "owner", "reader"]
        .into_iter()
        .map(|who| {
            let mut client = connect(&config);
            match who {
                "owner" => run(
                    &mut client,
                    &format!("SET SESSION AUTHORIZATION {}", database.owner()),
                ),
                "reader" => run(&mut client, &format!("SET SESSION AUTHORIZATION {reader}")),
                _ => {}
            }
            (who.to_owned(), client, BTreeMap::new())
        })
        .collect();
    let mut partial = 0;
    for round in 0..rounds {
        thread::scope(|scope| {
            for session in 0..4 {
                let (config, roles) = (config.clone(), &roles);
                let seed = (round as u64 * 4 + session + 1)
                    .wrapping_mul(6_364_136_223_846_793)
                    .wrapping_add(first_seed.wrapping_mul(1_442_695_040_888_963_407));
                scope.spawn(move || play(&config, seed, roles));
            }
            // They ask while others are busy, too.
            for (_, client, mirrors) in &mut sessions {
                for &schema in &schemas {
                    mirrors.entry(schema).or_default().sync(client, schema);
                }
            }
        });
        for (who, client, mirrors) in &mut sessions {
            for &schema in &schemas {
                let mirror = mirrors.entry(schema).or_default();
                if !mirror.sync(client, schema) {
                    partial += 1;
                }
                mirror.compare(client, schema, who, round);
            }
        }
    }
    assert!(partial > rounds, "only {partial} answers built on a token");
    drop(sessions);
    run(
        &mut admin,
        &format!("REASSIGN OWNED BY {reader} TO postgres; DROP OWNED BY {reader}; DROP ROLE {reader}"),
    );
}
