//! Shares and forms: everybody who knows a link can see or add data, with the privileges of the role that was chosen
//! for it.
//!
//! - [`acting`]: who may choose a role, and acting as it
//! - [`share`]: shares of tables and explorations; [`served_share`]: reading one; [`placed_share`]: one whose tables and columns
//!   got other numbers
//! - [`form`]: forms and their makers; [`submission`]: their public side; [`kept_form`]: those that the session has served
//! - [`store`]: the statements; [`error`]: what can be wrong

mod acting;
pub(crate) mod error;
pub(crate) mod form;
mod kept_form;
pub(crate) mod placed_share;
mod refusal;
pub(crate) mod served_share;
pub(crate) mod share;
pub(crate) mod store;
pub(crate) mod submission;
