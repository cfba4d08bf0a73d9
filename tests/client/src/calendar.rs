//! Dates and moments of the stand-in for the upstream, computed without the database: days are those of a time zone that is
//! five hours ahead of UTC.

use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

/// PostgreSQL's name of the time zone.
pub const ZONE: &str = "Etc/GMT-5";
const OFFSET: i64 = 5 * 3600;
const DAY: i64 = 86_400;

/// Seconds since 1970.
#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.expect("a clock that is right").as_secs()).expect("a time of today")
}

/// Years, months and days of a number of days since 1970, by counting in eras of 400 years that begin in March.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (year, day) = (era * 400 + year, day - (153 * month + 2) / 5 + 1);
    if month < 10 {
        (year, month + 3, day)
    } else {
        (year + 1, month - 9, day)
    }
}

/// The number of days since 1970.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + year * 365 + year / 4 - year / 100 + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// The date so many days from today.
#[must_use]
pub fn date(now: i64, days: i64) -> String {
    let (year, month, day) = date_of((now + OFFSET).div_euclid(DAY) + days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A moment as the protocol has it.
#[must_use]
pub fn moment(seconds: i64) -> String {
    let ((year, month, day), time) = (date_of(seconds.div_euclid(DAY)), seconds.rem_euclid(DAY));
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        time / 3600,
        time / 60 % 60,
        time % 60
    )
}

/// The seconds on the clocks of the time zone that a value stands for, and whether it is a moment.
fn read(value: &Value) -> Option<(i64, bool)> {
    let text = value.as_str()?;
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let days = days_of(number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if text.len() == 10 {
        return Some((days * DAY, false));
    }
    let time = number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
    Some((days * DAY + time + OFFSET, true))
}

/// A time on the clocks, so many months later; the last day of a month is as late as one gets.
fn add_months(time: i64, months: i64) -> i64 {
    let (days, rest) = (time.div_euclid(DAY), time.rem_euclid(DAY));
    let (year, month, day) = date_of(days);
    let months = year * 12 + month - 1 + months;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let next = if month == 12 {
        days_of(year + 1, 1, 1)
    } else {
        days_of(year, month + 1, 1)
    };
    let day = day.min(next - days_of(year, month, 1));
    days_of(year, month, day) * DAY + rest
}

/// Whether a value meets a relation that compares with now.
#[must_use]
pub fn meets(value: &Value, relation: &str, values: &[Value], now: i64) -> bool {
    let Some((time, is_moment)) = read(value) else {
        return false;
    };
    let number = values[0].as_i64().expect("a number");
    let local = now + OFFSET;
    let today = local.div_euclid(DAY);
    if let Some(unit) = relation.strip_prefix("in_calendar_") {
        let days = time.div_euclid(DAY);
        let ((year, month, _), (this_year, this_month, _)) = (date_of(days), date_of(today));
        return match unit {
            "day" => days == today + number,
            // 1970 began on a Thursday.
            "week" => (days + 3).div_euclid(7) == (today + 3).div_euclid(7) + number,
            "month" => year * 12 + month == this_year * 12 + this_month + number,
            _ => year == this_year + number,
        };
    }
    let way = if relation == "in_last" { -number } else { number };
    let near = if is_moment { local } else { today * DAY };
    let far = match values[1].as_str() {
        Some("HOUR") => near + way * 3600,
        Some("DAY") => near + way * DAY,
        Some("WEEK") => near + way * 7 * DAY,
        Some("MONTH") => add_months(near, way),
        _ => add_months(near, way * 12),
    };
    (near.min(far)..=near.max(far)).contains(&time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted() {
        assert_eq!((date_of(0), days_of(1970, 1, 1)), ((1970, 1, 1), 0));
        assert_eq!(date_of(19_782), (2024, 2, 29));
        for days in -200_000..200_000 {
            let (year, month, day) = date_of(days);
            assert_eq!(days_of(year, month, day), days);
        }
        assert_eq!(moment(1_709_208_309), "2024-02-29T12:05:09Z");
    }
}
