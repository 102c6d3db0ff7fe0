//! Stories of policies that are published: by the site file at a start, and by two persons meanwhile.

use crate::event::Event;
use crate::id::{Book, MeterId, StaffId};
use crate::money::Money;
use crate::policy::{Origin, Policy, Scope, Terms};
use crate::request::Grave;
use crate::site::{Command, Order, Refusal, Site};
use crate::staff::Act;
use crate::time::{Span, Timestamp, Zone};

const ONE: StaffId = StaffId(1);
const OTHER: StaffId = StaffId(2);

struct House {
    site: Site,
    now: Timestamp,
    journal: Vec<(Timestamp, StaffId, Event)>,
}

fn below(minor: i64) -> Policy {
    Policy { low_credit: Money::from_minor(minor), ..Policy::default() }
}

fn seven() -> Scope {
    Scope::Building { building: "7".to_owned() }
}

impl House {
    fn new() -> Self {
        let now = Timestamp::parse("2026-07-01T08:00:00+08:00").expect("an instant");
        let site = Site::new(Zone::named("Asia/Shanghai").expect("a zone"));
        Self { site, now, journal: Vec::new() }
    }

    fn order(&mut self, by: StaffId, command: Command) -> Result<usize, Refusal> {
        self.now = self.now + Span::from_mins(1);
        let order = Order { book: Book::Live, now: self.now, by, key: None, command };
        let events = self.site.carry_out(&order)?;
        let published = |event: &&Event| matches!(event, Event::PolicyPublished { .. });
        let count = events.iter().filter(published).count();
        self.journal.extend(events.into_iter().map(|event| (self.now, by, event)));
        Ok(count)
    }

    /// A start with this site file; how many versions it published.
    fn start(&mut self, policies: &[(Scope, Policy)]) -> usize {
        let (policies, note) = (policies.to_vec(), "site file".to_owned());
        let command = Command::PublishPolicies { policies, note };
        self.order(StaffId(0), command).expect("the file is taken in")
    }

    fn persons(
        &mut self,
        scope: Scope,
        policy: Policy,
        from: Option<Timestamp>,
        second: StaffId,
    ) -> Result<usize, Refusal> {
        let what = Grave::PublishPolicy { scope, from, policy: Box::new(policy) };
        let (approval, tariff, asked_by, matter) = (1, None, ONE, None);
        let approved_by = Some(second);
        let act = Act::ApprovalGiven { approval, tariff, asked_by, matter, approved_by };
        let command = Box::new(Command::Grave { what, reason: "winter".to_owned() });
        self.order(ONE, Command::Approved { act, note: String::new(), command })
    }

    fn holds(&self, scope: &Scope) -> Option<i64> {
        let terms: &Terms = self.site.terms.get(&Book::Live)?;
        terms.of(scope, self.now).map(|policy| policy.low_credit.minor())
    }

    /// Another program reads the journal.
    fn restart(&mut self) {
        self.site = Site::new(self.site.zone().clone());
        for (at, by, event) in &self.journal {
            let read = Event::from_body(&event.to_body()).expect("what was written is read");
            self.site.apply(Book::Live, *at, *by, &read);
        }
    }
}

#[test]
fn a_site_file_does_not_undo_what_two_persons_published_unless_it_changes() {
    let mut house = House::new();
    let file = [(Scope::Site, below(100)), (seven(), below(200))];
    assert_eq!(house.start(&file), 2);
    assert_eq!(house.start(&file), 0, "the same again changes nothing");
    house.persons(seven(), below(300), None, OTHER).expect("two persons");
    house.restart();
    assert_eq!((house.start(&file), house.holds(&seven())), (0, Some(300)), "not undone");
    let other_place = [(Scope::Site, below(101)), (seven(), below(200))];
    assert_eq!(house.start(&other_place), 1, "the site's own changed, not the building's");
    assert_eq!((house.holds(&Scope::Site), house.holds(&seven())), (Some(101), Some(300)));
    let changed = [(Scope::Site, below(101)), (seven(), below(201))];
    assert_eq!((house.start(&changed), house.holds(&seven())), (1, Some(201)), "the file changed");
}

#[test]
fn a_file_that_says_what_holds_already_is_remembered_as_taken_in() {
    let mut house = House::new();
    house.start(&[(Scope::Site, below(100))]);
    house.persons(Scope::Site, below(200), None, OTHER).expect("two persons");
    assert_eq!(house.start(&[(Scope::Site, below(200))]), 1, "on record");
    house.persons(Scope::Site, below(300), None, OTHER).expect("two persons");
    house.restart();
    assert_eq!(house.start(&[(Scope::Site, below(200))]), 0);
    assert_eq!(house.holds(&Scope::Site), Some(300));
}

#[test]
fn a_place_that_left_the_file_has_the_wider_terms_and_one_that_only_persons_know_keeps_its_own() {
    let mut house = House::new();
    house.start(&[(Scope::Site, below(100)), (seven(), below(200))]);
    let meter = Scope::Meter { meter: MeterId(9) };
    house.persons(meter.clone(), below(300), None, OTHER).expect("two persons");
    assert_eq!(house.start(&[(Scope::Site, below(100))]), 1);
    assert_eq!((house.holds(&seven()), house.holds(&meter)), (Some(100), Some(300)));
    assert_eq!(house.start(&[(Scope::Site, below(100))]), 0);
}

#[test]
fn nobody_publishes_alone_and_a_later_time_is_waited_for() {
    let mut house = House::new();
    house.start(&[(Scope::Site, below(100))]);
    let alone = house.persons(Scope::Site, below(200), None, ONE);
    assert_eq!(alone, Err(Refusal::SecondPerson));
    let from = house.now + Span::from_hours(1);
    house.persons(Scope::Site, below(200), Some(from), OTHER).expect("two persons");
    let published = house.journal.iter().rev().find_map(|(_, _, event)| {
        if let Event::PolicyPublished { origin, .. } = event { Some(*origin) } else { None }
    });
    assert_eq!(published, Some(Origin::Persons { approved_by: OTHER }));
    house.now = from - Span::from_millis(1);
    assert_eq!(house.holds(&Scope::Site), Some(100));
    house.now = from;
    assert_eq!(house.holds(&Scope::Site), Some(200));
}
