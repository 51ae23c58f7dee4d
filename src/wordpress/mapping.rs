//! Which attribute lands where in WordPress.
//!
//! A [`Row`] joins a SCIM path to a [`Target`]. The standard rows need no configuration; a row of the owner's
//! that has the same target takes their place.

use crate::scim::path::PatchPath;
use crate::scim::resource::Resource;
use crate::scim::schema::ResourceType;
use regex::Regex;
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

/// The target of the account's e-mail address, which [`super::person`] chooses among `emails`.
pub const EMAIL_TARGET: &str = "field:user_email";

/// The fields of an account that can be written: columns of `wp_users` and the meta that core's own profile
/// screen edits, each with the most characters that it holds.
const FIELDS: [(&str, Option<usize>); 7] = [
    ("first_name", None),
    ("last_name", None),
    ("nickname", None),
    ("description", None),
    ("locale", None),
    ("display_name", Some(250)),
    ("user_url", Some(100)),
];

/// The attributes that people are most often described by, beside the standard rows', as an owner would map them.
pub const COMMON_PATHS: [&str; 16] = [
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
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName",
];

/// Meta that decides who somebody is or what he may do. `_` stands for any prefix of a site.
const FORBIDDEN_META: [&str; 7] = [
    "_capabilities",
    "_user_level",
    "capabilities",
    "user_level",
    "session_tokens",
    "_application_passwords",
    "_user-settings",
];

/// One attribute and its place in WordPress.
#[derive(Debug, Clone)]
pub struct Row {
    /// The attribute.
    pub path: PatchPath,
    /// Its place.
    pub target: Target,
    /// What people call it.
    pub title: String,
    /// What happens to the value on its way into WordPress.
    pub transform: Option<Transform>,
    /// Whether the profile screen shows it.
    pub profile: bool,
    /// Whether the users list shows it.
    pub users_list: bool,
}

/// A replacement in a value.
#[derive(Debug, Clone)]
pub struct Transform {
    /// What is replaced, everywhere in the value.
    pub pattern: Regex,
    /// What by; `$1` stands for a group.
    pub replacement: String,
}

impl Row {
    /// The rows that need no configuration. The language that somebody reads is `preferredLanguage` (RFC 7643
    /// §4.1.1); `locale` is about currency and dates.
    pub fn standard() -> &'static [Self] {
        static STANDARD: LazyLock<Vec<Row>> = LazyLock::new(|| {
            [
                ("name.givenName", "field:first_name"),
                ("name.familyName", "field:last_name"),
                ("displayName", "field:display_name"),
                ("nickName", "field:nickname"),
                ("profileUrl", "field:user_url"),
                ("preferredLanguage", "field:locale"),
            ]
            .into_iter()
            .filter_map(|(path, target)| {
                Some(Row {
                    path: path.parse().ok()?,
                    target: target.parse().ok()?,
                    title: String::new(),
                    transform: None,
                    profile: false,
                    users_list: false,
                })
            })
            .collect()
        });
        &STANDARD
    }

    /// The value to write for a person; `None` takes the target's value away.
    pub fn value(&self, resource: &Resource) -> Option<String> {
        let schemas = ResourceType::User.schemas();
        let found: Vec<String> =
            resource.select(&self.path, schemas).into_iter().filter_map(text_of).collect();
        if found.is_empty() {
            return None;
        }
        let text = found.join(", ");
        let text = match &self.transform {
            Some(transform) => {
                transform.pattern.replace_all(&text, transform.replacement.as_str()).into_owned()
            }
            None => text,
        };
        self.target.fit(text)
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
            "profile": self.profile,
            "users_list": self.users_list,
        })
    }
}

/// A place in WordPress. Written `field:first_name`, `meta:scimDepartment`, `xprofile:Department`, `acf:department`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// A field of the account.
    Field(String),
    /// A usermeta key.
    Meta(String),
    /// A BuddyPress profile field, by name.
    Xprofile(String),
    /// An ACF field, by name.
    Acf(String),
}

impl Target {
    /// Makes a value fit for the target, or says that it cannot be stored there: an address that was cut off would
    /// lead somewhere else.
    fn fit(&self, text: String) -> Option<String> {
        let Self::Field(name) = self else { return Some(text) };
        let limit = FIELDS.iter().find(|(field, _)| field == name).and_then(|(_, limit)| *limit);
        match (name.as_str(), limit) {
            ("user_url", Some(limit)) if text.chars().count() > limit => None,
            // WordPress writes en_US where everybody else writes en-US (RFC 5646).
            ("locale", _) => Some(text.replace('-', "_")),
            (_, Some(limit)) => Some(text.chars().take(limit).collect()),
            (_, None) => Some(text),
        }
    }

    /// The value of the attribute that a live value of this target stands for.
    pub(crate) fn attribute_value(&self, live: &Value) -> Option<Value> {
        let text = text_of(live).filter(|text| !text.is_empty())?;
        Some(Value::String(match self {
            Self::Field(name) if name == "locale" => text.replace('_', "-"),
            _ => text,
        }))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, "field:{name}"),
            Self::Meta(key) => write!(f, "meta:{key}"),
            Self::Xprofile(name) => write!(f, "xprofile:{name}"),
            Self::Acf(name) => write!(f, "acf:{name}"),
        }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (kind, name) = text.split_once(':').ok_or(TargetError::Form)?;
        let name = name.trim();
        if name.is_empty() {
            return Err(TargetError::Form);
        }
        match kind {
            "field" if FIELDS.iter().any(|(field, _)| *field == name) => Ok(Self::Field(name.to_owned())),
            "field" => Err(TargetError::Field(name.to_owned())),
            "meta" if is_forbidden(name) => Err(TargetError::Forbidden(name.to_owned())),
            "meta" => Ok(Self::Meta(name.to_owned())),
            "xprofile" => Ok(Self::Xprofile(name.to_owned())),
            "acf" => Ok(Self::Acf(name.to_owned())),
            _ => Err(TargetError::Form),
        }
    }
}

/// The targets that every site has.
pub fn common_targets() -> Vec<String> {
    FIELDS.iter().map(|(field, _)| format!("field:{field}")).collect()
}

/// Why a text names no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not of the form.
    #[error("a target is field:<name>, meta:<key>, xprofile:<field name> or acf:<field name>")]
    Form,
    /// Not a field that can be written.
    #[error(
        "the field {0:?} cannot be mapped; possible are first_name, last_name, nickname, description, locale, \
         display_name and user_url. The e-mail address and the login have settings of their own"
    )]
    Field(String),
    /// Meta that decides who somebody is or what he may do.
    #[error("the meta key {0:?} decides what an account may do and cannot be mapped; use a role rule")]
    Forbidden(String),
}

fn is_forbidden(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.starts_with("rollbook")
        || FORBIDDEN_META.iter().any(|forbidden| match forbidden.starts_with('_') {
            true => key.ends_with(forbidden),
            false => key == *forbidden,
        })
}

/// A value as text; the `value` of a complex one.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(boolean) => Some(boolean.to_string()),
        Value::Object(map) => map.get("value").and_then(text_of),
        Value::Null | Value::Array(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_written_as_it_is_read() {
        for text in ["field:first_name", "meta:scimDepartment", "xprofile:Job title", "acf:department"] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_decides_who_somebody_is_cannot_be_mapped() {
        for text in [
            "field:user_login",
            "field:user_pass",
            "field:user_email",
            "meta:wp_capabilities",
            "meta:wp_2_user_level",
            "meta:session_tokens",
            "meta:_application_passwords",
            "meta:rollbook_x",
            "meta:",
            "wiki:x",
            "meta",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_suggested_can_be_used() {
        let schemas = ResourceType::User.schemas();
        for path in COMMON_PATHS {
            let path: PatchPath = path.parse().unwrap();
            let attribute = path.attribute().and_then(|path| schemas.attribute(path));
            assert!(attribute.is_some(), "{path}");
        }
        assert!(common_targets().iter().all(|target| target.parse::<Target>().is_ok()));
    }

    #[test]
    fn every_standard_row_is_there() {
        assert_eq!(Row::standard().len(), 6);
    }
}
