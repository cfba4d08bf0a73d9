//! `mathesar_gateway`: a thin HTTP door to a database that has mathesar_ext. A browser cannot speak PostgreSQL's
//! protocol; this can. It decodes a request, makes one SQL call as the user who sent it, and encodes the answer.
//!
//! - [`app`]: the routes; [`rpc`], [`shares`], [`files`], [`export`], [`changes`], [`pages`], [`metrics`]: what they do
//! - [`entities`], [`entities_upstream`], [`entities_tasks`]: an upstream service, answered from a cache of its entities
//! - [`login`]: who sends a request; [`database`]: connections that act as that role; [`failure`]: what goes wrong
//! - [`settings`]: what the operator decides

mod app;
mod changes;
mod database;
mod entities;
mod entities_tasks;
mod entities_upstream;
mod export;
mod failure;
mod files;
mod login;
mod metrics;
mod pages;
mod rpc;
mod settings;
mod shares;

use app::App;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use clap::Parser;
use hyper_util::rt::TokioTimer;
use settings::Settings;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// How long requests may go on after the gateway is asked to end.
const GRACE: Duration = Duration::from_secs(20);

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(15);

fn main() -> std::process::ExitCode {
    let settings = Settings::parse();
    start_log(&settings);
    // Half of the processors: most of the work is the database's, and to wake another thread takes as long as the work that a
    // request is here.
    let threads = std::thread::available_parallelism().map_or(1, |all| all.get().div_ceil(2));
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.worker_threads(threads).enable_all().build();
    let run = |runtime: Runtime| runtime.block_on(serve(settings));
    match runtime.map_err(Box::from).and_then(run) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(problem) => {
            tracing::error!("{problem}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn start_log(settings: &Settings) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if settings.log_json {
        log.json().init()
    } else {
        log.init()
    }
}

async fn serve(settings: Settings) -> Result<(), Box<dyn std::error::Error>> {
    // Fails only where there is a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (entities, samples) = entities::Entities::new(&settings.entities)?.unzip();
    let app = Arc::new(App {
        entities,
        database: Arc::new(database::Database::new(&settings)?),
        sessions: login::Sessions::default(),
        metrics: metrics::Metrics::new()?,
        settings,
    });
    let routes = app::routes(Arc::clone(&app)).into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    tokio::spawn(end_on_signal(Arc::clone(&app), handle.clone()));
    tokio::spawn(clean_up(Arc::clone(&app)));
    if let Some(samples) = samples {
        tokio::spawn(entities_tasks::keep_up(Arc::clone(&app), samples));
    }
    let listener = TcpListener::bind(app.settings.listen).await?;
    let scheme = app.settings.tls_key.as_ref().map_or("http", |_| "https");
    tracing::info!("listening on {scheme}://{}", listener.local_addr()?);
    let mut server = Server::from_listener(listener).handle(handle);
    // A client that sends the head of a request slowly does not keep a connection for ever.
    let builder = server.http_builder();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    // The last packet of an answer does not wait for the client to confirm those before it.
    let no_delay = NoDelayAcceptor::new();
    match (&app.settings.tls_certificate, &app.settings.tls_key) {
        (Some(certificate), Some(key)) => {
            let tls = RustlsConfig::from_pem_file(certificate, key).await?;
            let acceptor = RustlsAcceptor::new(tls).acceptor(no_delay);
            server.acceptor(acceptor).serve(routes).await?;
        }
        _ => server.acceptor(no_delay).serve(routes).await?,
    }
    app.database.close();
    tracing::info!("ended");
    Ok(())
}

/// Forgets sessions that have ended and closes idle connections.
async fn clean_up(app: Arc<App>) {
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        app.sessions.clean();
        app.database.close_idle();
    }
}

async fn end_on_signal(app: Arc<App>, handle: Handle<SocketAddr>) {
    let both = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = both else {
        return;
    };
    tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    tracing::info!("no new requests; those under way may go on for {GRACE:?}");
    handle.graceful_shutdown(Some(GRACE));
    // They would never end by themselves.
    app.database.end_listening();
}
