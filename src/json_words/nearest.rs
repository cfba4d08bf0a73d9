//! Suggestions for a misspelt name. Pure.

/// How many names are suggested.
const MOST: usize = 5;

/// The names that are most like `wanted`, the most similar first: those that differ in less than half of their
/// characters, or if there are none, any. Those that differ alike keep their order.
pub(crate) fn find_nearest_names<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wanted: Vec<char> = wanted.to_lowercase().chars().collect();
    let mut ranked: Vec<(usize, &str)> = known.map(|name| (distance(&wanted, name), name)).collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    let is_similar = |(distance, name): &(usize, &str)| 2 * distance < name.chars().count().max(wanted.len());
    if ranked.first().is_some_and(is_similar) {
        ranked.retain(is_similar);
    }
    ranked
        .into_iter()
        .take(MOST)
        .map(|(_, name)| format!("\"{name}\""))
        .collect()
}

/// The name that is most like `wanted`, if it differs in no more than half of its characters.
pub(crate) fn find_similar_name<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let wanted: Vec<char> = wanted.to_lowercase().chars().collect();
    let (distance, name) = known
        .map(|name| (distance(&wanted, name), name))
        .min_by_key(|(distance, _)| *distance)?;
    (2 * distance <= name.chars().count().max(wanted.len())).then(|| name.to_owned())
}

/// Whether a name is another one with a slip of the pen: so like it that it can hardly mean a third.
pub(crate) fn is_misspelt(wanted: &str, name: &str) -> bool {
    let wanted: Vec<char> = wanted.to_lowercase().chars().collect();
    wanted.len() > 2 && distance(&wanted, name) <= 2
}

/// How many characters have to be put in, taken out or replaced to make one of the other, whatever their case.
fn distance(wanted: &[char], name: &str) -> usize {
    let mut row: Vec<usize> = (0..=wanted.len()).collect();
    for (at, character) in name.to_lowercase().chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in wanted.iter().enumerate() {
            let replaced = diagonal + usize::from(character != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[wanted.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let of = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), b);
        assert_eq!(of("title", "title"), 0);
        assert_eq!(of("titel", "title"), 2);
        assert_eq!(of("", "abc"), 3);
        assert_eq!(of("kitten", "sitting"), 3);
        assert_eq!(of("title", "TITLE"), 0);
    }

    #[test]
    fn only_similar_names_are_similar() {
        let known = ["limit", "offset"];
        assert_eq!(
            find_similar_name("limits", known.into_iter()).as_deref(),
            Some("limit")
        );
        assert_eq!(find_similar_name("xyz", known.into_iter()), None);
    }

    #[test]
    fn the_nearest_names_come_first() {
        let known = ["id", "original_title", "title", "language"];
        assert_eq!(find_nearest_names("Titel", known.into_iter()), ["\"title\""]);
        assert_eq!(find_nearest_names("x", known.into_iter()).len(), 4);
    }
}
