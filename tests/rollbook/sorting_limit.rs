//! How much is sorted at most, tried against a WordPress that has more people than anybody would make one by
//! one.

use rollbook::exchange::Exchange;
use rollbook::host::{Account, Scope, TokenRecord, UserRecord};
use rollbook::http::{Request, Response};
use rollbook::service::list::MAX_SORTED;
use rollbook::token;
use serde_json::{Value, json};
use std::rc::Rc;

const TOKEN: &str = "token-of-the-limit-of-what-is-sorted";

#[test]
fn so_many_are_sorted_and_not_one_more() {
    let response = sorted(MAX_SORTED, "sortBy=title&sortOrder=descending&count=2&attributes=userName");
    let body: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!((response.status, &body["totalResults"]), (200, &json!(MAX_SORTED)), "{body}");
    let names: Vec<&Value> =
        body["Resources"].as_array().unwrap().iter().map(|user| &user["userName"]).collect();
    assert_eq!(names, ["person1", "person2"], "the titles go down with the numbers");

    let response = sorted(MAX_SORTED + 1, "sortBy=title");
    let body: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!((response.status, &body["scimType"]), (400, &json!("tooMany")), "{body}");
    assert!(body["detail"].as_str().unwrap().contains("meta.created"), "it says what helps: {body}");

    assert_eq!(sorted(MAX_SORTED + 1, "sortBy=userName").status, 200, "a column orders any number");
}

fn sorted(people: u64, query: &str) -> Response {
    let mut exchange = Exchange::open(get("/Users", query), Rc::default());
    while let Some(command) = exchange.command() {
        let answer = match command.name {
            "list_tokens" => json!([full_token()]),
            "find_users" => found(people, &command.fields["selection"]),
            "find_unregistered_accounts" => json!([]),
            _ => Value::Null,
        };
        exchange.answer(answer).unwrap();
    }
    exchange.response().unwrap().clone()
}

pub(super) fn get(path: &str, query: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        base: "https://wordpress.example/scim/v2".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: vec![("Authorization".to_owned(), format!("Bearer {TOKEN}"))],
        now: 1_000,
        ..Request::default()
    }
}

pub(super) fn found(people: u64, selection: &Value) -> Value {
    let after = selection["after_row"].as_u64().unwrap_or(0);
    let last = people.min(after + selection["limit"].as_u64().unwrap());
    let users: Vec<UserRecord> = (after + 1..=last).map(person).collect();
    json!({ "total": selection["count"].as_bool().unwrap().then_some(people), "users": users })
}

fn person(row: u64) -> UserRecord {
    let title = format!("{:06}", 999_999 - row);
    UserRecord {
        row,
        id: format!("id{row}").into(),
        user_name: format!("person{row}"),
        external_id: None,
        active: true,
        managed: true,
        locked_before: false,
        linked: false,
        deleted: false,
        wished_name: None,
        login_of: None,
        unfinished: false,
        version: 1,
        created: 1,
        modified: 1,
        document: json!({ "userName": format!("person{row}"), "title": title }).as_object().cloned(),
        values: serde_json::Map::new(),
        applied: serde_json::Map::new(),
        ruling: None,
        account: Account {
            user_id: row,
            login: format!("person{row}"),
            email: String::new(),
            display_name: String::new(),
            roles: Vec::new(),
            protected: false,
            self_registered: false,
            unlinked: false,
            metas: Default::default(),
            network: None,
            registered: 1,
        },
        groups: Vec::new(),
    }
}

pub(super) fn full_token() -> TokenRecord {
    TokenRecord {
        id: 1,
        name: "full".to_owned(),
        hash: token::hash(TOKEN),
        scope: Scope::Full,
        expires: None,
        revoked: None,
        last_used: None,
        minute: 0,
        requests: 0,
        of_network: true,
    }
}
