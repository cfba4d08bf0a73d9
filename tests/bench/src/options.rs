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
