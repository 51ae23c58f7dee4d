//! Bugs that were found once, a test each.

use crate::player::memory::InMemory;
use crate::player::{Incoming, Outgoing, Site};
use serde_json::{Value, json};

/// Found by scim2-tester.
#[test]
fn removing_active_removes_it_and_neither_locks_out_nor_lets_in() {
    for active in [true, false] {
        let mut site = InMemory::new();
        let person = json!({ "userName": "shown@example.test", "active": active });
        let path = format!("/Users/{}", created(&mut site, "/Users", &person));
        let removal = patch(json!({ "op": "remove", "path": "active" }));
        let removed = send(&mut site, "PATCH", &path, &removal);
        assert_eq!((removed.status, removed.json().get("active")), (200, None));
        let again = send(&mut site, "PATCH", &path, &removal);
        assert_eq!(again.header("ETag"), removed.header("ETag"), "there is nothing left to remove");
        send(
            &mut site,
            "PATCH",
            &path,
            &patch(json!({ "op": "replace", "path": "title", "value": "Editor" })),
        );
        assert_eq!(send(&mut site, "GET", &path, &Value::Null).json().get("active"), None);
        let account = site.account("shown@example.test", &[], &[]).unwrap();
        assert_eq!(account["active"], active);
        let set = patch(json!({ "op": "replace", "path": "active", "value": true }));
        assert_eq!(send(&mut site, "PATCH", &path, &set).json()["active"], true);
    }
}

#[test]
fn members_that_name_nobody_empty_no_group() {
    let mut site = InMemory::new();
    let person = created(&mut site, "/Users", &json!({ "userName": "member@example.test" }));
    let group = json!({ "displayName": "Kept", "members": [{ "value": person }] });
    let path = format!("/Groups/{}", created(&mut site, "/Groups", &group));
    let nobody = json!([{ "identifier": person }]);
    let replacement = patch(json!({ "op": "replace", "path": "members", "value": nobody }));
    assert_eq!(send(&mut site, "PATCH", &path, &replacement).status, 400);
    let whole = json!({ "displayName": "Kept", "members": nobody });
    assert_eq!(send(&mut site, "PUT", &path, &whole).status, 400);
    let members = send(&mut site, "GET", &path, &Value::Null).json()["members"].clone();
    assert_eq!(members.as_array().map(Vec::len), Some(1));
}

fn patch(operation: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] })
}

fn created(site: &mut InMemory, path: &str, body: &Value) -> String {
    let answer = send(site, "POST", path, body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn send(site: &mut InMemory, method: &str, path: &str, body: &Value) -> Incoming {
    let body = (!body.is_null()).then(|| body.to_string());
    let (method, path, token) = (method.to_owned(), path.to_owned(), "full".to_owned());
    site.send(&Outgoing { method, path, headers: Vec::new(), token, body }).unwrap()
}
