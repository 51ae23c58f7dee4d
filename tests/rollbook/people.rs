//! People who are renamed, leave, and conflict with people who were there before; and what other plugins hear
//! of it.

use super::site::{configure, send, site};
use player::Incoming;
use player::memory::InMemory;
use serde_json::{Value, json};

fn person(user_name: &str) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user_name, "active": true })
}

fn create(site: &mut InMemory, user_name: &str) -> String {
    let answer = send(site, "POST", "/Users", person(user_name));
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn patch(path: &str, value: &Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": path, "value": value }],
    })
}

fn change(site: &mut InMemory, id: &str, path: &str, value: Value) -> Incoming {
    send(site, "PATCH", &format!("/Users/{id}"), patch(path, &value))
}

fn delete(site: &mut InMemory, id: &str) -> Incoming {
    send(site, "DELETE", &format!("/Users/{id}"), Value::Null)
}

fn events(site: &mut InMemory, method: &str, path: &str, body: &Value) -> Value {
    let request = rollbook::http::Request {
        method: method.to_owned(),
        base: "https://wordpress.example/wp-json/scim/v2".to_owned(),
        path: path.to_owned(),
        headers: vec![("Authorization".to_owned(), InMemory::authorization())],
        body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        remote: "192.0.2.1".to_owned(),
        plain: false,
        now: site.now,
        ..Default::default()
    };
    let exchange = site.host.converse(request, &site.settings);
    let status = exchange.response().unwrap().status;
    assert!(status < 300, "{}", exchange.response().unwrap().body);
    serde_json::to_value(exchange.summary().unwrap()).unwrap()
}

#[test]
fn content_goes_to_nobody_who_cannot_look_after_it() {
    for policy in ["deactivate", "reassign"] {
        let mut site = site(json!({ "deletion": { "policy": policy, "reassign_to": "heir@example.test" } }));
        let leaving = create(&mut site, "leaving@example.test");
        let refused = delete(&mut site, &leaving);
        assert_eq!(refused.status, 409);
        assert!(refused.body.contains("does not exist"), "{}", refused.body);

        let target = create(&mut site, "heir@example.test");
        assert_eq!(change(&mut site, &target, "active", json!(false)).status, 200);
        let refused = delete(&mut site, &leaving);
        assert_eq!(refused.status, 409);
        assert!(refused.body.contains("is deactivated"), "{}", refused.body);
        assert!(!refused.body.contains("scimType"), "it is no clash of names: {}", refused.body);

        assert_eq!(change(&mut site, &target, "active", json!(true)).status, 200);
        let refused = delete(&mut site, &target);
        assert_eq!(refused.status, 409);
        assert!(refused.body.contains("is the one to be deleted"), "{}", refused.body);
        assert_eq!(
            send(&mut site, "GET", &format!("/Users/{target}"), Value::Null).json()["active"],
            json!(true)
        );

        assert_eq!(delete(&mut site, &leaving).status, 204);
        let asked = site.host.trace.iter().filter(|command| command.name == "delete_user").count();
        assert_eq!(asked, 1, "what is refused does not even begin");
    }
}

#[test]
fn a_deleted_person_whose_account_was_kept_gets_no_content() {
    let mut site = site(json!({}));
    let target = create(&mut site, "heir@example.test");
    assert_eq!(delete(&mut site, &target).status, 204);
    configure(&mut site, json!({ "deletion": { "policy": "reassign", "reassign_to": "heir@example.test" } }));
    let leaving = create(&mut site, "leaving@example.test");
    assert!(delete(&mut site, &leaving).body.contains("is deactivated"));
}

#[test]
fn a_new_name_renames_the_account_only_where_the_owner_wants_it() {
    for (rename, login) in [(false, "jane"), (true, "jane.smith")] {
        let mut site = site(json!({ "username": { "from": "local-part", "rename": rename } }));
        let id = create(&mut site, "jane@example.test");
        let user_id = site.host.account("jane").unwrap().account.user_id;
        let answer = change(&mut site, &id, "userName", json!("jane.smith@example.test"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json()["id"], json!(id));
        assert_eq!(answer.json()["userName"], "jane.smith@example.test");
        assert_eq!(site.host.account(login).unwrap().account.user_id, user_id);
    }
}

#[test]
fn a_name_that_comes_to_the_same_login_renames_nothing_and_a_taken_one_gets_a_number() {
    let mut site = site(json!({ "username": { "from": "local-part", "rename": true } }));
    create(&mut site, "jane@example.test");
    let other = create(&mut site, "jane@other.test");
    assert!(site.host.account("jane-2").is_some());
    change(&mut site, &other, "userName", json!("jane@third.test"));
    assert!(site.host.account("jane-2").is_some(), "the login is made of the same part");
    change(&mut site, &other, "userName", json!("joan@third.test"));
    assert!(site.host.account("joan").is_some());
    change(&mut site, &other, "userName", json!("jane@fourth.test"));
    assert!(site.host.account("jane-2").is_some());
}

#[test]
fn an_account_that_is_linked_keeps_its_login() {
    let mut site = site(json!({ "username": { "from": "local-part", "rename": true } }));
    site.host.add_account("old-jane", "jane@example.test", "Jane", "author");
    let list = send(&mut site, "GET", "/Users?filter=userName%20eq%20%22jane%40example.test%22", Value::Null);
    let id = list.json()["Resources"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(send(&mut site, "PUT", &format!("/Users/{id}"), person("jane@example.test")).status, 200);
    assert!(site.host.account("old-jane").is_some());
}

#[test]
fn accounts_kept_apart_hold_no_name_from_the_time_when_they_were_linked() {
    let mut site = site(json!({}));
    site.host.add_account("jane", "jane@local.test", "Jane", "author");
    site.host.add_account("joan", "joan@example.test", "Joan", "author");
    assert_eq!(send(&mut site, "GET", "/Users", Value::Null).json()["totalResults"], 3);
    configure(&mut site, json!({ "existing_accounts": "apart" }));

    let id = create(&mut site, "jane");
    assert_eq!(site.host.account("jane-2").unwrap().account.roles, ["subscriber"]);
    assert_eq!(site.host.account("jane@local.test").unwrap().account.login, "jane");
    let renamed = change(&mut site, &id, "userName", json!("joan"));
    assert_eq!(renamed.status, 200, "{}", renamed.body);
    assert_eq!(site.host.account("joan@example.test").unwrap().account.login, "joan");

    let clash = send(&mut site, "POST", "/Users", person("joan@example.test"));
    assert_eq!(clash.status, 409);
    assert!(clash.body.contains("kept apart"), "{}", clash.body);
    let mut found =
        send(&mut site, "GET", "/Users", Value::Null).json()["Resources"].as_array().unwrap().clone();
    assert_eq!(found.remove(0)["userName"], "joan");
    assert!(found.is_empty());
}

#[test]
fn the_last_administrator_stays_even_where_no_role_is_protected() {
    let mut site = site(json!({
        "protected_roles": [],
        "deletion": { "policy": "delete" },
        "role_rules": [{ "filter": "active eq true", "role": "subscriber" }],
    }));
    let id = create(&mut site, "boss@example.test");
    for login in ["boss@example.test", "admin"] {
        let role = if login == "admin" { "subscriber" } else { "administrator" };
        site.host.account_mut(login).unwrap().account.roles = vec![role.to_owned()];
    }
    for answer in [delete(&mut site, &id), change(&mut site, &id, "active", json!(false))] {
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
    assert_eq!(change(&mut site, &id, "title", json!("Boss")).status, 200);
    assert_eq!(site.host.account("boss@example.test").unwrap().account.roles, ["administrator"]);
}

#[test]
fn plugins_hear_what_happened_to_people() {
    let mut site = site(json!({
        "password_sync": true,
        "role_rules": [{ "filter": "title eq \"Editor\"", "role": "editor" }],
    }));
    let made = events(&mut site, "POST", "/Users", &person("jane@example.test"));
    let id = made["resource"].as_str().unwrap().to_owned();
    let user_id = site.host.account("jane@example.test").unwrap().account.user_id;
    assert_eq!(made["events"], json!([{ "event": "user_created", "user_id": user_id, "id": id }]));

    let path = format!("/Users/{id}");
    let changed = events(&mut site, "PATCH", &path, &patch("title", &json!("Editor")));
    assert_eq!(
        changed["events"],
        json!([
            { "event": "user_updated", "user_id": user_id, "id": id, "paths": ["title"] },
            { "event": "role_changed", "user_id": user_id, "role": "editor", "before": ["subscriber"] },
        ])
    );
    let same = events(&mut site, "PATCH", &path, &patch("title", &json!("Editor")));
    assert_eq!(same["events"], json!([]));
    let password = events(&mut site, "PATCH", &path, &patch("password", &json!("correct horse")));
    assert_eq!(password["events"][0]["paths"], json!(["password"]));
    assert!(!password.to_string().contains("correct horse"));

    let left = events(&mut site, "PATCH", &path, &patch("active", &json!(false)));
    assert_eq!(left["events"][1], json!({ "event": "user_deactivated", "user_id": user_id, "id": id }));
    let back = events(&mut site, "PATCH", &path, &patch("active", &json!(true)));
    assert_eq!(back["events"][1], json!({ "event": "user_reactivated", "user_id": user_id, "id": id }));

    let gone = events(&mut site, "DELETE", &path, &Value::Null);
    assert_eq!(
        gone["events"],
        json!([{ "event": "user_deleted", "user_id": user_id, "id": id, "account_kept": true }])
    );
    let again = events(&mut site, "POST", "/Users", &person("jane@example.test"));
    assert_eq!(again["events"][0]["event"], "user_reactivated");
    assert_ne!(again["events"][0]["id"], json!(id));
}

#[test]
fn plugins_hear_what_happened_to_groups_and_to_linked_accounts() {
    let mut site =
        site(json!({ "role_rules": [{ "filter": "groups.display eq \"Editors\"", "role": "editor" }] }));
    site.host.add_account("jane", "jane@example.test", "Jane", "author");
    let list = send(&mut site, "GET", "/Users?filter=userName%20eq%20%22jane%40example.test%22", Value::Null);
    let jane = list.json()["Resources"][0]["id"].as_str().unwrap().to_owned();
    let linked = events(&mut site, "PUT", &format!("/Users/{jane}"), &person("jane@example.test"));
    assert_eq!(linked["events"][0]["event"], "user_linked");
    assert_eq!(linked["events"].as_array().unwrap().len(), 1);

    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "Editors", "members": [{ "value": jane }],
    });
    let made = events(&mut site, "POST", "/Groups", &group);
    let id = made["resource"].as_str().unwrap().to_owned();
    let user_id = site.host.account("jane").unwrap().account.user_id;
    assert_eq!(
        made["events"],
        json!([
            { "event": "group_changed", "id": id, "name": "Editors", "change": "created", "paths": [] },
            { "event": "role_changed", "user_id": user_id, "role": "editor", "before": ["author"] },
        ])
    );
    let path = format!("/Groups/{id}");
    let renamed = events(&mut site, "PATCH", &path, &patch("displayName", &json!("Writers")));
    assert_eq!(renamed["events"][0]["change"], "updated");
    assert_eq!(renamed["events"][0]["paths"], json!(["displayName"]));
    let gone = events(&mut site, "DELETE", &path, &Value::Null);
    assert_eq!(gone["events"][0]["change"], "deleted");
}

#[test]
fn only_who_is_new_and_can_use_it_gets_a_welcome_mail() {
    let mut off = site(json!({}));
    assert_eq!(events(&mut off, "POST", "/Users", &person("a@example.test"))["welcome"], json!([]));

    let mut site = site(json!({ "welcome_mail": true }));
    let made = events(&mut site, "POST", "/Users", &person("jane@example.test"));
    let user_id = site.host.account("jane@example.test").unwrap().account.user_id;
    assert_eq!(made["welcome"], json!([user_id]));
    let path = format!("/Users/{}", made["resource"].as_str().unwrap());
    assert_eq!(events(&mut site, "PATCH", &path, &patch("title", &json!("x")))["welcome"], json!([]));
    events(&mut site, "DELETE", &path, &Value::Null);
    assert_eq!(events(&mut site, "POST", "/Users", &person("jane@example.test"))["welcome"], json!([]));

    assert_eq!(events(&mut site, "POST", "/Users", &person("no-address"))["welcome"], json!([]));
    let mut inactive = person("later@example.test");
    inactive["active"] = json!(false);
    assert_eq!(events(&mut site, "POST", "/Users", &inactive)["welcome"], json!([]));
    for (number, set) in
        [json!({ "password_sync": true }), json!({ "local_passwords": false })].into_iter().enumerate()
    {
        let mut settings = json!({ "welcome_mail": true });
        settings.as_object_mut().unwrap().extend(set.as_object().unwrap().clone());
        configure(&mut site, settings);
        let newcomer = person(&format!("new{number}@example.test"));
        assert_eq!(events(&mut site, "POST", "/Users", &newcomer)["welcome"], json!([]));
    }
}

#[test]
fn what_changed_in_wordpress_is_told_before_and_after_and_no_secret() {
    let mappings = json!([
        { "path": "title", "target": "meta:job" },
        { "path": "userType", "target": "xprofile:Door token" },
    ]);
    let rules = json!([
        { "filter": "title eq \"Chief\"", "role": "author" },
        { "filter": "groups.display eq \"Writers\"", "role": "contributor" },
    ]);
    let mut site = site(json!({ "mappings": mappings, "role_rules": rules, "default_role": "subscriber" }));
    site.host.plugin_fields.insert("xprofile:Door token".to_owned());
    let person = json!({ "userName": "jane", "title": "Clerk", "userType": "k9", "emails": [{ "value": "j@example.test" }] });
    let told = events(&mut site, "POST", "/Users", &person);
    assert_eq!((&told["outcome"], &told["effects"][0]["action"]), (&json!("done"), &json!("created")));
    let user_id = site.host.account("jane").unwrap().account.user_id;
    assert_eq!((&told["user_id"], &told["effects"][0]["user_id"]), (&json!(user_id), &json!(user_id)));
    let change = |told: &Value, what: &str| {
        let changes = told["effects"][0]["changes"].as_array().unwrap();
        let found = changes.iter().find(|change| change["what"] == what);
        found.map(|change| json!([change["before"], change["after"]]))
    };
    assert_eq!(change(&told, "email"), Some(json!([null, "j@example.test"])));
    assert_eq!(change(&told, "xprofile:Door token"), Some(json!([null, "…"])));
    assert!(!told.to_string().contains("k9"), "{told}");

    let path = format!("/Users/{}", told["resource"].as_str().unwrap());
    let patch = |value: Value| json!({ "Operations": [{ "op": "replace", "value": value }] });
    let told = events(&mut site, "PATCH", &path, &patch(json!({ "title": "Chief" })));
    assert_eq!(change(&told, "meta:job"), Some(json!(["Clerk", "Chief"])));
    assert_eq!(change(&told, "role"), Some(json!(["subscriber", "author"])));
    assert_eq!(told["action"], "updated");
    let told = events(&mut site, "PATCH", &path, &patch(json!({ "active": false })));
    assert_eq!(
        (&told["action"], change(&told, "state")),
        (&json!("deactivated"), Some(json!(["active", "deactivated"])))
    );
    assert_eq!(told["effects"][0]["changes"].as_array().unwrap().len(), 1);
    events(&mut site, "PATCH", &path, &patch(json!({ "active": true, "title": "Clerk" })));

    let group = json!({ "displayName": "Writers", "members": [{ "value": path.rsplit('/').next() }] });
    let told = events(&mut site, "POST", "/Groups", &group);
    assert_eq!(told["user_id"], Value::Null);
    assert_eq!(
        (&told["effects"][0]["action"], &told["effects"][0]["user_id"]),
        (&json!("role_changed"), &json!(user_id))
    );
    assert_eq!(change(&told, "role"), Some(json!(["subscriber", "contributor"])));

    let told = events(&mut site, "DELETE", &path, &Value::Null);
    assert_eq!(
        (&told["effects"][0]["action"], change(&told, "account")),
        (&json!("deleted"), Some(json!([null, "kept"])))
    );
}

#[test]
fn a_refused_request_is_told_with_the_name_that_it_was_about() {
    let mut site = site(json!({}));
    let id = create(&mut site, "jane@example.test");
    let patch = json!({ "Operations": [{ "op": "replace", "path": "userName", "value": "" }] });
    for (method, path, body, name, resource) in [
        ("POST", "/Users".to_owned(), json!({ "username": "jane@example.test" }), "jane@example.test", None),
        ("PATCH", format!("/Users/{id}"), patch, "jane@example.test", Some(&id)),
        (
            "POST",
            "/Groups".to_owned(),
            json!({ "displayName": "Crew", "members": [{ "value": "gone" }] }),
            "Crew",
            None,
        ),
    ] {
        let request = rollbook::http::Request {
            method: method.to_owned(),
            path,
            headers: vec![("Authorization".to_owned(), InMemory::authorization())],
            body: body.to_string().into_bytes(),
            now: site.now,
            ..Default::default()
        };
        let told = site.host.converse(request, &site.settings).summary().unwrap().clone();
        assert_eq!(
            (told.outcome, told.action, told.name.as_deref()),
            ("refused", Some("refused"), Some(name))
        );
        assert_eq!(told.resource.as_ref(), resource);
        assert_eq!(told.user_id.is_some(), resource.is_some());
        assert!(told.effects.is_empty());
    }
}

/// The name that somebody wants is noted before it is known whether they get it.
#[test]
fn who_breaks_down_after_noting_a_wish_does_not_say_that_nothing_was_changed() {
    let mut site = site(json!({}));
    let [ann, bob] = ["ann", "bob"].map(|name| create(&mut site, name));
    let wishes = patch("userName", &json!("bob"));
    let titled = patch("title", &json!("Clerk"));
    let operation =
        |id: &str, data: &Value| json!({ "method": "PATCH", "path": format!("/Users/{id}"), "data": data });
    let bulk = json!({ "Operations": [operation(&ann, &wishes), operation(&bob, &titled)] });
    let says_nothing = "nothing was changed by it";
    let requests = [
        (format!("/Users/{ann}"), "PATCH", wishes.clone(), "note_wish", 0, true),
        (format!("/Users/{ann}"), "PATCH", wishes, "note_wish", 1, false),
        ("/Bulk".to_owned(), "POST", bulk, "update_user", 0, true),
    ];
    for (path, method, body, command, later, nothing) in requests {
        let request = || rollbook::http::Request {
            method: method.to_owned(),
            path: path.clone(),
            headers: vec![("Authorization".to_owned(), InMemory::authorization())],
            body: body.to_string().into_bytes(),
            now: site.now,
            ..Default::default()
        };
        let mut host = site.host.clone();
        host.trace.clear();
        host.exchange(request(), &site.settings);
        let place = host.trace.iter().rposition(|one| one.name == command).unwrap();
        let mut host = site.host.clone();
        host.fail_after(place + later);
        let response = host.exchange(request(), &site.settings);
        assert!(response.body.contains("\"status\":\"500\""), "{path}: {}", response.body);
        assert_eq!(response.body.contains(says_nothing), nothing, "{path}: {}", response.body);
    }
}
