//! Which user metas an attribute may be written to.
//!
//! No list names every meta that gives access, so there are three guards: the form of a key, the words in a
//! key, and the owner, who confirms a key that accounts had before
//! ([`crate::settings::Settings::check_on_site`]).

use deunicode::deunicode_with_tofu;

/// The most characters of a key (`meta_key`).
const MAX_LENGTH: usize = 255;

/// What may become of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It can be written to.
    Open,
    /// It is not of the usual form: the database may take it for another key.
    Odd,
    /// It decides who gets in or what an account may do, is a secret, or WordPress's own.
    Guarded,
}

/// Core's metas, by the whole key: those that decide who an account is, and the profile fields, which core
/// checks in its own way.
const KEYS: [&str; 18] = [
    "session_tokens",
    "_application_passwords",
    "_new_email",
    "primary_blog",
    "source_domain",
    "first_name",
    "last_name",
    "nickname",
    "description",
    "locale",
    "rich_editing",
    "syntax_highlighting",
    "comment_shortcuts",
    "admin_color",
    "use_ssl",
    "show_admin_bar_front",
    "show_welcome_panel",
    "default_password_nag",
];

/// The same by the key's beginning: our own keys; the notes of plugins that provisioned people before
/// (WPO365, miniOrange), which identify accounts; and the identities that single sign-on plugins store:
/// OpenID Connect Generic, OAuth and SAML plugins, Auth0.
const BEGINNINGS: [&str; 12] = [
    "rollbook",
    "wpo365_scim",
    "wpo365_active",
    "msup_scim",
    "mo_scim",
    "openid",
    "oauth",
    "saml",
    "mo_saml",
    "mo_oauth",
    "auth0",
    "wp_auth0",
];

/// The same of second factors, which go with the credentials: Two-Factor and Solid Security
/// (`_two_factor_totp_key`), WP 2FA (`wp_2fa_totp_key`), miniOrange (`mo2f_2factor_status`), Two Factor
/// Authentication (`tfa_priv_key_64`), Google Authenticator (`googleauthenticator_secret`), Really Simple
/// Security (`rsssl_two_fa_status`), Wordfence (`wfls-last-login`), Defender (`defenderAuthOn`), Loginizer
/// (`loginizer_user_settings`).
pub const SECOND_FACTORS: [&str; 10] = [
    "_two_factor",
    "two_factor",
    "wp_2fa",
    "mo2f",
    "tfa_",
    "googleauthenticator",
    "rsssl_",
    "wfls",
    "defender",
    "loginizer",
];

/// The same by the key's end: `wp_capabilities`, `wp_2_user_level`, whatever the prefix of a site.
const ENDINGS: [&str; 4] = ["capabilities", "user_level", "user-settings", "user-settings-time"];

/// Words, between marks or capitals, in the keys of any plugin whose values give access.
const WORDS: [&str; 13] = [
    "hotp", "otp", "mfa", "tfa", "nonce", "session", "sessions", "jwt", "oidc", "openid", "oauth", "saml",
    "sso",
];

/// The same words joined to others, with or without marks between.
const GLUED: [&str; 20] = [
    "password",
    "passwd",
    "passphrase",
    "passkey",
    "secret",
    "token",
    "totp",
    "2fa",
    "twofactor",
    "twofa",
    "webauthn",
    "authenticator",
    "apikey",
    "privkey",
    "privatekey",
    "securitykey",
    "backupcode",
    "recoverycode",
    "userpass",
    "activationkey",
];

/// Longer words with one of those in them that mean something else.
const HARMLESS: [&str; 1] = ["secretar"];

/// What may become of a key.
pub fn verdict(key: &str) -> Verdict {
    if is_guarded(key) {
        Verdict::Guarded
    } else if is_usual(key) {
        Verdict::Open
    } else {
        Verdict::Odd
    }
}

/// Whether the database takes the key for no other key than the same letters in another case.
fn is_usual(key: &str) -> bool {
    let is_inner = |letter: char| letter.is_ascii_alphanumeric() || "_ .:/-".contains(letter);
    key.len() <= MAX_LENGTH
        && key.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_')
        && !key.ends_with(' ')
        && key.chars().all(is_inner)
}

/// The database finds a key in any case, with any accent and with invisible characters.
fn is_guarded(key: &str) -> bool {
    let seen: String = key.chars().filter(|letter| letter.is_ascii() || letter.is_alphanumeric()).collect();
    let plain = deunicode_with_tofu(&seen, "").replace(|letter: char| letter.is_control(), "");
    let plain = plain.trim();
    let lower = plain.to_ascii_lowercase();
    let glued: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    let glued = HARMLESS.iter().fold(glued, |glued, harmless| glued.replace(harmless, ""));
    KEYS.contains(&lower.as_str())
        || BEGINNINGS.iter().chain(&SECOND_FACTORS).any(|beginning| lower.starts_with(beginning))
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
        || GLUED.iter().any(|word| glued.contains(word))
        || words(plain).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// The words of a key: `authOTPCode` says auth, otp and code.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let letters: Vec<char> = key.chars().collect();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let begins = letter.is_ascii_uppercase()
            && (before.is_some_and(|before| !before.is_ascii_uppercase())
                || letters.get(index + 1).is_some_and(char::is_ascii_lowercase));
        if begins || !letter.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_ascii_alphanumeric()) {
            word.push(letter.to_ascii_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_people_in_is_guarded() {
        for key in [
            "wp_capabilities",
            "WP_Capabilities",
            "wpcapabilities",
            "wp_2_capabilities",
            "shop_7_capabilities",
            "wp_2_user_level",
            "wp_user-settings",
            "capabilities",
            "session_tokens",
            "sessión_tokens",
            "wp_capa\u{200b}bilities",
            "wp_capabilities ",
            "_application_passwords",
            " _application_passwords ",
            "_new_email",
            "rollbook_owning_site",
            "wpo365_scim_external_id",
            "wpo365_active",
            "mo_scim_user_status",
            "msup_scim_user_status",
            "_two_factor_totp_key",
            "_two_factor_enabled_providers",
            "_two_factor_backup_codes",
            "wp_2fa_backup_codes",
            "mo2f_2FA_method_to_configure",
            "tfa_priv_key_64",
            "googleauthenticator_enabled",
            "rsssl_two_fa_status_totp",
            "wfls-last-login",
            "defenderAuthSecret",
            "loginizer_user_settings",
            "openid-connect-generic-subject-identity",
            "jwt_auth_secret",
            "stripe_api_key",
            "stripeApiKey",
            "wpo_access_token",
            "accesstoken",
            "userpassword",
            "itsec-passkey",
            "mySSOName",
            "authOTPCode",
            "user_activation_key",
            "admin_color",
            "Description",
        ] {
            assert_eq!(verdict(key), Verdict::Guarded, "{key}");
        }
    }

    #[test]
    fn an_ordinary_key_is_open_and_another_form_is_odd() {
        for key in [
            "scimDepartment",
            "aadObjectId",
            "userPrincipalName",
            "secretary",
            "passport_number",
            "billing_phone",
            "_private",
            "Mobile Phone",
            "profile.title",
            "a:b/c-d",
            "hotpot",
            "announcement",
            "7",
        ] {
            assert_eq!(verdict(key), Verdict::Open, "{key}");
        }
        let long = "x".repeat(256);
        for key in
            ["", "größe", "a\u{200b}b", "a\u{ad}b", "a\nb", "a'b", "a%b", "-a", ".a", "trailing ", &long]
        {
            assert_eq!(verdict(key), Verdict::Odd, "{key}");
        }
    }
}
