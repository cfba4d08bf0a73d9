//! Summaries: counts, sums and bounds of the entities that a filter admits, as a whole and by groups.
//!
//! What the upstream says of no values at all, and of groups without a value, is not known: such requests are misses.
//! Averages are not rounded.

use super::error::MissReason;
use super::filter::{BASE, EntitySource, EntityStatement};
use super::layout::{self, MOMENT};
use super::model::FieldClass;
use super::request::{
    AnswerPart, EntityRequest, SummaryPart, array_member, entity_type, known_members, parse_filter,
};
use super::store::CacheState;
use crate::pg::quote;
use crate::statements::Values;
use serde_json::Value;
use std::rc::Rc;

/// Reads a request to summarize.
pub(super) fn parse_summary_request(
    cache: &Rc<CacheState>,
    document: &Value,
    is_wire: bool,
    values: &mut Values,
) -> Result<EntityRequest, MissReason> {
    let members = known_members(
        document,
        &[
            "type",
            "summaries",
            "filters",
            "grouping",
            "include_archived_projects",
        ],
    )?;
    let text = |member: &Value, key: &str| member.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut summaries = Vec::new();
    for summary in array_member(members, "summaries")? {
        let field = text(summary, "field").ok_or("a summary has no field")?;
        let sort = text(summary, "type").ok_or("a summary has no type")?;
        if summaries.iter().any(|(known, _)| *known == field) {
            return Err(format!("two summaries of field {field}"));
        }
        summaries.push((field, sort));
    }
    let grouping = match array_member(members, "grouping")? {
        [] => None,
        [grouping] if text(grouping, "type").as_deref() == Some("exact") => {
            let field = text(grouping, "field").ok_or("a grouping has no field")?;
            let descending = match text(grouping, "direction").as_deref() {
                None | Some("asc") => false,
                Some("desc") => true,
                Some(_) => return Err("the direction of a grouping is neither \"asc\" nor \"desc\"".into()),
            };
            Some((field, descending))
        }
        [_] => return Err("groups that are not exact are not supported".into()),
        _ => return Err("groups within groups are not supported".into()),
    };
    let (filter, demanded) = parse_filter(cache, document, values)?;
    Ok(EntityRequest {
        cache: Rc::clone(cache),
        entity_type: entity_type(members)?,
        filter,
        active: true,
        answer: AnswerPart::Summary(SummaryPart { summaries, grouping }),
        is_wire,
        demanded,
    })
}

/// A summary as SQL over the rows, and when it is doubtful.
struct SummarySql {
    pairs: String,
    doubt: String,
}

impl SummaryPart {
    /// The query for the document, and whether any of it is doubtful.
    pub(super) fn compile(
        &self,
        entity_type: &str,
        statement: &mut EntityStatement,
        source: &mut EntitySource,
        condition: &str,
    ) -> Result<String, MissReason> {
        let mut columns = vec![format!("{BASE}.id AS s_id")];
        let sums = self.summaries(entity_type, statement, &mut columns)?;
        let total = format!("json_build_object({})", sums.pairs);
        let mut groups = "'[]'::json".to_owned();
        let mut doubt = format!("(SELECT {} FROM rows)", sums.doubt);
        if let Some((field, descending)) = &self.grouping {
            let value = self.group(entity_type, field, statement, source, &mut columns)?;
            let direction = if *descending { " DESC" } else { "" };
            groups = format!(
                "(SELECT COALESCE(json_agg(g.document ORDER BY g.name{direction}), '[]') FROM (SELECT g_name AS name, \
                 json_build_object('group_name', g_name, 'group_value', {value}, 'summaries', {total}) AS document \
                 FROM rows GROUP BY g_name, g_type, g_id) AS g)"
            );
            doubt = format!(
                "(SELECT COALESCE(bool_or(g.doubt), false) FROM (SELECT bool_or(g_doubt) OR g_name IS NULL OR {} AS doubt \
                 FROM rows GROUP BY g_name, g_type, g_id) AS g) OR {doubt}",
                sums.doubt
            );
        }
        Ok(format!(
            "WITH rows AS MATERIALIZED (SELECT {} FROM {} AS {BASE}{} WHERE {condition}) \
             SELECT json_build_object('groups', {groups}, 'summaries', (SELECT {total} FROM rows)) AS document, \
             {doubt} AS is_doubtful",
            columns.join(", "),
            layout::table(&statement.cache.schema, entity_type),
            source.joins(),
        ))
    }

    fn summaries(
        &self,
        entity_type: &str,
        statement: &mut EntityStatement,
        columns: &mut Vec<String>,
    ) -> Result<SummarySql, MissReason> {
        let (mut pairs, mut doubts) = (Vec::new(), Vec::new());
        for (at, (field, sort)) in self.summaries.iter().enumerate() {
            let class = statement.class(entity_type, field)?;
            let column = format!("s{at}");
            let sql = match (sort.as_str(), class) {
                ("count", _) if field == "id" => "count(*)".to_owned(),
                ("record_count", _) => "count(*)".to_owned(),
                ("sum", FieldClass::Integer | FieldClass::Decimal) => format!("sum({column})"),
                ("maximum", FieldClass::Integer | FieldClass::Decimal) => format!("max({column})"),
                ("minimum", FieldClass::Integer | FieldClass::Decimal) => format!("min({column})"),
                ("average", FieldClass::Integer | FieldClass::Decimal) => {
                    format!("sum({column})::double precision / count({column})")
                }
                ("latest", FieldClass::Date) => format!("max({column})"),
                ("earliest", FieldClass::Date) => format!("min({column})"),
                ("latest", FieldClass::Moment) => {
                    format!("to_char(max({column}) AT TIME ZONE 'UTC', {MOMENT})")
                }
                ("earliest", FieldClass::Moment) => {
                    format!("to_char(min({column}) AT TIME ZONE 'UTC', {MOMENT})")
                }
                _ => {
                    return Err(format!(
                        "summary \"{sort}\" of {entity_type}.{field} is not supported"
                    ));
                }
            };
            statement.needed.insert(field.clone());
            if sql != "count(*)" {
                columns.push(format!("{BASE}.{} AS {column}", quote::identifier(field)));
                doubts.push(format!("count({column}) = 0"));
            }
            pairs.push(format!("{}, {sql}", quote::literal(field)));
        }
        if doubts.is_empty() {
            doubts.push("count(*) < 0".to_owned());
        }
        Ok(SummarySql {
            pairs: pairs.join(", "),
            doubt: format!("({})", doubts.join(" OR ")),
        })
    }

    /// The columns by which rows are grouped; gives the value of a group.
    fn group(
        &self,
        entity_type: &str,
        field: &str,
        statement: &mut EntityStatement,
        source: &mut EntitySource,
        columns: &mut Vec<String>,
    ) -> Result<&'static str, MissReason> {
        let cached = statement.cached(entity_type)?;
        let class = statement.class(entity_type, field)?;
        statement.needed.insert(field.to_owned());
        match class {
            FieldClass::Text => {
                columns.push(format!(
                    "{BASE}.{} AS g_name, NULL::text AS g_type, NULL::bigint AS g_id, false AS g_doubt",
                    quote::identifier(field)
                ));
                Ok("g_name")
            }
            FieldClass::Entity => {
                let types = cached.fields.get(field).map(|field| &field.entity_types);
                let [linked] = types.map_or(&[][..], Vec::as_slice) else {
                    return Err(format!(
                        "groups by {entity_type}.{field}, which links to several types"
                    ));
                };
                let display = statement.display(linked)?;
                let joined = statement.join(source, entity_type, BASE, field, linked)?;
                let fields = statement.needed_elsewhere.entry(linked.clone()).or_default();
                fields.insert(display.clone());
                columns.push(format!(
                    "{joined}.{} AS g_name, {BASE}.{} AS g_type, {BASE}.{} AS g_id, {joined}._active IS NOT TRUE AS g_doubt",
                    quote::identifier(&display),
                    quote::identifier(&format!("{field}__type")),
                    quote::identifier(&format!("{field}__id")),
                ));
                Ok("json_build_object('type', g_type, 'id', g_id, 'name', g_name, 'valid', 'valid')")
            }
            _ => Err(format!("groups by {entity_type}.{field} are not supported")),
        }
    }
}
