//! Changes of a group's membership.

use super::*;
use MemberOperation::{Add, Remove, RemoveAll, RemoveWhere, Replace};
use smol_str::SmolStr;

fn split(operations: Value) -> Result<(Patch, Vec<MemberOperation>)> {
    let message = map(json!({"Operations": operations}));
    Patch::parse(message, ResourceType::Group.schemas(), &mut Dialects::default())?.split_members()
}

#[track_caller]
fn members(operation: Value, expected: &[MemberOperation]) {
    let (rest, operations) = split(json!([operation])).unwrap();
    assert!(rest.is_empty());
    assert_eq!(operations, expected, "{operation}");
}

#[track_caller]
fn refuses(operation: Value, scim_type: ScimType) {
    let error = split(json!([operation])).unwrap_err();
    assert_eq!(error.scim_type(), Some(scim_type), "{operation}: {}", error.detail());
}

fn people(ids: &[&str]) -> Vec<MemberReference> {
    ids.iter().map(|id| MemberReference { value: SmolStr::new(id), type_: None }).collect()
}

fn ids(ids: &[&str]) -> Vec<SmolStr> {
    ids.iter().map(SmolStr::new).collect()
}

fn removal(value: Value) -> Value {
    json!({"op": "Remove", "path": "members", "value": value})
}

#[test]
fn members_join() {
    let sent = json!([{"$ref": null, "value": "a"}, {"$ref": null, "value": "b"}]);
    members(json!({"op": "Add", "path": "members", "value": sent}), &[Add(people(&["a", "b"]))]);
    members(json!({"op": "Add", "value": {"members": sent}}), &[Add(people(&["a", "b"]))]);
    for value in [
        json!("a"),
        json!(["a"]),
        json!([{"value": "a"}, {"value": "a"}]),
        json!({"value": "a"}),
        json!(["a", null]),
    ] {
        members(add("members", value.clone()), &[Add(people(&["a"]))]);
        members(add("urn:ietf:params:scim:schemas:core:2.0:Group:Members", value), &[Add(people(&["a"]))]);
    }
    for value in [json!("a"), json!(["a"])] {
        members(add("members.value", value), &[Add(people(&["a"]))]);
    }
    members(json!({"op": "add", "path": "members[value eq \"a\"]"}), &[Add(people(&["a"]))]);
    members(add("members[value eq \"a\"]", json!({"value": "a"})), &[Add(people(&["a"]))]);
    let described = MemberReference { value: "a".into(), type_: Some(ResourceType::Group) };
    members(
        add("members", json!([{"value": "a", "display": "A", "type": "group"}])),
        &[Add(vec![described])],
    );
    for nothing in [json!(null), json!([]), json!("")] {
        members(add("members", nothing), &[]);
    }
    refuses(add("members", json!([{"display": "A"}])), ScimType::InvalidValue);
    refuses(add("members[type eq \"User\"]", json!({"value": "a"})), ScimType::NoTarget);
    refuses(add("members[value eq \"a\"]", json!({"value": "b"})), ScimType::Mutability);
}

#[test]
fn members_leave() {
    for value in [
        json!([{"$ref": null, "value": "a"}]),
        json!(["a"]),
        json!("a"),
        json!({"value": "a"}),
        json!("[{\"value\":\"a\"}]"),
    ] {
        members(removal(value), &[Remove(ids(&["a"]))]);
    }
    members(remove("members[value eq \"a\"]"), &[Remove(ids(&["a"]))]);
    members(remove("Members[Value eq \"a\"].value"), &[Remove(ids(&["a"]))]);
    members(remove("members[value eq \"a\" or value eq \"b\"]"), &[Remove(ids(&["a", "b"]))]);
    members(json!({"op": "remove", "path": "members.value", "value": "a"}), &[Remove(ids(&["a"]))]);
    members(removal(json!([])), &[Remove(vec![])]);
}

#[test]
fn all_leave_only_when_that_is_said() {
    members(remove("members"), &[RemoveAll]);
    members(removal(json!(null)), &[RemoveAll]);
    for value in [
        json!(""),
        json!([null]),
        json!([{}]),
        json!([{"value": null}]),
        json!([{"value": ""}]),
        json!([{"display": "A"}]),
        json!([{"value": "a"}, {"id": "b"}]),
        json!([["a", "b"]]),
        json!(true),
        json!({"type": "User"}),
    ] {
        refuses(removal(value), ScimType::InvalidValue);
    }
    refuses(remove("members.value"), ScimType::Mutability);
}

#[test]
fn members_are_replaced() {
    members(replace("members", json!([{"value": "a", "display": null}])), &[Replace(people(&["a"]))]);
    members(merge_in(json!({"id": "g", "members": ["a", "a"]})), &[Replace(people(&["a"]))]);
    for nothing in [json!(null), json!([]), json!("")] {
        members(replace("members", nothing), &[Replace(vec![])]);
    }
    members(replace("members[value eq \"a\"]", json!({"value": "a"})), &[Add(people(&["a"]))]);
    members(replace("members[value eq \"a\"]", json!(null)), &[Remove(ids(&["a"]))]);
    for nobody in
        [json!([{}]), json!([{"display": "A"}]), json!(["a", {"id": "b"}]), json!([{"value": null}])]
    {
        refuses(replace("members", nobody.clone()), ScimType::InvalidValue);
        refuses(add("members", nobody), ScimType::InvalidValue);
    }
    refuses(replace("members[value eq \"a\"].value", json!("b")), ScimType::Mutability);
    refuses(replace("members[value eq \"a\"].display", json!("b")), ScimType::Mutability);
}

#[test]
fn those_leave_whom_a_filter_selects() {
    let (_, operations) = split(json!([remove("members[type eq \"Group\"]")])).unwrap();
    let [RemoveWhere(filter)] = operations.as_slice() else { panic!("{operations:?}") };
    assert_eq!(filter.to_string(), "type eq \"Group\"");
    let (_, operations) = split(json!([remove("members[value sw \"a\"]")])).unwrap();
    assert!(matches!(operations.as_slice(), [RemoveWhere(_)]));
}

#[test]
fn the_rest_stays_a_patch_and_the_order_is_kept() {
    let (rest, operations) = split(json!([
        replace("displayName", json!("Editors 2")),
        add("members", json!(["a"])),
        {"op": "replace", "value": {"id": "g", "displayName": "Editors 3", "members": ["b"]}},
        remove("members[value eq \"a\"]"),
        add("externalId", json!("e")),
    ]))
    .unwrap();
    assert_eq!(operations, [Add(people(&["a"])), Replace(people(&["b"])), Remove(ids(&["a"]))]);
    let schemas = ResourceType::Group.schemas();
    let group = Resource::from_document(map(json!({"displayName": "Editors"})), schemas);
    let group = rest.apply(&group, schemas).unwrap().resource;
    assert_eq!((group.display_name(), group.external_id()), (Some("Editors 3"), Some("e")));
    refuses(replace("displayName", json!({"a": 1})), ScimType::InvalidValue);
}

#[test]
fn a_person_has_no_members() {
    yields(json!({}), json!([add("members", json!(["a"])), remove("members[value eq \"a\"]")]), json!({}));
}

#[test]
fn many_members_are_read_in_one_request() {
    let many: Vec<_> = (0..20_000).map(|n| json!({"value": n.to_string()})).collect();
    let (_, operations) = split(json!([add("members", json!(many))])).unwrap();
    assert!(matches!(operations.as_slice(), [Add(members)] if members.len() == 20_000));
}
