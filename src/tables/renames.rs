//! The order in which columns get their new names. Pure.

/// Orders renames so that no name is given before it is free; names that change places go by one that `nobodys` makes
/// of them.
pub(super) fn in_order(renames: &[(&str, &str)], nobodys: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let mut waiting: Vec<(String, String)> = renames
        .iter()
        .map(|(old, new)| ((*old).to_owned(), (*new).to_owned()))
        .collect();
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let is_free = |new: &str| waiting.iter().all(|(old, _)| old != new);
        match waiting.iter().position(|(_, new)| is_free(new)) {
            Some(at) => ordered.push(waiting.remove(at)),
            None => {
                let (old, new) = waiting.remove(0);
                let aside = nobodys(&new);
                ordered.push((old, aside.clone()));
                waiting.push((aside, new));
            }
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::in_order;

    fn order(renames: &[(&str, &str)]) -> Vec<String> {
        let ordered = in_order(renames, |name| format!("{name}'"));
        ordered
            .into_iter()
            .map(|(old, new)| format!("{old}>{new}"))
            .collect()
    }

    #[test]
    fn names_are_given_when_they_are_free() {
        assert_eq!(order(&[("a", "x"), ("b", "y")]), ["a>x", "b>y"]);
        assert_eq!(order(&[("a", "b"), ("b", "c")]), ["b>c", "a>b"]);
        assert_eq!(order(&[("a", "b"), ("b", "a")]), ["a>b'", "b>a", "b'>b"]);
        assert_eq!(
            order(&[("a", "b"), ("b", "c"), ("c", "a")]),
            ["a>b'", "c>a", "b>c", "b'>b"]
        );
    }
}
