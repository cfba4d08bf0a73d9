//! Who connects to which server, and how.
//!
//! The rule of postgres_fdw and dblink: a role that is no superuser connects with a password of its own user mapping, and the
//! other server must have asked for it. Otherwise the role could borrow the identity of the operating system's user who runs
//! this server.

use super::error::RemoteError;
use crate::error::Error;
use crate::pg::foreign_server::{self, ForeignServer};
use crate::pg::{Oid, names, server};

/// The name of the wrapper whose servers are used.
const WRAPPER: &str = "mathesar_ext";

/// How a connection is encrypted, by the word of the option `sslmode`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// What is needed to connect as a role.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RemoteLogin {
    /// The name of the server here.
    pub(crate) server: String,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: String,
    pub(super) user: String,
    pub(super) password: Option<String>,
    pub(super) encryption: Encryption,
    /// The authorities that vouch for the server, in PEM; `None`: those that the operating system trusts.
    pub(super) root_certificate: Option<String>,
    pub(super) needs_password: bool,
}

impl RemoteLogin {
    /// The login of a role to the server of a name.
    pub(crate) fn of_role(role: Oid, name: &str) -> Result<Self, Error> {
        let found = foreign_server::find_server(name);
        Self::new(
            role,
            found.ok_or_else(|| RemoteError::UnknownServer { name: name.into() })?,
        )
    }

    fn new(role: Oid, found: ForeignServer) -> Result<Self, Error> {
        let ForeignServer {
            oid, name, wrapper, ..
        } = found;
        if wrapper != WRAPPER {
            Err(RemoteError::OtherWrapper {
                name: name.clone(),
                wrapper,
            })?;
        }
        if !foreign_server::may_use(role, oid) {
            Err(RemoteError::NotAllowed { name: name.clone() })?;
        }
        let mapping = foreign_server::user_mapping(role, oid);
        let option = |options: &[(String, String)], wanted: &str| {
            let found = options.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone())
        };
        let of_server = |wanted| option(&found.options, wanted);
        let role_name = || names::of_role(role).unwrap_or_default();
        let password = option(&mapping, "password").filter(|password| !password.is_empty());
        let needs_password = !server::is_superuser(role);
        if needs_password && password.is_none() {
            Err(RemoteError::NoPassword { name: name.clone() })?;
        }
        let root_certificate = of_server("root_certificate");
        let user = option(&mapping, "user").unwrap_or_else(role_name);
        Ok(Self {
            host: of_server("host").ok_or_else(|| RemoteError::NoHost { name: name.clone() })?,
            port: of_server("port")
                .and_then(|port| port.parse().ok())
                .unwrap_or(5432),
            database: of_server("dbname").unwrap_or_else(|| user.clone()),
            encryption: match of_server("sslmode").as_deref() {
                Some("disable") => Encryption::Disable,
                // As libpq: who names an authority wants its word.
                Some("require") if root_certificate.is_some() => Encryption::VerifyCa,
                Some("require") => Encryption::Require,
                Some("verify-ca") => Encryption::VerifyCa,
                Some("verify-full") => Encryption::VerifyFull,
                _ => Encryption::Prefer,
            },
            root_certificate,
            server: name,
            user,
            password,
            needs_password,
        })
    }
}
