//! Queries over a collection: what SQL decides is paged there, the rest is read in batches and decided here.

use super::query::Query;
use super::{Answer, Service};
use crate::directory::Selection;
use crate::scim::error::Result;
use crate::scim::filter::Filter;
use crate::scim::list::Page;
use crate::scim::schema::ResourceSchemas;
use crate::wordpress::sql::Plan;

/// How many rows are read at a time where SQL cannot decide.
const BATCH: u64 = 500;

/// A query, read and checked.
pub(super) struct Search {
    pub(super) filter: Option<Filter>,
    pub(super) page: Page,
}

impl Search {
    pub(super) fn parse(service: &Service, query: &Query, schemas: &ResourceSchemas) -> Result<Self> {
        let filter = match &query.filter {
            Some(text) => {
                let filter = Filter::parse(text)?;
                filter.check(schemas)?;
                service.dialects().note_filter(text, &filter, schemas);
                Some(filter)
            }
            None => None,
        };
        Ok(Self { filter, page: Page::new(query.start_index, query.count) })
    }
}

/// Something that a table gives row by row.
pub(super) trait Row {
    /// Its number.
    fn row(&self) -> u64;
}

/// The page of a search, and the total.
///
/// `fetch` asks the directory for a selection and gives the total, where asked for, and the rows; `matches` is
/// the filter's verdict on a row.
pub(super) async fn page<R: Row>(
    service: &Service,
    search: &Search,
    schemas: &ResourceSchemas,
    fetch: impl AsyncFn(&Service, Selection) -> Answer<(Option<u64>, Vec<R>)>,
    matches: impl Fn(&Filter, &R) -> bool,
) -> Answer<(u64, Vec<R>)> {
    let Page { count, .. } = search.page;
    let offset = search.page.offset();
    let plan = search.filter.as_ref().map(|filter| Plan::of(filter, schemas));
    let (condition, exact) =
        plan.map_or_else(|| (Default::default(), true), |plan| (plan.condition, plan.exact));
    let selection = Selection {
        filter: search.filter.as_ref().map(Filter::to_string),
        condition,
        exact,
        ..Selection::default()
    };
    if exact {
        let selection = Selection { offset, limit: count, count: true, ..selection };
        let (total, rows) = fetch(service, selection).await?;
        return Ok((total.unwrap_or(rows.len() as u64), rows));
    }
    let mut total = 0;
    let mut found = Vec::new();
    let mut after_row = None;
    loop {
        let batch = Selection { after_row, limit: BATCH, ..selection.clone() };
        let (_, rows) = fetch(service, batch).await?;
        let full = rows.len() as u64 == BATCH;
        after_row = rows.last().map(Row::row);
        for row in rows {
            if search.filter.as_ref().is_none_or(|filter| matches(filter, &row)) {
                if total >= offset && (found.len() as u64) < count {
                    found.push(row);
                }
                total += 1;
            }
        }
        if !full {
            return Ok((total, found));
        }
    }
}
