//! Reading on a hot standby: every function that reads works there, and gives what it gives on the primary.

use std::thread;
use std::time::{Duration, Instant};

use mathesar_ext_client_tests::{Database, Server, admin_config, connect, role_without_rights, run, text};
use postgres::Client;

/// One call of every function that reads, over all that the sample has.
const CALLS: &[&str] = &[
    "msar.list_schemas()",
    "(SELECT jsonb_agg(msar.get_schema(oid) ORDER BY oid) FROM pg_namespace)",
    "msar.get_object_counts()",
    "msar.get_current_database_info()",
    "msar.get_current_role()",
    // Other tests come and go with roles of theirs.
    "(SELECT jsonb_agg(r) FROM jsonb_array_elements(msar.list_roles()) AS r
      WHERE r->>'name' IN ('postgres', current_user))",
    "msar.list_db_priv()",
    "(SELECT jsonb_agg(msar.list_schema_privileges(oid) ORDER BY oid) FROM pg_namespace)",
    "(SELECT jsonb_agg(msar.list_table_privileges(oid) ORDER BY oid) FROM sample)",
    "msar.get_table_info('library')",
    "(SELECT jsonb_agg(msar.get_table(oid) ORDER BY oid) FROM sample)",
    "(SELECT jsonb_agg(msar.get_column_info(oid) ORDER BY oid) FROM sample)",
    "(SELECT msar.get_tab_col_info_map(jsonb_object_agg(oid, '[1, 2, 3]'::jsonb)) FROM sample)",
    "(SELECT jsonb_agg(c ORDER BY c.oid) FROM sample, msar.get_constraints_for_table(sample.oid) AS c)",
    "(SELECT jsonb_agg(j) FROM msar.get_joinable_tables(2) AS j)",
    "(SELECT jsonb_agg(msar.get_joinable_tables(2, oid) ORDER BY oid) FROM sample)",
    "msar.get_schema_table_details('library')",
    "msar.get_schema_table_details('staff')",
    "(SELECT jsonb_agg(msar.get_table_details(oid) ORDER BY oid) FROM sample)",
    "(SELECT jsonb_agg(msar.get_table_definition(oid) ORDER BY oid) FROM sample JOIN pg_class USING (oid) WHERE relkind IN ('r', 'p'))",
    "(SELECT jsonb_agg(msar.drop_database_query(oid) ORDER BY oid) FROM pg_database WHERE datname ~ '^template')",
    "(SELECT jsonb_agg(msar.get_dependents(oid) ORDER BY oid) FROM sample)",
    "(SELECT jsonb_agg(msar.preview_drop(oid) ORDER BY oid) FROM sample)",
    "(SELECT coalesce(jsonb_agg(msar.get_table_metadata(oid) ORDER BY oid), '[null]') FROM sample)",
    "(SELECT jsonb_agg(msar.get_column_metadata(oid) ORDER BY oid) FROM sample)",
    "(SELECT jsonb_agg(msar.get_preview_template(oid) ORDER BY oid) FROM sample)",
    "(SELECT jsonb_agg(msar.preview_template_sql(oid) ORDER BY oid) FROM sample)",
    "(SELECT s::jsonb - 'token' FROM msar.sync_schema('library') AS s)",
    "(SELECT s::jsonb - 'token' FROM msar.sync_schema('library', msar.get_change_token()) AS s)",
    "(msar.list_changes() - 'token')",
    "msar.find_object('gone')",
    "(SELECT jsonb_build_array(msar.check_explorations()))",
    "(SELECT jsonb_build_array(msar.export_explorations('library')))",
    "(SELECT jsonb_build_array(msar.list_explorations('library')))",
    "(SELECT jsonb_build_array(msar.list_forms('library')))",
    "(SELECT jsonb_build_array(msar.list_shares()))",
    "(SELECT jsonb_build_array(jsonb_agg(msar.run_exploration(jsonb_build_object('base_table_oid', oid, 'initial_columns',
        '[{\"alias\": \"a\", \"attnum\": 1}]'::jsonb))::jsonb ORDER BY oid)) FROM readable WHERE relname = 'book')",
    "(SELECT jsonb_build_array(jsonb_agg(msar.exploration_sql(jsonb_build_object('base_table_oid', oid, 'initial_columns',
        '[{\"alias\": \"a\", \"attnum\": 1}]'::jsonb)) ORDER BY oid)) FROM readable WHERE relname = 'book')",
    "(SELECT jsonb_build_array(msar.current_user_id()))",
    "(SELECT jsonb_build_array(jsonb_agg(u)) FROM jsonb_array_elements(msar.list_users()) AS u WHERE u->>'username' = current_user)",
    "(SELECT jsonb_build_array(msar.list_servers()))",
    "(SELECT jsonb_build_array(msar.list_databases()))",
    "(SELECT jsonb_build_array(msar.list_data_files()))",
    // Rows that everybody may read.
    "msar.preview_rows('pg_class', jsonb_build_array('pg_class'::regclass::oid::bigint))",
    "(SELECT jsonb_build_array(msar.list_table_metadata('library')))",
    "(SELECT jsonb_build_array(msar.check_metadata()))",
    "(SELECT jsonb_build_array(msar.list_detached_metadata()))",
    "(SELECT jsonb_build_array(msar.export_metadata('library')))",
    "(SELECT jsonb_build_array(jsonb_agg(msar.list_records(oid) ORDER BY oid)) FROM readable)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.list_records(oid, '{\"limit\": 3, \"count\": \"estimated\", \"record_summaries\": true}') ORDER BY oid)) FROM readable)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.list_records_from_table(oid, 3, 1, NULL, NULL, NULL, NULL, true) ORDER BY oid)) FROM readable)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.get_record_from_table(oid, 1) ORDER BY oid)) FROM readable WHERE relname = 'book')",
    "(SELECT jsonb_build_array(jsonb_agg(msar.search_records_from_table(oid, '[]', 3) ORDER BY oid)) FROM readable)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.list_by_record_summaries(oid, 3, 0, 'a') ORDER BY oid)) FROM readable)",
    "(SELECT jsonb_build_array(jsonb_agg(r)) FROM readable, LATERAL (SELECT msar.get_table_columns_and_records(oid, 3, 0, NULL, NULL) AS r) AS export WHERE relname = 'loan')",
];

fn call(client: &mut Client, call: &str) -> String {
    text(
        client,
        &format!(
            "WITH sample AS (
                 SELECT oid FROM pg_class
                 WHERE relnamespace IN ('library'::regnamespace, 'staff'::regnamespace)
                     AND relkind IN ('r', 'p', 'v', 'm', 'f')
             ), readable AS (
                 SELECT oid, relname FROM sample JOIN pg_class USING (oid)
                 WHERE has_schema_privilege(relnamespace, 'USAGE') AND has_any_column_privilege(oid, 'SELECT')
             )
             SELECT {call}::text"
        ),
    )
}

/// Waits until the standby has replayed what the primary has written so far.
fn wait_for_replay(primary: &mut Client, standby: &mut Client) {
    let written = text(primary, "SELECT pg_current_wal_insert_lsn()::text");
    let start = Instant::now();
    while text(
        standby,
        &format!("SELECT (pg_last_wal_replay_lsn() >= '{written}')::text"),
    ) != "true"
    {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "the standby does not follow"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_hot_standby_tells_what_the_primary_tells() {
    let database = Database::from_template("library");
    run(
        &mut database.connect_as_superuser(),
        "SELECT msar.set_table_metadata('library.book', '{\"preview_template\": [[2]], \"column_order\": [2, 1]}');
         SELECT msar.set_column_metadata('library.book', '[{\"attnum\": 2, \"display_width\": 300}]');
         SELECT msar.set_preview_template('library.book_author', '{book_id} by {author_id}');
         CREATE TABLE library.gone (a integer);
         SELECT msar.set_column_metadata('library.gone', '[{\"attnum\": 1, \"display_width\": 300}]');
         DROP TABLE library.gone",
    );
    let stranger = role_without_rights();
    let server = Server::standby();
    wait_for_replay(&mut connect(&admin_config()), &mut connect(&server.config()));

    for role in ["postgres", database.owner(), &stranger] {
        let mut primary = connect(&database.config(role));
        let mut standby = connect(server.config().user(role).dbname(database.name()));
        assert_eq!(text(&mut standby, "SELECT pg_is_in_recovery()::text"), "true");
        for query in CALLS {
            let expected = call(&mut primary, query);
            assert!(expected.len() > 2, "{query} tells something: {expected}");
            assert_eq!(call(&mut standby, query), expected, "{query} as {role}");
        }
    }
}

/// Every one that reads the catalogs; get_preview shows rows of users.
#[test]
fn every_function_is_called_here() {
    let database = Database::with_extension();
    let names = text(
        &mut database.connect_as_owner(),
        "SELECT string_agg(DISTINCT proname, ' ') FROM pg_proc
         WHERE pronamespace = 'msar'::regnamespace AND provolatile = 's' AND NOT starts_with(proname, 'cast_to_')
             AND proname <> 'get_preview'
             -- These need the number of something stored, or list roles, which other tests make and drop meanwhile.
             AND proname <> ALL ('{get_data_file,get_exploration,get_exploration_export_query,get_export_query,get_form,
                 get_form_source_info,get_public_form,get_user,list_form_related_records,run_saved_exploration,
                 list_role_maps,list_configured_roles}')",
    );
    for name in names.split(' ') {
        let call = format!("msar.{name}(");
        assert!(CALLS.iter().any(|query| query.contains(&call)), "{name}");
    }
}
