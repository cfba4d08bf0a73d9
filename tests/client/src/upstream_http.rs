//! The stand-in for an upstream service on HTTP: its protocol, with failures on demand.

use crate::upstream::{Fault, Upstream};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// How it behaves.
#[derive(Clone, PartialEq)]
pub enum Manner {
    /// As it should.
    Well,
    /// Every reply has this status.
    Status(u16),
    /// Replies are no JSON.
    Garbage,
    /// Replies take their time.
    Slow(Duration),
    /// The connection is closed without a reply.
    Silent,
}

struct Shared {
    upstream: Mutex<Upstream>,
    manner: Mutex<Manner>,
    methods: Mutex<Vec<String>>,
    heads: Mutex<Vec<String>>,
}

/// A running service; it ends with the process.
#[derive(Clone)]
pub struct UpstreamServer {
    shared: Arc<Shared>,
    /// Where it listens.
    pub address: String,
}

impl UpstreamServer {
    /// Starts it.
    #[must_use]
    pub fn start(upstream: Upstream) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared {
            upstream: Mutex::new(upstream),
            manner: Mutex::new(Manner::Well),
            methods: Mutex::default(),
            heads: Mutex::default(),
        });
        let server = Self { shared, address };
        let served = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let server = served.clone();
                thread::spawn(move || while server.answer(&stream).is_some() {});
            }
        });
        server
    }

    /// The service behind it.
    pub fn upstream(&self) -> MutexGuard<'_, Upstream> {
        self.shared.upstream.lock().expect("nobody failed")
    }

    /// Lets it behave.
    pub fn behave(&self, manner: Manner) {
        *self.shared.manner.lock().expect("nobody failed") = manner;
    }

    /// The methods and paths that were asked for since this was called last, but for reads of the background tasks.
    #[must_use]
    pub fn take_methods(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.methods.lock().expect("nobody failed"))
    }

    /// The heads of the requests for files since this was called last, in small letters.
    #[must_use]
    pub fn take_heads(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.heads.lock().expect("nobody failed"))
    }

    /// Answers a request; `None` ends the connection.
    fn answer(&self, stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
        let path = line.split(' ').nth(1)?.to_owned();
        let (mut length, mut is_chunked) = (0, false);
        let mut head = line.to_lowercase();
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let header = header.trim().to_lowercase();
            if header.is_empty() {
                break;
            }
            head += &format!("{header}\n");
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            is_chunked |= header
                .strip_prefix("transfer-encoding:")
                .is_some_and(|value| value.contains("chunked"));
        }
        let mut body = Vec::new();
        if is_chunked {
            loop {
                let mut size = String::new();
                reader.read_line(&mut size).ok()?;
                let size = usize::from_str_radix(size.trim(), 16).ok()?;
                let mut chunk = vec![0; size + 2];
                reader.read_exact(&mut chunk).ok()?;
                if size == 0 {
                    break;
                }
                body.extend_from_slice(&chunk[..size]);
            }
        } else {
            body.resize(length, 0);
            reader.read_exact(&mut body).ok()?;
        }
        let manner = self.shared.manner.lock().ok()?.clone();
        let (mut status, mut kind, mut reply) = (200, "application/json", self.reply(&path, &body));
        match manner {
            Manner::Well => {}
            Manner::Status(number) => status = number,
            Manner::Garbage => reply = "<html>".into(),
            Manner::Slow(pause) => thread::sleep(pause),
            Manner::Silent => return None,
        }
        let mut cookie = "";
        if !path.starts_with("/api3") {
            kind = "text/plain";
            cookie = "set-cookie: sessionid=evil\r\ncontent-security-policy: script-src *\r\n";
            self.shared.heads.lock().ok()?.push(head);
        }
        let mut stream = stream;
        let retry_after = if status == 429 { "retry-after: 7\r\n" } else { "" };
        write!(
            stream,
            "HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\n{cookie}{retry_after}content-length: {}\r\n\r\n{reply}",
            reply.len()
        )
        .ok()
    }

    fn reply(&self, path: &str, body: &[u8]) -> String {
        if !path.starts_with("/api3") {
            self.shared
                .methods
                .lock()
                .expect("nobody failed")
                .push(path.to_owned());
            // What the service shows of a picture is as large as pictures are.
            return match path.split('/').nth(1) {
                Some("thumbnail" | "images" | "file_serve") => "picture ".repeat(1 << 18),
                _ => format!("1:77:{} bytes\n", body.len()),
            };
        }
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let method = request["method_name"].as_str().unwrap_or_default().to_owned();
        let (auth, parameters) = (&request["params"][0], &request["params"][1]);
        if auth["script_name"] != "keeper" {
            self.shared
                .methods
                .lock()
                .expect("nobody failed")
                .push(method.clone());
        }
        let is_known = method == "info" || auth["script_key"] == "right" || auth["user_password"] == "right";
        let outcome = if is_known {
            self.upstream().call(&method, parameters)
        } else {
            Err(Fault(102, "Can't authenticate script".into()))
        };
        let reply = outcome.unwrap_or_else(
            |Fault(code, message)| json!({"exception": true, "error_code": code, "message": message}),
        );
        reply.to_string()
    }
}
