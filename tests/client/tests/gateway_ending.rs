//! The gateway ends when it is asked to: what is under way is answered, nothing new is taken, nothing is left behind.

use mathesar_ext_client_tests::gateway::{Caller, Gateway, basic_text, eventually};
use mathesar_ext_client_tests::run;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Sends the head of a GET by the user, and reads the answer until it has this text.
fn open(gateway: &Gateway, path: &str, until: &str) -> TcpStream {
    let mut connection = TcpStream::connect(gateway.address.trim_start_matches("http://")).unwrap();
    connection
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    write!(
        connection,
        "GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {}\r\n\r\n",
        basic_text()
    )
    .unwrap();
    let mut answer = String::new();
    while !answer.contains(until) {
        let mut byte = [0];
        connection.read_exact(&mut byte).expect("the answer goes on");
        answer.push(char::from(byte[0]));
    }
    connection
}

fn rest(mut connection: TcpStream) -> String {
    let mut rest = Vec::new();
    connection.read_to_end(&mut rest).expect("the answer ends");
    String::from_utf8_lossy(&rest).into_owned()
}

#[test]
fn what_is_under_way_is_answered() {
    let mut gateway = Gateway::start(&[]);
    let mut admin = gateway.admin();
    run(
        &mut admin,
        "CREATE VIEW waiting AS SELECT 1 AS id, concat('waited', pg_advisory_xact_lock(815)) AS text;
         GRANT SELECT ON waiting TO clerk",
    );
    let count = |admin: &mut postgres::Client, which: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE usename = 'clerk' AND {which}");
        admin.query_one(&sql, &[]).unwrap().get(0)
    };
    let schema: u32 = admin
        .query_one("SELECT 'public'::regnamespace::oid", &[])
        .unwrap()
        .get(0);
    let idle = open(&gateway, "/healthz", "ok\n");
    let stream = open(&gateway, &format!("/api/changes/{schema}"), "event: sync");
    run(&mut admin, "SELECT pg_advisory_lock(815)");
    let body = r#"{"jsonrpc": "2.0", "id": 7, "method": "msar.list_records", "params": {"tab_id": "public.waiting"}}"#;
    let url = gateway.url("/api/rpc/v0/");
    let under_way = std::thread::spawn(move || Caller::clerk().post(&url, "application/json", body));
    eventually("the request waits", || {
        count(&mut admin, "wait_event = 'advisory'") == 1
    });

    gateway.ask_to_end();
    // A stream ends as an answer does, and is not cut off.
    let events = rest(stream);
    assert!(events.ends_with("\r\n0\r\n\r\n"), "{events}");
    assert_eq!(rest(idle), "");
    let address = gateway.address.trim_start_matches("http://").to_owned();
    eventually("nothing new is taken", || TcpStream::connect(&address).is_err());
    assert!(gateway.runs(), "a request is under way");
    assert_eq!(count(&mut admin, "wait_event = 'advisory'"), 1);

    run(&mut admin, "SELECT pg_advisory_unlock(815)");
    let answer = under_way.join().expect("there is an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("waited"), "{}", answer.body);
    assert_eq!(gateway.wait_for_end(), Some(0));
    eventually("its connections are closed", || count(&mut admin, "true") == 0);
}
