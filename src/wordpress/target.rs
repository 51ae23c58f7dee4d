//! The places in WordPress that attributes can be mapped to.

use super::person::MAX_DISPLAY_NAME_LENGTH;
use deunicode::deunicode;
use std::fmt;
use std::str::FromStr;

/// The target of the account's e-mail address, which [`super::person`] chooses among `emails`.
pub const EMAIL_TARGET: &str = "field:user_email";

/// The fields of an account that can be written: columns of `wp_users` and the meta that core's own profile
/// screen edits, each with the most characters that it holds.
const FIELDS: [(&str, Option<usize>); 7] = [
    ("first_name", None),
    ("last_name", None),
    ("nickname", None),
    ("description", None),
    ("locale", None),
    ("display_name", Some(MAX_DISPLAY_NAME_LENGTH)),
    ("user_url", Some(100)),
];

/// Meta that decides who somebody is or what he may do, of core and of ours, by its whole key.
const GUARDED_KEYS: [&str; 7] = [
    "capabilities",
    "user_level",
    "session_tokens",
    "_application_passwords",
    "_new_email",
    "primary_blog",
    "source_domain",
];

/// The same by the key's beginning: our own, and what plugins for a second factor keep: Two-Factor and Solid Security
/// (`_two_factor_totp_key`), WP 2FA (`wp_2fa_totp_key`), miniOrange (`mo2f_2factor_status`), Two Factor Authentication
/// (`tfa_priv_key_64`), Google Authenticator (`googleauthenticator_secret`), Really Simple Security (`rsssl_two_fa_status`),
/// Wordfence (`wfls-last-login`).
const GUARDED_BEGINNINGS: [&str; 9] = [
    "rollbook",
    "_two_factor",
    "two_factor",
    "wp_2fa",
    "mo2f",
    "tfa_",
    "googleauthenticator",
    "rsssl_",
    "wfls",
];

/// The same by the key's end: `wp_capabilities`, `wp_2_user_level`, whatever the prefix of a site.
const GUARDED_ENDINGS: [&str; 4] = ["_capabilities", "_user_level", "_user-settings", "_user-settings-time"];

/// Words that a key says of itself when what it holds lets people in, in whichever plugin.
const GUARDED_WORDS: [&str; 20] = [
    "password",
    "passwords",
    "passwd",
    "passkey",
    "passkeys",
    "secret",
    "secrets",
    "token",
    "tokens",
    "totp",
    "hotp",
    "otp",
    "2fa",
    "mfa",
    "tfa",
    "nonce",
    "webauthn",
    "apikey",
    "session",
    "sessions",
];

/// The same, where it takes two words.
const GUARDED_PHRASES: [&str; 6] =
    ["api_key", "priv_key", "private_key", "security_key", "backup_code", "recovery_code"];

/// A place in WordPress. Written `field:first_name`, `meta:scimDepartment`, `xprofile:Department`, `acf:department`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// A field of the account.
    Field(String),
    /// A usermeta key.
    Meta(String),
    /// A BuddyPress profile field, by name.
    Xprofile(String),
    /// An ACF field, by name or key.
    Acf(String),
}

impl Target {
    /// Whether it belongs to another plugin, which has rules of its own for what it takes.
    pub(super) fn is_of_plugin(&self) -> bool {
        matches!(self, Self::Xprofile(_) | Self::Acf(_))
    }

    /// Makes a text fit for the target, or says that it cannot be stored there: an address that was cut off would
    /// lead somewhere else.
    pub(super) fn fit(&self, text: String) -> Option<String> {
        let Self::Field(name) = self else { return Some(text) };
        let limit = FIELDS.iter().find(|(field, _)| field == name).and_then(|(_, limit)| *limit);
        match (name.as_str(), limit) {
            ("user_url", Some(limit)) if text.chars().count() > limit => None,
            // WordPress writes en_US where everybody else writes en-US (RFC 5646).
            ("locale", _) => Some(text.replace('-', "_")),
            (_, Some(limit)) => Some(text.chars().take(limit).collect()),
            (_, None) => Some(text),
        }
    }

    /// The text of the attribute that a live text of this target stands for.
    pub(super) fn unfit(&self, text: String) -> String {
        match self {
            Self::Field(name) if name == "locale" => text.replace('_', "-"),
            _ => text,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, "field:{name}"),
            Self::Meta(key) => write!(f, "meta:{key}"),
            Self::Xprofile(name) => write!(f, "xprofile:{name}"),
            Self::Acf(name) => write!(f, "acf:{name}"),
        }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (kind, name) = text.split_once(':').ok_or(TargetError::Form)?;
        let name = name.trim();
        if name.is_empty() {
            return Err(TargetError::Form);
        }
        match kind {
            "field" if FIELDS.iter().any(|(field, _)| *field == name) => Ok(Self::Field(name.to_owned())),
            "field" => Err(TargetError::Field(name.to_owned())),
            // ACF keeps a field in the user meta of its name.
            "meta" | "acf" if is_guarded(name) => Err(TargetError::Guarded(name.to_owned())),
            "meta" => Ok(Self::Meta(name.to_owned())),
            "xprofile" => Ok(Self::Xprofile(name.to_owned())),
            "acf" => Ok(Self::Acf(name.to_owned())),
            _ => Err(TargetError::Form),
        }
    }
}

/// The targets that every site has.
pub fn common_targets() -> Vec<String> {
    FIELDS.iter().map(|(field, _)| format!("field:{field}")).collect()
}

/// Why a text names no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not of the form.
    #[error("a target is field:<name>, meta:<key>, xprofile:<field name> or acf:<field name>")]
    Form,
    /// Not a field that can be written.
    #[error(
        "the field {0:?} cannot be mapped; possible are first_name, last_name, nickname, description, locale, \
         display_name and user_url. The e-mail address and the login have settings of their own"
    )]
    Field(String),
    /// Meta that decides who gets in and what he may do.
    #[error(
        "{0:?} is the name of something that decides who gets in or what an account may do, or of a secret, and \
         cannot be mapped. For rights use a role rule; for anything else choose another name"
    )]
    Guarded(String),
}

/// The database finds a key in any case and with any accent.
fn is_guarded(key: &str) -> bool {
    let key = deunicode(key).to_ascii_lowercase();
    let mut words = key.split(|character: char| !character.is_ascii_alphanumeric());
    GUARDED_KEYS.contains(&key.as_str())
        || GUARDED_BEGINNINGS.iter().any(|beginning| key.starts_with(beginning))
        || GUARDED_ENDINGS.iter().any(|ending| key.ends_with(ending))
        || GUARDED_PHRASES.iter().any(|phrase| key.contains(phrase))
        || words.any(|word| GUARDED_WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_written_as_it_is_read() {
        for text in [
            "field:first_name",
            "meta:scimDepartment",
            "xprofile:Job title",
            "acf:department",
            "acf:field_5f1",
            "meta:secretary",
            "meta:passport_number",
            "xprofile:Token of thanks",
        ] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_decides_who_gets_in_cannot_be_mapped() {
        for text in [
            "field:user_login",
            "field:user_pass",
            "field:user_email",
            "field:user_nicename",
            "field:user_activation_key",
            "field:ID",
            "meta:wp_capabilities",
            "meta:WP_Capabilities",
            "meta:shop_7_capabilities",
            "meta:wp_2_user_level",
            "meta:wp_user-settings",
            "meta:capabilities",
            "meta:session_tokens",
            "meta:sessión_tokens",
            "meta:_application_passwords",
            "meta: _application_passwords ",
            "meta:_new_email",
            "meta:rollbook_x",
            "meta:_two_factor_totp_key",
            "meta:_two_factor_enabled_providers",
            "meta:_two_factor_backup_codes",
            "meta:_two_factor_provider",
            "meta:wp_2fa_totp_key",
            "meta:wp_2fa_backup_codes",
            "meta:mo2f_2FA_method_to_configure",
            "meta:tfa_priv_key_64",
            "meta:googleauthenticator_secret",
            "meta:googleauthenticator_enabled",
            "meta:rsssl_two_fa_status_totp",
            "meta:wfls-last-login",
            "meta:jwt_auth_secret",
            "meta:stripe_api_key",
            "meta:wpo_access_token",
            "meta:itsec-passkey",
            "acf:wp_capabilities",
            "acf:_two_factor_totp_key",
            "meta:",
            "wiki:x",
            "meta",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_common_target_can_be_used() {
        assert!(common_targets().iter().all(|target| target.parse::<Target>().is_ok()));
    }
}
