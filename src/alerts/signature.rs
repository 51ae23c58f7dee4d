//! The signature of a webhook's message, as <https://www.standardwebhooks.com> describes it: libraries in
//! many languages check it.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

/// What every secret begins with.
pub const PREFIX: &str = "whsec_";

/// The length of the blocks that SHA-256 works on, in bytes.
const BLOCK: usize = 64;

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
        Some(format!("v1,{}", BASE64.encode(&hmac(&key, signed.as_bytes()))))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

/// HMAC with SHA-256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; BLOCK];
    let hashed = Sha256::digest(key);
    let key = if key.len() > BLOCK { hashed.as_slice() } else { key };
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    /// RFC 4231, test cases 1, 2, 3 and 6.
    #[test]
    fn it_is_hmac() {
        let long = "Test Using Larger Than Block-Size Key - Hash Key First";
        for (key, message, expected) in [
            (
                vec![0x0b; 20],
                &b"Hi There"[..],
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (vec![0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (
                vec![0xaa; 131],
                long.as_bytes(),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(HEXLOWER.encode(&hmac(&key, message)), expected);
        }
    }

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
