//! TLS: to PostgreSQL, whose certificate is checked, and to browsers.

use mathesar_ext_client_tests::gateway::{Caller, Gateway, GatewayProcess, PASSWORD};
use mathesar_ext_client_tests::run;
use mathesar_ext_client_tests::tls::{TlsServer, vouch_for, write_file};

const WHO: &str = r#"{"jsonrpc": "2.0", "id": 1, "method": "msar.get_current_role"}"#;

#[test]
fn to_browsers() {
    let folder = mathesar_ext_client_tests::new_folder();
    let vouched = vouch_for("localhost");
    let certificate = write_file(&folder, "certificate.pem", &vouched.certificate);
    let key = write_file(&folder, "key.pem", &vouched.key);
    let gateway = Gateway::start(&[
        "--tls-certificate",
        &certificate.display().to_string(),
        "--tls-key",
        &key.display().to_string(),
    ]);
    assert!(
        gateway.address.starts_with("https://127.0.0.1:"),
        "{}",
        gateway.address
    );
    let port = gateway.address.rsplit(':').next().expect("a port").to_owned();
    let url = |path: &str| format!("https://localhost:{port}{path}");
    let browser = Caller::nobody().trusting(&vouched.authority);
    let login = format!(r#"{{"username": "clerk", "password": "{PASSWORD}"}}"#);
    let answer = browser.post(&url("/auth/login/"), "application/json", login.as_str());
    assert_eq!(answer.status, 200, "{}", answer.body);
    // Cookies go over HTTPS alone.
    let cookies: Vec<&str> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    assert!(
        cookies.len() == 2 && cookies.iter().all(|cookie| cookie.contains("; Secure")),
        "{cookies:?}"
    );
    let (session, token) = (
        answer.cookie("sessionid").expect("a cookie"),
        answer.cookie("csrftoken").expect("a token"),
    );
    let page = browser.get(&url("/"));
    assert!(page.status == 200 && page.headers.contains_key("content-security-policy"));
    let answer = browser
        .clone()
        .with("cookie", &format!("sessionid={session}; csrftoken={token}"))
        .with("x-csrftoken", &token)
        .post(&url("/api/rpc/v0/"), "application/json", WHO);
    assert!(
        answer.status == 200 && answer.body.contains("clerk"),
        "{}",
        answer.body
    );
    // Who does not trust the authority, takes it for another host, or speaks no TLS, gets nothing.
    assert!(
        Caller::nobody()
            .trusting(&vouch_for("localhost").authority)
            .try_get(&url("/healthz"))
            .is_err()
    );
    assert!(
        browser
            .try_get(&format!("https://127.0.0.1:{port}/healthz"))
            .is_err()
    );
    let plain = browser.try_get(&format!("http://localhost:{port}/healthz"));
    assert!(plain.is_err() || plain.is_ok_and(|answer| answer.status != 200));
    // A head that never comes does not keep the connection.
    assert_eq!(browser.get(&url("/healthz")).status, 200);
    // Both files, or none.
    let lonely = std::process::Command::new(std::env::var("MATHESAR_GATEWAY_BIN").expect("the gateway"))
        .args(["--database", "dbname=x", "--tls-key", &key.display().to_string()])
        .output()
        .expect("it runs");
    assert!(
        !lonely.status.success() && String::from_utf8_lossy(&lonely.stderr).contains("--tls-certificate")
    );
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}

#[test]
fn to_postgresql() {
    let mut postgres = TlsServer::create(&format!("CREATE ROLE clerk LOGIN PASSWORD '{PASSWORD}'"));
    run(&mut postgres.admin, "CREATE DATABASE shop");
    let mut shop = postgres.connect_to("shop");
    run(&mut shop, "CREATE EXTENSION mathesar_ext");
    let folder = mathesar_ext_client_tests::new_folder();
    let right = write_file(&folder, "right.pem", &postgres.vouched.authority)
        .display()
        .to_string();
    let wrong = write_file(&folder, "wrong.pem", &vouch_for("localhost").authority)
        .display()
        .to_string();
    let clerk = Caller::clerk();

    let port = postgres.port;
    let open = |database: &str, authority: &str| {
        GatewayProcess::start(
            &format!("{database} port={port} dbname=shop"),
            &["--database-ca", authority],
        )
    };
    let gateway = open("host=localhost sslmode=require", &right);
    let answer = clerk.post(&gateway.url("/api/rpc/v0/"), "application/json", WHO);
    assert!(
        answer.status == 200 && answer.body.contains("clerk"),
        "{}",
        answer.body
    );
    postgres.assert_encrypted("clerk");
    assert_eq!(Caller::nobody().get(&gateway.url("/healthz")).status, 200);
    // A cancel goes over TLS, too: nothing hangs when a client goes away. Streams of changes have connections of their own.
    drop(gateway);

    // Another authority, another name of the host, no TLS where the server wants it: nobody gets in, nothing is sent.
    for (database, authority, status) in [
        ("host=localhost sslmode=require", &wrong, 503),
        ("host=127.0.0.1 sslmode=require", &right, 503),
        // The door does not let anybody near the server who speaks no TLS.
        (
            "host=127.0.0.1 sslmode=disable",
            &right,
            if postgres.has_tls() { 401 } else { 503 },
        ),
    ] {
        let gateway = open(database, authority);
        let answer = clerk.post(&gateway.url("/api/rpc/v0/"), "application/json", WHO);
        assert_eq!(answer.status, status, "{database}: {}", answer.body);
        assert!(!gateway.take_log().contains(PASSWORD));
    }
    let missing = std::process::Command::new(std::env::var("MATHESAR_GATEWAY_BIN").expect("the gateway"))
        .args(["--database", "dbname=x", "--database-ca", "/nowhere.pem"])
        .output()
        .expect("it runs");
    assert!(!missing.status.success());
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}
