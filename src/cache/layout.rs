//! The tables of a cache: `shot` for entities of type Shot, `shot_assets` for its multi-entity field `assets`.
//!
//! Fields are columns of their names; a link is two of them, `entity__type` and `entity__id`. Columns of our own begin
//! with an underscore:
//!
//! | column | meaning |
//! |---|---|
//! | `_active` | false once retired; null while that is not known |
//! | `_unknown` | the fields whose values are not known; null if all are |
//! | `_stamp` | the upstream's `updated_at` when all known fields were read |
//! | `_event_id` | the newest event that was applied |
//! | `_event_at` | when that happened, by the upstream's clock |
//! | `_received_at` | when anything of it was last received, by this database's clock |

use super::model::{CacheDefinition, CachedField, CachedType, FieldClass, NullOrder, multi_table};
use crate::ddl::script::Script;
use crate::error::Error;
use crate::pg::quote;

/// What stands in `_unknown` for `_active`.
pub(super) const ACTIVE: &str = "_active";

/// What stands in `_unknown` beside that, if the entity was not there when the active ones were read.
pub(super) const NOT_ACTIVE: &str = "_not_active";

/// Whether a field of the row `t` is known: a condition.
pub(super) fn is_known(field: &str) -> String {
    format!("COALESCE({} <> ALL (t._unknown), true)", quote::literal(field))
}

/// What a moment of a column looks like in the protocol: the format of `to_char`, as a literal.
pub(super) const MOMENT: &str = r#"'YYYY-MM-DD"T"HH24:MI:SS"Z"'"#;

const RECEIVED_AT: &str = "_received_at";

/// Columns of our own in the table of a type.
pub(super) const OWN_COLUMNS: [(&str, &str); 6] = [
    (ACTIVE, "boolean"),
    ("_unknown", "text[]"),
    ("_stamp", "timestamptz"),
    ("_event_id", "bigint"),
    ("_event_at", "timestamptz"),
    (RECEIVED_AT, "timestamptz"),
];

/// The columns of the table of a multi-entity field.
pub(super) const LINK_COLUMNS: [(&str, &str); 4] = [
    ("parent_id", "bigint"),
    ("child_type", "text"),
    ("child_id", "bigint"),
    ("_position", "integer"),
];

/// The table of a type, quoted.
pub(super) fn table(schema: &str, entity_type: &str) -> String {
    quote::qualified(schema, &entity_type.to_lowercase())
}

/// The table of a multi-entity field, quoted.
pub(super) fn links(schema: &str, entity_type: &str, field: &str) -> String {
    quote::qualified(schema, &multi_table(entity_type, field))
}

/// The two columns of a link of a row, quoted: the type and the id.
pub(super) fn link_columns(alias: &str, field: &str) -> (String, String) {
    let column = |part: &str| format!("{alias}.{}", quote::identifier(&format!("{field}__{part}")));
    (column("type"), column("id"))
}

/// The columns of a field, with their types; none for a multi-entity field.
pub(super) fn field_columns(name: &str, class: FieldClass) -> Vec<(String, &'static str)> {
    match class {
        FieldClass::MultiEntity => Vec::new(),
        FieldClass::Entity => vec![
            (format!("{name}__type"), "text"),
            (format!("{name}__id"), "bigint"),
        ],
        class => vec![(name.to_owned(), class.sql_type())],
    }
}

/// How a column is sorted: what an index says of it, and what ORDER BY does.
///
/// An operator instead of a collation where that compares bytes: the index then has the very column that a page is sorted by,
/// and skipping entries takes a third less time.
struct SortOrder {
    in_index: String,
    ascending: String,
    descending: String,
}

impl SortOrder {
    fn new(definition: &CacheDefinition, class: FieldClass) -> Self {
        let order = definition.settings.order.as_ref();
        let (mut in_index, mut ascending, mut descending) = match order {
            Some(order) if class == FieldClass::Text && order.collation == "C" => (
                " text_pattern_ops".to_owned(),
                " USING ~<~".to_owned(),
                " USING ~>~".to_owned(),
            ),
            Some(order) if class == FieldClass::Text && order.collation != "default" => {
                let collate = format!(" COLLATE {}", quote::identifier(&order.collation));
                (collate.clone(), collate.clone(), collate + " DESC")
            }
            _ => (String::new(), String::new(), " DESC".to_owned()),
        };
        // PostgreSQL takes null for larger than all values.
        if order.is_some_and(|order| order.nulls == NullOrder::First) {
            in_index += " NULLS FIRST";
            ascending += " NULLS FIRST";
            descending += " NULLS LAST";
        }
        Self {
            in_index,
            ascending,
            descending,
        }
    }
}

/// How the upstream sorts by a column, as a key of ORDER BY.
pub(super) fn sort_key(
    definition: &CacheDefinition,
    column: &str,
    class: FieldClass,
    descending: bool,
) -> String {
    let order = SortOrder::new(definition, class);
    let order = if descending {
        order.descending
    } else {
        order.ascending
    };
    format!("{column}{order}")
}

/// Whether a field gets an index of its own.
fn is_indexed(cached: &CachedType, name: &str, field: &CachedField) -> bool {
    field.indexed
        || field.class() == FieldClass::Entity
        || cached.display.as_deref() == Some(name)
        || matches!(name, "updated_at" | "created_at")
}

fn add_indexes(
    script: &mut Script,
    table: &str,
    name: &str,
    class: FieldClass,
    definition: &CacheDefinition,
) {
    let column = quote::identifier(name);
    let order = SortOrder::new(definition, class).in_index;
    match class {
        FieldClass::Entity => {
            let columns = field_columns(name, class);
            script.push(format!(
                "CREATE INDEX ON {table} ({}, {})",
                quote::identifier(&columns[1].0),
                quote::identifier(&columns[0].0)
            ));
        }
        FieldClass::Text => {
            script.push(format!(
                "CREATE INDEX ON {table} (lower({column}) text_pattern_ops)"
            ));
            script.push(format!(
                "CREATE INDEX ON {table} ({column}{order}, id) WHERE _active"
            ));
        }
        FieldClass::MultiEntity | FieldClass::Opaque => {}
        _ => script.push(format!("CREATE INDEX ON {table} ({column}{order}, id)")),
    }
}

fn column_sql(name: &str, class: FieldClass) -> Vec<String> {
    field_columns(name, class)
        .into_iter()
        .map(|(column, sql_type)| {
            let not_null = if class == FieldClass::Checkbox {
                " NOT NULL DEFAULT false"
            } else {
                ""
            };
            format!("{} {sql_type}{not_null}", quote::identifier(&column))
        })
        .collect()
}

fn create_links(script: &mut Script, schema: &str, entity_type: &str, field: &str) {
    let table = links(schema, entity_type, field);
    script.push(format!(
        "CREATE TABLE {table} (parent_id bigint NOT NULL REFERENCES {} ON DELETE CASCADE, child_type text NOT NULL, \
         child_id bigint NOT NULL, _position integer NOT NULL DEFAULT 0, PRIMARY KEY (parent_id, child_type, child_id))",
        self::table(schema, entity_type)
    ));
    script.push(format!(
        "CREATE INDEX ON {table} (child_id, child_type, parent_id)"
    ));
}

fn create_type(
    script: &mut Script,
    schema: &str,
    entity_type: &str,
    cached: &CachedType,
    definition: &CacheDefinition,
) {
    let table = table(schema, entity_type);
    let mut parts = vec!["id bigint PRIMARY KEY".to_owned()];
    for (name, field) in &cached.fields {
        parts.extend(column_sql(name, field.class()));
    }
    parts.extend(OWN_COLUMNS.map(|(name, sql_type)| match name {
        RECEIVED_AT => format!("{name} {sql_type} NOT NULL DEFAULT clock_timestamp()"),
        _ => format!("{name} {sql_type}"),
    }));
    script.push(format!("CREATE TABLE {table} ({})", parts.join(", ")));
    script.push(format!("CREATE INDEX ON {table} (id) WHERE _unknown IS NOT NULL"));
    script.push(format!("CREATE INDEX ON {table} (id) WHERE _active IS NOT TRUE"));
    for (name, field) in &cached.fields {
        if field.class() == FieldClass::MultiEntity {
            create_links(script, schema, entity_type, name);
        } else if is_indexed(cached, name, field) {
            add_indexes(script, &table, name, field.class(), definition);
        }
    }
}

/// Creates the tables of a cache.
pub(super) fn create(schema: &str, definition: &CacheDefinition) -> Result<(), Error> {
    let mut script = Script::new();
    for (entity_type, cached) in &definition.entity_types {
        create_type(&mut script, schema, entity_type, cached, definition);
    }
    script.run()
}

/// Turns the tables of one definition into those of another. Fields that change their type lose their values.
pub(super) fn alter(schema: &str, before: &CacheDefinition, after: &CacheDefinition) -> Result<(), Error> {
    let mut script = Script::new();
    for (entity_type, cached) in &before.entity_types {
        if !after.entity_types.contains_key(entity_type) {
            drop_type(&mut script, schema, entity_type, cached);
        }
    }
    for (entity_type, cached) in &after.entity_types {
        match before.entity_types.get(entity_type) {
            None => create_type(&mut script, schema, entity_type, cached, after),
            Some(before) => alter_type(&mut script, schema, entity_type, before, cached, after),
        }
    }
    script.run()
}

fn alter_type(
    script: &mut Script,
    schema: &str,
    entity_type: &str,
    before: &CachedType,
    after: &CachedType,
    definition: &CacheDefinition,
) {
    let table = table(schema, entity_type);
    let stays = |name: &str, class: FieldClass| after.field(name) == Some(class);
    let mut actions = Vec::new();
    for (name, field) in &before.fields {
        if stays(name, field.class()) {
            continue;
        }
        if field.class() == FieldClass::MultiEntity {
            script.push(format!("DROP TABLE {}", links(schema, entity_type, name)));
        }
        for (column, _) in field_columns(name, field.class()) {
            actions.push(format!("DROP COLUMN {}", quote::identifier(&column)));
        }
    }
    let new: Vec<_> = after
        .fields
        .iter()
        .filter(|(name, field)| before.field(name) != Some(field.class()))
        .collect();
    for (name, field) in &new {
        for column in column_sql(name, field.class()) {
            actions.push(format!("ADD COLUMN {column}"));
        }
    }
    script.alter_table(&table, &actions);
    for (name, field) in &after.fields {
        let is_new = before.field(name) != Some(field.class());
        if field.class() == FieldClass::MultiEntity {
            if is_new {
                create_links(script, schema, entity_type, name);
            }
        } else if is_indexed(after, name, field)
            && (is_new
                || !before
                    .fields
                    .get(name)
                    .is_some_and(|field| is_indexed(before, name, field)))
        {
            add_indexes(script, &table, name, field.class(), definition);
        }
    }
    let changed = |name: &String| before.field(name) != after.field(name);
    let names: Vec<String> = new.iter().map(|(name, _)| quote::literal(name)).collect();
    let gone: Vec<String> = before
        .fields
        .keys()
        .filter(|name| changed(name))
        .map(|name| quote::literal(name))
        .collect();
    if !names.is_empty() || !gone.is_empty() {
        // Of every row that is there, the new fields are not known, and the old ones are no fields.
        let list = |names: &[String]| format!("ARRAY[{}]::text[]", names.join(", "));
        script.push(format!(
            "UPDATE {table} SET _unknown = NULLIF(ARRAY(SELECT u FROM unnest(_unknown) AS u WHERE u <> ALL ({})) || {}, '{{}}')",
            list(&gone),
            list(&names)
        ));
    }
}

fn drop_type(script: &mut Script, schema: &str, entity_type: &str, cached: &CachedType) {
    for (name, field) in &cached.fields {
        if field.class() == FieldClass::MultiEntity {
            script.push(format!(
                "DROP TABLE IF EXISTS {}",
                links(schema, entity_type, name)
            ));
        }
    }
    script.push(format!("DROP TABLE IF EXISTS {}", table(schema, entity_type)));
}

/// Drops the tables of a cache. What others have built on them stands in the way.
pub(super) fn drop_tables(schema: &str, definition: &CacheDefinition) -> Result<(), Error> {
    let mut script = Script::new();
    for (entity_type, cached) in &definition.entity_types {
        drop_type(&mut script, schema, entity_type, cached);
    }
    script.run()
}
