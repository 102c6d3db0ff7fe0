//! Pricing a whole load: what an account would be charged for a series of readings.

use crate::energy::Energy;
use crate::money::Money;
use crate::tariff::bill::Bill;
use crate::tariff::charge::ChargeState;
use crate::tariff::error::ChargeError;
use crate::tariff::settle::{Reading, Segment, Watch};
use crate::tariff::Tariff;

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rated {
    pub bills: Vec<Bill>,
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

/// Opens an account at the first reading, settles the load in groups, closes the account.
pub fn rate(tariff: &Tariff, load: &[Load], grouping: Grouping) -> Result<Rated, ChargeError> {
    let Some(first) = load.first() else { return Ok(Rated::default()) };
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
    Ok(Rated { bills: bills.0, posted })
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
                    self.left = mixed % (1 << (mixed >> 32) % 11);
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
        for bill in bills {
            sum.energy += bill.energy;
            sum.posted += bill.posted;
            for line in &bill.lines {
                sum.add(line.clone());
            }
        }
        sum.in_order();
        Some(sum)
    }
}
