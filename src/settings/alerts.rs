//! Who is told when the provisioning is in trouble, and what counts as trouble.

use super::problem::{Sentence, Word};
use super::reader::SettingsReader;
use super::texts;
use regex::Regex;
use serde::Serialize;
use serde_json::Value;
use std::net::IpAddr;
use std::sync::LazyLock;

/// The most mail addresses.
pub const MAX_MAILS: usize = 10;

/// The fewest and the most failures in a row that are told of.
pub const FAILURES: (u32, u32) = (2, 200);

/// The longest silence before it is told of: thirty days.
pub const MAX_HOURS: u32 = 720;

/// The longest address, of a mail or a webhook.
const MAX_ADDRESS: usize = 2000;

/// An hour in milliseconds.
pub(crate) const HOUR: i64 = 60 * 60 * 1000;

static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+$").ok()
});

/// The scheme, the host, a port, and a path or a query. Neither a user nor a fragment.
static WEBHOOK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?i:(https?))://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?(?:[/?][!-~&&[^#\\]]*)?$",
    )
    .ok()
});

/// Who is told of what. With no address nobody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alerts {
    /// The mail addresses.
    pub mail: Vec<String>,
    /// The address that a signed message is posted to.
    pub webhook: Option<String>,
    /// Whether it is told that requests fail repeatedly.
    pub failing: bool,
    /// How many failures in a row are meant by that.
    pub failures: u32,
    /// Whether it is told that no more requests come.
    pub silent: bool,
    /// After how many hours.
    pub hours: u32,
}

impl Default for Alerts {
    fn default() -> Self {
        Self { mail: Vec::new(), webhook: None, failing: true, failures: 10, silent: true, hours: 24 }
    }
}

impl Alerts {
    /// Whether anybody is told of anything.
    pub fn are_wanted(&self) -> bool {
        (self.failing || self.silent) && (!self.mail.is_empty() || self.webhook.is_some())
    }

    /// The longest silence in milliseconds.
    pub fn silence(&self) -> i64 {
        i64::from(self.hours) * HOUR
    }
}

impl SettingsReader {
    /// An absent member means its default.
    pub(super) fn alerts(&mut self, place: &str, value: &Value, into: &mut Alerts) {
        const KEYS: [&str; 6] = ["mail", "webhook", "failing", "failures", "silent", "hours"];
        let Some(map) = self.object(place, value, &KEYS) else { return };
        if let Some(mail) = map.get("mail") {
            into.mail = self.list(&format!("{place}.mail"), mail, MAX_MAILS, Self::mail_address);
        }
        if let Some(webhook) = map.get("webhook").filter(|webhook| !webhook.is_null()) {
            self.webhook(&format!("{place}.webhook"), webhook, &mut into.webhook);
        }
        for (key, wish) in [("failing", &mut into.failing), ("silent", &mut into.silent)] {
            if let Some(value) = map.get(key) {
                self.read(&format!("{place}.{key}"), value, wish);
            }
        }
        let numbers = [
            ("failures", &mut into.failures, FAILURES.0..=FAILURES.1),
            ("hours", &mut into.hours, 1..=MAX_HOURS),
        ];
        for (key, number, possible) in numbers {
            if let Some(value) = map.get(key) {
                self.whole_number(&format!("{place}.{key}"), value, possible, number);
            }
        }
    }

    fn mail_address(&mut self, place: &str, value: &Value) -> Option<String> {
        let address = value.as_str().unwrap_or_default().trim();
        if address.len() <= MAX_ADDRESS && MAIL.as_ref().is_some_and(|form| form.is_match(address)) {
            return Some(address.to_owned());
        }
        self.refuse(place, Sentence::new(texts::MAIL_UNREADABLE, [Word::plain(value)]));
        None
    }

    fn webhook(&mut self, place: &str, value: &Value, into: &mut Option<String>) {
        let address = value.as_str().map(str::trim);
        if address == Some("") {
            *into = None;
            return;
        }
        let parts = address
            .filter(|address| address.len() <= MAX_ADDRESS)
            .and_then(|address| WEBHOOK.as_ref()?.captures(address));
        let Some((_, [scheme, host])) = parts.map(|parts| parts.extract()) else {
            self.refuse(place, texts::WEBHOOK_UNREADABLE);
            return;
        };
        if scheme.eq_ignore_ascii_case("https") || is_this_machine(host) {
            *into = address.map(str::to_owned);
        } else {
            self.refuse(place, texts::WEBHOOK_PLAIN);
        }
    }
}

/// Whether a host is the machine that the site runs on. What is sent there passes no network.
fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use serde_json::{Value, json};

    fn refused(alerts: &Value) -> Vec<String> {
        let document = json!({ "alerts": alerts });
        let refusal = Settings::parse(document.as_object().unwrap()).err();
        refusal.map_or_else(Vec::new, |refusal| {
            refusal.problems.into_iter().map(|problem| problem.place).collect()
        })
    }

    #[test]
    fn nobody_is_told_of_anything_unless_the_owner_names_an_address() {
        let settings = Settings::default();
        assert!(!settings.alerts.are_wanted());
        assert_eq!(
            settings.document()["alerts"],
            json!({ "mail": [], "webhook": null, "failing": true, "failures": 10, "silent": true, "hours": 24 })
        );
        let read =
            |alerts: Value| Settings::parse(json!({ "alerts": alerts }).as_object().unwrap()).unwrap().alerts;
        assert!(read(json!({ "mail": ["it@contoso.test"] })).are_wanted());
        assert!(read(json!({ "webhook": "https://hooks.contoso.test/x" })).are_wanted());
        assert!(
            !read(json!({ "mail": ["it@contoso.test"], "failing": false, "silent": false })).are_wanted()
        );
        assert_eq!(read(json!({ "webhook": "" })).webhook, None);
        let whole = json!({ "mail": ["it@contoso.test"], "webhook": "https://hooks.contoso.test/x", "failing": false, "failures": 3, "silent": true, "hours": 72 });
        assert_eq!(json!(read(whole.clone())), whole, "exported and read again");
    }

    #[test]
    fn a_webhook_is_sent_to_with_tls_or_to_this_machine() {
        for address in [
            "https://hooks.contoso.test",
            "https://hooks.contoso.test:8443/a/b?token=x@y",
            "HTTPS://hooks.contoso.test/a",
            "https://[2001:db8::1]/a",
            "http://127.0.0.1:8080/a",
            "http://127.8.9.10/",
            "http://[::1]:8080/a",
            "http://localhost/a",
        ] {
            assert!(refused(&json!({ "webhook": address })).is_empty(), "{address}");
        }
        for address in [
            "http://hooks.contoso.test/a",
            "http://10.0.0.1/a",
            "http://localhost.contoso.test/a",
            "http://127.0.0.1.contoso.test/a",
            "http://127.1/a",
            "http://[::ffff:10.0.0.1]/a",
            "ftp://hooks.contoso.test",
            "file:///etc/passwd",
            "https://user:secret@hooks.contoso.test/",
            "https://user@hooks.contoso.test/",
            "https:///a",
            "https://hooks.contoso.test/a b",
            "https://hooks.contoso.test/a\r\nX-Evil: 1",
            "https://hooks.contoso.test\\@evil.test/",
            "https://hooks.contoso.test/#part",
            "hooks.contoso.test",
            "javascript:alert(1)",
        ] {
            assert_eq!(refused(&json!({ "webhook": address })), ["alerts.webhook"], "{address}");
        }
        assert_eq!(refused(&json!({ "webhook": 7 })), ["alerts.webhook"]);
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_its_place() {
        let wrong = json!({ "mail": ["it@contoso.test", "it", "a@b.test\r\nBcc: c@d.test", 7], "failures": 1, "hours": 721, "silent": 1, "more": true });
        assert_eq!(
            refused(&wrong),
            [
                "alerts.more",
                "alerts.mail[1]",
                "alerts.mail[2]",
                "alerts.mail[3]",
                "alerts.silent",
                "alerts.failures",
                "alerts.hours"
            ]
        );
        let many = vec!["it@contoso.test"; super::MAX_MAILS + 1];
        assert_eq!(refused(&json!({ "mail": many })), ["alerts.mail"]);
    }
}
