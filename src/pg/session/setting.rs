//! Settings of the extension.

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};

static RPC_COMPAT: GucSetting<bool> = GucSetting::<bool>::new(false);
static REATTACH_BY_NAME: GucSetting<bool> = GucSetting::<bool>::new(true);

/// Declares the settings, when a session loads the library.
pub(crate) fn define() {
    GucRegistry::define_bool_guc(
        c"mathesar_ext.reattach_by_name",
        c"Attaches the metadata of a dropped table to the next table of its name and owner.",
        c"Otherwise it stays detached until msar.attach_metadata is called.",
        &REATTACH_BY_NAME,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_bool_guc(
        c"mathesar_ext.rpc_compat",
        c"Makes msar.rpc answer wrong requests and parameters as Mathesar's web service does.",
        c"Unknown parameters are ignored, types are left to PostgreSQL, and errors of parameters have that service's codes.",
        &RPC_COMPAT,
        GucContext::Userset,
        GucFlags::default(),
    );
}

/// Whether a new table gets the metadata of the dropped one that had its name and owner.
pub(crate) fn reattach_by_name() -> bool {
    REATTACH_BY_NAME.get()
}

/// Whether JSON-RPC treats parameters as the web service does whose methods it serves.
pub(crate) fn rpc_compat() -> bool {
    RPC_COMPAT.get()
}
