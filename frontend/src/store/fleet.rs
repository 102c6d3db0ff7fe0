//! Every meter as last heard: a snapshot, kept current by deltas.

use std::collections::BTreeMap;
use std::rc::Rc;

use shared::api::alarm::Alarm;
use shared::api::clock::Clock;
use shared::api::live::{Delta, LiveMessage, MeterRow, MeterState, Snapshot};
use shared::api::overview::{Figures, Happening};
use shared::id::{Book, MeterId};
use shared::time::Timestamp;
use yew::Reducible;

/// How many happenings the lists keep.
const REMEMBERED: usize = 60;

/// The states in the order in which they matter; also the order of the filter chips.
pub const STATES: [MeterState; 7] = [
    MeterState::Cut,
    MeterState::LowCredit,
    MeterState::Silent,
    MeterState::Held,
    MeterState::Armed,
    MeterState::Protected,
    MeterState::Connected,
];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Nothing was heard yet.
    #[default]
    Connecting,
    Live,
    /// Lost; what is shown was heard at `Fleet::heard_at`.
    Lost,
}

#[derive(Clone, Debug, Default)]
pub struct Fleet {
    pub link: Link,
    pub version: u64,
    /// The server's time of the last message.
    pub now: Timestamp,
    /// This machine's time of the last message, only to tell its age.
    pub heard_at: Timestamp,
    pub clock: Option<Clock>,
    pub rows: Rc<Vec<Rc<MeterRow>>>,
    places: Rc<BTreeMap<MeterId, usize>>,
    pub figures: Rc<Vec<Figures>>,
    pub alarms: Rc<Vec<Alarm>>,
    pub happenings: Rc<Vec<Happening>>,
    /// Counts changes; two fleets with one number are the same.
    changes: u64,
}

impl PartialEq for Fleet {
    fn eq(&self, other: &Self) -> bool {
        self.changes == other.changes
    }
}

#[derive(Clone, Debug)]
pub enum FleetAction {
    Heard { message: Box<LiveMessage>, at: Timestamp },
    Lost,
}

impl Fleet {
    pub fn row(&self, meter: MeterId) -> Option<&Rc<MeterRow>> {
        self.places.get(&meter).and_then(|place| self.rows.get(*place))
    }

    /// The time in a book, as last heard; none before anything was.
    pub fn now_in(&self, book: Book) -> Option<Timestamp> {
        match (book, self.clock) {
            (Book::Simulated, Some(clock)) => Some(clock.now),
            (Book::Simulated | Book::Live, _) => (self.version > 0).then_some(self.now),
        }
    }

    /// The row of a happening: its meter's, or the one its account is supplied by.
    pub fn row_of(&self, happening: &Happening) -> Option<&Rc<MeterRow>> {
        match happening.meter {
            Some(meter) => self.row(meter),
            None => self
                .rows
                .iter()
                .find(|row| row.account.is_some() && row.account == happening.account),
        }
    }

    /// The time of a book: the wall clock, or where the simulation is.
    pub fn now_of(&self, book: Book) -> Timestamp {
        match book {
            Book::Live => self.now,
            Book::Simulated => self.clock.map_or(self.now, |clock| clock.now),
        }
    }

    pub fn figures_of(&self, book: Book) -> Option<Figures> {
        self.figures.iter().find(|figures| figures.book == book).copied()
    }

    /// What waits for somebody: unseen alarms, and what needs a note to close.
    pub fn waiting(&self) -> (usize, usize) {
        let exceptions: u32 = self.figures.iter().map(|figures| figures.exceptions).sum();
        (self.unseen_alarms(), usize::try_from(exceptions).unwrap_or(usize::MAX))
    }

    pub fn unseen_alarms(&self) -> usize {
        self.alarms.iter().filter(|alarm| alarm.acknowledged.is_none()).count()
    }

    /// How many meters are in each state, in the order of [`STATES`].
    pub fn counts(&self) -> Vec<(MeterState, usize)> {
        let mut counts = BTreeMap::new();
        for row in self.rows.iter() {
            *counts.entry(row.change.state).or_insert(0_usize) += 1;
        }
        STATES
            .into_iter()
            .filter_map(|state| counts.get(&state).map(|count| (state, *count)))
            .collect()
    }

    fn take(&mut self, snapshot: Snapshot) {
        self.link = Link::Live;
        self.version = snapshot.version;
        self.now = snapshot.now;
        self.clock = snapshot.clock;
        self.places = Rc::new(
            snapshot.meters.iter().enumerate().map(|(place, row)| (row.meter, place)).collect(),
        );
        self.rows = Rc::new(snapshot.meters.into_iter().map(Rc::new).collect());
        self.figures = Rc::new(snapshot.figures);
        self.alarms = Rc::new(snapshot.alarms);
        self.happenings = Rc::new(snapshot.happenings);
    }

    /// A delta that is not the next one is left alone: the stream itself asks for a snapshot.
    fn follow(&mut self, delta: Delta) {
        if self.version.checked_add(1) != Some(delta.version) {
            return;
        }
        self.link = Link::Live;
        self.version = delta.version;
        self.now = delta.now;
        self.clock = delta.clock;
        if !delta.meters.is_empty() {
            let rows = Rc::make_mut(&mut self.rows);
            for change in delta.meters {
                let place = self.places.get(&change.meter);
                if let Some(row) = place.and_then(|place| rows.get_mut(*place)) {
                    Rc::make_mut(row).change = change;
                }
            }
        }
        for figures in delta.figures {
            let known = Rc::make_mut(&mut self.figures);
            match known.iter_mut().find(|old| old.book == figures.book) {
                Some(old) => *old = figures,
                None => known.push(figures),
            }
        }
        if let Some(alarms) = delta.alarms {
            self.alarms = Rc::new(alarms);
        }
        if !delta.happenings.is_empty() {
            let older = self.happenings.iter().cloned();
            self.happenings =
                Rc::new(delta.happenings.into_iter().chain(older).take(REMEMBERED).collect());
        }
    }
}

impl Reducible for Fleet {
    type Action = FleetAction;

    fn reduce(self: Rc<Self>, action: FleetAction) -> Rc<Self> {
        let mut fleet = Self::clone(&self);
        fleet.changes += 1;
        match action {
            FleetAction::Heard { message, at } => {
                fleet.heard_at = at;
                match *message {
                    LiveMessage::Snapshot(snapshot) => fleet.take(snapshot),
                    LiveMessage::Delta(delta) => fleet.follow(delta),
                }
            }
            FleetAction::Lost => {
                fleet.link = match fleet.link {
                    Link::Connecting => Link::Connecting,
                    Link::Live | Link::Lost => Link::Lost,
                };
            }
        }
        Rc::new(fleet)
    }
}

#[cfg(test)]
pub mod samples {
    //! Rows for the tests of all stores.

    use shared::api::live::MeterChange;
    use shared::energy::Power;
    use shared::id::AccountId;
    use shared::meter::Quality;
    use shared::money::Money;

    use super::*;

    pub fn row(meter: u32, building: &str, floor: &str, state: MeterState) -> MeterRow {
        MeterRow {
            meter: MeterId(meter),
            book: Book::Simulated,
            name: meter.to_string(),
            building: building.to_owned(),
            floor: floor.to_owned(),
            account: Some(AccountId(meter)),
            customer: "王芳".to_owned(),
            usual_power: Power::from_watts(4_000),
            change: change(meter, state),
        }
    }

    pub fn change(meter: u32, state: MeterState) -> MeterChange {
        MeterChange {
            meter: MeterId(meter),
            state,
            power: Some(Power::from_watts(800)),
            credit: Some(Money::from_minor(5_280)),
            quality: Quality::Good,
            as_of: Some(Timestamp::from_millis(1_000)),
        }
    }

    pub fn snapshot(version: u64, meters: Vec<MeterRow>) -> FleetAction {
        heard(LiveMessage::Snapshot(Snapshot {
            version,
            now: Timestamp::from_millis(0),
            clock: None,
            meters,
            figures: Vec::new(),
            alarms: Vec::new(),
            happenings: Vec::new(),
        }))
    }

    pub fn delta(version: u64, meters: Vec<MeterChange>) -> FleetAction {
        heard(LiveMessage::Delta(Delta {
            version,
            now: Timestamp::from_millis(1),
            clock: None,
            meters,
            figures: Vec::new(),
            alarms: None,
            happenings: Vec::new(),
        }))
    }

    fn heard(message: LiveMessage) -> FleetAction {
        FleetAction::Heard { message: Box::new(message), at: Timestamp::from_millis(5) }
    }
}

#[cfg(test)]
mod tests {
    use super::samples::{change, delta, row, snapshot};
    use super::*;

    fn after(actions: Vec<FleetAction>) -> Rc<Fleet> {
        actions.into_iter().fold(Rc::new(Fleet::default()), Fleet::reduce)
    }

    #[test]
    fn a_delta_changes_the_meters_it_names_and_no_other() {
        let rows =
            vec![row(1, "1", "1", MeterState::Connected), row(2, "1", "1", MeterState::Connected)];
        let before = after(vec![snapshot(4, rows.clone())]);
        let fleet = after(vec![snapshot(4, rows), delta(5, vec![change(2, MeterState::Cut)])]);
        assert_eq!(fleet.counts(), [(MeterState::Cut, 1), (MeterState::Connected, 1)]);
        assert_eq!(fleet.row(MeterId(1)), before.row(MeterId(1)));
        assert_eq!((fleet.version, fleet.link), (5, Link::Live));
        assert_ne!(fleet, before);
    }

    #[test]
    fn a_delta_out_of_turn_or_of_an_unknown_meter_changes_nothing_shown() {
        let rows = vec![row(1, "1", "1", MeterState::Connected)];
        let late = delta(7, vec![change(1, MeterState::Cut)]);
        let fleet = after(vec![snapshot(4, rows.clone()), late]);
        assert_eq!((fleet.counts(), fleet.version), (vec![(MeterState::Connected, 1)], 4));
        let unknown = delta(5, vec![change(9, MeterState::Cut)]);
        let fleet = after(vec![snapshot(4, rows), unknown]);
        assert_eq!(fleet.counts(), [(MeterState::Connected, 1)]);
    }

    #[test]
    fn each_book_has_its_own_time() {
        let mut fleet = Fleet::default();
        assert_eq!(fleet.now_in(Book::Live), None, "nothing was heard yet");
        let at = Timestamp::from_millis;
        (fleet.version, fleet.now) = (1, at(7));
        assert_eq!(fleet.now_in(Book::Simulated), Some(at(7)), "no clock of its own");
        fleet.clock = Some(Clock { now: at(90_000), paused: true, pace: 60, reached: 0 });
        assert_eq!(fleet.now_in(Book::Simulated), Some(at(90_000)));
        assert_eq!(fleet.now_in(Book::Live), Some(at(7)));
    }

    #[test]
    fn a_lost_link_keeps_the_last_values_and_says_so() {
        let rows = vec![row(1, "1", "1", MeterState::Connected)];
        let fleet = after(vec![snapshot(4, rows), FleetAction::Lost]);
        assert_eq!((fleet.link, fleet.rows.len()), (Link::Lost, 1));
        assert_eq!(after(vec![FleetAction::Lost]).link, Link::Connecting);
    }
}
