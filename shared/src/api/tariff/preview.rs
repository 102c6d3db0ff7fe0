//! What a draft would have cost: real past load priced under the tariff in force and under the
//! draft, for one account line by line and over all accounts as a histogram.

use serde::{Deserialize, Serialize};

use super::AccountRow;
use crate::energy::Energy;
use crate::id::{AccountId, TariffId};
use crate::money::{Money, Rounding};
use crate::tariff::{Bill, ChargeError, ChargeState, Class, Exact, Reading, Tariff, Watch};
use crate::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PreviewOrder {
    pub text: String,
    /// Shown line by line.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// Whose accounts are compared; else those of the draft's own tariff.
    #[serde(default)]
    pub against: Option<TariffId>,
    /// All accounts too, which takes longer than one.
    #[serde(default = "yes")]
    pub all: bool,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "TariffPreview"))]
pub struct Preview {
    /// The stretch that was looked at; readings may cover less of it.
    pub from: Timestamp,
    pub to: Timestamp,
    pub account: Option<AccountPreview>,
    pub spread: Spread,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountPreview {
    pub row: AccountRow,
    /// First and last reading.
    pub from: Timestamp,
    pub to: Timestamp,
    pub readings: u32,
    pub old: Priced,
    pub new: Priced,
}

/// A bill, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Priced {
    Bill(BillView),
    Refused(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BillView {
    pub energy: Energy,
    pub lines: Vec<BillLineView>,
    pub total: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BillLineView {
    pub component: String,
    pub class: Class,
    pub period: Option<String>,
    pub tier: Option<usize>,
    pub energy: Option<Energy>,
    pub amount: Money,
}

/// How the change falls on all accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Spread {
    /// On the tariff.
    pub accounts: u32,
    /// Priced under both; the others have no readings, or no price.
    pub priced: u32,
    pub without_load: u32,
    pub refused: u32,
    /// Why the first of them was refused.
    pub refusal: Option<String>,
    /// Not reached in the time there is.
    pub not_reached: u32,
    pub energy: Energy,
    pub old: Money,
    pub new: Money,
    /// More than 5 % more, and more than 5 % less.
    pub more: u32,
    pub less: u32,
    pub bins: Vec<Bin>,
    /// Those who pay most more in percent, at most ten.
    pub worst: Vec<Worst>,
}

/// Accounts whose bill changes from `from` up to, not including, `to`, in tenths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bin {
    pub from: Option<i32>,
    pub to: Option<i32>,
    pub count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Worst {
    pub row: AccountRow,
    pub old: Money,
    pub new: Money,
    /// Tenths of a percent.
    pub change: i64,
}

const EDGES: [i32; 8] = [-200, -100, -50, -10, 10, 50, 100, 200];
const WORST: usize = 10;

/// The tariff as if its last version had always been in force: a draft begins in the future, and
/// the load is of the past.
pub fn as_if_always(tariff: &Tariff) -> Tariff {
    let mut always = tariff.clone();
    let last = always.versions.len().saturating_sub(1);
    let mut last = always.versions.split_off(last);
    if let Some(version) = last.first_mut() {
        version.from = Timestamp::from_millis(i64::MIN / 4);
    }
    always.versions = last;
    always.fingerprint ^= 0x5a5a_5a5a;
    always
}

#[derive(Default)]
struct Months(Vec<Bill>);

impl Watch for Months {
    const SEGMENTS: bool = false;
    const BILLS: bool = true;
    fn segment(&mut self, _segment: crate::tariff::Segment) {}
    fn closed(&mut self, bill: Bill) {
        self.0.push(bill);
    }
}

/// Prices the load of one account, meter by meter, as if it began with the first reading and ended
/// with the last.
pub fn price(tariff: &Tariff, meters: &[Vec<Reading>]) -> Result<BillView, ChargeError> {
    let mut view = BillView::default();
    let mut exact: Vec<(BillLineView, Exact)> = Vec::new();
    for load in meters {
        let Some(first) = load.first() else { continue };
        let mut state = ChargeState::open(tariff, first.from);
        let mut months = Months::default();
        for reading in load {
            state.advance_watched(tariff, *reading, &mut months)?;
        }
        months.0.push(state.bill(tariff, true));
        for bill in months.0 {
            view.energy += bill.energy;
            view.total += bill.posted;
            for line in bill.lines {
                add(&mut exact, line);
            }
        }
    }
    view.lines = exact
        .into_iter()
        .map(|(line, exact)| BillLineView {
            amount: exact.round(Rounding::HalfUp, tariff.currency()),
            ..line
        })
        .collect();
    Ok(view)
}

fn add(lines: &mut Vec<(BillLineView, Exact)>, new: crate::tariff::BillLine) {
    let same = lines.iter_mut().find(|(line, _)| {
        line.component == new.component && line.tier == new.tier && line.period == new.period
    });
    match same {
        Some((line, exact)) => {
            *exact = exact.plus(new.amount);
            line.energy = match (line.energy, new.energy) {
                (Some(one), Some(other)) => Some(one + other),
                (one, other) => one.or(other),
            };
        }
        None => lines.push((
            BillLineView {
                component: new.component,
                class: new.class,
                period: new.period,
                tier: new.tier,
                energy: new.energy,
                amount: Money::ZERO,
            },
            new.amount,
        )),
    }
}

/// By how much a bill changes, in tenths of a percent; all of it where there was nothing.
pub fn change(old: Money, new: Money) -> i64 {
    let (old, new) = (i128::from(old.minor()), i128::from(new.minor()));
    let tenths = match (old, new - old) {
        (_, 0) => 0,
        (0, more) => more.signum() * 1_000,
        (old, more) => more * 1_000 / old.abs(),
    };
    i64::try_from(tenths).unwrap_or(i64::MAX)
}

impl Spread {
    pub fn new(accounts: u32) -> Self {
        let froms = std::iter::once(None).chain(EDGES.into_iter().map(Some));
        let tos = EDGES.into_iter().map(Some).chain([None]);
        let bins = froms.zip(tos).map(|(from, to)| Bin { from, to, count: 0 }).collect();
        Self { accounts, bins, ..Self::default() }
    }

    /// One more account.
    pub fn add(&mut self, row: AccountRow, energy: Energy, old: Money, new: Money) {
        self.priced += 1;
        self.energy += energy;
        self.old += old;
        self.new += new;
        let change = change(old, new);
        self.more += u32::from(change > 50);
        self.less += u32::from(change < -50);
        let inside = |bin: &&mut Bin| {
            bin.from.is_none_or(|from| i64::from(from) <= change)
                && bin.to.is_none_or(|to| change < i64::from(to))
        };
        if let Some(bin) = self.bins.iter_mut().find(inside) {
            bin.count += 1;
        }
        if change > 0 {
            let place = self.worst.partition_point(|worst| worst.change >= change);
            if place < WORST {
                self.worst.insert(place, Worst { row, old, new, change });
                self.worst.truncate(WORST);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Span, Zone};

    const OLD: &str = "id = \"a\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n\
        [[versions]]\nfrom = \"2020-01-01\"\n[versions.energy]\nprice = \"0.50\"\n";

    fn load() -> Vec<Reading> {
        let start = Zone::named("Asia/Shanghai")
            .expect("a zone")
            .at(jiff::civil::date(2026, 6, 20).at(0, 0, 0, 0));
        let step = Span::from_hours(1);
        let mut at = start;
        std::iter::repeat_with(|| {
            let reading = Reading { from: at, to: at + step, energy: Energy::from_wh(500) };
            at = at + step;
            reading
        })
        .take(24 * 20)
        .collect()
    }

    #[test]
    fn past_load_is_priced_under_a_version_that_begins_in_the_future() {
        let new = format!(
            "{OLD}[[versions]]\nfrom = \"2099-01-01\"\n[versions.energy]\n\
            price = \"0.60\"\n[versions.service]\nkind = \"fixed\"\namount = \"0.20\"\nper = \"day\"\n"
        );
        let (old, new) = (Tariff::from_toml(OLD), Tariff::from_toml(&new));
        let (old, new) = (old.expect("a tariff"), new.expect("a tariff"));
        let before = price(&old, &[load()]).expect("has prices");
        let after = price(&as_if_always(&new), &[load()]).expect("has prices");
        assert_eq!(
            (before.energy, before.total),
            (Energy::from_kwh(240), Money::from_minor(12_000))
        );
        assert_eq!(after.total, Money::from_minor(14_400 + 20 * 20));
        assert_eq!(after.lines.iter().map(|line| line.amount).sum::<Money>(), after.total);
        assert_eq!(price(&new, &[load()]).expect("the old version").total, before.total);
    }

    #[test]
    fn a_spread_counts_each_account_once_and_ranks_the_worst() {
        let mut spread = Spread::new(14);
        for (place, new) in [100, 105, 106, 94, 95, 130, 80, 79, 121, 99, 101, 110, 107, 108]
            .into_iter()
            .enumerate()
        {
            let account = AccountId(u32::try_from(place).expect("few"));
            let row = AccountRow { account, customer: String::new(), place: String::new() };
            spread.add(row, Energy::KWH, Money::from_minor(100), Money::from_minor(new));
        }
        assert_eq!((spread.priced, spread.more, spread.less), (14, 6, 3));
        assert_eq!(spread.bins.iter().map(|bin| bin.count).sum::<u32>(), 14);
        assert_eq!(
            spread.bins.iter().map(|bin| bin.count).collect::<Vec<_>>(),
            [1, 1, 1, 1, 2, 1, 4, 1, 2]
        );
        let worst: Vec<_> = spread.worst.iter().map(|worst| worst.change).collect();
        assert_eq!(worst, [300, 210, 100, 80, 70, 60, 50, 10]);
        assert_eq!(change(Money::ZERO, Money::from_minor(5)), 1_000);
    }
}
