//! Days without readings: charged provisionally by what is usual, until the meter answers.

use crate::energy::Energy;
use crate::money::Money;
use crate::prepaid::days::MISSING;
use crate::prepaid::{Days, Metered};
use crate::tariff::{ChargeState, LineCharge, Tariff};
use crate::time::{Span, Timestamp};

/// What stands in an account's ledger for time that was not read.
#[derive(Clone, Debug)]
pub struct Provisional {
    /// The charge as it would stand if the estimates were readings.
    charge: ChargeState,
    pub since: Timestamp,
    pub to: Timestamp,
    pub energy: Energy,
    pub amount: Money,
}

impl Provisional {
    /// Since when nothing was read.
    pub fn since(&self) -> Timestamp {
        self.since
    }
}

/// One day that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    pub from: Timestamp,
    pub to: Timestamp,
    pub energy: Energy,
    pub lines: Vec<LineCharge>,
}

impl Metered {
    pub fn provisional(&self) -> Option<&Provisional> {
        self.provisional.as_deref()
    }

    /// When the next day without readings is full.
    pub fn missing_from(&self) -> Option<Timestamp> {
        let since = self.provisional().map_or(self.seen()?.at, |provisional| provisional.to);
        Some(since + MISSING)
    }

    /// The next day that was not read by `now`, as it would be charged; `None` also where the tariff
    /// has no price for it.
    pub fn estimate(&self, tariff: &Tariff, now: Timestamp) -> Option<Estimate> {
        let to = self.missing_from().filter(|to| *to <= now)?;
        let from = to - MISSING;
        let energy = self.days().usual(tariff.zone(), from);
        let lines = self.ahead(tariff, from, to, energy)?.1;
        Some(Estimate { from, to, energy, lines })
    }

    /// Makes an estimate so.
    pub fn charge_provisionally(&mut self, tariff: &Tariff, to: Timestamp, energy: Energy) {
        let since = self.provisional().map_or(to - MISSING, |provisional| provisional.since);
        let before =
            self.provisional().map_or((Energy::ZERO, Money::ZERO), |p| (p.energy, p.amount));
        if let Some((charge, lines)) = self.ahead(tariff, to - MISSING, to, energy) {
            let amount = before.1 + lines.iter().map(|line| line.amount).sum();
            let energy = before.0 + energy;
            self.provisional = Some(Box::new(Provisional { charge, since, to, energy, amount }));
        }
    }

    fn ahead(
        &self,
        tariff: &Tariff,
        from: Timestamp,
        to: Timestamp,
        energy: Energy,
    ) -> Option<(ChargeState, Vec<LineCharge>)> {
        let state = self.provisional().map(|provisional| &provisional.charge).or(self.charge())?;
        let mut charge = state.clone();
        charge.advance(tariff, from, to, energy).ok()?;
        let lines = charge.post(tariff);
        Some((charge, lines))
    }

    fn days(&self) -> &Days {
        &self.days
    }
}

/// How long the site has to have listened before it takes silence for missing data: after a start
/// the meters have not had their turn yet.
pub const LISTENED: Span = Span::from_hours(1);
