//! Connections to the server under test, and the databases that a benchmark builds on it.

use std::str::FromStr;

use postgres::config::Host;
use postgres::{Client, Config, NoTls};

use crate::Result;

const URL_VARIABLE: &str = "MATHESAR_EXT_TEST_URL";

/// The server that `MATHESAR_EXT_TEST_URL` names.
pub(crate) struct Server {
    config: Config,
}

impl Server {
    pub(crate) fn from_environment() -> Result<Self> {
        let url = std::env::var(URL_VARIABLE).map_err(|error| format!("{URL_VARIABLE}: {error}"))?;
        let mut config = Config::from_str(&url)?;
        // JIT compilation only costs the SQL statements time: without it they are at their best.
        let options = format!(
            "{} -c jit=off -c client_min_messages=warning",
            config.get_options().unwrap_or("")
        );
        config.options(&options);
        config.application_name("mathesar_ext_bench");
        Ok(Self { config })
    }

    /// Where it is, for programs that take settings as `key=value`.
    pub(crate) fn host_setting(&self) -> Result<String> {
        match self.config.get_hosts().first() {
            Some(Host::Unix(folder)) => Ok(format!("host={}", folder.display())),
            Some(Host::Tcp(host)) => Ok(format!("host={host}")),
            None => Err("the server has no host".into()),
        }
    }

    /// Connects to the database of the URL.
    pub(crate) fn connect(&self) -> Result<Client> {
        Ok(self.config.connect(NoTls)?)
    }

    /// Connects to another database of the same server.
    pub(crate) fn connect_to(&self, database: &str) -> Result<Client> {
        Ok(self.config.clone().dbname(database).connect(NoTls)?)
    }

    /// Makes an empty database; what an interrupted run left under its name goes first.
    pub(crate) fn create_database(&self, database: &str) -> Result<()> {
        self.drop_database(database)?;
        Ok(self
            .connect()?
            .batch_execute(&format!("CREATE DATABASE {database} TEMPLATE template0"))?)
    }

    pub(crate) fn drop_database(&self, database: &str) -> Result<()> {
        Ok(self
            .connect()?
            .batch_execute(&format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"))?)
    }
}
