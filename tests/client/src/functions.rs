//! The functions of the extension, as its catalog entries tell them.

use postgres::Client;

/// A function that can be called.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its schema and name, for SQL.
    pub name: String,
    /// The names of its arguments.
    pub names: Vec<String>,
    /// The types of its arguments, for SQL.
    pub arguments: Vec<String>,
    /// Its result, as PostgreSQL prints it.
    pub result: String,
    /// Whether it may run in a parallel worker.
    pub is_parallel_safe: bool,
}

impl Function {
    /// A statement that calls it with these arguments, each an SQL expression.
    #[must_use]
    pub fn call(&self, arguments: &[String]) -> String {
        let arguments: Vec<_> = arguments
            .iter()
            .zip(&self.arguments)
            .map(|(value, type_name)| match type_name.as_str() {
                "anycompatible" | "anyelement" => value.clone(),
                // A number becomes an OID first, and then what stands for one.
                name if name.starts_with("reg") => format!("({value})::oid::{name}"),
                name => format!("({value})::{name}"),
            })
            .collect();
        format!("SELECT {}({})", self.name, arguments.join(", "))
    }
}

/// All functions of the extension, in the order of their names.
///
/// # Panics
/// Where the catalogs cannot be read.
pub fn all(client: &mut Client) -> Vec<Function> {
    let query = "SELECT p.pronamespace::regnamespace || '.' || quote_ident(p.proname),
                        coalesce(p.proargnames[1:p.pronargs], '{}'),
                        ARRAY(SELECT format_type(a, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS a(a, n) ORDER BY n),
                        format_type(p.prorettype, NULL), p.proparallel = 's'
                 FROM pg_depend AS d JOIN pg_proc AS p ON p.oid = d.objid
                 WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
                   AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'mathesar_ext') AND p.prokind = 'f'
                 ORDER BY p.oid::regprocedure::text COLLATE \"C\"";
    let rows = client.query(query, &[]).unwrap_or_else(|error| panic!("{error}"));
    rows.iter()
        .map(|row| Function {
            name: row.get(0),
            names: row.get(1),
            arguments: row.get(2),
            result: row.get(3),
            is_parallel_safe: row.get(4),
        })
        .collect()
}
