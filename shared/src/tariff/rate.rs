//! Pricing a whole load: what an account would be charged for a series of readings.

use crate::energy::Energy;
use crate::money::Money;
use crate::tariff::bill::{Bill, BillLine};
use crate::tariff::charge::ChargeState;
use crate::tariff::error::ChargeError;
use crate::tariff::exact::Exact;
use crate::tariff::settle::{Reading, Segment, Watch};
use crate::tariff::{LineKey, Tariff};

/// How readings are grouped into settlements. It changes how often is posted, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Each reading by itself.
    Step,
    /// All in one settlement.
    Once,
    /// In groups of random size; the same seed makes the same groups.
    Random(u64),
}

/// One interval of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    pub reading: Reading,
    /// Reactive energy, where it is measured, in 10⁻⁶ kvarh.
    pub reactive: Option<Energy>,
}

/// The bills of a load, month by month, and the sum of all postings on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rated {
    pub bills: Vec<Bill>,
    /// The bills' energies are in 10⁻⁶ kWh divided by this.
    pub grain: i64,
    pub posted: Money,
}

#[derive(Default)]
struct Bills(Vec<Bill>);

impl Watch for Bills {
    const SEGMENTS: bool = false;
    const BILLS: bool = true;
    fn segment(&mut self, _segment: Segment) {}
    fn closed(&mut self, bill: Bill) {
        self.0.push(bill);
    }
}

/// A load day by day: what each day added to the month's bill. The closing of a month belongs to
/// its last day.
pub fn rate_by_day(tariff: &Tariff, load: &[Load]) -> Result<Vec<Bill>, ChargeError> {
    let Some(first) = load.first() else { return Ok(Vec::new()) };
    let mut state = ChargeState::open(tariff, first.reading.from);
    let mut bills = Bills::default();
    let mut days: Vec<Bill> = Vec::new();
    // The running bill at the midnight before, with the first day of its month.
    let mut before = (0, Bill::default());
    let mut at = first.reading.from;
    let mut midnight = tariff.zone().next_midnight(at);
    for interval in load {
        let Reading { from, to, .. } = interval.reading;
        // Time that the load says nothing about passes without energy.
        let gap = Reading { from: at, to: from, energy: Energy::ZERO };
        for (reading, end) in [(gap, from), (interval.reading, to)] {
            while at < end {
                let stop = end.min(midnight);
                state.advance_piece(tariff, reading, stop, &mut bills)?;
                at = stop;
                if at == midnight {
                    let day = tariff.zone().date(at).yesterday().unwrap_or_default();
                    state.take_day(tariff, day, &mut before, &mut days);
                    midnight = tariff.zone().next_midnight(at);
                }
            }
        }
        if let Some(reactive) = interval.reactive {
            state.add_reactive(reactive);
        }
    }
    if tariff.zone().start_of(tariff.zone().date(at)) < at {
        state.take_day(tariff, tariff.zone().date(at), &mut before, &mut days);
    }
    if let Some(last) = days.last_mut() {
        // The account closes with the load.
        let whole = state.bill(tariff, true);
        last.join(&whole.less(&before.1));
    }
    Ok(days)
}

impl ChargeState {
    /// Adds what today brought, and closes the month with its last day.
    fn take_day(
        &self,
        tariff: &Tariff,
        day: jiff::civil::Date,
        before: &mut (i32, Bill),
        days: &mut Vec<Bill>,
    ) {
        let ends = self.month.end == crate::tariff::calendar::day_number(day) + 1;
        if before.0 != self.month.start {
            *before = (self.month.start, Bill::default());
        }
        let so_far = self.bill(tariff, ends);
        let mut today = so_far.less(&before.1);
        (today.year, today.month, today.day) = (day.year(), day.month(), day.day());
        days.push(today);
        before.1 = so_far;
    }
}

/// Opens an account at the first reading, settles the load in groups, closes the account.
pub fn rate(tariff: &Tariff, load: &[Load], grouping: Grouping) -> Result<Rated, ChargeError> {
    let Some(first) = load.first() else {
        return Ok(Rated { bills: Vec::new(), grain: 1, posted: Money::ZERO });
    };
    let mut state = ChargeState::open(tariff, first.reading.from);
    let mut bills = Bills::default();
    let mut posted = Money::ZERO;
    let mut groups = Groups { grouping, left: 0 };
    for interval in load {
        state.advance_watched(tariff, interval.reading, &mut bills)?;
        if let Some(reactive) = interval.reactive {
            state.add_reactive(reactive);
        }
        if groups.ends_here() {
            posted += state.post(tariff).into_iter().map(|due| due.amount).sum();
        }
    }
    state.close_watched(tariff, &mut bills);
    posted += state.post(tariff).into_iter().map(|due| due.amount).sum();
    Ok(Rated { bills: bills.0, grain: 1, posted })
}

struct Groups {
    grouping: Grouping,
    left: u64,
}

impl Groups {
    fn ends_here(&mut self) -> bool {
        match &mut self.grouping {
            Grouping::Step => true,
            Grouping::Once => false,
            Grouping::Random(seed) => {
                if self.left == 0 {
                    // SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
                    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
                    let mut mixed = *seed;
                    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                    mixed ^= mixed >> 31;
                    // Short and long groups alike: up to 2ⁿ readings, n up to 10.
                    self.left = mixed % (1 << ((mixed >> 32) % 11));
                    return true;
                }
                self.left -= 1;
                false
            }
        }
    }
}

impl Bill {
    /// Several bills as one: of a year, say.
    pub fn sum<'b>(bills: impl IntoIterator<Item = &'b Self>) -> Option<Self> {
        let mut bills = bills.into_iter();
        let mut sum = bills.next()?.clone();
        bills.for_each(|bill| sum.join(bill));
        Some(sum)
    }

    /// Adds another bill, line by line.
    pub fn join(&mut self, other: &Self) {
        self.energy += other.energy;
        self.posted += other.posted;
        for line in &other.lines {
            self.add(line.clone());
        }
        for &(line, charge) in &other.charges {
            self.charge(line, charge);
        }
        self.in_order();
    }

    fn charge(&mut self, line: LineKey, charge: Exact) {
        match self.charges.iter_mut().find(|(own, _)| *own == line) {
            Some((_, sum)) => *sum = sum.plus(charge),
            None => self.charges.push((line, charge)),
        }
    }

    /// What this bill has more than an earlier one of the same month.
    fn less(&self, earlier: &Self) -> Self {
        let mut rest = self.clone();
        rest.energy = self.energy - earlier.energy;
        rest.posted -= earlier.posted;
        for line in &earlier.lines {
            let amount = Exact::ZERO.minus(line.amount);
            let energy = line.energy.map(|energy| -energy);
            rest.add(BillLine { energy, amount, ..line.clone() });
        }
        for &(line, charge) in &earlier.charges {
            rest.charge(line, Exact::ZERO.minus(charge));
        }
        rest.charges.retain(|(_, charge)| !charge.is_zero());
        rest.lines.retain(|line| {
            !line.amount.is_zero() || line.energy.is_some_and(|energy| energy != Energy::ZERO)
        });
        rest
    }
}
