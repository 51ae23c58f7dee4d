//! How many members of groups one query reads, tried against a WordPress whose groups are larger than anybody
//! would make them member by member. It answers with one group at a time, as WordPress does where they are
//! heavy.

use super::sorting_limit::{full_token, get};
use rollbook::exchange::Exchange;
use rollbook::host::{GroupRecord, Member, MemberKind};
use rollbook::scim::list::MAX_PAGE;
use rollbook::service::demand::MEMBERS_PER_REQUEST;
use rollbook::service::list::{MAX_MEMBERS_EXAMINED, MAX_PAGE_SIZE};
use serde_json::{Value, json};
use std::rc::Rc;

/// What became of a query.
struct Asked {
    status: u16,
    body: Value,
    /// How many groups were read with their members.
    read: u64,
    /// As how many requests it counts.
    counted: u64,
}

#[test]
fn so_many_members_are_looked_at_and_not_one_more() {
    let each = MAX_MEMBERS_EXAMINED / 4;
    let query = "filter=members.display+co+%22nobody%22";
    let most = asked(4, each, query);
    assert_eq!(most.status, 200, "{}", most.body);
    assert_eq!(most.counted, MAX_MEMBERS_EXAMINED / MEMBERS_PER_REQUEST);
    is_refused(&asked(1_000, each, query), 5);

    for query in ["filter=externalId+co+%22x%22", "sortBy=externalId"] {
        is_refused(&asked(1_000, MAX_MEMBERS_EXAMINED + 1, query), 1);
    }
    let helped = asked(1_000, each, "filter=externalId+co+%22x%22&excludedAttributes=members");
    assert_eq!((helped.status, helped.read), (200, 0), "{}", helped.body);
}

/// It says what helps, and the rest is not read.
fn is_refused(refused: &Asked, read: u64) {
    assert_eq!((refused.status, &refused.body["scimType"]), (400, &json!("tooMany")), "{}", refused.body);
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("excludedAttributes=members"), "{detail}");
    assert_eq!(refused.read, read, "the rest is not read");
}

#[test]
fn what_lies_behind_a_full_page_is_not_read() {
    let each = 10_000;
    for query in
        [format!("count={MAX_PAGE}"), format!("count={MAX_PAGE}&cursor"), "sortBy=displayName".to_owned()]
    {
        let page = asked(1_000, each, &query);
        let shown = page.body["Resources"].as_array().unwrap().len() as u64;
        assert_eq!((page.status, &page.body["totalResults"]), (200, &json!(1_000)), "{query}");
        assert!((1..10).contains(&shown), "{query}: {shown} groups for {MAX_PAGE_SIZE} bytes");
        assert!(page.read <= shown + 1, "{query}: {} groups were read to show {shown}", page.read);
        assert_eq!(page.body["nextCursor"].is_string(), query.contains("cursor"), "{query}");
    }
}

fn asked(groups: u64, members: u64, query: &str) -> Asked {
    let mut exchange = Exchange::open(get("/Groups", query), Rc::default());
    let (mut read, mut counted) = (0, 0);
    while let Some(command) = exchange.command() {
        let answer = match command.name {
            "list_tokens" => json!([full_token()]),
            "find_groups" => {
                let selection = &command.fields["selection"];
                let with_members = command.fields["members"].as_bool().unwrap();
                let after =
                    selection["after_row"].as_u64().unwrap_or(0) + selection["offset"].as_u64().unwrap();
                let end = groups.min(after + selection["limit"].as_u64().unwrap());
                let last = if with_members { end.min(after + 1) } else { end };
                let found: Vec<GroupRecord> =
                    (after + 1..=last).map(|row| group(row, with_members.then_some(members))).collect();
                read += if with_members { last - after } else { 0 };
                json!({
                    "total": selection["count"].as_bool().unwrap().then_some(groups),
                    "groups": found,
                    "reached": { "rows": last - after, "last": last, "more": last < end || end < groups },
                })
            }
            "count_requests" => {
                counted += command.fields["requests"].as_u64().unwrap();
                json!(counted)
            }
            _ => Value::Null,
        };
        exchange.answer(answer).unwrap();
    }
    let response = exchange.response().unwrap();
    Asked { status: response.status, body: serde_json::from_str(&response.body).unwrap(), read, counted }
}

fn group(row: u64, members: Option<u64>) -> GroupRecord {
    let member = |number| Member { id: format!("id{number}").into(), kind: MemberKind::User, display: None };
    GroupRecord {
        row,
        id: format!("group{row}").into(),
        display_name: format!("Group {row:04}"),
        external_id: None,
        version: 1,
        created: 1,
        modified: 1,
        document: None,
        members: members.map(|members| (0..members).map(member).collect()),
        nested: None,
    }
}
