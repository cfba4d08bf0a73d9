//! Relative dates: conditions that compare with now, by the calendar that the definition states.
//!
//! How the upstream reads them is not documented, so they are misses until the definition says in which time zone its days
//! begin (`settings.calendar`). Then this is the reading:
//!
//! - `in_calendar_day`, `_week`, `_month`, `_year` with n: the day, week, month or year n after the current one.
//! - `in_last`, `in_next` with n and a unit: of moments those from n units ago until now, or from now until n units ahead;
//!   of dates whole days, today among them.
//! - `not_in_last`, `not_in_next`: all others, null among them.

use super::comparison::between;
use super::error::MissReason;
use super::filter::EntityStatement;
use super::model::{FieldClass, UpstreamCalendar, WeekStart};
use super::values::{GivenValues, ScalarForm};
use crate::pg::quote;
use crate::statements::Form;
use pgrx::pg_sys;

/// The most units of each sort, so that no date is out of PostgreSQL's range.
const UNITS: [(&str, &str, i64); 5] = [
    ("HOUR", "hours", 1_000_000),
    ("DAY", "days", 100_000),
    ("WEEK", "weeks", 10_000),
    ("MONTH", "months", 10_000),
    ("YEAR", "years", 1_000),
];

/// Which way from now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Back,
    Ahead,
}

impl EntityStatement<'_> {
    /// A condition that compares a column with now; `None` where its meaning is not known.
    pub(super) fn relative(
        &mut self,
        column: &str,
        class: FieldClass,
        relation: &str,
        values: &GivenValues,
    ) -> Result<Option<String>, MissReason> {
        if !matches!(class, FieldClass::Date | FieldClass::Moment) || values.has_null {
            return Ok(None);
        }
        let Some(calendar) = &self.cache.definition.settings.calendar else {
            return Err(format!(
                "relation \"{relation}\": the definition does not say in which time zone the upstream's days begin \
                 (settings.calendar)"
            ));
        };
        if let Some(unit) = relation.strip_prefix("in_calendar_") {
            return Ok(self.calendar_unit(column, class, unit, calendar, values));
        }
        let (direction, is_negated) = match relation {
            "in_last" => (Direction::Back, false),
            "in_next" => (Direction::Ahead, false),
            "not_in_last" => (Direction::Back, true),
            _ => (Direction::Ahead, true),
        };
        let within = self.window(column, class, direction, calendar, values);
        Ok(within.map(|within| {
            if is_negated {
                format!("({within} IS NOT TRUE)")
            } else {
                within
            }
        }))
    }

    /// Whether a column is in the day, week, month or year so many after the current one.
    fn calendar_unit(
        &mut self,
        column: &str,
        class: FieldClass,
        unit: &str,
        calendar: &UpstreamCalendar,
        values: &GivenValues,
    ) -> Option<String> {
        let (_, argument, most) = UNITS
            .iter()
            .find(|(name, ..)| *name != "HOUR" && name.eq_ignore_ascii_case(unit))?;
        let [(ScalarForm::Integer, number)] = values.scalars[..] else {
            return None;
        };
        let number = self.parameters.sql(number, Form::Value, pg_sys::INT8OID);
        self.guard(
            format!("{number} NOT BETWEEN -{most} AND {most}"),
            format!("dates more than {most} {argument} from now"),
        );
        // A week that begins on Sunday is the week of the next day, a day earlier.
        let day = match calendar.week_starts_on {
            WeekStart::Sunday if unit == "week" => "interval '1 day'",
            _ => "interval '0'",
        };
        let now = local_now(calendar);
        let first = format!(
            "(date_trunc({unit}, {now} + {day}) - {day} + make_interval({argument} => {}))",
            clamped(&number, *most),
            unit = quote::literal(unit),
        );
        let next = format!("({first} + make_interval({argument} => 1))");
        let bound = |local: &str| match class {
            FieldClass::Date => format!("{local}::date"),
            _ => format!("({local} AT TIME ZONE {})", quote::literal(&calendar.time_zone)),
        };
        Some(format!(
            "({column} >= {} AND {column} < {})",
            bound(&first),
            bound(&next)
        ))
    }

    /// Whether a column is between now and so many units from now.
    fn window(
        &mut self,
        column: &str,
        class: FieldClass,
        direction: Direction,
        calendar: &UpstreamCalendar,
        values: &GivenValues,
    ) -> Option<String> {
        let [(ScalarForm::Integer, number), (ScalarForm::Text, unit)] = values.scalars[..] else {
            return None;
        };
        let number = self.parameters.sql(number, Form::Value, pg_sys::INT8OID);
        let unit = self.parameters.sql(unit, Form::Value, pg_sys::TEXTOID);
        let is_known: Vec<String> = UNITS
            .iter()
            .filter(|(name, ..)| class == FieldClass::Moment || *name != "HOUR")
            .map(|(name, _, most)| format!("{unit} = '{name}' AND {number} BETWEEN 0 AND {most}"))
            .collect();
        self.guard(
            format!("NOT ({})", is_known.join(" OR ")),
            "what so many of these units from now means is not known".to_owned(),
        );
        let part = |(name, argument, most): &(&str, &str, i64)| {
            let number = clamped(&number, *most);
            format!("{argument} => CASE WHEN {unit} = '{name}' THEN {number} ELSE 0 END")
        };
        let days: Vec<String> = UNITS.iter().skip(1).map(part).collect();
        let days = format!("make_interval({})", days.join(", "));
        let sign = if direction == Direction::Back { '-' } else { '+' };
        let now = local_now(calendar);
        let (far, near) = match class {
            FieldClass::Date => (
                format!("({now}::date {sign} {days})::date"),
                format!("{now}::date"),
            ),
            _ => (
                // Days and longer units by the local calendar, hours by the clock.
                format!(
                    "((({now} {sign} {days}) AT TIME ZONE {}) {sign} make_interval({}))",
                    quote::literal(&calendar.time_zone),
                    part(&UNITS[0])
                ),
                "statement_timestamp()".to_owned(),
            ),
        };
        let (low, high) = if direction == Direction::Back {
            (far, near)
        } else {
            (near, far)
        };
        Some(between(column, &low, &high))
    }
}

/// The time on the upstream's clocks.
fn local_now(calendar: &UpstreamCalendar) -> String {
    format!(
        "(statement_timestamp() AT TIME ZONE {})",
        quote::literal(&calendar.time_zone)
    )
}

/// A number within bounds, as make_interval takes it: the planner computes it before any guard is asked.
fn clamped(number: &str, most: i64) -> String {
    format!("LEAST(GREATEST({number}, -{most}), {most})::integer")
}
