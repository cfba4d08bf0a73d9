//! Errors of calls in the form of JSON-RPC: a number, a message, and `data` with all fields.

use crate::error::Error;
use crate::pg::error_fields::Failure;
use crate::rpc::codes;
use serde::Serialize;

/// The numbers that JSON-RPC itself defines, and those that answers take from clients' expectations.
pub(crate) mod number {
    pub(crate) const PARSE_ERROR: i32 = -32700;
    pub(crate) const INVALID_REQUEST: i32 = -32600;
    pub(crate) const METHOD_NOT_FOUND: i32 = -32601;
    pub(crate) const INVALID_PARAMS: i32 = -32602;
    pub(crate) const NO_CONNECTION: i32 = -28030;
    pub(crate) const VALIDATION_ERROR: i32 = -29107;
    pub(crate) const PROGRAMMING_ERROR: i32 = -30200;
    pub(crate) const KEY_ERROR: i32 = -31025;
    pub(crate) const TYPE_ERROR: i32 = -31049;
    pub(crate) const VALUE_ERROR: i32 = -31057;
}

/// The error member of an answer.
#[derive(Debug, Serialize)]
pub(crate) struct RpcError {
    pub(crate) code: i32,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "ErrorData::is_empty")]
    pub(crate) data: Box<ErrorData>,
}

/// The fields of an error; members without a value are left out.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ErrorData {
    /// The five characters of an error of PostgreSQL's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sqlstate: Option<String>,
    /// The message of that error, without the other fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) constraint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) table: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schema: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) datatype: Option<String>,
    /// The parameter that is wrong, by its path: `column_data_list[0].name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter: Option<String>,
}

impl ErrorData {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl RpcError {
    pub(crate) fn new(code: i32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            data: Box::default(),
        }
    }

    pub(crate) fn invalid_request(problem: &str) -> Self {
        Self::new(number::INVALID_REQUEST, format!("Invalid request: {problem}"))
    }

    pub(crate) fn invalid_params(problem: impl std::fmt::Display) -> Self {
        Self::new(number::INVALID_PARAMS, format!("Invalid params: {problem}"))
    }

    pub(crate) fn wrong_parameter(name: &str, problem: impl std::fmt::Display) -> Self {
        let mut error = Self::invalid_params(problem);
        error.data.parameter = Some(name.to_owned());
        error
    }

    pub(crate) fn missing_parameter(method: &str, name: &str) -> Self {
        Self::wrong_parameter(name, format!("\"{method}\" needs the parameter \"{name}\""))
    }

    pub(crate) fn unknown_parameter(method: &str, name: &str, known: &[String]) -> Self {
        let error = Self::wrong_parameter(name, format!("\"{method}\" has no parameter \"{name}\""));
        if known.is_empty() {
            return error.with_hint("It takes no parameters.");
        }
        error.with_hint(format!("Its parameters are {}.", known.join(", ")))
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.data.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.data.detail = Some(detail.into());
        self
    }
}

/// The message has one line for each thing that is known, as clients of the web service read it.
impl From<Failure> for RpcError {
    fn from(failure: Failure) -> Self {
        let code = codes::of_sqlstate(&failure.sqlstate);
        let mut message = format!("{}: {}", code.name, failure.message);
        let parts = [
            ("Detail", &failure.detail),
            ("Hint", &failure.hint),
            ("Constraint", &failure.constraint),
            ("Column", &failure.column),
            ("Table", &failure.table),
            ("Schema", &failure.schema),
            ("Datatype", &failure.datatype),
        ];
        for (label, text) in parts {
            if let Some(text) = text {
                message.push_str(&format!(" \n{label}: {text}"));
            }
        }
        message.push_str(&format!(" \nSQLSTATE: {}", failure.sqlstate));
        Self {
            code: code.number,
            message,
            data: Box::new(ErrorData {
                sqlstate: Some(failure.sqlstate),
                message: Some(failure.message),
                detail: failure.detail,
                hint: failure.hint,
                constraint: failure.constraint,
                column: failure.column,
                table: failure.table,
                schema: failure.schema,
                datatype: failure.datatype,
                parameter: None,
            }),
        }
    }
}

impl From<Error> for RpcError {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}

/// That there is no such method.
pub(crate) fn unknown_method(name: &str) -> RpcError {
    RpcError::new(number::METHOD_NOT_FOUND, format!("Method not found: \"{name}\""))
        .with_hint("rpc.discover lists the methods.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_has_what_is_known() {
        let failure = Failure {
            sqlstate: "23505".into(),
            message: "duplicate key".into(),
            detail: Some("Key (a)=(1) already exists.".into()),
            constraint: Some("t_a_key".into()),
            ..Failure::default()
        };
        let error = RpcError::from(failure);
        assert_eq!(error.code, -30260);
        assert_eq!(
            error.message,
            "UniqueViolation: duplicate key \nDetail: Key (a)=(1) already exists. \nConstraint: t_a_key \nSQLSTATE: 23505"
        );
    }
}
