//! Lookups in the catalogs, by the server's parser and by its deparsers.

pub(crate) mod acl;
pub(crate) mod binding;
pub(crate) mod catalog_row;
pub(crate) mod column_type;
pub(crate) mod comparison;
pub(crate) mod deparse;
pub(crate) mod expression;
pub(crate) mod extension;
pub(crate) mod foreign_server;
pub(crate) mod identity;
pub(crate) mod mixed_comparison;
pub(crate) mod names;
pub(crate) mod node_tree;
pub(crate) mod object_facts;
pub(crate) mod own_casts;
pub(crate) mod ownership;
pub(crate) mod parser;
pub(crate) mod quote;
pub(crate) mod relations;
mod row_layout;
pub(crate) mod scan;
pub(crate) mod snapshot;
pub(crate) mod storage;
pub(crate) mod type_name;
pub(crate) mod watch;
