//! A method of the web service: its parameters, the statement that does its work, and how a call goes through both.

use crate::pg::error_fields::Failure;
use crate::pg::jsonb_item::{JsonType, JsonbItem};
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::parameter::ParameterValue;
use crate::pg::plan::Planning;
use crate::pg::{Oid, server};
use crate::rpc::binding;
use crate::rpc::codes;
use crate::rpc::error::{RpcError, number};
use crate::rpc::kept;
use crate::rpc::records;
use crate::rpc::shape::JsonShape;
use crate::settings;

/// A method.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: &'static str,
    /// What it does, in a sentence.
    pub(crate) summary: &'static str,
    /// Whether its first parameter is the database, which must be the current one.
    pub(crate) needs_database: bool,
    pub(crate) parameters: &'static [MethodParameter],
    pub(crate) result: JsonShape,
    pub(crate) body: MethodBody,
    /// Whether the web service refuses parameters that it does not know; the others ignore them.
    pub(crate) refuses_unknown: bool,
    /// Errors that have another number here; the first that fits counts.
    pub(crate) errors: &'static [ServiceError],
    /// More of them for clients that want all errors as the web service has them.
    pub(crate) compat_errors: &'static [ServiceError],
    /// What the other errors of PostgreSQL count as.
    pub(crate) other_errors: ErrorCounting,
    /// The parameter that is a document whose places the function's errors name: `initial_columns[0].alias is missing`.
    pub(crate) document: Option<&'static str>,
    /// Parameters of a call on the sample database, without the database; empty where no such call succeeds.
    pub(crate) example: &'static str,
}

/// A parameter of a method.
#[derive(Debug)]
pub(crate) struct MethodParameter {
    pub(crate) name: &'static str,
    pub(crate) shape: JsonShape,
    /// JSON; `None` where a call must give a value.
    pub(crate) default: Option<&'static str>,
}

/// A parameter that a call must give.
pub(crate) const fn given(name: &'static str, shape: JsonShape) -> MethodParameter {
    MethodParameter {
        name,
        shape,
        default: None,
    }
}

/// A parameter with a default.
pub(crate) const fn defaulted(
    name: &'static str,
    shape: JsonShape,
    default: &'static str,
) -> MethodParameter {
    MethodParameter {
        name,
        shape,
        default: Some(default),
    }
}

/// What does the work of a method.
#[derive(Debug)]
pub(crate) enum MethodBody {
    /// A statement with a parameter for each of the method's, in their order and without the database; it returns a
    /// jsonb.
    Statement(&'static str),
    /// The same, and what becomes of the result.
    StatementThen(&'static str, fn(JsonbValue) -> Result<JsonbValue, RpcError>),
    /// A statement that returns a page of records, and whether the table has columns whose values mean users or files.
    RecordList(&'static str),
    /// The same of a statement that writes a record.
    RecordAdded(&'static str),
    /// What cannot be done inside of the database.
    Refusal {
        problem: &'static str,
        hint: &'static str,
    },
    /// Done by us, with the text of the first parameter.
    Native(fn(&str) -> Result<JsonbValue, RpcError>),
}

/// An error of PostgreSQL's that has another number in the web service.
#[derive(Debug)]
pub(crate) struct ServiceError {
    pub(crate) sqlstate: &'static str,
    /// A part of its message, where errors of one SQLSTATE differ; empty for all of them.
    pub(crate) says: &'static str,
    pub(crate) number: i32,
    pub(crate) name: &'static str,
}

impl ServiceError {
    pub(crate) const fn new(sqlstate: &'static str, number: i32, name: &'static str) -> Self {
        Self {
            sqlstate,
            says: "",
            number,
            name,
        }
    }

    /// The same for those whose message has this part.
    pub(crate) const fn saying(
        sqlstate: &'static str,
        says: &'static str,
        number: i32,
        name: &'static str,
    ) -> Self {
        Self {
            sqlstate,
            says,
            number,
            name,
        }
    }
}

/// Which library of the web service meets PostgreSQL's errors, and gives them their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorCounting {
    /// Its driver: a number for each SQLSTATE.
    BySqlstate,
    /// The library that it runs explorations with: a number for each class.
    ByClass,
}

/// The name of the parameter that is the database's OID.
pub(crate) const DATABASE: &str = "database_id";

impl Method {
    /// Calls it.
    pub(crate) fn call(&self, params: Option<JsonbItem>) -> Result<JsonbValue, RpcError> {
        let is_compat = settings::rpc_compat();
        let params = Params::from_call(self, params);
        if self.needs_database {
            self.check_database(&params, is_compat)?;
        }
        params.refuse_unknown(is_compat)?;
        let given = self.check_parameters(&params, is_compat)?;
        let mut types: Vec<Oid> = Vec::with_capacity(self.parameters.len());
        let mut values: Vec<ParameterValue> = Vec::with_capacity(self.parameters.len());
        for (parameter, item) in self.parameters.iter().zip(given) {
            types.push(parameter.shape.sql_type());
            values.push(match (item, parameter.default) {
                (Some(item), _) => bind(item, &parameter.shape)?,
                (None, None | Some("null")) => None,
                (None, Some(default)) => bind(JsonbValue::parse(default).item(), &parameter.shape)?,
            });
        }
        let run = |statement| kept::run_kept(statement, &types, &values, Planning::Once);
        match &self.body {
            MethodBody::Statement(statement) => Ok(run(statement)?),
            MethodBody::StatementThen(statement, finish) => finish(run(statement)?),
            MethodBody::RecordList(statement) => {
                let (page, is_incomplete) = kept::run_flagged(statement, &types, &values)?;
                records::complete_list(page, is_incomplete, &values)
            }
            MethodBody::RecordAdded(statement) => {
                let (written, is_incomplete) = kept::run_flagged(statement, &types, &values)?;
                records::complete_added(written, is_incomplete, &values)
            }
            MethodBody::Refusal { problem, hint } => Err(refusal(problem, hint)),
            MethodBody::Native(native) => {
                let text = self.parameters.first().and_then(|first| params.get(first.name));
                native(&text.and_then(JsonbItem::string).unwrap_or_default())
            }
        }
    }

    /// Gives an error of PostgreSQL's the number that the web service has for it in this method.
    pub(crate) fn reword(&self, mut error: RpcError) -> RpcError {
        let Some(sqlstate) = error.data.sqlstate.clone() else {
            return error;
        };
        let said = error
            .message
            .split_once(": ")
            .map_or("", |(_, said)| said)
            .to_owned();
        let message = said.split(" \n").next().unwrap_or_default();
        let fits = |own: &&ServiceError| own.sqlstate == sqlstate && message.contains(own.says);
        let is_compat = settings::rpc_compat();
        let for_compat = self.compat_errors.iter().filter(|_| is_compat);
        if let Some(own) = self.errors.iter().chain(for_compat).find(fits) {
            error.message = format!("{}: {said}", own.name);
            error.code = own.number;
        } else if let Some(place) = self.place_in_document(&sqlstate, message).filter(|_| !is_compat) {
            error.message = format!("Invalid params: {message}");
            error.code = number::INVALID_PARAMS;
            error.data.parameter = Some(place);
        } else if self.other_errors == ErrorCounting::ByClass {
            let code = codes::of_class_in_exploration(&sqlstate);
            error.message = format!("{}: {said}", code.name);
            error.code = code.number;
        }
        error
    }

    /// Where a document lacks something or has a value of another sort, as a path that begins with the parameter.
    fn place_in_document(&self, sqlstate: &str, message: &str) -> Option<String> {
        let document = self.document.filter(|_| sqlstate == "22023")?;
        let parts = [" is missing", ": this must be ", ": there is no key "];
        let (place, _) = parts.iter().find_map(|part| message.split_once(part))?;
        // Places are paths; other messages with these words begin with a sentence.
        if place.contains(' ') {
            return None;
        }
        Some(match place.strip_prefix("options.") {
            Some(option) => option.to_owned(),
            None if matches!(place, "exploration" | "form_def") => document.to_owned(),
            None => format!("{document}.{}", place.trim_start_matches("form_def.")),
        })
    }

    /// The names of all parameters, the database first.
    pub(crate) fn parameter_names(&self) -> impl Iterator<Item = &'static str> {
        let database = self.needs_database.then_some(DATABASE);
        database
            .into_iter()
            .chain(self.parameters.iter().map(|parameter| parameter.name))
    }

    /// The value that a call gives for each parameter, if it gives those that it must and all are of the right shape.
    /// Nothing is looked up in the database before.
    fn check_parameters<'a>(
        &self,
        params: &Params<'a>,
        is_compat: bool,
    ) -> Result<Vec<Option<JsonbItem<'a>>>, RpcError> {
        let mut given = Vec::with_capacity(self.parameters.len());
        let mut missing = Vec::new();
        for parameter in self.parameters {
            let item = params.get(parameter.name);
            match item {
                Some(item) => parameter.shape.check(item, parameter.name, is_compat)?,
                None if parameter.default.is_none() => missing.push(parameter.name),
                None => {}
            }
            given.push(item);
        }
        match missing.first() {
            None => Ok(given),
            Some(_) if is_compat => Err(self.missing_arguments(&missing)),
            Some(first) => Err(RpcError::missing_parameter(self.name, first)),
        }
    }

    fn check_database(&self, params: &Params, is_compat: bool) -> Result<(), RpcError> {
        let Some(database) = params.get(DATABASE) else {
            return Err(if is_compat {
                RpcError::new(number::KEY_ERROR, format!("KeyError: '{DATABASE}'"))
            } else {
                RpcError::missing_parameter(self.name, DATABASE)
            });
        };
        let Some(given) = binding::integer(database) else {
            return Err(if is_compat {
                RpcError::new(
                    number::VALUE_ERROR,
                    format!("ValueError: \"{DATABASE}\" is not a number"),
                )
            } else {
                binding::wrong_type(DATABASE, "an OID", database)
            });
        };
        if given.parse() == Ok(server::current_database().to_u32()) {
            return Ok(());
        }
        let problem = format!("this session is not connected to database {given}");
        // The service says nothing.
        let said = if is_compat { "" } else { problem.as_str() };
        let mut error = RpcError::new(number::NO_CONNECTION, format!("NoConnectionAvailable: {said}"));
        error.data.message = Some(problem);
        Err(error.with_hint("databases.configured.list lists the databases; connect to the other one."))
    }

    /// As Python words it.
    fn missing_arguments(&self, missing: &[&str]) -> RpcError {
        let quoted: Vec<String> = missing.iter().map(|name| format!("'{name}'")).collect();
        let list = match quoted.as_slice() {
            [first, second] => format!("{first} and {second}"),
            [some @ .., last] if !some.is_empty() => format!("{}, and {last}", some.join(", ")),
            _ => quoted.join(""),
        };
        let plural = if missing.len() == 1 { "" } else { "s" };
        RpcError::new(
            number::TYPE_ERROR,
            format!(
                "TypeError: {}() missing {} required keyword-only argument{plural}: {list}",
                self.python_name(),
                missing.len()
            ),
        )
    }

    /// The function behind the method in the web service.
    fn python_name(&self) -> String {
        match self.name.rsplit('.').next().unwrap_or_default() {
            keyword @ ("list" | "set" | "import") => format!("{keyword}_"),
            name => name.to_owned(),
        }
    }
}

fn refusal(problem: &str, hint: &str) -> RpcError {
    Failure {
        sqlstate: "0A000".to_owned(),
        message: problem.to_owned(),
        hint: Some(hint.to_owned()),
        ..Failure::default()
    }
    .into()
}

/// A value for a statement. What is no scalar where one is wanted comes here only from a client that wants errors as the
/// web service has them.
fn bind(item: JsonbItem, shape: &JsonShape) -> Result<ParameterValue, RpcError> {
    let sql_type = shape.sql_type();
    let is_container = matches!(item.json_type(), JsonType::Array | JsonType::Object);
    if is_container && sql_type != JsonbValue::TYPE {
        return Err(RpcError::new(number::PROGRAMMING_ERROR, "ProgrammingError: "));
    }
    Ok(binding::bind(item, sql_type)?)
}

/// The parameters that a call gives, by name.
struct Params<'a> {
    method: &'a Method,
    given: Vec<(String, JsonbItem<'a>)>,
    /// Where they were given by position: how many there are.
    positions: Option<usize>,
}

impl<'a> Params<'a> {
    fn from_call(method: &'a Method, params: Option<JsonbItem<'a>>) -> Self {
        let Some(params) = params else {
            return Self {
                method,
                given: Vec::new(),
                positions: None,
            };
        };
        if params.json_type() == JsonType::Array {
            let names = method.parameter_names().map(str::to_owned);
            return Self {
                method,
                given: names.zip(params.elements()).collect(),
                positions: Some(params.elements().count()),
            };
        }
        let given = params
            .members()
            .map(|(name, item)| (String::from_utf8_lossy(name).into_owned(), item));
        Self {
            method,
            given: given.collect(),
            positions: None,
        }
    }

    fn get(&self, name: &str) -> Option<JsonbItem<'a>> {
        self.given
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, item)| *item)
    }

    fn refuse_unknown(&self, is_compat: bool) -> Result<(), RpcError> {
        let method = self.method;
        if is_compat && !method.refuses_unknown {
            return Ok(());
        }
        let most = method.parameter_names().count();
        if let Some(given) = self.positions.filter(|&given| given > most) {
            return Err(RpcError::invalid_params(format!(
                "\"{}\" takes {most} parameters at most, not {given}",
                method.name
            )));
        }
        let is_known = |name: &str| method.parameter_names().any(|known| known == name);
        let Some((unknown, _)) = self.given.iter().find(|(name, _)| !is_known(name)) else {
            return Ok(());
        };
        if is_compat {
            return Err(RpcError::new(
                number::TYPE_ERROR,
                format!(
                    "TypeError: {}() got an unexpected keyword argument '{unknown}'",
                    method.python_name()
                ),
            ));
        }
        let known: Vec<String> = method.parameter_names().map(str::to_owned).collect();
        Err(RpcError::unknown_parameter(method.name, unknown, &known))
    }
}
