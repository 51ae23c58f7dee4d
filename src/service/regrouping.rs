//! Whose role changes when a group does: its members', and those of the groups within it, however deep.

use super::groups::{Membership, member_ids};
use super::{Answer, Service};
use crate::directory::{
    DecidedOn, FindPeopleIn, GroupRecord, GroupReference, GroupRow, ListNestings, MAX_NESTING, MemberKind,
    Nesting, RoleChange,
};
use crate::wordpress::{person, roles};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// How many people are loaded at a time when a group's change may change their roles.
const PEOPLE_AT_ONCE: usize = 500;

/// Everybody whose groups change, so that two requests that change somebody's groups at once do not both miss what the other
/// does, and the roles that change.
type Regrouping = (Vec<DecidedOn>, Vec<RoleChange>);

impl Service {
    /// The roles that change when a group is created, `record` being `None` then, or changed.
    pub(super) async fn roles_with(
        &self,
        record: Option<&GroupRecord>,
        row: &GroupRow,
        change: &Membership,
    ) -> Answer<Regrouping> {
        if self.settings.role_rules.is_empty() {
            return Ok(Regrouping::default());
        }
        // A new group has no id yet; nothing else has that one.
        let id = record.map(|record| record.id.clone()).unwrap_or_default();
        let renamed = record.is_some_and(|record| row.display_name != record.display_name);
        let mut concerned: BTreeSet<SmolStr> = change.add.keys().chain(&change.remove).cloned().collect();
        if renamed || change.remove_all {
            concerned.extend(member_ids(self.load_group(&id, true).await?));
        }
        let before = Nestings::new(self.directory.ask(&ListNestings {}).await?);
        let mut after = before.clone();
        after.remove(|member, group| *group == id && (change.remove_all || change.remove.contains(member)));
        let inner = change.add.iter().filter(|(_, kind)| **kind == MemberKind::Group);
        inner.for_each(|(member, _)| after.insert(member.clone(), id.clone()));
        after.names.insert(id.clone(), row.display_name.clone());

        let joined = GroupReference { id, display: row.display_name.clone(), direct: true };
        self.regrouped(&joined.id, concerned, [&before, &after], |person, is_member| {
            let stays = is_member && !change.remove_all && !change.remove.contains(person);
            (stays || change.add.contains_key(person)).then(|| joined.clone())
        })
        .await
    }

    /// The roles that change when a group is deleted.
    pub(super) async fn roles_without(&self, record: &GroupRecord) -> Answer<Regrouping> {
        if self.settings.role_rules.is_empty() {
            return Ok(Regrouping::default());
        }
        let concerned = member_ids(self.load_group(&record.id, true).await?).into_iter().collect();
        let before = Nestings::new(self.directory.ask(&ListNestings {}).await?);
        let mut after = before.clone();
        after.remove(|member, group| *group == record.id || *member == record.id);
        self.regrouped(&record.id, concerned, [&before, &after], |_, _| None).await
    }

    /// The roles that change when the concerned, people and groups, have another membership of the group with this id: `direct`
    /// says which, of a person that is or is not a member of it now.
    async fn regrouped(
        &self,
        group: &SmolStr,
        mut concerned: BTreeSet<SmolStr>,
        [before, after]: [&Nestings; 2],
        direct: impl Fn(&SmolStr, bool) -> Option<GroupReference>,
    ) -> Answer<Regrouping> {
        let mut inner = before.below(&concerned);
        inner.extend(after.below(&concerned));
        if !inner.is_empty() {
            let find = FindPeopleIn { groups: inner.into_iter().collect() };
            concerned.extend(self.directory.ask(&find).await?);
        }
        let (mut people, mut changes) = Regrouping::default();
        let concerned: Vec<SmolStr> = concerned.into_iter().collect();
        for ids in concerned.chunks(PEOPLE_AT_ONCE) {
            for record in self.load_people(ids.to_vec()).await? {
                let mut regrouped = record.clone();
                regrouped.groups.retain(|known| known.direct && known.id != *group);
                let is_member = record.groups.iter().any(|known| known.direct && known.id == *group);
                regrouped.groups.extend(direct(&record.id, is_member));
                after.surround(&mut regrouped.groups);
                let shown = |record| person::resource(record, &self.settings, &self.base);
                let (before, after) = (shown(&record), shown(&regrouped));
                if is_regrouped(&record.groups, &regrouped.groups) {
                    people.push(DecidedOn { id: record.id.clone(), version: record.version });
                }
                changes.extend(roles::changed_around(&record, &before, &after, &self.settings));
            }
        }
        Ok((people, self.settle_roles(changes).await?))
    }
}

/// Whether these are other groups, or the same in another way; their order does not count.
fn is_regrouped(before: &[GroupReference], after: &[GroupReference]) -> bool {
    before.len() != after.len() || before.iter().any(|group| !after.contains(group))
}

/// Which groups lie in which.
#[derive(Clone)]
struct Nestings {
    /// The groups that a group is a member of.
    around: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
    /// What the groups with groups in them are called.
    names: BTreeMap<SmolStr, String>,
}

impl Nestings {
    fn new(nestings: Vec<Nesting>) -> Self {
        let mut new = Self { around: BTreeMap::new(), names: BTreeMap::new() };
        for Nesting { member, group, display } in nestings {
            new.names.insert(group.clone(), display);
            new.insert(member, group);
        }
        new
    }

    fn insert(&mut self, member: SmolStr, group: SmolStr) {
        self.around.entry(member).or_default().insert(group);
    }

    fn remove(&mut self, gone: impl Fn(&SmolStr, &SmolStr) -> bool) {
        for (member, groups) in &mut self.around {
            groups.retain(|group| !gone(member, group));
        }
    }

    /// All groups among these, and all that lie in them: each once, so that a circle of groups comes to an end.
    fn below(&self, ids: &BTreeSet<SmolStr>) -> BTreeSet<SmolStr> {
        let mut within: BTreeMap<&SmolStr, Vec<&SmolStr>> = BTreeMap::new();
        for (member, groups) in &self.around {
            groups.iter().for_each(|group| within.entry(group).or_default().push(member));
        }
        let is_nested = |id: &&SmolStr| self.around.contains_key(*id) || within.contains_key(*id);
        let mut left: Vec<&SmolStr> = ids.iter().filter(is_nested).collect();
        let mut found = BTreeSet::new();
        while let Some(group) = left.pop() {
            if found.insert(group.clone()) {
                left.extend(within.get(group).into_iter().flatten());
            }
        }
        found
    }

    /// Adds the indirect groups to somebody's direct ones.
    fn surround(&self, groups: &mut Vec<GroupReference>) {
        let mut known: BTreeSet<SmolStr> = groups.iter().map(|group| group.id.clone()).collect();
        let mut step: Vec<SmolStr> = known.iter().cloned().collect();
        for _ in 0..MAX_NESTING {
            let next: BTreeSet<&SmolStr> =
                step.iter().filter_map(|group| self.around.get(group)).flatten().collect();
            step = next.into_iter().filter(|group| known.insert((*group).clone())).cloned().collect();
            groups.extend(step.iter().map(|id| GroupReference {
                id: id.clone(),
                display: self.names.get(id).cloned().unwrap_or_default(),
                direct: false,
            }));
            if step.is_empty() {
                return;
            }
        }
    }
}
