//! Bulk requests: roles that are decided once for a batch, and a request whose time is over.

use super::site::{configure, send, site};
use player::memory::InMemory;
use rollbook::service::bulk::TIME_BUDGET;
use serde_json::{Value, json};

const PEOPLE: usize = 6;

/// People in a group that a rule reads by its name, and one that both groups are needed for.
fn team() -> (InMemory, String) {
    let mut site = site(json!({ "protected_roles": [], "role_rules": [
        { "filter": "groups.display eq \"Editors\" and groups.display eq \"Staff\"", "role": "editor" },
        { "filter": "groups.display eq \"Editors\"", "role": "author" },
    ] }));
    let ids: Vec<Value> = (0..PEOPLE)
        .map(|number| {
            let person = json!({ "userName": format!("p{number}@example.test") });
            send(&mut site, "POST", "/Users", person).json()["id"].clone()
        })
        .collect();
    let members: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
    let group =
        send(&mut site, "POST", "/Groups", json!({ "displayName": "Team", "members": members })).json();
    let staff = json!({ "displayName": "Staff", "members": [members[0]] });
    assert_eq!(send(&mut site, "POST", "/Groups", staff).status, 201);
    (site, group["id"].as_str().unwrap().to_owned())
}

fn rename(group: &str, name: &str) -> Value {
    let operation = json!({ "op": "replace", "path": "displayName", "value": name });
    json!({ "method": "PATCH", "path": format!("/Groups/{group}"), "data": { "Operations": [operation] } })
}

/// Unlike [`send`] this accepts that something fails.
fn bulk(site: &mut InMemory, operations: &[Value]) -> Vec<Value> {
    let request = rollbook::http::Request {
        method: "POST".to_owned(),
        path: "/Bulk".to_owned(),
        headers: vec![("Authorization".to_owned(), InMemory::authorization())],
        body: json!({ "Operations": operations }).to_string().into_bytes(),
        now: site.now,
        ..Default::default()
    };
    let response = site.host.exchange(request, &site.settings);
    let body: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(response.status, 200, "{body}");
    body["Operations"].as_array().unwrap().clone()
}

fn statuses(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["status"].as_str().unwrap()).collect()
}

fn roles(site: &InMemory) -> Vec<String> {
    let role = |number: usize| {
        let account = &site.host.account(&format!("p{number}@example.test")).unwrap().account;
        account.roles.join("+")
    };
    (0..PEOPLE).map(role).collect()
}

fn commands(site: &InMemory, name: &str) -> usize {
    site.host.trace.iter().filter(|command| command.name == name).count()
}

#[test]
fn renames_of_a_group_decide_its_members_roles_once() {
    let (mut site, group) = team();
    let names = ["Editors", "One", "Editors", "Two", "Editors", "Three", "Editors"];
    site.host.trace.clear();
    let answers = bulk(&mut site, &names.map(|name| rename(&group, name)));
    assert_eq!(statuses(&answers), ["200"; 7]);
    assert_eq!(roles(&site), ["editor", "author", "author", "author", "author", "author"]);
    let counts = ["load_users", "list_users_in_groups", "list_nestings", "regroup_people", "set_roles"];
    assert_eq!(counts.map(|name| commands(&site, name)), [2, 1, 0, 1, 0]);

    site.host.trace.clear();
    bulk(&mut site, &["Four", "Editors"].map(|name| rename(&group, name)));
    let regroup = site.host.trace.iter().find(|command| command.name == "regroup_people").unwrap();
    assert_eq!(regroup.fields["roles"], json!([]), "nobody's role changes, so none is written");
    assert_eq!(
        regroup.fields["people"].as_array().unwrap().len(),
        PEOPLE,
        "who else decides on them notices"
    );
}

#[test]
fn whatever_fails_roles_are_those_of_the_groups_that_stand() {
    let names = ["Editors", "One", "Editors"];
    for failing in 1..40 {
        let (mut site, group) = team();
        site.host.fail_after(failing);
        let answers = bulk(&mut site, &names.map(|name| rename(&group, name)));
        site.host.fail_after(usize::MAX);
        let mut done = names.iter().zip(&answers).filter(|(_, answer)| answer["status"] == "200");
        let last = done.next_back().map_or("Team", |(name, _)| name);
        assert_eq!(assert_roles_fit(&mut site, &group, failing), last, "{failing}: {answers:?}");
    }
    for lost in 0..20 {
        let (mut site, group) = team();
        site.host.lose_batch_before(lost);
        let answers = bulk(&mut site, &names.map(|name| rename(&group, name)));
        assert_eq!(statuses(&answers), ["200"; 3], "{lost}");
        assert_roles_fit(&mut site, &group, lost);
    }
}

/// Whether the members have the roles that the group's name gives them. Tells the name.
fn assert_roles_fit(site: &mut InMemory, group: &str, when: usize) -> String {
    let shown = send(site, "GET", &format!("/Groups/{group}"), Value::Null).json();
    let expected = match shown["displayName"].as_str().unwrap() {
        "Editors" => ["editor", "author", "author", "author", "author", "author"],
        _ => ["subscriber"; PEOPLE],
    };
    assert_eq!(roles(site), expected, "{when}: {shown}");
    shown["displayName"].as_str().unwrap().to_owned()
}

#[test]
fn a_group_that_no_rule_reads_concerns_nobody() {
    let (mut site, group) = team();
    configure(&mut site, json!({ "role_rules": [{ "filter": "title eq \"Boss\"", "role": "editor" }] }));
    site.host.trace.clear();
    bulk(&mut site, &["Editors", "One"].map(|name| rename(&group, name)));
    assert_eq!(commands(&site, "load_users") + commands(&site, "regroup_people"), 0);
}

#[test]
fn operations_that_there_is_no_time_for_are_told_each_and_can_be_sent_again() {
    let (mut site, _) = team();
    let create = |number: usize| {
        let data = json!({ "userName": format!("new{number}@example.test") });
        json!({ "method": "POST", "path": "/Users", "bulkId": number.to_string(), "data": data })
    };
    let operations: Vec<Value> = (0..10).map(create).collect();
    site.host.operation_takes = TIME_BUDGET / 4;
    let answers = bulk(&mut site, &operations);
    let done = answers.iter().filter(|answer| answer["status"] == "201").count();
    assert!((1..10).contains(&done), "{answers:?}");
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer["bulkId"], number.to_string());
        assert_eq!(answer["status"] == "201", number < done, "the first ones are done: {answers:?}");
        if number >= done {
            assert_eq!(answer["status"], "503");
            assert!(answer["response"]["detail"].as_str().unwrap().contains("Send it again"), "{answer}");
        }
    }
    let count = |site: &mut InMemory| {
        let found = send(site, "GET", "/Users?filter=userName%20co%20%22example.test%22", Value::Null).json();
        found["totalResults"].clone()
    };
    assert_eq!(count(&mut site), json!(PEOPLE + done));
    site.host.operation_takes = 0;
    assert!(statuses(&bulk(&mut site, &operations[done..])).iter().all(|status| *status == "201"));
    assert_eq!(count(&mut site), json!(PEOPLE + 10));

    // The resources of a circle that was begun are not left without their references.
    site.host.operation_takes = TIME_BUDGET;
    let circle = |name: &str, other: &str| {
        let members = json!([{ "value": format!("bulkId:{other}") }]);
        let data = json!({ "displayName": name, "members": members });
        json!({ "method": "POST", "path": "/Groups", "bulkId": name, "data": data })
    };
    let answers = bulk(&mut site, &[circle("a", "b"), circle("b", "a")]);
    assert!(statuses(&answers).iter().all(|status| *status == "503"), "{answers:?}");
    let groups = send(&mut site, "GET", "/Groups", Value::Null).json();
    assert_eq!(groups["totalResults"], 2, "{groups}");
}
