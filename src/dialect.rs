//! Every tolerance for what an identity provider sends beyond the RFC, each with a name and a source.

/// A tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// `"op": "Add"`
    OperationCase,
}

impl Dialect {
    /// Every tolerance.
    pub const ALL: &'static [Self] = &[Self::OperationCase];

    /// The name under which the activity log shows it.
    pub fn name(self) -> &'static str {
        "operation-case"
    }
}

/// The tolerances that one request needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dialects(u64);

impl Dialects {
    /// Remembers that a tolerance was needed.
    pub fn note(&mut self, dialect: Dialect) {
        self.0 |= 1 << dialect as u64;
    }

    /// Whether a tolerance was needed.
    pub fn contains(self, dialect: Dialect) -> bool {
        self.0 & (1 << dialect as u64) != 0
    }

    /// The tolerances that were needed.
    pub fn iter(self) -> impl Iterator<Item = Dialect> {
        Dialect::ALL.iter().copied().filter(move |&dialect| self.contains(dialect))
    }

    /// Their names.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.iter().map(Dialect::name)
    }
}
