//! Bodies that are made to be expensive: the cost of each is bounded, whatever it holds.
//!
//! Each is about as large as a body may be. It is compared with a harmless one of the same size, a long list,
//! in the same run. A cost that grows with the square of a body's size would be thousands of times too high.

use player::memory::InMemory;
use player::{Outgoing, Site};
use rollbook::http::MAX_BODY;
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

/// How many times as much as the plain body an expensive one may cost. The most expensive costs a fifth of
/// that.
const MOST: u32 = 100;

/// A request body of about so many bytes.
type Body = fn(usize) -> Value;

/// Each with its method, its path and the status of the answer.
const BODIES: &[(&str, &str, &str, u16, Body)] = &[
    ("unknown attributes", "POST", "/Users", 400, |size| {
        let mut body = numbered(size / 20, |number| (format!("unknown{number}"), json!(1)));
        body.insert("userName".to_owned(), json!("new"));
        body.into()
    }),
    ("attributes under a URN", "POST", "/Users", 400, |size| {
        let own = numbered(size / 20, |number| (format!("own{number}"), json!(1)));
        json!({ "userName": "new", "urn:example:2.0:User": own })
    }),
    ("URNs", "POST", "/Users", 400, |size| {
        let mut body =
            numbered(size / 50, |number| (format!("urn:example{number}:2.0:User"), json!({ "a": 1 })));
        body.insert("userName".to_owned(), json!("new"));
        body.into()
    }),
    ("flat attributes under URNs", "POST", "/Users", 400, |size| {
        let mut body = numbered(size / 50, |number| (format!("urn:example{number}:2.0:User:a"), json!(1)));
        body.insert("userName".to_owned(), json!("new"));
        body.into()
    }),
    ("schemas", "POST", "/Users", 201, |size| {
        let urns: Vec<String> =
            (0..size / 30).map(|number| format!("urn:example{number}:2.0:User")).collect();
        json!({ "userName": "new", "schemas": urns })
    }),
    (
        "a list of numbers that no schema knows",
        "POST",
        "/Users",
        400,
        |size| json!({ "userName": "new", "urn:example:2.0:User": { "list": (0..size / 7).collect::<Vec<_>>() } }),
    ),
    ("lists of lists that no schema knows", "POST", "/Users", 400, |size| {
        let list: Vec<Value> = (0..size / 12).map(|number| json!([[number]])).collect();
        json!({ "userName": "new", "urn:example:2.0:User": { "list": list } })
    }),
    ("a list that no schema knows, in a PATCH", "PATCH", "{person}", 400, |size| {
        let list: Vec<Value> = (0..size / 20).map(|number| json!({ "value": number })).collect();
        operations([json!({ "op": "add", "path": "urn:example:2.0:User:list", "value": list })])
    }),
    ("a list that no schema knows, element by element", "PATCH", "{person}", 200, |size| {
        let add = |number| json!({ "op": "add", "path": "urn:example:2.0:User:list", "value": [number, "x".repeat(900)] });
        operations((0..size / 1100).map(add))
    }),
    ("long elements that are nearly equal", "POST", "/Users", 400, |size| {
        let photo = |number| json!({ "value": format!("{}{number}", "x".repeat(size / 1100)) });
        json!({ "userName": "new", "photos": (0..1_000).map(photo).collect::<Vec<_>>() })
    }),
    ("elements of which each wants to be the primary one", "POST", "/Users", 400, |size| {
        let photo =
            |number| json!({ "value": format!("{number}{}", "x".repeat(size / 1200)), "primary": true });
        json!({ "userName": "new", "photos": (0..1_000).map(photo).collect::<Vec<_>>() })
    }),
    ("long paths", "PATCH", "{person}", 400, |size| {
        let path = |number| format!("urn:example:2.0:User:a{}{number}", "b".repeat(size / 4_000));
        operations((0..900).map(|number| json!({ "op": "add", "path": path(number), "value": 1 })))
    }),
    ("texts that hold JSON that holds JSON", "PATCH", "{person}", 200, |size| {
        let inner = (0..8).fold(
            json!({ "value": "x".repeat(size / 20_000) }),
            |inner, _| json!({ "value": inner.to_string() }),
        );
        operations((0..30).map(|_| json!({ "op": "replace", "path": "title", "value": inner })))
    }),
    ("members who are nobody", "PATCH", "{group}", 200, |size| {
        let nobody: Vec<String> = (0..size / 12).map(|number| format!("x{number}")).collect();
        operations([json!({ "op": "remove", "path": "members", "value": nobody })])
    }),
    ("members one by one", "PATCH", "{group}", 200, |size| {
        let remove = |number| json!({ "op": "remove", "path": format!("members[value eq \"{number}{}\"]", "x".repeat(size / 1_300)) });
        operations((0..900).map(remove))
    }),
    ("groups that refer to one another", "POST", "/Bulk", 200, |size| {
        let members: Vec<Value> = (0..size / 1_000 / 40)
            .map(|number| json!({ "value": format!("bulkId:{}", number * 37 % 900) }))
            .collect();
        let group = |number: usize| json!({ "method": "POST", "path": "/Groups", "bulkId": number.to_string(), "data": { "displayName": number.to_string(), "members": members } });
        json!({ "Operations": (0..900).map(group).collect::<Vec<_>>() })
    }),
    ("groups in a chain, the last first", "POST", "/Bulk", 200, |size| {
        let group = |number: usize| json!({ "method": "POST", "path": "/Groups", "bulkId": number.to_string(), "data": { "displayName": number.to_string(), "members": [{ "value": format!("bulkId:{}", number + 1) }] } });
        json!({ "Operations": (0..size / 1_200).map(group).collect::<Vec<_>>() })
    }),
];

#[test]
fn no_body_costs_more_than_its_size_allows() {
    let plain = plain_body().to_string();
    let reference = (0..3).map(|_| cost("POST", "/Users", &plain, 400)).min().unwrap();
    for (name, method, path, status, body) in BODIES {
        let body = body(MAX_BODY * 15 / 16).to_string();
        assert!(body.len() <= MAX_BODY, "{name}: {}", body.len());
        // Whatever else the machine does at the same time it hardly does twice.
        let is_bounded = (0..2).any(|_| cost(method, path, &body, *status) < MOST * reference);
        assert!(is_bounded, "{name} cost more than {MOST} times {reference:?}");
    }
}

/// How long a site takes for a request.
fn cost(method: &str, path: &str, body: &str, status: u16) -> Duration {
    let mut site = Prepared::new();
    let start = Instant::now();
    let answered = site.send(method, path, body.to_owned());
    assert_eq!(answered, status, "{method} {path}");
    start.elapsed()
}

fn plain_body() -> Value {
    let photo = |number| json!({ "value": format!("{number}{}", "x".repeat(900)) });
    json!({ "userName": "plain", "photos": (0..1_000).map(photo).collect::<Vec<_>>() })
}

struct Prepared {
    site: InMemory,
    person: String,
    group: String,
}

impl Prepared {
    fn new() -> Self {
        let mut prepared = Self { site: InMemory::new(), person: String::new(), group: String::new() };
        let emails: Vec<Value> =
            (0..1_000).map(|number| json!({ "value": format!("{number}@example.test") })).collect();
        let mut create = |path: &str, body: Value| {
            let answer = outgoing(&mut prepared.site, "POST", path, body.to_string());
            format!("{path}/{}", answer.1["id"].as_str().unwrap())
        };
        let person = create("/Users", json!({ "userName": "person", "emails": emails }));
        let group = create("/Groups", json!({ "displayName": "group", "members": [] }));
        Self { person, group, ..prepared }
    }

    fn send(&mut self, method: &str, path: &str, body: String) -> u16 {
        let path = path.replace("{person}", &self.person).replace("{group}", &self.group);
        outgoing(&mut self.site, method, &path, body).0
    }
}

fn outgoing(site: &mut InMemory, method: &str, path: &str, body: String) -> (u16, Value) {
    let (method, path, token) = (method.to_owned(), path.to_owned(), "full".to_owned());
    let answer = site.send(&Outgoing { method, path, headers: Vec::new(), token, body: Some(body) }).unwrap();
    (answer.status, answer.json())
}

fn operations(all: impl IntoIterator<Item = Value>) -> Value {
    json!({ "Operations": all.into_iter().collect::<Vec<_>>() })
}

fn numbered(count: usize, entry: impl Fn(usize) -> (String, Value)) -> Map<String, Value> {
    (0..count).map(entry).collect()
}
