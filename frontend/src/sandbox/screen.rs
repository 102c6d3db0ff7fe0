//! What the page sees: every meter with what it last said, and the changes since the page was told.

use std::collections::{BTreeMap, BTreeSet};

use shared::actor::billing::Publication;
use shared::api::alarm::Alarm;
use shared::api::clock::Clock;
use shared::api::live::{Delta, LiveMessage, MeterChange, MeterRow, MeterState, Snapshot};
use shared::api::overview::{Figures, Happening};
use shared::id::{AccountId, Book, MeterId};
use shared::meter::Quality;
use shared::time::Timestamp;
use simulator::population::Premise;

const REMEMBERED: usize = 50;

#[derive(Debug, Default)]
pub struct Screen {
    version: u64,
    rows: Vec<MeterRow>,
    places: BTreeMap<MeterId, usize>,
    figures: Vec<Figures>,
    alarms: Vec<Alarm>,
    happenings: Vec<Happening>,
    changed: BTreeSet<MeterId>,
    alarms_changed: bool,
    /// Newest first.
    fresh: Vec<Happening>,
}

impl Screen {
    pub fn new(premises: &[Premise]) -> Self {
        let mut rows: Vec<MeterRow> = premises.iter().map(row).collect();
        rows.sort_by_cached_key(order);
        let places = rows.iter().enumerate().map(|(place, row)| (row.meter, place)).collect();
        Self { rows, places, ..Self::default() }
    }

    pub fn merge(&mut self, publication: &Publication) {
        for change in &publication.meters {
            let place = self.places.get(&change.meter);
            if let Some(row) = place.and_then(|place| self.rows.get_mut(*place)) {
                row.change = *change;
                self.changed.insert(change.meter);
            }
        }
        if !publication.figures.is_empty() {
            self.figures.clone_from(&publication.figures);
        }
        if let Some(alarms) = &publication.alarms {
            let named = alarms
                .iter()
                .map(|alarm| Alarm { name: self.name_of(alarm.meter), ..alarm.clone() });
            self.alarms = named.collect();
            self.alarms_changed = true;
        }
        let named = |happening: &Happening| Happening {
            name: self.name_of(happening.meter),
            ..happening.clone()
        };
        let fresh: Vec<Happening> = publication.happenings.iter().map(named).collect();
        self.fresh.splice(0..0, fresh.iter().cloned());
        self.happenings.splice(0..0, fresh);
        self.happenings.truncate(REMEMBERED);
        self.fresh.truncate(REMEMBERED);
    }

    pub fn snapshot(&mut self, now: Timestamp, clock: Clock) -> LiveMessage {
        self.version += 1;
        self.forget_changes();
        LiveMessage::Snapshot(Snapshot {
            version: self.version,
            now,
            clock: Some(clock),
            meters: self.rows.clone(),
            figures: self.figures.clone(),
            alarms: self.alarms.clone(),
            happenings: self.happenings.clone(),
        })
    }

    pub fn delta(&mut self, now: Timestamp, clock: Clock) -> LiveMessage {
        self.version += 1;
        let delta = Delta {
            version: self.version,
            now,
            clock: Some(clock),
            meters: self
                .changed
                .iter()
                .filter_map(|meter| Some(self.row(*meter)?.change))
                .collect(),
            figures: self.figures.clone(),
            alarms: self.alarms_changed.then(|| self.alarms.clone()),
            happenings: self.fresh.clone(),
        };
        self.forget_changes();
        LiveMessage::Delta(delta)
    }

    fn forget_changes(&mut self) {
        self.changed.clear();
        self.alarms_changed = false;
        self.fresh.clear();
    }

    pub fn row(&self, meter: MeterId) -> Option<&MeterRow> {
        self.rows.get(*self.places.get(&meter)?)
    }

    pub fn row_of(&self, account: AccountId) -> Option<&MeterRow> {
        self.rows.iter().find(|row| row.account == Some(account))
    }

    pub fn alarms(&self) -> &[Alarm] {
        &self.alarms
    }

    fn name_of(&self, meter: Option<MeterId>) -> String {
        meter.and_then(|meter| self.row(meter)).map(|row| row.name.clone()).unwrap_or_default()
    }
}

/// Building, floor and room, numbers in the order of numbers: floor 2 before floor 10.
fn order(row: &MeterRow) -> (String, (u64, String), (u64, String)) {
    let by_number = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        (digits.parse().unwrap_or(0), text.to_owned())
    };
    (row.building.clone(), by_number(&row.floor), by_number(&row.name))
}

/// A premise before anybody has looked at its meter.
fn row(premise: &Premise) -> MeterRow {
    MeterRow {
        meter: premise.meter,
        book: Book::Simulated,
        name: premise.name.clone(),
        building: premise.building.clone(),
        floor: premise.floor.clone(),
        account: Some(premise.account),
        customer: premise.customer.clone(),
        usual_power: premise.usual_power,
        change: MeterChange {
            meter: premise.meter,
            state: MeterState::Silent,
            power: None,
            credit: None,
            quality: Quality::Unknown,
            as_of: None,
        },
    }
}
