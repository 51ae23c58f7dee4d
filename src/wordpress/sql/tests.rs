use super::*;

fn plan(resource_type: ResourceType, filter: &str) -> SqlPlan {
    SqlPlan::of(&filter.parse().unwrap(), resource_type.schemas())
}

#[track_caller]
fn compiles(filter: &str, sql: &str, arguments: Value, exact: bool) {
    let plan = plan(ResourceType::User, filter);
    assert_eq!(
        (plan.condition.sql.as_str(), Value::from(plan.condition.arguments), plan.exact),
        (sql, arguments, exact)
    );
}

const LOOKUP: &str = "EXISTS (SELECT 1 FROM {lookups} l WHERE l.row_id = u.row_id AND l.path = %s";

#[test]
fn what_idps_match_by_is_exact() {
    compiles(
        r#"userName eq "Jane@Example.test""#,
        "u.user_name_key = %s",
        json!(["jane@example.test"]),
        true,
    );
    let external_id = "(u.external_id = %s AND u.external_id = BINARY %s)";
    compiles(r#"externalId eq "A-1""#, external_id, json!(["A-1", "A-1"]), true);
    compiles("active eq \"True\"", "(u.active = 1 AND u.locked_before = 0)", json!([]), true);
    compiles("active eq false", "(u.active = 0 OR (u.active = 1 AND u.locked_before = 1))", json!([]), true);
    let email = format!("{LOOKUP} AND l.value = %s)");
    compiles(r#"emails eq "A@b.test""#, &email, json!(["emails.value", "a@b.test"]), true);
    compiles(r#"emails.value eq "A@b.test""#, &email, json!(["emails.value", "a@b.test"]), true);
    compiles(r#"emails[value eq "A@b.test"]"#, &email, json!(["emails.value", "a@b.test"]), true);
    compiles(
        r#"emails[type eq "work"].value eq "A@b.test""#,
        &email,
        json!(["emails.value", "a@b.test"]),
        false,
    );
    compiles(r#"department eq "Sales""#, "1=1", json!([]), false);
    compiles(r#"employeeNumber eq "7""#, &email, json!(["employeeNumber", "7"]), true);
}

#[test]
fn an_attribute_that_has_an_index_is_looked_up() {
    let schemas = ResourceType::User.schemas();
    let staff = "urn:contoso:params:scim:schemas:extension:2.0:Staff:badge";
    let paths = [staff, "phoneNumbers.value", "department", "name.familyName"];
    let keys: Vec<String> = paths.iter().map(|path| index_key(&path.parse().unwrap(), schemas)).collect();
    let lookup =
        "EXISTS (SELECT 1 FROM {lookups} l WHERE l.row_id = u.row_id AND l.path = %s AND l.value = %s)";
    for (filter, exact) in [
        (format!("{staff} eq \"x\""), true),
        ("phoneNumbers eq \"x\"".to_owned(), true),
        ("phoneNumbers[type eq \"work\" and value eq \"x\"]".to_owned(), false),
        ("department eq \"X\"".to_owned(), true),
        ("NAME.familyname eq \"x\"".to_owned(), true),
    ] {
        let filter: Filter = filter.parse().unwrap();
        let plan = SqlPlan::with_indexes(&filter, schemas, &keys);
        assert!(
            plan.condition.sql.contains(lookup) && plan.condition.arguments.ends_with(&[json!("x")]),
            "{filter}: {plan:?}"
        );
        assert_eq!(plan.exact, exact, "{filter}");
        assert_eq!(indexable(&filter, schemas, &keys), Vec::<String>::new(), "{filter}");
        assert_eq!(indexable(&filter, schemas, &[]).len(), 1, "{filter}");
    }
    let others =
        r#"userName eq "a" or password eq "b" or not (title eq "c") or title co "d" or meta.version eq "e""#;
    assert_eq!(indexable(&others.parse().unwrap(), schemas, &[]), Vec::<String>::new());
}

#[test]
fn what_sql_cannot_decide_widens_and_is_never_denied() {
    let beginning = "(CONCAT(u.user_name_key, '') LIKE %s AND u.user_name_key > %s AND u.user_name_key < %s)";
    compiles(r#"userName sw "a_b%""#, beginning, json!(["a_b_%", "a_b$", "a_b&"]), false);
    compiles(r#"userName sw "ab""#, beginning, json!(["ab%", "aa", "ac"]), true);
    compiles(r#"userName sw "a[""#, "CONCAT(u.user_name_key, '') LIKE %s", json!(["a[%"]), true);
    compiles(r#"userName eq "Ab  ""#, "u.user_name_key = %s", json!(["ab\u{a0}\u{a0}"]), false);
    compiles(r#"userName ew "b ""#, "u.user_name_key LIKE %s", json!(["%b_"]), false);
    compiles(r#"not (title pr)"#, "1=1", json!([]), false);
    compiles(r#"active eq true and title pr"#, "((u.active = 1 AND u.locked_before = 0))", json!([]), false);
    compiles(r#"active eq true or title pr"#, "1=1", json!([]), false);
    compiles(r#"not (active eq true and title pr)"#, "1=1", json!([]), false);
    compiles(
        r#"externalId ne "a""#,
        "NOT COALESCE((u.external_id = %s AND u.external_id = BINARY %s), 0)",
        json!(["a", "a"]),
        true,
    );
    compiles(r#"displayName co "a""#, "1=1", json!([]), false);
}

#[test]
fn parts_of_a_millisecond_are_rounded_to_the_right_side() {
    compiles(r#"meta.created gt "1970-01-01T00:00:00.0015Z""#, "u.created > %d", json!([1]), true);
    compiles(r#"meta.created ge "1970-01-01T00:00:00.0015Z""#, "u.created > %d", json!([1]), true);
    compiles(r#"meta.created lt "1970-01-01T00:00:00.0015Z""#, "u.created <= %d", json!([1]), true);
    compiles(r#"meta.created ge "1970-01-01T00:00:00.002Z""#, "u.created >= %d", json!([2]), true);
    compiles(r#"meta.created eq "1970-01-01T00:00:00.0015Z""#, "1=0", json!([]), true);
}

#[test]
fn people_without_groups_are_left_out_where_groups_are_asked_for() {
    compiles("groups pr", IN_A_GROUP, json!([]), true);
    compiles("not (groups.display pr)", &format!("NOT COALESCE({IN_A_GROUP}, 0)"), json!([]), true);
    compiles(r#"groups eq "7""#, IN_A_GROUP, json!([]), false);
    compiles(r#"groups.display co "x""#, IN_A_GROUP, json!([]), false);
    compiles(r#"groups[type eq "direct" and display eq "X"]"#, IN_A_GROUP, json!([]), false);
    compiles(r#"groups.type ne "direct""#, "1=1", json!([]), false);
    compiles(r#"not (groups[type eq "direct"])"#, "1=1", json!([]), false);
}

#[test]
fn a_group_is_found_by_its_members() {
    let plan = plan(ResourceType::Group, r#"id eq "g" and members eq "u""#);
    assert!(plan.exact && plan.condition.sql.contains("m.member_id = BINARY %s"), "{plan:?}");
    assert_eq!(plan.condition.arguments, [json!("g"), json!("g"), json!("u"), json!("u")]);
}

#[test]
fn what_a_whole_type_has_in_common_needs_no_row() {
    let sql = |resource_type, filter: &str| {
        let SqlPlan { condition, exact } = plan(resource_type, filter);
        assert!(exact && condition.arguments.is_empty(), "{filter}: {condition:?}");
        condition.sql
    };
    assert_eq!(sql(ResourceType::User, r#"meta.resourceType eq "User""#), "1=1");
    assert_eq!(sql(ResourceType::User, r#"meta.resourceType eq "Group""#), "1=0");
    assert_eq!(sql(ResourceType::Group, r#"meta.resourceType ne "User""#), "1=1");
    assert_eq!(sql(ResourceType::Group, r#"userName eq "a""#), "1=0");
    assert_eq!(sql(ResourceType::Group, "emails pr"), "1=0");
    assert_eq!(sql(ResourceType::Group, "active ne true"), "1=1");
    assert!(!plan(ResourceType::Group, r#"urn:acme:2.0:Team:cost eq "a""#).exact);
    assert!(!plan(ResourceType::User, r#"badge eq "a""#).exact);
}
