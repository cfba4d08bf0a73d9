//! Formatting values for people. Previews call these functions with the display options of a column as constants.

use crate::pg::arguments::WordBytes;
use crate::pg::bytes::{NewText, TextBytes};
use crate::values::display::duration;
use crate::values::display::number::{self, Currency, DigitGrouping, SeparatorStyle};
use pgrx::prelude::*;

extension_sql_file!(
    "../../sql/manual/display.sql",
    name = "display_manual",
    requires = [display_number, display_duration]
);

// Not STRICT, since options that are not set are NULL.
#[expect(clippy::too_many_arguments, reason = "an argument for each option")]
#[pg_extern(schema = "__msar", immutable, parallel_safe)]
fn display_number(
    value: Option<TextBytes<'_>>,
    min_frac_digits: Option<i32>,
    max_frac_digits: Option<i32>,
    grouping: Option<WordBytes<'_>>,
    format: Option<WordBytes<'_>>,
    as_percentage: Option<bool>,
    currency_symbol: Option<WordBytes<'_>>,
    currency_location: Option<WordBytes<'_>>,
) -> Option<NewText> {
    /// As many as a number of PostgreSQL's can have after its decimal point.
    const MOST_DIGITS: usize = 16_383;
    let digits = |option: Option<i32>| {
        option.and_then(|digits| usize::try_from(digits).ok().map(|digits| digits.min(MOST_DIGITS)))
    };
    // A client that sets a format wants to see its separators.
    let default_grouping = match format {
        Some(_) => DigitGrouping::Auto,
        None => DigitGrouping::Never,
    };
    let style = number::NumberDisplay {
        least_decimals: digits(min_frac_digits),
        most_decimals: digits(max_frac_digits),
        grouping: grouping.map_or(default_grouping, |word| DigitGrouping::from_word(word.0)),
        format: format.map_or(SeparatorStyle::English, |word| SeparatorStyle::from_word(word.0)),
        is_percentage: as_percentage == Some(true),
        currency: currency_symbol.map(|symbol| Currency {
            symbol: symbol.0,
            stands_behind: currency_location.is_some_and(|word| word.0 == b"end-with-space"),
        }),
    };
    value.map(|value| NewText(number::show_number(value.0, &style)))
}

#[pg_extern(schema = "__msar", immutable, parallel_safe)]
fn display_duration(
    seconds: Option<f64>,
    smallest: Option<WordBytes<'_>>,
    largest: Option<WordBytes<'_>>,
    show_units: Option<bool>,
) -> Option<NewText> {
    // Without units a length of time is easily taken for a time of day.
    let has_units = show_units != Some(false);
    let style =
        duration::DurationDisplay::new(smallest.map(|word| word.0), largest.map(|word| word.0), has_units);
    seconds.map(|seconds| NewText::encode(&duration::show_duration(seconds, style)))
}
