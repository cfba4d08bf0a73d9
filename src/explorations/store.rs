//! The tables of stored explorations: the statements that read them, as the caller sees them, and that write them.

use crate::error::Error;
use crate::pg::bookkeeping::{self, BookkeepingSession};
use crate::pg::storage::StorageTable;
use pgrx::pg_sys;

/// The explorations that the current role sees: one by its id, or those of a schema, or all.
pub(super) const READ: &str = "
    SELECT COALESCE(jsonb_agg(to_jsonb(e) ORDER BY e.name), '[]') FROM msar_catalog.explorations AS e
    WHERE e.id = COALESCE(($1->>'id')::bigint, e.id) AND e.schema_name = COALESCE($1->>'schema', e.schema_name)";

/// The owner of the exploration of a name, whoever sees it, but for the one with an id.
pub(super) const OWNER_OF_NAME: &str = "
    SELECT to_jsonb(e.owner_name) FROM msar_catalog.stored_explorations AS e
    WHERE e.name = $1->>'name' AND e.id IS DISTINCT FROM ($1->>'id')::bigint";

pub(super) const INSERT: &str = "
    INSERT INTO msar_catalog.stored_explorations (
      name, description, owner_oid, owner_name, base_table_oid, schema_name, table_name, initial_columns, transformations,
      display_options, display_names, view_name, refs
    )
    SELECT r.name, r.description, r.owner_oid, r.owner_name, r.base_table_oid, r.schema_name, r.table_name,
      r.initial_columns, r.transformations, r.display_options, r.display_names, r.view_name, r.refs
    FROM jsonb_populate_record(NULL::msar_catalog.stored_explorations, $1) AS r
    RETURNING to_jsonb(id)";

/// Everything but its owner.
pub(super) const UPDATE: &str = "
    UPDATE msar_catalog.stored_explorations AS e
    SET name = r.name, description = r.description, base_table_oid = r.base_table_oid, schema_name = r.schema_name,
      table_name = r.table_name, initial_columns = r.initial_columns, transformations = r.transformations,
      display_options = r.display_options, display_names = r.display_names, view_name = r.view_name, refs = r.refs,
      updated_at = now()
    FROM jsonb_populate_record(NULL::msar_catalog.stored_explorations, $1) AS r
    WHERE e.id = r.id
    RETURNING to_jsonb(e.id)";

pub(super) const RENAME: &str = "
    UPDATE msar_catalog.stored_explorations AS e SET name = $1->>'name', view_name = $1->>'view_name', updated_at = now()
    WHERE e.id = ($1->>'id')::bigint";

pub(super) const SET_OWNER: &str = "
    UPDATE msar_catalog.stored_explorations AS e
    SET owner_oid = ($1->>'owner_oid')::oid, owner_name = $1->>'owner_name', updated_at = now()
    WHERE e.id = ($1->>'id')::bigint";

pub(super) const DELETE: &str = "
    DELETE FROM msar_catalog.stored_explorations AS e WHERE e.id = ($1->>'id')::bigint";

pub(super) const REVOKE: &str = "
    DELETE FROM msar_catalog.stored_exploration_grants AS g
    WHERE g.grantee_oid = ($1->>'grantee_oid')::oid
      AND g.exploration_id IS NOT DISTINCT FROM ($1->>'id')::bigint
      AND g.schema_name IS NOT DISTINCT FROM ($1->>'schema_name')::name";

pub(super) const GRANT: &str = "
    INSERT INTO msar_catalog.stored_exploration_grants (exploration_id, schema_name, grantee_oid, grantee_name, level)
    VALUES (($1->>'id')::bigint, $1->>'schema_name', ($1->>'grantee_oid')::oid, $1->>'grantee_name', $1->>'level')";

pub(super) const GRANTS: &str = "
    SELECT COALESCE(jsonb_agg(to_jsonb(g) ORDER BY g.grantee), '[]') FROM msar_catalog.exploration_grants AS g
    WHERE g.exploration_id IS NOT DISTINCT FROM ($1->>'id')::bigint
      AND g.schema_name IS NOT DISTINCT FROM ($1->>'schema_name')::name";

/// Those of some roles that may not create objects in msar_queries.
pub(super) const WITHOUT_QUERY_SCHEMA: &str = "
    SELECT COALESCE(jsonb_agg(DISTINCT r.name), '[]') FROM jsonb_array_elements_text($1->'roles') AS r(name)
    WHERE NOT has_schema_privilege(r.name::name, 'msar_queries', 'CREATE')";

pub(super) const OPEN_QUERY_SCHEMA: &str = "
    SELECT to_jsonb(__msar.open_query_schema(($1->>'role')::name, ($1->>'is_open')::boolean)::text)";

/// Keeps the names of tables and columns up to date.
pub(super) const FOLLOW_NAMES: &str = "
    UPDATE msar_catalog.stored_explorations AS e
    SET refs = f.refs,
      schema_name = COALESCE(f.refs->(e.base_table_oid::text)->>'schema', e.schema_name),
      table_name = COALESCE(f.refs->(e.base_table_oid::text)->>'name', e.table_name)
    FROM msar_catalog.stored_explorations AS o, LATERAL (SELECT __msar.follow_names(o.refs) AS refs) AS f
    WHERE o.id = e.id AND f.refs <> e.refs;
    UPDATE msar_catalog.stored_exploration_grants AS g SET schema_name = n.nspname
    FROM pg_namespace AS n
    WHERE n.oid = g.schema_oid AND n.nspname <> g.schema_name
      AND NOT EXISTS (SELECT FROM pg_namespace AS o WHERE o.nspname = g.schema_name)";

/// The table of explorations.
pub(crate) static EXPLORATIONS: StorageTable = StorageTable {
    name: c"stored_explorations",
    columns: &[("id", pg_sys::INT8OID), ("refs", pg_sys::JSONBOID)],
    primary_key: &["id"],
};

/// What is granted on explorations.
static GRANTED: StorageTable = StorageTable {
    name: c"stored_exploration_grants",
    columns: &[("id", pg_sys::INT8OID)],
    primary_key: &["id"],
};

/// The table of shares.
pub(crate) static SHARES: StorageTable = StorageTable {
    name: c"stored_shares",
    columns: &[("id", pg_sys::INT8OID), ("refs", pg_sys::JSONBOID)],
    primary_key: &["id"],
};

/// The table of forms.
pub(crate) static FORMS: StorageTable = StorageTable {
    name: c"stored_forms",
    columns: &[("id", pg_sys::INT8OID), ("refs", pg_sys::JSONBOID)],
    primary_key: &["id"],
};

/// Writes as the owner of the tables.
pub(crate) fn write<T>(body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>) -> Result<T, Error> {
    let owner = StorageTable::owner_of(&[&EXPLORATIONS, &GRANTED, &SHARES, &FORMS])?;
    bookkeeping::as_owner(owner, body)
}

/// Reads through the views, as the current role.
pub(crate) fn read<T>(body: impl FnOnce(&BookkeepingSession) -> Result<T, Error>) -> Result<T, Error> {
    bookkeeping::as_caller(body)
}
