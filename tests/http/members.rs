//! Groups of a size that one request can still name.

use super::{on_the_site, send};
use player::http::OverHttp;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CROWD: usize = 5_000;

/// The most members that the answer to a change shows.
const SHOWN: usize = 1_000;

#[test]
fn five_thousand_members_join_and_leave_in_one_request() {
    on_the_site(|site| {
        site.ask(&json!({ "do": "crowd", "size": CROWD })).unwrap();
        let ids = ids_of_people(site);
        let some = ids.get(..CROWD).unwrap();
        let few = ids.get(..CROWD / 10).unwrap();
        let (status, group) = send(site, "POST", "/Groups", Some(&json!({ "displayName": "Crowd" })));
        assert_eq!(status, 201, "{group}");
        let path = format!("/Groups/{}", group["id"].as_str().unwrap());
        let group = Group { site, path };

        let (status, shown, few_took) =
            group.patch(json!([{ "op": "add", "path": "members", "value": values(few) }]));
        assert_eq!((status, shown["members"].as_array().map(Vec::len)), (200, Some(few.len())));
        let (status, nothing, many_took) =
            group.patch(json!([{ "op": "add", "path": "members", "value": values(some) }]));
        assert_eq!((status, nothing), (204, Value::Null));
        assert_eq!(group.members(), sorted(some));
        // In line with their number it is ten times as much at most, with its square a hundred times.
        assert!(
            many_took < few_took * 40,
            "{} members took {many_took:?}, {} {few_took:?}",
            some.len(),
            few.len()
        );

        let (status, nothing, _) =
            group.patch(json!([{ "op": "add", "path": "members", "value": values(some) }]));
        assert_eq!((status, nothing), (204, Value::Null), "they are in already");
        let (leaving, staying) = some.split_at(CROWD - SHOWN);
        let (status, shown, _) =
            group.patch(json!([{ "op": "remove", "path": "members", "value": values(leaving) }]));
        assert_eq!(
            (status, shown["members"].as_array().map(Vec::len)),
            (200, Some(SHOWN)),
            "so many are shown"
        );
        assert_eq!(group.members(), sorted(staying));
        let (status, nothing, _) =
            group.patch(json!([{ "op": "replace", "path": "members", "value": values(leaving) }]));
        assert_eq!((status, nothing), (204, Value::Null));
        assert_eq!(group.members(), sorted(leaving));
        let one_by_one =
            |id: &String| json!({ "op": "Remove", "path": format!("members[value eq \"{id}\"]") });
        let (status, nothing, _) = group.patch(leaving.iter().take(1_000).map(one_by_one).collect());
        assert_eq!((status, nothing), (204, Value::Null));
        assert_eq!(group.members().len(), leaving.len() - 1_000);
        let (status, shown, _) = group.patch(json!([{ "op": "remove", "path": "members" }]));
        assert_eq!((status, &shown["members"]), (200, &json!([])), "nobody is left");
        assert_eq!(group.members(), Vec::<String>::new());
    });
}

struct Group<'a> {
    site: &'a OverHttp,
    path: String,
}

impl Group<'_> {
    fn patch(&self, operations: Value) -> (u16, Value, Duration) {
        let message =
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
        let start = Instant::now();
        let (status, body) = send(self.site, "PATCH", &self.path, Some(&message));
        (status, body, start.elapsed())
    }

    fn members(&self) -> Vec<String> {
        let (status, group) = send(self.site, "GET", &self.path, None);
        assert_eq!(status, 200, "{group}");
        let members = group["members"].as_array().cloned().unwrap_or_default();
        sorted(&members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>())
    }
}

/// Everybody's id, page by page.
fn ids_of_people(site: &OverHttp) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    loop {
        let page = format!("/Users?attributes=id&count=200&startIndex={}", ids.len() + 1);
        let (status, page) = send(site, "GET", &page, None);
        assert_eq!(status, 200, "{page}");
        let found = page["Resources"].as_array().unwrap();
        ids.extend(found.iter().map(|person| person["id"].as_str().unwrap().to_owned()));
        if ids.len() as u64 >= page["totalResults"].as_u64().unwrap() {
            return ids;
        }
    }
}

fn values(ids: &[String]) -> Vec<Value> {
    ids.iter().map(|id| json!({ "value": id })).collect()
}

fn sorted(ids: &[String]) -> Vec<String> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids
}
