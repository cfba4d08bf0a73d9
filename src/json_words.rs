//! Messages about JSON of the wrong shape, in the words that a client knows from JSON: keys, objects and
//! arrays instead of fields, structs and sequences. An unknown key comes with the known one that is meant.

pub(crate) mod nearest;

use serde_path_to_error::Segment;

/// What is wrong with options that are an array: what is derived would read the values of its elements in their order.
pub(crate) const ARRAY_OF_OPTIONS: &str = "the options are an array, not an object";

/// A problem, and what was expected if serde says so.
pub(crate) fn split_problem(message: &str) -> (String, Option<String>) {
    // The position means nothing to a client: jsonb does not keep the text as it was passed.
    let message = message
        .split(" at line ")
        .next()
        .unwrap_or(message)
        .replace('`', "\"");
    match message.split_once(", expected ") {
        Some((problem, expected)) => {
            // The keys of an object that has one of them, which serde takes for values.
            let problem = match problem.strip_prefix("unknown variant") {
                Some(rest) if expected.contains("\"create_schema\"") => format!("unknown key{rest}"),
                _ => replace_words(problem),
            };
            let expected = replace_words(expected);
            let meant = meant_by(&problem, &expected)
                .map_or(String::new(), |meant| format!("; perhaps \"{meant}\" is meant"));
            (problem, Some(format!("{expected}{meant}")))
        }
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

/// A problem of a document that was to be a `T` as one phrase, with the place where it is: `order[0].column: ...`.
pub(crate) fn describe_place_of<'a, T: serde::Deserialize<'a>, R: serde_json::de::Read<'a>>(
    problem: &serde_json::Error,
    mut document: serde_json::Deserializer<R>,
) -> String {
    let problem = describe_problem(problem);
    // Asked of a document only once it is known to be wrong: a reader that keeps track is slower.
    let tracked: Result<T, _> = serde_path_to_error::deserialize(&mut document);
    let place = tracked.err().and_then(|error| {
        let path = error.path();
        // A key that its object cannot have has no place of its own.
        let is_known = path.iter().all(|segment| !matches!(segment, Segment::Unknown));
        is_known.then(|| path.to_string())
    });
    let place = place.as_deref().filter(|place| *place != ".").unwrap_or_default();
    // The problem itself names an unknown key.
    let key = problem
        .strip_prefix("unknown key \"")
        .and_then(|rest| rest.split('"').next());
    let place = match key.and_then(|key| place.strip_suffix(key)) {
        Some(object) => object.trim_end_matches('.'),
        None => place,
    };
    match place {
        "" => problem,
        place => format!("{place}: {problem}"),
    }
}

/// Words of other products and of PostgreSQL, and the keys that mean the same here.
const SYNONYMS: [(&str, &str); 14] = [
    ("nullable", "not_null"),
    ("required", "not_null"),
    ("primary_key", "pk"),
    ("comment", "description"),
    ("order_by", "order"),
    ("sort", "order"),
    ("where", "filter"),
    ("filters", "filter"),
    ("fields", "columns"),
    ("select", "columns"),
    ("page_size", "limit"),
    ("q", "search"),
    ("query", "search"),
    ("cursor", "after"),
];

/// The known word that is meant by the unknown one of a problem.
fn meant_by(problem: &str, expected: &str) -> Option<String> {
    let unknown = problem
        .strip_prefix("unknown key \"")
        .or_else(|| problem.strip_prefix("unknown value \""))?
        .strip_suffix('"')?;
    let known: Vec<&str> = expected.split('"').skip(1).step_by(2).collect();
    let mut synonyms = SYNONYMS.iter().filter(|(word, _)| *word == unknown);
    synonyms
        .find(|(_, meant)| known.contains(meant))
        .map(|(_, meant)| (*meant).to_owned())
        .or_else(|| nearest::find_similar_name(unknown, known.into_iter()))
}

fn replace_words(message: &str) -> String {
    if message.starts_with("struct ") {
        return "an object".into();
    }
    // What serde_json says of a number where one of a few words is to be.
    if message == "expected value" {
        return "a string is expected".into();
    }
    // One of several objects, by their only key.
    if message == "enum" {
        return "an object with one key".into();
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
        ("a tuple of size 2", "an array of two values"),
        ("an array of length 2", "an array of two values"),
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
