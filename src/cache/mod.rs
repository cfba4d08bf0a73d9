//! Caches of an upstream service's entities: its read requests are answered from ordinary tables of a schema.
//!
//! - [`model`]: what a cache holds: entity types, fields, scopes, settings; [`coverage`]: what of it is complete
//! - [`layout`]: its tables ([`unchanged`]: that they are still those); [`manage`]: creating, altering, dropping a cache, and its status
//! - [`store`]: what is recorded of it, and the copy that a session keeps
//! - [`request`]: a request to read, apart from its values ([`values`])
//! - [`filter`]: its conditions as SQL; [`comparison`]: those on columns; [`relative_dates`]: those that compare with now;
//!   [`link_filter`]: those on links; [`guards`]: what has to hold so that they mean what they mean upstream
//! - [`read`] and [`summary`]: its statement, whose answer is put together as text ([`json_pieces`])
//! - [`ingest`]: what replies of the upstream say; [`reply`]: their rows, checked; [`entity_writes`]: into the tables;
//!   [`other_sides`]: what a write changes besides; [`absent`]: entities that were asked for and are not there
//! - [`events`]: applying entries of the event log ([`event_entry`], [`event_writes`]); [`feed`]: which of them have been seen; [`scans`]: reading everything again;
//!   [`shadow`]: comparing answers
//! - [`wire`]: the upstream's own protocol
//!
//! An answer is given only when what is recorded proves that it is the upstream's. Everything else is a miss with its
//! reason: nothing here guesses.

mod absent;
mod comparison;
mod coverage;
mod entity_writes;
mod error;
mod event_entry;
mod event_writes;
pub(crate) mod events;
mod feed;
mod filter;
mod guards;
pub(crate) mod ingest;
mod json_pieces;
mod layout;
mod link_filter;
pub(crate) mod manage;
mod model;
mod other_sides;
mod read;
mod relative_dates;
mod reply;
mod request;
pub(crate) mod scans;
pub(crate) mod shadow;
mod store;
mod summary;
mod unchanged;
mod values;
pub(crate) mod wire;
