//! Profiles, data files, servers and role maps come over to another cluster: with its database, or with its globals.

use mathesar_ext_client_tests::{Server, connect, finish, program, run, text};
use postgres::Client;
use std::path::PathBuf;

fn shown(client: &mut Client) -> String {
    text(
        client,
        "SELECT jsonb_pretty(jsonb_build_object(
            'users', (SELECT jsonb_agg(u - 'id' ORDER BY u ->> 'username') FROM jsonb_array_elements(msar.list_users()) AS u),
            'profiles', (SELECT jsonb_agg(to_jsonb(p) - 'role_oid' ORDER BY p.role_name) FROM msar_catalog.user_profiles AS p),
            'maps', (SELECT jsonb_agg(jsonb_build_array((m ->> 'user_id')::oid::regrole, (m ->> 'configured_role_id')::oid::regrole))
                FROM jsonb_array_elements(msar.list_role_maps()) AS m),
            'files', (SELECT jsonb_agg(f - 'user' - 'created_at') FROM jsonb_array_elements(msar.list_data_files()) AS f),
            'databases', (SELECT jsonb_agg(d - '{id,server_id}'::text[] ORDER BY d ->> 'name') FROM jsonb_array_elements(msar.list_databases()) AS d),
            'mappings', (SELECT jsonb_agg(o ORDER BY o) FROM pg_user_mappings, unnest(umoptions) AS o)
        ))",
    )
}

fn pg_dump(server: &Server, options: &[&str], file: &PathBuf) {
    let host = format!("--host={}", server.folder().display());
    finish(
        program("pg_dump")
            .args([&host, "--username=postgres", "--file"])
            .arg(file)
            .args(options),
    );
}

fn restore(server: &Server, database: &str, file: &PathBuf) {
    let host = format!("--host={}", server.folder().display());
    finish(
        program("psql")
            .args([
                &host,
                "--username=postgres",
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--output=/dev/null",
            ])
            .args(["--dbname", database, "--file"])
            .arg(file),
    );
}

#[test]
fn users_and_files_come_over() {
    let source = Server::create(&[]);
    run(&mut connect(&source.config()), "CREATE DATABASE app");
    let mut client = connect(source.config().dbname("app"));
    run(
        &mut client,
        r#"CREATE EXTENSION mathesar_ext;
        SELECT msar.add_user('{"username": "ada", "password": "x", "is_superuser": true, "email": "ada@a.example", "full_name": "Ada", "display_language": "fr"}');
        SELECT msar.add_user('{"username": "Bob \"the\" builder", "password": "x", "is_superuser": false, "email": "bob@a.example"}');
        CREATE ROLE editor;
        SELECT msar.set_role_map('ada', 'editor');
        SELECT msar.add_data_file('towns.csv', E'name,founded\nBergen,1070\nTurku,1229');
        SELECT msar.add_database('{"host": "db.a.example", "port": 5433, "database": "old", "role": "reader", "password": "correct horse", "nickname": "Old"}')"#,
    );
    let expected = shown(&mut client);
    for part in [
        "ada@a.example",
        "Bob \\\"the",
        "editor",
        "towns.csv",
        "\"old\"",
        "correct horse",
    ] {
        assert!(expected.contains(part), "{part}: {expected}");
    }

    // Another cluster, in which these roles get other numbers.
    let target = Server::create(&[]);
    let mut admin = connect(&target.config());
    run(
        &mut admin,
        "CREATE ROLE first; CREATE ROLE second; DROP ROLE first, second",
    );
    let folder = mathesar_ext_client_tests::new_folder();
    let (globals, dump, plain) = (folder.join("globals"), folder.join("dump"), folder.join("plain"));
    let host = format!("--host={}", source.folder().display());
    let written = finish(program("pg_dumpall").args([&host, "--username=postgres", "--globals-only"]));
    // The superuser is there already.
    let written: Vec<&str> = written
        .lines()
        .filter(|line| *line != "CREATE ROLE postgres;")
        .collect();
    std::fs::write(&globals, written.join("\n")).expect("a file");
    pg_dump(&source, &["--create", "app"], &dump);
    pg_dump(&source, &["app"], &plain);
    // Before the roles are there: profiles wait for them.
    run(&mut admin, "CREATE DATABASE early");
    let mut early = connect(target.config().dbname("early"));
    run(
        &mut early,
        "CREATE ROLE editor; CREATE ROLE ada LOGIN; CREATE ROLE \"Bob \"\"the\"\" builder\" LOGIN",
    );
    run(&mut early, "DROP ROLE ada");
    restore(&target, "early", &plain);
    assert!(!shown(&mut early).contains("ada@a.example"));
    run(&mut early, "CREATE ROLE ada LOGIN");
    assert!(shown(&mut early).contains("ada@a.example"));
    drop(early);
    run(&mut admin, "DROP DATABASE early; ");
    run(
        &mut admin,
        "DROP ROLE ada; DROP ROLE editor; DROP ROLE \"Bob \"\"the\"\" builder\"",
    );

    restore(&target, "postgres", &globals);
    restore(&target, "postgres", &dump);
    let mut restored = connect(target.config().dbname("app"));
    let restored_now = shown(&mut restored);
    let differs: Vec<(&str, &str)> = restored_now
        .lines()
        .zip(expected.lines())
        .filter(|(now, before)| now != before)
        .collect();
    assert_eq!(differs, []);
    assert_eq!(restored_now.len(), expected.len());
    // The user goes on as before: the map makes the session act, the file can be imported.
    assert_eq!(
        text(
            &mut connect(target.config().dbname("app").user("ada")),
            "SELECT current_user::text"
        ),
        "editor"
    );
    assert_eq!(
        text(
            &mut restored,
            "SELECT count(*)::text FROM jsonb_array_elements(msar.list_data_files()) AS f,
                LATERAL msar.import_data_file((f ->> 'id')::bigint, 'public') AS i"
        ),
        "1"
    );
    assert_eq!(
        text(
            &mut restored,
            "SELECT string_agg(name, ' ' ORDER BY name) FROM public.towns"
        ),
        "Bergen Turku"
    );

    // The roles that users act as are settings of the cluster: a dump without --create has none.
    run(&mut admin, "CREATE DATABASE plain");
    restore(&target, "plain", &plain);
    let mut without = connect(target.config().dbname("plain"));
    assert_eq!(text(&mut without, "SELECT msar.list_role_maps()::text"), "[]");
    assert!(shown(&mut without).contains("ada@a.example"));

    // Servers that are noted are the extension's dependents.
    let refused = mathesar_ext_client_tests::error(&mut restored, "DROP EXTENSION mathesar_ext");
    assert_eq!(refused.code().code(), "2BP01");
    assert!(
        refused.detail().unwrap_or_default().contains("server"),
        "{refused:?}"
    );
    run(
        &mut restored,
        "SET client_min_messages = error; DROP EXTENSION mathesar_ext CASCADE",
    );
    assert_eq!(
        text(&mut restored, "SELECT count(*)::text FROM pg_foreign_server"),
        "0"
    );
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}
