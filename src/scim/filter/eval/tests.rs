//! What filters mean, rule by rule.

use super::*;
use crate::scim::path::PatchPath;
use crate::scim::schema::{ResourceType, Schema, Schemas};
use serde_json::json;

#[track_caller]
fn assert_all(resource: &Value, expected: bool, filters: &[&str]) {
    let resource = resource.as_object().unwrap();
    let schemas = ResourceType::User.schemas();
    for text in filters {
        let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(filter.check(schemas), Ok(()), "{text}");
        assert_eq!(filter.matches(resource, schemas), expected, "{text}");
    }
}

#[track_caller]
fn assert_match_all(resource: &Value, filters: &[&str]) {
    assert_all(resource, true, filters);
}

#[track_caller]
fn assert_match_none(resource: &Value, filters: &[&str]) {
    assert_all(resource, false, filters);
}

#[track_caller]
fn assert_refused(text: &str, why: &str) {
    let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let error = filter.check(ResourceType::User.schemas()).unwrap_err();
    assert!(error.to_string().contains(why), "{text}: {error}");
    assert_eq!(error.position(), None);
}

fn person() -> Value {
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        ],
        "id": "2819c223-AAAA",
        "externalId": "BJ-7",
        "userName": "bjensen@example.com",
        "name": { "familyName": "Jensen", "givenName": "Barbara", "middleName": "" },
        "displayName": "Babs Jensen",
        "nickName": "",
        "title": null,
        "active": true,
        "password": "secret",
        "emails": [
            { "value": "bjensen@example.com", "type": "work", "primary": true },
            { "value": "babs@jensen.org", "type": "home" }
        ],
        "phoneNumbers": [],
        "roles": [{ "value": "Admin", "primary": true }],
        "groups": [{ "value": "e9e3", "display": "Editors" }, { "value": "f1f1", "display": "Writers" }],
        "x509Certificates": [{ "value": "TUlJRA==" }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "701984",
            "department": "Tour Operations",
            "manager": { "value": "26118915", "displayName": "John Smith" }
        },
        "urn:acme:2.0:Staff": { "Badge": 42, "tags": ["red", "blue"], "keys": [{ "value": "k1" }], "vip": true },
        "meta": {
            "resourceType": "User",
            "created": "2010-01-23T04:56:22Z",
            "lastModified": "2011-05-13T04:42:34.123Z",
            "version": "W/\"3694\""
        }
    })
}

#[test]
fn text_is_compared_without_regard_to_case_unless_the_schema_says_so() {
    assert_match_all(
        &person(),
        &[
            r#"userName eq "BJENSEN@Example.COM""#,
            r#"userName co "JENSEN@""#,
            r#"userName sw "bJ""#,
            r#"userName ew ".Com""#,
            r#"displayName eq "babs jensen""#,
            r#"id eq "2819c223-AAAA""#,
            r#"id sw "2819c223-A""#,
            r#"externalId eq "BJ-7""#,
            r#"groups.value eq "e9e3""#,
            r#"x509Certificates eq "TUlJRA==""#,
            r#"meta.resourceType eq "User""#,
            r#"meta.version eq "W/\"3694\"""#,
            r#"schemas eq "URN:ietf:params:scim:schemas:core:2.0:user""#,
        ],
    );
    assert_match_none(
        &person(),
        &[
            r#"userName eq "bjensen@example.co""#,
            r#"userName co "jensen@@""#,
            r#"userName sw "jensen""#,
            r#"userName ew "example""#,
            r#"userName ew "a much longer text than the name itself, bjensen@example.com""#,
            r#"id eq "2819c223-aaaa""#,
            r#"externalId eq "bj-7""#,
            r#"externalId co "bj""#,
            r#"groups.value eq "E9E3""#,
            r#"x509Certificates eq "tUlJRA==""#,
            r#"meta.version eq "w/\"3694\"""#,
        ],
    );
}

#[test]
fn case_is_folded_as_unicode_has_it() {
    let person = json!({ "userName": "Straße@EXAMPLE.com", "displayName": "ΌΔΥΣΣΕΎΣ", "title": "ǅungla" });
    assert_match_all(
        &person,
        &[
            r#"userName eq "STRASSE@example.com""#,
            r#"userName sw "strass""#,
            r#"userName co "SSE@""#,
            r#"displayName eq "όδυσσεύς""#,
            r#"displayName ew "σς""#.replace("σς", "ύς").as_str(),
            r#"title sw "ǆ""#,
            r#"title le "ǄUNGLA""#,
        ],
    );
    assert_match_none(&person, &[r#"userName eq "strase@example.com""#, r#"displayName eq "οδυσσευς""#]);
}

#[test]
fn one_value_of_a_list_is_enough() {
    assert_match_all(
        &person(),
        &[
            r#"emails.value eq "babs@jensen.org""#,
            r#"emails.type eq "work" and emails.type eq "home""#,
            r#"emails co "@jensen.org""#,
            r#"emails.value sw "b" and emails.value ew ".org""#,
            r#"groups.display eq "editors""#,
            r#"emails.primary eq true"#,
        ],
    );
    assert_match_none(
        &person(),
        &[r#"emails.value eq "work""#, r#"emails.type eq "other""#, "emails.primary eq false"],
    );
}

#[test]
fn a_complex_attribute_stands_for_its_value() {
    assert_match_all(
        &person(),
        &[
            r#"emails eq "babs@jensen.org""#,
            r#"groups eq "f1f1""#,
            r#"roles eq "admin""#,
            r#"manager eq "26118915""#,
            r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "26118915""#,
        ],
    );
    assert_match_none(&person(), &[r#"emails eq "work""#, r#"manager eq "John Smith""#]);
    let group = json!({ "members": [{ "value": "u1" }, { "value": "u2" }] });
    let members = Filter::parse(r#"members eq "u2" and members.value eq "u1""#).unwrap();
    assert!(members.matches(group.as_object().unwrap(), ResourceType::Group.schemas()));
}

#[test]
fn a_value_filter_asks_one_element_for_everything() {
    assert_match_all(
        &person(),
        &[
            r#"emails[type eq "work" and value co "@example.com"]"#,
            r#"emails[type eq "work"].value eq "BJensen@example.com""#,
            r#"emails[type eq "work"].value sw "bj""#,
            r#"emails[not (type eq "work")]"#,
            r#"emails[primary eq "True"]"#,
            r#"roles[primary eq "True"].value eq "Admin""#,
            r#"emails[type eq "work"].value ne "babs@jensen.org""#,
            r#"emails[type eq "other"].value eq null"#,
            r#"manager[displayName sw "John"]"#,
        ],
    );
    assert_match_none(
        &person(),
        &[
            r#"emails[type eq "work" and value co "@jensen.org"]"#,
            r#"emails[type eq "home"].value eq "bjensen@example.com""#,
            r#"emails[type eq "work"].value ne "bjensen@example.com""#,
            r#"emails[type eq "work"].value eq null"#,
            r#"phoneNumbers[type pr]"#,
            r#"phoneNumbers[not (type pr)]"#,
            r#"ims[value pr]"#,
        ],
    );
}

#[test]
fn present_is_what_is_not_empty() {
    assert_match_all(
        &person(),
        &[
            "userName pr",
            "name pr",
            "name.familyName pr",
            "active pr",
            "emails pr",
            "emails.primary pr",
            "department pr",
            "meta.created pr",
            "schemas pr",
        ],
    );
    assert_match_none(
        &person(),
        &[
            "title pr",
            "nickName pr",
            "name.middleName pr",
            "name.formatted pr",
            "phoneNumbers pr",
            "phoneNumbers.value pr",
            "emails.display pr",
            "unknown pr",
            "name.unknown pr",
            "userName.value2 pr",
        ],
    );
    for empty in [
        json!(null),
        json!(""),
        json!([]),
        json!({}),
        json!([null, ""]),
        json!([{ "value": "" }]),
        json!({ "a": {} }),
    ] {
        assert_match_none(&json!({ "emails": empty }), &["emails pr"]);
    }
    for value in [json!(false), json!(0), json!(" "), json!([[], false])] {
        assert_match_all(&json!({ "x": value }), &["x pr"]);
    }
}

#[test]
fn null_is_absence() {
    assert_match_all(
        &person(),
        &[
            "title eq null",
            "addresses eq null",
            "nickName eq null",
            "phoneNumbers eq null",
            "unknown eq null",
            "userName ne null",
            "emails ne null",
            "emails.display eq null",
        ],
    );
    assert_match_none(
        &person(),
        &["userName eq null", "title ne null", "unknown ne null", "emails.type eq null"],
    );
}

#[test]
fn the_empty_string_is_not_absence() {
    assert_match_none(
        &person(),
        &[r#"externalId eq """#, r#"title eq """#, r#"unknown eq """#, r#"unknown sw """#],
    );
    assert_match_all(&person(), &[r#"nickName eq """#, r#"externalId sw """#]);
}

#[test]
fn ne_is_the_opposite_of_eq() {
    assert_match_all(
        &person(),
        &[
            r#"userName ne "x""#,
            r#"title ne "x""#,
            r#"unknown ne "x""#,
            r#"phoneNumbers ne "1""#,
            "active ne false",
        ],
    );
    assert_match_none(
        &person(),
        &[
            r#"userName ne "BJENSEN@example.com""#,
            r#"emails ne "babs@jensen.org""#,
            "active ne true",
            r#"emails.type ne "work""#,
        ],
    );
}

#[test]
fn booleans_in_every_spelling() {
    for spelling in ["true", "True", "\"true\"", "\"True\"", "\"TRUE\"", "1", "\"1\""] {
        assert_match_all(
            &person(),
            &[&format!("active eq {spelling}"), &format!("emails.primary eq {spelling}")],
        );
        assert_match_none(&person(), &[&format!("active ne {spelling}")]);
    }
    for spelling in ["false", "\"False\"", "0"] {
        assert_match_none(&person(), &[&format!("active eq {spelling}")]);
    }
    assert_match_all(
        &json!({ "roles": [{ "primary": "True" }] }),
        &["roles.primary eq true", "roles[primary eq true]"],
    );
}

#[test]
fn points_in_time_are_instants() {
    assert_match_all(
        &person(),
        &[
            r#"meta.created eq "2010-01-23T04:56:22.000Z""#,
            r#"meta.created eq "2010-01-23T05:56:22+01:00""#,
            r#"meta.created eq "2010-01-23T04:56:22""#,
            r#"meta.created eq "2010-01-23t04:56:22.0000000z""#,
            r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
            r#"meta.lastModified gt "2011-05-13T04:42:34.1229999Z""#,
            r#"meta.lastModified ge "2011-05-12T21:42:34.123-07:00""#,
            r#"meta.lastModified lt "2011-05-13T04:42:34.1230001Z""#,
            r#"meta.lastModified ge "0001-01-03T00:00:00.0000000Z" and meta.lastModified le "9999-12-31T23:59:59.9999999Z""#,
            r#"meta.created gt "2010-01-23""#,
            "meta.Created lt 2015-10-10T14:38:21.8617979-07:00",
            r#"meta.created sw "2010-01""#,
        ],
    );
    assert_match_none(
        &person(),
        &[
            r#"meta.created ne "2010-01-23T04:56:22.000Z""#,
            r#"meta.lastModified gt "2011-05-13T04:42:34.123Z""#,
            r#"meta.lastModified lt "0001-01-01T00:00:00Z""#,
        ],
    );
}

#[test]
fn text_has_an_order() {
    assert_match_all(
        &person(),
        &[
            r#"name.familyName gt "ADAMS""#,
            r#"name.familyName ge "JENSEN""#,
            r#"name.familyName lt "jensena""#,
            r#"name.familyName le "jensen""#,
            r#"employeeNumber gt "7""#,
        ],
    );
    assert_match_none(
        &person(),
        &[r#"name.familyName gt "jensen""#, r#"name.familyName lt "Jensen""#, r#"title lt "x""#],
    );
}

#[test]
fn literals_without_quotes_are_the_text_they_are() {
    assert_match_all(&person(), &["employeeNumber eq 701984", "employeeNumber sw 7019", "userName sw bj"]);
    assert_match_none(&person(), &["employeeNumber eq 701984.0", "displayName eq true"]);
    assert_match_all(
        &json!({ "title": "1e5", "nickName": "TRUE" }),
        &["title eq 1e5", "nickName eq true", "nickName co tr"],
    );
    assert_match_all(&json!({ "employeeNumber": 42 }), &["title eq null and department eq null"]);
}

#[test]
fn attributes_of_extensions_with_and_without_urn() {
    assert_match_all(
        &person(),
        &[
            r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "tour operations""#,
            r#"URN:ietf:params:scim:schemas:extension:enterprise:2.0:user:DEPARTMENT sw "Tour""#,
            r#"department co "operations""#,
            r#"manager.displayName eq "john smith""#,
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "bj""#,
        ],
    );
    assert_match_none(
        &person(),
        &[
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName pr",
            "urn:scim:schemas:extension:enterprise:1.0:department pr",
        ],
    );
}

#[test]
fn what_no_schema_defines_has_the_type_of_the_literal() {
    assert_match_all(
        &person(),
        &[
            "urn:acme:2.0:Staff:badge eq 42",
            "urn:ACME:2.0:staff:BADGE gt 41.5",
            r#"urn:acme:2.0:Staff:badge eq "42""#,
            r#"urn:acme:2.0:Staff:tags eq "RED""#,
            r#"urn:acme:2.0:Staff:tags[value eq "blue"]"#,
            r#"urn:acme:2.0:Staff:tags.value eq "blue""#,
            r#"urn:acme:2.0:Staff:keys eq "K1""#,
            "urn:acme:2.0:Staff:vip eq true",
            r#"urn:acme:2.0:Staff:vip eq "True""#,
            "not (badge pr)",
        ],
    );
    assert_match_none(
        &person(),
        &[
            "urn:acme:2.0:Staff:badge lt 42",
            "urn:acme:2.0:Staff:badge eq true",
            "urn:acme:2.0:Staff:none pr",
            "urn:acme:2.0:Nobody:badge pr",
            "badge eq 42",
            r#"unknown sw "x""#,
            r#"name.unknown eq "Jensen""#,
            r#"userName[value eq "x"]"#,
            r#"emails[urn:acme:x:value pr]"#,
            "emails[value.x pr]",
        ],
    );
}

#[test]
fn whole_numbers_are_compared_exactly_and_others_as_numbers() {
    let resource = json!({ "n": 9007199254740993_u64, "d": 2.5, "neg": -3, "text": "12" });
    assert_match_all(
        &resource,
        &[
            "n eq 9007199254740993",
            "n gt 9007199254740992",
            "d eq 2.50",
            "d lt 25e-1 or d ge 2.5e0",
            "neg lt -2",
            "text gt 9",
        ],
    );
    assert_match_none(
        &resource,
        &["n eq 9007199254740992", "n lt 9007199254740993", "neg gt -2", "active eq 1"],
    );
}

#[test]
fn passwords_are_not_seen() {
    assert_match_none(
        &person(),
        &["password pr", r#"password eq "secret""#, r#"password sw "s""#, r#"password gt "a""#],
    );
    assert_match_all(&person(), &[r#"password ne "secret""#, "password eq null"]);
}

#[test]
fn logic() {
    assert_match_all(
        &person(),
        &[
            r#"(active eq true and (name.familyName sw "J" or title pr)) and not (meta.lastModified lt "2005-01-01T00:00:00Z")"#,
            "title pr or active eq true and userName pr",
            "not (title pr and active eq true)",
            "not (not (active eq true))",
        ],
    );
    assert_match_none(&person(), &["(title pr or active eq true) and nickName pr", "not (active eq true)"]);
}

#[test]
fn comparisons_that_make_no_sense_are_refused() {
    for operator in ["gt", "ge", "lt", "le"] {
        assert_refused(&format!("active {operator} \"true\""), "only eq and ne can compare");
        assert_refused(&format!("x509Certificates {operator} \"TUlJRA==\""), "binary and has no order");
    }
    for operator in ["co", "sw", "ew"] {
        assert_refused(&format!("active {operator} true"), "only eq and ne can compare");
        assert_refused(&format!("emails[primary {operator} \"t\"]"), "only eq and ne can compare");
    }
    assert_refused(r#"active eq "maybe""#, "active eq \"maybe\": the attribute is a boolean, true or false");
    assert_refused("title pr and (not (active eq 2))", "true or false");
    assert_refused(r#"meta.created gt "yesterday""#, "a point in time");
    assert_refused("meta.created gt 2025", "a point in time");
    assert_refused(r#"name eq "Jensen""#, "only its sub-attributes");
    assert_refused("meta eq true", "only its sub-attributes");
}

#[test]
fn a_refused_comparison_holds_for_nobody() {
    let person = person();
    for text in
        [r#"active gt "true""#, r#"active eq "maybe""#, r#"meta.created gt "yesterday""#, r#"name eq "x""#]
    {
        let filter = Filter::parse(text).unwrap();
        assert!(!filter.matches(person.as_object().unwrap(), ResourceType::User.schemas()), "{text}");
    }
}

#[test]
fn schemas_of_a_site_count() {
    let staff: Schema = serde_json::from_value(json!({
        "id": "urn:acme:2.0:Staff", "name": "Staff",
        "attributes": [
            { "name": "badge", "type": "integer" },
            { "name": "code", "caseExact": true },
            { "name": "keys", "type": "complex", "multiValued": true, "subAttributes": [{ "name": "value" }, { "name": "lost", "type": "boolean" }] }
        ]
    }))
    .unwrap();
    let schemas = Schemas::standard().with_extension(ResourceType::User, staff).unwrap();
    let person = json!({ "urn:acme:2.0:Staff": { "badge": 42, "code": "X", "keys": [{ "value": "k", "lost": true }] } });
    let matches = |text: &str| {
        let filter = Filter::parse_with(text, &schemas).unwrap();
        filter.check(schemas.of(ResourceType::User)).unwrap();
        filter.matches(person.as_object().unwrap(), schemas.of(ResourceType::User))
    };
    assert!(matches("badge gt \"41\""));
    assert!(matches("urn:acme:2.0:Staff.BADGE eq 42"));
    assert!(matches(r#"code eq "X" and not (code eq "x")"#));
    assert!(matches(r#"keys[lost eq "True"].value eq "k""#));
    assert!(Filter::parse("badge sw 4").unwrap().check(schemas.of(ResourceType::User)).is_err());
    assert!(Filter::parse("badge eq \"x\"").unwrap().check(schemas.of(ResourceType::User)).is_err());
}

#[test]
fn a_value_filter_of_a_patch_path_is_asked_of_one_element() {
    let Ok(PatchPath::Value(path, _)) = PatchPath::parse(r#"members[value eq "u1" or display sw "ed"]"#)
    else {
        panic!()
    };
    let members = ResourceType::Group.attribute(&path.attribute);
    assert!(path.filter.matches_element(&json!({ "value": "u1" }), members));
    assert!(path.filter.matches_element(&json!({ "value": "u2", "display": "Editor" }), members));
    assert!(!path.filter.matches_element(&json!({ "value": "U1" }), members));
    assert!(!path.filter.matches_element(&json!(null), members));
    let Ok(PatchPath::Value(path, _)) = PatchPath::parse(r#"unknown[value eq "U1"]"#) else { panic!() };
    assert!(path.filter.matches_element(&json!("u1"), None));
}

#[test]
fn equalities_say_what_an_element_must_hold() {
    let equalities = |text: &str| {
        let Ok(PatchPath::Value(path, _)) = PatchPath::parse(text) else { panic!("{text}") };
        path.filter
            .equalities()
            .map(|all| all.iter().map(|(name, literal)| format!("{name}={literal}")).collect::<Vec<_>>())
    };
    assert_eq!(equalities(r#"emails[type eq "work"]"#), Some(vec!["type=\"work\"".to_owned()]));
    assert_eq!(
        equalities(r#"emails[TYPE eq "work" and primary eq true and display eq null]"#),
        Some(vec!["type=\"work\"".to_owned(), "primary=true".to_owned()])
    );
    for text in [
        r#"emails[type ne "work"]"#,
        r#"emails[type eq "a" or type eq "b"]"#,
        r#"emails[type eq "a" and value pr]"#,
        r#"emails[not (type eq "a")]"#,
        r#"emails[a.b eq "x"]"#,
    ] {
        assert_eq!(equalities(text), None, "{text}");
    }
}
