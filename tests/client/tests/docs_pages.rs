//! The pages for authors of clients: their programs run, as they stand, and print what the pages say.

use mathesar_ext_client_tests::gateway::{Gateway, PASSWORD};
use mathesar_ext_client_tests::{Database, run, text};
use std::process::{Command, Output};

const NORTHWIND: &str = include_str!("../../data/northwind.sql");

/// The code of a page in one language, block by block.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let start = format!("```{language}\n");
    page.split(&start)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect()
}

/// What a program prints, or what it fails with.
fn printed(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    printed
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

#[test]
fn docs_pages_client() {
    let page = include_str!("../../../docs/client.md");
    let gateway = Gateway::start(&[]);
    let mut admin = gateway.admin();
    run(&mut admin, NORTHWIND);
    run(
        &mut admin,
        "GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO clerk",
    );
    for statement in blocks(page, "sql") {
        run(&mut admin, statement);
    }
    let [program] = blocks(page, "js")[..] else {
        panic!("the page has one program");
    };
    assert!(program.lines().count() <= 60, "it is called a client in 60 lines");
    let file = gateway.server.folder().join("client.mjs");
    std::fs::write(&file, program).expect("it can be written");
    let output = Command::new("node")
        .arg(&file)
        .args(["orders", "alfreds"])
        .env("GATEWAY", &gateway.address)
        .env("USER_NAME", "clerk")
        .env("PASSWORD", PASSWORD)
        .output()
        .expect("node runs");
    assert_eq!(printed(&output), blocks(page, "text")[0]);
    assert_eq!(
        text(
            &mut admin,
            "SELECT freight::text FROM orders WHERE order_id = 10248"
        ),
        "30.00"
    );
}

#[test]
fn docs_pages_csv() {
    let page = include_str!("../../../docs/csv.md");
    let database = Database::with_extension();
    run(&mut database.connect_as_owner(), NORTHWIND);
    let folder = std::env::temp_dir().join(format!("mathesar_ext_csv_{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let (program, data) = (folder.join("csv_import.py"), folder.join("deliveries.csv"));
    let [code] = blocks(page, "python")[..] else {
        panic!("the page has one program");
    };
    std::fs::write(&program, code).expect("it can be written");
    std::fs::write(&data, blocks(page, "csv")[0]).expect("it can be written");
    let output = Command::new("python3")
        .args([&program, &data])
        .env("DATABASE", database.url(database.owner()))
        .env(
            "PYTHONPATH",
            std::env::var("MATHESAR_PSYCOPG_PATH").expect("scripts/test names the folder"),
        )
        .output()
        .expect("python3 runs");
    let printed = printed(&output);
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    assert_eq!(printed, blocks(page, "text")[0]);
}
