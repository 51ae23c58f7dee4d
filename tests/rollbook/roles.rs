//! Roles: those that rules give, those given by hand, and what the owner does to everybody at once.

use super::site::{configure, send, site};
use player::Incoming;
use player::memory::InMemory;
use rollbook::service::tasks::Task;
use serde_json::{Value, json};
use std::rc::Rc;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn create(site: &mut InMemory, user_name: &str, department: &str) -> String {
    let mut person = json!({ "userName": user_name });
    person[ENTERPRISE] = json!({ "department": department });
    let answer = send(site, "POST", "/Users", &person);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn change(site: &mut InMemory, id: &str, path: &str, value: Value) -> Incoming {
    let operation = json!({ "op": "replace", "path": path, "value": value });
    send(site, "PATCH", &format!("/Users/{id}"), json!({ "Operations": [operation] }))
}

fn moved(site: &mut InMemory, id: &str, department: &str) {
    let answer = change(site, id, &format!("{ENTERPRISE}:department"), json!(department));
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn roles(site: &InMemory, account: &str) -> Vec<String> {
    site.host.account(account).unwrap().account.roles.clone()
}

fn give(site: &mut InMemory, account: &str, roles: &[&str]) {
    let account = &mut site.host.account_mut(account).unwrap().account;
    account.roles = roles.iter().map(|role| (*role).to_owned()).collect();
}

fn perform(site: &mut InMemory, task: Value) -> (u16, Value) {
    let task: Task = serde_json::from_value(task).unwrap();
    let settings = Rc::clone(&site.settings);
    let exchange = site.host.perform(task, &settings, site.now);
    let response = exchange.response().unwrap();
    (response.status, serde_json::from_str(&response.body).unwrap())
}

/// Everything that a task has to tell, part after part.
fn perform_all(site: &mut InMemory, mut task: Value, limit: u64) -> (Value, Vec<Value>) {
    let (mut counts, mut entries) = (json!({}), Vec::new());
    let mut total = 0;
    let mut examined = 0;
    task["part"]["limit"] = json!(limit);
    task["part"]["after"] = json!(0);
    loop {
        let (status, report) = perform(site, task.clone());
        assert_eq!(status, 200, "{report}");
        for (verdict, count) in report["counts"].as_object().unwrap() {
            counts[verdict] = json!(counts[verdict].as_u64().unwrap_or(0) + count.as_u64().unwrap());
        }
        entries.extend(report["entries"].as_array().unwrap().clone());
        total = report["total"].as_u64().unwrap_or(total);
        examined += report["examined"].as_u64().unwrap();
        if report["next"].is_null() {
            assert_eq!(examined, total, "everybody was looked at, once");
            return (counts, entries);
        }
        assert!(report["next"].as_u64() > task["part"]["after"].as_u64());
        task["part"]["after"] = report["next"].clone();
    }
}

fn sales(role: &str, more: Value) -> Value {
    let mut settings = json!({ "role_rules": [{ "filter": "department eq \"Sales\"", "role": role }], "protected_roles": [] });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    settings
}

#[test]
fn a_role_given_by_hand_stays_until_the_rules_decide_otherwise() {
    let mut site = site(sales("author", json!({})));
    let id = create(&mut site, "jane@example.test", "Sales");
    assert_eq!(roles(&site, "jane@example.test"), ["author"]);
    give(&mut site, "jane@example.test", &["editor", "forum_member"]);
    moved(&mut site, &id, "Sales");
    assert_eq!(change(&mut site, &id, "title", json!("Boss")).status, 200);
    assert_eq!(roles(&site, "jane@example.test"), ["editor", "forum_member"]);
    moved(&mut site, &id, "Marketing");
    assert_eq!(roles(&site, "jane@example.test"), ["subscriber", "forum_member"], "the role beside it stays");
    give(&mut site, "jane@example.test", &["subscriber", "forum_member", "author"]);
    moved(&mut site, &id, "Sales");
    assert_eq!(roles(&site, "jane@example.test"), ["author", "forum_member"], "no role is there twice");
}

/// A change of a group reads no more of thousands of people than the rules ask for.
#[test]
fn what_a_rule_asks_for_beside_groups_counts_as_it_is_now_and_nothing_else_is_read() {
    let in_group = |asked: &str| format!("groups.display eq \"Crew\" and {asked}");
    let phone = json!({ "path": "phoneNumbers[type eq \"work\"].value", "target": "meta:phone" });
    let badge = json!({ "path": "urn:acme:2.0:User:badge", "target": "meta:badge" });
    let all = ["first_name", "last_name", "display_name", "nickname", "user_url", "locale"]
        .map(|name| format!("field:{name}"));
    let all: Vec<&str> = all.iter().map(String::as_str).chain(["meta:phone", "meta:badge"]).collect();
    let cases: [(String, &[&str], (&str, &str)); 7] = [
        ("groups.display eq \"Crew\"".to_owned(), &[], ("", "")),
        (in_group("active eq true and not (title eq \"Boss\")"), &[], ("", "")),
        (in_group("nickName eq \"Jo\""), &["field:nickname"], ("field:nickname", "Jo")),
        (
            in_group("NAME.familyname eq \"Fox\""),
            &["field:first_name", "field:last_name"],
            ("field:last_name", "Fox"),
        ),
        (in_group("phoneNumbers[value eq \"7\"]"), &["meta:phone"], ("meta:phone", "7")),
        (in_group("urn:acme:2.0:User:badge eq \"B7\""), &["meta:badge"], ("meta:badge", "B7")),
        (in_group("meta.version pr"), &all, ("", "")),
    ];
    for (filter, asked, (target, edit)) in cases {
        let rule = json!({ "filter": filter, "role": "author" });
        let mut site = site(json!({ "role_rules": [rule], "mappings": [phone, badge] }));
        let person = json!({
            "userName": "jane@example.test", "nickName": "J", "name": { "givenName": "Jane", "familyName": "Doe" },
            "phoneNumbers": [{ "type": "work", "value": "1" }], "urn:acme:2.0:User": { "badge": "A1" },
        });
        let id = send(&mut site, "POST", "/Users", &person).json()["id"].clone();
        let group = send(&mut site, "POST", "/Groups", json!({ "displayName": "Crew" })).json()["id"].clone();
        if !edit.is_empty() {
            let account = site.host.account_mut("jane@example.test").unwrap();
            account.values.insert(target.to_owned(), json!(edit));
        }
        site.host.trace.clear();
        let join = json!({ "op": "add", "path": "members", "value": [{ "value": id }] });
        let path = format!("/Groups/{}", group.as_str().unwrap());
        assert_eq!(send(&mut site, "PATCH", &path, json!({ "Operations": [join] })).status, 200, "{filter}");
        assert_eq!(roles(&site, "jane@example.test"), ["author"], "{filter}");
        let loaded = site.host.trace.iter().find(|command| command.name == "load_users").unwrap();
        assert_eq!(loaded.fields["targets"], json!(asked), "{filter}");
    }
}

#[test]
fn a_role_given_by_hand_is_overruled_by_every_request() {
    let mut site = site(sales("author", json!({ "hand_given_roles": "overrule" })));
    let id = create(&mut site, "jane@example.test", "Sales");
    let shown = send(&mut site, "GET", &format!("/Users/{id}"), &Value::Null).json();
    let no_ops = [
        ("PUT", shown),
        ("PATCH", json!({ "Operations": [{ "op": "replace", "path": "active", "value": true }] })),
    ];
    for (method, body) in no_ops {
        for by_hand in [vec!["editor"], vec!["author", "editor"], vec!["editor", "author"], vec![]] {
            give(&mut site, "jane@example.test", &by_hand);
            let answer = send(&mut site, method, &format!("/Users/{id}"), &body);
            assert_eq!(answer.status, 200, "{}", answer.body);
            assert_eq!(roles(&site, "jane@example.test"), ["author"], "{method} {by_hand:?}");
        }
        site.host.trace.clear();
        send(&mut site, method, &format!("/Users/{id}"), &body);
        assert!(!site.host.trace.iter().any(|command| command.name == "update_user"), "a quiet no-op");
    }
    moved(&mut site, &id, "Marketing");
    give(&mut site, "jane@example.test", &["editor"]);
    moved(&mut site, &id, "Marketing");
    assert_eq!(roles(&site, "jane@example.test"), ["subscriber"], "the default role is due as well");
}

#[test]
fn whom_no_rule_fits_has_no_role_where_the_owner_says_so() {
    let mut site = site(sales("author", json!({ "default_role": "" })));
    create(&mut site, "joan@example.test", "Marketing");
    let id = create(&mut site, "jane@example.test", "Sales");
    assert_eq!(roles(&site, "joan@example.test"), [""; 0]);
    give(&mut site, "jane@example.test", &["author", "forum_member"]);
    moved(&mut site, &id, "Marketing");
    assert_eq!(roles(&site, "jane@example.test"), [""; 0], "the role beside it would become the first");
    give(&mut site, "jane@example.test", &["editor"]);
    assert_eq!(change(&mut site, &id, "title", json!("Boss")).status, 200);
    assert_eq!(roles(&site, "jane@example.test"), ["editor"], "given by hand since then");
    let apply = json!({ "task": "roles", "part": { "apply": true } });
    let (counts, entries) = perform_all(&mut site, apply.clone(), 10);
    assert_eq!(counts, json!({ "changed": 1, "same": 1 }));
    assert_eq!((&entries[0]["now"], &entries[0]["then"]), (&json!(["editor"]), &json!([])));
    assert_eq!(entries[0]["rule"], Value::Null, "no rule fits");
    assert_eq!(perform_all(&mut site, apply, 10).0, json!({ "same": 2 }), "a second time changes nothing");

    // A rule that comes later reaches people without a role, and a deleted person comes back without one.
    configure(
        &mut site,
        json!({ "role_rules": [{ "filter": "title eq \"Boss\"", "role": "editor" }], "default_role": "" }),
    );
    assert_eq!(change(&mut site, &id, "nickName", json!("J")).status, 200);
    assert_eq!(roles(&site, "jane@example.test"), ["editor"]);
    assert_eq!(change(&mut site, &id, "title", json!("Clerk")).status, 200);
    assert_eq!(send(&mut site, "DELETE", &format!("/Users/{id}"), &Value::Null).status, 204);
    create(&mut site, "jane@example.test", "Sales");
    assert_eq!(roles(&site, "jane@example.test"), [""; 0]);
    let overrule = json!({ "default_role": "", "hand_given_roles": "overrule" });
    configure(&mut site, sales("author", overrule));
    let id = create(&mut site, "jill@example.test", "Marketing");
    give(&mut site, "jill@example.test", &["editor", "author"]);
    moved(&mut site, &id, "Marketing");
    assert_eq!(roles(&site, "jill@example.test"), [""; 0], "every request sees to it");
}

#[test]
fn whoever_is_protected_keeps_a_role_given_by_hand() {
    let mut site = site(sales("author", json!({ "hand_given_roles": "overrule" })));
    let id = create(&mut site, "jane@example.test", "Sales");
    give(&mut site, "jane@example.test", &["administrator"]);
    moved(&mut site, &id, "Marketing");
    let (counts, _) = perform_all(&mut site, json!({ "task": "roles", "part": { "apply": true } }), 500);
    assert_eq!(counts, json!({ "protected": 1 }));
    assert_eq!(roles(&site, "jane@example.test"), ["administrator"]);
}

#[test]
fn a_protected_role_in_a_stored_document_is_given_to_nobody() {
    let mut site = site(sales("administrator", json!({ "default_role": "administrator" })));
    create(&mut site, "jane@example.test", "Sales");
    let joan = create(&mut site, "joan@example.test", "Marketing");
    moved(&mut site, &joan, "Sales");
    let (counts, _) = perform_all(&mut site, json!({ "task": "roles", "part": { "apply": true } }), 500);
    assert_eq!(counts, json!({ "same": 2 }));
    for account in ["jane@example.test", "joan@example.test"] {
        assert_eq!(roles(&site, account), ["subscriber"]);
    }
}

#[test]
fn a_role_that_the_site_lacks_is_reported_and_harms_nobody() {
    let mut site = site(sales("shop_manager", json!({ "default_role": "contributor" })));
    let request = |site: &mut InMemory, method: &str, path: &str, body: &Value| {
        let request = rollbook::http::Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: vec![("Authorization".to_owned(), InMemory::authorization())],
            body: body.to_string().into_bytes(),
            now: site.now,
            ..Default::default()
        };
        let exchange = site.host.converse(request, &site.settings);
        let body: Value = serde_json::from_str(&exchange.response().unwrap().body).unwrap();
        (body, exchange.summary().unwrap().clone())
    };
    let mut person = json!({ "userName": "jane@example.test" });
    person[ENTERPRISE] = json!({ "department": "Sales" });
    let (created, summary) = request(&mut site, "POST", "/Users", &person);
    assert_eq!((summary.status, summary.action), (201, Some("created")));
    assert!(summary.failure.unwrap().contains("no role \"shop_manager\""));
    assert_eq!(roles(&site, "jane@example.test"), ["contributor"], "the default role stands in for it");

    give(&mut site, "jane@example.test", &["author"]);
    let path = format!("/Users/{}", created["id"].as_str().unwrap());
    for (department, role) in [("Marketing", "contributor"), ("Sales", "contributor")] {
        person[ENTERPRISE] = json!({ "department": department });
        let (_, summary) = request(&mut site, "PUT", &path, &person);
        assert_eq!(summary.status, 200);
        assert_eq!(summary.failure.is_some(), department == "Sales");
        assert_eq!(roles(&site, "jane@example.test"), [role], "{department}");
    }

    configure(
        &mut site,
        json!({ "role_rules": [{ "filter": "groups.display eq \"Shop\"", "role": "shop_manager" }] }),
    );
    let group = json!({ "displayName": "Shop", "members": [{ "value": created["id"] }] });
    let (_, summary) = request(&mut site, "POST", "/Groups", &group);
    assert_eq!(summary.status, 201);
    assert!(summary.failure.unwrap().contains("shop_manager"));
    assert_eq!(roles(&site, "jane@example.test"), ["contributor"]);

    let (counts, entries) = perform_all(&mut site, json!({ "task": "roles", "part": { "apply": true } }), 1);
    assert_eq!(counts, json!({ "no_such_role": 1 }));
    assert_eq!(entries[0]["then"], json!(["shop_manager"]));
    site.host.roles.insert("shop_manager".to_owned());
    let (counts, _) = perform_all(&mut site, json!({ "task": "roles", "part": { "apply": true } }), 1);
    assert_eq!(counts, json!({ "changed": 1 }));
    assert_eq!(roles(&site, "jane@example.test"), ["shop_manager"]);
}

#[test]
fn changed_rules_are_previewed_and_applied_to_everybody() {
    let mut site = site(json!({}));
    for number in 0..7 {
        let department = if number % 2 == 0 { "Sales" } else { "Marketing" };
        create(&mut site, &format!("p{number}@example.test"), department);
    }
    site.host.add_account("local", "local@example.test", "Local", "subscriber");
    configure(&mut site, sales("author", json!({})));
    for limit in [1, 3, 7, 500] {
        let (counts, entries) =
            perform_all(&mut site, json!({ "task": "roles", "part": { "apply": false } }), limit);
        assert_eq!(counts, json!({ "changes": 4, "same": 3 }));
        let logins: Vec<&str> = entries.iter().map(|entry| entry["login"].as_str().unwrap()).collect();
        assert_eq!(logins, [0, 2, 4, 6].map(|number| format!("p{number}@example.test")));
        assert_eq!((&entries[0]["now"], &entries[0]["then"]), (&json!(["subscriber"]), &json!(["author"])));
        assert_eq!(entries[0]["rule"], json!(1), "which rule decides");
    }
    assert_eq!(roles(&site, "p0@example.test"), ["subscriber"], "a preview changes nothing");
    let (counts, _) = perform_all(&mut site, json!({ "task": "roles", "part": { "apply": true } }), 2);
    assert_eq!(counts, json!({ "changed": 4, "same": 3 }));
    for number in 0..7 {
        let due = if number % 2 == 0 { "author" } else { "subscriber" };
        assert_eq!(roles(&site, &format!("p{number}@example.test")), [due]);
    }
    assert_eq!(roles(&site, "local"), ["subscriber"], "nobody manages this account");
    let (counts, entries) = perform_all(&mut site, json!({ "task": "roles", "part": { "apply": true } }), 2);
    assert_eq!((counts, entries.len()), (json!({ "same": 7 }), 0), "a second time changes nothing");
}

#[test]
fn the_last_administrator_stays_whatever_the_settings_say() {
    let mut site = site(sales("author", json!({ "hand_given_roles": "overrule" })));
    let jane = create(&mut site, "jane@example.test", "Marketing");
    let joan = create(&mut site, "joan@example.test", "Marketing");
    // The account that was there before is no administrator any more.
    for account in ["jane@example.test", "joan@example.test"] {
        site.host.account_mut(account).unwrap().account.roles = vec!["administrator".to_owned()];
    }
    give(&mut site, "admin", &["subscriber"]);
    assert_eq!(change(&mut site, &joan, "active", json!(false)).status, 200, "one of two may go");
    let refused = change(&mut site, &jane, "active", json!(false));
    assert!(refused.status == 400 && refused.body.contains("last administrator"), "{}", refused.body);
    moved(&mut site, &jane, "Sales");
    let refused = send(&mut site, "DELETE", &format!("/Users/{jane}"), &Value::Null);
    assert!(refused.status == 400 && refused.body.contains("last administrator"), "{}", refused.body);
    let (counts, entries) =
        perform_all(&mut site, json!({ "task": "roles", "part": { "apply": true } }), 500);
    assert_eq!(counts, json!({ "protected": 2 }), "{entries:?}");
    assert_eq!(roles(&site, "jane@example.test"), ["administrator"]);

    configure(
        &mut site,
        json!({
            "protected_roles": [], "role_rules": [{ "filter": "groups.display eq \"Team\"", "role": "author" }],
        }),
    );
    let group = json!({ "displayName": "Team", "members": [{ "value": jane }] });
    assert_eq!(send(&mut site, "POST", "/Groups", &group).status, 201);
    assert_eq!(roles(&site, "jane@example.test"), ["administrator"]);
}

#[test]
fn a_whole_site_is_made_ready_for_linking() {
    let mut site = site(json!({}));
    create(&mut site, "managed@example.test", "");
    let gone = create(&mut site, "gone@example.test", "");
    assert_eq!(send(&mut site, "DELETE", &format!("/Users/{gone}"), &Value::Null).status, 204);
    site.host.add_account("ann", "ann@example.test", "Ann", "editor");
    site.host.add_account("bob", "", "Bob", "subscriber");
    // Found already, under its address.
    site.host.add_account("cyd", "cyd@example.test", "Cyd", "subscriber");
    let found = send(&mut site, "GET", "/Users?filter=emails%20eq%20%22cyd%40example.test%22", &Value::Null);
    assert_eq!(found.json()["totalResults"], 1);
    // Another person's name is this address.
    let namesake =
        json!({ "userName": "dee@example.test", "emails": [{ "value": "namesake@example.test" }] });
    assert_eq!(send(&mut site, "POST", "/Users", &namesake).status, 201);
    site.host.add_account("dee", "dee@example.test", "Dee", "subscriber");

    let preview = json!({ "task": "linking", "user_name": "email", "part": { "apply": false } });
    let verdicts = json!({ "protected": 1, "managed": 2, "deleted": 1, "no_address": 1, "changes": 1, "same": 1, "name_taken": 1 });
    for limit in [1, 3, 500] {
        assert_eq!(perform_all(&mut site, preview.clone(), limit).0, verdicts);
    }
    let apply = json!({ "task": "linking", "user_name": "email", "part": { "apply": true } });
    let (counts, entries) = perform_all(&mut site, apply.clone(), 3);
    assert_eq!(counts["changed"], 1, "{entries:?}");
    for (login, name) in [("ann", "ann@example.test"), ("cyd", "cyd@example.test")] {
        let found =
            send(&mut site, "GET", &format!("/Users?filter=userName%20eq%20%22{name}%22"), &Value::Null);
        assert_eq!(found.json()["totalResults"], 1, "{login}");
        let id = found.json()["Resources"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(change(&mut site, &id, "title", json!("Linked")).status, 200);
        assert_eq!(roles(&site, login), [if login == "ann" { "editor" } else { "subscriber" }]);
    }
    let (counts, _) = perform_all(&mut site, apply.clone(), 500);
    assert_eq!(
        (&counts["managed"], &counts["changes"], &counts["changed"]),
        (&json!(4), &Value::Null, &Value::Null)
    );

    configure(&mut site, json!({ "existing_accounts": "apart" }));
    let mut apart = apply;
    apart["part"] = json!({ "after": 0, "limit": 10, "apply": true });
    let (status, refused) = perform(&mut site, apart);
    assert!(status == 409 && refused["detail"].as_str().unwrap().contains("kept apart"), "{refused}");
}

#[test]
fn whom_another_plugin_provisioned_keeps_the_id_when_the_whole_site_is_made_ready() {
    let mut site = site(json!({}));
    let user_id = site.host.add_account("moved", "moved@example.test", "Jo Moved", "author");
    let stored = site.host.account_mut("moved").unwrap();
    stored.values.insert("meta:wpo365_scim_external_id".to_owned(), json!("jo"));
    let apply = json!({ "task": "linking", "user_name": "email", "part": { "apply": true } });
    let (counts, entries) = perform_all(&mut site, apply, 3);
    assert_eq!(counts["changed"], 1, "{entries:?}");
    let read = send(&mut site, "GET", &format!("/Users/{user_id}"), &Value::Null).json();
    assert_eq!((&read["userName"], &read["externalId"]), (&json!("moved@example.test"), &json!("jo")));
}

#[test]
fn an_account_that_is_written_while_all_are_made_ready_is_decided_anew() {
    let mut site = site(json!({}));
    site.host.add_account("kim", "kim@example.test", "Kim", "author");
    let found = |site: &mut InMemory, name: &str| {
        let path = format!("/Users?filter=userName%20eq%20%22{name}%22");
        send(site, "GET", &path, &Value::Null).json()["totalResults"].clone()
    };
    assert_eq!(found(&mut site, "kim@example.test"), 1);
    site.host.stale_once();
    let apply = json!({ "task": "linking", "user_name": "login", "part": { "apply": true } });
    let (counts, entries) = perform_all(&mut site, apply, 500);
    assert_eq!((&counts["changed"], &counts["name_taken"]), (&json!(1), &Value::Null), "{entries:?}");
    assert_eq!(found(&mut site, "kim"), 1);
}

#[test]
fn whoever_is_protected_is_unlinked_and_not_to_be_linked_again() {
    let mut site = site(json!({}));
    let id = create(&mut site, "jane@example.test", "Sales");
    let user_id = site.host.account("jane@example.test").unwrap().account.user_id;
    give(&mut site, "jane@example.test", &["administrator"]);
    assert_eq!(perform(&mut site, json!({ "task": "unlinking", "user_id": user_id })).0, 200);
    assert_eq!(send(&mut site, "GET", &format!("/Users/{id}"), &Value::Null).status, 404);

    let allow = json!({ "task": "allowing_linking", "user_id": user_id });
    let refused = send(&mut site, "POST", "/Users", json!({ "userName": "jane@example.test" }));
    assert!(refused.status == 409 && refused.body.contains("never linked"), "{}", refused.body);
    let (status, answer) = perform(&mut site, allow.clone());
    assert!(status == 409 && answer.to_string().contains("is protected"), "{answer}");
    give(&mut site, "jane@example.test", &["subscriber"]);
    configure(&mut site, json!({ "existing_accounts": "apart" }));
    let (status, answer) = perform(&mut site, allow.clone());
    assert!(status == 409 && answer.to_string().contains("kept apart"), "{answer}");
    configure(&mut site, json!({ "existing_accounts": "link" }));
    assert_eq!(perform(&mut site, allow).0, 200);
}

#[test]
fn somebody_unlinked_stays_apart_until_linking_is_allowed_again() {
    let mut site = site(json!({}));
    let id = create(&mut site, "jane@example.test", "Sales");
    let user_id = site.host.account("jane@example.test").unwrap().account.user_id;
    let group = json!({ "displayName": "Team", "members": [{ "value": id }] });
    let group = send(&mut site, "POST", "/Groups", &group).json()["id"].as_str().unwrap().to_owned();
    let unlink = json!({ "task": "unlinking", "user_id": user_id });

    assert_eq!(change(&mut site, &id, "active", json!(false)).status, 200);
    let (status, refused) = perform(&mut site, unlink.clone());
    assert_eq!(status, 409, "nobody who was locked out gets in: {refused}");
    assert_eq!(change(&mut site, &id, "active", json!(true)).status, 200);

    site.host.stale_once();
    let before = site.host.account("jane@example.test").unwrap().account.clone();
    let (status, done) = perform(&mut site, unlink.clone());
    assert_eq!((status, &done["login"]), (200, &json!("jane@example.test")));
    let after = site.host.account("jane@example.test").unwrap().account.clone();
    assert_eq!(after, rollbook::host::Account { unlinked: true, ..before });
    assert_eq!(send(&mut site, "GET", &format!("/Users/{id}"), &Value::Null).status, 404);
    let team = send(&mut site, "GET", &format!("/Groups/{group}"), &Value::Null).json();
    assert_eq!(team["members"], json!([]));
    assert_eq!(perform(&mut site, unlink.clone()).0, 404);

    let person = json!({ "userName": "jane@example.test" });
    let searches = ["userName eq", "emails eq", "emails.value eq", "userName sw"];
    let found = |site: &mut InMemory, search: &str| {
        let filter = format!("{search} \"jane@example.test\"").replace(' ', "%20").replace('"', "%22");
        send(site, "GET", &format!("/Users?filter={filter}"), &Value::Null).json()
    };
    for search in searches {
        assert_eq!(found(&mut site, search)["totalResults"], 0, "{search}");
    }
    let refused = send(&mut site, "POST", "/Users", &person);
    assert!(refused.status == 409 && refused.body.contains("Allow linking"), "{}", refused.body);
    assert_eq!(found(&mut site, "userName eq")["totalResults"], 0, "nor does a POST bring it back");
    assert_eq!(send(&mut site, "GET", "/Users", &Value::Null).json()["totalResults"], 1, "the administrator");

    // The whole site: named, and linked only where the owner wants it.
    let linking = |unlinked: &str, apply: bool| json!({ "task": "linking", "user_name": "email", "unlinked": unlinked, "part": { "apply": apply } });
    let (counts, entries) = perform_all(&mut site, linking("leave_out", true), 500);
    assert_eq!(counts["unlinked"], 1, "{entries:?}");
    assert_eq!(found(&mut site, "userName eq")["totalResults"], 0);
    let (counts, entries) = perform_all(&mut site, linking("link_again", false), 500);
    assert_eq!((&counts["changes"], &entries[1]["remarks"]), (&json!(1), &json!(["was_unlinked"])));
    assert_eq!(found(&mut site, "userName eq")["totalResults"], 0, "a preview changes nothing");

    let allow = json!({ "task": "allowing_linking", "user_id": user_id });
    assert_eq!(perform(&mut site, allow.clone()).0, 200);
    assert_eq!(perform(&mut site, allow).0, 404, "once");
    let again = found(&mut site, "userName eq")["Resources"][0]["id"].as_str().unwrap().to_owned();
    assert_ne!(again, id);
    assert_eq!(perform(&mut site, unlink.clone()).0, 404, "not managed yet");
    assert_eq!(change(&mut site, &again, "title", json!("Back")).status, 200);

    assert_eq!(perform(&mut site, unlink).0, 200);
    let (counts, _) = perform_all(&mut site, linking("link_again", true), 500);
    assert_eq!(counts["changed"], 1);
    assert_eq!(found(&mut site, "userName eq")["totalResults"], 1);
}

#[test]
fn who_changes_during_a_part_is_decided_anew() {
    let mut site = site(json!({}));
    let group = json!({ "displayName": "Inner" });
    let inner = send(&mut site, "POST", "/Groups", &group).json()["id"].clone();
    let id = create(&mut site, "jane@example.test", "Marketing");
    configure(
        &mut site,
        json!({ "role_rules": [{ "filter": "groups.display eq \"Outer\"", "role": "author" }] }),
    );
    let add = json!({ "Operations": [{ "op": "add", "path": "members", "value": [{ "value": id }] }] });
    assert_eq!(send(&mut site, "PATCH", &format!("/Groups/{}", inner.as_str().unwrap()), &add).status, 200);
    let outer = json!({ "displayName": "Outer", "members": [{ "value": inner }] });
    assert_eq!(send(&mut site, "POST", "/Groups", &outer).status, 201);
    assert_eq!(roles(&site, "jane@example.test"), ["author"]);

    // The roles that the part was decided on are no longer true when it comes to be written.
    give(&mut site, "jane@example.test", &["editor"]);
    let task: Task =
        serde_json::from_value(json!({ "task": "roles", "part": { "after": 0, "limit": 5, "apply": true } }))
            .unwrap();
    let mut exchange = rollbook::exchange::Exchange::task(task, Rc::clone(&site.settings), site.now);
    let mut meddled = false;
    while let Some(command) = exchange.command() {
        if command.name == "set_roles" && !meddled {
            meddled = true;
            give(&mut site, "jane@example.test", &["contributor"]);
        }
        let answer = site.host.run(&command).unwrap();
        exchange.answer(answer).unwrap();
    }
    assert!(meddled);
    let report: Value = serde_json::from_str(&exchange.response().unwrap().body).unwrap();
    assert_eq!(report["entries"][0]["now"], json!(["contributor"]), "{report}");
    assert_eq!(report["counts"], json!({ "changed": 1 }));
    assert_eq!(roles(&site, "jane@example.test"), ["author"]);
}

#[test]
fn the_rule_that_decides_is_named_and_a_role_given_by_hand_is_told() {
    let rules = json!([
        { "filter": "title eq \"Nobody\"", "role": "editor" },
        { "filter": "title eq \"Dr\"", "role": "author" },
    ]);
    let mut site = site(json!({ "default_role": "contributor", "role_rules": rules }));
    let explain = |site: &mut InMemory, user_id: u64| {
        perform(site, json!({ "task": "explaining", "user_id": user_id }))
    };
    assert_eq!(explain(&mut site, 4711).0, 404);
    for (title, number, role) in [("Dr", Some(2), "author"), ("Mr", None, "contributor")] {
        let name = format!("{}@example.test", title.to_lowercase());
        let body = json!({ "userName": name, "title": title });
        assert_eq!(send(&mut site, "POST", "/Users", &body).status, 201);
        let user_id = site.host.account(&name).unwrap().account.user_id;
        let told = explain(&mut site, user_id).1;
        assert_eq!((&told["rule"]["number"], &told["due"]), (&json!(number), &json!(role)));
        assert_eq!((&told["is_default"], &told["keeps"]), (&json!(number.is_none()), &json!(false)));
        give(&mut site, &name, &["editor"]);
        let told = explain(&mut site, user_id).1;
        assert_eq!((&told["roles"], &told["keeps"]), (&json!(["editor"]), &json!(true)), "{title}");
    }
}
