//! The keys that the texts of a column lead to, while the column is rewritten.

use super::error::LinkError;
use super::unmatched::ValueCount;
use crate::error::Error;
use crate::pg::kept_values::{KeptValue, KeptValues, LookUp, LookUpResult};
use crate::pg::type_name::TypeId;
use crate::pg::{memory, text};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// The keys of the texts of a column, ready to be stored.
pub(super) struct KeysOfTexts {
    pub(super) by_text: FxHashMap<Box<[u8]>, KeyOfText>,
    keys: KeptValues,
    /// Whether each text is its own key.
    pub(super) is_identity: bool,
    /// How many rows without a text were looked up.
    pub(super) empty_rows: u64,
}

pub(super) struct KeyOfText {
    /// `None` for a text that becomes NULL.
    key: Option<KeptValue>,
    /// How often it was looked up.
    rows: u64,
}

impl KeysOfTexts {
    pub(super) fn new(key_type: TypeId) -> Self {
        Self {
            by_text: FxHashMap::default(),
            keys: KeptValues::new(key_type),
            is_identity: true,
            empty_rows: 0,
        }
    }

    pub(super) fn insert(&mut self, text: &[u8], key: Option<&[u8]>) {
        self.is_identity &= key == Some(text);
        let key = key.map(|key| self.keys.read_value(key));
        self.by_text.insert(text.into(), KeyOfText { key, rows: 0 });
    }

    /// The texts that were looked up, each in a row of the table.
    pub(super) fn looked_up(&self) -> ValueCount {
        let rows = self.by_text.values().map(|text| text.rows);
        let looked_up = rows.filter(|&rows| rows > 0);
        looked_up.fold(ValueCount::default(), |sum, rows| ValueCount {
            values: sum.values + 1,
            rows: sum.rows + rows,
        })
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
        let Some(found) = linked.by_text.get_mut(text.0) else {
            return Err(LinkError::NewValue {
                value: text::from_server(text::beginning(text.0, 800)),
            }
            .into());
        };
        found.rows += 1;
        match found.key {
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
pub(super) struct AskedMemory(usize);

impl AskedMemory {
    pub(super) fn add(&mut self, bytes: usize) {
        self.0 += 2 * (bytes + 64);
        if self.0 > (1 << 20) {
            memory::require(self.0);
            self.0 = 0;
        }
    }
}
