//! Background workers of the extension: starting one for a role of this database, and its loop.
//!
//! A worker connects as the role whose work it does, so it has that role's rights from the first moment: no switch of users,
//! and whatever runs at commit runs as that role too. It runs one statement, a constant, again and again, each time in a
//! transaction of its own.

use crate::pg::{Oid, text};
use pgrx::bgworkers::{BackgroundWorker, BackgroundWorkerBuilder, SignalWakeFlags};
use pgrx::pg_sys;
use std::ffi::CString;
use std::time::{Duration, Instant};

/// What `pg_stat_activity` calls such a worker, in `backend_type`.
pub(crate) const WORKER_TYPE: &str = "mathesar_ext reflector";

/// How long a worker waits when nothing was due, and nobody wakes it.
const PAUSE: Duration = Duration::from_millis(100);

/// Starts a worker that acts as `role` in this database. `None` where the server has no slot for another one.
pub(crate) fn start(role: Oid) -> Option<i32> {
    // SAFETY: set when the session starts.
    let database = unsafe { pg_sys::MyDatabaseId };
    let worker = BackgroundWorkerBuilder::new(WORKER_TYPE)
        .set_type(WORKER_TYPE)
        .set_library("mathesar_ext")
        .set_function("mathesar_ext_reflector_main")
        .set_extra(&format!("{} {}", database.to_u32(), role.to_u32()))
        .enable_spi_access()
        // After a crash of the server's processes it comes back; one that ends by itself does not.
        .set_restart_time(Some(Duration::from_secs(5)))
        .set_notify_pid(std::process::id() as i32)
        .load_dynamic()
        .ok()?;
    worker.wait_for_startup().ok()
}

/// What a worker does until it is told to stop.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn mathesar_ext_reflector_main(_argument: pg_sys::Datum) {
    BackgroundWorker::attach_signal_handlers(SignalWakeFlags::SIGTERM | SignalWakeFlags::SIGHUP);
    let extra = BackgroundWorker::get_extra();
    let mut numbers = extra.split(' ').filter_map(|number| number.parse::<u32>().ok());
    let (Some(database), Some(role)) = (numbers.next(), numbers.next()) else {
        return;
    };
    // SAFETY: the worker has asked for a connection to a database, and has none yet.
    unsafe {
        pg_sys::BackgroundWorkerInitializeConnectionByOid(Oid::from(database), Oid::from(role), 0);
    }
    if is_second() {
        return;
    }
    let mut applied = 0;
    // How often in a row it was woken while nothing was due.
    let mut in_vain = 0_u32;
    while !BackgroundWorker::sigterm_received() {
        let Some(done) = run_once(applied) else {
            // The extension was dropped.
            return;
        };
        applied += done;
        if done > 0 {
            in_vain = 0;
        } else {
            // A source whose reflections are paused wakes the worker with each commit: it then looks as often as without.
            std::thread::sleep(Duration::from_millis(1 << in_vain.min(6)));
            let asleep = Instant::now();
            if !BackgroundWorker::wait_latch(Some(PAUSE)) {
                break;
            }
            in_vain = if asleep.elapsed() < PAUSE { in_vain + 1 } else { 0 };
        }
        // SAFETY: lets a shutdown of the server take effect.
        pg_sys::check_for_interrupts!();
    }
}

/// Whether there is an older worker of the same role in the database: sessions may have started several at once.
fn is_second() -> bool {
    const OLDER: &std::ffi::CStr = c"SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_get_activity(NULL) AS a, \
        pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) AS s \
        WHERE a.backend_type OPERATOR(pg_catalog.=) s.backend_type AND a.usesysid OPERATOR(pg_catalog.=) s.usesysid \
          AND a.datid OPERATOR(pg_catalog.=) s.datid AND a.pid OPERATOR(pg_catalog.<>) s.pid \
          AND (a.backend_start OPERATOR(pg_catalog.<) s.backend_start \
            OR a.backend_start OPERATOR(pg_catalog.=) s.backend_start AND a.pid OPERATOR(pg_catalog.<) s.pid)";
    in_transaction(|| number(OLDER)).is_some_and(|count| count > 0)
}

/// One transaction. Returns how many events and rows were applied; `None` where there is no extension any more. An error of it
/// ends the worker, with its message in the server's log: reflections catch their own.
fn run_once(applied: i64) -> Option<i64> {
    const IS_THERE: &std::ffi::CStr = c"SELECT CASE WHEN \
        pg_catalog.to_regprocedure('msar.run_reflections(pg_catalog.jsonb)') IS NOT NULL THEN 1::pg_catalog.int8 END";
    const RUN: &std::ffi::CStr = c"SELECT (r OPERATOR(pg_catalog.->>) 'events')::pg_catalog.int8 \
        OPERATOR(pg_catalog.+) (r OPERATOR(pg_catalog.->>) 'copied')::pg_catalog.int8 \
        FROM msar.run_reflections('{\"max_events\": 20000, \"max_seconds\": 1}') AS r";
    let name = CString::new(text::to_server(&format!(
        "{WORKER_TYPE}: {applied} events and rows"
    )))
    .unwrap_or_default();
    in_transaction(|| {
        number(IS_THERE)?;
        // SAFETY: a setting of the session.
        unsafe {
            pg_sys::set_config_option(
                c"application_name".as_ptr(),
                name.as_ptr(),
                pg_sys::GucContext::PGC_USERSET,
                pg_sys::GucSource::PGC_S_SESSION,
                pg_sys::GucAction::GUC_ACTION_SET,
                true,
                0,
                false,
            );
        }
        number(RUN)
    })
}

/// Runs `body` in a transaction of its own.
fn in_transaction<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: a worker with a connection; the transaction is ended below, or by the worker's end.
    unsafe {
        pg_sys::SetCurrentStatementStartTimestamp();
        pg_sys::StartTransactionCommand();
        pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot());
        pg_sys::pgstat_report_activity(
            pg_sys::BackendState::STATE_RUNNING,
            c"msar.run_reflections".as_ptr(),
        );
        let outcome = body();
        pg_sys::PopActiveSnapshot();
        pg_sys::CommitTransactionCommand();
        pg_sys::pgstat_report_stat(false);
        pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_IDLE, std::ptr::null());
        outcome
    }
}

/// The number that a statement returns; `None` for NULL.
fn number(statement: &std::ffi::CStr) -> Option<i64> {
    // SAFETY: inside of a transaction; the statement returns a bigint.
    unsafe {
        pg_sys::SPI_connect();
        pg_sys::SPI_execute(statement.as_ptr(), false, 1);
        let mut found = None;
        if !pg_sys::SPI_tuptable.is_null() && (*pg_sys::SPI_tuptable).numvals == 1 {
            let mut is_null = true;
            let value = pg_sys::SPI_getbinval(
                *(*pg_sys::SPI_tuptable).vals,
                (*pg_sys::SPI_tuptable).tupdesc,
                1,
                &mut is_null,
            );
            found = (!is_null).then(|| value.value() as i64);
        }
        pg_sys::SPI_finish();
        found
    }
}
