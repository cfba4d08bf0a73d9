//! Stored expressions: which of them are constants, and of what value.

use crate::pg::{Oid, server, subtransaction, text, value, value::Value};
use pgrx::pg_sys::{self, CoercionForm, Node, NodeTag};
use pgrx::prelude::PgSqlErrorCode;

/// The value of a stored expression, if it is a constant, an `ARRAY[...]` of constants, or built-in immutable casts
/// of such. Casts to a domain are left out, so that no check of a user's runs. `None` if it is anything else, or if
/// a cast fails (`DEFAULT 'too long'` of a `varchar(3)`, which fails only when it is used).
pub(crate) fn constant_value(node_tree: &str) -> Option<Value> {
    // SAFETY: the text is a pg_node_tree from a catalog; the tree is ours, so it may be changed in place.
    unsafe {
        let stored = text::to_text_datum(node_tree);
        let node = pg_sys::stringToNode(pg_sys::text_to_cstring(stored.cast_mut_ptr())).cast::<Node>();
        let node = without_domains(node)?;
        let folded = if tag(node) == NodeTag::T_Const {
            node
        } else {
            let fold = || pg_sys::eval_const_expressions(std::ptr::null_mut(), node);
            subtransaction::attempt_body(is_about_the_value, fold).ok()?
        };
        (tag(folded) == NodeTag::T_Const).then(|| value::of_constant(folded.cast()))
    }
}

/// The tree without its domain casts and collations, or `None` if it has a node that we must not evaluate.
///
/// # Safety
/// `node` is a valid expression tree that belongs to us.
unsafe fn without_domains(node: *mut Node) -> Option<*mut Node> {
    /// Replaces the child that `$field` holds.
    macro_rules! replace_child {
        ($type:ty, $field:ident) => {{
            let parent = node.cast::<$type>();
            (*parent).$field = without_domains((*parent).$field.cast())?.cast();
            Some(node)
        }};
    }
    // SAFETY: every cast follows the node's tag.
    unsafe {
        match tag(node) {
            NodeTag::T_Const | NodeTag::T_CaseTestExpr => Some(node),
            NodeTag::T_RelabelType => replace_child!(pg_sys::RelabelType, arg),
            NodeTag::T_CoerceToDomain => without_domains((*node.cast::<pg_sys::CoerceToDomain>()).arg.cast()),
            NodeTag::T_CollateExpr => without_domains((*node.cast::<pg_sys::CollateExpr>()).arg.cast()),
            NodeTag::T_CoerceViaIO => {
                let cast = node.cast::<pg_sys::CoerceViaIO>();
                let source = pg_sys::exprType((*cast).arg.cast());
                if !server::is_built_in(source) || !server::is_built_in((*cast).resulttype) {
                    return None;
                }
                replace_child!(pg_sys::CoerceViaIO, arg)
            }
            NodeTag::T_ArrayCoerceExpr => {
                let cast = node.cast::<pg_sys::ArrayCoerceExpr>();
                without_domains((*cast).elemexpr.cast())?;
                replace_child!(pg_sys::ArrayCoerceExpr, arg)
            }
            NodeTag::T_ArrayExpr => {
                replace_elements((*node.cast::<pg_sys::ArrayExpr>()).elements).map(|()| node)
            }
            NodeTag::T_FuncExpr => {
                let call = node.cast::<pg_sys::FuncExpr>();
                let is_cast = matches!(
                    (*call).funcformat,
                    CoercionForm::COERCE_EXPLICIT_CAST | CoercionForm::COERCE_IMPLICIT_CAST
                );
                if !is_cast || !is_immutable_built_in((*call).funcid) {
                    return None;
                }
                replace_elements((*call).args).map(|()| node)
            }
            _ => None,
        }
    }
}

/// Whether an error is a cast's complaint about what it is given, and not about the session or the machine.
fn is_about_the_value(sqlstate: PgSqlErrorCode) -> bool {
    !matches!(
        sqlstate,
        PgSqlErrorCode::ERRCODE_QUERY_CANCELED
            | PgSqlErrorCode::ERRCODE_ADMIN_SHUTDOWN
            | PgSqlErrorCode::ERRCODE_CRASH_SHUTDOWN
            | PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY
    )
}

/// # Safety
/// `list` is null or a list of expression trees that belong to us.
unsafe fn replace_elements(list: *mut pg_sys::List) -> Option<()> {
    if list.is_null() {
        return Some(());
    }
    // SAFETY: the list has `length` cells.
    unsafe {
        for at in 0..(*list).length as usize {
            let cell = (*list).elements.add(at);
            (*cell).ptr_value = without_domains((*cell).ptr_value.cast())?.cast();
        }
    }
    Some(())
}

fn is_immutable_built_in(function: Oid) -> bool {
    // SAFETY: a built-in function is always there.
    server::is_built_in(function)
        && unsafe { pg_sys::func_volatile(function) } as u8 == pg_sys::PROVOLATILE_IMMUTABLE
}

/// # Safety
/// `node` points to a node.
unsafe fn tag(node: *const Node) -> NodeTag {
    // SAFETY: every node begins with its tag.
    unsafe { (*node).type_ }
}
