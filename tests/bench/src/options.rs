//! The command line.

use crate::Result;

/// The fewest tables that a generated schema can have: `describe` looks at single tables that need neighbours.
const FEWEST_TABLES: u32 = 10;

/// Options of `describe`.
#[derive(Debug)]
pub(crate) struct Describe {
    /// Numbers of tables, ascending.
    pub(crate) tables: Vec<u32>,
    /// Rounds for every size; `None` takes fewer for larger schemas.
    pub(crate) rounds: Option<usize>,
    /// Whether every table and column has display metadata.
    pub(crate) metadata: bool,
}

impl Describe {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            tables: vec![10, 100, 1000, 5000],
            rounds: None,
            metadata: false,
        };
        let is_flag = |argument: &&String| *argument == "--metadata";
        options.metadata = arguments.iter().any(|argument| is_flag(&argument));
        let pairs: Vec<&String> = arguments.iter().filter(|argument| !is_flag(argument)).collect();
        for pair in pairs.chunks(2) {
            match pair {
                [name, value] if *name == "--tables" => options.tables = parse_tables(value)?,
                [name, value] if *name == "--rounds" => options.rounds = Some(parse_rounds(value)?),
                _ => {
                    return Err(
                        format!("describe takes --tables, --rounds and --metadata, not {pair:?}").into(),
                    );
                }
            }
        }
        Ok(options)
    }
}

/// Options of `changes`.
#[derive(Debug)]
pub(crate) struct Changes {
    /// Tables of the schema that a client keeps in step with.
    pub(crate) tables: u32,
    /// Rows that the log gets for the second half of the run.
    pub(crate) log_rows: u32,
    /// Rounds of commands; `None` for the usual number.
    pub(crate) rounds: Option<usize>,
    /// Whether instructions are counted, and nothing else.
    pub(crate) instructions: bool,
}

impl Changes {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            tables: 5000,
            log_rows: 1_000_000,
            rounds: None,
            instructions: false,
        };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{name} takes a number"));
            match name.as_str() {
                "--instructions" => options.instructions = true,
                "--tables" => options.tables = value()?.parse()?,
                "--log-rows" => options.log_rows = value()?.parse()?,
                "--rounds" => options.rounds = Some(parse_rounds(value()?)?),
                _ => {
                    return Err(format!(
                        "changes takes --tables, --log-rows, --rounds and --instructions, not {name}"
                    )
                    .into());
                }
            }
        }
        // A tenth of them is a schema, too.
        if options.tables < 10 * FEWEST_TABLES {
            return Err(format!("--tables {}: at least {}", options.tables, 10 * FEWEST_TABLES).into());
        }
        Ok(options)
    }
}

/// Options of `reflector`.
#[derive(Debug)]
pub(crate) struct Reflector {
    /// What is measured; empty for all.
    pub(crate) parts: Vec<String>,
    /// Events that are applied.
    pub(crate) rows: u32,
    /// Rows of the first copy.
    pub(crate) copy_rows: u32,
    /// Seconds of single rows.
    pub(crate) seconds: u32,
    pub(crate) rounds: usize,
}

impl Reflector {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            parts: Vec::new(),
            rows: 300_000,
            copy_rows: 1_000_000,
            seconds: 20,
            rounds: 5,
        };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{name} takes a number"));
            match name.as_str() {
                "--rows" => options.rows = value()?.parse()?,
                "--copy-rows" => options.copy_rows = value()?.parse()?,
                "--seconds" => options.seconds = value()?.parse()?,
                "--rounds" => options.rounds = parse_rounds(value()?)?,
                "capture" | "apply" | "latency" | "copy" | "memory" => options.parts.push(name.clone()),
                _ => {
                    return Err(format!(
                        "reflector takes capture, apply, latency, copy, memory, --rows, --copy-rows, --seconds and --rounds, not {name}"
                    )
                    .into());
                }
            }
        }
        if options.rows == 0 || options.copy_rows == 0 || options.seconds == 0 {
            return Err("--rows, --copy-rows and --seconds: at least 1 each".into());
        }
        Ok(options)
    }
}

fn parse_tables(value: &str) -> Result<Vec<u32>> {
    let mut tables = value
        .split(',')
        .map(|number| number.trim().parse())
        .collect::<std::result::Result<Vec<u32>, _>>()
        .map_err(|error| format!("--tables {value}: {error}"))?;
    tables.sort_unstable();
    tables.dedup();
    if tables.iter().any(|&number| number < FEWEST_TABLES) {
        return Err(format!("--tables {value}: at least {FEWEST_TABLES} each").into());
    }
    Ok(tables)
}

fn parse_rounds(value: &str) -> Result<usize> {
    let rounds = value
        .parse()
        .map_err(|error| format!("--rounds {value}: {error}"))?;
    // An odd number has one in the middle: the median is then a time that was measured.
    if rounds % 2 == 0 {
        return Err(format!("--rounds {value}: an odd number is needed").into());
    }
    Ok(rounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(arguments: &[&str]) -> Result<Describe> {
        let owned: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        Describe::parse(&owned)
    }

    #[test]
    fn sizes_are_sorted_and_told_once() -> Result<()> {
        let options = describe(&["--tables", "100,10,100", "--rounds", "5"])?;
        assert_eq!(options.tables, [10, 100]);
        assert_eq!(options.rounds, Some(5));
        assert!(!options.metadata);
        assert!(describe(&["--rounds", "5", "--metadata"])?.metadata);
        Ok(())
    }

    #[test]
    fn changes_take_numbers() -> Result<()> {
        let owned = |arguments: &[&str]| arguments.iter().map(ToString::to_string).collect::<Vec<_>>();
        let options = Changes::parse(&owned(&["--tables", "200", "--log-rows", "9"]))?;
        assert_eq!((options.tables, options.log_rows, options.rounds), (200, 9, None));
        for wrong in [
            &["--tables", "9"][..],
            &["--rounds", "2"],
            &["--log-rows"],
            &["--x"],
        ] {
            assert!(Changes::parse(&owned(wrong)).is_err(), "{wrong:?} was taken");
        }
        Ok(())
    }

    #[test]
    fn wrong_options_are_refused() {
        for wrong in [
            &["--tables", "9"][..],
            &["--tables", "ten"],
            &["--rounds", "4"],
            &["--rounds", "0"],
            &["--rounds"],
            &["--speed", "1"],
        ] {
            assert!(describe(wrong).is_err(), "{wrong:?} was taken");
        }
    }
}
