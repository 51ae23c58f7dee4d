//! What SQL does in WordPress: choosing, ordering and cutting pages.

use crate::host::{GroupRecord, Selection, UserRecord};
use crate::scim::filter::{Comparison, Filter, Literal, Operator};
use crate::scim::schema::ResourceType;
use crate::settings::Settings;
use crate::wordpress::columns::folded;
use crate::wordpress::{group, user};
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// What a row has in a column.
pub(super) type Column<Record> = fn(&Record) -> Value;

/// Those of the people whose resource fulfils the selection's filter.
pub(super) fn people_matching(
    people: Vec<UserRecord>,
    selection: &Selection,
    settings: &Settings,
) -> Result<Vec<UserRecord>, String> {
    matching(people, selection, ResourceType::User, |user| {
        user::resource(user, settings, "").matchable().into_owned().into_map()
    })
}

/// Those of the groups whose resource fulfils the selection's filter.
pub(super) fn groups_matching(
    groups: Vec<GroupRecord>,
    selection: &Selection,
) -> Result<Vec<GroupRecord>, String> {
    matching(groups, selection, ResourceType::Group, |group| {
        group::resource(group, "").matchable().into_owned().into_map()
    })
}

/// The key of the `userName` that alone can fulfil the selection's filter: what an index does elsewhere.
pub(super) fn named(selection: &Selection) -> Option<String> {
    match Filter::parse(selection.filter.as_deref()?) {
        Ok(Filter::Compare(Comparison { path, operator: Operator::Equal, value: Literal::String(name) }))
            if path.name == "userName" && path.sub.is_none() =>
        {
            Some(folded(&name, usize::MAX))
        }
        _ => None,
    }
}

/// Orders the rows and cuts the page; the total is that of all of them, if it is wanted.
pub(super) fn page<Record>(
    mut rows: Vec<Record>,
    selection: &Selection,
    number: fn(&Record) -> u64,
    column: fn(&str) -> Option<Column<Record>>,
) -> Result<(Option<u64>, Vec<Record>), String> {
    let total = if selection.count { u64::try_from(rows.len()).ok() } else { None };
    let value = match &selection.order {
        Some(order) => column(&order.column).ok_or_else(|| format!("no such column: {}", order.column))?,
        None => |_: &Record| Value::Null,
    };
    let descending = selection.order.as_ref().is_some_and(|order| order.descending);
    let compare = |one: (&Value, u64), other: (&Value, u64)| {
        let by_value = compare_values(one.0, other.0);
        let by_value_and_row = by_value.then(one.1.cmp(&other.1));
        let order = if descending { by_value_and_row.reverse() } else { by_value_and_row };
        if selection.backward { order.reverse() } else { order }
    };
    if let Some(after) = selection.after_row {
        let after = (selection.after_value.as_ref().unwrap_or(&Value::Null), after);
        rows.retain(|row| compare((&value(row), number(row)), after).is_gt());
    }
    rows.sort_by(|one, other| compare((&value(one), number(one)), (&value(other), number(other))));
    let offset = usize::try_from(selection.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(selection.limit).unwrap_or(usize::MAX);
    Ok((total, rows.into_iter().skip(offset).take(limit).collect()))
}

/// Text and whole numbers as columns order them, nothing first.
fn compare_values(one: &Value, other: &Value) -> Ordering {
    one.as_str().cmp(&other.as_str()).then(one.as_i64().cmp(&other.as_i64()))
}

fn matching<Record>(
    records: Vec<Record>,
    selection: &Selection,
    resource_type: ResourceType,
    resource: impl Fn(&Record) -> Map<String, Value>,
) -> Result<Vec<Record>, String> {
    let Some(text) = &selection.filter else { return Ok(records) };
    let filter = Filter::parse(text).map_err(|error| error.to_string())?;
    let schemas = resource_type.schemas();
    Ok(records.into_iter().filter(|record| filter.matches(&resource(record), schemas)).collect())
}
