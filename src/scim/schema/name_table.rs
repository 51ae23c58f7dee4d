//! Finding attributes by name.

use crate::scim::path::AttributeName;

/// Values by attribute name, in any case. The first value of a name stays.
///
/// A hash table whose hash is the length and the outer letters: that tells attribute names apart as well as
/// a better one, for less.
#[derive(Debug, Clone)]
pub(super) struct NameTable<T> {
    buckets: Vec<Vec<(AttributeName, T)>>,
}

impl<T> NameTable<T> {
    const BUCKETS: usize = 256;

    pub(super) fn insert(&mut self, name: &AttributeName, value: T) {
        if self.get(name).is_some() {
            return;
        }
        if let Some(bucket) = self.buckets.get_mut(Self::bucket(name)) {
            bucket.push((name.clone(), value));
        }
    }

    /// The name as it was inserted, and its value.
    pub(super) fn get(&self, name: &str) -> Option<&(AttributeName, T)> {
        self.buckets.get(Self::bucket(name))?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    fn bucket(name: &str) -> usize {
        let letter = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(byte | 0x20));
        let bytes = name.as_bytes();
        (bytes.len().wrapping_mul(67) ^ letter(bytes.first()).wrapping_mul(5) ^ letter(bytes.last()))
            % Self::BUCKETS
    }
}

impl<T> Default for NameTable<T> {
    fn default() -> Self {
        Self { buckets: std::iter::repeat_with(Vec::new).take(Self::BUCKETS).collect() }
    }
}
