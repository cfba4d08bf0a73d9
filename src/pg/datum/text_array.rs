//! Arrays of text that are made element by element, as PostgreSQL lays them out.

use crate::pg::memory;
use pgrx::pg_sys;

/// The largest values of an array, as they are before they are printed. As text a value takes up to four times its size (arrays of
/// times do; only bit strings take more), and PostgreSQL's values end at a gigabyte.
const LARGEST: usize = 240 << 20;

/// An array that is being made. The buffers are used for the next one again.
#[derive(Default)]
pub(in crate::pg) struct TextArray {
    elements: Vec<u8>,
    /// Whether each element is there: a bit each, the first one the lowest.
    present: Vec<u8>,
    count: usize,
    has_nulls: bool,
    /// How large the values may be that are still to come.
    room: usize,
}

impl TextArray {
    pub(in crate::pg) fn begin_array(&mut self) {
        self.elements.clear();
        self.present.clear();
        (self.count, self.has_nulls, self.room) = (0, false, LARGEST);
    }

    fn note(&mut self, is_present: bool) {
        if self.count.is_multiple_of(8) {
            self.present.push(0);
        }
        if let Some(last) = self.present.last_mut()
            && is_present
        {
            *last |= 1 << (self.count % 8);
        }
        self.count += 1;
    }

    pub(in crate::pg) fn add_null(&mut self) {
        self.has_nulls = true;
        self.note(false);
    }

    /// Adds an element that `print` appends to a buffer, told how large the values of the array may still be; `None` where it
    /// does.
    pub(in crate::pg) fn add_element(
        &mut self,
        print: impl FnOnce(&mut Vec<u8>, &mut usize) -> Option<()>,
    ) -> Option<()> {
        let begin = self.elements.len();
        self.elements.extend_from_slice(&[0; pg_sys::VARHDRSZ]);
        print(&mut self.elements, &mut self.room)?;
        let end = self.elements.len();
        self.elements[begin..begin + pg_sys::VARHDRSZ].copy_from_slice(&header(end - begin));
        self.elements.resize(end.next_multiple_of(4), 0);
        self.note(true);
        Some(())
    }

    /// The array as a value of type text[]. It is at an address that 8 divides.
    pub(in crate::pg) fn finish(&mut self) -> Vec<u64> {
        // The header of an array is its length, how many dimensions it has, where its elements begin if there is a map of
        // those that are NULL, and their type; then the length and the first number of each dimension.
        const WORDS: usize = 6;
        if self.count == 0 {
            return self.laid_out(&[0, 0, pg_sys::TEXTOID.to_u32()], false);
        }
        let map = if self.has_nulls { self.present.len() } else { 0 };
        let begin = (4 * WORDS + map).next_multiple_of(8) as u32;
        let offset = if self.has_nulls { begin } else { 0 };
        let words = [1, offset, pg_sys::TEXTOID.to_u32(), self.count as u32, 1];
        self.laid_out(&words, self.has_nulls)
    }

    fn laid_out(&self, words: &[u32], has_map: bool) -> Vec<u64> {
        let map: &[u8] = if has_map { &self.present } else { &[] };
        let head = (4 + 4 * words.len() + map.len()).next_multiple_of(if words.len() > 3 { 8 } else { 4 });
        let size = head + self.elements.len();
        let mut array: Vec<u64> = Vec::new();
        memory::reserve(&mut array, size.div_ceil(8));
        array.resize(size.div_ceil(8), 0);
        // SAFETY: the bytes of the numbers, as many as they have.
        let bytes =
            unsafe { std::slice::from_raw_parts_mut(array.as_mut_ptr().cast::<u8>(), 8 * array.len()) };
        bytes[..4].copy_from_slice(&header(size));
        for (at, word) in words.iter().enumerate() {
            bytes[4 + 4 * at..8 + 4 * at].copy_from_slice(&word.to_ne_bytes());
        }
        let map_at = 4 + 4 * words.len();
        bytes[map_at..map_at + map.len()].copy_from_slice(map);
        bytes[head..size].copy_from_slice(&self.elements);
        array
    }
}

/// The header of a value of variable length, which is `length` bytes long with it.
fn header(length: usize) -> [u8; 4] {
    let length = length as u32;
    match cfg!(target_endian = "big") {
        true => (length & 0x3fff_ffff).to_be_bytes(),
        false => (length << 2).to_le_bytes(),
    }
}

#[cfg(any(test, feature = "pg_test"))]
#[pgrx::pg_schema]
mod tests {
    use super::TextArray;
    use crate::pg::array;
    use pgrx::pg_sys::Datum;
    use pgrx::prelude::*;

    fn made(elements: &[Option<&str>]) -> Vec<u64> {
        let mut array = TextArray::default();
        array.begin_array();
        for element in elements {
            match element {
                None => array.add_null(),
                Some(text) => assert_eq!(
                    array.add_element(|out, _| {
                        out.extend_from_slice(text.as_bytes());
                        Some(())
                    }),
                    Some(())
                ),
            }
        }
        array.finish()
    }

    #[pg_test]
    fn arrays_of_text_are_those_of_postgresql() {
        let long = "x".repeat(1000);
        let nine = [
            Some("1"),
            None,
            Some("333"),
            Some(""),
            Some("5"),
            Some("6"),
            Some("7"),
            Some("8"),
            None,
        ];
        let all: [&[Option<&str>]; 5] = [&[], &[Some("a")], &[None], &nine, &[Some(&long), Some("b")]];
        for elements in all {
            let made = made(elements);
            let datum = Datum::from(made.as_ptr());
            // SAFETY: an array of text.
            let read = unsafe { array::texts(datum) };
            let wanted: Vec<_> = elements.iter().map(|text| text.map(str::to_owned)).collect();
            assert_eq!(read, wanted);
            let literal: Vec<_> = elements
                .iter()
                .map(|text| text.map_or("NULL".to_owned(), |text| format!("'{text}'")))
                .collect();
            // Not of a subquery, whose row would have the array with a short header.
            let built = format!("ARRAY[{}]::text[]", literal.join(","));
            #[expect(clippy::disallowed_methods, reason = "a test in a server that writes")]
            let size = Spi::get_one::<i32>(&format!("SELECT pg_column_size({built})"));
            // SAFETY: a varlena.
            let own = unsafe { pgrx::varsize_any(made.as_ptr().cast()) };
            assert_eq!(size, Ok(Some(own as i32)), "{elements:?}");
        }
    }
}
