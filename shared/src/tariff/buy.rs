//! What the next kWh costs at a position, and how many kWh an amount of money buys from there.

use serde::{Deserialize, Serialize};

use crate::energy::Energy;
use crate::money::{Money, UnitPrice};
use crate::tariff::Tariff;
use crate::tariff::block::Kind;
use crate::tariff::charge::ChargeState;
use crate::tariff::evaluate::{Amounts, MAX_LINES, sum_of};
use crate::tariff::exact::Exact;
use crate::tariff::lay::look_back_step;
use crate::tariff::version::{Charge, Version, Volume};
use crate::time::Timestamp;

/// Energy bought at one price on the way up the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// Period and step, such as `peak 2`.
    pub name: String,
    /// Counted from 1.
    pub tier: usize,
    pub energy: Energy,
    /// Rounded down; what is left over stays with the customer.
    pub amount: Money,
    pub price: Exact,
}

/// The price of the next kWh, everything in: levies, percentages, taxes.
pub(crate) struct Marginal {
    pub price: Exact,
    pub tier: usize,
    pub period: String,
    /// How much more costs the same, in mWh.
    pub room: i64,
    /// Beyond the room all energy of the month changes its price, so nothing can be said.
    pub cliff: bool,
}

impl ChargeState {
    /// The price of the next kWh at this position and instant, with levies, percentages and taxes,
    /// to 8 decimals, half up: for screens; postings never use it. Zero before the first version.
    pub fn price_now(&self, tariff: &Tariff, at: Timestamp) -> UnitPrice {
        let price = self.marginal(tariff, at, 0).map_or(Exact::ZERO, |marginal| marginal.price);
        price.to_price()
    }

    /// The step of the ladder the next kWh falls on, from 1.
    pub fn tier_now(&self, tariff: &Tariff, at: Timestamp) -> usize {
        self.marginal(tariff, at, 0).map_or(1, |marginal| marginal.tier + 1)
    }

    /// What `money` buys from this position if all of it were used now: one step after the other.
    /// Ends early where energy is free, or where the next kWh would change the price of all before.
    pub fn buys(&self, tariff: &Tariff, at: Timestamp, money: Money) -> Vec<Step> {
        let mut left = Exact::from(money.exact(tariff.currency));
        let mut bought = 0_i64;
        let mut steps = Vec::new();
        while let Some(marginal) = self.marginal(tariff, at, bought) {
            if marginal.price.is_zero() && marginal.room < i64::MAX {
                // Free units come first, and with them nothing is spent.
            } else if marginal.price <= Exact::ZERO {
                break;
            }
            let energy =
                left.buys(marginal.price).map_or(marginal.room, |mwh| mwh.min(marginal.room));
            if energy == 0 {
                break;
            }
            let cost = marginal.price.for_energy(energy);
            left = left.minus(cost);
            bought += energy;
            steps.push(Step {
                name: format!("{} {}", marginal.period, marginal.tier + 1),
                tier: marginal.tier + 1,
                energy: Energy::from_mwh(energy),
                amount: cost.round(crate::money::Rounding::Floor, tariff.currency),
                price: marginal.price,
            });
            if energy < marginal.room || marginal.cliff {
                break;
            }
        }
        steps
    }

    /// The price at `ahead` mWh beyond this position.
    pub(crate) fn marginal(&self, tariff: &Tariff, at: Timestamp, ahead: i64) -> Option<Marginal> {
        let version = tariff.version_at(at)?;
        let season = version.season_of(tariff.zone.date(at));
        let mut amounts: Amounts = [Exact::ZERO; MAX_LINES];
        let mut found = Marginal {
            price: Exact::ZERO,
            tier: 0,
            period: String::new(),
            room: i64::MAX,
            cliff: false,
        };
        let main = version.main_volume().map(|volume| volume.first);
        for component in version.order.iter().filter_map(|&place| version.components.get(place)) {
            let amount = match &component.charge {
                Charge::Volume(volume) => {
                    let schedule = version.schedule(volume.schedule);
                    let (period, _) = tariff.period_of(version, schedule, at).ok()?;
                    let (tier, price) = self.step_ahead(volume, season, ahead, &mut found, period);
                    if main == Some(volume.first) {
                        found.tier = tier;
                        schedule.period_name(period).clone_into(&mut found.period);
                    }
                    Exact::from(price.charge(Energy::KWH))
                }
                Charge::Dynamic(dynamic) => {
                    let series = tariff.series.get(dynamic.series).and_then(Option::as_ref)?;
                    let (spot, _) = series.at(at)?;
                    Exact::from_parts(dynamic.price(spot) * 1_000_000, 100_000_000)
                }
                Charge::Percent(percent) => sum_of(&amounts, &percent.of).times(percent.rate),
                Charge::Tax(tax) if !tax.inclusive => sum_of(&amounts, &tax.of).times(tax.rate),
                Charge::Tax(_)
                | Charge::Fixed(_)
                | Charge::Demand(_)
                | Charge::Minimum(_)
                | Charge::PowerFactor(_) => Exact::ZERO,
            };
            if let Some(slot) = amounts.get_mut(usize::from(component.line.0)) {
                *slot = slot.plus(amount);
            }
            found.price = found.price.plus(amount);
        }
        Some(found)
    }

    fn step_ahead(
        &self,
        volume: &Volume,
        season: usize,
        ahead: i64,
        found: &mut Marginal,
        period: usize,
    ) -> (usize, UnitPrice) {
        let mut tier = 0;
        if let Some(ladder) = &volume.ladder
            && let Some(progress) = self.progress.get(ladder.scope)
        {
            let used = progress.used + ahead;
            tier = match ladder.kind {
                Kind::Graduated => {
                    let (tier, room) = ladder.step(used, season, progress);
                    found.room = found.room.min(room);
                    tier
                }
                Kind::Whole => {
                    // At a limit the volume is still below it: the next mWh is what counts.
                    let tier = ladder.step_of_volume(used + 1, 1, season, progress);
                    let (_, room) = ladder.step(used, season, progress);
                    found.cliff |= room <= found.room;
                    found.room = found.room.min(room);
                    tier
                }
                Kind::LookBack(months) => {
                    look_back_step(ladder, months, &self.past_volumes, season, progress)
                }
            };
        }
        if let Some(free) = &volume.free
            && let Some(progress) = self.progress.get(free.scope)
        {
            let (step, room) = free.step(progress.used + ahead, season, progress);
            if step == 0 && room < i64::MAX {
                found.room = found.room.min(room);
                return (tier, UnitPrice::default());
            }
        }
        (tier, volume.price(period, tier))
    }
}

impl Version {
    /// Whether any price of this version changes with the hour.
    pub fn is_timed(&self) -> bool {
        self.main_schedule().is_some_and(|schedule| !schedule.is_flat())
    }
}
