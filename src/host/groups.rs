//! Commands about groups and their members.

use super::{DecidedOn, Reached, RoleChange, Selection, json_text};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use smol_str::SmolStr;

/// How many levels of groups above a person's own group count as the person's indirect groups (RFC 7643
/// §4.1.2). Every level costs a statement.
pub const MAX_NESTING: usize = 20;

/// A group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// The row's number.
    pub row: u64,
    /// The SCIM id.
    pub id: SmolStr,
    /// `displayName`.
    pub display_name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// Counts the writes.
    pub version: u64,
    /// `meta.created`.
    pub created: i64,
    /// `meta.lastModified`.
    pub modified: i64,
    /// The resource as the IdP last sent it, without its members.
    #[serde(with = "json_text")]
    pub document: Option<Map<String, Value>>,
    /// The members, where they were asked for.
    pub members: Option<Vec<Member>>,
    /// Whether the group is a member of another, or another is a member of it, where that was asked for. It
    /// was read together with the version.
    #[serde(default)]
    pub nested: Option<bool>,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The member's SCIM id.
    pub id: SmolStr,
    /// What it is.
    pub kind: MemberKind,
    /// Its `displayName`. WordPress shows the `userName` of a person who has none; such a name is left out,
    /// because clients that named the member without a `display` take it for a wrong answer.
    #[serde(default)]
    pub display: Option<String>,
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MemberKind {
    /// A person.
    User,
    /// A group.
    Group,
}

/// A group as a decision knew it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupVersion {
    /// The row's number.
    pub row: u64,
    /// The version.
    pub version: u64,
}

/// A page of groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindGroups {
    /// Which rows.
    pub selection: Selection,
    /// Whether the members are wanted.
    pub members: bool,
}

/// The answer to [`FindGroups`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundGroups {
    /// How many rows the condition selects in all.
    pub total: Option<u64>,
    /// The page, or the beginning of it.
    pub groups: Vec<GroupRecord>,
    /// How far it goes, where it does not go as far as the limit.
    #[serde(default)]
    pub reached: Option<Reached>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadGroup {
    /// The SCIM id.
    pub id: SmolStr,
    /// Whether the members are wanted.
    pub members: bool,
    /// They are only wanted if there are no more than so many.
    pub most: Option<u64>,
    /// Whether to say as well if it is a member of another group, or has one as a member.
    pub nested: bool,
}

/// Creates a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateGroup {
    /// What the row is to hold.
    pub row: GroupRow,
    /// The ids of its members, known ones.
    pub members: Vec<MemberId>,
    /// Where there are role rules, the people whose groups change; with another version of one of them the
    /// roles are stale. Each gets the next version.
    pub people: Vec<DecidedOn>,
    /// The people whose groups stay, although they were looked at; with another version of one of them that
    /// may not be so. They keep their version.
    pub unchanged: Vec<DecidedOn>,
    /// The roles that change with it.
    pub roles: Vec<RoleChange>,
    /// Where there are role rules, the groups within it whose members were looked for; with another version
    /// of one of them somebody may have been missed. Each gets the next version.
    pub within: Vec<GroupVersion>,
    /// Other groups of the people; with another version of one of them the roles are stale. They keep it.
    pub around: Vec<GroupVersion>,
    /// Now.
    pub now: i64,
}

/// Changes a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UpdateGroup {
    /// The SCIM id.
    pub id: SmolStr,
    /// The version that the change was decided on.
    pub version: u64,
    /// What the row is to hold.
    pub row: GroupRow,
    /// Members to add; one that is there already is no error.
    pub add: Vec<MemberId>,
    /// Members to remove, by id; one that is not there is no error.
    pub remove: Vec<SmolStr>,
    /// Whether all members go before `add` is carried out.
    pub remove_all: bool,
    /// The answer is to hold the members if there are no more than so many. Nothing: it is to hold none.
    pub members: Option<u64>,
    /// Where there are role rules, the people whose groups change; with another version of one of them the
    /// roles are stale. Each gets the next version.
    pub people: Vec<DecidedOn>,
    /// The people whose groups stay, although they were looked at; with another version of one of them that
    /// may not be so. They keep their version.
    pub unchanged: Vec<DecidedOn>,
    /// The roles that change with it.
    pub roles: Vec<RoleChange>,
    /// Where there are role rules, the groups within it whose members were looked for; with another version
    /// of one of them somebody may have been missed. Each gets the next version.
    pub within: Vec<GroupVersion>,
    /// Other groups of the people; with another version of one of them the roles are stale. They keep it.
    pub around: Vec<GroupVersion>,
    /// Now.
    pub now: i64,
}

/// The row of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupRow {
    /// `displayName`.
    pub display_name: String,
    /// The folded `displayName`, unique.
    pub display_name_key: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// The resource as sent, without its members.
    #[serde(with = "json_text")]
    pub document: Option<Map<String, Value>>,
}

/// A member as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberId {
    /// The member's SCIM id.
    pub id: SmolStr,
    /// What it is.
    pub kind: MemberKind,
}

/// Deletes a group and its memberships.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeleteGroup {
    /// The SCIM id.
    pub id: SmolStr,
    /// The version that the deletion was decided on.
    pub version: u64,
    /// Where there are role rules, the people whose groups change; with another version of one of them the
    /// roles are stale. Each gets the next version.
    pub people: Vec<DecidedOn>,
    /// The people whose groups stay, although they were looked at; with another version of one of them that
    /// may not be so. They keep their version.
    pub unchanged: Vec<DecidedOn>,
    /// The roles that change with it.
    pub roles: Vec<RoleChange>,
    /// Where there are role rules, the groups within it whose members were looked for; with another version
    /// of one of them somebody may have been missed. Each gets the next version.
    pub within: Vec<GroupVersion>,
    /// Other groups of the people; with another version of one of them the roles are stale. They keep it.
    pub around: Vec<GroupVersion>,
}

/// Which of these ids exist, and what they are. Unknown ones are left out of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolveMembers {
    /// SCIM ids.
    pub ids: Vec<SmolStr>,
    /// The SCIM id of the group that they are to join; nothing for a new one.
    pub group: Option<SmolStr>,
}

/// Somebody who may join a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The SCIM id.
    pub id: SmolStr,
    /// What it is.
    pub kind: MemberKind,
    /// Whether it is a member of the group already.
    pub is_member: bool,
    /// Which version it has, if it is a group.
    #[serde(default)]
    pub version: Option<GroupVersion>,
}

/// How many members these groups have, in their order. The answer may be a minute old where somebody has
/// written to the database past WordPress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CountMembers {
    /// The groups.
    pub groups: Vec<GroupVersion>,
}

/// Which of these are members of the group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindMembers {
    /// The group's SCIM id.
    pub id: SmolStr,
    /// SCIM ids that may be members.
    pub among: Vec<SmolStr>,
}

/// Every group that is a member of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListNestings {}

/// A group that is a member of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nesting {
    /// The member's SCIM id.
    pub member: SmolStr,
    /// The version of the member.
    pub version: GroupVersion,
    /// The SCIM id of the group that it is in.
    pub group: SmolStr,
    /// The `displayName` of the group that it is in.
    pub display: String,
}

/// The ids of the people who are members of one of these groups, each once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListUsersInGroups {
    /// The groups' SCIM ids.
    pub groups: Vec<SmolStr>,
}

/// Sets the roles of people whose groups were changed before, within the same batch: all of them or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegroupPeople {
    /// The people whose groups have changed; with another version of one of them the roles are stale. Each
    /// gets the next version.
    pub people: Vec<DecidedOn>,
    /// The roles that change with it.
    pub roles: Vec<RoleChange>,
    /// Groups that they are members of; with another version of one of them the roles are stale.
    pub around: Vec<GroupVersion>,
}
