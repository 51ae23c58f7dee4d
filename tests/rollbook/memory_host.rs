//! What happens when WordPress fails, or another request is faster.

use player::memory::InMemory;
use player::{Incoming, Outgoing, Site};
use rollbook::http::Request;
use serde_json::{Value, json};

#[test]
fn a_write_that_came_too_late_is_decided_anew() {
    let mut site = InMemory::new();
    let id = created(&mut site, "late@example.test");
    site.host.stale_once();
    let before = site.host.trace.len();
    let answer = send(&mut site, "PATCH", &format!("/Users/{id}"), &[], patch("title", json!("Editor")));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["title"], "Editor");
    let updates = site.host.trace[before..].iter().filter(|command| command.name == "update_user").count();
    assert_eq!(updates, 2);
}

#[test]
fn a_client_that_named_a_version_is_told_that_it_came_too_late() {
    let mut site = InMemory::new();
    let id = created(&mut site, "late@example.test");
    let path = format!("/Users/{id}");
    let version = send(&mut site, "GET", &path, &[], Value::Null).header("ETag").unwrap().to_owned();
    let first = send(&mut site, "PATCH", &path, &[("If-Match", &version)], patch("title", json!("First")));
    assert_eq!(first.status, 200, "{}", first.body);
    let second = send(&mut site, "PATCH", &path, &[("If-Match", &version)], patch("title", json!("Second")));
    assert_eq!(second.status, 412, "{}", second.body);
    assert_eq!(send(&mut site, "GET", &path, &[], Value::Null).json()["title"], "First");
}

#[test]
fn whichever_command_fails_the_answer_is_a_scim_error_and_nothing_is_half_written() {
    for failing in 0..8 {
        let mut site = InMemory::new();
        let id = created(&mut site, "broken@example.test");
        let path = format!("/Users/{id}");
        let before = send(&mut site, "GET", &path, &[], Value::Null).body;
        site.host.fail_after(failing);
        let request = request("PATCH", &path, &patch("displayName", json!("Half")));
        let exchange = site.host.converse(request, &site.settings);
        let response = exchange.response().unwrap();
        if response.status == 200 {
            assert!(failing > 2, "the update has more than {failing} commands");
            return;
        }
        assert_eq!(response.status, 500);
        assert!(response.body.contains("urn:ietf:params:scim:api:messages:2.0:Error"), "{}", response.body);
        assert!(
            !response.body.contains("database server"),
            "the reason is for the owner alone: {}",
            response.body
        );
        assert!(exchange.summary().unwrap().failure.as_deref().unwrap().contains("database server"));
        assert_eq!(send(&mut site, "GET", &path, &[], Value::Null).body, before);
    }
    panic!("the update never came through");
}

/// Whatever fails: a group is changed and shown, or neither.
#[test]
fn a_group_that_is_changed_is_shown() {
    for method in ["PATCH", "PUT"] {
        let mut changed = 0;
        for failing in 0..12 {
            let mut site = InMemory::new();
            let id = created(&mut site, "member@example.test");
            let group = |name: &str| {
                json!({
                    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                    "displayName": name,
                    "members": [{ "value": id }],
                })
            };
            let answer = send(&mut site, "POST", "/Groups", &[], group("Before")).json();
            let path = format!("/Groups/{}", answer["id"].as_str().unwrap());
            let body = match method {
                "PUT" => group("After"),
                _ => patch("displayName", json!("After")),
            };
            site.host.fail_after(failing);
            let request = request(method, &path, &body);
            let response = site.host.converse(request, &site.settings).response().unwrap().clone();
            site.host.fail_after(usize::MAX);
            let now = send(&mut site, "GET", &path, &[], Value::Null).json();
            let shown: Value = serde_json::from_str(&response.body).unwrap_or_default();
            assert_eq!(
                now["displayName"] == "After",
                response.status == 200,
                "{method} {failing}: {response:?}"
            );
            if response.status == 200 {
                assert_eq!((&shown, shown["members"][0]["value"].as_str()), (&now, Some(id.as_str())));
                changed += 1;
            }
        }
        assert!(changed > 0, "the change never came through");
    }
}

fn created(site: &mut InMemory, user_name: &str) -> String {
    let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user_name });
    let answer = send(site, "POST", "/Users", &[], body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn patch(path: &str, value: Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": path, "value": value }],
    })
}

fn send(site: &mut InMemory, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Incoming {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = (!body.is_null()).then(|| body.to_string());
    let token = "full".to_owned();
    site.send(&Outgoing { method: method.to_owned(), path: path.to_owned(), headers, token, body })
        .unwrap_or_else(|reason| panic!("{reason}"))
}

fn request(method: &str, path: &str, body: &Value) -> Request {
    Request {
        method: method.to_owned(),
        base: "https://wordpress.example/wp-json/scim/v2".to_owned(),
        path: path.to_owned(),
        headers: vec![("Authorization".to_owned(), InMemory::authorization())],
        body: body.to_string().into_bytes(),
        remote: "192.0.2.1".to_owned(),
        now: 1_795_327_300_000,
        ..Request::default()
    }
}
