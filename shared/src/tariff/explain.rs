//! Why a charge is what it is: segment → period → step → line → posting, for a cashier in front of
//! the customer.

use serde::{Deserialize, Serialize};

use crate::energy::Energy;
use crate::money::{Money, UnitPrice};
use crate::tariff::bill::Bill;
use crate::tariff::charge::{ChargeState, LineCharge};
use crate::tariff::error::ChargeError;
use crate::tariff::exact::Exact;
use crate::tariff::settle::{Reading, Segment, Watch};
use crate::tariff::{LineKey, Tariff};
use crate::time::Timestamp;

/// Everything between readings and postings. The pieces of a line add up to its charge, the postings
/// of a line to its rounded charge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    pub lines: Vec<ExplainedLine>,
    /// Bills of the months that were closed on the way: minimum charges and power factors are
    /// settled there.
    pub closed: Vec<Bill>,
    /// The running month after it.
    pub running: Bill,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedLine {
    pub line: LineKey,
    pub name: String,
    /// The energy this line was charged for, piece by piece in the order of time; empty for lines
    /// that are not charged by energy.
    pub segments: Vec<ExplainedSegment>,
    /// Exact cumulative charge of the month before and after; a closed month counts with its final
    /// charge.
    pub before: Exact,
    pub after: Exact,
    /// What was posted of this line, and with which cumulative amount.
    pub posted: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedSegment {
    pub from: Timestamp,
    pub to: Timestamp,
    pub version: u32,
    pub period: String,
    /// Counted from 1; `None` for free energy.
    pub tier: Option<usize>,
    pub energy: Energy,
    pub price: UnitPrice,
    pub amount: Exact,
}

#[derive(Default)]
struct Recorder {
    segments: Vec<Segment>,
    bills: Vec<Bill>,
}

impl Watch for Recorder {
    const SEGMENTS: bool = true;
    const BILLS: bool = true;
    fn segment(&mut self, segment: Segment) {
        self.segments.push(segment);
    }
    fn closed(&mut self, bill: Bill) {
        self.bills.push(bill);
    }
}

/// Settles `readings` again from the position `before` and tells how every posting came about.
pub fn explain(
    tariff: &Tariff,
    before: &ChargeState,
    readings: &[Reading],
) -> Result<Explanation, ChargeError> {
    let mut state = before.clone();
    // What was due before belongs to earlier charges.
    state.post(tariff);
    let mut recorder = Recorder::default();
    for reading in readings {
        state.advance_watched(tariff, *reading, &mut recorder)?;
    }
    let posted = state.post(tariff);
    let (earlier, later) = (before.line_charges(tariff, false), state.line_charges(tariff, false));
    let mut lines = Vec::new();
    for (((name, earlier), later), line) in tariff.lines.iter().zip(earlier).zip(later).zip(0_u16..)
    {
        let line = LineKey(line);
        let segments: Vec<ExplainedSegment> = recorder
            .segments
            .iter()
            .filter(|segment| segment.line == line)
            .map(|segment| tariff.explained(segment))
            .collect();
        let closed: Exact = recorder.bills.iter().map(|bill| bill.charge_of(line)).sum();
        let due = posted.iter().find(|due: &&LineCharge| due.line == line);
        let posted = due.map_or(Money::ZERO, |due| due.amount);
        let after = later.plus(closed);
        if !segments.is_empty() || posted != Money::ZERO || after != earlier {
            lines.push(ExplainedLine {
                line,
                name: name.clone(),
                segments,
                before: earlier,
                after,
                posted,
            });
        }
    }
    Ok(Explanation { lines, closed: recorder.bills, running: state.bill(tariff, false) })
}

impl Tariff {
    fn explained(&self, segment: &Segment) -> ExplainedSegment {
        let version = self.version_numbered(segment.version);
        let period =
            version.map_or("", |version| version.period_of_line(segment.line, segment.period));
        ExplainedSegment {
            from: segment.from,
            to: segment.to,
            version: segment.version,
            period: period.to_owned(),
            tier: segment.tier.map(|tier| tier + 1),
            energy: segment.energy,
            price: segment.price,
            amount: segment.amount,
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_cashier_can_say_why_a_night_and_a_step_cost_what_they_cost() {
        let tariff = Tariff::from_toml(
            r#"
id = "t"
currency = "CNY"
zone = "Asia/Shanghai"
[[versions]]
from = "2024-01-01"
schedule = [{ windows = "08:00-22:00", period = "peak" }, { windows = "22:00-08:00", period = "valley" }]
[versions.energy]
prices.peak = ["0.5680", "0.6180"]
prices.valley = ["0.2880", "0.3380"]
ladder = { reset = "year", limits = ["100"] }
[versions.service]
kind = "fixed"
amount = "0.205"
per = "day"
"#,
        )
        .unwrap();
        let at = |text| Timestamp::parse(text).unwrap();
        let mut state = ChargeState::open(&tariff, at("2025-01-31T00:00:00+08:00"));
        let start = at("2025-01-31T21:00:00+08:00");
        state
            .advance(&tariff, at("2025-01-31T00:00:00+08:00"), start, Energy::from_kwh(98))
            .unwrap();
        let reading = Reading {
            from: start,
            to: at("2025-02-01T01:00:00+08:00"),
            energy: Energy::from_kwh(4),
        };
        let explanation = explain(&tariff, &state, &[reading]).unwrap();
        let mut story = Vec::new();
        for line in &explanation.lines {
            for segment in &line.segments {
                story.push(format!(
                    "{} to {} {} step {:?}: {} at {} = {}\n",
                    segment.from,
                    segment.to,
                    segment.period,
                    segment.tier,
                    segment.energy,
                    segment.price.to_decimal(),
                    segment.amount
                ));
            }
            story.push(format!(
                "{}: {} -> {}, posted {}\n",
                line.name,
                line.before,
                line.after,
                line.posted.minor()
            ));
            let sum: Exact = line.segments.iter().map(|segment| segment.amount).sum();
            if !line.segments.is_empty() {
                assert_eq!(line.before.plus(sum), line.after);
            }
        }
        expect![[r"
            2025-01-31T13:00:00Z to 2025-01-31T14:00:00Z peak step Some(1): 1 kWh at 0.568 = 0.568
            2025-01-31T14:00:00Z to 2025-01-31T16:00:00Z valley step Some(1): 1 kWh at 0.288 = 0.288
            2025-01-31T14:00:00Z to 2025-01-31T16:00:00Z valley step Some(2): 1 kWh at 0.338 = 0.338
            2025-01-31T16:00:00Z to 2025-01-31T17:00:00Z valley step Some(2): 1 kWh at 0.338 = 0.338
            energy: 45.21066676 -> 46.74266676, posted 152
            service: 0.205 -> 0.41, posted 21
        "]]
        .assert_eq(&story.concat());
    }
}
