//! Connections to PostgreSQL: each acts as one user for its whole life. There is no SET ROLE that a statement could
//! undo, and no connection that two users share.

use crate::failure::Failure;
use crate::settings::Settings;
use bytes::Bytes;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use futures_util::Stream;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::config::Host;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, CancelToken, CopyOutStream};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a password that PostgreSQL has accepted is taken as right without asking again.
const VERIFIED: Duration = Duration::from_secs(60);

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
            salt: random_bytes()?,
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
            let wrong = self.config_of(name, &hex(&random_bytes().map_err(|_| Failure::Internal)?));
            if wrong.connect(self.tls.clone()).await.is_ok() {
                return Err(Failure::Passwordless);
            }
        }
        let mut users = self.lock_users();
        let pool = match users.get(name) {
            Some(user) if user.has(&digest) => user.pool.clone(),
            Some(user) => {
                // The old password is no longer right: whoever used it has to log in again.
                user.pool.close();
                self.new_pool(&config)?
            }
            None => self.new_pool(&config)?,
        };
        let verified = Instant::now();
        let user = Arc::new(User {
            name: name.to_owned(),
            password: digest,
            verified,
            pool,
            config,
        });
        users.insert(name.to_owned(), Arc::clone(&user));
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
            _permit: permit,
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

    /// A connection of its own that hears notifications: it gives those of the channel as long as it lives.
    pub(crate) async fn listen(
        &self,
        user: &User,
        channel: &'static str,
    ) -> Result<(tokio_postgres::Client, impl Stream<Item = String> + use<>), Failure> {
        let (client, mut connection) = user.config.connect(self.tls.clone()).await?;
        let (sender, receiver) = tokio::sync::mpsc::channel(64);
        tokio::spawn(async move {
            let mut messages = futures_util::stream::poll_fn(move |context| connection.poll_message(context));
            while let Some(Ok(message)) = futures_util::StreamExt::next(&mut messages).await {
                if let AsyncMessage::Notification(notification) = message {
                    // Who is slow misses a wake-up, not a change: the next one covers it.
                    let _ = sender.try_send(notification.payload().to_owned());
                }
            }
        });
        client.batch_execute(&format!("LISTEN {channel}")).await?;
        let notifications = futures_util::stream::unfold(receiver, |mut receiver| async {
            receiver.recv().await.map(|payload| (payload, receiver))
        });
        Ok((client, notifications))
    }

    /// Whether the database server answers. It is asked whether it speaks TLS, which it does not log.
    pub(crate) async fn check_server(&self) -> Result<(), Failure> {
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        let answer = match self.config.get_hosts().first() {
            Some(Host::Unix(folder)) => {
                let socket = folder.join(format!(".s.PGSQL.{port}"));
                tokio::time::timeout(CONNECT, async {
                    ask_for_tls(UnixStream::connect(socket).await?).await
                })
                .await
            }
            Some(Host::Tcp(host)) => {
                let address = (host.as_str(), port);
                tokio::time::timeout(CONNECT, async {
                    ask_for_tls(TcpStream::connect(address).await?).await
                })
                .await
            }
            None => return Err(Failure::Unreachable),
        };
        match answer {
            Ok(Ok(b'S' | b'N')) => Ok(()),
            _ => Err(Failure::Unreachable),
        }
    }

    /// Closes connections that nobody has used for a while.
    pub(crate) fn close_idle(&self) {
        let idle = self.settings.idle;
        for user in self.lock_users().values() {
            user.pool.retain(|_, metrics| metrics.last_used() < idle);
        }
    }

    /// The connections that are open now, and those that are in use.
    pub(crate) fn count_connections(&self) -> (usize, usize) {
        let sizes = self
            .lock_users()
            .values()
            .map(|user| user.pool.status().size)
            .sum();
        (sizes, self.settings.connections - self.active.available_permits())
    }

    /// Ends all connections.
    pub(crate) fn close(&self) {
        for user in self.lock_users().values() {
            user.pool.close();
        }
    }

    /// Closes idle connections of all users where there would be too many with one more.
    fn make_room(&self) {
        let users = self.lock_users();
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
        let timeouts = Timeouts {
            wait: Some(self.settings.wait),
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
        self.lock_users().get(name).map(Arc::clone)
    }

    fn lock_users(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<User>>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// Whether its settings are those that a new connection has.
    is_fresh: bool,
    _permit: OwnedSemaphorePermit,
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
        match stream {
            Ok(stream) => Ok(Copy {
                stream: Box::pin(stream),
                connection: self,
            }),
            Err(error) => {
                self.is_idle = true;
                Err(error.into())
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.is_idle || !self.is_fresh {
            drop(self.client.take().map(Object::take));
        }
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
pub(crate) fn random_bytes() -> Result<[u8; 32], getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// Bytes as text.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
