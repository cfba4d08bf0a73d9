//! Files that are kept until they are imported: in chunks, each a row, so that no statement holds more than one.
//!
//! A file is its owner's alone: every change is made only where the stored owner is the user of the session.

use crate::error::Error;
use crate::import::file::{self, FileFormat};
use crate::pg::storage::{StorageOwner, StorageTable};
use crate::pg::{bookkeeping, server};
use crate::roles::user;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Bytes of a chunk. It is a parameter of a statement, as JSON: what is done with it before that looks for no cancel.
const CHUNK: usize = 1 << 18;

/// The beginning of a file by which its layout is found, in bytes.
const BEGINNING: usize = 1_000_000;

/// The longest name that is derived from that of a file.
const LONGEST_NAME: usize = 100;

/// The options of a file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DataFileOptions {
    header: Option<bool>,
    created_from: Option<String>,
}

/// Changes of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DataFilePatch {
    header: bool,
}

#[derive(Serialize)]
struct DataFileRow<'a> {
    owner_oid: u32,
    file: &'a str,
    created_from: &'a str,
    #[serde(rename = "type")]
    format: FileFormat,
    base_name: String,
    header: bool,
    delimiter: String,
    size: usize,
}

#[derive(Serialize)]
struct ChunkRow {
    data_file_id: i64,
    position: usize,
    /// In hexadecimal digits.
    content: String,
}

/// A file, and who wants to change it.
#[derive(Serialize)]
struct OwnFile {
    id: i64,
    owner_oid: u32,
    header: bool,
}

/// Nothing of these is read past SQL.
const FILES: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_data_files",
    columns: &[],
    primary_key: &["id"],
};
const CHUNKS: StorageTable = StorageTable {
    schema: crate::STORAGE_SCHEMA,
    name: c"stored_data_file_chunks",
    columns: &[],
    primary_key: &["data_file_id", "position"],
};

const FORGET_OLD: &str = include_str!("../../sql/query/import/data_file_forget_old.sql");

const INSERT: &str = include_str!("../../sql/query/import/data_file_insert.sql");

const INSERT_CHUNK: &str = include_str!("../../sql/query/import/data_file_insert_chunk.sql");

const UPDATE: &str = include_str!("../../sql/query/import/data_file_update.sql");

const DELETE: &str = include_str!("../../sql/query/import/data_file_delete.sql");

/// Keeps a file of the user of the session; gives its number.
pub(crate) fn store_file(name: &str, content: &[u8], options: &DataFileOptions) -> Result<i64, Error> {
    let path = Path::new(name);
    let is_tsv = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("tsv"));
    let beginning = &content[..content.len().min(BEGINNING)];
    let found = file::survey_beginning(beginning, is_tsv, &server::check_for_interrupts)?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy());
    let row = DataFileRow {
        owner_oid: user::current_user_id()?.to_u32(),
        file: name,
        created_from: options.created_from.as_deref().unwrap_or("file"),
        format: found.format,
        base_name: stem.unwrap_or_default().chars().take(LONGEST_NAME).collect(),
        header: options.header.unwrap_or(true),
        delimiter: found.delimiter.map(String::from).unwrap_or_default(),
        size: content.len(),
    };
    bookkeeping::as_owner(storage_owner()?, |statements| {
        statements.run(FORGET_OLD, &())?;
        let data_file_id: i64 = statements.query(INSERT, &row)?;
        for (position, bytes) in content.chunks(CHUNK).enumerate() {
            server::check_for_interrupts();
            let content = to_hex(bytes);
            statements.run(
                INSERT_CHUNK,
                &ChunkRow {
                    data_file_id,
                    position,
                    content,
                },
            )?;
        }
        Ok(data_file_id)
    })
}

/// Changes a file of the user of the session.
pub(crate) fn change_file(id: i64, patch: &DataFilePatch) -> Result<(), Error> {
    write_own_file(UPDATE, id, patch.header)
}

/// Forgets a file of the user of the session.
pub(crate) fn remove_file(id: i64) -> Result<(), Error> {
    write_own_file(DELETE, id, false)
}

fn write_own_file(statement: &'static str, id: i64, header: bool) -> Result<(), Error> {
    let own = OwnFile {
        id,
        owner_oid: user::current_user_id()?.to_u32(),
        header,
    };
    bookkeeping::as_owner(storage_owner()?, |statements| statements.run(statement, &own))
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 0xf)]);
    bytes
        .iter()
        .flat_map(|&byte| [digit(byte >> 4), digit(byte)])
        .collect()
}

fn storage_owner() -> Result<StorageOwner, Error> {
    StorageTable::owner_of(&[&FILES, &CHUNKS])
}
