//! Dates, times and intervals as arguments of functions that run once per value, in PostgreSQL's own representation.

use pgrx::callconv::{Arg, ArgAbi};
use pgrx::impl_sql_translatable;
use pgrx::pg_sys::{self, Datum};

/// Declares an argument type, and how it is taken out of a datum of the SQL type.
macro_rules! moment {
    ($($(#[$meta:meta])* $name:ident($($field:ty),*), $sql:literal, $datum:ident => $value:expr;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name($(pub(crate) $field),*);

        impl_sql_translatable!($name, $sql);

        // SAFETY: the datum is of the SQL type, and not null, as the functions are strict.
        unsafe impl<'fcx> ArgAbi<'fcx> for $name {
            unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
                // SAFETY: as above.
                let $datum = unsafe { arg.unbox_arg_using_from_datum::<Datum>() }.unwrap_or(Datum::null());
                $value
            }
        }
    )*};
}

moment! {
    /// Days since 2000-01-01.
    Date(i32), "date", datum => Self(datum.value() as i32);
    /// Microseconds since midnight.
    Time(i64), "time without time zone", datum => Self(datum.value() as i64);
    /// Microseconds since midnight, seconds west of UTC.
    TimeWithZone(i64, i32), "time with time zone", datum => {
        // SAFETY: points to such a struct.
        let time = unsafe { *datum.cast_mut_ptr::<pg_sys::TimeTzADT>() };
        Self(time.time, time.zone)
    };
    /// Microseconds since 2000-01-01.
    Timestamp(i64), "timestamp without time zone", datum => Self(datum.value() as i64);
    /// Microseconds since 2000-01-01 UTC.
    TimestampWithZone(i64), "timestamp with time zone", datum => Self(datum.value() as i64);
    /// Months, days, microseconds.
    Interval(i32, i32, i64), "interval", datum => {
        // SAFETY: points to such a struct.
        let interval = unsafe { *datum.cast_mut_ptr::<pg_sys::Interval>() };
        Self(interval.month, interval.day, interval.time)
    };
}
