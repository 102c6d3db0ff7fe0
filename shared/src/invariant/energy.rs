//! I5, I9: what a meter is charged for, and on which readings.

use std::collections::BTreeMap;

use super::Tally;
use crate::energy::Energy;
use crate::event::{Event, Settled};
use crate::id::{MeterId, Seq};
use crate::meter::{DisconnectReason, Limits, Point};
use crate::money::Money;

#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) billed: Tally,
    pub(super) unknown: Tally,
    meters: BTreeMap<MeterId, Count>,
}

#[derive(Clone, Debug)]
struct Count {
    wraps_at: Option<Energy>,
    /// Charged up to here; `None` before the first believed reading.
    last: Option<Point>,
    /// What was seen and is not believed.
    held: Option<Point>,
    /// Charged by estimate and not settled yet.
    provisional: Money,
}

impl Counts {
    pub(super) fn follow(&mut self, seq: Seq, event: &Event) {
        if let Event::MeterBound { meter, limits, .. } = event {
            let Limits { wraps_at, .. } = *limits;
            self.meters.insert(
                *meter,
                Count { wraps_at, last: None, held: None, provisional: Money::ZERO },
            );
        }
        let Some(count) = event.meter().and_then(|meter| self.meters.get_mut(&meter)) else {
            return;
        };
        if let Event::Baseline { point, .. } = event {
            count.last = Some(*point);
            count.held = None;
        } else if let Event::Exchanged { exchange, last, first, .. } = event {
            let (meter, ended) = (event.meter().unwrap_or_default(), count.last);
            self.billed.look((ended != Some(*last)).then(|| {
                format!("record {seq} exchanges meter {meter}, but it is not charged to its final reading")
            }));
            count.last = Some(*first);
            count.held = None;
            count.wraps_at = exchange.limits.map_or(count.wraps_at, |limits| limits.wraps_at);
        } else if let Event::ReadingHeld { seen, .. } = event {
            count.held = Some(*seen);
        } else if let Event::HoldEnded { .. } = event {
            count.held = None;
        } else if let Event::Settled(settled) = event {
            self.billed.look(count.wrong(seq, settled));
            self.unknown.look(count.unknown(seq, settled));
            self.unknown.look(count.not_given_back(seq, settled));
            count.provisional = Money::ZERO;
            count.last = Some(settled.to);
        } else if let Event::ProvisionalCharged(charged) = event {
            count.provisional += charged.amount();
        } else if let Event::ProvisionalReleased { amount, .. } = event {
            count.provisional -= *amount;
        } else if let Event::Cut { meter, reason: DisconnectReason::NoCredit, .. } = event {
            self.unknown.look(count.last.is_none().then(|| {
                format!(
                    "record {seq} cuts meter {meter} for lack of credit before its first reading"
                )
            }));
        }
    }
}

impl Count {
    /// Charging goes on exactly where it stood, and for exactly what was counted since.
    fn wrong(&self, seq: Seq, settled: &Settled) -> Option<String> {
        let Settled { meter, from, to, energy, .. } = settled;
        if self.last != Some(*from) {
            return Some(format!(
                "record {seq} charges meter {meter} from another point than where it stood"
            ));
        }
        let counted = to.register.since(from.register).or_else(|| {
            let over = self.wraps_at?.mwh().checked_sub(from.register.mwh())?;
            Some(Energy::from_mwh(over.checked_add(to.register.mwh())?))
        });
        (counted != Some(*energy) || energy.is_negative()).then(|| {
            let counted = counted.map_or_else(|| "nothing".to_owned(), |energy| energy.to_string());
            format!("record {seq} charges meter {meter} for {energy}, but it counted {counted}")
        })
    }

    /// The first reading after an estimate gives back all of it.
    fn not_given_back(&self, seq: Seq, settled: &Settled) -> Option<String> {
        let kept = self.provisional + settled.given_back();
        (kept != Money::ZERO).then(|| {
            let (meter, kept) = (settled.meter, kept.minor());
            format!(
                "record {seq} leaves {kept} of the provisional charges to meter {meter} unsettled"
            )
        })
    }

    fn unknown(&self, seq: Seq, settled: &Settled) -> Option<String> {
        let held = self.held.filter(|held| settled.to.at >= held.at)?;
        let (meter, at) = (settled.meter, held.at);
        Some(format!("record {seq} charges meter {meter} while its reading of {at} is on hold"))
    }
}
