//! Shares and forms: whoever knows a link sees data, or sends some, with the rights of one role that was chosen for it.
//!
//! - [`acting`]: who may choose a role, and acting as it
//! - [`share`]: shares of tables and explorations
//! - [`form`]: forms and their makers; [`submission`]: their public side
//! - [`store`]: the statements; [`error`]: what can be wrong

mod acting;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod share;
pub(crate) mod store;
pub(crate) mod submission;
