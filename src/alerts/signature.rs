//! The signature of a webhook's message, as <https://www.standardwebhooks.com> describes it: libraries in
//! many languages check it.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What every secret begins with.
pub const PREFIX: &str = "whsec_";

/// A secret of random bytes, as text.
pub fn secret_of(random: &[u8]) -> String {
    format!("{PREFIX}{}", BASE64.encode(random))
}

/// The value of the header `webhook-signature`: one signature for each secret that can be read. `seconds` is
/// the time of sending.
pub fn sign(secrets: &[String], id: &str, seconds: i64, body: &str) -> String {
    let signed = format!("{id}.{seconds}.{body}");
    let signatures = secrets.iter().filter_map(|secret| {
        let key = BASE64.decode(secret.strip_prefix(PREFIX)?.as_bytes()).ok()?;
        let mac = Hmac::<Sha256>::new_from_slice(&key).ok()?.chain_update(&signed);
        Some(format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes())))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of docs/alerts.md; computed with openssl.
    #[test]
    fn the_example_of_the_documentation_is_signed_as_it_says() {
        let secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned();
        let body = r#"{"iss":"https://contoso.test","iat":1700000000,"jti":"2f1c8a0e-5b0f-4a52-9d7e-0d3c5c1f6a11","events":{"urn:rollbook:scim:event:alert:test":{}}}"#;
        let id = "2f1c8a0e-5b0f-4a52-9d7e-0d3c5c1f6a11";
        let expected = "v1,EZldu9Dk1p+XHqnB/Ixx3+/vlh8ObbKKDto09tx/Rl0=";
        assert_eq!(sign(std::slice::from_ref(&secret), id, 1_700_000_060, body), expected);
        let text = include_str!("../../docs/alerts.md");
        for part in [&*secret, body, expected] {
            assert!(text.contains(part), "docs/alerts.md lacks {part}");
        }
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign() {
        let (old, new) = (secret_of(&[1; 32]), secret_of(&[2; 32]));
        let alone = |secret: &String| sign(std::slice::from_ref(secret), "id", 1, "{}");
        assert_eq!(
            sign(&[new.clone(), old.clone()], "id", 1, "{}"),
            format!("{} {}", alone(&new), alone(&old))
        );
        assert_eq!(sign(&["nonsense".to_owned()], "id", 1, "{}"), "");
    }
}
