//! Bugs that were found once, a test each.

use super::site::send;
use player::Site;
use player::memory::InMemory;
use serde_json::{Value, json};

#[test]
fn removing_active_neither_locks_out_nor_lets_in_and_it_is_shown_as_it_is() {
    for active in [true, false] {
        let mut site = InMemory::new();
        let person = json!({ "userName": "shown@example.test", "active": active });
        let path = format!("/Users/{}", created(&mut site, "/Users", &person));
        let removal = patch(json!({ "op": "remove", "path": "active" }));
        let before = send(&mut site, "GET", &path, &Value::Null);
        let removed = send(&mut site, "PATCH", &path, &removal);
        assert_eq!((removed.status, removed.json().get("active")), (200, Some(&Value::Bool(active))));
        assert_eq!(before.header("ETag"), removed.header("ETag"), "nothing was changed");
        let again = send(&mut site, "PATCH", &path, &removal);
        assert_eq!(again.header("ETag"), removed.header("ETag"), "there is nothing left to remove");
        send(
            &mut site,
            "PATCH",
            &path,
            patch(json!({ "op": "replace", "path": "title", "value": "Editor" })),
        );
        assert_eq!(send(&mut site, "GET", &path, &Value::Null).json()["active"], active);
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

/// A thousand long value filters over a list of a thousand elements took seconds.
#[test]
fn value_filters_are_refused_when_they_have_too_much_to_compare() {
    let mut site = InMemory::new();
    let emails: Vec<Value> = (0..1_000).map(|n| json!({ "value": format!("{n}@example.test") })).collect();
    let person = json!({ "userName": "patient@example.test", "emails": emails });
    let path = format!("/Users/{}", created(&mut site, "/Users", &person));
    let removals = |filter: &str| {
        let operation = json!({ "op": "remove", "path": format!("emails[{filter}]") });
        json!({ "Operations": vec![operation; 1_000] })
    };
    let long = vec!["value co \"zz\""; 40].join(" or ");
    let refused = send(&mut site, "PATCH", &path, removals(&long));
    assert_eq!((refused.status, refused.json()["scimType"].as_str()), (400, Some("invalidValue")));
    let usual = send(&mut site, "PATCH", &path, removals("type eq \"work\" and value eq \"x\""));
    assert_eq!(usual.status, 200, "{}", usual.body);
}

/// Found by fuzzing: POST kept one of them, PATCH both, so that what was read and sent back changed.
#[test]
fn equal_elements_of_a_list_that_no_schema_knows_are_one() {
    let mut site = InMemory::new();
    let extension = json!({ "urn:example:2.0:Badge": { "countries": ["IN", "IN"] } });
    let path =
        format!("/Users/{}", created(&mut site, "/Users", &json!({ "userName": "badge@example.test" })));
    let replaced = send(&mut site, "PATCH", &path, patch(json!({ "op": "replace", "value": extension })));
    assert_eq!(replaced.json()["urn:example:2.0:Badge"]["countries"], json!(["IN"]));
    let put = send(&mut site, "PUT", &path, replaced.json());
    assert_eq!(put.header("ETag"), replaced.header("ETag"));
}

/// Found by fuzzing: what Entra ID sends as an application role was not held to the attribute's type.
#[test]
fn a_value_within_a_value_is_held_to_the_type_of_its_attribute() {
    let mut site = InMemory::new();
    let path =
        format!("/Users/{}", created(&mut site, "/Users", &json!({ "userName": "typed@example.test" })));
    let set = |value: Value| {
        patch(json!({ "op": "replace", "path": "active", "value": { "value": { "value": value } } }))
    };
    let refused = send(&mut site, "PATCH", &path, set(json!("perhaps")));
    assert_eq!((refused.status, refused.json()["scimType"].as_str()), (400, Some("invalidValue")));
    assert_eq!(send(&mut site, "PATCH", &path, set(json!("False"))).json()["active"], false);
}

/// Found by fuzzing: one attribute of a person's schema was kept in a group and lost when it was sent back as
/// it is shown.
#[test]
fn schemas_of_people_are_ignored_in_groups_in_every_form() {
    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let mut site = InMemory::new();
    let flat = json!({ "displayName": "Flat", format!("{ENTERPRISE}:department"): "Sales" });
    let path = format!("/Groups/{}", created(&mut site, "/Groups", &flat));
    let shown = send(&mut site, "GET", &path, &Value::Null);
    assert_eq!(shown.json().get(ENTERPRISE), None);
    let again = send(&mut site, "PUT", &path, shown.json());
    assert_eq!(again.header("ETag"), shown.header("ETag"));
}

/// Found by fuzzing: PATCH kept both, and when that was sent back one was lost without a word.
#[test]
fn names_that_differ_only_in_case_are_refused_in_every_depth() {
    let mut site = InMemory::new();
    let path =
        format!("/Users/{}", created(&mut site, "/Users", &json!({ "userName": "case@example.test" })));
    let country = json!({ "country": "IN", "COUNTRY": "IN" });
    for own in [json!({ "where": country }), json!({ "lists": [[country]] }), country] {
        let value = json!({ "urn:example:2.0:User": own });
        for op in ["add", "replace"] {
            let refused = send(&mut site, "PATCH", &path, patch(json!({ "op": op, "value": value })));
            assert_eq!((refused.status, &refused.json()["scimType"]), (400, &json!("invalidSyntax")));
        }
        let mut person = value.clone();
        person["userName"] = json!("case@example.test");
        assert_eq!(send(&mut site, "PUT", &path, &person).json()["scimType"], "invalidSyntax");
    }
}

/// Found over HTTP: a display name that was made of a long name did not fit into its column.
#[test]
fn a_name_longer_than_a_display_name_is_accepted() {
    let mut site = InMemory::new();
    created(&mut site, "/Users", &json!({ "userName": "n".repeat(255) }));
    created(&mut site, "/Users", &json!({ "userName": "n", "name": { "familyName": "é".repeat(300) } }));
}

fn patch(operation: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] })
}

fn created(site: &mut InMemory, path: &str, body: &Value) -> String {
    let answer = send(site, "POST", path, body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}
