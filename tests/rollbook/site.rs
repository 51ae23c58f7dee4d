//! A site in memory with settings, and requests to it with the full token.

use player::memory::InMemory;
use player::{Incoming, Outgoing, Site};
use rollbook::settings::Settings;
use serde_json::Value;
use std::borrow::Borrow;
use std::rc::Rc;

/// A site with these settings; the rest has its defaults.
pub(super) fn site(settings: Value) -> InMemory {
    let mut site = InMemory::new();
    configure(&mut site, settings);
    site
}

/// Gives the site these settings instead of those that it has.
pub(super) fn configure(site: &mut InMemory, settings: Value) {
    site.settings = Rc::new(Settings::parse(settings.as_object().unwrap()).unwrap());
}

/// Sends a request; null is no body.
pub(super) fn send(site: &mut InMemory, method: &str, path: &str, body: impl Borrow<Value>) -> Incoming {
    let body = body.borrow();
    let body = (!body.is_null()).then(|| body.to_string());
    let (method, path, token) = (method.to_owned(), path.to_owned(), "full".to_owned());
    site.send(&Outgoing { method, path, headers: Vec::new(), token, body })
        .unwrap_or_else(|reason| panic!("{reason}"))
}
