//! The places in WordPress that attributes can be mapped to.

use super::meta_key::{Verdict, verdict};
use std::fmt;
use std::str::FromStr;

/// The target of the account's e-mail address, which [`crate::wordpress::email`] chooses among `emails`.
pub const EMAIL_TARGET: &str = "field:user_email";

/// The most characters of the account's display name (`display_name`).
pub const MAX_DISPLAY_NAME_LENGTH: usize = 250;

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

/// A place in WordPress. Written `field:first_name`, `meta:scimDepartment`, `xprofile:Department`,
/// `acf:department`.
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
    pub(crate) fn is_of_plugin(&self) -> bool {
        matches!(self, Self::Xprofile(_) | Self::Acf(_))
    }

    /// Makes a text fit for the target, or says that it cannot be stored there. It is not cut off: a
    /// shortened address would lead somewhere else.
    pub(super) fn to_stored(&self, text: String) -> Option<String> {
        let Self::Field(name) = self else { return Some(text) };
        let limit = FIELDS.iter().find(|(field, _)| field == name).and_then(|(_, limit)| *limit);
        match (name.as_str(), limit) {
            ("user_url", Some(limit)) if text.chars().count() > limit => None,
            (_, Some(limit)) => Some(text.chars().take(limit).collect()),
            (_, None) => Some(text),
        }
    }

    /// Whether it is the language that a person reads ([`crate::wordpress::language`]).
    pub(crate) fn is_locale(&self) -> bool {
        matches!(self, Self::Field(name) if name == "locale")
    }

    /// The text of the attribute that a live text of this target stands for. WordPress writes en_US where
    /// everybody else writes en-US (RFC 5646).
    pub(super) fn to_shown(&self, text: String) -> String {
        if self.is_locale() { text.replace('_', "-") } else { text }
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
            // Core keeps its fields in metas of their names. Core's own checks apply, by either way.
            "meta" if field_called(name).is_some() => {
                Ok(Self::Field(field_called(name).unwrap_or_default().to_owned()))
            }
            "meta" => match verdict(name) {
                Verdict::Open => Ok(Self::Meta(name.to_owned())),
                Verdict::Odd => Err(TargetError::Odd(name.to_owned())),
                Verdict::Guarded => Err(TargetError::Guarded(name.to_owned())),
            },
            "xprofile" => Ok(Self::Xprofile(name.to_owned())),
            // ACF keeps a field in the user meta of its name. What a field's key stands for is only known on
            // the site.
            "acf" if verdict(name) == Verdict::Guarded => Err(TargetError::Guarded(name.to_owned())),
            "acf" => Ok(Self::Acf(name.to_owned())),
            _ => Err(TargetError::Form),
        }
    }
}

/// The field of the account that a user meta would be; the database finds it in any case.
fn field_called(key: &str) -> Option<&'static str> {
    FIELDS.iter().map(|(field, _)| *field).find(|field| field.eq_ignore_ascii_case(key))
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
        "the field {0:?} cannot be mapped; possible are first_name, last_name, nickname, description, \
         locale, display_name and user_url. The e-mail address and the login have settings of their own"
    )]
    Field(String),
    /// No usual key of a user meta.
    #[error(
        "{0:?} is no key of a user meta: letters without accents, digits, spaces and _ . : / - are possible, \
         at most 255, and a letter, a digit or _ at the beginning. The database may take another one for a \
         key that decides who gets in"
    )]
    Odd(String),
    /// Meta that decides who may log in and what an account may do.
    #[error(
        "{0:?} is the name of something that decides who gets in or what an account may do, of a secret, or \
         of a setting of WordPress's own, and cannot be mapped. For rights use a role rule; for anything \
         else choose another name"
    )]
    Guarded(String),
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
            "meta:aadObjectId",
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
            "meta:wp_capa\u{200b}bilities",
            "meta:wpé",
            "meta:-x",
            "acf:wp_capabilities",
            "acf:_two_factor_totp_key",
            "acf:description",
            "meta:",
            "wiki:x",
            "meta",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_meta_that_is_a_field_is_the_field() {
        for (text, field) in [("meta:description", "field:description"), ("meta:LOCALE", "field:locale")] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), field);
        }
    }

    #[test]
    fn every_common_target_can_be_used() {
        assert!(common_targets().iter().all(|target| target.parse::<Target>().is_ok()));
    }
}
