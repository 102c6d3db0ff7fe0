//! The day as the tariff sees it: which period is in force at which minute.

use jiff::civil::Date;

use crate::time::{Timestamp, Zone};

/// Which clock the windows follow. Months, versions and daily charges are always civil.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Clock {
    #[default]
    Local,
    /// The meter's clock stays on standard time all year (Economy 7, Northern Ireland).
    Standard,
}

/// Period by minute of the day; the first starts at 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program(pub Vec<Stretch>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub from: u16,
    /// Place in the schedule's list of periods.
    pub period: usize,
}

pub(crate) const DAY: u16 = 1_440;
const MINUTE: i64 = 60_000;

impl Program {
    /// The period at a minute, and the minute it ends.
    pub(crate) fn at(&self, minute: u16) -> (usize, u16) {
        let mut current = (0, DAY);
        for stretch in &self.0 {
            if stretch.from > minute {
                return (current.0, stretch.from);
            }
            current = (stretch.period, DAY);
        }
        current
    }
}

/// Periods and the program of each kind of day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub name: String,
    pub periods: Vec<String>,
    pub programs: Vec<Program>,
    /// Program by season (outer) and day type (inner).
    pub by_day: Vec<usize>,
    /// How many day types there are, counting the days that match none.
    pub day_types: usize,
}

impl Schedule {
    pub(crate) const ALL: &'static str = "all";

    /// One period all year, for prices without times.
    pub(crate) fn flat() -> Self {
        Self {
            name: String::new(),
            periods: vec![Self::ALL.to_owned()],
            programs: vec![Program(vec![Stretch { from: 0, period: 0 }])],
            by_day: Vec::new(),
            day_types: 0,
        }
    }

    pub(crate) fn is_flat(&self) -> bool {
        self.by_day.is_empty()
    }

    pub(crate) fn program(&self, season: usize, day_type: usize) -> &Program {
        let place = self.by_day.get(season * self.day_types + day_type).copied().unwrap_or(0);
        self.programs.get(place).expect("every kind of day was given a program when it was read")
    }

    pub(crate) fn period_name(&self, period: usize) -> &str {
        self.periods.get(period).map_or(Self::ALL, String::as_str)
    }
}

/// A look at the clock of the windows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Face {
    pub date: Date,
    pub millis: i64,
    offset: i64,
}

impl Face {
    pub(crate) fn minute(self) -> u16 {
        u16::try_from(self.millis / MINUTE).expect("a day has 1440 minutes")
    }
}

impl Clock {
    pub(crate) fn face(self, zone: &Zone, at: Timestamp) -> Face {
        let offset = match self {
            Self::Local => zone.tz().to_offset(at.jiff()),
            Self::Standard => standard_offset(zone, at),
        };
        let civil = offset.to_datetime(at.jiff());
        let time = civil.time();
        let seconds = i64::from(time.hour()) * 3_600
            + i64::from(time.minute()) * 60
            + i64::from(time.second());
        Face {
            date: civil.date(),
            millis: seconds * 1_000 + i64::from(time.millisecond()),
            offset: i64::from(offset.seconds()) * 1_000,
        }
    }

    /// The instant the clock shows `minute` of this day next, or changes its offset before that.
    pub(crate) fn until(self, zone: &Zone, at: Timestamp, face: Face, minute: u16) -> Timestamp {
        let edge = Timestamp::from_millis(at.millis() + i64::from(minute) * MINUTE - face.millis);
        match self {
            Self::Standard => edge,
            Self::Local => {
                let then = i64::from(zone.tz().to_offset(edge.jiff()).seconds()) * 1_000;
                if then == face.offset {
                    return edge;
                }
                let change = zone.tz().following(at.jiff()).next();
                change.map_or(edge, |change| {
                    edge.min(Timestamp::from_millis(change.timestamp().as_millisecond()))
                })
            }
        }
    }
}

/// The smaller of the offsets on 1 January and 1 July: right for both hemispheres, and for Ireland,
/// whose law calls the summer offset standard.
fn standard_offset(zone: &Zone, at: Timestamp) -> jiff::tz::Offset {
    let year = jiff::tz::Offset::UTC.to_datetime(at.jiff()).date().year();
    let on = |month| {
        let day = Date::new(year, month, 1).expect("the first of a month exists");
        zone.tz().to_offset(zone.start_of(day).jiff())
    };
    on(1).min(on(7))
}
