use super::*;
use serde_json::json;

fn shown(document: &Value) -> String {
    let mut mask = Mask::default();
    mask.learn(document);
    mask.show(document).text
}

/// Every shape in which a client has sent a password, or may.
#[test]
fn no_secret_is_shown_in_whatever_shape_it_comes() {
    const IT: &str = "correct horse battery";
    let urn = "urn:ietf:params:scim:schemas:core:2.0:User:password";
    let of_contoso = "urn:contoso:params:scim:schemas:extension:hr:2.0:User";
    let shapes = [
        json!({ "userName": "a", "password": IT }),
        json!({ "PassWord": IT }),
        json!({ "pass_word": IT, "title": "x" }),
        json!({ "password": [IT] }),
        json!({ "password": { "value": { "deep": [1, { "x": IT }] } } }),
        json!({ (urn): IT }),
        json!({ (of_contoso): { "initialPassword": IT, "Client-Secret": IT, "api_key": IT } }),
        json!({ (of_contoso): { "logins": [{ "system": "x", "kennwort": IT }, { "PIN": IT }] } }),
        json!({ "Operations": [{ "op": "replace", "path": "password", "value": IT }] }),
        json!({ "Operations": [{ "op": "Replace", "path": urn, "value": IT }] }),
        json!({ "operations": [{ "OP": "add", "PATH": " Password ", "Value": [{ "value": IT }] }] }),
        json!({ "Operations": [{ "op": "add", "path": format!("{of_contoso}:apiKey"), "value": IT }] }),
        json!({ "Operations": [{ "op": "add", "value": { "password": IT } }] }),
        json!({ "Operations": [{ "op": "add", "value": { (urn): IT } }] }),
        json!({ "Operations": [{ "op": "add", "path": of_contoso, "value": { "token": IT } }] }),
        json!({ "Operations": [{ "op": "remove", "path": format!("passwords[value eq \"{IT}\"]") }] }),
        json!({ "Operations": [{ "op": "remove", "path": format!("emails[password eq \"{IT}\"].value") }] }),
        json!({ "Operations": [{ "method": "POST", "path": "/Users", "data": { "password": IT } }] }),
        json!({ "Operations": [{ "method": "PATCH", "path": "/Users/1", "data": {
            "Operations": [{ "op": "replace", "path": "password", "value": IT }] } }] }),
        json!({ "filter": format!("password eq \"{IT}\"") }),
        json!({ "attributes": [{ "name": "password", "value": IT }] }),
        json!({ "custom": ["password", IT] }),
        json!({ "password": IT, "nickName": IT, "title": format!("it is {IT}!") }),
        json!({ "data": format!("{{\"password\":\"{IT}\"}}") }),
        json!({ "data": format!("password={IT}&x=1") }),
        json!({ format!("password={IT}"): 1 }),
        json!({ "password": "x", (IT): 1, "secret": IT }),
        json!({ "note": format!("Bearer {IT}") }),
        json!({ "note": format!("basic {IT}") }),
        json!({ "path": "password:horse" }),
        json!({ "path": "password eq horse" }),
        json!({ "password": 12345, "title": "horse", "path": "secret=horse" }),
    ];
    for shape in shapes {
        let text = shown(&shape);
        assert!(!text.contains("horse"), "{text}\nof {shape}");
        assert!(text.contains(MASK), "{text}");
    }
}

#[test]
fn a_token_is_known_by_its_form_and_by_the_header_that_it_came_in() {
    let ours = crate::token::generate().unwrap().text;
    let signed = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
    for token in [ours.as_str(), signed] {
        let text = shown(&json!({ "title": format!("see {token}") }));
        assert!(!text.contains(token), "{text}");
    }
    let mut mask = Mask::default();
    mask.add("of-another-make-0123456789");
    let document = json!({ "title": "say of-another-make-0123456789", "of-another-make-0123456789": 1 });
    assert!(!mask.show(&document).text.contains("another"));
    assert!(!mask.show_own(&document).text.contains("another"));
}

#[test]
fn all_else_is_shown_as_it_was_sent() {
    let document = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "alex@contoso.test",
        "active": true,
        "name": { "givenName": "Alex", "familyName": "Müller \"the second\"" },
        "emails": [{ "type": "work", "value": "alex@contoso.test", "primary": true }],
        "photos": [],
        "number": 7.5,
        "nothing": null,
    });
    let text = shown(&document);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
    assert!(text.contains("\n  \"name\": {\n    \"givenName\": \"Alex\""), "{text}");
    let search = json!({ "attributes": ["userName", "password"], "filter": "userName eq \"a\"" });
    assert_eq!(serde_json::from_str::<Value>(&shown(&search)).unwrap(), search);
    let own = json!({ "detail": "The password is too short: send a longer one." });
    assert_eq!(serde_json::from_str::<Value>(&Mask::default().show_own(&own).text).unwrap(), own);
}

/// A secret at the place of the cut shows no half of itself, and neither does a long text.
#[test]
fn what_is_long_is_cut_and_no_half_of_a_secret_is_left() {
    let mut document = Map::new();
    for number in 0..2_000 {
        document.insert(format!("n{number:04}"), json!("horse battery staple"));
    }
    document.insert("password".to_owned(), json!("horse battery staple"));
    let shown_of = |document: Value| {
        let mut mask = Mask::default();
        mask.learn(&document);
        let shown = mask.show(&document);
        (shown.text, shown.is_cut)
    };
    let (text, is_cut) = shown_of(Value::Object(document));
    assert!(is_cut && text.len() <= MAX_SHOWN && text.len() > MAX_SHOWN - 100, "{}", text.len());
    assert!(!text.contains("horse"));
    let (text, is_cut) = shown_of(json!({ "photo": "ж".repeat(5_000) }));
    assert!(!is_cut && text.chars().count() < 1_100);
    let (text, is_cut) = shown_of(json!({ "list": vec!["жж"; 9_000] }));
    assert!(is_cut && text.len() <= MAX_SHOWN);
}

#[test]
fn what_a_message_quotes_of_a_secret_is_masked() {
    let message = |document: &Value, text: &str| {
        let mut mask = Mask::default();
        mask.learn(document);
        mask.sentence(text)
    };
    let quoted = json!({ "path": "password[value eq \"a \\\"good\\\" one\"]" });
    let path = quoted["path"].as_str().unwrap();
    assert_eq!(message(&quoted, &format!("{path} is no list.")), "password[value eq \"…\"] is no list.");
    let plain = json!({ "password": "a \"good\" one" });
    assert_eq!(message(&plain, "Not a \"good\" one, nor \"a \\\"good\\\" one\"."), "Not …, nor \"…\".");
    assert_eq!(message(&json!({ "path": "token eq 4711" }), "4711 is no text."), "… is no text.");
    let innocent = json!({ "filter": "groups.display eq \"Password admins\"", "title": "Passau" });
    let text = "There is no \"Password admins\" in Passau.";
    assert_eq!(message(&innocent, text), text);
}

#[test]
fn names_of_secrets_are_told_from_others() {
    for name in [
        "password",
        "wp_pass",
        "meta:client-secret",
        "X-API-Key",
        "urn:x:User:pin",
        "privateKey",
        "OTP",
        "GEPRÜFTES-PASS-WORT",
        "apapikey",
    ] {
        assert!(is_secret(name), "{name}");
    }
    for name in
        ["title", "pinterest", "author", "meta:phone", "spinning", "urn:x:User:keyboard", "externalId"]
    {
        assert!(!is_secret(name), "{name}");
    }
}
