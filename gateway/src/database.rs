//! Connections to PostgreSQL: each acts as one user for its whole life. There is no SET ROLE that a statement could
//! undo, and no connection that two users share. Neither do two requests share a session: before a connection serves
//! another request, what the last one left in it is reset.

use crate::failure::Failure;
use crate::settings::Settings;
use bytes::Bytes;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use futures_util::Stream;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_postgres::config::Host;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, CancelToken, CopyOutStream, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a password that PostgreSQL has accepted is taken as right without asking again.
const VERIFIED: Duration = Duration::from_secs(60);

/// Ends what the statements of a request may have left in the session, be it by a function in a view that somebody else
/// has made: what remains are the settings of the connection's start. RESET ROLE comes after SET SESSION AUTHORIZATION,
/// which knows no role that ALTER ROLE has set. The answer is the number of prepared statements, or -1 if SQL has made
/// one, which may stand in the place of one of ours, or if a transaction is open. An error says that one has failed.
const RESET: &str = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ROLE; RESET ALL; UNLISTEN *; DISCARD TEMP;
    DISCARD SEQUENCES; SELECT pg_catalog.pg_advisory_unlock_all();
    SELECT CASE WHEN pg_catalog.bool_or(from_sql)
        OR pg_catalog.now() OPERATOR(pg_catalog.<>) pg_catalog.statement_timestamp() THEN -1 ELSE pg_catalog.count(*) END
    FROM pg_catalog.pg_prepared_statements";

/// The database, and the pools of those who use it.
pub(crate) struct Database {
    config: tokio_postgres::Config,
    tls: MakeRustlsConnect,
    settings: Settings,
    /// So that what is kept of a password means nothing elsewhere.
    salt: [u8; 32],
    users: Mutex<HashMap<String, Arc<User>>>,
    /// The logins that may be tried at once.
    logins: Semaphore,
    /// The requests that may hold a connection at once.
    active: Arc<Semaphore>,
}

/// Somebody who has proved to be a role, and the connections that act as it.
pub(crate) struct User {
    /// The role.
    pub(crate) name: String,
    password: [u8; 32],
    verified: Instant,
    pool: Pool,
    config: tokio_postgres::Config,
}

impl Database {
    /// Reads the settings. Nothing is connected yet.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Box<dyn std::error::Error>> {
        let mut config: tokio_postgres::Config = settings.database.parse()?;
        if config.get_dbname().is_none() {
            return Err("the setting \"database\" names no database: dbname=...".into());
        }
        config
            .application_name("mathesar_gateway")
            .connect_timeout(CONNECT);
        Ok(Self {
            config,
            tls: MakeRustlsConnect::new(client_tls(settings)?),
            settings: settings.clone(),
            salt: random_bytes().map_err(|failure| failure.message().to_owned())?,
            users: Mutex::default(),
            logins: Semaphore::new(2),
            active: Arc::new(Semaphore::new(settings.connections)),
        })
    }

    /// The name of the database.
    pub(crate) fn name(&self) -> &str {
        self.config.get_dbname().unwrap_or_default()
    }

    /// Tries a role's password against PostgreSQL. A few at a time, so that many logins at once leave connections to
    /// others.
    pub(crate) async fn log_in(&self, name: &str, password: &str) -> Result<Arc<User>, Failure> {
        let _turn = self.logins.acquire().await.map_err(|_| Failure::Unreachable)?;
        self.verify(name, password).await
    }

    /// The same for a password that comes with every request: PostgreSQL is not asked each time.
    pub(crate) async fn authenticate(&self, name: &str, password: &str) -> Result<Arc<User>, Failure> {
        if let Some(user) = self.find_verified(name, password) {
            return Ok(user);
        }
        let _turn = self.logins.acquire().await.map_err(|_| Failure::Unreachable)?;
        // Another request of the same user may have waited first.
        match self.find_verified(name, password) {
            Some(user) => Ok(user),
            None => self.verify(name, password).await,
        }
    }

    fn find_verified(&self, name: &str, password: &str) -> Option<Arc<User>> {
        let digest = self.digest(name, password);
        self.known(name)
            .filter(|user| user.has(&digest) && user.verified.elapsed() < VERIFIED)
    }

    async fn verify(&self, name: &str, password: &str) -> Result<Arc<User>, Failure> {
        if name.is_empty() || name.contains('\0') || password.contains('\0') {
            return Err(Failure::WrongPassword);
        }
        let digest = self.digest(name, password);
        let config = self.config_of(name, password);
        // The connection that proves it is not kept: those of the pool are made as they are needed.
        drop(config.connect(self.tls.clone()).await?);
        let is_known = self.known(name).is_some_and(|user| user.has(&digest));
        if !is_known && !self.settings.allow_passwordless {
            // A server that lets in whoever asks would make every visitor whoever they say they are.
            let wrong = self.config_of(name, &random_hex()?);
            if wrong.connect(self.tls.clone()).await.is_ok() {
                return Err(Failure::Passwordless);
            }
        }
        let mut users = lock(&self.users);
        let pool = match users.get(name) {
            Some(user) if user.has(&digest) => user.pool.clone(),
            Some(user) => {
                // The old password is no longer right: whoever used it has to log in again.
                user.pool.close();
                self.new_pool(&config)?
            }
            None => self.new_pool(&config)?,
        };
        let (name, verified) = (name.to_owned(), Instant::now());
        let user = Arc::new(User {
            name,
            password: digest,
            verified,
            pool,
            config,
        });
        users.insert(user.name.clone(), Arc::clone(&user));
        Ok(user)
    }

    /// A connection that acts as the user, until the answer is there or the request is dropped; then its statement is
    /// cancelled.
    pub(crate) async fn connect(self: &Arc<Self>, user: &User) -> Result<Connection, Failure> {
        let permit = tokio::time::timeout(self.settings.wait, Arc::clone(&self.active).acquire_owned())
            .await
            .map_err(|_| Failure::Busy)?
            .map_err(|_| Failure::Unreachable)?;
        if user.pool.status().available == 0 {
            self.make_room();
        }
        let client = user.pool.get().await?;
        let cancel = client.cancel_token();
        Ok(Connection {
            client: Some(client),
            cancel,
            database: Arc::clone(self),
            is_idle: true,
            is_fresh: true,
            permit: Some(permit),
        })
    }

    /// Asks for one document, as the user.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        user: &User,
        sql: &str,
        arguments: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<String>, Failure> {
        self.connect(user).await?.query_text(sql, arguments).await
    }

    /// A connection of its own that hears notifications of the channel; each of them is a change of the second value,
    /// which ends with the connection.
    pub(crate) async fn listen(
        &self,
        user: &User,
        channel: &'static str,
    ) -> Result<(tokio_postgres::Client, watch::Receiver<()>), Failure> {
        let (client, mut connection) = user.config.connect(self.tls.clone()).await?;
        let (sender, receiver) = watch::channel(());
        tokio::spawn(async move {
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
                if let AsyncMessage::Notification(_) = message {
                    sender.send_replace(());
                }
            }
        });
        client.batch_execute(&format!("LISTEN {channel}")).await?;
        Ok((client, receiver))
    }

    /// Whether the database server answers. It is asked whether it speaks TLS, which it does not log.
    pub(crate) async fn check_server(&self) -> Result<(), Failure> {
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        let asked = async {
            match self.config.get_hosts().first() {
                Some(Host::Unix(folder)) => {
                    ask_for_tls(UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await?).await
                }
                Some(Host::Tcp(host)) => ask_for_tls(TcpStream::connect((host.as_str(), port)).await?).await,
                None => Err(std::io::ErrorKind::NotFound.into()),
            }
        };
        match tokio::time::timeout(CONNECT, asked).await {
            Ok(Ok(b'S' | b'N')) => Ok(()),
            _ => Err(Failure::Unreachable),
        }
    }

    /// Closes connections that nobody has used for a while.
    pub(crate) fn close_idle(&self) {
        let idle = self.settings.idle;
        for user in lock(&self.users).values() {
            user.pool.retain(|_, metrics| metrics.last_used() < idle);
        }
    }

    /// The connections that are open now, and those that are in use.
    pub(crate) fn count_connections(&self) -> (usize, usize) {
        let users = lock(&self.users);
        let open = users.values().map(|user| user.pool.status().size).sum();
        (open, self.settings.connections - self.active.available_permits())
    }

    /// Ends all connections.
    pub(crate) fn close(&self) {
        for user in lock(&self.users).values() {
            user.pool.close();
        }
    }

    /// Closes idle connections of all users where there would be too many with one more.
    fn make_room(&self) {
        let users = lock(&self.users);
        let mut open: usize = users.values().map(|user| user.pool.status().size).sum();
        for user in users.values() {
            if open < self.settings.connections {
                break;
            }
            open -= user.pool.retain(|_, _| false).removed.len();
        }
    }

    fn new_pool(&self, config: &tokio_postgres::Config) -> Result<Pool, Failure> {
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let wait = Some(self.settings.wait);
        let timeouts = Timeouts {
            wait,
            create: Some(CONNECT),
            recycle: Some(CONNECT),
        };
        Pool::builder(Manager::from_config(config.clone(), self.tls.clone(), recycling))
            .max_size(self.settings.user_connections.min(self.settings.connections))
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|_| Failure::Internal)
    }

    fn config_of(&self, name: &str, password: &str) -> tokio_postgres::Config {
        let mut config = self.config.clone();
        let timeout = self.settings.statement.as_millis();
        config
            .user(name)
            .password(password)
            .options(format!("-c statement_timeout={timeout}"));
        config
    }

    fn known(&self, name: &str) -> Option<Arc<User>> {
        lock(&self.users).get(name).map(Arc::clone)
    }

    fn digest(&self, name: &str, password: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.salt);
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(password.as_bytes());
        hash.finalize().into()
    }
}

impl User {
    /// Whether connections can still be had: not once another password has proved to be the right one.
    pub(crate) fn is_valid(&self) -> bool {
        !self.pool.is_closed()
    }

    fn has(&self, digest: &[u8; 32]) -> bool {
        self.is_valid() && bool::from(self.password.ct_eq(digest))
    }
}

/// A user's connection for the time of one request.
pub(crate) struct Connection {
    client: Option<Object>,
    cancel: CancelToken,
    database: Arc<Database>,
    /// Whether no statement is running on it.
    is_idle: bool,
    /// Whether it may serve another request, once it is reset.
    is_fresh: bool,
    permit: Option<OwnedSemaphorePermit>,
}

impl Connection {
    /// Runs a statement that returns one value of type text, or null.
    pub(crate) async fn query_text(
        &mut self,
        sql: &str,
        arguments: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<String>, Failure> {
        let client = self.client.as_ref().ok_or(Failure::Internal)?;
        let statement = client.prepare_cached(sql).await?;
        self.is_idle = false;
        let row = client.query_one(&statement, arguments).await;
        self.is_idle = true;
        row?.try_get(0).map_err(Failure::from)
    }

    /// Lets statements take as long as they want. The connection goes to nobody else afterwards.
    pub(crate) async fn lift_timeout(&mut self) -> Result<(), Failure> {
        self.is_fresh = false;
        let client = self.client.as_ref().ok_or(Failure::Internal)?;
        Ok(client.batch_execute("SET statement_timeout = 0").await?)
    }

    /// Runs COPY ... TO STDOUT; the connection lives as long as the stream.
    pub(crate) async fn copy_out(mut self, sql: &str) -> Result<Copy, Failure> {
        let client = self.client.as_ref().ok_or(Failure::Internal)?;
        self.is_idle = false;
        let stream = client.copy_out(sql).await;
        self.is_idle = stream.is_err();
        let stream = Box::pin(stream?);
        Ok(Copy {
            stream,
            connection: self,
        })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else {
            return;
        };
        if self.is_idle && self.is_fresh {
            // The answer does not wait for it. Until it is done, neither the pool nor the count has the connection back.
            let permit = self.permit.take();
            tokio::spawn(async move {
                match tokio::time::timeout(CONNECT, reset(&client)).await {
                    Ok(true) => drop(client),
                    _ => drop(Object::take(client)),
                }
                drop(permit);
            });
            return;
        }
        drop(Object::take(client));
        if self.is_idle {
            return;
        }
        // The client went away while a statement runs: it ends, and nobody gets the connection after it.
        let (cancel, tls) = (self.cancel.clone(), self.database.tls.clone());
        tokio::spawn(async move {
            if let Err(error) = cancel.cancel_query(tls).await {
                tracing::warn!("could not cancel a statement that nobody waits for: {error}");
            }
        });
    }
}

/// Makes a connection ready for another request. Gives whether it is: otherwise it has to be thrown away.
async fn reset(client: &Object) -> bool {
    let Ok(answers) = client.simple_query(RESET).await else {
        return false;
    };
    let last = answers.iter().rev().find_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    last.is_some_and(|number| number == client.statement_cache.size().to_string())
}

/// The output of a COPY.
pub(crate) struct Copy {
    stream: Pin<Box<CopyOutStream>>,
    connection: Connection,
}

impl Stream for Copy {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.stream.as_mut().poll_next(context);
        if matches!(next, Poll::Ready(None | Some(Err(_)))) {
            self.connection.is_idle = true;
        }
        next.map(|item| item.map(|chunk| chunk.map_err(std::io::Error::other)))
    }
}

/// Sends the first message of PostgreSQL's protocol, SSLRequest, and gives the byte that answers it.
async fn ask_for_tls(mut server: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<u8> {
    server.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).await?;
    server.read_u8().await
}

/// The TLS settings for connections to the database.
fn client_tls(settings: &Settings) -> Result<rustls::ClientConfig, Box<dyn std::error::Error>> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    let mut roots = rustls::RootCertStore::empty();
    match &settings.database_ca {
        Some(file) => {
            for certificate in CertificateDer::pem_file_iter(file)? {
                roots.add(certificate?)?;
            }
        }
        None => {
            for certificate in rustls_native_certs::load_native_certs().certs {
                // One that rustls cannot read vouches for nobody.
                let _ = roots.add(certificate);
            }
        }
    }
    Ok(rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Bytes that nobody can guess.
fn random_bytes() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Failure::Internal)?;
    Ok(bytes)
}

/// The same as text.
pub(crate) fn random_hex() -> Result<String, Failure> {
    Ok(random_bytes()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What several tasks use. No panic leaves it half changed.
pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
