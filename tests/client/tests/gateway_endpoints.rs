//! Every address of the gateway, with a success and each error.

use mathesar_ext_client_tests::gateway::{Answer, Caller, Gateway, PASSWORD};
use mathesar_ext_client_tests::{run, text};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const VISITOR: [&str; 4] = ["--anonymous-role", "visitor", "--anonymous-password", PASSWORD];

fn document(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{}: {error}", answer.body))
}

/// A failure is a document with a message; of PostgreSQL's, its SQLSTATE.
fn fails(answer: &Answer, status: u16, sqlstate: Option<&str>) {
    assert_eq!(answer.status, status, "{}", answer.body);
    let error = &document(answer)["error"];
    assert!(
        error["message"].as_str().is_some_and(|message| message.len() > 5),
        "{}",
        answer.body
    );
    assert_eq!(error["sqlstate"].as_str(), sqlstate, "{}", answer.body);
}

/// The body of a form with a file.
fn multipart(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
        body.extend(
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes(),
        );
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--xyz--\r\n");
    body
}

const MULTIPART: &str = "multipart/form-data; boundary=xyz";
const JSON: &str = "application/json";

#[test]
fn data_files() {
    let gateway = Gateway::start(&["--file-bytes", "100000"]);
    let (clerk, stranger, nobody) = (
        Caller::clerk(),
        Caller::basic("stranger", PASSWORD),
        Caller::nobody(),
    );
    let files = gateway.url("/api/db/v0/data_files/");
    assert_eq!(document(&clerk.get(&files)), json!([]));
    // Bytes stay as they are, whatever their encoding; the database finds out.
    let body = multipart(&[
        ("file", Some("t\u{f6}wns.csv"), b"name;founded\nK\xf6ln;50\n"),
        ("header", None, b"true"),
    ]);
    let made = clerk.post(&files, MULTIPART, &body[..]);
    assert_eq!(made.status, 201, "{}", made.body);
    let file = document(&made);
    let one = gateway.url(&format!("/api/db/v0/data_files/{}/", file["id"]));
    let shown = document(&clerk.get(&one));
    assert_eq!(shown["id"], file["id"]);
    assert_eq!(document(&clerk.get(&files)).as_array().map(Vec::len), Some(1));
    let pasted = clerk.post(&files, JSON, r#"{"paste": "a,b\n1,2\n", "header": false}"#);
    assert_eq!(
        (pasted.status, &document(&pasted)["header"]),
        (201, &json!(false)),
        "{}",
        pasted.body
    );
    let changed = clerk.patch(&one, JSON, r#"{"header": false}"#);
    assert_eq!(
        (changed.status, &document(&changed)["header"]),
        (200, &json!(false)),
        "{}",
        changed.body
    );
    // It can be imported, once.
    let import = json!({"jsonrpc": "2.0", "id": 1, "method": "msar.get_data_file", "params": [file["id"]]});
    assert!(
        clerk
            .rpc(&gateway, &import.to_string())
            .body
            .contains("delimiter")
    );

    // Whose file it is, and whether there is one.
    assert_eq!(stranger.get(&one).status, 404);
    assert_eq!(stranger.patch(&one, JSON, r#"{"header": true}"#).status, 404);
    fails(&nobody.get(&files), 401, None);
    fails(&nobody.get(&one), 401, None);
    fails(&nobody.post(&files, MULTIPART, &body[..]), 401, None);
    assert_eq!(
        clerk.get(&gateway.url("/api/db/v0/data_files/nonsense/")).status,
        400
    );
    assert_eq!(
        clerk
            .post(&gateway.url("/api/db/v0/data_files/1/"), JSON, "")
            .status,
        405
    );
    // What is no file.
    fails(
        &clerk.post(&files, MULTIPART, &multipart(&[("header", None, b"true")])[..]),
        400,
        None,
    );
    fails(
        &clerk.post(&files, MULTIPART, &body[..body.len() - 20]),
        400,
        None,
    );
    fails(&clerk.post(&files, "text/plain", "a,b"), 400, None);
    fails(&clerk.post(&files, JSON, "{"), 400, None);
    fails(&clerk.post(&files, JSON, r#"{"header": true}"#), 400, None);
    fails(
        &clerk.post(&files, JSON, &b"{\"paste\": \"\xff\"}"[..]),
        400,
        None,
    );
    fails(&clerk.patch(&one, JSON, "nonsense"), 400, Some("22P02"));
    assert_eq!(clerk.patch(&one, JSON, &b"\xff"[..]).status, 400);
    let large = multipart(&[("file", Some("x.csv"), &[b'x'; 200_000])]);
    // The connection may be closed before the whole of it is sent.
    if let Ok(refused) = clerk.try_post(&files, MULTIPART, &large[..]) {
        assert!(matches!(refused.status, 400 | 413), "{}", refused.status);
    }
    assert_eq!(document(&clerk.get(&files)).as_array().map(Vec::len), Some(2));
}

#[test]
fn bulk_inserts() {
    let gateway = Gateway::start(&[]);
    let clerk = Caller::clerk();
    let url = gateway.url("/bulk_insert/");
    let item: u32 = text(&mut gateway.admin(), "SELECT 'item'::regclass::oid::text")
        .parse()
        .expect("an OID");
    let target = item.to_string();
    let mappings: &[u8] = br#"[{"csv_column": {"index": 0, "name": "name"}, "table_column": 2}, {"csv_column": {"index": 1, "name": "price"}, "table_column": 3}]"#;
    let form = |target: &str, mappings: &[u8], content: &[u8]| {
        multipart(&[
            ("file", Some("items.csv"), content),
            ("target_table_oid", None, target.as_bytes()),
            ("mappings", None, mappings),
            ("header", None, b"true"),
        ])
    };
    let good = form(&target, mappings, b"name,price\nchair,9.50\ndesk,120\n");
    let done = clerk.post(&url, MULTIPART, &good[..]);
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(document(&done)["inserted_rows"], 2);
    assert_eq!(text(&mut gateway.admin(), "SELECT count(*)::text FROM item"), "4");

    // All or nothing.
    let bad = form(&target, mappings, b"name,price\nlamp,5\nsofa,much\n");
    fails(&clerk.post(&url, MULTIPART, &bad[..]), 400, Some("P0001"));
    fails(
        &Caller::basic("stranger", PASSWORD).post(&url, MULTIPART, &good[..]),
        403,
        Some("42501"),
    );
    fails(&Caller::nobody().post(&url, MULTIPART, &good[..]), 401, None);
    fails(
        &clerk.post(&url, MULTIPART, &form("nonsense", mappings, b"a")[..]),
        400,
        None,
    );
    fails(
        &clerk.post(&url, MULTIPART, &form("1", mappings, b"name,price\na,1\n")[..]),
        404,
        Some("42P01"),
    );
    fails(
        &clerk.post(
            &url,
            MULTIPART,
            &form(&target, b"nonsense", b"name,price\na,1\n")[..],
        ),
        400,
        Some("22P02"),
    );
    for missing in ["target_table_oid", "mappings"] {
        let parts = [
            ("file", Some("a.csv"), &b"a,b"[..]),
            ("target_table_oid", None, target.as_bytes()),
            ("mappings", None, mappings),
        ];
        let parts: Vec<_> = parts.into_iter().filter(|(name, ..)| *name != missing).collect();
        fails(&clerk.post(&url, MULTIPART, &multipart(&parts)[..]), 400, None);
    }
    assert_eq!(text(&mut gateway.admin(), "SELECT count(*)::text FROM item"), "4");
}

#[test]
fn shares_and_forms() {
    let gateway = Gateway::start(&VISITOR);
    let mut admin = gateway.admin();
    run(
        &mut admin,
        "GRANT clerk TO postgres; GRANT SELECT ON many TO clerk; SET ROLE clerk",
    );
    let slug = text(&mut admin, "SELECT msar.share_table('item') ->> 'slug'");
    run(
        &mut admin,
        "RESET ROLE; CREATE TABLE note (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, word text NOT NULL, item_id int REFERENCES item)",
    );
    run(&mut admin, "GRANT SELECT, INSERT ON note TO clerk");
    let token = text(
        &mut admin,
        "SELECT f ->> 'token' FROM msar.add_form(jsonb_build_object('name', 'Notes', 'version', 1, 'base_table_oid', 'note'::regclass::oid::bigint,
            'header_title', '\"Notes\"'::jsonb, 'associated_role_id', 'clerk'::regrole::oid::bigint, 'fields', jsonb_build_array(
                '{\"key\": \"word\", \"index\": 0, \"kind\": \"scalar_column\", \"column_attnum\": 2, \"is_required\": true}'::jsonb,
                jsonb_build_object('key', 'item', 'index', 1, 'kind', 'foreign_key', 'column_attnum', 3,
                    'related_table_oid', 'item'::regclass::oid::bigint, 'fk_interaction_rule', 'must_pick')))) AS f,
            msar.set_form_publish((f ->> 'id')::bigint, true)",
    );
    let nobody = Caller::nobody();
    let share = gateway.url(&format!("/api/shares/{slug}/"));
    let form = gateway.url(&format!("/api/forms/{token}/"));
    let related = gateway.url(&format!("/api/forms/{token}/related/"));
    for page in [format!("/shares/{slug}/"), format!("/shares/forms/{token}/")] {
        let page = nobody.get(&gateway.url(&page));
        assert!(
            page.status == 200 && page.body.contains("visitor.js"),
            "{}",
            page.body
        );
    }
    let read = nobody.post(&share, JSON, "");
    assert_eq!(
        (read.status, &document(&read)["count"]),
        (200, &json!(2)),
        "{}",
        read.body
    );
    let read = nobody.post(&share, JSON, r#"{"limit": 1}"#);
    assert_eq!(document(&read)["results"].as_array().map(Vec::len), Some(1));
    let shown = nobody.get(&form);
    assert_eq!(
        (shown.status, &document(&shown)["name"]),
        (200, &json!("Notes")),
        "{}",
        shown.body
    );
    let picks = nobody.post(&related, JSON, r#"{"field_key": "item", "search": "pen"}"#);
    assert_eq!(
        (picks.status, &document(&picks)["count"]),
        (200, &json!(1)),
        "{}",
        picks.body
    );
    let sent = nobody.post(
        &form,
        JSON,
        r#"{"word": "hello", "item": {"type": "pick", "value": 1}}"#,
    );
    assert_eq!(sent.status, 200, "{}", sent.body);
    assert_eq!(
        text(&mut admin, "SELECT string_agg(word, ' ') FROM note"),
        "hello"
    );
    // By JSON-RPC, too: the methods that ask for a token need no login, the others do.
    for (method, params) in [
        ("forms.get", json!({"form_token": token})),
        ("forms.get_source_info", json!({"form_token": token})),
        (
            "forms.list_related_records",
            json!({"form_token": token, "field_key": "item"}),
        ),
        (
            "forms.submit",
            json!({"form_token": token, "values": {"word": "again"}}),
        ),
    ] {
        let answer = nobody.rpc(
            &gateway,
            &json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string(),
        );
        assert!(
            answer.status == 200 && answer.body.contains("\"result\""),
            "{method}: {}",
            answer.body
        );
    }
    fails(
        &nobody.rpc(&gateway, r#"{"jsonrpc": "2.0", "id": 1, "method": "forms.list"}"#),
        401,
        None,
    );

    // What is not there, not any more, and what is no request.
    let unknown = "00000000-0000-4000-8000-000000000000";
    fails(
        &nobody.post(&gateway.url(&format!("/api/shares/{unknown}/")), JSON, "{}"),
        404,
        Some("42704"),
    );
    fails(
        &nobody.get(&gateway.url(&format!("/api/forms/{unknown}/"))),
        404,
        Some("42704"),
    );
    fails(
        &nobody.post(&gateway.url(&format!("/api/forms/{unknown}/")), JSON, "{}"),
        404,
        Some("42704"),
    );
    fails(
        &nobody.post(
            &gateway.url(&format!("/api/forms/{unknown}/related/")),
            JSON,
            r#"{"field_key": "item"}"#,
        ),
        404,
        Some("42704"),
    );
    for path in [
        "/api/shares/nonsense/",
        "/api/forms/nonsense/",
        "/api/forms/nonsense/related/",
    ] {
        fails(&nobody.post(&gateway.url(path), JSON, "{}"), 400, Some("22P02"));
    }
    fails(&nobody.post(&share, JSON, "nonsense"), 400, Some("22P02"));
    fails(
        &nobody.post(&share, JSON, r#"{"nothing": 1}"#),
        400,
        Some("22023"),
    );
    assert_eq!(nobody.post(&share, JSON, &b"\xff\xfe"[..]).status, 400);
    fails(&nobody.post(&form, JSON, "{}"), 400, Some("22023"));
    fails(
        &nobody.post(
            &form,
            JSON,
            r#"{"word": "x", "item": {"type": "pick", "value": 99}}"#,
        ),
        400,
        Some("23503"),
    );
    fails(
        &nobody.post(&related, JSON, r#"{"field_key": "nothing"}"#),
        400,
        Some("22023"),
    );
    run(
        &mut admin,
        "SELECT msar.set_form_publish(id, false) FROM msar_catalog.forms",
    );
    fails(&nobody.get(&form), 404, Some("42704"));
    fails(&nobody.post(&form, JSON, r#"{"word": "x"}"#), 404, Some("42704"));
    assert_eq!(text(&mut admin, "SELECT count(*)::text FROM note"), "2");
    // The role for visitors is no way round: it may open shares and forms alone.
    fails(&nobody.get(&gateway.url("/api/db/v0/data_files/")), 401, None);
    drop(admin);
    let closed = Gateway::start(&["--anonymous-role", "visitor", "--anonymous-password", "wrong"]);
    fails(
        &nobody.post(&closed.url(&format!("/api/shares/{slug}/")), JSON, "{}"),
        404,
        None,
    );
    assert!(closed.take_log().contains("the role for visitors cannot log in"));
}

/// Server-sent events of a connection, as a browser reads them.
struct Events(BufReader<TcpStream>);

impl Events {
    fn open(gateway: &Gateway, path: &str, header: &str) -> Self {
        use base64::Engine;
        let mut connection =
            TcpStream::connect(gateway.address.trim_start_matches("http://")).expect("a connection");
        connection
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a limit");
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("clerk:{PASSWORD}"));
        write!(
            connection,
            "GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {basic}\r\n{header}\r\n"
        )
        .expect("a request");
        Self(BufReader::new(connection))
    }

    /// The id and the document of the next event, or nothing where the stream ends.
    fn next(&mut self) -> Option<(String, Value)> {
        let (mut id, mut data) = (None, None);
        let mut line = String::new();
        loop {
            line.clear();
            if self.0.read_line(&mut line).expect("a line") == 0 {
                return None;
            }
            if let Some(text) = line.trim_end().strip_prefix("data: ") {
                data = serde_json::from_str(text).ok();
            }
            if let Some(text) = line.trim_end().strip_prefix("id: ") {
                id = Some(text.to_owned());
            }
            if line.trim_end() == "0" {
                return None;
            }
            if let (Some(id), Some(data)) = (&id, &data) {
                return Some((id.clone(), Value::clone(data)));
            }
        }
    }
}

#[test]
fn changes() {
    let gateway = Gateway::start(&[]);
    let mut admin = gateway.admin();
    run(&mut admin, "SELECT 1");
    let schema = text(&mut admin, "SELECT 'public'::regnamespace::oid::text");
    let path = format!("/api/changes/{schema}");
    let mut events = Events::open(&gateway, &path, "");
    let (first, document) = events.next().expect("an event at once");
    assert_eq!(document["complete"], true, "{document}");
    run(&mut admin, "ALTER TABLE item ADD COLUMN colour text");
    let (second, changed) = events.next().expect("an event after a change");
    assert!(changed.to_string().contains("colour"), "{changed}");
    assert_ne!(first, second);
    // Where a browser goes on.
    run(&mut admin, "CREATE TABLE later (id int)");
    let reopen = || {
        let mut stream = Events::open(&gateway, &path, &format!("Last-Event-ID: {second}\r\n"));
        let (_, missed) = stream.next().expect("what was missed");
        assert!(
            missed["complete"] == false && missed.to_string().contains("later"),
            "{missed}"
        );
        (stream, missed.to_string())
    };
    let (mut again, mut missed) = reopen();
    // A table may be told that looks as before, once: when autovacuum has just been there, say.
    for _ in 0..5 {
        if missed.contains("colour") {
            (again, missed) = reopen();
        }
    }
    assert!(!missed.contains("colour"), "{missed}");
    // All streams of a user hear by one connection.
    let listening =
        "SELECT count(*)::text FROM pg_stat_activity WHERE usename = 'clerk' AND query LIKE 'LISTEN%'";
    assert_eq!(text(&mut admin, listening), "1");
    run(&mut admin, "CREATE TABLE heard_by_both (id int)");
    for stream in [&mut events, &mut again] {
        while !stream
            .next()
            .expect("an event")
            .1
            .to_string()
            .contains("heard_by_both")
        {}
    }
    // One that its server ends is made again.
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'clerk' AND query LIKE 'LISTEN%'";
    run(&mut admin, ended);
    for stream in [&mut events, &mut again] {
        while stream.next().is_some() {}
    }
    let mut events = Events::open(&gateway, &path, "");
    assert_eq!(events.next().expect("an event at once").1["complete"], true);
    // It ends with its streams.
    drop((events, again));
    run(&mut admin, "CREATE TABLE last (id int)");
    let end = Instant::now() + Duration::from_secs(30);
    while text(&mut admin, listening) != "0" {
        assert!(Instant::now() < end, "a connection listens for nobody");
        std::thread::sleep(Duration::from_millis(100));
    }
    fails(&Caller::nobody().get(&gateway.url(&path)), 401, None);
    assert_eq!(
        Caller::clerk().get(&gateway.url("/api/changes/nonsense")).status,
        400
    );
    // A token that is none is refused before any event; an empty one is none at all.
    for garbage in [&*format!("{path}?token=garbage"), &format!("{path}?token=%ff")] {
        assert_eq!(
            Caller::clerk().get(&gateway.url(garbage)).status,
            400,
            "{garbage}"
        );
    }
    let answer = Caller::clerk().get(&gateway.url(&format!("{path}?token=garbage")));
    fails(&answer, 400, Some("22023"));
    let (_, whole) = Events::open(&gateway, &format!("{path}?token="), "")
        .next()
        .expect("an event at once");
    assert_eq!(whole["complete"], true, "{whole}");
    // A schema that is gone is one without anything.
    let (_, gone) = Events::open(&gateway, "/api/changes/1", "")
        .next()
        .expect("an event");
    assert!(
        gone["schema"].is_null() && gone["relations"] == json!([]),
        "{gone}"
    );
}

#[test]
fn exports_of_explorations_and_their_errors() {
    let gateway = Gateway::start(&[]);
    let mut admin = gateway.admin();
    run(&mut admin, "SET ROLE clerk");
    let id = text(
        &mut admin,
        "SELECT msar.save_exploration(jsonb_build_object('name', 'Items', 'base_table_oid', 'item'::regclass::oid::bigint,
            'initial_columns', '[{\"alias\": \"i\", \"attnum\": 1}, {\"alias\": \"n\", \"attnum\": 2}]'::jsonb)) ->> 'id'",
    );
    let url = |query: &str| gateway.url(&format!("/api/export/v0/explorations/?{query}"));
    let clerk = Caller::clerk();
    let answer = clerk.get(&url(&format!("exploration_id={id}")));
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "i,n\n1,pen\n2,ink\n")
    );
    assert_eq!(
        answer.headers["content-disposition"],
        "attachment; filename*=UTF-8''Items.csv"
    );
    let part = clerk.get(&url(&format!("exploration_id={id}&limit=1&offset=1")));
    assert_eq!(part.body, "i,n\n2,ink\n");
    fails(&clerk.get(&url("exploration_id=999")), 404, Some("42704"));
    fails(
        &Caller::basic("stranger", PASSWORD).get(&url(&format!("exploration_id={id}"))),
        404,
        Some("42704"),
    );
    fails(
        &Caller::nobody().get(&url(&format!("exploration_id={id}"))),
        401,
        None,
    );
    assert_eq!(clerk.get(&url("exploration_id=nonsense")).status, 400);
    assert_eq!(clerk.get(&url("")).status, 400);
    fails(
        &clerk.get(&url(&format!("exploration_id={id}&limit=-1"))),
        400,
        Some("22023"),
    );

    let item = text(&mut admin, "SELECT 'item'::regclass::oid::text");
    let table = |query: &str| gateway.url(&format!("/api/export/v0/tables/?table_oid={item}{query}"));
    let filtered = clerk.get(&table("&filter=%7B%22type%22:%22equal%22,%22args%22:%5B%7B%22type%22:%22attnum%22,%22value%22:1%7D,%7B%22type%22:%22literal%22,%22value%22:2%7D%5D%7D"));
    assert_eq!(
        (filtered.status, filtered.body.lines().count()),
        (200, 2),
        "{}",
        filtered.body
    );
    let ordered = clerk.get(&table(
        "&order=%5B%7B%22attnum%22:2,%22direction%22:%22asc%22%7D%5D",
    ));
    assert!(
        ordered
            .body
            .lines()
            .nth(1)
            .is_some_and(|line| line.contains("ink")),
        "{}",
        ordered.body
    );
    fails(&clerk.get(&table("&filter=nonsense")), 400, Some("22P02"));

    // Whatever a name is, it is one of a file, and ends no header.
    assert_eq!(
        ordered.headers["content-disposition"],
        "attachment; filename*=UTF-8''item.csv"
    );
    run(
        &mut admin,
        "RESET ROLE; ALTER TABLE item RENAME TO \"../é\r\nset-cookie: a=b; \"\"'%41\"",
    );
    let odd = clerk.get(&table(""));
    assert_eq!(odd.status, 200, "{}", odd.body);
    assert_eq!(
        odd.headers["content-disposition"],
        "attachment; filename*=UTF-8''%2E%2E%2F%C3%A9%0D%0Aset-cookie%3A%20a%3Db%3B%20%22%27%2541.csv"
    );
    assert!(odd.headers.get("set-cookie").is_none());
    assert_eq!(
        clerk
            .get(&gateway.url("/api/export/v0/tables/?table_oid=x"))
            .status,
        400
    );
}

#[test]
fn health_limits_and_errors() {
    let mut gateway = Gateway::start(&[
        "--statement-seconds",
        "1",
        "--wait-seconds",
        "1",
        "--user-connections",
        "1",
        "--connections",
        "1",
    ]);
    let (clerk, nobody) = (Caller::clerk(), Caller::nobody());
    assert_eq!(nobody.get(&gateway.url("/healthz")).body, "ok\n");
    // A statement that takes too long ends, and the connection serves on.
    let slow = r#"{"jsonrpc": "2.0", "id": 1, "method": "msar.list_records", "params": {"tab_id": "slow"}}"#;
    fails(&clerk.rpc(&gateway, slow), 504, Some("57014"));
    let quick = r#"{"jsonrpc": "2.0", "id": 1, "method": "msar.get_current_role"}"#;
    assert_eq!(clerk.rpc(&gateway, quick).status, 200);
    // While the only connection is busy, others are told to come again.
    std::thread::scope(|scope| {
        let busy = scope.spawn(|| {
            clerk.get(&gateway.url(&format!(
                "/api/export/v0/tables/?table_oid={}",
                text(&mut gateway.admin(), "SELECT 'many'::regclass::oid::text")
            )))
        });
        let first = scope.spawn(|| clerk.rpc(&gateway, slow));
        std::thread::sleep(Duration::from_millis(100));
        let answers: Vec<Answer> = (0..4).map(|_| clerk.rpc(&gateway, slow)).collect();
        assert!(
            answers.iter().all(|answer| matches!(answer.status, 503 | 504)),
            "{:?}",
            answers.iter().map(|a| a.status).collect::<Vec<_>>()
        );
        for answer in answers.iter().filter(|answer| answer.status == 503) {
            assert_eq!(answer.headers["retry-after"], "2");
        }
        first.join().expect("an answer");
        busy.join().expect("an answer");
    });
    // Neither line breaks in names nor in addresses get into headers or lines of the log.
    let forged =
        json!({"username": "clerk\r\nset-cookie: a=b\n2026-01-01 ERROR forged", "password": "x"}).to_string();
    let answer = nobody.post(&gateway.url("/auth/login/"), JSON, forged.as_str());
    fails(&answer, 401, None);
    assert!(answer.headers.get("set-cookie").is_none());
    assert!(
        !gateway
            .take_log()
            .lines()
            .any(|line| line.starts_with("2026-01-01 ERROR") || line.starts_with("set-cookie"))
    );
    for body in ["{", "[]", r#"{"password": "x"}"#, r#"{"username": 1}"#] {
        let status = nobody.post(&gateway.url("/auth/login/"), JSON, body).status;
        assert!(matches!(status, 400 | 422), "{body}: {status}");
    }
    fails(
        &nobody.post(
            &gateway.url("/auth/login/"),
            JSON,
            r#"{"username": "clerk\u0000", "password": "x"}"#,
        ),
        401,
        None,
    );
    fails(&nobody.post(&gateway.url("/auth/logout/"), JSON, ""), 401, None);
    fails(&nobody.get(&gateway.url("/nowhere")), 404, None);
    assert_eq!(nobody.post(&gateway.url("/healthz"), JSON, "").status, 405);
    let metrics = nobody.get(&gateway.url("/metrics")).body;
    for part in [
        r#"mathesar_gateway_requests_total{route="/api/rpc/v0/",status="200"}"#,
        r#"status="504""#,
        "mathesar_gateway_request_seconds_bucket",
        "mathesar_gateway_connections_open",
        "mathesar_gateway_connections_active 0",
    ] {
        assert!(metrics.contains(part), "{part}: {metrics}");
    }
    // Paths that nobody serves make no series of their own.
    assert!(!metrics.contains("nowhere"));
    gateway.server.shut_down();
    fails(&nobody.get(&gateway.url("/healthz")), 503, None);
    let answer = clerk.rpc(&gateway, quick);
    fails(&answer, 503, answer.body.contains("57P").then_some("57P01"));
    assert_eq!(gateway.terminate(), Some(0));
}

/// PostgreSQL is restarted while clients write: each is told whether its row is there, and it is.
#[test]
fn a_restart_under_load() {
    let gateway = Gateway::start(&["--wait-seconds", "2"]);
    run(
        &mut gateway.admin(),
        "CREATE TABLE entry (id text PRIMARY KEY); GRANT SELECT, INSERT ON entry TO clerk",
    );
    let end = Instant::now() + Duration::from_secs(8);
    let kept = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|worker| {
                let gateway = &gateway;
                scope.spawn(move || {
                    let (mut kept, mut refused, mut number) = (Vec::new(), 0, 0);
                    while Instant::now() < end {
                        number += 1;
                        let id = format!("{worker}-{number}");
                        let request = json!({"jsonrpc": "2.0", "id": id, "method": "msar.add_records",
                            "params": {"tab_id": "entry", "rows": [{"id": id}]}});
                        let answer = Caller::clerk().rpc(gateway, &request.to_string());
                        match answer.status {
                            200 => {
                                assert_eq!(document(&answer)["id"], json!(id), "somebody else's answer");
                                assert!(answer.body.contains("\"result\""), "{}", answer.body);
                                kept.push(id);
                            }
                            503 => {
                                refused += 1;
                                std::thread::sleep(Duration::from_millis(50));
                            }
                            _ => panic!("{}: {}", answer.status, answer.body),
                        }
                    }
                    (kept, refused)
                })
            })
            .collect();
        std::thread::sleep(Duration::from_secs(2));
        gateway.server.restart();
        let outcomes: Vec<_> = workers
            .into_iter()
            .map(|worker| worker.join().expect("a worker"))
            .collect();
        assert!(
            outcomes.iter().any(|(_, refused)| *refused > 0),
            "nobody noticed the restart"
        );
        outcomes
            .into_iter()
            .flat_map(|(kept, _)| kept)
            .collect::<Vec<String>>()
    });
    assert!(kept.len() > 50, "{}", kept.len());
    let missing = gateway
        .admin()
        .query_one("SELECT count(*) FROM unnest($1::text[]) AS k WHERE NOT EXISTS (SELECT FROM entry AS e WHERE e.id = k)", &[&kept])
        .expect("a count")
        .get::<_, i64>(0);
    assert_eq!(missing, 0, "rows that were said to be there are lost");
    assert_eq!(Caller::nobody().get(&gateway.url("/healthz")).status, 200);
    let log = gateway.take_log();
    assert!(!log.contains("ERROR"), "{log}");
}
