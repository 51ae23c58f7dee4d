//! The seat belt: an IdP whose filter is wrong takes a thousand people away.

use super::site::{configure, send, site};
use player::memory::InMemory;
use rollbook::host::{Decision, Scope};
use rollbook::service::tasks::Task;
use serde_json::{Value, json};
use std::rc::Rc;

const HOUR: i64 = 60 * 60 * 1000;

fn person(site: &mut InMemory, name: &str) -> String {
    let body = json!({ "userName": name, "emails": [{ "value": name, "primary": true }] });
    let answer = send(site, "POST", "/Users", &body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn crowd(site: &mut InMemory, count: usize) -> Vec<String> {
    (0..count).map(|number| person(site, &format!("person{number}@contoso.test"))).collect()
}

fn delete(site: &mut InMemory, id: &str) -> u16 {
    send(site, "DELETE", &format!("/Users/{id}"), Value::Null).status
}

fn active(site: &mut InMemory, id: &str, active: bool) -> u16 {
    let operation = json!({ "op": "replace", "path": "active", "value": active });
    send(site, "PATCH", &format!("/Users/{id}"), json!({ "Operations": [operation] })).status
}

/// How many people are read, without the administrator of the site.
fn total(site: &mut InMemory) -> u64 {
    send(site, "GET", "/Users?count=0", Value::Null).json()["totalResults"].as_u64().unwrap() - 1
}

/// Has the owner's decision carried out, part by part.
fn decide(site: &mut InMemory, decision: Decision) -> Value {
    let now = site.now;
    site.host.decide_losses(decision, now);
    let settings = Rc::clone(&site.settings);
    let mut sum = json!({ "undone": 0, "let_go": 0, "failed": 0 });
    loop {
        let exchange = site.host.perform(Task::Settling { limit: 100 }, &settings, site.now);
        let report: Value = serde_json::from_str(&exchange.response().unwrap().body).unwrap();
        for key in ["undone", "let_go", "failed"] {
            sum[key] = json!(sum[key].as_u64().unwrap() + report[key].as_u64().unwrap());
        }
        if report["left"] == json!(false) {
            return sum;
        }
    }
}

#[test]
fn a_wrong_filter_that_deletes_a_thousand_people_deletes_a_hundred_until_the_owner_decides() {
    for (decision, count, limit) in [(Decision::Undo, 1_000, 100), (Decision::LetGo, 120, 50)] {
        let mut site = site(json!({ "deletion": { "policy": "delete" } }));
        let people = crowd(&mut site, count);
        let group = json!({ "displayName": "Everybody", "members": people.iter().map(|id| json!({ "value": id })).collect::<Vec<_>>() });
        let group = send(&mut site, "POST", "/Groups", &group).json()["id"].as_str().unwrap().to_owned();
        for (index, id) in people.iter().enumerate() {
            assert_eq!(delete(&mut site, id), 204, "the identity provider is told that it is done");
            if index % 50 == 0 {
                assert_eq!(send(&mut site, "GET", &format!("/Users/{id}"), Value::Null).status, 404);
            }
            assert_eq!(site.host.told_of_losses().is_some(), index >= limit, "the owner is told at {index}");
        }
        assert_eq!(total(&mut site), 0, "what is read agrees with what was told");
        assert_eq!(site.host.held().len(), count - limit);
        for number in [0, limit - 1, limit, count - 1] {
            let account = site.host.account(&format!("person{number}@contoso.test"));
            assert_eq!(account.is_some(), number >= limit, "the account of person {number}");
            if let Some(user_id) = account.map(|stored| stored.account.user_id) {
                assert!(!site.host.state_of(user_id).unwrap().0, "a deleted person is locked out at once");
            }
        }
        let report = decide(&mut site, decision);
        assert_eq!(report["failed"], json!(0));
        assert_eq!(site.host.told_of_losses(), None);
        assert!(site.host.held().is_empty());
        let left = if decision == Decision::Undo { (count - limit) as u64 } else { 0 };
        assert_eq!(total(&mut site), left);
        let members = send(&mut site, "GET", &format!("/Groups/{group}"), Value::Null).json();
        assert_eq!(members["members"].as_array().map_or(0, Vec::len) as u64, left);
        let last = send(&mut site, "GET", &format!("/Users/{}", people[count - 1]), Value::Null);
        assert_eq!(last.status, if left > 0 { 200 } else { 404 });
        if left > 0 {
            assert_eq!(last.json()["active"], json!(true));
        }
        assert_eq!(site.host.account(&format!("person{}@contoso.test", count - 1)).is_some(), left > 0);
    }
}

#[test]
fn whoever_is_deactivated_is_out_at_once_and_all_are_let_in_again_together() {
    let mut site = site(json!({}));
    let people = crowd(&mut site, 60);
    let by_hand = &people[0];
    for id in &people {
        assert_eq!(active(&mut site, id, false), 200);
    }
    assert!(site.host.told_of_losses().is_some());
    assert_eq!(active(&mut site, by_hand, true), 200);
    assert_eq!(active(&mut site, by_hand, true), 200);
    let shown = |site: &mut InMemory, id: &str| {
        send(site, "GET", &format!("/Users/{id}"), Value::Null).json()["active"].clone()
    };
    assert_eq!(shown(&mut site, &people[59]), json!(false));
    assert_eq!(decide(&mut site, Decision::Undo)["undone"], json!(60));
    for id in &people {
        assert_eq!(shown(&mut site, id), json!(true), "{id}");
    }
}

#[test]
fn who_was_deactivated_first_and_then_deleted_comes_back_and_is_let_in() {
    let mut site =
        site(json!({ "deletion": { "policy": "delete" }, "mass_removal": { "people": 0, "percent": 0 } }));
    let id = person(&mut site, "twice@contoso.test");
    assert_eq!(active(&mut site, &id, false), 200);
    assert_eq!(delete(&mut site, &id), 204);
    assert_eq!(decide(&mut site, Decision::Undo)["undone"], json!(2));
    let shown = send(&mut site, "GET", &format!("/Users/{id}"), Value::Null);
    assert_eq!((shown.status, &shown.json()["active"]), (200, &json!(true)));
}

#[test]
fn a_deletion_is_undone_although_somebody_writes_at_the_same_moment() {
    let mut site = site(json!({ "mass_removal": { "people": 0, "percent": 0 } }));
    let id = person(&mut site, "busy@contoso.test");
    assert_eq!(delete(&mut site, &id), 204);
    site.host.stale_once();
    assert_eq!(decide(&mut site, Decision::Undo), json!({ "undone": 1, "let_go": 0, "failed": 0 }));
    let shown = send(&mut site, "GET", &format!("/Users/{id}"), Value::Null);
    assert_eq!((shown.status, &shown.json()["active"]), (200, &json!(true)));
}

#[test]
fn roles_that_a_filter_takes_count_and_come_back_together() {
    let rules = json!([{ "filter": "groups.display eq \"Editors\"", "role": "editor" }]);
    let mut site = site(json!({ "role_rules": rules }));
    let people = crowd(&mut site, 60);
    let members: Vec<Value> = people.iter().map(|id| json!({ "value": id })).collect();
    let group = json!({ "displayName": "Editors", "members": members });
    let group = send(&mut site, "POST", "/Groups", &group).json()["id"].as_str().unwrap().to_owned();
    let roles = |site: &InMemory| site.host.account("person7@contoso.test").unwrap().account.roles.clone();
    assert_eq!(roles(&site), ["editor"]);
    assert!(site.host.told_of_losses().is_none(), "to get a role is no loss");
    let removal = json!({ "Operations": [{ "op": "remove", "path": "members" }] });
    assert!(send(&mut site, "PATCH", &format!("/Groups/{group}"), removal).status < 300);
    assert_eq!(roles(&site), ["subscriber"]);
    assert!(site.host.told_of_losses().is_some());
    assert_eq!(decide(&mut site, Decision::Undo)["failed"], json!(0));
    assert_eq!(roles(&site), ["editor"]);
}

#[test]
fn roles_that_have_become_protected_do_not_come_back() {
    let rules = json!([{ "filter": "title eq \"Chief\"", "role": "editor" }]);
    let settings = json!({ "role_rules": rules, "mass_removal": { "people": 0, "percent": 0 } });
    let mut site = site(settings.clone());
    let body = json!({ "userName": "chief@contoso.test", "title": "Chief" });
    let id = send(&mut site, "POST", "/Users", &body).json()["id"].as_str().unwrap().to_owned();
    let operation = json!({ "op": "replace", "path": "title", "value": "Clerk" });
    send(&mut site, "PATCH", &format!("/Users/{id}"), json!({ "Operations": [operation] }));
    let mut protecting = settings;
    protecting["protected_roles"] = json!(["editor"]);
    configure(&mut site, protecting);
    decide(&mut site, Decision::Undo);
    assert_eq!(site.host.account("chief@contoso.test").unwrap().account.roles, ["subscriber"]);
}

#[test]
fn few_who_leave_and_the_settings_that_say_how_many_hold_nothing() {
    let held = |mut settings: Value, people: usize, leaving: usize, pause: i64| {
        settings["deletion"] = json!({ "policy": "delete" });
        let mut site = site(settings);
        let people = crowd(&mut site, people);
        for id in &people[..leaving] {
            site.now += pause;
            assert_eq!(delete(&mut site, id), 204);
        }
        site.host.held().len()
    };
    assert_eq!(held(json!({}), 80, 50, 0), 0);
    assert_eq!(held(json!({}), 80, 51, 0), 1);
    assert_eq!(held(json!({}), 80, 80, HOUR), 0, "no more than twenty-four in a day");
    assert_eq!(held(json!({ "mass_removal": { "hours": 1 } }), 80, 80, 10_000), 30);
    assert_eq!(held(json!({ "mass_removal": { "people": 5 } }), 30, 10, 0), 5);
    assert_eq!(held(json!({ "mass_removal": { "people": 5, "percent": 50 } }), 30, 20, 0), 5);
    assert_eq!(held(json!({ "mass_removal": { "watch": false } }), 80, 80, 0), 0);
}

#[test]
fn what_the_owner_lets_go_is_not_held_again_within_the_window() {
    let mut site = site(json!({ "deletion": { "policy": "delete" }, "mass_removal": { "people": 5 } }));
    let people = crowd(&mut site, 40);
    people[..10].iter().for_each(|id| assert_eq!(delete(&mut site, id), 204));
    assert_eq!(site.host.held().len(), 5);
    assert_eq!(decide(&mut site, Decision::LetGo)["let_go"], json!(10));
    people[10..20].iter().for_each(|id| assert_eq!(delete(&mut site, id), 204));
    assert_eq!(site.host.held().len(), 0, "the owner has said that it is right");
    site.now += 25 * HOUR;
    people[20..30].iter().for_each(|id| assert_eq!(delete(&mut site, id), 204));
    assert_eq!(site.host.held().len(), 5, "the next day counts anew");
}

#[test]
fn while_the_owner_is_asked_every_further_deletion_of_the_window_waits() {
    let settings =
        |people: u32| json!({ "deletion": { "policy": "delete" }, "mass_removal": { "people": people } });
    let mut site = site(settings(5));
    let people = crowd(&mut site, 40);
    people[..6].iter().for_each(|id| assert_eq!(delete(&mut site, id), 204));
    assert_eq!(site.host.held().len(), 1);
    let told = site.host.told_of_losses();
    assert!(told.is_some());
    configure(&mut site, settings(1000));
    people[6..10].iter().for_each(|id| assert_eq!(delete(&mut site, id), 204));
    assert_eq!(site.host.held().len(), 5, "whatever the limit is by now");
    assert_eq!(site.host.told_of_losses(), told, "the owner is told once");
    site.now += 25 * HOUR;
    configure(&mut site, settings(5));
    people[10..17].iter().for_each(|id| assert_eq!(delete(&mut site, id), 204));
    assert_eq!(site.host.held().len(), 7, "the next day counts anew");
    assert_ne!(site.host.told_of_losses(), told, "and the owner is told again");
}

#[test]
fn a_deletion_that_is_asked_about_again_makes_no_other_one_wait() {
    let mut site = site(json!({ "deletion": { "policy": "delete" }, "mass_removal": { "people": 3 } }));
    let people = crowd(&mut site, 12);
    let body = |external: &str| json!({ "userName": "same@contoso.test", "externalId": external });
    let id = send(&mut site, "POST", "/Users", body("one")).json()["id"].as_str().unwrap().to_owned();
    people[..3].iter().for_each(|id| assert_eq!(delete(&mut site, id), 204));
    assert_eq!(delete(&mut site, &id), 204);
    assert_eq!(site.host.held().len(), 1);
    assert_eq!(send(&mut site, "POST", "/Users", body("two")).status, 201, "the name is somebody else's now");
    assert_eq!(decide(&mut site, Decision::Undo)["failed"], json!(1));
    assert!(site.host.told_of_losses().is_some(), "the owner is asked again");
    people[4..6].iter().for_each(|id| assert_eq!(delete(&mut site, id), 204));
    assert_eq!(site.host.held().len(), 1);
    people[6..8].iter().for_each(|id| assert_eq!(delete(&mut site, id), 204));
    assert_eq!(site.host.held().len(), 3, "the fourth and the fifth are too many with the one that waits");
}

#[test]
fn whoever_the_identity_provider_brings_back_itself_is_left_alone() {
    let mut site =
        site(json!({ "deletion": { "policy": "delete" }, "mass_removal": { "people": 0, "percent": 0 } }));
    let id = person(&mut site, "back@contoso.test");
    assert_eq!(delete(&mut site, &id), 204);
    let again = person(&mut site, "back@contoso.test");
    assert_ne!(again, id);
    let user_id = site.host.account("back@contoso.test").unwrap().account.user_id;
    for decision in [Decision::LetGo, Decision::Undo] {
        decide(&mut site, decision);
        let shown = send(&mut site, "GET", &format!("/Users/{again}"), Value::Null);
        assert_eq!((shown.status, &shown.json()["active"]), (200, &json!(true)));
        assert_eq!(site.host.account("back@contoso.test").unwrap().account.user_id, user_id);
    }
}

#[test]
fn whose_name_was_given_to_another_stays_deleted_and_the_owner_reads_why_and_is_asked_again() {
    let mut site =
        site(json!({ "deletion": { "policy": "delete" }, "mass_removal": { "people": 0, "percent": 0 } }));
    let body = |external: &str| json!({ "userName": "same@contoso.test", "externalId": external });
    let first = send(&mut site, "POST", "/Users", body("one")).json()["id"].as_str().unwrap().to_owned();
    assert_eq!(delete(&mut site, &first), 204);
    let second = send(&mut site, "POST", "/Users", body("two"));
    assert_eq!(second.status, 201, "a person who is gone blocks nobody, also while a deletion waits");
    let now = site.now;
    site.host.decide_losses(Decision::Undo, now);
    let settings = Rc::clone(&site.settings);
    let exchange = site.host.perform(Task::Settling { limit: 100 }, &settings, now);
    let summary = exchange.summary().unwrap();
    assert!(summary.failure.as_deref().is_some_and(|text| text.contains("same@contoso.test")), "{summary:?}");
    assert_eq!(send(&mut site, "GET", &format!("/Users/{first}"), Value::Null).status, 404);
    assert_eq!(total(&mut site), 1);
    assert_eq!(site.host.held().len(), 1, "the account is still kept");
    assert!(site.host.told_of_losses().is_some(), "the owner is asked again");
    assert_eq!(decide(&mut site, Decision::LetGo), json!({ "undone": 0, "let_go": 1, "failed": 0 }));
    assert!(site.host.held().is_empty());
}

#[test]
fn bulk_counts_like_single_requests() {
    let mut site = site(json!({ "deletion": { "policy": "delete" } }));
    let people = crowd(&mut site, 80);
    let operations: Vec<Value> =
        people.iter().map(|id| json!({ "method": "DELETE", "path": format!("/Users/{id}") })).collect();
    let answer = send(&mut site, "POST", "/Bulk", json!({ "Operations": operations }));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let statuses = answer.json()["Operations"].as_array().unwrap().clone();
    assert!(statuses.iter().all(|operation| operation["status"] == json!("204")));
    assert_eq!(site.host.held().len(), 30);
    assert!(site.host.told_of_losses().is_some());
}

#[test]
fn a_token_that_reads_notes_nothing() {
    let mut site = site(json!({ "mass_removal": { "people": 0, "percent": 0 } }));
    site.host.add_token("another-token-that-only-reads-things", Scope::Read);
    let id = person(&mut site, "stays@contoso.test");
    let answer = player::Site::send(
        &mut site,
        &player::Outgoing {
            method: "DELETE".to_owned(),
            path: format!("/Users/{id}"),
            headers: Vec::new(),
            token: "read".to_owned(),
            body: None,
        },
    );
    assert_eq!(answer.unwrap().status, 403);
    assert!(site.host.told_of_losses().is_none());
}

#[test]
fn who_comes_back_has_the_role_of_the_groups_as_they_are_by_now() {
    let rules = json!([{ "filter": "groups.display eq \"Editors\"", "role": "editor" }]);
    let losses = json!({ "people": 0, "percent": 0 });
    let mut site = site(json!({ "role_rules": rules, "mass_removal": losses }));
    let id = person(&mut site, "back@contoso.test");
    let group = json!({ "displayName": "Editors", "members": [{ "value": id }] });
    let group = send(&mut site, "POST", "/Groups", &group).json()["id"].as_str().unwrap().to_owned();
    assert_eq!(delete(&mut site, &id), 204);
    let renamed = json!({ "displayName": "Guides" });
    assert_eq!(send(&mut site, "PUT", &format!("/Groups/{group}"), renamed).status, 200);
    let before = site.host.version_of(&group);
    let modified = |site: &mut InMemory| {
        let group = send(site, "GET", &format!("/Groups/{group}"), Value::Null).json();
        group["meta"]["lastModified"].as_str().unwrap().to_owned()
    };
    let emptied = modified(&mut site);
    site.now += HOUR;
    assert_eq!(decide(&mut site, Decision::Undo)["undone"], json!(1));
    assert!(modified(&mut site) > emptied);
    assert_eq!(site.host.account("back@contoso.test").unwrap().account.roles, ["subscriber"]);
    assert!(site.host.version_of(&group) > before, "its members have changed");
}
