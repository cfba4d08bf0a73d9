//! How the numbers of a column are written.

use crate::values::number_format::{FORMATS, Formats, NumberFormat, Readings};

/// How the numbers of a column are written, as far as its values show.
#[derive(Clone, Copy)]
pub(super) struct NumberStyle {
    pub(super) fits: Formats,
    grouped: Formats,
    fractional: Formats,
    /// Whether a point before three digits leaves open what it is. In plain numbers it does not: that is what programs
    /// write. Amounts are written by people, and few currencies have three decimals.
    is_point_open: bool,
}

impl NumberStyle {
    pub(super) const OF_NUMBERS: Self = Self {
        fits: Formats::ALL,
        grouped: Formats::NONE,
        fractional: Formats::NONE,
        is_point_open: false,
    };
    pub(super) const OF_AMOUNTS: Self = Self {
        is_point_open: true,
        ..Self::OF_NUMBERS
    };

    pub(super) fn add_readings(&mut self, readings: Readings) {
        self.fits = self.fits.and(readings.fits);
        self.grouped = self.grouped.or(readings.grouped);
        self.fractional = self.fractional.or(readings.fractional);
    }

    /// The format in which all numbers can be read. Where there are two that differ in what they make of them, the one
    /// with the caller's decimal mark.
    fn format(&self, decimal: Option<DecimalMark>) -> Option<usize> {
        let mut fitting = (0..FORMATS.len()).filter(|&at| self.fits.has(at));
        let first = fitting.clone().next()?;
        if !self.is_ambiguous(first) {
            return Some(first);
        }
        let wanted = decimal?.byte();
        fitting.find(|&at| FORMATS[at].decimal == wanted)
    }

    /// Whether there is one mark before three digits, and nothing in the column to tell what it is.
    fn is_ambiguous(&self, at: usize) -> bool {
        let NumberFormat { group, decimal } = FORMATS[at];
        group.is_none()
            && (decimal == b',' || self.is_point_open)
            && self.fractional.has(at)
            && (at + 1..FORMATS.len())
                .any(|other| self.fits.has(other) && FORMATS[other].group == Some(decimal))
    }

    /// Whether all numbers can be read, but in two ways.
    pub(super) fn is_undecided(&self) -> bool {
        !self.fits.is_empty() && self.format(None).is_none()
    }

    /// The separators that the numbers have.
    pub(super) fn separators(&self, decimal: Option<DecimalMark>) -> Option<Separators> {
        let at = self.format(decimal)?;
        Some(Separators {
            group: FORMATS[at].group.filter(|_| self.grouped.has(at)),
            decimal: self.fractional.has(at).then_some(FORMATS[at].decimal),
        })
    }
}

/// What stands before decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub(crate) enum DecimalMark {
    #[serde(rename = ".")]
    Point,
    #[serde(rename = ",")]
    Comma,
}

impl DecimalMark {
    fn byte(self) -> u8 {
        match self {
            Self::Point => b'.',
            Self::Comma => b',',
        }
    }
}

/// The separators between groups of digits and before decimals; `None` for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Separators {
    pub(crate) group: Option<u8>,
    pub(crate) decimal: Option<u8>,
}
