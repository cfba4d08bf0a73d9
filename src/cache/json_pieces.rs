//! JSON as a text that SQL puts together. For a page of entities that takes half the time of the functions that build JSON,
//! which look the types of their arguments up for each row. Pure.

use crate::pg::quote;

/// Text of JSON: what is known beforehand, and expressions between.
#[derive(Default)]
pub(super) struct JsonPieces {
    pieces: Vec<JsonPiece>,
}

enum JsonPiece {
    Known(String),
    /// An expression of type text, which is not null.
    Sql(String),
}

impl JsonPieces {
    /// Adds what is known beforehand.
    pub(super) fn known(&mut self, json: &str) {
        match self.pieces.last_mut() {
            Some(JsonPiece::Known(known)) => known.push_str(json),
            _ => self.pieces.push(JsonPiece::Known(json.to_owned())),
        }
    }

    /// Adds an expression of type text that is JSON, and never null.
    pub(super) fn sql(&mut self, sql: String) {
        self.pieces.push(JsonPiece::Sql(sql));
    }

    /// The text as an expression, whose parts are joined in pairs: PostgreSQL's parser takes only so many levels.
    pub(super) fn into_sql(self) -> String {
        let pieces: Vec<String> = self
            .pieces
            .into_iter()
            .map(|piece| match piece {
                JsonPiece::Known(json) => format!("{}::text", quote::literal(&json)),
                JsonPiece::Sql(sql) => sql,
            })
            .collect();
        joined(&pieces)
    }
}

fn joined(pieces: &[String]) -> String {
    match pieces {
        [] => "''::text".to_owned(),
        [piece] => piece.clone(),
        pieces => {
            let (first, second) = pieces.split_at(pieces.len() / 2);
            format!("({} || {})", joined(first), joined(second))
        }
    }
}

/// A text as JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// JSON of a column, as text: null for NULL.
pub(super) fn or_null(sql: &str) -> String {
    format!("COALESCE({sql}, 'null')")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_joined_in_pairs() {
        let pieces = |number: usize| -> Vec<String> { (0..number).map(|at| at.to_string()).collect() };
        assert_eq!(joined(&pieces(0)), "''::text");
        assert_eq!(joined(&pieces(1)), "0");
        assert_eq!(joined(&pieces(3)), "(0 || (1 || 2))");
        let levels = |sql: &str| sql.chars().take_while(|character| *character == '(').count();
        assert_eq!(levels(&joined(&pieces(1024))), 10);
    }

    #[test]
    fn what_is_known_stays_together() {
        let mut text = JsonPieces::default();
        text.known("{");
        text.known(&quoted("it's"));
        text.sql("b.id::text".to_owned());
        text.known("}");
        assert_eq!(text.pieces.len(), 3);
    }
}
