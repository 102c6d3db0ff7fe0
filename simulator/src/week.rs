//! The week of 200 meters, told to its end: the run that has to come out the same natively and in
//! the browser, in one slice and in a thousand.

use std::collections::BTreeMap;
use std::fmt;

use actix::Actor;
use shared::actor::port::Replay;
use shared::counter::CounterFact;
use shared::energy::Energy;
use shared::event::Event;
use shared::id::Seq;
use shared::ledger::Hash;
use shared::money::Money;
use shared::time::Span;
use thiserror::Error;

use crate::sandbox::{Sandbox, Unwatched};
use crate::scenario::{Scenario, ScenarioError, WEEK};
use crate::world::{Tally, WorldError};

/// How a run came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// The journal's last record and its seal: equal seals are equal journals.
    pub records: u64,
    pub head: Hash,
    /// How often each kind of event was kept.
    pub kinds: BTreeMap<&'static str, u64>,
    pub sold: Money,
    /// Energy that was charged, and what the meters had counted of it by then.
    pub charged: Energy,
    pub metered: Energy,
    pub polls: u64,
    pub payments: u64,
    pub refusals: u64,
}

#[derive(Debug, Error)]
pub enum WeekError {
    #[error("{0}")]
    Scenario(#[from] ScenarioError),
    #[error("the week came to a stop")]
    World(#[from] WorldError),
    #[error("the journal of the week cannot be read back: {0}")]
    Journal(String),
}

/// The tariffs that the scenarios of this crate name.
pub const TARIFFS: [&str; 2] = [
    include_str!("../../server/tariffs/demo-flat.toml"),
    include_str!("../../server/tariffs/demo-residential.toml"),
];

/// The week, whole, in so many slices.
pub async fn week(slices: u32) -> Result<Ending, WeekError> {
    run(&Scenario::parse("week.toml", WEEK)?, Span::from_days(7), slices).await
}

/// Runs a scenario from its start, in slices of equal length.
pub async fn run(scenario: &Scenario, length: Span, slices: u32) -> Result<Ending, WeekError> {
    let tariffs = TARIFFS.map(str::to_owned);
    let feed = Unwatched.start().recipient();
    let mut sandbox = Sandbox::open(scenario, tariffs, feed).await?;
    let begin = scenario.begin();
    for slice in 1..=i64::from(slices) {
        let part = length.millis() * slice / i64::from(slices);
        sandbox.world.run_until(begin + Span::from_millis(part), || true).await?;
    }
    ending(&sandbox).await
}

async fn ending(sandbox: &Sandbox) -> Result<Ending, WeekError> {
    let Tally { polls, payments, refusals, .. } = sandbox.world.tally();
    let mut ending = Ending { polls, payments, refusals, ..Ending::default() };
    let truths = sandbox.world.audit().await?;
    ending.metered =
        truths.iter().flat_map(|line| line.meters.values()).map(|one| one.metered).sum();
    loop {
        let page = Replay { after: Seq(ending.records), limit: 10_000 };
        let page = sandbox.journal.send(page).await.map_err(WorldError::from)?;
        let page = page.map_err(|fault| WeekError::Journal(fault.to_string()))?;
        let Some(last) = page.last() else { return Ok(ending) };
        (ending.records, ending.head) = (last.seq.0, last.hash);
        for record in &page {
            let event = Event::from_body(&record.body)
                .map_err(|error| WeekError::Journal(error.to_string()))?;
            *ending.kinds.entry(kind(&event)).or_default() += 1;
            if let Event::Settled(settled) = &event {
                ending.charged += settled.energy;
            }
            if let Event::Sold(sale) = &event {
                ending.sold += sale.amount;
            }
        }
    }
}

fn kind(event: &Event) -> &'static str {
    match event {
        Event::TariffPublished { .. } => "published",
        Event::AccountOpened { .. } => "opened",
        Event::MeterBound { .. } => "bound",
        Event::Baseline { .. } => "baseline",
        Event::Settled(_) => "settled",
        Event::Sold(_) => "sold",
        Event::Reversed(_) => "reversed",
        Event::Refunded(_) => "refunded",
        Event::ArrearsAdded(_) => "arrears-added",
        Event::Counter(CounterFact::Opened { .. }) => "shift-opened",
        Event::Counter(CounterFact::Closed(_)) => "shift-closed",
        Event::Counter(CounterFact::CashMoved(_)) => "cash-moved",
        Event::Counter(CounterFact::Countersigned { .. }) => "shift-countersigned",
        Event::Counter(CounterFact::Limited { .. }) => "limits-set",
        Event::Counter(CounterFact::Raised { .. }) => "limit-raised",
        Event::Counter(CounterFact::Split { .. }) => "sale-split",
        Event::ArrearsDue(_) => "arrears-due",
        Event::ArrearsCancelled(_) => "arrears-cancelled",
        Event::Adjusted(_) => "adjusted",
        Event::Exchanged { .. } => "exchanged",
        Event::ExceptionNoted { .. } => "exception-noted",
        Event::ProvisionalCharged(_) => "provisional-charged",
        Event::ProvisionalReleased { .. } => "provisional-released",
        Event::LowCredit { .. } => "low-credit",
        Event::Cut { .. } => "cut",
        Event::Lifted { .. } => "lifted",
        Event::SupplyProven { .. } => "proven",
        Event::ReadingHeld { .. } => "held",
        Event::HoldEnded { .. } => "hold-ended",
        Event::AlarmRaised { .. } => "alarm",
        Event::AlarmAcknowledged { .. } => "acknowledged",
        Event::AlarmCleared { .. } => "cleared",
        Event::Acted { .. } => "acted",
        Event::PolicyPublished { .. } => "policy-published",
        Event::MeterPlaced { .. } => "meter-placed",
        Event::NoticeDelivered { .. } => "notice-delivered",
        Event::Payment(_) => "payment",
        Event::CutUndelivered { .. } => "cut-undelivered",
        Event::Rearmed { .. } => "rearmed",
        Event::EmergencyOffered { .. } => "emergency-offered",
        Event::EmergencyBegun { .. } => "emergency-begun",
        Event::EmergencyRepaid { .. } => "emergency-repaid",
        Event::EmergencyRearmed { .. } => "emergency-rearmed",
        Event::Protected { .. } => "protected",
        Event::Unprotected { .. } => "unprotected",
        Event::Paused { .. } => "paused",
        Event::Resumed { .. } => "resumed",
        Event::CutHeld { .. } => "cut-held",
        Event::HeldCutEnded { .. } => "held-cut-ended",
        Event::CutsReleased { .. } => "cuts-released",
        Event::RequestMade { .. } => "request-made",
        Event::RequestDecided { .. } => "request-decided",
        Event::RestoreConfirmed { .. } => "restore-confirmed",
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "head {} after {} records", self.head, self.records)?;
        for (kind, count) in &self.kinds {
            writeln!(f, "{kind} {count}")?;
        }
        writeln!(f, "sold {} minor units", self.sold.minor())?;
        writeln!(f, "charged {} of {}", self.charged, self.metered)?;
        let Self { polls, payments, refusals, .. } = self;
        write!(f, "{polls} polls, {payments} payments, {refusals} refusals")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::id::SiteId;
    use shared::invariant::{Invariant, Watch};

    use super::*;
    use crate::chance::Seed;
    use crate::sandbox::engine;

    /// A small part of the week: three storeys and four shops.
    fn small_house(seed: u64) -> Scenario {
        let (text, _) = WEEK.split_once("[[event]]").expect("the week has events");
        let text =
            text.replacen("floors = 45", "floors = 3", 1).replacen("count = 20", "count = 4", 1);
        let mut scenario = Scenario::parse("small.toml", &text).expect("a scenario");
        scenario.seed = Seed(seed);
        scenario
    }

    /// Two days of it.
    fn small(seed: u64, slices: u32) -> Ending {
        let scenario = small_house(seed);
        let run = run(&scenario, Span::from_days(2), slices);
        engine().block_on(run).expect("a run to the end")
    }

    /// Runs two days, and looks at every invariant that a journal can answer for after each hour.
    async fn watched(scenario: &Scenario) -> Watch {
        let feed = Unwatched.start().recipient();
        let tariffs = TARIFFS.map(str::to_owned);
        let mut sandbox = Sandbox::open(scenario, tariffs, feed).await.expect("a house");
        let mut watch = Watch::new(SiteId(1));
        for hour in 1..=48 {
            let until = scenario.begin() + Span::from_hours(hour);
            sandbox.world.run_until(until, || true).await.expect("an hour");
            // What billing calls safe has to be in the journal.
            let safe = sandbox.status().await.expect("billing answers");
            watch.promise(safe.committed, safe.head);
            let page = Replay { after: watch.seen(), limit: u32::MAX };
            let records = sandbox.journal.send(page).await.expect("a journal").expect("records");
            for record in &records {
                watch.follow(record);
            }
            assert_eq!(watch.offence(), None, "seed {:?}, hour {hour}", scenario.seed);
        }
        watch
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6))]
        #[test]
        fn slices_change_nothing_whatever_the_seed(seed in any::<u64>(), slices in 2_u32..300) {
            let whole = small(seed, 1);
            prop_assert_eq!(&whole, &small(seed, slices));
            prop_assert!(whole.charged <= whole.metered);
            prop_assert!(whole.polls > 16 * 191);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        /// I1 to I10 at each step, with lines that garble, meters that fall silent and tenants who
        /// pay late.
        #[test]
        fn every_hour_keeps_the_invariants_whatever_the_seed(seed in any::<u64>()) {
            let watch = engine().block_on(watched(&small_house(seed)));
            // Whether somebody is cut or pays within two days is up to the seed.
            let sometimes = [Invariant::Supply, Invariant::Receipts, Invariant::Once];
            for found in watch.findings() {
                let looked = found.checked > 0 || sometimes.contains(&found.invariant);
                prop_assert!(looked, "{} looked at nothing", found.invariant);
            }
        }
    }

    #[test]
    fn another_seed_tells_another_story() {
        assert_ne!(small(1, 1).head, small(2, 1).head);
    }
}
