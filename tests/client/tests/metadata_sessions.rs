//! Sessions that define, rename and drop at the same time, while others write metadata: the bookkeeping makes nobody
//! wait, deadlocks with nobody, and leaves every row matched.
//!
//! By hand, for longer and with a control in a database without the extension:
//! `MATHESAR_EXT_TEST_SECONDS=180 MATHESAR_EXT_TEST_CONTROL=1 scripts/test 18 metadata_sessions`

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mathesar_ext_client_tests::{Database, admin_config, connect, random, run, text};
use postgres::{Client, Config, NoTls};

const SESSIONS: u64 = 8;

/// Random commands.
struct Random(random::Random);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound)
    }

    fn schema(&mut self) -> String {
        format!("s{}", self.below(4))
    }

    fn table(&mut self) -> String {
        format!("{}.t{}", self.schema(), self.below(6))
    }

    fn column(&mut self) -> String {
        format!("c{}", self.below(4))
    }

    /// A command that defines something.
    fn definition(&mut self) -> String {
        let (table, column) = (self.table(), self.column());
        match self.below(14) {
            0 | 1 => format!(
                "CREATE TABLE {table} (id integer PRIMARY KEY, c0 text, c1 date, parent integer REFERENCES {})",
                self.table()
            ),
            2 | 3 => format!("CREATE TABLE {table} (id integer PRIMARY KEY, c0 text, c1 date, c2 boolean)"),
            4 => format!("DROP TABLE {table} CASCADE"),
            5 => format!("ALTER TABLE {table} RENAME TO t{}", self.below(6)),
            6 => format!("ALTER TABLE {table} SET SCHEMA {}", self.schema()),
            7 | 8 => format!("ALTER TABLE {table} RENAME {column} TO {}", self.column()),
            9 => format!("ALTER TABLE {table} ADD {column} text"),
            10 => format!("ALTER TABLE {table} DROP {column} CASCADE"),
            11 => format!("ALTER SCHEMA {} RENAME TO {}", self.schema(), self.schema()),
            12 => format!("CREATE SCHEMA {}", self.schema()),
            _ => format!("ALTER TABLE {table} ALTER c1 TYPE text"),
        }
    }

    /// A call that writes metadata, as statements of its own.
    fn metadata(&mut self) -> String {
        let table = self.table();
        match self.below(3) {
            0 => {
                format!("SELECT msar.set_table_metadata('{table}'::regclass, '{{\"column_order\": [2, 1]}}')")
            }
            1 => format!(
                "SELECT msar.set_column_metadata('{table}'::regclass, '[{{\"name\": \"{}\", \"display_width\": 90}}]')",
                self.column()
            ),
            _ => format!("SELECT msar.set_preview_template('{table}'::regclass, '{{parent.c0}} {{c0}}')"),
        }
    }
}

/// What a run has seen.
#[derive(Default)]
struct Seen {
    commands: AtomicUsize,
    warnings: Mutex<Vec<String>>,
    deadlocks: Mutex<Vec<String>>,
    internal: Mutex<Vec<String>>,
}

fn note(client: &mut Client, statements: &str, seen: &Seen) -> bool {
    seen.commands.fetch_add(1, Ordering::Relaxed);
    let Err(error) = client.batch_execute(statements) else {
        return true;
    };
    let Some(server) = error.as_db_error() else {
        panic!("{statements}: {error}");
    };
    let report = format!(
        "{statements}: {server} {:?} {:?}",
        server.detail(),
        server.where_()
    );
    match server.code().code() {
        "40P01" => seen.deadlocks.lock().unwrap().push(report),
        "XX000" => seen.internal.lock().unwrap().push(report),
        _ => {}
    }
    false
}

/// One session, until the time is over.
fn play(
    mut config: Config,
    seed: u64,
    end: Instant,
    writes_metadata: bool,
    longest: usize,
    seen: &Arc<Seen>,
) {
    let warnings = Arc::clone(seen);
    config.notice_callback(move |notice| {
        if notice.severity() == "WARNING" {
            warnings
                .warnings
                .lock()
                .unwrap()
                .push(format!("{notice} {:?}", notice.where_()));
        }
    });
    let mut client = config.connect(NoTls).unwrap();
    let mut random = Random(random::Random::new(seed));
    for _ in 0..20 {
        random.below(2);
    }
    while Instant::now() < end {
        if random.below(3) == 0 {
            let call = random.metadata();
            if writes_metadata {
                note(&mut client, &call, seen);
            }
            continue;
        }
        run(&mut client, "BEGIN");
        for _ in 0..=random.below(longest) {
            let is_kept = random.below(3) == 0;
            let command = random.definition();
            if is_kept {
                run(&mut client, "SAVEPOINT s");
            }
            if !note(&mut client, &command, seen) {
                if !is_kept {
                    break;
                }
                run(&mut client, "ROLLBACK TO s");
            }
        }
        run(
            &mut client,
            if random.below(5) == 0 {
                "ROLLBACK"
            } else {
                "COMMIT"
            },
        );
    }
}

fn play_all(config: &Config, seconds: u64, writes_metadata: bool, longest: usize) -> Arc<Seen> {
    run(
        &mut connect(config),
        "CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2; CREATE SCHEMA s3",
    );
    let seen = Arc::new(Seen::default());
    let end = Instant::now() + Duration::from_secs(seconds);
    thread::scope(|scope| {
        for session in 1..=SESSIONS {
            let (config, seen) = (config.clone(), &seen);
            scope.spawn(move || {
                play(config, session * 7_919_919, end, writes_metadata, longest, seen);
            });
        }
    });
    seen
}

fn config_of(database: &Database) -> Config {
    let mut config = admin_config();
    config.dbname(database.name());
    config
}

fn seconds() -> u64 {
    std::env::var("MATHESAR_EXT_TEST_SECONDS").map_or(6, |seconds| seconds.parse().unwrap())
}

/// A deadlock in which the bookkeeping has a part: it names one of our tables, or the lock that is taken at commit.
fn is_ours(report: &str, ours: &[String]) -> bool {
    report.contains("metadata\\\"")
        || report.contains("of class 1259 ")
        || ours.iter().any(|oid| report.contains(oid))
}

/// Commands in transactions of their own take their locks in an order in which PostgreSQL alone hardly deadlocks; those
/// in transactions of several do deadlock.
fn sessions_at_once(longest: usize) {
    let database = Database::with_extension();
    let config = config_of(&database);
    let seen = play_all(&config, seconds(), true, longest);
    let mut client = connect(&config);
    let ours = text(
        &mut client,
        "SELECT string_agg('relation ' || oid, ',') FROM pg_class WHERE relnamespace = 'msar_catalog'::regnamespace",
    );
    let ours: Vec<String> = ours.split(',').map(|oid| format!("{oid} of")).collect();
    let deadlocks = seen.deadlocks.lock().unwrap();
    let of_ours: Vec<&String> = deadlocks.iter().filter(|report| is_ours(report, &ours)).collect();
    eprintln!(
        "{} commands, {} deadlocks of which {} of ours",
        seen.commands.load(Ordering::Relaxed),
        deadlocks.len(),
        of_ours.len()
    );
    if std::env::var("MATHESAR_EXT_TEST_CONTROL").is_ok() {
        let plain = Database::empty();
        let config = config_of(&plain);
        let control = play_all(&config, seconds(), false, longest);
        eprintln!(
            "control: {} commands, {} deadlocks",
            control.commands.load(Ordering::Relaxed),
            control.deadlocks.lock().unwrap().len()
        );
    }
    let warnings = seen.warnings.lock().unwrap();
    assert!(
        warnings.is_empty(),
        "{} warnings: {:#?}",
        warnings.len(),
        &warnings[..warnings.len().min(5)]
    );
    let internal = seen.internal.lock().unwrap();
    assert!(internal.is_empty(), "{internal:#?}");
    assert!(of_ours.is_empty(), "{of_ours:#?}");
    // That a template lost its column is no row that does not match.
    assert_eq!(
        text(
            &mut client,
            "SELECT COALESCE(string_agg(m::text, ' '), '') FROM jsonb_array_elements(msar.check_metadata()) AS m
             WHERE m->>'reason' NOT LIKE 'the preview template leaves out %'"
        ),
        ""
    );
}

#[test]
fn metadata_of_sessions_with_single_commands() {
    sessions_at_once(1);
}

#[test]
fn metadata_of_sessions_with_transactions() {
    sessions_at_once(4);
}

/// The case in which the two sessions waited for each other.
#[test]
fn metadata_of_a_renamed_schema_and_a_dropped_table() {
    let database = Database::with_extension();
    let config = config_of(&database);
    let (mut first, mut second) = (connect(&config), connect(&config));
    run(
        &mut first,
        "CREATE SCHEMA dd; CREATE TABLE dd.a (id integer, name text); CREATE TABLE dd.c (id integer, name text);
         SELECT msar.set_table_metadata('dd.a', '{\"column_order\": [2, 1]}'),
           msar.set_table_metadata('dd.c', '{\"column_order\": [2, 1]}');",
    );
    run(&mut first, "BEGIN; LOCK TABLE dd.c");
    run(&mut second, "ALTER SCHEMA dd RENAME TO dd2");
    run(&mut first, "DROP TABLE dd2.c; COMMIT");
    assert_eq!(text(&mut first, "SELECT msar.check_metadata()::text"), "[]");
    assert_eq!(
        text(
            &mut first,
            "SELECT msar.get_table_metadata('dd2.a')->>'column_order'"
        ),
        "[2, 1]"
    );
    assert_eq!(
        text(
            &mut first,
            "SELECT string_agg(d->>'table', ',') FROM jsonb_array_elements(msar.list_detached_metadata()) AS d"
        ),
        "c"
    );
}

/// Rows that are made to match at commit are changes themselves, of a transaction that has written others by then.
#[test]
fn changes_after_those_that_were_written() {
    let database = Database::with_extension();
    let warnings = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&warnings);
    let mut config = config_of(&database);
    let mut renamer = connect(&config);
    config.notice_callback(move |notice| heard.lock().unwrap().push(notice.to_string()));
    let mut writer = connect(&config);
    run(
        &mut renamer,
        "CREATE SCHEMA dd; CREATE TABLE dd.a (id integer PRIMARY KEY)",
    );
    run(
        &mut writer,
        "BEGIN; CREATE TABLE public.first (a integer);
         SELECT msar.set_table_metadata('dd.a', '{\"import_verified\": true}')",
    );
    run(&mut renamer, "ALTER SCHEMA dd RENAME TO dd2");
    run(&mut writer, "COMMIT");
    assert_eq!(*warnings.lock().unwrap(), Vec::<String>::new());
    assert_eq!(text(&mut writer, "SELECT msar.check_metadata()::text"), "[]");
}

/// Both cannot see what the other does: the one that commits last makes the row match.
#[test]
fn metadata_written_while_the_schema_is_renamed() {
    let isolations = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"];
    for (writer_commits_last, isolation) in isolations
        .iter()
        .flat_map(|isolation| [(true, isolation), (false, isolation)])
    {
        let database = Database::with_extension();
        let config = config_of(&database);
        let (mut writer, mut renamer) = (connect(&config), connect(&config));
        run(
            &mut writer,
            "CREATE SCHEMA dd; CREATE TABLE dd.a (id integer PRIMARY KEY, name text);
             CREATE TABLE dd.b (id integer, a integer REFERENCES dd.a);",
        );
        run(
            &mut writer,
            "BEGIN; SELECT msar.set_table_metadata('dd.a', '{\"column_order\": [2, 1]}');
             SELECT msar.set_preview_template('dd.b', '{a.name}');
             SELECT msar.set_column_metadata('dd.a', '[{\"name\": \"name\", \"display_width\": 90}]')",
        );
        run(
            &mut renamer,
            &format!(
                "BEGIN ISOLATION LEVEL {isolation}; SELECT count(*) FROM pg_class; ALTER SCHEMA dd RENAME TO dd2"
            ),
        );
        if writer_commits_last {
            run(&mut renamer, "COMMIT");
            run(&mut writer, "COMMIT");
        } else {
            run(&mut writer, "COMMIT");
            run(&mut renamer, "COMMIT");
        }
        assert_eq!(text(&mut writer, "SELECT msar.check_metadata()::text"), "[]");
        assert_eq!(
            text(
                &mut writer,
                "SELECT msar.export_metadata('dd2')->'schemas'->'dd2'->'a'->'columns'->'name'->>'display_width'"
            ),
            "90"
        );
        assert_eq!(
            text(
                &mut writer,
                "SELECT count(*)::text FROM msar_catalog.table_metadata WHERE refs::text LIKE '%dd\"%'"
            ),
            "0"
        );
    }
}

/// A session leaves rows to another one, which holds them and is rolled back.
#[test]
fn metadata_left_to_a_transaction_that_is_rolled_back() {
    let ends = ["ROLLBACK", "ROLLBACK TO before; COMMIT"];
    let commands = [
        ("DROP TABLE q1.c", ""),
        ("ALTER TABLE q1.c RENAME TO zz", "{\"zz\": [\"v\"]}"),
        ("ALTER TABLE q1.c RENAME COLUMN v TO zz", "{\"c\": [\"zz\"]}"),
        ("ALTER TABLE q1.c DROP COLUMN v", ""),
        ("ALTER SCHEMA q1 RENAME TO zz", ""),
    ];
    for (end, (command, exported)) in ends
        .iter()
        .flat_map(|end| commands.iter().map(move |command| (end, command)))
    {
        let database = Database::with_extension();
        let config = config_of(&database);
        let (mut first, mut second) = (connect(&config), connect(&config));
        run(
            &mut first,
            "CREATE SCHEMA q1; CREATE TABLE q1.c (id integer, v text);
             SELECT msar.set_column_metadata('q1.c', '[{\"name\": \"v\", \"display_width\": 90}]')",
        );
        run(
            &mut first,
            "BEGIN; SAVEPOINT before; ALTER SCHEMA q1 RENAME TO q2",
        );
        if command.starts_with("ALTER SCHEMA") {
            // Waits for the first.
            thread::scope(|scope| {
                let waiting = scope.spawn(|| run(&mut second, command));
                thread::sleep(Duration::from_millis(300));
                run(&mut first, end);
                waiting.join().unwrap();
            });
        } else {
            run(&mut second, command);
            run(&mut first, end);
        }
        run(&mut second, "CREATE TABLE public.unrelated (id integer)");
        assert_eq!(
            text(&mut second, "SELECT msar.check_metadata()::text"),
            "[]",
            "{command}; {end}"
        );
        let columns = "SELECT coalesce(jsonb_object_agg(t.key, (SELECT jsonb_agg(k) FROM jsonb_object_keys(t.value->'columns') AS k)), '{}')::text
            FROM jsonb_each(msar.export_metadata()->'schemas'->'q1') AS t";
        let expected = if exported.is_empty() { "{}" } else { exported };
        assert_eq!(text(&mut second, columns), expected, "{command}; {end}");
        assert_eq!(
            text(
                &mut second,
                "SELECT count(*)::text FROM msar_catalog.stored_prepared_checks"
            ),
            "0",
            "{command}; {end}"
        );
    }
}

/// A table's template speaks of another one, which is renamed while the template is written.
#[test]
fn metadata_that_speaks_of_a_renamed_table() {
    let database = Database::with_extension();
    let config = config_of(&database);
    let (mut writer, mut renamer) = (connect(&config), connect(&config));
    run(
        &mut writer,
        "CREATE SCHEMA dd; CREATE TABLE dd.a (id integer PRIMARY KEY, name text);
         CREATE TABLE dd.b (id integer, a integer REFERENCES dd.a);",
    );
    run(
        &mut writer,
        "BEGIN; SELECT msar.set_preview_template('dd.b', '{a.name}')",
    );
    run(
        &mut renamer,
        "ALTER TABLE dd.a RENAME TO a2; ALTER TABLE dd.a2 RENAME name TO title",
    );
    run(&mut writer, "COMMIT");
    assert_eq!(text(&mut writer, "SELECT msar.check_metadata()::text"), "[]");
    assert_eq!(
        text(&mut writer, "SELECT msar.get_preview_template('dd.b')"),
        "{a.title}"
    );
}

/// PostgreSQL runs such a command; so the event triggers must not look for a schema by the search_path.
#[test]
fn metadata_and_a_command_that_leaves_the_search_path() {
    let database = Database::with_extension();
    let config = config_of(&database);
    let mut client = connect(&config);
    run(
        &mut client,
        "CREATE TABLE public.gone (id integer); SELECT msar.set_table_metadata('gone', '{\"column_order\": [1]}');
         DROP TABLE public.gone;
         CREATE TABLE m AS SELECT set_config('search_path', 'nowhere', false)",
    );
}
