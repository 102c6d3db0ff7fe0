//! Where in the day a position is: a cache, rebuilt whenever it does not fit.

use crate::time::Timestamp;

/// Version, season and periods in force until an instant. It never decides anything: two states
/// that differ only here are equal, and it is not stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cursor {
    pub fingerprint: u64,
    /// Place in the tariff's list of versions.
    pub version: usize,
    pub from: Timestamp,
    /// The first instant at which any of this changes; not after `from`: nothing is known.
    pub until: Timestamp,
    /// First instant of the civil day.
    pub midnight: Timestamp,
    /// Period in force, by schedule of the version.
    pub periods: Vec<usize>,
}

impl Cursor {
    pub(crate) fn holds(&self, fingerprint: u64, at: Timestamp) -> bool {
        self.fingerprint == fingerprint && self.from <= at && at < self.until
    }

    pub(crate) fn period(&self, schedule: usize) -> usize {
        self.periods.get(schedule).copied().unwrap_or(0)
    }
}

impl PartialEq for Cursor {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}
impl Eq for Cursor {}
