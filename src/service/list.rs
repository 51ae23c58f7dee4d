//! Queries over one kind of resource, or over all from the root (RFC 7644 §3.4.2, §3.4.3).
//!
//! What SQL decides and orders exactly is paged there. Everything else is read in batches and decided here:
//! which rows match and, where they are sorted by something that has no column, which come first.

mod walk;

pub use self::walk::MAX_MEMBERS_EXAMINED;
use self::walk::Walked;
use super::cursor::{Position, Walk, invalid};
use super::query::Query;
use super::{Answer, Reply, Service};
use crate::dialect::Dialects;
use crate::host::{FindGroups, FindUsers, GroupRecord, Order, Reached, Selection, UserRecord};
use crate::scim::error::{Error, Result, ScimType};
use crate::scim::filter::Filter;
use crate::scim::list::{self, Page};
use crate::scim::projection::Projection;
use crate::scim::resource::{Resource, bytes_of};
use crate::scim::schema::ResourceType;
use crate::scim::sort::{Key, Sort};
use crate::wordpress::sql::{self, SqlPlan};
use crate::wordpress::{group, lookups, user};
use serde_json::{Map, Value, json};

/// How many resources are sorted by what has no column of its own. Beyond it the client is asked to narrow
/// the query.
pub const MAX_SORTED: u64 = 10_000;

/// About how many bytes a page holds at most; it ends with the resource that reaches it. Such a page has
/// fewer resources than were asked for, and says so (`itemsPerPage`, RFC 7644 §3.4.2.4).
pub const MAX_PAGE_SIZE: usize = 8 * 1024 * 1024;

/// About how many bytes a member of a group, or a group of a person, takes in an answer.
const BYTES_OF_LINE: usize = 200;

/// A query, read and checked.
struct Search {
    /// The kinds that it is over, in the order in which they are listed.
    sources: Vec<Source>,
    filter: Option<Filter>,
    sort: Option<Sort>,
    /// The column that orders as `sort` does, where there is one for all that is searched.
    order: Option<Order>,
    window: Window,
    walk: Walk,
}

/// One kind of resource, and which of them are meant.
struct Source {
    kind: ResourceType,
    projection: Projection,
    /// Whether the members of groups are needed.
    members: bool,
    selection: Selection,
}

/// Which part of what was found is wanted.
enum Window {
    /// A page by number (RFC 7644 §3.4.2.4).
    Index(Page),
    /// A page by cursor (RFC 9865): from the beginning, from a position or, backward, up to it.
    Cursor { from: Option<Position>, backward: bool },
}

/// A record of either kind.
enum Found {
    User(Box<UserRecord>),
    Group(Box<GroupRecord>),
}

impl Found {
    fn row(&self) -> u64 {
        match self {
            Self::User(user) => user.row,
            Self::Group(group) => group.row,
        }
    }

    /// About how many bytes an answer needs for it: its document, and a line for each member or group.
    fn weight(&self) -> usize {
        let (document, lines) = match self {
            Self::User(user) => (&user.document, user.groups.len()),
            Self::Group(group) => (&group.document, group.members.as_ref().map_or(0, Vec::len)),
        };
        document.as_ref().map_or(0, bytes_of) + lines.saturating_mul(BYTES_OF_LINE)
    }

    /// How many members were read with it.
    fn members(&self) -> u64 {
        match self {
            Self::User(_) => 0,
            Self::Group(group) => group.members.as_ref().map_or(0, |members| members.len() as u64),
        }
    }

    fn kind(&self) -> ResourceType {
        match self {
            Self::User(_) => ResourceType::User,
            Self::Group(_) => ResourceType::Group,
        }
    }
}

impl Window {
    fn backward(&self) -> bool {
        matches!(self, Self::Cursor { backward: true, .. })
    }

    fn from(&self) -> Option<&Position> {
        match self {
            Self::Cursor { from, .. } => from.as_ref(),
            Self::Index(_) => None,
        }
    }

    fn offset(&self) -> u64 {
        match self {
            Self::Index(page) => page.offset(),
            Self::Cursor { .. } => 0,
        }
    }
}

impl Service {
    /// Answers a query over these kinds of resource.
    pub(super) async fn list(&self, kinds: &[ResourceType], query: &Query) -> Answer {
        let search = self.search(kinds, query)?;
        let mut walked = self.walk(&search).await?;
        if let Some(users) = walked.total_of(ResourceType::User)
            && self.register_for(search.filter.as_ref(), users).await?
        {
            walked = self.walk(&search).await?;
        }
        Ok(Reply::json(200, self.list_response(&search, walked)))
    }

    /// A page of groups by number, and how many there are in all.
    pub(super) async fn page_of_groups(&self, query: &Query) -> Answer<(u64, Vec<GroupRecord>)> {
        let walked = self.walk(&self.search(&[ResourceType::Group], query)?).await?;
        let total = walked.total();
        let groups = walked.found.into_iter().filter_map(|found| match found {
            Found::Group(group) => Some(*group),
            Found::User(_) => None,
        });
        Ok((total, groups.collect()))
    }

    fn search(&self, kinds: &[ResourceType], query: &Query) -> Result<Search> {
        let filter = query.filter.as_deref();
        let mut dialects = Dialects::default();
        let filter =
            filter.map(|text| Filter::parse_noting(text, self.all_schemas(), &mut dialects)).transpose()?;
        let sort =
            Sort::parse_with(query.sort_by.as_deref(), query.sort_order.as_deref(), self.all_schemas())?;
        let sources = kinds
            .iter()
            .map(|kind| self.source(*kind, query, filter.as_ref(), sort.as_ref()))
            .collect::<Result<Vec<_>>>()?;
        self.dialects().merge(dialects);
        let order = match (sources.as_slice(), &sort) {
            // Rows of several tables, and rows that SQL cannot tell from others, are ordered here.
            ([only], Some(sort)) if only.selection.exact => {
                sql::order_column(&sort.path, self.schemas(only.kind))
                    .map(|column| Order { column: column.to_owned(), descending: sort.descending })
            }
            _ => None,
        };
        let page = Page::new(query.start_index, query.count);
        let walk = Walk {
            query: json!([
                kinds,
                filter.as_ref().map(Filter::to_string),
                sort.as_ref().map(|sort| (sort.path.to_string(), sort.descending)),
                query.attributes,
                query.excluded_attributes,
            ])
            .to_string(),
            count: page.count,
            now: self.now,
        };
        let window = window(query, page, &walk, kinds)?;
        Ok(Search { sources, filter, sort, order, window, walk })
    }

    fn source(
        &self,
        kind: ResourceType,
        query: &Query,
        filter: Option<&Filter>,
        sort: Option<&Sort>,
    ) -> Result<Source> {
        let schemas = self.schemas(kind);
        let projection = self.projection(query, kind)?;
        let mut selection = Selection { exact: true, ..Selection::default() };
        if let Some(filter) = filter {
            filter.check(schemas)?;
            filter.note_comparisons(schemas, &mut self.dialects());
            let complete = lookups::index_keys(&self.settings.site, |indexed| indexed.complete);
            let plan = SqlPlan::with_indexes(filter, schemas, &complete);
            selection.filter = Some(filter.to_string());
            selection.condition = plan.condition;
            selection.exact = plan.exact;
        }
        if let Some(sort) = sort {
            sort.check(schemas)?;
        }
        let members = projection.wants("members")
            || filter.is_some_and(|filter| filter.asks_for("members"))
            || sort.is_some_and(|sort| sort.path.name == "members");
        Ok(Source { kind, projection, members, selection })
    }

    /// Asks for rows of one kind. How far the answer has come may be less far than the limit.
    async fn find(
        &self,
        source: &Source,
        selection: Selection,
    ) -> Answer<(Option<u64>, Vec<Found>, Reached)> {
        let limit = selection.limit;
        let (total, found, reached) = self.found(source, selection).await?;
        let told = || Reached::told_by(found.len() as u64, found.last().map(Found::row), limit);
        let reached = reached.unwrap_or_else(told);
        Ok((total, found, reached))
    }

    async fn found(
        &self,
        source: &Source,
        selection: Selection,
    ) -> Answer<(Option<u64>, Vec<Found>, Option<Reached>)> {
        match source.kind {
            ResourceType::User => {
                let find = FindUsers {
                    selection,
                    unmanaged: self.shows_unmanaged(),
                    targets: user::targets(&self.settings),
                };
                let found = self.host.ask(&find).await?;
                let users = found.users.into_iter().map(|user| Found::User(Box::new(user)));
                Ok((found.total, users.collect(), found.reached))
            }
            ResourceType::Group => {
                let find = FindGroups { selection, members: source.members };
                let found = self.host.ask(&find).await?;
                let groups = found.groups.into_iter().map(|group| Found::Group(Box::new(group)));
                Ok((found.total, groups.collect(), found.reached))
            }
        }
    }

    fn shown(&self, found: &Found) -> Resource {
        match found {
            Found::User(user) => self.user_resource(user),
            Found::Group(group) => group::resource(group, &self.base),
        }
    }

    fn key(&self, search: &Search, found: &Found) -> Option<Key> {
        search.sort.as_ref()?.key(&self.shown(found), self.schemas(found.kind()))
    }

    fn list_response(&self, search: &Search, walked: Walked) -> Value {
        let total = walked.total();
        let position = |found: Option<&Found>| {
            let found = found?;
            Some(Position { kind: found.kind(), key: self.key(search, found), row: found.row() })
        };
        let cursor = |is_there: bool, found: Option<&Found>, backward: bool| {
            let position = position(found).filter(|_| is_there)?;
            Some(search.walk.cursor(position, backward))
        };
        let resources = |found: Vec<Found>| -> Vec<Map<String, Value>> {
            let projected = |found: &Found| {
                let source = search.sources.iter().find(|source| source.kind == found.kind())?;
                Some(source.projection.apply(self.shown(found), self.schemas(source.kind)))
            };
            found.iter().filter_map(projected).collect()
        };
        match &search.window {
            Window::Index(page) => list::response(total, *page, resources(walked.found)),
            Window::Cursor { from, backward } => {
                let goes_on = if *backward { true } else { walked.more };
                let goes_back = if *backward { walked.more } else { from.is_some() };
                let next = cursor(goes_on, walked.found.last(), false);
                let previous = cursor(goes_back, walked.found.first(), true);
                list::cursor_response(total, next, previous, resources(walked.found))
            }
        }
    }
}

/// # Errors
/// 400 for a cursor that cannot be used, and for one beside a page's number.
fn window(query: &Query, page: Page, walk: &Walk, kinds: &[ResourceType]) -> Result<Window> {
    let Some(text) = &query.cursor else { return Ok(Window::Index(page)) };
    // The first page has the number that it has by default; clients that always send it mean nothing by it.
    if page.start_index > 1 {
        return Err(invalid(
            "startIndex and cursor exclude each other: they page in different ways. Send one of them.",
        ));
    }
    if query.count.is_some_and(|count| count < 1) {
        return Err(Error::bad_request(
            ScimType::InvalidCount,
            format!("With a cursor, count must lie between 1 and {} (RFC 9865 §2.1).", list::MAX_PAGE),
        ));
    }
    if text.is_empty() {
        return Ok(Window::Cursor { from: None, backward: false });
    }
    let cursor = walk.resume(text)?;
    if !kinds.contains(&cursor.position.kind) {
        return Err(invalid("The cursor belongs to another query."));
    }
    Ok(Window::Cursor { from: Some(cursor.position), backward: cursor.backward })
}
