//! Requests that arrive at the same time at different workers: of the same person, and of the same group.

use super::{Answer, on_the_site, send};
use player::{Site, http::OverHttp};
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;

const AT_ONCE: usize = 8;

/// WordPress has no unique index on logins or addresses: without our unique keys, several of these would be
/// created.
#[test]
fn eight_posts_of_one_person_make_one_account() {
    on_the_site(|site| {
        let person = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "race@example.test",
            "emails": [{ "value": "race@example.test", "type": "work", "primary": true }],
        });
        for round in 0..5 {
            let answers = at_once(site, |_| ("POST", "/Users".to_owned(), person.clone()));
            let mut statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409], "round {round}: {answers:?}");
            assert!(answers.iter().all(|(status, body)| *status == 201 || body["scimType"] == "uniqueness"));
            let created = answers.iter().find(|(status, _)| *status == 201).unwrap();
            let claims = site.ask(&json!({ "do": "claims", "address": "race@example.test" }));
            assert_eq!(claims, Ok(json!([1, 1, 0])), "accounts, rows, rows without an account");
            let id = created.1["id"].as_str().unwrap();
            // Kept and brought back in the next round, which races as well.
            assert_eq!(send(site, "DELETE", &format!("/Users/{id}"), None).0, 204);
        }
    });
}

/// None waits for another one in a way that the database ends by undoing one of them.
#[test]
fn eight_posts_of_eight_people_make_eight_accounts() {
    on_the_site(|site| {
        for round in 0..15 {
            let answers = at_once(site, |number| {
                let name = format!("runner{round}-{number}@example.test");
                let person = json!({ "userName": name, "emails": [{ "value": name }], "displayName": name });
                ("POST", "/Users".to_owned(), person)
            });
            assert!(answers.iter().all(|(status, _)| *status == 201), "round {round}: {answers:?}");
        }
    });
}

/// Different names, one address: WordPress allows an address once and checks it only in PHP.
#[test]
fn eight_posts_of_one_address_make_one_account() {
    on_the_site(|site| {
        let answers = at_once(site, |number| {
            let person =
                json!({ "userName": format!("racer{number}"), "emails": [{ "value": "one@example.test" }] });
            ("POST", "/Users".to_owned(), person)
        });
        let created = answers.iter().filter(|(status, _)| *status == 201).count();
        let refused = answers.iter().filter(|(status, _)| *status == 409).count();
        assert_eq!((created, refused), (1, AT_ONCE - 1), "{answers:?}");
    });
}

/// Each changes another attribute; a lost update would leave one of them out. Without If-Match none is told
/// to come again: the server brings them into an order.
#[test]
fn eight_patches_of_one_person_lose_nothing() {
    const ATTRIBUTES: [&str; AT_ONCE] = [
        "title",
        "nickName",
        "displayName",
        "userType",
        "locale",
        "timezone",
        "name.givenName",
        "name.familyName",
    ];
    on_the_site(|site| {
        let (status, person) =
            send(site, "POST", "/Users", Some(&json!({ "userName": "patched@example.test" })));
        assert_eq!(status, 201, "{person}");
        let path = format!("/Users/{}", person["id"].as_str().unwrap());
        let answers = at_once(site, |number| {
            let attribute = ATTRIBUTES[number];
            let operation = json!({ "op": "replace", "path": attribute, "value": attribute });
            ("PATCH", path.clone(), json!({ "Operations": [operation] }))
        });
        assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
        let (_, person) = send(site, "GET", &path, None);
        for attribute in ATTRIBUTES {
            let found = person.pointer(&format!("/{}", attribute.replace('.', "/"))).and_then(Value::as_str);
            assert_eq!(found, Some(attribute), "{person}");
        }
    });
}

/// fleetdm/fleet#50724: reading, adding and writing back a list of members without a lock lost some.
#[test]
fn eight_additions_to_one_group_lose_nobody() {
    on_the_site(|site| {
        let ids: Vec<String> = (0..AT_ONCE)
            .map(|number| {
                let (status, person) =
                    send(site, "POST", "/Users", Some(&json!({ "userName": format!("member{number}") })));
                assert_eq!(status, 201, "{person}");
                person["id"].as_str().unwrap().to_owned()
            })
            .collect();
        let (_, group) = send(site, "POST", "/Groups", Some(&json!({ "displayName": "Race" })));
        let path = format!("/Groups/{}", group["id"].as_str().unwrap());
        let answers = at_once(site, |number| {
            let operation = json!({ "op": "add", "path": "members", "value": [{ "value": ids[number] }] });
            ("PATCH", path.clone(), json!({ "Operations": [operation] }))
        });
        assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
        let (_, group) = send(site, "GET", &path, None);
        assert_eq!(group["members"].as_array().map(Vec::len), Some(AT_ONCE), "{group}");
    });
}

/// A decision about one membership must see the others: no membership alone meets a rule that needs them all.
#[test]
fn a_role_that_needs_eight_groups_comes_when_all_are_joined_at_once() {
    on_the_site(|site| {
        let all: Vec<String> =
            (0..AT_ONCE).map(|number| format!("groups.display eq \"Group {number}\"")).collect();
        let rule = json!({ "role_rules": [{ "filter": all.join(" and "), "role": "editor" }] });
        site.configure(rule.as_object().unwrap()).unwrap();
        let (_, person) = send(site, "POST", "/Users", Some(&json!({ "userName": "joins@example.test" })));
        let paths: Vec<String> = (0..AT_ONCE)
            .map(|number| {
                let (status, group) =
                    send(site, "POST", "/Groups", Some(&json!({ "displayName": format!("Group {number}") })));
                assert_eq!(status, 201, "{group}");
                format!("/Groups/{}", group["id"].as_str().unwrap())
            })
            .collect();
        let answers = at_once(site, |number| {
            let add = json!({ "op": "add", "path": "members", "value": [{ "value": person["id"] }] });
            ("PATCH", paths[number].clone(), json!({ "Operations": [add] }))
        });
        assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
        let account = site.account("joins@example.test", &[], &[]).unwrap();
        assert_eq!(account["roles"], json!(["editor"]));
    });
}

fn at_once(site: &OverHttp, request: impl Fn(usize) -> (&'static str, String, Value) + Sync) -> Vec<Answer> {
    let barrier = Barrier::new(AT_ONCE);
    let client = site.client();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                let (barrier, request, client) = (&barrier, &request, &client);
                scope.spawn(move || {
                    let (method, path, body) = request(number);
                    barrier.wait();
                    client.request(method, &path, Some(&body)).unwrap()
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    })
}
