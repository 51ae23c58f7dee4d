//! Discovery: what this service can do (RFC 7644 §4).
//!
//! It stands behind the token like everything else. RFC 7644 §4 would permit it in the open; no identity
//! provider asks without its token, and an open answer would tell every scanner where Rollbook runs.

use super::Reply;
use super::bulk::MAX_OPERATIONS;
use super::cursor::CURSOR_TIMEOUT;
use super::query::Query;
use crate::http::MAX_BODY;
use crate::mapping::schemas;
use crate::scim::error::{Error, Result};
use crate::scim::list::{self, MAX_PAGE, Page};
use crate::scim::schema::{ResourceSchemas, ResourceType, Schema};
use crate::settings::Settings;
use serde_json::{Map, Value, json};

const SERVICE_PROVIDER_CONFIG_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const RESOURCE_TYPE_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// `/ServiceProviderConfig` (RFC 7643 §5). All members are always there: authentik falls back to "no PATCH"
/// when it misses one.
pub(super) fn service_provider_config(base: &str, settings: &Settings) -> Reply {
    Reply::json(
        200,
        json!({
            "schemas": [SERVICE_PROVIDER_CONFIG_URN],
            "documentationUri": "https://www.rfc-editor.org/rfc/rfc7644",
            "patch": { "supported": true },
            "bulk": { "supported": true, "maxOperations": MAX_OPERATIONS, "maxPayloadSize": MAX_BODY },
            "filter": { "supported": true, "maxResults": MAX_PAGE },
            "changePassword": { "supported": settings.password_sync },
            "sort": { "supported": true },
            "etag": { "supported": true },
            "pagination": {
                "cursor": true,
                "index": true,
                "defaultPaginationMethod": "index",
                "defaultPageSize": list::DEFAULT_PAGE,
                "maxPageSize": MAX_PAGE,
                "cursorTimeout": CURSOR_TIMEOUT,
            },
            "authenticationSchemes": [{
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token generated on the Rollbook settings page, sent in the Authorization \
                    header.",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
                "primary": true,
            }],
            "meta": {
                "resourceType": "ServiceProviderConfig",
                "location": format!("{base}/ServiceProviderConfig"),
            },
        }),
    )
}

/// `/ResourceTypes` and `/ResourceTypes/{name}` (RFC 7643 §6).
///
/// # Errors
/// 404 for an unknown name, 403 for a filter (RFC 7644 §4).
pub(super) fn resource_types(
    base: &str,
    settings: &Settings,
    name: Option<&str>,
    query: &Query,
) -> Result<Reply> {
    let schemas = schemas::of(&settings.mappings);
    let all = ResourceType::ALL
        .map(|resource_type| (resource_type.name(), resource_type_json(schemas.of(resource_type), base)));
    entries(all, name, query)
}

/// `/Schemas` and `/Schemas/{urn}` (RFC 7643 §7).
///
/// # Errors
/// As [`resource_types`].
pub(super) fn schemas(base: &str, settings: &Settings, urn: Option<&str>, query: &Query) -> Result<Reply> {
    let schemas = schemas::of(&settings.mappings);
    let shown = |schema| schema_json(&schemas::shown(schema, settings.password_sync), base);
    entries(schemas.iter().map(|schema| (schema.id.as_str(), shown(schema))), urn, query)
}

fn entries<'a>(
    all: impl IntoIterator<Item = (&'a str, Map<String, Value>)>,
    name: Option<&str>,
    query: &Query,
) -> Result<Reply> {
    if query.filter.is_some() {
        return Err(Error::new(403, "Discovery cannot be filtered (RFC 7644 §4). Leave the filter out."));
    }
    let mut all = all.into_iter();
    match name {
        Some(name) => {
            let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
            let (_, entry) = found.ok_or_else(|| Error::not_found(name))?;
            Ok(Reply::json(200, Value::Object(entry)))
        }
        None => {
            let entries: Vec<Map<String, Value>> = all.map(|(_, entry)| entry).collect();
            let total = entries.len() as u64;
            Ok(Reply::json(200, list::response(total, Page { start_index: 1, count: total }, entries)))
        }
    }
}

fn resource_type_json(schemas: &ResourceSchemas, base: &str) -> Map<String, Value> {
    let resource_type = schemas.resource_type();
    let extensions: Vec<Value> =
        schemas.extensions().map(|schema| json!({ "schema": schema.id, "required": false })).collect();
    let name = resource_type.name();
    object(json!({
        "schemas": [RESOURCE_TYPE_URN],
        "id": name,
        "name": name,
        "endpoint": resource_type.endpoint(),
        "description": schemas.base().description,
        "schema": schemas.base().id,
        "schemaExtensions": extensions,
        "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{name}") },
    }))
}

fn schema_json(schema: &Schema, base: &str) -> Map<String, Value> {
    let mut json = object(json!({ "schemas": [SCHEMA_URN] }));
    if let Ok(Value::Object(definition)) = serde_json::to_value(schema) {
        json.extend(definition);
    }
    let meta = json!({ "resourceType": "Schema", "location": format!("{base}/Schemas/{}", schema.id) });
    json.insert("meta".to_owned(), meta);
    json
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
