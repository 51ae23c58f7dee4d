//! Bearer tokens: made, hashed, verified.
//!
//! A token of ours is `rb_` and 58 characters of lower-case base 32 (it survives a double click and a phone
//! call): 32 random bytes and the first four bytes of their SHA-256. The prefix and the checksum let a secret
//! scanner find one without false alarms and tell a mistyped token from a wrong one. Only the SHA-256 of the
//! text is stored. Without salt and fast is right for 256 random bits, as WordPress says of its own
//! `wp_fast_hash()`.

mod strength;

use crate::host::{Scope, TokenRecord};
use crate::panics;
use data_encoding::{BASE32_DNSSEC as BASE32, BASE64, HEXLOWER};
use sha2::{Digest, Sha256};
pub use strength::{FEWEST_BITS, Weakness};
use subtle::{Choice, ConstantTimeEq};

/// What every token of ours begins with.
pub const PREFIX: &str = "rb_";

/// The shortest token, in characters. A shorter one is never accepted, whatever hash is stored: owners have
/// set the hash of the empty text in wp-config.php by mistake.
pub const SHORTEST_TOKEN: usize = 32;

/// The longest token that an owner may bring along, in characters. Entra's government cloud keeps all
/// credentials of an application in 1 KB.
pub const LONGEST_OWN_TOKEN: usize = 512;

/// How many random bytes are in a secret.
pub const SECRET_BYTES: usize = 32;
const CHECKSUM_BYTES: usize = 4;

/// A token that has just been made. Its text exists nowhere else.
pub struct NewToken {
    /// The text to show once.
    pub text: String,
    /// What to store.
    pub hash: String,
}

/// Makes a token from the operating system's random bytes.
///
/// # Errors
/// When the operating system gives none.
pub fn generate() -> Result<NewToken, getrandom::Error> {
    let text = text_of(&random_secret()?);
    let hash = hash(&text);
    Ok(NewToken { text, hash })
}

/// The operating system's random bytes, for a secret.
///
/// # Errors
/// When the operating system gives none.
pub fn random_secret() -> Result<[u8; SECRET_BYTES], getrandom::Error> {
    let mut secret = [0; SECRET_BYTES];
    getrandom::fill(&mut secret)?;
    Ok(secret)
}

/// The stored form of a token: its SHA-256 as 64 hexadecimal digits.
pub fn hash(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// Judges a token that an owner brings along and gives its stored form.
///
/// # Errors
/// [`InvalidToken`] when it is too short or too long, has characters that no header carries, is a mistyped
/// token of ours, or can be guessed.
pub fn hash_own(text: &str) -> Result<String, InvalidToken> {
    panics::trip(text);
    let length = text.chars().count();
    if length < SHORTEST_TOKEN {
        return Err(InvalidToken::TooShort(length));
    }
    if length > LONGEST_OWN_TOKEN {
        return Err(InvalidToken::TooLong(length));
    }
    if let Some(character) = text.chars().find(|character| !character.is_ascii_graphic()) {
        return Err(InvalidToken::Character(character));
    }
    if text.starts_with(PREFIX) {
        return if checksum_holds(text) { Ok(hash(text)) } else { Err(InvalidToken::Mistyped) };
    }
    let strength = strength::estimate(text);
    if strength.bits < f64::from(FEWEST_BITS) {
        return Err(InvalidToken::Weak(strength.weakness));
    }
    Ok(hash(text))
}

/// Why a token cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    /// Too short to be safe.
    #[error("The token has {0} characters; it needs at least {SHORTEST_TOKEN}.")]
    TooShort(usize),
    /// Too long for some identity providers.
    #[error("The token has {0} characters; at most {LONGEST_OWN_TOKEN} are possible.")]
    TooLong(usize),
    /// Not a visible ASCII character.
    #[error(
        "The token contains {0:?}; only visible ASCII characters without spaces can be sent in a header."
    )]
    Character(char),
    /// The checksum of a token of ours does not fit.
    #[error(
        "The token begins like one of Rollbook's, but its checksum is wrong: it was mistyped or cut off."
    )]
    Mistyped,
    /// Not random enough.
    #[error("The token is too easy to guess: {0}. Use a random one, or let Rollbook generate it.")]
    Weak(Weakness),
}

/// Finds the token that a request carries.
///
/// `authorization` is the header's value. Every stored hash is compared, each in constant time, so that the
/// time does not tell which one was close.
///
/// # Errors
/// [`Refusal`] says why the request is not let in.
pub fn verify<'a>(
    authorization: Option<&str>,
    records: &'a [TokenRecord],
    now: i64,
) -> Result<&'a TokenRecord, Refusal> {
    let header = authorization.filter(|header| !header.is_empty()).ok_or(Refusal::Missing)?;
    let presented = presented_token(header)?;
    if presented.chars().count() < SHORTEST_TOKEN {
        return Err(if presented.starts_with(PREFIX) { Refusal::Mistyped } else { Refusal::TooShort });
    }
    let digest = hash(&presented);
    // Whatever becomes of it, so that the time does not tell.
    let is_whole = !presented.starts_with(PREFIX) || checksum_holds(&presented);
    let mut found: Option<&TokenRecord> = None;
    for record in records {
        let equal: Choice = record.hash.as_bytes().ct_eq(digest.as_bytes());
        if bool::from(equal) {
            found = Some(record);
        }
    }
    let Some(record) = found else {
        return Err(if is_whole { Refusal::Unknown } else { Refusal::Mistyped });
    };
    record.standing(now)?;
    Ok(record)
}

impl TokenRecord {
    /// # Errors
    /// Why the token is no longer valid.
    pub fn standing(&self, now: i64) -> Result<(), Refusal> {
        if self.revoked.is_some() {
            return Err(Refusal::Revoked);
        }
        if self.expires.is_some_and(|expires| expires <= now) {
            return Err(Refusal::Expired);
        }
        Ok(())
    }
}

/// Why a request is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No `Authorization` header arrived.
    #[error(
        "No Authorization header arrived. Send \"Authorization: Bearer <token>\". If your identity provider \
         does, the web server drops the header before WordPress sees it; the Rollbook settings page tells \
         how to mend that."
    )]
    Missing,
    /// Neither a bearer token, nor a bare one, nor a password in Basic.
    #[error("The Authorization header holds no bearer token. Send \"Authorization: Bearer <token>\".")]
    NotBearer,
    /// Fewer characters than any token has.
    #[error(
        "The token has fewer than {SHORTEST_TOKEN} characters, and none of this site is so short. Generate \
         one on the Rollbook settings page and paste it into your identity provider."
    )]
    TooShort,
    /// One of our tokens, damaged.
    #[error(
        "The token begins like one of Rollbook's, but its checksum is wrong: it was mistyped or cut off. \
         Copy it again."
    )]
    Mistyped,
    /// No such token.
    #[error(
        "The token is not known on this site. Generate one on the Rollbook settings page and paste it into \
         your identity provider."
    )]
    Unknown,
    /// Its time is over.
    #[error("The token has expired. Generate a new one on the Rollbook settings page.")]
    Expired,
    /// Taken back by the owner.
    #[error("The token has been revoked. Generate a new one on the Rollbook settings page.")]
    Revoked,
}

impl Refusal {
    /// The name under which such refusals are counted.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NotBearer => "not_bearer",
            Self::TooShort => "too_short",
            Self::Mistyped => "mistyped",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl Scope {
    /// Whether a token of this scope may change anything.
    pub fn may_write(self) -> bool {
        self == Self::Full
    }
}

/// Reads the token out of the header: `Bearer x`; `x` alone, as Okta's header authentication sends it where
/// its administrator typed no scheme; or the password of `Basic`, for IdPs that know nothing else.
fn presented_token(header: &str) -> Result<String, Refusal> {
    let Some((scheme, rest)) = header.split_once(char::is_whitespace) else {
        let scheme_only = ["bearer", "basic"].iter().any(|scheme| header.eq_ignore_ascii_case(scheme));
        return if scheme_only { Err(Refusal::NotBearer) } else { Ok(header.to_owned()) };
    };
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        // An administrator who pastes "Bearer x" into a field that adds the scheme sends it twice.
        return match rest.split_once(char::is_whitespace) {
            Some((again, token)) if again.eq_ignore_ascii_case("bearer") => Ok(token.trim().to_owned()),
            _ => Ok(rest.to_owned()),
        };
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let bytes = BASE64.decode(rest.as_bytes()).map_err(|_| Refusal::NotBearer)?;
        let pair = String::from_utf8(bytes).map_err(|_| Refusal::NotBearer)?;
        let (_, password) = pair.split_once(':').ok_or(Refusal::NotBearer)?;
        return Ok(password.to_owned());
    }
    Err(Refusal::NotBearer)
}

fn text_of(secret: &[u8; SECRET_BYTES]) -> String {
    let mut bytes = secret.to_vec();
    bytes.extend_from_slice(&checksum(secret));
    format!("{PREFIX}{}", BASE32.encode(&bytes))
}

fn checksum_holds(text: &str) -> bool {
    let Some(encoded) = text.strip_prefix(PREFIX) else { return false };
    let Ok(bytes) = BASE32.decode(encoded.as_bytes()) else { return false };
    match bytes.split_last_chunk::<CHECKSUM_BYTES>() {
        Some((secret, sum)) => secret.len() == SECRET_BYTES && *sum == checksum(secret),
        None => false,
    }
}

fn checksum(secret: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest = Sha256::digest(secret);
    let mut sum = [0; CHECKSUM_BYTES];
    sum.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "4fG7h2Kq9Lm1Zx8Cv3Bn6Ty5Re0WsuJd";

    fn record(text: &str) -> TokenRecord {
        TokenRecord {
            id: 1,
            name: "Entra".into(),
            hash: hash(text),
            scope: Scope::Full,
            expires: None,
            revoked: None,
            last_used: None,
            minute: 0,
            requests: 0,
            of_network: true,
        }
    }

    #[test]
    fn a_generated_token_has_the_documented_form_and_is_found() {
        let token = generate().unwrap();
        let pattern = regex::Regex::new("^rb_[0-9a-v]{58}$").unwrap();
        assert!(pattern.is_match(&token.text), "{}", token.text);
        assert_eq!(hash(&token.text), token.hash);
        assert_eq!(hash_own(&token.text).unwrap(), token.hash);
        let records = [record("another"), record(&token.text)];
        assert_eq!(verify(Some(&format!("Bearer {}", token.text)), &records, 0), Ok(&records[1]));
        assert_ne!(generate().unwrap().text, token.text);
    }

    #[test]
    fn a_typo_is_told_from_a_wrong_token() {
        let token = generate().unwrap().text;
        let mut typo = token.clone();
        let last = typo.pop().unwrap();
        typo.push(if last == 'a' { 'b' } else { 'a' });
        assert_eq!(verify(Some(&format!("Bearer {typo}")), &[], 0), Err(Refusal::Mistyped));
        let cut_off: String = token.chars().take(40).collect();
        assert_eq!(verify(Some(&format!("Bearer {cut_off}")), &[], 0), Err(Refusal::Mistyped));
        assert_eq!(verify(Some(&format!("Bearer {token}")), &[], 0), Err(Refusal::Unknown));
        assert_eq!(verify(Some("Bearer non-token"), &[], 0), Err(Refusal::TooShort));
    }

    #[test]
    fn the_header_is_read_in_every_form_that_is_sent() {
        let records = [record(SECRET)];
        let basic = format!("Basic {}", BASE64.encode(format!("okta:{SECRET}").as_bytes()));
        for header in [
            &format!("Bearer {SECRET}"),
            &format!("bearer  {SECRET}"),
            &format!("BEARER {SECRET} "),
            SECRET,
            &format!("Bearer Bearer {SECRET}"),
            &basic,
        ] {
            assert_eq!(verify(Some(header), &records, 0), Ok(&records[0]), "{header}");
        }
        for header in ["Bearer", "Basic", "Basic !!", "Digest secret"] {
            assert_eq!(verify(Some(header), &records, 0), Err(Refusal::NotBearer), "{header}");
        }
        assert_eq!(verify(None, &records, 0), Err(Refusal::Missing));
        assert_eq!(verify(Some(""), &records, 0), Err(Refusal::Missing));
    }

    #[test]
    fn an_empty_or_short_token_is_refused_whatever_hash_is_stored() {
        let longest_short_one = "k7Gq2xVb9Lm1Zx8Cv3Bn6Ty5Re0Wsuj";
        for text in ["", "secret", longest_short_one] {
            let records = [record(text)];
            let basic = format!("Basic {}", BASE64.encode(format!("okta:{text}").as_bytes()));
            for header in [format!("Bearer {text}"), format!("Bearer Bearer {text}"), basic] {
                assert!(verify(Some(&header), &records, 0).is_err(), "{header}");
            }
        }
    }

    #[test]
    fn an_expired_or_revoked_token_is_refused() {
        let header = format!("Bearer {SECRET}");
        let verify =
            |record: &TokenRecord, now| verify(Some(&header), std::slice::from_ref(record), now).map(|_| ());
        let mut old = record(SECRET);
        old.expires = Some(1_000);
        assert!(verify(&old, 999).is_ok());
        assert_eq!(verify(&old, 1_000), Err(Refusal::Expired));
        old.revoked = Some(500);
        assert_eq!(verify(&old, 999), Err(Refusal::Revoked));
    }

    #[test]
    fn a_weak_token_of_the_owner_is_refused() {
        #[track_caller]
        fn refused(text: &str, why: InvalidToken) {
            assert_eq!(hash_own(text), Err(why));
        }
        refused("short", InvalidToken::TooShort(5));
        refused(&"ab".repeat(300), InvalidToken::TooLong(600));
        refused(&"a".repeat(40), InvalidToken::Weak(Weakness::Runs));
        refused(&"abcdefghijkl".repeat(4), InvalidToken::Weak(Weakness::Repeats));
        refused("0123456789abcdefghijklmnopqrstuvwxyz", InvalidToken::Weak(Weakness::Runs));
        refused("zyxwvutsrqponmlkjihgfedcba9876543210", InvalidToken::Weak(Weakness::Runs));
        refused("4fG7h2Kq9Lm1Zx8Cv3Bn6Ty5Re0Ws uJd", InvalidToken::Character(' '));
        refused("rb_aaaabbbbccccddddeeeeffffgggghhhhiiiijjjj", InvalidToken::Mistyped);
        assert!(hash_own(SECRET).is_ok());
    }
}
