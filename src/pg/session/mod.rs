//! The session: its role, settings, locks and memory.

pub(crate) mod activity;
pub(crate) mod as_role;
pub(crate) mod aside;
pub(crate) mod caller;
pub(crate) mod cluster;
pub(crate) mod commit;
pub(crate) mod launcher;
pub(in crate::pg) mod local_setting;
pub(crate) mod lock;
pub(crate) mod memory;
pub(crate) mod password;
pub(crate) mod reset;
pub(crate) mod server;
pub(crate) mod wake;
pub(crate) mod worker;
