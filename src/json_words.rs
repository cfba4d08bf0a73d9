//! What serde says about JSON that has the wrong shape, in the words that a client knows from JSON: keys, objects and
//! arrays instead of fields, structs and sequences.

/// A problem, and what was expected if serde says so.
pub(crate) fn split_problem(message: &str) -> (String, Option<String>) {
    // The position means nothing to a client: jsonb does not keep the text as it was passed.
    let message = message
        .split(" at line ")
        .next()
        .unwrap_or(message)
        .replace('`', "\"");
    match message.split_once(", expected ") {
        Some((problem, expected)) => (replace_words(problem), Some(replace_words(expected))),
        None => (replace_words(&message), None),
    }
}

/// A problem as one phrase.
pub(crate) fn describe_problem(problem: &serde_json::Error) -> String {
    match split_problem(&problem.to_string()) {
        (problem, Some(expected)) => format!("{problem}, expected {expected}"),
        (problem, None) => problem,
    }
}

fn replace_words(message: &str) -> String {
    if message.starts_with("struct ") {
        return "an object".into();
    }
    [
        ("unknown field", "unknown key"),
        ("missing field", "missing key"),
        ("duplicate field", "duplicate key"),
        ("unknown variant", "unknown value"),
        ("invalid type: map", "invalid type: object"),
        ("invalid type: sequence", "invalid type: array"),
        ("a sequence", "an array"),
        ("a map", "an object"),
        ("variant identifier", "a string"),
        ("u32", "a positive integer"),
        ("i32", "an integer"),
        ("i64", "an integer"),
        ("i16", "an attnum"),
    ]
    .into_iter()
    .fold(message.to_owned(), |message, (word, plain)| {
        match message.strip_prefix(word) {
            Some(rest) => format!("{plain}{rest}"),
            None => message,
        }
    })
}
