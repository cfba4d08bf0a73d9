//! Databases in other encodings than UTF8: texts of every kind are described as they were written.

use mathesar_ext_client_tests::{Database, run};
use postgres::Client;
use postgres::error::DbError;
use serde_json::{Value, json};

/// A table whose names, comments, labels and expressions are made of `word`.
fn create(client: &mut Client, word: &str) {
    run(
        client,
        &format!(
            r#"CREATE SCHEMA "{word}";
               SET search_path = "{word}";
               CREATE TYPE "{word}_enum" AS ENUM ('{word}', 'plain');
               CREATE DOMAIN "{word}_domain" AS text CONSTRAINT "{word}_not" CHECK (VALUE <> '{word}');
               CREATE TABLE "{word}" (
                   "{word}" text DEFAULT '{word}' PRIMARY KEY,
                   dynamic text DEFAULT '{word}' || 'plain',
                   label "{word}_enum"[] DEFAULT '{{{word}}}',
                   "domain" "{word}_domain",
                   CONSTRAINT "{word}_self" FOREIGN KEY (dynamic) REFERENCES "{word}",
                   CONSTRAINT "{word}_check" CHECK ("{word}" <> '{word}')
               );
               COMMENT ON TABLE "{word}" IS '{word}';
               COMMENT ON COLUMN "{word}"."{word}" IS '{word} {word}';
               RESET search_path;"#
        ),
    );
}

fn value(client: &mut Client, query: &str) -> Value {
    client
        .query_one(query, &[])
        .unwrap_or_else(|error| panic!("{query}\n{:?}", error.as_db_error()))
        .get(0)
}

/// Checks that every text of the table made by [`create`] with `word` reads as `shown`.
fn check(client: &mut Client, word: &str, shown: &str) {
    let tables = value(
        client,
        &format!("SELECT msar.get_schema_table_details('\"{word}\"')"),
    );
    let table = &tables[0];
    let columns = &table["columns"];
    let labels = json!([shown, "plain"]);
    assert_eq!(table["name"], shown);
    assert_eq!(table["description"], shown);
    assert_eq!(columns[0]["name"], shown);
    assert_eq!(columns[0]["description"], format!("{shown} {shown}"));
    assert_eq!(
        columns[0]["default"],
        json!({"value": shown, "is_dynamic": false})
    );
    assert_eq!(
        columns[1]["default"],
        json!({"value": format!("('{shown}'::text || 'plain'::text)"), "is_dynamic": true})
    );
    assert_eq!(
        columns[2]["default"],
        json!({"value": [shown], "is_dynamic": false})
    );
    assert_eq!(columns[2]["enum_values"], labels);
    assert_eq!(columns[2]["type_full"], format!("\"{shown}\".\"{shown}_enum\"[]"));
    assert_eq!(columns[3]["type"], format!("\"{shown}\".\"{shown}_domain\""));
    let domain_check =
        json!({"name": format!("{shown}_not"), "definition": format!("CHECK ((VALUE <> '{shown}'::text))")});
    assert_eq!(columns[3]["domain"]["checks"], json!([domain_check]));
    // The column of that name is the key, so the first text beside it is shown.
    assert_eq!(table["preview_settings"]["template"], "{domain}");
    let constraints = &table["constraints"];
    assert_eq!(constraints[0]["name"], format!("{shown}_check"));
    assert_eq!(
        constraints[0]["definition"],
        format!("CHECK ((\"{shown}\" <> '{shown}'::text))")
    );
    let key = constraints
        .as_array()
        .into_iter()
        .flatten()
        .find(|constraint| constraint["type"] == "foreignkey");
    let key = &key.unwrap_or_else(|| panic!("{table:#}"))["foreign_key"];
    assert_eq!(key["referent"]["schema"], shown);
    assert_eq!(key["referent"]["name"], shown);
    assert_eq!(key["columns"][0]["referent_name"], shown);

    let one = value(
        client,
        &format!(r#"SELECT msar.get_table_details('"{word}"."{word}"')"#),
    );
    assert_eq!(&one, table);
    let infos = value(client, &format!("SELECT msar.get_table_info('\"{word}\"')"));
    assert_eq!(infos[0]["description"], shown);
    let columns = value(
        client,
        &format!(r#"SELECT msar.get_column_info('"{word}"."{word}"')"#),
    );
    assert_eq!(columns[2]["type_options"], json!({"item_type": "_enum"}));
    assert_eq!(columns[0]["name"], shown);
    let schemas = value(client, "SELECT msar.list_schemas()");
    assert!(
        schemas
            .as_array()
            .into_iter()
            .flatten()
            .any(|schema| schema["name"] == shown),
        "{schemas:#}"
    );
}

/// Checks that the table made by [`create`] with `word` can be made again by its definition.
fn check_definition(client: &mut Client, word: &str) {
    let of = |schema: &str| format!(r#"msar.get_table_definition('"{schema}"."{word}"')"#);
    let definition = value(client, &format!("SELECT {}", of(word)));
    assert_eq!(definition["name"], word);
    let copy = format!("{word}2");
    let call = format!(
        r#"SELECT msar.apply_definitions(jsonb_build_array(
             jsonb_build_object('create_schema', jsonb_build_object('name', '{copy}', 'description', '{word}')),
             jsonb_build_object('create_table', {} || jsonb_build_object('schema', '{copy}'))))"#,
        of(word)
    );
    value(client, &call);
    let mut again = value(client, &format!("SELECT {}", of(&copy)));
    again["schema"] = json!(word);
    assert_eq!(again, definition);
    value(
        client,
        &format!(
            "SELECT coalesce(to_jsonb(msar.drop_schemas(ARRAY['\"{copy}\"']::regnamespace[])::text), '0')"
        ),
    );
}

/// Checks that metadata of the table made by [`create`] with `word` is stored and read as it is written, by the
/// functions and by SQL.
fn check_metadata(client: &mut Client, word: &str) {
    let set = format!(
        r#"SELECT msar.set_column_metadata('"{word}"."{word}"', '[{{"name": "{word}", "file_backend": "{word}"}}]')"#
    );
    let set = value(client, &set);
    assert_eq!(set[0]["name"], word);
    assert_eq!(set[0]["file_backend"], word);
    let template = format!(
        r#"SELECT msar.set_table_metadata('"{word}"."{word}"', '{{"preview_template": ["{word}", [2, 1]]}}')"#
    );
    assert_eq!(
        value(client, &template)["preview_template"],
        json!([word, [2, 1]])
    );
    let described = value(
        client,
        &format!(r#"SELECT msar.get_table_details('"{word}"."{word}"')"#),
    );
    assert_eq!(described["metadata"]["preview_template"], json!([word, [2, 1]]));
    check_definition(client, word);
    assert_eq!(described["columns"][0]["metadata"]["file_backend"], word);

    let row = value(
        client,
        &format!(
            "SELECT to_jsonb(m) FROM msar_catalog.column_metadata AS m WHERE schema_name = '{word}' AND column_name = '{word}'"
        ),
    );
    assert_eq!(row["table_name"], word);
    assert_eq!(row["file_backend"], word);
}

/// Checks that errors quote `word`, and names of the table made by [`create`] with it, as they are written: message,
/// detail and hint.
fn check_errors(client: &mut Client, word: &str) {
    let template =
        format!(r#"SELECT msar.set_preview_template('"{word}"."{word}"', '{word}{{{word}{word}}}')"#);
    let error = error(client, &template);
    assert!(
        error.message().starts_with(&format!(
            "column \"{word}{word}\" of relation \"{word}\" does not exist"
        )),
        "{}",
        error.message()
    );
    assert_eq!(
        error.detail(),
        Some(format!("Read up to there: {word}{{").as_str())
    );
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.starts_with(&format!("Perhaps you meant \"{word}\" or "))),
        "{error:?}"
    );

    let keys = format!(r#"SELECT msar.preview_rows('"{word}"."{word}"', '[{{"label": 1}}]')"#);
    let error = self::error(client, &keys);
    assert_eq!(
        error.message(),
        format!("relation \"{word}\" has no key of the columns label")
    );
    assert_eq!(
        error.detail(),
        Some(format!("It has the keys 1 ({word}).").as_str())
    );

    // Where it is caught, more than once.
    let caught = format!(
        r#"DO $do$
           DECLARE told text;
           BEGIN
               FOR i IN 1..3 LOOP
                   BEGIN
                       PERFORM msar.preview_rows('"{word}"."{word}"', '[{{"label": 1}}]');
                   EXCEPTION WHEN OTHERS THEN
                       told := sqlerrm;
                   END;
               END LOOP;
               RAISE '%', told;
           END $do$"#
    );
    let error = self::error(client, &caught);
    assert_eq!(
        error.message(),
        format!("relation \"{word}\" has no key of the columns label")
    );

    // PostgreSQL's own.
    let filter = json!({"filter": {"type": "equal", "args": [
        {"type": "column", "value": "label"}, {"type": "literal", "value": [format!("{word}{word}")]}
    ]}});
    let invalid = format!(r#"SELECT msar.list_records('"{word}"."{word}"', '{filter}')"#);
    let error = self::error(client, &invalid);
    assert_eq!(
        error.message(),
        format!("invalid input value for enum \"{word}\".\"{word}_enum\": \"{word}{word}\"")
    );
}

/// The error that a query ends with.
fn error(client: &mut Client, query: &str) -> DbError {
    match client.batch_execute(query) {
        Ok(()) => panic!("no error: {query}"),
        Err(error) => match error.as_db_error() {
            Some(error) => error.clone(),
            None => panic!("{query}: {error}"),
        },
    }
}

/// A database of the given encoding with the extension.
fn database(encoding: &str) -> Database {
    let database = Database::with_encoding(encoding);
    run(&mut database.connect_as_owner(), "CREATE EXTENSION mathesar_ext");
    database
}

#[test]
fn latin1() {
    let database = database("LATIN1");
    let mut client = database.connect_as_owner();
    for word in ["é", "Größe", "ÿ¤"] {
        create(&mut client, word);
        check(&mut client, word, word);
        check_metadata(&mut client, word);
        check_errors(&mut client, word);
    }
}

#[test]
fn euc_jp() {
    let database = database("EUC_JP");
    let mut client = database.connect_as_owner();
    for word in ["図書館", "ｶﾅ"] {
        create(&mut client, word);
        check(&mut client, word, word);
        check_metadata(&mut client, word);
        check_errors(&mut client, word);
    }
}

#[test]
fn sql_ascii_with_what_is_utf8() {
    let database = database("SQL_ASCII");
    let mut client = database.connect_as_owner();
    create(&mut client, "Größe");
    check(&mut client, "Größe", "Größe");
    check_metadata(&mut client, "Größe");
}

/// Such a server stores any bytes, and none of them may break a description: those that are no UTF-8 show as U+FFFD.
#[test]
fn sql_ascii_with_what_is_not() {
    let database = database("SQL_ASCII");
    let mut client = database.connect_as_owner();
    // The same statements as in `create`, in Latin 1: the server passes the bytes of an escape string on unseen.
    run(
        &mut client,
        r#"DO $$
           DECLARE word text := E'Gr\366\337e';
           BEGIN
               EXECUTE format('CREATE SCHEMA odd;
                   CREATE TYPE odd.mood AS ENUM (%1$L);
                   CREATE TABLE odd.%1$I (%1$I text DEFAULT %1$L, d text DEFAULT %1$L || 1, e odd.mood,
                       CONSTRAINT %1$I CHECK (d <> %1$L));
                   COMMENT ON TABLE odd.%1$I IS %1$L', word);
           END $$"#,
    );
    let shown = "Gr\u{fffd}\u{fffd}e";
    let tables = value(&mut client, "SELECT msar.get_schema_table_details('odd')");
    let table = &tables[0];
    assert_eq!(table["name"], shown);
    assert_eq!(table["description"], shown);
    assert_eq!(table["columns"][0]["name"], shown);
    assert_eq!(table["columns"][0]["default"]["value"], shown);
    assert_eq!(
        table["columns"][1]["default"]["value"],
        format!("('{shown}'::text || 1)")
    );
    assert_eq!(table["columns"][2]["enum_values"], json!([shown]));
    assert_eq!(
        table["constraints"][0]["definition"],
        format!("CHECK ((d <> '{shown}'::text))")
    );

    let columns = value(
        &mut client,
        "SELECT msar.get_column_info(oid) FROM pg_class WHERE relnamespace = 'odd'::regnamespace",
    );
    assert_eq!(columns[0]["name"], shown);
}
