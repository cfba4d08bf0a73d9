//! Connections to PostgreSQL: each acts as one user for its whole life. There is no SET ROLE that a statement could
//! undo, and no connection that two users share. Neither do two requests share a session: before a connection serves
//! another request, what the last one left in it is reset.

use crate::failure::Failure;
use crate::settings::Settings;
use bytes::Bytes;
use futures_util::future::{BoxFuture, Either, FutureExt, select};
use futures_util::stream::{Stream, StreamExt, unfold};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use tokio_postgres::config::Host;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, Client, SimpleQueryMessage, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a password that PostgreSQL has accepted is taken as right without asking again.
const VERIFIED: Duration = Duration::from_secs(60);

/// Ends what the statements of a request may have left in the session, be it by a function in a view that somebody else
/// has made: what remains are the settings of the connection's start, and statements that are prepared here, as long as
/// nobody else has prepared or deallocated any. The answer is a number that changes with each attempt, and the process.
const RESET: &str = "SELECT __msar.reset_session(), pg_catalog.pg_backend_pid()";

/// A parameter of a statement.
pub(crate) trait Parameter: ToSql + Sync {}
impl<T: ToSql + Sync> Parameter for T {}

/// The database, and those who use it.
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
    /// Whether streams end, since the gateway does.
    is_ending: watch::Sender<bool>,
}

/// Somebody who has proved to be a role, and the connections that act as it.
pub(crate) struct User {
    /// The role.
    pub(crate) name: String,
    password: [u8; 32],
    verified: Mutex<Instant>,
    config: tokio_postgres::Config,
    /// Connections that nobody uses, and since when.
    idle: Mutex<Vec<(Arc<Session>, Instant)>>,
    /// The requests that may hold a connection at once. Closed once another password has proved to be the right one.
    turns: Arc<Semaphore>,
    /// As long as somebody hears it.
    listener: tokio::sync::Mutex<Weak<Listener>>,
}

/// A connection that hears notifications, for all streams of a user: they are one connection, however many there are.
pub(crate) struct Listener {
    /// Changes with each notification, and ends with the connection.
    pub(crate) wakes: watch::Receiver<()>,
    /// The connection lives as long.
    _client: Client,
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
            is_ending: watch::Sender::default(),
        })
    }

    /// The name of the database.
    pub(crate) fn name(&self) -> &str {
        self.config.get_dbname().unwrap_or_default()
    }

    /// Tries a role's password against PostgreSQL. One that comes with every request, and is not new, is not tried each
    /// time. A few are tried at once, so that many logins leave connections to others.
    pub(crate) async fn authenticate(
        &self,
        name: &str,
        password: &str,
        is_new: bool,
    ) -> Result<Arc<User>, Failure> {
        let digest = self.digest(name, password);
        let is_enough = |user: &Arc<User>| !is_new && lock(&user.verified).elapsed() < VERIFIED;
        let known = || self.known(name, &digest).filter(is_enough);
        if let Some(user) = known() {
            return Ok(user);
        }
        let _turn = self.logins.acquire().await.map_err(|_| Failure::Unreachable)?;
        // Another request of the same user may have waited first.
        match known() {
            Some(user) => Ok(user),
            None => self.verify(name, password, digest).await,
        }
    }

    async fn verify(&self, name: &str, password: &str, digest: [u8; 32]) -> Result<Arc<User>, Failure> {
        if name.is_empty() || name.contains('\0') || password.contains('\0') {
            return Err(Failure::WrongPassword);
        }
        let config = self.config_of(name, password);
        // The connection that proves it is not kept: others are made as they are needed.
        drop(config.connect(self.tls.clone()).await?);
        if self.known(name, &digest).is_none() && !self.settings.allow_passwordless {
            // A server that lets in whoever asks would make every visitor whoever they say they are.
            let wrong = self.config_of(name, &random_hex()?);
            if wrong.connect(self.tls.clone()).await.is_ok() {
                return Err(Failure::Passwordless);
            }
        }
        let mut users = lock(&self.users);
        if let Some(user) = users.get(name).filter(|user| user.has(&digest)) {
            *lock(&user.verified) = Instant::now();
            return Ok(Arc::clone(user));
        }
        let user = Arc::new(User {
            name: name.to_owned(),
            password: digest,
            verified: Mutex::new(Instant::now()),
            config,
            idle: Mutex::default(),
            turns: Arc::new(Semaphore::new(self.settings.user_connections)),
            listener: tokio::sync::Mutex::default(),
        });
        if let Some(old) = users.insert(user.name.clone(), Arc::clone(&user)) {
            // The old password is no longer right: whoever used it has to log in again.
            old.close();
        }
        Ok(user)
    }

    /// A connection that acts as the user, until the answer is there or the request is dropped; then its statement is
    /// cancelled.
    pub(crate) async fn connect(self: &Arc<Self>, user: &Arc<User>) -> Result<Connection, Failure> {
        let turns = async {
            let own = Arc::clone(&user.turns).acquire_owned().await?;
            Ok((own, Arc::clone(&self.active).acquire_owned().await?))
        };
        let turns = timeout(self.settings.wait, turns).await;
        let turns = turns.map_err(|_| Failure::Busy)?;
        let turns = turns.map_err(|_: AcquireError| Failure::Unreachable)?;
        let session = match user.take_idle() {
            Some(session) => session,
            None => self.open(user).await?,
        };
        Ok(Connection {
            session,
            turns: Some(turns),
            user: Arc::clone(user),
            database: Arc::clone(self),
            state: SessionState::Spent,
        })
    }

    /// A new connection of a user. There are never more than the settings allow: connections that nobody uses make room.
    async fn open(&self, user: &User) -> Result<Arc<Session>, Failure> {
        let users: Vec<_> = lock(&self.users).values().cloned().collect();
        for user in users {
            while self.count_connections().0 > self.settings.connections && user.take_idle().is_some() {}
        }
        let opened = timeout(CONNECT, user.config.connect(self.tls.clone())).await;
        let (client, connection) = opened.map_err(|_| Failure::Unreachable)??;
        tokio::spawn(connection);
        let known = client.query_typed_one(RESET, &[]).await?;
        Ok(Arc::new(Session {
            process: known.try_get(1)?,
            prepared: Mutex::new((known.try_get(0)?, HashMap::new())),
            client,
        }))
    }

    /// Asks for one document, as the user.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        user: &Arc<User>,
        sql: &str,
        arguments: &[&dyn Parameter],
    ) -> Result<Option<String>, Failure> {
        self.connect(user).await?.query_text(sql, arguments).await
    }

    /// Hears the notifications of changes, as the user.
    pub(crate) async fn listen(&self, user: &User) -> Result<Arc<Listener>, Failure> {
        let mut kept = user.listener.lock().await;
        let lives = |known: &Arc<Listener>| known.wakes.has_changed().is_ok();
        if let Some(known) = kept.upgrade().filter(lives) {
            return Ok(known);
        }
        let (client, mut connection) = user.config.connect(self.tls.clone()).await?;
        let (sender, wakes) = watch::channel(());
        let hear = async move {
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
                if let AsyncMessage::Notification(_) = message {
                    sender.send_replace(());
                }
            }
        };
        let mut is_ending = self.is_ending.subscribe();
        tokio::spawn(async move {
            tokio::select! { () = hear => {}, _ = is_ending.wait_for(|&is_ending| is_ending) => {} }
        });
        client.batch_execute("LISTEN mathesar_ext_changes").await?;
        let listener = Arc::new(Listener {
            wakes,
            _client: client,
        });
        *kept = Arc::downgrade(&listener);
        Ok(listener)
    }

    /// Ends all that hears notifications, now and later.
    pub(crate) fn end_listening(&self) {
        self.is_ending.send_replace(true);
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
        match timeout(CONNECT, asked).await {
            Ok(Ok(b'S' | b'N')) => Ok(()),
            _ => Err(Failure::Unreachable),
        }
    }

    /// Closes connections that nobody has used for a while.
    pub(crate) fn close_idle(&self) {
        for user in lock(&self.users).values() {
            lock(&user.idle).retain(|(_, since)| since.elapsed() < self.settings.idle);
        }
    }

    /// Cancels what runs in a session, and waits until the server is done with it: so long the connection counts. A
    /// statement that catches what cancels it has its connection ended, which it cannot catch.
    async fn end(&self, session: &Session, user: &User) {
        let token = session.client.cancel_token();
        let cancelled = timeout(CONNECT, token.cancel_query(self.tls.clone())).await;
        // It is answered after whatever ran before.
        if timeout(CONNECT, session.client.simple_query("")).await.is_err() {
            let ended = timeout(CONNECT, self.terminate(session.process, user)).await;
            tracing::warn!("a statement goes on after it was cancelled ({cancelled:?}): {ended:?}");
            let _ = session.client.simple_query("").await;
        }
    }

    /// Ends a connection from another one of the same user.
    async fn terminate(&self, process: i32, user: &User) -> Result<(), tokio_postgres::Error> {
        let (client, connection) = user.config.connect(self.tls.clone()).await?;
        tokio::spawn(connection);
        let sql = "SELECT pg_catalog.pg_terminate_backend($1)";
        client.query_typed(sql, &[(&process, Type::INT4)]).await.map(drop)
    }

    /// The connections that are open now, and those that are in use.
    pub(crate) fn count_connections(&self) -> (usize, usize) {
        let users = lock(&self.users);
        let idle: usize = users.values().map(|user| lock(&user.idle).len()).sum();
        let active = self.settings.connections - self.active.available_permits();
        (idle + active, active)
    }

    /// Ends all connections.
    pub(crate) fn close(&self) {
        lock(&self.users).values().for_each(|user| user.close());
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

    fn known(&self, name: &str, digest: &[u8; 32]) -> Option<Arc<User>> {
        let users = lock(&self.users);
        users.get(name).filter(|user| user.has(digest)).cloned()
    }

    fn digest(&self, name: &str, password: &str) -> [u8; 32] {
        let named = Sha256::new().chain_update(self.salt).chain_update(name);
        named.chain_update([0]).chain_update(password).finalize().into()
    }
}

impl User {
    /// Whether connections can still be had: not once another password has proved to be the right one.
    pub(crate) fn is_valid(&self) -> bool {
        !self.turns.is_closed()
    }

    fn has(&self, digest: &[u8; 32]) -> bool {
        self.is_valid() && bool::from(self.password.ct_eq(digest))
    }

    /// The connection that was used last.
    fn take_idle(&self) -> Option<Arc<Session>> {
        let mut idle = lock(&self.idle);
        std::iter::from_fn(|| idle.pop())
            .map(|(session, _)| session)
            .find(|session| !session.client.is_closed())
    }

    /// Keeps a connection for the next request, unless the user has been closed.
    fn keep(&self, session: Arc<Session>) {
        let mut idle = lock(&self.idle);
        // Under the lock: whoever closes the user ends its turns first, and then the idle connections.
        if self.is_valid() {
            idle.push((session, Instant::now()));
        }
    }

    fn close(&self) {
        self.turns.close();
        lock(&self.idle).clear();
    }
}

/// A session of the server.
struct Session {
    client: Client,
    process: i32,
    /// The number of the last reset, and the statements that are prepared, by their text.
    prepared: Mutex<(i64, HashMap<String, Statement>)>,
}

impl Session {
    /// A prepared statement, so that the server need not plan it again.
    async fn prepare(&self, sql: &str) -> Result<Statement, Failure> {
        let known = lock(&self.prepared).1.get(sql).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let statement = self.client.prepare(sql).await?;
        lock(&self.prepared).1.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Makes the session ready for another request. Returns whether it is: otherwise it has to be thrown away.
    async fn reset(self: Arc<Self>) -> bool {
        let answers = self.client.simple_query(RESET).await.unwrap_or_default();
        let number = answers.iter().find_map(|answer| match answer {
            SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
            _ => None,
        });
        let mut prepared = lock(&self.prepared);
        if let Some(number) = number.filter(|number| *number != prepared.0) {
            // Somebody may have put other statements in the place of these.
            *prepared = (number, HashMap::new());
        }
        number.is_some()
    }
}

/// What a session is good for.
enum SessionState {
    /// Another request, once it is reset; the value says whether it is.
    Resetting(BoxFuture<'static, bool>),
    /// Nothing: a statement is running.
    Running,
    /// No other request.
    Spent,
}

/// A user's connection for the time of one request.
pub(crate) struct Connection {
    session: Arc<Session>,
    turns: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
    user: Arc<User>,
    database: Arc<Database>,
    state: SessionState,
}

impl Connection {
    /// Runs a statement that returns one value of type text, or null. What resets the session goes to the server with it,
    /// in one packet: the server does not wait for it, and the answer does not wait until it is done.
    pub(crate) async fn query_text(
        &mut self,
        sql: &str,
        arguments: &[&dyn Parameter],
    ) -> Result<Option<String>, Failure> {
        let session = Arc::clone(&self.session);
        let statement = session.prepare(sql).await?;
        let values: Vec<&(dyn ToSql + Sync)> = arguments.iter().map(|&argument| argument as _).collect();
        let row = pin!(session.client.query_one(&statement, &values));
        let both = select(row, Arc::clone(&session).reset().boxed());
        self.state = SessionState::Running;
        // What runs may have put off the server's limit, or ignore it. The answers come in the order of the questions.
        let limit = self.database.settings.statement + CONNECT;
        let Ok(Either::Left((row, reset))) = timeout(limit, both).await else {
            return Err(Failure::TooLong);
        };
        self.state = SessionState::Resetting(reset);
        row?.try_get(0).map_err(Failure::from)
    }

    /// Runs COPY ... TO STDOUT, which takes as long as it wants; the connection lives as long as the stream.
    pub(crate) async fn copy_out(
        mut self,
        sql: &str,
    ) -> Result<impl Stream<Item = std::io::Result<Bytes>> + use<>, Failure> {
        self.state = SessionState::Spent;
        let session = Arc::clone(&self.session);
        session.client.batch_execute("SET statement_timeout = 0").await?;
        self.state = SessionState::Running;
        let stream = session.client.copy_out(sql).await;
        let stream = stream.inspect_err(|_| self.state = SessionState::Spent)?;
        let copy = (Box::pin(stream), self);
        Ok(unfold(copy, |(mut stream, mut connection)| async move {
            let next = stream.next().await;
            if !matches!(next, Some(Ok(_))) {
                connection.state = SessionState::Spent;
            }
            next.map(|chunk| (chunk.map_err(std::io::Error::other), (stream, connection)))
        }))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let (session, turns) = (Arc::clone(&self.session), self.turns.take());
        match std::mem::replace(&mut self.state, SessionState::Spent) {
            SessionState::Resetting(reset) => {
                // Until it is done, nobody else has the connection, or its turn.
                let user = Arc::clone(&self.user);
                tokio::spawn(async move {
                    if let Ok(true) = timeout(CONNECT, reset).await {
                        user.keep(session);
                    }
                    drop(turns);
                });
            }
            SessionState::Running => {
                // The client went away while a statement runs: it ends, and nobody gets the connection after it.
                let (database, user) = (Arc::clone(&self.database), Arc::clone(&self.user));
                tokio::spawn(async move {
                    database.end(&session, &user).await;
                    drop(turns);
                });
            }
            SessionState::Spent => {}
        }
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
            // One that rustls cannot read vouches for nobody.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
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
