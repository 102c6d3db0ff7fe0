//! A bill: one billing month, line by line, exact; and the closing of a month.

use serde::{Deserialize, Serialize};

use crate::energy::Energy;
use crate::money::Money;
use crate::tariff::block::Kind;
use crate::tariff::charge::{ChargeState, Part};
use crate::tariff::evaluate::{Amounts, MAX_LINES, get};
use crate::tariff::exact::{Exact, Ratio};
use crate::tariff::lay::look_back_step;
use crate::tariff::settle::Watch;
use crate::tariff::version::{Charge, Version, Volume};
use crate::tariff::{Class, LineKey, Tariff};

/// One billing month of one account. Amounts are without the taxes that are inside prices; those
/// taxes have lines of their own, so the lines add up to the total either way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// Of the first day of the billing month.
    pub year: i16,
    pub month: i8,
    pub day: i8,
    pub energy: Energy,
    pub lines: Vec<BillLine>,
    /// What the ledger shows: every line's charge rounded, taxes inside prices left inside.
    pub posted: Money,
    /// Exact charge of every line that has one, taxes inside prices left inside: what is rounded and
    /// posted.
    pub charges: Vec<(LineKey, Exact)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillLine {
    pub line: LineKey,
    pub component: String,
    pub class: Class,
    pub period: Option<String>,
    /// Counted from 1; 0 is free energy.
    pub tier: Option<usize>,
    pub energy: Option<Energy>,
    pub amount: Exact,
}

impl Bill {
    pub fn total(&self) -> Exact {
        self.lines.iter().map(|line| line.amount).sum()
    }

    pub fn class_total(&self, class: Class) -> Exact {
        self.lines.iter().filter(|line| line.class == class).map(|line| line.amount).sum()
    }

    /// The charge of a line as it was posted: with the taxes that are inside its price.
    pub fn charge_of(&self, line: LineKey) -> Exact {
        self.charges.iter().find(|(own, _)| *own == line).map_or(Exact::ZERO, |(_, charge)| *charge)
    }

    /// Lines of the tariff in their order, and within each the periods by name, then the steps.
    pub(crate) fn in_order(&mut self) {
        self.lines.sort_by(|one, other| {
            (one.line, &one.period, one.tier).cmp(&(other.line, &other.period, other.tier))
        });
    }

    /// Adds to a line of the same component, period and step, or begins it.
    pub(crate) fn add(&mut self, entry: BillLine) {
        let same = self.lines.iter_mut().find(|line| {
            (line.line, line.tier) == (entry.line, entry.tier) && line.period == entry.period
        });
        match same {
            Some(line) => {
                line.amount = line.amount.plus(entry.amount);
                line.energy = match (line.energy, entry.energy) {
                    (Some(one), Some(other)) => Some(one + other),
                    (one, other) => one.or(other),
                };
            }
            None => self.lines.push(entry),
        }
    }
}

impl ChargeState {
    /// The running month as a bill; `closing`: as if it ended now.
    pub fn bill(&self, tariff: &Tariff, closing: bool) -> Bill {
        let mut bill = Bill {
            year: self.month.year,
            month: self.month.number,
            day: tariff.billing_day,
            energy: self.month_energy(),
            ..Bill::default()
        };
        let rounding = if closing { tariff.close } else { tariff.running };
        let mut before = [Exact::ZERO; MAX_LINES];
        for (place, part) in self.parts.iter().enumerate() {
            let amounts = self.part_charges(tariff, place, part, closing, &before);
            if let Some(version) = tariff.version_numbered(part.version) {
                self.part_lines(version, part, &amounts, &mut bill);
            }
            for (sum, amount) in before.iter_mut().zip(amounts) {
                *sum = sum.plus(amount);
            }
        }
        bill.posted = before.into_iter().map(|exact| exact.round(rounding, tariff.currency)).sum();
        let charged = before.iter().zip(0_u16..).filter(|(charge, _)| !charge.is_zero());
        bill.charges = charged.map(|(charge, line)| (LineKey(line), *charge)).collect();
        bill.in_order();
        bill
    }

    fn part_lines(&self, version: &Version, part: &Part, amounts: &Amounts, bill: &mut Bill) {
        for component in &version.components {
            let share = version.net_share(component.line);
            let entry = |period: Option<&str>, tier, energy, amount: Exact| BillLine {
                line: component.line,
                component: component.name.clone(),
                class: component.class,
                period: period.map(str::to_owned),
                tier,
                energy,
                amount: amount.times(share),
            };
            match &component.charge {
                Charge::Volume(volume) => {
                    self.volume_lines(version, volume, part, |period, tier, mwh, amount| {
                        let name = version.schedule(volume.schedule).period_name(period);
                        bill.add(entry(
                            Some(name),
                            Some(tier),
                            Some(Energy::from_mwh(mwh)),
                            amount,
                        ));
                    });
                }
                Charge::Dynamic(dynamic) => {
                    let mwh = part.buckets.get(dynamic.bucket).copied().unwrap_or(0);
                    if mwh != 0 {
                        let energy = Some(Energy::from_mwh(mwh));
                        let amount = get(amounts, component.line);
                        bill.add(entry(Some("all"), Some(1), energy, amount));
                    }
                }
                Charge::Tax(tax) if tax.inclusive => {
                    let inside =
                        |&line: &LineKey| get(amounts, line).times(version.net_share(line));
                    let net: Exact = tax.of.iter().map(inside).sum();
                    bill.add(entry(None, None, None, net.times(tax.rate)));
                }
                Charge::Fixed(_)
                | Charge::Demand(_)
                | Charge::Minimum(_)
                | Charge::PowerFactor(_)
                | Charge::Percent(_)
                | Charge::Tax(_) => {
                    let amount = get(amounts, component.line);
                    if !amount.is_zero() {
                        bill.add(entry(None, None, None, amount));
                    }
                }
            }
        }
    }

    fn volume_lines(
        &self,
        version: &Version,
        volume: &Volume,
        part: &Part,
        mut line: impl FnMut(usize, usize, i64, Exact),
    ) {
        let at = |bucket: usize| part.buckets.get(bucket).copied().unwrap_or(0);
        let open_tier = volume.ladder.as_ref().and_then(|ladder| {
            let progress = self.progress.get(ladder.scope)?;
            match ladder.kind {
                Kind::Whole => Some(ladder.step_of_volume(progress.used, 1, part.season, progress)),
                Kind::LookBack(months) => {
                    Some(look_back_step(ladder, months, &self.past_volumes, part.season, progress))
                }
                Kind::Graduated => None,
            }
        });
        for period in 0..version.schedule(volume.schedule).periods.len() {
            let free = at(volume.free_bucket(period));
            if free != 0 {
                line(period, 0, free, Exact::ZERO);
            }
            for tier in 0..volume.tiers {
                let open = if open_tier == Some(tier) { at(volume.open_bucket(period)) } else { 0 };
                let mwh = at(volume.bucket(period, tier)) + open;
                if mwh != 0 {
                    let charge = volume.price(period, tier).charge(Energy::from_mwh(mwh));
                    line(period, tier + 1, mwh, charge.into());
                }
            }
        }
    }

    /// Rounds every line for good, remembers what the months to come look back on, and begins the
    /// next month with empty buckets.
    pub(crate) fn close_month<W: Watch>(&mut self, tariff: &Tariff, watch: &mut W) {
        if self.parts.is_empty() {
            return;
        }
        if W::BILLS {
            watch.closed(self.bill(tariff, true));
        }
        let charges = self.line_charges(tariff, true);
        for (exact, (posted, pending)) in
            charges.iter().zip(self.posted.iter_mut().zip(&mut self.pending))
        {
            *pending += exact.round(tariff.close, tariff.currency) - *posted;
            *posted = Money::ZERO;
        }
        self.remember_year(tariff, &charges);
        self.past_volumes.push(self.volume);
        if self.past_volumes.len() > 12 {
            self.past_volumes.remove(0);
        }
        for (slot, demand) in self.demands.iter_mut().enumerate() {
            let count = self
                .parts
                .last()
                .and_then(|part| tariff.version_numbered(part.version))
                .map_or(1, |version| version.slot_count(slot));
            demand.finish(count);
            demand.past.push(demand.top.iter().sum());
            demand.top.clear();
            if demand.past.len() > 12 {
                demand.past.remove(0);
            }
        }
        self.volume = 0;
        self.reactive = None;
        self.parts.clear();
    }

    /// Keeps what a yearly minimum is compared with: the sum of its base over the closed months.
    fn remember_year(&mut self, tariff: &Tariff, charges: &Amounts) {
        if self.yearly.is_empty() {
            return;
        }
        let december = self.month.number == 12;
        let Some(version) =
            self.parts.last().and_then(|part| tariff.version_numbered(part.version))
        else {
            return;
        };
        for component in &version.components {
            let Charge::Minimum(minimum) = &component.charge else { continue };
            let Some(sum) = self.yearly.get_mut(usize::from(component.line.0)) else { continue };
            let month = crate::tariff::evaluate::sum_of(charges, &minimum.of);
            *sum = if december { Exact::ZERO } else { sum.plus(month).lowest() };
        }
    }
}

impl Version {
    /// The share of a line's amount that is left when the taxes inside its price are taken out.
    pub(crate) fn net_share(&self, line: LineKey) -> Ratio {
        let mut inside = Exact::ZERO;
        for component in &self.components {
            if let Charge::Tax(tax) = &component.charge
                && tax.inclusive
                && tax.of.contains(&line)
            {
                inside = inside
                    .plus(Exact::from_parts(i128::from(tax.rate.num), i128::from(tax.rate.den)));
            }
        }
        if inside.is_zero() { Ratio::ONE } else { inside.one_over_one_plus() }
    }
}
