use super::*;
use crate::mapping::Several;

fn parse(document: Value) -> Result<Settings, InvalidSettings> {
    Settings::parse(document.as_object().unwrap())
}

#[track_caller]
fn refused(document: Value, place: &str, reason: &str) {
    let problems = parse(document).unwrap_err().problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].place, place);
    assert!(problems[0].reason.contains(reason), "{}", problems[0].reason);
}

#[test]
fn an_empty_document_means_the_defaults_and_they_come_back_the_same() {
    let defaults = parse(json!({})).unwrap().document();
    assert_eq!(defaults, parse(Value::Object(defaults.clone())).unwrap().document());
    assert_eq!(defaults["deletion"], json!({ "policy": "deactivate", "reassign_to": null }));
}

#[test]
fn a_full_document_comes_back_as_it_was() {
    let defaults = Settings::default().document();
    let mut document = json!({
        "existing_accounts": "apart", "link_credentials": "always",
        "protected_roles": ["editor", "-shop_manager"],
        "username": { "from": "pattern", "pattern": "@.*$", "replacement": "", "rename": true },
        "deletion": { "policy": "reassign", "reassign_to": "archive" },
        "mass_removal": { "watch": false, "people": 5, "percent": 1, "hours": 2 },
        "alerts": { "mail": ["it@contoso.test"], "webhook": "https://hooks.contoso.test/x", "failing": false, "failures": 3, "silent": true, "hours": 72 },
        "default_role": null,
        "hand_given_roles": "overrule",
        "role_rules": [{ "filter": "groups.display eq \"Editors\"", "role": "editor" }],
        "mappings": [{
            "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            "target": "meta:scimDepartment", "title": "Department",
            "transform": { "pattern": "^Dept ", "replacement": "" },
            "type": "text", "values": "joined", "separator": "; ",
            "profile": true, "users_list": false, "confirmed": true
        }, {
            "path": "roles", "target": "acf:jobs", "title": "", "transform": null,
            "type": "number", "values": "list", "separator": ", ",
            "profile": false, "users_list": false, "confirmed": false
        }],
        "allowed_networks": ["10.0.0.0/8"], "trusted_proxies": ["192.0.2.0/24"], "activity_days": 7,
        "activity_bodies": "all",
        "requests_per_minute": 600,
        "compatibility": { "wpo365_route": true }
    });
    for (key, value) in &defaults {
        if let Value::Bool(is_on) = value {
            document[key] = json!(!is_on);
        }
        assert_ne!(document[key], *value, "{key} has another value than its default");
    }
    assert_eq!(Value::Object(parse(document.clone()).unwrap().document()), document);
}

#[test]
fn a_mapping_that_can_never_have_a_value_is_refused() {
    #[track_caller]
    fn never(path: &str, reason: &str) {
        let row = json!({ "path": path, "target": "meta:somewhere" });
        refused(json!({ "mappings": [row] }), "mappings[0].path", reason);
    }
    never("password", "never kept");
    never("id", "given by Rollbook");
    never("meta.created", "given by Rollbook");
    never("groups.display", "given by Rollbook");
    never("groups[type eq \"direct\"].display", "given by Rollbook");
    never("manager.displayName", "given by Rollbook");
    never("emails[type eq \"work\"].valu", "“emails” has no “valu”; there are value, display, type, primary");
    never("emails[typ eq \"work\"].value", "“emails” has no “typ”");
    never("name.first", "“name” has no “first”");
    never("title.text", "“title” is a simple attribute");
    never("departmnt", "There is no attribute “departmnt”");
    never("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "is a schema");
    for path in
        ["urn:example:hr:2.0:User:anything", "department", "manager", "manager.value", "active", "userName"]
    {
        parse(json!({ "mappings": [{ "path": path, "target": "meta:somewhere" }] })).unwrap();
    }
}

#[test]
fn a_rule_over_what_nobody_can_have_is_refused() {
    #[track_caller]
    fn never(filter: &str, reason: &str) {
        let rule = json!({ "filter": filter, "role": "editor" });
        refused(json!({ "role_rules": [rule] }), "role_rules[0].filter", reason);
    }
    never("departmnt eq \"Sales\"", "There is no attribute “departmnt”");
    never("title eq \"a\" or not (titel pr)", "There is no attribute “titel”");
    never("emails.valu eq \"a\"", "“emails” has no “valu”");
    never("emails[typ eq \"work\"]", "“emails” has no “typ”");
    never("password pr", "never kept");
    let no_role = json!({ "role_rules": [{ "filter": "title pr", "role": "" }] });
    refused(no_role, "role_rules[0].role", "Choose a role");
    for filter in [
        "groups.display eq \"Editors\"",
        "id pr",
        "meta.created gt \"2020-01-01T00:00:00Z\"",
        "urn:example:hr:2.0:User:skills[value eq \"x\"]",
        "urn:example:hr:2.0:User:anything pr",
        "roles eq \"Admin\"",
    ] {
        parse(json!({ "role_rules": [{ "filter": filter, "role": "editor" }] })).unwrap();
    }
}

#[test]
fn the_administrator_is_not_taken_out_of_the_protected_roles() {
    let protected = |roles: &[&str]| json!({ "protected_roles": roles });
    refused(protected(&["-administrator"]), "protected_roles[0]", "always protected");
    refused(protected(&["editor", " "]), "protected_roles[1]", "Choose a role");
    refused(protected(&["-"]), "protected_roles[0]", "name the role behind it");
    refused(protected(&["-editor", "editor"]), "protected_roles[0]", "keep one of the two");
    parse(protected(&["-editor", "author"])).unwrap();
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    refused(json!({ "defaultrole": "editor" }), "defaultrole", "no such setting");
    refused(json!({ "password_sync": "yes" }), "password_sync", "expected a boolean");
    refused(json!({ "existing_accounts": "merge" }), "existing_accounts", "`link` or `apart`");
    refused(json!({ "link_credentials": "sometimes" }), "link_credentials", "`self_registered`");
    refused(json!({ "hand_given_roles": "drop" }), "hand_given_roles", "`keep` or `overrule`");
    refused(json!({ "username": { "form": "email" } }), "username.form", "there are from");
    refused(json!({ "username": { "from": "pattern" } }), "username.pattern", "choose another username");
    refused(json!({ "username": { "replacement": "x" } }), "username.pattern", "There is a replacement");
    refused(json!({ "activity_days": "many" }), "activity_days", "a whole number from 0 to 3650");
    refused(json!({ "activity_days": 3651 }), "activity_days", "a whole number");
    refused(json!({ "mass_removal": { "percent": 101 } }), "mass_removal.percent", "from 0 to 100");
    refused(json!({ "mass_removal": { "hours": 0 } }), "mass_removal.hours", "from 1 to 720");
    refused(json!({ "mass_removal": { "people": "5" } }), "mass_removal.people", "a whole number from 0");
    refused(json!({ "mass_removal": { "persons": 1 } }), "mass_removal.persons", "no such setting");
    refused(
        json!({ "mappings": [{ "path": "title", "target": "meta:a", "transform": { "replacement": "x" } }] }),
        "mappings[0].transform.pattern",
        "There is a replacement",
    );
    refused(
        json!({ "username": { "from": "pattern", "pattern": "(" } }),
        "username.pattern",
        "unclosed group",
    );
    refused(json!({ "deletion": { "policy": "burn" } }), "deletion.policy", "“burn” is no policy");
    refused(json!({ "deletion": { "policy": "reassign" } }), "deletion.reassign_to", "Name the account");
    refused(
        json!({ "role_rules": [{ "filter": "department eq", "role": "editor" }] }),
        "role_rules[0].filter",
        "",
    );
    refused(json!({ "mappings": [{ "path": "title", "target": "meta:" }] }), "mappings[0].target", "");
    refused(json!({ "mappings": [{ "path": "ti tle", "target": "meta:a" }] }), "mappings[0].path", "");
    let mapping = |target: &str, more: Value| {
        let mut row = json!({ "path": "title", "target": target });
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "mappings": [row] })
    };
    refused(mapping("meta:a", json!({ "type": "colour" })), "mappings[0].type", "`date_time`");
    refused(mapping("meta:a", json!({ "values": "all" })), "mappings[0].values", "`joined`");
    refused(mapping("meta:a", json!({ "separator": 7 })), "mappings[0].separator", "a string");
    refused(mapping("meta:a", json!({ "separator": "-".repeat(21) })), "mappings[0].separator", "at most 20");
    refused(mapping("meta:a", json!({ "kind": "text" })), "mappings[0].kind", "there are path");
    refused(mapping("field:nickname", json!({ "type": "number" })), "mappings[0].type", "holds text");
    refused(mapping("field:nickname", json!({ "values": "list" })), "mappings[0].values", "holds one value");
    refused(mapping("xprofile:Since", json!({ "type": "date_time" })), "mappings[0].type", "holds a day");
    refused(
        mapping("acf:a", json!({ "type": "boolean", "values": "joined" })),
        "mappings[0].values",
        "Only text can be joined",
    );
    for (kind, several) in [("text", Several::AsUsual), ("boolean", Several::First)] {
        let settings = parse(mapping("acf:a", json!({ "type": kind, "values": null }))).unwrap();
        assert_eq!(settings.mappings[0].several, several);
    }
}

#[test]
fn only_allowed_networks_are_admitted() {
    assert!(Settings::default().admits("192.0.2.1"));
    let settings = parse(json!({ "allowed_networks": ["192.0.2.0/24", "2001:db8::7"] })).unwrap();
    for address in ["192.0.2.1", "::ffff:192.0.2.255", "2001:db8::7"] {
        assert!(settings.admits(address), "{address}");
    }
    for address in ["192.0.3.1", "2001:db8::8", "", "unknown", "192.0.2.1, 10.0.0.1"] {
        assert!(!settings.admits(address), "{address}");
    }
    refused(json!({ "allowed_networks": ["10.0.0.0/8", "all"] }), "allowed_networks[1]", "no network");
}

#[test]
fn every_problem_is_told_at_once() {
    let error = parse(json!({ "password_sync": 1, "activity_days": -1, "x": 1 })).unwrap_err();
    assert_eq!(
        error.problems.iter().map(|problem| problem.place.as_str()).collect::<Vec<_>>(),
        ["password_sync", "activity_days", "x"]
    );
}
