//! Expressions and partition bounds as catalogs store them: trees of nodes, as text.

use crate::pg::text;
use pgrx::PgList;
use pgrx::pg_sys::{self, Node, NodeTag};
use std::ffi::CString;

/// The elements of a stored list of expressions, each as it would be stored alone.
pub(crate) fn elements(list: &str) -> Vec<String> {
    // SAFETY: a pg_node_tree of a catalog, which is a list of nodes.
    unsafe {
        let nodes = PgList::<Node>::from_pg(parse_node_tree(list).cast());
        nodes
            .iter_ptr()
            .filter_map(|node| text::from_server_cstr(pg_sys::nodeToString(node.cast())))
            .collect()
    }
}

/// Which rows a partition holds.
pub(crate) enum StoredBounds {
    Default,
    /// Values as their types print them.
    List(Vec<Option<String>>),
    Range {
        from: Vec<RangeLimit>,
        to: Vec<RangeLimit>,
    },
    Hash {
        modulus: i32,
        remainder: i32,
    },
}

/// A limit of a range.
pub(crate) enum RangeLimit {
    Minimum,
    Value(Option<String>),
    Maximum,
}

/// Reads `pg_class.relpartbound`.
pub(crate) fn bounds(stored: &str) -> Option<StoredBounds> {
    // SAFETY: the tag says that it is a PartitionBoundSpec, whose lists hold what its strategy says: constants, or
    // PartitionRangeDatum.
    unsafe {
        let node = parse_node_tree(stored);
        if node.is_null() || (*node).type_ != NodeTag::T_PartitionBoundSpec {
            return None;
        }
        let bounds = &*node.cast::<pg_sys::PartitionBoundSpec>();
        let limits = |list: *mut pg_sys::List| -> Vec<RangeLimit> {
            let limits = PgList::<pg_sys::PartitionRangeDatum>::from_pg(list);
            limits.iter_ptr().map(|limit| limit_of(&*limit)).collect()
        };
        Some(match bounds.strategy as u8 {
            _ if bounds.is_default => StoredBounds::Default,
            b'h' => StoredBounds::Hash {
                modulus: bounds.modulus,
                remainder: bounds.remainder,
            },
            b'l' => {
                let values = PgList::<Node>::from_pg(bounds.listdatums);
                StoredBounds::List(values.iter_ptr().map(|value| constant(value)).collect())
            }
            _ => StoredBounds::Range {
                from: limits(bounds.lowerdatums),
                to: limits(bounds.upperdatums),
            },
        })
    }
}

/// # Safety
/// `limit` is a limit of a stored range.
unsafe fn limit_of(limit: &pg_sys::PartitionRangeDatum) -> RangeLimit {
    match limit.kind {
        pg_sys::PartitionRangeDatumKind::PARTITION_RANGE_DATUM_MINVALUE => RangeLimit::Minimum,
        pg_sys::PartitionRangeDatumKind::PARTITION_RANGE_DATUM_MAXVALUE => RangeLimit::Maximum,
        // SAFETY: promised by the caller.
        _ => RangeLimit::Value(unsafe { constant(limit.value) }),
    }
}

/// A constant as its type prints it; `None` for NULL.
///
/// # Safety
/// `node` is a valid node.
unsafe fn constant(node: *mut Node) -> Option<String> {
    // SAFETY: the tag says that it is a constant; the output function of its type takes its value.
    unsafe {
        if (*node).type_ != NodeTag::T_Const {
            return None;
        }
        let constant = &*node.cast::<pg_sys::Const>();
        if constant.constisnull {
            return None;
        }
        let (mut function, mut is_varlena) = (pg_sys::Oid::INVALID, false);
        pg_sys::getTypeOutputInfo(constant.consttype, &mut function, &mut is_varlena);
        text::from_server_cstr(pg_sys::OidOutputFunctionCall(function, constant.constvalue))
    }
}

/// # Safety
/// `stored` is a pg_node_tree of a catalog.
unsafe fn parse_node_tree(stored: &str) -> *mut Node {
    let stored = CString::new(text::to_server(stored)).unwrap_or_default();
    // SAFETY: promised by the caller. What is read does not point into the text.
    unsafe { pg_sys::stringToNode(stored.as_ptr().cast_mut()).cast() }
}

/// The collation of a stored expression's result.
pub(crate) fn collation(expression: &str) -> pg_sys::Oid {
    // SAFETY: a pg_node_tree of a catalog.
    unsafe { pg_sys::exprCollation(parse_node_tree(expression)) }
}
