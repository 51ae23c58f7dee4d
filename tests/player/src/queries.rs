//! Random people, groups and queries. The service must find, in order, exactly the resources that the filter
//! matches when Rust evaluates it on each resource alone.

#![expect(clippy::indexing_slicing, reason = "what JSON does not hold is null; a test fails by panicking")]

use crate::transcript::Transcript;
use crate::{Site, send};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, ValueTree};
use proptest::test_runner::TestRunner;
use rollbook::scim::filter::Filter;
use rollbook::scim::path::PatchPath;
use rollbook::scim::resource::Resource;
use rollbook::scim::schema::ResourceType;
use rollbook::scim::sort::{Key, Sort};
use rollbook::wordpress::sql::SqlPlan;
use serde_json::{Value, json};

const PEOPLE: usize = 60;
const GROUPS: usize = 15;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const VENDOR: &str = "urn:acme:params:scim:schemas:2.0:Staff";

/// Text that a database may take for something else: in another case, with wildcards, accents and spaces.
const TEXTS: [&str; 24] = [
    "a", "A", "ab", "aB", "AB", "a_b", "a%b", "b", "ä", "Ä", "strasse", "Straße", "é", "e", "x 1", "X 1",
    "1", "10", "9", "true", "\\", "'", "😀", "Zoë",
];

/// Finds random people by so many random queries, and groups by half as many.
///
/// # Errors
/// The first query whose answer differs from what its filter says of every resource.
pub fn queries_agree(site: &mut dyn Site, queries: usize) -> Result<(), String> {
    site.prepare(&Transcript::empty("Random queries"))?;
    let mut random = TestRunner::deterministic();
    let mut ids = Vec::new();
    for number in 0..PEOPLE {
        let created = send(site, "POST", "/Users", Some(&person(&mut random, number)), 201)?;
        ids.push(created["id"].as_str().ok_or("a person has no id")?.to_owned());
    }
    let mut groups = Vec::new();
    for number in 0..GROUPS {
        let created = send(site, "POST", "/Groups", Some(&group(&mut random, number, &ids)), 201)?;
        groups.push(created["id"].as_str().ok_or("a group has no id")?.to_owned());
    }
    // Any of them in any other: nested, in circles and on their own.
    for _ in 0..GROUPS {
        let (outer, inner) = draw(&mut random, &(select(groups.clone()), select(groups.clone())));
        let add = json!({ "op": "add", "path": "members", "value": [{ "value": inner }] });
        let patch = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [add],
        });
        if outer != inner {
            send(site, "PATCH", &format!("/Groups/{outer}"), Some(&patch), 200)?;
        }
    }
    agree(site, &mut random, ResourceType::User, queries)?;
    agree(site, &mut random, ResourceType::Group, queries / 2)
}

fn agree(
    site: &mut dyn Site,
    random: &mut TestRunner,
    kind: ResourceType,
    queries: usize,
) -> Result<(), String> {
    let schemas = kind.schemas();
    let all = send(site, "GET", &format!("{}?count=200", kind.endpoint()), None, 200)?;
    let all: Vec<Resource> = all["Resources"]
        .as_array()
        .ok_or("there is nobody")?
        .iter()
        .filter_map(|resource| Some(Resource::from_document(resource.as_object()?.clone(), schemas)))
        .collect();
    let (filters, sorts) = (filter(kind, &all), sort(kind));
    let (mut found_some, mut exact) = (0, 0);
    let mut asked = 0;
    while asked < queries {
        let text = draw(random, &filters);
        let filter: Filter = text.parse().map_err(|error| format!("{text}: {error}"))?;
        if filter.check(schemas).is_err() {
            continue;
        }
        asked += 1;
        exact += usize::from(SqlPlan::of(&filter, schemas).exact);
        let (sort_by, sort_order) = draw(random, &sorts);
        let sort = Sort::parse(sort_by, sort_order).map_err(|error| error.to_string())?;
        let matching = all.iter().filter(|resource| filter.matches(resource.as_map(), schemas));
        let mut expected: Vec<(Option<Key>, &str)> = matching
            .map(|resource| (sort.as_ref().and_then(|sort| sort.key(resource, schemas)), id(resource)))
            .collect();
        if let Some(sort) = &sort {
            expected.sort_by(|(one, _), (other, _)| sort.compare(one.as_ref(), other.as_ref()));
        }
        let expected: Vec<&str> = expected.into_iter().map(|(_, id)| id).collect();
        found_some += usize::from(!expected.is_empty() && expected.len() < all.len());
        let mut body = json!({ "filter": text, "count": 200, "attributes": ["id"] });
        for (name, value) in [("sortBy", sort_by), ("sortOrder", sort_order)] {
            body[name] = json!(value);
        }
        let numbered = send(site, "POST", &format!("{}/.search", kind.endpoint()), Some(&body), 200)?;
        if ids(&numbered) != expected || numbered["totalResults"] != json!(expected.len()) {
            return Err(difference(&body, &expected, &ids(&numbered), &all));
        }
        // Some queries are walked through by cursor as well.
        if asked.is_multiple_of(10) {
            let walked = walk(site, kind, body.clone())?;
            if walked != expected {
                let walked: Vec<&str> = walked.iter().map(String::as_str).collect();
                return Err(difference(&body, &expected, &walked, &all));
            }
        }
    }
    // Queries that find nobody or everybody, or that the database has no say in, would prove little.
    if found_some * 4 < queries || exact * 6 < queries {
        return Err(format!(
            "of {queries} queries only {found_some} tell resources apart, {exact} are left to the database"
        ));
    }
    Ok(())
}

fn walk(site: &mut dyn Site, kind: ResourceType, mut body: Value) -> Result<Vec<String>, String> {
    body["count"] = json!(7);
    body["cursor"] = json!("");
    let mut walked = Vec::new();
    loop {
        let page = send(site, "POST", &format!("{}/.search", kind.endpoint()), Some(&body), 200)?;
        walked.extend(ids(&page).into_iter().map(str::to_owned));
        match page.get("nextCursor") {
            Some(next) => body["cursor"] = next.clone(),
            None => return Ok(walked),
        }
    }
}

/// What is wrong with an answer, and the first resource that it is about.
fn difference(body: &Value, expected: &[&str], found: &[&str], all: &[Resource]) -> String {
    let missing: Vec<&&str> = expected.iter().filter(|id| !found.contains(id)).collect();
    let surplus: Vec<&&str> = found.iter().filter(|id| !expected.contains(id)).collect();
    let about = missing.first().or(surplus.first()).copied();
    let about =
        about.or_else(|| expected.iter().zip(found).find(|(one, other)| one != other).map(|(id, _)| id));
    let resource = all.iter().find(|resource| Some(&id(resource)) == about).map(Resource::as_map);
    format!(
        "{body}\nis not answered as the resources say: {} are missing, {} too many, of {}; the first is {resource:?}",
        missing.len(),
        surplus.len(),
        expected.len()
    )
}

fn id(resource: &Resource) -> &str {
    resource.as_map().get("id").and_then(Value::as_str).unwrap_or_default()
}

fn ids(list: &Value) -> Vec<&str> {
    list["Resources"].as_array().into_iter().flatten().filter_map(|found| found["id"].as_str()).collect()
}

#[expect(clippy::expect_used, reason = "a test fails by panicking")]
fn draw<T: std::fmt::Debug>(random: &mut TestRunner, strategy: &impl Strategy<Value = T>) -> T {
    strategy.new_tree(random).expect("nothing is rejected").current()
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(select(TEXTS.as_slice()), 1..3).prop_map(|texts| texts.concat())
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    prop::option::of(text())
}

fn person(random: &mut TestRunner, number: usize) -> Value {
    let (user_name, external_id, title, family, display) =
        draw(random, &(text(), maybe(), maybe(), maybe(), maybe()));
    let (department, employee, active, kinds, badge) = draw(
        random,
        &(
            maybe(),
            maybe(),
            any::<bool>(),
            prop::collection::vec(select(vec!["work", "home", "Work"]), 0..3),
            prop::option::of(0..20),
        ),
    );
    let emails: Vec<Value> = (0..)
        .zip(kinds)
        .map(|(index, kind)| {
            let letter = if number.is_multiple_of(2) { "A" } else { "a" };
            json!({ "type": kind, "value": format!("{letter}{index}.{}@Example.test", number % 30 + 100 * index + number / 30 * 1_000) })
        })
        .collect();
    let mut person = json!({
        // Unique, and WordPress makes a login of it.
        "userName": format!("{user_name}{number}"),
        "externalId": external_id,
        "active": active,
        "title": title,
        "name": { "familyName": family },
        "displayName": display,
        "emails": emails,
    });
    person[ENTERPRISE] = json!({ "department": department, "employeeNumber": employee });
    person[VENDOR] = json!({ "badge": badge, "remote": badge.map(|badge| badge % 2 == 0) });
    person
}

fn group(random: &mut TestRunner, number: usize, people: &[String]) -> Value {
    let (name, external_id) = draw(random, &(text(), maybe()));
    let members = draw(random, &prop::collection::vec(select(people.to_vec()), 0..5));
    let members: Vec<Value> = members.into_iter().map(|id| json!({ "value": id })).collect();
    json!({ "displayName": format!("{name}{number}"), "externalId": external_id, "members": members })
}

/// A text as a literal: as it is, in another case, and half of it.
fn variants(text: &str) -> Vec<String> {
    let half: String = text.chars().take(text.chars().count() / 2).collect();
    let variants = [text.to_owned(), text.to_owned(), text.to_uppercase(), text.to_lowercase(), half];
    variants.into_iter().map(|text| Value::from(text).to_string()).collect()
}

/// A path to compare and a literal to compare it with: mostly one that is made of its own values.
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
fn compared(kind: ResourceType, resources: &[Resource]) -> BoxedStrategy<(String, String)> {
    let anything: Vec<String> = TEXTS
        .iter()
        .chain(&["", "2", "2025-01-01T00:00:00Z", "a ", "nobody"])
        .flat_map(|text| variants(text))
        .chain(["true", "false", "7", "null"].map(str::to_owned))
        .collect();
    let own: Vec<(String, Vec<String>)> = paths(kind)
        .into_iter()
        .map(|path| {
            let parsed: PatchPath = path.parse().expect("the path is sound");
            let values = resources.iter().flat_map(|resource| resource.select(&parsed, kind.schemas()));
            let literals = values.flat_map(|value| match value {
                Value::String(text) => variants(text),
                Value::Object(element) => element["value"].as_str().map(variants).unwrap_or_default(),
                other => vec![other.to_string()],
            });
            (path, literals.collect::<Vec<_>>())
        })
        .collect();
    let (known, _): (Vec<_>, Vec<_>) = own.into_iter().partition(|(_, literals)| !literals.is_empty());
    let of_its_own = select(known).prop_flat_map(|(path, literals)| (Just(path), select(literals)));
    prop_oneof![4 => of_its_own, 1 => (select(paths(kind)), select(anything))].boxed()
}

/// What is filtered by: first what the database has columns and indexes for, more often than the rest.
fn paths(kind: ResourceType) -> Vec<String> {
    let decided = ["id", "externalId", "externalId", "meta.created", "meta.lastModified", "displayName"];
    let mut paths: Vec<String> = match kind {
        ResourceType::User => {
            vec!["userName", "USERNAME", "active", "emails", "emails.value", "employeeNumber"]
        }
        ResourceType::Group => vec!["members", "members.value", "DisplayName"],
    }
    .into_iter()
    .chain(decided)
    .map(str::to_owned)
    .collect();
    paths.extend(paths.clone());
    paths.push("meta.resourceType".to_owned());
    match kind {
        ResourceType::User => {
            let rest = ["title", "name.familyName", "emails.type", "department", "password"];
            paths.extend(rest.map(str::to_owned));
            let groups = ["groups", "groups.value", "groups.display", "groups.type"];
            paths.extend(groups.map(str::to_owned));
            paths.extend(["badge", "remote"].map(|name| format!("{VENDOR}:{name}")));
        }
        ResourceType::Group => {
            paths.extend(["members.type", "userName", "emails.value"].map(str::to_owned));
        }
    }
    paths
}

fn sort(kind: ResourceType) -> impl Strategy<Value = (Option<&'static str>, Option<&'static str>)> {
    let by = match kind {
        ResourceType::User => vec![
            None,
            Some("userName"),
            Some("id"),
            Some("meta.lastModified"),
            Some("externalId"),
            Some("title"),
            Some("emails"),
            Some("active"),
            Some("urn:acme:params:scim:schemas:2.0:Staff:badge"),
        ],
        ResourceType::Group => vec![None, Some("displayName"), Some("externalId"), Some("meta.created")],
    };
    (select(by), select(vec![None, Some("ascending"), Some("descending")]))
}

fn filter(kind: ResourceType, resources: &[Resource]) -> BoxedStrategy<String> {
    let operator = select(vec!["eq", "eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]);
    let comparison = (compared(kind, resources), operator)
        // Null and booleans have no order and hold no text.
        .prop_map(|((path, literal), operator)| match literal.as_str() {
            "true" | "false" | "null" if operator != "ne" => format!("{path} eq {literal}"),
            _ => format!("{path} {operator} {literal}"),
        });
    let present = select(paths(kind)).prop_map(|path| format!("{path} pr"));
    let list = if kind == ResourceType::User { "emails" } else { "members" };
    let is_of_list =
        move |(path, literal): &(String, String)| path.starts_with(list) && literal.starts_with('"');
    let of_list = compared(kind, resources).prop_filter("a value of the list", is_of_list);
    let element = (select(vec!["work", "home", "User"]), select(vec!["eq", "sw", "co"]), of_list).prop_map(
        move |(kind, operator, (_, literal))| {
            format!("{list}[type eq \"{kind}\" and value {operator} {literal}]")
        },
    );
    let in_a_group = (select(vec!["direct", "indirect"]), compared(kind, resources))
        .prop_filter("what a group is called", |(_, (path, literal))| {
            path.starts_with("groups.display") && literal.starts_with('"')
        })
        .prop_map(|(kind, (_, name))| format!("groups[type eq \"{kind}\" and display eq {name}]"));
    let element = match kind {
        ResourceType::User => prop_oneof![2 => element, 1 => in_a_group].boxed(),
        ResourceType::Group => element.boxed(),
    };
    let leaf = prop_oneof![6 => comparison, 1 => present, 1 => element].boxed();
    let nested = leaf.clone().prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}) and ({other})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}) or ({other})")),
            inner.prop_map(|inner| format!("not ({inner})")),
        ]
    });
    prop_oneof![1 => leaf, 1 => nested].boxed()
}
