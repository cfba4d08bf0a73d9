//! The keys that the texts of a column lead to, while the column is rewritten.

use super::error::LinkError;
use super::unmatched::{MatchCounts, TextMatch};
use crate::error::Error;
use crate::pg::kept_values::{KeptValue, KeptValues, LookUp, LookUpResult};
use crate::pg::type_name::TypeId;
use crate::pg::{bytes, memory, text};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// The keys of the texts of a column, ready to be stored.
pub(super) struct KeysOfTexts {
    /// By text, as the column has it.
    by_text: FxHashMap<Box<[u8]>, LinkedText>,
    /// By text, as it is compared, where texts are compared caseless: a text of the column is looked up here once.
    by_compared: Option<FxHashMap<Box<[u8]>, LinkedText>>,
    unknown: UnknownText,
    keys: KeptValues,
    /// Whether each text is its own key.
    pub(super) is_identity: bool,
    /// How many rows without a text were looked up.
    empty_rows: u64,
    asked: AskedMemory,
}

/// What happens to a text that leads nowhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum UnknownText {
    Refuse,
    /// It becomes NULL, and is counted.
    Null,
}

#[derive(Clone)]
struct LinkedText {
    /// `None` for a text that becomes NULL.
    key: Option<KeptValue>,
    leads_to: TextMatch,
    /// How often it was looked up.
    rows: u64,
}

impl KeysOfTexts {
    /// For texts that were all compared before.
    pub(super) fn of_column(key_type: TypeId) -> Self {
        Self {
            by_text: FxHashMap::default(),
            by_compared: None,
            unknown: UnknownText::Refuse,
            keys: KeptValues::new(key_type),
            is_identity: true,
            empty_rows: 0,
            asked: AskedMemory::default(),
        }
    }

    /// For the texts of the referent, as they are compared.
    pub(super) fn of_referent(key_type: TypeId, is_caseless: bool, unknown: UnknownText) -> Self {
        Self {
            by_compared: is_caseless.then(FxHashMap::default),
            unknown,
            ..Self::of_column(key_type)
        }
    }

    pub(super) fn insert(&mut self, text: &[u8], key: Option<&[u8]>, leads_to: TextMatch) {
        self.is_identity &= key == Some(text) && self.by_compared.is_none();
        self.asked.add(text.len() + key.map_or(0, <[u8]>::len));
        let key = key.map(|key| self.keys.read_value(key));
        let linked = LinkedText {
            key,
            leads_to,
            rows: 0,
        };
        let known = self.by_compared.as_mut().unwrap_or(&mut self.by_text);
        known.insert(text.into(), linked);
    }

    /// Whether the text, as it is compared, is one of these.
    pub(super) fn contains(&self, text: &[u8]) -> bool {
        let known = self.by_compared.as_ref().unwrap_or(&self.by_text);
        known.contains_key(text)
    }

    /// The key of a text of the column.
    fn look_up(&mut self, text: &[u8]) -> Result<Option<KeptValue>, LinkError> {
        if let Some(linked) = self.by_text.get_mut(text) {
            linked.rows += 1;
            return Ok(linked.key);
        }
        let linked = self.first_seen(text);
        if matches!(linked.leads_to, TextMatch::NoRow) && self.unknown == UnknownText::Refuse {
            return Err(LinkError::NewValue {
                value: text::from_server(text::beginning(text, 800)),
            });
        }
        self.asked.add(text.len());
        let key = linked.key;
        self.by_text.insert(text.into(), LinkedText { rows: 1, ..linked });
        Ok(key)
    }

    /// What a text leads to that was not looked up before.
    fn first_seen(&self, text: &[u8]) -> LinkedText {
        let nothing = |leads_to| LinkedText {
            key: None,
            leads_to,
            rows: 0,
        };
        let Some(by_compared) = &self.by_compared else {
            return nothing(TextMatch::NoRow);
        };
        match bytes::caseless(text) {
            None => nothing(TextMatch::Blank),
            Some(compared) => by_compared
                .get(compared)
                .cloned()
                .unwrap_or_else(|| nothing(TextMatch::NoRow)),
        }
    }

    /// What was looked up, with so many examples of each sort.
    pub(super) fn counts(&self, most: usize) -> MatchCounts {
        let mut counts = MatchCounts {
            empty_rows: self.empty_rows,
            ..MatchCounts::default()
        };
        for (text, linked) in self.by_text.iter().filter(|(_, linked)| linked.rows > 0) {
            counts.add_text(most, text, linked.rows, &linked.leads_to);
        }
        counts
    }
}

thread_local! {
    /// Those that the ALTER TABLE which is running looks up.
    static LINKED: RefCell<Option<KeysOfTexts>> = const { RefCell::new(None) };
}

/// The key to which a text leads while its column is rewritten, or an error if no column is, or one of another type.
pub(crate) fn linked_key(call: &LookUp) -> Result<LookUpResult, Error> {
    LINKED.with_borrow_mut(|linked| {
        let linked = linked.as_mut().ok_or(LinkError::NotLinking)?;
        let Some(text) = call.text() else {
            linked.empty_rows += 1;
            return Ok(LookUpResult::NULL);
        };
        match linked.look_up(text.0)? {
            Some(key) => Ok(linked.keys.result(key, call).ok_or(LinkError::NotLinking)?),
            None => Ok(LookUpResult::NULL),
        }
    })
}

/// Sets the map for as long as `body` runs, after an error too. Gives it back with what was looked up.
pub(super) fn with_keys<T>(keys: KeysOfTexts, body: impl FnOnce() -> T) -> (T, Option<KeysOfTexts>) {
    struct Linking;
    impl Drop for Linking {
        fn drop(&mut self) {
            LINKED.set(None);
        }
    }
    LINKED.set(Some(keys));
    let _linking = Linking;
    (body(), LINKED.take())
}

/// Memory for the entries of a map, which grows to twice its size at once: asked for by the megabyte.
#[derive(Default)]
struct AskedMemory(usize);

impl AskedMemory {
    fn add(&mut self, bytes: usize) {
        self.0 += 2 * (bytes + 64);
        if self.0 > (1 << 20) {
            memory::require(self.0);
            self.0 = 0;
        }
    }
}
