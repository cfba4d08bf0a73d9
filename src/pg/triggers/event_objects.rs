//! The objects that a command defined or dropped, as PostgreSQL knows them while an event trigger runs.
//!
//! Its own functions for that, `pg_event_trigger_ddl_commands` and `pg_event_trigger_dropped_objects`, are called as C
//! functions: as a query they would cost each command a plan and an executor. Addresses come as OIDs, so nothing of
//! what the command named is looked up again: it may have changed the search_path.

use crate::pg::{Oid, array, text};
use pgrx::pg_sys::{self, Datum};
use std::cell::Cell;
use std::ffi::CStr;
use std::thread::LocalKey;

/// An object, or a column of a relation: catalog, OID, attnum or 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub(crate) struct ObjectAddress {
    pub(crate) class: u32,
    pub(crate) object: u32,
    pub(crate) part: i32,
}

/// A command, or a part of one, that defined something.
#[derive(Debug)]
pub(crate) struct DefinedObject {
    /// The tag of this part: a CREATE TABLE may contain a CREATE SEQUENCE.
    pub(crate) tag: &'static str,
    pub(crate) verb: DefinitionVerb,
    pub(crate) definition: Definition,
}

/// The change that a command makes to its object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DefinitionVerb {
    Create,
    /// It creates, or replaces what is there.
    CreateOrReplace,
    Alter,
    Rename,
    Move,
    ChangeOwner,
    Comment,
}

/// The parts of a command, as far as PostgreSQL collects them.
#[derive(Debug)]
pub(crate) enum Definition {
    /// It created or altered one object.
    Simple(ObjectAddress),
    /// It made an object a member of an extension, or none any more.
    Member {
        extension: ObjectAddress,
        member: ObjectAddress,
    },
    /// The parts of an ALTER TABLE, and of its like.
    Altered {
        relation: ObjectAddress,
        parts: Vec<AlteredPart>,
    },
    /// It granted or revoked privileges on these objects of one catalog.
    Granted { objects: Vec<ObjectAddress> },
    /// Something else, of which no object is known.
    Other,
}

/// One action of an ALTER TABLE.
#[derive(Debug)]
pub(crate) struct AlteredPart {
    pub(crate) action: pg_sys::AlterTableType::Type,
    /// Its object; the invalid OID if PostgreSQL does not report it.
    pub(crate) address: ObjectAddress,
    /// The name of the column that it adds.
    pub(crate) added_column: Option<String>,
}

/// An object that a command dropped.
#[derive(Debug)]
pub(crate) struct DroppedObject {
    pub(crate) address: ObjectAddress,
    /// Whether the command named it; the others went along.
    pub(crate) is_original: bool,
    pub(crate) is_temporary: bool,
    /// PostgreSQL's word: `table`, `table constraint`, `index`.
    pub(crate) object_type: String,
    pub(crate) schema_name: Option<String>,
    pub(crate) object_name: Option<String>,
    /// Its name with those of what it belongs to, as address functions take it; none of what has a name by itself, and of
    /// defaults, of which nobody asks.
    pub(crate) address_names: Vec<String>,
}

impl From<pg_sys::ObjectAddress> for ObjectAddress {
    fn from(address: pg_sys::ObjectAddress) -> Self {
        Self {
            class: address.classId.to_u32(),
            object: address.objectId.to_u32(),
            part: address.objectSubId,
        }
    }
}

impl DefinedObject {
    /// What an ALTER TABLE defines that adds one column.
    pub(super) fn added_column(relation: ObjectAddress, column: ObjectAddress, name: String) -> Self {
        let part = AlteredPart {
            action: pg_sys::AlterTableType::AT_AddColumn,
            address: column,
            added_column: Some(name),
        };
        Self {
            tag: "ALTER TABLE",
            verb: DefinitionVerb::Alter,
            definition: Definition::Altered {
                relation,
                parts: vec![part],
            },
        }
    }
}

/// The objects that the running command defined. An error outside an event trigger for the end of a command.
pub(crate) fn defined_objects() -> Vec<DefinedObject> {
    const COMMAND: usize = 8;
    let mut objects = Vec::new();
    // SAFETY: the function returns rows of nine columns, the last of which is a pointer to what was collected, valid
    // while the event trigger runs.
    unsafe {
        each_row(
            row_type(&DEFINED_ROW, &DEFINED_COLUMNS),
            pg_sys::pg_event_trigger_ddl_commands,
            |row| {
                let collected = row.value(COMMAND).map(|value| &*value.cast_mut_ptr());
                objects.extend(collected.map(|collected| defined_object(collected)));
            },
        );
    }
    objects
}

/// The catalog of defaults.
const PG_ATTRDEF: u32 = 2604;

/// The objects that the running command dropped. An error outside an event trigger for `sql_drop`.
pub(crate) fn dropped_objects() -> Vec<DroppedObject> {
    let mut objects = Vec::new();
    // SAFETY: the columns are those of the function: classid, objid, objsubid, original, normal, is_temporary,
    // object_type, schema_name, object_name, object_identity, address_names, address_args.
    unsafe {
        each_row(
            row_type(&DROPPED_ROW, &DROPPED_COLUMNS),
            pg_sys::pg_event_trigger_dropped_objects,
            |row| {
                let number = |at| row.value(at).map_or(0, |value| value.value() as u32);
                let is = |at| row.value(at).is_some_and(|value| value.value() != 0);
                let text = |at| row.value(at).map(|value| text::from_text_datum(value));
                let address = ObjectAddress {
                    class: number(0),
                    object: number(1),
                    part: number(2) as i32,
                };
                let object_name = text(8);
                let is_default = address.class == PG_ATTRDEF;
                let needs_names = (object_name.is_none() && !is_default) || address.part != 0;
                objects.push(DroppedObject {
                    address,
                    is_original: is(3),
                    is_temporary: is(5),
                    object_type: text(6).unwrap_or_default(),
                    schema_name: text(7),
                    object_name,
                    address_names: row
                        .value(10)
                        .filter(|_| needs_names)
                        .map_or_else(Vec::new, |names| array::text_elements(names)),
                });
            },
        );
    }
    objects
}

/// # Safety
/// `collected` is what PostgreSQL collected for the running command.
unsafe fn defined_object(collected: &pg_sys::CollectedCommand) -> DefinedObject {
    use pg_sys::CollectedCommandType as Sort;
    // SAFETY: the type of a collected command says which member of the union is set; its lists have the elements that
    // PostgreSQL's own deparsing expects.
    unsafe {
        // Of a GRANT, nothing but its meaning is collected.
        let tag = match collected.type_ {
            Sort::SCT_Grant if (*collected.d.grant.istmt).is_grant => "GRANT",
            Sort::SCT_Grant => "REVOKE",
            _ if collected.parsetree.is_null() => "",
            _ => CStr::from_ptr(pg_sys::GetCommandTagName(pg_sys::CreateCommandTag(
                collected.parsetree,
            )))
            .to_str()
            .unwrap_or_default(),
        };
        let verb = if collected.parsetree.is_null() {
            DefinitionVerb::Alter
        } else {
            verb_of((*collected.parsetree).type_, tag)
        };
        let definition = match collected.type_ {
            Sort::SCT_Simple
                if is_of_type(collected.parsetree, pg_sys::NodeTag::T_AlterExtensionContentsStmt) =>
            {
                Definition::Member {
                    extension: collected.d.simple.address.into(),
                    member: collected.d.simple.secondaryObject.into(),
                }
            }
            Sort::SCT_Simple => Definition::Simple(collected.d.simple.address.into()),
            Sort::SCT_AlterOpFamily => Definition::Simple(collected.d.opfam.address.into()),
            Sort::SCT_CreateOpClass => Definition::Simple(collected.d.createopc.address.into()),
            Sort::SCT_AlterTSConfig => Definition::Simple(collected.d.atscfg.address.into()),
            Sort::SCT_AlterTable => {
                let altered = collected.d.alterTable;
                Definition::Altered {
                    relation: ObjectAddress {
                        class: altered.classId.to_u32(),
                        object: altered.objectId.to_u32(),
                        part: 0,
                    },
                    parts: pgrx::PgList::<pg_sys::CollectedATSubcmd>::from_pg(altered.subcmds)
                        .iter_ptr()
                        .map(|part| {
                            let command = &*(*part).parsetree.cast::<pg_sys::AlterTableCmd>();
                            AlteredPart {
                                action: command.subtype,
                                address: (*part).address.into(),
                                added_column: added_column(command),
                            }
                        })
                        .collect(),
                }
            }
            Sort::SCT_Grant => {
                let grant = &*collected.d.grant.istmt;
                let class = granted_class(grant.objtype);
                Definition::Granted {
                    objects: pgrx::PgList::<Oid>::from_pg(grant.objects)
                        .iter_oid()
                        .map(|object| ObjectAddress {
                            class,
                            object: object.to_u32(),
                            part: 0,
                        })
                        .collect(),
                }
            }
            _ => Definition::Other,
        };
        DefinedObject {
            tag,
            verb,
            definition,
        }
    }
}

/// # Safety
/// `command` is null or a parse tree.
unsafe fn is_of_type(command: *const pg_sys::Node, tag: pg_sys::NodeTag) -> bool {
    // SAFETY: promised by the caller; the tag of a node is its type.
    !command.is_null() && unsafe { (*command).type_ == tag }
}

/// The name of the column that a part of an ALTER TABLE adds.
///
/// # Safety
/// `command` is a part of a parsed ALTER TABLE.
unsafe fn added_column(command: &pg_sys::AlterTableCmd) -> Option<String> {
    // SAFETY: the tag of a node is its type; a column's definition has its name.
    unsafe {
        let is_definition = command.subtype == pg_sys::AlterTableType::AT_AddColumn
            && !command.def.is_null()
            && (*command.def).type_ == pg_sys::NodeTag::T_ColumnDef;
        is_definition
            .then(|| text::from_server_cstr((*command.def.cast::<pg_sys::ColumnDef>()).colname))
            .flatten()
    }
}

fn verb_of(node: pg_sys::NodeTag, tag: &str) -> DefinitionVerb {
    use pg_sys::NodeTag as Node;
    match node {
        Node::T_RenameStmt => DefinitionVerb::Rename,
        Node::T_AlterObjectSchemaStmt => DefinitionVerb::Move,
        Node::T_AlterOwnerStmt => DefinitionVerb::ChangeOwner,
        Node::T_CommentStmt => DefinitionVerb::Comment,
        Node::T_ViewStmt
        | Node::T_CreateFunctionStmt
        | Node::T_RuleStmt
        | Node::T_CreateTrigStmt
        | Node::T_DefineStmt => DefinitionVerb::CreateOrReplace,
        _ if tag.starts_with("CREATE ") || tag == "SELECT INTO" => DefinitionVerb::Create,
        _ => DefinitionVerb::Alter,
    }
}

/// The extension whose script runs.
pub(crate) fn current_extension() -> Option<String> {
    // SAFETY: the invalid OID where none does, which has no name.
    unsafe {
        let extension = pg_sys::CurrentExtensionObject;
        (extension != Oid::INVALID)
            .then(|| text::from_server_cstr(pg_sys::get_extension_name(extension)))
            .flatten()
    }
}

/// The catalog of the objects of a GRANT; 0 for kinds of objects that no subscriber needs.
fn granted_class(sort: pg_sys::ObjectType::Type) -> u32 {
    use pg_sys::ObjectType as Sort;
    let class = match sort {
        Sort::OBJECT_TABLE | Sort::OBJECT_COLUMN | Sort::OBJECT_SEQUENCE => pg_sys::RelationRelationId,
        Sort::OBJECT_SCHEMA => pg_sys::NamespaceRelationId,
        Sort::OBJECT_TYPE | Sort::OBJECT_DOMAIN => pg_sys::TypeRelationId,
        Sort::OBJECT_FUNCTION | Sort::OBJECT_PROCEDURE | Sort::OBJECT_ROUTINE | Sort::OBJECT_AGGREGATE => {
            pg_sys::ProcedureRelationId
        }
        _ => Oid::INVALID,
    };
    class.to_u32()
}

/// A row that a function returned.
struct ReturnedRow<'a> {
    values: &'a [Datum],
    nulls: &'a [bool],
}

impl ReturnedRow<'_> {
    fn value(&self, at: usize) -> Option<Datum> {
        (!self.nulls[at]).then(|| self.values[at])
    }
}

/// classid, objid, objsubid, command_tag, object_type, schema_name, object_identity, in_extension, command. The last is a
/// pointer, as a number of eight bytes is passed.
const DEFINED_COLUMNS: [Oid; 9] = [
    pg_sys::OIDOID,
    pg_sys::OIDOID,
    pg_sys::INT4OID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::BOOLOID,
    POINTER,
];

/// As wide as a pointer is.
const POINTER: Oid = if cfg!(target_pointer_width = "64") {
    pg_sys::INT8OID
} else {
    pg_sys::INT4OID
};

/// classid, objid, objsubid, original, normal, is_temporary, object_type, schema_name, object_name, object_identity,
/// address_names, address_args.
const DROPPED_COLUMNS: [Oid; 12] = [
    pg_sys::OIDOID,
    pg_sys::OIDOID,
    pg_sys::INT4OID,
    pg_sys::BOOLOID,
    pg_sys::BOOLOID,
    pg_sys::BOOLOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTARRAYOID,
    pg_sys::TEXTARRAYOID,
];

thread_local! {
    static DEFINED_ROW: Cell<pg_sys::TupleDesc> = const { Cell::new(std::ptr::null_mut()) };
    static DROPPED_ROW: Cell<pg_sys::TupleDesc> = const { Cell::new(std::ptr::null_mut()) };
}

/// The row type of these columns, which is made once a session.
fn row_type(known: &'static LocalKey<Cell<pg_sys::TupleDesc>>, columns: &[Oid]) -> pg_sys::TupleDesc {
    let descriptor = known.get();
    if !descriptor.is_null() {
        return descriptor;
    }
    // SAFETY: the descriptor lies in memory that lasts as long as the session; each of its columns is initialized.
    unsafe {
        let before = pg_sys::MemoryContextSwitchTo(pg_sys::TopMemoryContext);
        let descriptor = pg_sys::CreateTemplateTupleDesc(columns.len() as i32);
        for (number, &type_) in (1..).zip(columns) {
            pg_sys::TupleDescInitEntry(descriptor, number, c"".as_ptr(), type_, -1, 0);
        }
        pg_sys::MemoryContextSwitchTo(before);
        known.set(descriptor);
        descriptor
    }
}

/// Calls a function without arguments that returns a set of rows.
///
/// PostgreSQL asks the catalogs which columns such a function returns, at each call. So the function passes for one that
/// returns rows as its caller wants them, which gives the row type.
///
/// # Safety
/// `function` materializes rows of this type.
unsafe fn each_row(
    row_type: pg_sys::TupleDesc,
    function: unsafe fn(pg_sys::FunctionCallInfo) -> Datum,
    mut take: impl FnMut(&ReturnedRow<'_>),
) {
    // SAFETY: the call has what a function that returns a set in materialize mode looks at: its own description, no
    // arguments, and a ReturnSetInfo with a context for the result. What an error leaves goes with the memory context.
    unsafe {
        let context = pg_sys::CreateStandaloneExprContext();
        let mut description = pg_sys::FmgrInfo {
            fn_oid: pg_sys::F_JSON_TO_RECORD.into(),
            fn_retset: true,
            fn_mcxt: pg_sys::CurrentMemoryContext,
            ..pg_sys::FmgrInfo::default()
        };
        let mut result = pg_sys::ReturnSetInfo {
            type_: pg_sys::NodeTag::T_ReturnSetInfo,
            econtext: context,
            expectedDesc: row_type,
            allowedModes: pg_sys::SetFunctionReturnMode::SFRM_Materialize as i32,
            ..pg_sys::ReturnSetInfo::default()
        };
        let mut call = pg_sys::FunctionCallInfoBaseData {
            flinfo: &mut description,
            resultinfo: (&raw mut result).cast(),
            ..pg_sys::FunctionCallInfoBaseData::default()
        };
        function(&mut call);
        if !result.setResult.is_null() {
            let columns = (*result.setDesc).natts;
            let slot =
                pg_sys::MakeSingleTupleTableSlot(result.setDesc, &raw const pg_sys::TTSOpsMinimalTuple);
            while pg_sys::tuplestore_gettupleslot(result.setResult, true, false, slot) {
                if i32::from((*slot).tts_nvalid) < columns {
                    pg_sys::slot_getsomeattrs_int(slot, columns);
                }
                take(&ReturnedRow {
                    values: std::slice::from_raw_parts((*slot).tts_values, columns as usize),
                    nulls: std::slice::from_raw_parts((*slot).tts_isnull, columns as usize),
                });
            }
            pg_sys::ExecDropSingleTupleTableSlot(slot);
            pg_sys::tuplestore_end(result.setResult);
        }
        pg_sys::FreeExprContext(context, true);
    }
}
