//! Reading on a hot standby: every function that reads works there, and gives what it gives on the primary.

use mathesar_ext_client_tests::{
    Database, Server, admin_config, connect, role_without_rights, run, text, wait_for_replay,
};
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
    "(SELECT jsonb_build_array(jsonb_agg(msar.run_saved_exploration(id)::jsonb), jsonb_agg(msar.get_exploration(id)),
        jsonb_agg(msar.get_exploration_export_query(id))) FROM msar_catalog.explorations)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.read_share(slug))) FROM msar_catalog.shares)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.get_form(id)), jsonb_agg(msar.get_public_form(token)),
        jsonb_agg(msar.get_form_source_info(token)), jsonb_agg(msar.list_form_related_records(token, '{\"field_key\": \"author\"}')))
        FROM msar_catalog.forms)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.get_export_query(oid) ORDER BY oid)) FROM readable)",
    "(SELECT jsonb_build_array(msar.current_user_id()))",
    "(SELECT jsonb_build_array(jsonb_agg(u)) FROM jsonb_array_elements(msar.list_users()) AS u WHERE u->>'username' = current_user)",
    "(SELECT jsonb_build_array(msar.list_servers()))",
    "(SELECT jsonb_build_array(msar.list_databases()))",
    "(SELECT jsonb_build_array(msar.list_data_files()))",
    "(SELECT jsonb_build_array(msar.list_source_tables()))",
    "(SELECT jsonb_build_array(msar.get_reflection_status()))",
    // Rows that everybody may read.
    "msar.preview_rows('pg_class', jsonb_build_array('pg_class'::regclass::oid::bigint))",
    "(SELECT jsonb_build_array(msar.list_table_metadata('library')))",
    "(SELECT jsonb_build_array(msar.check_metadata()))",
    "(SELECT jsonb_build_array(msar.list_detached_metadata()))",
    "(SELECT jsonb_build_array(msar.export_metadata('library')))",
    "(SELECT jsonb_build_array(jsonb_agg(msar.get_linked_records(oid, 1))) FROM readable WHERE relname = 'book')",
    "to_jsonb(msar.get_schema_diagram('library'::regnamespace))",
    "msar.get_uninstall_plan()",
    "(SELECT jsonb_agg(h) FROM msar.help('list_records') AS h)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.list_records(oid) ORDER BY oid)) FROM readable)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.list_records(oid, '{\"limit\": 3, \"count\": \"estimated\", \"record_summaries\": true}') ORDER BY oid)) FROM readable)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.list_records_from_table(oid, 3, 1, NULL, NULL, NULL, NULL, true) ORDER BY oid)) FROM readable)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.get_record_from_table(oid, 1) ORDER BY oid)) FROM readable WHERE relname = 'book')",
    "(SELECT jsonb_build_array(jsonb_agg(msar.search_records_from_table(oid, '[]', 3) ORDER BY oid)) FROM readable)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.list_by_record_summaries(oid, 3, 0, 'a') ORDER BY oid)) FROM readable)",
    "(SELECT jsonb_build_array(jsonb_agg(r)) FROM readable, LATERAL (SELECT msar.get_table_columns_and_records(oid, 3, 0, NULL, NULL) AS r) AS export WHERE relname = 'loan')",
    "(SELECT jsonb_build_array(msar.get_cache_status()))",
    "(SELECT jsonb_build_array(jsonb_agg(msar.cache_read(schema_name, '{\"type\": \"Shot\", \"return_fields\": [\"code\"]}'))) FROM msar_catalog.caches)",
    "(SELECT jsonb_build_array(jsonb_agg(msar.api3(schema_name, '{\"method_name\": \"read\", \"params\": [{\"script_name\": \"s\", \"script_key\": \"k\"}, {\"type\": \"Shot\"}]}'))) FROM msar_catalog.caches)",
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

#[test]
fn a_hot_standby_tells_what_the_primary_tells() {
    let database = Database::from_template("library");
    run(
        &mut database.connect_as_superuser(),
        &format!(
            "GRANT USAGE ON SCHEMA library TO {owner}; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA library TO {owner}",
            owner = database.owner()
        ),
    );
    run(
        &mut database.connect_as_superuser(),
        "SELECT msar.set_table_metadata('library.book', '{\"preview_template\": [[2]], \"column_order\": [2, 1]}');
         SELECT msar.set_column_metadata('library.book', '[{\"attnum\": 2, \"display_width\": 300}]');
         SELECT msar.set_preview_template('library.book_author', '{book_id} by {author_id}');
         CREATE TABLE library.gone (a integer);
         SELECT msar.set_column_metadata('library.gone', '[{\"attnum\": 1, \"display_width\": 300}]');
         DROP TABLE library.gone;
         SELECT msar.create_cache('studio', '{\"entity_types\": {\"Shot\": {\"fields\": {\"code\": \"text\"}}},
             \"settings\": {\"max_staleness\": null, \"equal_credentials\": [\"s\"], \"credential_lifetime\": 1000000}}');
         SELECT msar.cache_apply_events('studio', '[]');
         SELECT msar.cache_scan_plan('studio');
         SELECT msar.cache_scan_result('studio', '{\"scan\": \"Shot\", \"retired\": false, \"after_id\": 0}', '{\"entities\": [{\"id\": 1, \"code\": \"x\"}]}');
         SELECT msar.cache_scan_result('studio', '{\"scan\": \"Shot\", \"retired\": true, \"after_id\": 0}', '{\"entities\": []}');
         SELECT msar.cache_ingest('studio', '{\"method_name\": \"read\", \"params\": [{\"script_name\": \"s\", \"script_key\": \"k\"}, {\"type\": \"Shot\"}]}', '{\"results\": {\"entities\": []}}')",
    );
    // Shares and forms run as a role that is no superuser.
    run(
        &mut database.connect_as_owner(),
        "SELECT msar.share_table('library.book', '{\"limit\": 3}');
         SELECT msar.save_exploration('{\"name\": \"Titles\", \"base_table\": {\"schema\": \"library\", \"name\": \"book\"},
             \"initial_columns\": [{\"alias\": \"t\", \"column\": \"title\"}]}');
         SELECT msar.share_exploration(id) FROM msar_catalog.explorations;
         SELECT msar.set_form_publish((msar.add_form(jsonb_build_object('name', 'Author', 'version', 1,
             'base_table_oid', 'library.book_author'::regclass::oid::int, 'header_title', '{}'::jsonb,
             'fields', jsonb_build_array(jsonb_build_object('key', 'author', 'index', 0, 'kind', 'foreign_key', 'column_attnum', 2,
                 'related_table_oid', 'library.author'::regclass::oid::int, 'fk_interaction_rule', 'must_pick'))))->>'id')::bigint, true)",
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
             AND proname <> ALL ('{get_data_file,get_user,reflection_as_publication,list_role_maps,list_configured_roles}')",
    );
    for name in names.split(' ') {
        let call = format!("msar.{name}(");
        assert!(CALLS.iter().any(|query| query.contains(&call)), "{name}");
    }
}
