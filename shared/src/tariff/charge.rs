//! One account's position on a tariff: everything that settling needs to know, and nothing that a
//! cache could not rebuild.

use serde::{Deserialize, Serialize};

use crate::energy::Energy;
use crate::money::{ExactCharge, Money};
use crate::tariff::block::{Progress, month_from};
use crate::tariff::calendar::day_number;
use crate::tariff::cursor::Cursor;
use crate::tariff::exact::Exact;
use crate::tariff::quantity::Interval;
use crate::tariff::settle::Watch;
use crate::tariff::{LineKey, Tariff};
use crate::time::Timestamp;

/// A position: buckets of energy of the running billing month, places on ladders, peaks, days, and
/// what was posted of each line. The charge is a function of it, so settling in other groups of
/// readings leads to the same state and the same postings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeState {
    /// Everything before this instant is charged.
    pub(crate) at: Timestamp,
    pub(crate) month: Month,
    /// Day number of the last civil day that was begun; `None` before the first.
    pub(crate) day: Option<i32>,
    /// One for each version that was in force in the running month.
    pub(crate) parts: Vec<Part>,
    /// Place on each ladder scope of the tariff.
    pub(crate) progress: Vec<Progress>,
    pub(crate) demands: Vec<DemandSlot>,
    /// Energy of the running month, and of the months before, latest last, at most twelve.
    pub(crate) volume: i64,
    pub(crate) past_volumes: Vec<i64>,
    /// Reactive energy of the running month in 10⁻⁶ kvarh; `None` where nobody measures it.
    pub(crate) reactive: Option<i64>,
    /// Closed months of the running year by line, kept where the tariff has a yearly minimum.
    pub(crate) yearly: Vec<Exact>,
    /// By line: posted of the running month; and what closing a month left to post.
    pub(crate) posted: Vec<Money>,
    pub(crate) pending: Vec<Money>,
    /// The interval that runs, where the tariff rounds energy by interval.
    #[serde(default)]
    pub(crate) interval: Interval,
    #[serde(skip)]
    pub(crate) cursor: Cursor,
}

/// A billing month, in day numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Month {
    /// Of its first day.
    pub year: i16,
    /// 1 to 12.
    pub number: i8,
    pub start: i32,
    pub end: i32,
}

/// What was used under one version within the running month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub version: u32,
    /// The season of its latest day.
    pub season: usize,
    /// Civil days begun.
    pub days: i64,
    /// Energy by component, period and step.
    pub buckets: Vec<i64>,
    /// Charges of price series, in 10⁻²² currency.
    pub sums: Vec<i128>,
    /// Where the peaks stood when the version came into force.
    pub peaks_before: Vec<i64>,
}

/// The peak of one demand component in one period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DemandSlot {
    /// Start of the interval that runs, and its energy.
    pub start: i64,
    pub open: i64,
    /// Highest finished intervals of the month, descending, as many as the tariff averages.
    pub top: Vec<i64>,
    /// Sums of `top` of the months before, latest last.
    pub past: Vec<i64>,
}

/// What one line has to be charged now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineCharge {
    pub line: LineKey,
    pub name: String,
    pub amount: Money,
}

impl Month {
    pub(crate) fn of(date: jiff::civil::Date, billing_day: i8) -> Self {
        let days = month_from(date, billing_day);
        Self {
            year: days.start.year(),
            number: days.start.month(),
            start: day_number(days.start),
            end: day_number(days.end),
        }
    }

    pub(crate) fn days(self) -> i64 {
        i64::from(self.end - self.start)
    }
}

impl DemandSlot {
    /// The sum of the `count` highest intervals, the running one included.
    pub(crate) fn peak(&self, count: usize) -> i64 {
        let lowest = self.top.get(count.saturating_sub(1)).copied().unwrap_or(0);
        self.top.iter().sum::<i64>() + (self.open - lowest).max(0)
    }

    pub(crate) fn finish(&mut self, count: usize) {
        let place = self.top.partition_point(|&kept| kept >= self.open);
        if self.open > 0 && place < count {
            if self.top.len() == count {
                self.top.pop();
            }
            self.top.insert(place, self.open);
        }
        self.open = 0;
    }
}

impl ChargeState {
    /// A new position at `at`, with nothing used and nothing charged.
    pub fn open(tariff: &Tariff, at: Timestamp) -> Self {
        let date = tariff.zone.date(at);
        let progress =
            |reset: &crate::tariff::block::Reset| Progress::open(*reset, date, tariff.billing_day);
        let lines = tariff.lines.len();
        Self {
            at,
            month: Month::of(date, tariff.billing_day),
            day: None,
            parts: Vec::new(),
            progress: tariff.scopes.iter().map(progress).collect(),
            demands: vec![DemandSlot::default(); tariff.demand_slots.len()],
            volume: 0,
            past_volumes: Vec::new(),
            reactive: None,
            yearly: vec![Exact::ZERO; if tariff.has_yearly_minimum() { lines } else { 0 }],
            posted: vec![Money::ZERO; lines],
            pending: vec![Money::ZERO; lines],
            interval: Interval::default(),
            cursor: Cursor::default(),
        }
    }

    /// Goes on under the same tariff with more versions: places for the lines, ladders and peaks
    /// that they add. Nothing charged so far changes.
    pub fn adopt(&mut self, tariff: &Tariff) {
        let fresh = Self::open(tariff, self.at);
        let known = self.progress.len();
        self.progress.extend(fresh.progress.into_iter().skip(known));
        let known = self.demands.len();
        self.demands.extend(fresh.demands.into_iter().skip(known));
        let known = self.yearly.len();
        self.yearly.extend(fresh.yearly.into_iter().skip(known));
        let lines = tariff.lines.len();
        self.posted.resize(lines.max(self.posted.len()), Money::ZERO);
        self.pending.resize(lines.max(self.pending.len()), Money::ZERO);
        self.cursor = Cursor::default();
    }

    /// Everything before this instant is charged.
    pub fn charged_until(&self) -> Timestamp {
        self.at
    }

    /// Energy of the running billing month.
    pub fn month_energy(&self) -> Energy {
        Energy::from_mwh(self.volume)
    }

    /// The exact charge not yet posted, to the last digit (a repeating fraction is rounded down to
    /// 10⁻¹⁴ currency).
    pub fn owed(&self, tariff: &Tariff) -> ExactCharge {
        let whole = self.running_whole(tariff);
        let running = whole.unwrap_or_else(|| self.running_total(tariff).floor());
        let posted: Money = self.posted.iter().copied().sum();
        let pending: Money = self.pending.iter().copied().sum();
        running + (pending - posted).exact(tariff.currency)
    }

    /// The difference of every line between its rounded cumulative charge and what was posted of
    /// it, in the order of the tariff's lines; they count as posted from now on.
    pub fn post(&mut self, tariff: &Tariff) -> Vec<LineCharge> {
        let charges = self.line_charges(tariff, false);
        let mut due = Vec::new();
        let lines = tariff.lines.iter().zip(charges).zip(0_u16..);
        for (((name, exact), line), (posted, pending)) in
            lines.zip(self.posted.iter_mut().zip(&mut self.pending))
        {
            let rounded = exact.round(tariff.running, tariff.currency);
            let amount = rounded - *posted + *pending;
            *posted = rounded;
            *pending = Money::ZERO;
            if amount != Money::ZERO {
                due.push(LineCharge { line: LineKey(line), name: name.clone(), amount });
            }
        }
        due
    }

    /// Closes the running billing month now, as when a customer moves out: minimum charges and
    /// power factor are settled and every line is rounded for good. [`Self::post`] gives what is
    /// left to post. Nothing can be charged after it.
    pub fn close(&mut self, tariff: &Tariff) {
        self.close_watched(tariff, &mut ());
    }

    /// [`Self::close`], seen by `watch`.
    pub fn close_watched<W: Watch>(&mut self, tariff: &Tariff, watch: &mut W) {
        self.close_month(tariff, watch);
    }
}
