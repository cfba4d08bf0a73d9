//! Definitions as values that SQL can use: the composite types of `__msar`, and the types and casts that definitions
//! name. See `sql/install/definition_types.sql`.

use crate::definition::alteration::CastOptions;
use crate::definition::column::ColumnDefinition;
use crate::definition::constraint::ConstraintDefinition;
use crate::definition::type_object::TypeObject;
use crate::pg::arguments::{JsonArgument, RegType};
use crate::pg::bytes::{NewText, TextBytes};
use crate::pg::results::Jsonb;
use crate::tables::{cast, column_type, composite};
use pgrx::pg_sys::Oid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(schema = "__msar", stable, strict, parallel_safe)]
fn type_in_full(r#type: JsonArgument) -> Result<NewText, ErrorReport> {
    let definition: TypeObject = super::read("type", &r#type)?;
    let resolved = column_type::resolve(Some(&definition))?;
    Ok(NewText::encode(&column_type::to_sql(resolved)?))
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.type_in_full(jsonb) IS
$$The SQL form of a type that is given as JSON.
Arguments: type: {"id": OID, "modifier": int}, or {"schema": unquoted, "name": unquoted, "options"}, or {"name": type name as SQL has it, "options"}, or such a name; options: those of "length", "precision", "scale", "fields", "array" that the type takes.
Returns: the type with its modifiers, and with its schema if it is none of PostgreSQL's.
Errors: 22023 an unknown key or a wrong value; 42704 unknown type.
Example: SELECT __msar.type_in_full('{"name": "numeric", "options": {"precision": 8, "scale": 2}}');  -- numeric(8,2)$$;
"#,
    name = "comment_type_in_full",
    requires = [type_in_full]
);

#[pg_extern(schema = "__msar", stable, parallel_safe)]
fn cast_expression(
    value: Option<TextBytes>,
    source: Option<RegType>,
    target: Option<RegType>,
    options: Option<JsonArgument>,
) -> Result<Option<NewText>, ErrorReport> {
    let (Some(value), Some(source), Some(target)) = (value, source, target) else {
        return Ok(None);
    };
    let options: Option<CastOptions> = super::read_optional("options", options)?;
    let sql = cast::expression(&value.decode(), source.0, target.0, &options.unwrap_or_default())?;
    Ok(Some(NewText::encode(&sql)))
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.cast_expression(text, regtype, regtype, jsonb) IS
$$The SQL expression that casts a value, as retyping, previews and imports do.
Arguments: value: SQL expression of the value, a name or in parentheses; source, target: types; options: cast options (group_sep, decimal_p, curr_pref, curr_suff, date_order), or NULL.
Returns: a call of msar.cast_to_<type> where there is one for the target, else PostgreSQL's own cast.
Errors: 22023 wrong options; 42704 unknown type; the expression may fail.
Example: SELECT __msar.cast_expression('price', 'text', 'numeric', '{"decimal_p": ","}');  -- msar.cast_to_numeric(price, '', ',')$$;
"#,
    name = "comment_cast_expression",
    requires = [cast_expression]
);

#[pg_extern(schema = "__msar", stable, parallel_unsafe)]
fn resolved_col_defs(tab_id: Option<Oid>, col_defs: Option<JsonArgument>) -> Result<Jsonb, ErrorReport> {
    let columns: Option<Vec<ColumnDefinition>> = super::read_optional("col_defs", col_defs)?;
    Ok(Jsonb::new(&composite::columns(
        tab_id,
        &columns.unwrap_or_default(),
    )?)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.resolved_col_defs(oid, jsonb) IS
$$What __msar.col_defs makes its rows of.
Arguments: tab_id, col_defs: as __msar.col_defs.
Returns: a JSON array of objects with the attributes of __msar.col_def.
Errors: those of __msar.col_defs.
Example: SELECT __msar.resolved_col_defs(NULL, '[{"name": "title"}]');$$;
"#,
    name = "comment_resolved_col_defs",
    requires = [resolved_col_defs]
);

#[pg_extern(schema = "__msar", stable, parallel_unsafe)]
fn resolved_con_defs(tab_id: Option<Oid>, con_defs: Option<JsonArgument>) -> Result<Jsonb, ErrorReport> {
    let constraints: Option<Vec<ConstraintDefinition>> = super::read_optional("con_defs", con_defs)?;
    Ok(Jsonb::new(&composite::constraints(
        tab_id,
        &constraints.unwrap_or_default(),
    )?)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.resolved_con_defs(oid, jsonb) IS
$$What __msar.con_defs makes its rows of.
Arguments: tab_id, con_defs: as __msar.con_defs.
Returns: a JSON array of objects with the attributes of __msar.con_def.
Errors: those of __msar.con_defs.
Example: SELECT __msar.resolved_con_defs('public.book'::regclass, '[{"type": "u", "columns": ["isbn"]}]');$$;
"#,
    name = "comment_resolved_con_defs",
    requires = [resolved_con_defs]
);
