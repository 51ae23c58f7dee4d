//! Printing a filter in its canonical form, from which reading gives the same filter back.

use super::{Filter, Literal, Number, Operator, ValueFilter};
use std::fmt::{self, Display, Formatter, Write};

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(operands) => joined(f, operands, " and ", |operand| matches!(operand, Self::Or(_))),
            Self::Or(operands) => joined(f, operands, " or ", |_| false),
            Self::Not(operand) => write!(f, "not ({operand})"),
            Self::Present(path) => write!(f, "{path} pr"),
            Self::Compare(comparison) => {
                write!(f, "{} {} {}", comparison.path, comparison.operator, comparison.value)
            }
            Self::Value(path) => path.fmt(f),
        }
    }
}

impl Display for ValueFilter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.filter().fmt(f)
    }
}

impl Display for Operator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::String(value) => json_string(f, value),
        }
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn joined(
    f: &mut Formatter<'_>,
    operands: &[Filter],
    word: &str,
    needs_parentheses: impl Fn(&Filter) -> bool,
) -> fmt::Result {
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        if needs_parentheses(operand) {
            write!(f, "({operand})")?;
        } else {
            operand.fmt(f)?;
        }
    }
    Ok(())
}

/// A string as JSON writes it (RFC 8259 §7), with escapes only where they are needed.
fn json_string(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\0'..='\x1f' => write!(f, "\\u{:04x}", u32::from(c))?,
            _ => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
