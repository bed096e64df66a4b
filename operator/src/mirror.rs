//! What was seen of one kind: watch events and the answers to our own writes, put together so that it never shows less than it
//! showed before. It reads no object; whoever fills it says its key and version.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

/// Keys of objects that are gone are remembered, so that an answer that comes after the deletion brings nothing back. An answer comes
/// within seconds; so many deletions do not happen meanwhile.
const GONE_MAX: usize = 8192;

/// Objects of one kind, by key.
#[derive(Debug)]
pub struct Mirror<K, V> {
    seen: HashMap<K, Entry<V>>,
    gone: HashSet<K>,
    gone_order: VecDeque<K>,
    listing: u64,
    complete: bool,
}

#[derive(Debug)]
struct Entry<V> {
    version: u64,
    /// The last listing in which it was, or after whose begin it was seen.
    listing: u64,
    value: V,
}

impl<K: Copy + Eq + Hash, V> Mirror<K, V> {
    /// Nothing seen.
    pub fn new() -> Self {
        Self { seen: HashMap::new(), gone: HashSet::new(), gone_order: VecDeque::new(), listing: 0, complete: false }
    }

    /// Whether all objects were listed once.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// An object, in the version given. False when it changes nothing: a newer one is known, or the object is gone.
    pub fn see(&mut self, key: K, version: u64, value: V) -> bool {
        if self.gone.contains(&key) {
            return false;
        }
        let listing = self.listing;
        match self.seen.get_mut(&key) {
            Some(entry) if entry.version >= version => {
                entry.listing = listing;
                false
            }
            _ => {
                self.seen.insert(key, Entry { version, listing, value });
                true
            }
        }
    }

    /// The object is gone for ever: no key comes twice. Gives what was known of it.
    pub fn lose(&mut self, key: K) -> Option<V> {
        if self.gone.insert(key) {
            self.gone_order.push_back(key);
        }
        if self.gone_order.len() > GONE_MAX
            && let Some(oldest) = self.gone_order.pop_front()
        {
            self.gone.remove(&oldest);
        }
        self.seen.remove(&key).map(|entry| entry.value)
    }

    /// All objects are listed again from here on.
    pub fn begin_listing(&mut self) {
        self.listing += 1;
    }

    /// The listing is complete. Gives the keys of what is not in it; [`Self::lose`] them.
    pub fn end_listing(&mut self) -> Vec<K> {
        self.complete = true;
        let listing = self.listing;
        self.seen.iter().filter(|(_, entry)| entry.listing < listing).map(|(key, _)| *key).collect()
    }

    /// The object of this key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.seen.get(key).map(|entry| &entry.value)
    }

    /// The object of this key, for what is known of it besides.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.seen.get_mut(key).map(|entry| &mut entry.value)
    }

    /// All objects.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.seen.iter().map(|(key, entry)| (key, &entry.value))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }
}

impl<K: Copy + Eq + Hash, V> Default for Mirror<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_views_change_nothing() {
        let mut mirror = Mirror::new();
        assert!(mirror.see(1, 5, "new"));
        assert!(!mirror.see(1, 4, "old"));
        assert_eq!(mirror.get(&1), Some(&"new"));
        assert!(mirror.see(1, 6, "newer"));
        assert_eq!(mirror.get(&1), Some(&"newer"));
    }

    #[test]
    fn what_is_gone_stays_gone() {
        let mut mirror = Mirror::new();
        mirror.see(1, 5, ());
        assert_eq!(mirror.lose(1), Some(()));
        assert!(!mirror.see(1, 9, ()), "an answer that comes late");
        assert_eq!(mirror.len(), 0);
    }

    #[test]
    fn a_listing_forgets_what_is_not_in_it_but_not_what_came_meanwhile() {
        let mut mirror = Mirror::new();
        mirror.begin_listing();
        for key in [1, 2] {
            mirror.see(key, 5, ());
        }
        assert_eq!((mirror.is_complete(), mirror.end_listing(), mirror.is_complete()), (false, vec![], true));
        mirror.begin_listing();
        mirror.see(3, 9, ());
        mirror.see(1, 5, ());
        assert_eq!(mirror.end_listing(), [2]);
    }
}
