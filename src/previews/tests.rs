//! Tests inside a server: passed templates, and the search_path that the SQL runs under.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "they run what was compiled, and may stop there"
)]

#[pgrx::pg_schema]
mod tests {
    use crate::catalog::Catalog;
    use crate::pg::Oid;
    use crate::pg::snapshot::Snapshot;
    use crate::previews::{self, Purpose, Templates};
    use pgrx::prelude::*;
    use serde_json::{Value, json};

    /// `previews.book` refers to `previews.author` (column 3), and to an edition by two columns (4, 5).
    fn library() {
        Spi::run(
            "CREATE SCHEMA previews;
             CREATE TABLE previews.author (id integer PRIMARY KEY, name text);
             CREATE TABLE previews.edition (isbn text, no integer, year integer, PRIMARY KEY (isbn, no));
             CREATE TABLE previews.book (id integer PRIMARY KEY, title text, author_id integer REFERENCES previews.author,
                 isbn text, no integer, FOREIGN KEY (isbn, no) REFERENCES previews.edition);
             INSERT INTO previews.author VALUES (7, 'Ada');
             INSERT INTO previews.edition VALUES ('x', 1, 1843);
             INSERT INTO previews.book VALUES (1, 'Notes', 7, 'x', 1);",
        )
        .unwrap();
    }

    fn oid(relation: &str) -> u32 {
        let oid = Spi::get_one::<Oid>(&format!("SELECT '{relation}'::regclass::oid"));
        oid.unwrap().unwrap().to_u32()
    }

    /// How the only row of the relation reads, under an alias that has to be quoted.
    fn preview(relation: &str, templates: Value) -> String {
        let templates = Templates::new(Some(templates), Purpose::Contract).unwrap();
        let catalog = Catalog::new(Snapshot::latest());
        let row = previews::compile_row_preview(&catalog, &templates, oid(relation).into(), "A b").unwrap();
        let (text, joins) = (row.text, row.joins);
        let statement = format!("SELECT {text} FROM {relation} AS \"A b\"{joins}");
        Spi::get_one::<String>(&statement).unwrap().unwrap()
    }

    fn book(template: Value) -> String {
        preview(
            "previews.book",
            json!({oid("previews.book").to_string(): template}),
        )
    }

    #[pg_test]
    fn a_template_that_is_passed_wins() {
        library();
        Spi::run("SELECT msar.set_preview_template('previews.book', 'stored {author_id}')").unwrap();
        assert_eq!(book(json!(["<", [2], ">"])), "<Notes>");
        assert_eq!(book(json!(null)), "stored Ada");
        assert_eq!(preview("previews.book", json!({})), "stored Ada");
        assert_eq!(preview("previews.book", json!({"1": [[1]]})), "stored Ada");
    }

    #[pg_test]
    fn a_path_that_is_passed_shows_the_column_it_ends_on() {
        library();
        assert_eq!(book(json!([[3]])), "7");
        assert_eq!(book(json!([[3, 2]])), "Ada");
        assert_eq!(book(json!([{"path": [3, 2], "raw": true}])), "Ada");
        assert_eq!(book(json!([[4, 3], "/", [5, 1]])), "1843/x");
    }

    #[pg_test]
    fn the_row_that_a_stored_template_shows_has_the_template_passed_for_it() {
        library();
        Spi::run("SELECT msar.set_preview_template('previews.book', 'stored {author_id}')").unwrap();
        let templates = json!({oid("previews.author").to_string(): ["Ms ", [2]]});
        assert_eq!(preview("previews.book", templates), "stored Ms Ada");
    }

    #[pg_test]
    fn what_is_not_there_is_left_out() {
        library();
        assert_eq!(book(json!(["a", [99], [2, 1], [3, 99], [3, 2, 1], "b"])), "ab");
        assert_eq!(book(json!([[99]])), "");
        assert_eq!(book(json!([])), "");
        assert_eq!(book(json!(["", ""])), "");
        assert_eq!(book(json!(["a", "b"])), "ab");
    }
}
