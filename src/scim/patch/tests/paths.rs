//! Each operation on each form of path.

use super::*;

const WORK: &str = "emails[type eq \"work\"]";
const WORK_VALUE: &str = "emails[type eq \"work\"].value";

fn emails() -> Value {
    json!({"emails": [{"value": "w@x", "type": "work", "primary": true}, {"value": "h@x", "type": "home"}]})
}

#[test]
fn without_path() {
    yields(
        json!({"title": "t"}),
        json!([merge_in(json!({"active": false}))]),
        json!({"title": "t", "active": false}),
    );
    yields(
        json!({"name": {"givenName": "J"}}),
        json!([merge_in(json!({
            "DisplayName": "J D", "name.familyName": "D", format!("{ENTERPRISE}:employeeNumber"): "42",
            ENTERPRISE: {"manager": "m", "department": "d"}, "emails[type eq \"work\"].value": "w@x"
        }))]),
        json!({"name": {"givenName": "J", "familyName": "D"}, "displayName": "J D",
               ENTERPRISE: {"employeeNumber": "42", "manager": {"value": "m"}, "department": "d"},
               "emails": [{"type": "work", "value": "w@x"}]}),
    );
    // add appends to lists, replace replaces them.
    let (before, sent) = (json!({"emails": [{"value": "a@x"}]}), json!({"emails": [{"value": "n@x"}]}));
    yields(
        before.clone(),
        json!([{"op": "add", "value": sent}]),
        json!({"emails": [{"value": "a@x"}, {"value": "n@x"}]}),
    );
    yields(before, json!([merge_in(sent.clone())]), sent);
    yields(json!({"title": "t"}), json!([merge_in(json!({"title": null}))]), json!({}));
    refused(json!({}), json!([merge_in(json!({"title": "a", "TITLE": "b"}))]), ScimType::InvalidSyntax);
    refused(json!({}), json!([merge_in(json!({"emails[type eq": "a"}))]), ScimType::InvalidFilter);
}

#[test]
fn a_schema() {
    let base = crate::scim::schema::USER_URN;
    let before = json!({ENTERPRISE: {"department": "d"}});
    yields(json!({}), json!([replace(base, json!({"title": "t"}))]), json!({"title": "t"}));
    yields(
        before.clone(),
        json!([add(ENTERPRISE, json!({"division": "v", "manager": "m"}))]),
        json!({ENTERPRISE: {"department": "d", "division": "v", "manager": {"value": "m"}}}),
    );
    yields(before.clone(), json!([remove(ENTERPRISE)]), json!({}));
    yields(before, json!([merge_in(json!({ENTERPRISE: null}))]), json!({}));
    yields(json!({}), json!([remove(ENTERPRISE)]), json!({}));
    refused(json!({}), json!([remove(base)]), ScimType::NoTarget);
    refused(json!({}), json!([add(ENTERPRISE, json!("x"))]), ScimType::InvalidValue);
}

#[test]
fn a_single_attribute() {
    let in_full = "urn:ietf:params:scim:schemas:core:2.0:User:title";
    for path in ["title", "TITLE", in_full, "urn:scim:schemas:core:1.0:title"] {
        yields(json!({}), json!([add(path, json!("t"))]), json!({"title": "t"}));
        yields(json!({"title": "s"}), json!([replace(path, json!("t"))]), json!({"title": "t"}));
        yields(json!({"title": "s"}), json!([remove(path)]), json!({}));
        for nothing in [json!(null), json!(""), json!([])] {
            yields(json!({"title": "s"}), json!([replace(path, nothing)]), json!({}));
        }
    }
    let legacy = "urn:scim:schemas:extension:enterprise:2.0:department".to_owned();
    for path in
        [format!("{ENTERPRISE}:department"), format!("{ENTERPRISE}.department"), legacy, "department".into()]
    {
        yields(json!({}), json!([add(&path, json!("d"))]), json!({ENTERPRISE: {"department": "d"}}));
        yields(json!({ENTERPRISE: {"department": "d"}}), json!([remove(&path)]), json!({}));
    }
    refused(json!({}), json!([replace("active", json!("maybe"))]), ScimType::InvalidValue);
    refused(json!({}), json!([replace("title[value eq \"x\"]", json!("t"))]), ScimType::InvalidPath);
    refused(json!({}), json!([replace("name[familyName eq \"x\"]", json!({}))]), ScimType::InvalidPath);
    yields(
        json!({"title": "t"}),
        json!([replace("title.value", json!("u")), replace("schemas", json!([]))]),
        json!({"title": "t"}),
    );
}

#[test]
fn an_object_and_its_sub_attributes() {
    let before = json!({"name": {"givenName": "J", "familyName": "D"}});
    let given = json!({"name": {"givenName": "J"}});
    yields(
        before.clone(),
        json!([replace("name", json!({"familyName": "E"}))]),
        json!({"name": {"givenName": "J", "familyName": "E"}}),
    );
    yields(before.clone(), json!([replace("name", json!({"familyName": null}))]), given.clone());
    yields(before.clone(), json!([replace("name", json!({"familyName": "", "givenName": ""}))]), json!({}));
    yields(before.clone(), json!([remove("name")]), json!({}));
    yields(before.clone(), json!([remove("name.FamilyName")]), given.clone());
    yields(before.clone(), json!([remove("name.givenName"), remove("name.familyName")]), json!({}));
    yields(json!({}), json!([add("name.givenName", json!("J"))]), given);
    for nothing in [json!({}), json!({"nick": "x"})] {
        yields(
            before.clone(),
            json!([replace("name", nothing.clone()), merge_in(json!({"name": nothing}))]),
            before.clone(),
        );
    }
    yields(before.clone(), json!([add("name.nick", json!("x")), remove("name.middleName")]), before);
}

#[test]
fn a_manager() {
    let manager = |value: Value| json!({ENTERPRISE: {"manager": value}});
    let before = manager(json!({"value": "m", "$ref": "../m", "displayName": "M"}));
    for (path, value) in [
        (format!("{ENTERPRISE}:manager"), json!("n")),
        (format!("{ENTERPRISE}:manager"), json!({"value": "n"})),
        (format!("{ENTERPRISE}.manager"), json!("n")),
        ("manager".into(), json!([{"$ref": null, "value": "n"}])),
        ("manager.value".into(), json!("n")),
        ("managerId".into(), json!("n")),
    ] {
        yields(json!({}), json!([add(&path, value.clone())]), manager(json!({"value": "n"})));
        // What described the old manager goes with the old one.
        yields(before.clone(), json!([replace(&path, value)]), manager(json!({"value": "n"})));
    }
    let both = json!({"$ref": "../n", "value": "n"});
    yields(before.clone(), json!([replace("manager", both.clone())]), manager(both));
    yields(before.clone(), json!([replace("manager", json!("m"))]), before.clone());
    for operation in [
        replace("manager", json!("")),
        add("manager", json!("")),
        replace("manager", json!(null)),
        remove("manager"),
        json!({"op": "remove", "path": "manager", "value": "m"}),
        replace("manager.value", json!("")),
        remove("manager.value"),
        replace("manager", json!({"value": ""})),
    ] {
        yields(before.clone(), json!([operation]), json!({}));
    }
}

#[test]
fn a_list() {
    yields(
        emails(),
        json!([add("emails", json!([{"value": "W@X", "type": "work", "display": "W"}, {"value": "n@x"}]))]),
        json!({"emails": [{"value": "W@X", "type": "work", "primary": true, "display": "W"},
                          {"value": "h@x", "type": "home"}, {"value": "n@x"}]}),
    );
    yields(
        emails(),
        json!([add("emails", json!({"value": "n@x", "primary": "True"}))]),
        json!({"emails": [{"value": "w@x", "type": "work", "primary": false}, {"value": "h@x", "type": "home"},
                          {"value": "n@x", "primary": true}]}),
    );
    let new = json!({"emails": [{"value": "n@x"}]});
    yields(emails(), json!([replace("emails", json!([{"value": "n@x"}]))]), new.clone());
    yields(emails(), json!([replace("emails", json!("n@x"))]), new);
    for nothing in [json!(null), json!([]), json!("")] {
        yields(emails(), json!([add("emails", nothing.clone())]), emails());
        yields(emails(), json!([replace("emails", nothing)]), json!({}));
    }
    yields(emails(), json!([remove("emails")]), json!({}));
}

#[test]
fn a_removal_with_values_takes_these_and_no_others() {
    let removal = |path: &str, value: Value| json!([{"op": "Remove", "path": path, "value": value}]);
    let home = json!({"emails": [{"value": "h@x", "type": "home"}]});
    for value in [
        json!([{"value": "W@x"}]),
        json!({"value": "w@x"}),
        json!("w@x"),
        json!(["w@x", "other"]),
        json!([{"type": "work"}]),
        json!([{"value": "w@x", "type": "Work"}]),
    ] {
        yields(emails(), removal("emails", value), home.clone());
    }
    yields(emails(), removal("emails", json!([{"value": "w@x", "type": "home"}])), emails());
    yields(emails(), removal("emails", json!([])), emails());
    yields(emails(), removal("emails", json!(null)), json!({}));
    for value in [
        json!(""),
        json!([null]),
        json!([{}]),
        json!([{"value": null}]),
        json!([{"primary": true}]),
        json!([["w@x", "h@x"]]),
        json!(true),
    ] {
        refused(emails(), removal("emails", value), ScimType::InvalidValue);
    }
    yields(
        json!({"addresses": [{"type": "work", "locality": "A"}, {"type": "home"}]}),
        removal("addresses", json!([{"type": "work"}])),
        json!({"addresses": [{"type": "home"}]}),
    );
}

#[test]
fn a_sub_attribute_of_a_list_is_that_of_the_primary_or_first_element() {
    yields(
        emails(),
        json!([replace("emails.value", json!("n@x"))]),
        json!({"emails": [{"value": "n@x", "type": "work", "primary": true}, {"value": "h@x", "type": "home"}]}),
    );
    yields(json!({}), json!([add("emails.value", json!("n@x"))]), json!({"emails": [{"value": "n@x"}]}));
    yields(
        json!({"emails": [{"value": "a"}, {"value": "b"}]}),
        json!([replace("emails.Value", json!("c"))]),
        json!({"emails": [{"value": "c"}, {"value": "b"}]}),
    );
    yields(
        emails(),
        json!([replace("emails.value", json!(["a", "b"]))]),
        json!({"emails": [{"value": "a"}, {"value": "b"}]}),
    );
    yields(
        emails(),
        json!([remove("emails.type")]),
        json!({"emails": [{"value": "w@x", "primary": true}, {"value": "h@x"}]}),
    );
    yields(emails(), json!([remove("emails.value")]), json!({}));
}

#[test]
fn the_elements_that_a_value_filter_selects() {
    yields(
        emails(),
        json!([add(WORK, json!({"display": "W"}))]),
        json!({"emails": [{"value": "w@x", "type": "work", "primary": true, "display": "W"},
                          {"value": "h@x", "type": "home"}]}),
    );
    yields(
        emails(),
        json!([replace(WORK, json!({"value": "n@x"}))]),
        json!({"emails": [{"type": "work", "value": "n@x"}, {"value": "h@x", "type": "home"}]}),
    );
    yields(emails(), json!([replace(WORK, json!({"colour": "red"})), add(WORK, json!({}))]), emails());
    yields(json!({}), json!([add(WORK, json!({"colour": "red"}))]), json!({}));
    let home = json!({"emails": [{"value": "h@x", "type": "home"}]});
    yields(emails(), json!([remove(WORK)]), home.clone());
    yields(emails(), json!([replace(WORK, json!(null))]), home);
    yields(emails(), json!([remove("emails[value ew \"@x\"]")]), json!({}));
    yields(
        emails(),
        json!([remove("emails[type eq \"other\"]"), remove("ims[type eq \"x\"].value")]),
        emails(),
    );
    refused(emails(), json!([remove("emails[primary eq \"maybe\"]")]), ScimType::InvalidFilter);
}

#[test]
fn a_sub_attribute_of_the_elements_that_a_value_filter_selects() {
    let with = |value: &str| json!({"emails": [{"value": value, "type": "work", "primary": true}, {"value": "h@x", "type": "home"}]});
    yields(emails(), json!([replace(WORK_VALUE, json!("n@x"))]), with("n@x"));
    yields(emails(), json!([add("Emails[TYPE eq \"WORK\"].VALUE", json!("n@x"))]), with("n@x"));
    yields(emails(), json!([replace("emails[primary eq \"True\"].value", json!("n@x"))]), with("n@x"));
    yields(
        emails(),
        json!([replace("emails[type eq \"home\"].primary", json!("True"))]),
        json!({"emails": [{"value": "w@x", "type": "work", "primary": false},
                          {"value": "h@x", "type": "home", "primary": true}]}),
    );
    // Of an element that has nothing left but its type, nothing stays.
    let home = json!({"emails": [{"value": "h@x", "type": "home"}]});
    yields(emails(), json!([remove(WORK_VALUE)]), home.clone());
    yields(emails(), json!([replace(WORK_VALUE, json!(""))]), home);
    yields(
        emails(),
        json!([remove(WORK_VALUE), add(WORK_VALUE, json!("a")), replace(WORK_VALUE, json!("b"))]),
        with("b"),
    );
    // Two elements that become one are one.
    yields(
        json!({"emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "work"}]}),
        json!([replace(WORK_VALUE, json!("c"))]),
        json!({"emails": [{"value": "c", "type": "work"}]}),
    );
}

#[test]
fn an_element_that_is_not_there_is_created_from_its_filter() {
    for operation in [
        add(WORK_VALUE, json!("n@x")),
        replace(WORK_VALUE, json!("n@x")),
        add(WORK, json!({"value": "n@x"})),
        add(WORK, json!("n@x")),
        replace(WORK, json!({"value": "n@x"})),
    ] {
        yields(json!({}), json!([operation]), json!({"emails": [{"type": "work", "value": "n@x"}]}));
    }
    yields(
        json!({}),
        json!([replace("emails[primary eq true].value", json!("n@x"))]),
        json!({"emails": [{"primary": true, "value": "n@x"}]}),
    );
    yields(
        emails(),
        json!([add("emails[type eq \"other\" and primary eq \"true\"].value", json!("o@x"))]),
        json!({"emails": [{"value": "w@x", "type": "work", "primary": false}, {"value": "h@x", "type": "home"},
                          {"type": "other", "primary": true, "value": "o@x"}]}),
    );
    yields(
        json!({}),
        json!([add("emails[type eq \"mine\"].value", json!("m"))]),
        json!({"emails": [{"type": "mine", "value": "m"}]}),
    );
    yields(
        json!({}),
        json!([add("emails[value eq \"v\"]", json!(null))]),
        json!({"emails": [{"value": "v"}]}),
    );
    yields(
        json!({}),
        json!([add(WORK, json!(null)), add(WORK_VALUE, json!("")), replace(WORK_VALUE, json!(null))]),
        json!({}),
    );
    for operation in [
        replace("emails[type eq \"mine\"].value", json!("m")),
        replace("emails[value eq \"v\"].display", json!("d")),
        replace("emails[primary eq false].value", json!("m")),
        replace("emails[type eq \"work\" and value eq \"v\"].display", json!("d")),
        add("emails[type ne \"work\"].value", json!("m")),
        add("emails[type eq \"work\" or type eq \"home\"].value", json!("m")),
        add("emails[type eq \"work\" and type eq \"home\"].value", json!("m")),
        add("emails[colour eq \"red\"].value", json!("m")),
    ] {
        refused(json!({}), json!([operation]), ScimType::NoTarget);
    }
}

#[test]
fn an_attribute_that_no_schema_has() {
    let urn = "urn:example:2.0:User";
    let path = |name: &str| format!("{urn}:{name}");
    yields(
        json!({"title": "t"}),
        json!([
            add("foo", json!(1)),
            remove("foo"),
            replace("foo.bar", json!(1)),
            add("foo[a eq 1].b", json!(1))
        ]),
        json!({"title": "t"}),
    );
    yields(json!({}), json!([add(&path("Badge"), json!(7))]), json!({urn: {"Badge": 7}}));
    yields(
        json!({urn: {"Badge": 7}}),
        json!([replace(&path("badge"), json!(8))]),
        json!({urn: {"Badge": 8}}),
    );
    yields(json!({urn: {"Badge": 7}}), json!([remove(&path("badge"))]), json!({}));
    yields(json!({urn: {"Badge": 7}}), json!([replace(&path("badge"), json!(""))]), json!({}));
    yields(json!({}), json!([add(&path("badge.no"), json!(7))]), json!({urn: {"badge": {"no": 7}}}));
    yields(
        json!({urn: {"keys": ["a", "b"]}}),
        json!([add(&path("keys"), json!(["b", "c"])), remove(&path("keys[value eq \"a\"]"))]),
        json!({urn: {"keys": ["b", "c"]}}),
    );
    refused(json!({urn: {"a": 7}}), json!([remove(&path("a[value eq 7]"))]), ScimType::InvalidPath);
    let key = path("keys[type eq \"x\"]");
    yields(
        json!({}),
        json!([add(&format!("{key}.value"), json!("k")), add(&format!("{key}.no"), json!(1))]),
        json!({urn: {"keys": [{"type": "x", "value": "k", "no": 1}]}}),
    );
    let badge = json!({"urn:example:2.0:Badge": {"no": 1}});
    yields(json!({}), json!([add("urn:example:2.0:Badge", json!({"no": 1}))]), badge.clone());
    yields(json!({}), json!([merge_in(badge.clone())]), badge);
    yields(json!({}), json!([merge_in(json!({path("a"): {"b": 2}}))]), json!({urn: {"a": {"b": 2}}}));
    let size = format!("{ENTERPRISE}:shoeSize");
    yields(json!({}), json!([add(&size, json!(43))]), json!({ENTERPRISE: {"shoeSize": 43}}));
}
