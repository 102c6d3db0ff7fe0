//! Alarms whose condition holds.

use std::collections::BTreeMap;

use crate::id::{AlarmId, Book, MeterId, StaffId};
use crate::meter::AlarmKind;
use crate::time::Timestamp;

/// An alarm whose condition still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenAlarm {
    pub book: Book,
    pub meter: Option<MeterId>,
    pub kind: AlarmKind,
    pub since: Timestamp,
    pub acknowledged: Option<StaffId>,
}

/// All of them, found by number and, because every report asks for several, by meter and kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Alarms {
    open: BTreeMap<AlarmId, OpenAlarm>,
    of: BTreeMap<(Option<MeterId>, AlarmKind, AlarmId), Book>,
    last: AlarmId,
}

impl Alarms {
    pub(super) fn open(&self) -> &BTreeMap<AlarmId, OpenAlarm> {
        &self.open
    }

    /// The number of the next alarm; numbers are never used again.
    pub(super) fn next(&self) -> AlarmId {
        AlarmId(self.last.0 + 1)
    }

    /// The oldest open alarm of this kind at this meter, or of the whole site.
    pub(super) fn of(&self, meter: Option<MeterId>, kind: AlarmKind) -> Option<AlarmId> {
        self.all_of(meter, kind).next().map(|(alarm, _)| alarm)
    }

    /// The same in one book.
    pub(super) fn of_book(&self, book: Book, kind: AlarmKind) -> Option<AlarmId> {
        self.all_of(None, kind).find(|(_, of)| *of == book).map(|(alarm, _)| alarm)
    }

    fn all_of(
        &self,
        meter: Option<MeterId>,
        kind: AlarmKind,
    ) -> impl Iterator<Item = (AlarmId, Book)> {
        let all = (meter, kind, AlarmId(0))..=(meter, kind, AlarmId(u64::MAX));
        self.of.range(all).map(|((_, _, alarm), book)| (*alarm, *book))
    }

    pub(super) fn raise(&mut self, alarm: AlarmId, open: OpenAlarm) {
        self.last = self.last.max(alarm);
        self.of.insert((open.meter, open.kind, alarm), open.book);
        self.open.insert(alarm, open);
    }

    pub(super) fn acknowledge(&mut self, alarm: AlarmId, by: StaffId) {
        if let Some(open) = self.open.get_mut(&alarm) {
            open.acknowledged = Some(by);
        }
    }

    pub(super) fn clear(&mut self, alarm: AlarmId) {
        if let Some(open) = self.open.remove(&alarm) {
            self.of.remove(&(open.meter, open.kind, alarm));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_found_by_meter_and_kind_until_it_is_cleared() {
        let mut alarms = Alarms::default();
        let open = |meter: Option<u32>, kind| OpenAlarm {
            book: Book::Live,
            meter: meter.map(MeterId),
            kind,
            since: Timestamp::default(),
            acknowledged: None,
        };
        let (silent, jump) = (AlarmKind::Silent, AlarmKind::RegisterJump);
        for (meter, kind) in [(Some(1), silent), (Some(2), silent), (Some(1), jump)] {
            alarms.raise(alarms.next(), open(meter, kind));
        }
        alarms.raise(alarms.next(), OpenAlarm { book: Book::Simulated, ..open(None, silent) });
        assert_eq!(alarms.of(Some(MeterId(1)), silent), Some(AlarmId(1)));
        assert_eq!(alarms.of(Some(MeterId(1)), jump), Some(AlarmId(3)));
        assert_eq!(alarms.of(Some(MeterId(2)), jump), None);
        assert_eq!(alarms.of(None, silent), Some(AlarmId(4)));
        assert_eq!(alarms.of_book(Book::Live, silent), None);
        assert_eq!(alarms.of_book(Book::Simulated, silent), Some(AlarmId(4)));
        alarms.clear(AlarmId(1));
        alarms.clear(AlarmId(1));
        assert_eq!(alarms.of(Some(MeterId(1)), silent), None);
        assert_eq!((alarms.open().len(), alarms.next()), (3, AlarmId(5)));
    }
}
