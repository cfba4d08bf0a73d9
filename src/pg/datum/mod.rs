//! Values: between PostgreSQL's representation of them and Rust's.

pub(crate) mod arguments;
pub(crate) mod array;
pub(crate) mod bytes;
pub(crate) mod input;
pub(crate) mod json_writer;
pub(crate) mod jsonb_item;
pub(crate) mod jsonb_layout;
pub(crate) mod jsonb_value;
pub(crate) mod jsonb_writer;
pub(crate) mod kept_values;
pub(crate) mod moment;
pub(crate) mod plain_value;
pub(crate) mod portable_output;
pub(crate) mod text;
pub(in crate::pg) mod text_array;
pub(crate) mod tuple;
pub(crate) mod value;
pub(in crate::pg) mod value_printer;
