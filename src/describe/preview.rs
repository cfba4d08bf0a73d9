//! The preview template of a table, as descriptions show it.

use crate::catalog::Catalog;
use crate::catalog::rows::PgAttribute;
use crate::error::Error;
use crate::metadata::references::Column;
use crate::previews::text;
use crate::values::template::TemplatePart;
use serde::Serialize;

/// The preview template of a table.
#[derive(Serialize)]
pub(crate) struct PreviewSettings {
    template: Option<String>,
    customized: bool,
}

impl PreviewSettings {
    /// The template that a user chose; the default, of which `default` gives the column, if none did.
    pub(crate) fn new<'a>(
        catalog: &Catalog,
        customized: Option<&[TemplatePart<Column>]>,
        default: impl FnOnce() -> Result<Option<&'a PgAttribute>, Error>,
    ) -> Result<Self, Error> {
        let template = match customized {
            Some(template) => Some(text::print_template(catalog, template)?),
            None => default()?.map(text::print_default),
        };
        Ok(Self {
            template,
            customized: customized.is_some(),
        })
    }
}
