//! The writer gives the same bytes as PostgreSQL's own input function.

use pgrx::prelude::*;

#[pg_schema]
mod tests {
    use super::super::{by_postgres, write_jsonb};
    use pgrx::pg_sys::Datum;
    use pgrx::prelude::*;

    fn bytes(value: Datum) -> Vec<u8> {
        // SAFETY: a plain jsonb.
        unsafe {
            let value = value.cast_mut_ptr::<pgrx::pg_sys::varlena>();
            std::slice::from_raw_parts(value.cast::<u8>(), pgrx::varsize_any(value)).to_vec()
        }
    }

    fn check(json: &str) {
        let (ours, theirs) = (
            bytes(write_jsonb(json.as_bytes())),
            bytes(by_postgres(json.as_bytes())),
        );
        assert!(ours == theirs, "{json}\n{ours:?}\n{theirs:?}");
    }

    /// A small generator of numbers: the same ones in each run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 33) % limit
        }

        fn blank(&mut self) -> &'static str {
            ["", "", "", " ", "\n\t", " \r\n"][self.below(6) as usize]
        }

        fn string(&mut self) -> String {
            let parts = [
                "a",
                "bc",
                "é",
                "\\n",
                "\\u0041",
                "\\u00e9",
                "\\\"",
                "\\\\",
                "\\/",
                "😀",
                "\\ud83d\\ude00",
                "key",
                "1",
                "10",
                "\\b",
                "\\f",
                "\\r",
                "\\t",
                "\\u001f",
            ];
            let count = self.below(5);
            (0..count)
                .map(|_| parts[self.below(parts.len() as u64) as usize])
                .collect()
        }

        fn number(&mut self) -> String {
            match self.below(8) {
                0 => "0".into(),
                1 => "-0".into(),
                2 => format!("{}", self.below(10)),
                3 => format!("-{}", self.below(100_000_000)),
                4 => format!(
                    "{}{}",
                    self.below(1_000_000) + 1,
                    "0".repeat(self.below(12) as usize)
                ),
                5 => format!("{}.{:03}", self.below(1000), self.below(1000)),
                6 => format!("{}e{}", self.below(1000), self.below(40)),
                _ => format!(
                    "{}{}{}",
                    self.below(99_999_999) + 1,
                    self.below(99_999_999),
                    self.below(99_999_999)
                ),
            }
        }

        fn value(&mut self, depth: u64) -> String {
            let (before, after) = (self.blank(), self.blank());
            let value = match self.below(if depth == 0 { 5 } else { 8 }) {
                0 => "null".into(),
                1 => "true".into(),
                2 => "false".into(),
                3 => self.number(),
                4 => format!("\"{}\"", self.string()),
                5 | 6 => {
                    let most = if self.below(10) == 0 { 80 } else { 6 };
                    let members: Vec<_> = (0..self.below(most)).map(|_| self.value(depth - 1)).collect();
                    format!("[{}{}]", self.blank(), members.join(","))
                }
                _ => {
                    let most = if self.below(10) == 0 { 80 } else { 6 };
                    let members: Vec<_> = (0..self.below(most))
                        .map(|_| {
                            format!(
                                "{}\"{}\"{}:{}",
                                self.blank(),
                                self.string(),
                                self.blank(),
                                self.value(depth - 1)
                            )
                        })
                        .collect();
                    format!("{{{}{}}}", self.blank(), members.join(","))
                }
            };
            format!("{before}{value}{after}")
        }
    }

    #[pg_test]
    fn jsonb_of_random_documents() {
        let mut random = Random(7);
        for _ in 0..5000 {
            let depth = random.below(6);
            check(&random.value(depth));
        }
    }

    #[pg_test]
    fn jsonb_of_odd_documents() {
        let many = |count: usize, member: &str| vec![member; count].join(",");
        for json in [
            "{}",
            "[]",
            "\"\"",
            "0",
            "-0",
            "1e400",
            "9999",
            "10000",
            "99999999999999999",
            "-100000000000000000",
            "1.0",
            "1.50e-7",
            "[[[]],{}]",
            r#"{"b":1,"a":2,"aa":3,"b":4,"":5}"#,
            r#"{"a":{"a":{"a":[{"a":1}]}}}"#,
        ] {
            check(json);
        }
        for count in [31, 32, 33, 63, 64, 65, 1000] {
            check(&format!("[{}]", many(count, "1")));
            check(&format!("[{}]", many(count, "\"x\"")));
            check(&format!("[{}]", many(count, "[true,\"y\"]")));
            let pairs: Vec<_> = (0..count)
                .map(|at| format!("\"k{}\":{at}", at * 7 % 50))
                .collect();
            check(&format!("{{{}}}", pairs.join(",")));
        }
        // Nested more deeply than we go ourselves.
        check(&format!("{}{}", "[".repeat(1500), "]".repeat(1500)));
    }

    fn refused(json: &str) -> PgSqlErrorCode {
        let json = json.to_owned();
        PgTryBuilder::new(move || {
            write_jsonb(json.as_bytes());
            PgSqlErrorCode::ERRCODE_SUCCESSFUL_COMPLETION
        })
        .catch_others(|error| match error {
            pg_sys::panic::CaughtError::PostgresError(report) => report.sql_error_code(),
            _ => PgSqlErrorCode::ERRCODE_INTERNAL_ERROR,
        })
        .execute()
    }

    #[pg_test]
    fn jsonb_of_what_is_none() {
        for json in [
            "",
            " ",
            "nul",
            "nulll",
            "tru",
            "[1,]",
            "[,]",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1,}",
            "01",
            "1.",
            ".5",
            "-",
            "1e",
            "+1",
            "1x",
            "\"\u{1}\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"",
            "[",
            "{",
            "1 2",
            "[]]",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "NaN",
            "--1",
            "1-1",
            "truefalse",
        ] {
            assert_eq!(
                refused(json),
                PgSqlErrorCode::ERRCODE_INVALID_TEXT_REPRESENTATION,
                "{json}"
            );
        }
        assert_eq!(
            refused("\"\\u0000\""),
            PgSqlErrorCode::ERRCODE_UNTRANSLATABLE_CHARACTER
        );
    }
}
