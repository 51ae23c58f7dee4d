//! Random histories of many people, compared with a model of what must become of them. People are created,
//! changed, renamed, moved between groups, publish, leave, come back and are deleted under each deletion
//! policy. WordPress must equal the model.

#![expect(clippy::indexing_slicing, reason = "what JSON does not hold is null; a test fails by panicking")]

use crate::transcript::Transcript;
use crate::{Site, send};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const DEPARTMENTS: [&str; 4] = ["Sales", "Marketing", "Support", "Sales & <Söhne>"];
const WORDS: [&str; 8] = ["Zoë", "O'Neil", "李", "Ann  Marie", "\\x", "😀", "Müller-Lüdenscheidt", "a&b"];
const GROUP_NAMES: [&str; 8] =
    ["Editors", "Staff", "Board", "Crew", "Night shift", "Ärzte", "Interns", "R&D"];
/// The group whose members are editors, whatever their department.
const EDITORS: &str = "Editors";
const HEIR: &str = "target";

/// How often WordPress is compared with the model.
const STEPS_BETWEEN_LOOKS: usize = 120;

/// Something that may happen; false where it cannot happen now.
type Step = fn(&mut World, &mut dyn Site) -> Result<bool, String>;

/// All that happens, with how often it does beside the others.
const STEPS: [(u32, &str, Step); 14] = [
    (10, "come back", World::come_back),
    (18, "patch", World::patch),
    (6, "replace", World::replace),
    (6, "rename", World::rename),
    (3, "clash", World::clash),
    (10, "lock or unlock", World::lock_or_unlock),
    (12, "join", World::join),
    (7, "quit", World::quit),
    (2, "found a group", World::found_group),
    (3, "rename a group", World::rename_group),
    (1, "close a group", World::close_group),
    (10, "publish", World::publish),
    (11, "leave", World::leave),
    (2, "knock after leaving", World::knock),
];

/// Lets so many people live for so many steps, a third of them under each deletion policy.
///
/// # Errors
/// The first answer that is not as expected, or the first difference between WordPress and the model, after
/// the last steps.
pub fn lives_agree(site: &mut dyn Site, people: usize, steps: usize) -> Result<(), String> {
    let mut world = World::new(site, people)?;
    for who in 0..people {
        world.create(site, who).map_err(|problem| world.after_steps(&problem))?;
    }
    for (policy, reassign_to) in [("deactivate", None), ("reassign", Some(HEIR)), ("delete", None)] {
        let deletion = json!({ "deletion": { "policy": policy, "reassign_to": reassign_to } });
        site.configure(&object(&deletion))?;
        world.policy = policy;
        world.trail.push(format!("policy {policy}"));
        for step in 1..=steps / 3 {
            let lived = world.step(site).and_then(|()| match step % STEPS_BETWEEN_LOOKS {
                0 => world.compare(site),
                _ => Ok(()),
            });
            lived.map_err(|problem| world.after_steps(&problem))?;
        }
        world.compare(site).map_err(|problem| world.after_steps(&problem))?;
    }
    if site.mails()? > 0 {
        return Err("WordPress has sent mails".to_owned());
    }
    world.has_seen_everything()
}

/// What must be true of everybody.
struct World {
    random: TestRunner,
    people: Vec<Person>,
    groups: Vec<Group>,
    /// Published posts and who wrote, or inherited, them.
    posts: BTreeMap<String, Author>,
    policy: &'static str,
    trail: Vec<String>,
    /// How often each kind of step was taken.
    taken: BTreeMap<&'static str, usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Author {
    Person(usize),
    ReassignTarget,
}

struct Person {
    number: usize,
    /// The SCIM id, as long as the IdP knows the person.
    id: Option<String>,
    /// The ids that the person had before it was deleted and came back.
    former: Vec<String>,
    name: String,
    /// The name that the login was made of. A person who is locked out, or has just come back, keeps the old
    /// one until the next request that finds the person active.
    login: String,
    given: String,
    family: String,
    title: Option<String>,
    department: Option<&'static str>,
    active: bool,
    has_account: bool,
    role: &'static str,
}

struct Group {
    id: String,
    name: &'static str,
    members: BTreeSet<usize>,
}

impl World {
    fn new(site: &mut dyn Site, people: usize) -> Result<Self, String> {
        let mut transcript = Transcript::empty("Random lives");
        transcript.settings = object(&json!({
            "username": { "from": "userName", "rename": true },
            // Here so many people leave that their deletions would wait for the owner.
            "mass_removal": { "watch": false },
            "role_rules": [
                { "filter": format!("groups.display eq \"{EDITORS}\""), "role": "editor" },
                { "filter": "department eq \"Sales\"", "role": "author" },
            ],
            "mappings": [{ "path": format!("{ENTERPRISE}:department"), "target": "meta:scimDepartment" }],
        }));
        let target =
            json!({ "login": HEIR, "email": "heir@example.test", "display_name": "Heir", "role": "editor" });
        transcript.given = vec![serde_json::from_value(target).map_err(|error| error.to_string())?];
        site.prepare(&transcript)?;
        Ok(Self {
            random: TestRunner::deterministic(),
            people: (0..people).map(Person::nobody).collect(),
            groups: Vec::new(),
            posts: BTreeMap::new(),
            policy: "deactivate",
            trail: Vec::new(),
            taken: BTreeMap::new(),
        })
    }

    #[expect(clippy::expect_used, reason = "a test fails by panicking")]
    fn draw<T: std::fmt::Debug>(&mut self, strategy: impl Strategy<Value = T>) -> T {
        strategy.new_tree(&mut self.random).expect("nothing is rejected").current()
    }

    /// One of the people that this is true of.
    fn somebody(&mut self, is_meant: impl Fn(&Person) -> bool) -> Option<usize> {
        let meant: Vec<usize> =
            self.people.iter().filter(|person| is_meant(person)).map(|person| person.number).collect();
        let index = self.draw(any::<Index>());
        (!meant.is_empty()).then(|| meant[index.index(meant.len())])
    }

    fn some_group(&mut self) -> Option<usize> {
        let index = self.draw(any::<Index>());
        (!self.groups.is_empty()).then(|| index.index(self.groups.len()))
    }

    fn free_group_name(&mut self) -> Option<&'static str> {
        let free: Vec<&'static str> = GROUP_NAMES
            .into_iter()
            .filter(|name| self.groups.iter().all(|group| group.name != *name))
            .collect();
        let index = self.draw(any::<Index>());
        (!free.is_empty()).then(|| free[index.index(free.len())])
    }

    /// One thing that happens. What cannot happen now is passed over.
    fn step(&mut self, site: &mut dyn Site) -> Result<(), String> {
        let kinds = (0..STEPS.len()).flat_map(|kind| std::iter::repeat_n(kind, STEPS[kind].0 as usize));
        let (_, name, step) = STEPS[self.draw(select(kinds.collect::<Vec<_>>()))];
        if step(self, site)? {
            *self.taken.entry(name).or_default() += 1;
        }
        Ok(())
    }

    /// A person who has left comes back.
    fn come_back(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let Some(who) = self.somebody(|person| person.id.is_none()) else { return Ok(false) };
        self.create(site, who)?;
        Ok(true)
    }

    fn create(&mut self, site: &mut dyn Site, who: usize) -> Result<(), String> {
        let (given, department, active) = self.draw((word(), department(), prop::bool::weighted(0.9)));
        let person = &mut self.people[who];
        (person.given, person.department, person.active) = (given, department, active);
        let created = self.send(site, "POST", "/Users", Some(self.people[who].resource()), 201)?;
        let id = created["id"].as_str().ok_or("no id")?.to_owned();
        let person = &mut self.people[who];
        if person.former.contains(&id) {
            return Err(format!("{id} is used again"));
        }
        if !person.has_account {
            person.login = person.name.clone();
        }
        (person.id, person.has_account) = (Some(id), true);
        self.rule(who);
        Ok(())
    }

    fn patch(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let Some(who) = self.somebody(|person| person.id.is_some()) else { return Ok(false) };
        let (family, title, department) = self.draw((word(), prop::option::of(word()), department()));
        let person = &mut self.people[who];
        (person.family, person.title, person.department) = (family, title, department);
        let operation = |path: &str, value: Option<&str>| match value {
            Some(value) => json!({ "op": "replace", "path": path, "value": value }),
            None => json!({ "op": "remove", "path": path }),
        };
        let operations = json!([
            operation("name.familyName", Some(&person.family)),
            operation("displayName", Some(&person.display_name())),
            operation("title", person.title.as_deref()),
            operation(&format!("{ENTERPRISE}:department"), person.department),
        ]);
        let path = person.path();
        self.send(site, "PATCH", &path, Some(json!({ "Operations": operations })), 200)?;
        self.people[who].is_written();
        self.rule(who);
        Ok(true)
    }

    fn replace(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let Some(who) = self.somebody(|person| person.id.is_some()) else { return Ok(false) };
        let (given, title, department, active) =
            self.draw((word(), prop::option::of(word()), department(), any::<bool>()));
        let person = &mut self.people[who];
        (person.given, person.title) = (given, title);
        (person.department, person.active) = (department, active);
        let (path, resource) = (person.path(), person.resource());
        self.send(site, "PUT", &path, Some(resource), 200)?;
        self.people[who].is_written();
        self.rule(who);
        Ok(true)
    }

    fn rename(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let Some(who) = self.somebody(|person| person.id.is_some()) else { return Ok(false) };
        let number = self.draw(0..1_000_000);
        let person = &mut self.people[who];
        person.name = format!("p{}.{number}@example.test", person.number);
        let operation = json!({ "op": "replace", "path": "userName", "value": person.name });
        let path = person.path();
        self.send(site, "PATCH", &path, Some(json!({ "Operations": [operation] })), 200)?;
        self.people[who].is_written();
        Ok(true)
    }

    /// The name of somebody else is refused, and the rest of the request with it.
    fn clash(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let one = self.somebody(|person| person.id.is_some());
        let other = self.somebody(|person| person.id.is_some() && Some(person.number) != one);
        let (Some(one), Some(other)) = (one, other) else { return Ok(false) };
        let name = self.people[other].name.to_uppercase();
        let operations = json!([
            { "op": "replace", "path": "title", "value": "must not stay" },
            { "op": "replace", "path": "userName", "value": name },
        ]);
        let path = self.people[one].path();
        self.send(site, "PATCH", &path, Some(json!({ "Operations": operations })), 409)?;
        Ok(true)
    }

    fn lock_or_unlock(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let Some(who) = self.somebody(|person| person.id.is_some()) else { return Ok(false) };
        let person = &mut self.people[who];
        person.active = !person.active;
        // As Entra writes it, and as everybody else does.
        let value = if who.is_multiple_of(2) { json!(person.active) } else { json!(text_of(person.active)) };
        let path = person.path();
        let operation = json!({ "op": "Replace", "path": "active", "value": value });
        self.send(site, "PATCH", &path, Some(json!({ "Operations": [operation] })), 200)?;
        self.people[who].is_written();
        Ok(true)
    }

    fn join(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let Some(group) = self.some_group() else { return Ok(false) };
        let mut joining = BTreeSet::new();
        for _ in 0..3 {
            joining.extend(self.somebody(|person| person.id.is_some()));
        }
        if joining.is_empty() {
            return Ok(false);
        }
        let members = self.references(&joining);
        let operation = json!({ "op": "Add", "path": "members", "value": members });
        self.change_group(site, group, operation)?;
        self.groups[group].members.extend(&joining);
        joining.into_iter().for_each(|who| self.rule(who));
        Ok(true)
    }

    fn quit(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let Some(group) = self.some_group() else { return Ok(false) };
        let members = self.groups[group].members.clone();
        let Some(who) = self.somebody(|person| members.contains(&person.number)) else { return Ok(false) };
        let id = self.people[who].id.clone().ok_or("a member without an id")?;
        let operation = match who % 2 {
            0 => json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") }),
            _ => json!({ "op": "Remove", "path": "members", "value": [{ "value": id }] }),
        };
        self.change_group(site, group, operation)?;
        self.groups[group].members.remove(&who);
        self.rule(who);
        Ok(true)
    }

    fn found_group(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let Some(name) = self.free_group_name() else { return Ok(false) };
        let members: BTreeSet<usize> = self.somebody(|person| person.id.is_some()).into_iter().collect();
        let group = json!({ "displayName": name, "members": self.references(&members) });
        let created = self.send(site, "POST", "/Groups", Some(group), 201)?;
        let id = created["id"].as_str().ok_or("no id")?.to_owned();
        self.groups.push(Group { id, name, members: members.clone() });
        members.into_iter().for_each(|who| self.rule(who));
        Ok(true)
    }

    fn rename_group(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let (Some(group), Some(name)) = (self.some_group(), self.free_group_name()) else { return Ok(false) };
        self.change_group(site, group, json!({ "op": "replace", "path": "displayName", "value": name }))?;
        self.groups[group].name = name;
        self.groups[group].members.clone().into_iter().for_each(|who| self.rule(who));
        Ok(true)
    }

    fn close_group(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let Some(group) = self.some_group() else { return Ok(false) };
        let Group { id, members, .. } = self.groups.remove(group);
        self.send(site, "DELETE", &format!("/Groups/{id}"), None, 204)?;
        members.into_iter().for_each(|who| self.rule(who));
        Ok(true)
    }

    fn publish(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let Some(who) = self.somebody(|person| person.id.is_some() && person.active) else {
            return Ok(false);
        };
        let title = format!("Post {}", self.posts.len() + self.trail.len());
        site.publish(&self.people[who].email(), &title)?;
        self.trail.push(format!("{} publishes {title:?}", self.people[who].name));
        self.posts.insert(title, Author::Person(who));
        Ok(true)
    }

    fn leave(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let Some(who) = self.somebody(|person| person.id.is_some()) else { return Ok(false) };
        let path = self.people[who].path();
        self.send(site, "DELETE", &path, None, 204)?;
        self.groups.iter_mut().for_each(|group| group.members.retain(|member| *member != who));
        let person = &mut self.people[who];
        person.former.extend(person.id.take());
        if self.policy != "deactivate" {
            person.has_account = false;
        }
        match self.policy {
            "reassign" => self
                .posts
                .values_mut()
                .filter(|author| **author == Author::Person(who))
                .for_each(|author| *author = Author::ReassignTarget),
            "delete" => self.posts.retain(|_, author| *author != Author::Person(who)),
            _ => {}
        }
        Ok(true)
    }

    /// The id of a person who has left is of no use.
    fn knock(&mut self, site: &mut dyn Site) -> Result<bool, String> {
        let Some(who) = self.somebody(|person| !person.former.is_empty()) else { return Ok(false) };
        let path = format!("/Users/{}", self.people[who].former[0]);
        let operation = json!({ "op": "replace", "path": "active", "value": true });
        self.send(site, "GET", &path, None, 404)?;
        self.send(site, "PATCH", &path, Some(json!({ "Operations": [operation] })), 404)?;
        self.send(site, "DELETE", &path, None, 404)?;
        Ok(true)
    }

    fn change_group(&mut self, site: &mut dyn Site, group: usize, operation: Value) -> Result<(), String> {
        let path = format!("/Groups/{}", self.groups[group].id);
        self.send(site, "PATCH", &path, Some(json!({ "Operations": [operation] })), 200).map(drop)
    }

    fn send(
        &mut self,
        site: &mut dyn Site,
        method: &str,
        path: &str,
        body: Option<Value>,
        status: u16,
    ) -> Result<Value, String> {
        let shown = body.as_ref().map(Value::to_string).unwrap_or_default();
        self.trail.push(format!("{method} {path} {shown}"));
        send(site, method, path, body.as_ref(), status)
    }

    fn references(&self, people: &BTreeSet<usize>) -> Vec<Value> {
        people.iter().filter_map(|who| Some(json!({ "value": self.people[*who].id.as_ref()? }))).collect()
    }

    /// Gives a person the role that the rules give.
    fn rule(&mut self, who: usize) {
        let edits = self.groups.iter().any(|group| group.name == EDITORS && group.members.contains(&who));
        let person = &mut self.people[who];
        person.role = match person.department {
            _ if edits => "editor",
            Some("Sales") => "author",
            _ => "subscriber",
        };
    }

    /// Compares accounts, who may log in, posts and what the IdP is shown.
    fn compare(&mut self, site: &mut dyn Site) -> Result<(), String> {
        for person in &self.people {
            let fields = ["first_name", "last_name"].map(str::to_owned);
            let found = site.account(&person.email(), &fields, &["scimDepartment".to_owned()])?;
            differs(&format!("the account of {}", person.name), &person.account(), &unescaped(found))?;
            if let Some(id) = &person.id {
                let found = send(site, "GET", &person.path(), None, 200)?;
                let groups: Vec<&str> = self
                    .groups
                    .iter()
                    .filter(|group| group.members.contains(&person.number))
                    .map(|group| group.name)
                    .collect();
                differs(&format!("the resource {id}"), &person.shown(&groups), &shown(found))?;
            }
        }
        for group in &self.groups {
            let found = send(site, "GET", &format!("/Groups/{}", group.id), None, 200)?;
            let members = texts(&found["members"], "value");
            let expected: BTreeSet<String> =
                group.members.iter().filter_map(|who| self.people[*who].id.clone()).collect();
            differs(&format!("the group {}", group.name), &json!(expected), &json!(members))?;
            differs("its name", &json!(group.name), &found["displayName"])?;
        }
        let posts: BTreeMap<String, String> = site.posts()?.into_iter().collect();
        let author = |author: &Author| match author {
            Author::Person(who) => self.people[*who].login.clone(),
            Author::ReassignTarget => HEIR.to_owned(),
        };
        let expected: BTreeMap<String, String> =
            self.posts.iter().map(|(title, written_by)| (title.clone(), author(written_by))).collect();
        differs("the posts", &json!(expected), &json!(posts))
    }

    fn after_steps(&self, problem: &str) -> String {
        let shortened = |line: &String| line.chars().take(300).collect::<String>();
        let last: Vec<String> = self.trail.iter().rev().take(40).rev().map(shortened).collect();
        format!("{problem}\nafter {} requests, the last of them:\n{}", self.trail.len(), last.join("\n"))
    }

    /// A run in which something never happened proves nothing about it.
    fn has_seen_everything(&self) -> Result<(), String> {
        match self.taken.len() {
            kinds if kinds == STEPS.len() => Ok(()),
            _ => Err(format!("not everything has happened: {:?}", self.taken)),
        }
    }
}

impl Person {
    fn nobody(number: usize) -> Self {
        Self {
            number,
            id: None,
            former: Vec::new(),
            name: format!("p{number}@example.test"),
            login: String::new(),
            given: String::new(),
            family: format!("Family {number}"),
            title: None,
            department: None,
            active: true,
            has_account: false,
            role: "subscriber",
        }
    }

    fn is_written(&mut self) {
        if self.active {
            self.login.clone_from(&self.name);
        }
    }

    fn path(&self) -> String {
        format!("/Users/{}", self.id.as_deref().unwrap_or_default())
    }

    fn email(&self) -> String {
        format!("mail{}@example.test", self.number)
    }

    fn display_name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    /// As the IdP sends it.
    fn resource(&self) -> Value {
        let mut resource = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
            "userName": self.name,
            "externalId": format!("ext-{}", self.number),
            "active": self.active,
            "name": { "givenName": self.given, "familyName": self.family },
            "displayName": self.display_name(),
            "emails": [{ "value": self.email(), "type": "work", "primary": true }],
        });
        if let Some(title) = &self.title {
            resource["title"] = json!(title);
        }
        if let Some(department) = self.department {
            resource[ENTERPRISE] = json!({ "department": department });
        }
        resource
    }

    /// As the IdP must find it again.
    fn shown(&self, groups: &[&str]) -> Value {
        let mut resource = self.resource();
        let groups: BTreeSet<&str> = groups.iter().copied().collect();
        resource["groups"] = json!(groups);
        shown(resource)
    }

    /// As WordPress must hold it.
    fn account(&self) -> Value {
        if !self.has_account {
            return json!({ "exists": false });
        }
        json!({
            "exists": true,
            "login": self.login,
            "email": self.email(),
            "display_name": stored(&self.display_name()),
            "roles": [self.role],
            "active": self.active && self.id.is_some(),
            "fields": { "first_name": stored(&self.given), "last_name": stored(&self.family) },
            "meta": { "scimDepartment": self.department },
        })
    }
}

/// What is compared of a resource: groups by their names, in order, and no more than the IdP knows.
fn shown(mut resource: Value) -> Value {
    if resource["groups"].as_array().is_some_and(|groups| groups.iter().any(Value::is_object)) {
        resource["groups"] = json!(texts(&resource["groups"], "display"));
    }
    if resource["groups"].is_null() {
        resource["groups"] = json!([]);
    }
    let keys =
        ["userName", "externalId", "active", "name", "displayName", "title", "emails", "groups", ENTERPRISE];
    keys.into_iter().map(|key| (key.to_owned(), resource[key].clone())).collect()
}

/// WordPress stores the names of people ready for a page.
fn unescaped(mut account: Value) -> Value {
    match &mut account {
        Value::String(text) => *text = text.replace("&amp;", "&"),
        Value::Object(map) => map.values_mut().for_each(|value| *value = unescaped(value.take())),
        _ => {}
    }
    account
}

/// A name as WordPress keeps it.
fn stored(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn texts(elements: &Value, key: &str) -> BTreeSet<String> {
    let elements = elements.as_array().map(Vec::as_slice).unwrap_or_default();
    elements.iter().filter_map(|element| Some(element[key].as_str()?.to_owned())).collect()
}

fn differs(what: &str, expected: &Value, found: &Value) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{what} is not as the model says\nexpected {expected}\nfound    {found}"))
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn text_of(active: bool) -> &'static str {
    if active { "True" } else { "False" }
}

fn word() -> impl Strategy<Value = String> {
    select(WORDS.as_slice()).prop_map(str::to_owned)
}

fn department() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(select(DEPARTMENTS.as_slice()))
}
