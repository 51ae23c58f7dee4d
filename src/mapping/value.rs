//! Values on their way from an attribute into a place of WordPress, and back.
//!
//! Everything in WordPress's tables is text, and each place has its own way to write a boolean or a date. A
//! value that comes back is read by its meaning and not by its spelling, so that another spelling is never
//! taken for a local edit.

use super::target::Target;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// What a place holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text.
    #[default]
    Text,
    /// `1` or `0`: ACF's True / False, BuddyPress's acceptance box.
    Boolean,
    /// A number.
    Number,
    /// A day: `20260131` for ACF's date picker, `2026-01-31 00:00:00` for BuddyPress's date field, else
    /// `2026-01-31`.
    Date,
    /// A point in time, in UTC: `2026-01-31 08:30:00`, as ACF's date time picker keeps it.
    DateTime,
}

impl Kind {
    /// What is written for an attribute's value; nothing where the value is none of this kind.
    pub(super) fn write(self, text: &str, target: &Target) -> Option<Value> {
        let number = match self {
            Self::Text => return target.to_stored(text.to_owned()).map(Value::String),
            Self::Boolean => Number::from(u8::from(boolean(text)?)),
            Self::Number => number(text)?,
            Self::Date => {
                let format = match target {
                    Target::Acf(_) => "%Y%m%d",
                    Target::Xprofile(_) => "%Y-%m-%d 00:00:00",
                    Target::Meta(_) | Target::Field(_) => "%Y-%m-%d",
                };
                return Some(Value::String(date(text)?.strftime(format).to_string()));
            }
            Self::DateTime => {
                return Some(Value::String(point(text)?.strftime("%Y-%m-%d %H:%M:%S").to_string()));
            }
        };
        Some(match target {
            // BuddyPress compares options by type as well (BP_XProfile_Field_Type::is_valid()).
            Target::Xprofile(_) => Value::String(number.to_string()),
            _ => Value::Number(number),
        })
    }

    /// The attribute's value that a live one stands for. What cannot be read is shown as the text that it is.
    pub(super) fn read(self, live: &Value, target: &Target) -> Option<Value> {
        let text = match live {
            // How PHP says false, and a meta says it of false.
            Value::Bool(false) => "".to_owned(),
            Value::Bool(true) => "1".to_owned(),
            other => text_of(other)?,
        };
        if text.is_empty() {
            return (self == Self::Boolean).then_some(Value::Bool(false));
        }
        let read = match self {
            Self::Text => None,
            Self::Boolean => boolean(&text).map(Value::Bool),
            Self::Number => number(&text).map(Value::Number),
            Self::Date => date(&text).map(|date| Value::String(format!("{date}T00:00:00Z"))),
            Self::DateTime => point(&text)
                .and_then(|point| point.to_zoned(TimeZone::UTC).ok())
                .map(|point| Value::String(point.timestamp().to_string())),
        };
        Some(read.unwrap_or_else(|| Value::String(target.to_shown(text))))
    }
}

/// A value as text; the `value` of a complex one.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(boolean) => Some(boolean.to_string()),
        Value::Object(map) => map.get("value").and_then(text_of),
        Value::Null | Value::Array(_) => None,
    }
}

/// Whether two values say the same: elements of a list stand in no order (RFC 7643 §2.4).
pub(crate) fn same(one: Option<&Value>, other: Option<&Value>) -> bool {
    let sorted = |list: &[Value]| {
        let mut texts: Vec<String> = list.iter().map(Value::to_string).collect();
        texts.sort();
        texts
    };
    match (one, other) {
        (Some(Value::Array(one)), Some(Value::Array(other))) => sorted(one) == sorted(other),
        (one, other) => one == other,
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Option<Number> {
    let text = text.trim();
    match text.parse::<i64>() {
        Ok(integer) => Some(Number::from(integer)),
        Err(_) => {
            let number: f64 = text.parse().ok()?;
            // PHP writes a whole one without its point, and one beyond its integers with an exponent.
            let is_whole = number.fract() == 0.0 && number.abs() < 9e15;
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
            let whole = is_whole.then(|| Number::from(number as i64));
            whole.or_else(|| Number::from_f64(number))
        }
    }
}

/// A day, in the time zone in which it was written: `2026-01-31T23:00:00-05:00` is the 31st.
fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let day = text.split(['T', 't', ' ']).next().unwrap_or_default();
    if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
        return Date::strptime("%Y%m%d", day).ok();
    }
    // BuddyPress takes 2026-1-3.
    let mut parts = day.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A point in time, in UTC and to the second.
fn point(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let whole = |point: DateTime| point.date().at(point.hour(), point.minute(), point.second(), 0);
    match text.parse::<Timestamp>() {
        Ok(timestamp) => Some(whole(timestamp.to_zoned(TimeZone::UTC).datetime())),
        Err(_) => match text.parse::<DateTime>() {
            Ok(point) => Some(whole(point)),
            Err(_) => date(text).filter(|_| !text.contains([':'])).map(|date| date.at(0, 0, 0, 0)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TARGETS: [&str; 3] = ["meta:m", "xprofile:x", "acf:a"];

    #[track_caller]
    fn writes(kind: Kind, text: &str, of_each: [Value; 3], shown: Value) {
        for (target, expected) in TARGETS.into_iter().zip(of_each) {
            let target: Target = target.parse().unwrap();
            let written = kind.write(text, &target);
            assert_eq!(written, Some(expected), "{target}");
            let live = written.unwrap();
            assert_eq!(kind.read(&live, &target), Some(shown.clone()), "{target}");
            // Metas come back as text.
            assert_eq!(kind.read(&json!(text_of(&live)), &target), Some(shown.clone()), "{target}");
        }
    }

    #[test]
    fn each_place_gets_its_own_form() {
        writes(Kind::Text, "Jané", [json!("Jané"), json!("Jané"), json!("Jané")], json!("Jané"));
        writes(Kind::Boolean, "True", [json!(1), json!("1"), json!(1)], json!(true));
        writes(Kind::Boolean, "false", [json!(0), json!("0"), json!(0)], json!(false));
        writes(Kind::Number, "0042", [json!(42), json!("42"), json!(42)], json!(42));
        writes(Kind::Number, "-1.5", [json!(-1.5), json!("-1.5"), json!(-1.5)], json!(-1.5));
        writes(Kind::Number, "1.0", [json!(1), json!("1"), json!(1)], json!(1));
        let date = [json!("1980-05-01"), json!("1980-05-01 00:00:00"), json!("19800501")];
        let shown = json!("1980-05-01T00:00:00Z");
        writes(Kind::Date, "1980-05-01T23:00:00-05:00", date.clone(), shown.clone());
        writes(Kind::Date, "1980-5-1", date.clone(), shown.clone());
        writes(Kind::Date, "19800501", date, shown);
        let point = json!("1980-05-02 04:00:00");
        let points = [point.clone(), point.clone(), point];
        writes(Kind::DateTime, "1980-05-01T23:00:00.5-05:00", points, json!("1980-05-02T04:00:00Z"));
    }

    #[test]
    fn what_is_none_of_the_kind_is_not_written_and_shown_as_it_is() {
        let target: Target = "acf:a".parse().unwrap();
        for (kind, text) in [
            (Kind::Boolean, "perhaps"),
            (Kind::Number, "many"),
            (Kind::Number, "NaN"),
            (Kind::Number, "inf"),
            (Kind::Date, "soon"),
            (Kind::Date, "1980-13-01"),
            (Kind::Date, "80-01-01"),
            (Kind::DateTime, "1980-01-01 25:00"),
        ] {
            assert_eq!(kind.write(text, &target), None, "{text}");
            assert_eq!(kind.read(&json!(text), &target), Some(json!(text)));
        }
        assert_eq!(Kind::Boolean.read(&json!(""), &target), Some(json!(false)));
        assert_eq!(Kind::Boolean.read(&json!(null), &target), None);
        assert_eq!(Kind::Number.read(&json!(""), &target), None);
        assert_eq!(Kind::Text.read(&json!(["a"]), &target), None);
    }

    #[test]
    fn a_list_has_no_order() {
        let same = |one: Value, other: Value| same(Some(&one), Some(&other));
        assert!(same(json!(["a", "b"]), json!(["b", "a"])));
        assert!(!same(json!(["a", "a"]), json!(["a", "b"])));
        assert!(!same(json!(["a"]), json!("a")));
    }
}
