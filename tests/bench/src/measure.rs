//! Times and memory.

use std::{
    array, fs,
    time::{Duration, Instant},
};

use postgres::{Client, SimpleQueryMessage};

use crate::Result;

/// One way to get something: the statements that are timed together.
pub(crate) type Contestant = Vec<String>;

/// What a client waited for and got, of one contestant: medians.
pub(crate) struct Measured {
    waited: Duration,
    processor: Duration,
    bytes: usize,
}

impl Measured {
    pub(crate) fn milliseconds(&self) -> f64 {
        self.waited.as_secs_f64() * 1000.0
    }

    /// For how long the server's process ran on a processor: on a busy machine much steadier than what the client
    /// waited. What other processes did for it is not counted.
    pub(crate) fn processor_milliseconds(&self) -> f64 {
        self.processor.as_secs_f64() * 1000.0
    }

    pub(crate) fn kilobytes(&self) -> f64 {
        self.bytes as f64 / 1000.0
    }
}

/// The times of one contestant.
#[derive(Default)]
struct Times {
    waited: Vec<Duration>,
    processor: Vec<Duration>,
    bytes: usize,
}

impl Times {
    /// Runs statements, and counts their times if they are to be counted.
    fn measure(&mut self, client: &mut Client, pid: i32, statements: &[String], counts: bool) -> Result<()> {
        let before = processor_time(pid)?;
        let (waited, bytes) = round_trip(client, statements)?;
        if counts {
            self.processor.push(processor_time(pid)?.saturating_sub(before));
            self.waited.push(waited);
            self.bytes = bytes;
        }
        Ok(())
    }

    fn medians(mut self) -> Measured {
        Measured {
            waited: median(&mut self.waited),
            processor: median(&mut self.processor),
            bytes: self.bytes,
        }
    }
}

fn backend_pid(client: &mut Client) -> Result<i32> {
    Ok(client
        .query_one("SELECT pg_catalog.pg_backend_pid()", &[])?
        .get(0))
}

/// Median round trips. In every round each contestant has its turn, so that a busy minute of the machine hits all of
/// them; one round before is not counted.
pub(crate) fn race<const N: usize>(
    client: &mut Client,
    contestants: &[Contestant; N],
    rounds: usize,
) -> Result<[Measured; N]> {
    let pid = backend_pid(client)?;
    let mut times: [Times; N] = array::from_fn(|_| Times::default());
    for round in 0..=rounds {
        for (times, contestant) in times.iter_mut().zip(contestants) {
            times.measure(client, pid, contestant, round > 0)?;
        }
    }
    Ok(times.map(Times::medians))
}

pub(crate) fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Runs the statements and waits until their whole text is here. The simple protocol, as the result is text in it and
/// every statement is planned for its constants.
fn round_trip(client: &mut Client, statements: &[String]) -> Result<(Duration, usize)> {
    let start = Instant::now();
    let mut bytes = 0;
    for statement in statements {
        bytes += client
            .simple_query(statement)?
            .iter()
            .filter_map(text_length)
            .sum::<usize>();
    }
    Ok((start.elapsed(), bytes))
}

/// The same for statements that change something, each rolled back. `state` is a query for what there is afterwards:
/// all must leave the same.
pub(crate) fn race_undone<const N: usize>(
    client: &mut Client,
    contestants: [&str; N],
    rounds: usize,
    state: &str,
) -> Result<[Measured; N]> {
    let pid = backend_pid(client)?;
    let mut times: [Times; N] = array::from_fn(|_| Times::default());
    let mut states = Vec::with_capacity(N);
    for round in 0..=rounds {
        for (times, contestant) in times.iter_mut().zip(contestants) {
            client.batch_execute("BEGIN")?;
            times.measure(client, pid, &[contestant.to_owned()], round > 0)?;
            if round == 0 {
                states.push(client.query_one(state, &[])?.get::<_, Option<String>>(0));
            }
            client.batch_execute("ROLLBACK")?;
        }
    }
    if let Some(other) = states.iter().find(|other| **other != states[0]) {
        let shown = |state: &Option<String>| state.clone().unwrap_or_default();
        return Err(format!(
            "they do not leave the same:\n{}\n{}",
            shown(&states[0]),
            shown(other)
        )
        .into());
    }
    Ok(times.map(Times::medians))
}

/// The length of a row's first value; `None` for a message that is not a row.
pub(crate) fn text_length(message: &SimpleQueryMessage) -> Option<usize> {
    match message {
        SimpleQueryMessage::Row(row) => Some(row.get(0).map_or(0, str::len)),
        _ => None,
    }
}

/// Memory of a server process, in bytes.
pub(crate) struct Memory {
    /// All memory contexts together.
    pub(crate) contexts: i64,
    /// What the operating system counts; `None` when the process is not on this machine.
    pub(crate) resident: Option<u64>,
}

impl Memory {
    pub(crate) fn of(client: &mut Client) -> Result<Self> {
        let row = client.query_one(
            "SELECT pg_catalog.pg_backend_pid(), sum(total_bytes)::bigint FROM pg_catalog.pg_backend_memory_contexts",
            &[],
        )?;
        Ok(Self {
            contexts: row.get(1),
            resident: resident_bytes(row.get(0)),
        })
    }
}

/// Memory of a server process that is its own, as the operating system counts it.
pub(crate) fn resident_bytes(pid: i32) -> Option<u64> {
    status_bytes(pid, "RssAnon:")
}

fn status_bytes(pid: i32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    // On another machine the same number may be any other process.
    status.lines().next().filter(|name| name.contains("postgres"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024)
}

/// The most memory that a server process ever had, with what it shares with others.
pub(crate) fn most_resident_bytes(pid: i32) -> Option<u64> {
    status_bytes(pid, "VmHWM:")
}

/// How long a process of this machine has run on a processor.
pub(crate) fn processor_time(pid: i32) -> Result<Duration> {
    // The first number is in nanoseconds, and exact: the kernel adds up what it gave the process.
    let path = format!("/proc/{pid}/schedstat");
    let statistics = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let nanoseconds = statistics.split_whitespace().next().unwrap_or_default();
    Ok(Duration::from_nanos(nanoseconds.parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        let mut times = [9, 1, 5].map(Duration::from_millis);
        assert_eq!(median(&mut times), Duration::from_millis(5));
    }
}
