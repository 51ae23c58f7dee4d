//! A group: the resource that a record shows, and what its row is to hold.

use super::columns::{MAX_KEY_LENGTH, fits, folded};
use crate::host::{GroupRecord, GroupRow, Member, MemberKind};
use crate::scim::error::Result;
use crate::scim::meta::{date_time, location};
use crate::scim::resource::Resource;
use crate::scim::schema::ResourceType;
use serde_json::{Map, Value, json};

/// The most characters of a group's `displayName`: as many as Entra ID allows.
pub const MAX_NAME_LENGTH: usize = 256;

/// The most characters of it written without regard to case, where one may become two or three.
const MAX_FOLDED_LENGTH: usize = 512;

/// The resource that a record shows; without `members` where they were not loaded.
pub(crate) fn resource(record: &GroupRecord, base: &str) -> Resource {
    let schemas = ResourceType::Group.schemas();
    let mut resource = Resource::from_document(record.document.clone().unwrap_or_default(), schemas);
    let put = |resource: &mut Resource, name: &str, value: Value| {
        if let Ok(path) = name.parse() {
            drop(resource.set(&path, value, schemas));
        }
    };
    put(&mut resource, "id", json!(record.id));
    put(&mut resource, "externalId", json!(record.external_id));
    put(&mut resource, "displayName", json!(record.display_name));
    if let Some(members) = &record.members {
        resource.set_members(members.iter().map(|member| member_json(member, base)).collect());
    }
    put(
        &mut resource,
        "meta",
        json!({
            "resourceType": "Group",
            "created": date_time(record.created),
            "lastModified": date_time(record.modified),
            "location": location(base, ResourceType::Group, &record.id),
            "version": version(record),
        }),
    );
    resource
}

/// The version of what the record shows (`meta.version`, `ETag`).
pub(crate) fn version(record: &GroupRecord) -> String {
    format!("W/\"{}\"", record.version)
}

/// A member as the resource shows it.
pub(crate) fn member_json(member: &Member, base: &str) -> Value {
    let (resource_type, name) = match member.kind {
        MemberKind::User => (ResourceType::User, "User"),
        MemberKind::Group => (ResourceType::Group, "Group"),
    };
    let mut json =
        json!({ "value": member.id, "$ref": location(base, resource_type, &member.id), "type": name });
    if let (Some(display), Some(map)) = (&member.display, json.as_object_mut()) {
        map.insert("display".to_owned(), Value::from(display.as_str()));
    }
    json
}

/// A person who is a member of this group; nothing else is known.
pub(crate) fn as_of_a_member(record: &GroupRecord) -> Map<String, Value> {
    let group = json!([{ "value": record.id, "display": record.display_name, "type": "direct" }]);
    [("groups".to_owned(), group)].into_iter().collect()
}

/// What the row of a group is to hold.
///
/// # Errors
/// 400 `invalidValue` for a value that is too long for its column.
pub(crate) fn group_row(resource: &Resource) -> Result<GroupRow> {
    let display_name = resource.display_name().unwrap_or_default();
    fits("displayName", display_name, MAX_NAME_LENGTH)?;
    let display_name_key = folded(display_name, usize::MAX);
    fits("displayName, written without regard to case (ß as ss),", &display_name_key, MAX_FOLDED_LENGTH)?;
    let external_id = resource.external_id();
    fits("externalId", external_id.unwrap_or_default(), MAX_KEY_LENGTH)?;
    let mut document = resource.clone().into_map();
    for elsewhere in ["id", "meta", "members"] {
        document.shift_remove(elsewhere);
    }
    Ok(GroupRow {
        display_name: display_name.to_owned(),
        display_name_key,
        external_id: external_id.map(str::to_owned),
        document: Some(document),
    })
}
