//! The address of an account among those of a person.

use super::columns::fits;
use crate::host::UserRecord;
use crate::scim::error::Result;
use crate::scim::resource::Resource;
use crate::scim::schema::ResourceSchemas;
use serde_json::{Value, json};

/// The most characters of the account's e-mail address (`user_email`).
pub const MAX_EMAIL_LENGTH: usize = 100;

/// # Errors
/// 400 `invalidValue` for an address that no account can hold.
pub fn check_email_length(email: &str) -> Result<()> {
    fits("emails", email, MAX_EMAIL_LENGTH)
}

/// The address for the account: the primary one, or the one for work, or the first; where there is none, a
/// `userName` that is an address.
pub fn email(resource: &Resource) -> Option<String> {
    let chosen = chosen_email(resource).and_then(|(_, email)| email.get("value")?.as_str()).map(str::trim);
    let chosen = chosen.filter(|address| !address.is_empty()).map(str::to_owned);
    chosen.or_else(|| resource.user_name().filter(|name| is_address(name)).map(str::to_owned))
}

pub(super) fn chosen_email(resource: &Resource) -> Option<(usize, &Value)> {
    let emails = resource.as_map().get("emails")?.as_array()?;
    let is = |email: &Value, key: &str, expected: &Value| match (email.get(key), expected) {
        (Some(Value::String(found)), Value::String(expected)) => found.eq_ignore_ascii_case(expected),
        (found, expected) => found == Some(expected),
    };
    let find =
        |key: &str, expected: Value| emails.iter().enumerate().find(|(_, email)| is(email, key, &expected));
    find("primary", Value::Bool(true))
        .or_else(|| find("type", Value::from("work")))
        .or_else(|| emails.iter().enumerate().next())
}

pub(super) fn set_email(resource: &mut Resource, address: &str, schemas: &ResourceSchemas) {
    let mut emails = match resource.as_map().get("emails") {
        Some(Value::Array(emails)) => emails.clone(),
        _ => Vec::new(),
    };
    let index = chosen_email(resource).map(|(index, _)| index);
    match index.and_then(|index| emails.get_mut(index)).and_then(Value::as_object_mut) {
        Some(email) => drop(email.insert("value".to_owned(), Value::from(address))),
        None => emails.push(json!({ "value": address, "type": "work", "primary": true })),
    }
    if let Ok(path) = "emails".parse() {
        drop(resource.set(&path, Value::Array(emails), schemas));
    }
}

/// The address that a managed person's account is to have and does not: it waits. `""` where it is to have
/// none.
pub fn waiting_email(record: &UserRecord, shown: &Resource) -> Option<String> {
    let is_applied = record.managed && !record.deleted && record.account.is_writable();
    let wanted = email(shown).unwrap_or_default();
    (is_applied && wanted != record.account.email).then_some(wanted)
}

/// Whether a `userName` is an address that WordPress stores as it is. Nobody is refused for a name that was
/// not sent as an address: a person with another name has no address.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_local = |letter: char| letter.is_ascii_alphanumeric() || "!#$%'*+/=?^_`{|}~.-".contains(letter);
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    text.len() <= MAX_EMAIL_LENGTH
        && !local.is_empty()
        && local.chars().all(is_local)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}
