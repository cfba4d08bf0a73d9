//! Quoting: the one place where names become SQL.

use pgrx::spi;

/// A name as an SQL identifier, quoted where it must be.
pub(crate) fn identifier(name: &str) -> String {
    spi::quote_identifier(name)
}
