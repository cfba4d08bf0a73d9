//! Files as they come, read as a whole.

use super::error::{FileError, MOST_BAD_ROWS, MOST_COLUMNS};
use super::file::{FileFormat, FileOptions, InspectedFile, Lines, inspect_file, survey_beginning};

fn options(json: &str) -> FileOptions {
    serde_json::from_str(json).unwrap()
}

fn inspect(data: &[u8], json: &str) -> InspectedFile {
    inspect_file(data, &options(json), &|| ()).unwrap()
}

fn problem(data: &[u8], json: &str) -> FileError {
    inspect_file(data, &options(json), &|| ()).unwrap_err()
}

fn lines(data: &[u8], json: &str) -> String {
    let (layout, options, pulse) = (inspect(data, json).layout, options(json), || ());
    let text = layout.decode(data, &pulse).unwrap();
    let mut lines = Lines::open(&text, &layout, &options, &pulse).unwrap();
    let (mut out, mut count) = (Vec::new(), 0);
    while lines.write_next(&mut out).unwrap() {
        count += 1;
    }
    assert_eq!(count, layout.rows);
    String::from_utf8(out).unwrap()
}

fn table(data: &[u8], json: &str) -> String {
    let columns = inspect(data, json).layout.columns.join("~");
    let rows = lines(data, json).replace('\t', "~").replace("\\N", "NULL");
    format!("{columns}\n{}", rows.trim_end_matches('\n'))
}

#[test]
fn separated_values() {
    assert_eq!(table(b"a,b\n1,x\n2,\n", "{}"), "a~b\n1~x\n2~NULL");
    assert_eq!(table(b"a;b\r\n1,5;x\r\n", "{}"), "a~b\n1,5~x");
    assert_eq!(table(b"a\tb\n1\tx", "{}"), "a~b\n1~x");
    assert_eq!(
        table(b"a,b\n\"1\n2\",\"x \"\"y\"\"\"\n", "{}"),
        "a~b\n1\\n2~x \"y\""
    );
    assert_eq!(
        table(b"a,b\n'1,2','x\\'y'\n", r#"{"quote": "'", "escape": "\\"}"#),
        "a~b\n1,2~x'y"
    );
    assert_eq!(table(b"a\n\nb\n", "{}"), "a\nb");
    assert_eq!(table(b"a,b\nNA,x\n", r#"{"null": "NA"}"#), "a~b\nNULL~x");
    assert_eq!(table(b"a,b\n1,2\n", r#"{"quote": ","}"#), "a,b\n1,2");
}

#[test]
fn text_that_means_something_to_copy_is_escaped() {
    assert_eq!(
        lines(b"a,b\n\\N,\\.\n\"x\ty\r\n\",\\\\\n", "{}"),
        "\\\\N\t\\\\.\nx\\ty\\r\\n\t\\\\\\\\\n"
    );
}

#[test]
fn headers() {
    assert_eq!(table(b"1,x\n2,y\n", "{}"), "~\n1~x\n2~y");
    assert_eq!(table(b"x,x\ny,z\n", "{}"), "x~x\ny~z");
    assert_eq!(
        table(b"No,Item,Price\n1,pen,2.50\n2,ink,3.75\n", "{}"),
        "No~Item~Price\n1~pen~2.50\n2~ink~3.75"
    );
    assert_eq!(table(b"1,x\n", r#"{"header": true}"#), "1~x\n");
    assert_eq!(table(b"a,b\n", r#"{"header": false}"#), "~\na~b");
    // A row with an open quote is not the first one, and is reported.
    let file = b"\"x\nNo,Item\n1,pen\n2,ink\n";
    assert_eq!(table(file, r#"{"bad_rows": "skip"}"#), "No~Item\n1~pen\n2~ink");
    assert_eq!(inspect(file, r#"{"bad_rows": "skip"}"#).bad_rows[0].line, 1);
}

#[test]
fn encodings() {
    assert_eq!(table(b"\xef\xbb\xbfa,b\n1,\xc3\xa9\n", "{}"), "a~b\n1~é");
    assert_eq!(table(b"\xff\xfea\0,\0b\0\n\x001\0,\0\xe9\0", "{}"), "a~b\n1~é");
    let latin = b"name,town\nJos\xe9,M\xfcnchen\nAndr\xe9,Z\xfcrich\n";
    assert_eq!(table(latin, "{}"), "name~town\nJosé~München\nAndré~Zürich");
    assert_eq!(inspect(latin, "{}").layout.encoding, "windows-1252");
    assert_eq!(
        table(latin, r#"{"encoding": "latin1"}"#),
        "name~town\nJosé~München\nAndré~Zürich"
    );
    assert!(matches!(
        problem(latin, r#"{"encoding": "utf-8"}"#),
        FileError::NotInEncoding("UTF-8")
    ));
    assert!(matches!(
        problem(latin, r#"{"encoding": "klingon"}"#),
        FileError::UnknownEncoding(_)
    ));
}

#[test]
fn bad_rows() {
    let inspected = inspect(
        b"a,b\n1,x\n2\n3,y,z\n\"4\n\",x\n5,\0\n6,z\n",
        r#"{"header": true, "bad_rows": "skip"}"#,
    );
    let found: Vec<_> = inspected
        .bad_rows
        .iter()
        .map(|bad| (bad.line, bad.reason.as_str(), bad.text.as_str()))
        .collect();
    assert_eq!(
        found[..2],
        [
            (3, "field count 1 instead of 2", "2"),
            (4, "field count 3 instead of 2", "3,y,z")
        ]
    );
    assert_eq!(found[2].0, 7);
    assert_eq!(inspected.layout.rows, 3);
    let many = b"a,b\n".iter().copied().chain(b"1\n".repeat(MOST_BAD_ROWS + 1));
    assert!(matches!(
        problem(&many.collect::<Vec<_>>(), r#"{"bad_rows": "skip"}"#),
        FileError::TooManyBadRows
    ));
}

#[test]
fn open_quotes() {
    let file = b"name,inch\nnut,\"3\nbolt,4\nscrew,5\n";
    assert!(matches!(
        problem(file, "{}"),
        FileError::BadRows {
            count: 1,
            line: 2,
            ..
        }
    ));
    let inspected = inspect(file, r#"{"bad_rows": "skip"}"#);
    assert_eq!((inspected.layout.rows, inspected.bad_rows.len()), (2, 1));
    assert_eq!(inspected.bad_rows[0].text, "nut,\"3");
    assert_eq!(lines(file, r#"{"bad_rows": "skip"}"#), "bolt\t4\nscrew\t5\n");
    // A file of nothing else has no columns.
    for json in ["{}", r#"{"bad_rows": "skip"}"#] {
        assert!(matches!(problem(b"\"a", json), FileError::NoColumns));
    }
}

#[test]
fn very_wide_rows() {
    let wide = ",".repeat(100_000);
    assert!(matches!(
        problem(wide.as_bytes(), "{}"),
        FileError::TooManyColumns
    ));
    let inspected = inspect(
        format!("a,b\n{wide}\n").as_bytes(),
        r#"{"bad_rows": "skip", "delimiter": ","}"#,
    );
    assert_eq!(inspected.bad_rows[0].reason, "field count 100001 instead of 2");
    let object: Vec<_> = (0..=MOST_COLUMNS).map(|at| format!("\"{at}\":0")).collect();
    assert!(matches!(
        problem(format!("{{{}}}", object.join(",")).as_bytes(), "{}"),
        FileError::TooManyColumns
    ));
}

#[test]
fn json() {
    let lines = b"{\"a\": 1, \"b\": \"x\"}\n\n{\"b\": null, \"c\": [1, 2], \"a\": 0.10000000000000000001}\n";
    assert_eq!(
        table(lines, "{}"),
        "a~b~c\n1~x~NULL\n0.10000000000000000001~NULL~[1, 2]"
    );
    assert_eq!(
        table(b"[{\"a\": true}, {\"a\": \"\\u00e9\"}]", "{}"),
        "a\ntrue\né"
    );
    let inspected = inspect(
        b"{\"a\": 1}\n{\"a\": \n[1]\n{\"a\": \"\\u0000\"}\n",
        r#"{"bad_rows": "skip"}"#,
    );
    assert_eq!(
        inspected.bad_rows.iter().map(|bad| bad.line).collect::<Vec<_>>(),
        [2, 3, 4]
    );
    assert!(matches!(
        problem(b"{\"a\": 1}\n1\n2", "{}"),
        FileError::BadRows {
            count: 2,
            line: 2,
            ..
        }
    ));
    for text in ["[1", "[{} {}]", "[{}]x", "[{},]", "[", "[,]"] {
        assert!(
            matches!(problem(text.as_bytes(), "{}"), FileError::NotJson(_)),
            "{text}"
        );
    }
    assert!(matches!(problem(b"", "{}"), FileError::NoColumns));
    assert!(matches!(problem(b"[]", "{}"), FileError::NoColumns));
}

#[test]
fn beginnings() {
    let survey = |beginning: &[u8], is_tsv| survey_beginning(beginning, is_tsv, &|| ());
    let csv = survey(b"a;b\n1;\"2\n\xc3", false).unwrap();
    assert_eq!((csv.format, csv.delimiter), (FileFormat::Csv, Some(';')));
    let tsv = survey(b"a,b\n", true).unwrap();
    assert_eq!((tsv.format, tsv.delimiter), (FileFormat::Tsv, Some('\t')));
    let json = survey(b"[{\"a\": 1}, {\"a", false).unwrap();
    assert_eq!((json.format, json.delimiter), (FileFormat::Json, None));
    assert_eq!(
        survey(b"{\"a\": 1}\n{", false).unwrap().format,
        FileFormat::JsonLines
    );
    assert!(matches!(survey(b" ", false), Err(FileError::NoColumns)));
}
