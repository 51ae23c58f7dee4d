//! The roles that change with a group: those of its members, and of the members of groups within it, however
//! deep.
//!
//! A single change of a group is written together with the roles that it changes. In a batch, which is one
//! transaction, the people concerned are noted, and their roles are decided once, before the transaction
//! ends.
//!
//! Of two requests at the same moment, one decides anew. Each relies on versions, and gives the next one: of
//! the group that it changes, of the groups within it or within what joins and leaves it, and of everybody
//! whose groups change. So a request that adds somebody to a group and one that puts that group into another
//! meet in its version. Versions are read before the members.
//!
//! A gap is left: which groups are in which is read before the person is. If a group elsewhere around the
//! person changes between the two, the role may be that of the groups before, until the next change or until
//! the owner applies the rules to everybody.

use super::groups::Membership;
use super::losses::loss;
use super::{Answer, Event, MAX_ATTEMPTS, RequestError, Service};
use crate::host::{
    DecidedOn, GroupRecord, GroupReference, GroupRow, GroupVersion, HostError, ListNestings,
    ListUsersInGroups, Loss, LossKind, MAX_NESTING, Nesting, Outcome, RegroupPeople, RoleChange, UserRecord,
};
use crate::wordpress::{roles, user};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// How many people are loaded at a time when a group's change may change their roles.
const PEOPLE_AT_ONCE: usize = 500;

/// What changes with a group, and the versions that it was decided on.
#[derive(Default)]
pub(super) struct Regrouping {
    /// Everybody whose groups change, so that of two simultaneous requests that change a person's groups
    /// neither misses what the other does.
    pub(super) people: Vec<DecidedOn>,
    /// The groups in which they were found, but for the one that changes.
    pub(super) within: Vec<GroupVersion>,
    /// The roles that change.
    pub(super) roles: Vec<RoleChange>,
}

/// Who is to be looked at.
struct Concerned {
    people: BTreeSet<SmolStr>,
    within: Vec<GroupVersion>,
}

/// The people whose roles are still to be decided, and the role that the rules gave each before.
#[derive(Default)]
pub(super) struct Postponed {
    people: BTreeMap<SmolStr, Option<String>>,
    /// Groups whose people, however deep, are all among these people.
    whole: BTreeSet<SmolStr>,
}

impl Service {
    /// The roles that change when a group is created, `record` being `None` then, or changed.
    pub(super) async fn roles_with(
        &self,
        record: Option<&GroupRecord>,
        row: &GroupRow,
        change: &Membership,
    ) -> Answer<Regrouping> {
        if !self.rules_read_groups() {
            return Ok(Regrouping::default());
        }
        // A new group has no id yet; nothing else has that one.
        let id = record.map(|record| record.id.clone()).unwrap_or_default();
        let renamed = record.is_some_and(|record| row.display_name != record.display_name);
        let is_whole = renamed || change.remove_all;
        let concerned: BTreeSet<SmolStr> = change.add.keys().chain(&change.remove).cloned().collect();
        if concerned.is_empty() && (!is_whole || self.is_postponed(&id)) {
            return Ok(Regrouping::default());
        }
        let before = self.nestings(record).await?;
        let mut after = before.clone();
        after.remove(|member, group| *group == id && (change.remove_all || change.remove.contains(member)));
        for joining in change.add.values() {
            if let Some(version) = joining.version {
                after.insert(joining.id.clone(), version, id.clone());
            }
        }
        after.names.insert(id.clone(), row.display_name.clone());

        let concerned = self.concerned(concerned, &id, is_whole, [&before, &after]).await?;
        if self.postpones() {
            return self.postpone(concerned, is_whole.then_some(id)).await;
        }
        let joined = GroupReference { id, display: row.display_name.clone(), direct: true };
        self.regrouped(&joined.id, concerned, &after, |person, is_member| {
            let stays = is_member && !change.remove_all && !change.remove.contains(person);
            (stays || change.add.contains_key(person)).then(|| joined.clone())
        })
        .await
    }

    /// The roles that change when a group is deleted.
    pub(super) async fn roles_without(&self, record: &GroupRecord) -> Answer<Regrouping> {
        if !self.rules_read_groups() || self.is_postponed(&record.id) {
            return Ok(Regrouping::default());
        }
        let before = self.nestings(Some(record)).await?;
        let mut after = before.clone();
        after.remove(|member, group| *group == record.id || *member == record.id);
        let concerned = self.concerned(BTreeSet::new(), &record.id, true, [&before, &after]).await?;
        if self.postpones() {
            return self.postpone(concerned, Some(record.id.clone())).await;
        }
        self.regrouped(&record.id, concerned, &after, |_, _| None).await
    }

    /// From now on the roles that change with groups are put off until [`Self::decide_postponed`].
    pub(super) fn begin_postponing(&self) {
        self.postponed.replace(Some(Postponed::default()));
    }

    /// The people whose roles were put off. From now on none are put off.
    pub(super) fn end_postponing(&self) -> Postponed {
        self.postponed.take().unwrap_or_default()
    }

    /// Decides the roles that were put off, on the groups as they are now.
    pub(super) async fn decide_postponed(&self, postponed: Postponed) -> Answer<()> {
        let ids: Vec<SmolStr> = postponed.people.keys().cloned().collect();
        for ids in ids.chunks(PEOPLE_AT_ONCE) {
            self.decide_some(ids, &postponed).await?;
        }
        Ok(())
    }

    async fn decide_some(&self, ids: &[SmolStr], postponed: &Postponed) -> Answer<()> {
        for _ in 0..MAX_ATTEMPTS {
            let (mut people, mut changes) = (Vec::new(), Vec::new());
            for record in self.load_users(ids.to_vec()).await? {
                let before = postponed.people.get(&record.id).and_then(Option::as_deref);
                let now = self.ruled(&record);
                people.push(DecidedOn { id: record.id.clone(), version: record.version });
                let change = roles::changed_around(&record, before, now, &self.settings);
                changes.extend(change.map(|change| (loss(&record, LossKind::Role), change)));
            }
            let regroup = RegroupPeople { people, roles: self.changes_of_roles(changes).await? };
            match self.host.ask(&regroup).await? {
                Outcome::Done { .. } => {
                    for change in regroup.roles {
                        self.note_role(&change);
                        let RoleChange { user_id, role, before, .. } = change;
                        self.tell(Event::RoleChanged { user_id, role, before });
                    }
                    return Ok(());
                }
                Outcome::Stale | Outcome::Gone => {}
                Outcome::Refused { message, .. } => return Err(RequestError::Host(HostError::new(&message))),
                Outcome::Taken { .. } => break,
            }
        }
        Err(RequestError::Host(HostError::new("others changed the same people again and again")))
    }

    fn postpones(&self) -> bool {
        self.postponed.borrow().is_some()
    }

    /// Whether the roles of everybody in a group are put off already, including people who joined since.
    fn is_postponed(&self, group: &SmolStr) -> bool {
        self.postponed.borrow().as_ref().is_some_and(|postponed| postponed.whole.contains(group))
    }

    /// Puts off the roles of people, as they are before their groups change.
    async fn postpone(&self, concerned: Concerned, whole: Option<SmolStr>) -> Answer<Regrouping> {
        let Concerned { mut people, within } = concerned;
        if let Some(postponed) = &*self.postponed.borrow() {
            people.retain(|id| !postponed.people.contains_key(id));
        }
        let people: Vec<SmolStr> = people.into_iter().collect();
        for ids in people.chunks(PEOPLE_AT_ONCE) {
            let records = self.load_users(ids.to_vec()).await?;
            let ruled =
                records.iter().map(|record| (record.id.clone(), self.ruled(record).map(str::to_owned)));
            if let Some(postponed) = &mut *self.postponed.borrow_mut() {
                postponed.people.extend(ruled);
            }
        }
        if let Some(postponed) = &mut *self.postponed.borrow_mut() {
            postponed.whole.extend(whole);
        }
        Ok(Regrouping { within, ..Regrouping::default() })
    }

    /// The people among those who join or leave `group`, and in the groups among them, however deep; with
    /// `whole`, everybody in `group` as well, however deep.
    async fn concerned(
        &self,
        mut people: BTreeSet<SmolStr>,
        group: &SmolStr,
        whole: bool,
        graphs: [&GroupGraph; 2],
    ) -> Answer<Concerned> {
        let mut from = people.clone();
        from.extend(whole.then(|| group.clone()));
        let mut within: BTreeMap<SmolStr, GroupVersion> = BTreeMap::new();
        let mut groups: BTreeSet<SmolStr> = whole.then(|| group.clone()).into_iter().collect();
        for graph in graphs {
            let found = graph.descendants(&from);
            within.extend(found.iter().filter_map(|id| Some((id.clone(), *graph.versions.get(id)?))));
            groups.extend(found);
        }
        within.remove(group);
        if !groups.is_empty() {
            let find = ListUsersInGroups { groups: groups.into_iter().collect() };
            people.extend(self.host.ask(&find).await?);
        }
        Ok(Concerned { people, within: within.into_values().collect() })
    }

    /// The roles that change when people join or leave the group with this id. `direct` says whether a person
    /// is a direct member of it afterwards.
    async fn regrouped(
        &self,
        group: &SmolStr,
        Concerned { people: concerned, within }: Concerned,
        after: &GroupGraph,
        direct: impl Fn(&SmolStr, bool) -> Option<GroupReference>,
    ) -> Answer<Regrouping> {
        let (mut people, mut changes) = (Vec::new(), Vec::new());
        let concerned: Vec<SmolStr> = concerned.into_iter().collect();
        for ids in concerned.chunks(PEOPLE_AT_ONCE) {
            for mut record in self.load_users(ids.to_vec()).await? {
                let mut shown = self.user_resource(&record);
                let before = roles::ruled(&shown, &self.settings);
                let groups = record.groups.clone();
                let is_member = groups.iter().any(|known| known.direct && known.id == *group);
                record.groups.retain(|known| known.direct && known.id != *group);
                record.groups.extend(direct(&record.id, is_member));
                after.add_ancestors(&mut record.groups);
                if is_regrouped(&groups, &record.groups) {
                    people.push(DecidedOn { id: record.id.clone(), version: record.version });
                }
                user::show_groups(&mut shown, &record, &self.base);
                let now = roles::ruled(&shown, &self.settings);
                record.groups = groups;
                let change = roles::changed_around(&record, before, now, &self.settings);
                changes.extend(change.map(|change| (loss(&record, LossKind::Role), change)));
            }
        }
        Ok(Regrouping { people, within, roles: self.changes_of_roles(changes).await? })
    }

    /// The changes that can be made. What they take from people is noted.
    async fn changes_of_roles(&self, mut changes: Vec<(Loss, RoleChange)>) -> Answer<Vec<RoleChange>> {
        let named = changes.iter().map(|(_, change)| change.role.clone()).collect();
        let known = self.existing_roles(named).await?;
        changes.retain(|(_, change)| known.contains(&change.role));
        self.note_lost_roles(&changes).await?;
        Ok(changes.into_iter().map(|(_, change)| change).collect())
    }

    /// The role that the rules give somebody.
    fn ruled(&self, record: &UserRecord) -> Option<&str> {
        roles::ruled(&user::resource(record, &self.settings, &self.base), &self.settings)
    }

    /// Which groups are members of which. It is not asked where the record says that none is.
    async fn nestings(&self, record: Option<&GroupRecord>) -> Answer<GroupGraph> {
        let none = record.is_some_and(|record| record.nested == Some(false));
        Ok(GroupGraph::new(if none { Vec::new() } else { self.host.ask(&ListNestings {}).await? }))
    }

    /// Whether a change of groups can change a role at all.
    pub(super) fn rules_read_groups(&self) -> bool {
        self.settings.role_rules.iter().any(|rule| rule.filter.asks_for("groups"))
    }
}

/// Whether these are other groups, or the same ones with another directness. Their order does not count.
fn is_regrouped(before: &[GroupReference], after: &[GroupReference]) -> bool {
    before.len() != after.len() || before.iter().any(|group| !after.contains(group))
}

/// Which groups are members of which.
#[derive(Clone)]
pub(super) struct GroupGraph {
    /// The groups that a group is a member of.
    parents: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
    /// The names of the groups that have groups as members.
    names: BTreeMap<SmolStr, String>,
    /// The versions of the groups that are members of a group.
    versions: BTreeMap<SmolStr, GroupVersion>,
}

impl GroupGraph {
    pub(super) fn new(nestings: Vec<Nesting>) -> Self {
        let mut new = Self { parents: BTreeMap::new(), names: BTreeMap::new(), versions: BTreeMap::new() };
        for Nesting { member, version, group, display } in nestings {
            new.names.insert(group.clone(), display);
            new.insert(member, version, group);
        }
        new
    }

    fn insert(&mut self, member: SmolStr, version: GroupVersion, group: SmolStr) {
        self.versions.insert(member.clone(), version);
        self.parents.entry(member).or_default().insert(group);
    }

    fn remove(&mut self, gone: impl Fn(&SmolStr, &SmolStr) -> bool) {
        for (member, groups) in &mut self.parents {
            groups.retain(|group| !gone(member, group));
        }
    }

    /// All groups among these and within them, each once, so that a circle of groups comes to an end.
    pub(super) fn descendants(&self, ids: &BTreeSet<SmolStr>) -> BTreeSet<SmolStr> {
        let mut within: BTreeMap<&SmolStr, Vec<&SmolStr>> = BTreeMap::new();
        for (member, groups) in &self.parents {
            groups.iter().for_each(|group| within.entry(group).or_default().push(member));
        }
        let is_nested = |id: &&SmolStr| self.parents.contains_key(*id) || within.contains_key(*id);
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
    fn add_ancestors(&self, groups: &mut Vec<GroupReference>) {
        let mut known: BTreeSet<SmolStr> = groups.iter().map(|group| group.id.clone()).collect();
        let mut step: Vec<SmolStr> = known.iter().cloned().collect();
        for _ in 0..MAX_NESTING {
            let next: BTreeSet<&SmolStr> =
                step.iter().filter_map(|group| self.parents.get(group)).flatten().collect();
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
