//! How numbers are written in a column: the formats, and sets of them.

/// How numbers are written in a column: what stands between groups of digits (if anything), and before decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NumberFormat {
    pub(crate) group: Option<u8>,
    pub(crate) decimal: u8,
}

/// All formats, those without groups first; the order in which they are preferred.
pub(crate) const FORMATS: [NumberFormat; 7] = [
    NumberFormat {
        group: None,
        decimal: b'.',
    },
    NumberFormat {
        group: None,
        decimal: b',',
    },
    NumberFormat {
        group: Some(b','),
        decimal: b'.',
    },
    NumberFormat {
        group: Some(b'.'),
        decimal: b',',
    },
    NumberFormat {
        group: Some(b' '),
        decimal: b',',
    },
    NumberFormat {
        group: Some(b' '),
        decimal: b'.',
    },
    NumberFormat {
        group: Some(b'\''),
        decimal: b'.',
    },
];

/// A set of formats: bit n stands for `FORMATS[n]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Formats(u8);

impl Formats {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self((1 << FORMATS.len()) - 1);

    const fn with_group(separator: u8) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < FORMATS.len() {
            if matches!(FORMATS[at].group, Some(group) if group == separator) {
                bits |= 1 << at;
            }
            at += 1;
        }
        Self(bits)
    }

    const fn with_decimal(separator: u8) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < FORMATS.len() {
            if FORMATS[at].decimal == separator {
                bits |= 1 << at;
            }
            at += 1;
        }
        Self(bits)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn has(self, at: usize) -> bool {
        self.0 & 1 << at != 0
    }
}

/// Under which formats a number can be read; under which of them it has groups, and under which it has decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Readings {
    pub(crate) fits: Formats,
    pub(crate) grouped: Formats,
    pub(crate) fractional: Formats,
}

/// The formats that have the separator between groups of digits.
pub(super) fn formats_with_group(separator: u8) -> Formats {
    match separator {
        b',' => const { Formats::with_group(b',') },
        b'.' => const { Formats::with_group(b'.') },
        b' ' => const { Formats::with_group(b' ') },
        _ => const { Formats::with_group(b'\'') },
    }
}

/// The formats that have the separator before decimals.
pub(super) fn formats_with_decimal(separator: u8) -> Formats {
    match separator {
        b'.' => const { Formats::with_decimal(b'.') },
        b',' => const { Formats::with_decimal(b',') },
        _ => Formats::NONE,
    }
}
