//! Stories of money that goes back keep every invariant.

use super::Watch;
use crate::event::Event;
use crate::id::SiteId;
use crate::ledger::{Code, Record};
use crate::money::Money;
use crate::site::{refund_stories, tests};

fn offence(records: &[Record]) -> Option<String> {
    let mut watch = Watch::new(SiteId(1));
    for record in records {
        watch.follow(record);
    }
    watch.offence()
}

#[test]
fn a_debt_keeps_every_invariant_and_posts_the_contra_of_each_line() {
    let records = tests::recorded(
        "owe 20 share 5000 cap none / read 1000 / read 1000 / sell 10 / wait 1 / read 1002
         / reverse 1 as debt / wait 1 / read 1002.5 / sell 10 / wait 1 / read 1003
         / reverse 3 as debt / sell 1",
    );
    assert_eq!(offence(&records), None);
    let sides = |is_it: fn(&Event) -> bool| {
        let events = records.iter().filter_map(|record| Event::from_body(&record.body).ok());
        let first = events.filter(is_it).map(|event| event.postings()).next();
        first.expect("there is one").into_iter().map(|one| (one.code, one.amount)).collect()
    };
    let sold: Vec<(Code, Money)> = sides(|event| matches!(event, Event::Sold(_)));
    let taken_back: Vec<(Code, Money)> = sides(|event| matches!(event, Event::Reversed(_)));
    let contra: Vec<_> = sold.iter().map(|(code, amount)| (*code, -*amount)).collect();
    assert_eq!((taken_back, contra.len()), (contra, 3), "cash, arrears and credit");
}

#[test]
fn a_refund_keeps_every_invariant() {
    let story = "sell 30 / give 2 / refund 15 / refund 18 by two / sell 7 / refund 7 / close";
    assert_eq!(offence(&refund_stories::recorded(story)), None);
}
