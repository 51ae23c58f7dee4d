//! The settings: one document, the same for the screen, export and import, and every request.
//!
//! An absent key means its default. An unknown key or a wrong value is refused, each with its place and the
//! reason, all of them at once, so that a form can show them at its fields.

mod attainable;
mod on_site;
mod reader;
pub mod reassign_target;

use self::reader::SettingsReader;
use crate::host::AccountDisposal;
use crate::host::site::Site;
use crate::mapping::Mapping;
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
    pub mappings: Vec<Mapping>,
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
    pub disposal: AccountDisposal,
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
pub struct SettingsProblem {
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
    pub problems: Vec<SettingsProblem>,
}

fn sentence(problems: &[SettingsProblem]) -> String {
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
            deletion: Deletion { disposal: AccountDisposal::Deactivate, reassign_to: None },
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
        let mut reader = SettingsReader::new(document);
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
                    settings.role_rules = reader.list(key, value, MAX_ROLE_RULES, SettingsReader::role_rule)
                }
                "mappings" => {
                    settings.mappings = reader.list(key, value, MAX_MAPPINGS, SettingsReader::mapping)
                }
                "password_sync" => reader.read(key, value, &mut settings.password_sync),
                "local_passwords" => reader.read(key, value, &mut settings.local_passwords),
                "welcome_mail" => reader.read(key, value, &mut settings.welcome_mail),
                "allowed_networks" => {
                    settings.allowed_networks =
                        reader.list(key, value, MAX_NETWORKS, SettingsReader::network);
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
        let policy = match (self.deletion.disposal, &self.deletion.reassign_to) {
            (AccountDisposal::Deactivate, _) => "deactivate",
            (AccountDisposal::Delete | AccountDisposal::RemoveFromSite, Some(_)) => "reassign",
            (AccountDisposal::Delete | AccountDisposal::RemoveFromSite, None) => "delete",
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
            "mappings": self.mappings.iter().map(Mapping::document).collect::<Vec<_>>(),
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

    fn check(&self, reader: &mut SettingsReader) {
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
mod tests;
