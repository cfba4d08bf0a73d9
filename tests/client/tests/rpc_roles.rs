//! Methods as each sort of user: nothing is answered that the role could not get by SQL; and what works where nothing can
//! be written, in a read-only transaction and on a standby.

use mathesar_ext_client_tests::rpc::{Rpc, create_library, example_params};
use mathesar_ext_client_tests::{Server, connect, finish, program, run, text, wait_for_replay};
use postgres::Config;
use serde_json::{Value, json};

/// A word that stands in a table that only its owner may read, in a comment nowhere, and in no catalog.
const SECRET: &str = "Xyzzy-4711";

fn sample(server: &Server) -> Rpc {
    let mut client = create_library(
        server,
        "CREATE ROLE member LOGIN; CREATE ROLE stranger LOGIN; CREATE ROLE visitor LOGIN",
    );
    run(
        &mut client,
        &format!(
            "GRANT USAGE ON SCHEMA library TO mathesar_ext_example_reader, member;
             GRANT SELECT ON library.book, library.author TO mathesar_ext_example_reader;
             GRANT SELECT ON library.book TO member;
             CREATE TABLE library.secret (id integer PRIMARY KEY, word text UNIQUE, other integer REFERENCES library.secret);
             INSERT INTO library.secret VALUES (1, '{SECRET}', 1);
             CREATE TABLE library.hint (id integer PRIMARY KEY, secret_id integer REFERENCES library.secret);
             INSERT INTO library.hint VALUES (1, 1);
             GRANT SELECT ON library.hint TO member, mathesar_ext_example_reader;
             SELECT msar.set_table_metadata('library.secret', '{{\"preview_template\": [[2]]}}');
             SELECT msar.save_exploration(jsonb_build_object('name', 'Secrets', 'base_table_oid', 'library.secret'::regclass::oid::bigint,
                'initial_columns', '[{{\"alias\": \"{SECRET}\", \"attnum\": 2}}]'::jsonb));
             SELECT msar.add_data_file('{SECRET}.csv', 'a,{SECRET}')"
        ),
    );
    Rpc::new(client)
}

/// The user with a role map acts as that role; the others as themselves.
const USERS: [(&str, &str); 4] = [
    ("mathesar_ext_example_mapped", "mathesar_ext_example_reader"),
    ("member", "member"),
    ("stranger", "stranger"),
    ("visitor", "visitor"),
];

/// All examples of methods, and the same about the table that is nobody's business.
fn calls(document: &Value, secret: u32) -> Vec<(String, Value)> {
    let mut calls = Vec::new();
    for method in document["methods"].as_array().expect("methods") {
        let name = method["name"].as_str().expect("a name").to_owned();
        let Some(params) = example_params(method) else {
            continue;
        };
        let mut curious = params.clone();
        for key in [
            "table_oid",
            "target_table_oid",
            "source_table_oid",
            "referent_table_oid",
        ] {
            if curious.get(key).is_some() {
                curious[key] = json!(secret);
            }
        }
        calls.push((name.clone(), params));
        calls.push((name, curious));
    }
    for name in [
        "get_table_details",
        "get_column_info",
        "list_records",
        "preview_rows",
        "get_preview",
        "get_export_query",
    ] {
        calls.push((format!("msar.{name}"), json!([secret])));
    }
    for id in 1..4 {
        calls.push(("explorations.get".into(), json!([document["x-database"], id])));
        calls.push(("explorations.list".into(), json!([document["x-database"]])));
        calls.push(("msar.run_saved_exploration".into(), json!([id])));
        calls.push(("msar.get_data_file".into(), json!([id])));
        calls.push((
            "tables.import".into(),
            json!({"database_id": document["x-database"], "data_file_id": id, "schema_oid": "public"}),
        ));
    }
    calls
}

/// The tables, columns, rows and rights of the sample, and the roles.
const STATE: &str = "SELECT md5(concat(
    (SELECT string_agg(concat(c.oid, c.relname, c.relowner, c.relacl, c.relnatts), ',' ORDER BY c.oid) FROM pg_class AS c
        WHERE c.relnamespace IN ('library'::regnamespace, 'staff'::regnamespace)),
    (SELECT string_agg(concat(a.attrelid, a.attname, a.atttypid, a.attacl), ',' ORDER BY a.attrelid, a.attnum) FROM pg_attribute AS a
        JOIN pg_class AS c ON c.oid = a.attrelid AND c.relnamespace = 'library'::regnamespace),
    (SELECT string_agg(concat(n.nspname, n.nspowner, n.nspacl), ',' ORDER BY n.oid) FROM pg_namespace AS n WHERE n.nspname !~ '^pg_(toast_)?temp'),
    (SELECT string_agg(concat(r.rolname, r.rolcreaterole, r.rolcanlogin, r.rolsuper), ',' ORDER BY r.oid) FROM pg_roles AS r),
    (SELECT string_agg(s::text, ',' ORDER BY s.setrole) FROM pg_db_role_setting AS s),
    (SELECT string_agg(s.umoptions::text, ',') FROM pg_user_mapping AS s),
    (SELECT string_agg(b::text, ',' ORDER BY b.id) FROM library.book AS b),
    (SELECT string_agg(b::text, ',' ORDER BY b.id) FROM library.secret AS b),
    (SELECT count(*) FROM library.loan),
    (SELECT count(*) FROM msar_catalog.table_metadata), (SELECT count(*) FROM msar_catalog.column_metadata),
    (SELECT string_agg(f.name || f.token || f.publish_public, ',' ORDER BY f.id) FROM msar_catalog.forms AS f),
    (SELECT string_agg(f.name, ',' ORDER BY f.id) FROM msar_catalog.explorations AS f WHERE f.owner = 'postgres'),
    (SELECT string_agg(d.datname || d.datdba || COALESCE(d.datacl::text, ''), ',' ORDER BY d.oid) FROM pg_database AS d)
))";

#[test]
fn users_get_what_their_role_may_get() {
    let server = Server::create(&[]);
    let mut rpc = sample(&server);
    let document = rpc.discover();
    let secret: u32 = text(&mut rpc.client, "SELECT 'library.secret'::regclass::oid::text")
        .parse()
        .expect("an OID");
    let mut document = document;
    document["x-database"] = json!(rpc.database());
    let calls = calls(&document, secret);
    // The owner of the word sees it, by these calls.
    let seen = calls
        .iter()
        .filter(|(name, params)| rpc.try_call(name, params).to_string().contains(SECRET))
        .count();
    assert!(seen > 8, "{seen}");

    let state = text(&mut rpc.client, STATE);
    for (user, role) in USERS {
        let mut theirs = Rpc::new(connect(server.config().dbname("library").user(user)));
        assert_eq!(text(&mut theirs.client, "SELECT current_user::text"), role);
        let mut allowed = 0;
        for (name, params) in &calls {
            if name == "system.listMethods" || name == "rpc.discover" || name == "forms.submit" {
                continue;
            }
            // For good: what these roles may change is their own.
            let answer = theirs.call(name, params);
            assert!(
                !answer.to_string().contains(SECRET),
                "{user}: {name} {params}: {answer}"
            );
            assert_ne!(
                answer["error"]["data"]["sqlstate"], "XX000",
                "{user}: {name} {params}: {answer}"
            );
            allowed += usize::from(answer.get("result").is_some());
        }
        assert!(allowed > 30, "{user}: {allowed}");
        assert_eq!(text(&mut rpc.client, STATE), state, "{user} changed something");
        same_as_sql(&mut theirs, user);
    }
    // The user of the map is the user, whatever role the session has.
    let mut mapped = Rpc::new(connect(
        server
            .config()
            .dbname("library")
            .user("mathesar_ext_example_mapped"),
    ));
    let changed = mapped.call(
        "users.patch_self",
        &json!({"username": "mathesar_ext_example_mapped", "email": "m@a.example", "full_name": "M", "display_language": "fi"}),
    );
    assert_eq!(changed["result"]["email"], "m@a.example", "{changed}");
    let books = json!({"database_id": mapped.database(), "table_oid": "library.book", "limit": 1});
    assert_eq!(mapped.call("records.list", &books)["result"]["count"], 40);
    let mut stranger = Rpc::new(connect(server.config().dbname("library").user("stranger")));
    assert_eq!(
        stranger.call("records.list", &books)["error"]["data"]["sqlstate"],
        "42501"
    );
}

/// Each function that reads answers as it does by SQL, or fails with the same SQLSTATE.
fn same_as_sql(rpc: &mut Rpc, user: &str) {
    let functions = rpc
        .client
        .query(
            "SELECT p.proname::text, pg_get_function_identity_arguments(p.oid), p.prorettype::regtype::text
             FROM pg_proc AS p
             WHERE p.pronamespace = 'msar'::regnamespace AND p.provolatile = 's' AND NOT p.proretset AND p.prokind = 'f'
               AND p.prorettype IN ('jsonb'::regtype, 'json'::regtype, 'text'::regtype, 'bigint'::regtype)
               AND p.pronargs - p.pronargdefaults <= 1
               AND (p.pronargs = p.pronargdefaults OR p.proargtypes[0] IN ('regclass'::regtype, 'regnamespace'::regtype, 'regrole'::regtype))
               -- These have a token of the moment in their results.
               AND p.proname NOT IN ('sync_schema', 'get_change_token', 'list_changes')
             ORDER BY 1",
            &[],
        )
        .expect("functions");
    assert!(functions.len() > 30, "{}", functions.len());
    for function in functions {
        let (name, arguments, result): (String, String, String) =
            (function.get(0), function.get(1), function.get(2));
        let first = arguments.split(", ").next().unwrap_or_default();
        let values: &[&str] = match first.rsplit(' ').next().unwrap_or_default() {
            "regclass" => &[
                "library.book",
                "library.secret",
                "library.hint",
                "pg_catalog.pg_authid",
            ],
            "regnamespace" => &["library", "staff"],
            "regrole" => &["member", "postgres"],
            _ => &[""],
        };
        for value in values {
            let (params, call) = match *value {
                "" => (json!([]), format!("msar.{name}()")),
                value => (json!([value]), format!("msar.{name}('{value}')")),
            };
            let answer = rpc.call(&format!("msar.{name}"), &params);
            let cast = if result == "json" { "::jsonb" } else { "" };
            match rpc
                .client
                .query_one(&format!("SELECT to_jsonb({call}{cast})"), &[])
            {
                Ok(row) => {
                    let expected = row.get::<_, Option<Value>>(0).unwrap_or(Value::Null);
                    assert_eq!(answer["result"], expected, "{user}: {call}: {answer}");
                }
                Err(error) => {
                    let state = error.as_db_error().map(|error| error.code().code().to_owned());
                    assert_eq!(
                        answer["error"]["data"]["sqlstate"].as_str(),
                        state.as_deref(),
                        "{user}: {call}: {answer}"
                    );
                }
            }
        }
    }
}

/// The methods that only read.
const READING: &[&str] = &[
    "analytics.get_state",
    "analytics.view_report",
    "collaborators.list",
    "columns.list",
    "columns.list_with_metadata",
    "columns.metadata.list",
    "constraints.list",
    "data_modeling.suggest_types",
    "databases.get",
    "databases.configured.list",
    "databases.privileges.list_direct",
    "explorations.list",
    "explorations.get",
    "explorations.run",
    "forms.get",
    "forms.get_source_info",
    "forms.list",
    "forms.list_related_records",
    "records.get",
    "records.list",
    "records.list_summaries",
    "records.search",
    "roles.list",
    "roles.get_current_role",
    "roles.configured.list",
    "schemas.list",
    "schemas.get",
    "schemas.privileges.list_direct",
    "servers.configured.list",
    "system.methodHelp",
    "system.methodSignature",
    "tables.get",
    "tables.get_import_preview",
    "tables.get_with_metadata",
    "tables.list",
    "tables.list_joinable",
    "tables.list_with_metadata",
    "tables.metadata.list",
    "tables.privileges.list_direct",
    "users.get",
    "users.list",
];

/// Methods that do nothing, or nothing in the sample.
const IDLE: &[&str] = &[
    "analytics.disable",
    "analytics.upload_feedback",
    "databases.upgrade_sql",
    "rpc.discover",
    "system.listMethods",
];

fn without_server(mut answer: Value) -> Value {
    // A standby is another server to those who ask which one it is.
    if let Some(active) = answer
        .get_mut("result")
        .and_then(|result| result.get_mut("active_user_count"))
    {
        active.take();
    }
    answer
}

#[test]
fn what_reads_works_where_nothing_can_be_written() {
    let server = Server::create(&["wal_level = replica"]);
    let mut rpc = sample(&server);
    let document = rpc.discover();
    let standby = Standby::of(&server);
    wait_for_replay(&mut rpc.client, &mut connect(standby.config().dbname("library")));
    for user in ["postgres", "mathesar_ext_example_mapped", "stranger"] {
        let mut primary = Rpc::new(connect(server.config().dbname("library").user(user)));
        let mut copy = Rpc::new(connect(standby.config().dbname("library").user(user)));
        let mut readers = Vec::new();
        for method in document["methods"].as_array().expect("methods") {
            let name = method["name"].as_str().expect("a name");
            // Functions are called on a standby by another test (extension_standby).
            if name.starts_with("msar.") {
                continue;
            }
            let Some(params) = example_params(method) else {
                continue;
            };
            let expected = without_server(primary.try_call(name, &params));
            run(&mut primary.client, "BEGIN READ ONLY");
            let answer = without_server(primary.call(name, &params));
            // Not even a transaction id is taken.
            let id = text(
                &mut primary.client,
                "SELECT COALESCE(pg_current_xact_id_if_assigned()::text, 'none')",
            );
            run(&mut primary.client, "ROLLBACK");
            let on_standby = without_server(copy.call(name, &params));
            if READING.contains(&name) || IDLE.contains(&name) {
                assert_eq!(answer, expected, "{user}: {name}");
                assert_eq!(id, "none", "{user}: {name}");
                if !matches!(name, "servers.configured.list") {
                    assert_eq!(on_standby, expected, "{user}: {name} on the standby");
                }
                readers.push(name);
                continue;
            }
            // The others fail as PostgreSQL has it, or before it comes to that.
            for (answer, states) in [(&answer, &["25006"][..]), (&on_standby, &["25006", "55000"])] {
                let state = answer["error"]["data"]["sqlstate"].as_str().unwrap_or_default();
                let same_error =
                    expected.get("error").is_some() && answer["error"]["code"] == expected["error"]["code"];
                // What is so already is not written again.
                let nothing_to_do = *answer == expected && id == "none";
                assert!(
                    states.contains(&state) || same_error || nothing_to_do,
                    "{user}: {name}: {answer}, and {expected} where it can write"
                );
            }
        }
        for name in READING {
            assert!(readers.contains(name), "{name} has no example");
        }
    }
}

/// A hot standby of a server of the test's own.
struct Standby {
    folder: std::path::PathBuf,
}

impl Standby {
    fn of(server: &Server) -> Self {
        let folder = mathesar_ext_client_tests::new_folder();
        let data = folder.join("data");
        finish(program("pg_basebackup").args([
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
            "--username=postgres",
            &format!("--host={}", server.folder().display()),
            &format!("--pgdata={}", data.display()),
        ]));
        finish(program("pg_ctl").args([
            "start",
            "--silent",
            "--wait",
            &format!("--pgdata={}", data.display()),
            &format!("--log={}", folder.join("log").display()),
            &format!(
                "--options=-c hot_standby=on -c unix_socket_directories={}",
                folder.display()
            ),
        ]));
        Self { folder }
    }

    fn config(&self) -> Config {
        let mut config = Config::new();
        config.host_path(&self.folder).user("postgres").dbname("postgres");
        config
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        let data = self.folder.join("data");
        // What a failed test leaves behind hurts nobody.
        let _ = program("pg_ctl")
            .args([
                "stop",
                "--silent",
                "--wait",
                "--mode=immediate",
                &format!("--pgdata={}", data.display()),
            ])
            .status();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
