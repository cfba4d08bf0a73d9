//! How far the event log has been read. Pure.
//!
//! Numbers of events grow, but an event may appear after others with higher numbers, and some numbers never appear. So
//! numbers that are missing below the highest one are remembered, asked for again for a time, and accepted whenever they
//! come.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The most ranges of missing numbers that are remembered.
const MOST_GAPS: usize = 1000;

/// What changes with each look at the event log, and with scans.
#[derive(Serialize, Deserialize, Default, Clone, Debug, PartialEq)]
#[serde(default)]
pub(crate) struct Feed {
    /// The highest number that was seen.
    pub(crate) position: Option<i64>,
    /// When that happened, by the upstream's clock.
    pub(crate) position_at: Option<String>,
    pub(crate) gaps: Vec<EventGap>,
    /// How many events of each sort meant nothing to the cache.
    pub(crate) noted: BTreeMap<String, u64>,
    /// Scans under way.
    pub(crate) scans: BTreeMap<String, EntityScan>,
    /// Of types that were scanned: when that began last, by our clock and by the upstream's.
    pub(crate) scanned: BTreeMap<String, LastScan>,
    /// Answers that differed once: the request, what differed, and when.
    pub(crate) suspects: BTreeMap<String, Suspect>,
}

/// Numbers that are missing.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct EventGap {
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// In seconds, by the database's clock.
    pub(crate) noted_at: f64,
}

/// A scan that reads all entities of a type in the order of their ids, first active ones, then retired ones.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct EntityScan {
    pub(crate) entity_type: String,
    #[serde(default)]
    pub(crate) scope: Vec<Value>,
    /// Those that changed since then, by the upstream's clock; all, if there is no such moment.
    pub(crate) changed_since: Option<String>,
    pub(crate) fields: Vec<String>,
    pub(crate) retired: bool,
    pub(crate) after_id: i64,
    pub(crate) since_event: i64,
    pub(crate) began_at: f64,
    pub(crate) upstream_time: Option<String>,
    pub(crate) rows: u64,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct LastScan {
    pub(crate) began_at: f64,
    pub(crate) upstream_time: Option<String>,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub(crate) struct Suspect {
    pub(crate) differences: String,
    pub(crate) noted_at: f64,
}

/// Whether an event is to be applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Seen {
    New,
    /// It was missing.
    Late,
    /// It was applied before, or is from before the cache began.
    Before,
}

impl Feed {
    /// Notes that an event was seen. Events of one reply come in the order of their numbers.
    pub(crate) fn see(&mut self, id: i64, now: f64) -> Seen {
        let Some(position) = self.position else {
            self.position = Some(id);
            return Seen::Before;
        };
        if id > position {
            if id > position + 1 {
                self.gaps.push(EventGap {
                    from: position + 1,
                    to: id - 1,
                    noted_at: now,
                });
                if self.gaps.len() > MOST_GAPS {
                    self.gaps.remove(0);
                }
            }
            self.position = Some(id);
            return Seen::New;
        }
        let Some(at) = self.gaps.iter().position(|gap| (gap.from..=gap.to).contains(&id)) else {
            return Seen::Before;
        };
        let gap = self.gaps.remove(at);
        for (from, to) in [(id + 1, gap.to), (gap.from, id - 1)] {
            if from <= to {
                self.gaps.insert(
                    at,
                    EventGap {
                        from,
                        to,
                        noted_at: gap.noted_at,
                    },
                );
            }
        }
        Seen::Late
    }

    /// The missing numbers that are worth asking for.
    pub(crate) fn missing(&self, now: f64, patience: f64) -> MissingEvents {
        let mut missing = MissingEvents::default();
        for gap in self.gaps.iter().rev().filter(|gap| now - gap.noted_at < patience) {
            let is_few = gap.to - gap.from < MOST_SINGLE && missing.single.len() < MOST_MISSING;
            if is_few {
                missing.single.extend(gap.from..=gap.to);
            } else if missing.ranges.len() < MOST_RANGES {
                missing.ranges.push((gap.from, gap.to));
            }
        }
        missing
    }
}

/// Numbers of events that are missing: some by themselves, and ranges of many, which may be as long as a batch that failed.
#[derive(Default, Debug, PartialEq)]
pub(crate) struct MissingEvents {
    pub(crate) single: Vec<i64>,
    pub(crate) ranges: Vec<(i64, i64)>,
}

/// The most numbers of a gap that are asked for one by one.
const MOST_SINGLE: i64 = 20;
/// How many numbers are asked for one by one, but for the rest of a gap; and the most ranges.
const MOST_MISSING: usize = 200;
const MOST_RANGES: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_remembered_and_filled() {
        let mut feed = Feed::default();
        assert_eq!(feed.see(10, 0.0), Seen::Before);
        assert_eq!(feed.see(11, 0.0), Seen::New);
        assert_eq!(feed.see(15, 5.0), Seen::New);
        assert_eq!(feed.missing(6.0, 300.0).single, vec![12, 13, 14]);
        assert_eq!(feed.see(13, 6.0), Seen::Late);
        assert_eq!(feed.see(13, 6.0), Seen::Before);
        let mut missing = feed.missing(6.0, 300.0).single;
        missing.sort_unstable();
        assert_eq!(missing, vec![12, 14]);
        // Given up, and accepted all the same.
        assert_eq!(feed.missing(400.0, 300.0), MissingEvents::default());
        assert_eq!(feed.see(12, 400.0), Seen::Late);
        assert_eq!(feed.see(14, 400.0), Seen::Late);
        assert!(feed.gaps.is_empty());
        assert_eq!(feed.see(9, 400.0), Seen::Before);
    }

    #[test]
    fn a_large_gap_hides_no_other() {
        let mut feed = Feed::default();
        feed.see(10, 0.0);
        feed.see(12, 0.0);
        feed.see(5012, 1.0);
        feed.see(5014, 1.0);
        let missing = feed.missing(2.0, 300.0);
        assert_eq!(
            (missing.single, missing.ranges),
            (vec![5013, 11], vec![(13, 5011)])
        );
        // One of its numbers leaves a range on both sides.
        assert_eq!(feed.see(2000, 2.0), Seen::Late);
        let mut ranges = feed.missing(2.0, 300.0).ranges;
        ranges.sort_unstable();
        assert_eq!(ranges, vec![(13, 1999), (2001, 5011)]);
    }
}
