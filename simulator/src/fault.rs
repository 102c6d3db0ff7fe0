//! Disturbances of a line: what makes replies late, wrong or missing, by scope, chance and time.

use serde::{Deserialize, Serialize};
use shared::energy::{Energy, Register};
use shared::id::{LineId, MeterId};
use shared::meter::{CommFault, Telegram};
use shared::time::Timestamp;

use crate::chance::{Draw, Seed, Stream};

/// One disturbance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disturbance {
    pub scope: Scope,
    pub kind: FaultKind,
    /// How many of a million contacts it hits.
    pub per_million: u32,
    pub from: Timestamp,
    pub until: Timestamp,
    /// It ends after so many contacts.
    pub count: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    Everywhere,
    Line(LineId),
    Meter(MeterId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum FaultKind {
    Timeout,
    Garbled,
    WrongReply,
    Exception {
        code: u8,
    },
    LineDown,
    /// The values of the last good reply once more.
    Stale,
    /// A register that reads so many kWh too low.
    BackJump {
        kwh: u32,
    },
    /// A register that reads zero.
    FalseZero,
    /// A register that reads so many kWh too high.
    Jump {
        kwh: u32,
    },
}

/// What becomes of one contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disturbed {
    /// The meter never heard the question.
    Unheard(CommFault),
    /// The meter heard and did it; the reply is lost.
    Unanswered(CommFault),
    /// A well-formed reply with wrong values.
    Wrong(Falsehood),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Falsehood {
    Stale,
    Zero,
    Low(Energy),
    High(Energy),
}

impl Falsehood {
    /// The telegram as it is told.
    pub fn told(self, truth: Telegram, last: Option<&Telegram>) -> Telegram {
        let import = match self {
            Self::Stale => return last.cloned().unwrap_or(truth),
            Self::Zero => Register::default(),
            Self::Low(by) => Register::from_mwh((truth.import.mwh() - by.mwh()).max(0)),
            Self::High(by) => truth.import.plus(by),
        };
        Telegram { import, ..truth }
    }
}

/// The disturbances of one line, in the order in which they are tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disturbances {
    list: Vec<(Disturbance, u32)>,
}

impl Disturbances {
    pub fn add(&mut self, disturbance: Disturbance) {
        self.list.push((disturbance, 0));
    }

    pub fn clear(&mut self) {
        self.list.clear();
    }

    /// What becomes of a contact with `meter` at `now`. `turn` tells contacts of one instant apart.
    pub fn strike(
        &mut self,
        seed: Seed,
        line: LineId,
        meter: MeterId,
        now: Timestamp,
        turn: i64,
    ) -> Option<Disturbed> {
        for (number, (disturbance, struck)) in (0_u64..).zip(&mut self.list) {
            let in_scope = match disturbance.scope {
                Scope::Everywhere => true,
                Scope::Line(scope) => scope == line,
                Scope::Meter(scope) => scope == meter,
            };
            let in_time = disturbance.from <= now && now < disturbance.until;
            let spent = disturbance.count.is_some_and(|count| *struck >= count);
            let slot = now.millis() * 4 + turn;
            let draw = seed.draw(meter.0, Stream::Fault, slot).again(number);
            if in_scope && in_time && !spent && draw.hits(disturbance.per_million) {
                *struck += 1;
                let detail = seed.draw(meter.0, Stream::FaultDetail, slot).again(number);
                return Some(disturbance.kind.disturb(detail));
            }
        }
        None
    }
}

impl FaultKind {
    fn disturb(self, detail: Draw) -> Disturbed {
        match self {
            // A lost question and a lost answer look alike from here, and only one of them moved
            // the switch.
            Self::Timeout if detail.below(2) == 0 => Disturbed::Unheard(CommFault::Timeout),
            Self::Timeout => Disturbed::Unanswered(CommFault::Timeout),
            Self::Garbled => Disturbed::Unanswered(CommFault::Garbled),
            Self::WrongReply => Disturbed::Unanswered(CommFault::WrongReply),
            Self::Exception { code } => Disturbed::Unheard(CommFault::Exception(code)),
            Self::LineDown => Disturbed::Unheard(CommFault::LineDown),
            Self::Stale => Disturbed::Wrong(Falsehood::Stale),
            Self::FalseZero => Disturbed::Wrong(Falsehood::Zero),
            Self::BackJump { kwh } => {
                Disturbed::Wrong(Falsehood::Low(Energy::from_kwh(kwh.into())))
            }
            Self::Jump { kwh } => Disturbed::Wrong(Falsehood::High(Energy::from_kwh(kwh.into()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALWAYS: Disturbance = Disturbance {
        scope: Scope::Everywhere,
        kind: FaultKind::Garbled,
        per_million: 1_000_000,
        from: Timestamp::from_millis(100),
        until: Timestamp::from_millis(200),
        count: None,
    };

    fn strikes(disturbance: Disturbance, line: u16, meter: u32, now: i64) -> bool {
        let mut list = Disturbances::default();
        list.add(disturbance);
        let now = Timestamp::from_millis(now);
        list.strike(Seed(1), LineId(line), MeterId(meter), now, 0).is_some()
    }

    #[test]
    fn a_disturbance_keeps_to_its_scope_and_time() {
        let line = Disturbance { scope: Scope::Line(LineId(2)), ..ALWAYS };
        let meter = Disturbance { scope: Scope::Meter(MeterId(7)), ..ALWAYS };
        let never = Disturbance { per_million: 0, ..ALWAYS };
        for (disturbance, at, expected) in [
            (&ALWAYS, (1, 1, 99), false),
            (&ALWAYS, (1, 1, 100), true),
            (&ALWAYS, (1, 1, 199), true),
            (&ALWAYS, (1, 1, 200), false),
            (&line, (2, 1, 150), true),
            (&line, (1, 1, 150), false),
            (&meter, (1, 7, 150), true),
            (&meter, (1, 8, 150), false),
            (&never, (1, 7, 150), false),
        ] {
            let (line, meter, now) = at;
            assert_eq!(strikes(disturbance.clone(), line, meter, now), expected, "{at:?}");
        }
    }

    #[test]
    fn a_count_ends_it() {
        let mut list = Disturbances::default();
        list.add(Disturbance { count: Some(2), ..ALWAYS });
        let struck = (100..110)
            .filter(|now| {
                let now = Timestamp::from_millis(*now);
                list.strike(Seed(1), LineId(1), MeterId(1), now, 0).is_some()
            })
            .count();
        assert_eq!(struck, 2);
    }

    #[test]
    fn half_of_the_timeouts_were_heard() {
        let mut list = Disturbances::default();
        let until = Timestamp::from_millis(100_000);
        list.add(Disturbance { kind: FaultKind::Timeout, until, ..ALWAYS });
        let heard = (1_000..3_000)
            .filter_map(|now| {
                list.strike(Seed(1), LineId(1), MeterId(1), Timestamp::from_millis(now), 0)
            })
            .filter(|disturbed| matches!(disturbed, Disturbed::Unanswered(_)))
            .count();
        assert!((850..1_150).contains(&heard), "{heard} of 2,000");
    }

    #[test]
    fn a_falsehood_changes_only_what_it_says() {
        let truth = Telegram {
            import: Register::from_mwh(1_000_000_000),
            live: shared::meter::Live::default(),
            contact: shared::meter::Contact::Closed,
        };
        let told = |falsehood: Falsehood| falsehood.told(truth.clone(), None).import.mwh();
        assert_eq!(told(Falsehood::Zero), 0);
        assert_eq!(told(Falsehood::Low(Energy::from_kwh(3))), 997_000_000);
        assert_eq!(told(Falsehood::Low(Energy::from_kwh(3_000))), 0);
        assert_eq!(told(Falsehood::High(Energy::from_kwh(3))), 1_003_000_000);
        assert_eq!(told(Falsehood::Stale), 1_000_000_000);
    }
}
