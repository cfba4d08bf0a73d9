//! `compare`: checks our document of any schema against the SQL statement, which was written from the documentation.

use crate::{Result, documents::assert_equal, server::Server};

pub(crate) fn run(schemas: &[String]) -> Result<()> {
    if schemas.is_empty() {
        return Err("name at least one schema to compare".into());
    }
    let mut client = Server::from_environment()?.connect()?;
    for schema in schemas {
        assert_equal(&mut client, schema)?;
        println!("{schema}: equal");
    }
    Ok(())
}
