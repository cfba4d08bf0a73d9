//! Files and pasted texts as rows.

use crate::error::Error;
use crate::import::{file, fill};
use crate::pg::arguments::JsonArgument;
use crate::pg::bytes::{NewText, TextBytes};
use crate::pg::results::Jsonb;
use crate::pg::server;
use crate::tables::create;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn inspect_file(data: &[u8], options: JsonArgument) -> Result<Jsonb, ErrorReport> {
    let inspected = file::inspect(data, &file_options(&options)?, &server::check_for_interrupts);
    Ok(Jsonb::new(&inspected.map_err(Error::from)?)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.inspect_file(bytea, jsonb) IS
$$What a file is, for msar.import_text.
Arguments: data, options: as msar.import_text.
Returns: {"format", "encoding", "delimiter", "header", "columns": [names, empty where there are none], "rows": how many can be imported, "bad_rows": [{"line", "reason", "text"}]}.
Errors: 22023 wrong options; 22P04 the file cannot be read, or has bad rows that are not to be skipped; 54011 more columns than a table can have; 54000 more than 10000 bad rows; 53200 out of memory.
Example: SELECT __msar.inspect_file('a,b', '{}');$$;
"#,
    name = "comment_inspect_file",
    requires = [inspect_file]
);

#[pg_extern(schema = "__msar", volatile, strict, parallel_unsafe)]
fn fill_table(
    tab_id: pg_sys::Oid,
    data: &[u8],
    layout: JsonArgument,
    options: JsonArgument,
) -> Result<i64, ErrorReport> {
    let layout = layout.decode("layout", "Pass what __msar.inspect_file returns.")?;
    Ok(fill::table(tab_id, data, &layout, &file_options(&options)?)? as i64)
}

fn file_options(options: &JsonArgument) -> Result<file::Options, Error> {
    let hint = "Known are format (csv, tsv, json_lines, json), encoding, delimiter, quote, escape, header, null, \
        bad_rows (refuse, skip).";
    options.decode("options", hint)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.fill_table(oid, bytea, jsonb, jsonb) IS
$$Puts the rows of a file, but for the bad ones, into the columns of type text of a table, in their order.
Arguments: tab_id: the table; data, options: as msar.import_text; layout: what __msar.inspect_file returns for them.
Returns: the number of rows.
Errors: 42501 no INSERT on the table; 0A000 row-level security is in force for the role; 22P04 the table has other columns; and those of COPY.
Example: SELECT __msar.fill_table('public.import'::regclass, 'a,b', __msar.inspect_file('a,b', '{}'), '{}');$$;
"#,
    name = "comment_fill_table",
    requires = [fill_table]
);

#[pg_extern(schema = "__msar", immutable, strict, parallel_safe)]
fn import_column_names(col_names: JsonArgument, reserved: JsonArgument) -> Result<Jsonb, ErrorReport> {
    let names: Vec<Option<String>> = super::read("col_names", &col_names)?;
    let reserved = super::read("reserved", &reserved)?;
    let names = create::file_column_names(&names, reserved).map_err(Error::from)?;
    Ok(Jsonb::new(&names)?)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.import_column_names(jsonb, jsonb) IS
$$Names for the columns of a table to be imported into.
Arguments: col_names: array of the names wanted; null or empty for Column N, N being the position; one that is too long is cut; reserved: array of names that are taken.
Returns: array of as many names that differ: one that is taken gets 1, 2, ... after a blank.
Errors: 54011 more names than a table can have columns.
Example: SELECT __msar.import_column_names('["id", "name", "name"]', '["id"]');  -- ["id 1", "name", "name 1"]$$;
"#,
    name = "comment_import_column_names",
    requires = [import_column_names]
);

#[pg_extern(schema = "__msar", stable, parallel_unsafe)]
fn import_table_name(
    sch_id: Option<pg_sys::Oid>,
    wanted: Option<TextBytes>,
    fallback: Option<TextBytes>,
) -> NewText {
    let [wanted, fallback] = [wanted, fallback].map(|name| name.map(TextBytes::decode));
    let schema = sch_id.unwrap_or(pg_sys::Oid::INVALID);
    let name = create::file_table_name(schema, wanted.as_deref(), fallback.as_deref().unwrap_or("Table"));
    NewText::encode(&name)
}

extension_sql!(
    r#"
COMMENT ON FUNCTION __msar.import_table_name(oid, text, text) IS
$$A free name for a table to be imported into.
Arguments: sch_id: its schema; wanted: the name, which is cut if it is too long; NULL or empty for the fallback; fallback: what then gets a number.
Returns: the name wanted; if it is taken or none is wanted, that or the fallback with a number, which begins after the number of tables in the schema.
Errors: none.
Example: SELECT __msar.import_table_name('public'::regnamespace, '', 'Table');  -- Table 1$$;
"#,
    name = "comment_import_table_name",
    requires = [import_table_name]
);
