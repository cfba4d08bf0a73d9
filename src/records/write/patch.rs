//! Changing one row.

use super::error::WriteError;
use super::insert::record_keys;
use super::key::TargetKey;
use super::result::{self, WriteResultOptions};
use super::target::WriteTarget;
use crate::error::Error;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::parameter::AnyValue;
use crate::pg::plan::JsonbDatum;
use crate::pg::{Oid, dml};
use serde_json::value::RawValue;

/// Changes the columns that the record names, in the row of that key.
pub(crate) fn patch(
    tab_id: Option<Oid>,
    id: Option<AnyValue>,
    record: Option<JsonbValue>,
    wanted: WriteResultOptions,
) -> Result<JsonbDatum, Error> {
    let target = WriteTarget::open_relation(tab_id)?;
    let id = id.ok_or(WriteError::NullArgument { argument: "rec_id" })?;
    let record = record.ok_or(WriteError::NullArgument { argument: "rec_def" })?;
    let key = TargetKey::meant_by(&target, &id.text)?;
    let id = match id.is_json.then(|| RawValue::from_string(id.text.clone())) {
        Some(Ok(json)) => key.parse_json(json)?,
        _ => key.parse_text(&id.text)?,
    };
    let statement = statement(&target, &key, &record)?;
    if !key.is_valid(&id)? {
        return Err(no_such_row(&target));
    }
    let id = JsonbValue::parse(&serde_json::to_string(&id).map_err(Error::Serialization)?);
    let outcome = target.watch_errors(Vec::new(), || dml::run_dml(&statement, &[id, record]))?;
    let mut keys = outcome.returned.into_iter().flatten();
    match (keys.next(), keys.next()) {
        (Some(key), None) => result::of_key(&target, key, wanted),
        (None, _) => Err(no_such_row(&target)),
        (Some(_), Some(_)) => Err(WriteError::AmbiguousKey {
            relation: target.name().to_owned(),
        }
        .into()),
    }
}

/// The UPDATE, with the key as parameter `$1` and the record as `$2`. It gives the key that the row has afterwards.
fn statement(target: &WriteTarget, key: &TargetKey, record: &JsonbValue) -> Result<String, Error> {
    let keys = record_keys(record)?;
    let columns = target.columns_of_record(&keys)?;
    let relation = &target.sql;
    let returned = key.returned_as_text();
    let (condition, given_key) = (key.condition()?, key.key_of_parameter()?);
    if columns.is_empty() {
        return Ok(format!(
            "SELECT {returned} FROM {relation} AS target, {given_key} \
             WHERE {condition}"
        ));
    }
    let (mut fields, mut assignments) = (Vec::new(), Vec::new());
    for (name, column) in keys.iter().zip(columns) {
        let field = target.field_for(column, name)?;
        assignments.push(format!("{} = {}", column.sql(), field.value("given")));
        fields.push(field);
    }
    Ok(format!(
        "UPDATE {relation} AS target SET {} \
         FROM {given_key}, {} \
         WHERE {condition} RETURNING {returned}",
        assignments.join(", "),
        target.read_row("$2", &fields, "given"),
    ))
}

fn no_such_row(target: &WriteTarget) -> Error {
    WriteError::NoSuchRow {
        relation: target.name().to_owned(),
    }
    .into()
}
