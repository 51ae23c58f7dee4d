//! Requests on the condition of a version (RFC 7644 §3.14, RFC 9110 §13): every method, every header, people
//! and groups.

use player::memory::InMemory;
use player::{Incoming, Outgoing, Site};
use serde_json::{Value, json};

/// What a header holds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Tag {
    Current,
    Stale,
    Any,
    /// The current one among others, and without its `W/`.
    Among,
}

const TAGS: [Tag; 4] = [Tag::Current, Tag::Stale, Tag::Any, Tag::Among];

#[test]
fn every_method_heeds_every_condition() {
    for kind in ["Users", "Groups"] {
        for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE"] {
            for header in ["If-Match", "If-None-Match"] {
                for tag in TAGS {
                    check(kind, method, header, tag);
                }
            }
        }
    }
}

fn check(kind: &str, method: &str, header: &str, tag: Tag) {
    let case = format!("{method} /{kind} with {header}: {tag:?}");
    let mut site = InMemory::new();
    let created = send(&mut site, "POST", &format!("/{kind}"), None, &body("first"));
    assert_eq!(created.status, 201, "{}", created.body);
    let version = created.header("ETag").unwrap().to_owned();
    let path = format!("/{kind}/{}", created.json()["id"].as_str().unwrap());
    let value = match tag {
        Tag::Current => version.clone(),
        Tag::Stale => "W/\"0-0\"".to_owned(),
        Tag::Any => "*".to_owned(),
        Tag::Among => format!("\"0-0\", {}", version.trim_start_matches("W/")),
    };
    let sent = match method {
        "PUT" => body("second"),
        "PATCH" => json!({ "Operations": [{ "op": "replace", "value": body("second") }] }),
        _ => Value::Null,
    };
    let answer = send(&mut site, method, &path, Some((header, &value)), &sent);

    let reads = matches!(method, "GET" | "HEAD");
    let holds = (tag != Tag::Stale) == (header == "If-Match");
    let expected = match (holds, reads, header) {
        (true, _, _) if method == "DELETE" => 204,
        (true, _, _) => 200,
        (false, true, "If-None-Match") => 304,
        (false, _, _) => 412,
    };
    assert_eq!(answer.status, expected, "{case}: {}", answer.body);
    match answer.status {
        304 => {
            assert_eq!((answer.body.as_str(), answer.header("ETag")), ("", Some(version.as_str())), "{case}")
        }
        412 if method != "HEAD" => {
            assert_eq!(answer.json()["status"], "412", "{case}");
            assert!(answer.json()["detail"].as_str().unwrap().contains(&version), "{case}: {}", answer.body);
        }
        _ => {}
    }
    let now = send(&mut site, "GET", &path, None, &Value::Null);
    match (expected, method) {
        (204, _) => assert_eq!(now.status, 404, "{case}"),
        (200, "PUT" | "PATCH") => {
            assert_eq!(now.json()["externalId"], "second", "{case}");
            assert_ne!(now.header("ETag"), Some(version.as_str()), "{case}");
            assert_eq!(now.header("ETag"), answer.header("ETag"), "{case}");
        }
        _ => assert_eq!(now.header("ETag"), Some(version.as_str()), "{case}: nothing has changed"),
    }
}

#[test]
fn a_condition_on_nobody_is_not_found() {
    let mut site = InMemory::new();
    for (method, sent) in [("GET", Value::Null), ("PUT", body("x")), ("DELETE", Value::Null)] {
        for path in ["/Users/nobody", "/Groups/nobody"] {
            let answer = send(&mut site, method, path, Some(("If-Match", "*")), &sent);
            assert_eq!(answer.status, 404, "{method} {path}");
        }
    }
}

fn body(external_id: &str) -> Value {
    json!({ "userName": "conditional", "displayName": "Conditional", "externalId": external_id })
}

fn send(
    site: &mut InMemory,
    method: &str,
    path: &str,
    header: Option<(&str, &str)>,
    body: &Value,
) -> Incoming {
    let headers = header.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
    let body = (!body.is_null()).then(|| body.to_string());
    let (method, path, token) = (method.to_owned(), path.to_owned(), "full".to_owned());
    site.send(&Outgoing { method, path, headers, token, body }).unwrap()
}
