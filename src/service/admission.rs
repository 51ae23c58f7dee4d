//! Who is let in: the network that a request comes from, and its token.

use super::demand::MINUTE;
use super::origin::Origin;
use super::{Answer, Service};
use crate::host::site::SiteAddress;
use crate::host::{CheckToken, CountKnock, ListTokens, TokenRecord, TouchToken};
use crate::http::Request;
use crate::scim::error::{Error, Result};
use crate::token;
use crate::wordpress::network;

/// How many milliseconds pass before the use of a token is noted again.
const TOUCH_INTERVAL: i64 = 60_000;

/// The name under which requests from a network that the owner does not allow are counted.
const WRONG_NETWORK: &str = "network";

/// The name under which requests without TLS are counted.
const PLAIN: &str = "plain";

/// The name under which requests are counted that came too often without a valid token.
const THROTTLED: &str = "throttled";

/// So many requests a minute without a valid token are answered with the reason, from one place.
const MOST_KNOCKS_HERE: u64 = 60;

/// And from everywhere.
const MOST_KNOCKS: u64 = 600;

/// The name under which requests are counted that came while the owner had paused the provisioning.
const PAUSED: &str = "paused";

/// The name under which requests whose token could not be checked are counted.
pub(super) const NOT_ASKED: &str = "failure";

impl Service {
    /// Lets the request in, or notes why it is not. Where it comes from is looked at before its token: the
    /// answer, and the time that it takes, are the same whatever the token is.
    pub(super) async fn admit(&self, request: &Request) -> Answer<TokenRecord> {
        let origin = Origin::of(request, &self.settings);
        self.note.borrow_mut().address.clone_from(&origin.address);
        self.note.borrow_mut().refusal = Some(PAUSED);
        self.is_not_paused()?;
        self.note.borrow_mut().refusal = Some(WRONG_NETWORK);
        self.comes_from_allowed_network(&origin)?;
        self.note.borrow_mut().refusal = Some(PLAIN);
        self.could_not_be_read(&origin)?;
        self.note.borrow_mut().refusal = Some(NOT_ASKED);
        self.authenticate(request, &origin).await
    }

    /// Whether requests are served at the moment. It is asked first, so that nobody takes a paused site for
    /// one that has lost its people, or its token for a wrong one.
    ///
    /// # Errors
    /// 503 where the owner has paused the provisioning.
    fn is_not_paused(&self) -> Result<()> {
        if !self.settings.paused {
            return Ok(());
        }
        Err(Error::new(
            503,
            "The owner of the site has paused the provisioning; nothing was done. Send the request again \
             later. An administrator resumes it in WordPress under Settings → Rollbook.",
        ))
    }

    /// # Errors
    /// 403 where the owner has named networks and the request comes from another.
    fn comes_from_allowed_network(&self, origin: &Origin) -> Result<()> {
        if self.settings.admits(&origin.address) {
            return Ok(());
        }
        Err(Error::new(
            403,
            format!(
                "The address {} is not in the networks that the Rollbook settings allow. Add it there, or \
                 send the request from one of them. If it is a proxy's, name the proxy under \"Trusted \
                 proxies\".",
                origin.address
            ),
        ))
    }

    /// # Errors
    /// 403 where the request came without TLS from another machine, and the owner does not want that.
    fn could_not_be_read(&self, origin: &Origin) -> Result<()> {
        if !origin.is_plain || self.settings.plain_http {
            return Ok(());
        }
        Err(Error::new(
            403,
            "The request came without TLS (http instead of https), so others could read its token on the way. \
             Give the identity provider the address with https, and replace the token. If a proxy before the \
             site ends TLS, name its address under \"Trusted proxies\" in the Rollbook settings.",
        ))
    }

    async fn authenticate(&self, request: &Request, origin: &Origin) -> Answer<TokenRecord> {
        let records = self.host.ask(&ListTokens {}).await?;
        let token = match token::verify(request.header("Authorization"), &records, self.now) {
            Ok(token) => token.clone(),
            Err(refusal) => {
                self.note.borrow_mut().refusal = Some(refusal.name());
                let refused = Error::new(401, refusal.to_string());
                return Err(self.throttled(origin).await.unwrap_or(refused).into());
            }
        };
        self.note.borrow_mut().token = Some(token.id);
        self.note.borrow_mut().refusal = None;
        network::admits(self.settings.site.network, &token)?;
        self.is_where_it_was()?;
        self.of_network.set(token.of_network);
        if token.last_used.is_none_or(|last| self.now - last >= TOUCH_INTERVAL) {
            let address = origin.address.clone();
            self.host.ask(&TouchToken { id: token.id, now: self.now, address }).await?;
        }
        self.may_ask(&token).await?;
        Ok(token)
    }

    /// # Errors
    /// 503 where the site may be a copy of the one that the IdP knows: both have its token, and only one of
    /// them may answer.
    fn is_where_it_was(&self) -> Result<()> {
        let Some(SiteAddress { now, noted: Some(noted) }) =
            self.settings.site.address.as_ref().filter(|address| address.has_changed())
        else {
            return Ok(());
        };
        Err(Error::new(
            503,
            format!(
                "This site is at {now}, and its token was last used when it was at {noted}: it may be a copy \
                 of that site. Nothing was done. An administrator has to say in WordPress under Settings → \
                 Rollbook whether the site has moved or is a copy."
            ),
        ))
    }

    /// The answer to a token that is none, where too many such requests came within a minute. A right token
    /// is let in all the same, so nobody can lock the IdP out.
    async fn throttled(&self, origin: &Origin) -> Option<Error> {
        let knock = CountKnock {
            address: origin.counted_as(),
            minute: self.now.div_euclid(MINUTE),
            most_here: MOST_KNOCKS_HERE,
            most: MOST_KNOCKS,
        };
        // Where the database does not count, the token is refused all the same.
        let knocks = self.host.ask(&knock).await.ok()?;
        if knocks.here <= MOST_KNOCKS_HERE && knocks.all <= MOST_KNOCKS {
            return None;
        }
        self.note.borrow_mut().refusal = Some(THROTTLED);
        Some(Error::new(
            429,
            "Too many requests came without a valid token. Wait a minute, and put a token of this site into the \
             identity provider. A valid token is let in at once.",
        ))
    }

    /// Whether the token of the request still allows changes.
    ///
    /// # Errors
    /// 401 where it has ended meanwhile, 403 where it may only read now.
    pub(super) async fn still_admits(&self, token: &TokenRecord) -> Answer<()> {
        let state = self.host.ask(&CheckToken { id: token.id }).await?;
        let Some(token) = state.token else {
            return Err(Error::new(401, token::Refusal::Revoked.to_string()).into());
        };
        token.standing(state.now).map_err(|refusal| Error::new(401, refusal.to_string()))?;
        Ok(may_write(&token)?)
    }
}

/// # Errors
/// 403 for a token that may only read.
pub(super) fn may_write(token: &TokenRecord) -> Result<()> {
    if token.scope.may_write() {
        return Ok(());
    }
    Err(Error::new(
        403,
        "The token may only read. Generate one with full access on the Rollbook settings page.",
    ))
}
