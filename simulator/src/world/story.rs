//! What a scenario has in store for a world, with rooms turned into meters and times into instants.

use std::collections::BTreeMap;

use shared::id::{IdempotencyKey, MeterId};
use shared::site::Command;
use shared::time::Timestamp;
use shared::vend::Tender;

use crate::fault::{Disturbance, Scope};
use crate::population::Premise;
use crate::relay::RelayFault;
use crate::scenario::{Deed, Scenario, When};

#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    pub(super) disturbances: Vec<Disturbance>,
    /// In the order of the file.
    pub(super) events: Vec<Planned>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) at: Timestamp,
    pub(super) meter: MeterId,
    pub(super) act: Act,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Order { command: Box<Command>, key: IdempotencyKey },
    BreakRelay(RelayFault),
    Bypass { metered_share: i64 },
}

impl Story {
    pub(super) fn of(scenario: &Scenario, premises: &[Premise]) -> Self {
        let begin = scenario.begin();
        let homes: BTreeMap<&str, &Premise> =
            premises.iter().map(|premise| (premise.name.as_str(), premise)).collect();
        let time = |when: Option<When>, or: i64| {
            when.map_or(Timestamp::from_millis(or), |when| when.from(begin))
        };
        let disturbances = scenario.fault.iter().filter_map(|fault| {
            let scope = match (&fault.room, fault.line) {
                (Some(room), _) => Scope::Meter(homes.get(room.get_ref().as_str())?.meter),
                (None, Some(line)) => Scope::Line(line),
                (None, None) => Scope::Everywhere,
            };
            Some(Disturbance {
                scope,
                kind: fault.kind,
                per_million: fault.per_million,
                from: time(fault.from, i64::MIN),
                until: time(fault.until, i64::MAX),
                count: fault.count,
            })
        });
        let events = (0_u32..).zip(&scenario.event).filter_map(|(number, event)| {
            let home = homes.get(event.room.get_ref().as_str())?;
            let at = event.at.from(begin);
            let key = format!("sim-{:016x}-event-{number}-{}", scenario.seed.0, at.millis());
            let key = IdempotencyKey::try_from(key).ok()?;
            let act = act(&event.deed, home, scenario, key);
            Some(Planned { at, meter: home.meter, act })
        });
        Self { disturbances: disturbances.collect(), events: events.collect() }
    }
}

fn act(deed: &Deed, home: &Premise, scenario: &Scenario, key: IdempotencyKey) -> Act {
    let meter = home.meter;
    let command = match deed {
        Deed::Pay { amount } => Command::Sell {
            account: home.account,
            amount: scenario.amount(amount.get_ref()),
            tender: Tender::Cash,
            handed: None,
            reference: String::new(),
        },
        Deed::Cut { reason } => Command::CutSupply { meter, reason: reason.clone() },
        Deed::Restore { reason } => Command::RestoreSupply { meter, reason: reason.clone() },
        Deed::BreakRelay { fault } => return Act::BreakRelay(*fault),
        Deed::Bypass { metered_permille } => {
            return Act::Bypass { metered_share: *metered_permille };
        }
    };
    Act::Order { command: Box::new(command), key }
}
