//! Settings of the extension.

use pgrx::PostgresGucEnum;
use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};

static RPC_COMPAT: GucSetting<bool> = GucSetting::<bool>::new(false);
static REATTACH_BY_NAME: GucSetting<bool> = GucSetting::<bool>::new(true);
static DEFAULT_PREVIEW: GucSetting<DefaultPreview> = GucSetting::<DefaultPreview>::new(DefaultPreview::Name);

static PROGRESS: GucSetting<ProgressMessages> = GucSetting::<ProgressMessages>::new(ProgressMessages::Off);

/// Whether long work says how far it is.
#[derive(Clone, Copy, PartialEq, Eq, PostgresGucEnum)]
enum ProgressMessages {
    #[name = c"off"]
    Off,
    #[name = c"notice"]
    Notice,
}

/// How a default preview is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PostgresGucEnum)]
pub(crate) enum DefaultPreview {
    /// As a person would: by the names of columns.
    #[name = c"name"]
    Name,
    /// The first column of text.
    #[name = c"first_text"]
    FirstText,
}

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
    GucRegistry::define_enum_guc(
        c"mathesar_ext.progress",
        c"Whether long work says how far it is, by a message about once a second.",
        c"off, or notice: for imports, inference, retyping and definitions.",
        &PROGRESS,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_enum_guc(
        c"mathesar_ext.default_preview",
        c"How the column is chosen by which a row is shown, where nobody has set a preview template.",
        c"name: as a person would, by the names of columns; first_text: the first column of text.",
        &DEFAULT_PREVIEW,
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

/// Whether long work says how far it is.
pub(crate) fn wants_progress() -> bool {
    PROGRESS.get() == ProgressMessages::Notice
}

/// How a default preview is chosen.
pub(crate) fn default_preview() -> DefaultPreview {
    DEFAULT_PREVIEW.get()
}

/// Whether JSON-RPC treats parameters as the web service does whose methods it serves.
pub(crate) fn rpc_compat() -> bool {
    RPC_COMPAT.get()
}
