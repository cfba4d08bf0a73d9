//! Every failure has the form that docs/gateway.md promises, also those that the framework finds by itself.

use base64::Engine;
use mathesar_ext_client_tests::gateway::{Answer, Caller, Gateway, PASSWORD};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const JSON: &str = "application/json";

fn fails(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(
        answer.headers.get("content-type").unwrap(),
        JSON,
        "{}",
        answer.body
    );
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(
        document["error"]["message"]
            .as_str()
            .is_some_and(|text| text.len() > 5),
        "{}",
        answer.body
    );
}

/// Sends the head of a request and a part of its body; gives all of the answer.
fn send_part(gateway: &Gateway, length: usize) -> String {
    let mut connection = TcpStream::connect(gateway.address.trim_start_matches("http://")).unwrap();
    connection
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("clerk:{PASSWORD}"));
    write!(
        connection,
        "POST /api/rpc/v0/ HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {basic}\r\nContent-Type: {JSON}\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n{{"
    )
    .unwrap();
    let mut answer = Vec::new();
    // A reset after the answer is as good as an end.
    let _ = connection.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

#[test]
fn failures_of_the_framework() {
    let gateway = Gateway::start(&["--body-bytes", "100000"]);
    let clerk = Caller::clerk();
    let login = gateway.url("/auth/login/");
    fails(
        &clerk.get(&gateway.url("/api/export/v0/tables/?table_oid=abc")),
        400,
    );
    fails(&clerk.get(&gateway.url("/api/export/v0/tables/")), 400);
    fails(
        &clerk.get(&gateway.url("/api/db/v0/data_files/99999999999999999999/")),
        400,
    );
    fails(&clerk.get(&gateway.url("/api/changes/nonsense")), 400);
    fails(&Caller::nobody().post(&login, JSON, r#"{"username": 1}"#), 422);
    fails(&Caller::nobody().post(&login, JSON, "{"), 400);
    fails(&Caller::nobody().post(&login, "text/plain", "{}"), 415);
    fails(&clerk.post(&gateway.url("/api/rpc/v0/"), "text/plain", "{}"), 415);
    let refused = clerk.get(&gateway.url("/api/rpc/v0/"));
    fails(&refused, 405);
    assert_eq!(refused.headers.get("allow").unwrap(), "POST");

    // A body that says that it is too large is not waited for; one that stalls is.
    let start = Instant::now();
    let answer = send_part(&gateway, 100_001);
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.contains(r#"{"error":{"#),
        "{answer}"
    );
    assert!(start.elapsed() < Duration::from_secs(10), "413 came late");
    let answer = send_part(&gateway, 100);
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains(r#"{"error":{"#),
        "{answer}"
    );
}

#[test]
fn sessions_are_not_kept_by_caches_and_say_who_sends_nonsense() {
    let gateway = Gateway::start(&[]);
    let session = gateway.url("/auth/session/");
    let nobody = Caller::nobody();
    let credentials = format!(r#"{{"username": "clerk", "password": "{PASSWORD}"}}"#);
    let nul = format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode("cl\0erk:x")
    );
    for answer in [
        nobody.get(&session),
        Caller::clerk().get(&session),
        nobody.post(&gateway.url("/auth/login/"), JSON, credentials.as_str()),
    ] {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.headers.get("cache-control").unwrap(), "no-store");
    }
    assert!(Caller::clerk().get(&session).body.contains(r#""user":"clerk""#));
    assert!(nobody.get(&session).body.contains(r#""user":null"#));
    for basic in ["Basic !!!", nul.as_str()] {
        fails(&nobody.clone().with("authorization", basic).get(&session), 401);
    }
}
