//! Whole requests, from their bytes to the response, with a WordPress in memory.

use crate::corpus::{CORPUS, Sent};
use crate::mutate::{self, Random};
use crate::parts::is_ambiguous;
use crate::trying;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use regex::Regex;
use rollbook::host::Scope;
use rollbook::http::{Request, Response};
use rollbook::memory::MemoryHost;
use rollbook::scim::error::ERROR_URN;
use rollbook::settings::Settings;
use serde_json::{Value, json};
use std::rc::Rc;
use std::sync::LazyLock;

const BASE: &str = "https://wordpress.example/wp-json/scim/v2";
const TOKEN: &str = "token-of-what-is-tried-at-random-here";
const STATUSES: [u16; 16] = [200, 201, 204, 304, 400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 429, 501];
const SCIM_TYPES: [&str; 14] = [
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
    "invalidCursor",
    "expiredCursor",
    "invalidCount",
    "invalidSort",
];

/// The most commands of one request, and of one operation in Bulk.
const COMMANDS: usize = 60;

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{\{[^}]*\}\}").unwrap());

/// A few requests to one site.
pub(crate) fn requests(random: &mut Random, bulk: bool) {
    let mut site = Site::new(random);
    for _ in 0..4 {
        let sent = if bulk { random.pick(&CORPUS.bulk) } else { random.pick(&CORPUS.requests) };
        let request = site.mutated(sent, random);
        site.check(request);
    }
}

struct Site {
    host: MemoryHost,
    settings: Rc<Settings>,
    now: i64,
    ids: Vec<String>,
}

impl Site {
    /// Two people and a group that both are in.
    fn new(random: &mut Random) -> Self {
        let mut host = MemoryHost::new();
        host.add_token(TOKEN, Scope::Full);
        host.add_account("admin", "admin@wordpress.example", "admin", "administrator");
        host.add_account("local", "local@example.test", "Local Person", "subscriber");
        let settings =
            Settings::parse(random.pick(&CORPUS.settings).as_object().unwrap()).unwrap_or_default();
        let mut site = Self { host, settings: Rc::new(settings), now: 1_795_327_200_000, ids: Vec::new() };
        for name in ["ann", "bob"] {
            let mail = format!("{name}@example.test");
            let body =
                json!({ "userName": mail, "emails": [{ "value": mail, "type": "work" }], "title": "Guide" });
            site.create("/Users", &body);
        }
        let members: Vec<Value> = site.ids.iter().map(|id| json!({ "value": id })).collect();
        site.create("/Groups", &json!({ "displayName": "Guides", "members": members }));
        site
    }

    fn create(&mut self, path: &str, body: &Value) {
        let response = self.send(request("POST", path, body.to_string()));
        assert_eq!(response.status, 201, "{}", response.body);
        self.ids.push(read(&response)["id"].as_str().unwrap().to_owned());
    }

    fn mutated(&self, sent: &Sent, random: &mut Random) -> Request {
        let body = if random.once_in(5) {
            sent.body.clone()
        } else {
            mutate::document(&sent.body, &CORPUS.bodies, random)
        };
        let body = if sent.body.is_null() { String::new() } else { body.to_string() };
        let mut body = self.filled(&body, random);
        if random.once_in(12) {
            body = mutate::text(&body, &CORPUS.paths, random);
        }
        let mut path = self.filled(&sent.path, random);
        let mut query = sent.query.clone();
        match random.descendants(6) {
            0 => query = mutate::text(&query, &CORPUS.queries, random),
            1 => {
                let filter = mutate::text(random.pick(&CORPUS.filters).as_str(), &CORPUS.filters, random);
                query = format!("filter={}", utf8_percent_encode(&filter, NON_ALPHANUMERIC));
            }
            2 if random.once_in(6) => path = mutate::text(&path, &CORPUS.paths, random),
            _ => {}
        }
        let mut request = request(&sent.method, &path, body);
        request.query = self.filled(&query, random);
        if random.once_in(20) {
            let tag = random.pick(&["*", "W/\"1\"", "\"", "W/\"1-0\", \"2\"", ""]);
            let name = random.pick(&["If-Match", "If-None-Match"]);
            request.headers.push(((*name).to_owned(), (*tag).to_owned()));
        }
        request
    }

    /// Puts an id of the site for every placeholder.
    fn filled(&self, text: &str, random: &mut Random) -> String {
        PLACEHOLDER.replace_all(text, |_: &regex::Captures<'_>| random.pick(&self.ids).clone()).into_owned()
    }

    fn check(&mut self, request: Request) {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        trying(&format!(
            "{} {}?{} {:?}\n{body}",
            request.method, request.path, request.query, request.headers
        ));
        let is_bulk = request.path.ends_with("/Bulk");
        let is_change = ["PUT", "PATCH", "DELETE"].contains(&request.method.as_str());
        let path = request.path.clone();
        let before = is_change.then(|| self.get(&path));
        let response = self.send(request);
        well_formed(&response);
        if is_bulk && response.status == 200 {
            self.check_bulk(&read(&response));
        }
        if let Some(before) = before.filter(|_| response.status >= 400) {
            assert_eq!(self.get(&path), before, "it was refused: {}", response.body);
        }
        let location = response.header("Location").or(response.header("Content-Location"));
        if let Some(path) = location.and_then(|location| location.strip_prefix(BASE)) {
            self.check_resource(path);
        }
    }

    /// What is stored can be read and sent back, and stays as it is.
    fn check_resource(&mut self, path: &str) {
        let shown = self.get(path);
        assert_eq!(shown.status, 200, "{}", shown.body);
        let resource = read(&shown);
        assert!(resource["id"].is_string() && resource["schemas"].is_array(), "{}", shown.body);
        let has_ambiguous = resource.as_object().unwrap().keys().any(|key| is_ambiguous(key));
        if has_ambiguous || !self.is_managed(&resource) {
            return;
        }
        let put = self.send(request("PUT", path, shown.body.clone()));
        assert_eq!(put.status, 200, "{}\nsent back:\n{}", put.body, shown.body);
        assert_eq!(self.get(path), shown, "sent back, it changed");
    }

    /// The first change of a local account links it, which is a change too.
    fn is_managed(&self, resource: &Value) -> bool {
        !["admin", "local"].iter().any(|local| {
            resource["userName"].as_str().is_some_and(|name| name.to_lowercase().starts_with(local))
        })
    }

    fn check_bulk(&mut self, answer: &Value) {
        for operation in answer["Operations"].as_array().unwrap() {
            let status: u16 = operation["status"].as_str().unwrap().parse().unwrap();
            assert!(STATUSES.contains(&status), "{operation}");
            if status >= 400 {
                is_error(&operation["response"], status);
            }
            let location = operation["location"].as_str().and_then(|location| location.strip_prefix(BASE));
            if let Some(path) = location.filter(|_| status == 201) {
                let path = path.to_owned();
                // A later operation of the same request may have removed it.
                if self.get(&path).status == 200 {
                    self.check_resource(&path);
                }
            }
        }
    }

    fn get(&mut self, path: &str) -> Response {
        let response = self.send(request("GET", path, String::new()));
        well_formed(&response);
        response
    }

    fn send(&mut self, request: Request) -> Response {
        self.now += 1_000;
        let operations = if request.path.ends_with("/Bulk") { 1_000 } else { 1 };
        self.host.trace.clear();
        let exchange = self.host.converse(Request { now: self.now, ..request }, &self.settings);
        let commands = self.host.trace.len();
        assert!(commands <= COMMANDS * operations, "{commands} commands");
        let failure = exchange.summary().unwrap().failure.as_ref();
        assert_eq!(failure, None);
        exchange.response().unwrap().clone()
    }
}

fn request(method: &str, path: &str, body: String) -> Request {
    Request {
        method: method.to_owned(),
        base: BASE.to_owned(),
        path: path.to_owned(),
        headers: vec![("Authorization".to_owned(), format!("Bearer {TOKEN}"))],
        body: body.into_bytes(),
        remote: "192.0.2.1".to_owned(),
        ..Request::default()
    }
}

fn read(response: &Response) -> Value {
    serde_json::from_str(&response.body).unwrap_or_else(|error| panic!("{error}: {}", response.body))
}

fn well_formed(response: &Response) {
    assert!(STATUSES.contains(&response.status), "{} {}", response.status, response.body);
    if matches!(response.status, 204 | 304) {
        return assert_eq!(response.body, "");
    }
    if response.body.is_empty() {
        // HEAD.
        return;
    }
    let body = read(response);
    assert!(body.is_object(), "{body}");
    if response.status >= 400 {
        is_error(&body, response.status);
    }
}

fn is_error(body: &Value, status: u16) {
    assert_eq!(body["schemas"], json!([ERROR_URN]), "{body}");
    assert_eq!(body["status"], json!(status.to_string()), "{body}");
    assert!(body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{body}");
    let scim_type = &body["scimType"];
    assert!(scim_type.is_null() || SCIM_TYPES.iter().any(|known| scim_type == known), "{body}");
}
