//! What JSON a parameter takes and a result is: checked before a call, and told by `rpc.discover` as JSON Schema.

use crate::pg::Oid;
use crate::pg::jsonb_item::{JsonType, JsonbItem};
use crate::rpc::binding::{self, Takes};
use crate::rpc::error::{RpcError, number};
use pgrx::pg_sys;
use serde_json::{Value, json};

/// What JSON a value is.
#[derive(Debug)]
pub(crate) enum Shape {
    Anything,
    Null,
    Boolean,
    Integer,
    /// A number that means an object of ours or of PostgreSQL's.
    Id,
    /// An OID, or a name as PostgreSQL looks it up.
    Relation,
    Schema,
    Role,
    Text,
    Choice(&'static [&'static str]),
    List(&'static Shape),
    /// An object with these members; others are refused.
    Object(&'static [Member]),
    /// An object with members of any name.
    Map(&'static Shape),
    Nullable(&'static Shape),
    /// One of the shapes in `result_shapes.json`.
    Named(&'static str),
}

/// A member of an object.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) is_needed: bool,
}

/// A member that must be there.
pub(crate) const fn needed(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        shape,
        is_needed: true,
    }
}

/// A member that may be there.
pub(crate) const fn optional(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        shape,
        is_needed: false,
    }
}

impl Shape {
    /// The type of a statement's parameter that takes it.
    pub(crate) fn sql_type(&self) -> Oid {
        match self {
            Shape::Boolean => pg_sys::BOOLOID,
            Shape::Integer => pg_sys::INT4OID,
            Shape::Id => pg_sys::INT8OID,
            Shape::Relation => pg_sys::REGCLASSOID,
            Shape::Schema => pg_sys::REGNAMESPACEOID,
            Shape::Role => pg_sys::REGROLEOID,
            Shape::Text | Shape::Choice(_) => pg_sys::TEXTOID,
            Shape::Nullable(inner) => inner.sql_type(),
            _ => pg_sys::JSONBOID,
        }
    }

    /// For a message: "must be ...".
    fn described(&self) -> String {
        match self {
            Shape::Anything | Shape::Named(_) => "JSON".to_owned(),
            Shape::Null => "null".to_owned(),
            Shape::Choice(choices) => format!("one of {}", choices.join(", ")),
            Shape::List(_) => "an array".to_owned(),
            Shape::Object(_) | Shape::Map(_) => "an object".to_owned(),
            Shape::Nullable(inner) => format!("{} or null", inner.described()),
            scalar => Takes::of_type(scalar.sql_type()).described().to_owned(),
        }
    }

    /// Whether a value is of this shape; `path` says which one it is. With `is_compat` only members that must be there are
    /// looked for: the rest is left to PostgreSQL.
    pub(crate) fn check(&self, item: JsonbItem, path: &str, is_compat: bool) -> Result<(), RpcError> {
        let json_type = item.json_type();
        let fits = match self {
            Shape::Anything | Shape::Named(_) => true,
            Shape::Null => item.is_null(),
            Shape::Nullable(_) if item.is_null() => true,
            Shape::Nullable(inner) => return inner.check(item, path, is_compat),
            Shape::List(_) => json_type == JsonType::Array,
            Shape::Object(_) | Shape::Map(_) => json_type == JsonType::Object,
            Shape::Choice(choices) => item
                .string()
                .is_some_and(|given| choices.contains(&given.as_str())),
            scalar => !item.is_null() && Takes::of_type(scalar.sql_type()).fit(item).is_some(),
        };
        if !fits && !is_compat {
            return Err(binding::wrong_type(path, &self.described(), item));
        }
        match self {
            Shape::List(element) => {
                for (at, item) in item.elements().enumerate() {
                    element.check(item, &format!("{path}[{at}]"), is_compat)?;
                }
            }
            Shape::Map(element) => {
                for (name, item) in item.members() {
                    element.check(
                        item,
                        &format!("{path}.{}", String::from_utf8_lossy(name)),
                        is_compat,
                    )?;
                }
            }
            Shape::Object(members) if json_type == JsonType::Object => {
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
            Shape::Anything => json!({}),
            Shape::Null => json!({"type": "null"}),
            Shape::Boolean => json!({"type": "boolean"}),
            Shape::Integer | Shape::Id => json!({"type": "integer"}),
            Shape::Relation | Shape::Schema | Shape::Role => object_id,
            Shape::Text => json!({"type": "string"}),
            Shape::Choice(choices) => json!({"type": "string", "enum": choices}),
            Shape::List(element) => json!({"type": "array", "items": element.schema()}),
            Shape::Map(element) => json!({"type": "object", "additionalProperties": element.schema()}),
            Shape::Nullable(inner) => json!({"anyOf": [inner.schema(), {"type": "null"}]}),
            Shape::Named(name) => json!({"$ref": format!("#/components/schemas/{name}")}),
            Shape::Object(members) => {
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

fn check_members(members: &[Member], item: JsonbItem, path: &str, is_compat: bool) -> Result<(), RpcError> {
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
