//! Certificates for tests, and a door that speaks TLS in front of a server that does not.

use crate::{Server, connect, run, text};
use postgres::Client;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// An authority, and what it says about a host: PEM of its own certificate, of the host's, and of the host's key.
pub struct Vouched {
    /// The authority's certificate.
    pub authority: String,
    /// The host's certificate.
    pub certificate: String,
    /// The host's key.
    pub key: String,
}

/// A new authority that vouches for a host.
#[must_use]
pub fn vouch_for(host: &str) -> Vouched {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority =
        CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![host.to_owned()]).expect("parameters");
    let certificate = params.signed_by(&key, &authority).expect("a certificate");
    Vouched {
        authority: authority.pem(),
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    }
}

/// Writes a text into a file of a folder.
#[must_use]
pub fn write_file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("the file can be written");
    path
}

/// A port of 127.0.0.1 where TLS is spoken; what comes is passed on in clear. It ends with the process.
pub struct TlsDoor {
    /// The port.
    pub port: u16,
    opened: Arc<AtomicU32>,
}

/// How a client asks for TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Greeting {
    /// It begins with it.
    AtOnce,
    /// By the first message of PostgreSQL's protocol, SSLRequest.
    Postgres,
}

impl TlsDoor {
    /// Opens a door in front of a port of 127.0.0.1.
    #[must_use]
    pub fn open(target: u16, vouched: &Vouched, greeting: Greeting) -> Self {
        let certificate = CertificateDer::from_pem_slice(vouched.certificate.as_bytes()).expect("PEM");
        let key = PrivateKeyDer::from_pem_slice(vouched.key.as_bytes()).expect("PEM");
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a certificate and its key");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        let opened = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&opened);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("a listener");
                while let Ok((client, _)) = listener.accept().await {
                    let (acceptor, count) = (acceptor.clone(), Arc::clone(&count));
                    tokio::spawn(async move {
                        // A client that breaks off is what some tests want.
                        let _ = pass(client, target, acceptor, greeting, &count).await;
                    });
                }
            });
        });
        Self { port, opened }
    }

    /// The connections that were encrypted so far.
    #[must_use]
    pub fn opened(&self) -> u32 {
        self.opened.load(Ordering::Relaxed)
    }
}

async fn pass(
    mut client: TcpStream,
    target: u16,
    acceptor: TlsAcceptor,
    greeting: Greeting,
    count: &AtomicU32,
) -> std::io::Result<()> {
    if greeting == Greeting::Postgres {
        let mut request = [0; 8];
        client.read_exact(&mut request).await?;
        if request != [0, 0, 0, 8, 4, 210, 22, 47] {
            return Ok(());
        }
        client.write_all(b"S").await?;
    }
    let mut client = acceptor.accept(client).await?;
    count.fetch_add(1, Ordering::Relaxed);
    let mut server = TcpStream::connect(("127.0.0.1", target)).await?;
    copy_bidirectional(&mut client, &mut server).await.map(|_| ())
}

/// A port of 127.0.0.1 that nobody listens on.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// A server that is reached by TLS and asks for passwords.
pub struct TlsServer {
    server: Server,
    /// Where the server itself listens.
    own_port: u16,
    /// A superuser's session, past TLS.
    pub admin: Client,
    /// The server's certificate, for `localhost`, and who vouches for it.
    pub vouched: Vouched,
    /// The port of 127.0.0.1 where it speaks TLS.
    pub port: u16,
    /// In front of a server that is built without TLS, as that of PyPI for 18 is. Debian's for 15 speaks TLS itself.
    door: Option<TlsDoor>,
}

impl TlsServer {
    /// A new server, on which `setup` was run: roles with passwords.
    #[must_use]
    pub fn create(setup: &str) -> Self {
        let own_port = free_port();
        let server = Server::create(&[
            "listen_addresses = '127.0.0.1'",
            &format!("port = {own_port}"),
            "password_encryption = scram-sha-256",
        ]);
        let mut admin = connect(server.config().port(own_port));
        run(&mut admin, setup);
        let vouched = vouch_for("localhost");
        let door = match text(&mut admin, "SHOW ssl_library").as_str() {
            "" => {
                ask_for_passwords(&server, &mut admin, "host");
                Some(TlsDoor::open(own_port, &vouched, Greeting::Postgres))
            }
            _ => {
                speak_tls(&server, &mut admin, &vouched);
                None
            }
        };
        let port = door.as_ref().map_or(own_port, |door| door.port);
        Self {
            server,
            own_port,
            admin,
            vouched,
            port,
            door,
        }
    }

    /// A superuser's session in a database, past TLS.
    #[must_use]
    pub fn connect_to(&self, database: &str) -> Client {
        connect(self.server.config().port(self.own_port).dbname(database))
    }

    /// Whether it speaks TLS itself: then it is also there for those who do not.
    #[must_use]
    pub fn has_tls(&self) -> bool {
        self.door.is_none()
    }

    /// Fails unless a role has come by TLS, and in no other way.
    pub fn assert_encrypted(&mut self, role: &str) {
        let encrypted = format!(
            "SELECT bool_and(s.ssl)::text FROM pg_stat_ssl AS s JOIN pg_stat_activity AS a USING (pid) WHERE a.usename = '{role}'"
        );
        match &self.door {
            Some(door) => assert!(door.opened() > 0),
            None => assert_eq!(text(&mut self.admin, &encrypted), "true"),
        }
    }
}

/// Gives a server a certificate, after which it speaks TLS and asks for passwords.
fn speak_tls(server: &Server, admin: &mut Client, vouched: &Vouched) {
    for (name, pem) in [("server.crt", &vouched.certificate), ("server.key", &vouched.key)] {
        let file = server.folder().join("data").join(name);
        let lines = pem.lines().collect::<Vec<_>>().join(",");
        run(
            admin,
            &format!(
                "COPY (SELECT * FROM string_to_table('{lines}', ',')) TO PROGRAM 'umask 077; cat > {}'",
                file.display()
            ),
        );
    }
    run(admin, "ALTER SYSTEM SET ssl = on");
    ask_for_passwords(server, admin, "hostssl");
}

/// Lets a server ask for passwords: for connections of this type (`host`, `hostssl`) to 127.0.0.1.
fn ask_for_passwords(server: &Server, admin: &mut Client, connections: &str) {
    let rules = server.folder().join("data/pg_hba.conf");
    std::fs::write(
        rules,
        format!("local all postgres trust\n{connections} all all 127.0.0.1/32 scram-sha-256\n"),
    )
    .expect("a file");
    run(admin, "SELECT pg_reload_conf(), pg_sleep(0.5)");
}
