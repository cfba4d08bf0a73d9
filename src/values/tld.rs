//! The top-level domains of the internet, known without a table or a network.

use std::sync::LazyLock;

static TOP_LEVEL_DOMAINS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    include_str!("top_level_domains.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect()
});

/// Whether a label in lower case is one.
pub(crate) fn is_known(label: &str) -> bool {
    TOP_LEVEL_DOMAINS.binary_search(&label).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_complete() {
        assert!(TOP_LEVEL_DOMAINS.is_sorted());
        assert!(TOP_LEVEL_DOMAINS.len() > 1400);
        for label in ["com", "org", "de", "museum", "xn--p1ai", "рф"] {
            assert!(is_known(label), "{label}");
        }
        for label in ["", "local", "csv", "COM"] {
            assert!(!is_known(label), "{label}");
        }
    }
}
