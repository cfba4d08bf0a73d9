//! After a command that may have renamed, moved, changed or created relations.

use super::commit;
use crate::error::Error;
use crate::events::outline::RelationOutline;
use crate::events::{Catalogs, Command};
use crate::metadata::detached::{self, Reappeared};
use crate::metadata::options::COLUMN_OPTIONS;
use crate::metadata::repair;
use crate::metadata::statements::{RESTORED_ROWS_COMPLETE, UPDATE_COLUMNS};
use crate::metadata::store::Store;
use crate::pg::bookkeeping::{self, Statements};
use crate::pg::{Oid, report};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Which relations the command may have touched, as SQL: a query for their OIDs. The parameter is a list of the objects
/// that the command defined.
macro_rules! touched {
    ($named:literal) => {
        concat!(
            "WITH RECURSIVE command AS MATERIALIZED (
               SELECT classid, objid FROM jsonb_to_recordset($1) AS o(classid oid, objid oid)
             ),
             named (oid) AS (", $named, "),
             -- A change of columns reaches the children of a table, which the event does not name.
             touched (oid) AS (
               SELECT oid FROM named UNION SELECT i.inhrelid FROM touched AS t JOIN pg_inherits AS i ON i.inhparent = t.oid
             ),
             -- OFFSET 0 here and below: each by its key, whatever the planner thinks of their number.
             named_now AS MATERIALIZED (
               SELECT c.* FROM touched AS t, LATERAL (
                 SELECT c.oid, c.relname, c.relkind, n.nspname, pg_get_userbyid(c.relowner) AS owner
                 FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                 WHERE c.oid = t.oid OFFSET 0
               ) AS c
             ),
             spoken_of (oid) AS MATERIALIZED (
               SELECT DISTINCT k.oid::oid FROM msar_catalog.stored_table_metadata AS m, jsonb_object_keys(m.refs) AS k (oid)
             )
             SELECT jsonb_build_object(
               'followed', (
                 SELECT COALESCE(jsonb_agg(t.oid::bigint), '[]') FROM touched AS t
                 WHERE EXISTS (SELECT FROM msar_catalog.stored_table_metadata AS m WHERE m.table_oid = t.oid OFFSET 0)
                   OR EXISTS (SELECT FROM msar_catalog.stored_column_metadata AS m WHERE m.table_oid = t.oid OFFSET 0)
                   OR t.oid IN (SELECT s.oid FROM spoken_of AS s)
               ),
               'awaited', (
                 SELECT COALESCE(jsonb_agg(c.oid::bigint), '[]') FROM named_now AS c
                 WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND EXISTS (
                   SELECT FROM msar_catalog.stored_detached_metadata AS d
                   WHERE d.schema_name = c.nspname AND d.table_name = c.relname AND d.owner_name = c.owner OFFSET 0
                 )
               ),
               'referents', (
                 SELECT COALESCE(jsonb_agg(DISTINCT w.oid::bigint), '[]')
                 FROM msar_catalog.stored_detached_metadata AS d
                 JOIN named_now AS c
                   ON jsonb_path_exists(d.metadata->'table', '$.** ? (@.schema == $schema && @.name == $name)',
                        jsonb_build_object('schema', c.nspname, 'name', c.relname))
                 JOIN pg_namespace AS n ON n.nspname = d.schema_name
                 JOIN pg_class AS w ON w.relnamespace = n.oid AND w.relname = d.table_name
                 WHERE d.waits AND pg_get_userbyid(w.relowner) = d.owner_name
               ),
               'ours', EXISTS (
                 SELECT FROM named_now AS c WHERE c.nspname = 'msar_catalog' AND c.relkind = 'r'
               )
             )"
        )
    };
}

const BY_RELATION: &str = touched!("SELECT objid FROM command WHERE classid = 'pg_class'::regclass");

/// With what schemas, extensions and composite types contain or define.
const BY_CONTAINER: &str = touched!(
    "SELECT objid FROM command WHERE classid = 'pg_class'::regclass
     UNION
     SELECT c.oid FROM command AS o JOIN pg_class AS c ON c.relnamespace = o.objid
     WHERE o.classid = 'pg_namespace'::regclass
     UNION
     SELECT d.objid FROM command AS o
     JOIN pg_depend AS d ON d.refclassid = o.classid AND d.refobjid = o.objid
     WHERE o.classid = 'pg_extension'::regclass AND d.classid = 'pg_class'::regclass
     UNION
     SELECT c.oid FROM command AS o
     JOIN pg_type AS y ON o.objid = CASE o.classid WHEN 'pg_class'::regclass THEN y.typrelid ELSE y.oid END
     JOIN pg_class AS c ON c.reloftype = y.oid
     WHERE o.classid IN ('pg_class'::regclass, 'pg_type'::regclass)"
);

#[derive(Deserialize)]
struct Touched {
    /// Relations that metadata is about or speaks of.
    followed: Vec<u32>,
    /// Relations for which metadata is kept aside.
    awaited: Vec<u32>,
    /// Relations with options that are kept aside because they speak of a touched one.
    referents: Vec<u32>,
    /// Whether the command altered a table of ours.
    ours: bool,
}

/// An object that the command defined.
#[derive(Serialize)]
struct DefinedAddress {
    classid: u32,
    objid: u32,
}

pub(super) fn follow(store: &Store, command: &Command) -> Result<(), Error> {
    let Some(catalogs) = command.open_catalogs() else {
        return Ok(());
    };
    let defined = command.defined_addresses().map(|address| DefinedAddress {
        classid: address.class,
        objid: address.object,
    });
    let defined: Vec<_> = defined.collect();
    bookkeeping::as_owner(store.owner()?, |statements| {
        let scope = match command.tag() {
            "ALTER SCHEMA" | "ALTER TYPE" | "ALTER EXTENSION" | "CREATE SCHEMA" => BY_CONTAINER,
            _ => BY_RELATION,
        };
        if command.tag() == "ALTER SCHEMA" {
            // A writer of metadata locks the table it is about, but nothing locks a schema.
            defined
                .iter()
                .for_each(|schema| commit::expect_renamed_schema(schema.objid));
        }
        let touched: Touched = statements.query(scope, &defined)?;
        let mut changes = Changes::default();
        for oid in touched.followed {
            changes.add(&catalogs, oid.into())?;
        }
        changes.write(statements)?;
        for oid in touched.awaited {
            if is_new_to_its_owner(&catalogs, oid.into())? {
                detached::attach_again(statements, &catalogs.after, oid.into(), Reappeared::Itself)?;
            }
        }
        for oid in touched.referents {
            detached::attach_again(statements, &catalogs.after, oid.into(), Reappeared::Referent)?;
        }
        // pg_dump's --disable-triggers, or somebody who wants to write in peace: what came in meanwhile has not been
        // looked at.
        if touched.ours && statements.query::<bool>(RESTORED_ROWS_COMPLETE, &())? {
            repair::repair(statements)?;
        }
        Ok(())
    })
}

/// Whether the command created the relation or gave it the owner that it has.
fn is_new_to_its_owner(catalogs: &Catalogs, relation: Oid) -> Result<bool, Error> {
    let before = RelationOutline::read(&catalogs.before, relation)?;
    let after = RelationOutline::read(&catalogs.after, relation)?;
    Ok(after.is_some_and(|after| before.is_none_or(|before| before.owner != after.owner)))
}

/// How a row of `table_metadata` names its table.
#[derive(Serialize)]
struct TableKey {
    oid: u32,
    schema: String,
    name: String,
}

impl TableKey {
    fn new(relation: Oid, outline: &RelationOutline) -> Self {
        Self {
            oid: relation.to_u32(),
            schema: outline.schema.to_string(),
            name: outline.name.clone(),
        }
    }
}

/// Rows that matched before the command and no longer do.
#[derive(Default, Serialize)]
struct Changes {
    tables: Vec<TableKey>,
    columns: Vec<ColumnKey>,
    /// Relations of which something changed.
    relations: Vec<String>,
}

#[derive(Serialize)]
struct ColumnKey {
    #[serde(flatten)]
    table: TableKey,
    attnum: i16,
    column: String,
    /// Options that the type of now does not take.
    unfit: Vec<&'static str>,
}

#[derive(Deserialize)]
struct ColumnRow {
    #[serde(deserialize_with = "crate::metadata::portable::deserialize_oid")]
    table_oid: u32,
    attnum: i16,
    schema_name: String,
    table_name: String,
    column_name: String,
    /// Options that go.
    unfit: Vec<String>,
}

/// The rows of `columns` that matched, each with those of the unfit options that it has.
const COLUMN_ROWS: &str = "
    SELECT COALESCE(jsonb_agg(to_jsonb(m) || jsonb_build_object('unfit', (
             SELECT COALESCE(jsonb_agg(option), '[]') FROM jsonb_array_elements_text(c.unfit) AS option
             WHERE to_jsonb(m)->>option IS NOT NULL
           ))), '[]')
    FROM jsonb_to_recordset($1->'columns')
      AS c(oid oid, schema name, name name, attnum smallint, \"column\" name, unfit jsonb)
    JOIN (
      SELECT l.* FROM msar_catalog.stored_column_metadata AS l
      WHERE l.table_oid IN (SELECT r.oid FROM jsonb_to_recordset($1->'columns') AS r(oid oid))
      FOR UPDATE SKIP LOCKED
    ) AS m
      ON m.table_oid = c.oid AND m.attnum = c.attnum
      AND (m.schema_name, m.table_name, m.column_name) = (c.schema, c.name, c.\"column\")";

/// The trigger of the tables writes the names and references of now. A row of another table that speaks of a relation
/// is touched only while it matches its own.
const TOUCH_TABLES: &str = "
    UPDATE msar_catalog.stored_table_metadata AS m SET table_oid = m.table_oid
    WHERE m.ctid = ANY (ARRAY(
      SELECT l.ctid FROM msar_catalog.stored_table_metadata AS l
      JOIN jsonb_to_recordset($1->'tables') AS t(oid oid, schema name, name name)
        ON l.table_oid = t.oid AND (l.schema_name, l.table_name) = (t.schema, t.name)
      FOR UPDATE OF l SKIP LOCKED
    ));
    UPDATE msar_catalog.stored_table_metadata AS m SET table_oid = m.table_oid
    WHERE m.ctid = ANY (ARRAY(
      SELECT l.ctid FROM msar_catalog.stored_table_metadata AS l
      JOIN pg_class AS c ON c.oid = l.table_oid
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE l.refs ?| ARRAY(SELECT jsonb_array_elements_text($1->'relations'))
        AND (l.schema_name, l.table_name) = (n.nspname, c.relname)
      FOR UPDATE OF l SKIP LOCKED
    ))";

impl Changes {
    fn add(&mut self, catalogs: &Catalogs, relation: Oid) -> Result<(), Error> {
        let before = RelationOutline::read(&catalogs.before, relation)?;
        let after = RelationOutline::read(&catalogs.after, relation)?;
        let (Some(before), Some(after)) = (before, after) else {
            return Ok(());
        };
        let is_renamed = !before.is_named_as(&after);
        let columns = self.columns.len();
        for column in &before.columns {
            let Some(now) = after.column(column.attnum) else {
                continue;
            };
            let is_retyped = now.atttypid != column.atttypid;
            if is_renamed || is_retyped || now.attname != column.attname {
                let ui_type = catalogs.after.type_info(now.atttypid)?.ui_type;
                let unfit = COLUMN_OPTIONS.iter().filter(|option| !option.applies_to(ui_type));
                self.columns.push(ColumnKey {
                    table: TableKey::new(relation, &before),
                    attnum: column.attnum,
                    column: column.attname.clone(),
                    unfit: unfit.map(|option| option.name).collect(),
                });
            }
        }
        if is_renamed {
            self.tables.push(TableKey::new(relation, &before));
        }
        if is_renamed || self.columns.len() > columns {
            commit::expect_renamed(relation.to_u32());
            self.relations.push(relation.to_u32().to_string());
        }
        Ok(())
    }

    fn write(&self, statements: &Statements) -> Result<(), Error> {
        if self.relations.is_empty() {
            return Ok(());
        }
        let rows: Vec<ColumnRow> = statements.query(COLUMN_ROWS, self)?;
        let updates: Vec<Value> = rows
            .iter()
            .map(|row| {
                let clear: Map<String, Value> = row
                    .unfit
                    .iter()
                    .map(|option| (option.clone(), Value::Null))
                    .collect();
                json!({"table_oid": row.table_oid, "attnum": row.attnum, "clear": clear})
            })
            .collect();
        statements.run(&UPDATE_COLUMNS, &updates)?;
        statements.run(TOUCH_TABLES, self)?;
        for row in rows.iter().filter(|row| !row.unfit.is_empty()) {
            report::notice(format!(
                "metadata options of column \"{}\" of \"{}\".\"{}\" do not fit its new type and were cleared: {}",
                row.column_name,
                row.schema_name,
                row.table_name,
                row.unfit.join(", ")
            ));
        }
        Ok(())
    }
}
