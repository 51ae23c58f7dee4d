//! Where a request comes from: the client's address, and whether somebody could read it on the way.
//!
//! A header says anything that its sender likes. It counts only where the owner has named the proxy that the
//! connection comes from, and only as far as that proxy and others named beside it have written it.

use crate::http::Request;
use crate::settings::Settings;
use std::net::IpAddr;

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// The client's address.
    pub(super) address: String,
    /// Whether it came without TLS from another machine.
    pub(super) is_plain: bool,
}

impl Origin {
    pub(super) fn of(request: &Request, settings: &Settings) -> Self {
        let is_trusted = |address: &str| {
            read(address).is_some_and(|address| {
                settings.trusted_proxies.iter().any(|network| network.contains(&address))
            })
        };
        if !is_trusted(&request.remote) {
            let is_loopback = read(&request.remote).is_some_and(|address| address.is_loopback());
            return Self { address: request.remote.clone(), is_plain: request.plain && !is_loopback };
        }
        // The last address was written by the proxy that is nearest.
        let forwarded = request.header("X-Forwarded-For").unwrap_or_default();
        let chain = || forwarded.rsplit(',').map(str::trim).filter(|hop| !hop.is_empty());
        let client = chain().find(|hop| !is_trusted(hop)).or_else(|| chain().next_back());
        let is_plain = match request.header("X-Forwarded-Proto").and_then(|list| list.rsplit(',').next()) {
            Some(protocol) => !protocol.trim().eq_ignore_ascii_case("https"),
            None => request.plain,
        };
        let address = client.map_or_else(|| request.remote.clone(), plain_form);
        Self { address, is_plain }
    }

    /// Under which name failed tokens of this address are counted. Who has one IPv6 address has a network of
    /// them.
    pub(super) fn counted_as(&self) -> String {
        match read(&self.address) {
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Some(IpAddr::V4(address)) => address.to_string(),
            None => "unknown".to_owned(),
        }
    }
}

/// An address as it is compared: without a port, and an IPv4 address that is written as an IPv6 one as what
/// it is.
fn plain_form(hop: &str) -> String {
    read(hop).map_or_else(|| "unknown".to_owned(), |address| address.to_string())
}

fn read(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => text,
    };
    let without_port = || bare.rsplit_once(':').map(|(address, _)| address);
    let address: IpAddr = bare.parse().ok().or_else(|| without_port()?.parse().ok())?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn settings(document: Value) -> Settings {
        Settings::parse(document.as_object().unwrap()).unwrap()
    }

    fn request(remote: &str, plain: bool, headers: &[(&str, &str)]) -> Request {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Request { remote: remote.to_owned(), plain, headers, ..Request::default() }
    }

    #[track_caller]
    fn comes_from(proxies: Value, remote: &str, forwarded: &str, expected: &str) {
        let settings = settings(json!({ "trusted_proxies": proxies }));
        let origin = Origin::of(&request(remote, false, &[("X-Forwarded-For", forwarded)]), &settings);
        assert_eq!(origin.address, expected, "{forwarded:?} through {remote}");
    }

    #[test]
    fn what_a_header_claims_counts_only_through_a_proxy_that_the_owner_has_named() {
        let proxies = || json!(["10.0.0.0/8", "2001:db8::/32"]);
        comes_from(json!([]), "203.0.113.9", "192.0.2.1", "203.0.113.9");
        comes_from(proxies(), "203.0.113.9", "192.0.2.1", "203.0.113.9");
        comes_from(proxies(), "10.0.0.1", "192.0.2.1", "192.0.2.1");
        comes_from(proxies(), "10.0.0.1", "198.51.100.7, 192.0.2.1", "192.0.2.1");
        comes_from(proxies(), "10.0.0.1", "198.51.100.7, 192.0.2.1, 10.2.3.4", "192.0.2.1");
        comes_from(proxies(), "10.0.0.1", "10.9.9.9, 10.2.3.4", "10.9.9.9");
        comes_from(proxies(), "10.0.0.1", "", "10.0.0.1");
        comes_from(proxies(), "::ffff:10.0.0.1", "192.0.2.1:4711", "192.0.2.1");
        comes_from(proxies(), "2001:db8::1", "[2001:db9::5]:443", "2001:db9::5");
        comes_from(proxies(), "10.0.0.1", "192.0.2.1, nonsense", "unknown");
    }

    #[test]
    fn what_comes_without_tls_from_another_machine_is_plain() {
        let none = settings(json!({}));
        let behind = settings(json!({ "trusted_proxies": ["127.0.0.1", "10.0.0.0/8"] }));
        let cases = [
            (&none, "192.0.2.1", false, None, false),
            (&none, "192.0.2.1", true, None, true),
            (&none, "192.0.2.1", true, Some("https"), true),
            (&none, "127.0.0.1", true, None, false),
            (&none, "::1", true, None, false),
            (&behind, "10.0.0.1", true, Some("https"), false),
            (&behind, "10.0.0.1", true, Some("http"), true),
            (&behind, "10.0.0.1", false, Some("http"), true),
            (&behind, "10.0.0.1", true, Some("https, http"), true),
            (&behind, "127.0.0.1", true, None, true),
        ];
        for (settings, remote, plain, protocol, expected) in cases {
            let headers = protocol.map(|protocol| ("X-Forwarded-Proto", protocol));
            let origin = Origin::of(&request(remote, plain, headers.as_slice()), settings);
            assert_eq!(origin.is_plain, expected, "{remote} {plain} {protocol:?}");
        }
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_are_counted_together() {
        let counted = |address: &str| Origin { address: address.to_owned(), is_plain: false }.counted_as();
        assert_eq!(counted("2001:db8:1:2:3::4"), counted("2001:db8:1:2:ffff::9"));
        assert_ne!(counted("2001:db8:1:2::4"), counted("2001:db8:1:3::4"));
        assert_eq!(counted("192.0.2.1"), "192.0.2.1");
        assert_eq!(counted("<script>"), "unknown");
    }
}
