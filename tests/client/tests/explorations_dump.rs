//! Explorations, shares and forms survive dump and restore: in another database, with other OIDs and attnums.

use mathesar_ext_client_tests::dump::copy_database;
use mathesar_ext_client_tests::{Database, Server, connect, error, role_without_rights, run, text};
use postgres::Client;
use serde_json::Value;

const SAMPLE: &str = r#"
    CREATE SCHEMA app;
    CREATE TABLE app.author (junk text, id integer PRIMARY KEY, name text);
    CREATE TABLE app.book (junk integer, id integer PRIMARY KEY, junk2 text, title text, author_id integer REFERENCES app.author);
    ALTER TABLE app.author DROP junk;
    ALTER TABLE app.book DROP junk, DROP junk2;
    INSERT INTO app.author VALUES (1, 'Woolf');
    INSERT INTO app.book VALUES (1, 'Orlando', 1), (2, 'Flush', 1);
    SELECT msar.save_exploration('{"name": "Books", "base_table": {"schema": "app", "name": "book"}, "view": true, "display_names": {"t": "Title"},
      "initial_columns": [{"alias": "t", "column": "title"}, {"alias": "a", "column": "name",
        "join_path": [[[{"schema": "app", "name": "book"}, "author_id"], [{"schema": "app", "name": "author"}, "id"]]]}],
      "transformations": [{"type": "filter", "spec": {"not_null": [{"column_name": ["t"]}]}}]}');
    SELECT msar.grant_exploration('editor', exploration_id => (SELECT id FROM msar_catalog.explorations));
    SELECT msar.grant_exploration('viewer', sch_id => 'app');
    SELECT msar.share_table('app.book', '{"columns": ["title"], "filter": {"type": "equal", "args": [{"type": "column", "value": "id"}, {"type": "literal", "value": 2}]}}');
    SELECT msar.share_exploration((SELECT id FROM msar_catalog.explorations), '{"columns": ["a"]}');
    SELECT msar.set_form_publish((msar.add_form(jsonb_build_object('name', 'Book', 'version', 1, 'base_table_oid', 'app.book'::regclass::oid::int, 'header_title', '{}'::jsonb,
      'fields', jsonb_build_array('{"key": "id", "index": 0, "kind": "scalar_column", "column_attnum": 2}'::jsonb, '{"key": "title", "index": 1, "kind": "scalar_column", "column_attnum": 4}'::jsonb,
        jsonb_build_object('key', 'author', 'index', 2, 'kind', 'foreign_key', 'column_attnum', 5, 'related_table_oid', 'app.author'::regclass::oid::int, 'fk_interaction_rule', 'can_pick_or_create',
          'child_fields', '[{"key": "name", "index": 0, "kind": "scalar_column", "column_attnum": 3}]'::jsonb))))->>'id')::bigint, true)"#;

/// What everything shows.
fn shown(client: &mut Client) -> Value {
    let query = r#"SELECT jsonb_build_object(
        'run', (SELECT msar.run_saved_exploration(id)->'records' FROM msar_catalog.explorations),
        'view', (SELECT jsonb_agg(v ORDER BY v."Title") FROM msar_queries."Books" AS v),
        'explorations', (SELECT jsonb_agg(to_jsonb(e) - '{base_table_oid,initial_columns,refs}'::text[]) FROM msar_catalog.explorations AS e),
        'exported', msar.export_explorations('app'),
        'problems', msar.check_explorations(),
        'grants', (SELECT jsonb_agg(to_jsonb(g) ORDER BY g.level) FROM msar_catalog.exploration_grants AS g),
        'shares', (SELECT jsonb_agg(msar.read_share(s.slug, '{}') - '{columns,column_metadata,results}'::text[] ORDER BY s.id) FROM msar_catalog.shares AS s),
        'shared', (SELECT jsonb_agg(v.value) FROM msar_catalog.shares AS s, jsonb_array_elements(msar.read_share(s.slug, '{}')->'results') AS r, jsonb_each(r) AS v),
        'slugs', (SELECT jsonb_agg(s.slug ORDER BY s.id) FROM msar_catalog.shares AS s),
        'form', (SELECT msar.get_public_form(f.token) FROM msar_catalog.forms AS f))"#;
    client
        .query_one(query, &[])
        .map(|row| row.get(0))
        .unwrap_or_else(|error| panic!("{error:?}"))
}

fn copy(options: &[&str], role: &dyn Fn(&Database) -> String) {
    let source = Database::with_extension();
    run(&mut source.connect_as_owner(), SAMPLE);
    let expected = shown(&mut source.connect_as_owner());
    assert_eq!(expected["shares"][0]["count"], 1, "{expected:#}");
    assert_eq!(expected["problems"], serde_json::json!([]));
    let target = Database::empty();
    run(
        &mut target.connect_as_superuser(),
        &format!(
            "ALTER DATABASE {} OWNER TO {owner}; DO $$ BEGIN FOR i IN 1 .. 50 LOOP EXECUTE 'CREATE TABLE public.t' || i || '(); DROP TABLE public.t' || i; END LOOP; END $$",
            target.name(),
            owner = source.owner()
        ),
    );
    copy_database(&source, &target, &role(&source), options);
    goes_on(&mut connect(&target.config(source.owner())), &expected);
}

/// Everything shows what it showed, and can be changed: ids, the form, renames.
fn goes_on(client: &mut Client, expected: &Value) {
    assert_eq!(shown(client), *expected);
    run(
        client,
        "SELECT msar.submit_form((SELECT token FROM msar_catalog.forms), '{\"id\": 3, \"title\": \"Between the Acts\", \"author\": {\"type\": \"pick\", \"value\": 1}}');
         ALTER TABLE app.book RENAME title TO headline;
         SELECT msar.save_exploration('{\"name\": \"Another\", \"base_table\": {\"schema\": \"app\", \"name\": \"book\"}, \"initial_columns\": [{\"alias\": \"x\", \"column\": \"headline\"}]}')",
    );
    assert_eq!(
        text(
            client,
            "SELECT (msar.run_saved_exploration(id)->'records'->'count')::text FROM msar_catalog.explorations WHERE name = 'Books'"
        ),
        "3"
    );
    assert_eq!(
        text(
            client,
            "SELECT (max(id) > min(id))::text || jsonb_array_length(msar.check_explorations()) FROM msar_catalog.explorations"
        ),
        "true0"
    );
}

#[test]
fn by_the_owner_of_the_database() {
    copy(&[], &|source| source.owner().to_owned());
}

#[test]
fn by_a_superuser() {
    copy(&[], &|_| "postgres".to_owned());
}

/// A share, an exploration and a form of one column of a table.
fn about(table: &str) -> String {
    format!(
        r#"SELECT msar.share_table('app.{table}', '{{"columns": ["a", "b"]}}');
        SELECT msar.save_exploration('{{"name": "About {table}", "base_table": {{"schema": "app", "name": "{table}"}},
          "initial_columns": [{{"alias": "b", "column": "b"}}]}}');
        SELECT msar.set_form_publish((msar.add_form(jsonb_build_object('name', 'About {table}', 'version', 1,
          'base_table_oid', 'app.{table}'::regclass::oid::int, 'header_title', '{{}}'::jsonb,
          'fields', '[{{"key": "b", "index": 0, "kind": "scalar_column", "column_attnum": 3}}]'::jsonb))->>'id')::bigint, true);"#
    )
}

/// What reads of the share, the exploration and the form of a table say.
fn answers(client: &mut Client, table: &str) -> [String; 3] {
    [
        format!("SELECT msar.read_share((SELECT slug FROM msar_catalog.stored_shares WHERE table_name = '{table}'))"),
        format!("SELECT msar.run_saved_exploration((SELECT id FROM msar_catalog.stored_explorations WHERE table_name = '{table}'))"),
        format!("SELECT msar.get_public_form((SELECT token FROM msar_catalog.stored_forms WHERE table_name = '{table}'))"),
    ]
    .map(|call| error(client, &call).code().code().to_owned())
}

#[test]
fn what_is_gone_stays_gone() {
    let source = Database::with_extension();
    let eve = role_without_rights();
    let mut client = source.connect_as_owner();
    run(
        &mut client,
        &format!(
            "CREATE SCHEMA app;
             CREATE TABLE app.live (id int PRIMARY KEY, a text, b text);
             CREATE TABLE app.gone (id int PRIMARY KEY, a text, b text);
             CREATE TABLE app.again (id int PRIMARY KEY, a text, b text);
             {} {} {}
             ALTER TABLE app.live DROP COLUMN b; ALTER TABLE app.live ADD COLUMN b text;
             DROP TABLE app.gone, app.again;
             CREATE TABLE app.again (x text, id int PRIMARY KEY, a text, b text);
             ALTER TABLE app.again DROP COLUMN b; ALTER TABLE app.again ADD COLUMN b text;
             GRANT USAGE, CREATE ON SCHEMA app TO {eve}",
            about("live"),
            about("gone"),
            about("again")
        ),
    );
    run(
        &mut source.connect_as_superuser(),
        &format!("SET ROLE {eve}; CREATE TABLE app.gone (id int PRIMARY KEY, a text, b text)"),
    );
    let expected = [
        ("live", ["42704", "42703", "42704"]),
        ("again", ["42704", "42703", "42704"]),
        ("gone", ["42704", "42P01", "42704"]),
    ];
    let target = Database::empty();
    copy_database(&source, &target, "postgres", &[]);
    for database in [&source, &target] {
        let mut client = database.connect_as_superuser();
        for (table, expected) in expected {
            assert_eq!(answers(&mut client, table), expected, "{table}");
        }
        run(&mut client, &format!("SET ROLE {eve}"));
        assert_eq!(
            text(
                &mut client,
                "SELECT (SELECT count(*) FROM msar_catalog.shares) || ' ' || (SELECT count(*) FROM msar_catalog.forms)
                   || ' ' || (SELECT count(*) FROM msar_catalog.explorations)"
            ),
            "0 0 0"
        );
    }
}

#[test]
fn by_upgrade() {
    let server = Server::create(&[]);
    run(
        &mut connect(&server.config()),
        "CREATE EXTENSION mathesar_ext; CREATE ROLE keeper LOGIN; GRANT CREATE ON DATABASE postgres TO keeper",
    );
    let mut client = connect(server.config().user("keeper"));
    run(&mut client, SAMPLE);
    let expected = shown(&mut client);
    drop(client);
    let server = server.upgraded();
    goes_on(&mut connect(server.config().user("keeper")), &expected);
}
