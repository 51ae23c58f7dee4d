//! Trying a rule before it decides: which people does its filter match?

use crate::host::{
    FindGroups, FindUsers, GroupRecord, ListNestings, ListUsersInGroups, Reached, Selection, UserRecord,
};
use crate::scim::filter::{Comparison, Filter, Literal, Operator};
use crate::scim::path::AttributePath;
use crate::scim::schema::ResourceType;
use crate::service::regrouping::GroupGraph;
use crate::service::{Answer, Reply, Service};
use crate::wordpress::sql::SqlPlan;
use crate::wordpress::{lookups, roles, user};
use serde_json::{Value, json};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// How many people a page names.
const MATCHES_SHOWN: usize = 20;

/// How many people are looked at for the first page: it takes about as long as any other screen.
const FIRST_LOOK: u64 = 50;

/// How many are looked at for each further page. The owner asks for it, and waits for it.
const FURTHER_LOOK: u64 = 1_000;

/// How many are looked at in the first step. The first page of most filters needs no more.
const FIRST_STEP: u64 = 25;

/// How many are looked at in one step at most. Each step is twice as long as the one before.
const LONGEST_STEP: u64 = 100;

/// The most groups whose members are gone through.
const MAX_GROUPS: u64 = 500;

/// What a page has found so far.
struct Matches {
    people: Vec<Value>,
    examined: u64,
    /// How many it may look at.
    most: u64,
    /// How many the next step looks at.
    step: u64,
    /// Behind what the next page begins; nothing after the last.
    next: Option<String>,
}

impl Matches {
    fn after(page: Option<String>) -> Self {
        let most = if page.is_none() { FIRST_LOOK } else { FURTHER_LOOK };
        Self { people: Vec::new(), examined: 0, most, step: FIRST_STEP, next: page }
    }

    fn has_room(&self) -> bool {
        self.people.len() < MATCHES_SHOWN && self.examined < self.most
    }

    /// How many people to look at now.
    fn next_step(&mut self) -> u64 {
        let step = self.step.min(self.most - self.examined);
        self.step = LONGEST_STEP.min(self.step * 2);
        step
    }
}

impl Service {
    /// Tells which people a filter matches, a page at a time, and which rule decides for each of them.
    pub(super) async fn match_people(&self, text: &str, after: Option<String>) -> Answer {
        let filter = match self.settings.rule_filter(text) {
            Ok(filter) => filter,
            Err(problems) => return Ok(Reply::json(200, json!({ "problems": problems }))),
        };
        let groups = match group_condition(&filter) {
            Some(condition) => self.groups_that(&condition).await?,
            None => None,
        };
        let matches = match groups {
            Some(groups) => self.match_members(&filter, groups, after).await?,
            None => self.match_rows(&filter, after).await?,
        };
        Ok(Reply::json(
            200,
            json!({ "people": matches.people, "examined": matches.examined, "next": matches.next }),
        ))
    }

    /// The groups that a condition selects; `None` where there are too many.
    pub(super) async fn groups_that(&self, condition: &Filter) -> Answer<Option<Vec<GroupRecord>>> {
        let plan = SqlPlan::of(condition, ResourceType::Group.schemas());
        let selection = Selection {
            filter: Some(condition.to_string()),
            condition: plan.condition,
            exact: plan.exact,
            limit: MAX_GROUPS + 1,
            ..Selection::default()
        };
        let found = self.host.ask(&FindGroups { selection, members: false }).await?;
        let is_all = found.reached.is_none_or(|reached| !reached.more);
        let is_all = is_all && found.groups.len() as u64 <= MAX_GROUPS;
        Ok(is_all.then_some(found.groups))
    }

    /// Goes through the members of some groups, and of the groups within them.
    async fn match_members(
        &self,
        filter: &Filter,
        groups: Vec<GroupRecord>,
        after: Option<String>,
    ) -> Answer<Matches> {
        let mut ids: BTreeSet<SmolStr> = groups.into_iter().map(|group| group.id).collect();
        let mut matches = Matches::after(after.clone());
        if ids.is_empty() {
            return Ok(Matches { next: None, ..matches });
        }
        ids.extend(GroupGraph::new(self.host.ask(&ListNestings {}).await?).descendants(&ids));
        let mut people = self.host.ask(&ListUsersInGroups { groups: ids.into_iter().collect() }).await?;
        people.sort_unstable();
        people.dedup();
        let mut left =
            people.into_iter().filter(|id| after.as_deref().is_none_or(|after| id.as_str() > after));
        loop {
            let some: Vec<SmolStr> = left.by_ref().take(matches.next_step() as usize).collect();
            if some.is_empty() {
                return Ok(Matches { next: None, ..matches });
            }
            let mut loaded = self.load_users(some.clone()).await?;
            loaded.sort_unstable_by(|one, other| one.id.cmp(&other.id));
            for record in &loaded {
                if !matches.has_room() {
                    return Ok(matches);
                }
                self.try_person(filter, record, &mut matches);
                matches.next = Some(record.id.to_string());
            }
            matches.next = some.last().map(SmolStr::to_string);
            let is_last = left.size_hint().1 == Some(0);
            if is_last {
                matches.next = None;
            }
            if is_last || !matches.has_room() {
                return Ok(matches);
            }
        }
    }

    /// Goes through the rows of people, as far as SQL can narrow them.
    async fn match_rows(&self, filter: &Filter, after: Option<String>) -> Answer<Matches> {
        let complete = lookups::index_keys(&self.settings.site, |indexed| indexed.complete);
        let plan = SqlPlan::with_indexes(filter, ResourceType::User.schemas(), &complete);
        let mut matches = Matches::after(after);
        loop {
            let step = matches.next_step();
            let selection = Selection {
                filter: plan.exact.then(|| filter.to_string()),
                condition: plan.condition.clone(),
                exact: plan.exact,
                after_row: matches.next.as_deref().and_then(|row| row.parse().ok()),
                limit: step,
                ..Selection::default()
            };
            let find = FindUsers { selection, unmanaged: false, targets: user::targets(&self.settings) };
            let found = self.host.ask(&find).await?;
            let told = || {
                let rows = found.users.len() as u64;
                Reached::told_by(rows, found.users.last().map(|record| record.row), step)
            };
            let reached = found.reached.unwrap_or_else(told);
            for record in &found.users {
                if !matches.has_room() {
                    return Ok(matches);
                }
                self.try_person(filter, record, &mut matches);
                matches.next = Some(record.row.to_string());
            }
            matches.next = reached.last.filter(|_| reached.more).map(|row| row.to_string());
            if matches.next.is_none() || !matches.has_room() {
                return Ok(matches);
            }
        }
    }

    fn try_person(&self, filter: &Filter, record: &UserRecord, matches: &mut Matches) {
        matches.examined += 1;
        let shown = user::resource(record, &self.settings, &self.base);
        let schemas = ResourceType::User.schemas();
        if !record.managed || record.deleted || !filter.matches(shown.matchable().as_map(), schemas) {
            return;
        }
        let decides = roles::deciding_rule(&shown, &self.settings).map(|(number, _)| number);
        matches.people.push(json!({
            "user_id": record.account.user_id,
            "login": record.account.login,
            "display_name": record.account.display_name,
            "user_name": record.user_name,
            "roles": record.account.roles,
            "rule": decides,
        }));
    }
}

/// A filter over groups: everybody that the filter matches is in one of the groups that it selects. `None`
/// where the filter does not ask for a group.
pub(super) fn group_condition(filter: &Filter) -> Option<Filter> {
    match filter {
        Filter::And(operands) => operands.iter().find_map(group_condition),
        Filter::Compare(comparison) if comparison.path.name == "groups" => {
            of_group(comparison, comparison.path.sub.as_deref().unwrap_or("value"))
        }
        Filter::Value(path) if path.attribute.name == "groups" => of_element(path.filter.filter()),
        _ => None,
    }
}

/// The same for the filter over one element of `groups`.
fn of_element(filter: &Filter) -> Option<Filter> {
    match filter {
        Filter::And(operands) => operands.iter().find_map(of_element),
        Filter::Compare(comparison) => of_group(comparison, &comparison.path.name),
        _ => None,
    }
}

/// A comparison of an element of `groups`, as one of a group.
fn of_group(comparison: &Comparison, asked: &str) -> Option<Filter> {
    let name = match asked {
        "display" => "displayName",
        "value" => "id",
        _ => return None,
    };
    use Operator::{Contains, EndsWith, Equal, StartsWith};
    let asks_for_one = matches!(comparison.operator, Equal | Contains | StartsWith | EndsWith);
    if !asks_for_one || comparison.value == Literal::Null {
        return None;
    }
    let path: AttributePath = name.parse().ok()?;
    Some(Filter::Compare(Comparison { path, ..comparison.clone() }))
}
