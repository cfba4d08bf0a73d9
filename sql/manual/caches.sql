COMMENT ON FUNCTION msar.create_cache(text, jsonb) IS
$$Creates a cache of an upstream service's entities: tables in a schema, and records of what they
cover.

An entity type is the table of its name in lower case: "id", a column for each field, "field__type"
and "field__id" for a link, a table "type_field" for several links. Nothing is answered until scans
have read the entities: docs/entity_cache.md.

Arguments:
  sch_name: the schema, and the name of the cache; it is created if it is missing
  definition: {"entity_types": {type: {"fields": {field: data type, or {"data_type", "entity_types":
    [types to which it links], "indexed"}}, "display": the field that links show as name, "scopes":
    [[condition]]}}, "schema": the upstream's reply to schema_read, then "fields" may be an array of
    names, "settings": {"max_staleness": 60, "order": {"collation": "default", "nulls": "last"},
    "calendar": {"time_zone": "Europe/Berlin", "week_starts_on": "monday"},
    "equal_credentials": [script name], "credential_lifetime": 300, "shadow_fraction": 0,
    "suspend_on_difference": true, "scan_interval": 300, "gap_patience": 300, "page_size": 500}}
Returns: as msar.get_cache_status, of this cache.
Errors:
  22023: the definition is not as above, a field's type cannot be cached, or there is no such
    time zone
  42501: the current role may not create the schema, or tables in it
  42602: a name cannot be that of a table or column
  42710: the schema has a cache already
  42P07: it has a table of that name already

Example: SELECT msar.create_cache('studio',
  '{"entity_types": {"Shot": {"fields": {"code": "text"}}}}');$$;

COMMENT ON FUNCTION msar.alter_cache(text, jsonb) IS
$$Changes a cache. New types and fields are not complete until they have been scanned; fields of
another data type are read again.

Arguments:
  cache: the schema of the cache
  patch: as the definition of msar.create_cache, with the changes; null for a type or a field
    removes it and its data
Returns: as msar.get_cache_status, of this cache.
Errors: as msar.create_cache, and
  2BP01: something depends on a table or column that would go
  42501: the current role is not the owner
  42704: there is no such cache

Example: SELECT msar.alter_cache('studio', '{"settings": {"max_staleness": 30}}');$$;

COMMENT ON FUNCTION msar.drop_cache(text) IS
$$Drops a cache and its tables; the schema stays.

Arguments:
  cache: the schema of the cache
Returns: true.
Errors:
  2BP01: something depends on a table of the cache
  42501: the current role is not the owner
  42704: there is no such cache

Example: SELECT msar.drop_cache('studio');$$;

COMMENT ON FUNCTION msar.get_cache_status(text) IS
$$Returns the state of the caches whose schema the current role may use: which fields are complete,
how far the event log was read, and which scans are running.

Arguments:
  cache: the schema of one cache; all by default
Returns: an array of {"name", "owner", "is_own", "entity_types": [{"name", "rows" (an estimate),
  "complete", "incomplete_fields", "scopes", "suspended", "scans": [{"scope", "changed_since",
  "retired", "after_id", "rows"}]}], "definition", "events": {"position", "synced_at", "noted",
  "missing"}, "differences", "created_at", "updated_at"}
Errors:
  42704: there is no such cache

Example: SELECT msar.get_cache_status();$$;

COMMENT ON FUNCTION msar.cache_read(text, jsonb) IS
$$Answers a read or a summary from a cache, if its records prove that the upstream would give the same
answer.

Arguments:
  cache: the schema of the cache
  request: the parameters of a read or of a summary in the upstream's protocol, or the whole request
Returns: {"hit": true, "results": the upstream's results}, or {"hit": false, "reason", "forward":
  the parameters to send, with all fields of the cache, "keep": the keys of the reply that were
  asked for, "asked_at": for msar.cache_ingest}
Errors:
  22023: the request is no request
  42501: the current role may not read a table of the cache
  42704: there is no such cache

Example: SELECT msar.cache_read('studio', '{"type": "Shot", "return_fields": ["code"]}');$$;

COMMENT ON FUNCTION msar.cache_ingest(text, jsonb, jsonb, timestamptz) IS
$$Stores the entities in a reply of the upstream: to a read, create, update, delete, revive or batch.
Older data never overwrites newer. A reply to credentials that are not among "equal_credentials" is
not stored; the fields that it says were written are unknown until they are read again. So are the
other sides of links that a write has changed.

Arguments:
  cache: the schema of the cache
  request: the request that was sent: {"method_name", "params"}, or the parameters of a read
  response: the reply
  asked_at: a moment before the request was sent, by this database's clock, as msar.cache_read and
    msar.api3 return it; without it, only entities that are new, or have a later "updated_at", are
    stored
Returns: {"stored", "ignored", "uncached"}: numbers of entities
Errors:
  22023: the request or the reply has another form
  42501: the current role may not write to a table of the cache
  42704: there is no such cache

Example: SELECT msar.cache_ingest('studio', '{"type": "Shot"}',
  '{"results": {"entities": [{"type": "Shot", "id": 1}]}}');$$;

COMMENT ON FUNCTION msar.cache_event_plan(text) IS
$$Returns the next requests to send to the upstream, to follow its event log.

Arguments:
  cache: the schema of the cache
Returns: {"asked_at", "events": the parameters of a read, whose reply goes to
  msar.cache_apply_events, "reads": [the parameters of a read of entities that are not known in
  full, whose reply goes to msar.cache_ingest]}
Errors:
  42501: the current role is not the owner
  42704: there is no such cache

Example: SELECT msar.cache_event_plan('studio');$$;

COMMENT ON FUNCTION msar.cache_apply_events(text, jsonb, timestamptz) IS
$$Applies entries of the event log. Entries that come twice are ignored, late ones accepted.

Arguments:
  cache: the schema of the cache
  events: the reply to the request of msar.cache_event_plan, or its array of entries
  asked_at: the moment in that plan; now by default
Returns: {"applied", "before": number of known entries, "noted": number of entries without effect on
  the cache, "more": whether to ask again at once}
Errors:
  22023: it is no such reply
  42501: the current role is not the owner
  42704: there is no such cache

Example: SELECT msar.cache_apply_events('studio', '[]');$$;

COMMENT ON FUNCTION msar.cache_scan_plan(text) IS
$$Returns the next requests of scans: of all entities if fields are not complete, and of entities that
were changed lately.

Arguments:
  cache: the schema of the cache
Returns: {"asked_at", "scans": [{"scan", "retired", "after_id", "request"}], "waits_for": "events"
  as long as the event log has not been read}
Errors:
  42501: the current role is not the owner
  42704: there is no such cache

Example: SELECT msar.cache_scan_plan('studio');$$;

COMMENT ON FUNCTION msar.cache_scan_result(text, jsonb, jsonb, timestamptz) IS
$$Stores the entities that a scan has read, and moves the scan one step on. When it ends, its fields
are complete.

Arguments:
  cache: the schema of the cache
  scan: an element of "scans" in the plan
  response: the reply to its request
  asked_at: the moment in the plan
Returns: {"stored", "ignored", "finished", "outdated": whether the scan had gone on meanwhile}
Errors:
  22023: it is no element of a plan, or no reply to its request
  42501: the current role is not the owner
  42704: there is no such cache

Example: SELECT msar.cache_scan_result('studio',
  '{"scan": "Shot", "retired": false, "after_id": 0}', '{"entities": []}');$$;

COMMENT ON FUNCTION msar.cache_shadow_plan(text) IS
$$Returns which fraction of the answers to compare with the upstream's, and which requests to repeat.

Arguments:
  cache: the schema of the cache
Returns: {"asked_at", "fraction", "again": [parameters of requests], "suspended": [types that are
  not answered]}
Errors:
  42501: the current role is not the owner
  42704: there is no such cache

Example: SELECT msar.cache_shadow_plan('studio');$$;

COMMENT ON FUNCTION msar.cache_compare(text, jsonb, jsonb) IS
$$Compares the cache's answer with the upstream's reply. A difference that is found again after the
event log was read is recorded in msar_catalog.cache_differences, and the type is not answered until
it has been scanned again.

Arguments:
  cache: the schema of the cache
  request: the request, or its parameters
  response: the upstream's reply
Returns: {"compared": false, "reason"}, {"compared": true, "equal": true}, or {"compared": true,
  "equal": false, "confirmed", "suspended", "differences": [{"entity_id", "field", "cached",
  "upstream"}]}
Errors:
  22023: the reply has another form
  42501: the current role is not the owner
  42704: there is no such cache

Example: SELECT msar.cache_compare('studio', '{"type": "Shot"}',
  '{"results": {"entities": []}}');$$;

COMMENT ON FUNCTION msar.api3(text, jsonb) IS
$$Answers a request of the upstream's protocol, or returns the request to send on.

Hits are for credentials that the cache's definition declares equal ("equal_credentials") and that
the upstream has accepted lately: msar.cache_ingest, called by the cache's owner, remembers them.

Arguments:
  cache: the schema of the cache
  body: {"method_name", "params": [credentials, parameters]}
Returns: the reply, {"results": ...}; or {"forward": the request to send, "reason", "ingest":
  whether its reply may be stored, "asked_at": for msar.cache_ingest, "keep": the keys of the reply
  that the caller asked for, if others were added}
Errors:
  22023: the request is no request
  42501: the current role may not read a table of the cache
  42704: there is no such cache

Example: SELECT msar.api3('studio', '{"method_name": "info", "params": []}');$$;

COMMENT ON VIEW msar_catalog.caches IS
  'Caches of upstream services whose schema the current role may use.';
COMMENT ON COLUMN msar_catalog.caches.id IS 'Number of the cache';
COMMENT ON COLUMN msar_catalog.caches.schema_name IS 'Schema of its tables, and its name';
COMMENT ON COLUMN msar_catalog.caches.owner IS 'Role that created it';
COMMENT ON COLUMN msar_catalog.caches.is_own IS
  'Whether the current role has the rights of its owner';
COMMENT ON COLUMN msar_catalog.caches.definition IS 'What it holds: see msar.create_cache';
COMMENT ON COLUMN msar_catalog.caches.coverage IS
  'What of it is complete, by type, scope and field, since which event';
COMMENT ON COLUMN msar_catalog.caches.version IS 'Changes with the definition and the coverage';
COMMENT ON COLUMN msar_catalog.caches.feed IS
  'How far the event log was read, missing entries, scans under way';
COMMENT ON COLUMN msar_catalog.caches.synced_at IS 'When the event log was last read to its end';
COMMENT ON COLUMN msar_catalog.caches.created_at IS 'When it was created';
COMMENT ON COLUMN msar_catalog.caches.updated_at IS
  'When its definition or its coverage changed last';

COMMENT ON VIEW msar_catalog.cache_differences IS
  'Answers of the current role''s caches that differed from the upstream''s.';
COMMENT ON COLUMN msar_catalog.cache_differences.id IS 'Number of the difference';
COMMENT ON COLUMN msar_catalog.cache_differences.schema_name IS 'The cache';
COMMENT ON COLUMN msar_catalog.cache_differences.entity_type IS 'Type that was asked for';
COMMENT ON COLUMN msar_catalog.cache_differences.entity_id IS
  'Entity, if the difference is about one';
COMMENT ON COLUMN msar_catalog.cache_differences.field IS 'Field, if the difference is about one';
COMMENT ON COLUMN msar_catalog.cache_differences.cached IS 'The value in the cache''s answer';
COMMENT ON COLUMN msar_catalog.cache_differences.upstream IS 'The value in the upstream''s reply';
COMMENT ON COLUMN msar_catalog.cache_differences.request IS 'The request';
COMMENT ON COLUMN msar_catalog.cache_differences.noted_at IS 'When it was recorded';

COMMENT ON FUNCTION __msar.cache_row() IS
  'Finds schema and owner of a cache by their names, for rows of a restore.';
COMMENT ON SEQUENCE msar_catalog.stored_caches_id_seq IS 'Numbers for new caches';
COMMENT ON SEQUENCE msar_catalog.stored_cache_versions IS
  'Versions of caches; each state of a cache has its own';
COMMENT ON SEQUENCE msar_catalog.stored_cache_differences_id_seq IS 'Numbers for new differences';
COMMENT ON TABLE msar_catalog.stored_caches IS
  'Caches of upstream services. Read msar_catalog.caches.';
COMMENT ON COLUMN msar_catalog.stored_caches.schema_oid IS 'Schema of its tables';
COMMENT ON COLUMN msar_catalog.stored_caches.owner_oid IS
  'Role that created it; 0 if there is no such role';
COMMENT ON COLUMN msar_catalog.stored_caches.owner_name IS 'Name of that role, for a restore';
COMMENT ON COLUMN msar_catalog.stored_caches.salt IS 'Salt of the digests of credentials';
COMMENT ON TABLE msar_catalog.stored_cache_feeds IS
  'How far event logs were read, and scans. Read msar_catalog.caches.';
COMMENT ON COLUMN msar_catalog.stored_cache_feeds.cache_id IS 'The cache';
COMMENT ON COLUMN msar_catalog.stored_cache_feeds.feed IS
  'Position, missing entries, scans, answers that differed once';
COMMENT ON COLUMN msar_catalog.stored_cache_feeds.synced_at IS
  'When the event log was last read to its end';
COMMENT ON TABLE msar_catalog.stored_cache_credentials IS
  'Credentials that the upstream has accepted, as digests';
COMMENT ON COLUMN msar_catalog.stored_cache_credentials.cache_id IS 'The cache';
COMMENT ON COLUMN msar_catalog.stored_cache_credentials.digest IS
  'SHA-256 of the salt and the credentials';
COMMENT ON COLUMN msar_catalog.stored_cache_credentials.accepted_at IS
  'When the upstream accepted them last';
COMMENT ON TABLE msar_catalog.stored_cache_differences IS
  'Answers that differed. Read msar_catalog.cache_differences.';
COMMENT ON COLUMN msar_catalog.stored_cache_differences.cache_id IS 'The cache';
