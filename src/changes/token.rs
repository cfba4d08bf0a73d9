//! Tokens: which changes a client has seen, as text that only we read.
//!
//! A token holds where it is from (cluster, timeline, database, log), from whose point of view, and which transactions it
//! covers. Its length depends on the transactions that were running when it was made, and on nothing else.

use crate::pg::snapshot::VisibleTransactions;

/// The most running transactions that a token names; later ones count as not seen, and are delivered again.
const MOST_IN_PROGRESS: usize = 128;

const VERSION: u8 = 1;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Where a token holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TokenOrigin {
    pub(super) system: u64,
    pub(super) timeline: u32,
    pub(super) database: u32,
    /// The log's own number.
    pub(super) epoch: u128,
}

/// A page of a list that has not come to its end: up to which change of which transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TokenPage {
    pub(super) transaction: u64,
    pub(super) number: u32,
    /// The transactions whose changes belong to the list.
    pub(super) until: VisibleTransactions,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChangeToken {
    pub(super) origin: TokenOrigin,
    pub(super) perspective: u64,
    pub(super) seen: VisibleTransactions,
    /// A schema and the number of its tables, which a client would otherwise wait for.
    pub(super) tables: Option<(u32, u32)>,
    pub(super) page: Option<TokenPage>,
}

impl ChangeToken {
    pub(super) fn encode(&self) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(self.origin.system.to_be_bytes());
        bytes.extend(self.origin.timeline.to_be_bytes());
        bytes.extend(self.origin.database.to_be_bytes());
        bytes.extend(self.origin.epoch.to_be_bytes());
        bytes.extend(self.perspective.to_be_bytes());
        write_transactions(&mut bytes, &self.seen);
        let (schema, count) = self.tables.unwrap_or_default();
        write_number(&mut bytes, schema.into());
        write_number(&mut bytes, count.into());
        if let Some(page) = &self.page {
            write_number(&mut bytes, page.transaction);
            write_number(&mut bytes, page.number.into());
            write_transactions(&mut bytes, &page.until);
        }
        let check = checksum(&bytes);
        bytes.extend(check.to_be_bytes());
        to_base64(&bytes)
    }

    /// `None` for a text that is no token.
    pub(super) fn decode(text: &str) -> Option<Self> {
        /// More than twice what the most running transactions take, in two lists.
        const LONGEST: usize = 8192;
        if text.len() > LONGEST {
            return None;
        }
        let bytes = from_base64(text)?;
        let (content, check) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
        if checksum(content).to_be_bytes() != check {
            return None;
        }
        let mut content = content;
        if take_bytes::<1>(&mut content)? != [VERSION] {
            return None;
        }
        let origin = TokenOrigin {
            system: u64::from_be_bytes(take_bytes(&mut content)?),
            timeline: u32::from_be_bytes(take_bytes(&mut content)?),
            database: u32::from_be_bytes(take_bytes(&mut content)?),
            epoch: u128::from_be_bytes(take_bytes(&mut content)?),
        };
        let perspective = u64::from_be_bytes(take_bytes(&mut content)?);
        let seen = read_transactions(&mut content)?;
        let schema = u32::try_from(read_number(&mut content)?).ok()?;
        let count = u32::try_from(read_number(&mut content)?).ok()?;
        let page = if content.is_empty() {
            None
        } else {
            Some(TokenPage {
                transaction: read_number(&mut content)?,
                number: u32::try_from(read_number(&mut content)?).ok()?,
                until: read_transactions(&mut content)?,
            })
        };
        content.is_empty().then_some(Self {
            origin,
            perspective,
            seen,
            tables: (schema != 0).then_some((schema, count)),
            page,
        })
    }
}

fn write_transactions(bytes: &mut Vec<u8>, transactions: &VisibleTransactions) {
    let named = transactions.in_progress.len().min(MOST_IN_PROGRESS);
    // The first that is not named: nothing from it on has been seen.
    let xmax = transactions
        .in_progress
        .get(named)
        .copied()
        .unwrap_or(transactions.xmax);
    write_number(bytes, transactions.xmin);
    write_number(bytes, xmax.saturating_sub(transactions.xmin));
    write_number(bytes, named as u64);
    let mut before = transactions.xmin;
    for &running in &transactions.in_progress[..named] {
        write_number(bytes, running.saturating_sub(before));
        before = running;
    }
}

fn read_transactions(bytes: &mut &[u8]) -> Option<VisibleTransactions> {
    let xmin = read_number(bytes)?;
    let xmax = xmin.checked_add(read_number(bytes)?)?;
    let named = usize::try_from(read_number(bytes)?).ok()?;
    if named > MOST_IN_PROGRESS {
        return None;
    }
    let mut before = xmin;
    let mut in_progress = Vec::with_capacity(named);
    for _ in 0..named {
        before = before.checked_add(read_number(bytes)?)?;
        in_progress.push(before);
    }
    Some(VisibleTransactions {
        xmin,
        xmax,
        in_progress,
    })
}

/// Seven bits a byte, the lowest first.
fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let [byte] = take_bytes(bytes)?;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn take_bytes<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}

/// FNV-1a: it detects tokens that were cut off or mistyped; a forged token gives a caller nothing.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum: u32, &byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 3);
    for chunk in bytes.chunks(3) {
        let number = chunk
            .iter()
            .fold(0_u32, |number, &byte| number << 8 | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for at in 0..=chunk.len() {
            let digit = number >> (18 - 6 * at) & 63;
            text.push(char::from(ALPHABET[digit as usize]));
        }
    }
    text
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text
        .bytes()
        .map(|byte| ALPHABET.iter().position(|&digit| digit == byte));
    let digits: Vec<u32> = digits
        .map(|digit| digit.map(|digit| digit as u32))
        .collect::<Option<_>>()?;
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.chunks(4) {
        let number = chunk.iter().fold(0, |number, digit| number << 6 | digit) << (6 * (4 - chunk.len()));
        let taken = (chunk.len() * 6) / 8;
        bytes.extend(&number.to_be_bytes()[1..1 + taken]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(in_progress: Vec<u64>) -> ChangeToken {
        ChangeToken {
            origin: TokenOrigin {
                system: 7_469_123_456_789_012_345,
                timeline: 3,
                database: 16_384,
                epoch: 0x1234_5678_9abc_def0_1122_3344_5566_7788,
            },
            perspective: u64::MAX,
            seen: VisibleTransactions {
                xmin: in_progress.first().copied().unwrap_or(5_000_000_000),
                xmax: 5_000_001_000,
                in_progress,
            },
            tables: Some((2200, 5000)),
            page: None,
        }
    }

    #[test]
    fn a_token_is_read_as_it_is_written() {
        for in_progress in [
            vec![],
            vec![4_999_999_000],
            vec![5_000_000_000, 5_000_000_002, 5_000_000_999],
        ] {
            let mut token = token(in_progress);
            assert_eq!(ChangeToken::decode(&token.encode()), Some(token.clone()));
            token.page = Some(TokenPage {
                transaction: 5_000_000_500,
                number: 17,
                until: token.seen.clone(),
            });
            assert_eq!(ChangeToken::decode(&token.encode()), Some(token));
        }
    }

    #[test]
    fn a_token_that_was_touched_is_none() {
        let text = token(vec![5_000_000_000]).encode();
        for at in 0..text.len() {
            let mut other = text.clone();
            let digit = if &text[at..=at] == "A" { "B" } else { "A" };
            other.replace_range(at..=at, digit);
            // The last digit may hold bits that mean nothing.
            assert!(
                at + 1 == text.len() || ChangeToken::decode(&other).is_none(),
                "{at}"
            );
            assert_eq!(ChangeToken::decode(&text[..at]), None);
        }
        for text in ["", "A", "not a token", "é", "////"] {
            assert_eq!(ChangeToken::decode(text), None);
        }
    }

    #[test]
    fn a_token_stays_short_whatever_runs() {
        let running: Vec<u64> = (0..5000).map(|at| 5_000_000_000 + 3 * at).collect();
        let mut token = token(running.clone());
        token.seen.xmax = 5_000_020_000;
        let text = token.encode();
        assert!(text.len() < 400, "{}", text.len());
        let read = ChangeToken::decode(&text).unwrap();
        // It never counts as seen what was not.
        assert!(
            running
                .iter()
                .all(|&transaction| !read.seen.includes(transaction))
        );
        assert!(read.seen.includes(4_999_999_999));
        assert!(read.seen.includes(running[0] + 1));
    }

    #[test]
    fn a_snapshot_sees_what_has_ended() {
        let seen = VisibleTransactions {
            xmin: 10,
            xmax: 20,
            in_progress: vec![10, 15],
        };
        let visible: Vec<u64> = (8..22)
            .filter(|&transaction| seen.includes(transaction))
            .collect();
        assert_eq!(visible, [8, 9, 11, 12, 13, 14, 16, 17, 18, 19]);
    }
}
