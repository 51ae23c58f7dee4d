//! The addresses that are answered, and by which methods.

use super::query;
use crate::panics;
use crate::scim::error::{Error, Result};
use crate::scim::schema::ResourceType;

/// What a path addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    Root,
    Collection(ResourceType),
    Search(Option<ResourceType>),
    Resource(ResourceType, String),
    ServiceProviderConfig,
    ResourceTypes(Option<String>),
    Schemas(Option<String>),
    Bulk,
    Me,
}

impl Endpoint {
    pub(super) fn parse(path: &str) -> Result<Self> {
        panics::trip(path);
        let segments = query::segments(path)?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        Ok(match segments.as_slice() {
            [] => Self::Root,
            ["Users"] => Self::Collection(ResourceType::User),
            ["Groups"] => Self::Collection(ResourceType::Group),
            [".search"] => Self::Search(None),
            ["Users", ".search"] => Self::Search(Some(ResourceType::User)),
            ["Groups", ".search"] => Self::Search(Some(ResourceType::Group)),
            ["Users", id] => Self::Resource(ResourceType::User, (*id).to_owned()),
            ["Groups", id] => Self::Resource(ResourceType::Group, (*id).to_owned()),
            ["ServiceProviderConfig"] => Self::ServiceProviderConfig,
            ["ResourceTypes"] => Self::ResourceTypes(None),
            ["ResourceTypes", id] => Self::ResourceTypes(Some((*id).to_owned())),
            ["Schemas"] => Self::Schemas(None),
            ["Schemas", id] => Self::Schemas(Some((*id).to_owned())),
            ["Bulk"] => Self::Bulk,
            ["Me"] => Self::Me,
            _ => return Err(no_such_address(path)),
        })
    }

    /// The methods that the endpoint answers, beside OPTIONS.
    pub(super) fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Collection(_) => &["GET", "HEAD", "POST"],
            Self::Resource(..) => &["GET", "HEAD", "PUT", "PATCH", "DELETE"],
            Self::Search(_) | Self::Bulk => &["POST"],
            Self::Root | Self::ServiceProviderConfig | Self::ResourceTypes(_) | Self::Schemas(_) => {
                &["GET", "HEAD"]
            }
            Self::Me => &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        }
    }
}

/// The methods as the header `Allow` names them.
pub(super) fn allow(methods: &[&str]) -> String {
    let mut allowed = methods.join(", ");
    allowed.push_str(", OPTIONS");
    allowed
}

fn no_such_address(path: &str) -> Error {
    Error::new(
        404,
        format!(
            "There is no SCIM endpoint {path:?} here. There are /Users, /Groups, /Bulk, /.search, \
             /ServiceProviderConfig, /ResourceTypes and /Schemas; names are case-sensitive."
        ),
    )
}
