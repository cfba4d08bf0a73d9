//! Arguments of triggers and event triggers, and hooks.

pub(crate) mod capture;
mod created_objects;
pub(crate) mod drop_guard;
pub(crate) mod event_objects;
pub(crate) mod event_trigger;
mod object_access;
mod transition_rows;
pub(crate) mod trigger;
