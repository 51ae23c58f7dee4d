//! Groups and their members.

use super::MemoryHost;
use super::selection::{Column, groups_matching, page};
use crate::host::{
    Candidate, CountMembers, CreateGroup, DecidedOn, DeleteGroup, FindGroups, FindMembers, FoundGroups,
    GroupRecord, GroupReference, GroupRow, GroupVersion, ListNestings, ListUsersInGroups, LoadGroup,
    MAX_NESTING, Member, MemberId, MemberKind, Nesting, Outcome, ResolveMembers, RoleChange, Unique,
    UpdateGroup,
};
use crate::wordpress::columns::folded;
use serde_json::{Map, Value, json};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// A row of the table of groups, with its members.
#[derive(Debug, Clone)]
pub(super) struct StoredGroup {
    pub(super) id: SmolStr,
    pub(super) display_name: String,
    display_name_key: String,
    external_id: Option<String>,
    pub(super) version: u64,
    created: i64,
    modified: i64,
    document: Option<Map<String, Value>>,
    pub(super) members: Vec<MemberId>,
}

impl StoredGroup {
    fn set(&mut self, row: GroupRow, now: i64) {
        self.display_name = row.display_name;
        self.display_name_key = row.display_name_key;
        self.external_id = row.external_id;
        self.document = row.document;
        self.note_change(now);
    }

    fn note_change(&mut self, now: i64) {
        self.modified = now;
        self.version += 1;
    }
}

impl MemoryHost {
    pub(super) fn find_groups(&mut self, find: FindGroups) -> Result<FoundGroups, String> {
        // A filter may ask for members that the answer is not to show.
        let members = find.members || find.selection.filter.is_some();
        let found = self.groups.iter().map(|(row, group)| self.group_record(*row, group, members)).collect();
        let found = groups_matching(found, &find.selection)?;
        let (total, mut groups) = page(found, &find.selection, |group| group.row, column)?;
        if !find.members {
            groups.iter_mut().for_each(|group| group.members = None);
        }
        Ok(FoundGroups { total, groups, reached: None })
    }

    pub(super) fn load_group(&mut self, load: LoadGroup) -> Result<Option<GroupRecord>, String> {
        let found = self.groups.iter().find(|(_, group)| group.id == load.id);
        let mut found = found.map(|(row, group)| {
            self.group_record(*row, group, load.members && has_no_more(group, load.most))
        });
        if let Some(group) = found.as_mut().filter(|_| load.nested) {
            let nestings = self.list_nestings(ListNestings {})?;
            let is_part = |nesting: &Nesting| nesting.member == group.id || nesting.group == group.id;
            group.nested = Some(nestings.iter().any(is_part));
        }
        Ok(found)
    }

    pub(super) fn create_group(&mut self, create: CreateGroup) -> Result<Outcome<GroupRecord>, String> {
        if self.is_name_taken(&create.row.display_name_key, None) {
            return Ok(Outcome::Taken { value: Unique::DisplayName });
        }
        if let Err(outcome) = self.regroup_with(&create.regrouping()) {
            return Ok(outcome);
        }
        let (row, id) = (self.number(), self.id());
        let mut group = StoredGroup {
            id,
            display_name: String::new(),
            display_name_key: String::new(),
            external_id: None,
            version: 0,
            created: create.now,
            modified: create.now,
            document: None,
            members: Vec::new(),
        };
        group.set(create.row, create.now);
        self.add_members(&mut group, create.members);
        let record = self.group_record(row, &group, true);
        self.groups.insert(row, group);
        Ok(Outcome::Done { record })
    }

    pub(super) fn update_group(&mut self, update: UpdateGroup) -> Result<Outcome<GroupRecord>, String> {
        let Some((row, mut group)) = self.take_group(&update.id) else { return Ok(Outcome::Gone) };
        if self.comes_too_late(update.version, &mut group.version) {
            self.groups.insert(row, group);
            return Ok(Outcome::Stale);
        }
        if self.is_name_taken(&update.row.display_name_key, Some(&update.id)) {
            self.groups.insert(row, group);
            return Ok(Outcome::Taken { value: Unique::DisplayName });
        }
        if let Err(outcome) = self.regroup_with(&update.regrouping()) {
            self.groups.insert(row, group);
            return Ok(outcome);
        }
        group.set(update.row, update.now);
        group.members.retain(|member| !update.remove_all && !update.remove.contains(&member.id));
        self.add_members(&mut group, update.add);
        let record =
            self.group_record(row, &group, update.members.is_some() && has_no_more(&group, update.members));
        self.groups.insert(row, group);
        Ok(Outcome::Done { record })
    }

    pub(super) fn delete_group(&mut self, delete: DeleteGroup) -> Result<Outcome<()>, String> {
        let Some((row, mut group)) = self.take_group(&delete.id) else { return Ok(Outcome::Gone) };
        if self.comes_too_late(delete.version, &mut group.version) {
            self.groups.insert(row, group);
            return Ok(Outcome::Stale);
        }
        if let Err(outcome) = self.regroup_with(&delete.regrouping()) {
            self.groups.insert(row, group);
            return Ok(outcome);
        }
        self.forget_member(&delete.id, self.clock);
        Ok(Outcome::Done { record: () })
    }

    pub(super) fn resolve_members(&mut self, resolve: ResolveMembers) -> Result<Vec<Candidate>, String> {
        let group = self.groups.values().find(|group| Some(&group.id) == resolve.group.as_ref());
        let is_in = |id: &str| group.is_some_and(|group| group.members.iter().any(|member| member.id == id));
        let known = resolve.ids.iter().filter_map(|id| self.member(id));
        let candidate = |Member { id, kind, .. }| {
            let version = self.group_version(&id);
            Candidate { is_member: is_in(&id), id, kind, version }
        };
        Ok(known.map(candidate).collect())
    }

    pub(super) fn find_members(&mut self, mut find: FindMembers) -> Result<Vec<SmolStr>, String> {
        let group = self.groups.values().find(|group| group.id == find.id);
        let members = group.map_or(&[] as &[MemberId], |group| &group.members);
        find.among.retain(|id| members.iter().any(|member| member.id == *id));
        Ok(find.among)
    }

    pub(super) fn count_members(&mut self, count: CountMembers) -> Result<Vec<u64>, String> {
        let members = |row| self.groups.get(&row).map_or(0, |group| group.members.len() as u64);
        Ok(count.groups.iter().map(|group| members(group.row)).collect())
    }

    pub(super) fn list_nestings(&mut self, _: ListNestings) -> Result<Vec<Nesting>, String> {
        let is_group = |member: &&MemberId| member.kind == MemberKind::Group;
        let of = |group: &StoredGroup, member: &MemberId| {
            Some(Nesting {
                member: member.id.clone(),
                version: self.group_version(&member.id)?,
                group: group.id.clone(),
                display: group.display_name.clone(),
            })
        };
        let groups = self.groups.values();
        Ok(groups
            .flat_map(|group| group.members.iter().filter(is_group).filter_map(move |inner| of(group, inner)))
            .collect())
    }

    fn group_version(&self, id: &str) -> Option<GroupVersion> {
        let (row, group) = self.groups.iter().find(|(_, group)| group.id == id)?;
        Some(GroupVersion { row: *row, version: group.version })
    }

    /// Changes what changes with a group, or says why nothing was: in the groups within it, and in people.
    fn regroup_with<T>(&mut self, regrouping: &Regrouping<'_>) -> Result<(), Outcome<T>> {
        let Regrouping { people, unchanged, within, around, roles } = regrouping;
        if !self.are_as_decided(within) || !self.are_people_as_decided(unchanged) {
            return Err(Outcome::Stale);
        }
        self.regroup(people, around, roles.to_vec())?;
        for decided in *within {
            if let Some(group) = self.groups.get_mut(&decided.row) {
                group.version += 1;
            }
        }
        Ok(())
    }

    /// Whether groups have the versions that a decision relied on.
    pub(super) fn are_as_decided(&self, groups: &[GroupVersion]) -> bool {
        let is_as_decided = |decided: &GroupVersion| {
            self.groups.get(&decided.row).is_some_and(|group| group.version == decided.version)
        };
        groups.iter().all(is_as_decided)
    }

    pub(super) fn list_users_in_groups(&mut self, find: ListUsersInGroups) -> Result<Vec<SmolStr>, String> {
        let groups = self.groups.values().filter(|group| find.groups.contains(&group.id));
        let members = groups.flat_map(|group| &group.members);
        let people = members.filter(|member| member.kind == MemberKind::User);
        let people: BTreeSet<SmolStr> = people.map(|member| member.id.clone()).collect();
        Ok(people.into_iter().collect())
    }

    /// The groups of a person, the direct ones first, then one step up after the other.
    pub(super) fn groups_of(&self, id: &str) -> Vec<GroupReference> {
        let mut found: Vec<GroupReference> = Vec::new();
        let mut step = vec![SmolStr::new(id)];
        for distance in 0..=MAX_NESTING {
            let is_new = |group: &&StoredGroup| {
                !found.iter().any(|known| known.id == group.id)
                    && group.members.iter().any(|member| step.contains(&member.id))
            };
            let next: Vec<GroupReference> = self
                .groups
                .values()
                .filter(is_new)
                .map(|group| GroupReference {
                    id: group.id.clone(),
                    display: group.display_name.clone(),
                    direct: distance == 0,
                    version: self.group_version(&group.id).filter(|_| distance == 0),
                })
                .collect();
            step = next.iter().map(|group| group.id.clone()).collect();
            found.extend(next);
        }
        found
    }

    /// Puts a person into those of these groups that are there.
    pub(super) fn join_groups(&mut self, id: &SmolStr, groups: &[SmolStr], now: i64) {
        for group in self.groups.values_mut().filter(|group| groups.contains(&group.id)) {
            group.note_change(now);
            group.members.push(MemberId { id: id.clone(), kind: MemberKind::User });
        }
    }

    /// Takes a deleted person or group out of every group. Each of them has changed then.
    pub(super) fn forget_member(&mut self, id: &str, now: i64) {
        for group in self.groups.values_mut() {
            let before = group.members.len();
            group.members.retain(|member| member.id != id);
            if group.members.len() < before {
                group.note_change(now);
            }
        }
    }

    fn take_group(&mut self, id: &str) -> Option<(u64, StoredGroup)> {
        let (row, _) = self.groups.iter().find(|(_, group)| group.id == id)?;
        let row = *row;
        Some((row, self.groups.remove(&row)?))
    }

    fn is_name_taken(&self, key: &str, except: Option<&str>) -> bool {
        self.groups.values().any(|group| group.display_name_key == key && Some(group.id.as_str()) != except)
    }

    /// Adds members that are not there yet. Those that were deleted in the meantime are left out.
    fn add_members(&self, group: &mut StoredGroup, members: Vec<MemberId>) {
        for member in members {
            let is_there = group.members.iter().any(|known| known.id == member.id);
            if !is_there && (member.id == group.id || self.member(&member.id).is_some()) {
                group.members.push(member);
            }
        }
    }

    fn member(&self, id: &str) -> Option<Member> {
        if let Some(person) = self.people.values().find(|person| person.id == id && !person.is_deleted()) {
            return Some(Member { id: id.into(), kind: MemberKind::User, display: person.display() });
        }
        let group = self.groups.values().find(|group| group.id == id)?;
        Some(Member { id: id.into(), kind: MemberKind::Group, display: Some(group.display_name.clone()) })
    }

    fn group_record(&self, row: u64, group: &StoredGroup, members: bool) -> GroupRecord {
        let shown = || group.members.iter().filter_map(|member| self.member(&member.id)).collect();
        GroupRecord {
            row,
            id: group.id.clone(),
            display_name: group.display_name.clone(),
            external_id: group.external_id.clone(),
            version: group.version,
            created: group.created,
            modified: group.modified,
            document: group.document.clone(),
            members: members.then(shown),
            nested: None,
        }
    }
}

/// Whether a group has no more members than so many.
fn has_no_more(group: &StoredGroup, most: Option<u64>) -> bool {
    most.is_none_or(|most| group.members.len() as u64 <= most)
}

/// What changes with a group, and what that was decided on.
struct Regrouping<'a> {
    people: &'a [DecidedOn],
    unchanged: &'a [DecidedOn],
    within: &'a [GroupVersion],
    around: &'a [GroupVersion],
    roles: &'a [RoleChange],
}

macro_rules! regrouping {
    ($($command:ident)*) => {
        $(impl $command {
            fn regrouping(&self) -> Regrouping<'_> {
                let Self { people, unchanged, within, around, roles, .. } = self;
                Regrouping { people, unchanged, within, around, roles }
            }
        })*
    };
}

regrouping!(CreateGroup UpdateGroup DeleteGroup);

fn column(name: &str) -> Option<Column<GroupRecord>> {
    Some(match name {
        "id" => |group| json!(group.id),
        "display_name" | "display_name_key" => |group| json!(folded(&group.display_name, usize::MAX)),
        "external_id" => |group| json!(group.external_id),
        "created" => |group| json!(group.created),
        "modified" => |group| json!(group.modified),
        _ => return None,
    })
}
