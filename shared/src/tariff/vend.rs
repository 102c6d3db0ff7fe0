//! Vending kWh: from money to energy at the current place on the ladder, for meters that count kWh
//! down. The same position as everywhere else, except that energy counts when it is bought.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::energy::Energy;
use crate::money::{Money, Rounding};
use crate::tariff::Tariff;
use crate::tariff::buy::Step;
use crate::tariff::charge::{ChargeState, LineCharge};
use crate::tariff::error::ChargeError;
use crate::tariff::exact::{Exact, Ratio};
use crate::tariff::settle::Reading;
use crate::tariff::version::Charge;
use crate::time::{Span, Timestamp};

/// One account that buys kWh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendState {
    /// Its ladders count what was bought.
    pub position: ChargeState,
    /// Money too little for one more unit, for the next sale; below zero it is owed: fixed charges
    /// that the last payment did not cover.
    pub carry: Money,
    /// Old debt, recovered by a share of each payment.
    pub debt: Money,
}

/// How kWh are sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendTerms {
    /// Share of each payment that goes to the debt first.
    pub debt_share: Ratio,
    /// The least energy a token can carry, such as 0.1 kWh.
    pub unit: Energy,
}

/// What a payment brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vended {
    pub energy: Energy,
    /// Taken off the debt.
    pub debt: Money,
    /// Charges that were due before any energy: fixed charges of this month and of skipped ones,
    /// with their taxes.
    pub due: Vec<LineCharge>,
    /// Charges of the energy, with its levies and taxes.
    pub charges: Vec<LineCharge>,
    /// The ladder, step by step, before truncation to whole units.
    pub steps: Vec<Step>,
    /// Stays on the account.
    pub carry: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VendRefusal {
    #[error("nothing is sold for a payment of nothing")]
    NoMoney,
    #[error(
        "kWh cannot be sold in advance under `{0}`: it charges for demand, which is known only afterwards"
    )]
    Demand(String),
    #[error(
        "kWh cannot be sold in advance under `{0}`: it rounds the energy of each interval, which is known only afterwards"
    )]
    Quantity(String),
    #[error("cannot price the sale")]
    Charge(#[from] ChargeError),
}

impl VendState {
    pub fn open(tariff: &Tariff, at: Timestamp) -> Self {
        Self { position: ChargeState::open(tariff, at), carry: Money::ZERO, debt: Money::ZERO }
    }

    /// Sells for `paid`. On a refusal nothing has changed.
    pub fn vend(
        &mut self,
        tariff: &Tariff,
        at: Timestamp,
        paid: Money,
        terms: VendTerms,
    ) -> Result<Vended, VendRefusal> {
        if paid <= Money::ZERO {
            return Err(VendRefusal::NoMoney);
        }
        let mut position = self.position.clone();
        position.pass_until(tariff, at)?;
        let due = position.post(tariff);
        let share = Exact::from(paid.exact(tariff.currency)).times(terms.debt_share);
        let debt = share.round(Rounding::Floor, tariff.currency).min(self.debt).max(Money::ZERO);
        let taken: Money = due.iter().map(|due| due.amount).sum();
        let left = paid + self.carry - debt - taken;
        let steps = if left > Money::ZERO { position.buys(tariff, at, left) } else { Vec::new() };
        let affordable: Energy = steps.iter().map(|step| step.energy).sum();
        let unit = terms.unit.mwh().max(1);
        let energy = Energy::from_mwh(affordable.mwh() / unit * unit);
        position.buy_at(tariff, at, energy)?;
        let charges = position.post(tariff);
        let spent: Money = charges.iter().map(|charge| charge.amount).sum();
        self.position = position;
        self.debt -= debt;
        self.carry = left - spent;
        Ok(Vended { energy, debt, due, charges, steps, carry: self.carry })
    }
}

impl ChargeState {
    /// Lets time pass up to and into `at`, so that what falls due with the day is due.
    fn pass_until(&mut self, tariff: &Tariff, at: Timestamp) -> Result<(), VendRefusal> {
        if tariff.quantity.is_some() {
            return Err(VendRefusal::Quantity(tariff.id.0.clone()));
        }
        let version = tariff.version_at(at).ok_or(ChargeError::NoVersion(at))?;
        let demand = version.components.iter().find(|component| match component.charge {
            Charge::Demand(_) => true,
            Charge::Volume(_)
            | Charge::Dynamic(_)
            | Charge::Fixed(_)
            | Charge::Minimum(_)
            | Charge::PowerFactor(_)
            | Charge::Percent(_)
            | Charge::Tax(_) => false,
        });
        if let Some(demand) = demand {
            return Err(VendRefusal::Demand(demand.name.clone()));
        }
        // Several sales may fall into one moment.
        if self.at != at + MOMENT {
            self.advance(tariff, at, at + MOMENT, Energy::ZERO)?;
        }
        Ok(())
    }

    fn buy_at(
        &mut self,
        tariff: &Tariff,
        at: Timestamp,
        energy: Energy,
    ) -> Result<(), ChargeError> {
        // The moment of the sale has passed already; its energy is laid where it was.
        self.at = at;
        self.lay_at_once(tariff, Reading { from: at, to: at + MOMENT, energy })
    }
}

/// A sale takes one millisecond, so that it lies inside a day and a period.
const MOMENT: Span = Span::from_millis(1);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tariff(currency: &str, zone: &str, body: &str) -> Tariff {
        let head = format!(
            "id = \"t\"\ncurrency = \"{currency}\"\nzone = \"{zone}\"\n[[versions]]\nfrom = \"2012-01-01\"\n"
        );
        Tariff::from_toml(&format!("{head}{body}")).unwrap_or_else(|error| panic!("{error}"))
    }

    fn at(day: &str) -> Timestamp {
        Timestamp::parse(&format!("{day}T10:00:00Z")).expect("an instant")
    }

    const TENTH: VendTerms =
        VendTerms { debt_share: Ratio { num: 0, den: 1 }, unit: Energy::from_wh(100) };

    fn sell(tariff: &Tariff, state: &mut VendState, day: &str, paid: i64) -> String {
        let vended = state.vend(tariff, at(day), Money::from_minor(paid), TENTH).expect("a sale");
        let due: Money = vended.due.iter().map(|due| due.amount).sum();
        format!("{} due {} carry {}", vended.energy, due.minor(), vended.carry.minor())
    }

    const POLOKWANE: &str = r#"
[versions.service]
kind = "fixed"
amount = "98"
per = "month-in-advance"
[versions.energy]
price = ["0.98", "1.27", "1.87", "2.19"]
ladder = { reset = "month", limits = [50, 350, 600] }
"#;

    #[test]
    fn polokwane_sells_247_6_kwh_for_the_first_300_rand_after_the_fixed_charge() {
        let tariff = tariff("ZAR", "Africa/Johannesburg", POLOKWANE);
        let mut state = VendState::open(&tariff, at("2018-07-02"));
        assert_eq!(sell(&tariff, &mut state, "2018-07-02", 39_800), "247.6 kWh due 9800 carry 5");
        // 102.4 kWh more on the second step, then 10.6 on the third: 130.048 + 19.822.
        assert_eq!(sell(&tariff, &mut state, "2018-07-20", 15_000), "113 kWh due 0 carry 18");
        // Two months were skipped: their fixed charges are due with this month's.
        assert_eq!(sell(&tariff, &mut state, "2018-10-05", 40_000), "95 kWh due 29400 carry 3");
        // Too little for the fixed charge: the rest of it is owed.
        assert_eq!(sell(&tariff, &mut state, "2018-11-01", 9_000), "0 kWh due 9800 carry -797");
        assert_eq!(sell(&tariff, &mut state, "2018-11-02", 1_000), "2 kWh due 0 carry 7");
    }

    #[test]
    fn tshwane_sells_191_7_kwh_for_500_rand_with_15_percent_inside() {
        let tariff = tariff(
            "ZAR",
            "Africa/Johannesburg",
            r#"
[versions.energy]
price = ["2.0970", "2.4541", "2.6738", "2.8824"]
ladder = { reset = "month", limits = [100, 400, 650] }
[versions.vat]
kind = "tax"
rate = "15"
"#,
        );
        let mut state = VendState::open(&tariff, at("2022-08-01"));
        assert_eq!(sell(&tariff, &mut state, "2022-08-01", 50_000), "191.7 kWh due 0 carry 5");
    }

    const KENYA: &str = r#"
[versions.fixed]
amount = "150"
per = "month-in-advance"
[versions.energy]
price = ["2.50", "12.75", "20.57"]
ladder = { reset = "month", limits = [50, 1500] }
[versions.fuel]
kind = "levy"
price = "5.71"
[versions.forex]
kind = "levy"
price = "0.17"
[versions.warma]
kind = "levy"
price = "0.05"
[versions.inflation]
kind = "levy"
price = "0.18"
[versions.erc]
kind = "levy"
price = "0.03"
[versions.rep]
kind = "percent"
rate = "5"
of = ["energy"]
[versions.vat]
kind = "tax"
rate = "16"
of = ["fixed", "energy", "fuel", "forex"]
"#;

    #[test]
    fn kenya_sells_32_26_kwh_for_500_shillings_with_every_levy() {
        let tariff = tariff("KES", "Africa/Nairobi", KENYA);
        let mut state = VendState::open(&tariff, at("2014-12-01"));
        let terms = VendTerms { unit: Energy::from_wh(10), ..TENTH };
        let vended =
            state.vend(&tariff, at("2014-12-01"), Money::from_minor(50_000), terms).unwrap();
        assert_eq!(vended.energy, Energy::parse_kwh("32.25").unwrap());
        let due: Money = vended.due.iter().map(|due| due.amount).sum();
        assert_eq!(due, Money::from_minor(17_400));
        assert_eq!(
            vended.steps.first().map(|step| step.price.to_string()),
            Some("10.1058".to_owned())
        );
    }

    #[test]
    fn a_share_of_the_payment_goes_to_the_debt_until_it_is_paid() {
        let tariff = tariff("ZAR", "Africa/Johannesburg", "[versions.energy]\nprice = \"2\"\n");
        let mut state = VendState::open(&tariff, at("2022-08-01"));
        state.debt = Money::from_minor(1_500);
        let terms = VendTerms { debt_share: Ratio { num: 1, den: 10 }, ..TENTH };
        let mut debts = Vec::new();
        for _ in 0..3 {
            let vended =
                state.vend(&tariff, at("2022-08-01"), Money::from_minor(10_000), terms).unwrap();
            debts.push((vended.debt.minor(), vended.energy.mwh() / 1_000_000));
        }
        assert_eq!(debts, [(1_000, 45), (500, 47), (0, 50)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn paying_the_price_of_an_amount_of_energy_buys_that_amount(
            before in 0_i64..7_000,
            tenths in 1_i64..9_000,
        ) {
            let tariff = tariff("KES", "Africa/Nairobi", KENYA);
            let mut state = VendState::open(&tariff, at("2014-12-01"));
            let unit = |tenths: i64| Energy::from_wh(100 * tenths);
            state.position.pass_until(&tariff, at("2014-12-01")).unwrap();
            state.position.buy_at(&tariff, at("2014-12-01"), unit(before)).unwrap();
            state.position.post(&tariff);
            let mut bought = state.position.clone();
            bought.buy_at(&tariff, at("2014-12-01"), unit(tenths)).unwrap();
            // The least whole cents that cover the exact price.
            let exact = |position: &ChargeState| position.line_charges(&tariff, false).into_iter().sum::<Exact>();
            let price = exact(&bought).minus(exact(&state.position));
            let paid = Money::ZERO - Exact::ZERO.minus(price).round(Rounding::Floor, tariff.currency);
            let vended = state.vend(&tariff, at("2014-12-01"), paid, TENTH).unwrap();
            prop_assert_eq!(vended.energy, unit(tenths));
        }
    }
}
