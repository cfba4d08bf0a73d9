//! Connections to other servers.
//!
//! A server is a foreign server of the foreign data wrapper `mathesar_ext`, and the credentials are the user mapping of the
//! role. [`login`] reads both and says who may connect how, [`encryption`] has the forms of TLS, [`authentication`] looks
//! whether the other server has asked for a password, [`connection`] sends statements and waits for answers.
//!
//! tokio-postgres speaks the protocol, rustls encrypts. It was weighed against dblink: that needs a second extension, has no
//! parameters (values would be spliced into statements) and waits for one answer at a time. All of the work is done in the
//! thread of the session: no thread is started, and while an answer is waited for, a cancel or a shutdown is heard.

mod authentication;
pub(crate) mod connection;
mod encryption;
mod error;
pub(crate) mod login;
