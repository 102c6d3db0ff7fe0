//! The tariffs as they are published now, for screens that show periods and names.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use shared::id::TariffId;
use shared::tariff::Tariff;

/// Read at every overview, written when somebody publishes.
#[derive(Debug, Default)]
pub(crate) struct Shelf(RwLock<BTreeMap<TariffId, Arc<Tariff>>>);

const HELD: &str = "nobody panics while holding the shelf";

impl Shelf {
    pub(crate) fn new(tariffs: impl IntoIterator<Item = Tariff>) -> Self {
        let shelf = Self::default();
        tariffs.into_iter().for_each(|tariff| shelf.put(tariff));
        shelf
    }

    pub(crate) fn get(&self, id: &TariffId) -> Option<Arc<Tariff>> {
        self.0.read().expect(HELD).get(id).cloned()
    }

    pub(crate) fn put(&self, tariff: Tariff) {
        self.0.write().expect(HELD).insert(tariff.id().clone(), Arc::new(tariff));
    }
}
