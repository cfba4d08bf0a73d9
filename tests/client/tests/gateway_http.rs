//! The gateway over HTTP: who is let in, what is passed on, and what happens when things go wrong.

use mathesar_ext_client_tests::gateway::{Caller, Gateway, PASSWORD, basic_text, eventually};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const LIST: &str =
    r#"{"jsonrpc": "2.0", "id": 7, "method": "msar.list_records", "params": {"tab_id": "item"}}"#;
const WHO: &str = r#"{"jsonrpc": "2.0", "id": 1, "method": "msar.get_current_role"}"#;

/// Opens a session as a browser does; gives the caller that has its cookie, and the CSRF token.
fn log_in(gateway: &Gateway, caller: &Caller) -> (Caller, String) {
    let body = format!(r#"{{"username": "clerk", "password": "{PASSWORD}"}}"#);
    let answer = caller.post(&gateway.url("/auth/login/"), "application/json", body.as_str());
    assert_eq!(answer.status, 200, "{}", answer.body);
    let session = answer.cookie("sessionid").expect("a cookie");
    let token = answer.cookie("csrftoken").expect("a token");
    (
        Caller::nobody().with("cookie", &format!("sessionid={session}; csrftoken={token}")),
        token,
    )
}

#[test]
fn logins() {
    let gateway = Gateway::start(&["--login-attempts", "3"]);
    let login = gateway.url("/auth/login/");
    let nobody = Caller::nobody();

    // The cookie is for HTTP alone, and not the one that somebody else has put there.
    let planted = nobody.clone().with("cookie", "sessionid=planted");
    let body = format!(r#"{{"username": "clerk", "password": "{PASSWORD}"}}"#);
    let answer = planted.post(&login, "application/json", body.as_str());
    let cookies: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect();
    assert!(cookies.iter().any(|cookie| cookie.starts_with("sessionid=")
        && cookie.contains("HttpOnly")
        && cookie.contains("SameSite=Lax")));
    assert_ne!(answer.cookie("sessionid").unwrap(), "planted");
    assert_eq!(planted.rpc(&gateway, WHO).status, 401);

    // A browser's request that changes something repeats the token; one of another site cannot know it.
    let (browser, token) = log_in(&gateway, &nobody);
    assert_eq!(browser.rpc(&gateway, WHO).status, 403);
    assert_eq!(
        browser
            .clone()
            .with("x-csrftoken", "wrong")
            .rpc(&gateway, WHO)
            .status,
        403
    );
    let mine = browser.clone().with("x-csrftoken", &token);
    let answer = mine.rpc(&gateway, WHO);
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("clerk"), "{}", answer.body);
    assert!(
        browser
            .get(&gateway.url("/auth/session/"))
            .body
            .contains(r#""user":"clerk""#)
    );

    // After the logout the cookie is worth nothing.
    assert_eq!(
        mine.post(&gateway.url("/auth/logout/"), "application/json", "")
            .status,
        200
    );
    assert_eq!(mine.rpc(&gateway, WHO).status, 401);
    assert!(
        browser
            .get(&gateway.url("/auth/session/"))
            .body
            .contains(r#""user":null"#)
    );

    // Basic, with a colon and an umlaut in the password.
    assert_eq!(Caller::clerk().rpc(&gateway, WHO).status, 200);
    assert_eq!(
        nobody
            .clone()
            .with("authorization", "Bearer x")
            .rpc(&gateway, WHO)
            .status,
        400
    );
    assert_eq!(nobody.rpc(&gateway, WHO).status, 401);

    // A new password is asked for at once, and ends what the old one has opened.
    let (old, old_token) = log_in(&gateway, &nobody);
    gateway
        .admin()
        .batch_execute("ALTER ROLE clerk PASSWORD 'another'")
        .unwrap();
    assert_eq!(Caller::basic("clerk", "another").rpc(&gateway, WHO).status, 200);
    assert_eq!(old.with("x-csrftoken", &old_token).rpc(&gateway, WHO).status, 401);

    // Wrong passwords: three are told that they are wrong, more are not looked at.
    for _ in 0..3 {
        let answer = Caller::basic("stranger", "wrong").rpc(&gateway, WHO);
        assert_eq!(answer.status, 401, "{}", answer.body);
    }
    let answer = Caller::basic("stranger", PASSWORD).rpc(&gateway, WHO);
    assert_eq!(answer.status, 429);
    assert_eq!(answer.headers.get("retry-after").unwrap(), "60");
    let log = gateway.take_log();
    assert!(log.contains("failed login"), "{log}");
    assert!(
        !log.contains(PASSWORD) && !log.contains("another"),
        "a password is in the log: {log}"
    );
}

#[test]
fn a_server_without_passwords_lets_nobody_in() {
    let gateway = Gateway::start(&[]);
    let answer = Caller::basic("postgres", "whatever").rpc(&gateway, WHO);
    assert_eq!(answer.status, 401);
    assert!(answer.body.contains("asks for no password"), "{}", answer.body);
}

/// Where anybody is let in, a web site must not be able to pass for the gateway's own page: its owner can let the site's name
/// mean this machine.
#[test]
fn a_gateway_without_passwords_has_no_name() {
    let gateway = Gateway::start(&["--allow-passwordless"]);
    let login = gateway.url("/auth/login/");
    let body = r#"{"username": "postgres", "password": ""}"#;
    let called = |name: &str| Caller::nobody().with("host", name);
    for name in [
        "127.0.0.1:1",
        "[::1]:8642",
        "[::1]",
        "localhost:8642",
        "localhost",
        "192.0.2.1",
    ] {
        let answer = called(name).post(&login, "application/json", body);
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
    }
    for name in [
        "evil.example",
        "evil.example:8642",
        "localhost.evil.example:80",
        "127.0.0.1.evil.example",
    ] {
        let answer = called(name).post(&login, "application/json", body);
        assert_eq!(answer.status, 403, "{name}: {}", answer.body);
        let script = Caller::basic("postgres", "").with("host", name);
        assert_eq!(script.rpc(&gateway, WHO).status, 403, "{name}");
    }
}

#[test]
fn calls() {
    let gateway = Gateway::start(&["--body-bytes", "100000"]);
    let clerk = Caller::clerk();

    // Digits are kept, the id comes back.
    let answer = clerk.rpc(&gateway, LIST);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers.get("content-type").unwrap(), "application/json");
    assert!(
        answer.body.contains("12345678901234567890.10") && answer.body.contains("7"),
        "{}",
        answer.body
    );

    // What psql refuses to the role is refused here.
    let stranger = Caller::basic("stranger", PASSWORD).rpc(&gateway, LIST);
    assert_eq!(stranger.status, 200);
    assert!(stranger.body.contains("42501"), "{}", stranger.body);

    // A batch, a notification.
    let answer = clerk.rpc(&gateway, &format!("[{LIST}, {WHO}]"));
    assert!(answer.body.trim_start().starts_with('['), "{}", answer.body);
    let add = r#"{"jsonrpc": "2.0", "method": "msar.add_records", "params": {"tab_id": "item", "rows": [{"name": "ruler"}]}}"#;
    let answer = clerk.rpc(&gateway, add);
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert!(clerk.rpc(&gateway, LIST).body.contains("ruler"));

    // What is no request.
    for body in ["{", "nonsense", r#"{"a": "\u0000"}"#] {
        let answer = clerk.rpc(&gateway, body);
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("-32700"), "{body}: {}", answer.body);
    }
    let answer = clerk.post(
        &gateway.url("/api/rpc/v0/"),
        "application/json",
        &[b'"', 0xff, b'"'][..],
    );
    assert!(answer.body.contains("-32700"), "{}", answer.body);
    assert_eq!(
        clerk
            .post(&gateway.url("/api/rpc/v0/"), "text/plain", LIST)
            .status,
        415
    );
    assert_eq!(clerk.get(&gateway.url("/api/rpc/v0/")).status, 405);
    let long = format!(r#"{{"a": "{}"}}"#, "x".repeat(200_000));
    // A client that asks before it sends the body gets the answer, whatever becomes of the connection.
    let careful = clerk.clone().with("expect", "100-continue");
    assert_eq!(careful.rpc(&gateway, &long).status, 413);
    let deep = "[".repeat(90_000);
    assert!(clerk.rpc(&gateway, &deep).body.contains("-32700"));
    // The connection is as good as before.
    assert_eq!(clerk.rpc(&gateway, LIST).status, 200);
}

#[test]
fn pages() {
    let gateway = Gateway::start(&[]);
    let nobody = Caller::nobody();
    let answer = nobody.get(&gateway.url("/"));
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .headers
            .get("content-security-policy")
            .unwrap()
            .to_str()
            .unwrap()
            .contains("default-src 'none'")
    );
    assert_eq!(answer.headers.get("x-content-type-options").unwrap(), "nosniff");
    assert_eq!(
        nobody
            .get(&gateway.url("/web/app.js"))
            .headers
            .get("content-type")
            .unwrap(),
        "text/javascript; charset=utf-8"
    );
    for path in [
        "/web/../src/main.rs",
        "/web/%2e%2e/Cargo.toml",
        "/web//etc/passwd",
        "/web/..%2f..%2fetc/passwd",
        "/nowhere",
    ] {
        assert_eq!(nobody.get(&gateway.url(path)).status, 404, "{path}");
    }
    // No line break of a path gets into a header.
    assert!(
        nobody
            .get(&gateway.url("/web/%0d%0aset-cookie:%20a=b"))
            .headers
            .get("set-cookie")
            .is_none()
    );
    assert_eq!(nobody.get(&gateway.url("/healthz")).body, "ok\n");
    assert!(
        nobody
            .get(&gateway.url("/metrics"))
            .body
            .contains("mathesar_gateway_requests_total")
    );
    // There are no visitors unless a role is named for them.
    let share = gateway.url("/api/shares/00000000-0000-4000-8000-000000000000/");
    assert_eq!(nobody.post(&share, "application/json", "{}").status, 404);
}

#[test]
fn exports() {
    let gateway = Gateway::start(&["--statement-seconds", "2"]);
    let clerk = Caller::clerk();
    let oid: u32 = gateway
        .admin()
        .query_one("SELECT 'many'::regclass::oid", &[])
        .unwrap()
        .get(0);
    let answer = clerk.get(&gateway.url(&format!("/api/export/v0/tables/?table_oid={oid}")));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        answer.headers.get("content-type").unwrap(),
        "text/csv; charset=utf-8"
    );
    assert_eq!(answer.body.lines().count(), 300_001);
    assert_eq!(answer.body.lines().next(), Some("id,name"));

    let refused = Caller::basic("stranger", PASSWORD)
        .get(&gateway.url(&format!("/api/export/v0/tables/?table_oid={oid}")));
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert_eq!(
        clerk
            .get(&gateway.url("/api/export/v0/tables/?table_oid=1"))
            .status,
        404
    );
    assert_eq!(
        Caller::nobody()
            .get(&gateway.url(&format!("/api/export/v0/tables/?table_oid={oid}")))
            .status,
        401
    );

    // A client that goes away ends its statement.
    let slow: u32 = gateway
        .admin()
        .query_one("SELECT 'slow'::regclass::oid", &[])
        .unwrap()
        .get(0);
    let mut connection = TcpStream::connect(gateway.address.trim_start_matches("http://")).unwrap();
    write!(
        connection,
        "GET /api/export/v0/tables/?table_oid={slow} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {}\r\n\r\n",
        basic_text()
    )
    .unwrap();
    let running = |gateway: &Gateway| -> i64 {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'clerk' AND state = 'active'";
        gateway.admin().query_one(sql, &[]).unwrap().get(0)
    };
    eventually("the export runs", || running(&gateway) == 1);
    drop(connection);
    eventually("the export is cancelled", || running(&gateway) == 0);
}

#[test]
fn slow_and_endless_clients() {
    let gateway = Gateway::start(&["--body-bytes", "100000"]);
    let address = gateway.address.trim_start_matches("http://").to_owned();
    // Heads that never end.
    let start = Instant::now();
    let mut slow: Vec<TcpStream> = (0..50)
        .map(|_| {
            let mut connection = TcpStream::connect(&address).unwrap();
            connection
                .write_all(b"POST /api/rpc/v0/ HTTP/1.1\r\nHost: x\r\n")
                .unwrap();
            connection
        })
        .collect();
    // Others are served meanwhile.
    assert_eq!(Caller::clerk().rpc(&gateway, LIST).status, 200);
    assert!(start.elapsed() < Duration::from_secs(10));
    for connection in &mut slow {
        connection
            .set_read_timeout(Some(Duration::from_secs(40)))
            .unwrap();
        let mut rest = Vec::new();
        connection
            .read_to_end(&mut rest)
            .expect("the gateway ends the connection");
    }
    // A body that never ends is cut at the limit.
    let mut endless = TcpStream::connect(&address).unwrap();
    write!(
        endless,
        "POST /api/rpc/v0/ HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {}\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n",
        basic_text()
    )
    .unwrap();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    let mut sent = 0;
    while sent < 10_000_000 && endless.write_all(chunk.as_bytes()).is_ok() {
        sent += 0x1000;
    }
    assert!(sent < 10_000_000, "{sent} bytes were taken");
}

#[test]
fn many_clients_few_connections() {
    let gateway = Gateway::start(&[
        "--connections",
        "20",
        "--user-connections",
        "16",
        "--wait-seconds",
        "30",
    ]);
    let most = std::sync::atomic::AtomicI64::new(0);
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut admin = gateway.admin();
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let sql = "SELECT count(*) FROM pg_stat_activity WHERE usename IN ('clerk', 'stranger')";
                let now: i64 = admin.query_one(sql, &[]).unwrap().get(0);
                most.fetch_max(now, std::sync::atomic::Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let workers: Vec<_> = (0..200)
            .map(|number| {
                let gateway = &gateway;
                scope.spawn(move || {
                    // Each sees what its own role sees, whatever the others do.
                    let (role, caller) = if number % 2 == 0 {
                        ("clerk", Caller::clerk())
                    } else {
                        ("stranger", Caller::basic("stranger", PASSWORD))
                    };
                    for _ in 0..3 {
                        let answer = caller.rpc(gateway, WHO);
                        assert_eq!(answer.status, 200, "{}", answer.body);
                        assert!(
                            answer.body.contains(&format!("\"{role}\"")),
                            "{role}: {}",
                            answer.body
                        );
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    // Logins make a connection each for the moment that they take, two at a time. On a busy machine the server still
    // counts some that were closed. Without a limit there would be 200.
    let most = most.into_inner();
    assert!(most <= 20 + 20, "{most} connections at once");
}

#[test]
fn a_server_that_goes_away_comes_back() {
    let mut gateway = Gateway::start(&["--wait-seconds", "2"]);
    let clerk = Caller::clerk();
    assert_eq!(clerk.rpc(&gateway, LIST).status, 200);
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'clerk'";
    gateway.admin().batch_execute(sql).unwrap();
    // A connection that has ended is noticed; the next request has a new one.
    eventually("the next connection serves", || {
        clerk.rpc(&gateway, LIST).status == 200
    });
    assert_eq!(gateway.terminate(), Some(0));
}
