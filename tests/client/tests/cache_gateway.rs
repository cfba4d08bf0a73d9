//! The gateway in front of an upstream service, with the stock client from PyPI. `MATHESAR_SHOTGUN_PATH` is the folder that
//! has it; `scripts/test` installs it.

use mathesar_ext_client_tests::gateway::{Caller, Gateway, GatewayProcess, PASSWORD};
use mathesar_ext_client_tests::tls::{Greeting, TlsDoor, vouch_for, write_file};
use mathesar_ext_client_tests::upstream::{EntityType, Field, Upstream};
use mathesar_ext_client_tests::upstream_http::{Manner, UpstreamServer};
use mathesar_ext_client_tests::{connect, run, text};
use postgres::Client;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

fn service() -> UpstreamServer {
    let project: Field = ("entity", &["Project"]);
    let links: Field = ("multi_entity", &["Asset"]);
    let mut types = BTreeMap::new();
    for name in ["Project", "Asset", "Shot", "Task"] {
        let mut fields: BTreeMap<&str, Field> = BTreeMap::from([("code", ("text", &[] as &[&str]))]);
        if name == "Shot" {
            fields.insert("project", project);
            fields.insert("sg_links", links);
            fields.insert("sg_number", ("number", &[]));
        }
        fields.insert("updated_at", ("date_time", &[]));
        types.insert(
            name,
            EntityType {
                fields,
                display: "code",
            },
        );
    }
    let mut upstream = Upstream::new(types);
    let mut create = |name: &str, code: Value| {
        upstream
            .call(
                "create",
                &json!({"type": name, "fields": [{"field_name": "code", "value": code}]}),
            )
            .expect("an entity");
    };
    create("Project", json!("Kite"));
    create("Asset", json!("Rope"));
    for number in 0..620 {
        create(
            "Task",
            if number == 3 {
                Value::Null
            } else {
                json!(format!("task {number}"))
            },
        );
    }
    UpstreamServer::start(upstream)
}

const CACHE: &str = "SELECT msar.create_cache('studio', '{\"entity_types\": {
    \"Project\": {\"fields\": {\"code\": \"text\", \"updated_at\": \"date_time\"}, \"display\": \"code\"},
    \"Asset\": {\"fields\": {\"code\": \"text\", \"updated_at\": \"date_time\"}},
    \"Task\": {\"fields\": {\"code\": \"text\", \"updated_at\": \"date_time\"}},
    \"Shot\": {\"fields\": {\"code\": \"text\", \"updated_at\": \"date_time\", \"sg_number\": \"number\",
        \"project\": {\"data_type\": \"entity\", \"entity_types\": [\"Project\"]},
        \"sg_links\": {\"data_type\": \"multi_entity\", \"entity_types\": [\"Asset\"]}}}},
    \"settings\": {\"equal_credentials\": [\"ingest\", \"keeper\"], \"shadow_fraction\": 0.5, \"page_size\": 100,
        \"max_staleness\": 3600}}')";

/// The options of a gateway with a cache of a service.
fn options<'a>(address: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut options = vec![
        "--entity-upstream",
        address,
        "--entity-cache",
        "studio",
        "--entity-role",
        "clerk",
        "--entity-password",
        PASSWORD,
        "--entity-script",
        "keeper",
        "--entity-script-key",
        "right",
        "--entity-poll-seconds",
        "0.1",
    ];
    options.extend(more);
    options
}

/// A gateway with a cache of the service, which its owner has created.
fn gateway(address: &str, more: &[&str]) -> (Gateway, Client) {
    let gateway = Gateway::start(&options(address, more));
    run(&mut gateway.admin(), "GRANT CREATE ON DATABASE shop TO clerk");
    let mut clerk = connect(
        gateway
            .server
            .config()
            .dbname("shop")
            .user("clerk")
            .password(PASSWORD),
    );
    run(&mut clerk, CACHE);
    (gateway, clerk)
}

/// Until the cache knows everything.
fn settle(client: &mut Client) {
    settle_tables(client, &["shot", "task"]);
}

/// Until it knows everything of some types.
fn settle_tables(client: &mut Client, tables: &[&str]) {
    let start = Instant::now();
    let unknown: String = tables
        .iter()
        .map(|table| format!(" AND NOT EXISTS (SELECT FROM studio.{table} WHERE _unknown IS NOT NULL)"))
        .collect();
    let query = format!(
        "SELECT (NOT EXISTS (SELECT FROM jsonb_array_elements(msar.get_cache_status('studio')->0->'entity_types') AS t
        WHERE NOT (t->>'complete')::boolean){unknown})::text"
    );
    while text(client, &query) != "true" {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{}",
            text(client, "SELECT msar.get_cache_status('studio')::text")
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// What the stock client gets.
fn client(gateway: &GatewayProcess, key: &str, calls: &[&str]) -> BTreeMap<String, Value> {
    let output = Command::new("python3")
        .arg("tests/cache_gateway/client.py")
        .args([gateway.address.as_str(), key])
        .args(calls)
        .env(
            "PYTHONPATH",
            std::env::var("MATHESAR_SHOTGUN_PATH").expect("scripts/test names the folder"),
        )
        .output()
        .expect("python3 runs");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    printed
        .lines()
        .map(|line| {
            serde_json::from_str::<(String, Value)>(line).unwrap_or_else(|error| panic!("{line}: {error}"))
        })
        .collect()
}

fn outcomes(gateway: &GatewayProcess) -> String {
    let metrics = Caller::nobody().get(&gateway.url("/metrics")).body;
    metrics
        .lines()
        .filter(|line| line.contains("entity_requests_total{"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_stock_client_works_unchanged() {
    let service = service();
    let (gateway, mut clerk) = gateway(&service.address, &[]);
    settle(&mut clerk);
    let got = client(&gateway, "right", &["all"]);
    let expect = |label: &str, value: Value| assert_eq!(got[label], value, "{label}: {got:#?}");
    expect("info", json!([8, 50, 0]));
    assert_eq!(got["create"]["code"], "naïve <1>", "{got:#?}");
    assert_eq!(
        got["create"].as_object().expect("a row").len(),
        5,
        "type, id and what was set: {got:#?}"
    );
    assert_eq!(
        got["find_one"]["project"],
        json!({"type": "Project", "id": 1, "name": "Kite"}),
        "{got:#?}"
    );
    expect("update", json!("renamed"));
    assert_eq!(
        got["find"][0]["sg_links"],
        json!([{"type": "Asset", "id": 2, "name": "Rope"}]),
        "{got:#?}"
    );
    assert_eq!(got["find"][0]["project.Project.code"], "Kite");
    expect("batch", json!(2));
    assert!(
        got["batch that fails"]
            .as_str()
            .expect("an error")
            .starts_with("Fault"),
        "{got:#?}"
    );
    expect("delete", json!([true, false]));
    expect("find deleted", json!([]));
    assert_eq!(got["find retired"][0]["code"], "renamed", "{got:#?}");
    expect("revive", json!([true, false]));
    assert_eq!(got["find revived"][0]["code"], "renamed", "{got:#?}");
    assert_eq!(got["summarize"]["summaries"]["id"], 1, "{got:#?}");
    expect("schema_read", json!(["Asset", "Project", "Shot", "Task"]));
    expect("paging", json!(620));
    expect("limit", json!(600));
    expect("page", json!([620, 619]));
    assert_eq!(got["null"].as_array().map(Vec::len), Some(1), "{got:#?}");
    expect("moment", json!(true));
    assert!(
        got["unknown field in a filter"]
            .as_str()
            .expect("an error")
            .contains("doesn't exist"),
        "{got:#?}"
    );
    expect("upload", json!(77));
    expect("thumbnail", json!(77));
    expect("download", json!(8 << 18));
    assert!(
        got["wrong key"]
            .as_str()
            .expect("an error")
            .starts_with("AuthenticationFault"),
        "{got:#?}"
    );
    expect("user", json!(1));
    // What the service answers to anybody says nothing of the key.
    let with_wrong_key = |method: &str| {
        let auth = json!({"script_name": "ingest", "script_key": "wrong"});
        let body = json!({"method_name": method, "params": [auth, {"type": "Shot"}]});
        let url = gateway.url("/api3/json");
        Caller::nobody()
            .post(&url, "application/json", body.to_string())
            .body
    };
    let info = with_wrong_key("info");
    assert!(info.contains("full_version"), "{info}");
    let refused = with_wrong_key("read");
    assert!(refused.contains("Can't authenticate script"), "{refused}");

    // How far the scans are.
    let metrics = Caller::nobody().get(&gateway.url("/metrics")).body;
    let scanned = "mathesar_gateway_entity_scan_rows_total{scan=\"Task\"} ";
    let rows = metrics
        .lines()
        .find_map(|line| line.strip_prefix(scanned)?.parse::<u64>().ok());
    assert!(rows.is_some_and(|rows| rows >= 620), "{metrics}");
    assert!(metrics.contains("mathesar_gateway_entity_scans "), "{metrics}");

    // Once everything is known, a read does not reach the upstream; what others may see is always theirs to say.
    settle(&mut clerk);
    let _ = service.take_methods();
    assert_eq!(client(&gateway, "right", &["hit"])["hit"], "one");
    let reads = |methods: Vec<String>| methods.iter().filter(|method| *method == "read").count();
    // A comparison may ask for the same once more.
    assert!(reads(service.take_methods()) <= 1);
    assert!(outcomes(&gateway).contains("hit"), "{}", outcomes(&gateway));
    let counts = gateway.url("/api/caches/v0/requests/");
    assert_eq!(Caller::nobody().get(&counts).status, 401);
    let counted: Value = serde_json::from_str(&Caller::clerk().get(&counts).body).expect("JSON");
    assert_eq!(counted["cache"], "studio");
    for (member, outcome) in [("hits", "hit"), ("misses", "miss")] {
        let counted = format!("outcome=\"{outcome}\"}} {}", counted[member]);
        assert!(
            outcomes(&gateway).contains(&counted),
            "{counted}: {}",
            outcomes(&gateway)
        );
    }
    // A change past the cache is in its answers as soon as the event log tells.
    let id = text(&mut clerk, "SELECT id::text FROM studio.shot WHERE code = 'one'")
        .parse::<i64>()
        .expect("an id");
    service.upstream().wait(60);
    service
        .upstream()
        .call(
            "update",
            &json!({"type": "Shot", "id": id, "fields": [{"field_name": "code", "value": "elsewhere"}]}),
        )
        .expect("a change");
    let start = Instant::now();
    while text(
        &mut clerk,
        "SELECT count(*)::text FROM studio.shot WHERE code = 'elsewhere' AND _unknown IS NULL",
    ) != "1"
    {
        assert!(start.elapsed() < Duration::from_secs(20), "the event is applied");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(
        text(
            &mut clerk,
            "SELECT count(*)::text FROM msar_catalog.cache_differences"
        ),
        "0"
    );
}

#[test]
fn hits_go_on_while_the_upstream_fails() {
    let service = service();
    let (gateway, mut clerk) = gateway(&service.address, &[]);
    settle(&mut clerk);
    service
        .upstream()
        .call(
            "create",
            &json!({"type": "Shot", "fields": [{"field_name": "code", "value": "one"}]}),
        )
        .expect("a shot");
    let start = Instant::now();
    while text(
        &mut clerk,
        "SELECT count(*)::text FROM studio.shot WHERE code = 'one' AND _unknown IS NULL",
    ) != "1"
    {
        assert!(start.elapsed() < Duration::from_secs(20), "the event is applied");
        std::thread::sleep(Duration::from_millis(100));
    }
    // The first read goes to the upstream, which accepts the key.
    assert_eq!(client(&gateway, "right", &["hit"])["hit"], "one");
    for (manner, expected) in [
        (Manner::Status(503), "ProtocolError"),
        (Manner::Status(500), "ProtocolError"),
        (Manner::Status(502), "ProtocolError"),
        (Manner::Status(429), "ProtocolError"),
        (Manner::Garbage, "Error"),
        (Manner::Silent, "ProtocolError"),
        (Manner::Slow(Duration::from_millis(500)), "doesn't exist"),
    ] {
        service.behave(Manner::Well);
        // `info`, with which the client begins, is the upstream's.
        let python = |calls: &[&str]| client(&gateway, "right", calls);
        service.behave(manner.clone());
        let direct = Caller::nobody().post(
            &gateway.url("/api3/json"),
            "application/json",
            json!({"method_name": "read", "params": [{"script_name": "ingest", "script_key": "right"},
                {"type": "Shot", "return_fields": ["code"]}]})
            .to_string(),
        );
        assert_eq!(direct.status, 200, "{}", direct.body);
        assert!(direct.body.contains("one"), "{}", direct.body);
        if matches!(manner, Manner::Slow(_)) {
            assert!(
                python(&["miss"])["miss"]
                    .as_str()
                    .expect("an error")
                    .contains(expected)
            );
            continue;
        }
        let missed = Caller::nobody().post(
            &gateway.url("/api3/json"),
            "application/json",
            json!({"method_name": "read", "params": [{"script_name": "ingest", "script_key": "right"}, {"type": "Version"}]}).to_string(),
        );
        match manner {
            Manner::Status(status) => {
                assert_eq!(missed.status, status, "{expected}");
                // Who asks too often is told when to ask again.
                let retry_after = missed.headers.get("retry-after").map(|value| value.as_bytes());
                assert_eq!(retry_after, (status == 429).then_some(&b"7"[..]));
            }
            Manner::Garbage => assert_eq!((missed.status, missed.body.as_str()), (200, "<html>")),
            _ => assert_eq!(missed.status, 500, "{}", missed.body),
        }
    }
    service.behave(Manner::Well);
    // The tasks go on by themselves.
    gateway.wait_for_log("the cache is not kept up to date");
}

/// A read by a script that the service knows.
fn read(gateway: &GatewayProcess, parameters: &Value) -> (u16, String) {
    let body = json!({"method_name": "read", "params": [{"script_name": "ingest", "script_key": "right"}, parameters]});
    let url = gateway.url("/api3/json");
    let answer = Caller::nobody().post(&url, "application/json", body.to_string());
    (answer.status, answer.body)
}

#[test]
fn the_upstream_over_https() {
    let service = service();
    let port = service
        .address
        .rsplit(':')
        .next()
        .expect("a port")
        .parse()
        .expect("a number");
    let vouched = vouch_for("localhost");
    let door = TlsDoor::open(port, &vouched, Greeting::AtOnce);
    let address = format!("https://localhost:{}", door.port);
    let folder = mathesar_ext_client_tests::new_folder();
    let right = write_file(&folder, "right.pem", &vouched.authority)
        .display()
        .to_string();
    let wrong = write_file(&folder, "wrong.pem", &vouch_for("localhost").authority);
    let (gateway, mut clerk) = gateway(&address, &["--entity-ca", &right]);
    settle(&mut clerk);
    assert_eq!(client(&gateway, "right", &["all"])["upload"], json!(77));
    assert_eq!(client(&gateway, "right", &["hit"])["hit"], "one");
    assert!(door.opened() > 0);
    // Pictures are passed through piece by piece.
    for path in [
        "/thumbnail/Shot/1",
        "/images/a.png?x=1",
        "/file_serve/attachment/77",
    ] {
        let picture = Caller::nobody().get(&gateway.url(path));
        assert_eq!((picture.status, picture.body.len()), (200, 8 << 18), "{path}");
        assert!(
            service.take_methods().iter().any(|method| method == path),
            "{path}"
        );
    }
    // Another authority, and another name of the host: nobody is asked, and a client hears of a bad gateway.
    let database = format!("host={} dbname=shop", gateway.server.folder().display());
    let wrong = wrong.display().to_string();
    let other_name = format!("https://127.0.0.1:{}", door.port);
    for (address, authority) in [(address.as_str(), &wrong), (&other_name, &right)] {
        let script = ["--entity-ca", authority.as_str()];
        let stranger = GatewayProcess::start(&database, &options(address, &script));
        let (status, body) = read(&stranger, &json!({"type": "Version"}));
        assert_eq!(
            (status, body.as_str()),
            (502, "the upstream cannot be reached"),
            "{address}"
        );
        let picture = Caller::nobody().get(&stranger.url("/thumbnail/Shot/1"));
        assert_eq!(picture.status, 502, "{address}");
    }
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}

/// Files of the service are shown under the gateway's own address. That gives the service nothing of the gateway's users, and
/// its files no rights of theirs.
#[test]
fn files_get_and_give_no_credentials() {
    let service = service();
    let (gateway, _) = gateway(&service.address, &[]);
    let visitor = Caller::basic("clerk", PASSWORD)
        .with(
            "cookie",
            "sessionid=ours; csrftoken=ours; _session_id=theirs; =sessionid=ours",
        )
        .with("x-csrftoken", "ours")
        .with("range", "bytes=0-9");
    let answer = visitor.get(&gateway.url("/file_serve/attachment/77"));
    assert_eq!(answer.status, 200);
    let heads = service.take_heads();
    let [head] = heads.as_slice() else {
        panic!("{heads:?}");
    };
    assert!(
        head.contains("\ncookie: _session_id=theirs\n") && head.contains("\nrange: bytes=0-9\n"),
        "{head}"
    );
    assert!(
        !head.contains("ours") && !head.contains("authorization"),
        "{head}"
    );
    assert!(answer.headers.get("set-cookie").is_none());
    let policies: Vec<_> = answer.headers.get_all("content-security-policy").iter().collect();
    assert_eq!(
        policies,
        ["default-src 'none'; style-src 'unsafe-inline'; sandbox"]
    );
    // What leads out of the folder is not there. (The client would tidy such a path up.)
    for path in [
        "/file_serve/../admin",
        "/images/./x",
        "/thumbnail/%2e%2E/x",
        "/upload/..%2fadmin",
        "/file_serve/.%2e%5cadmin",
    ] {
        let mut connection =
            TcpStream::connect(gateway.address.trim_start_matches("http://")).expect("it listens");
        write!(
            connection,
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
        .expect("it reads");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
    }
    assert_eq!(service.take_heads(), Vec::<String>::new());
}

/// A service with shots that have fields of every type.
fn varied_service() -> UpstreamServer {
    let shot: BTreeMap<&str, Field> = BTreeMap::from([
        ("code", ("text", &[] as &[&str])),
        ("sg_group", ("list", &[])),
        ("sg_list", ("list", &[])),
        ("sg_number", ("number", &[])),
        ("sg_float", ("float", &[])),
        ("sg_percent", ("percent", &[])),
        ("sg_duration", ("duration", &[])),
        ("sg_timecode", ("timecode", &[])),
        ("sg_done", ("checkbox", &[])),
        ("sg_due", ("date", &[])),
        ("sg_when", ("date_time", &[])),
        ("updated_at", ("date_time", &[])),
        ("project", ("entity", &["Project"])),
        ("sg_link", ("entity", &["Asset", "Project"])),
        ("sg_links", ("multi_entity", &["Asset"])),
    ]);
    let named: BTreeMap<&str, Field> = BTreeMap::from([
        ("code", ("text", &[] as &[&str])),
        ("updated_at", ("date_time", &[])),
    ]);
    let types = [("Project", named.clone()), ("Asset", named), ("Shot", shot)];
    let types = types.into_iter().map(|(name, fields)| {
        let described = EntityType {
            fields,
            display: "code",
        };
        (name, described)
    });
    let mut upstream = Upstream::new(types.collect());
    let mut write = |method: &str, parameters: Value| {
        upstream.wait(1);
        upstream.call(method, &parameters).expect("a result")["results"]["id"].clone()
    };
    let texts = [
        "a",
        "A",
        "ab",
        "aB_",
        "100%",
        "x%y",
        "_",
        "back\\slash",
        "naïve",
        "O'Hara \"q\"",
        "日本",
    ];
    for (name, code) in [
        ("Project", "Kite"),
        ("Project", "aB_"),
        ("Asset", "naïve"),
        ("Asset", "x%y"),
        ("Asset", "A"),
    ] {
        write(
            "create",
            json!({"type": name, "fields": [{"field_name": "code", "value": code}]}),
        );
    }
    for number in 0..60usize {
        let or_null = |every: usize, value: Value| if number % every == 0 { Value::Null } else { value };
        let link = |name: &str, id: usize| json!({"type": name, "id": id});
        let fields = [
            ("code", or_null(9, json!(texts[number % texts.len()]))),
            ("sg_group", json!(["one", "two", "three"][number % 3])),
            ("sg_list", or_null(7, json!(texts[number % 5]))),
            ("sg_number", or_null(5, json!(number % 8))),
            ("sg_float", or_null(6, json!((number % 9) as f64 / 4.0 - 1.0))),
            ("sg_percent", or_null(4, json!(number % 6))),
            ("sg_duration", or_null(8, json!(number % 5))),
            ("sg_timecode", or_null(3, json!(number % 7))),
            ("sg_done", json!(number % 2 == 0)),
            (
                "sg_due",
                or_null(7, json!(format!("2024-01-0{}", 1 + number % 9))),
            ),
            (
                "sg_when",
                or_null(6, json!(format!("2024-01-01T00:00:0{}Z", number % 10))),
            ),
            ("project", or_null(10, link("Project", 1 + number % 2))),
            (
                "sg_link",
                or_null(
                    5,
                    if number % 2 == 0 {
                        link("Asset", 3 + number % 3)
                    } else {
                        link("Project", 1)
                    },
                ),
            ),
            (
                "sg_links",
                (3..3 + number % 4).map(|id| link("Asset", id)).collect(),
            ),
        ];
        let fields: Vec<Value> = fields
            .into_iter()
            .map(|(field, value)| json!({"field_name": field, "value": value}))
            .collect();
        let id = write("create", json!({"type": "Shot", "fields": fields}));
        if number % 11 == 0 {
            write("delete", json!({"type": "Shot", "id": id}));
        }
    }
    UpstreamServer::start(upstream)
}

/// Random calls, and what of them differs.
fn random_calls(gateway: &GatewayProcess, service: &UpstreamServer, seed: u64, calls: usize, writes: &str) {
    let output = Command::new("python3")
        .arg("tests/cache_gateway/random_calls.py")
        .args([&gateway.address, &service.address])
        .args([&seed.to_string(), &calls.to_string(), writes])
        .env(
            "PYTHONPATH",
            std::env::var("MATHESAR_SHOTGUN_PATH").expect("scripts/test names the folder"),
        )
        .output()
        .expect("python3 runs");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && printed == format!("[\"done\", {calls}]\n"),
        "seed {seed}: {printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The stock client asks the gateway and the service itself: both give the same, and the cache has answered.
#[test]
fn random_calls_of_the_stock_client() {
    let service = varied_service();
    let (gateway, mut clerk) = gateway(&service.address, &[]);
    run(&mut clerk, "SELECT msar.drop_cache('studio')");
    let schema = service
        .upstream()
        .call("schema_read", &Value::Null)
        .expect("a schema");
    let types: serde_json::Map<String, Value> = ["Project", "Asset", "Shot"]
        .map(|name| {
            let fields: Vec<&String> = schema["results"][name]
                .as_object()
                .expect("fields")
                .keys()
                .collect();
            (name.to_owned(), json!({"fields": fields, "display": "code"}))
        })
        .into_iter()
        .collect();
    let definition = json!({"entity_types": types, "schema": schema, "settings": {"max_staleness": 3600,
        "equal_credentials": ["ingest", "keeper"], "order": {"collation": "C", "nulls": "last"}}});
    run(
        &mut clerk,
        &format!("SELECT msar.create_cache('studio', $definition${definition}$definition$)"),
    );
    settle_tables(&mut clerk, &["shot"]);
    let seed = std::env::var("MATHESAR_EXT_TEST_SEED").map_or(1, |seed| seed.parse().expect("a number"));
    let count = |outcome: &str| {
        let outcome = format!("outcome=\"{outcome}\"}} ");
        let line = outcomes(&gateway)
            .lines()
            .find_map(|line| line.split_once(&outcome)?.1.parse::<u64>().ok());
        line.unwrap_or(0)
    };
    random_calls(&gateway, &service, seed, 400, "");
    // The client's info, and what accepts its key.
    let (hits, misses) = (count("hit"), count("miss").saturating_sub(2));
    assert!(
        hits >= 350 && misses * 100 < hits + misses,
        "{hits} hits and {misses} misses"
    );
    // What is written by the cache is seen at once, whether it has heard of it by an event or not.
    random_calls(&gateway, &service, seed, 150, "writes");
    let differences = "SELECT count(*)::text FROM msar_catalog.cache_differences";
    assert_eq!(text(&mut clerk, differences), "0");
}

/// Both keep the cache up to date and answer from it, each a process of its own.
#[test]
fn two_gateways_on_one_database() {
    let service = service();
    let (one, mut clerk) = gateway(&service.address, &[]);
    let database = format!("host={} dbname=shop", one.server.folder().display());
    let two = GatewayProcess::start(&database, &options(&service.address, &[]));
    settle(&mut clerk);
    // What one of them has heard of credentials counts for the other as well.
    let find = |code: &str| {
        json!({"type": "Task", "return_fields": ["code"], "filters": {"logical_operator": "and",
            "conditions": [{"path": "code", "relation": "is", "values": [code]}]}})
    };
    assert_eq!(read(&one, &find("task 1")).0, 200);
    for gateway in [&*one, &two] {
        let (status, body) = read(gateway, &find("task 2"));
        assert!(status == 200 && body.contains("\"task 2\""), "{body}");
        assert!(
            outcomes(gateway).contains("outcome=\"hit\""),
            "{}",
            outcomes(gateway)
        );
    }
    // Writers through both of them at once, and past them: both give the same answers, which are the upstream's.
    let write = |gateway: &GatewayProcess, number: i64, code: &str| {
        let body = json!({"method_name": "update", "params": [{"script_name": "ingest", "script_key": "right"},
            {"type": "Task", "id": number, "fields": [{"field_name": "code", "value": code}]}]});
        let url = gateway.url("/api3/json");
        let answer = Caller::nobody().post(&url, "application/json", body.to_string());
        assert!(
            answer.status == 200 && answer.body.contains(code),
            "{}",
            answer.body
        );
    };
    std::thread::scope(|scope| {
        for (gateway, name) in [(&*one, "first"), (&two, "second")] {
            scope.spawn(move || {
                for number in 0..60 {
                    // Some tasks are written by both.
                    write(gateway, 10 + number % 40, &format!("{name} {number}"));
                }
            });
        }
    });
    service.upstream().wait(60);
    for id in 100..110 {
        let change =
            json!({"type": "Task", "id": id, "fields": [{"field_name": "code", "value": "past both"}]});
        service.upstream().call("update", &change).expect("a change");
    }
    // One of them ends by a signal that nobody can catch; the other goes on.
    drop(two);
    let start = Instant::now();
    let query = "SELECT count(*)::text FROM studio.task WHERE code = 'past both' AND _unknown IS NULL";
    while text(&mut clerk, query) != "10" {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "the events are applied"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    settle(&mut clerk);
    let everything = json!({"type": "Task", "return_fields": ["code"], "paging": {"entities_per_page": 500, "current_page": 1}});
    let (_, body) = read(&one, &everything);
    let ours: Value = serde_json::from_str(&body).expect("an answer");
    let theirs = service.upstream().call("read", &everything).expect("an answer");
    assert_eq!(ours, theirs);
    assert_eq!(
        text(
            &mut clerk,
            "SELECT count(*)::text FROM msar_catalog.cache_differences"
        ),
        "0"
    );
}
