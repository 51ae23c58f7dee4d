//! Who may log in, as the owner wants it, and what the identity provider reads of it.

use super::site::{configure, send, site};
use player::memory::InMemory;
use player::{Outgoing, Site};
use rollbook::service::tasks::Task;
use serde_json::{Value, json};
use std::rc::Rc;

const JANE: &str = "jane@example.test";

fn create(site: &mut InMemory, user_name: &str) -> String {
    let person = json!({ "userName": user_name, "emails": [{ "value": user_name, "primary": true }], "externalId": user_name });
    let answer = send(site, "POST", "/Users", &person);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn activate(site: &mut InMemory, id: &str, active: bool) -> u16 {
    let operation = json!({ "op": "replace", "path": "active", "value": active });
    send(site, "PATCH", &format!("/Users/{id}"), json!({ "Operations": [operation] })).status
}

fn read(site: &mut InMemory, id: &str) -> Value {
    send(site, "GET", &format!("/Users/{id}"), &Value::Null).json()
}

fn account(site: &InMemory, login: &str) -> u64 {
    site.host.account(login).unwrap().account.user_id
}

fn may_log_in(site: &InMemory, login: &str) -> bool {
    site.host.state_of(account(site, login)).unwrap().0
}

fn perform(site: &mut InMemory, task: Value) -> (u16, Value, Value) {
    let task: Task = serde_json::from_value(task).unwrap();
    let settings = Rc::clone(&site.settings);
    let exchange = site.host.perform(task, &settings, site.now);
    let response = exchange.response().unwrap();
    let summary = serde_json::to_value(exchange.summary().unwrap()).unwrap();
    (response.status, serde_json::from_str(&response.body).unwrap(), summary)
}

fn set(site: &mut InMemory, task: &str, login: &str, more: Value) -> (u16, Value, Value) {
    let mut fields = json!({ "task": task, "user_id": account(site, login), "actor": 1 });
    let more = more.as_object().cloned().unwrap_or_default();
    fields.as_object_mut().unwrap().extend(more);
    perform(site, fields)
}

#[test]
fn what_the_owner_does_is_what_the_identity_provider_reads_and_may_change() {
    let mut site = site(json!({}));
    let id = create(&mut site, JANE);
    let before = read(&mut site, &id);
    site.now += 60_000;
    site.host.stale_once();
    let (status, report, summary) = set(&mut site, "locking", JANE, json!({}));
    assert_eq!((status, &report["login"]), (200, &json!(JANE)));
    let user_id = account(&site, JANE);
    assert_eq!(summary["events"], json!([{ "event": "user_deactivated", "user_id": user_id, "id": id }]));
    assert_eq!(
        summary["effects"][0]["changes"],
        json!([{ "what": "state", "before": "active", "after": "deactivated" }])
    );
    let locked = read(&mut site, &id);
    assert_eq!(locked["active"], false);
    for member in ["version", "lastModified"] {
        assert_ne!(locked["meta"][member], before["meta"][member], "{member}");
    }
    assert!(!may_log_in(&site, JANE));
    let found = send(&mut site, "GET", "/Users?filter=active%20eq%20false", &Value::Null).json();
    assert_eq!(found["totalResults"], 1);

    let (_, _, again) = set(&mut site, "locking", JANE, json!({}));
    assert_eq!((&again["action"], &again["events"]), (&json!("unchanged"), &json!([])));

    // The identity provider has the next word.
    assert_eq!(activate(&mut site, &id, true), 200);
    assert!(may_log_in(&site, JANE));
    assert_eq!(activate(&mut site, &id, false), 200);
    assert_eq!(set(&mut site, "unlocking", JANE, json!({})).0, 200);
    assert!(may_log_in(&site, JANE) && read(&mut site, &id)["active"] == true);
    assert_eq!(activate(&mut site, &id, false), 200);
    assert!(!may_log_in(&site, JANE), "a repeated deactivation is one");
}

#[test]
fn who_was_deleted_is_let_in_and_comes_back_to_the_same_account() {
    let mut site = site(json!({}));
    let id = create(&mut site, JANE);
    let user_id = account(&site, JANE);
    assert_eq!(send(&mut site, "DELETE", &format!("/Users/{id}"), &Value::Null).status, 204);
    let unlink = json!({ "task": "unlinking", "user_id": user_id });
    assert_eq!(perform(&mut site, unlink.clone()).0, 409, "nobody who has left gets in by it");
    assert_eq!(set(&mut site, "unlocking", JANE, json!({})).0, 200);
    assert!(may_log_in(&site, JANE));
    assert_eq!(send(&mut site, "GET", &format!("/Users/{id}"), &Value::Null).status, 404, "it is gone there");

    // Somebody else gets the address: it is in use.
    let other = json!({ "userName": "other", "externalId": "other", "emails": [{ "value": JANE }] });
    let refused = send(&mut site, "POST", "/Users", &other);
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert_eq!(site.host.account(JANE).unwrap().account.email, JANE);

    let again = create(&mut site, JANE);
    assert!(again != id && account(&site, JANE) == user_id && may_log_in(&site, JANE));

    assert_eq!(send(&mut site, "DELETE", &format!("/Users/{again}"), &Value::Null).status, 204);
    assert_eq!(set(&mut site, "unlocking", JANE, json!({})).0, 200);
    assert_eq!(set(&mut site, "locking", JANE, json!({})).0, 200, "and out again");
    assert_eq!(set(&mut site, "unlocking", JANE, json!({})).0, 200);
    assert_eq!(perform(&mut site, unlink).0, 200);
    assert!(site.host.state_of(user_id).is_none() && site.host.account(JANE).unwrap().account.unlinked);
}

#[test]
fn nobody_is_locked_out_or_let_in_by_accident() {
    let mut site = site(json!({}));
    let id = create(&mut site, JANE);
    let refused = |answer: (u16, Value, Value), reason: &str| {
        assert!(answer.0 >= 400 && answer.1.to_string().contains(reason), "{reason}: {answer:?}");
    };
    let own = json!({ "actor": account(&site, JANE) });
    refused(set(&mut site, "locking", JANE, own), "lock yourself out");
    refused(set(&mut site, "locking", "admin", json!({ "actor": 99 })), "No identity provider");
    refused(set(&mut site, "unlocking", "admin", json!({ "actor": 99 })), "No identity provider");

    site.host.account_mut(JANE).unwrap().account.roles = vec!["administrator".to_owned()];
    site.host.account_mut("admin").unwrap().account.roles = vec!["subscriber".to_owned()];
    refused(set(&mut site, "locking", JANE, json!({ "several": true })), "several are chosen");
    refused(set(&mut site, "locking", JANE, json!({})), "last administrator");
    assert!(may_log_in(&site, JANE));

    site.host.account_mut("admin").unwrap().account.roles = vec!["administrator".to_owned()];
    assert_eq!(activate(&mut site, &id, false), 200);
    refused(set(&mut site, "unlocking", JANE, json!({ "several": true })), "several are chosen");
    assert_eq!(set(&mut site, "unlocking", JANE, json!({})).0, 200, "chosen by itself");
}

#[test]
fn somebody_whom_others_change_all_the_time_is_left_as_they_are() {
    let mut site = site(json!({}));
    create(&mut site, JANE);
    let user_id = account(&site, JANE);
    for task in ["locking", "unlinking"] {
        site.host.stale_times(usize::MAX);
        let (status, report, summary) = match task {
            "locking" => set(&mut site, task, JANE, json!({})),
            _ => perform(&mut site, json!({ "task": task, "user_id": user_id })),
        };
        assert_eq!((status, &summary["events"]), (409, &json!([])), "{task}");
        let detail = "The person is being changed by others at the same time. Try again.";
        assert_eq!(report["detail"], detail, "{task}");
        site.host.stale_times(0);
        assert!(may_log_in(&site, JANE) && !site.host.account(JANE).unwrap().account.unlinked, "{task}");
    }
}

#[test]
fn a_paused_site_tells_everybody_to_come_again_before_it_looks_at_anything() {
    let mut site = site(json!({}));
    let id = create(&mut site, JANE);
    configure(&mut site, json!({ "paused": true, "allowed_networks": ["192.0.2.0/24"] }));
    for (method, path) in
        [("GET", "/Users"), ("GET", "/ServiceProviderConfig"), ("DELETE", "/Users/x"), ("POST", "/Nowhere")]
    {
        let answer = send(&mut site, method, path, &Value::Null);
        assert_eq!((answer.status, answer.header("Retry-After")), (503, Some("300")), "{method} {path}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("paused the provisioning"));
    }
    let unknown = Outgoing {
        method: "GET".to_owned(),
        path: "/Users".to_owned(),
        headers: Vec::new(),
        token: "none".to_owned(),
        body: None,
    };
    let answer = site.send(&unknown).unwrap();
    assert_eq!((answer.status, answer.header("WWW-Authenticate")), (503, None), "nor is a token judged");
    configure(&mut site, json!({ "paused": false }));
    assert_eq!(read(&mut site, &id)["active"], true);
}
