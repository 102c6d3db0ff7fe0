//! A story of supplies that come back together on one line: the first ten at once, the others in
//! their turn (product rule 2).

use std::collections::BTreeSet;

use super::{Plant, numbers};
use crate::id::{LineId, MeterId};
use crate::meter::DisconnectReason;
use crate::policy::Place;
use crate::site::Command;
use crate::time::Span;

#[test]
fn ten_of_one_line_come_back_at_once_and_the_eleventh_within_two_minutes() {
    let mut plant = Plant::of(240);
    for number in 1..=12 {
        let line = LineId(if number == 12 { 2 } else { 1 });
        let (building, floor) = ("7".to_owned(), "1".to_owned());
        let place = Place { building, floor, feeder: Some(line) };
        plant.order(Command::PlaceMeter { meter: MeterId(number), place });
    }
    plant.run_out(&numbers(1..=12));
    assert_eq!(plant.dark(), numbers(1..=12));
    plant.wait(Span::from_secs(60));
    for number in 1..=12 {
        plant.pay(number, 2_000);
    }
    assert_eq!(plant.dark(), [11], "ten of the first line, and the one of the second");
    let reasons = plant.site.metered(MeterId(11)).expect("bound").open_reasons().clone();
    assert_eq!(reasons, BTreeSet::from([DisconnectReason::Staggered]));
    plant.restart();
    assert_eq!(plant.dark(), [11], "a start does not forget whose turn it is not yet");
    plant.wait(Span::from_millis(120_001));
    assert!(plant.dark().is_empty());
}
