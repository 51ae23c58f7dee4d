//! What a password that an IdP sends must be like.
//!
//! NIST SP 800-63B asks for eight characters at least and lets people choose every one of them. The other
//! rules come from WordPress's login, which takes blanks off both ends and hashes no password longer than
//! 4,096 bytes.

use crate::scim::error::{Error, Result};

/// The fewest characters.
pub const SHORTEST_PASSWORD: usize = 8;

/// The most bytes, as WordPress counts them: a quotation mark and a backslash are two.
pub const LONGEST_PASSWORD: usize = 4_096;

/// What PHP's `trim` takes away.
const BLANKS: [char; 6] = [' ', '\t', '\n', '\r', '\u{b}', '\0'];

/// # Errors
/// 400 `invalidValue` for a password that WordPress could not let anybody in with, or that is too short. The
/// password itself is not told.
pub(crate) fn check(password: &str) -> Result<()> {
    let kept = password.trim_matches(BLANKS);
    let bytes = kept.len() + kept.bytes().filter(|byte| matches!(byte, b'\'' | b'"' | b'\\')).count();
    let wrong = if kept.chars().count() < SHORTEST_PASSWORD {
        format!("it needs at least {SHORTEST_PASSWORD} characters, blanks at its ends not counted")
    } else if bytes > LONGEST_PASSWORD {
        format!("WordPress takes at most {LONGEST_PASSWORD} bytes")
    } else if kept.chars().any(char::is_control) {
        "it contains a control character, which nobody can type".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::invalid_value(format!(
        "The password cannot be set: {wrong}. Send another one in \"password\"."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wordpress_can_let_somebody_in_with_is_accepted() {
        for password in
            ["12345678", "ünïcödé!", "corr'ect \\ horse \"battery\"", &"x".repeat(4_096), " a passphrase "]
        {
            assert!(check(password).is_ok(), "{password}");
        }
    }

    #[test]
    fn what_is_short_too_long_or_cannot_be_typed_is_refused_without_telling_it() {
        for password in [
            "a",
            "1234567",
            "",
            "       7       ",
            "bell\u{7}bell",
            "nul\0in it",
            &"x".repeat(4_097),
            &"'".repeat(2_049),
        ] {
            let error = check(password).unwrap_err();
            assert_eq!(error.scim_type().map(|kind| kind.as_str()), Some("invalidValue"));
            assert!(error.detail().contains("\"password\""));
            assert!(password.trim().len() < 5 || !error.detail().contains(password), "{}", error.detail());
        }
    }
}
