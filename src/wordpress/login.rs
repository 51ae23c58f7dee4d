//! The login of a new account, made from what the IdP calls the person.

use crate::scim::filter::fold_case;
use crate::settings::{Username, UsernameSource};
use sha2::{Digest, Sha256};

/// The most characters of `user_login`; `wp_insert_user()` refuses more.
pub const MAX_LENGTH: usize = 60;

/// How many logins are proposed with a counted suffix before one that cannot collide is.
const COUNTED: usize = 9;

/// Logins for a new account, the best first. Each keeps to the characters that `sanitize_user()` leaves in
/// strict mode, so that WordPress stores exactly what is proposed.
///
/// Two people whose names come to the same login are told apart by a suffix: the last proposal carries a hash
/// of `userName` and is free unless the person is there already.
pub fn proposals(policy: &Username, user_name: &str, email: Option<&str>) -> Vec<String> {
    let source = match policy.from {
        UsernameSource::UserName => user_name.to_owned(),
        UsernameSource::LocalPart => local_part(user_name).to_owned(),
        UsernameSource::Email => email.unwrap_or(user_name).to_owned(),
        UsernameSource::Pattern => match &policy.pattern {
            Some(pattern) => pattern.replace_all(user_name, policy.replacement.as_str()).into_owned(),
            None => user_name.to_owned(),
        },
    };
    let wanted = [source.as_str(), local_part(user_name)]
        .into_iter()
        .map(valid)
        .find(|login| !login.is_empty() && !login.starts_with('@'))
        .unwrap_or_else(|| "user".to_owned());
    let digest = Sha256::digest(fold_case(user_name).as_bytes());
    let hash: String = digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    let mut proposals = vec![with_suffix(&wanted, "")];
    proposals.extend((2..=COUNTED).map(|count| with_suffix(&wanted, &format!("-{count}"))));
    proposals.push(with_suffix(&wanted, &format!("-{hash}")));
    // WordPress considers it no login.
    proposals.retain(|login| login != "0");
    proposals
}

/// Transliterates, and drops what no login may hold: `José` is `Jose`, `Иван` is `Ivan`.
fn valid(text: &str) -> String {
    let ascii = deunicode::deunicode(text);
    let kept = ascii.chars().filter(|character| {
        character.is_ascii_alphanumeric() || matches!(character, ' ' | '_' | '.' | '-' | '@')
    });
    kept.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn local_part(user_name: &str) -> &str {
    match user_name.rsplit_once('@') {
        Some((local, _)) if !local.is_empty() => local,
        _ => user_name,
    }
}

fn with_suffix(login: &str, suffix: &str) -> String {
    let room = MAX_LENGTH.saturating_sub(suffix.len());
    let cut: String = login.chars().take(room).collect();
    format!("{}{suffix}", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use regex::Regex;

    #[test]
    fn a_zero_is_no_login_and_its_person_gets_another() {
        let policy = Settings::default().username;
        assert_eq!(proposals(&policy, "0", None).first().map(String::as_str), Some("0-2"));
    }

    #[track_caller]
    fn first(from: UsernameSource, user_name: &str, expected: &str) {
        let mut policy = Settings::default().username;
        policy.from = from;
        let proposals = proposals(&policy, user_name, Some("mail@example.com"));
        assert_eq!(proposals[0], expected);
        assert!(
            proposals.iter().all(|login| login.len() <= MAX_LENGTH && !login.is_empty()),
            "{proposals:?}"
        );
        let mut different = proposals.clone();
        different.dedup();
        assert_eq!(different.len(), COUNTED + 1);
    }

    #[test]
    fn every_policy_gives_a_login_that_wordpress_takes_as_it_is() {
        use UsernameSource::{Email, LocalPart, UserName};
        first(UserName, "jane.doe@example.com", "jane.doe@example.com");
        first(UserName, "jane.doe+test@example.com", "jane.doetest@example.com");
        first(UserName, "o'brien@example.com", "obrien@example.com");
        first(UserName, "josé@example.com", "jose@example.com");
        first(UserName, "jane_ext.com#EXT#@contoso.test", "jane_ext.comEXT@contoso.test");
        first(UserName, "CONTOSO\\jdoe", "CONTOSOjdoe");
        first(UserName, "'@'", "user");
        first(LocalPart, "jane.doe@example.com", "jane.doe");
        first(Email, "jdoe", "mail@example.com");
        first(UserName, &format!("{}@example.com", "x".repeat(100)), &"x".repeat(60));
    }

    #[test]
    fn other_scripts_are_transliterated() {
        let policy = Settings::default().username;
        assert_eq!(proposals(&policy, "иван@example.com", None)[0], "ivan@example.com");
        let chinese = &proposals(&policy, "王伟@example.com", None)[0];
        assert!(chinese.ends_with("@example.com") && !chinese.starts_with('@'), "{chinese}");
    }

    #[test]
    fn a_pattern_rewrites_and_an_empty_result_falls_back() {
        let mut policy = Settings::default().username;
        policy.from = UsernameSource::Pattern;
        policy.pattern = Some(Regex::new(r"^(\w)\w*\.(\w+)@.*$").unwrap());
        policy.replacement = "$1$2".into();
        assert_eq!(proposals(&policy, "jane.doe@example.com", None)[0], "jdoe");
        policy.pattern = Some(Regex::new(".*").unwrap());
        policy.replacement = String::new();
        assert_eq!(proposals(&policy, "jane@example.com", None)[0], "jane");
    }

    #[test]
    fn people_whose_names_come_to_the_same_login_differ_in_the_last_proposal() {
        let policy = Settings::default().username;
        let (plus, plain) =
            (proposals(&policy, "jane+x@a.test", None), proposals(&policy, "janex@a.test", None));
        assert_eq!(plus[0], plain[0]);
        assert_ne!(plus.last(), plain.last());
    }
}
