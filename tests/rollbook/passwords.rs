//! Passwords that identity providers send: what is set, what is refused, and that nothing of them is told.

use super::site::{send, site};
use player::memory::InMemory;
use serde_json::{Value, json};

fn bulk(method: &str, path: &str, data: &Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{ "method": method, "path": path, "bulkId": "a", "data": data }],
    })
}

fn person(password: &str) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann", "active": true, "password": password })
}

fn patch(password: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "value": { "password": password } }],
    })
}

fn synchronised() -> (InMemory, String) {
    let mut site = site(json!({ "password_sync": true }));
    let answer = send(&mut site, "POST", "/Users", person("a good pass-phrase"));
    assert_eq!(answer.status, 201, "{}", answer.body);
    let path = format!("/Users/{}", answer.json()["id"].as_str().unwrap());
    (site, path)
}

#[test]
fn a_password_that_cannot_be_set_is_refused_by_every_way_in() {
    for weak in ["a", "short-1", "          "] {
        let mut empty = site(json!({ "password_sync": true }));
        let (mut site, path) = synchronised();
        let answers = [
            send(&mut empty, "POST", "/Users", person(weak)),
            send(&mut site, "PUT", &path, person(weak)),
            send(&mut site, "PATCH", &path, patch(weak)),
        ];
        for answer in answers {
            assert_eq!(answer.status, 400, "{weak}: {}", answer.body);
            assert_eq!(answer.json()["scimType"], "invalidValue");
            assert!(answer.json()["detail"].as_str().unwrap().contains("\"password\""));
        }
        let answers = [
            send(&mut empty, "POST", "/Bulk", bulk("POST", "/Users", &person(weak))),
            send(&mut site, "POST", "/Bulk", bulk("PUT", &path, &person(weak))),
            send(&mut site, "POST", "/Bulk", bulk("PATCH", &path, &patch(weak))),
        ];
        for answer in answers {
            let operation = answer.json()["Operations"][0].clone();
            assert_eq!(operation["status"], "400", "{answer:?}");
            assert_eq!(operation["response"]["scimType"], "invalidValue");
        }
        let found = send(&mut empty, "GET", "/Users?filter=userName%20eq%20%22ann%22", Value::Null);
        assert_eq!(found.json()["totalResults"], 0);
    }
}

#[test]
fn a_password_that_cannot_be_set_keeps_nobody_in() {
    let (mut site, path) = synchronised();
    let mut leaver = person("a");
    leaver["active"] = json!(false);
    let answer = send(&mut site, "PUT", &path, &leaver);
    assert_eq!((answer.status, &answer.json()["active"]), (200, &json!(false)), "{}", answer.body);
}

#[test]
fn a_password_that_is_not_synchronised_is_not_looked_at() {
    let mut site = site(json!({}));
    assert_eq!(send(&mut site, "POST", "/Users", person("a")).status, 201);
}
