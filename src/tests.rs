//! Tests inside a server of behaviour that SQL cannot show.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "they ask PostgreSQL itself, and may stop there"
)]

#[pgrx::pg_schema]
mod tests {
    use crate::catalog::rows::{catalog_oid, index_oid};
    use pgrx::prelude::*;

    fn relation_name(oid: u32) -> String {
        let name = Spi::get_one::<String>(&format!("SELECT {oid}::regclass::text"));
        name.unwrap().unwrap()
    }

    #[pg_test]
    fn catalogs_have_the_oids_that_we_use() {
        for (name, oid) in catalog_oid::ALL {
            assert_eq!(relation_name(*oid), name.to_lowercase());
        }
    }

    #[pg_test]
    fn indexes_have_the_oids_that_we_use() {
        for (name, oid) in index_oid::ALL {
            assert_eq!(relation_name(*oid), format!("{}_index", name.to_lowercase()));
        }
    }
}
