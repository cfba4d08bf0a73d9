//! Summaries: counts, sums and bounds of the entities that a filter admits, as a whole and by groups within groups.
//!
//! What the upstream says of no values at all, of groups without a value, and of texts that differ by the case of their
//! letters alone is not known: such requests are misses. So are groups of ranges, whose bounds are not documented, and
//! groups of fields whose values the upstream shows by names of its own, such as statuses. Averages are not rounded.

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

/// The most groups within groups.
const MOST_GROUPINGS: usize = 5;

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
    if summaries.is_empty() {
        return Err("what a summary without summaries is is not known".into());
    }
    let mut groupings = Vec::new();
    for grouping in array_member(members, "grouping")? {
        if text(grouping, "type").as_deref() != Some("exact") {
            return Err("groups that are not exact are not supported".into());
        }
        let field = text(grouping, "field").ok_or("a grouping has no field")?;
        let descending = match text(grouping, "direction").as_deref() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => return Err("the direction of a grouping is neither \"asc\" nor \"desc\"".into()),
        };
        groupings.push((field, descending));
    }
    if groupings.len() > MOST_GROUPINGS {
        return Err(format!("more than {MOST_GROUPINGS} groupings"));
    }
    let (filter, demanded) = parse_filter(cache, document, values)?;
    Ok(EntityRequest {
        cache: Rc::clone(cache),
        entity_type: entity_type(members)?,
        filter,
        active: true,
        answer: AnswerPart::Summary(SummaryPart { summaries, groupings }),
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
        let mut values = Vec::new();
        for (level, (field, _)) in self.groupings.iter().enumerate() {
            values.push(Self::group_columns(
                level,
                entity_type,
                field,
                statement,
                source,
                &mut columns,
            )?);
        }
        let mut doubt = format!("(SELECT {} FROM rows)", sums.doubt);
        if !values.is_empty() {
            doubt = format!("{} OR {doubt}", doubtful_groups(values.len(), &sums.doubt));
        }
        let groups = self.groups(&values, &total);
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
            let is_scalar = !matches!(
                class,
                FieldClass::Entity | FieldClass::MultiEntity | FieldClass::Opaque
            );
            let sql = match (sort.as_str(), class) {
                ("count", _) if field == "id" => "count(*)".to_owned(),
                ("count", _) if is_scalar => format!("count({column})"),
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
                // Whether a count counts null is not known.
                doubts.push(if sort == "count" {
                    format!("count({column}) <> count(*)")
                } else {
                    format!("count({column}) = 0")
                });
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

    /// The groups of the first level as SQL, each with those of the next one; from the last level up, so that each of them is
    /// computed once.
    fn groups(&self, values: &[String], total: &str) -> String {
        let mut inner: Option<String> = None;
        for (level, value) in values.iter().enumerate().rev() {
            let keys = group_keys(level + 1, &["key", "name", "type", "id"]).join(", ");
            let members = format!("SELECT {keys}, {total} AS total FROM rows GROUP BY {keys}");
            let (within, joined) = match &inner {
                None => (String::new(), String::new()),
                Some(inner) => (
                    "'groups', inner_groups.groups, ".to_owned(),
                    format!(
                        " JOIN ({inner}) AS inner_groups USING ({})",
                        group_keys(level + 1, &["key"]).join(", ")
                    ),
                ),
            };
            let outer = group_keys(level, &["key"]);
            let by: Vec<&str> = outer.iter().map(String::as_str).collect();
            let (listed, grouped) = if by.is_empty() {
                (String::new(), String::new())
            } else {
                let by = by.join(", ");
                (format!("{by}, "), format!(" GROUP BY {by}"))
            };
            let direction = if self.groupings[level].1 { " DESC" } else { "" };
            inner = Some(format!(
                "SELECT {listed}COALESCE(json_agg(json_build_object('group_name', g{level}_name, 'group_value', {value}, \
                 {within}'summaries', total) ORDER BY g{level}_name{direction}), '[]') AS groups \
                 FROM ({members}) AS members{joined}{grouped}"
            ));
        }
        inner.map_or_else(|| "'[]'::json".to_owned(), |groups| format!("({groups})"))
    }

    /// Adds the columns by which rows are grouped on a level; gives the value of a group.
    fn group_columns(
        level: usize,
        entity_type: &str,
        field: &str,
        statement: &mut EntityStatement,
        source: &mut EntitySource,
        columns: &mut Vec<String>,
    ) -> Result<String, MissReason> {
        let cached = statement.cached(entity_type)?;
        let class = statement.class(entity_type, field)?;
        statement.needed.insert(field.to_owned());
        let described = cached.fields.get(field);
        match class {
            FieldClass::Text if described.is_some_and(|field| field.is_shown_as_it_is()) => {
                columns.push(format!(
                    "{BASE}.{0} AS g{level}_key, {BASE}.{0} AS g{level}_name, lower({BASE}.{0}) AS g{level}_folded, \
                     NULL::text AS g{level}_type, NULL::bigint AS g{level}_id, false AS g{level}_doubt",
                    quote::identifier(field)
                ));
                Ok(format!("g{level}_name"))
            }
            FieldClass::Entity => {
                let (mut names, mut active) = (Vec::new(), Vec::new());
                for linked in statement.linked_types(entity_type, field)? {
                    let display = statement.display(linked)?;
                    let joined = statement.join(source, entity_type, BASE, field, linked)?;
                    let fields = statement.needed_elsewhere.entry(linked.clone()).or_default();
                    fields.insert(display.clone());
                    names.push(format!("{joined}.{}", quote::identifier(&display)));
                    active.push(format!("{joined}._active"));
                }
                let link_type = format!("{BASE}.{}", quote::identifier(&format!("{field}__type")));
                let link_id = format!("{BASE}.{}", quote::identifier(&format!("{field}__id")));
                columns.push(format!(
                    "{link_type} || ':' || {link_id} AS g{level}_key, COALESCE({}, NULL) AS g{level}_name, \
                     {link_type} || ':' || {link_id} AS g{level}_folded, {link_type} AS g{level}_type, \
                     {link_id} AS g{level}_id, COALESCE({}, NULL) IS NOT TRUE AS g{level}_doubt",
                    names.join(", "),
                    active.join(", "),
                ));
                Ok(format!(
                    "json_build_object('type', g{level}_type, 'id', g{level}_id, 'name', g{level}_name, 'valid', 'valid')"
                ))
            }
            _ => Err(format!("groups by {entity_type}.{field} are not supported")),
        }
    }
}

/// The columns of the first levels of groups.
fn group_keys(levels: usize, columns: &[&str]) -> Vec<String> {
    (0..levels)
        .flat_map(|level| columns.iter().map(move |column| format!("g{level}_{column}")))
        .collect()
}

/// Whether the upstream's groups may be others: those without a value or without a name, those of retired entities, those
/// whose texts differ by the case of their letters alone, and those with a sum of no values.
fn doubtful_groups(levels: usize, sums: &str) -> String {
    let unnamed: Vec<String> = (0..levels)
        .map(|level| format!("bool_or(g{level}_doubt OR g{level}_name IS NULL)"))
        .collect();
    let ambiguous: Vec<String> = (0..levels)
        .map(|level| format!("count(DISTINCT g{level}_key) <> count(DISTINCT g{level}_folded)"))
        .collect();
    format!(
        "COALESCE((SELECT {} OR {} FROM rows), false) OR \
         COALESCE((SELECT bool_or(g.doubt) FROM (SELECT {sums} AS doubt FROM rows GROUP BY {}) AS g), false)",
        unnamed.join(" OR "),
        ambiguous.join(" OR "),
        group_keys(levels, &["key"]).join(", ")
    )
}
