//! The preview template of a table, as descriptions show it.

use crate::catalog::Catalog;
use crate::error::Error;
use crate::metadata::references::ReferencedColumn;
use crate::previews::text::{self, DefaultRule, DefaultTemplate};
use crate::values::template::TemplatePart;
use serde::Serialize;

/// The preview template of a table.
#[derive(Serialize)]
pub(crate) struct PreviewSettings {
    template: Option<String>,
    customized: bool,
    /// Which rule chose the default; null where it is customized, or where there is nothing to show.
    rule: Option<DefaultRule>,
}

impl PreviewSettings {
    /// The template that a user chose; the default, if none did.
    pub(crate) fn new<'a>(
        catalog: &Catalog,
        customized: Option<&[TemplatePart<ReferencedColumn>]>,
        default: impl FnOnce() -> Result<Option<DefaultTemplate<'a>>, Error>,
    ) -> Result<Self, Error> {
        let Some(template) = customized else {
            let default = default()?;
            return Ok(Self {
                template: default.as_ref().map(DefaultTemplate::text),
                customized: false,
                rule: default.map(|default| default.rule),
            });
        };
        Ok(Self {
            template: Some(text::print_template(catalog, template)?),
            customized: true,
            rule: None,
        })
    }
}
