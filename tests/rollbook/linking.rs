//! Accounts that were there before: which person each belongs to, and what the first link does to it.

use super::site::{send, site};
use player::memory::InMemory;
use player::{Incoming, Outgoing, Site};
use serde_json::{Value, json};

const CEO: &str = "ceo@corp.test";

fn search(site: &mut InMemory, filter: &str) -> Vec<Value> {
    let filter = filter.replace(' ', "%20").replace('"', "%22").replace('@', "%40");
    let answer = send(site, "GET", &format!("/Users?filter={filter}"), Value::Null);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["Resources"].as_array().cloned().unwrap_or_default()
}

fn id_of(found: &[Value]) -> String {
    assert_eq!(found.len(), 1, "{found:?}");
    found[0]["id"].as_str().unwrap().to_owned()
}

fn patch(site: &mut InMemory, id: &str, path: &str, value: Value) -> Incoming {
    let operation = json!({ "op": "replace", "path": path, "value": value });
    send(site, "PATCH", &format!("/Users/{id}"), json!({ "Operations": [operation] }))
}

fn person(user_name: &str, email: &str) -> Value {
    json!({ "userName": user_name, "emails": [{ "value": email, "type": "work", "primary": true }] })
}

/// The account of a visitor who registered.
fn register(site: &mut InMemory, login: &str, email: &str) {
    site.host.add_account(login, email, login, "subscriber");
    let stored = site.host.account_mut(login).unwrap();
    stored.account.self_registered = true;
    stored.password = Some("the visitor's".to_owned());
}

#[test]
fn a_strangers_login_is_nobodys() {
    let mut site = site(json!({}));
    register(&mut site, CEO, "evil@evil.test");
    assert!(search(&mut site, "userName eq \"ceo@corp.test\"").is_empty());
    // Nor after everybody was listed, and has a row.
    let listed = send(&mut site, "GET", "/Users", Value::Null).json();
    assert_eq!(listed["totalResults"], 2);
    assert!(search(&mut site, "userName eq \"ceo@corp.test\"").is_empty());
    let made = send(&mut site, "POST", "/Users", person(CEO, CEO));
    assert_eq!(made.status, 201, "{}", made.body);
    let account = &site.host.account("ceo@corp.test-2").unwrap().account;
    assert_eq!(account.email, CEO);
    assert!(site.opens("evil@evil.test", "the visitor's").unwrap(), "the stranger's account is as it was");
}

#[test]
fn the_account_with_the_address_wins() {
    let mut site = site(json!({}));
    register(&mut site, CEO, "evil@evil.test");
    let owner = site.host.add_account("boss", CEO, "The Chief", "editor");
    let id = id_of(&search(&mut site, "userName eq \"ceo@corp.test\""));
    assert_eq!(patch(&mut site, &id, "title", json!("CEO")).status, 200);
    assert_eq!(site.host.state_of(owner).map(|(active, _)| active), Some(true));
    assert_eq!(site.host.account("boss").unwrap().account.email, CEO);
}

#[test]
fn a_login_alone_counts_where_there_is_no_address() {
    let mut site = site(json!({}));
    site.host.add_account("jdoe", "", "J. Doe", "author");
    let id = id_of(&search(&mut site, "userName eq \"JDoe\""));
    assert_eq!(send(&mut site, "POST", "/Users", person("jdoe", "jdoe@corp.test")).status, 409);
    let linked = send(&mut site, "PUT", &format!("/Users/{id}"), person("jdoe", "jdoe@corp.test"));
    assert_eq!(linked.status, 200, "{}", linked.body);
    assert_eq!(site.host.account("jdoe").unwrap().account.email, "jdoe@corp.test");
}

/// Whichever of the addresses it is, and whether the account has a row by now: the next search by name finds
/// it.
#[test]
fn a_post_that_is_refused_gives_the_account_the_persons_name() {
    for (listed, emails) in [
        (false, json!([{ "value": "lena@home.test", "primary": true }])),
        (false, json!([{ "value": "lena@corp.test", "primary": true }, { "value": "Lena@Home.test" }])),
        (true, json!([{ "value": "lena@home.test", "primary": true }])),
        (true, json!([{ "value": "lena@corp.test", "primary": true }, { "value": "Lena@Home.test" }])),
    ] {
        let mut site = site(json!({}));
        site.host.add_account("lena", "lena@home.test", "Lena", "author");
        if listed {
            send(&mut site, "GET", "/Users", Value::Null);
        }
        let refused = send(&mut site, "POST", "/Users", json!({ "userName": "lena.c", "emails": emails }));
        assert_eq!(refused.status, 409, "{listed} {emails}: {}", refused.body);
        let id = id_of(&search(&mut site, "userName eq \"lena.c\""));
        let linked = send(
            &mut site,
            "PUT",
            &format!("/Users/{id}"),
            json!({ "userName": "lena.c", "emails": emails }),
        );
        assert_eq!(linked.status, 200, "{}", linked.body);
    }
}

/// Whatever led the identity provider to it.
#[test]
fn an_account_with_another_address_is_not_linked() {
    let mut site = site(json!({}));
    register(&mut site, "jdoe", "evil@evil.test");
    let id = id_of(&search(&mut site, "displayName eq \"jdoe\""));
    for answer in [
        send(&mut site, "PUT", &format!("/Users/{id}"), person("jdoe", "jdoe@corp.test")),
        send(&mut site, "PUT", &format!("/Users/{id}"), json!({ "userName": "jdoe" })),
        send(
            &mut site,
            "PATCH",
            &format!("/Users/{id}"),
            json!({ "Operations": [{ "op": "replace", "value": person("jdoe", "jdoe@corp.test") }] }),
        ),
    ] {
        assert!(answer.status == 409 && answer.body.contains("is not linked"), "{}", answer.body);
    }
    assert!(site.opens("jdoe", "the visitor's").unwrap());
    assert_eq!(site.host.account("jdoe").unwrap().account.email, "evil@evil.test");
}

#[test]
fn the_first_link_ends_credentials_as_the_owner_wants_it() {
    let summary = |site: &mut InMemory, id: &str, value: &str| {
        let operations =
            json!({ "Operations": [{ "op": "replace", "path": "displayName", "value": value }] });
        let request = rollbook::http::Request {
            method: "PATCH".to_owned(),
            path: format!("/Users/{id}"),
            headers: vec![("Authorization".to_owned(), InMemory::authorization())],
            body: operations.to_string().into_bytes(),
            remote: "192.0.2.1".to_owned(),
            plain: false,
            now: site.now,
            ..Default::default()
        };
        let exchange = site.host.converse(request, &site.settings);
        assert_eq!(exchange.response().unwrap().status, 200);
        serde_json::to_value(exchange.summary().unwrap()).unwrap()
    };
    for (setting, self_registered, ends) in [
        ("self_registered", true, true),
        ("self_registered", false, false),
        ("always", false, true),
        ("never", true, false),
    ] {
        let mut site = site(json!({ "link_credentials": setting }));
        register(&mut site, "visitor", CEO);
        site.host.account_mut("visitor").unwrap().account.self_registered = self_registered;
        let id = id_of(&search(&mut site, "userName eq \"ceo@corp.test\""));
        assert!(site.opens("visitor", "the visitor's").unwrap(), "to be found changes nothing");
        let linked = summary(&mut site, &id, "Chief");
        assert_eq!(site.opens("visitor", "the visitor's").unwrap(), !ends, "{setting} {self_registered}");
        let told = linked["detail"].as_str().unwrap();
        assert!(told.contains(if ends { "were ended" } else { "were kept" }), "{told}");
        let notices = if ends { 1 } else { 0 };
        assert_eq!(linked["notices"].as_array().unwrap().len(), notices);

        // Only the first: a managed person who sets a password keeps it.
        site.host.account_mut("visitor").unwrap().password = Some("the person's".to_owned());
        let changed = summary(&mut site, &id, "The Chief");
        assert!(site.opens("visitor", "the person's").unwrap());
        assert_eq!((&changed["detail"], &changed["notices"]), (&Value::Null, &json!([])));
    }
}

/// What another plugin has left is shown, and a request that only reads locks nobody out, with any token.
#[test]
fn a_read_locks_nobody_out() {
    for (write, active) in [
        (json!({ "op": "replace", "path": "title", "value": "Writer" }), false),
        (json!({ "op": "replace", "path": "active", "value": true }), true),
        (json!({ "op": "remove", "path": "active" }), false),
    ] {
        let mut site = site(json!({}));
        let user_id = site.host.add_account("moved", "moved@corp.test", "Moved", "author");
        let stored = site.host.account_mut("moved").unwrap();
        stored.values.insert("meta:mo_scim_user_status".to_owned(), json!("inactive"));
        for (method, path, body) in [
            ("GET", "/Users?filter=active%20eq%20false".to_owned(), None),
            ("GET", format!("/Users/{user_id}"), None),
            ("HEAD", format!("/Users/{user_id}"), None),
            ("GET", "/Users".to_owned(), None),
            ("POST", "/.search".to_owned(), Some(json!({ "filter": "userName eq \"moved\"" }).to_string())),
        ] {
            for token in ["read", "full"] {
                let headers = Vec::new();
                let (method, path, body) = (method.to_owned(), path.clone(), body.clone());
                let answer =
                    site.send(&Outgoing { method, path, headers, token: token.to_owned(), body }).unwrap();
                assert_eq!(answer.status, 200, "{}", answer.body);
                assert_eq!(site.host.state_of(user_id).map(|(active, _)| active), Some(true));
            }
        }
        let shown = search(&mut site, "active eq false");
        assert_eq!((shown.len(), &shown[0]["active"]), (1, &json!(false)));
        assert!(search(&mut site, "active eq true and userName eq \"moved\"").is_empty());
        let written =
            send(&mut site, "PATCH", &format!("/Users/{user_id}"), json!({ "Operations": [write] }));
        assert_eq!(written.status, 200, "{}", written.body);
        assert_eq!(site.host.state_of(user_id).map(|(active, _)| active), Some(active), "{write}");
    }
}

/// The owner's task does what its preview said: an identity provider that sees the person inactive may never
/// send anything.
#[test]
fn the_task_for_the_whole_site_locks_out_whom_another_plugin_had() {
    let mut site = site(json!({}));
    let moved = site.host.add_account("moved", "moved@corp.test", "Moved", "author");
    let stored = site.host.account_mut("moved").unwrap();
    stored.values.insert("meta:mo_scim_user_status".to_owned(), json!("inactive"));
    register(&mut site, "visitor", CEO);
    let perform = |site: &mut InMemory, apply: bool| -> Value {
        let part = json!({ "after": 0, "limit": 9, "apply": apply });
        let task = json!({ "task": "linking", "user_name": "email", "part": part });
        let settings = site.settings.clone();
        let exchange = site.host.perform(serde_json::from_value(task).unwrap(), &settings, site.now);
        serde_json::from_str(&exchange.response().unwrap().body).unwrap()
    };
    let remarks = |report: &Value, login: &str| {
        let entries = report["entries"].as_array().unwrap();
        entries.iter().find(|entry| entry["login"] == login).map(|entry| entry["remarks"].clone())
    };
    let preview = perform(&mut site, false);
    assert_eq!(remarks(&preview, "moved"), Some(json!(["locks_out"])));
    assert_eq!(remarks(&preview, "visitor"), Some(json!(["credentials_end"])));
    assert_eq!(site.host.state_of(moved), None, "a preview changes nothing");
    search(&mut site, "userName eq \"moved\"");
    assert_eq!(site.host.state_of(moved).map(|(active, _)| active), Some(true));
    let done = perform(&mut site, true);
    assert_eq!(remarks(&done, "moved"), Some(json!(["locks_out"])));
    assert_eq!(site.host.state_of(moved).map(|(active, _)| active), Some(false));
    assert_eq!(site.host.account("moved").unwrap().account.email, "moved@corp.test");
    // An account that is ready already is listed too, as long as the link would end something.
    assert_eq!(remarks(&perform(&mut site, false), "visitor"), Some(json!(["credentials_end"])));
}
