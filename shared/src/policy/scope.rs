//! What a policy attaches to; the nearest one counts, in the version in force.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::{LineId, MeterId, StaffId};
use crate::policy::Policy;
use crate::time::Timestamp;

/// From the widest to the nearest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    Site,
    Building { building: String },
    Floor { building: String, floor: String },
    Meter { meter: MeterId },
}

/// Who published a version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The site file, at a start.
    #[default]
    File,
    /// One person asked, another one agreed.
    Persons { approved_by: StaffId },
}

/// Where a meter stands, as far as its terms go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub building: String,
    pub floor: String,
    /// The line that feeds it: reconnections on one line are spread.
    pub feeder: Option<LineId>,
}

/// All policies of one book.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Ascending by time.
    scopes: BTreeMap<Scope, Vec<(Timestamp, Arc<Policy>)>>,
    /// What the site file said last, by scope.
    filed: BTreeMap<Scope, Policy>,
}

impl Terms {
    /// A version from `from` on; it replaces one of the very same time.
    pub fn publish(&mut self, scope: Scope, from: Timestamp, policy: Policy) {
        let versions = self.scopes.entry(scope).or_default();
        versions.retain(|(at, _)| *at != from);
        versions.push((from, Arc::new(policy)));
        versions.sort_by_key(|(at, _)| *at);
    }

    /// The site file said so when it was last taken in.
    pub fn file(&mut self, scope: Scope, policy: Policy) {
        self.filed.insert(scope, policy);
    }

    /// What the site file said of this scope when it was last taken in.
    pub fn filed(&self, scope: &Scope) -> Option<&Policy> {
        self.filed.get(scope)
    }

    /// Scopes that the site file spoke of.
    pub fn filed_scopes(&self) -> impl Iterator<Item = &Scope> {
        self.filed.keys()
    }

    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.keys()
    }

    /// The policy in force for exactly this scope.
    pub fn of(&self, scope: &Scope, at: Timestamp) -> Option<&Arc<Policy>> {
        let versions = self.scopes.get(scope)?;
        versions.iter().rev().find(|(from, _)| *from <= at).map(|(_, policy)| policy)
    }

    /// The last version of this scope, in force or not yet.
    pub fn last_of(&self, scope: &Scope) -> Option<&Arc<Policy>> {
        self.scopes.get(scope)?.last().map(|(_, policy)| policy)
    }

    /// The nearest policy for a meter.
    pub fn nearest(&self, meter: MeterId, place: &Place, at: Timestamp) -> Option<&Arc<Policy>> {
        let Place { building, floor, feeder: _ } = place.clone();
        let scopes = [
            Scope::Meter { meter },
            Scope::Floor { building: building.clone(), floor },
            Scope::Building { building },
            Scope::Site,
        ];
        scopes.iter().find_map(|scope| self.of(scope, at))
    }

    /// The first change of any of them after `at`.
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        let times = self.scopes.values().flatten().map(|(from, _)| *from);
        times.filter(|from| *from > at).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;

    #[test]
    fn the_nearest_policy_counts_in_the_version_in_force() {
        let at = Timestamp::from_millis;
        let policy = |minor| Policy { low_credit: Money::from_minor(minor), ..Policy::default() };
        let mut terms = Terms::default();
        terms.publish(Scope::Site, at(0), policy(1));
        terms.publish(Scope::Building { building: "7".to_owned() }, at(10), policy(2));
        let floor = Scope::Floor { building: "7".to_owned(), floor: "1".to_owned() };
        terms.publish(floor, at(0), policy(3));
        terms.publish(Scope::Meter { meter: MeterId(9) }, at(20), policy(4));
        let place = |building: &str, floor: &str| Place {
            building: building.to_owned(),
            floor: floor.to_owned(),
            feeder: None,
        };
        let rows = [
            (8, "6", "1", 30, 1),
            (8, "7", "2", 9, 1),
            (8, "7", "2", 10, 2),
            (8, "7", "1", 30, 3),
            (9, "7", "1", 19, 3),
            (9, "7", "1", 20, 4),
        ];
        for (meter, building, floor, now, minor) in rows {
            let found = terms.nearest(MeterId(meter), &place(building, floor), at(now));
            assert_eq!(found.map(|policy| policy.low_credit.minor()), Some(minor), "{meter} {now}");
        }
        assert_eq!(terms.next_change(at(10)), Some(at(20)));
        assert_eq!(terms.next_change(at(20)), None);
    }
}
