//! The types that inference suggests, and sets of them.

/// The types that a column of text can turn out to have, in the order in which they are preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Boolean,
    Date,
    Numeric,
    Money,
    Uuid,
    Timestamp,
    TimestampWithZone,
    Time,
    Interval,
    Email,
    JsonArray,
    MulticurrencyMoney,
    JsonObject,
    Uri,
}

impl Type {
    pub(crate) const ALL: [Self; 14] = [
        Self::Boolean,
        Self::Date,
        Self::Numeric,
        Self::Money,
        Self::Uuid,
        Self::Timestamp,
        Self::TimestampWithZone,
        Self::Time,
        Self::Interval,
        Self::Email,
        Self::JsonArray,
        Self::MulticurrencyMoney,
        Self::JsonObject,
        Self::Uri,
    ];

    /// As SQL names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Numeric => "numeric",
            Self::Money => "mathesar_types.mathesar_money",
            Self::Uuid => "uuid",
            Self::Timestamp => "timestamp without time zone",
            Self::TimestampWithZone => "timestamp with time zone",
            Self::Time => "time without time zone",
            Self::Interval => "interval",
            Self::Email => "mathesar_types.email",
            Self::JsonArray => "mathesar_types.mathesar_json_array",
            Self::MulticurrencyMoney => "mathesar_types.multicurrency_money",
            Self::JsonObject => "mathesar_types.mathesar_json_object",
            Self::Uri => "mathesar_types.uri",
        }
    }

    /// Whether the order of day, month and year matters to it.
    pub(super) fn has_date(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp | Self::TimestampWithZone)
    }
}

/// A set of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Types(pub(super) u16);

impl Types {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self((1 << Type::ALL.len()) - 1);
    pub(super) const MOMENTS: Self =
        Self::from_list(&[Type::Date, Type::Timestamp, Type::TimestampWithZone, Type::Time]);
    pub(super) const JSON: Self =
        Self::from_list(&[Type::JsonArray, Type::JsonObject, Type::MulticurrencyMoney]);

    const fn from_list(types: &[Type]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < types.len() {
            bits |= 1 << types[at] as u16;
            at += 1;
        }
        Self(bits)
    }

    pub(crate) fn has(self, one: Type) -> bool {
        self.0 & 1 << one as u16 != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn add_type(&mut self, one: Type, fits: bool) {
        self.0 |= u16::from(fits) << one as u16;
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}
