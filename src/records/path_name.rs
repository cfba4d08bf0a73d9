//! Names of paths along foreign keys, as text.

/// Whether a name that is no column may be a path.
pub(super) fn is_path(name: &str) -> bool {
    name.starts_with('{') || split_names(name).len() > 1
}

/// The names of a path, which may stand in double quotes as in SQL.
pub(super) fn split_names(path: &str) -> Vec<String> {
    let mut segments = vec![String::new()];
    let mut is_quoted = false;
    for character in path.chars() {
        match character {
            '.' if !is_quoted => segments.push(String::new()),
            _ => {
                if character == '"' {
                    is_quoted = !is_quoted;
                }
                if let Some(segment) = segments.last_mut() {
                    segment.push(character);
                }
            }
        }
    }
    segments
}
