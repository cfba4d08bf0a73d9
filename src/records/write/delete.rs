//! Deleting rows.

use super::error::WriteError;
use super::keys::GivenKeys;
use super::target::WriteTarget;
use crate::error::Error;
use crate::pg::jsonb_value::JsonbValue;
use crate::pg::results::JsonText;
use crate::pg::{Oid, dml, memory, server, text};
use crate::records::value::Forms;

/// Deletes the rows of these keys; gives the keys of those that there were, in the order asked for, as a JSON array.
pub(crate) fn delete_records(relation: Oid, ids: JsonbValue) -> Result<JsonText, Error> {
    let target = WriteTarget::open_relation(Some(relation))?;
    let key = GivenKeys::key_of(&target, &ids)?;
    let mut keys = GivenKeys::from_ids(&key, ids)?;
    keys.keep_valid()?;
    let statement = format!(
        "DELETE FROM {} AS target USING {} WHERE {} RETURNING given.position, {}",
        target.sql,
        keys.source()?,
        key.condition()?,
        key.returned(Forms::CONTRACT),
    );
    let mut deleted = DeletedKeys::new(keys.count);
    target.watch_errors(Vec::new(), || {
        dml::run_for_pairs(&statement, &[keys.ids], &mut |position, key| {
            deleted.add_key(position, key);
        })
    })?;
    deleted.into_document(&target)
}

/// The keys of deleted rows, by their position in what was asked for.
struct DeletedKeys {
    /// One behind the other, in the server's encoding.
    keys: Vec<u8>,
    /// Where the key of each position lies.
    places: Vec<Option<KeyPlace>>,
    has_same_key_twice: bool,
}

#[derive(Clone, Copy)]
struct KeyPlace {
    start: u32,
    length: std::num::NonZeroU32,
}

impl DeletedKeys {
    fn new(count: usize) -> Self {
        let mut places = Vec::new();
        memory::reserve(&mut places, count);
        places.resize(count, None);
        Self {
            keys: Vec::new(),
            places,
            has_same_key_twice: false,
        }
    }

    fn add_key(&mut self, position: i64, key: &[u8]) {
        let start = self.keys.len();
        memory::reserve(&mut self.keys, key.len());
        self.keys.extend_from_slice(key);
        let at = usize::try_from(position - 1).unwrap_or(usize::MAX);
        let place = u32::try_from(start)
            .ok()
            .zip(u32::try_from(key.len()).ok().and_then(std::num::NonZeroU32::new));
        if let Some(slot) = self.places.get_mut(at) {
            self.has_same_key_twice |= slot.is_some();
            *slot = place.map(|(start, length)| KeyPlace { start, length });
        }
    }

    fn into_document(self, target: &WriteTarget) -> Result<JsonText, Error> {
        if self.has_same_key_twice {
            return Err(WriteError::AmbiguousKey {
                relation: target.name().to_owned(),
            }
            .into());
        }
        let mut document = JsonText::new();
        document.push_str("[")?;
        let mut is_first = true;
        for place in self.places.iter().flatten() {
            server::check_for_interrupts();
            if !is_first {
                document.push_str(",")?;
            }
            is_first = false;
            let key = &self.keys[place.start as usize..][..place.length.get() as usize];
            document.push_str(&text::from_server(key))?;
        }
        document.push_str("]")?;
        Ok(document)
    }
}
