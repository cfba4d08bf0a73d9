//! The template in force for a relation.

use super::error::PreviewError;
use super::relation::PreviewedRelation;
use super::text::{self, Audience, DefaultTemplate};
use crate::catalog::Catalog;
use crate::catalog::link::ForeignKeyLink;
use crate::error::Error;
use crate::metadata::options;
use crate::metadata::references::ReferencedColumn;
use crate::pg::Oid;
use crate::values::template::{Placeholder, TemplatePart};
use rustc_hash::FxHashMap;
use serde_json::Value;

/// The templates in force for a call: those that it passed, else those that users chose, else the defaults.
pub(crate) struct Templates {
    passed: FxHashMap<u32, Vec<TemplatePart<i16>>>,
    /// A template of this call alone, as text, and the relation whose rows it shows.
    written: Option<(Oid, Vec<TemplatePart<i16>>)>,
    /// Which functions the previews are for.
    purpose: Purpose,
}

/// Which functions previews are for. They differ in what a row shows that has no template or nothing to show by it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Those of the contract: the contract's default column; an empty text.
    Contract,
    /// Our own: the columns that the session's setting chooses; the key.
    Own,
}

/// The template of a relation, with the columns that it means.
pub(crate) struct InForce {
    pub(crate) parts: Vec<TemplatePart<ReferencedColumn>>,
    /// Whether a placeholder that ends on a foreign key column shows the row referred to. In a template that a call
    /// passed, it shows the column's own value.
    pub(crate) shows_rows: bool,
}

impl Templates {
    /// `passed` is what a call has for its argument `table_record_summary_templates`: `{"<table OID>": template or
    /// null}`.
    pub(crate) fn new(passed: Option<Value>, purpose: Purpose) -> Result<Self, Error> {
        let mut templates = Self {
            passed: FxHashMap::default(),
            written: None,
            purpose,
        };
        let tables = match passed {
            None | Some(Value::Null) => return Ok(templates),
            Some(Value::Object(tables)) => tables,
            Some(_) => return Err(PreviewError::TemplatesNotAnObject.into()),
        };
        for (table, template) in tables {
            let Ok(oid) = table.parse() else {
                return Err(PreviewError::NoTableOfTemplate { key: table }.into());
            };
            if !template.is_null() {
                templates.passed.insert(oid, read_parts(oid, &template)?);
            }
        }
        Ok(templates)
    }

    /// The template that a call writes for the rows of one relation: `{title} ({publisher_id.name})`. Unlike those that
    /// are passed by attnums it is checked, and a placeholder of a foreign key column shows the row referred to.
    pub(crate) fn of_text(
        catalog: &Catalog,
        relation: Oid,
        template: &str,
        purpose: Purpose,
    ) -> Result<Self, Error> {
        let parts = super::custom::resolve_template(catalog, relation, template)?;
        Ok(Self {
            passed: FxHashMap::default(),
            written: Some((relation, parts)),
            purpose,
        })
    }

    /// The template of a relation. What it names that is not there, or that is no foreign key where a path goes on, is
    /// left out.
    pub(crate) fn in_force(&self, catalog: &Catalog, relation: &PreviewedRelation) -> Result<InForce, Error> {
        let oid = relation.row.oid;
        let written = self.written.as_ref().filter(|(of, _)| *of == oid);
        let passed = self.passed.get(&oid.to_u32());
        if let Some(parts) = written.map(|(_, parts)| parts).or(passed) {
            return Ok(InForce {
                parts: parts
                    .iter()
                    .filter_map(|part| with_columns(catalog, oid, part))
                    .collect(),
                shows_rows: written.is_some(),
            });
        }
        let parts = match relation.metadata.template(catalog, oid) {
            Some(parts) => parts,
            None => self.default_parts(catalog, relation)?,
        };
        Ok(InForce {
            parts,
            shows_rows: true,
        })
    }
}

impl Templates {
    pub(crate) fn purpose(&self) -> Purpose {
        self.purpose
    }

    fn default_parts(
        &self,
        catalog: &Catalog,
        relation: &PreviewedRelation,
    ) -> Result<Vec<TemplatePart<ReferencedColumn>>, Error> {
        let audience = match self.purpose {
            Purpose::Contract => Audience::Contract,
            Purpose::Own => Audience::of_session(),
        };
        let oid = relation.row.oid;
        let keys = || text::key_columns(catalog, oid);
        let default = DefaultTemplate::choose(catalog, relation.readable(catalog), audience, keys)?;
        let mut parts = Vec::new();
        for column in default.map_or(Vec::new(), |default| default.columns) {
            if !parts.is_empty() {
                parts.push(TemplatePart::Text(" ".into()));
            }
            parts.push(TemplatePart::Placeholder(Placeholder {
                path: vec![ReferencedColumn {
                    relation: oid,
                    attnum: column.attnum,
                }],
                raw: false,
            }));
        }
        Ok(parts)
    }
}

fn read_parts(table: u32, template: &Value) -> Result<Vec<TemplatePart<i16>>, PreviewError> {
    let Value::Array(parts) = template else {
        return Err(PreviewError::TemplateNotAnArray { table });
    };
    let part = |(at, part)| {
        options::read_template_part(part).ok_or(PreviewError::WrongTemplatePart {
            table,
            position: at + 1,
        })
    };
    parts.iter().enumerate().map(part).collect()
}

/// Finds the tables on the way of a path.
fn with_columns(
    catalog: &Catalog,
    relation: Oid,
    part: &TemplatePart<i16>,
) -> Option<TemplatePart<ReferencedColumn>> {
    let Placeholder { path, raw } = match part {
        TemplatePart::Text(text) => return Some(TemplatePart::Text(text.clone())),
        TemplatePart::Placeholder(placeholder) => placeholder,
    };
    let mut columns = Vec::with_capacity(path.len());
    let mut relation = relation;
    for (at, &attnum) in path.iter().enumerate() {
        if at > 0 {
            let links = catalog.links(relation);
            relation = ForeignKeyLink::of_column(&links, path[at - 1], None)?.target;
        }
        columns.push(ReferencedColumn { relation, attnum });
    }
    Some(TemplatePart::Placeholder(Placeholder {
        path: columns,
        raw: *raw,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problem(passed: Value) -> String {
        match Templates::new(Some(passed), Purpose::Contract) {
            Err(error) => error.to_string(),
            Ok(_) => String::new(),
        }
    }

    #[test]
    fn templates_are_passed_by_table() {
        let templates = Templates::new(
            Some(json!({"16400": ["No. ", [2], [5, 2]], "16401": null})),
            Purpose::Contract,
        )
        .unwrap();
        assert_eq!(templates.passed.len(), 1);
        assert_eq!(templates.passed[&16400].len(), 3);
        for nothing in [None, Some(json!(null))] {
            assert!(Templates::new(nothing, Purpose::Own).unwrap().passed.is_empty());
        }
    }

    #[test]
    fn what_is_no_template_is_told() {
        assert_eq!(
            problem(json!([])),
            "table_record_summary_templates is not an object"
        );
        assert!(problem(json!({"book": [[1]]})).starts_with("\"book\" is not the OID"));
        assert_eq!(
            problem(json!({"1": "{a}"})),
            "the template of table 1 is not an array"
        );
        assert_eq!(
            problem(json!({"1": [[2], 3]})),
            "part 2 of the template of table 1 is neither a string nor a path"
        );
    }
}
