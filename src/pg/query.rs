//! A statement over users' tables, run once as the caller, by the snapshot of the statement that called us.

use super::text;
use crate::error::Error;
use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::pg_sys::{self, Datum};
use pgrx::{impl_sql_translatable, pg_sys::Oid};
use std::ffi::CString;

/// A value of type jsonb that the server has made.
pub(crate) struct JsonbValue(Datum);

impl_sql_translatable!(JsonbValue, "jsonb");

// SAFETY: the datum is a jsonb.
unsafe impl BoxRet for JsonbValue {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        // SAFETY: promised by the caller.
        unsafe { fcinfo.return_raw_datum(self.0) }
    }
}

/// Runs a statement with one parameter, the text of a document, which returns a row with a jsonb.
pub(crate) fn jsonb(statement: &str, parameter: &str) -> Result<Option<JsonbValue>, Error> {
    let statement = CString::new(text::to_server(statement)).unwrap_or_default();
    let parameter = text::to_text_datum(parameter);
    let mut types: [Oid; 1] = [pg_sys::TEXTOID];
    let mut values = [parameter];
    // SAFETY: SPI is left again, or by the abort of the (sub)transaction. There is a value for the parameter. The result
    // is copied to where it outlives the connection.
    unsafe {
        pg_sys::SPI_connect();
        let outcome = pg_sys::SPI_execute_with_args(
            statement.as_ptr(),
            1,
            types.as_mut_ptr(),
            values.as_mut_ptr(),
            std::ptr::null(),
            true,
            1,
        );
        if outcome < 0 {
            pg_sys::SPI_finish();
            return Err(Error::StatementRefused(outcome));
        }
        let table = pg_sys::SPI_tuptable;
        let mut value = None;
        if !table.is_null() && (*table).numvals > 0 {
            let mut is_null = true;
            let found = pg_sys::SPI_getbinval(*(*table).vals, (*table).tupdesc, 1, &mut is_null);
            value = (!is_null).then(|| JsonbValue(pg_sys::SPI_datumTransfer(found, false, -1)));
        }
        pg_sys::SPI_finish();
        Ok(value)
    }
}
