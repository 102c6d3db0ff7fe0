//! Who lives at a site: every premise with its meter, its load, its account and its name, worked
//! out from the scenario and the seed alone.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shared::energy::{Power, Register};
use shared::id::{AccountId, LineId, MeterId, TariffId};
use shared::meter::Contact;
use shared::money::Money;
use shared::time::{Span, Timestamp};

use crate::chance::Stream;
use crate::load::{Curve, Desk, Key, Load};
use crate::meter::{Nameplate, Standing};
use crate::scenario::{Population, Rooms, Scenario};

/// One premise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Premise {
    pub meter: MeterId,
    pub account: AccountId,
    pub line: LineId,
    /// The room, such as `1203`.
    pub name: String,
    pub building: String,
    pub floor: String,
    pub customer: String,
    /// For reminders; a number nobody has.
    pub phone: String,
    /// What is printed on the meter.
    pub serial: String,
    pub plate: Nameplate,
    pub load: Load,
    /// What it stands at when the scenario begins.
    pub standing: Standing,
    pub tariff: TariffId,
    pub opening: Money,
    /// About what a month costs.
    pub need: Money,
    /// Somebody pays here by himself.
    pub tenant: bool,
    /// The power it seldom goes beyond, for the wall.
    pub usual_power: Power,
}

/// Works out every premise, in the order of the wall.
pub fn premises(scenario: &Scenario) -> Vec<Premise> {
    let mut desk = Desk::new(scenario.calendar());
    let per_line = *scenario.meters_per_line.get_ref();
    (0_u32..)
        .zip(places(scenario))
        .map(|(number, (population, place))| {
            let line = u16::try_from(number / per_line).unwrap_or(u16::MAX);
            let line = LineId(scenario.first_line.0.saturating_add(line));
            settle_in(scenario, population, place, number, line, &mut desk)
        })
        .collect()
}

/// The names of all rooms.
pub(crate) fn rooms(scenario: &Scenario) -> impl Iterator<Item = String> + '_ {
    places(scenario).map(|(_, place)| place.name)
}

struct Place {
    floor: String,
    name: String,
}

fn places(scenario: &Scenario) -> impl Iterator<Item = (&Population, Place)> + '_ {
    scenario.population.iter().map(toml::Spanned::get_ref).flat_map(|population| {
        let places: Vec<Place> = match &population.rooms {
            Rooms::Storeys { floors, per_floor } => (1..=*floors)
                .flat_map(|floor| {
                    (1..=*per_floor).map(move |room| Place {
                        floor: floor.to_string(),
                        name: format!("{floor}{room:02}"),
                    })
                })
                .collect(),
            Rooms::Row { floor, prefix, count } => (1..=*count)
                .map(|room| Place { floor: floor.clone(), name: format!("{prefix}{room}") })
                .collect(),
            Rooms::One { floor, name } => {
                vec![Place { floor: floor.clone(), name: name.clone() }]
            }
        };
        places.into_iter().map(move |place| (population, place))
    })
}

fn settle_in(
    scenario: &Scenario,
    population: &Population,
    place: Place,
    number: u32,
    line: LineId,
    desk: &mut Desk,
) -> Premise {
    let meter = scenario.meter(number);
    let seed = scenario.seed.draw(meter.0, Stream::Population, 0).bits();
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let load = population.load.get_ref().draw(scenario.begin(), &mut chance);
    let [low, high] = &population.opening_credit;
    let (low, high) = (scenario.amount(low.get_ref()), scenario.amount(high.get_ref()));
    let opening = chance.random_range(low.minor()..=high.minor().max(low.minor()));
    let plate = Nameplate::usual(meter, population.phases, population.mechanism);
    // A meter that has been in use for some years.
    let register = Register::from_mwh(chance.random_range(0..=2_500_000_i64) * 10_000);
    let standing = Standing { at: scenario.begin(), register, contact: Contact::Closed };
    let key = Key { seed: scenario.seed, entity: meter.0 };
    Premise {
        meter,
        account: AccountId(meter.0),
        line,
        name: place.name,
        building: population.building.clone(),
        floor: place.floor,
        customer: population.customer.clone().unwrap_or_else(|| person(&mut chance)),
        phone: format!("190-0000-{:04}", meter.0 % 10_000),
        serial: format!("SIM{:09}", chance.random_range(0..=999_999_999_u32)),
        usual_power: usual_power(&load, key, scenario.begin(), desk),
        plate,
        load,
        standing,
        tariff: population.tariff.clone(),
        opening: Money::from_minor(opening),
        need: scenario.amount(population.monthly_need.get_ref()),
        tenant: population.tenants,
    }
}

/// The power below which the load stays 99 % of a week, in whole 100 W, at least 500 W.
fn usual_power(load: &Load, key: Key, start: Timestamp, desk: &mut Desk) -> Power {
    let mut curve = Curve::default();
    let mut powers: Vec<(i64, i64)> = Vec::new();
    for day in 0..7 {
        let (mut from, _) = desk.draw(load, key, start + Span::from_days(day), &mut curve);
        for segment in curve.segments() {
            powers.push((segment.flow.active_mw, (segment.until - from).millis()));
            from = segment.until;
        }
    }
    powers.sort_unstable();
    let mut above = powers.iter().map(|(_, time)| time).sum::<i64>() * 99 / 100;
    let usual = powers
        .iter()
        .find(|(_, time)| {
            above -= time;
            above <= 0
        })
        .map_or(0, |(mw, _)| *mw);
    Power::from_watts(((usual + 99_999) / 100_000 * 100).max(500))
}

const SURNAMES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗",
];
const GIVEN: [&str; 24] = [
    "伟", "芳", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛",
    "明", "超", "秀兰", "霞", "平", "刚", "桂英", "建国", "晓燕",
];

/// A name as common as can be, so that it is nobody's.
fn person(chance: &mut ChaCha8Rng) -> String {
    let mut pick = |names: &[&'static str]| {
        let last = u32::try_from(names.len()).unwrap_or(1).saturating_sub(1);
        let place = usize::try_from(chance.random_range(0..=last)).unwrap_or(0);
        names.get(place).copied().unwrap_or("")
    };
    format!("{}{}", pick(&SURNAMES), pick(&GIVEN))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::scenario::{DEMO, WEEK};

    fn demo() -> Vec<Premise> {
        premises(&Scenario::parse("demo.toml", DEMO).expect("a scenario"))
    }

    #[test]
    fn the_demo_is_48_flats_6_shops_a_lift_and_a_pump_room() {
        let demo = demo();
        let count = |test: fn(&Premise) -> bool| demo.iter().filter(|one| test(one)).count();
        assert_eq!(demo.len(), 56);
        assert_eq!(count(|one| one.tariff.0 == "demo-residential"), 48);
        assert_eq!(count(|one| one.name.starts_with('S')), 6);
        assert_eq!(count(|one| one.tenant), 54);
        assert_eq!(count(|one| one.name == "1203"), 1);
        let names: BTreeSet<&str> = demo.iter().map(|one| one.name.as_str()).collect();
        let serials: BTreeSet<&str> = demo.iter().map(|one| one.serial.as_str()).collect();
        assert_eq!((names.len(), serials.len()), (56, 56));
    }

    #[test]
    fn no_two_flats_are_alike() {
        let demo = demo();
        let flats = || demo.iter().filter(|one| one.tariff.0 == "demo-residential");
        let powers: BTreeSet<Power> = flats().map(|flat| flat.usual_power).collect();
        assert!(powers.len() > 8, "{powers:?}");
        assert!(powers.iter().all(|power| (500..9_000).contains(&power.watts())), "{powers:?}");
        let loads: BTreeSet<String> = flats().map(|flat| format!("{:?}", flat.load)).collect();
        assert!(loads.len() > 40);
    }

    #[test]
    fn a_premise_does_not_depend_on_those_after_it() {
        let scenario = Scenario::parse("week.toml", WEEK).expect("a scenario");
        let more = WEEK.replacen("per_floor = 4", "per_floor = 5", 1);
        let more = Scenario::parse("week.toml", &more).expect("a scenario");
        let (some, more) = (premises(&scenario), premises(&more));
        assert_eq!(some.len(), 200);
        assert_eq!(some[..4], more[..4]);
    }
}
