//! The settings: one document, the same for the screen, export and import, and every request.
//!
//! An absent key means its default. An unknown key or a wrong value is refused, each with its place and the
//! reason, all of them at once, so that a form can show them at its fields.

mod attainable;
pub mod heir;
mod on_site;
mod reader;

use self::reader::Reader;
use crate::directory::Fate;
use crate::directory::site::Site;
use crate::mapping::Row;
use crate::mapping::target::Target;
use crate::protection;
use crate::scim::filter::Filter;
use ipnet::IpNet;
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// The most role rules.
pub const MAX_ROLE_RULES: usize = 500;

/// The most allowed networks.
pub const MAX_NETWORKS: usize = 1_000;

/// The most mapping rows.
pub const MAX_MAPPINGS: usize = 200;

/// The most characters between joined values.
pub const MAX_SEPARATOR: usize = 20;

/// The longest that the activity log is kept: ten years.
pub const MAX_DAYS: u32 = 3650;

/// The document, read and checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What becomes of accounts that were there before the IdP.
    pub existing_accounts: ExistingAccounts,
    /// Whose credentials end with the first link.
    pub link_credentials: LinkCredentials,
    /// Whether somebody whose account was there before, and the owner, are told of a changed address or
    /// password.
    pub notify_existing_accounts: bool,
    /// What the owner has changed about which roles are protected: a role by its name is protected as well,
    /// one with a minus before it (`-shop_manager`) is taken out. Which are without that is computed from
    /// what they may do ([`protection`]).
    pub protected_roles: Vec<String>,
    /// How the login of a new account is made.
    pub username: Username,
    /// What becomes of a deleted person's account.
    pub deletion: Deletion,
    /// The role of people whom no rule names; `None` leaves it to WordPress.
    pub default_role: Option<String>,
    /// What becomes of roles that were given inside WordPress.
    pub hand_given_roles: HandGivenRoles,
    /// The first rule that matches decides.
    pub role_rules: Vec<RoleRule>,
    /// Which attribute lands where, beside the standard ones.
    pub mappings: Vec<Row>,
    /// Whether a password that the IdP sends is set.
    pub password_sync: bool,
    /// Whether managed people may set a password of their own, where none is synchronised.
    pub local_passwords: bool,
    /// Whether new people get WordPress's welcome mail.
    pub welcome_mail: bool,
    /// Networks that requests may come from; none means all.
    pub allowed_networks: Vec<IpNet>,
    /// How many days the activity log is kept.
    pub activity_days: u32,
    /// Addresses answered for other plugins' sake.
    pub compatibility: Compatibility,
    /// Whether the must-use drop-in answers reads.
    pub fast_lane: bool,
    /// What is known of the site; no part of the document.
    pub site: Site,
}

/// What becomes of accounts that were there before the provisioning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExistingAccounts {
    /// They are found, and taken charge of by the IdP's first PUT or PATCH.
    Link,
    /// They are not seen at all.
    Apart,
}

/// Whose credentials end when an existing account is linked: its password, its application passwords and its
/// sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkCredentials {
    /// Those of accounts that anybody could have made.
    SelfRegistered,
    /// Everybody's.
    Always,
    /// Nobody's.
    Never,
}

/// What becomes of roles that were given to managed people inside WordPress, and not by a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandGivenRoles {
    /// A role stays until a change of the person makes the rules decide otherwise. Roles beside the first one
    /// stay for good.
    Keep,
    /// A managed person has exactly the role that is due. Every request about the person sees to it.
    Overrule,
}

/// How the login of a new account is made.
#[derive(Debug, Clone)]
pub struct Username {
    /// What it is made from.
    pub from: UsernameSource,
    /// For [`UsernameSource::Pattern`]: what is replaced in `userName`.
    pub pattern: Option<Regex>,
    /// What it is replaced by; `$1` stands for a group.
    pub replacement: String,
    /// Whether a new `userName` renames the account.
    pub rename: bool,
}

/// What a login is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UsernameSource {
    /// `userName` as sent.
    #[serde(rename = "userName")]
    UserName,
    /// What stands before the @ of `userName`.
    #[serde(rename = "local-part")]
    LocalPart,
    /// The e-mail address of the account.
    #[serde(rename = "email")]
    Email,
    /// `userName`, rewritten.
    #[serde(rename = "pattern")]
    Pattern,
}

/// What becomes of a deleted person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Kept and locked, or deleted.
    pub fate: Fate,
    /// The login of the person who gets the content.
    pub reassign_to: Option<String>,
}

/// People whom the filter matches get the role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRule {
    /// Over the person's resource, groups included.
    pub filter: Filter,
    /// The role's name (`editor`).
    pub role: String,
}

/// Addresses answered for other plugins' sake.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Compatibility {
    /// `/wp-json/wpo365/v1`, for those who leave WPO365 without touching Entra.
    pub wpo365_route: bool,
}

/// What is wrong at one place of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The place: `role_rules[2].filter`.
    pub place: String,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", sentence(.problems))]
pub struct InvalidSettings {
    /// All that is wrong, in the document's order.
    pub problems: Vec<Problem>,
}

fn sentence(problems: &[Problem]) -> String {
    let lines: Vec<String> =
        problems.iter().map(|problem| format!("{}: {}", problem.place, problem.reason)).collect();
    lines.join("\n")
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            existing_accounts: ExistingAccounts::Link,
            link_credentials: LinkCredentials::SelfRegistered,
            notify_existing_accounts: true,
            protected_roles: Vec::new(),
            username: Username {
                from: UsernameSource::UserName,
                pattern: None,
                replacement: String::new(),
                rename: false,
            },
            deletion: Deletion { fate: Fate::Keep, reassign_to: None },
            default_role: Some("subscriber".to_owned()),
            hand_given_roles: HandGivenRoles::Keep,
            role_rules: Vec::new(),
            mappings: Vec::new(),
            password_sync: false,
            local_passwords: true,
            welcome_mail: false,
            allowed_networks: Vec::new(),
            activity_days: 90,
            compatibility: Compatibility::default(),
            fast_lane: false,
            site: Site::default(),
        }
    }
}

impl Settings {
    /// Reads a document.
    ///
    /// # Errors
    /// [`InvalidSettings`] with everything that is wrong.
    pub fn parse(document: &Map<String, Value>) -> Result<Self, InvalidSettings> {
        let mut settings = Self::default();
        let mut reader = Reader::new(document);
        for (key, value) in document {
            match key.as_str() {
                "existing_accounts" => reader.read(key, value, &mut settings.existing_accounts),
                "link_credentials" => reader.read(key, value, &mut settings.link_credentials),
                "notify_existing_accounts" => {
                    reader.read(key, value, &mut settings.notify_existing_accounts);
                }
                "protected_roles" => reader.protected_roles(key, value, &mut settings.protected_roles),
                "username" => reader.username(value, &mut settings.username),
                "deletion" => reader.deletion(value, &mut settings.deletion),
                "default_role" => reader.read(key, value, &mut settings.default_role),
                "hand_given_roles" => reader.read(key, value, &mut settings.hand_given_roles),
                "role_rules" => {
                    settings.role_rules = reader.list(key, value, MAX_ROLE_RULES, Reader::role_rule)
                }
                "mappings" => settings.mappings = reader.list(key, value, MAX_MAPPINGS, Reader::mapping),
                "password_sync" => reader.read(key, value, &mut settings.password_sync),
                "local_passwords" => reader.read(key, value, &mut settings.local_passwords),
                "welcome_mail" => reader.read(key, value, &mut settings.welcome_mail),
                "allowed_networks" => {
                    settings.allowed_networks = reader.list(key, value, MAX_NETWORKS, Reader::network);
                }
                "activity_days" => reader.days(key, value, &mut settings.activity_days),
                "compatibility" => reader.read(key, value, &mut settings.compatibility),
                "fast_lane" => reader.read(key, value, &mut settings.fast_lane),
                _ => reader.refuse(key, "there is no such setting"),
            }
        }
        settings.check(&mut reader);
        if reader.problems.is_empty() {
            Ok(settings)
        } else {
            Err(InvalidSettings { problems: reader.problems })
        }
    }

    /// The settings on a site.
    #[must_use]
    pub fn on(self, site: Site) -> Self {
        Self { site, ..self }
    }

    /// The complete document.
    pub fn document(&self) -> Map<String, Value> {
        let policy = match (self.deletion.fate, &self.deletion.reassign_to) {
            (Fate::Keep, _) => "deactivate",
            (Fate::Delete | Fate::Leave, Some(_)) => "reassign",
            (Fate::Delete | Fate::Leave, None) => "delete",
        };
        let rules: Vec<Value> = self
            .role_rules
            .iter()
            .map(|rule| json!({ "filter": rule.filter.to_string(), "role": rule.role }))
            .collect();
        let document = json!({
            "existing_accounts": self.existing_accounts,
            "link_credentials": self.link_credentials,
            "notify_existing_accounts": self.notify_existing_accounts,
            "protected_roles": (!self.protected_roles.is_empty()).then_some(&self.protected_roles),
            "username": {
                "from": self.username.from,
                "pattern": self.username.pattern.as_ref().map(Regex::as_str),
                "replacement": self.username.pattern.as_ref().map(|_| &self.username.replacement),
                "rename": self.username.rename,
            },
            "deletion": { "policy": policy, "reassign_to": self.deletion.reassign_to },
            "default_role": self.default_role,
            "hand_given_roles": self.hand_given_roles,
            "role_rules": rules,
            "mappings": self.mappings.iter().map(Row::document).collect::<Vec<_>>(),
            "password_sync": self.password_sync,
            "local_passwords": self.local_passwords,
            "welcome_mail": self.welcome_mail,
            "allowed_networks": self.allowed_networks,
            "activity_days": self.activity_days,
            "compatibility": self.compatibility,
            "fast_lane": self.fast_lane,
        });
        match document {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    /// Whether requests may come from this address. An IPv4 address that is written as an IPv6 one counts as
    /// what it is.
    pub fn admits(&self, remote: &str) -> bool {
        self.allowed_networks.is_empty()
            || remote.parse::<IpAddr>().is_ok_and(|address| {
                self.allowed_networks.iter().any(|network| network.contains(&address.to_canonical()))
            })
    }

    /// Whether managed people may set a password of their own.
    pub fn allows_own_passwords(&self) -> bool {
        self.local_passwords && !self.password_sync
    }

    /// Whether a role is protected.
    pub fn is_protected(&self, role: &str) -> bool {
        protection::is_protected(role, &self.protected_roles, &self.site.roles)
    }

    fn check(&self, reader: &mut Reader) {
        let mut targets: Vec<&Target> = Vec::new();
        for (index, row) in self.mappings.iter().enumerate() {
            if targets.contains(&&row.target) {
                reader.refuse(
                    &format!("mappings[{index}].target"),
                    "another row writes to this target already; two would overwrite each other for ever",
                );
            }
            targets.push(&row.target);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::Several;

    fn parse(document: Value) -> Result<Settings, InvalidSettings> {
        Settings::parse(document.as_object().unwrap())
    }

    #[track_caller]
    fn refused(document: Value, place: &str, reason: &str) {
        let problems = parse(document).unwrap_err().problems;
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].place, place);
        assert!(problems[0].reason.contains(reason), "{}", problems[0].reason);
    }

    #[test]
    fn an_empty_document_means_the_defaults_and_they_come_back_the_same() {
        let defaults = parse(json!({})).unwrap().document();
        assert_eq!(defaults, parse(Value::Object(defaults.clone())).unwrap().document());
        assert_eq!(defaults["deletion"], json!({ "policy": "deactivate", "reassign_to": null }));
    }

    #[test]
    fn a_full_document_comes_back_as_it_was() {
        let document = json!({
            "existing_accounts": "apart", "link_credentials": "always", "notify_existing_accounts": false,
            "protected_roles": ["editor", "-shop_manager"],
            "username": { "from": "pattern", "pattern": "@.*$", "replacement": "", "rename": true },
            "deletion": { "policy": "reassign", "reassign_to": "archive" },
            "default_role": null,
            "hand_given_roles": "overrule",
            "role_rules": [{ "filter": "groups.display eq \"Editors\"", "role": "editor" }],
            "mappings": [{
                "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
                "target": "meta:scimDepartment", "title": "Department",
                "transform": { "pattern": "^Dept ", "replacement": "" }, "type": "text", "values": "joined", "separator": "; ",
                "profile": true, "users_list": false, "confirmed": true
            }, {
                "path": "roles", "target": "acf:jobs", "title": "", "transform": null, "type": "number", "values": "list",
                "separator": ", ", "profile": false, "users_list": false, "confirmed": false
            }],
            "password_sync": true, "local_passwords": false, "welcome_mail": true, "allowed_networks": ["10.0.0.0/8"], "activity_days": 7,
            "compatibility": { "wpo365_route": true }, "fast_lane": true
        });
        assert_eq!(Value::Object(parse(document.clone()).unwrap().document()), document);
    }

    #[test]
    fn a_mapping_that_can_never_have_a_value_is_refused() {
        #[track_caller]
        fn never(path: &str, reason: &str) {
            let row = json!({ "path": path, "target": "meta:somewhere" });
            refused(json!({ "mappings": [row] }), "mappings[0].path", reason);
        }
        never("password", "never kept");
        never("id", "given by Rollbook");
        never("meta.created", "given by Rollbook");
        never("groups.display", "given by Rollbook");
        never("groups[type eq \"direct\"].display", "given by Rollbook");
        never("manager.displayName", "given by Rollbook");
        never("emails[type eq \"work\"].valu", "emails has no valu; there are value, display, type, primary");
        never("emails[typ eq \"work\"].value", "emails has no typ");
        never("name.first", "name has no first");
        never("title.text", "title is a simple attribute");
        never("departmnt", "there is no attribute departmnt");
        never("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "is a schema");
        for path in [
            "urn:example:hr:2.0:User:anything",
            "department",
            "manager",
            "manager.value",
            "active",
            "userName",
        ] {
            parse(json!({ "mappings": [{ "path": path, "target": "meta:somewhere" }] })).unwrap();
        }
    }

    #[test]
    fn a_rule_over_what_nobody_can_have_is_refused() {
        #[track_caller]
        fn never(filter: &str, reason: &str) {
            let rule = json!({ "filter": filter, "role": "editor" });
            refused(json!({ "role_rules": [rule] }), "role_rules[0].filter", reason);
        }
        never("departmnt eq \"Sales\"", "there is no attribute departmnt");
        never("title eq \"a\" or not (titel pr)", "there is no attribute titel");
        never("emails.valu eq \"a\"", "emails has no valu");
        never("emails[typ eq \"work\"]", "emails has no typ");
        never("password pr", "never kept");
        for filter in [
            "groups.display eq \"Editors\"",
            "id pr",
            "meta.created gt \"2020-01-01T00:00:00Z\"",
            "urn:example:hr:2.0:User:skills[value eq \"x\"]",
            "urn:example:hr:2.0:User:anything pr",
            "roles eq \"Admin\"",
        ] {
            parse(json!({ "role_rules": [{ "filter": filter, "role": "editor" }] })).unwrap();
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        refused(json!({ "defaultrole": "editor" }), "defaultrole", "no such setting");
        refused(json!({ "password_sync": "yes" }), "password_sync", "expected a boolean");
        refused(json!({ "existing_accounts": "merge" }), "existing_accounts", "`link` or `apart`");
        refused(json!({ "link_credentials": "sometimes" }), "link_credentials", "`self_registered`");
        refused(json!({ "hand_given_roles": "drop" }), "hand_given_roles", "`keep` or `overrule`");
        refused(json!({ "username": { "form": "email" } }), "username.form", "there are from");
        refused(json!({ "username": { "from": "pattern" } }), "username.pattern", "needed");
        refused(json!({ "username": { "replacement": "x" } }), "username.pattern", "where there is a repl");
        refused(json!({ "activity_days": "many" }), "activity_days", "a whole number from 0 to 3650");
        refused(json!({ "activity_days": 3651 }), "activity_days", "a whole number");
        refused(
            json!({ "mappings": [{ "path": "title", "target": "meta:a", "transform": { "replacement": "x" } }] }),
            "mappings[0].transform.pattern",
            "where there is a replacement",
        );
        refused(
            json!({ "username": { "from": "pattern", "pattern": "(" } }),
            "username.pattern",
            "unclosed group",
        );
        refused(json!({ "deletion": { "policy": "burn" } }), "deletion.policy", "\"burn\" is no policy");
        refused(json!({ "deletion": { "policy": "reassign" } }), "deletion.reassign_to", "needs the login");
        refused(
            json!({ "role_rules": [{ "filter": "department eq", "role": "editor" }] }),
            "role_rules[0].filter",
            "",
        );
        refused(json!({ "mappings": [{ "path": "title", "target": "meta:" }] }), "mappings[0].target", "");
        refused(json!({ "mappings": [{ "path": "ti tle", "target": "meta:a" }] }), "mappings[0].path", "");
        let mapping = |target: &str, more: Value| {
            let mut row = json!({ "path": "title", "target": target });
            row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "mappings": [row] })
        };
        refused(mapping("meta:a", json!({ "type": "colour" })), "mappings[0].type", "`date_time`");
        refused(mapping("meta:a", json!({ "values": "all" })), "mappings[0].values", "`joined`");
        refused(mapping("meta:a", json!({ "separator": 7 })), "mappings[0].separator", "a string");
        refused(
            mapping("meta:a", json!({ "separator": "-".repeat(21) })),
            "mappings[0].separator",
            "at most 20",
        );
        refused(mapping("meta:a", json!({ "kind": "text" })), "mappings[0].kind", "there are path");
        refused(mapping("field:nickname", json!({ "type": "number" })), "mappings[0].type", "holds text");
        refused(
            mapping("field:nickname", json!({ "values": "list" })),
            "mappings[0].values",
            "holds one value",
        );
        refused(mapping("xprofile:Since", json!({ "type": "date_time" })), "mappings[0].type", "holds a day");
        refused(
            mapping("acf:a", json!({ "type": "boolean", "values": "joined" })),
            "mappings[0].values",
            "only text can be joined",
        );
        for (kind, several) in [("text", Several::AsUsual), ("boolean", Several::First)] {
            let settings = parse(mapping("acf:a", json!({ "type": kind, "values": null }))).unwrap();
            assert_eq!(settings.mappings[0].several, several);
        }
    }

    #[test]
    fn only_allowed_networks_are_admitted() {
        assert!(Settings::default().admits("192.0.2.1"));
        let settings = parse(json!({ "allowed_networks": ["192.0.2.0/24", "2001:db8::7"] })).unwrap();
        for address in ["192.0.2.1", "::ffff:192.0.2.255", "2001:db8::7"] {
            assert!(settings.admits(address), "{address}");
        }
        for address in ["192.0.3.1", "2001:db8::8", "", "unknown", "192.0.2.1, 10.0.0.1"] {
            assert!(!settings.admits(address), "{address}");
        }
        refused(json!({ "allowed_networks": ["10.0.0.0/8", "all"] }), "allowed_networks[1]", "no network");
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let error = parse(json!({ "password_sync": 1, "activity_days": -1, "x": 1 })).unwrap_err();
        assert_eq!(
            error.problems.iter().map(|problem| problem.place.as_str()).collect::<Vec<_>>(),
            ["password_sync", "activity_days", "x"]
        );
    }
}
