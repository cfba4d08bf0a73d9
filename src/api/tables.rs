//! Tables: created, changed and dropped.

use crate::definition::alteration::TableAlteration;
use crate::error::Error;
use crate::pg::arguments::{JsonArgument, RegRole};
use crate::pg::bytes::{NewText, TextBytes};
use crate::pg::results::Jsonb;
use crate::tables::create::NewTable;
use crate::tables::{alter, drop, table};
use pgrx::pg_sys::Oid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(schema = "msar", volatile, parallel_unsafe)]
#[allow(clippy::too_many_arguments, reason = "those that clients pass")]
fn add_mathesar_table(
    sch_id: Option<Oid>,
    tab_name: Option<TextBytes>,
    pk_col_def: Option<JsonArgument>,
    col_defs: Option<JsonArgument>,
    con_defs: Option<JsonArgument>,
    own_id: Option<RegRole>,
    comment_: Option<TextBytes>,
) -> Result<Jsonb, ErrorReport> {
    let name = tab_name.map(TextBytes::decode);
    let comment = comment_.map(TextBytes::decode);
    let table = NewTable {
        schema: super::not_null("sch_id", sch_id)?,
        name: name.as_deref(),
        key: super::read_optional("pk_col_def", pk_col_def)?,
        columns: super::read_optional("col_defs", col_defs)?.unwrap_or_default(),
        constraints: super::read_optional("con_defs", con_defs)?.unwrap_or_default(),
        owner: own_id.map(|role| role.0),
        comment: comment.as_deref(),
    };
    Ok(Jsonb::new(&table.create()?)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.add_mathesar_table(oid, text, jsonb, jsonb, jsonb, regrole, text) IS
$$Creates a table: a primary key column first, then the columns given.
Arguments: sch_id: the schema; tab_name: its name, which gets a number if it is taken; NULL or empty for Table N.
pk_col_def: {"name": "id" if absent, "type": IDENTITY (integer, counted up; if absent) or UUIDv4}; NULL for that, or for no such column if con_defs names a primary key.
col_defs: array of {"name", "type": {"name", "options"} or {"schema", "name", "options"} or {"id", "modifier"} or a type's name, "not_null", "default": a value, "default_expression": SQL, "identity", "generated", "collation", "description", "metadata"}; a column without a name is Column N; one whose name is taken gets a number.
con_defs: array of {"name", "type": p, u, f, c or x, "columns": [names, or positions in the table], "deferrable", "fkey_relation_id", "fkey_columns", ...}: docs/definitions.md has all keys.
own_id: its owner, NULL for the current role; comment_: its comment, or NULL.
Returns: {"oid", "name", "renamed_columns": {old: new}, "pkey_column_attnum"}.
Errors: 22023 an unknown key, a value of the wrong kind, keys that do not go together; 3F000 unknown schema; 42501 no CREATE on it, or a schema of PostgreSQL or of this extension; 42622 a name of more than 63 bytes; 42601 what should be an expression is none; 42704 unknown type or role; those of CREATE TABLE.
Example: SELECT msar.add_mathesar_table('public'::regnamespace, 'book', NULL, '[{"name": "title", "type": {"name": "text"}, "not_null": true}]', NULL, NULL, NULL);$$;
"#,
    name = "comment_add_mathesar_table",
    requires = [add_mathesar_table]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn alter_table(tab_id: Oid, tab_alters: JsonArgument) -> Result<Option<NewText>, ErrorReport> {
    let alteration: TableAlteration = super::read("tab_alters", &tab_alters)?;
    match alter::table(tab_id, &alteration) {
        Err(Error::UnknownRelation(relation)) if relation == tab_id => return Ok(None),
        outcome => outcome?,
    }
    Ok(Some(NewText::encode(&table::as_printed(tab_id)?)))
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.alter_table(oid, jsonb) IS
$$Changes a table: its name, schema, comment and columns.
Arguments: tab_id: the table; tab_alters: {"name", "schema", "description": text, or null to drop the comment, "columns": as msar.alter_columns takes them, "metadata": as msar.set_table_metadata}; what is absent stays.
Returns: the name that the table then has, with its schema if it is not found without; NULL for an unknown OID.
Errors: 22023 an unknown key or a value of the wrong kind; 42501 the current role has not the rights of the owner, or a schema of PostgreSQL or of this extension; 42622 a name of more than 63 bytes; those of msar.alter_columns; those of ALTER TABLE. Nothing is changed then.
Example: SELECT msar.alter_table('public.book'::regclass, '{"name": "volume", "description": "What stands on the shelves"}');$$;
"#,
    name = "comment_alter_table",
    requires = [alter_table]
);

#[pg_extern(schema = "msar", volatile, strict, parallel_unsafe)]
fn drop_table(tab_id: Oid, cascade_: bool) -> Result<NewText, ErrorReport> {
    Ok(NewText::encode(&drop::table(tab_id, cascade_)?))
}

extension_sql!(
    r#"
COMMENT ON FUNCTION msar.drop_table(oid, boolean) IS
$$Drops a table.
Arguments: tab_id: the table; cascade_: whether what depends on it is dropped too: msar.preview_drop tells what that is.
Returns: the name that it had, with its schema, quoted as needed.
Errors: 42P01 unknown table; 42809 it is no table; 42501 the current role has not the rights of the owner; 2BP01 something depends on it. Nothing is dropped then.
Example: SELECT msar.drop_table('public.book'::regclass, false);$$;
"#,
    name = "comment_drop_table",
    requires = [drop_table]
);
