//! A request to read, as the upstream's protocol has it, apart from its values. Pure but for the values.

use super::coverage::normal_condition;
use super::error::MissReason;
use super::store::CacheState;
use super::values::{GivenValues, take_values};
use crate::statements::{Literal, Values};
use serde_json::{Map, Value};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// A request to read, without its values. Requests that are equal have one statement.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct EntityRequest {
    pub(super) cache: Rc<CacheState>,
    pub(super) entity_type: String,
    pub(super) filter: ConditionGroup,
    /// False for retired entities.
    pub(super) active: bool,
    pub(super) answer: AnswerPart,
    /// Whether the answer is the reply of the protocol, or that of `cache_read`.
    pub(super) is_wire: bool,
    pub(super) demanded: DemandedConditions,
}

/// What is asked of the entities.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum AnswerPart {
    Page(EntityPage),
    Summary(SummaryPart),
}

/// What is to be summed up.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct SummaryPart {
    /// Fields and how each is summed up.
    pub(super) summaries: Vec<(String, String)>,
    /// The fields of the groups within groups, each with whether they come in descending order.
    pub(super) groupings: Vec<(String, bool)>,
}

/// A page of entities.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct EntityPage {
    pub(super) fields: Vec<String>,
    pub(super) sorts: Vec<(String, bool)>,
    /// Part of the shape, since the planner must know it; clients have few.
    pub(super) limit: i64,
    pub(super) offset: Option<Literal>,
    pub(super) number: Literal,
    pub(super) paging: PagingInfo,
}

/// What the reply says of paging.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
pub(super) enum PagingInfo {
    None,
    NextPage,
    Count,
}

/// Conditions that all or some of have to hold.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct ConditionGroup {
    pub(super) any: bool,
    pub(super) members: Vec<GroupMember>,
}

#[derive(PartialEq, Eq, Hash)]
pub(super) enum GroupMember {
    Group(ConditionGroup),
    Condition(PathCondition),
}

/// A condition on what a path leads to.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct PathCondition {
    pub(super) path: String,
    pub(super) relation: String,
    pub(super) values: GivenValues,
}

/// The conditions that every entity of the answer meets, with their values: for the comparison with scopes. Part of the
/// shape only as far as a scope is among them.
pub(super) struct DemandedConditions(pub(super) Vec<Value>);

impl PartialEq for DemandedConditions {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for DemandedConditions {}

impl Hash for DemandedConditions {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.len().hash(hasher);
    }
}

/// Groups that are nested more deeply than this are a miss.
const DEEPEST: usize = 50;

const KEYS: &[&str] = &[
    "type",
    "return_fields",
    "filters",
    "return_only",
    "paging",
    "sorts",
    "include_archived_projects",
    "api_return_image_urls",
    "return_paging_info",
    "return_paging_info_without_counts",
    "additional_filter_presets",
];

/// Reads a request to read.
pub(super) fn parse_entity_request(
    cache: &Rc<CacheState>,
    document: &Value,
    is_wire: bool,
    values: &mut Values,
) -> Result<EntityRequest, MissReason> {
    let members = known_members(document, KEYS)?;
    if members
        .get("additional_filter_presets")
        .is_some_and(|presets| presets != &Value::Array(Vec::new()))
    {
        return Err("presets of filters are not supported".into());
    }
    let fields = match members.get("return_fields") {
        None => vec!["id".to_owned()],
        Some(fields) => texts(fields).ok_or("\"return_fields\" is no array of texts")?,
    };
    let active = match members.get("return_only").and_then(Value::as_str) {
        None if members.get("return_only").is_none() => true,
        Some("active") => true,
        Some("retired") => false,
        _ => return Err("\"return_only\" is neither \"active\" nor \"retired\"".into()),
    };
    let mut sorts = Vec::new();
    for sort in array_member(members, "sorts")? {
        let field = sort.get("field_name").or_else(|| sort.get("column"));
        let field = field
            .and_then(Value::as_str)
            .ok_or("a sort has no \"field_name\"")?;
        let descending = match sort.get("direction").map(Value::as_str) {
            None | Some(Some("asc")) => false,
            Some(Some("desc")) => true,
            _ => return Err("the direction of a sort is neither \"asc\" nor \"desc\"".into()),
        };
        sorts.push((field.to_owned(), descending));
    }
    let flag = |key| members.get(key).and_then(Value::as_bool).unwrap_or(false);
    let paging = match (
        flag("return_paging_info"),
        flag("return_paging_info_without_counts"),
    ) {
        (false, false) => PagingInfo::None,
        (false, true) => PagingInfo::NextPage,
        (true, _) => PagingInfo::Count,
    };
    let bounds = members.get("paging");
    let bound = |key, default: i64| match bounds.and_then(|paging| paging.get(key)) {
        None => Ok(default),
        Some(number) => number
            .as_i64()
            .filter(|number| (1..=1_000_000_000).contains(number))
            .ok_or(format!("\"{key}\" is no number that counts")),
    };
    let limit = bound("entities_per_page", 500)?;
    if limit > 5000 {
        return Err("more than 5000 entities a page".into());
    }
    let page = bound("current_page", 1)?;
    let (filter, demanded) = parse_filter(cache, document, values)?;
    Ok(EntityRequest {
        cache: Rc::clone(cache),
        entity_type: entity_type(members)?,
        filter,
        active,
        answer: AnswerPart::Page(EntityPage {
            fields,
            sorts,
            limit,
            offset: (page > 1).then(|| values.take_number((page - 1) * limit)),
            number: values.take_number(page),
            paging,
        }),
        is_wire,
        demanded,
    })
}

/// The type that a request is about.
pub(super) fn entity_type(members: &Map<String, Value>) -> Result<String, MissReason> {
    let name = members.get("type").and_then(Value::as_str);
    Ok(name.ok_or("the request names no type")?.to_owned())
}

fn only_known(members: &Map<String, Value>, known: &[&str]) -> Result<(), MissReason> {
    match members.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("requests with \"{key}\" are not supported")),
        None => Ok(()),
    }
}

/// The members of a request, which are all known.
pub(super) fn known_members<'a>(
    document: &'a Value,
    known: &[&str],
) -> Result<&'a Map<String, Value>, MissReason> {
    let members = document.as_object().ok_or("the request is no object")?;
    only_known(members, known)?;
    refuse_archived(members)?;
    Ok(members)
}

/// Whether the rows of archived projects belong to the answer is known only where they do.
fn refuse_archived(members: &Map<String, Value>) -> Result<(), MissReason> {
    match members.get("include_archived_projects") {
        None | Some(Value::Bool(true)) => Ok(()),
        Some(_) => Err("which entities of archived projects are left out is not known".into()),
    }
}

pub(super) fn array_member<'a>(
    members: &'a Map<String, Value>,
    key: &str,
) -> Result<&'a [Value], MissReason> {
    match members.get(key) {
        None => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(format!("\"{key}\" is no array")),
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let list = value.as_array()?;
    list.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

/// The filters of a request, and what they demand of every entity.
pub(super) fn parse_filter(
    cache: &CacheState,
    document: &Value,
    values: &mut Values,
) -> Result<(ConditionGroup, DemandedConditions), MissReason> {
    let Some(filters) = document.get("filters") else {
        let group = ConditionGroup {
            any: false,
            members: Vec::new(),
        };
        return Ok((group, DemandedConditions(Vec::new())));
    };
    // Only conditions of scopes are worth comparing.
    let entity_type = document.get("type").and_then(Value::as_str).unwrap_or_default();
    let entries = cache.coverage.entity_types.get(entity_type);
    let scoped: Vec<&Value> = entries
        .into_iter()
        .flatten()
        .flat_map(|entry| &entry.scope)
        .collect();
    let mut demanded = Vec::new();
    if !scoped.is_empty() && filters.get("logical_operator").and_then(Value::as_str) != Some("or") {
        for condition in filters
            .get("conditions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let condition = normal_condition(condition);
            if scoped.contains(&&condition) {
                demanded.push(condition);
            }
        }
    }
    Ok((group(filters, values, 0)?, DemandedConditions(demanded)))
}

fn group(document: &Value, values: &mut Values, depth: usize) -> Result<ConditionGroup, MissReason> {
    if depth > DEEPEST {
        return Err("the filters are nested too deeply".into());
    }
    let members = document.as_object().ok_or("a group of filters is no object")?;
    only_known(members, &["logical_operator", "conditions"])?;
    let any = match members.get("logical_operator").and_then(Value::as_str) {
        Some("and") => false,
        Some("or") => true,
        _ => return Err("a group of filters is neither \"and\" nor \"or\"".into()),
    };
    let mut read = Vec::new();
    for member in array_member(members, "conditions")? {
        read.push(if member.get("conditions").is_some() {
            GroupMember::Group(group(member, values, depth + 1)?)
        } else {
            GroupMember::Condition(condition(member, values)?)
        });
    }
    Ok(ConditionGroup { any, members: read })
}

fn condition(document: &Value, values: &mut Values) -> Result<PathCondition, MissReason> {
    let members = document.as_object().ok_or("a condition is no object")?;
    only_known(members, &["path", "relation", "values"])?;
    let text = |key| members.get(key).and_then(Value::as_str).map(str::to_owned);
    let path = text("path").ok_or("a condition has no path")?;
    let relation = text("relation").ok_or("a condition has no relation")?;
    let given = array_member(members, "values")?;
    Ok(PathCondition {
        values: take_values(&relation, given, values)?,
        path,
        relation,
    })
}
