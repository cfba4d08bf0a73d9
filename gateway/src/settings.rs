//! What the operator decides: flags, or environment variables of the same names.

use clap::Parser;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Puts the functions of mathesar_ext in a PostgreSQL database on HTTP, and serves a page that shows it.
///
/// Whoever logs in is a PostgreSQL role with its own password; everything runs as that role, and PostgreSQL alone decides
/// what it may do. Nothing is stored here: sessions end with the process.
#[derive(Parser, Clone, Debug)]
#[command(version, max_term_width = 100)]
pub(crate) struct Settings {
    #[command(flatten)]
    pub(crate) entities: crate::entities::EntitySettings,

    /// Address and port to listen on.
    #[arg(long, env = "MATHESAR_LISTEN", default_value = "127.0.0.1:8642")]
    pub(crate) listen: SocketAddr,

    /// The database: host (or the folder of a Unix socket), port, dbname and sslmode (disable, prefer, require), as
    /// "host=... dbname=..." or as postgresql://... . No user: users log in.
    #[arg(long, env = "MATHESAR_DATABASE", value_name = "CONNECTION")]
    pub(crate) database: String,

    /// File with the certificates of the authorities that may vouch for the database server; the system's if absent.
    /// The server's certificate is checked whenever TLS is used.
    #[arg(long, env = "MATHESAR_DATABASE_CA", value_name = "FILE")]
    pub(crate) database_ca: Option<PathBuf>,

    /// Role of visitors who are not logged in. It can open shares and forms, and nothing else. None: there are no
    /// visitors.
    #[arg(long, env = "MATHESAR_ANONYMOUS_ROLE")]
    pub(crate) anonymous_role: Option<String>,

    /// Password of the anonymous role.
    #[arg(long, env = "MATHESAR_ANONYMOUS_PASSWORD")]
    #[arg(hide_env_values = true, default_value = "")]
    pub(crate) anonymous_password: String,

    /// File with the certificate chain for HTTPS (PEM). Without it, plain HTTP: put a proxy in front.
    #[arg(long, env = "MATHESAR_TLS_CERTIFICATE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,

    /// File with the private key for HTTPS (PEM).
    #[arg(long, env = "MATHESAR_TLS_KEY", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,

    /// Whether browsers reach the gateway by HTTPS through a proxy: cookies are then sent over HTTPS alone.
    #[arg(long, env = "MATHESAR_BEHIND_HTTPS")]
    pub(crate) behind_https: bool,

    /// Whether the address of a client is the last one in the header X-Forwarded-For. Only for a proxy that sets it.
    #[arg(long, env = "MATHESAR_TRUST_FORWARDED")]
    pub(crate) trust_forwarded: bool,

    /// Accept a database that asks for no password (as pg_hba.conf's trust). Anybody is then anybody.
    #[arg(long, env = "MATHESAR_ALLOW_PASSWORDLESS")]
    pub(crate) allow_passwordless: bool,

    /// Most connections to the database.
    #[arg(long, env = "MATHESAR_CONNECTIONS", default_value_t = 20)]
    pub(crate) connections: usize,

    /// Most connections of one user.
    #[arg(long, env = "MATHESAR_USER_CONNECTIONS", default_value_t = 8)]
    pub(crate) user_connections: usize,

    /// Seconds after which an idle connection is closed.
    #[arg(long = "idle-seconds", env = "MATHESAR_IDLE_SECONDS", value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) idle: Duration,

    /// Seconds that a request waits for a connection.
    #[arg(long = "wait-seconds", env = "MATHESAR_WAIT_SECONDS", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) wait: Duration,

    /// Seconds that a statement may take (but for exports).
    #[arg(long = "statement-seconds", env = "MATHESAR_STATEMENT_SECONDS", value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) statement: Duration,

    /// Hours after which a login ends.
    #[arg(long, env = "MATHESAR_SESSION_HOURS", default_value_t = 336)]
    pub(crate) session_hours: u64,

    /// Failed logins a minute, of one user or from one address, after which more are refused.
    #[arg(long, env = "MATHESAR_LOGIN_ATTEMPTS", default_value_t = 5)]
    pub(crate) login_attempts: u32,

    /// Requests that are worked on at once; more are answered 503.
    #[arg(long, env = "MATHESAR_REQUESTS", default_value_t = 512)]
    pub(crate) requests: usize,

    /// Most bytes of a request's body.
    #[arg(long, env = "MATHESAR_BODY_BYTES", default_value_t = 2_621_440)]
    pub(crate) body_bytes: usize,

    /// Most bytes of an uploaded file.
    #[arg(long, env = "MATHESAR_FILE_BYTES", default_value_t = 104_857_600)]
    pub(crate) file_bytes: usize,

    /// Write the log as JSON, a line an event. The environment variable RUST_LOG sets what is logged.
    #[arg(long, env = "MATHESAR_LOG_JSON")]
    pub(crate) log_json: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("a whole number of seconds from 1 to 86400".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn flags_are_consistent() {
        Settings::command().debug_assert();
    }
}
