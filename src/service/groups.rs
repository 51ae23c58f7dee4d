//! Groups: `/Groups`.
//!
//! A group may have tens of thousands of members. They are loaded only where a client asks for them or an
//! operation needs them; a PATCH of members is a few set operations.

use super::query::Query;
use super::regrouping::Regrouping;
use super::reply::written;
use super::{Answer, MAX_ATTEMPTS, Precondition, Reply, Service};
use crate::host::{
    Candidate, CreateGroup, DeleteGroup, FindMembers, GroupRecord, LoadGroup, Member, MemberId, MemberKind,
    Outcome, ResolveMembers, UpdateGroup,
};
use crate::scim::error::{Error, Result};
use crate::scim::meta::location;
use crate::scim::patch::{MemberOperation, Patch};
use crate::scim::projection::Projection;
use crate::scim::resource::{MemberReference, Received, Resource, Work, changes};
use crate::scim::schema::ResourceType;
use crate::wordpress::group::{group_row, member_json, resource, version};
use serde_json::{Map, Value};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The most members that the answer to a change shows. Nobody wants 50,000 back for adding one.
pub const MAX_MEMBERS_SHOWN: u64 = 1_000;

/// What is said of a group among its own members.
const ITSELF: &str = "A group cannot be a member of itself.";

impl Service {
    pub(super) async fn get_group(&self, id: &str, precondition: &Precondition<'_>, query: &Query) -> Answer {
        let projection = self.projection(query, ResourceType::Group)?;
        let record = self.load_group(id, projection.wants("members")).await?;
        self.note("read", &record.id, &record.display_name);
        let unmodified = precondition.unmodified(&version(&record))?;
        Ok(unmodified.unwrap_or_else(|| self.group_reply(200, &record, &projection)))
    }

    pub(super) async fn create_group(&self, body: Map<String, Value>, query: &Query) -> Answer {
        let schemas = self.schemas(ResourceType::Group);
        let projection = self.projection(query, ResourceType::Group)?;
        let Received { mut resource, .. } = Resource::from_body(body, schemas, &mut self.dialects())?;
        let references = resource.take_members()?;
        resource.check_size(None)?;
        let row = group_row(&resource)?;
        for _ in 0..MAX_ATTEMPTS {
            let known = self.known(&references, None).await?;
            let members: Vec<MemberId> = known.iter().map(member_id).collect();
            let add = known.into_iter().map(|candidate| (candidate.id.clone(), candidate)).collect();
            let joining = Membership { add, ..Membership::default() };
            let Regrouping { people, unchanged, within, around, roles } =
                self.roles_with(None, &row, &joining).await?;
            let create = CreateGroup {
                row: row.clone(),
                members,
                people,
                unchanged,
                roles,
                within,
                around,
                now: self.now,
            };
            match self.host.ask(&create).await? {
                Outcome::Gone => break,
                outcome => {
                    // None: a member has changed, whose role was decided.
                    if let Some(record) = written(outcome, "", |_| name_taken(&row.display_name))? {
                        self.note("created", &record.id, &record.display_name);
                        self.tell_group(&record, "created", Vec::new(), create.roles);
                        return Ok(self.group_reply(201, &record, &projection));
                    }
                }
            }
        }
        Err(Error::conflict(
            "The group or its members are being changed by another request at the same time. Try again.",
        )
        .into())
    }

    pub(super) async fn replace_group(
        &self,
        id: &str,
        body: Map<String, Value>,
        precondition: &Precondition<'_>,
        query: &Query,
    ) -> Answer {
        let schemas = self.schemas(ResourceType::Group);
        // RFC 7644 §3.5.1 lets a server keep what a PUT leaves out; a rename that says nothing of the members
        // must not empty the group.
        let speaks_of_members = body.keys().any(|key| key.eq_ignore_ascii_case("members"));
        let Received { mut resource, .. } = Resource::from_body(body, schemas, &mut self.dialects())?;
        let references = resource.take_members()?;
        let operations = match speaks_of_members {
            true => vec![MemberOperation::Replace(references)],
            false => Vec::new(),
        };
        self.change_group(id, precondition, query, &operations, |current| {
            resource.check_size(Some(current))?;
            Ok(resource.clone())
        })
        .await
    }

    pub(super) async fn patch_group(
        &self,
        id: &str,
        body: Map<String, Value>,
        precondition: &Precondition<'_>,
        query: &Query,
    ) -> Answer {
        let schemas = self.schemas(ResourceType::Group);
        let (patch, operations) = Patch::parse(body, schemas, &mut self.dialects())?.split_members()?;
        self.change_group(id, precondition, query, &operations, |current| {
            Ok(patch.apply_noting(current, schemas, &mut self.dialects())?.resource)
        })
        .await
    }

    pub(super) async fn delete_group(&self, id: &str, precondition: &Precondition<'_>) -> Answer {
        for _ in 0..MAX_ATTEMPTS {
            let record = self.load_group_to_write(id, false).await?;
            precondition.holds(&version(&record))?;
            let Regrouping { people, unchanged, within, around, roles } = self.roles_without(&record).await?;
            let delete = DeleteGroup {
                id: record.id.clone(),
                version: record.version,
                people,
                unchanged,
                roles,
                within,
                around,
            };
            let outcome = self.host.ask(&delete).await?;
            if written(outcome, id, |_| name_taken(&record.display_name))?.is_some() {
                self.note("deleted", &record.id, &record.display_name);
                self.tell_group(&record, "deleted", Vec::new(), delete.roles);
                return Ok(Reply::empty(204));
            }
        }
        Err(precondition.lost().into())
    }

    async fn change_group(
        &self,
        id: &str,
        precondition: &Precondition<'_>,
        query: &Query,
        operations: &[MemberOperation],
        decide: impl Fn(&Resource) -> Result<Resource>,
    ) -> Answer {
        let projection = self.projection(query, ResourceType::Group)?;
        let needs_members = operations.iter().any(MemberOperation::needs_members);
        for _ in 0..MAX_ATTEMPTS {
            let mut record = self.load_group_to_write(id, needs_members).await?;
            precondition.holds(&version(&record))?;
            let members = record.members.take();
            let shown = resource(&record, &self.base);
            let wanted = decide(&shown)?;
            let row = group_row(&wanted)?;
            let change = self.membership(&record, members.as_deref().unwrap_or_default(), operations).await?;
            if change.is_empty() && group_row(&shown)? == row {
                self.note("unchanged", &record.id, &record.display_name);
                if projection.wants("members") {
                    match members {
                        Some(members) if members.len() as u64 > MAX_MEMBERS_SHOWN => {}
                        Some(members) => record.members = Some(members),
                        None => record = self.load_unchanged_group(id).await?,
                    }
                }
                return Ok(self.changed_group_reply(&record, &projection));
            }
            // They are read within the transaction: what cannot be shown then was not done.
            let members = projection.wants("members").then_some(MAX_MEMBERS_SHOWN);
            let Regrouping { people, unchanged, within, around, roles } =
                self.roles_with(Some(&record), &row, &change).await?;
            let changes = change.changes(changes(&shown, &wanted));
            let update = UpdateGroup {
                id: record.id.clone(),
                version: record.version,
                row,
                add: change.add.values().map(member_id).collect(),
                remove: change.remove.into_iter().collect(),
                remove_all: change.remove_all,
                members,
                people,
                unchanged,
                roles,
                within,
                around,
                now: self.now,
            };
            let outcome = self.host.ask(&update).await?;
            if let Some(record) = written(outcome, id, |_| name_taken(&update.row.display_name))? {
                self.note("updated", &record.id, &record.display_name);
                self.tell_group(&record, "updated", changes.clone(), update.roles);
                self.note_changes(changes);
                return Ok(self.changed_group_reply(&record, &projection));
            }
        }
        Err(precondition.lost().into())
    }

    fn changed_group_reply(&self, record: &GroupRecord, projection: &Projection) -> Reply {
        if projection.wants("members") && record.members.is_none() {
            return Reply::empty(204).header("ETag", version(record));
        }
        self.group_reply(200, record, projection)
    }

    /// The change of membership that the operations amount to, compared with who is a member now. `members`
    /// is read only by operations that [need it](MemberOperation::needs_members).
    async fn membership(
        &self,
        record: &GroupRecord,
        members: &[Member],
        operations: &[MemberOperation],
    ) -> Answer<Membership> {
        let mut change = Membership::default();
        let joining = |operation: &MemberOperation| match operation {
            MemberOperation::Add(references) | MemberOperation::Replace(references) => references.clone(),
            _ => Vec::new(),
        };
        // All at once: an IdP may name each member in an operation of its own.
        let named: Vec<MemberReference> = operations.iter().flat_map(joining).collect();
        let known = self.known(&named, Some(&record.id)).await?;
        let known: BTreeMap<SmolStr, Candidate> =
            known.into_iter().map(|candidate| (candidate.id.clone(), candidate)).collect();
        let mut described = None;
        let mut work = Work::default();
        for operation in operations {
            match operation {
                MemberOperation::Add(references) | MemberOperation::Replace(references) => {
                    if matches!(operation, MemberOperation::Replace(_)) {
                        change.remove_everybody();
                    }
                    for MemberReference { value, .. } in references {
                        if let Some(candidate) = known.get(value) {
                            change.add(candidate.clone());
                        }
                    }
                }
                MemberOperation::Remove(ids) => ids.iter().for_each(|id| change.remove(id)),
                MemberOperation::RemoveAll => change.remove_everybody(),
                MemberOperation::RemoveWhere(filter) => {
                    let schemas = self.schemas(ResourceType::Group);
                    let elements: &Vec<Value> = described.get_or_insert_with(|| {
                        members.iter().map(|member| member_json(member, &self.base)).collect()
                    });
                    work.filter(filter, elements)?;
                    let Ok(path) = "members".parse() else { continue };
                    for (member, element) in members.iter().zip(elements) {
                        if filter.matches_element(element, schemas.attribute(&path)) {
                            change.remove(&member.id);
                        }
                    }
                }
            }
        }
        self.reduce(record, members, &known, change).await
    }

    /// Leaves out those who are members already and those who were none, so that a change that changes
    /// nothing is empty.
    async fn reduce(
        &self,
        record: &GroupRecord,
        members: &[Member],
        known: &BTreeMap<SmolStr, Candidate>,
        mut change: Membership,
    ) -> Answer<Membership> {
        if change.remove_all {
            let current: BTreeSet<SmolStr> = members.iter().map(|member| member.id.clone()).collect();
            change.remove = current.iter().filter(|id| !change.add.contains_key(*id)).cloned().collect();
            change.remove_all = change.remove.len() == current.len();
            if change.remove_all {
                change.remove.clear();
                change.remove_all = !current.is_empty();
            }
            change.add.retain(|id, _| !current.contains(id));
            return Ok(change);
        }
        change.add.retain(|id, _| !known.get(id).is_some_and(|candidate| candidate.is_member));
        if !change.remove.is_empty() {
            let among = change.remove.iter().cloned().collect();
            let members = self.host.ask(&FindMembers { id: record.id.clone(), among }).await?;
            change.remove = members.into_iter().collect();
        }
        Ok(change)
    }

    /// The references that name a person or group; others are left out. No group joins itself: `group` is
    /// the one that they join, unless it is new.
    ///
    /// # Errors
    /// 400 `invalidValue` if none does: a list that was misread must not empty a group.
    async fn known(&self, references: &[MemberReference], group: Option<&SmolStr>) -> Answer<Vec<Candidate>> {
        if references.is_empty() {
            return Ok(Vec::new());
        }
        let ids = references.iter().map(|reference| reference.value.clone()).collect();
        let mut known = self.host.ask(&ResolveMembers { ids, group: group.cloned() }).await?;
        known.retain(|candidate| Some(&candidate.id) != group);
        let names_itself = references.iter().any(|reference| Some(&reference.value) == group);
        if names_itself && !known.is_empty() {
            self.note_unwritten(vec![ITSELF.to_owned()]);
        }
        match references.first().filter(|_| known.is_empty()) {
            None => Ok(known),
            Some(_) if names_itself => Err(Error::invalid_value(format!(
                "{ITSELF} Name the people and groups that belong to \
                    it."
            ))
            .into()),
            Some(MemberReference { value, .. }) => Err(Error::invalid_value(format!(
                "None of the members is known here, {value:?} for instance. Name them by the id that this \
                 service gave them."
            ))
            .into()),
        }
    }

    async fn load_group(&self, id: &str, members: bool) -> Answer<GroupRecord> {
        self.ask_for_group(LoadGroup { id: id.into(), members, most: None, nested: false }).await
    }

    /// A group with its members, unless they are too many to be shown where nobody has asked for them.
    async fn load_unchanged_group(&self, id: &str) -> Answer<GroupRecord> {
        let most = Some(MAX_MEMBERS_SHOWN);
        self.ask_for_group(LoadGroup { id: id.into(), members: true, most, nested: false }).await
    }

    /// A group, and what a decision about the roles of its members needs to know.
    async fn load_group_to_write(&self, id: &str, members: bool) -> Answer<GroupRecord> {
        let nested = self.rules_read_groups();
        self.ask_for_group(LoadGroup { id: id.into(), members, most: None, nested }).await
    }

    async fn ask_for_group(&self, load: LoadGroup) -> Answer<GroupRecord> {
        let record = self.host.ask(&load).await?;
        Ok(record.ok_or_else(|| Error::not_found(&load.id))?)
    }

    fn group_reply(&self, status: u16, record: &GroupRecord, projection: &Projection) -> Reply {
        let shown = self.shown_group(record, projection);
        Reply::resource(
            status,
            shown,
            &version(record),
            &location(&self.base, ResourceType::Group, &record.id),
        )
    }

    fn shown_group(&self, record: &GroupRecord, projection: &Projection) -> Map<String, Value> {
        let mut shown = projection.apply(resource(record, &self.base), self.schemas(ResourceType::Group));
        // authentik adds nobody to a group whose `members` is missing.
        if projection.wants("members") && record.members.as_ref().is_some_and(Vec::is_empty) {
            shown.insert("members".to_owned(), Value::Array(Vec::new()));
        }
        shown
    }
}

/// A change of membership as sets.
#[derive(Default)]
pub(super) struct Membership {
    pub(super) add: BTreeMap<SmolStr, Candidate>,
    pub(super) remove: BTreeSet<SmolStr>,
    /// Everybody goes before `add`.
    pub(super) remove_all: bool,
}

impl Membership {
    fn add(&mut self, candidate: Candidate) {
        self.remove.remove(&candidate.id);
        self.add.insert(candidate.id.clone(), candidate);
    }

    fn remove(&mut self, id: &SmolStr) {
        self.add.remove(id);
        self.remove.insert(id.clone());
    }

    fn remove_everybody(&mut self) {
        *self = Self { remove_all: true, ..Self::default() };
    }

    fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty() && !self.remove_all
    }

    /// Whether groups are among those who join.
    pub(super) fn adds_groups(&self) -> bool {
        self.add.values().any(|joining| joining.kind == MemberKind::Group)
    }

    fn changes(&self, mut changes: Vec<String>) -> Vec<String> {
        if !self.add.is_empty() {
            changes.push(format!("members +{}", self.add.len()));
        }
        if self.remove_all {
            changes.push("members emptied".to_owned());
        } else if !self.remove.is_empty() {
            changes.push(format!("members -{}", self.remove.len()));
        }
        changes
    }
}

fn member_id(candidate: &Candidate) -> MemberId {
    MemberId { id: candidate.id.clone(), kind: candidate.kind }
}

fn name_taken(name: &str) -> Error {
    Error::conflict(format!(
        "There is a group with the displayName {name:?} already; names of groups are unique."
    ))
}
