//! Values made from text by PostgreSQL's own input functions, whose errors go to the caller as they are.

use crate::pg::bytes::TextBytes;
use crate::pg::text;
use crate::values::moment::Order;
use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::pg_sys::{self, Datum, FunctionCallInfo, NullableDatum, Oid};
use pgrx::{direct_function_call_as_datum, impl_sql_translatable};
use std::cell::Cell;
use std::ffi::{CStr, c_char};

/// Declares the result type of a function in SQL, for a value that the server has made.
macro_rules! built_value {
    ($($(#[$meta:meta])* $name:ident, $sql:literal;)*) => {$(
        $(#[$meta])*
        pub(crate) struct $name(Datum);

        impl_sql_translatable!($name, $sql);

        // SAFETY: the datum is of the declared type.
        unsafe impl BoxRet for $name {
            unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
                // SAFETY: promised by the caller.
                unsafe { fcinfo.return_raw_datum(self.0) }
            }
        }
    )*};
}
built_value! {
    /// `numeric`
    Numeric, "numeric";
    /// PostgreSQL's `money`
    Cash, "money";
    /// `date`
    Date, "date";
    /// `timestamp without time zone`
    Timestamp, "timestamp without time zone";
    /// `timestamp with time zone`
    TimestampWithZone, "timestamp with time zone";
    /// `interval`
    Interval, "interval";
}

/// Declares the result type of a function in SQL for a domain whose checks the value is known to pass.
macro_rules! domain_value {
    ($(#[$meta:meta])* $name:ident over $base:ty, $sql:literal) => {
        $(#[$meta])*
        struct $name($base);

        pgrx::impl_sql_translatable!($name, $sql);

        // SAFETY: a value of a domain is stored as one of its base type is.
        unsafe impl pgrx::callconv::BoxRet for $name {
            unsafe fn box_into<'fcx>(self, fcinfo: &mut pgrx::callconv::FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
                // SAFETY: promised by the caller.
                unsafe { pgrx::callconv::BoxRet::box_into(self.0, fcinfo) }
            }
        }
    };
}
pub(crate) use domain_value;

/// A number in the form that PostgreSQL reads.
pub(crate) fn numeric(plain: &[u8]) -> Numeric {
    // SAFETY: numeric's input function.
    Numeric(unsafe { call_input(pg_sys::numeric_in, plain) })
}

pub(crate) fn cash(text: TextBytes) -> Cash {
    // SAFETY: money's input function.
    Cash(unsafe { call_input(pg_sys::cash_in, text.0) })
}

pub(crate) fn interval(text: TextBytes) -> Interval {
    // SAFETY: interval's input function.
    Interval(unsafe { call_input(pg_sys::interval_in, text.0) })
}

/// A date, by PostgreSQL's own rules and nothing else.
pub(crate) fn date(text: TextBytes) -> Date {
    // SAFETY: date's input function.
    Date(unsafe { call_input(pg_sys::date_in, text.0) })
}

/// A timestamp; a time zone in the text is ignored.
pub(crate) fn timestamp(text: TextBytes) -> Timestamp {
    // SAFETY: timestamp's input function.
    Timestamp(unsafe { call_input(pg_sys::timestamp_in, text.0) })
}

/// A moment, in the session's time zone where the text names none.
pub(crate) fn timestamp_with_zone(text: TextBytes) -> TimestampWithZone {
    // SAFETY: the input function of timestamp with time zone.
    TimestampWithZone(unsafe { call_input(pg_sys::timestamptz_in, text.0) })
}

/// A moment that is the same with and without the time zone of its text: one in UTC, or of no time zone at all. `None`
/// if the text names another time zone.
pub(crate) fn timestamp_in_utc(text: TextBytes) -> Option<Timestamp> {
    let _utc = SessionInUtc::begin();
    let local = timestamp(text);
    // Both are microseconds.
    (local.0.value() == timestamp_with_zone(text).0.value()).then_some(local)
}

/// A date, where its text names none but midnight, in no time zone but UTC.
pub(crate) fn date_at_midnight_utc(text: TextBytes) -> Option<Date> {
    const PER_DAY: i64 = 86_400_000_000;
    let date = date(text);
    let microseconds = timestamp_in_utc(text)?.0.value() as i64;
    let is_infinite = microseconds == i64::MIN || microseconds == i64::MAX;
    if is_infinite {
        return Some(date);
    }
    // Not the date itself: "today" is one in UTC here.
    let day = microseconds.div_euclid(PER_DAY) as i32;
    (microseconds.rem_euclid(PER_DAY) == 0).then_some(Date(Datum::from(day)))
}

/// While it lives, input functions take UTC for the session's time zone. Not by a setting: that would last until the
/// end of the transaction, and be seen by everything in it.
struct SessionInUtc(*mut pg_sys::pg_tz);

impl SessionInUtc {
    fn begin() -> Self {
        // SAFETY: a backend has one thread; time zones, once loaded, stay where they are, and GMT always exists.
        unsafe {
            let before = pg_sys::session_timezone;
            pg_sys::session_timezone = pg_sys::pg_tzset(c"GMT".as_ptr());
            Self(before)
        }
    }
}

impl Drop for SessionInUtc {
    // After an error too: it unwinds through the callers.
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { pg_sys::session_timezone = self.0 }
    }
}

unsafe extern "C" {
    /// The setting `lc_monetary`, which pgrx does not declare.
    static locale_monetary: *const c_char;
}

/// Runs `body` while input functions read dates in the given order, whatever the session's DateStyle says.
pub(crate) fn in_date_order<T>(order: Order, body: impl FnOnce() -> T) -> T {
    let _order = SessionDateOrder::begin(order);
    body()
}

/// While it lives, input functions read dates in another order.
struct SessionDateOrder(std::ffi::c_int);

impl SessionDateOrder {
    fn begin(order: Order) -> Self {
        let order = match order {
            Order::Ymd => pg_sys::DATEORDER_YMD,
            Order::Dmy => pg_sys::DATEORDER_DMY,
            Order::Mdy => pg_sys::DATEORDER_MDY,
        };
        // SAFETY: a backend has one thread.
        unsafe {
            let before = pg_sys::DateOrder;
            pg_sys::DateOrder = order as std::ffi::c_int;
            Self(before)
        }
    }
}

impl Drop for SessionDateOrder {
    // After an error too: it unwinds through the callers.
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { pg_sys::DateOrder = self.0 }
    }
}

/// Whether a text begins or ends with the currency symbol of the server's `lc_monetary`.
pub(crate) fn has_currency_symbol(text: TextBytes) -> bool {
    // Of the locale that was asked for last, since a session rarely asks for two. Leaked when it changes: that is a few
    // bytes, and without a destructor the look-up costs next to nothing.
    thread_local! {
        static KNOWN: Cell<(&'static CStr, &'static [u8])> = const { Cell::new((c"", b"")) };
    }
    // SAFETY: a backend has one thread, and the setting is a C string.
    let locale = unsafe { CStr::from_ptr(locale_monetary) };
    let (mut of_locale, mut symbol) = KNOWN.get();
    if symbol.is_empty() || of_locale != locale {
        of_locale = Box::leak(locale.to_owned().into_boxed_c_str());
        symbol = Vec::leak(currency_symbol());
        KNOWN.set((of_locale, symbol));
    }
    // PostgreSQL writes -$5.00 for a negative amount.
    let unsigned = text.0.strip_prefix(b"-").unwrap_or(text.0);
    unsigned.starts_with(symbol) || text.0.ends_with(symbol)
}

/// The rest of an amount of money, as PostgreSQL writes it, without its number.
fn currency_symbol() -> Vec<u8> {
    // SAFETY: money's output function gives a C string.
    let printed = unsafe {
        direct_function_call_as_datum(pg_sys::cash_out, &[Some(Datum::from(0i64))])
            .and_then(|datum| text::from_server_cstr(datum.cast_mut_ptr()))
    };
    let is_of_number =
        |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',') || letter.is_whitespace();
    let symbol = printed.unwrap_or_default();
    text::to_server(symbol.trim_matches(is_of_number))
}

/// Calls an input function. Its frame, and all but long texts, are on the stack: this runs once a value.
///
/// # Safety
/// `function` is an input function with the arguments (cstring, type OID, type modifier), or a prefix of them.
unsafe fn call_input(function: unsafe fn(FunctionCallInfo) -> Datum, text: &[u8]) -> Datum {
    const SHORT: usize = 128;
    if text.len() < SHORT {
        let mut terminated = [0; SHORT];
        terminated[..text.len()].copy_from_slice(text);
        // SAFETY: promised by the caller; the text is followed by a NUL.
        unsafe { call_terminated(function, &terminated) }
    } else {
        let mut terminated = Vec::with_capacity(text.len() + 1);
        terminated.extend(text);
        terminated.push(0);
        // SAFETY: as above.
        unsafe { call_terminated(function, &terminated) }
    }
}

/// # Safety
/// As [`call_input`]; the text contains a NUL.
unsafe fn call_terminated(function: unsafe fn(FunctionCallInfo) -> Datum, text: &[u8]) -> Datum {
    #[repr(C)]
    struct Frame {
        call: pg_sys::FunctionCallInfoBaseData,
        arguments: [NullableDatum; 3],
    }
    let argument = |value| NullableDatum { value, isnull: false };
    let mut frame = Frame {
        call: pg_sys::FunctionCallInfoBaseData {
            fncollation: Oid::INVALID,
            nargs: 3,
            ..Default::default()
        },
        arguments: [
            argument(Datum::from(text.as_ptr())),
            argument(Datum::from(0)),
            argument(Datum::from(-1)),
        ],
    };
    // SAFETY: the arguments follow the header, as PostgreSQL's LOCAL_FCINFO lays them out.
    unsafe { function((&raw mut frame).cast()) }
}
