//! How far long work is, as notices that the client shows while the call runs: about one a second, if the session's
//! setting `mathesar_ext.progress` asks for them.

use crate::settings;
use pgrx::notice;
use std::borrow::Cow;
use std::cell::RefCell;
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_secs(1);
/// The clock is looked at once in so many rows.
const ROWS_BETWEEN_LOOKS: u64 = 64;

/// How much there is to do.
#[derive(Clone, Copy)]
pub(crate) enum Total {
    Exactly(u64),
    About(u64),
    Unknown,
}

impl Total {
    /// That of a relation's rows, by the planner's estimate.
    pub(crate) fn of_rows(reltuples: f32) -> Self {
        if reltuples > 0.0 {
            Self::About(reltuples as u64)
        } else {
            Self::Unknown
        }
    }
}

/// A piece of work.
pub(crate) struct Progress {
    /// The work: `inferring types`.
    work: Cow<'static, str>,
    /// The unit of counting: `rows`.
    unit: &'static str,
    total: Total,
    done: u64,
    started: Instant,
    last: Instant,
}

impl Progress {
    /// Work of so many units; `None` if the session does not want to hear of it.
    pub(crate) fn begin(
        work: impl Into<Cow<'static, str>>,
        unit: &'static str,
        total: Total,
    ) -> Option<Self> {
        let now = Instant::now();
        settings::wants_progress().then(|| Self {
            work: work.into(),
            unit,
            total,
            done: 0,
            started: now,
            last: now,
        })
    }

    /// One more unit is done.
    pub(crate) fn advance(&mut self) {
        self.done += 1;
        let is_due = self.unit != "rows" || self.done.is_multiple_of(ROWS_BETWEEN_LOOKS);
        if is_due && self.last.elapsed() >= EVERY {
            self.last = Instant::now();
            notice!(
                "{}",
                message(
                    &self.work,
                    self.unit,
                    self.total,
                    self.done,
                    self.started.elapsed()
                )
            );
        }
    }
}

fn message(work: &str, unit: &str, total: Total, done: u64, elapsed: Duration) -> String {
    let (total, about) = match total {
        Total::Exactly(total) => (total, ""),
        // It was too low, then.
        Total::About(total) if total >= done => (total, "about "),
        _ => return format!("{work}: {done} {unit} done"),
    };
    let left = elapsed.as_secs_f64() / done.max(1) as f64 * total.saturating_sub(done) as f64;
    format!(
        "{work}: {done} of {about}{total} {unit} done, about {} s left",
        left.ceil()
    )
}

thread_local! {
    /// The work of the statement that calls `__msar.progress_row()` for each of its rows.
    static ROWS: RefCell<Option<Progress>> = const { RefCell::new(None) };
}

/// A condition that is true, and counts the rows of a statement about to run; `None` if the session does not want it.
pub(crate) fn row_condition(work: impl Into<Cow<'static, str>>, total: Total) -> Option<&'static str> {
    let progress = Progress::begin(work, "rows", total)?;
    ROWS.replace(Some(progress));
    Some("__msar.progress_row()")
}

/// Counts a row.
pub(crate) fn row() {
    // The notice is sent by code that may call others.
    if let Some(mut progress) = ROWS.take() {
        progress.advance();
        ROWS.replace(Some(progress));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_how_far_it_is() {
        let after = |total, done| message("retyping", "rows", total, done, Duration::from_secs(10));
        assert_eq!(
            after(Total::Exactly(400), 100),
            "retyping: 100 of 400 rows done, about 30 s left"
        );
        assert_eq!(
            after(Total::About(400), 399),
            "retyping: 399 of about 400 rows done, about 1 s left"
        );
        for total in [Total::Unknown, Total::About(50)] {
            assert_eq!(after(total, 100), "retyping: 100 rows done");
        }
    }
}
