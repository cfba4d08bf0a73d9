//! Doing something in each database after the server has started, where the library is among `shared_preload_libraries`.
//!
//! A launcher reads which databases there are, and starts a worker in one after the other. Such a worker acts as the bootstrap
//! superuser, in databases of anybody: it calls the function that was registered, which runs no statement but on tables that
//! are as CREATE EXTENSION made them.

use crate::error::Error;
use crate::pg::Oid;
use pgrx::bgworkers::{BackgroundWorker, BackgroundWorkerBuilder, BgWorkerStartTime, SignalWakeFlags};
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::sync::OnceLock;

/// What `pg_stat_activity` calls these processes, in `backend_type`.
const LAUNCHER: &str = concat!(env!("CARGO_PKG_NAME"), " launcher");
const STARTER: &str = concat!(env!("CARGO_PKG_NAME"), " starter");

/// What is done in each database.
type AtStart = fn() -> Result<(), Error>;

static AT_START: OnceLock<AtStart> = OnceLock::new();

/// Registers what is done in each database. Called when a process loads the library.
pub(crate) fn register_start(at_start: AtStart) {
    let _ = AT_START.set(at_start);
    // SAFETY: set by the server, before it starts other processes.
    if unsafe { pg_sys::process_shared_preload_libraries_in_progress } {
        BackgroundWorkerBuilder::new(LAUNCHER)
            .set_type(LAUNCHER)
            .set_library(env!("CARGO_PKG_NAME"))
            .set_function("mathesar_ext_launcher_main")
            .enable_spi_access()
            .set_start_time(BgWorkerStartTime::RecoveryFinished)
            .set_restart_time(None)
            .load();
    }
}

/// Starts a worker in each database, and ends.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn mathesar_ext_launcher_main(_argument: pg_sys::Datum) {
    BackgroundWorker::attach_signal_handlers(SignalWakeFlags::SIGTERM);
    // SAFETY: a worker that has asked for a connection and has none yet: to no database, as those that only read what the
    // databases share.
    unsafe { pg_sys::BackgroundWorkerInitializeConnection(std::ptr::null(), std::ptr::null(), 0) };
    for database in databases() {
        if BackgroundWorker::sigterm_received() {
            return;
        }
        let worker = BackgroundWorkerBuilder::new(STARTER)
            .set_type(STARTER)
            .set_library(env!("CARGO_PKG_NAME"))
            .set_function("mathesar_ext_starter_main")
            .set_extra(&database.to_u32().to_string())
            .enable_spi_access()
            .set_restart_time(None)
            .set_notify_pid(std::process::id() as i32)
            .load_dynamic();
        match worker {
            Ok(worker) => {
                let _ = worker.wait_for_shutdown();
            }
            Err(_) => {
                ereport!(
                    PgLogLevel::LOG,
                    PgSqlErrorCode::ERRCODE_INSUFFICIENT_RESOURCES,
                    concat!(
                        env!("CARGO_PKG_NAME"),
                        " could not start its workers: max_worker_processes is too low"
                    )
                );
                return;
            }
        }
    }
}

/// The databases that can be connected to.
fn databases() -> Vec<Oid> {
    let mut databases = Vec::new();
    // SAFETY: a transaction of a worker; the scan of a shared catalog ends before it.
    unsafe {
        pg_sys::StartTransactionCommand();
        let snapshot = pg_sys::RegisterSnapshot(pg_sys::GetLatestSnapshot());
        let relation = pg_sys::table_open(pg_sys::DatabaseRelationId, pg_sys::AccessShareLock as i32);
        let scan = pg_sys::table_beginscan_catalog(relation, 0, std::ptr::null_mut());
        loop {
            let tuple = pg_sys::heap_getnext(scan, pg_sys::ScanDirection::ForwardScanDirection);
            if tuple.is_null() {
                break;
            }
            let row = &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_database>(tuple);
            if row.datallowconn && !row.datistemplate {
                databases.push(row.oid);
            }
        }
        ((*(*relation).rd_tableam).scan_end.unwrap_or(never))(scan);
        pg_sys::table_close(relation, pg_sys::AccessShareLock as i32);
        pg_sys::UnregisterSnapshot(snapshot);
        pg_sys::CommitTransactionCommand();
    }
    databases
}

/// Every way to store tables can end a scan.
unsafe extern "C-unwind" fn never(_scan: pg_sys::TableScanDesc) {}

/// Does in one database what is to be done.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn mathesar_ext_starter_main(_argument: pg_sys::Datum) {
    BackgroundWorker::attach_signal_handlers(SignalWakeFlags::SIGTERM);
    let (Ok(database), Some(at_start)) = (BackgroundWorker::get_extra().parse::<u32>(), AT_START.get())
    else {
        return;
    };
    // SAFETY: a worker that has asked for a connection and has none yet; the transaction is ended here, or by its end.
    unsafe {
        pg_sys::BackgroundWorkerInitializeConnectionByOid(Oid::from(database), Oid::INVALID, 0);
        pg_sys::SetCurrentStatementStartTimestamp();
        pg_sys::StartTransactionCommand();
        pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot());
    }
    if let Err(error) = at_start() {
        ErrorReport::from(error).report(PgLogLevel::LOG);
    }
    // SAFETY: as above.
    unsafe {
        pg_sys::PopActiveSnapshot();
        pg_sys::CommitTransactionCommand();
    }
}
