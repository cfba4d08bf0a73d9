//! Quoting: the one place where names and values become SQL.

use pgrx::spi;

/// A name as an SQL identifier, quoted where it must be.
pub(crate) fn identifier(name: &str) -> String {
    spi::quote_identifier(name)
}

/// A name in a schema as an SQL identifier, always with the schema.
pub(crate) fn qualified(schema: &str, name: &str) -> String {
    spi::quote_qualified_identifier(schema, name)
}

/// A text as an SQL literal, whatever it contains and however `standard_conforming_strings` is set.
pub(crate) fn literal(text: &str) -> String {
    spi::quote_literal(text)
}
