//! What is answered while WordPress is closed and ends every request before any plugin is loaded.

use super::reply::{RETRY_AFTER, Reply};
use crate::http::Response;
use crate::scim::error::Error;

/// How long a client is asked to wait while WordPress is being updated, in seconds.
const MAINTENANCE_TAKES: &str = "60";

/// Why WordPress is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It is being updated.
    Maintenance,
    /// It reaches no database.
    Database,
}

/// Says that the request is to come again. Nothing of it is looked at but its method: neither settings nor
/// tokens can be read.
pub fn closed(why: Closed, method: &str) -> Response {
    let (detail, seconds) = match why {
        Closed::Maintenance => (
            "The site is being updated; nothing was changed by the request. Send it again in a minute.",
            MAINTENANCE_TAKES,
        ),
        Closed::Database => (
            "The site does not reach its database; nothing was changed by the request. Send it again. \
             If this goes on, the owner of the site has to look after the database server.",
            RETRY_AFTER,
        ),
    };
    Reply::json(503, Error::new(503, detail).to_json())
        .header("Retry-After", seconds)
        .into_response(method.eq_ignore_ascii_case("HEAD"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_closed_wordpress_asks_clients_to_wait() {
        for (why, seconds) in [(Closed::Maintenance, "60"), (Closed::Database, "30")] {
            let response = closed(why, "POST");
            assert_eq!(response.status, 503);
            for header in [("Content-Type", "application/scim+json"), ("Retry-After", seconds)] {
                assert!(response.headers.contains(&(header.0.to_owned(), header.1.to_owned())), "{header:?}");
            }
            let body: Value = serde_json::from_str(&response.body).unwrap();
            assert_eq!(body["status"], json!("503"));
            assert!(body["detail"].as_str().is_some_and(|detail| detail.contains("nothing was changed")));
            assert_eq!(closed(why, "HEAD").body, "");
        }
    }
}
