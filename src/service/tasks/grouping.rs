//! The groups that identity providers have sent, which rules ask for each, and what rules ask for in vain.

use super::testing::group_condition;
use crate::host::{CountMembers, FindUsers, GroupRecord, GroupVersion, LoadGroup, Order, Selection};
use crate::scim::filter::Filter;
use crate::scim::path::AttributePath;
use crate::scim::schema::ResourceType;
use crate::service::query::Query;
use crate::service::{Answer, Reply, Service};
use crate::settings::RoleRule;
use crate::wordpress::{group, user};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How many groups a page has.
const PAGE: i64 = 20;

/// How many people are asked whether anybody has an attribute, the last ones that were changed. Where the
/// first few all have something of everything, no others are read.
const ASKED: [u64; 2] = [20, 80];

impl Service {
    /// Tells of a page of groups, by name, which rules ask for them.
    pub(super) async fn list_groups(&self, search: &str, page: u64) -> Answer {
        let start = i64::try_from(page.saturating_sub(1)).unwrap_or_default().saturating_mul(PAGE);
        let query = Query {
            filter: (!search.is_empty()).then(|| format!("displayName co {}", json!(search))),
            sort_by: Some("displayName".to_owned()),
            start_index: Some(start.saturating_add(1)),
            count: Some(PAGE),
            excluded_attributes: Some("members".to_owned()),
            ..Query::default()
        };
        let (total, groups) = self.page_of_groups(&query).await?;
        let groups = self.told_of(&groups).await?;
        Ok(Reply::json(200, json!({ "total": total, "groups": groups, "page_size": PAGE })))
    }

    /// The same of one group.
    pub(super) async fn tell_group_rules(&self, id: &str) -> Answer {
        let load = LoadGroup { id: id.into(), members: false, most: None, nested: false };
        let group = self.host.ask(&load).await?;
        let told = self.told_of(group.as_slice()).await?;
        Ok(Reply::json(200, json!({ "group": told.first() })))
    }

    async fn told_of(&self, records: &[GroupRecord]) -> Answer<Vec<Value>> {
        let version = |record: &GroupRecord| GroupVersion { row: record.row, version: record.version };
        let count = CountMembers { groups: records.iter().map(version).collect() };
        let counts = if records.is_empty() { Vec::new() } else { self.host.ask(&count).await? };
        Ok(records.iter().zip(counts).map(|(record, members)| self.told_of_one(record, members)).collect())
    }

    fn told_of_one(&self, record: &GroupRecord, members: u64) -> Value {
        let rules: Vec<Value> = (1..)
            .zip(&self.settings.role_rules)
            .filter_map(|(number, rule): (usize, _)| {
                let alone = share(rule, record)?;
                Some(json!({ "number": number, "role": rule.role, "alone": alone }))
            })
            .collect();
        json!({
            "id": record.id,
            "display": record.display_name,
            "members": members,
            "rules": rules,
        })
    }

    /// Tells what rules ask for and nobody has: attributes, and groups that were never received.
    pub(super) async fn doubt_rules(&self) -> Answer {
        let mut doubts: Vec<Value> = Vec::new();
        let mut asked: BTreeMap<String, (AttributePath, Vec<usize>)> = BTreeMap::new();
        for (number, rule) in (1_usize..).zip(&self.settings.role_rules) {
            for path in paths(&rule.filter) {
                let entry = asked.entry(path.to_string()).or_insert_with(|| (path.clone(), Vec::new()));
                entry.1.push(number);
            }
            if let Some(condition) = group_condition(&rule.filter)
                && self.groups_that(&condition).await?.is_some_and(|groups| groups.is_empty())
            {
                doubts.push(json!({ "rule": number, "kind": "group" }));
            }
        }
        let examined = self.forget_those_that_somebody_has(&mut asked).await?;
        for (path, (_, rules)) in asked.iter().filter(|_| examined > 0) {
            doubts.extend(
                rules.iter().map(|number| json!({ "rule": number, "kind": "attribute", "path": path })),
            );
        }
        Ok(Reply::json(200, json!({ "doubts": doubts, "examined": examined })))
    }

    /// Takes out the attributes that one of the last people has. Gives how many people were asked.
    async fn forget_those_that_somebody_has(
        &self,
        asked: &mut BTreeMap<String, (AttributePath, Vec<usize>)>,
    ) -> Answer<usize> {
        let mut examined: usize = 0;
        for limit in ASKED {
            if asked.is_empty() {
                break;
            }
            let selection = Selection {
                order: Some(Order { column: "modified".to_owned(), descending: true }),
                exact: true,
                offset: examined as u64,
                limit,
                ..Selection::default()
            };
            let find = FindUsers { selection, unmanaged: false, targets: user::targets(&self.settings) };
            let found = self.host.ask(&find).await?;
            examined += found.users.len();
            for record in &found.users {
                let shown = user::resource(record, &self.settings, &self.base);
                let shown = shown.matchable();
                let has = |path: &AttributePath| {
                    Filter::Present(path.clone()).matches(shown.as_map(), ResourceType::User.schemas())
                };
                asked.retain(|_, (path, _)| !has(path));
            }
            if (found.users.len() as u64) < limit {
                break;
            }
        }
        Ok(examined)
    }
}

/// Whether a rule asks for a group, and whether to be a member is enough for it to match; `None` where it
/// does not ask for the group.
fn share(rule: &RoleRule, record: &GroupRecord) -> Option<bool> {
    let schemas = ResourceType::User.schemas();
    let member = group::as_of_a_member(record);
    let matches = |filter: &Filter, person: &Map<String, Value>| filter.matches(person, schemas);
    let alone = matches(&rule.filter, &member) && !matches(&rule.filter, &Map::new());
    let is_asked_for = alone || parts(&rule.filter).into_iter().any(|part| matches(part, &member));
    is_asked_for.then_some(alone)
}

/// The parts of a filter that ask for groups.
fn parts(filter: &Filter) -> Vec<&Filter> {
    match filter {
        Filter::And(operands) | Filter::Or(operands) => operands.iter().flat_map(parts).collect(),
        Filter::Not(inner) => parts(inner),
        Filter::Present(_) => Vec::new(),
        Filter::Compare(comparison) if comparison.path.name == "groups" => vec![filter],
        Filter::Value(path) if path.attribute.name == "groups" => vec![filter],
        Filter::Compare(_) | Filter::Value(_) => Vec::new(),
    }
}

/// The attributes that a filter asks for. Groups have a question of their own.
fn paths(filter: &Filter) -> Vec<&AttributePath> {
    let found = match filter {
        Filter::And(operands) | Filter::Or(operands) => return operands.iter().flat_map(paths).collect(),
        Filter::Not(inner) => return paths(inner),
        Filter::Present(path) => path,
        Filter::Compare(comparison) => &comparison.path,
        Filter::Value(path) => &path.attribute,
    };
    if found.name == "groups" { Vec::new() } else { vec![found] }
}
