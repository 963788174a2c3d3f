//! The server of the explorer, as a browser, a page from elsewhere and an attacker meet it.
#![cfg(feature = "cli")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve() -> Server {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dyadsim"))
        .args(["explore", "--no-open"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("an address");
    let port = line.trim().trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    Server { child, port }
}

/// What came back: status, headers in small letters, body.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: String,
    body: String,
}

impl Server {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
        stream
    }

    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn send(&self, request: &str) -> Reply {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).expect("sent");
        let mut text = Vec::new();
        stream.read_to_end(&mut text).expect("an answer");
        let text = String::from_utf8_lossy(&text).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split_whitespace().nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        Reply { status, headers: head.to_lowercase(), body: body.into() }
    }

    fn get(&self, path: &str) -> Reply {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.host()))
    }

    fn written(&self, path: &str, body: &str, more: &str) -> String {
        let host = self.host();
        format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Type: application/json\r\nConnection: close\r\n{more}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn post(&self, path: &str, body: &str) -> Reply {
        self.send(&self.written(path, body, ""))
    }
}

const ORDER: &str = r#"{"tab":"t","request":{"lesson":"regression"}}"#;
/// A scenario that takes seconds: some thousand fits of a model of sessions.
fn long(tab: &str) -> String {
    let text = "(replicates: 700, clinics: (count: 1, therapists: 10, clients_per_therapist: 20), estimators: [(name: \\\"m\\\", on: Sessions, method: Mixed(formula: \\\"symptoms ~ session + (1 + session | client) + (1 | therapist)\\\"))])";
    format!("{{\"tab\":\"{tab}\",\"request\":{{\"lesson\":\"own\",\"text\":\"{text}\"}}}}")
}

#[test]
fn the_page_comes_with_its_rules() {
    let server = serve();
    let reply = server.get("/");
    assert_eq!(reply.status, 200, "{reply:?}");
    for rule in [
        "content-security-policy: default-src 'none'; script-src 'sha256-",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "x-frame-options: deny",
        "referrer-policy: no-referrer",
        "cache-control: no-store",
        "cross-origin-resource-policy: same-origin",
        "content-type: text/html; charset=utf-8",
    ] {
        assert!(reply.headers.contains(rule), "{rule} is missing in\n{}", reply.headers);
    }
    assert!(!reply.headers.contains("unsafe") && !reply.headers.contains("access-control"), "{}", reply.headers);
    assert!(reply.body.contains("dyadsim explorer"));
}

#[test]
fn our_page_gets_pictures() {
    let server = serve();
    let reply = server.post("/view", ORDER);
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.body.contains("clients with the highest scores went from"), "{}", reply.body);
    assert!(reply.headers.contains("nosniff"), "{}", reply.headers);
}

#[test]
fn requests_for_another_name_are_refused() {
    let server = serve();
    for host in ["evil.example", "evil.example:80", "127.0.0.1:1", "127.0.0.1"] {
        let reply = server.send(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        assert_eq!(reply.status, 421, "{host}: {reply:?}");
        assert!(!reply.body.contains("dyadsim"), "{}", reply.body);
    }
    let with_origin = server.written("/view", ORDER, "").replace(&format!("Host: {}", server.host()), "Host: evil.example");
    assert_eq!(server.send(&with_origin).status, 421);
}

#[test]
fn pages_from_elsewhere_are_refused() {
    let server = serve();
    let own = format!("Origin: http://{}", server.host());
    let request = server.written("/view", ORDER, "");
    for origin in ["Origin: http://evil.example", "Origin: null", "X: y"] {
        assert_eq!(server.send(&request.replace(&own, origin)).status, 403, "{origin}");
    }
    assert_eq!(server.send(&server.written("/view", ORDER, "Sec-Fetch-Site: cross-site\r\n")).status, 403);
    // What a form of another page could send.
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        assert_eq!(server.send(&request.replace("application/json", kind)).status, 415, "{kind}");
    }
    assert_eq!(server.send(&request.replace("POST", "PUT")).status, 405);
}

#[test]
fn no_path_leads_to_a_file() {
    let server = serve();
    for path in
        ["/etc/passwd", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/Cargo.toml", "/view", "//", "/page.html", "/?file=/etc/passwd"]
    {
        let reply = server.get(path);
        assert!(!reply.body.contains("root:") && !reply.body.contains("[package]"), "{path}");
        assert!(matches!(reply.status, 404 | 405) || path.starts_with("/?") && reply.status == 200, "{path}: {}", reply.status);
        assert!(reply.headers.contains("nosniff"), "{path}: {}", reply.headers);
    }
    // A lesson's name is looked up in a list; a scenario is a text and never the name of one.
    let reply = server.post("/view", r#"{"tab":"t","request":{"lesson":"../../etc/passwd"}}"#);
    assert!(reply.body.contains("there is no lesson called"), "{}", reply.body);
    let reply = server.post("/lesson", r#"{"text":"/etc/passwd"}"#);
    assert!(reply.body.contains("\"wrong\"") && !reply.body.contains("root:"), "{}", reply.body);
}

#[test]
fn too_much_is_refused() {
    let server = serve();
    let large = format!("{{\"text\":\"{}\"}}", "x".repeat(200_000));
    assert_eq!(server.post("/lesson", &large).status, 413);
    let reply = server.post("/view", r#"{"tab":"t","request":{"lesson":"own","text":"(replicates: 100000000)"}}"#);
    assert!(reply.body.contains("explorer simulates up to"), "{}", reply.body);
    assert_eq!(server.post("/view", &format!("{{\"tab\":\"{}\",\"request\":{{\"lesson\":\"own\"}}}}", "t".repeat(100))).status, 400);
    assert_eq!(server.post("/view", "{").status, 400);
    let reply = server.post("/view", r#"{"tab":"t","request":{"lesson":"own","file":"/etc/passwd"}}"#);
    assert!(reply.status == 400 && reply.body.contains("unknown field"), "{reply:?}");
}

#[test]
fn runs_are_limited_stopped_by_the_next_of_their_tab_and_by_cancel() {
    let server = serve();
    let begun: Vec<TcpStream> = (0..8)
        .map(|i| {
            let mut stream = server.connect();
            stream.write_all(server.written("/view", &long(&format!("tab{i}")), "").as_bytes()).expect("sent");
            stream
        })
        .collect();
    // Eight are there: two run, six wait, and there is no place for another.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(server.post("/view", &long("one more")).status, 503);
    for (i, stream) in begun.iter().enumerate() {
        if i % 2 == 0 {
            server.post("/cancel", &format!("{{\"tab\":\"tab{i}\"}}"));
        } else {
            // The tab is closed.
            stream.shutdown(Shutdown::Both).expect("closed");
        }
    }
    let began = Instant::now();
    for mut stream in begun.into_iter().step_by(2) {
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        assert!(text.contains("{\"stopped\":true}"), "{text}");
    }
    // Whoever comes next is served at once.
    let reply = server.post("/view", ORDER);
    assert!(reply.body.contains("\"view\""), "{}", reply.body);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    // A later request of the same tab stops the one before it.
    let mut first = server.connect();
    first.write_all(server.written("/view", &long("same"), "").as_bytes()).expect("sent");
    std::thread::sleep(Duration::from_millis(700));
    assert!(server.post("/view", &ORDER.replace("\"t\"", "\"same\"")).body.contains("\"view\""));
    let mut text = String::new();
    first.read_to_string(&mut text).expect("an answer");
    assert!(text.contains("\"progress\"") && text.contains("{\"stopped\":true}"), "{text}");
}
