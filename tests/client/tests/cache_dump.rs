//! A cache survives dump and restore: its answers, what is complete, and how far the event log was read.

use mathesar_ext_client_tests::dump::copy_database;
use mathesar_ext_client_tests::{Database, connect, run, text};

const CACHE: &str = r#"
    SELECT msar.create_cache('studio', '{"entity_types": {
        "Asset": {"fields": {"code": "text"}},
        "Shot": {"fields": {"code": "text", "assets": {"data_type": "multi_entity", "entity_types": ["Asset"]}}}},
        "settings": {"max_staleness": null}}');
    SELECT msar.cache_apply_events('studio', '[{"id": 100, "event_type": "x"}]');
    SELECT msar.cache_scan_plan('studio');
    SELECT msar.cache_scan_result('studio', '{"scan": "Asset", "retired": false, "after_id": 0}', '{"entities": [{"id": 5, "code": "Rope"}]}');
    SELECT msar.cache_scan_result('studio', '{"scan": "Shot", "retired": false, "after_id": 0}',
        '{"entities": [{"id": 1, "code": "a", "assets": [{"type": "Asset", "id": 5}]}]}');
    SELECT msar.cache_scan_result('studio', '{"scan": "Asset", "retired": true, "after_id": 0}', '{"entities": []}');
    SELECT msar.cache_scan_result('studio', '{"scan": "Shot", "retired": true, "after_id": 0}', '{"entities": []}')"#;

const SHOWN: &str = r#"SELECT jsonb_build_array(msar.cache_read('studio', '{"type": "Shot", "return_fields": ["code", "assets"]}'),
    msar.cache_event_plan('studio')->'events', msar.get_cache_status('studio')->0->'owner')::text"#;

fn copy(role: &dyn Fn(&Database) -> String) {
    let source = Database::with_extension();
    run(&mut source.connect_as_owner(), CACHE);
    let expected = text(&mut source.connect_as_owner(), SHOWN);
    assert!(expected.contains("Rope"), "{expected}");
    let target = Database::empty();
    run(
        &mut target.connect_as_superuser(),
        &format!(
            "ALTER DATABASE {} OWNER TO {owner}; CREATE SCHEMA takes_an_oid; DROP SCHEMA takes_an_oid",
            target.name(),
            owner = source.owner()
        ),
    );
    copy_database(&source, &target, &role(&source), &[]);
    let mut client = connect(&target.config(source.owner()));
    assert_eq!(text(&mut client, SHOWN), expected);
    // It goes on from there.
    run(
        &mut client,
        r#"SELECT msar.cache_apply_events('studio', '[{"id": 101, "event_type": "Shotgun_Shot_New", "entity": {"type": "Shot", "id": 2},
            "created_at": "2024-01-01T00:00:00Z", "meta": {}}]');
        SELECT msar.cache_ingest('studio', '{"type": "Shot"}', '{"entities": [{"id": 2, "code": "b", "assets": []}]}', clock_timestamp())"#,
    );
    let count = "SELECT jsonb_array_length(msar.cache_read('studio', '{\"type\": \"Shot\"}')->'results'->'entities')::text";
    assert_eq!(text(&mut client, count), "2");
    run(&mut client, "SELECT msar.drop_cache('studio')");
}

#[test]
fn a_dump_of_a_superuser_carries_caches() {
    copy(&|_| "postgres".to_owned());
}

#[test]
fn a_dump_of_the_owner_carries_caches() {
    copy(&|source| source.owner().to_owned());
}
