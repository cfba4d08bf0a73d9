//! The JSON that a parameter takes, and that a result is: checked before a call, and returned by `rpc.discover` as JSON
//! Schema.

use crate::pg::Oid;
use crate::pg::jsonb_item::{JsonType, JsonbItem};
use crate::rpc::binding::{self, Takes};
use crate::rpc::error::{RpcError, number};
use pgrx::pg_sys;
use serde_json::{Value, json};

/// The form of a JSON value.
#[derive(Debug)]
pub(crate) enum JsonShape {
    Anything,
    Null,
    Boolean,
    Integer,
    /// A number that identifies an object of the extension or of PostgreSQL.
    Id,
    /// An OID, or a name as PostgreSQL looks it up.
    Relation,
    Schema,
    Role,
    Text,
    /// The token of a form.
    Uuid,
    Choice(&'static [&'static str]),
    List(&'static JsonShape),
    /// An object with these members; others are refused.
    Object(&'static [ShapeMember]),
    /// An object with members of any name.
    Map(&'static JsonShape),
    Nullable(&'static JsonShape),
    /// One of the shapes in `result_shapes.json`.
    Named(&'static str),
}

/// A member of an object.
#[derive(Debug)]
pub(crate) struct ShapeMember {
    pub(crate) name: &'static str,
    pub(crate) shape: JsonShape,
    pub(crate) is_needed: bool,
}

/// A member that must be there.
pub(crate) const fn needed(name: &'static str, shape: JsonShape) -> ShapeMember {
    ShapeMember {
        name,
        shape,
        is_needed: true,
    }
}

/// A member that may be there.
pub(crate) const fn optional(name: &'static str, shape: JsonShape) -> ShapeMember {
    ShapeMember {
        name,
        shape,
        is_needed: false,
    }
}

impl JsonShape {
    /// The type of a statement's parameter that takes it.
    pub(crate) fn sql_type(&self) -> Oid {
        match self {
            JsonShape::Boolean => pg_sys::BOOLOID,
            JsonShape::Integer => pg_sys::INT4OID,
            JsonShape::Id => pg_sys::INT8OID,
            JsonShape::Relation => pg_sys::REGCLASSOID,
            JsonShape::Schema => pg_sys::REGNAMESPACEOID,
            JsonShape::Role => pg_sys::REGROLEOID,
            JsonShape::Text | JsonShape::Uuid | JsonShape::Choice(_) => pg_sys::TEXTOID,
            JsonShape::Nullable(inner) => inner.sql_type(),
            _ => pg_sys::JSONBOID,
        }
    }

    /// For a message: "must be ...".
    fn described(&self) -> String {
        match self {
            JsonShape::Anything | JsonShape::Named(_) => "JSON".to_owned(),
            JsonShape::Null => "null".to_owned(),
            JsonShape::Uuid => "a UUID".to_owned(),
            JsonShape::Choice(choices) => format!("one of {}", choices.join(", ")),
            JsonShape::List(_) => "an array".to_owned(),
            JsonShape::Object(_) | JsonShape::Map(_) => "an object".to_owned(),
            JsonShape::Nullable(inner) => format!("{} or null", inner.described()),
            scalar => Takes::of_type(scalar.sql_type()).described().to_owned(),
        }
    }

    /// Whether a value is of this shape; `path` says which one it is. With `is_compat` only members that must be there
    /// are looked for: the rest is left to PostgreSQL.
    pub(crate) fn check(&self, item: JsonbItem, path: &str, is_compat: bool) -> Result<(), RpcError> {
        let json_type = item.json_type();
        let fits = match self {
            JsonShape::Anything | JsonShape::Named(_) => true,
            JsonShape::Null => item.is_null(),
            JsonShape::Nullable(_) if item.is_null() => true,
            JsonShape::Nullable(inner) => return inner.check(item, path, is_compat),
            JsonShape::List(_) => json_type == JsonType::Array,
            JsonShape::Object(_) | JsonShape::Map(_) => json_type == JsonType::Object,
            JsonShape::Choice(choices) => item
                .string()
                .is_some_and(|given| choices.contains(&given.as_str())),
            JsonShape::Uuid => item.string().is_some_and(|given| is_uuid(&given)),
            scalar => !item.is_null() && Takes::of_type(scalar.sql_type()).fit(item).is_some(),
        };
        if !fits && !is_compat {
            return Err(binding::wrong_type(path, &self.described(), item));
        }
        match self {
            JsonShape::Uuid if !fits => {
                return Err(RpcError::new(
                    number::VALIDATION_ERROR,
                    "ValidationError: the token is not a UUID",
                ));
            }
            JsonShape::List(element) => {
                for (at, item) in item.elements().enumerate() {
                    element.check(item, &format!("{path}[{at}]"), is_compat)?;
                }
            }
            JsonShape::Map(element) => {
                for (name, item) in item.members() {
                    element.check(
                        item,
                        &format!("{path}.{}", String::from_utf8_lossy(name)),
                        is_compat,
                    )?;
                }
            }
            JsonShape::Object(members) if json_type == JsonType::Object => {
                check_members(members, item, path, is_compat)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The JSON Schema of it.
    pub(crate) fn schema(&self) -> Value {
        let object_id = json!({
            "oneOf": [{"type": "integer", "minimum": 0, "description": "OID"}, {"type": "string", "description": "name"}]
        });
        match self {
            JsonShape::Anything => json!({}),
            JsonShape::Null => json!({"type": "null"}),
            JsonShape::Boolean => json!({"type": "boolean"}),
            JsonShape::Integer | JsonShape::Id => json!({"type": "integer"}),
            JsonShape::Relation | JsonShape::Schema | JsonShape::Role => object_id,
            JsonShape::Text => json!({"type": "string"}),
            JsonShape::Uuid => json!({"type": "string", "format": "uuid"}),
            JsonShape::Choice(choices) => json!({"type": "string", "enum": choices}),
            JsonShape::List(element) => json!({"type": "array", "items": element.schema()}),
            JsonShape::Map(element) => json!({"type": "object", "additionalProperties": element.schema()}),
            JsonShape::Nullable(inner) => json!({"anyOf": [inner.schema(), {"type": "null"}]}),
            JsonShape::Named(name) => json!({"$ref": format!("#/components/schemas/{name}")}),
            JsonShape::Object(members) => {
                let properties: serde_json::Map<String, Value> = members
                    .iter()
                    .map(|member| (member.name.to_owned(), member.shape.schema()))
                    .collect();
                let needed: Vec<&str> = members
                    .iter()
                    .filter(|member| member.is_needed)
                    .map(|member| member.name)
                    .collect();
                json!({
                    "type": "object", "properties": properties, "required": needed, "additionalProperties": false
                })
            }
        }
    }
}

/// Whether a text is a UUID as PostgreSQL and everybody writes it.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    matches!(*groups, [32] | [8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn check_members(
    members: &[ShapeMember],
    item: JsonbItem,
    path: &str,
    is_compat: bool,
) -> Result<(), RpcError> {
    for member in members {
        match item.member(member.name) {
            Some(value) => member
                .shape
                .check(value, &format!("{path}.{}", member.name), is_compat)?,
            None if member.is_needed && is_compat => {
                return Err(RpcError::new(
                    number::KEY_ERROR,
                    format!("KeyError: '{}'", member.name),
                ));
            }
            None if member.is_needed => {
                let path = format!("{path}.{}", member.name);
                return Err(RpcError::wrong_parameter(&path, format!("\"{path}\" is missing")));
            }
            None => {}
        }
    }
    if is_compat {
        return Ok(());
    }
    for (name, _) in item.members() {
        let name = String::from_utf8_lossy(name);
        if !members.iter().any(|member| member.name == name) {
            let known: Vec<&str> = members.iter().map(|member| member.name).collect();
            let unknown = format!("{path}.{name}");
            return Err(
                RpcError::wrong_parameter(&unknown, format!("\"{path}\" has no member \"{name}\""))
                    .with_hint(format!("Its members are {}.", known.join(", "))),
            );
        }
    }
    Ok(())
}
