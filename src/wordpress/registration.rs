//! The row of an account that no identity provider has taken charge of.

use super::columns::{LOOKUP_LENGTH, folded, is_key};
use super::predecessor::Predecessor;
use crate::host::{Account, Lookup, Registration};
use smol_str::SmolStr;

/// The row of an account that no IdP has taken charge of. An account that another plugin locked out is shown
/// as inactive, unless it is protected: otherwise the last administrator could be locked out.
pub fn registration(account: &Account, user_name: &str) -> Registration {
    let predecessor = Predecessor::of(account);
    let lookups = [("emails.value", &account.email), ("displayName", &account.display_name)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(path, value)| Lookup { path: path.to_owned(), value: folded(value, LOOKUP_LENGTH) })
        .collect();
    Registration {
        user_id: account.user_id,
        id: predecessor.id().map(SmolStr::from),
        user_name: user_name.to_owned(),
        user_name_key: folded(user_name, usize::MAX),
        external_id: predecessor.external_id().filter(|id| is_key(id)).map(str::to_owned),
        active: true,
        locked_before: !predecessor.active() && !account.protected,
        created: account.registered,
        lookups,
    }
}

/// The `userName` of an account that no IdP has asked for by name: the name that another plugin knew, or the
/// account's address. The login counts only without an address, because anybody may register a login.
pub fn own_name(account: &Account) -> &str {
    let address = Some(account.email.as_str()).filter(|address| !address.is_empty());
    let known = Predecessor::of(account).user_name().filter(|name| is_key(name));
    known.or(address).unwrap_or(&account.login)
}
