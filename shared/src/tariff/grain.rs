//! Energy finer than a register shows, for pricing a load to the last digit.
//!
//! A meter counts whole 10⁻⁶ kWh, and so do the accounts. A load that is given by the hour and spread
//! evenly over quarter-hours is finer than that. Everything a tariff says is proportional, so the
//! load is priced in units that are a whole fraction of 10⁻⁶ kWh, under a tariff whose limits and
//! fixed amounts are greater by the same factor, and every amount is divided by it at the end.

use crate::energy::Energy;
use crate::money::UnitPrice;
use crate::tariff::Tariff;
use crate::tariff::bill::Bill;
use crate::tariff::block::Ladder;
use crate::tariff::error::ChargeError;
use crate::tariff::exact::Ratio;
use crate::tariff::quantity::Quantity;
use crate::tariff::rate::{Grouping, Load, Rated, rate};
use crate::tariff::version::{Charge, Contract, Rate};

const MINUTE: i64 = 60_000;
/// Finer units than this are not needed for any length that divides a day into minutes.
const FINEST: i64 = 1_440;

/// [`rate`], where energy spread over an interval is cut at whole minutes without a rest. The bills'
/// energies count in 10⁻⁶ kWh divided by [`Rated::grain`].
pub fn rate_exactly(
    tariff: &Tariff,
    load: &[Load],
    grouping: Grouping,
) -> Result<Rated, ChargeError> {
    let grain = grain_of(load);
    let finer = (grain > 1).then(|| tariff.times(grain).zip(finer(load, grain))).flatten();
    let Some((finer_tariff, finer_load)) = finer else { return rate(tariff, load, grouping) };
    let mut rated = rate(&finer_tariff, &finer_load, grouping)?;
    rated.grain = grain;
    for bill in &mut rated.bills {
        bill.divide(grain, tariff);
    }
    rated.posted = rated.bills.iter().map(|bill| bill.posted).sum();
    Ok(rated)
}

/// The least factor by which energies must be finer so that every minute of every reading has a
/// whole share; 1 where there is none that is small.
fn grain_of(load: &[Load]) -> i64 {
    let mut grain = 1;
    for Load { reading, .. } in load {
        let (from, length) = (reading.from.millis(), (reading.to - reading.from).millis());
        if length % MINUTE != 0 || from % MINUTE != 0 {
            return 1;
        }
        let minutes = (length / MINUTE).max(1);
        let needed = minutes / gcd(minutes, reading.energy.mwh());
        grain = grain / gcd(grain, needed) * needed;
        if grain > FINEST {
            return 1;
        }
    }
    grain
}

fn gcd(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn finer(load: &[Load], grain: i64) -> Option<Vec<Load>> {
    let times = |energy: Energy| energy.mwh().checked_mul(grain).map(Energy::from_mwh);
    let finer = |one: &Load| {
        let mut finer = *one;
        finer.reading.energy = times(one.reading.energy)?;
        if let Some(reactive) = &mut finer.reactive {
            *reactive = times(*reactive)?;
        }
        Some(finer)
    };
    load.iter().map(finer).collect()
}

impl Tariff {
    /// The same tariff for energies that are `grain` times as many: limits and fixed amounts times
    /// `grain`. `None` where a number would not fit.
    fn times(&self, grain: i64) -> Option<Self> {
        let mut finer = self.clone();
        let amount = |amount: &mut UnitPrice| {
            *amount = UnitPrice::from_e8(amount.e8().checked_mul(grain)?);
            Some(())
        };
        let number = |number: &mut i64| {
            *number = number.checked_mul(grain)?;
            Some(())
        };
        if let Some(Quantity { step, .. }) = &mut finer.quantity {
            number(step)?;
        }
        let components = finer.versions.iter_mut().flat_map(|version| &mut version.components);
        for component in components {
            match &mut component.charge {
                Charge::Volume(volume) => {
                    for Ladder { limits, .. } in volume.ladder.iter_mut().chain(&mut volume.free) {
                        limits
                            .iter_mut()
                            .flat_map(|limits| &mut limits.mwh)
                            .try_for_each(number)?;
                    }
                }
                Charge::Fixed(fixed) => amount(&mut fixed.amount)?,
                Charge::Minimum(minimum) => amount(&mut minimum.amount)?,
                Charge::Demand(demand) => {
                    for Rate { limits, .. } in demand.rates.iter_mut().flatten() {
                        limits.iter_mut().try_for_each(number)?;
                    }
                    number(&mut demand.at_least)?;
                    if let Some(Contract { agreed, .. }) = &mut demand.contract {
                        number(agreed)?;
                    }
                }
                Charge::Dynamic(_)
                | Charge::PowerFactor(_)
                | Charge::Percent(_)
                | Charge::Tax(_) => {}
            }
        }
        Some(finer)
    }
}

impl Bill {
    /// Amounts of a bill under [`Tariff::times`] back to what they are.
    fn divide(&mut self, grain: i64, tariff: &Tariff) {
        let share = Ratio { num: 1, den: grain };
        for line in &mut self.lines {
            line.amount = line.amount.times(share).lowest();
        }
        for (_, charge) in &mut self.charges {
            *charge = charge.times(share).lowest();
        }
        let rounded =
            self.charges.iter().map(|(_, charge)| charge.round(tariff.close, tariff.currency));
        self.posted = rounded.sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tariff::{Class, Reading, decimal};
    use crate::time::{Span, Timestamp};

    const TARIFF: &str = r#"
id = "t"
currency = "EUR"
zone = "UTC"
[[versions]]
from = "2024-01-01"
schedule = [
  { windows = "00:00-00:30", period = "low" },
  { windows = "00:30-00:00", period = "high" },
]
[versions.energy]
prices = { low = ["0.1", "0.2"], high = ["0.3", "0.4"] }
ladder = { reset = "month", limits = ["1"] }
[versions.standing]
kind = "fixed"
amount = "9.99"
per = "month"
[versions.demand]
interval = 15
limits_kw = ["0.5"]
price = ["1", "2"]
[versions.minimum]
amount = "12"
per = "month"
"#;

    fn hours(kwh: &[&str]) -> Vec<Load> {
        let start = Timestamp::parse("2025-01-01T00:00:00Z").expect("an instant");
        let load = kwh.iter().zip(0..).map(|(kwh, hour)| {
            let from = start + Span::from_hours(hour);
            let energy = Energy::parse_kwh(kwh).expect("energy");
            let reading = Reading { from, to: from + Span::from_hours(1), energy };
            Load { reading, reactive: None }
        });
        load.collect()
    }

    #[test]
    fn an_hour_is_spread_over_its_parts_without_a_rest() {
        let tariff = Tariff::from_toml(TARIFF).unwrap_or_else(|error| panic!("{error}"));
        for grouping in [Grouping::Step, Grouping::Once, Grouping::Random(7)] {
            let rated = rate_exactly(&tariff, &hours(&["0.000001"]), grouping).expect("priced");
            let bill = &rated.bills[0];
            // Half of it at 0.1 and half at 0.3; a quarter of it in each of four intervals.
            assert_eq!(bill.class_total(Class::Energy).to_string(), "0.0000002");
            assert_eq!(bill.class_total(Class::Demand).to_string(), "0.000001");
            assert_eq!(
                decimal(i128::from(bill.energy.mwh()) * 1_000 / i128::from(rated.grain), 9),
                "0.000001"
            );
            assert_eq!(rated.posted.minor(), bill.posted.minor());
        }
    }

    #[test]
    fn a_load_without_rests_is_priced_as_ever() {
        let tariff = Tariff::from_toml(TARIFF).unwrap_or_else(|error| panic!("{error}"));
        let load = hours(&["0.6", "1.2", "0", "0.000060"]);
        let rated = rate_exactly(&tariff, &load, Grouping::Step).expect("priced");
        assert_eq!(rated, rate(&tariff, &load, Grouping::Step).expect("priced"));
        assert_eq!(rated.grain, 1);
        // The same with a rest too small to see costs the same but for its share.
        let odd = rate_exactly(&tariff, &hours(&["0.6", "1.2", "0", "0.000061"]), Grouping::Once);
        let odd = odd.expect("priced");
        assert_eq!(odd.grain, 60);
        let difference = odd.bills[0].total().minus(rated.bills[0].total());
        assert_eq!(difference.to_string(), "0");
        let energy = |rated: &Rated| rated.bills[0].class_total(Class::Energy);
        assert_eq!(energy(&odd).minus(energy(&rated)).to_string(), "0.0000004");
    }
}
