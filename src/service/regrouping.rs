//! The roles that change with a group: those of its members, and of the members of groups within it, however
//! deep.
//!
//! A single change of a group is written together with the roles that it changes. In a batch, which is one
//! transaction, the people concerned are noted, and their roles are decided once, before the transaction
//! ends.
//!
//! Of two requests at the same moment, one decides anew. Each relies on versions: what was read after a
//! version is still so while the row has that version.
//!
//! - A group gets the next version when it gets or loses members or another name, and when that happens to a
//!   group around it, however far. So its version vouches for who is in it and for all groups that it is in.
//!   People who are deleted leave without that: no role of theirs is left to decide.
//! - A person gets the next version when the set of their groups changes.
//!
//! A change of a group relies on the versions of that group, of the groups within it or within what joins and
//! leaves it, and of everybody in those. It gives each of them the next version, but for people who are in
//! the same groups as before because they have a second way into them.
//!
//! Where somebody loses a way into a group, only the other groups that they are in tell whether it was the
//! last one. So such a change relies on the versions of those as well. Of two requests that take one way and
//! open or take another, one comes too late then. Who joins a group keeps what they have, whatever happens
//! around it.
//!
//! Versions are read before what they vouch for: those of groups before the people in them, and people
//! before the groups around them. A group that is in none, and has none in it, is the only way to itself.
//! Its changes rely on its own version and the people's, and nothing else is read.

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
    /// The people who were looked at and whose groups stay.
    pub(super) unchanged: Vec<DecidedOn>,
    /// The groups in which they were found, but for the one that changes.
    pub(super) within: Vec<GroupVersion>,
    /// The groups besides that the people are in themselves, where those may lead to what others lose.
    pub(super) around: Vec<GroupVersion>,
    /// The roles that change.
    pub(super) roles: Vec<RoleChange>,
}

/// A change of a group, as far as people's groups are concerned.
struct GroupChange<'a> {
    /// The group's id. A new group has none yet; nothing else has an empty one.
    id: SmolStr,
    /// Its name afterwards; nothing where it is deleted.
    name: Option<&'a str>,
    members: &'a Membership,
    /// Whether everybody in it is concerned, however deep.
    is_whole: bool,
    /// Whether it is in another group or has one in it, before the change or after it.
    is_nested: bool,
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
    /// Whether somebody has lost one of perhaps several ways into a group.
    takes_ways: bool,
}

impl Service {
    /// The roles that change when a group is created, `record` being `None` then, or changed.
    pub(super) async fn roles_with(
        &self,
        record: Option<&GroupRecord>,
        row: &GroupRow,
        members: &Membership,
    ) -> Answer<Regrouping> {
        if !self.rules_read_groups() {
            return Ok(Regrouping::default());
        }
        let id = record.map(|record| record.id.clone()).unwrap_or_default();
        let is_renamed = record.is_some_and(|record| row.display_name != record.display_name);
        let change = GroupChange {
            name: Some(&row.display_name),
            members,
            is_whole: is_renamed || members.remove_all,
            is_nested: record.is_some_and(|record| record.nested != Some(false)) || members.adds_groups(),
            id,
        };
        let is_quiet = members.add.is_empty() && members.remove.is_empty();
        if is_quiet && (!change.is_whole || self.is_postponed(&change)) {
            return Ok(Regrouping::default());
        }
        self.regroup(&change).await
    }

    /// The roles that change when a group is deleted.
    pub(super) async fn roles_without(&self, record: &GroupRecord) -> Answer<Regrouping> {
        if !self.rules_read_groups() {
            return Ok(Regrouping::default());
        }
        let change = GroupChange {
            id: record.id.clone(),
            name: None,
            members: &Membership::default(),
            is_whole: true,
            is_nested: record.nested != Some(false),
        };
        if self.is_postponed(&change) {
            return Ok(Regrouping::default());
        }
        self.regroup(&change).await
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
            let (mut people, mut around, mut changes) = (Vec::new(), BTreeSet::new(), Vec::new());
            for record in self.load_users_for_rules(ids.to_vec()).await? {
                if postponed.takes_ways {
                    around.extend(own_groups(&record).map(|(_, version)| version));
                }
                let before = postponed.people.get(&record.id).and_then(Option::as_deref);
                let now = self.ruled(&record);
                people.push(DecidedOn { id: record.id.clone(), version: record.version });
                let change = roles::changed_around(&record, before, now, &self.settings);
                changes.extend(change.map(|change| (loss(&record, LossKind::Role), change)));
            }
            let roles = self.changes_of_roles(changes).await?;
            let regroup = RegroupPeople { people, roles, around: around.into_iter().collect() };
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
        Err(RequestError::Host(HostError::outrun()))
    }

    fn postpones(&self) -> bool {
        self.postponed.borrow().is_some()
    }

    /// Whether the roles of everybody in a group are put off already, including people who joined since. Then
    /// its change is noted with them.
    fn is_postponed(&self, change: &GroupChange<'_>) -> bool {
        let mut postponed = self.postponed.borrow_mut();
        let Some(postponed) = postponed.as_mut().filter(|postponed| postponed.whole.contains(&change.id))
        else {
            return false;
        };
        postponed.takes_ways |= change.takes_ways();
        true
    }

    /// Puts off the roles of people, as they are before their groups change.
    async fn postpone(&self, concerned: Concerned, change: &GroupChange<'_>) -> Answer<Regrouping> {
        let Concerned { mut people, within } = concerned;
        if let Some(postponed) = &*self.postponed.borrow() {
            people.retain(|id| !postponed.people.contains_key(id));
        }
        let people: Vec<SmolStr> = people.into_iter().collect();
        for ids in people.chunks(PEOPLE_AT_ONCE) {
            let records = self.load_users_for_rules(ids.to_vec()).await?;
            let ruled =
                records.iter().map(|record| (record.id.clone(), self.ruled(record).map(str::to_owned)));
            if let Some(postponed) = &mut *self.postponed.borrow_mut() {
                postponed.people.extend(ruled);
            }
        }
        if let Some(postponed) = &mut *self.postponed.borrow_mut() {
            postponed.whole.extend(change.is_whole.then(|| change.id.clone()));
            postponed.takes_ways |= change.takes_ways();
        }
        Ok(Regrouping { within, ..Regrouping::default() })
    }

    /// The people among those who join or leave a group, and in the groups among them, however deep; where
    /// the whole group is concerned, everybody in it as well, however deep.
    async fn concerned(&self, change: &GroupChange<'_>) -> Answer<Concerned> {
        let GroupChange { id, members, is_whole, .. } = change;
        let mut people: BTreeSet<SmolStr> = members.add.keys().chain(&members.remove).cloned().collect();
        let mut groups: BTreeSet<SmolStr> = is_whole.then(|| id.clone()).into_iter().collect();
        let mut within: BTreeMap<SmolStr, GroupVersion> = BTreeMap::new();
        if change.is_nested && (*is_whole || members.adds_groups() || !members.remove.is_empty()) {
            let mut from = people.clone();
            from.extend(groups.iter().cloned());
            let before = self.nestings().await?;
            for graph in [&before, &change.after(&before)] {
                let found = graph.descendants(&from);
                within.extend(found.iter().filter_map(|id| Some((id.clone(), *graph.versions.get(id)?))));
                groups.extend(found);
            }
            within.remove(id);
        }
        if !groups.is_empty() {
            let find = ListUsersInGroups { groups: groups.into_iter().collect() };
            people.extend(self.host.ask(&find).await?);
        }
        Ok(Concerned { people, within: within.into_values().collect() })
    }

    /// What changes with a change of a group.
    async fn regroup(&self, change: &GroupChange<'_>) -> Answer<Regrouping> {
        let concerned = self.concerned(change).await?;
        if self.postpones() {
            return self.postpone(concerned, change).await;
        }
        let Concerned { people, within } = concerned;
        let mut new = Regrouping { within, ..Regrouping::default() };
        let (mut around, mut changes) = (BTreeSet::new(), Vec::new());
        let people: Vec<SmolStr> = people.into_iter().collect();
        for ids in people.chunks(PEOPLE_AT_ONCE) {
            let records = self.load_users_for_rules(ids.to_vec()).await?;
            // After the people: who is put into other groups from now on has another version.
            let graph = match change.is_nested && !records.is_empty() {
                true => Some(change.after(&self.nestings().await?)),
                false => None,
            };
            for mut record in records {
                let mut shown = self.user_resource(&record);
                let before = roles::ruled(&shown, &self.settings);
                let after = change.groups_of(&record, graph.as_ref());
                let decided = DecidedOn { id: record.id.clone(), version: record.version };
                match is_regrouped(&record.groups, &after) {
                    true => new.people.push(decided),
                    false => new.unchanged.push(decided),
                }
                if change.takes_ways() {
                    around.extend(
                        own_groups(&record).filter(|(id, _)| **id != change.id).map(|(_, version)| version),
                    );
                }
                let groups = std::mem::replace(&mut record.groups, after);
                user::show_groups(&mut shown, &record, &self.base);
                let now = roles::ruled(&shown, &self.settings);
                record.groups = groups;
                let change = roles::changed_around(&record, before, now, &self.settings);
                changes.extend(change.map(|change| (loss(&record, LossKind::Role), change)));
            }
        }
        new.around = around.into_iter().collect();
        new.roles = self.changes_of_roles(changes).await?;
        Ok(new)
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
    pub(super) fn ruled(&self, record: &UserRecord) -> Option<&str> {
        roles::ruled(&user::resource(record, &self.settings, &self.base), &self.settings)
    }

    /// Which groups are members of which.
    async fn nestings(&self) -> Answer<GroupGraph> {
        Ok(GroupGraph::new(self.host.ask(&ListNestings {}).await?))
    }

    /// Whether a change of groups can change a role at all.
    pub(super) fn rules_read_groups(&self) -> bool {
        self.settings.role_rules.iter().any(|rule| rule.filter.asks_for("groups"))
    }
}

/// Whether these are other groups, or the same ones with another directness. Their order does not count.
fn is_regrouped(before: &[GroupReference], after: &[GroupReference]) -> bool {
    let is_in = |group: &GroupReference| after.iter().any(|other| group.is_shown_as(other));
    before.len() != after.len() || !before.iter().all(is_in)
}

/// The groups that somebody is in themselves, with their versions.
fn own_groups(record: &UserRecord) -> impl Iterator<Item = (&SmolStr, GroupVersion)> {
    record.groups.iter().filter_map(|group| Some((&group.id, group.version.filter(|_| group.direct)?)))
}

impl GroupChange<'_> {
    /// Whether somebody may lose one of several ways into a group. A group that is in none and has none in it
    /// is a way to itself, the only one.
    fn takes_ways(&self) -> bool {
        let takes = self.name.is_none() || self.members.remove_all || !self.members.remove.is_empty();
        self.is_nested && takes
    }

    /// Which groups are members of which, after the change.
    fn after(&self, before: &GroupGraph) -> GroupGraph {
        let (id, members, mut after) = (&self.id, self.members, before.clone());
        let Some(name) = self.name else {
            after.remove(|member, group| group == id || member == id);
            return after;
        };
        after.remove(|member, group| group == id && (members.remove_all || members.remove.contains(member)));
        for joining in members.add.values() {
            if let Some(version) = joining.version {
                after.insert(joining.id.clone(), version, id.clone());
            }
        }
        after.names.insert(id.clone(), name.to_owned());
        after
    }

    /// The groups of a person after the change. `graph` is what is in what then; nothing where the group is
    /// in none and has none in it, so that all other groups of the person stay.
    fn groups_of(&self, person: &UserRecord, graph: Option<&GroupGraph>) -> Vec<GroupReference> {
        let is_own = |known: &&GroupReference| known.direct && known.id == self.id;
        let leaves = self.members.remove_all || self.members.remove.contains(&person.id);
        let stays = !leaves && person.groups.iter().any(|known| is_own(&known));
        let others = person.groups.iter().filter(|known| known.id != self.id);
        let mut groups: Vec<GroupReference> =
            others.filter(|known| known.direct || graph.is_none()).cloned().collect();
        if let Some(name) = self.name.filter(|_| stays || self.members.add.contains_key(&person.id)) {
            let (id, display) = (self.id.clone(), name.to_owned());
            groups.push(GroupReference { id, display, direct: true, version: None });
        }
        if let Some(graph) = graph {
            graph.add_ancestors(&mut groups);
        }
        groups
    }
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
                version: None,
            }));
            if step.is_empty() {
                return;
            }
        }
    }
}
