//! The protocol's parts by themselves: filters, paths, PATCH documents.

use crate::corpus::CORPUS;
use crate::mutate::{self, Random};
use crate::trying;
use rollbook::dialect::Dialects;
use rollbook::scim::filter::Filter;
use rollbook::scim::json;
use rollbook::scim::patch::Patch;
use rollbook::scim::path::{AttributePath, PatchPath, SchemaUrn};
use rollbook::scim::resource::Resource;
use rollbook::scim::schema::{ResourceType, Schemas};
use rollbook::wordpress::hint::AccountHint;
use rollbook::wordpress::sql::SqlPlan;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// URNs that attributes are mapped under, one within another.
const OWN_URNS: [&str; 4] =
    ["urn:example:hr:2.0:User", "urn:example:hr:2.0:User.old", "urn:contoso.example:2.0:User", "urn:acme:2"];

static PERSON: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let person = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "5c1b", "externalId": "e", "userName": "bjensen@example.test", "active": true, "title": "Guide",
        "name": { "givenName": "Barbara", "familyName": "Jensen", "formatted": "Barbara Jensen" },
        "emails": [
            { "value": "bjensen@example.test", "type": "work", "primary": true },
            { "value": "babs@example.test", "type": "home", "display": "😀" },
        ],
        "addresses": [{ "type": "work", "streetAddress": "100 Universal City Plaza\n", "primary": true }],
        "roles": [{ "value": "{\"id\":\"1\",\"value\":\"Admin\"}" }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Sales", "manager": { "value": "m" } },
        "urn:acme:2.0:User": { "badge": 7, "tags": ["a", { "deep": [1] }] },
        "meta": { "created": "2026-11-22T06:00:00Z", "resourceType": "User" },
    });
    person.as_object().unwrap().clone()
});

/// What can be read can be written down, read again and asked, in memory and as SQL.
pub(crate) fn filter(random: &mut Random) {
    let text = mutate::text(random.pick(&CORPUS.filters).as_str(), &CORPUS.filters, random);
    trying(&text);
    let filter = match Filter::parse(&text) {
        Ok(filter) => filter,
        Err(error) => {
            assert!(error.position().is_none_or(|position| position <= text.chars().count() + 1), "{error}");
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let written = filter.to_string();
    // What is written in full may be longer than what came in.
    if written.len() <= rollbook::scim::filter::MAX_FILTER_LENGTH {
        assert_eq!(Filter::parse(&written).as_ref(), Ok(&filter), "{written}");
    }
    for resource_type in ResourceType::ALL {
        let schemas = resource_type.schemas();
        if filter.check(schemas).is_err() {
            continue;
        }
        let matches = filter.matches(&PERSON, schemas);
        assert_eq!(filter.clone().negated().matches(&PERSON, schemas), !matches, "{written}");
        let plan = SqlPlan::of(&filter, schemas);
        assert_eq!(SqlPlan::of(&filter, schemas).exact, plan.exact);
        let _ = (AccountHint::of(&filter), AccountHint::is_hopeless(&filter));
    }
}

/// What can be read can be written down and read again.
pub(crate) fn path(random: &mut Random) {
    let text = mutate::text(random.pick(&CORPUS.paths).as_str(), &CORPUS.paths, random);
    trying(&text);
    if let Ok(path) = PatchPath::parse(&text) {
        let written = path.to_string();
        assert_eq!(PatchPath::parse(&written).unwrap(), path, "{written}");
        for resource_type in ResourceType::ALL {
            let _ = path.check(resource_type.schemas());
        }
        let shown = Resource::from_document(PERSON.clone(), ResourceType::User.schemas());
        let _ = shown.select(&path, ResourceType::User.schemas());
    }
    // Where some URNs are known by name, a path reads the same but for where its URN ends.
    let site = Schemas::standard().with_urns(OWN_URNS.iter().filter_map(|urn| SchemaUrn::new(urn)));
    if let Ok(path) = PatchPath::parse_with(&text, &site) {
        let written = path.to_string();
        assert_eq!(PatchPath::parse_with(&written, &site).unwrap(), path, "{written}");
    }
    if let Ok(path) = AttributePath::parse(&text) {
        let written = path.to_string();
        assert_eq!(AttributePath::parse(&written).unwrap(), path, "{written}");
    }
}

/// The result of a PATCH is a resource that a client could have sent, and sending it again changes nothing.
pub(crate) fn patch(random: &mut Random) {
    let patch = mutate::document(random.pick(&CORPUS.patches), &CORPUS.bodies, random);
    let mut text = patch.to_string();
    if random.once_in(8) {
        text = mutate::text(&text, &CORPUS.paths, random);
    }
    trying(&text);
    let Ok(message) = json::object(text.as_bytes()) else { return };
    let groups = Patch::parse(message.clone(), ResourceType::Group.schemas(), &mut Dialects::default());
    let _ = groups.map(Patch::split_members);
    let schemas = ResourceType::User.schemas();
    let Ok(patch) = Patch::parse(message, schemas, &mut Dialects::default()) else { return };
    let person = Resource::from_body(PERSON.clone(), schemas, &mut Dialects::default()).unwrap().resource;
    let Ok(patched) = patch.apply(&person, schemas) else { return };
    let patched = patched.resource.into_map();
    if patched.keys().any(|key| is_ambiguous(key)) {
        return;
    }
    let again = Resource::from_body(patched.clone(), schemas, &mut Dialects::default())
        .unwrap_or_else(|error| panic!("{}\n{}", error.detail(), Value::Object(patched.clone())));
    assert_eq!(again.resource.into_map(), patched);
}

/// Whether an unknown URN may be read as a schema of people and one of its attributes: of `urn:a:2.0:User:b`
/// with an object nobody can tell.
pub(crate) fn is_ambiguous(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.contains(":user:") || key.contains(":group:")
}
