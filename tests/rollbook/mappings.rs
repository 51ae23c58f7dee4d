//! Mapped attributes: with any mapping, value and field, an IdP finds what it sent and has nothing to send
//! again.

use super::site::send;
use player::memory::InMemory;
use proptest::prelude::*;
use rollbook::memory::wordpress_stores;
use rollbook::scim::resource::MAX_SIZE;
use rollbook::settings::Settings;
use serde_json::{Value, json};
use std::rc::Rc;

const SKILLS: &str = "urn:example:hr:2.0:User:skills";
const TARGETS: [&str; 4] = ["meta:place", "acf:place", "xprofile:place", "field:description"];

fn site(mapping: &Value) -> Option<InMemory> {
    let document = json!({ "mappings": [mapping] });
    let mut site = InMemory::new();
    site.settings = Rc::new(Settings::parse(document.as_object()?).ok()?);
    site.host.plugin_fields.extend(["acf:place".to_owned(), "xprofile:place".to_owned()]);
    Some(site)
}

fn writes(site: &InMemory) -> usize {
    site.host.trace.iter().filter(|command| command.name == "update_user").count()
}

fn patch(path: &str, value: &Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": path, "value": value }],
    })
}

fn place(site: &InMemory, target: &str) -> Value {
    let stored = site.host.account("jane@example.test").unwrap();
    site.host.value(stored, target).unwrap()
}

fn edit(site: &mut InMemory, target: &str, value: Value) {
    let stored = site.host.account_mut("jane@example.test").unwrap();
    stored.values.insert(target.to_owned(), value);
}

fn jane(attributes: &Value) -> Value {
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "jane@example.test", "active": true,
    });
    body.as_object_mut().unwrap().extend(attributes.as_object().unwrap().clone());
    body
}

/// A field that turns lists round and gives every scalar back as text.
fn untidy(target: &str, value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().rev().map(|element| untidy(target, element)).collect(),
        Value::Number(number) => Value::from(format!(" {number}.0")),
        other => wordpress_stores(target, other),
    }
}

/// A list of choices that has none of these.
fn choosy(target: &str, value: &Value) -> Value {
    if target.ends_with(":place") { Value::Null } else { wordpress_stores(target, value) }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,6}",
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| number.to_string()),
        any::<bool>().prop_map(|boolean| boolean.to_string()),
        (1i32..3000, 1u32..13, 1u32..32)
            .prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}T10:00:00Z")),
        Just("1, 2".to_owned()),
        Just("0".to_owned()),
    ]
}

fn attributes() -> impl Strategy<Value = (String, Value)> {
    let types = prop_oneof![Just("work"), Just("home"), Just("other")];
    let numbers = proptest::collection::vec((types, text()), 0..4).prop_map(|numbers| {
        let numbers: Vec<Value> =
            numbers.into_iter().map(|(type_, value)| json!({ "type": type_, "value": value })).collect();
        json!({ "phoneNumbers": numbers })
    });
    let numbers_path = prop_oneof![
        Just("phoneNumbers".to_owned()),
        Just("phoneNumbers.value".to_owned()),
        Just("phoneNumbers[type eq \"work\"].value".to_owned()),
    ];
    let skills = proptest::collection::vec(text(), 0..4)
        .prop_map(|skills| (SKILLS.to_owned(), json!({ "urn:example:hr:2.0:User": { "skills": skills } })));
    prop_oneof![
        text().prop_map(|text| ("title".to_owned(), json!({ "title": text }))),
        (numbers_path, numbers),
        skills,
    ]
}

fn row() -> impl Strategy<Value = Value> {
    let targets = proptest::sample::select(TARGETS.to_vec());
    let types = proptest::sample::select(vec!["text", "boolean", "number", "date", "date_time"]);
    let several = proptest::sample::select(vec!["joined", "first", "list"]);
    let separators = proptest::sample::select(vec![", ", "", "|", "\n"]);
    let transforms =
        proptest::sample::select(vec![json!(null), json!({ "pattern": "\\D", "replacement": "" })]);
    (targets, types, several, separators, transforms).prop_map(|(target, kind, values, separator, transform)| {
        json!({ "target": target, "type": kind, "values": values, "separator": separator, "transform": transform })
    })
}

proptest! {
    #[test]
    fn what_is_written_comes_back_and_is_written_once(
        (path, attributes) in attributes(), mut row in row(), stores in 0usize..3
    ) {
        row["path"] = json!(path);
        // Some combinations are refused by the settings.
        let Some(mut site) = site(&row) else { return Ok(()) };
        site.host.stores = [wordpress_stores, untidy, choosy][stores];
        let created = send(&mut site, "POST", "/Users", jane(&attributes));
        prop_assert_eq!(created.status, 201, "{}", created.body);
        let created = created.json();
        let address = format!("/Users/{}", created["id"].as_str().unwrap());
        prop_assert_eq!(&send(&mut site, "GET", &address, &Value::Null).json(), &created);

        let again = send(&mut site, "PUT", &address, jane(&attributes));
        prop_assert_eq!(&again.json(), &created);
        for (name, value) in attributes.as_object().unwrap() {
            let operation = if name.starts_with("urn:") { patch(SKILLS, &value["skills"]) } else { patch(name, value) };
            let patched = send(&mut site, "PATCH", &address, &operation);
            prop_assert_eq!(&patched.json(), &created);
        }
        prop_assert_eq!(writes(&site), 0, "{}", site.host);
    }

    #[test]
    fn a_local_edit_is_corrected_whatever_the_row(
        (path, attributes) in attributes(), mut row in row(), other in "[a-z]{1,8}"
    ) {
        row["path"] = json!(path);
        let target = row["target"].as_str().unwrap().to_owned();
        let Some(mut site) = site(&row) else { return Ok(()) };
        let created = send(&mut site, "POST", "/Users", jane(&attributes)).json();
        let address = format!("/Users/{}", created["id"].as_str().unwrap());
        let before = place(&site, &target);
        prop_assume!(before != json!(other));
        let edited = if row["values"] == "list" { json!([other]) } else { json!(other) };
        edit(&mut site, &target, edited);
        for _ in 0..2 {
            let corrected = send(&mut site, "PUT", &address, jane(&attributes));
            prop_assert_eq!(corrected.status, 200, "{}", corrected.body);
        }
        let after = place(&site, &target);
        // Taken away is taken away, however the place says it.
        let empty = |value: &Value| value.is_null() || *value == json!("");
        prop_assert!(after == before || empty(&after) && empty(&before), "{before} → {after}\n{}", site.host);
        prop_assert_eq!(writes(&site), 1, "{}", site.host);
    }
}

#[test]
fn a_local_edit_of_a_list_is_seen_and_corrected() {
    let mut site = site(&json!({ "path": "roles", "target": "acf:place", "values": "list" })).unwrap();
    let roles = json!({ "roles": [{ "value": "a" }, { "value": "b" }] });
    let created = send(&mut site, "POST", "/Users", jane(&roles)).json();
    let address = format!("/Users/{}", created["id"].as_str().unwrap());
    edit(&mut site, "acf:place", json!(["b", "a"]));
    let seen = send(&mut site, "GET", &address, &Value::Null).json();
    assert_eq!(seen["roles"], roles["roles"], "another order is no edit");
    edit(&mut site, "acf:place", json!(["b", "c"]));
    let seen = send(&mut site, "GET", &address, &Value::Null).json();
    assert_eq!(seen["roles"], json!([{ "value": "c" }, { "value": "b" }]));
    assert_ne!(seen["meta"]["version"], created["meta"]["version"]);
    let corrected = send(&mut site, "PATCH", &address, patch("roles", &roles["roles"]));
    assert_eq!(corrected.json()["roles"], roles["roles"]);
    assert_eq!(place(&site, "acf:place"), json!(["a", "b"]));
}

#[test]
fn what_the_site_does_not_take_is_kept_and_told() {
    let row = json!({ "path": "title", "target": "xprofile:place", "type": "number" });
    let mut site = site(&row).unwrap();
    let summary = |site: &mut InMemory, body: &Value| {
        let request = rollbook::http::Request {
            method: "POST".to_owned(),
            base: "https://wordpress.example/scim/v2".to_owned(),
            path: "/Users".to_owned(),
            headers: vec![("Authorization".to_owned(), InMemory::authorization())],
            body: body.to_string().into_bytes(),
            remote: "192.0.2.1".to_owned(),
            plain: false,
            now: site.now,
            ..Default::default()
        };
        let exchange = site.host.converse(request, &site.settings);
        assert_eq!(exchange.response().unwrap().status, 201);
        let body: Value = serde_json::from_str(&exchange.response().unwrap().body).unwrap();
        (exchange.summary().unwrap().detail.clone().unwrap_or_default(), body["title"].clone())
    };
    let person = |name: &str, title: &str| json!({ "userName": name, "title": title });
    let (detail, title) = summary(&mut site, &person("one", "many"));
    assert!(detail.starts_with("xprofile:place (title) was not written: the value"), "{detail}");
    assert_eq!(title, "many");
    assert_eq!(summary(&mut site, &person("two", "2")), (String::new(), json!("2")));
    site.host.stores = choosy;
    let (detail, title) = summary(&mut site, &person("three", "3"));
    assert!(detail.contains("did not accept the value"), "{detail}");
    assert_eq!(title, "3");
    // WordPress makes the same of a name as before: nothing to tell.
    site.host.stores = wordpress_stores;
    let mut named = person("five", "5");
    named["name"] = json!({ "givenName": " Jane " });
    assert_eq!(summary(&mut site, &named).0, "");
    site.host.plugin_fields.clear();
    let (detail, title) = summary(&mut site, &person("four", "4"));
    assert!(detail.contains("has no such field at the moment"), "{detail}");
    assert_eq!(title, "4");
}

#[test]
fn a_field_that_has_come_is_filled_and_nothing_else_is_touched() {
    let mut site = site(&json!({ "path": "title", "target": "acf:place" })).unwrap();
    site.host.plugin_fields.clear();
    let sent = json!({ "title": "Guide", "nickName": "Jay" });
    let created = send(&mut site, "POST", "/Users", jane(&sent)).json();
    let address = format!("/Users/{}", created["id"].as_str().unwrap());
    edit(&mut site, "field:nickname", json!("edited"));
    site.host.plugin_fields.insert("acf:place".to_owned());

    let user_id = site.host.account("jane@example.test").unwrap().account.user_id;
    let look_at = |site: &mut InMemory, edited: bool| {
        let mut exchange =
            rollbook::exchange::Exchange::refresh(vec![user_id], edited, Rc::clone(&site.settings), site.now);
        while let Some(command) = exchange.command() {
            match site.host.run(&command) {
                Ok(answer) => exchange.answer(answer).unwrap(),
                Err(reason) => exchange.fail(&reason).unwrap(),
            }
        }
        exchange.response().unwrap().status
    };
    let refresh = |site: &mut InMemory| look_at(site, false);
    site.host.fail_after(1);
    assert_eq!(refresh(&mut site), 500);
    assert_eq!(
        site.host.trace.last().unwrap().name,
        "index_user",
        "the person is found by the edited name all the same"
    );
    site.host.stale_once();
    assert_eq!(refresh(&mut site), 204);
    assert_eq!(place(&site, "acf:place"), json!("Guide"), "whoever has just been written is read again");
    assert_eq!(place(&site, "field:nickname"), json!("edited"));
    let seen = send(&mut site, "GET", &address, &Value::Null).json();
    assert_eq!(
        (&seen["title"], &seen["nickName"]),
        (&json!("Guide"), &json!("edited")),
        "a local edit stays one"
    );
    let before = site.host.trace.iter().filter(|command| command.name == "fill_targets").count();
    assert_eq!(refresh(&mut site), 204);
    let after = site.host.trace.iter().filter(|command| command.name == "fill_targets").count();
    assert_eq!(before, after, "and that was it");
    let again = send(&mut site, "GET", &address, &Value::Null).json();
    assert_eq!(again["meta"], seen["meta"], "a look that changes nothing is no new version");
    assert_eq!(look_at(&mut site, true), 204);
    let told = send(&mut site, "GET", &address, &Value::Null).json();
    assert_ne!(told["meta"]["version"], seen["meta"]["version"], "an edit is one");
}

/// The bound of a document limits what is sent. A person can have a long text that an administrator wrote,
/// and can be locked out nevertheless.
#[test]
fn who_has_grown_inside_wordpress_can_still_be_changed() {
    let mut site = site(&json!({ "path": "title", "target": "meta:title" })).unwrap();
    let created = send(&mut site, "POST", "/Users", jane(&json!({ "title": "t" })));
    let path = format!("/Users/{}", created.json()["id"].as_str().unwrap());
    edit(&mut site, "meta:title", json!("t".repeat(2 * MAX_SIZE)));
    assert_eq!(send(&mut site, "PATCH", &path, patch("active", &json!(false))).status, 200);
    let shown = send(&mut site, "GET", &path, Value::Null).json();
    assert_eq!(shown["title"].as_str().unwrap().len(), 2 * MAX_SIZE);
    assert_eq!(send(&mut site, "PUT", &path, &shown).status, 200, "what was shown may be sent back");
    let shorter = json!("t".repeat(2 * MAX_SIZE - 1));
    assert_eq!(send(&mut site, "PATCH", &path, patch("title", &shorter)).status, 200);
    assert_eq!(send(&mut site, "PATCH", &path, patch("nickName", &json!("long"))).status, 400);
}
