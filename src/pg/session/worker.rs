//! Background workers of the extension: starting one for a role of this database, and its loop.
//!
//! A worker connects as the role whose work it does, so it has that role's rights from the first moment: no switch of users,
//! and whatever runs at commit runs as that role too. It runs one statement, a constant, again and again, each time in a
//! transaction of its own.

use crate::pg::plan::Planning;
use crate::pg::{Oid, plan_cache, text};
use pgrx::PgLogLevel;
use pgrx::bgworkers::{BackgroundWorker, BackgroundWorkerBuilder, SignalWakeFlags};
use pgrx::pg_sys::{self, panic::ErrorReport};
use std::cell::Cell;
use std::ffi::CString;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// What a worker does again and again. Its names are qualified: it runs under the search_path of the role.
pub(crate) struct WorkerTask {
    /// What `pg_stat_activity` calls a worker that does it, in `backend_type`.
    pub(crate) worker_type: &'static str,
    /// What it shows as the query of the worker.
    pub(crate) activity: &'static str,
    /// A statement that returns a number as long as there is something to run, and then null.
    pub(crate) exists: &'static str,
    /// A statement that does what is due, and returns how much that was.
    pub(crate) step: &'static str,
    /// What that number counts.
    pub(crate) counted: &'static str,
    /// How much a step does at most, and how long it takes then: there may be more at once.
    pub(crate) most: i64,
    pub(crate) longest: Duration,
}

static TASK: OnceLock<&'static WorkerTask> = OnceLock::new();

/// Registers what workers do. Called when a process loads the library.
pub(crate) fn register_task(task: &'static WorkerTask) {
    let _ = TASK.set(task);
}

/// What `pg_stat_activity` calls a worker, in `backend_type`.
pub(crate) fn worker_type() -> &'static str {
    TASK.get().map_or("", |task| task.worker_type)
}

/// How long a worker waits when nothing was due, and nobody wakes it.
const PAUSE: Duration = Duration::from_millis(100);

/// Starts a worker that acts as `role` in this database. `None` where the server has no slot for another one.
pub(crate) fn start(role: Oid) -> Option<i32> {
    // SAFETY: set when the session starts.
    let database = unsafe { pg_sys::MyDatabaseId };
    let worker = BackgroundWorkerBuilder::new(worker_type())
        .set_type(worker_type())
        .set_library(env!("CARGO_PKG_NAME"))
        .set_function("mathesar_ext_worker_main")
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
pub extern "C-unwind" fn mathesar_ext_worker_main(_argument: pg_sys::Datum) {
    BackgroundWorker::attach_signal_handlers(SignalWakeFlags::SIGTERM | SignalWakeFlags::SIGHUP);
    let extra = BackgroundWorker::get_extra();
    let mut numbers = extra.split(' ').filter_map(|number| number.parse::<u32>().ok());
    let (Some(database), Some(role), Some(task)) = (numbers.next(), numbers.next(), TASK.get()) else {
        return;
    };
    // SAFETY: the worker has asked for a connection to a database, and has none yet.
    unsafe {
        pg_sys::BackgroundWorkerInitializeConnectionByOid(Oid::from(database), Oid::from(role), 0);
    }
    if is_second(task) {
        return;
    }
    IS_WORKER.set(true);
    let mut total = 0;
    // How often in a row it was woken while nothing was due.
    let (mut was_woken, mut in_vain) = (false, 0_u32);
    while !BackgroundWorker::sigterm_received() {
        let begun = Instant::now();
        let Some(done) = run_once(task, total) else {
            // The extension was dropped.
            return;
        };
        total += done;
        in_vain = if done == 0 && was_woken { in_vain + 1 } else { 0 };
        if done < task.most && begun.elapsed() < task.longest {
            // A source whose reflections are paused wakes the worker with each commit: it then looks as often as without.
            if in_vain > NO_VAIN_WAKE {
                std::thread::sleep(Duration::from_millis(1 << (in_vain - NO_VAIN_WAKE).min(6)));
            }
            // What is committed meanwhile has woken it already.
            let asleep = Instant::now();
            if !BackgroundWorker::wait_latch(Some(PAUSE)) {
                break;
            }
            was_woken = asleep.elapsed() < PAUSE;
        }
        // SAFETY: lets a shutdown of the server take effect.
        pg_sys::check_for_interrupts!();
    }
}

/// How often in a row waking in vain means nothing: a step may have done already what it was woken for.
const NO_VAIN_WAKE: u32 = 3;

thread_local! {
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// Whether this process is such a worker.
pub(crate) fn is_worker() -> bool {
    IS_WORKER.get()
}

/// Whether there is an older worker of the same role in the database: sessions may have started several at once.
fn is_second(task: &WorkerTask) -> bool {
    const OLDER: &str = "SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_get_activity(NULL) AS a, \
        pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) AS s \
        WHERE a.backend_type OPERATOR(pg_catalog.=) s.backend_type AND a.usesysid OPERATOR(pg_catalog.=) s.usesysid \
          AND a.datid OPERATOR(pg_catalog.=) s.datid AND a.pid OPERATOR(pg_catalog.<>) s.pid \
          AND (a.backend_start OPERATOR(pg_catalog.<) s.backend_start \
            OR a.backend_start OPERATOR(pg_catalog.=) s.backend_start AND a.pid OPERATOR(pg_catalog.<) s.pid)";
    in_transaction(task, || query_number(OLDER)).is_some_and(|count| count > 0)
}

/// One transaction. Returns how much was done; `None` where there is no extension any more. An error of it ends the worker,
/// with its message in the server's log: what a step runs for others catches its own.
fn run_once(task: &WorkerTask, done: i64) -> Option<i64> {
    let name = c_string(&format!("{}: {done} {}", task.worker_type, task.counted));
    in_transaction(task, || {
        query_number(task.exists)?;
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
        query_number(task.step)
    })
}

/// A text of ours, which has no NUL, for PostgreSQL.
fn c_string(text: &str) -> CString {
    CString::new(text::to_server(text)).unwrap_or_default()
}

/// Runs `body` in a transaction of its own.
fn in_transaction<T>(task: &WorkerTask, body: impl FnOnce() -> T) -> T {
    let activity = c_string(task.activity);
    // SAFETY: a worker with a connection; the transaction is ended below, or by the worker's end.
    unsafe {
        pg_sys::SetCurrentStatementStartTimestamp();
        pg_sys::StartTransactionCommand();
        pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot());
        pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_RUNNING, activity.as_ptr());
        let outcome = body();
        pg_sys::PopActiveSnapshot();
        pg_sys::CommitTransactionCommand();
        pg_sys::pgstat_report_stat(false);
        pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_IDLE, std::ptr::null());
        outcome
    }
}

/// The number that a statement returns; `None` for NULL.
fn query_number(statement: &str) -> Option<i64> {
    let prepared = match plan_cache::prepare(statement, &[], Planning::Once) {
        Ok(prepared) => prepared,
        Err(error) => {
            ErrorReport::from(error).report(PgLogLevel::ERROR);
            return None;
        }
    };
    // SAFETY: inside of a transaction; the statement has no parameters and returns a bigint.
    unsafe {
        pg_sys::SPI_connect();
        pg_sys::SPI_execute_plan(prepared.plan, std::ptr::null_mut(), std::ptr::null(), false, 1);
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
