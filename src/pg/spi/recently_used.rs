//! A cache of a session: it keeps the values that were used last, as many as a number and a size allow.

use rustc_hash::FxHashMap;
use std::hash::Hash;

/// The limits of a cache.
#[derive(Clone, Copy)]
pub(crate) struct Allowance {
    pub(crate) number: usize,
    /// In bytes.
    pub(crate) size: usize,
}

/// Values by key, each with the time of its last use, as a count of uses.
pub(crate) struct RecentlyUsed<K, V> {
    entries: FxHashMap<K, (V, u64)>,
    uses: u64,
}

impl<K, V> Default for RecentlyUsed<K, V> {
    fn default() -> Self {
        Self {
            entries: FxHashMap::default(),
            uses: 0,
        }
    }
}

impl<K: Hash + Eq, V: Clone> RecentlyUsed<K, V> {
    /// The value of a key, which is used thereby.
    pub(crate) fn find(&mut self, key: &K) -> Option<V> {
        self.uses += 1;
        let (value, last_use) = self.entries.get_mut(key)?;
        *last_use = self.uses;
        Some(value.clone())
    }

    /// Takes out the values for which `is_outdated` is true.
    pub(crate) fn take_outdated(&mut self, is_outdated: impl Fn(&V) -> bool) -> Vec<V> {
        let outdated = self.entries.extract_if(|_, (value, _)| is_outdated(value));
        outdated.map(|(_, (value, _))| value).collect()
    }

    /// Keeps a value, unless it is larger than all may be. Returns the values that had to go: those whose last use is the
    /// longest ago. (Dropping one may call the server, which must not find the store borrowed.)
    pub(crate) fn insert(
        &mut self,
        key: K,
        value: V,
        allowed: Allowance,
        size: impl Fn(&V) -> usize,
    ) -> Vec<V> {
        let own_size = size(&value);
        let mut room = allowed.size.saturating_sub(own_size);
        let mut uses: Vec<_> = self
            .entries
            .values()
            .map(|(value, last_use)| (*last_use, size(value)))
            .collect();
        uses.sort_unstable_by(|one, other| other.cmp(one));
        let kept = uses
            .iter()
            .take(allowed.number.saturating_sub(1))
            .take_while(|(_, size)| {
                let fits = *size <= room;
                room = room.saturating_sub(*size);
                fits
            });
        let first = kept.last().map_or(u64::MAX, |(last_use, _)| *last_use);
        let old = self.entries.extract_if(|_, (_, last_use)| *last_use < first);
        let mut forgotten: Vec<V> = old.map(|(_, (value, _))| value).collect();
        if own_size <= allowed.size {
            let before = self.entries.insert(key, (value, self.uses));
            forgotten.extend(before.map(|(value, _)| value));
        }
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(kept: &mut RecentlyUsed<&'static str, usize>, key: &'static str, size: usize) -> Vec<usize> {
        kept.find(&key);
        kept.insert(key, size, Allowance { number: 3, size: 100 }, |size| *size)
    }

    #[test]
    fn the_last_used_stay() {
        let mut kept = RecentlyUsed::default();
        for (key, size) in [("a", 10), ("b", 11), ("c", 12)] {
            assert!(insert(&mut kept, key, size).is_empty());
        }
        assert_eq!(kept.find(&"a"), Some(10));
        assert_eq!(insert(&mut kept, "d", 13), [11]);
        assert_eq!(kept.find(&"b"), None);
        assert_eq!(kept.find(&"a"), Some(10));
    }

    #[test]
    fn a_large_value_takes_the_place_of_others() {
        let mut kept = RecentlyUsed::default();
        insert(&mut kept, "a", 30);
        insert(&mut kept, "b", 30);
        assert_eq!(insert(&mut kept, "c", 60), [30]);
        assert_eq!(kept.find(&"b"), Some(30));
        // One that is larger than all may be is not kept, and nothing fits beside it.
        let mut forgotten = insert(&mut kept, "d", 101);
        forgotten.sort_unstable();
        assert_eq!(forgotten, [30, 60]);
        assert_eq!(kept.find(&"d"), None);
    }

    #[test]
    fn outdated_values_are_taken_out() {
        let mut kept = RecentlyUsed::default();
        insert(&mut kept, "a", 1);
        insert(&mut kept, "b", 2);
        assert_eq!(kept.take_outdated(|size| *size == 1), [1]);
        assert_eq!(kept.find(&"a"), None);
    }
}
