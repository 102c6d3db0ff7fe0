//! What is known of places: read by every page, and grown when meters are added.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

#[derive(Clone, Debug)]
pub(crate) struct Growing<K, V>(Arc<RwLock<BTreeMap<K, V>>>);

impl<K: Ord, V: Clone> Growing<K, V> {
    pub(crate) fn new(known: BTreeMap<K, V>) -> Self {
        Self(Arc::new(RwLock::new(known)))
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    pub(crate) fn all(&self) -> Vec<V> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub(crate) fn extend(&self, more: impl IntoIterator<Item = (K, V)>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(more);
    }
}
