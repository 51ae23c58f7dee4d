//! What other plugins that provisioned people left in user metas. With it, an IdP that moves to Rollbook
//! finds everybody again, under the id that it knows and with the `externalId` that it sent.
//!
//! WPO365 (class `Scim_Service` of wpo365-login 37) and miniOrange (scim-user-provisioning 1.1 and its paid
//! edition) both gave the number of the account as `id`.

use crate::host::Account;
use serde_json::{Value, json};

/// WPO365: `externalId` as it was sent. Everybody that it provisioned has it.
const WPO365_EXTERNAL_ID: &str = "wpo365_scim_external_id";

/// WPO365: the object id in Entra ID, of people who logged in with it as well.
const OBJECT_ID: &str = "aadObjectId";

/// WPO365: the user principal name, which Entra ID sends as `userName`. A guest's login is the e-mail address
/// instead.
const PRINCIPAL_NAME: &str = "userPrincipalName";

/// WPO365: `deactivated`.
const WPO365_ACTIVE: &str = "wpo365_active";

/// miniOrange, free and paid: `active` or `inactive`. Everybody that it provisioned has one of them.
const MINIORANGE_STATUS: [&str; 2] = ["msup_scim_user_status", "mo_scim_user_status"];

/// The metas that are read of an account without a row.
pub const METAS: [&str; 6] = [
    WPO365_EXTERNAL_ID,
    OBJECT_ID,
    PRINCIPAL_NAME,
    WPO365_ACTIVE,
    "msup_scim_user_status",
    "mo_scim_user_status",
];

/// The metas that an IdP may know as `externalId`.
pub const EXTERNAL_ID: [&str; 2] = [WPO365_EXTERNAL_ID, OBJECT_ID];

/// Where WPO365 keeps the object id of Entra ID, and single sign-on looks for it: the row that keeps it so,
/// for sites where accounts have one of its metas.
pub fn object_id_mapping() -> Value {
    json!({
        "metas": EXTERNAL_ID,
        "mapping": {
            "path": "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User:objectId",
            "target": format!("meta:{OBJECT_ID}"),
            "title": "Object ID (Entra ID)",
            "confirmed": true,
        },
    })
}

/// The metas that an IdP may know as `userName`.
pub const USER_NAME: [&str; 1] = [PRINCIPAL_NAME];

/// What an account was to another plugin.
#[derive(Debug, Clone, Copy)]
pub struct Predecessor<'a>(&'a Account);

impl<'a> Predecessor<'a> {
    /// What this account was. Its metas must have been read.
    pub fn of(account: &'a Account) -> Self {
        Self(account)
    }

    /// The SCIM id that the plugin gave; `None` if no plugin provisioned the person.
    pub fn id(self) -> Option<String> {
        let provisioned = self.meta(WPO365_EXTERNAL_ID).is_some()
            || MINIORANGE_STATUS.iter().any(|key| self.meta(key).is_some());
        provisioned.then(|| self.0.user_id.to_string())
    }

    /// `externalId`.
    pub fn external_id(self) -> Option<&'a str> {
        EXTERNAL_ID.iter().find_map(|key| self.meta(key))
    }

    /// The `userName` that the plugin knew. If it provisioned the person and noted no `userName`, the login.
    pub fn user_name(self) -> Option<&'a str> {
        let noted = USER_NAME.iter().find_map(|key| self.meta(key));
        noted.or_else(|| self.id().map(|_| self.0.login.as_str()))
    }

    /// Whether the plugin let the person in.
    pub fn active(self) -> bool {
        self.meta(WPO365_ACTIVE) != Some("deactivated")
            && !MINIORANGE_STATUS.iter().any(|key| self.meta(key) == Some("inactive"))
    }

    fn meta(self, key: &str) -> Option<&'a str> {
        self.0.metas.get(key)?.as_str().map(str::trim).filter(|value| !value.is_empty())
    }
}

/// The account that an id of another plugin's may mean.
pub fn account_number(id: &str) -> Option<u64> {
    let number: u64 = id.parse().ok()?;
    (number.to_string() == id).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_id_as_it_was_given_names_an_account() {
        assert_eq!(account_number("42"), Some(42));
        for id in
            ["042", "+42", "", "-1", "4e2", "5c1b0000-0000-4000-8000-000000000042", "99999999999999999999"]
        {
            assert_eq!(account_number(id), None, "{id}");
        }
    }
}
