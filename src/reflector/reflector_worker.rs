//! The background worker that runs the reflections of a role.
//!
//! Which roles have asked for one is stored. After a restart of the server they get it again: by a launcher, where the library
//! is among `shared_preload_libraries`, otherwise by the next session that changes a source table or calls a function of the
//! reflector, where the setting `mathesar_ext.restart_reflector` says so.

use super::error::ReflectionError;
use super::store;
use crate::error::Error;
use crate::pg::storage::StorageTable;
use crate::pg::worker::WorkerTask;
use crate::pg::{Oid, as_role, bookkeeping, caller, names, server, worker};
use crate::settings;
use serde_json::json;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// What a worker does: the reflections of its role.
pub(crate) static TASK: WorkerTask = WorkerTask {
    worker_type: "mathesar_ext reflector",
    activity: "msar.run_reflections",
    exists: include_str!("../../sql/query/reflector/worker_exists.sql"),
    step: include_str!("../../sql/query/reflector/worker_step.sql"),
    counted: "events and rows",
    most: 20_000,
    longest: Duration::from_secs(1),
};

/// `msar.start_reflector`: the process id of the worker of the current role.
pub(crate) fn start() -> Result<i32, Error> {
    let role = caller::current_role();
    if !caller::can_log_in(role) {
        let role = names::of_role(role).unwrap_or_default();
        Err(ReflectionError::CannotLogIn { role })?;
    }
    write_worker(store::WANT_WORKER, role)?;
    if let Some(pid) = find_news()? {
        return Ok(pid);
    }
    worker::start(role).ok_or(ReflectionError::NoWorkerSlot)?;
    // It has started when it has connected: until then nobody could stop it.
    Ok(wait_until(|found| found.is_some())?.ok_or(ReflectionError::NoWorkerSlot)?)
}

/// `msar.stop_reflector`: whether there was a worker.
pub(crate) fn stop() -> Result<bool, Error> {
    const STOP: &str = include_str!("../../sql/query/reflector/stop_worker.sql");
    write_worker(store::WANT_NO_WORKER, caller::current_role())?;
    match find_news()? {
        None => Ok(false),
        Some(pid) => {
            let is_told: bool =
                bookkeeping::as_caller(|statements| statements.query(STOP, &json!({"pid": pid})))?;
            wait_until(|found| found != Some(pid))?;
            Ok(is_told)
        }
    }
}

fn write_worker(statement: &'static str, role: Oid) -> Result<(), Error> {
    let argument = json!({"role": role.to_u32()});
    bookkeeping::as_owner(StorageTable::owner_of(&[&store::REFLECTORS])?, |statements| {
        statements.run(statement, &argument)
    })
}

/// Starts the workers that are wanted in this database and do not run. The server has just started, or a session needs them.
pub(crate) fn start_missing() -> Result<(), Error> {
    let Ok(owner) = StorageTable::owner_of(&[&store::REFLECTORS]) else {
        // The database does not have the extension.
        return Ok(());
    };
    let argument = json!({"type": TASK.worker_type});
    let roles: Vec<u32> = bookkeeping::as_owner(owner, |statements| {
        statements.query(store::MISSING_WORKERS, &argument)
    })?;
    for role in roles {
        // Where there is no slot, the next session tries again.
        worker::start(Oid::from(role));
    }
    Ok(())
}

/// The same for a session, once, where the setting says so.
pub(super) fn start_missing_once() -> Result<(), Error> {
    thread_local! {
        static IS_DONE: Cell<bool> = const { Cell::new(false) };
    }
    if IS_DONE.replace(true) || !settings::restarts_reflector() || !as_role::can_write() {
        return Ok(());
    }
    start_missing()
}

/// Waits until the worker is what `is_reached` wants, or for ten seconds; returns the worker.
fn wait_until(is_reached: impl Fn(Option<i32>) -> bool) -> Result<Option<i32>, Error> {
    let start = Instant::now();
    loop {
        let found = find_news()?;
        if is_reached(found) || start.elapsed() > Duration::from_secs(10) {
            return Ok(found);
        }
        server::sleep(Duration::from_millis(10));
    }
}

fn find_news() -> Result<Option<i32>, Error> {
    // What a transaction has seen of other sessions it sees again, unless it asks for news.
    const NEWS: &str = include_str!("../../sql/query/reflector/forget_seen_sessions.sql");
    let _: Option<bool> = bookkeeping::as_caller(|statements| statements.query(NEWS, &json!({})))?;
    let argument = json!({"role": caller::current_role().to_u32(), "type": TASK.worker_type});
    bookkeeping::as_caller(|statements| statements.query(store::WORKER, &argument))
}
