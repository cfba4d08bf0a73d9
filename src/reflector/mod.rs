//! The reflector: tables that follow other tables, as changes happen.
//!
//! - A source table announces each change of its rows: [`capture`] writes events to its event table, [`following`] keeps its
//!   triggers in step with its partitions and columns, [`source`] adds and drops it.
//! - A reflection carries the changes into another table: [`definition`] reads what a caller asks for, [`new_target`] creates the
//!   table, [`compile`] makes
//!   statements of it (which call no code of strangers' types: [`foreign_types`]), [`named_parameters`] finds the parameters of a caller's own statement, [`prepared`] prepares them.
//! - [`run`] does what is due, in batches by [`apply`] (of an [`application`]), and copies the rows that were there before by [`copy`], where nothing
//!   stands in the way at once by [`bulk_copy`]; [`opened`] keeps what is known of the tables. Rows and
//!   progress are written in one transaction, so each event counts exactly once.
//! - A target on another server is reached by [`remote_target`], which keeps the progress there as well; [`remote_facts`] looks
//!   at what is there, [`remote_compile`] and [`remote_statements`] apply a batch.
//! - [`reflector_worker`] starts the background worker that runs the reflections of a role.
//! - [`manage`] pauses, resumes, copies again, skips; [`status`] says what lags and why; [`publication`] makes the statements of
//!   logical replication of a plain reflection.
//!
//! The progress of a reflection is a snapshot: an event is due when its transaction is committed for us and the saved snapshot
//! does not see it. A number that only grows would lose the events of transactions that took their numbers earlier and
//! committed later.

mod application;
mod apply;
mod bound;
mod bulk_copy;
pub(crate) mod capture;
mod compile;
mod copy;
pub(crate) mod definition;
mod error;
mod event_limit;
pub(crate) mod following;
mod foreign_types;
pub(crate) mod manage;
mod named_parameters;
mod new_target;
mod opened;
mod prepared;
pub(crate) mod publication;
pub(crate) mod reflector_worker;
mod remote_compile;
mod remote_facts;
mod remote_statements;
mod remote_target;
pub(crate) mod run;
pub(crate) mod source;
pub(crate) mod status;
mod store;
mod stored;
