//! A connection to another server.

use super::authentication::{WatchedStream, WatchedTls};
use super::encryption;
use super::error::RemoteError;
use super::login::{Encryption, RemoteLogin};
use crate::error::Error;
use crate::pg::error_fields::Failure;
use crate::pg::server;
use futures_util::SinkExt;
use socket2::{SockRef, TcpKeepalive};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::future::poll_fn;
use std::io::Cursor;
use std::net::ToSocketAddrs;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{MakeTlsConnect, NoTls};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type};
use tokio_postgres::{Client, Config, CopyInSink};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// How often a cancel is looked for while an answer is waited for.
const TICK: Duration = Duration::from_millis(50);

/// How many statements are under way at once.
const PIPELINE: usize = 256;

/// Values are read as they are printed here, whatever the role has set; names mean what PostgreSQL means by them; a lock is not waited for without end, and a session
/// that is left behind ends.
const SETTINGS: &str = "SET search_path = pg_catalog, pg_temp; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = postgres; SET extra_float_digits = 1; \
    SET bytea_output = hex; SET lc_monetary = 'C'; SET standard_conforming_strings = on; SET array_nulls = on; \
    SET xmloption = content; SET client_min_messages = error; SET lock_timeout = '10s'; \
    SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off; \
    SET default_transaction_deferrable = off; SET timezone = 'UTC'; SET synchronous_commit = on";

/// How many prepared statements are kept.
const STATEMENTS: usize = 200;

/// The stream below.
trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Socket for S {}

/// The work that sends and receives what clients ask for.
type Driver = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>>>>;

/// A connection to another server. Dropping it closes the socket, and rolls back there whatever was not committed.
pub(crate) struct RemoteConnection {
    client: Client,
    driver: RefCell<Option<Driver>>,
    server: String,
    statements: RefCell<HashMap<StatementText, Rc<RemoteStatement>>>,
}

/// A statement, and the types of its parameters.
type StatementText = (String, Vec<u32>);

/// A statement that is prepared there.
pub(crate) struct RemoteStatement(tokio_postgres::Statement);

/// A value as text, which the other server reads by the input function of the parameter's type.
#[derive(Debug)]
struct TextValue<'a>(Option<&'a str>);

impl ToSql for TextValue<'_> {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        Ok(match self.0 {
            None => IsNull::Yes,
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                IsNull::No
            }
        })
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    tokio_postgres::types::to_sql_checked!();
}

thread_local! {
    static RUNTIME: OnceCell<Runtime> = const { OnceCell::new() };
}

/// Runs a future in this thread. A cancel or a shutdown is heard, and drops it.
fn wait<T>(future: impl Future<Output = T>) -> Result<T, Error> {
    let mut future = pin!(future);
    RUNTIME.with(|cell| {
        if cell.get().is_none() {
            let built = Builder::new_current_thread().enable_io().enable_time().build();
            let unreachable = |error: std::io::Error| RemoteError::Unreachable {
                name: String::new(),
                reason: error.to_string(),
            };
            let _ = cell.set(built.map_err(unreachable)?);
        }
        loop {
            let answer = cell
                .get()
                .map(|runtime| runtime.block_on(async { tokio::time::timeout(TICK, future.as_mut()).await }));
            if let Some(Ok(answer)) = answer {
                return Ok(answer);
            }
            server::check_for_interrupts();
        }
    })
}

impl RemoteConnection {
    /// Connects.
    pub(crate) fn open(login: &RemoteLogin) -> Result<Self, Error> {
        let was_asked = Arc::new(AtomicBool::new(false));
        let unreachable = |reason: String| RemoteError::Unreachable {
            name: login.server.clone(),
            reason,
        };
        let connected = wait(async {
            let connecting = connect(login, Arc::clone(&was_asked));
            match tokio::time::timeout(CONNECT, connecting).await {
                Ok(outcome) => outcome,
                Err(_) => Err(ConnectFailure::Other("There was no answer in time.".into())),
            }
        })?;
        let (client, driver) = match connected {
            Ok(connected) => connected,
            Err(ConnectFailure::Other(reason)) => return Err(unreachable(reason).into()),
            Err(ConnectFailure::Postgres(error)) => {
                return Err(match refused(&login.server, &error) {
                    // What was never there is not lost: TLS was not agreed upon, say.
                    RemoteError::Lost { reason, .. } => unreachable(reason).into(),
                    other => other.into(),
                });
            }
        };
        if login.needs_password && !was_asked.load(Ordering::Relaxed) {
            Err(RemoteError::PasswordNotAsked {
                name: login.server.clone(),
            })?;
        }
        let connection = Self {
            client,
            driver: RefCell::new(Some(driver)),
            server: login.server.clone(),
            statements: RefCell::default(),
        };
        connection.batch(SETTINGS)?;
        let version = connection.query("SELECT pg_catalog.current_setting('server_version_num')", &[])?;
        let version = version.into_iter().flatten().flatten().next();
        if version
            .and_then(|version| version.parse::<u32>().ok())
            .is_none_or(|version| version < 150_000)
        {
            Err(RemoteError::TooOld {
                name: login.server.clone(),
            })?;
        }
        Ok(connection)
    }

    /// The name of the server here.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// Whether the connection has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed() || self.driver.borrow().is_none()
    }

    /// Waits for an answer, while messages are sent and received.
    fn ask<T>(&self, answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, Error> {
        let mut answer = pin!(answer);
        let both = poll_fn(|context| {
            if let Poll::Ready(answer) = answer.as_mut().poll(context) {
                return Poll::Ready(answer);
            }
            let mut driver = self.driver.borrow_mut();
            if let Some(running) = driver.as_mut()
                && running.as_mut().poll(context).is_ready()
            {
                *driver = None;
            }
            drop(driver);
            answer.as_mut().poll(context)
        });
        wait(both)?.map_err(|error| refused(&self.server, &error).into())
    }

    /// Runs statements without parameters, none of which has a value in it.
    pub(crate) fn batch(&self, statements: &str) -> Result<(), Error> {
        self.ask(self.client.batch_execute(statements))
    }

    /// Runs a query whose columns are of type text.
    pub(crate) fn query(
        &self,
        statement: &str,
        values: &[Option<&str>],
    ) -> Result<Vec<Vec<Option<String>>>, Error> {
        let statement = self.prepare(statement, &vec![Type::TEXT.oid(); values.len()])?;
        let values: Vec<TextValue> = values.iter().map(|value| TextValue(*value)).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let rows = self.ask(self.client.query(&statement.0, &values))?;
        let row = |row: &tokio_postgres::Row| -> Result<Vec<Option<String>>, tokio_postgres::Error> {
            (0..row.len()).map(|at| row.try_get(at)).collect()
        };
        let rows: Result<_, _> = rows.iter().map(row).collect();
        rows.map_err(|error| refused(&self.server, &error).into())
    }

    /// Prepares a statement. A type of 0 is inferred by the other server.
    pub(crate) fn prepare(&self, statement: &str, types: &[u32]) -> Result<Rc<RemoteStatement>, Error> {
        let key = (statement.to_owned(), types.to_vec());
        if let Some(known) = self.statements.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let types: Vec<Type> = types
            .iter()
            .map(|&oid| Type::from_oid(oid).unwrap_or(Type::UNKNOWN))
            .collect();
        let prepared = self.ask(self.client.prepare_typed(statement, &types))?;
        let prepared = Rc::new(RemoteStatement(prepared));
        let mut statements = self.statements.borrow_mut();
        if statements.len() >= STATEMENTS {
            statements.clear();
        }
        statements.insert(key, Rc::clone(&prepared));
        Ok(prepared)
    }

    /// Runs a prepared statement. Returns how many rows it processed.
    pub(crate) fn execute(&self, statement: &RemoteStatement, values: &[Option<&str>]) -> Result<u64, Error> {
        let values = values.iter().map(|value| TextValue(*value));
        let values: Vec<_> = values.collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        self.ask(self.client.execute(&statement.0, &values))
    }

    /// Runs prepared statements one after the other, without waiting for each answer before the next is sent. Ends at the
    /// first that fails.
    pub(crate) fn execute_all(&self, calls: &[(&RemoteStatement, Vec<Option<String>>)]) -> Result<(), Error> {
        for calls in calls.chunks(PIPELINE) {
            let mut answers: Vec<_> = calls
                .iter()
                .map(|(statement, values)| {
                    let values: Vec<_> = values.iter().map(|value| TextValue(value.as_deref())).collect();
                    Box::pin(self.client.execute_raw(&statement.0, values))
                })
                .collect();
            // Each is sent when it is polled for the first time, and answers come in the same order.
            let (mut first, mut has_sent) = (0, false);
            self.ask(poll_fn(|context| {
                for (at, answer) in answers.iter_mut().enumerate().skip(first) {
                    match answer.as_mut().poll(context) {
                        Poll::Ready(Ok(_)) if at == first => first += 1,
                        Poll::Ready(Ok(_)) => {}
                        Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                        Poll::Pending if has_sent => return Poll::Pending,
                        Poll::Pending => {}
                    }
                }
                has_sent = true;
                match first == calls.len() {
                    true => Poll::Ready(Ok(())),
                    false => Poll::Pending,
                }
            }))?;
        }
        Ok(())
    }
}

/// A COPY into a table there. Dropped before its end, it fails there.
pub(crate) struct RemoteCopy<'a> {
    connection: &'a RemoteConnection,
    sink: Pin<Box<CopyInSink<Cursor<Vec<u8>>>>>,
}

impl RemoteConnection {
    /// Begins a COPY of lines.
    pub(crate) fn copy_in(&self, statement: &str) -> Result<RemoteCopy<'_>, Error> {
        let sink = self.ask(self.client.copy_in(statement))?;
        Ok(RemoteCopy {
            connection: self,
            sink: Box::pin(sink),
        })
    }
}

impl RemoteCopy<'_> {
    pub(crate) fn send(&mut self, lines: Vec<u8>) -> Result<(), Error> {
        self.connection.ask(self.sink.send(Cursor::new(lines)))
    }

    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.connection.ask(self.sink.as_mut().finish()).map(|_| ())
    }
}

enum ConnectFailure {
    Postgres(tokio_postgres::Error),
    Other(String),
}

impl From<tokio_postgres::Error> for ConnectFailure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

async fn connect(
    login: &RemoteLogin,
    was_asked: Arc<AtomicBool>,
) -> Result<(Client, Driver), ConnectFailure> {
    let mut config = Config::new();
    config
        .user(&login.user)
        .dbname(&login.database)
        .application_name("mathesar_ext reflector")
        .ssl_mode(match login.encryption {
            Encryption::Disable => SslMode::Disable,
            Encryption::Prefer => SslMode::Prefer,
            _ => SslMode::Require,
        });
    if let Some(password) = &login.password {
        config.password(password);
    }
    let is_local = login.host.starts_with('/');
    let socket: Box<dyn Socket> = match is_local {
        true => {
            let path = format!("{}/.s.PGSQL.{}", login.host, login.port);
            Box::new(UnixStream::connect(path).await.map_err(io)?)
        }
        false => Box::new(connect_by_tcp(&login.host, login.port).await?),
    };
    if is_local || login.encryption == Encryption::Disable {
        config.ssl_mode(SslMode::Disable);
        let stream = WatchedStream::new(socket, was_asked, false);
        let (client, connection) = config.connect_raw(stream, NoTls).await?;
        return Ok((client, Box::pin(connection)));
    }
    let configuration = encryption::configuration(login.encryption, login.root_certificate.as_deref())
        .map_err(ConnectFailure::Other)?;
    let mut maker = MakeRustlsConnect::new(configuration);
    let stream = WatchedStream::new(socket, Arc::clone(&was_asked), true);
    let tls = MakeTlsConnect::<WatchedStream<Box<dyn Socket>>>::make_tls_connect(&mut maker, &login.host);
    let tls = WatchedTls {
        tls: tls.map_err(|error| ConnectFailure::Other(error.to_string()))?,
        was_asked,
    };
    let (client, connection) = config.connect_raw(stream, tls).await?;
    Ok((client, Box::pin(connection)))
}

fn io(error: std::io::Error) -> ConnectFailure {
    ConnectFailure::Other(error.to_string())
}

/// The first address of a host that answers. The name is looked up in this thread.
async fn connect_by_tcp(host: &str, port: u16) -> Result<TcpStream, ConnectFailure> {
    let mut failure = ConnectFailure::Other("The host has no address.".into());
    for address in (host, port).to_socket_addrs().map_err(io)? {
        match TcpStream::connect(address).await {
            Err(error) => failure = io(error),
            Ok(stream) => {
                stream.set_nodelay(true).map_err(io)?;
                let keepalive = TcpKeepalive::new()
                    .with_time(Duration::from_secs(20))
                    .with_interval(Duration::from_secs(5))
                    .with_retries(4);
                SockRef::from(&stream).set_tcp_keepalive(&keepalive).map_err(io)?;
                return Ok(stream);
            }
        }
    }
    Err(failure)
}

/// An error of the other server with its fields, or of the connection.
fn refused(server: &str, error: &tokio_postgres::Error) -> RemoteError {
    let name = server.to_owned();
    let Some(said) = error.as_db_error() else {
        let mut reason = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(deeper) = cause {
            reason = format!("{reason}: {deeper}");
            cause = deeper.source();
        }
        return RemoteError::Lost { name, reason };
    };
    let text = |text: Option<&str>| text.map(str::to_owned);
    RemoteError::Refused {
        name,
        failure: Failure {
            sqlstate: said.code().code().to_owned(),
            message: said.message().to_owned(),
            detail: text(said.detail()),
            hint: text(said.hint()),
            constraint: text(said.constraint()),
            column: text(said.column()),
            table: text(said.table()),
            schema: text(said.schema()),
            datatype: text(said.datatype()),
            context: text(said.where_()),
        },
    }
}
