//! Settings of the extension.

use pgrx::PostgresGucEnum;
use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use std::ffi::CString;

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

/// How the column of a default preview is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PostgresGucEnum)]
pub(crate) enum DefaultPreview {
    /// As a person would: by the names of columns.
    #[name = c"name"]
    Name,
    /// The first column of text.
    #[name = c"first_text"]
    FirstText,
}

/// In kB.
static STATEMENT_MEMORY: GucSetting<i32> = GucSetting::<i32>::new(16 * 1024);

static NOTIFY_CHANGES: GucSetting<bool> = GucSetting::<bool>::new(true);
static CHANGE_RETENTION: GucSetting<i32> = GucSetting::<i32>::new(30 * 24 * 60);
static CHANGE_LIMIT: GucSetting<i32> = GucSetting::<i32>::new(1_000_000);

static RESTART_REFLECTOR: GucSetting<bool> = GucSetting::<bool>::new(true);
static EVENT_ORIGINS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);

/// Declares the settings, when a session loads the library.
pub(crate) fn define_settings() {
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
        c"How the column is chosen by which a row is shown, if no preview template is set.",
        c"name: as a person would, by the names of columns; first_text: the first column of text.",
        &DEFAULT_PREVIEW,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_bool_guc(
        c"mathesar_ext.notify_changes",
        c"Notifies channel mathesar_ext_changes when a transaction commits that changed objects of the database.",
        c"The notification wakes clients, which then ask msar.sync_schema with their token.",
        &NOTIFY_CHANGES,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"mathesar_ext.change_retention",
        c"How long the change log keeps changes.",
        c"A client with an older token gets everything again. Pruning happens when something is logged, now and then.",
        &CHANGE_RETENTION,
        1,
        i32::MAX,
        GucContext::Suset,
        GucFlags::UNIT_MIN,
    );
    GucRegistry::define_int_guc(
        c"mathesar_ext.change_limit",
        c"How many changes the change log keeps at most, about.",
        c"0 keeps all that mathesar_ext.change_retention lets.",
        &CHANGE_LIMIT,
        0,
        i32::MAX,
        GucContext::Suset,
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
    GucRegistry::define_bool_guc(
        c"mathesar_ext.restart_reflector",
        c"Starts workers of reflections again that ended with the server, when a session changes a source table.",
        c"With mathesar_ext in shared_preload_libraries they come back when the server starts, whatever this says.",
        &RESTART_REFLECTOR,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_string_guc(
        c"mathesar_ext.event_origins",
        c"The sources of reflections that the changes of this session come from, so that they are not sent back there.",
        c"Set by reflections into this database from another one. It is believed of the owners of source tables only.",
        &EVENT_ORIGINS,
        GucContext::Userset,
        GucFlags::NO_SHOW_ALL,
    );
    GucRegistry::define_int_guc(
        c"mathesar_ext.statement_memory",
        c"Sets the most memory in which a session keeps prepared statements of each sort.",
        c"Beyond it the one that was not used for the longest time is dropped, and prepared again when it is needed.",
        &STATEMENT_MEMORY,
        0,
        1024 * 1024,
        GucContext::Userset,
        GucFlags::UNIT_KB,
    );
}

/// Whether a session starts workers of reflections that ended with the server.
pub(crate) fn restarts_reflector() -> bool {
    RESTART_REFLECTOR.get()
}

/// The sources, by their numbers, that the changes of the session come from, as it says itself.
pub(crate) fn event_origins() -> Option<String> {
    let origins = EVENT_ORIGINS.get()?.into_string().ok()?;
    (!origins.is_empty()).then_some(origins)
}

/// The most memory in which statements are kept, in bytes.
pub(crate) fn statement_memory() -> usize {
    usize::try_from(STATEMENT_MEMORY.get()).unwrap_or_default() * 1024
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

/// Whether a transaction that changed objects notifies those who listen.
pub(crate) fn notify_changes() -> bool {
    NOTIFY_CHANGES.get()
}

/// How many minutes the change log keeps changes.
pub(crate) fn change_retention() -> i32 {
    CHANGE_RETENTION.get()
}

/// How many changes it keeps; 0 for any number.
pub(crate) fn change_limit() -> i32 {
    CHANGE_LIMIT.get()
}
