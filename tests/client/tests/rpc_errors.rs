//! Each method of the web service: it succeeds once, and fails in every way that it is documented to.

use mathesar_ext_client_tests::rpc::{Rpc, create_examples, example_params};
use mathesar_ext_client_tests::{Server, connect, run, text};
use serde_json::{Value, json};

/// A call that fails. `{db}` stands for the database; `{...}` for the result of the query between the braces.
struct Failing {
    method: &'static str,
    params: &'static str,
    /// The number of the error, and that for clients that want it as the web service has it, where it differs. 0: it
    /// succeeds.
    code: i64,
    compat: i64,
}

const fn fails(method: &'static str, params: &'static str, code: i64) -> Failing {
    Failing {
        method,
        params,
        code,
        compat: code,
    }
}

const fn differs(method: &'static str, params: &'static str, code: i64, compat: i64) -> Failing {
    Failing {
        method,
        params,
        code,
        compat,
    }
}

const NO_OBJECT: &str = r#"{"database_id": {db}, "table_oid": 1}"#;

#[rustfmt::skip]
const CASES: &[Failing] = &[
    fails("analytics.initialize", "{}", -30085),
    fails("analytics.upload_feedback", r#"{"message": "hello"}"#, -30085),

    fails("collaborators.add", r#"{"database_id": {db}, "user_id": "nobody_at_all", "configured_role_id": "mathesar_ext_example_reader"}"#, -28009),
    fails("collaborators.add", r#"{"database_id": {db}, "user_id": "mathesar_ext_example_user", "configured_role_id": "nobody_at_all"}"#, -28009),
    fails("collaborators.add", r#"{"database_id": {db}, "user_id": "mathesar_ext_example_mapped", "configured_role_id": "mathesar_ext_example_reader"}"#, -29042),
    fails("collaborators.delete", r#"{"collaborator_id": "nobody_at_all"}"#, -28009),
    fails("collaborators.delete", r#"{"collaborator_id": "mathesar_ext_example_user"}"#, -28009),
    fails("collaborators.set_role", r#"{"collaborator_id": "mathesar_ext_example_user", "configured_role_id": "mathesar_ext_example_reader"}"#, -28009),
    fails("collaborators.set_role", r#"{"collaborator_id": "mathesar_ext_example_mapped", "configured_role_id": "nobody_at_all"}"#, -28009),

    fails("columns.add", r#"{"database_id": {db}, "table_oid": 1, "column_data_list": [{"name": "x"}]}"#, -30259),
    fails("columns.add", r#"{"database_id": {db}, "table_oid": "library.book", "column_data_list": [{"name": "x", "type": "no_such_type"}]}"#, -30257),
    differs("columns.add", r#"{"database_id": {db}, "table_oid": "library.book", "column_data_list": [{"name": "x", "default": null}]}"#, -32602, 0),
    fails("columns.patch", r#"{"database_id": {db}, "table_oid": "library.book", "column_data_list": [{"id": 99, "name": "x"}]}"#, -30254),
    differs("columns.patch", r#"{"database_id": {db}, "table_oid": "library.book", "column_data_list": [{"name": "x"}]}"#, -32602, -31025),
    fails("columns.delete", r#"{"database_id": {db}, "table_oid": "library.book", "column_attnums": [99]}"#, -30254),
    differs("columns.add_primary_key_column", r#"{"database_id": {db}, "table_oid": "library.book", "pkey_type": "SERIAL"}"#, -32602, -30156),
    fails("columns.reset_mash", r#"{"database_id": {db}, "table_oid": "library.book", "column_attnum": 1}"#, -30085),
    differs("columns.metadata.set", r#"{"database_id": {db}, "table_oid": "library.book", "column_meta_data_list": [{"display_width": 1}]}"#, -30138, -31025),
    fails("columns.metadata.set", r#"{"database_id": {db}, "table_oid": "library.book", "column_meta_data_list": [{"attnum": 1, "num_max_frac_digits": 21}]}"#, -29042),
    fails("columns.metadata.set", r#"{"database_id": {db}, "table_oid": "library.book", "column_meta_data_list": [{"attnum": 1, "num_min_frac_digits": 3, "num_max_frac_digits": 2}]}"#, -29042),
    fails("columns.metadata.set", r#"{"database_id": {db}, "table_oid": "library.book", "column_meta_data_list": [{"attnum": 1, "nothing": 21}]}"#, -29031),

    fails("constraints.add", r#"{"database_id": {db}, "table_oid": "library.book", "constraint_def_list": [{"type": "u", "columns": [99]}]}"#, -30254),
    fails("constraints.add", r#"{"database_id": {db}, "table_oid": "library.book", "constraint_def_list": [{"type": "u", "columns": [4]}]}"#, -30260),

    fails("data_modeling.add_foreign_key_column", r#"{"database_id": {db}, "column_name": "x", "referrer_table_oid": 1, "referent_table_oid": "library.author"}"#, -30259),
    fails("data_modeling.add_mapping_table", r#"{"database_id": {db}, "schema_oid": "library", "table_name": "x", "mapping_columns": [{"column_name": "a", "referent_table_oid": {author}}, {"column_name": "b", "referent_table_oid": 1}]}"#, -30259),
    fails("data_modeling.suggest_types", NO_OBJECT, -30259),
    fails("data_modeling.split_table", r#"{"database_id": {db}, "table_oid": "library.book", "column_attnums": [99], "extracted_table_name": "x"}"#, -30254),
    fails("data_modeling.move_columns", r#"{"database_id": {db}, "source_table_oid": "library.book", "target_table_oid": 1, "move_column_attnums": [2]}"#, -30259),
    fails("data_modeling.change_primary_key_column", r#"{"database_id": {db}, "table_oid": "library.book", "column_attnum": 99}"#, -30254),

    fails("databases.delete", r#"{"database_id": {db}, "database_oid": {db}}"#, -30191),
    fails("databases.delete", r#"{"database_id": {db}, "database_oid": 99999999}"#, -30257),
    fails("databases.delete", r#"{"database_id": {db}, "database_oid": {SELECT oid FROM pg_database WHERE datname = 'template1'}}"#, -30001),
    differs("databases.delete", r#"{"database_id": {db}, "database_oid": null}"#, -32602, -31049),
    fails("databases.upgrade_sql", r#"{"database_id": {db}, "username": "nobody_at_all", "password": "x"}"#, -30085),
    fails("databases.configured.patch", r#"{"database_id": 99999999, "patch": {"nickname": "x"}}"#, -28009),
    fails("databases.configured.patch", r#"{"database_id": {db}, "patch": {"name": "x"}}"#, -30085),
    fails("databases.configured.disconnect", r#"{"database_id": 99999999}"#, -28009),
    fails("databases.configured.disconnect", r#"{"database_id": {db}}"#, -30085),
    differs("databases.privileges.replace_for_roles", r#"{"database_id": {db}, "privileges": [{"role_oid": 10}]}"#, -32602, -31025),
    fails("databases.privileges.replace_for_roles", r#"{"database_id": {db}, "privileges": [{"role_oid": 99999999, "direct": ["CONNECT"]}]}"#, -30257),
    fails("databases.privileges.transfer_ownership", r#"{"database_id": {db}, "new_owner_oid": 99999999}"#, -30257),
    fails("databases.setup.create_new", r#"{"database": "x"}"#, -30085),
    fails("databases.setup.connect_existing", r#"{"host": "a.example", "database": "d", "role": "r", "password": "p", "sample_data": ["bike_shop"]}"#, -30085),

    fails("explorations.get", r#"{"database_id": {db}, "exploration_id": 999}"#, -28009),
    fails("explorations.delete", r#"{"database_id": {db}, "exploration_id": 999}"#, -28009),
    differs("explorations.add", r#"{"database_id": {db}, "exploration_def": {"base_table_oid": {book}, "initial_columns": [{"alias": "a", "attnum": 1}]}}"#, -32602, -31025),
    differs("explorations.add", r#"{"database_id": {db}, "exploration_def": {"name": "x", "initial_columns": [{"alias": "a", "attnum": 1}]}}"#, -32602, -31025),
    differs("explorations.add", r#"{"database_id": {db}, "exploration_def": {"name": "x", "base_table_oid": {book}}}"#, -32602, -31025),
    fails("explorations.add", r#"{"database_id": {db}, "exploration_def": {"name": "Books by language", "base_table_oid": {book}, "initial_columns": [{"alias": "a", "attnum": 1}]}}"#, -29042),
    fails("explorations.add", r#"{"database_id": {db}, "exploration_def": {"name": "{SELECT repeat('x', 129)}", "base_table_oid": {book}, "initial_columns": [{"alias": "a", "attnum": 1}]}}"#, -29015),
    fails("explorations.replace", r#"{"database_id": {db}, "new_exploration": {"id": 999, "name": "x", "base_table_oid": {book}, "initial_columns": [{"alias": "a", "attnum": 1}]}}"#, -28009),
    differs("explorations.replace", r#"{"database_id": {db}, "new_exploration": {"name": "x", "base_table_oid": {book}, "initial_columns": [{"alias": "a", "attnum": 1}]}}"#, -32602, -31025),
    fails("explorations.replace", r#"{"database_id": {db}, "new_exploration": {"id": {SELECT max(id) FROM msar_catalog.explorations}, "name": "Books by language", "base_table_oid": {book}, "initial_columns": [{"alias": "a", "attnum": 1}]}}"#, -29042),
    fails("explorations.replace", r#"{"database_id": {db}, "new_exploration": {"id": {SELECT min(id) FROM msar_catalog.explorations}, "name": "{SELECT repeat('x', 129)}", "base_table_oid": {book}, "initial_columns": [{"alias": "a", "attnum": 1}]}}"#, -29015),

    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {"base_table_oid": 1, "initial_columns": [{"alias": "a", "attnum": 1}]}}"#, -31049),
    differs("explorations.run", r#"{"database_id": {db}, "exploration_def": {"base_table_oid": {book}}}"#, -32602, -31025),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {"base_table_oid": {book}, "initial_columns": [{"alias": "a", "attnum": 99}]}}"#, -31025),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {"base_table_oid": {book}, "initial_columns": [{"alias": " ", "attnum": 1}]}}"#, -31002),
    differs("explorations.run", r#"{"database_id": {db}, "exploration_def": {"base_table_oid": {book}, "initial_columns": [{"alias": 1, "attnum": 1}]}}"#, -32602, -31002),
    differs("explorations.run", r#"{"database_id": {db}, "exploration_def": {"base_table_oid": {book}, "initial_columns": [{"attnum": 1}]}}"#, -32602, -31025),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {"base_table_oid": {book}, "initial_columns": [{"alias": "a", "attnum": 1}, {"alias": "a", "attnum": 2}]}}"#, -26019),
    differs("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"spec": 1}]}}"#, -32602, -31025),
    differs("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "limit"}]}}"#, -32602, -31025),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "rename", "spec": 1}]}}"#, -31000),
    differs("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "filter", "spec": {}}]}}"#, -32602, -31043),
    differs("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "filter", "spec": {"equal": ["i", 1]}}]}}"#, -32602, -27001),
    differs("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "filter", "spec": {"equal": 1}}]}}"#, -32602, -27001),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "filter", "spec": {"sounds_like": [{"column_name": ["i"]}]}}]}}"#, -27024),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "filter", "spec": {"equal": [{"column_name": ["zz"]}, {"literal": [1]}]}}]}}"#, -27019),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "filter", "spec": {"equal": [{"column_name": ["i"]}]}}]}}"#, -31049),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "filter", "spec": {"equal": [{"column_name": ["i"]}, {"literal": ["abc"]}]}}]}}"#, -26007),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "order", "spec": [{"field": "zz", "direction": "asc"}]}]}}"#, -27020),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "order", "spec": [{"field": "i", "direction": "ASC"}]}]}}"#, -27002),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "order", "spec": [{"field": "i", "direction": "asc", "nullsfirst": true, "nullslast": true}]}]}}"#, -27002),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "select", "spec": ["zz"]}]}}"#, -31025),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "i", "output_alias": "g"}], "aggregation_expressions": [{"input_alias": "t", "output_alias": "x", "function": "average"}]}}]}}"#, -27024),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "i", "output_alias": "g", "preproc": "uri_schema"}], "aggregation_expressions": []}}]}}"#, -27024),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "i", "output_alias": "g"}], "aggregation_expressions": [{"input_alias": "t", "output_alias": "x", "function": "sum"}]}}]}}"#, -27022),
    fails("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "i", "output_alias": "g"}], "aggregation_expressions": [{"input_alias": "zz", "output_alias": "x", "function": "count"}]}}]}}"#, -31025),
    differs("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} [{"type": "summarize", "spec": {"grouping_expressions": [{"input_alias": "i"}], "aggregation_expressions": []}}]}}"#, -32602, -31025),
    differs("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} []}, "limit": -1}"#, -32602, -26007),
    differs("explorations.run", r#"{"database_id": {db}, "exploration_def": {run} []}, "offset": -1}"#, -32602, -26007),

    differs("forms.add", r#"{"database_id": {db}, "form_def": {"associated_role_id": "mathesar_ext_example_visitor", "name": "x", "version": 1, "base_table_oid": {author}, "header_title": "x"}}"#, -32602, -31025),
    differs("forms.add", r#"{"database_id": {db}, "form_def": {"version": 1, "base_table_oid": {author}, "header_title": "x", "fields": []}}"#, -32602, -31025),
    differs("forms.add", r#"{"database_id": {db}, "form_def": {form}[{"index": 0, "kind": "scalar_column", "column_attnum": 2}]}}"#, -32602, -31025),
    differs("forms.add", r#"{"database_id": {db}, "form_def": {form}[{"key": "k", "index": 0, "kind": "scalar_column"}]}}"#, -32602, -29042),
    differs("forms.add", r#"{"database_id": {db}, "form_def": {form}[{"key": "k", "index": 0, "kind": "foreign_key", "column_attnum": 5, "fk_interaction_rule": "must_pick"}]}}"#, -32602, -29042),
    differs("forms.add", r#"{"database_id": {db}, "form_def": {form}[{"key": "k", "index": 0, "kind": "foreign_key", "column_attnum": 5, "related_table_oid": {country}}]}}"#, -32602, -29042),
    fails("forms.add", r#"{"database_id": {db}, "form_def": {form}[{"key": "k", "index": 0, "kind": "scalar_column", "column_attnum": 2}, {"key": "k", "index": 1, "kind": "scalar_column", "column_attnum": 3}]}}"#, -29042),
    fails("forms.add", r#"{"database_id": {db}, "form_def": {"associated_role_id": 99999999, "name": "x", "version": 1, "base_table_oid": {author}, "header_title": "x", "fields": []}}"#, -28009),
    fails("forms.add", r#"{"database_id": {db}, "form_def": {"associated_role_id": "nobody_at_all", "name": "x", "version": 1, "base_table_oid": {author}, "header_title": "x", "fields": []}}"#, -28009),
    fails("forms.add", r#"{"database_id": {db}, "form_def": {"associated_role_id": "postgres", "name": "x", "version": 1, "base_table_oid": {author}, "header_title": "x", "fields": []}}"#, -31002),
    differs("forms.get", r#"{"form_token": "nonsense"}"#, -32602, -29107),
    fails("forms.get", r#"{"form_token": "00000000-0000-4000-8000-000000000000"}"#, -28009),
    differs("forms.get_source_info", r#"{"form_token": "nonsense"}"#, -32602, -29107),
    fails("forms.get_source_info", r#"{"form_token": "00000000-0000-4000-8000-000000000000"}"#, -28009),
    fails("forms.list", r#"{"database_id": {db}, "schema_oid": "no_such_schema"}"#, -30149),
    fails("forms.regenerate_token", r#"{"database_id": {db}, "form_id": 999}"#, -28009),
    fails("forms.set_publish_public", r#"{"database_id": {db}, "form_id": 999, "publish_public": true}"#, -28009),
    fails("forms.delete", r#"{"database_id": {db}, "form_id": 999}"#, -28009),
    fails("forms.patch", r#"{"database_id": {db}, "update_form_def": {"id": 999, "name": "x", "version": 1, "header_title": "x", "fields": null}}"#, -28009),
    differs("forms.patch", r#"{"database_id": {db}, "update_form_def": {"name": "x", "version": 1, "header_title": "x", "fields": null}}"#, -32602, -31025),
    fails("forms.patch", r#"{"database_id": {db}, "update_form_def": {"id": {form_id}, "associated_role_id": "postgres", "name": "x", "version": 1, "header_title": "x", "fields": null}}"#, -31002),
    fails("forms.patch", r#"{"database_id": {db}, "update_form_def": {"id": {form_id}, "associated_role_id": "mathesar_ext_example_visitor", "name": "x", "version": 1, "header_title": "x", "fields": [{"key": "k", "index": 0, "kind": "scalar_column", "column_attnum": 2}, {"key": "k", "index": 1, "kind": "scalar_column", "column_attnum": 3}]}}"#, -29042),
    differs("forms.patch", r#"{"database_id": {db}, "update_form_def": {"id": {form_id}, "associated_role_id": "mathesar_ext_example_visitor", "name": "x", "version": 1, "header_title": "x", "fields": [{"key": "k", "index": 0, "kind": "scalar_column"}]}}"#, -32602, -29042),
    differs("forms.list_related_records", r#"{"form_token": "nonsense", "field_key": "country"}"#, -32602, -29107),
    fails("forms.list_related_records", r#"{"form_token": "00000000-0000-4000-8000-000000000000", "field_key": "country"}"#, -28009),
    fails("forms.list_related_records", r#"{"form_token": "{token}", "field_key": "nothing"}"#, -28009),
    fails("forms.list_related_records", r#"{"form_token": "{token}", "field_key": "name"}"#, -31057),
    differs("forms.submit", r#"{"form_token": "nonsense", "values": {}}"#, -32602, -29107),
    fails("forms.submit", r#"{"form_token": "00000000-0000-4000-8000-000000000000", "values": {}}"#, -28009),
    fails("forms.submit", r#"{"form_token": "{token}", "values": {}}"#, -30138),

    fails("records.list", NO_OBJECT, -30259),
    fails("records.list", r#"{"database_id": {db}, "table_oid": "library.book", "limit": -1}"#, -30138),
    fails("records.get", r#"{"database_id": {db}, "table_oid": "library.book", "record_id": "abc"}"#, -30156),
    fails("records.add", r#"{"database_id": {db}, "table_oid": "library.book", "record_def": {"3": "x"}}"#, -30185),
    fails("records.add", r#"{"database_id": {db}, "table_oid": "library.book", "record_def": {"1": 1, "2": "x"}}"#, -30260),
    fails("records.add", r#"{"database_id": {db}, "table_oid": "library.author", "record_def": {"2": "x", "5": "ZZ"}}"#, -30087),
    fails("records.add", r#"{"database_id": {db}, "table_oid": "library.author", "record_def": {"2": "x", "3": 2000, "4": 1900}}"#, -30017),
    fails("records.add", r#"{"database_id": {db}, "table_oid": "library.loan", "record_def": {"1": 1}}"#, -30089),
    fails("records.patch", r#"{"database_id": {db}, "table_oid": "library.book", "record_id": 99999, "record_def": {"2": "x"}}"#, -30206),
    fails("records.delete", r#"{"database_id": {db}, "table_oid": "library.member", "record_ids": [1]}"#, -30087),
    fails("records.search", NO_OBJECT, -30259),
    fails("records.list_summaries", NO_OBJECT, -30259),

    fails("roles.add", r#"{"database_id": {db}, "rolename": "postgres"}"#, -30047),
    fails("roles.delete", r#"{"database_id": {db}, "role_oid": 99999999}"#, -30257),
    fails("roles.delete", r#"{"database_id": {db}, "role_oid": "mathesar_ext_example_visitor"}"#, -30035),
    fails("roles.set_members", r#"{"database_id": {db}, "parent_role_oid": 99999999, "members": []}"#, -30257),
    fails("roles.configured.list", r#"{"database_id": {db}, "server_id": 99999999}"#, 0),
    fails("roles.configured.add", r#"{"server_id": 99999999, "name": "x", "password": "x"}"#, -28009),
    fails("roles.configured.delete", r#"{"configured_role_id": 99999999}"#, -28009),
    fails("roles.configured.set_password", r#"{"configured_role_id": 99999999, "password": "x"}"#, -28009),

    fails("schemas.add", r#"{"database_id": {db}, "name": "library"}"#, -30049),
    fails("schemas.delete", r#"{"database_id": {db}, "schema_oids": [99999999]}"#, -30149),
    fails("schemas.patch", r#"{"database_id": {db}, "schema_oid": 99999999, "patch": {"name": "x"}}"#, -30149),
    fails("schemas.patch", r#"{"database_id": {db}, "schema_oid": "library", "patch": {"name": "staff"}}"#, -30049),
    fails("schemas.privileges.list_direct", r#"{"database_id": {db}, "schema_oid": "no_such_schema"}"#, -30149),
    differs("schemas.privileges.replace_for_roles", r#"{"database_id": {db}, "schema_oid": "library", "privileges": [{"direct": []}]}"#, -32602, -31025),
    fails("schemas.privileges.transfer_ownership", r#"{"database_id": {db}, "schema_oid": "library", "new_owner_oid": 99999999}"#, -30257),

    fails("servers.configured.patch", r#"{"server_id": 99999999, "patch": {"port": 1}}"#, -28009),
    fails("servers.configured.patch", r#"{"server_id": 0, "patch": {"port": 1}}"#, -30085),

    differs("tables.get", NO_OBJECT, -30259, -31049),
    differs("tables.get_with_metadata", NO_OBJECT, -30259, -31049),
    fails("tables.list", r#"{"database_id": {db}, "schema_oid": "no_such_schema"}"#, -30149),
    fails("tables.list_with_metadata", r#"{"database_id": {db}, "schema_oid": "no_such_schema"}"#, -30149),
    fails("tables.delete", r#"{"database_id": {db}, "table_oid": "library.book"}"#, -30035),
    fails("tables.delete", NO_OBJECT, -30259),
    fails("tables.patch", r#"{"database_id": {db}, "table_oid": "library.book", "table_data_dict": {"name": "author"}}"#, -30050),
    fails("tables.import", r#"{"database_id": {db}, "data_file_id": 99999999, "schema_oid": "library"}"#, -28009),
    fails("tables.import", r#"{"database_id": {db}, "data_file_id": {SELECT msar.add_data_file('a.csv', E'a,b\n1,2\n3,4,5\n') ->> 'id'}, "schema_oid": "library"}"#, -30009),
    fails("tables.get_import_preview", r#"{"database_id": {db}, "table_oid": "library.book", "columns": [{"id": 2, "type": "integer"}]}"#, -30156),
    fails("tables.list_joinable", r#"{"database_id": {db}, "table_oid": "no_such_table"}"#, -30259),
    fails("tables.metadata.set", r#"{"database_id": {db}, "table_oid": "library.book", "metadata": {"nothing": 1}}"#, -29031),
    fails("tables.privileges.list_direct", r#"{"database_id": {db}, "table_oid": "no_such_table"}"#, -30259),
    differs("tables.privileges.replace_for_roles", r#"{"database_id": {db}, "table_oid": "library.book", "privileges": [{"role_oid": 10}]}"#, -32602, -31025),
    fails("tables.privileges.transfer_ownership", r#"{"database_id": {db}, "table_oid": "library.book", "new_owner_oid": 99999999}"#, -30257),

    differs("users.add", r#"{"user_def": {"username": "x", "is_superuser": false}}"#, -32602, -31025),
    fails("users.add", r#"{"user_def": {"username": "postgres", "password": "x", "is_superuser": false}}"#, -29042),
    differs("users.add", r#"{"user_def": {"username": "x", "password": "x", "is_superuser": false, "email": null}}"#, -32602, 0),
    fails("users.delete", r#"{"user_id": 99999999}"#, -28009),
    fails("users.get", r#"{"user_id": 99999999}"#, -28009),
    fails("users.patch_self", r#"{"username": "mathesar_ext_example_user", "email": "", "full_name": "", "display_language": "en"}"#, -30085),
    fails("users.patch_other", r#"{"user_id": 99999999, "username": "x", "is_superuser": false, "email": "", "full_name": "", "display_language": "en"}"#, -28009),
    fails("users.patch_other", r#"{"user_id": "mathesar_ext_example_user", "username": "postgres", "is_superuser": false, "email": "", "full_name": "", "display_language": "en"}"#, -29042),
    fails("users.password.replace_own", r#"{"old_password": "wrong", "new_password": "x"}"#, -31000),
    fails("users.password.revoke", r#"{"user_id": 99999999, "new_password": "x"}"#, -28009),
];

/// Puts in what a case names.
fn fill_in(rpc: &mut Rpc, params: &str) -> Value {
    let run_part = format!(
        r#"{{"base_table_oid": {}, "initial_columns": [{{"alias": "i", "attnum": 1}}, {{"alias": "t", "attnum": 2}}], "transformations":"#,
        "{book}"
    );
    let form_part = r#"{"associated_role_id": "mathesar_ext_example_visitor", "name": "x", "version": 1, "base_table_oid": {author}, "header_title": "x", "fields": "#;
    let mut filled = params.replace("{run}", &run_part).replace("{form}", form_part);
    for (name, query) in [
        (
            "{db}",
            "SELECT oid FROM pg_database WHERE datname = current_database()",
        ),
        ("{book}", "SELECT 'library.book'::regclass::oid"),
        ("{author}", "SELECT 'library.author'::regclass::oid"),
        ("{country}", "SELECT 'library.country'::regclass::oid"),
        ("{form_id}", "SELECT min(id) FROM msar_catalog.forms"),
        (
            "{token}",
            "SELECT token FROM msar_catalog.forms ORDER BY id LIMIT 1",
        ),
    ] {
        if filled.contains(name) {
            let value = text(&mut rpc.client, &format!("SELECT ({query})::text"));
            filled = filled.replace(name, &value);
        }
    }
    while let Some(start) = filled.find("{SELECT") {
        let length = filled[start..].find('}').expect("the query ends");
        let query = filled[start + 1..start + length].to_owned();
        let value = text(&mut rpc.client, &format!("SELECT ({query})::text"));
        filled.replace_range(start..=start + length, &value);
    }
    serde_json::from_str(&filled).unwrap_or_else(|error| panic!("{filled}: {error}"))
}

fn sample(server: &Server) -> Rpc {
    let mut admin = connect(&server.config());
    run(&mut admin, "CREATE DATABASE library TEMPLATE template0");
    run(&mut admin, "ALTER ROLE postgres PASSWORD 'right'");
    let mut client = connect(server.config().dbname("library"));
    run(&mut client, "CREATE EXTENSION mathesar_ext");
    run(&mut client, include_str!("../../../sample/library.sql"));
    create_examples(&mut client);
    run(
        &mut client,
        "SELECT msar.save_exploration(jsonb_build_object('name', 'Another', 'base_table_oid', 'library.book'::regclass::oid::bigint,
            'initial_columns', '[{\"alias\": \"id\", \"attnum\": 1}]'::jsonb))",
    );
    Rpc::new(client)
}

/// The answer is one of JSON-RPC, its error has what it must.
fn check_error(answer: &Value) -> Result<i64, String> {
    let error = &answer["error"];
    let code = error["code"].as_i64().unwrap_or_default();
    let is_whole = answer["jsonrpc"] == "2.0"
        && answer["id"] == 1
        && answer.get("result").is_none()
        && error["message"].as_str().is_some_and(|message| message.len() > 3);
    let sqlstate = error["data"]["sqlstate"].as_str().unwrap_or_default();
    match is_whole && sqlstate != "XX000" && !(sqlstate.is_empty() && (-30268..=-30000).contains(&code)) {
        true => Ok(code),
        false => Err(answer.to_string()),
    }
}

#[test]
fn every_documented_error_is_answered() {
    let server = Server::create(&["password_encryption = scram-sha-256"]);
    let mut rpc = sample(&server);
    let mut faults = Vec::new();
    let mut seen = Vec::new();
    for is_compat in [false, true] {
        for case in CASES {
            run(
                &mut rpc.client,
                &format!("BEGIN; SET LOCAL mathesar_ext.rpc_compat = {is_compat}"),
            );
            let params = fill_in(&mut rpc, case.params);
            let answer = rpc.call(case.method, &params);
            run(&mut rpc.client, "ROLLBACK");
            let expected = if is_compat { case.compat } else { case.code };
            if expected == 0 {
                assert!(answer.get("result").is_some(), "{answer}");
                continue;
            }
            match check_error(&answer) {
                Ok(code) if code == expected => seen.push((case.method, code)),
                _ => faults.push(format!("{} {params}: {expected} expected: {answer}", case.method)),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    // Every error that a method's documentation names has been one of these.
    let document = rpc.discover();
    for method in document["methods"].as_array().expect("methods") {
        let name = method["name"].as_str().expect("a name");
        for error in method["errors"].as_array().into_iter().flatten() {
            let code = error["code"].as_i64().expect("a number");
            assert!(
                seen.iter()
                    .any(|(method, number)| *method == name && *number == code),
                "no case of {name} fails with {code}: {}",
                error["message"]
            );
        }
    }
}

/// What every method does with parameters that are missing, unknown, too many or of another type.
#[test]
fn every_method_checks_its_parameters() {
    let server = Server::create(&[]);
    let mut rpc = sample(&server);
    let document = rpc.discover();
    let methods: Vec<Value> = document["methods"].as_array().expect("methods").clone();
    let mut calls = 0;
    for method in methods
        .iter()
        .filter(|method| !method["name"].as_str().unwrap_or_default().starts_with("msar."))
    {
        let name = method["name"].as_str().expect("a name");
        let params = method["params"].as_array().expect("parameters");
        let given = example_params(method).unwrap_or_else(|| {
            let of_type = |schema: &Value| match schema["type"].as_str() {
                Some("integer") => json!(1),
                Some("object") => json!({}),
                Some("array") => json!([]),
                Some("boolean") => json!(true),
                _ => json!("x"),
            };
            let given = params.iter().map(|param| {
                (
                    param["name"].as_str().unwrap_or_default().to_owned(),
                    of_type(&param["schema"]),
                )
            });
            given.collect::<serde_json::Map<_, _>>().into()
        });
        let mut refused = |rpc: &mut Rpc, params: &Value, code: i64, parameter: Option<&str>| {
            calls += 1;
            let answer = rpc.try_call(name, params);
            assert_eq!(check_error(&answer), Ok(code), "{name} {params}: {answer}");
            if let Some(parameter) = parameter {
                assert_eq!(
                    answer["error"]["data"]["parameter"], parameter,
                    "{name} {params}: {answer}"
                );
            }
        };

        let mut unknown = given.clone();
        unknown["no such parameter"] = json!(1);
        if let Some(database) = unknown.get_mut("database_id").filter(|id| id.as_i64() == Some(1)) {
            *database = json!(rpc.database());
        }
        refused(&mut rpc, &unknown, -32602, Some("no such parameter"));
        let many = json!(vec![rpc.database(); params.len() + 1]);
        refused(&mut rpc, &many, -32602, None);

        for param in params.iter().filter(|param| param["required"] == true) {
            let parameter = param["name"].as_str().expect("a name");
            let mut less = given.clone();
            less.as_object_mut().expect("an object").remove(parameter);
            if let Some(database) = less.get_mut("database_id") {
                *database = json!(rpc.database());
            }
            refused(&mut rpc, &less, -32602, Some(parameter));
            rpc.set_compat(true);
            // Those that need no connection have it as any other parameter.
            let is_looked_up = parameter == "database_id" && !name.starts_with("databases.configured.");
            let expected = if is_looked_up { -31025 } else { -31049 };
            refused(&mut rpc, &less, expected, None);
            rpc.set_compat(false);
        }
        // A value that no parameter takes but those that take everything: an object where none is wanted, or a number.
        for param in params {
            let parameter = param["name"].as_str().expect("a name");
            let schema = param["schema"].to_string();
            if param["schema"].as_object().is_some_and(|schema| {
                schema.is_empty() || schema.len() == 1 && schema.contains_key("default")
            }) {
                continue;
            }
            let wrong = if schema.contains("\"object\"") {
                json!(true)
            } else {
                json!({"a": 1})
            };
            let mut changed = given.clone();
            if let Some(database) = changed.get_mut("database_id") {
                *database = json!(rpc.database());
            }
            changed[parameter] = wrong;
            refused(&mut rpc, &changed, -32602, Some(parameter));
        }
        if params.iter().any(|param| param["name"] == "database_id")
            && !matches!(
                name,
                "databases.configured.patch" | "databases.configured.disconnect"
            )
        {
            let mut other = given.clone();
            other["database_id"] = json!(1);
            refused(&mut rpc, &other, -28030, None);
        }
    }
    assert!(calls > 900, "{calls}");
}
