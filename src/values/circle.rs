//! The circular mean of times of day and of months.
//!
//! Each moment is a point on a circle: an angle from 0 to 2π. The sum of the points as vectors from the centre points
//! to where most of them are, and its angle is the peak: for 23:00 and 01:00 it is midnight, where the mean would be
//! noon.

use std::f64::consts::TAU;

pub(crate) const MICROSECONDS_PER_DAY: i64 = 86_400_000_000;

/// The vector of a time of day, given in microseconds since midnight.
pub(crate) fn of_time(microseconds: i64) -> (f64, f64) {
    vector(microseconds as f64 / MICROSECONDS_PER_DAY as f64)
}

/// The vector of a day's month; the day is given in days since 2000-01-01.
pub(crate) fn of_day(day: i32) -> (f64, f64) {
    of_month(month(day))
}

fn of_month(month: u8) -> (f64, f64) {
    vector((f64::from(month) - 1.0) / 12.0)
}

/// The month, 1 to 12, in the Gregorian calendar. Counted in years that begin on the 1st of March, the leap day comes
/// last, and the months have 31, 30, 31, 30, 31 days again and again.
fn month(day: i32) -> u8 {
    const PER_400_YEARS: i64 = 146_097;
    // 2000 divides by 400, and its 1st of March is 60 days after the 1st of January.
    let day = (i64::from(day) - 60).rem_euclid(PER_400_YEARS);
    let year = (day - day / 1_460 + day / 36_524 - day / (PER_400_YEARS - 1)) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let months_since_march = (5 * day_of_year + 2) / 153;
    ((months_since_march + 2) % 12 + 1) as u8
}

/// The time of day that a sum of vectors leads to; `None` if there were none, or they cancel each other out.
pub(crate) fn peak_time(sum: (f64, f64)) -> Option<i64> {
    let microseconds = turn(sum)? * MICROSECONDS_PER_DAY as f64;
    // Sines are exact to about 10⁻¹⁶ of a turn, some 10 picoseconds: the microsecond is right for any plain sum.
    Some(microseconds.round() as i64 % MICROSECONDS_PER_DAY)
}

/// The month that a sum of vectors leads to.
pub(crate) fn peak_month(sum: (f64, f64)) -> Option<i32> {
    Some((turn(sum)? * 12.0).round() as i32 % 12 + 1)
}

fn vector(turn: f64) -> (f64, f64) {
    let (y, x) = (turn * TAU).sin_cos();
    (x, y)
}

/// The angle of a vector as a part of a full turn, from 0 to 1.
fn turn((x, y): (f64, f64)) -> Option<f64> {
    // The rounding error of opposite vectors has no direction.
    const NOTHING: f64 = 1e-9;
    (x.hypot(y) > NOTHING).then(|| (y.atan2(x) / TAU).rem_euclid(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(vectors: impl IntoIterator<Item = (f64, f64)>) -> (f64, f64) {
        vectors
            .into_iter()
            .fold((0.0, 0.0), |sum, vector| (sum.0 + vector.0, sum.1 + vector.1))
    }

    fn hours(hours: &[i64]) -> Option<i64> {
        let peak = peak_time(sum(hours.iter().map(|hour| of_time(hour * 3_600_000_000))))?;
        assert_eq!(peak % 3_600_000_000, 0);
        Some(peak / 3_600_000_000)
    }

    #[test]
    fn around_midnight() {
        assert_eq!(hours(&[23, 1]), Some(0));
        assert_eq!(hours(&[22, 23, 0]), Some(23));
        assert_eq!(hours(&[6, 12]), Some(9));
        assert_eq!(hours(&[12]), Some(12));
        assert_eq!(hours(&[24]), Some(0));
    }

    #[test]
    fn no_peak() {
        assert_eq!(hours(&[]), None);
        assert_eq!(hours(&[6, 18]), None);
        assert_eq!(hours(&[0, 8, 16]), None);
    }

    #[test]
    fn months_of_days() {
        // 2000-01-01, 2000-02-29, 2000-03-01, 1999-12-31, 1999-03-01, 2024-02-29, 2100-02-28, 2100-03-01, 1600-02-29
        let days = [0, 59, 60, -1, -306, 8825, 36583, 36584, -146038];
        assert_eq!(days.map(month), [1, 2, 3, 12, 3, 2, 2, 3, 2]);
    }

    #[test]
    fn around_new_year() {
        let months = |months: &[u8]| peak_month(sum(months.iter().map(|&month| of_month(month))));
        assert_eq!(months(&[12, 1, 2]), Some(1));
        assert_eq!(months(&[11, 1]), Some(12));
        assert_eq!(months(&[7]), Some(7));
        assert_eq!(months(&[1, 7]), None);
    }
}
