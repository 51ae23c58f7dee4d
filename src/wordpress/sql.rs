//! Filters as SQL conditions over our tables.
//!
//! SQL narrows, Rust decides: a condition selects everything that the filter matches, and [`SqlPlan::exact`]
//! says whether it selects nothing else. The SQL holds placeholders and no text of the filter.

use super::columns::{LOOKUP_LENGTH, folded};
use super::lookups::{WITHOUT_VALUE, compared_path, index_key};
use crate::host::Condition;
use crate::scim::filter::{Comparison, Filter, Literal, Operand, Operator, fold_case};
use crate::scim::path::{AttributePath, ValuePath};
use crate::scim::schema::{ENTERPRISE_USER_URN, ResourceSchemas, ResourceType, Returned};
use jiff::Timestamp;
use serde_json::{Value, json};

/// A filter as SQL.
#[derive(Debug, Clone, PartialEq)]
pub struct SqlPlan {
    /// The condition.
    pub condition: Condition,
    /// Whether it selects exactly what the filter matches.
    pub exact: bool,
}

impl SqlPlan {
    /// Compiles a filter over the resources of a type.
    pub fn of(filter: &Filter, schemas: &ResourceSchemas) -> Self {
        Self::with_indexes(filter, schemas, &[])
    }

    /// The same on a site with further indexes, as [`index_key`] names them.
    pub fn with_indexes(filter: &Filter, schemas: &ResourceSchemas, indexed: &[String]) -> Self {
        let mut compiler = Compiler { schemas, indexed, arguments: Vec::new() };
        let (sql, exact) = compiler.filter(filter).unwrap_or_else(|| ("1=1".to_owned(), false));
        Self { condition: Condition { sql, arguments: compiler.arguments }, exact }
    }
}

/// The column that orders the resources of a type just as the attribute does, for
/// [`crate::host::Order`].
///
/// The columns with `_key` hold the folded form and ids are written in lower case, so that it makes no
/// difference that SQLite's drop-in compares text without regard to case. Every one of them always has a
/// value.
pub fn order_column(path: &AttributePath, schemas: &ResourceSchemas) -> Option<&'static str> {
    let canonical = schemas.canonical(path);
    if canonical.urn.is_some() {
        return None;
    }
    match (schemas.resource_type(), canonical.name.as_str(), canonical.sub.as_deref()) {
        (ResourceType::User, "userName", None) => Some("user_name_key"),
        (ResourceType::Group, "displayName", None) => Some("display_name_key"),
        (_, "id", None) => Some("id"),
        (_, "meta", Some("created")) => Some("created"),
        (_, "meta", Some("lastModified")) => Some("modified"),
        _ => None,
    }
}

/// A person in any group is a direct member of one: indirect groups come only through a direct one.
/// It is no `EXISTS`, which MariaDB would turn around: it would read all members for one page of people.
const IN_A_GROUP: &str = "(SELECT m.group_row FROM {members} m WHERE m.member_id = u.id LIMIT 1) IS NOT NULL";

struct Compiler<'a> {
    schemas: &'a ResourceSchemas,
    indexed: &'a [String],
    arguments: Vec<Value>,
}

/// A condition and whether it is exact; `None` where SQL can say nothing.
type Compiled = Option<(String, bool)>;

/// Where the values of an attribute are.
enum Column {
    /// Text in the row itself.
    Text { name: &'static str, length: usize, nullable: bool },
    /// Whether the person may log in: two columns of the row.
    Active,
    /// Milliseconds in the row itself.
    Instant(&'static str),
    /// The table of matchable values.
    Lookup(&'static str),
    /// The same table, for an attribute that somebody has filtered by.
    Indexed(String),
    /// The members of a group.
    Members,
    /// The groups of a person. SQL only tells whether there are any; Rust decides which, because groups may
    /// be members of groups.
    Groups,
    /// Nowhere: every resource of the type has the same value, or none has any.
    Constant,
}

impl Compiler<'_> {
    fn filter(&mut self, filter: &Filter) -> Compiled {
        match filter {
            Filter::And(operands) => self.and(operands),
            Filter::Or(operands) => self.or(operands),
            Filter::Not(inner) => self.not(inner),
            Filter::Present(path) => self.present(path),
            Filter::Compare(comparison) => self.compare(comparison),
            Filter::Value(path) => self.element(path),
        }
    }

    fn and(&mut self, operands: &[Filter]) -> Compiled {
        let mut conditions = Vec::new();
        let mut exact = true;
        for operand in operands {
            match self.filter(operand) {
                Some((sql, sure)) => {
                    conditions.push(sql);
                    exact &= sure;
                }
                None => exact = false,
            }
        }
        (!conditions.is_empty()).then(|| (format!("({})", conditions.join(" AND ")), exact))
    }

    fn or(&mut self, operands: &[Filter]) -> Compiled {
        let before = self.arguments.len();
        let mut conditions = Vec::new();
        let mut exact = true;
        for operand in operands {
            let Some((sql, sure)) = self.filter(operand) else {
                self.arguments.truncate(before);
                return None;
            };
            conditions.push(sql);
            exact &= sure;
        }
        Some((format!("({})", conditions.join(" OR ")), exact))
    }

    /// The opposite of a condition that is only a superset would leave out what it must not.
    fn not(&mut self, inner: &Filter) -> Compiled {
        let before = self.arguments.len();
        match self.filter(inner) {
            Some((sql, true)) => Some((format!("NOT COALESCE({sql}, 0)"), true)),
            _ => {
                self.arguments.truncate(before);
                None
            }
        }
    }

    fn present(&mut self, path: &AttributePath) -> Compiled {
        match self.column(path)? {
            Column::Text { name, nullable: true, .. } => {
                Some((format!("({name} IS NOT NULL AND {name} <> '')"), true))
            }
            Column::Text { .. } | Column::Active | Column::Instant(_) => Some(("1=1".to_owned(), true)),
            Column::Lookup(indexed) => {
                let with_value = self.lookup(indexed, None);
                if indexed != "emails.value" || path.sub.is_some() {
                    return Some((with_value, true));
                }
                Some((format!("({with_value} OR {})", self.lookup(WITHOUT_VALUE, None)), true))
            }
            // What is no text is not in the index.
            Column::Indexed(_) => None,
            Column::Constant => self.constant(&Filter::Present(path.clone())),
            Column::Groups => Some((IN_A_GROUP.to_owned(), true)),
            Column::Members => {
                Some(("EXISTS (SELECT 1 FROM {members} m WHERE m.group_row = g.row_id)".to_owned(), true))
            }
        }
    }

    fn compare(&mut self, comparison: &Comparison) -> Compiled {
        let operand = comparison.operand(self.schemas.compared_attribute(&comparison.path)).ok()?;
        let column = self.column(&comparison.path)?;
        if let Column::Constant = column {
            return self.constant(&Filter::Compare(comparison.clone()));
        }
        if comparison.operator == Operator::NotEqual {
            let equal = Comparison { operator: Operator::Equal, ..comparison.clone() };
            return self.not(&Filter::Compare(equal));
        }
        match (column, operand) {
            (_, Operand::Null) => {
                let present = self.present(&comparison.path)?;
                Some((format!("NOT COALESCE({}, 0)", present.0), true))
            }
            // As ranges of an index, one for each pair of values that is meant.
            (Column::Active, Operand::Boolean(true)) => {
                Some(("(u.active = 1 AND u.locked_before = 0)".to_owned(), true))
            }
            (Column::Active, Operand::Boolean(false)) => {
                Some(("(u.active = 0 OR (u.active = 1 AND u.locked_before = 1))".to_owned(), true))
            }
            (Column::Instant(name), Operand::Instant(instant)) => {
                self.instant(name, comparison.operator, instant)
            }
            (Column::Text { name, length, .. }, Operand::Text { text, case_exact }) => {
                let text = if case_exact { text.to_owned() } else { fold_case(text).into_owned() };
                self.text(name, comparison.operator, &text, length, case_exact)
            }
            (Column::Lookup(path), Operand::Text { text, case_exact: false }) => {
                self.looked_up(path, comparison.operator, text)
            }
            (Column::Indexed(key), Operand::Text { text, case_exact }) => {
                let (sql, exact) = self.looked_up(&key, comparison.operator, text)?;
                Some((sql, exact && !case_exact))
            }
            (Column::Groups, _) => Some((IN_A_GROUP.to_owned(), false)),
            (Column::Members, Operand::Text { text, .. }) if comparison.operator == Operator::Equal => {
                let (condition, exact) = self.text("m.member_id", Operator::Equal, text, usize::MAX, true)?;
                let sql = format!(
                    "EXISTS (SELECT 1 FROM {{members}} m WHERE m.group_row = g.row_id AND {condition})"
                );
                Some((sql, exact))
            }
            _ => None,
        }
    }

    /// An element's address narrows; what else is asked of the element is up to Rust.
    fn element(&mut self, path: &ValuePath) -> Compiled {
        let value = AttributePath { sub: None, ..path.attribute.clone() };
        if let Some(Column::Groups) = self.column(&value) {
            return Some((IN_A_GROUP.to_owned(), false));
        }
        for (name, literal) in path.filter.equalities()? {
            if *name == "value" {
                let equal = Comparison { path: value, operator: Operator::Equal, value: literal.clone() };
                let (sql, exact) = self.compare(&equal)?;
                let only = path.filter.equalities().is_some_and(|all| all.len() == 1);
                return Some((sql, exact && only));
            }
        }
        let mut conditions = Vec::new();
        for (name, literal) in path.filter.equalities()? {
            let path = AttributePath { sub: Some(name.clone()), ..path.attribute.clone() };
            let equal = Comparison { path, operator: Operator::Equal, value: literal.clone() };
            conditions.extend(self.compare(&equal).map(|(sql, _)| sql));
        }
        (!conditions.is_empty()).then(|| (format!("({})", conditions.join(" AND ")), false))
    }

    /// Whole milliseconds are stored, a filter may ask for parts of one.
    fn instant(&mut self, name: &str, operator: Operator, instant: Timestamp) -> Compiled {
        let floor = instant.as_millisecond();
        let whole = Timestamp::from_millisecond(floor).is_ok_and(|floored| floored == instant);
        let (operator, bound) = match operator {
            Operator::Equal if !whole => return Some(("1=0".to_owned(), true)),
            Operator::Equal => ("=", floor),
            Operator::Greater => (">", floor),
            Operator::LessOrEqual => ("<=", floor),
            Operator::GreaterOrEqual if whole => (">=", floor),
            Operator::GreaterOrEqual => (">", floor),
            Operator::Less if whole => ("<", floor),
            Operator::Less => ("<=", floor),
            _ => return None,
        };
        self.arguments.push(Value::from(bound));
        Some((format!("{name} {operator} %d"), true))
    }

    /// What the filter says of what all resources of the type have in common.
    fn constant(&self, filter: &Filter) -> Compiled {
        let name = self.schemas.resource_type().name();
        let common = json!({ "meta": { "resourceType": name } });
        let holds = filter.matches(common.as_object()?, self.schemas);
        Some((if holds { "1=1" } else { "1=0" }.to_owned(), true))
    }

    /// One argument, or the same one twice. SQLite's drop-in compares every text without regard to the case
    /// of ASCII letters: where it counts, `BINARY` says so, and the plain comparison beside it finds the
    /// index. `LIKE` tells upper from lower case on MariaDB's binary columns and not on SQLite, and escapes
    /// differ: both only widen the condition.
    fn text(
        &mut self,
        name: &str,
        operator: Operator,
        text: &str,
        length: usize,
        case_exact: bool,
    ) -> Compiled {
        let cut: String = text.chars().take(length).collect();
        let whole = cut.len() == text.len() && text.chars().count() < length;
        // Of spaces at the end, `folded` does not tell every kind.
        let plain = whole && !text.ends_with([' ', '\u{a0}']);
        if operator == Operator::Equal {
            if case_exact {
                self.arguments.extend([Value::from(cut.as_str()), Value::from(cut)]);
                return Some((format!("({name} = %s AND {name} = BINARY %s)"), plain));
            }
            self.arguments.push(Value::from(folded(&cut, length)));
            return Some((format!("{name} = %s"), plain));
        }
        let has_wildcard = cut.contains(['%', '_', '\\']);
        let pattern = cut.replace(['%', '\\'], "_");
        let trimmed = pattern.trim_end_matches([' ', '\u{a0}']);
        let pattern = format!("{trimmed}{}", "_".repeat(pattern.chars().count() - trimmed.chars().count()));
        let pattern = match operator {
            Operator::StartsWith => format!("{pattern}%"),
            // What is searched may stand behind the part of the value that is stored.
            Operator::Contains | Operator::EndsWith if length <= LOOKUP_LENGTH => return None,
            Operator::Contains => format!("%{pattern}%"),
            Operator::EndsWith => format!("%{pattern}"),
            _ => return None,
        };
        self.arguments.push(Value::from(pattern));
        // On an index, MariaDB's `LIKE 'a%'` misses values that go on with a character of four bytes: it
        // looks up to U+FFFF. So the index is given the range.
        let sql = match operator {
            Operator::StartsWith => match range_of(&cut) {
                Some((from, below)) => {
                    self.arguments.extend([Value::from(from), Value::from(below)]);
                    format!("(CONCAT({name}, '') LIKE %s AND {name} > %s AND {name} < %s)")
                }
                None => format!("CONCAT({name}, '') LIKE %s"),
            },
            _ => format!("{name} LIKE %s"),
        };
        Some((sql, plain && !has_wildcard && !case_exact && !text.is_empty()))
    }

    /// A comparison with the values of the table.
    fn looked_up(&mut self, path: &str, operator: Operator, text: &str) -> Compiled {
        let before = self.arguments.len();
        let (condition, exact) = self.text("l.value", operator, &fold_case(text), LOOKUP_LENGTH, false)?;
        let arguments = self.arguments.split_off(before);
        let sql = self.lookup(path, Some(condition));
        self.arguments.extend(arguments);
        Some((sql, exact))
    }

    fn lookup(&mut self, path: &str, condition: Option<String>) -> String {
        self.arguments.push(Value::from(path));
        let condition = condition.map(|condition| format!(" AND {condition}")).unwrap_or_default();
        format!("EXISTS (SELECT 1 FROM {{lookups}} l WHERE l.row_id = u.row_id AND l.path = %s{condition})")
    }

    fn column(&self, path: &AttributePath) -> Option<Column> {
        let canonical = self.schemas.canonical(path);
        let sub = canonical.sub.as_deref();
        if let Some(urn) = &canonical.urn {
            let employee_number = *urn == ENTERPRISE_USER_URN && canonical.name == "employeeNumber";
            return match employee_number {
                true => Some(Column::Lookup("employeeNumber")),
                false => self.index(path),
            };
        }
        let text = |name, length, nullable| Some(Column::Text { name, length, nullable });
        match (self.schemas.resource_type(), canonical.name.as_str(), sub) {
            (ResourceType::User, "userName", None) => text("u.user_name_key", usize::MAX, false),
            (ResourceType::User, "id", None) => text("u.id", usize::MAX, false),
            (ResourceType::User, "externalId", None) => text("u.external_id", usize::MAX, true),
            (ResourceType::User, "active", None) => Some(Column::Active),
            (ResourceType::User, "meta", Some("created")) => Some(Column::Instant("u.created")),
            (ResourceType::User, "meta", Some("lastModified")) => Some(Column::Instant("u.modified")),
            (ResourceType::User, "emails", None | Some("value")) => Some(Column::Lookup("emails.value")),
            (ResourceType::User, "groups", None | Some("value" | "display" | "type")) => Some(Column::Groups),
            (ResourceType::User, "displayName", None) => Some(Column::Lookup("displayName")),
            (ResourceType::Group, "displayName", None) => text("g.display_name_key", usize::MAX, false),
            (ResourceType::Group, "id", None) => text("g.id", usize::MAX, false),
            (ResourceType::Group, "externalId", None) => text("g.external_id", usize::MAX, true),
            (ResourceType::Group, "meta", Some("created")) => Some(Column::Instant("g.created")),
            (ResourceType::Group, "meta", Some("lastModified")) => Some(Column::Instant("g.modified")),
            (ResourceType::Group, "members", None | Some("value")) => Some(Column::Members),
            (_, "meta", Some("resourceType")) => Some(Column::Constant),
            // What no schema defines is kept under a URN only. A person may have it even so, by a mapping.
            (ResourceType::Group, ..) if self.schemas.find(&canonical).is_none() => Some(Column::Constant),
            _ => self.index(path),
        }
    }

    fn index(&self, path: &AttributePath) -> Option<Column> {
        let is_person = self.schemas.resource_type() == ResourceType::User;
        let key = (is_person && !self.indexed.is_empty()).then(|| index_key(path, self.schemas))?;
        self.indexed.contains(&key).then_some(Column::Indexed(key))
    }

    /// Notes the attributes that an index would answer for.
    fn note_indexable(&self, filter: &Filter, noted: &mut Vec<String>) {
        let mut note = |path: &AttributePath| {
            let path = compared_path(path, self.schemas);
            let is_shown =
                self.schemas.attribute(&path).is_none_or(|found| found.returned != Returned::Never);
            let is_own = !["meta", "schemas"].contains(&path.name.as_str());
            let text = path.to_string();
            if is_shown && is_own && self.column(&path).is_none() && !noted.contains(&text) {
                noted.push(text);
            }
        };
        match filter {
            Filter::And(operands) | Filter::Or(operands) => {
                operands.iter().for_each(|operand| self.note_indexable(operand, noted));
            }
            Filter::Compare(Comparison {
                path,
                operator: Operator::Equal | Operator::StartsWith,
                value: Literal::String(_),
            }) => note(path),
            Filter::Value(path) => {
                let equalities = path.filter.equalities().into_iter().flatten();
                // Everybody has the same few types: they tell nobody from others.
                for (name, _) in equalities.filter(|(name, _)| *name != "type" && *name != "primary") {
                    note(&AttributePath { sub: Some(name.clone()), ..path.attribute.clone() });
                }
            }
            _ => {}
        }
    }
}

/// The attributes of people, as the schemas write them, that the filter compares and that an index would
/// answer for if there were one.
pub fn indexable(filter: &Filter, schemas: &ResourceSchemas, indexed: &[String]) -> Vec<String> {
    let mut noted = Vec::new();
    if schemas.resource_type() == ResourceType::User {
        Compiler { schemas, indexed, arguments: Vec::new() }.note_indexable(filter, &mut noted);
    }
    noted
}

/// The bounds of all texts that begin with this one: they lie above the first and below the second, whether
/// or not the case of ASCII letters counts, and whether or not spaces at the end do.
fn range_of(beginning: &str) -> Option<(String, String)> {
    let mut from: String = beginning.to_owned();
    let last = from.pop()?;
    // Beside these lie letters that SQLite takes for lower-case ones. Of spaces at the end, see `folded`.
    if ('@'..='[').contains(&last) || [' ', '\u{a0}'].contains(&last) {
        return None;
    }
    let neighbour = |step: i32| match (step, last) {
        (1, '\u{d7ff}') => Some('\u{e000}'),
        (-1, '\u{e000}') => Some('\u{d7ff}'),
        _ => char::from_u32(u32::from(last).checked_add_signed(step)?),
    };
    let below = format!("{from}{}", neighbour(1)?);
    from.push(neighbour(-1)?);
    Some((from, below))
}

#[cfg(test)]
mod tests;
