//! How the numbers of a column are written.

use crate::values::number_format::{FORMATS, Formats, NumberFormat, Readings};

/// How the numbers of a column are written, as far as its values show.
#[derive(Clone, Copy)]
pub(super) struct NumberStyle {
    pub(super) fits: Formats,
    grouped: Formats,
    fractional: Formats,
}

impl NumberStyle {
    pub(super) const UNKNOWN: Self = Self {
        fits: Formats::ALL,
        grouped: Formats::NONE,
        fractional: Formats::NONE,
    };

    pub(super) fn add_readings(&mut self, readings: Readings) {
        self.fits = self.fits.and(readings.fits);
        self.grouped = self.grouped.or(readings.grouped);
        self.fractional = self.fractional.or(readings.fractional);
    }

    /// The format in which all numbers can be read, unless there are two that differ in what they make of them.
    fn format(&self) -> Option<usize> {
        let at = (0..FORMATS.len()).find(|&at| self.fits.has(at))?;
        (!self.is_ambiguous(at)).then_some(at)
    }

    /// Whether there is a comma before three digits, and nothing in the column to tell what it is. (A point is taken for
    /// one before decimals: that is what programs write.)
    fn is_ambiguous(&self, at: usize) -> bool {
        const DECIMAL_COMMA: NumberFormat = NumberFormat {
            group: None,
            decimal: b',',
        };
        FORMATS[at] == DECIMAL_COMMA
            && self.fractional.has(at)
            && (at + 1..FORMATS.len()).any(|other| self.fits.has(other) && FORMATS[other].group == Some(b','))
    }

    /// Whether all numbers can be read, but in two ways.
    pub(super) fn is_undecided(&self) -> bool {
        !self.fits.is_empty() && self.format().is_none()
    }

    /// The separators that the numbers have.
    pub(super) fn separators(&self) -> Option<Separators> {
        let at = self.format()?;
        Some(Separators {
            group: FORMATS[at].group.filter(|_| self.grouped.has(at)),
            decimal: self.fractional.has(at).then_some(FORMATS[at].decimal),
        })
    }
}

/// The separators between groups of digits and before decimals; `None` for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Separators {
    pub(crate) group: Option<u8>,
    pub(crate) decimal: Option<u8>,
}
