//! Rules tried by the owner: whom they match, which groups they ask for, what nobody has, and why somebody
//! has a role.

use super::site::{configure, send, site};
use super::sorting_limit;
use player::memory::InMemory;
use rollbook::exchange::Exchange;
use rollbook::service::tasks::Task;
use serde_json::{Value, json};
use std::rc::Rc;

fn ask(site: &mut InMemory, task: Value) -> Value {
    let task: Task = serde_json::from_value(task).unwrap();
    let settings = Rc::clone(&site.settings);
    site.host.trace.clear();
    let exchange = site.host.perform(task, &settings, site.now);
    let response = exchange.response().unwrap();
    assert_eq!(response.status, 200, "{}", response.body);
    let written =
        |name: &str| ["create_", "update_", "set_", "note_"].iter().any(|verb| name.starts_with(verb));
    assert!(!site.host.trace.iter().any(|command| written(command.name)), "a question changes nothing");
    serde_json::from_str(&response.body).unwrap()
}

fn person(site: &mut InMemory, name: &str, title: &str) -> String {
    let answer = send(site, "POST", "/Users", json!({ "userName": name, "title": title }));
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn group(site: &mut InMemory, name: &str, members: &[&str]) -> String {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    let answer = send(site, "POST", "/Groups", json!({ "displayName": name, "members": members }));
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn rules(rules: &[(&str, &str)]) -> Value {
    let rules: Vec<Value> =
        rules.iter().map(|(filter, role)| json!({ "filter": filter, "role": role })).collect();
    json!({ "role_rules": rules })
}

/// The logins of everybody whom a filter matches, page by page.
fn matched(site: &mut InMemory, filter: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut after = Value::Null;
    loop {
        let told = ask(site, json!({ "task": "matching", "filter": filter, "after": after }));
        let login = |person: &Value| person["login"].as_str().unwrap().to_owned();
        pages.push(told["people"].as_array().unwrap().iter().map(login).collect());
        after = told["next"].clone();
        if after.is_null() {
            return pages;
        }
    }
}

#[test]
fn who_a_filter_matches_is_told_a_page_at_a_time_and_each_once() {
    let mut site = site(rules(&[("userName sw \"p1\"", "author")]));
    for number in 0..47 {
        person(&mut site, &format!("p{number:02}"), if number % 2 == 0 { "Boss" } else { "Clerk" });
    }
    site.host.add_account("local", "local@example.test", "Boss", "subscriber");
    for filter in ["title eq \"Boss\"", "title co \"os\" and not (userName eq \"p01\")"] {
        let pages = matched(&mut site, filter);
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [20, 4], "{filter}");
        let names = pages.concat();
        let expected: Vec<String> = (0..47).step_by(2).map(|number| format!("p{number:02}")).collect();
        assert_eq!(names, expected, "{filter}");
    }
    let told = ask(&mut site, json!({ "task": "matching", "filter": "userName eq \"P12\"" }));
    assert_eq!(told["people"][0]["rule"], json!(1), "and which rule decides for them");
    assert_eq!(told["people"][0]["roles"], json!(["author"]));
    assert_eq!(matched(&mut site, "title eq \"Nobody\""), [[""; 0]]);
    let told = ask(&mut site, json!({ "task": "matching", "filter": "title eq" }));
    assert_eq!(told["problems"][0]["place"], "role_rules[0].filter");
    let told = ask(&mut site, json!({ "task": "matching", "filter": "password pr" }));
    assert!(told["problems"][0]["reason"].is_string(), "as where rules are saved");
}

#[test]
fn who_looks_at_a_large_site_looks_at_a_part_of_it() {
    // The first page is a screen like any other; who asks for more waits for it.
    for (after, examined, next) in [(Value::Null, 50, "50"), (json!("50"), 1_000, "1050")] {
        let task = json!({ "task": "matching", "filter": "nickName pr", "after": after });
        let task: Task = serde_json::from_value(task).unwrap();
        let mut exchange = Exchange::task(task, Rc::default(), 1_000);
        while let Some(command) = exchange.command() {
            assert_eq!(command.name, "find_users");
            exchange.answer(sorting_limit::found(u64::MAX, &command.fields["selection"])).unwrap();
        }
        let told: Value = serde_json::from_str(&exchange.response().unwrap().body).unwrap();
        assert_eq!(told, json!({ "people": [], "examined": examined, "next": next }));
    }
}

#[test]
fn members_of_a_group_are_found_by_the_group() {
    let mut site = site(json!({}));
    let ids: Vec<String> = (0..30).map(|number| person(&mut site, &format!("p{number:02}"), "Any")).collect();
    let members: Vec<&str> = ids.iter().skip(25).map(String::as_str).collect();
    let inner = group(&mut site, "Inner", &members);
    group(&mut site, "Outer", &[&inner, &ids[0]]);
    let everybody = ["p00", "p25", "p26", "p27", "p28", "p29"];
    for (filter, expected) in [
        ("groups.display eq \"outer\"", &everybody[..]),
        ("groups[display sw \"Out\" and type eq \"direct\"]", &everybody[..1]),
        ("title eq \"Any\" and groups.display co \"nne\"", &everybody[1..]),
        ("groups.display eq \"Nothing\"", &[]),
    ] {
        let mut found = matched(&mut site, filter).concat();
        found.sort_unstable();
        assert_eq!(found, expected, "{filter}");
        assert!(!site.host.trace.iter().any(|command| command.name == "find_users"), "{filter}");
    }
    let filter = format!("groups.value eq \"{inner}\"");
    assert_eq!(matched(&mut site, &filter).concat().len(), 5);
    assert_eq!(matched(&mut site, "groups.display ne \"Inner\"").concat().len(), 25, "all the others");
    let many: Vec<&str> = ids.iter().map(String::as_str).collect();
    group(&mut site, "Many", &many);
    let pages = matched(&mut site, "groups.display eq \"Many\"");
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [20, 10]);
    assert_eq!(pages.concat().iter().collect::<std::collections::BTreeSet<_>>().len(), 30, "each once");
}

#[test]
fn groups_are_listed_by_name_with_the_rules_that_ask_for_them() {
    let mut site = site(json!({ "role_rules": [
        { "filter": "groups.display eq \"g03\" and title eq \"Boss\"", "role": "editor" },
        { "filter": "groups.display eq \"G03\" or title eq \"Boss\"", "role": "author" },
        { "filter": "not (groups.display eq \"g04\")", "role": "contributor" },
        { "filter": "title pr", "role": "contributor" },
    ] }));
    let jane = person(&mut site, "jane", "Boss");
    for number in (0..45).rev() {
        group(&mut site, &format!("g{number:02}"), &[&jane]);
    }
    let page = ask(&mut site, json!({ "task": "grouping", "page": 3 }));
    assert_eq!((&page["total"], page["groups"].as_array().unwrap().len()), (&json!(45), 5));
    assert_eq!(page["groups"][0]["display"], "g40");
    let page = ask(&mut site, json!({ "task": "grouping", "page": 1 }));
    let of = |index: usize| page["groups"][index]["rules"].clone();
    assert_eq!(
        of(3),
        json!([
            { "number": 1, "role": "editor", "alone": false },
            { "number": 2, "role": "author", "alone": true },
        ])
    );
    assert_eq!(of(4), json!([{ "number": 3, "role": "contributor", "alone": false }]));
    assert_eq!((of(5), &page["groups"][5]["members"]), (json!([]), &json!(1)));
    let found = ask(&mut site, json!({ "task": "grouping", "search": "4", "page": 1 }));
    assert_eq!(found["total"], json!(9), "04, 14, 24, 34 and 40 to 44");
    assert_eq!(
        ask(&mut site, json!({ "task": "grouping", "search": "\" or \"", "page": 1 }))["total"],
        json!(0)
    );
    let id = found["groups"][0]["id"].as_str().unwrap();
    assert_eq!(ask(&mut site, json!({ "task": "grouping", "id": id }))["group"]["display"], "g04");
    assert_eq!(ask(&mut site, json!({ "task": "grouping", "id": "gone" }))["group"], Value::Null);
}

#[test]
fn a_rule_over_what_nobody_has_is_doubted() {
    let doubted = rules(&[
        ("title eq \"Boss\"", "author"),
        ("departmnt eq \"Sales\" or nickName pr", "author"),
        ("groups.display eq \"Lost\"", "author"),
        ("groups.display eq \"Team\" and locale pr", "author"),
        ("not (groups.display eq \"Absent\")", "author"),
    ]);
    let mut doubted = doubted;
    doubted["role_rules"][1]["filter"] = json!("urn:contoso:2.0:User:departmnt eq \"Sales\" or nickName pr");
    let mut site = site(doubted);
    let told = ask(&mut site, json!({ "task": "doubting" }));
    assert!(
        told["doubts"].as_array().unwrap().iter().all(|doubt| doubt["kind"] == "group"),
        "nobody is there yet"
    );
    let body = json!({ "userName": "rare", "nickName": "R" });
    assert_eq!(send(&mut site, "POST", "/Users", &body).status, 201);
    let jane = person(&mut site, "jane", "Clerk");
    group(&mut site, "Team", &[&jane]);
    let told = ask(&mut site, json!({ "task": "doubting" }));
    assert_eq!(
        told["doubts"],
        json!([
            { "rule": 3, "kind": "group" },
            { "rule": 4, "kind": "attribute", "path": "locale" },
            { "rule": 2, "kind": "attribute", "path": "urn:contoso:2.0:User:departmnt" },
        ])
    );
    for number in 0..30 {
        person(&mut site, &format!("p{number}"), "Clerk");
    }
    let told = ask(&mut site, json!({ "task": "doubting" }));
    assert_eq!(told["doubts"].as_array().unwrap().len(), 3, "the second step finds the rare one");
    assert_eq!(told["examined"], json!(32));
    configure(&mut site, rules(&[("title eq \"Boss\"", "author")]));
    assert_eq!(
        ask(&mut site, json!({ "task": "doubting" }))["examined"],
        json!(20),
        "and is not made in vain"
    );
}

#[test]
fn an_explanation_names_each_rule_and_what_the_next_request_does() {
    let mut site = site(rules(&[("title eq \"Boss\"", "author"), ("title pr", "editor")]));
    person(&mut site, "jane", "Boss");
    let user_id = site.host.account("jane").unwrap().account.user_id;
    let explain = json!({ "task": "explaining", "user_id": user_id });
    let told = ask(&mut site, explain.clone());
    assert_eq!((&told["rules"], &told["rule"]["number"]), (&json!([true, true]), &json!(1)));
    assert_eq!((&told["changes"], &told["keeps"]), (&json!(false), &json!(false)));
    configure(&mut site, rules(&[("title eq \"Clerk\"", "author"), ("title pr", "editor")]));
    let told = ask(&mut site, explain.clone());
    assert_eq!((&told["rules"], &told["due"]), (&json!([false, true]), &json!("editor")));
    assert_eq!(
        (&told["changes"], &told["keeps"]),
        (&json!(true), &json!(false)),
        "the rules were changed since"
    );
    site.host.account_mut("jane").unwrap().account.roles = vec!["contributor".to_owned()];
    let told = ask(&mut site, explain);
    assert_eq!((&told["changes"], &told["keeps"]), (&json!(false), &json!(true)), "given by hand");
}
