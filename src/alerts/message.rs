//! The message that a webhook gets: the claims of a security event token (RFC 8417) as JSON.
//!
//! The events of RFC 9967 are about one person or group each, or about one request that was answered later.
//! None says that requests fail or no longer come, so these have names of their own.

use super::{Alert, signature};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What each event's name begins with.
const EVENTS: &str = "urn:rollbook:scim:event:alert:";

/// A message, ready to be posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Its headers.
    pub headers: BTreeMap<&'static str, String>,
    /// Its body.
    pub body: String,
}

/// The message of an alert that was raised at `raised` and is sent at `now`, both in milliseconds. `id` stays
/// the same when it is sent again. `issuer` is the address of the site.
pub fn message(alert: &Alert, id: &str, issuer: &str, raised: i64, now: i64, secrets: &[String]) -> Message {
    let (event, payload) = event(alert);
    let name = format!("{EVENTS}{event}");
    let body = json!({ "iss": issuer, "iat": seconds(raised), "jti": id, "events": { name: payload } });
    let body = body.to_string();
    let headers = BTreeMap::from([
        ("content-type", "application/json".to_owned()),
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds(now).to_string()),
        ("webhook-signature", signature::sign(secrets, id, seconds(now), &body)),
    ]);
    Message { headers, body }
}

fn event(alert: &Alert) -> (&'static str, Value) {
    match alert {
        Alert::Failing { since, times, status } => {
            ("failing", json!({ "since": seconds(*since), "times": times, "status": status.to_string() }))
        }
        Alert::Working { since } => ("working", json!({ "since": seconds(*since) })),
        Alert::Silent { since, hours } => ("silent", json!({ "since": seconds(*since), "hours": hours })),
        Alert::Heard { since } => ("heard", json!({ "since": seconds(*since) })),
        Alert::Test => ("test", json!({})),
    }
}

fn seconds(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_the_claims_of_a_security_event_token_and_nobody_s_data() {
        let secrets = [signature::secret_of(&[7; 32])];
        let alert = Alert::Failing { since: 1_700_000_000_999, times: 10, status: 409 };
        let message =
            message(&alert, "1-2", "https://contoso.test", 1_700_000_300_000, 1_700_000_400_000, &secrets);
        assert_eq!(
            message.body,
            r#"{"iss":"https://contoso.test","iat":1700000300,"jti":"1-2","events":{"urn:rollbook:scim:event:alert:failing":{"since":1700000000,"times":10,"status":"409"}}}"#
        );
        assert_eq!(message.headers["webhook-id"], "1-2");
        assert_eq!(message.headers["webhook-timestamp"], "1700000400");
        assert_eq!(
            message.headers["webhook-signature"],
            signature::sign(&secrets, "1-2", 1_700_000_400, &message.body)
        );
    }

    #[test]
    fn each_event_is_documented() {
        let text = include_str!("../../docs/alerts.md");
        for alert in [
            Alert::Failing { since: 0, times: 1, status: 500 },
            Alert::Working { since: 0 },
            Alert::Silent { since: 0, hours: 24 },
            Alert::Heard { since: 0 },
            Alert::Test,
        ] {
            let (name, payload) = event(&alert);
            assert!(text.contains(&format!("`{EVENTS}{name}`")), "docs/alerts.md lacks {name}");
            for member in payload.as_object().unwrap().keys() {
                assert!(text.contains(&format!("`{member}`")), "docs/alerts.md lacks {member}");
            }
        }
    }
}
