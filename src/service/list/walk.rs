//! Finding the page that a query wants, and how many resources there are in all.

use super::{Found, MAX_PAGE_SIZE, MAX_SORTED, Search, Source};
use crate::host::{Order, Selection};
use crate::scim::error::{Error, Result, ScimType};
use crate::scim::filter::Filter;
use crate::scim::schema::ResourceType;
use crate::scim::sort::{Key, Sort};
use crate::service::cursor::{Position, invalid};
use crate::service::demand::{MEMBERS_PER_REQUEST, PEOPLE_PER_REQUEST};
use crate::service::{Answer, Service};
use crate::wordpress::{lookups, sql};
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::VecDeque;

/// How many rows are read at a time where SQL cannot decide.
const BATCH: u64 = 500;

/// How many rows are looked at for one page where SQL cannot decide. Beyond it the client is asked to narrow
/// the query: a request's time must not grow with the site.
pub(super) const MAX_EXAMINED: u64 = 10_000;

/// How many members of groups are looked at for one answer where SQL cannot decide, beside the groups
/// themselves: more than a single group may be sent with, and some seconds of work.
pub const MAX_MEMBERS_EXAMINED: u64 = 200_000;

/// After how many rows the attributes that the filter compares are indexed, for the searches to come.
const WORTH_AN_INDEX: u64 = 1_000;

/// What a query has found.
pub(super) struct Walked {
    /// The page, in the order of the list.
    pub(super) found: Vec<Found>,
    /// Whether there is more in the direction in which a cursor goes.
    pub(super) more: bool,
    totals: Vec<(ResourceType, u64)>,
}

impl Walked {
    /// How many there are in all.
    pub(super) fn total(&self) -> u64 {
        self.totals.iter().map(|(_, total)| total).sum()
    }

    /// How many of a kind there are in all, where the query is over it.
    pub(super) fn total_of(&self, kind: ResourceType) -> Option<u64> {
        self.totals.iter().find(|(found, _)| *found == kind).map(|(_, total)| *total)
    }
}

/// The part of one source that is wanted.
struct Slice<'a> {
    /// Only rows that lie behind this one.
    after: Option<&'a Position>,
    /// How many more to leave out.
    offset: u64,
    /// The most rows to give.
    limit: u64,
    /// Whether to begin at the end.
    backward: bool,
}

impl Service {
    /// Finds the page.
    pub(super) async fn walk(&self, search: &Search) -> Answer<Walked> {
        let mut walked = match &search.sort {
            Some(sort) if search.order.is_none() => self.walk_sorted(search, sort).await?,
            _ => self.walk_in_order(search).await?,
        };
        // A cursor's page is looked for with one resource more, which tells whether there is another.
        let count = usize::try_from(search.walk.count).unwrap_or(usize::MAX);
        walked.more = walked.found.len() > count;
        walked.found.truncate(count);
        let mut size = 0;
        let fits = |found: &&Found| {
            let has_room = size < MAX_PAGE_SIZE;
            size += found.weight();
            has_room
        };
        let fitting = walked.found.iter().take_while(fits).count();
        walked.more |= fitting < walked.found.len();
        walked.found.truncate(fitting);
        if search.window.backward() {
            walked.found.reverse();
        }
        Ok(walked)
    }

    /// The rows in the order in which SQL gives them, one kind after the other.
    async fn walk_in_order(&self, search: &Search) -> Answer<Walked> {
        let backward = search.window.backward();
        let mut walked = Walked { found: Vec::new(), more: false, totals: Vec::new() };
        let mut offset = search.window.offset();
        // Those of a kind that was walked past are only counted.
        let mut reached = search.window.from().is_none();
        let mut sources: Vec<&Source> = search.sources.iter().collect();
        if backward {
            sources.reverse();
        }
        for source in sources {
            let after = search.window.from().filter(|position| position.kind == source.kind);
            reached |= after.is_some();
            let room = wanted(search).saturating_sub(walked.found.len() as u64);
            let slice = Slice { after, offset, limit: if reached { room } else { 0 }, backward };
            let (total, rows) = match source.selection.exact {
                true => self.slice(source, slice, search.order.as_ref()).await?,
                false => self.slice_of_matches(search, source, slice).await?,
            };
            walked.found.extend(rows);
            walked.totals.push((source.kind, total));
            offset = offset.saturating_sub(total);
        }
        Ok(walked)
    }

    /// A slice that SQL cuts.
    async fn slice(
        &self,
        source: &Source,
        slice: Slice<'_>,
        order: Option<&Order>,
    ) -> Answer<(u64, Vec<Found>)> {
        let after_value = match (slice.after, order) {
            (Some(position), Some(order)) => Some(column_value(position.key.as_ref(), order)?),
            _ => None,
        };
        let mut selection = Selection {
            order: order.cloned(),
            after_row: slice.after.map(|position| position.row),
            after_value,
            backward: slice.backward,
            offset: slice.offset,
            limit: slice.limit,
            count: true,
            ..source.selection.clone()
        };
        let (total, mut rows, mut reached) = self.find(source, selection.clone()).await?;
        selection.count = false;
        // What lies behind the end of a full page is not read.
        while reached.more && reached.rows > 0 && reached.rows < selection.limit && !overflows(&rows) {
            selection.offset += reached.rows;
            selection.limit -= reached.rows;
            let (_, further, next) = self.find(source, selection.clone()).await?;
            rows.extend(further);
            reached = next;
        }
        Ok((total.unwrap_or(rows.len() as u64), rows))
    }

    /// A slice of the rows that match, where SQL only narrows.
    async fn slice_of_matches(
        &self,
        search: &Search,
        source: &Source,
        slice: Slice<'_>,
    ) -> Answer<(u64, Vec<Found>)> {
        let mut kept = VecDeque::new();
        let mut total = 0;
        self.each_match(search, source, |found| {
            total += 1;
            let lies_behind = slice.after.is_none_or(|position| match slice.backward {
                true => found.row() < position.row,
                false => found.row() > position.row,
            });
            let full = kept.len() as u64 == slice.limit;
            if slice.limit == 0 || !lies_behind || total <= slice.offset || full && !slice.backward {
                return Ok(());
            }
            if full {
                kept.pop_front();
            }
            kept.push_back(found);
            Ok(())
        })
        .await?;
        let mut rows = Vec::from(kept);
        if slice.backward {
            rows.reverse();
        }
        Ok((total, rows))
    }

    /// The rows sorted by what no column orders by.
    async fn walk_sorted(&self, search: &Search, sort: &Sort) -> Answer<Walked> {
        let backward = search.window.backward();
        let compare = |one: &Rank, other: &Rank| {
            let order = one.compare(other, sort);
            if backward { order.reverse() } else { order }
        };
        let from = search.window.from().map(Rank::of_position);
        let offset = usize::try_from(search.window.offset()).unwrap_or(usize::MAX);
        let best = offset.saturating_add(usize::try_from(wanted(search)).unwrap_or(usize::MAX));
        let mut ranked: Vec<(Rank, Found)> = Vec::new();
        let mut totals = Vec::new();
        let mut all = 0;
        for source in &search.sources {
            let mut total = 0;
            self.each_match(search, source, |found| {
                total += 1;
                all += 1;
                if all > MAX_SORTED {
                    return Err(self.too_many(search, source));
                }
                let rank = Rank { key: self.key(search, &found), kind: found.kind(), row: found.row() };
                if from.as_ref().is_none_or(|from| compare(&rank, from).is_gt()) {
                    ranked.push((rank, found));
                }
                // Those that cannot be on the page are not carried along.
                if ranked.len() as u64 > best as u64 + BATCH {
                    ranked.sort_unstable_by(|(one, _), (other, _)| compare(one, other));
                    ranked.truncate(best);
                }
                Ok(())
            })
            .await?;
            totals.push((source.kind, total));
        }
        ranked.sort_unstable_by(|(one, _), (other, _)| compare(one, other));
        ranked.truncate(best);
        let found = ranked.into_iter().skip(offset).map(|(_, found)| found).collect();
        Ok(Walked { found, more: false, totals })
    }

    /// Shows everything of a source that the filter matches, row by row.
    async fn each_match(
        &self,
        search: &Search,
        source: &Source,
        mut show: impl FnMut(Found) -> Result<()>,
    ) -> Answer<()> {
        let schemas = self.schemas(source.kind);
        // Where SQL has decided exactly there is nothing left to decide.
        let filter = search.filter.as_ref().filter(|_| !source.selection.exact);
        let mut after_row = None;
        let (mut examined, mut members) = (0, 0);
        loop {
            let batch = Selection { after_row, limit: BATCH, ..source.selection.clone() };
            let (_, rows, reached) = self.find(source, batch).await?;
            after_row = reached.last.or(after_row);
            examined += reached.rows;
            let read: u64 = rows.iter().map(Found::members).sum();
            members += read;
            self.counts_for(reached.rows / PEOPLE_PER_REQUEST + read / MEMBERS_PER_REQUEST);
            if examined > WORTH_AN_INDEX {
                self.want_indexes(search, source);
            }
            if examined > MAX_EXAMINED {
                return Err(self.too_many(search, source).into());
            }
            if members > MAX_MEMBERS_EXAMINED {
                return Err(too_many_members().into());
            }
            for row in rows {
                let is_match =
                    |filter: &Filter| filter.matches(self.shown(&row).matchable().as_map(), schemas);
                if filter.is_none_or(is_match) {
                    show(row)?;
                }
            }
            if !reached.more || reached.rows == 0 {
                return Ok(());
            }
        }
    }

    /// The attributes that an index would answer for.
    fn indexable(&self, search: &Search, source: &Source) -> Vec<String> {
        let complete = lookups::index_keys(&self.settings.site, |indexed| indexed.complete);
        let paths = |filter| sql::indexable(filter, self.schemas(source.kind), &complete);
        search.filter.as_ref().map(paths).unwrap_or_default()
    }

    /// Has them indexed, unless that is being done.
    fn want_indexes(&self, search: &Search, source: &Source) {
        let begun = lookups::index_keys(&self.settings.site, |_| true);
        let schemas = self.schemas(source.kind);
        let is_new = |path: &String| {
            path.parse().is_ok_and(|path| !begun.contains(&lookups::index_key(&path, schemas)))
        };
        self.note.borrow_mut().wanted = self.indexable(search, source).into_iter().filter(is_new).collect();
    }

    /// 400 `tooMany` (RFC 7644 §3.12), with what would be answered.
    fn too_many(&self, search: &Search, source: &Source) -> Error {
        let indexable = self.indexable(search, source);
        let detail = match &search.sort {
            Some(sort) if search.order.is_none() && search.filter.is_none() => format!(
                "More than {MAX_SORTED} resources would have to be sorted by {}. Narrow the query with a \
                 filter, or sort by userName, displayName of groups, id, meta.created or meta.lastModified.",
                sort.path
            ),
            _ if !indexable.is_empty() => format!(
                "More than {MAX_EXAMINED} resources would have to be looked at one by one. An index of {} is \
                 being made and answers this query later: send it again in some minutes.",
                indexable.join(", ")
            ),
            _ => format!(
                "More than {MAX_EXAMINED} resources would have to be looked at one by one. Add a comparison \
                 with eq or sw to the filter, joined by and, or leave out what is compared otherwise."
            ),
        };
        Error::bad_request(ScimType::TooMany, detail)
    }
}

/// Whether the page ends before the last of these.
fn overflows(rows: &[Found]) -> bool {
    let before = rows.split_last().map_or(0, |(_, before)| before.iter().map(Found::weight).sum());
    before >= MAX_PAGE_SIZE
}

/// 400 `tooMany`, where the groups are few and their members many.
fn too_many_members() -> Error {
    Error::bad_request(
        ScimType::TooMany,
        format!(
            "More than {MAX_MEMBERS_EXAMINED} members of groups would have to be looked at one by one. Leave them \
             out of the answer with excludedAttributes=members, and compare them with eq, as in members.value eq \
             \"2819c223\"; or narrow the query to fewer groups by displayName with eq or sw."
        ),
    )
}

/// A resource's place in a sorted list. Those with the same key stay in the order of their rows, whatever the
/// direction.
struct Rank {
    key: Option<Key>,
    kind: ResourceType,
    row: u64,
}

impl Rank {
    fn of_position(position: &Position) -> Self {
        Self { key: position.key.clone(), kind: position.kind, row: position.row }
    }

    fn compare(&self, other: &Self, sort: &Sort) -> Ordering {
        let is_group = |rank: &Self| rank.kind == ResourceType::Group;
        sort.compare(self.key.as_ref(), other.key.as_ref())
            .then_with(|| is_group(self).cmp(&is_group(other)))
            .then_with(|| self.row.cmp(&other.row))
    }
}

/// How many resources are looked for: with a cursor one more than there are on a page.
fn wanted(search: &Search) -> u64 {
    match search.window {
        super::Window::Index(page) => page.count,
        super::Window::Cursor { .. } => search.walk.count + 1,
    }
}

/// The key of a cursor as the column holds it.
///
/// # Errors
/// 400 `invalidCursor` for a key that no such column has.
fn column_value(key: Option<&Key>, order: &Order) -> Result<Value> {
    let is_time = matches!(order.column.as_str(), "created" | "modified");
    match key {
        Some(Key::Text(text)) if !is_time => Ok(Value::from(text.as_str())),
        Some(Key::Instant(seconds, nanos)) if is_time => {
            let millis = seconds.saturating_mul(1_000).saturating_add(i64::from(nanos / 1_000_000));
            Ok(Value::from(millis))
        }
        _ => Err(invalid("The cursor does not fit the order of the query.")),
    }
}
