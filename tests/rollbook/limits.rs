//! Every limit that the crate names, tried through whole requests: at the limit it works, one more is
//! refused.
//!
//! How many resources are sorted is tested in `sorting_limit`; how long a cursor is valid, and how long its
//! text may be, beside its code. Both need more than a request.

use player::memory::InMemory;
use player::{Incoming, Outgoing, Site};
use rollbook::http::MAX_BODY;
use rollbook::scim::list::{DEFAULT_PAGE, MAX_PAGE};
use rollbook::scim::{filter, json, patch, path, projection, resource};
use rollbook::service::{bulk, groups, list};
use rollbook::settings::{MAX_DAYS, MAX_MAPPINGS, MAX_NETWORKS, MAX_REQUESTS, MAX_ROLE_RULES, Settings};
use rollbook::wordpress::{columns, email, group};
use serde_json::{Map, Value, json};

const CUSTOM: &str = "urn:example:2.0:User";

/// A limit, a request that asks for so much, and how one that asks for more is refused.
struct Limit {
    name: &'static str,
    most: usize,
    request: fn(usize) -> Request,
    status: u16,
    scim_type: Option<&'static str>,
    /// What the detail says beside the limit.
    says: &'static str,
}

struct Request {
    method: &'static str,
    path: String,
    body: String,
}

const LIMITS: &[Limit] = &[
    Limit {
        name: "http::MAX_BODY",
        most: MAX_BODY,
        request: |size| post("/Users", &padded(r#"{"userName":"new"}"#, size)),
        status: 413,
        scim_type: None,
        says: "bytes",
    },
    Limit {
        name: "http::MAX_BODY of Bulk",
        most: MAX_BODY,
        request: |size| post("/Bulk", &padded(&bulk_of(1), size)),
        status: 413,
        scim_type: None,
        says: "bytes",
    },
    Limit {
        name: "service::bulk::MAX_OPERATIONS",
        most: bulk::MAX_OPERATIONS,
        request: |count| post("/Bulk", &bulk_of(count)),
        status: 413,
        scim_type: None,
        says: "maxOperations",
    },
    Limit {
        name: "scim::json::MAX_DEPTH",
        most: json::MAX_DEPTH,
        request: |depth| {
            let list = format!("{}{}", "[".repeat(depth - 1), "]".repeat(depth - 1));
            post("/Users", &format!(r#"{{"userName":"new","unknown":{list}}}"#))
        },
        status: 400,
        scim_type: Some("invalidSyntax"),
        says: "nested deeper",
    },
    Limit {
        name: "scim::filter::MAX_FILTER_LENGTH",
        most: filter::MAX_FILTER_LENGTH,
        request: |length| find(&padded("title pr", length)),
        status: 400,
        scim_type: Some("invalidFilter"),
        says: "longer",
    },
    Limit {
        name: "scim::filter::MAX_DEPTH",
        most: filter::MAX_DEPTH,
        request: |depth| find(&format!("{}title pr{}", "(".repeat(depth), ")".repeat(depth))),
        status: 400,
        scim_type: Some("invalidFilter"),
        says: "deep",
    },
    Limit {
        name: "scim::filter::MAX_DEPTH in a path",
        most: filter::MAX_DEPTH,
        request: |depth| {
            let (open, close) = ("(".repeat(depth - 1), ")".repeat(depth - 1));
            change(json!([{ "op": "remove", "path": format!("emails[{open}value pr{close}]") }]))
        },
        status: 400,
        scim_type: Some("invalidFilter"),
        says: "deep",
    },
    Limit {
        name: "scim::path::MAX_PATH_LENGTH",
        most: path::MAX_PATH_LENGTH,
        request: |length| {
            let name = "a".repeat(length - CUSTOM.len() - 1);
            change(json!([{ "op": "add", "path": format!("{CUSTOM}:{name}"), "value": "x" }]))
        },
        status: 400,
        scim_type: Some("invalidPath"),
        says: "longer",
    },
    Limit {
        name: "scim::projection::MAX_ATTRIBUTES",
        most: projection::MAX_ATTRIBUTES,
        request: |count| get(&format!("{{person}}?attributes={}", vec!["title"; count].join(","))),
        status: 400,
        scim_type: Some("invalidValue"),
        says: "attributes",
    },
    Limit {
        name: "scim::patch::MAX_OPERATIONS",
        most: patch::MAX_OPERATIONS,
        request: |count| change(Value::from(vec![json!({ "op": "remove", "path": "title" }); count])),
        status: 400,
        scim_type: Some("invalidValue"),
        says: "Operations",
    },
    Limit {
        name: "scim::patch::MAX_ASSIGNMENTS",
        most: patch::MAX_ASSIGNMENTS,
        request: |count| {
            let additions = (0..count).step_by(resource::MAX_ELEMENTS).map(|first| {
                let last = count.min(first + resource::MAX_ELEMENTS);
                let own: Map<_, _> = (first..last).map(|number| (format!("a{number}"), json!(1))).collect();
                json!({ "op": "add", "value": { format!("urn:example{first}:2.0:User"): own } })
            });
            change(additions.collect())
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "several requests",
    },
    Limit {
        name: "scim::patch::MAX_ASSIGNMENTS of removed elements",
        most: patch::MAX_ASSIGNMENTS,
        request: |count| {
            let removals = (0..count).step_by(resource::MAX_ELEMENTS).map(|first| {
                let last = count.min(first + resource::MAX_ELEMENTS);
                let gone: Vec<_> =
                    (first..last).map(|number| json!({ "value": number.to_string() })).collect();
                json!({ "op": "remove", "path": "emails", "value": gone })
            });
            change(removals.collect())
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "several requests",
    },
    Limit {
        name: "scim::resource::MAX_ELEMENTS",
        most: resource::MAX_ELEMENTS,
        request: |count| {
            let photos: Vec<_> = (0..count).map(|number| json!({ "value": number.to_string() })).collect();
            post("/Users", &json!({ "userName": "new", "photos": photos }).to_string())
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "photos",
    },
    Limit {
        name: "scim::resource::MAX_ELEMENTS of an extension",
        most: resource::MAX_ELEMENTS,
        request: |count| post("/Users", &json!({ "userName": "new", CUSTOM: numbered(count) }).to_string()),
        status: 400,
        scim_type: Some("invalidValue"),
        says: CUSTOM,
    },
    Limit {
        name: "scim::resource::MAX_ELEMENTS of an extension that grows",
        most: resource::MAX_ELEMENTS,
        request: |count| {
            let all = [numbered(count - 1), Map::from_iter([("last".to_owned(), json!(1))])];
            change(all.into_iter().map(|own| json!({ "op": "add", "value": { CUSTOM: own } })).collect())
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: CUSTOM,
    },
    Limit {
        name: "scim::resource::MAX_ELEMENTS of an object that no schema knows",
        most: resource::MAX_ELEMENTS,
        request: |count| {
            change(json!([{ "op": "add", "path": format!("{CUSTOM}:own"), "value": numbered(count) }]))
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: CUSTOM,
    },
    Limit {
        name: "scim::resource::MAX_ELEMENTS of an object that grows",
        most: resource::MAX_ELEMENTS,
        request: |count| {
            let all = [numbered(count - 1), Map::from_iter([("last".to_owned(), json!(1))])];
            let add = |own| json!({ "op": "add", "path": format!("{CUSTOM}:own"), "value": own });
            change(all.into_iter().map(add).collect())
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: CUSTOM,
    },
    Limit {
        name: "scim::resource::MAX_ELEMENTS of a body",
        most: resource::MAX_ELEMENTS,
        request: |count| {
            let mut body = numbered(count - 1);
            body.insert("userName".to_owned(), json!("new"));
            post("/Users", &Value::Object(body).to_string())
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "The object",
    },
    Limit {
        name: "scim::resource::MAX_MEMBERS",
        most: resource::MAX_MEMBERS,
        request: |count| {
            let members: Vec<_> = (0..count).map(|number| number.to_string()).collect();
            let operations = json!([{ "op": "remove", "path": "members", "value": members }]);
            Request { method: "PATCH", path: "{group}".to_owned(), body: message(operations) }
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "members",
    },
    Limit {
        name: "scim::resource::MAX_COMPARED",
        // The person's addresses cost as much for each of eight comparisons.
        most: resource::MAX_COMPARED / (8 * ADDRESSES * (64 + STREET)),
        request: |count| {
            let comparisons = [r#"type eq "x""#; 8].join(" and ");
            let removal = json!({ "op": "remove", "path": format!("addresses[{comparisons}]") });
            change(Value::from(vec![removal; count]))
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "too much to compare",
    },
    Limit {
        name: "scim::resource::MAX_COMPARED of removed elements",
        most: resource::MAX_COMPARED / (ADDRESSES * (64 + STREET)),
        request: |count| {
            let removals = (0..count).step_by(resource::MAX_ELEMENTS).map(|first| {
                let last = count.min(first + resource::MAX_ELEMENTS);
                let gone: Vec<_> =
                    (first..last).map(|number| json!({ "locality": number.to_string() })).collect();
                json!({ "op": "remove", "path": "addresses", "value": gone })
            });
            change(removals.collect())
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "too much to compare",
    },
    Limit {
        name: "wordpress::columns::MAX_KEY_LENGTH of a userName",
        most: columns::MAX_KEY_LENGTH,
        request: |length| post("/Users", &json!({ "userName": "n".repeat(length) }).to_string()),
        status: 400,
        scim_type: Some("invalidValue"),
        says: "userName",
    },
    Limit {
        name: "wordpress::columns::MAX_KEY_LENGTH of a person's externalId",
        most: columns::MAX_KEY_LENGTH,
        request: |length| {
            change(json!([{ "op": "replace", "path": "externalId", "value": "e".repeat(length) }]))
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "externalId",
    },
    Limit {
        name: "wordpress::group::MAX_NAME_LENGTH",
        most: group::MAX_NAME_LENGTH,
        request: |length| post("/Groups", &json!({ "displayName": "n".repeat(length) }).to_string()),
        status: 400,
        scim_type: Some("invalidValue"),
        says: "displayName",
    },
    Limit {
        name: "wordpress::columns::MAX_KEY_LENGTH of a group's externalId",
        most: columns::MAX_KEY_LENGTH,
        request: |length| {
            let group = json!({ "displayName": "new", "externalId": "e".repeat(length) });
            post("/Groups", &group.to_string())
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "externalId",
    },
    Limit {
        name: "scim::resource::MAX_ATTRIBUTE_SIZE of somebody new",
        most: resource::MAX_ATTRIBUTE_SIZE,
        request: |size| post("/Users", &json!({ "userName": "new", "title": "t".repeat(size) }).to_string()),
        status: 400,
        scim_type: Some("invalidValue"),
        says: "title would hold 32769 bytes",
    },
    Limit {
        name: "scim::resource::MAX_ATTRIBUTE_SIZE in a PUT",
        most: resource::MAX_ATTRIBUTE_SIZE,
        request: |size| {
            let own = json!({ CUSTOM: { "own": "t".repeat(size) }, "userName": "person" });
            Request { method: "PUT", path: "{person}".to_owned(), body: own.to_string() }
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "urn:example:2.0:User:own would hold 32769 bytes",
    },
    Limit {
        name: "scim::resource::MAX_ATTRIBUTE_SIZE of a group",
        most: resource::MAX_ATTRIBUTE_SIZE,
        request: |size| {
            let own = json!({ CUSTOM: { "own": "t".repeat(size) }, "displayName": "new" });
            post("/Groups", &own.to_string())
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "urn:example:2.0:User:own would hold 32769 bytes",
    },
    Limit {
        name: "scim::resource::MAX_PHOTOS_SIZE",
        most: resource::MAX_PHOTOS_SIZE,
        request: |size| {
            let photo = format!("data:{}", "p".repeat(size - "data:value".len()));
            change(json!([{ "op": "replace", "path": "photos", "value": [{ "value": photo }] }]))
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "Send the addresses of pictures",
    },
    Limit {
        name: "scim::resource::MAX_SIZE of somebody new",
        most: resource::MAX_SIZE,
        request: |size| {
            // With their names, and those of what everybody has: `userName`, and `active`, which is made up
            // later.
            let rest = size - resource::MAX_ATTRIBUTE_SIZE - "userNamenewtitlenickName".len();
            let person = json!({
                "userName": "new", "title": "t".repeat(resource::MAX_ATTRIBUTE_SIZE), "nickName": "n".repeat(rest),
                "photos": [{ "value": "p".repeat(1_000) }],
            });
            post("/Users", &person.to_string())
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "photos not counted",
    },
    Limit {
        name: "wordpress::email::MAX_EMAIL_LENGTH",
        most: email::MAX_EMAIL_LENGTH,
        request: |length| {
            let value = format!("{}@example.test", "m".repeat(length - "@example.test".len()));
            post("/Users", &json!({ "userName": "new", "emails": [{ "value": value }] }).to_string())
        },
        status: 400,
        scim_type: Some("invalidValue"),
        says: "emails",
    },
];

/// How many addresses the person has, and how long each is. Comparing something with one costs 64 bytes more.
const ADDRESSES: usize = 700;
const STREET: usize = 30;

/// A site with a person and a group, which requests call `{person}` and `{group}`.
struct Tried {
    site: InMemory,
    person: String,
    group: String,
}

impl Tried {
    fn new() -> Self {
        let mut tried = Self { site: InMemory::new(), person: String::new(), group: String::new() };
        let address = |number| json!({ "streetAddress": format!("{number:0STREET$}") });
        let addresses: Vec<Value> = (0..ADDRESSES).map(address).collect();
        tried.person = tried.created("/Users", &json!({ "userName": "person", "addresses": addresses }));
        tried.group = tried.created("/Groups", &json!({ "displayName": "group" }));
        tried
    }

    fn created(&mut self, path: &str, resource: &Value) -> String {
        let answer = self.send(post(path, &resource.to_string()));
        assert_eq!(answer.status, 201, "{}", answer.body);
        format!("{path}/{}", answer.json()["id"].as_str().unwrap())
    }

    fn send(&mut self, request: Request) -> Incoming {
        let path = request.path.replace("{person}", &self.person).replace("{group}", &self.group);
        let body = (!request.body.is_empty()).then_some(request.body);
        let method = request.method.to_owned();
        self.site
            .send(&Outgoing { method, path, headers: Vec::new(), token: "full".to_owned(), body })
            .unwrap()
    }

    fn everything(&mut self) -> [String; 2] {
        ["/Users", "/Groups"].map(|path| self.send(get(path)).body)
    }
}

#[test]
fn at_the_limit_it_works_and_one_more_is_refused() {
    for Limit { name, most, request, status, scim_type, says } in LIMITS {
        let works = Tried::new().send(request(*most));
        assert!(works.status < 300, "{name}: {}", works.body);
        let mut tried = Tried::new();
        let before = tried.everything();
        let refused = tried.send(request(most + 1));
        let error = refused.json();
        assert_eq!((refused.status, error["scimType"].as_str()), (*status, *scim_type), "{name}: {error}");
        assert!(error["detail"].as_str().unwrap().contains(says), "{name}: {error}");
        assert_eq!(tried.everything(), before, "{name} left something behind");
    }
}

/// What a resource has grown to counts, not what one request adds.
#[test]
fn a_resource_holds_so_many_bytes() {
    let mut tried = Tried::new();
    let set = |name: &str, length: usize| {
        change(json!([{ "op": "replace", "path": format!("{CUSTOM}:{name}"), "value": "x".repeat(length) }]))
    };
    assert_eq!(tried.send(set("first", resource::MAX_SIZE / 2)).status, 200);
    let refused = tried.send(set("second", resource::MAX_SIZE / 2)).json();
    assert_eq!(refused["scimType"], "invalidValue");
    let detail = refused["detail"].as_str().unwrap();
    let size: usize = detail.split_whitespace().find_map(|word| word.parse().ok()).unwrap();
    let room = resource::MAX_SIZE / 2 - (size - resource::MAX_SIZE);
    assert_eq!(tried.send(set("second", room + 1)).status, 400);
    assert_eq!(tried.send(set("second", room)).status, 200);
}

/// A page may hold fewer resources than were asked for. A client that goes on behind it meets everybody once.
#[test]
fn a_page_holds_so_many_bytes() {
    let mut tried = Tried::new();
    const PEOPLE: usize = 150;
    let text = "t".repeat(resource::MAX_ATTRIBUTE_SIZE - 1_000);
    for number in 1..PEOPLE {
        let person = json!({ "userName": format!("{number}"), "title": text, "nickName": text });
        tried.created("/Users", &person);
    }
    let most = list::MAX_PAGE_SIZE / (2 * text.len()) + 1;
    let mut page = |query: String| tried.send(get(&format!("/Users?{query}&attributes=userName"))).json();
    let first = page(format!("count={MAX_PAGE}"));
    let on_it = first["Resources"].as_array().unwrap().len();
    assert!((most - 1..=most + 1).contains(&on_it), "{on_it} of {most}");
    assert_eq!((&first["itemsPerPage"], &first["totalResults"]), (&json!(on_it), &json!(PEOPLE + 1)));
    let rest = page(format!("count={MAX_PAGE}&startIndex={}", on_it + 1));
    let mut names = names_of(&first);
    names.extend(names_of(&rest));

    for sorting in ["", "&sortBy=title", "&filter=title+pr+or+userName+pr"] {
        let (mut met, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = page(format!("count={MAX_PAGE}&cursor={cursor}{sorting}"));
            met.extend(names_of(&page));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        met.sort();
        names.sort();
        assert_eq!(met, names, "{sorting}");
    }
}

fn names_of(page: &Value) -> Vec<String> {
    let resources = page["Resources"].as_array().unwrap();
    resources.iter().map(|person| person["userName"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_page_holds_so_many_and_no_more() {
    let mut tried = Tried::new();
    for number in 0..=MAX_PAGE {
        tried.created("/Groups", &json!({ "displayName": format!("group{number}") }));
    }
    let mut shown = |query: String| {
        let page = tried.send(get(&format!("/Groups?{query}"))).json();
        assert_eq!(page["totalResults"], MAX_PAGE + 2);
        let resources = page["Resources"].as_array().unwrap().len() as u64;
        assert_eq!(page["itemsPerPage"], resources);
        resources
    };
    assert_eq!(shown(format!("count={}", MAX_PAGE - 1)), MAX_PAGE - 1);
    for count in [MAX_PAGE, MAX_PAGE + 1, u64::MAX >> 1] {
        assert_eq!(shown(format!("count={count}")), MAX_PAGE);
        assert_eq!(shown(format!("cursor&count={count}")), MAX_PAGE);
    }
    assert_eq!(shown(String::new()), DEFAULT_PAGE);
    assert_eq!(shown("count=0".to_owned()), 0);
}

#[test]
fn a_changed_group_shows_so_many_members() {
    let mut tried = Tried::new();
    let ids: Vec<String> = (0..=groups::MAX_MEMBERS_SHOWN)
        .map(|number| {
            let path = tried.created("/Users", &json!({ "userName": format!("member{number}") }));
            path.trim_start_matches("/Users/").to_owned()
        })
        .collect();
    let (last, most) = ids.split_last().unwrap();
    let mut add = |members: Value| {
        let body = message(json!([{ "op": "add", "path": "members", "value": members }]));
        tried.send(Request { method: "PATCH", path: "{group}".to_owned(), body })
    };
    let shown = add(json!(most));
    assert_eq!(shown.status, 200);
    assert_eq!(shown.json()["members"].as_array().unwrap().len(), most.len());
    let quiet = add(json!([last]));
    assert_eq!((quiet.status, quiet.body.as_str()), (204, ""));
    assert!(quiet.header("ETag").is_some());
    assert_eq!(tried.send(get("{group}")).json()["members"].as_array().unwrap().len(), ids.len());
}

/// Whatever the operations are, a group is loaded once; the change itself gives back what it looks like then.
#[test]
fn members_are_read_once_to_decide_about_them() {
    let mut tried = Tried::new();
    let ids = ["one", "two"].map(|name| {
        let path = tried.created("/Users", &json!({ "userName": name }));
        path.trim_start_matches("/Users/").to_owned()
    });
    let [one, two] = ids.each_ref().map(|id| json!([{ "value": id }]));
    let leaves = json!({ "op": "remove", "path": "members[display sw \"o\"]" });
    let all_leave = json!({ "op": "remove", "path": "members" });
    let joins = |members: &Value| json!({ "op": "replace", "path": "members", "value": members });
    let mut loads = |operations: Value| {
        let before = tried.site.host.trace.len();
        let request = Request { method: "PATCH", path: "{group}".to_owned(), body: message(operations) };
        assert_eq!(tried.send(request).status, 200);
        let commands = tried.site.host.trace.iter().skip(before);
        commands.filter(|command| command.name == "load_group").count()
    };
    assert_eq!(loads(json!([leaves, joins(&one)])), 1);
    assert_eq!(loads(json!([leaves, all_leave, joins(&two)])), 1);
    assert_eq!(loads(json!([joins(&two)])), 1, "nothing changes");
}

#[test]
fn what_is_published_is_what_holds() {
    let config = Tried::new().send(get("/ServiceProviderConfig")).json();
    let bulk =
        json!({ "supported": true, "maxOperations": bulk::MAX_OPERATIONS, "maxPayloadSize": MAX_BODY });
    assert_eq!(config["bulk"], bulk);
    assert_eq!(config["filter"], json!({ "supported": true, "maxResults": MAX_PAGE }));
    assert_eq!(config["pagination"]["maxPageSize"], MAX_PAGE);
    assert_eq!(config["pagination"]["defaultPageSize"], DEFAULT_PAGE);
    let seconds = config["pagination"]["cursorTimeout"].as_i64().unwrap();
    let mut site = Tried::new();
    let first = site.send(get("/Users?cursor&count=1")).json();
    let next = format!("/Users?count=1&cursor={}", first["nextCursor"].as_str().unwrap());
    // Each request takes a second of the clock in memory.
    site.site.now += (seconds - 1) * 1_000;
    assert_eq!(site.send(get(&next)).status, 200);
    assert_eq!(site.send(get(&next)).json()["scimType"], "expiredCursor");
}

#[test]
fn settings_are_bounded_as_well() {
    type Setting = (&'static str, usize, fn(usize) -> Value);
    let all: [Setting; 5] = [
        ("role_rules", MAX_ROLE_RULES, |count| {
            json!(vec![json!({ "filter": "title pr", "role": "author" }); count])
        }),
        ("allowed_networks", MAX_NETWORKS, |count| json!(vec!["192.0.2.0/24"; count])),
        ("mappings", MAX_MAPPINGS, |count| {
            (0..count).map(|number| json!({ "path": "title", "target": format!("meta:m{number}") })).collect()
        }),
        ("activity_days", MAX_DAYS as usize, |count| json!(count)),
        ("requests_per_minute", MAX_REQUESTS as usize, |count| json!(count)),
    ];
    for (place, most, value) in all {
        let parse = |count: usize| Settings::parse(&Map::from_iter([(place.to_owned(), value(count))]));
        assert!(parse(most).is_ok(), "{place}");
        let problems = parse(most + 1).unwrap_err().problems;
        assert_eq!(problems.iter().map(|problem| problem.place.as_str()).collect::<Vec<_>>(), [place]);
        assert!(problems[0].reason.contains(&most.to_string()), "{}", problems[0].reason);
    }
}

fn get(path: &str) -> Request {
    Request { method: "GET", path: path.to_owned(), body: String::new() }
}

/// A query of people whose filter is this.
fn find(filter: &str) -> Request {
    let encoded = filter.replace(' ', "%20");
    get(&format!("/Users?filter={encoded}"))
}

fn post(path: &str, body: &str) -> Request {
    Request { method: "POST", path: path.to_owned(), body: body.to_owned() }
}

/// A PATCH of the person.
fn change(operations: Value) -> Request {
    Request { method: "PATCH", path: "{person}".to_owned(), body: message(operations) }
}

fn message(operations: Value) -> String {
    json!({ "schemas": [patch::PATCH_OP_URN], "Operations": operations }).to_string()
}

/// So many attributes.
fn numbered(count: usize) -> Map<String, Value> {
    (0..count).map(|number| (format!("a{number}"), json!(1))).collect()
}

fn bulk_of(count: usize) -> String {
    let operation = json!({ "method": "DELETE", "path": "/Users/nobody" });
    json!({ "Operations": vec![operation; count] }).to_string()
}

fn padded(text: &str, length: usize) -> String {
    format!("{text}{}", " ".repeat(length - text.len()))
}
