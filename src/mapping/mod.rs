//! Which attribute is stored where in WordPress.
//!
//! A [`Mapping`] joins a SCIM path to a [`Target`]. The standard mappings need no configuration. A mapping of
//! the owner's that has the same target takes their place.

pub mod meta_key;
pub mod received;
pub mod schemas;
pub mod target;
pub mod value;

use self::target::Target;
use self::value::{Kind, same, text_of};
use crate::scim::path::PatchPath;
use crate::scim::resource::Resource;
use crate::scim::schema::ResourceType;
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The attributes that people are most often described by, beside the standard mappings', as an owner would
/// map them.
pub const COMMON_PATHS: [&str; 15] = [
    "title",
    "userType",
    "timezone",
    "locale",
    "name.formatted",
    "emails[type eq \"home\"].value",
    "phoneNumbers[type eq \"work\"].value",
    "phoneNumbers[type eq \"mobile\"].value",
    "addresses[type eq \"work\"].locality",
    "addresses[type eq \"work\"].country",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:organization",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
];

/// What stands between joined values unless the owner says otherwise.
pub const SEPARATOR: &str = ", ";

/// One attribute and its place in WordPress.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The attribute.
    pub path: PatchPath,
    /// Its place.
    pub target: Target,
    /// What people call it.
    pub title: String,
    /// What happens to the value on its way into WordPress.
    pub transform: Option<Transform>,
    /// The type of the value there.
    pub kind: Kind,
    /// What becomes of several values.
    pub several: Several,
    /// What stands between values that are joined.
    pub separator: String,
    /// Whether the profile screen shows it.
    pub profile: bool,
    /// Whether the users list shows it.
    pub users_list: bool,
    /// Whether the owner has confirmed that a user meta is overwritten which accounts had before.
    pub confirmed: bool,
}

/// What becomes of the values of an attribute that has several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Several {
    /// The owner has not chosen: usually there is one value. If there are more, they are joined.
    #[default]
    #[serde(skip)]
    AsUsual,
    /// One text of all of them.
    Joined,
    /// Only the first is written.
    First,
    /// A list: an array in a user meta, the ticked boxes of ACF or BuddyPress.
    List,
}

/// A replacement in a value.
#[derive(Debug, Clone)]
pub struct Transform {
    /// What is replaced, everywhere in the value.
    pub pattern: Regex,
    /// What replaces it; `$1` stands for a group.
    pub replacement: String,
}

impl Transform {
    fn apply(&self, text: &str) -> String {
        self.pattern.replace_all(text, self.replacement.as_str()).into_owned()
    }
}

impl Mapping {
    /// A mapping without anything special about it.
    pub fn new(path: PatchPath, target: Target) -> Self {
        Self {
            path,
            target,
            title: String::new(),
            transform: None,
            kind: Kind::default(),
            several: Several::default(),
            separator: SEPARATOR.to_owned(),
            profile: false,
            users_list: false,
            confirmed: false,
        }
    }

    /// The mappings that need no configuration. The language that somebody reads is `preferredLanguage` (RFC
    /// 7643 §4.1.1); `locale` is about currency and dates.
    pub fn standard() -> &'static [Self] {
        static STANDARD: LazyLock<Vec<Mapping>> = LazyLock::new(|| {
            [
                ("name.givenName", "field:first_name"),
                ("name.familyName", "field:last_name"),
                ("displayName", "field:display_name"),
                ("nickName", "field:nickname"),
                ("profileUrl", "field:user_url"),
                ("preferredLanguage", "field:locale"),
            ]
            .into_iter()
            .filter_map(|(path, target)| Some(Mapping::new(path.parse().ok()?, target.parse().ok()?)))
            .collect()
        });
        &STANDARD
    }

    /// The value to write for a person; `None` takes the target's value away.
    pub fn value(&self, resource: &Resource) -> Option<Value> {
        let texts = self.texts(resource);
        match self.several {
            Several::List => {
                let mut list: Vec<Value> = Vec::with_capacity(texts.len());
                for value in texts.iter().filter_map(|text| self.written(text)) {
                    if !list.contains(&value) {
                        list.push(value);
                    }
                }
                (!list.is_empty()).then_some(Value::Array(list))
            }
            Several::First => self.written(texts.first()?),
            Several::AsUsual | Several::Joined if texts.is_empty() => None,
            Several::AsUsual | Several::Joined => self.written(&texts.join(&self.separator)),
        }
    }

    /// What would be stored of this value; `None` where it does not fit.
    pub fn stored(&self, text: &str) -> Option<Value> {
        let value = self.written(text)?;
        Some(if self.several == Several::List { Value::Array(vec![value]) } else { value })
    }

    /// Whether the person has a value that cannot be written as what the mapping says that it is.
    pub fn is_misfit(&self, resource: &Resource) -> bool {
        let texts = self.texts(resource);
        match self.several {
            Several::List => texts.iter().any(|text| self.written(text).is_none()),
            Several::AsUsual | Several::First | Several::Joined => {
                !texts.is_empty() && self.value(resource).is_none()
            }
        }
    }

    /// The attribute's value, or all values of a list, that a live value of the target stands for; `None` for
    /// none. A transform is not undone.
    pub fn attribute_value(&self, live: &Value) -> Option<Value> {
        if self.several != Several::List {
            return self.kind.read(live, &self.target);
        }
        let read = |element: &Value| self.kind.read(element, &self.target);
        let list: Vec<Value> = match live {
            Value::Array(elements) => elements.iter().filter_map(read).collect(),
            // PHP's array with keys of its own.
            Value::Object(elements) => elements.values().filter_map(read).collect(),
            Value::String(text) if text.is_empty() => Vec::new(),
            single => read(single).into_iter().collect(),
        };
        (!list.is_empty()).then_some(Value::Array(list))
    }

    /// An element of the attribute as [`Self::attribute_value`] would give it back, had it been written.
    pub(crate) fn shown(&self, element: &Value) -> Option<Value> {
        let written = self.kind.write(&text_of(element)?, &self.target)?;
        self.kind.read(&written, &self.target)
    }

    /// Whether two live values of the target say the same, however they are written.
    pub fn is_same(&self, one: &Value, other: &Value) -> bool {
        one == other || same(self.attribute_value(one).as_ref(), self.attribute_value(other).as_ref())
    }

    /// As it stands in the settings document.
    pub fn document(&self) -> Value {
        json!({
            "path": self.path.to_string(),
            "target": self.target.to_string(),
            "title": self.title,
            "transform": self.transform.as_ref().map(|transform| json!({
                "pattern": transform.pattern.as_str(), "replacement": transform.replacement
            })),
            "type": self.kind,
            "values": (self.several != Several::AsUsual).then_some(self.several),
            "separator": self.separator,
            "profile": self.profile,
            "users_list": self.users_list,
            "confirmed": self.confirmed,
        })
    }

    fn texts(&self, resource: &Resource) -> Vec<String> {
        let schemas = ResourceType::User.schemas();
        resource.select(&self.path, schemas).into_iter().filter_map(text_of).collect()
    }

    fn written(&self, text: &str) -> Option<Value> {
        match &self.transform {
            Some(transform) => self.kind.write(&transform.apply(text), &self.target),
            None => self.kind.write(text, &self.target),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(document: Value) -> Mapping {
        let settings = json!({ "mappings": [document] });
        crate::settings::Settings::parse(settings.as_object().unwrap()).unwrap().mappings.remove(0)
    }

    fn person(body: Value) -> Resource {
        Resource::from_document(body.as_object().unwrap().clone(), ResourceType::User.schemas())
    }

    #[test]
    fn what_is_suggested_can_be_used() {
        let schemas = ResourceType::User.schemas();
        for path in COMMON_PATHS {
            let path: PatchPath = path.parse().unwrap();
            let attribute = path.attribute().and_then(|path| schemas.attribute(path));
            assert!(attribute.is_some(), "{path}");
            mapping(json!({ "path": path.to_string(), "target": "meta:somewhere" }));
        }
    }

    #[test]
    fn every_standard_row_is_there() {
        assert_eq!(Mapping::standard().len(), 6);
    }

    #[test]
    fn several_values_are_joined_listed_or_one_is_chosen() {
        let jane = person(json!({
            "phoneNumbers": [
                { "type": "work", "value": "00 1" }, { "type": "home", "value": "00 2" }, { "type": "other", "value": "00 1" }
            ],
            "roles": [{ "value": "Admin" }],
        }));
        let value = |more: Value| {
            let mut document = json!({ "path": "phoneNumbers.value", "target": "meta:phone" });
            document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            mapping(document).value(&jane)
        };
        let transform = json!({ "pattern": "^00 ", "replacement": "+" });
        assert_eq!(value(json!({})), Some(json!("00 1, 00 2, 00 1")));
        assert_eq!(value(json!({ "separator": "\n" })), Some(json!("00 1\n00 2\n00 1")));
        assert_eq!(value(json!({ "separator": "" })), Some(json!("00 100 200 1")));
        assert_eq!(
            value(json!({ "transform": transform })),
            Some(json!("+1, 00 2, 00 1")),
            "in the joined text"
        );
        assert_eq!(value(json!({ "values": "first" })), Some(json!("00 1")));
        assert_eq!(value(json!({ "values": "list" })), Some(json!(["00 1", "00 2"])));
        assert_eq!(value(json!({ "values": "list", "transform": transform })), Some(json!(["+1", "+2"])));
        assert_eq!(
            value(
                json!({ "values": "list", "type": "number", "transform": { "pattern": "^00 ", "replacement": "" } })
            ),
            Some(json!([1, 2]))
        );
        assert_eq!(value(json!({ "path": "roles", "values": "list" })), Some(json!(["Admin"])));
        assert_eq!(value(json!({ "path": "title", "values": "list" })), None);
    }

    #[test]
    fn a_value_that_does_not_fit_is_told_from_none() {
        let jane = person(json!({ "title": "many", "roles": [{ "value": "1" }, { "value": "x" }] }));
        let is_misfit = |document: Value| mapping(document).is_misfit(&jane);
        assert!(is_misfit(json!({ "path": "title", "target": "acf:a", "type": "number" })));
        assert!(!is_misfit(json!({ "path": "title", "target": "acf:a" })));
        assert!(!is_misfit(json!({ "path": "nickName", "target": "acf:a", "type": "number" })));
        let list = json!({ "path": "roles", "target": "acf:a", "type": "number", "values": "list" });
        assert!(is_misfit(list.clone()));
        assert_eq!(mapping(list).value(&jane), Some(json!([1])));
    }

    #[test]
    fn no_spelling_is_another_value() {
        let list = mapping(json!({ "path": "roles", "target": "acf:a", "values": "list" }));
        assert!(list.is_same(&json!(["b", "a"]), &json!({ "1": "a", "2": "b" })));
        assert!(list.is_same(&json!("a"), &json!(["a"])) && list.is_same(&json!(""), &json!(null)));
        assert!(!list.is_same(&json!(["a"]), &json!([])));
        let boolean = mapping(json!({ "path": "active", "target": "acf:a", "type": "boolean" }));
        assert!(boolean.is_same(&json!("1"), &json!(true)) && boolean.is_same(&json!(""), &json!(0)));
        let date = mapping(json!({ "path": "title", "target": "acf:a", "type": "date" }));
        assert!(date.is_same(&json!("19800501"), &json!("1980-05-01 00:00:00")));
        let text = mapping(json!({ "path": "title", "target": "meta:a" }));
        assert!(!text.is_same(&json!("1"), &json!("01")) && text.is_same(&json!("7"), &json!(7)));
    }
}
