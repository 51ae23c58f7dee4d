//! Reads the document place by place.

use super::attainable;
use super::problem::{Sentence, SettingsProblem, Word};
use super::texts::{self, Text};
use super::{
    Deletion, MAX_DAYS, MAX_MAPPINGS, MAX_NETWORKS, MAX_REQUESTS, MAX_ROLE_RULES, MAX_SEPARATOR, RoleRule,
    Username, UsernameSource,
};
use crate::host::AccountDisposal;
use crate::mapping::schemas;
use crate::mapping::target::{Target, TargetError};
use crate::mapping::value::Kind;
use crate::mapping::{Mapping, SEPARATOR, Several, Transform};
use crate::protection::{ADMINISTRATOR, TAKEN_OUT};
use crate::scim::filter::Filter;
use crate::scim::path::PatchPath;
use crate::scim::schema::{ResourceType, Schemas};
use ipnet::IpNet;
use regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::net::IpAddr;
use std::ops::RangeInclusive;

/// Reads places of the document and collects what is wrong.
pub(super) struct SettingsReader {
    pub(super) problems: Vec<SettingsProblem>,
    /// What role rules are read by: they name attributes that are mapped.
    pub(super) schemas: Schemas,
}

impl SettingsReader {
    /// A reader of this document.
    pub(super) fn new(document: &Map<String, Value>) -> Self {
        let has_rules =
            document.get("role_rules").and_then(Value::as_array).is_some_and(|rules| !rules.is_empty());
        let mappings = document.get("mappings").and_then(Value::as_array).filter(|_| has_rules);
        let paths =
            mappings.into_iter().flatten().filter_map(|mapping| mapping.get("path")?.as_str()?.parse().ok());
        let paths: Vec<PatchPath> = paths.take(MAX_MAPPINGS).collect();
        Self { problems: Vec::new(), schemas: schemas::knowing(paths.iter()) }
    }

    pub(super) fn refuse(&mut self, place: &str, sentence: impl Into<Sentence>) {
        self.problems.push(SettingsProblem::new(place, sentence));
    }

    pub(super) fn read<T: for<'de> Deserialize<'de>>(&mut self, place: &str, value: &Value, into: &mut T) {
        match T::deserialize(value) {
            Ok(read) => *into = read,
            Err(error) => self.refuse(place, Sentence::new(texts::OTHER_KIND, [Word::plain(error)])),
        }
    }

    /// Null means the computed ones.
    pub(super) fn protected_roles(&mut self, place: &str, value: &Value, into: &mut Vec<String>) {
        let mut named: Option<Vec<String>> = None;
        self.read(place, value, &mut named);
        *into = named.unwrap_or_default();
        for (index, name) in into.iter().enumerate() {
            if let Some(reason) = protected_role_problem(name, into) {
                self.refuse(&format!("{place}[{index}]"), reason);
            }
        }
    }

    pub(super) fn days(&mut self, place: &str, value: &Value, into: &mut u32) {
        self.whole_number(place, value, 0..=MAX_DAYS, into);
    }

    pub(super) fn requests(&mut self, place: &str, value: &Value, into: &mut u32) {
        self.whole_number(place, value, 0..=MAX_REQUESTS, into);
    }

    pub(super) fn whole_number(
        &mut self,
        place: &str,
        value: &Value,
        possible: RangeInclusive<u32>,
        into: &mut u32,
    ) {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| possible.contains(number)) {
            Some(number) => *into = number,
            None => {
                let bounds = [Word::plain(possible.start()), Word::plain(possible.end())];
                self.refuse(place, Sentence::new(texts::NO_WHOLE_NUMBER, bounds));
            }
        }
    }

    pub(super) fn role_rules(&mut self, place: &str, value: &Value, into: &mut Vec<RoleRule>) {
        *into = self.list(place, value, MAX_ROLE_RULES, Self::role_rule);
    }

    pub(super) fn mappings(&mut self, place: &str, value: &Value, into: &mut Vec<Mapping>) {
        *into = self.list(place, value, MAX_MAPPINGS, Self::mapping);
    }

    pub(super) fn networks(&mut self, place: &str, value: &Value, into: &mut Vec<IpNet>) {
        *into = self.list(place, value, MAX_NETWORKS, Self::network);
    }

    pub(super) fn list<T>(
        &mut self,
        place: &str,
        value: &Value,
        most: usize,
        element: fn(&mut Self, &str, &Value) -> Option<T>,
    ) -> Vec<T> {
        let Some(list) = value.as_array() else {
            self.refuse(place, texts::NO_LIST);
            return Vec::new();
        };
        if list.len() > most {
            self.refuse(place, Sentence::new(texts::TOO_MANY, [Word::plain(list.len()), Word::plain(most)]));
            return Vec::new();
        }
        list.iter()
            .enumerate()
            .filter_map(|(index, value)| element(self, &format!("{place}[{index}]"), value))
            .collect()
    }

    /// The members of an object, of which only the named ones may occur.
    pub(super) fn object<'a>(
        &mut self,
        place: &str,
        value: &'a Value,
        known: &[&str],
    ) -> Option<&'a Map<String, Value>> {
        let Some(map) = value.as_object() else {
            self.refuse(place, texts::NO_OBJECT);
            return None;
        };
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            self.refuse(
                &format!("{place}.{key}"),
                Sentence::new(texts::UNKNOWN_SETTING, [Word::plain(known.join(", "))]),
            );
        }
        Some(map)
    }

    /// One member of an object; null and absence leave the default.
    fn member<T: for<'de> Deserialize<'de> + Default>(
        &mut self,
        place: &str,
        map: &Map<String, Value>,
        key: &str,
    ) -> T {
        let mut read = T::default();
        if let Some(value) = map.get(key).filter(|value| !value.is_null()) {
            self.read(&format!("{place}.{key}"), value, &mut read);
        }
        read
    }

    fn regex(&mut self, place: &str, pattern: Option<String>) -> Option<Regex> {
        let pattern = pattern.filter(|pattern| !pattern.is_empty())?;
        // The last line says what is wrong; those before it show where, to readers of a terminal.
        let reason = |error: regex::Error| {
            let text = error.to_string();
            let line = text.lines().last().unwrap_or_default();
            let line = line.strip_prefix("error: ").unwrap_or(line);
            Sentence::new(texts::PATTERN_UNREADABLE, [Word::plain(line)])
        };
        Regex::new(&pattern).map_err(|error| self.refuse(place, reason(error))).ok()
    }

    /// A replacement without a pattern would be dropped silently.
    fn replaces_something(&mut self, place: &str, pattern: Option<&str>, replacement: &str) {
        if pattern.unwrap_or_default().is_empty() && !replacement.is_empty() {
            self.refuse(place, texts::PATTERN_FOR_REPLACEMENT);
        }
    }

    pub(super) fn username(&mut self, place: &str, value: &Value, into: &mut Username) {
        let Some(map) = self.object(place, value, &["from", "pattern", "replacement", "rename"]) else {
            return;
        };
        if let Some(from) = map.get("from") {
            self.read("username.from", from, &mut into.from);
        }
        let pattern = self.member::<Option<String>>(place, map, "pattern");
        into.replacement = self.member(place, map, "replacement");
        if into.from == UsernameSource::Pattern && pattern.as_ref().is_none_or(String::is_empty) {
            self.refuse("username.pattern", texts::PATTERN_FOR_USERNAME);
        } else {
            self.replaces_something("username.pattern", pattern.as_deref(), &into.replacement);
        }
        into.pattern = self.regex("username.pattern", pattern);
        into.rename = self.member(place, map, "rename");
    }

    pub(super) fn deletion(&mut self, place: &str, value: &Value, into: &mut Deletion) {
        let Some(map) = self.object(place, value, &["policy", "reassign_to"]) else { return };
        let policy = self.member::<Option<String>>(place, map, "policy");
        into.reassign_to =
            self.member::<Option<String>>(place, map, "reassign_to").filter(|login| !login.is_empty());
        match policy.as_deref() {
            None | Some("deactivate") => into.disposal = AccountDisposal::Deactivate,
            Some("reassign") if into.reassign_to.is_none() => {
                self.refuse("deletion.reassign_to", texts::REASSIGN_NEEDED);
            }
            Some("reassign") => into.disposal = AccountDisposal::Delete,
            Some("delete") => {
                into.disposal = AccountDisposal::Delete;
                into.reassign_to = None;
            }
            Some(other) => {
                self.refuse("deletion.policy", Sentence::new(texts::POLICY_UNKNOWN, [Word::plain(other)]));
            }
        }
    }

    /// A network in CIDR form; a single address is a network of its own.
    fn network(&mut self, place: &str, value: &Value) -> Option<IpNet> {
        let text = value.as_str().unwrap_or_default().trim();
        let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        if network.is_err() {
            self.refuse(place, Sentence::new(texts::NETWORK_UNREADABLE, [Word::plain(value)]));
        }
        network.ok()
    }

    fn role_rule(&mut self, place: &str, value: &Value) -> Option<RoleRule> {
        let map = self.object(place, value, &["filter", "role"])?;
        let role: String = self.member(place, map, "role");
        if role.is_empty() {
            self.refuse(&format!("{place}.role"), texts::ROLE_NEEDED);
        }
        let filter: String = self.member(place, map, "filter");
        let filter = Filter::parse_with(&filter, &self.schemas).and_then(|filter| {
            filter.check(ResourceType::User.schemas())?;
            Ok(filter)
        });
        match filter {
            Ok(filter) => {
                if let Some(reason) = attainable::filter_problem(&filter) {
                    self.refuse(&format!("{place}.filter"), reason);
                }
                Some(RoleRule { filter, role })
            }
            Err(error) => {
                self.refuse(&format!("{place}.filter"), &error);
                None
            }
        }
    }

    fn mapping(&mut self, place: &str, value: &Value) -> Option<Mapping> {
        const KEYS: [&str; 10] = [
            "path",
            "target",
            "title",
            "transform",
            "type",
            "values",
            "separator",
            "profile",
            "users_list",
            "confirmed",
        ];
        let map = self.object(place, value, &KEYS)?;
        let path = self.member::<String>(place, map, "path").parse().map_err(
            |error: crate::scim::path::PathError| {
                self.refuse(&format!("{place}.path"), &error);
            },
        );
        if let Some(reason) = path.as_ref().ok().and_then(attainable::mapping_problem) {
            self.refuse(&format!("{place}.path"), reason);
        }
        let target = self.member::<String>(place, map, "target").parse().map_err(|error: TargetError| {
            self.refuse(&format!("{place}.target"), &error);
        });
        let transform = map.get("transform").filter(|transform| !transform.is_null()).and_then(|transform| {
            let place = format!("{place}.transform");
            let transform = self.object(&place, transform, &["pattern", "replacement"])?;
            let pattern = self.member::<Option<String>>(&place, transform, "pattern");
            let replacement: String = self.member(&place, transform, "replacement");
            let place = format!("{place}.pattern");
            self.replaces_something(&place, pattern.as_deref(), &replacement);
            Some(Transform { pattern: self.regex(&place, pattern)?, replacement })
        });
        let kind = self.member(place, map, "type");
        let several = self.several(place, map, kind, target.as_ref().ok());
        let separator = self.separator(place, map);
        Some(Mapping {
            path: path.ok()?,
            target: target.ok()?,
            title: self.member(place, map, "title"),
            transform,
            kind,
            several,
            separator,
            profile: self.member(place, map, "profile"),
            users_list: self.member(place, map, "users_list"),
            confirmed: self.member(place, map, "confirmed"),
        })
    }

    /// What becomes of several values, as far as the target and the type allow it.
    fn several(
        &mut self,
        place: &str,
        map: &Map<String, Value>,
        kind: Kind,
        target: Option<&Target>,
    ) -> Several {
        let by_type = if kind == Kind::Text { Several::AsUsual } else { Several::First };
        let several = self.member::<Option<Several>>(place, map, "values").unwrap_or(by_type);
        let wrong_type = match target {
            Some(Target::Field(_)) if kind != Kind::Text => Some(texts::FIELD_HOLDS_TEXT),
            Some(Target::Xprofile(_)) if kind == Kind::DateTime => Some(texts::XPROFILE_HOLDS_A_DAY),
            _ => None,
        };
        let wrong_values = match (target, several) {
            (Some(Target::Field(_)), Several::List) => Some(texts::FIELD_HOLDS_ONE),
            (_, Several::Joined) if kind != Kind::Text => Some(texts::ONLY_TEXT_IS_JOINED),
            _ => None,
        };
        for (key, reason) in [("type", wrong_type), ("values", wrong_values)] {
            if let Some(reason) = reason {
                self.refuse(&format!("{place}.{key}"), reason);
            }
        }
        several
    }

    fn separator(&mut self, place: &str, map: &Map<String, Value>) -> String {
        let separator: Option<String> = self.member(place, map, "separator");
        let separator = separator.unwrap_or_else(|| SEPARATOR.to_owned());
        if separator.chars().count() > MAX_SEPARATOR {
            let reason = Sentence::new(texts::TOO_MANY_CHARACTERS, [Word::plain(MAX_SEPARATOR)]);
            self.refuse(&format!("{place}.separator"), reason);
        }
        separator
    }
}

/// What is wrong with a role as the owner has named it.
fn protected_role_problem(name: &str, named: &[String]) -> Option<Text> {
    match name.strip_prefix(TAKEN_OUT) {
        None if name.trim().is_empty() => Some(texts::ROLE_NEEDED),
        None => None,
        Some(role) if role.trim().is_empty() => Some(texts::ROLE_BEHIND_MINUS),
        Some(ADMINISTRATOR) => Some(texts::ADMINISTRATOR_PROTECTED),
        Some(role) if named.iter().any(|named| named == role) => Some(texts::ROLE_IN_AND_OUT),
        Some(_) => None,
    }
}
