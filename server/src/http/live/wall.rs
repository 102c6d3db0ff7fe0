//! The state behind the live stream: every meter in the order of the wall, figures, alarms and the
//! last happenings.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;

use shared::actor::billing::Publication;
use shared::api::alarm::Alarm;
use shared::api::clock::Clock;
use shared::api::live::{Delta, MeterRow, Snapshot};
use shared::api::overview::{Figures, Happening};
use shared::id::{Book, MeterId};
use shared::time::Timestamp;

/// Happenings that a screen starts with.
const REMEMBERED: usize = 50;

pub(crate) struct Wall {
    version: u64,
    now: Timestamp,
    clock: Option<Clock>,
    rows: Vec<MeterRow>,
    places: BTreeMap<MeterId, usize>,
    figures: BTreeMap<Book, Figures>,
    alarms: Vec<Alarm>,
    happenings: VecDeque<Happening>,
    changed: Changed,
}

/// What the next delta will say.
#[derive(Default)]
struct Changed {
    meters: BTreeSet<MeterId>,
    figures: BTreeSet<Book>,
    alarms: bool,
    /// Newest first.
    happenings: Vec<Happening>,
}

impl Wall {
    pub(crate) fn new(mut rows: Vec<MeterRow>) -> Self {
        rows.sort_by(|a, b| order(a).cmp(&order(b)));
        let places = rows.iter().enumerate().map(|(place, row)| (row.meter, place)).collect();
        Self {
            version: 0,
            now: Timestamp::default(),
            clock: None,
            rows,
            places,
            figures: BTreeMap::new(),
            alarms: Vec::new(),
            happenings: VecDeque::new(),
            changed: Changed::default(),
        }
    }

    /// Further places; whoever looks needs a new snapshot.
    pub(crate) fn add(&mut self, rows: Vec<MeterRow>) {
        let known = mem::take(&mut self.rows);
        let fresh = |row: &MeterRow| !rows.iter().any(|new| new.meter == row.meter);
        let mut all: Vec<MeterRow> = known.into_iter().filter(fresh).collect();
        all.extend(rows);
        all.sort_by(|a, b| order(a).cmp(&order(b)));
        self.places = all.iter().enumerate().map(|(place, row)| (row.meter, place)).collect();
        self.rows = all;
        self.version += 1;
    }

    pub(crate) fn merge(&mut self, publication: &Publication) {
        for change in &publication.meters {
            let place = self.places.get(&change.meter).copied();
            let Some(row) = place.and_then(|place| self.rows.get_mut(place)) else { continue };
            if row.change != *change {
                row.change = *change;
                self.changed.meters.insert(change.meter);
            }
        }
        for figures in &publication.figures {
            if self.figures.insert(figures.book, *figures) != Some(*figures) {
                self.changed.figures.insert(figures.book);
            }
        }
        if let Some(alarms) = &publication.alarms {
            self.alarms = alarms.iter().map(|alarm| self.named_alarm(alarm)).collect();
            self.changed.alarms = true;
        }
        let fresh: Vec<_> =
            publication.happenings.iter().map(|happening| self.named(happening)).collect();
        for happening in fresh.iter().rev() {
            self.happenings.push_front(happening.clone());
        }
        self.happenings.truncate(REMEMBERED);
        self.changed.happenings.splice(0..0, fresh);
        self.changed.happenings.truncate(REMEMBERED);
    }

    /// The delta since the last tick; none where nothing changed but the wall time.
    pub(crate) fn tick(&mut self, now: Timestamp, clock: Option<Clock>) -> Option<Delta> {
        let changed = mem::take(&mut self.changed);
        let quiet = changed.meters.is_empty()
            && changed.figures.is_empty()
            && !changed.alarms
            && changed.happenings.is_empty()
            && clock == self.clock;
        self.now = now;
        self.clock = clock;
        if quiet {
            return None;
        }
        self.version += 1;
        Some(Delta {
            version: self.version,
            now,
            clock,
            meters: changed.meters.iter().filter_map(|id| Some(self.row(*id)?.change)).collect(),
            figures: changed
                .figures
                .iter()
                .filter_map(|book| self.figures.get(book).copied())
                .collect(),
            alarms: changed.alarms.then(|| self.alarms.clone()),
            happenings: changed.happenings,
        })
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            version: self.version,
            now: self.now,
            clock: self.clock,
            meters: self.rows.clone(),
            figures: self.figures(),
            alarms: self.alarms.clone(),
            happenings: self.happenings.iter().cloned().collect(),
        }
    }

    pub(crate) fn row(&self, meter: MeterId) -> Option<&MeterRow> {
        self.rows.get(*self.places.get(&meter)?)
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &MeterRow> {
        self.rows.iter()
    }

    pub(crate) fn alarms(&self) -> &[Alarm] {
        &self.alarms
    }

    pub(crate) fn figures(&self) -> Vec<Figures> {
        self.figures.values().copied().collect()
    }

    /// Names of rooms live in the registry, not in the journal: filled in here.
    fn named(&self, happening: &Happening) -> Happening {
        let name = self.name_of(happening.meter).unwrap_or_else(|| happening.name.clone());
        Happening { name, ..happening.clone() }
    }

    fn named_alarm(&self, alarm: &Alarm) -> Alarm {
        let name = self.name_of(alarm.meter).unwrap_or_else(|| alarm.name.clone());
        Alarm { name, ..alarm.clone() }
    }

    fn name_of(&self, meter: Option<MeterId>) -> Option<String> {
        self.row(meter?).map(|row| row.name.clone())
    }
}

/// Building, floor and room, numbers in the order of numbers: floor 2 before floor 10.
fn order(row: &MeterRow) -> impl Ord {
    let by_number = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        (digits.parse::<u64>().unwrap_or(0), text.to_owned())
    };
    (row.book, row.building.clone(), by_number(&row.floor), by_number(&row.name), row.meter)
}

#[cfg(test)]
pub(crate) mod tests {
    use shared::api::live::{MeterChange, MeterState};
    use shared::api::overview::What;
    use shared::energy::Power;
    use shared::meter::Quality;

    use super::*;

    pub(crate) fn row(meter: u32, name: &str) -> MeterRow {
        let meter = MeterId(meter);
        MeterRow {
            meter,
            book: Book::Simulated,
            name: name.to_owned(),
            building: "A".to_owned(),
            floor: name.chars().take(name.len() - 2).collect(),
            account: None,
            customer: String::new(),
            usual_power: Power::from_watts(4_000),
            change: MeterChange {
                meter,
                state: MeterState::Silent,
                power: None,
                credit: None,
                quality: Quality::Unknown,
                as_of: None,
            },
        }
    }

    pub(crate) fn happening(seq: u64, meter: u32, what: What) -> Happening {
        Happening {
            seq,
            at: Timestamp::default(),
            book: Book::Simulated,
            meter: Some(MeterId(meter)),
            account: None,
            name: String::new(),
            what,
        }
    }

    #[test]
    fn the_wall_is_in_the_order_of_floors_and_rooms() {
        let wall = Wall::new(vec![row(1, "1001"), row(2, "202"), row(3, "201")]);
        let names: Vec<_> = wall.rows().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["201", "202", "1001"]);
    }

    #[test]
    fn changes_between_two_ticks_come_as_one_and_newest_first() {
        let mut wall = Wall::new(vec![row(1, "101")]);
        for (seq, watts) in [(1, 100), (2, 200)] {
            let change =
                MeterChange { power: Some(Power::from_watts(watts)), ..row(1, "101").change };
            wall.merge(&Publication {
                meters: vec![change],
                happenings: vec![happening(seq, 1, What::Restored)],
                ..Publication::default()
            });
        }
        let delta = wall.tick(Timestamp::default(), None).expect("something changed");
        let powers: Vec<_> = delta.meters.iter().filter_map(|meter| meter.power).collect();
        assert_eq!(powers, [Power::from_watts(200)]);
        let seqs: Vec<_> = delta.happenings.iter().map(|what| what.seq).collect();
        assert_eq!(seqs, [2, 1]);
        assert!(wall.tick(Timestamp::default(), None).is_none());
    }
}
