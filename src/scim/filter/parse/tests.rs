//! What is read as which filter.

use super::super::{MAX_DEPTH, MAX_FILTER_LENGTH};
use super::*;
use proptest::prelude::*;

/// The text is a filter, and this is how it is printed; printed text reads as the same filter.
#[track_caller]
fn assert_reads(text: &str, canonical: &str) {
    let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(filter.to_string(), canonical, "{text}");
    assert_eq!(Filter::parse(canonical), Ok(filter), "{canonical}");
}

#[track_caller]
fn assert_unchanged(text: &str) {
    assert_reads(text, text);
}

#[track_caller]
fn assert_literal(text: &str, expected: Literal) {
    match Filter::parse(&format!("title eq {text}")) {
        Ok(Filter::Compare(comparison)) => assert_eq!(comparison.value, expected, "{text}"),
        other => panic!("{text}: {other:?}"),
    }
}

fn string(text: &str) -> Literal {
    Literal::String(text.into())
}

#[test]
fn the_examples_of_rfc_7644_figure_2() {
    for text in [
        r#"userName eq "bjensen""#,
        r#"name.familyName co "O'Malley""#,
        r#"userName sw "J""#,
        "title pr",
        r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified ge "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified lt "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified le "2011-05-13T04:42:34Z""#,
        r#"title pr and userType eq "Employee""#,
        r#"title pr or userType eq "Intern""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    ] {
        assert_unchanged(text);
    }
    assert_reads(r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#, r#"userName sw "J""#);
    assert_reads(
        r#"userType eq "Employee" and (emails.type eq "work")"#,
        r#"userType eq "Employee" and emails.type eq "work""#,
    );
}

#[test]
fn operators_keywords_and_names_in_any_case() {
    assert_reads(
        r#"USERNAME EQ "J" AND NOT (Title PR) Or Active Ne TRUE"#,
        r#"userName eq "J" and not (title pr) or active ne true"#,
    );
    assert_reads(
        "(ActiVe eq true) and meta.lastmodified ge \"2020-01-01T00:00:00Z\"",
        "active eq true and meta.lastModified ge \"2020-01-01T00:00:00Z\"",
    );
    assert_reads(r#"emails[TYPE eq "other"].Value eq "x""#, r#"emails[type eq "other" and value eq "x"]"#);
    assert_unchanged("shoeSize gt 42");
    for operator in ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] {
        assert_reads(&format!("title {} \"x\"", operator.to_uppercase()), &format!("title {operator} \"x\""));
    }
}

#[test]
fn not_binds_more_than_and_which_binds_more_than_or() {
    assert_reads("a pr or b pr and c pr", "a pr or b pr and c pr");
    assert_reads("a pr or (b pr and c pr)", "a pr or b pr and c pr");
    assert_unchanged("(a pr or b pr) and c pr");
    assert_unchanged("not (a pr) and b pr");
    assert_unchanged("not (a pr and b pr)");
    assert_reads("not ((a pr or b pr) and (c pr))", "not ((a pr or b pr) and c pr)");
    assert_unchanged("not (not (a pr))");
    let Ok(Filter::Or(operands)) = Filter::parse("a pr and b pr or c pr or d pr and e pr") else { panic!() };
    assert!(matches!(operands.as_slice(), [Filter::And(_), Filter::Present(_), Filter::And(_)]));
}

#[test]
fn groups_of_the_same_kind_are_one_list() {
    let flat = Filter::parse("a pr and b pr and c pr and d pr").unwrap();
    assert_eq!(Filter::parse("a pr and (b pr and (c pr and d pr))"), Ok(flat.clone()));
    assert_eq!(Filter::parse("((a pr) and b pr) and ((c pr and d pr))"), Ok(flat));
}

#[test]
fn whitespace_is_where_words_end_and_anywhere_else() {
    assert_reads(" \t userName\teq\r\n\"x\"  ", r#"userName eq "x""#);
    assert_reads(r#"userName eq"x""#, r#"userName eq "x""#);
    assert_reads(r#"not(title pr)and(active eq true)"#, "not (title pr) and active eq true");
    assert_reads(r#"( title pr )or( active pr )"#, "title pr or active pr");
    assert_reads(r#"emails [ type eq "work" ]"#, r#"emails[type eq "work"]"#);
    assert_reads(r#"emails[type eq "work"]and title pr"#, r#"emails[type eq "work"] and title pr"#);
    assert_reads(r#"title eq "x"and active eq true"#, r#"title eq "x" and active eq true"#);
}

#[test]
fn names_that_begin_or_end_like_keywords() {
    assert_unchanged(r#"order eq "x" or android pr and nothing pr"#);
    assert_unchanged(r#"and eq "x""#);
    assert_unchanged(r#"eq eq "eq""#);
    assert_unchanged("pr pr");
    assert_unchanged(r#"or.not sw "x""#);
    assert_unchanged("a-b_c$9 pr and $ref pr and members.$ref pr");
}

#[test]
fn a_urn_ends_at_its_last_colon() {
    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_unchanged(&format!("{ENTERPRISE}:department eq \"Sales\""));
    assert_unchanged(&format!("{ENTERPRISE}:manager.displayName pr"));
    assert_unchanged(&format!("{ENTERPRISE}:manager[value eq \"x\"]"));
    assert_reads(
        &format!("{}:MANAGER.VALUE pr", ENTERPRISE.to_uppercase()),
        &format!("{ENTERPRISE}:manager.value pr"),
    );
    assert_reads(&format!("{ENTERPRISE}.department pr"), &format!("{ENTERPRISE}:department pr"));
    assert_reads("urn:ietf:params:scim:schemas:core:2.0:Group:members.value pr", "members.value pr");
    assert_unchanged("urn:okta:onprem_app:1.0:user:badge.number pr");
    assert_unchanged("urn:ietf:params:scim:schemas:extension:wpo365:2.0:User:objectId pr");
    assert_unchanged(&format!("{ENTERPRISE}:more:department pr"));
    assert_unchanged("http://schemas.example.com/2.0/User:badge pr");
}

#[test]
fn literals_are_json() {
    assert_literal("true", Literal::Boolean(true));
    assert_literal("FALSE", Literal::Boolean(false));
    assert_literal("Null", Literal::Null);
    assert_literal(r#""""#, string(""));
    assert_literal(r#"" a ) ] and ( ""#, string(" a ) ] and ( "));
    assert_literal("\"Jürgen 東京 😀\"", string("Jürgen 東京 😀"));
    assert_literal(r#""\"\\\/\b\f\n\r\t""#, string("\"\\/\u{8}\u{c}\n\r\t"));
    assert_literal(r#""a\u00e9\u6771\uD83D\uDe00b""#, string("aé東😀b"));
    for number in ["0", "-1", "42", "3.25", "-0.5e-7", "1E5", "18446744073709551616"] {
        assert_literal(number, Literal::Number(crate::scim::filter::Number::parse(number).unwrap()));
    }
}

#[test]
fn a_word_without_quotes_is_a_string() {
    assert_literal("bjensen@example.com", string("bjensen@example.com"));
    assert_literal("O", string("O"));
    assert_literal("2015-10-10T14:38:21.8617979-07:00", string("2015-10-10T14:38:21.8617979-07:00"));
    assert_literal("8f5d4e9a-5f0e", string("8f5d4e9a-5f0e"));
    for word in ["007", "1.", ".5", "+1", "1e", "-", "1e999", "nullable", "truethfully", "O'Brien", "Jürgen"]
    {
        assert_literal(word, string(word));
    }
    assert_reads(
        "name.FamilyName eq Employee and (emails.Value co example.com or emails[type eq work])",
        r#"name.familyName eq "Employee" and (emails.value co "example.com" or emails[type eq "work"])"#,
    );
}

#[test]
fn a_comparison_behind_a_value_filter_belongs_into_it() {
    assert_reads(r#"emails[type eq "work"].value eq "x""#, r#"emails[type eq "work" and value eq "x"]"#);
    assert_reads(
        r#"emails[type eq "a" or primary eq true].value sw "x""#,
        r#"emails[(type eq "a" or primary eq true) and value sw "x"]"#,
    );
    assert_reads(
        r#"emails[type eq "work"].value pr and title pr"#,
        r#"emails[type eq "work" and value pr] and title pr"#,
    );
    assert_reads(
        r#"emails[type eq "work"].value ne "x""#,
        r#"not (emails[type eq "work" and value eq "x"])"#,
    );
    assert_reads(r#"emails[type eq "work"].value eq null"#, r#"not (emails[type eq "work" and value pr])"#);
    assert_reads(r#"emails[type eq "work"].value ne null"#, r#"emails[type eq "work" and value pr]"#);
}

#[test]
fn length_is_bounded() {
    let padded = |length: usize| format!("{:length$}", "title pr");
    assert!(Filter::parse(&padded(MAX_FILTER_LENGTH)).is_ok());
    assert!(Filter::parse(&padded(MAX_FILTER_LENGTH + 1)).is_err());
}

#[test]
fn depth_is_bounded() {
    let grouped = |depth: usize| format!("{}title pr{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&grouped(MAX_DEPTH)).is_ok());
    assert!(Filter::parse(&grouped(MAX_DEPTH + 1)).is_err());
    assert!(Filter::parse(&"(".repeat(MAX_FILTER_LENGTH)).is_err());

    let negated = |depth: usize| format!("{}title pr{}", "not (".repeat(depth), ")".repeat(depth));
    assert_unchanged(&negated(MAX_DEPTH));
    assert!(Filter::parse(&negated(MAX_DEPTH + 1)).is_err());

    let bracketed =
        |depth: usize| format!("{}emails[value pr]{}", "(".repeat(depth - 1), ")".repeat(depth - 1));
    assert!(Filter::parse(&bracketed(MAX_DEPTH)).is_ok());
    assert!(Filter::parse(&bracketed(MAX_DEPTH + 1)).is_err());

    // Depth that was closed again does not count, and neither does the length of a list.
    assert!(Filter::parse(&vec!["(title pr)"; 500].join(" and ")).is_ok());
    assert!(Filter::parse(&vec!["emails[value pr].type pr"; 200].join(" or ")).is_ok());
}

#[test]
fn what_is_read_at_the_bound_of_depth_can_be_printed_and_read_again() {
    for depth in 0..=MAX_DEPTH {
        let text =
            format!("{}emails[a pr or b pr].value ne \"x\"{}", "not (".repeat(depth), ")".repeat(depth));
        if let Ok(filter) = Filter::parse(&text) {
            assert_eq!(Filter::parse(&filter.to_string()), Ok(filter), "{depth}");
        }
    }
}

proptest! {
    #[test]
    fn never_panics_on_any_text(text in any::<String>()) {
        let _ = Filter::parse(&text);
        let _ = PatchPath::parse(&text);
        let _ = AttributePath::parse(&text);
    }

    #[test]
    fn never_panics_on_text_that_looks_like_a_filter(words in prop::collection::vec(prop::sample::select(vec![
        "userName", "emails", "urn:x:y", "urn:ietf:params:scim:schemas:core:2.0:User", ":", ".", "value", "eq",
        "pr", "ne", "and", "or", "not", "(", ")", "[", "]", " ", " ", " ", "\"", "\"x\"", "\\", "\\u12", "\\ud800",
        "true", "null", "1", "-", "é", "'", "$ref",
    ]), 0..24)) {
        let text = words.concat();
        if let Ok(filter) = Filter::parse(&text) {
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }
        if let Ok(path) = PatchPath::parse(&text) {
            prop_assert_eq!(PatchPath::parse(&path.to_string()), Ok(path));
        }
    }
}
