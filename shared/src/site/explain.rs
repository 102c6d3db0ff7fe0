//! Why a charge is what it is: the account's own records are replayed up to the charge, and what
//! settling did then is told from segment to line to posting. Nothing is told that does not add up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::energy::Energy;
use crate::event::{Event, Settled};
use crate::id::{AccountId, MeterId, Seq, TariffId};
use crate::ledger::{Posting, Record};
use crate::meter::Point;
use crate::money::{Currency, Money, UnitPrice};
use crate::tariff::version::Charge;
use crate::tariff::{
    Bill, ChargeError, ChargeState, Class, Exact, LineKey, Reading, Segment, Tariff, Watch,
};
use crate::time::Timestamp;

/// A charge, told from its segments to its postings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    pub seq: Seq,
    pub at: Timestamp,
    pub account: AccountId,
    pub meter: MeterId,
    pub tariff: TariffId,
    pub tariff_name: String,
    pub currency: Currency,
    pub from: Point,
    pub to: Point,
    pub energy: Energy,
    /// In order of time; no boundary lies inside one.
    pub segments: Vec<ExplainedSegment>,
    pub lines: Vec<ExplainedLine>,
    pub postings: Vec<Posting>,
    /// What the lines come to.
    pub amount: Money,
    /// What was charged provisionally before the meter answered, given back; zero or less.
    #[serde(default)]
    pub given_back: Money,
    /// Prices changed between the readings: energy was spread over them by time.
    #[serde(default)]
    pub estimated: bool,
    pub credit_before: Money,
    pub credit_after: Money,
    /// A billing month ended inside, with all its lines rounded for good.
    pub month_closed: bool,
}

/// Energy of one stretch of time at one price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExplainedSegment {
    /// The component of the tariff, which is also the line's name.
    pub line: String,
    pub version: u32,
    pub from: Timestamp,
    pub to: Timestamp,
    pub period: String,
    /// Counted from 1; 0 is free energy.
    pub tier: usize,
    pub tiers: usize,
    pub energy: Energy,
    pub price: UnitPrice,
    /// Exact, such as `0.03083`.
    pub amount: String,
}

/// How the exact cumulative charge of a line became what was posted of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExplainedLine {
    pub name: String,
    pub class: Class,
    /// Exact charge of the running month before and after.
    pub before: String,
    pub after: String,
    /// `after`, rounded as the tariff says.
    pub rounded: Money,
    /// Posted of the running month already.
    pub posted: Money,
    /// What the closing of the month before left to post.
    pub closing: Money,
    /// `closing` + `rounded` − `posted`.
    pub amount: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExplainError {
    #[error("record {0} is not readable: {1}")]
    Unreadable(Seq, String),
    #[error("record {0} is not a charge of this account")]
    NotACharge(Seq),
    #[error("record {0} comes before the tariff or the first reading of its account")]
    OutOfOrder(Seq),
    #[error("record {0} cannot be charged again: {1}")]
    Charge(Seq, ChargeError),
    #[error("record {seq}: line `{line}` was posted with {posted}, but comes to {replayed}")]
    DoesNotAddUp { seq: Seq, line: String, posted: i64, replayed: i64 },
}

/// Replays one account. It wants, in order, every published tariff and every record of the account.
#[derive(Debug)]
pub struct Replay {
    account: AccountId,
    tariffs: BTreeMap<TariffId, Tariff>,
    own: Option<TariffId>,
    meters: BTreeMap<MeterId, ChargeState>,
}

impl Replay {
    pub fn new(account: AccountId) -> Self {
        Self { account, tariffs: BTreeMap::new(), own: None, meters: BTreeMap::new() }
    }

    /// Takes in the next record.
    pub fn follow(&mut self, record: &Record) -> Result<(), ExplainError> {
        let seq = record.seq;
        match read(record)? {
            Event::TariffPublished { tariff, text, .. } => self.publish(seq, tariff, &text)?,
            Event::AccountOpened { account, tariff, .. } if account == self.account => {
                self.own = Some(tariff);
            }
            Event::Baseline { account, meter, point, .. } if account == self.account => {
                let tariff = tariff_of(&self.tariffs, self.own.as_ref(), seq)?;
                self.meters.entry(meter).or_insert_with(|| ChargeState::open(tariff, point.at));
            }
            Event::Settled(settled) if settled.account == self.account => {
                self.settle(seq, &settled, &mut ())?;
            }
            Event::AccountOpened { .. }
            | Event::Baseline { .. }
            | Event::Settled(_)
            | Event::MeterBound { .. }
            | Event::Sold(_)
            | Event::Reversed(_)
            | Event::Refunded(_)
            | Event::LowCredit { .. }
            | Event::Cut { .. }
            | Event::Lifted { .. }
            | Event::SupplyProven { .. }
            | Event::ReadingHeld { .. }
            | Event::HoldEnded { .. }
            | Event::AlarmRaised { .. }
            | Event::AlarmAcknowledged { .. }
            | Event::AlarmCleared { .. }
            | Event::Acted { .. }
            | Event::ArrearsAdded(_)
            | Event::Counter(_)
            | Event::ArrearsDue(_)
            | Event::ArrearsCancelled(_)
            | Event::Adjusted(_)
            | Event::Exchanged { .. }
            | Event::ExceptionNoted { .. }
            | Event::PolicyPublished { .. }
            | Event::MeterPlaced { .. }
            | Event::NoticeDelivered { .. }
            | Event::Payment(_)
            | Event::CutUndelivered { .. }
            | Event::Rearmed { .. }
            | Event::EmergencyOffered { .. }
            | Event::EmergencyBegun { .. }
            | Event::EmergencyRepaid { .. }
            | Event::EmergencyRearmed { .. }
            | Event::Protected { .. }
            | Event::Unprotected { .. }
            | Event::Paused { .. }
            | Event::CutHeld { .. }
            | Event::HeldCutEnded { .. }
            | Event::RequestMade { .. }
            | Event::RequestDecided { .. }
            | Event::CutsReleased { .. }
            | Event::Resumed { .. }
            | Event::RestoreConfirmed { .. }
            | Event::ProvisionalCharged(_)
            | Event::ProvisionalReleased { .. } => {}
        }
        Ok(())
    }

    fn publish(&mut self, seq: Seq, id: TariffId, text: &str) -> Result<(), ExplainError> {
        let tariff = Tariff::from_toml(text)
            .map_err(|fault| ExplainError::Unreadable(seq, fault.to_string()))?;
        if self.own.as_ref() == Some(&id) {
            self.meters.values_mut().for_each(|charge| charge.adopt(&tariff));
        }
        self.tariffs.insert(id, tariff);
        Ok(())
    }

    fn settle<W: Watch>(
        &mut self,
        seq: Seq,
        settled: &Settled,
        watch: &mut W,
    ) -> Result<Vec<ExplainedLine>, ExplainError> {
        let tariff = tariff_of(&self.tariffs, self.own.as_ref(), seq)?;
        let charge = self.meters.get_mut(&settled.meter).ok_or(ExplainError::OutOfOrder(seq))?;
        let month = charge.month;
        let before = charge.line_charges(tariff, false);
        let (from, to, energy) = (settled.from.at, settled.to.at, settled.energy);
        charge
            .advance_watched(tariff, Reading { from, to, energy }, watch)
            .map_err(|fault| ExplainError::Charge(seq, fault))?;
        let closed = charge.month != month;
        let after = charge.line_charges(tariff, false);
        let figures = tariff.lines.iter().zip(before).zip(after);
        let kept = charge.posted.iter().zip(&charge.pending);
        let mut lines = Vec::new();
        for ((((name, before), after), (posted, closing)), place) in figures.zip(kept).zip(0_u16..)
        {
            let before = if closed { Exact::ZERO } else { before };
            let rounded = after.round(tariff.running, tariff.currency);
            let (posted, closing) = (*posted, *closing);
            lines.push(ExplainedLine {
                name: name.clone(),
                class: tariff.line_class(LineKey(place)),
                before: before.to_string(),
                after: after.to_string(),
                rounded,
                posted,
                closing,
                amount: closing + rounded - posted,
            });
        }
        charge.post(tariff);
        prove(seq, settled, &lines)?;
        Ok(lines)
    }

    /// Explains the charge in `record`, which comes next.
    pub fn explain(mut self, record: &Record) -> Result<Explanation, ExplainError> {
        let seq = record.seq;
        let event = read(record)?;
        let own = event.account() == Some(self.account);
        let Event::Settled(settled) = event else { return Err(ExplainError::NotACharge(seq)) };
        if !own {
            return Err(ExplainError::NotACharge(seq));
        }
        let mut seen = Seen::default();
        let lines = self.settle(seq, &settled, &mut seen)?;
        let told_of =
            |line: &ExplainedLine| line.amount != Money::ZERO || line.before != line.after;
        let lines = lines.into_iter().filter(told_of);
        let tariff = tariff_of(&self.tariffs, self.own.as_ref(), seq)?;
        let segments = joined(seen.segments);
        Ok(Explanation {
            seq,
            at: record.at,
            account: self.account,
            meter: settled.meter,
            tariff: tariff.id().clone(),
            tariff_name: tariff.name().to_owned(),
            currency: tariff.currency(),
            from: settled.from,
            to: settled.to,
            energy: settled.energy,
            segments: segments.iter().map(|segment| told(tariff, segment)).collect(),
            lines: lines.collect(),
            postings: record.postings.clone(),
            amount: settled.amount(),
            given_back: settled.given_back(),
            estimated: settled.estimated,
            credit_before: settled.credit_after + settled.amount(),
            credit_after: settled.credit_after,
            month_closed: seen.closed,
        })
    }
}

fn tariff_of<'t>(
    tariffs: &'t BTreeMap<TariffId, Tariff>,
    own: Option<&TariffId>,
    seq: Seq,
) -> Result<&'t Tariff, ExplainError> {
    own.and_then(|own| tariffs.get(own)).ok_or(ExplainError::OutOfOrder(seq))
}

fn read(record: &Record) -> Result<Event, ExplainError> {
    Event::from_body(&record.body)
        .map_err(|fault| ExplainError::Unreadable(record.seq, fault.to_string()))
}

/// Every line that was posted comes out again, and no other.
fn prove(seq: Seq, settled: &Settled, lines: &[ExplainedLine]) -> Result<(), ExplainError> {
    let posted = |name: &str| -> Money {
        let own = settled.tariff_lines().filter(|line| line.name == name);
        own.map(|line| line.amount).sum()
    };
    let stray = settled.tariff_lines().find(|line| lines.iter().all(|own| own.name != line.name));
    if let Some(stray) = stray {
        return Err(ExplainError::DoesNotAddUp {
            seq,
            line: stray.name.clone(),
            posted: stray.amount.minor(),
            replayed: 0,
        });
    }
    match lines.iter().find(|line| line.amount != posted(&line.name)) {
        None => Ok(()),
        Some(line) => Err(ExplainError::DoesNotAddUp {
            seq,
            line: line.name.clone(),
            posted: posted(&line.name).minor(),
            replayed: line.amount.minor(),
        }),
    }
}

#[derive(Default)]
struct Seen {
    segments: Vec<Segment>,
    closed: bool,
}

impl Watch for Seen {
    const SEGMENTS: bool = true;
    const BILLS: bool = true;
    fn segment(&mut self, segment: Segment) {
        self.segments.push(segment);
    }
    fn closed(&mut self, _bill: Bill) {
        self.closed = true;
    }
}

/// Pieces that only a cut of no consequence (such as midnight) parts are one again.
fn joined(pieces: Vec<Segment>) -> Vec<Segment> {
    let mut all: Vec<Segment> = Vec::new();
    for piece in pieces.into_iter().filter(|piece| piece.energy != Energy::ZERO) {
        let same = all.iter_mut().find(|last| {
            last.to == piece.from
                && (last.line, last.version, last.period)
                    == (piece.line, piece.version, piece.period)
                && (last.tier, last.price) == (piece.tier, piece.price)
        });
        match same {
            Some(last) => {
                last.to = piece.to;
                last.energy += piece.energy;
            }
            None => all.push(piece),
        }
    }
    all.sort_by_key(|segment| (segment.line, segment.from, segment.tier));
    all
}

fn told(tariff: &Tariff, segment: &Segment) -> ExplainedSegment {
    let version = tariff.version_numbered(segment.version);
    let component = version.and_then(|version| {
        version.components.iter().find(|component| component.line == segment.line)
    });
    let volume = component.and_then(|component| match &component.charge {
        Charge::Volume(volume) => Some(volume),
        Charge::Dynamic(_)
        | Charge::Fixed(_)
        | Charge::Demand(_)
        | Charge::Minimum(_)
        | Charge::PowerFactor(_)
        | Charge::Percent(_)
        | Charge::Tax(_) => None,
    });
    let period = version.zip(volume).map_or("all", |(version, volume)| {
        version.schedule(volume.schedule).period_name(segment.period)
    });
    ExplainedSegment {
        line: tariff.line_name(segment.line).to_owned(),
        version: segment.version,
        from: segment.from,
        to: segment.to,
        period: period.to_owned(),
        tier: segment.tier.map_or(0, |tier| tier + 1),
        tiers: volume.map_or(1, |volume| volume.tiers),
        energy: segment.energy,
        price: segment.price,
        amount: Exact::from(segment.price.charge(segment.energy)).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::energy::{Power, Register};
    use crate::event::SettledLine;
    use crate::id::{Book, SiteId, StaffId};
    use crate::ledger::{Chain, Draft};
    use crate::meter::Limits;
    use crate::policy::Policy;
    use crate::prepaid::Account;
    use crate::time::Zone;

    const TARIFF: &str = r#"
id = "steps"
currency = "CNY"
zone = "Asia/Shanghai"
[[versions]]
from = "2026-01-01"
[[versions.schedule]]
windows = "08:00-22:00"
period = "peak"
[[versions.schedule]]
windows = "22:00-08:00"
period = "valley"
[versions.energy]
prices = { peak = ["0.60", "0.90"], valley = ["0.30", "0.45"] }
[versions.energy.ladder]
reset = "month"
limits = ["10"]
[versions.service]
kind = "fixed"
amount = "0.20"
per = "day"
"#;

    struct Story {
        chain: Chain,
        records: Vec<Record>,
        account: Account,
        at: Timestamp,
        register: Register,
    }

    const METER: MeterId = MeterId(7);

    impl Story {
        fn begin() -> Self {
            let at = Zone::named("Asia/Shanghai")
                .expect("a zone")
                .at(jiff::civil::date(2026, 7, 1).at(21, 0, 0, 0));
            let tariff = std::sync::Arc::new(Tariff::from_toml(TARIFF).expect("a tariff"));
            let (id, policy) = (AccountId(3), Policy::default());
            let account =
                Account::open(id, Book::Live, tariff, policy.clone(), Money::from_minor(10_000));
            let chain = Chain::empty(SiteId(1));
            let register = Register::from_mwh(5_000_000);
            let mut story = Self { chain, records: Vec::new(), account, at, register };
            let tariff = TariffId("steps".to_owned());
            story.keep(&Event::TariffPublished {
                tariff: tariff.clone(),
                text: TARIFF.to_owned(),
                approved_by: None,
            });
            let opening = Money::from_minor(10_000);
            story.keep(&Event::AccountOpened { account: id, tariff, policy, opening });
            let most_power = Power::from_watts(20_000);
            let limits = Limits { most_power, step: Energy::from_wh(10), wraps_at: None };
            story.account.bind(METER, limits, at);
            let point = Point { at, register };
            story.account.start(METER, point);
            story.keep(&Event::Baseline { account: id, meter: METER, point, note: String::new() });
            story
        }

        fn keep(&mut self, event: &Event) {
            let draft = Draft {
                at: self.at,
                book: Book::Live,
                by: StaffId(0),
                key: None,
                body: event.to_body(),
                postings: event.postings(),
            };
            let record = self.chain.seal(draft);
            self.records.push(record);
        }

        /// One reading, posted.
        fn uses(&mut self, minutes: i64, wh: i64) {
            self.at = self.at + crate::time::Span::from_mins(minutes);
            self.register = self.register.plus(Energy::from_wh(wh));
            let point = Point { at: self.at, register: self.register };
            self.account.charge(METER, point, Energy::from_wh(wh)).expect("has a price");
            let settled = self.account.settled(METER).expect("time has passed");
            self.account.settle(&settled);
            self.keep(&Event::Settled(settled));
        }

        fn explain(&self, seq: u64) -> Result<Explanation, ExplainError> {
            let mut replay = Replay::new(AccountId(3));
            for record in &self.records {
                if record.seq == Seq(seq) {
                    return replay.explain(record);
                }
                replay.follow(record)?;
            }
            Err(ExplainError::NotACharge(Seq(seq)))
        }
    }

    fn check(explained: &Explanation, expected: Expect) {
        let segments = explained.segments.iter().map(|part| {
            let (period, tier) = (&part.period, part.tier);
            format!(
                "{} {period} {tier}: {} at {} = {}\n",
                part.line,
                part.energy,
                part.price.to_decimal(),
                part.amount
            )
        });
        let lines = explained.lines.iter().map(|line| {
            let (rounded, posted) = (line.rounded.minor(), line.posted.minor());
            format!(
                "{}: {} -> {}; {rounded} - {posted} + {} = {}\n",
                line.name,
                line.before,
                line.after,
                line.closing.minor(),
                line.amount.minor(),
            )
        });
        let postings = explained
            .postings
            .iter()
            .map(|posting| format!("{} {}\n", posting.code.name(), posting.amount.minor()));
        expected.assert_eq(&segments.chain(lines).chain(postings).collect::<String>());
    }

    #[test]
    fn a_charge_over_a_period_and_a_step_is_told_piece_by_piece() {
        let mut story = Story::begin();
        story.uses(30, 9_000);
        story.uses(60, 2_000);
        check(
            &story.explain(5).expect("a charge"),
            expect![[r#"
            energy peak 1: 1 kWh at 0.6 = 0.6
            energy valley 2: 1 kWh at 0.45 = 0.45
            energy: 5.4 -> 6.45; 645 - 540 + 0 = 105
            prepaid 105
            energy -105
        "#]],
        );
    }

    #[test]
    fn every_charge_of_a_month_with_its_closing_adds_up() {
        let mut story = Story::begin();
        for step in 0_i64..200 {
            story.uses(97 + step * 7 % 300, step * 37 % 1_900);
        }
        let charges = story.records.len() - 3;
        let mut closed = 0;
        for record in story.records.iter().skip(3) {
            let explained = story.explain(record.seq.0).expect("a charge");
            let lines: Money = explained.lines.iter().map(|line| line.amount).sum();
            assert_eq!(lines, explained.amount);
            let segments: Energy = explained
                .segments
                .iter()
                .filter(|part| part.line == "energy")
                .map(|part| part.energy)
                .sum();
            assert_eq!(segments, explained.energy);
            let customer: Money = explained
                .postings
                .iter()
                .filter(|posting| posting.code == crate::ledger::Code::Prepaid)
                .map(|posting| posting.amount)
                .sum();
            assert_eq!(customer, explained.amount);
            closed += usize::from(explained.month_closed);
        }
        assert_eq!((charges, closed), (200, 1));
    }

    #[test]
    fn a_posting_that_does_not_come_out_again_is_not_explained_away() {
        let mut story = Story::begin();
        story.uses(30, 1_000);
        let record = story.records.pop().expect("the charge");
        let Ok(Event::Settled(mut settled)) = Event::from_body(&record.body) else {
            panic!("a charge");
        };
        settled.lines = vec![SettledLine {
            name: "energy".to_owned(),
            code: crate::ledger::Code::Energy,
            amount: Money::from_minor(61),
        }];
        story.records.push(Record { body: Event::Settled(settled).to_body(), ..record });
        let refused = story.explain(4).expect_err("the energy line came to 0.60");
        assert_eq!(
            refused,
            ExplainError::DoesNotAddUp {
                seq: Seq(4),
                line: "energy".to_owned(),
                posted: 61,
                replayed: 60,
            }
        );
        assert_eq!(story.explain(2), Err(ExplainError::NotACharge(Seq(2))));
    }
}
