//! The trigger function of source tables.
//!
//! How to write the events of a table is looked up once a session and table, and again when PostgreSQL reports that the table
//! has changed. The trigger's argument is the number of the source; anybody can create a trigger with any argument, so the
//! table must be a part of that source.

use super::error::SourceTableError;
use super::{event_limit, reflector_worker, store};
use crate::error::{Error, TopicError};
use crate::pg::capture::{self, CaptureLayout, CaptureOutcome, CapturedOperation, StatementTrigger};
use crate::pg::watch::CatalogWatch;
use crate::pg::{Oid, names, ownership, quote, relations, report, wake};
use crate::settings;
use pgrx::pg_sys;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

#[derive(Deserialize)]
struct StoredLayout {
    is_whole: bool,
    has_key: bool,
    on_error: String,
    refuses: bool,
    sequence: u32,
    slots: Vec<u32>,
    attnums: Option<Vec<i16>>,
    keeps_old: Option<Vec<bool>>,
}

/// How the events of one table are written.
struct TableCapture {
    watch: CatalogWatch,
    source: String,
    /// `None`: the table is no part of the source.
    layout: Option<SourceLayout>,
}

struct SourceLayout {
    layout: CaptureLayout,
    source_id: i64,
    /// Whether a TRUNCATE of the table leaves no row of the source.
    is_whole: bool,
    has_key: bool,
    fails: bool,
    /// Whether statements fail while too many events wait for a reflection.
    refuses: bool,
}

thread_local! {
    static TABLES: RefCell<FxHashMap<u32, Rc<TableCapture>>> = RefCell::default();
    /// The sources that the changes come from which are being applied.
    static ORIGINS: RefCell<Vec<i64>> = const { RefCell::new(Vec::new()) };
    /// The last TRUNCATE of a whole source: the source, and the command.
    static TRUNCATED: Cell<(i64, (u64, u32))> = const { Cell::new((0, (0, 0))) };
}

/// Runs `body`, whose changes come from these sources: reflections into them ignore the events.
pub(super) fn with_origins<T>(origins: Vec<i64>, body: impl FnOnce() -> T) -> T {
    struct Before(Vec<i64>);
    impl Drop for Before {
        fn drop(&mut self) {
            ORIGINS.set(std::mem::take(&mut self.0));
        }
    }
    let _before = Before(ORIGINS.replace(origins));
    body()
}

/// Writes the events of a statement.
pub(crate) fn capture(call: pg_sys::FunctionCallInfo) -> Result<(), Error> {
    let trigger = StatementTrigger::of_call(call).ok_or(SourceTableError::NoStatementTrigger)?;
    let operation = trigger.operation();
    if !trigger.has_rows_of(operation) {
        Err(SourceTableError::NoStatementTrigger)?;
    }
    if operation != CapturedOperation::Truncate && trigger.changed_nothing() {
        return Ok(());
    }
    // Looking up how to write events may begin a new command.
    let command = (operation == CapturedOperation::Truncate).then(capture::current_command);
    let table = find_capture(&trigger)?;
    let Some(source) = &table.layout else {
        return Ok(());
    };
    if source.refuses {
        event_limit::check_event_limit(source.source_id, &relation_name(&trigger))?;
    }
    wake::workers_after_commit();
    let mut origins = ORIGINS.with_borrow(Clone::clone);
    if origins.is_empty() {
        origins = origins_of_session(&trigger);
    }
    if let Some(command) = command {
        return truncate(&trigger, source, &origins, command);
    }
    let outcome = trigger.write_rows(&source.layout, &origins);
    end_capture(&trigger, source, outcome)
}

/// A row that was too large is an error or a gap, as the source says. No event is left out without a word.
fn end_capture(
    trigger: &StatementTrigger,
    source: &SourceLayout,
    outcome: CaptureOutcome,
) -> Result<(), Error> {
    match outcome {
        CaptureOutcome::Written => Ok(()),
        CaptureOutcome::TableChanged => Err(SourceTableError::EventTableChanged.into()),
        CaptureOutcome::RowTooLarge => {
            let table = relation_name(trigger);
            let too_large = SourceTableError::RowTooLarge { table: table.clone() };
            if source.fails {
                return Err(too_large.into());
            }
            note_gap(
                source.source_id,
                &format!("a row of table {table} is too large to be reflected"),
            )?;
            report::warning(
                too_large.fields().message.into_owned(),
                "The row is written; its reflections must be copied again: msar.recopy_reflection.",
            );
            Ok(())
        }
    }
}

/// The origins that the session names, where it is one of the table's owner, who could do without the triggers, too. Those of
/// other databases are negative; which of this one changes come from, nobody needs to say.
fn origins_of_session(trigger: &StatementTrigger) -> Vec<i64> {
    match settings::event_origins() {
        Some(origins) if ownership::session_user_owns(trigger.relation()) => {
            let numbers = origins.split(',').filter_map(|number| number.parse().ok());
            numbers.filter(|&number: &i64| number < 0).collect()
        }
        _ => Vec::new(),
    }
}

/// The table of the trigger as SQL names it.
fn relation_name(trigger: &StatementTrigger) -> String {
    let name = names::of_relation(trigger.relation());
    name.map_or_else(String::new, |(schema, name)| quote::qualified(&schema, &name))
}

/// The rows of a part are events of their own; a TRUNCATE of the whole source is one, and comes before those of its parts.
fn truncate(
    trigger: &StatementTrigger,
    source: &SourceLayout,
    origins: &[i64],
    command: (u64, u32),
) -> Result<(), Error> {
    let is_covered = TRUNCATED.get() == (source.source_id, command);
    if source.is_whole {
        let outcome = trigger.write_truncation(&source.layout, origins);
        end_capture(trigger, source, outcome)?;
    } else if !is_covered {
        return truncate_part(trigger, source, origins);
    }
    TRUNCATED.set((source.source_id, capture::current_command()));
    Ok(())
}

fn truncate_part(trigger: &StatementTrigger, source: &SourceLayout, origins: &[i64]) -> Result<(), Error> {
    let facts = relations::find_facts(trigger.relation());
    if facts.is_some_and(|facts| facts.kind == pg_sys::RELKIND_PARTITIONED_TABLE) {
        // Its rows are those of its partitions, for which PostgreSQL calls their own triggers.
        return Ok(());
    }
    if !source.has_key {
        let table = relation_name(trigger);
        return note_gap(source.source_id, &format!("table {table} was truncated"));
    }
    let outcome = trigger.write_rows_before_truncation(&source.layout, origins);
    end_capture(trigger, source, outcome)
}

/// Says that changes are missing from the events of a source.
pub(super) fn note_gap(source_id: i64, reason: &str) -> Result<(), Error> {
    store::as_owner(|statements| statements.run(store::NOTE_GAP, &json!({"id": source_id, "reason": reason})))
}

fn find_capture(trigger: &StatementTrigger) -> Result<Rc<TableCapture>, Error> {
    let relation = trigger.relation().to_u32();
    let source = trigger.argument().unwrap_or_default();
    let kept = TABLES.with_borrow(|tables| tables.get(&relation).cloned());
    if let Some(table) = kept.filter(|table| table.source == source && !table.watch.is_over()) {
        return Ok(table);
    }
    reflector_worker::start_missing_once()?;
    let watch = CatalogWatch::begin();
    let id: Option<i64> = source.parse().ok();
    let stored: Option<StoredLayout> = match id {
        None => None,
        Some(id) => store::as_owner(|statements| {
            statements.query(store::LAYOUT, &json!({"id": id, "table": relation}))
        })?,
    };
    let layout = stored.zip(id).map(|(stored, source_id)| SourceLayout {
        layout: CaptureLayout {
            slots: stored.slots.into_iter().map(Oid::from).collect(),
            sequence: Oid::from(stored.sequence),
            attnums: stored.attnums.unwrap_or_default(),
            keeps_old: stored.keeps_old.unwrap_or_default(),
        },
        source_id,
        is_whole: stored.is_whole,
        has_key: stored.has_key,
        fails: stored.on_error == "fail",
        refuses: stored.refuses,
    });
    let mut watched = FxHashSet::from_iter([relation]);
    if let Some(source) = &layout {
        watched.extend(source.layout.slots.iter().map(|slot| slot.to_u32()));
    }
    watch.narrow(&watched);
    let table = Rc::new(TableCapture {
        watch,
        source: source.to_owned(),
        layout,
    });
    TABLES.with_borrow_mut(|tables| tables.insert(relation, Rc::clone(&table)));
    Ok(table)
}
