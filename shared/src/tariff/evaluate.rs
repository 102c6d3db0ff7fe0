//! From a position to money: the exact cumulative charge of every line of the running month.

use crate::energy::Energy;
use crate::money::{ExactCharge, UnitPrice};
use crate::tariff::block::Kind;
use crate::tariff::charge::{ChargeState, Part};
use crate::tariff::exact::{Exact, Ratio};
use crate::tariff::power_factor::{PowerFactor, hundredths};
use crate::tariff::version::{
    Charge, Component, Demand, Dynamic, Fixed, Minimum, MinimumPer, Per, Volume,
};
use crate::tariff::{LineKey, Tariff};

/// How many lines a tariff may have; so that an evaluation needs no memory of its own.
pub(crate) const MAX_LINES: usize = 24;

/// An amount for every line of a tariff.
pub(crate) type Amounts = [Exact; MAX_LINES];

pub(crate) fn get(amounts: &Amounts, line: LineKey) -> Exact {
    amounts.get(usize::from(line.0)).copied().unwrap_or_default()
}

fn put(amounts: &mut Amounts, line: LineKey, amount: Exact) {
    if let Some(slot) = amounts.get_mut(usize::from(line.0)) {
        *slot = slot.plus(amount);
    }
}

pub(crate) fn sum_of(amounts: &Amounts, lines: &[LineKey]) -> Exact {
    lines.iter().map(|&line| get(amounts, line)).sum()
}

impl ChargeState {
    /// The exact charge of every line so far this month, taxes that are inside prices left inside.
    pub(crate) fn line_charges(&self, tariff: &Tariff, closing: bool) -> Amounts {
        let mut total = [Exact::ZERO; MAX_LINES];
        if let [part] = self.parts.as_slice() {
            return self.part_charges(tariff, 0, part, closing, &total);
        }
        for (place, part) in self.parts.iter().enumerate() {
            let amounts = self.part_charges(tariff, place, part, closing, &total);
            for (sum, amount) in total.iter_mut().zip(amounts) {
                *sum = sum.plus(amount);
            }
        }
        total
    }

    /// The sum of all lines so far this month.
    pub(crate) fn running_total(&self, tariff: &Tariff) -> Exact {
        if let [part] = self.parts.as_slice()
            && let Some(version) = tariff.version_numbered(part.version)
            && version.independent
        {
            let charge = |component: &Component| match &component.charge {
                Charge::Volume(volume) => self.volume_charge(volume, part),
                Charge::Dynamic(dynamic) => dynamic_charge(dynamic, part),
                Charge::Fixed(fixed) => self.fixed_charge(fixed, 0, part),
                Charge::Demand(demand) => self.demand_charge(demand, part, true, 0),
                Charge::Minimum(_)
                | Charge::PowerFactor(_)
                | Charge::Percent(_)
                | Charge::Tax(_) => Exact::ZERO,
            };
            return version.components.iter().map(charge).sum();
        }
        self.line_charges(tariff, false).into_iter().take(tariff.lines.len()).sum()
    }

    /// The sum of all lines so far this month where nothing in it makes fractions, in a fraction of
    /// the time: this is asked after every reading.
    pub(crate) fn running_whole(&self, tariff: &Tariff) -> Option<ExactCharge> {
        let [part] = self.parts.as_slice() else { return None };
        let version =
            tariff.version_numbered(part.version).filter(|version| version.independent)?;
        let mut sum = ExactCharge::ZERO;
        for component in &version.components {
            sum += match &component.charge {
                Charge::Volume(volume) => self.volume_sum(volume, part),
                Charge::Demand(demand) => self.demand_whole(demand)?,
                Charge::Fixed(fixed) if fixed.per == Per::Day && fixed.quantity == Ratio::ONE => {
                    of(fixed.amount, Energy::KWH.mwh().checked_mul(part.days)?)
                }
                Charge::Fixed(_)
                | Charge::Dynamic(_)
                | Charge::Minimum(_)
                | Charge::PowerFactor(_)
                | Charge::Percent(_)
                | Charge::Tax(_) => return None,
            };
        }
        Some(sum)
    }

    /// What the peaks of the only version of a month cost, where that is a whole number: no mean, no
    /// ratchet, no contract.
    fn demand_whole(&self, demand: &Demand) -> Option<ExactCharge> {
        if demand.top != 1 || demand.ratchet.is_some() || demand.contract.is_some() {
            return None;
        }
        let mut sum = ExactCharge::ZERO;
        for (period, rate) in demand.rates.iter().enumerate() {
            let (Some(rate), true) = (rate, !demand.pooled || period == 0) else { continue };
            let peak = self.demands.get(demand.slot + period)?.peak(1);
            let billed = peak.checked_mul(60 / demand.minutes)?.max(demand.at_least);
            let mut from = 0;
            for (limit, &price) in rate.limits.iter().copied().chain([i64::MAX]).zip(&rate.prices) {
                let upto = billed.min(limit);
                if upto > from {
                    // Millionths of a kW at a price a kW, as mWh at a price a kWh.
                    sum += of(price, upto - from);
                    from = upto;
                }
            }
        }
        Some(sum)
    }

    /// The charges of one version's part; `before` are those of the parts before it.
    pub(crate) fn part_charges(
        &self,
        tariff: &Tariff,
        place: usize,
        part: &Part,
        closing: bool,
        before: &Amounts,
    ) -> Amounts {
        let mut amounts = [Exact::ZERO; MAX_LINES];
        let Some(version) = tariff.version_numbered(part.version) else { return amounts };
        let last = place + 1 == self.parts.len();
        for component in version.order.iter().filter_map(|&place| version.components.get(place)) {
            let amount = match &component.charge {
                Charge::Volume(volume) => self.volume_charge(volume, part),
                Charge::Dynamic(dynamic) => dynamic_charge(dynamic, part),
                Charge::Fixed(fixed) => self.fixed_charge(fixed, place, part),
                Charge::Demand(demand) => self.demand_charge(demand, part, last, place),
                Charge::Minimum(minimum) => {
                    if closing && last {
                        let so_far =
                            sum_of(before, &minimum.of).plus(sum_of(&amounts, &minimum.of));
                        self.top_up(minimum, component, so_far)
                    } else {
                        Exact::ZERO
                    }
                }
                Charge::PowerFactor(factor) => {
                    if closing && last {
                        let base = sum_of(before, &factor.of).plus(sum_of(&amounts, &factor.of));
                        self.adjustment(factor, base)
                    } else {
                        Exact::ZERO
                    }
                }
                Charge::Percent(percent) => sum_of(&amounts, &percent.of).times(percent.rate),
                Charge::Tax(tax) if tax.inclusive => Exact::ZERO,
                Charge::Tax(tax) => sum_of(&amounts, &tax.of).times(tax.rate),
            };
            put(&mut amounts, component.line, amount);
        }
        amounts
    }

    fn volume_charge(&self, volume: &Volume, part: &Part) -> Exact {
        self.volume_sum(volume, part).into()
    }

    fn volume_sum(&self, volume: &Volume, part: &Part) -> ExactCharge {
        let priced = part.buckets.iter().skip(volume.first).zip(&volume.prices);
        let mut sum: ExactCharge = priced.map(|(&mwh, &price)| of(price, mwh)).sum();
        if let Some(ladder) = volume.ladder.as_ref().filter(|ladder| ladder.kind == Kind::Whole) {
            let progress = self.progress.get(ladder.scope);
            let tier = progress.map_or(0, |progress| {
                ladder.step_of_volume(progress.used, 1, part.season, progress)
            });
            for period in 0..volume.prices.len() / volume.tiers {
                let mwh = part.buckets.get(volume.open_bucket(period)).copied().unwrap_or(0);
                sum += of(volume.price(period, tier), mwh);
            }
        }
        sum
    }

    fn fixed_charge(&self, fixed: &Fixed, place: usize, part: &Part) -> Exact {
        let whole = Exact::from(of(fixed.amount, Energy::KWH.mwh())).times(fixed.quantity);
        match fixed.per {
            Per::Day => whole.times(Ratio { num: part.days, den: 1 }),
            Per::Month => whole.times(Ratio { num: part.days, den: self.month.days() }),
            Per::MonthInAdvance if place == 0 && part.days > 0 => whole,
            Per::MonthInAdvance => Exact::ZERO,
            Per::Year => whole.times(Ratio { num: part.days, den: 365 }),
        }
    }

    /// What the peaks cost, counted from where they stood when the version came into force: an
    /// increase is charged at the rate of the day it happened.
    fn demand_charge(&self, demand: &Demand, part: &Part, last: bool, place: usize) -> Exact {
        let mut sum = Exact::ZERO;
        let ended = if last { None } else { self.parts.get(place + 1) };
        for (period, rate) in demand.rates.iter().enumerate() {
            let (Some(rate), true) = (rate, !demand.pooled || period == 0) else { continue };
            let slot = demand.slot + period;
            let Some(slot_state) = self.demands.get(slot) else { continue };
            let now = match ended {
                Some(next) => next.peaks_before.get(slot).copied().unwrap_or(0),
                None => slot_state.peak(demand.top),
            };
            let floor = demand.ratchet.as_ref().map(|ratchet| {
                let past = slot_state.past.iter().rev().take(ratchet.months);
                (past.copied().max().unwrap_or(0), ratchet.percent)
            });
            sum = sum.plus(demand.cost(rate, now, floor));
            if let Some(&start) = part.peaks_before.get(slot) {
                sum = sum.minus(demand.cost(rate, start, floor));
            }
        }
        sum
    }

    fn top_up(&self, minimum: &Minimum, component: &Component, so_far: Exact) -> Exact {
        let whole = Exact::from(of(minimum.amount, Energy::KWH.mwh()));
        let days: i64 = self.parts.iter().map(|part| part.days).sum();
        let (least, charged) = match minimum.per {
            MinimumPer::Day => (whole.times(Ratio { num: days, den: 1 }), so_far),
            MinimumPer::Month if minimum.by_days => {
                (whole.times(Ratio { num: days, den: self.month.days() }), so_far)
            }
            MinimumPer::Month => (whole, so_far),
            MinimumPer::Year if self.month.number == 12 && self.ends_whole() => {
                let before = self.yearly.get(usize::from(component.line.0)).copied();
                (whole, so_far.plus(before.unwrap_or_default()))
            }
            MinimumPer::Year => return Exact::ZERO,
        };
        least.minus(charged).max(Exact::ZERO)
    }

    /// Whether the running month was charged to its last day.
    fn ends_whole(&self) -> bool {
        self.day.is_some_and(|day| day + 1 == self.month.end)
    }

    fn adjustment(&self, factor: &PowerFactor, base: Exact) -> Exact {
        let reactive = self.reactive.map(Energy::from_mwh);
        let measured = reactive.and_then(|reactive| hundredths(self.month_energy(), reactive));
        // Nobody measured it: nothing is adjusted.
        measured.map_or(Exact::ZERO, |measured| base.times(factor.adjustment(measured)))
    }
}

fn dynamic_charge(dynamic: &Dynamic, part: &Part) -> Exact {
    Exact::from_parts(part.sums.get(dynamic.sum).copied().unwrap_or(0), 100_000_000)
}

fn of(price: UnitPrice, mwh: i64) -> ExactCharge {
    price.charge(Energy::from_mwh(mwh))
}

impl Demand {
    /// What a peak costs: `sum` of the highest intervals in mWh, `floor` the highest of the past
    /// and the share of it that is billed at least.
    pub(crate) fn cost(
        &self,
        rate: &crate::tariff::version::Rate,
        sum: i64,
        floor: Option<(i64, Ratio)>,
    ) -> Exact {
        // 1 mWh in an interval is 60/minutes millionths of a kW; all in `millionths / scale`, so that
        // means and shares stay whole numbers.
        let per_hour = i128::from(60 / self.minutes);
        let top = i128::try_from(self.top).expect("a handful of intervals");
        let (past, share) = floor.unwrap_or((0, Ratio::ONE));
        let bands = self.contract.as_ref().map_or(&[][..], |contract| contract.bands.as_slice());
        let band_scale: i128 = bands
            .iter()
            .filter_map(|(width, _)| *width)
            .map(|width| i128::from(width.den))
            .product();
        let scale = top * i128::from(share.den) * band_scale;
        let billed = (i128::from(sum) * per_hour * i128::from(share.den) * band_scale)
            .max(i128::from(past) * per_hour * i128::from(share.num) * band_scale)
            .max(i128::from(self.at_least) * scale);
        let mut weighted = Exact::ZERO;
        let mut charge = |power: i128, price: UnitPrice, multiple: Ratio| {
            let parts = Exact::from_parts(power * i128::from(price.e8()), scale);
            weighted = weighted.plus(parts.times(multiple));
        };
        let Some(contract) = &self.contract else {
            let mut from = 0;
            let limits = rate.limits.iter().map(|&limit| i128::from(limit) * scale);
            for (limit, &price) in limits.chain([i128::MAX]).zip(&rate.prices) {
                let upto = billed.min(limit);
                if upto > from {
                    charge(upto - from, price, Ratio::ONE);
                    from = upto;
                }
            }
            return weighted;
        };
        let price = rate.prices.first().copied().unwrap_or_default();
        let agreed = i128::from(contract.agreed) * scale;
        charge(agreed, price, Ratio::ONE);
        let mut from = agreed;
        for &(width, multiple) in &contract.bands {
            let limit = width.map_or(i128::MAX, |width| {
                agreed + agreed / i128::from(width.den) * i128::from(width.num)
            });
            let upto = billed.min(limit);
            if upto > from {
                charge(upto - from, price, multiple);
                from = upto;
            }
        }
        weighted
    }
}
