//! Conditions on links: which entities they lead to, of which type, and of which name.

use super::error::MissReason;
use super::filter::{EntityStatement, positive, unsupported_values};
use super::layout;
use super::model::FieldClass;
use super::values::GivenValues;
use crate::pg::quote;
use crate::statements::Form;
use pgrx::pg_sys;

impl<'a> EntityStatement<'a> {
    /// The types that a field may link to, all of them cached.
    pub(super) fn linked_types(&self, entity_type: &str, field: &str) -> Result<&'a [String], MissReason> {
        let cached = self.cached(entity_type)?;
        let types = cached
            .fields
            .get(field)
            .map_or(&[][..], |field| &field.entity_types);
        if types.is_empty() {
            return Err(format!(
                "the definition does not say to which types {entity_type}.{field} links"
            ));
        }
        for linked in types {
            self.cached(linked)?;
        }
        Ok(types)
    }

    /// A condition on a link, or on whether any of several links meets it.
    pub(super) fn link(
        &mut self,
        entity_type: &str,
        alias: &str,
        field: &str,
        class: FieldClass,
        relation: &str,
        values: &GivenValues,
    ) -> Result<String, MissReason> {
        let negated = positive(relation);
        let unsupported = || unsupported_values(relation, entity_type, field);
        let is_multi = class == FieldClass::MultiEntity;
        let (m, link_type, link_id) = if is_multi {
            let m = self.alias("m");
            (m.clone(), format!("{m}.child_type"), format!("{m}.child_id"))
        } else {
            let column = |part: &str| format!("{alias}.{}", quote::identifier(&format!("{field}__{part}")));
            (String::new(), column("type"), column("id"))
        };
        let links = layout::links(&self.cache.schema, entity_type, field);
        let none = if is_multi {
            format!("NOT EXISTS (SELECT FROM {links} AS {m} WHERE {m}.parent_id = {alias}.id)")
        } else {
            format!("{link_type} IS NULL")
        };
        let mut any = Vec::new();
        let mut or_none = false;
        match negated.unwrap_or(relation) {
            base @ ("is" | "in") => {
                let is_list = base == "in";
                if !values.scalars.is_empty()
                    || values.list.is_some()
                    || values.count == 0
                    || (!is_list && values.count != 1)
                {
                    return Err(unsupported());
                }
                self.guard_values(values)?;
                for (linked, ids) in &values.links {
                    let ids = self.parameters.sql(*ids, Form::Value, pg_sys::INT8ARRAYOID);
                    any.push(format!(
                        "({link_type} = {} AND {link_id} = ANY ({ids}))",
                        quote::literal(linked)
                    ));
                }
                or_none = values.has_null;
            }
            "type_is" => {
                or_none = values.has_null;
                if values.count != 1 || (!or_none && values.scalars.len() != 1) {
                    return Err(unsupported());
                }
                if let Some((form, value)) = values.scalars.first() {
                    if !form.is_text() {
                        return Err(unsupported());
                    }
                    let value = self.parameters.sql(*value, Form::Value, pg_sys::TEXTOID);
                    any.push(format!("{link_type} = {value}"));
                }
            }
            name @ ("name_is" | "name_contains" | "name_starts_with" | "name_ends_with") => {
                if values.has_null {
                    return Err(unsupported());
                }
                for linked in self.linked_types(entity_type, field)? {
                    let display = self.display(linked)?;
                    let t = self.alias("t");
                    self.need(&t, linked, &display);
                    let column = format!("{t}.{}", quote::identifier(&display));
                    let scalar = match name {
                        "name_is" => "is",
                        "name_contains" => "contains",
                        "name_starts_with" => "starts_with",
                        _ => "ends_with",
                    };
                    let holds = self.scalar(&column, FieldClass::Text, scalar, values)?;
                    let holds = holds.ok_or_else(unsupported)?;
                    any.push(format!(
                        "({link_type} = {} AND EXISTS (SELECT FROM {} AS {t} WHERE {t}.id = {link_id} AND {holds}))",
                        quote::literal(linked),
                        layout::table(&self.cache.schema, linked)
                    ));
                }
            }
            _ => return Err(unsupported()),
        }
        // Which links there are counts wherever a condition does not name entities.
        if or_none || !matches!(negated.unwrap_or(relation), "is" | "in") {
            let types = self.linked_types(entity_type, field)?.to_vec();
            self.guard_links(entity_type, field, &types)?;
        }
        let mut parts = Vec::new();
        if !any.is_empty() {
            let any = any.join(" OR ");
            parts.push(if is_multi {
                format!("EXISTS (SELECT FROM {links} AS {m} WHERE {m}.parent_id = {alias}.id AND ({any}))")
            } else {
                format!("({any})")
            });
        }
        if or_none {
            parts.push(none);
        }
        let holds = format!("({})", parts.join(" OR "));
        Ok(if negated.is_some() {
            format!("({holds} IS NOT TRUE)")
        } else {
            holds
        })
    }
}
