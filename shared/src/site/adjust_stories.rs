//! Stories of adjustments: two persons, both books, no debt, and sums that stay zero.

use crate::counter::{CounterOrder, Limits, LimitsOf};
use crate::event::Event;
use crate::id::{AccountId, Book, CounterId, IdempotencyKey, ReceiptNo, StaffId, TariffId};
use crate::ledger::{Code, balanced};
use crate::money::Money;
use crate::policy::Policy;
use crate::request::Grave;
use crate::site::tests::FLAT;
use crate::site::{Command, Order, Refusal, Site};
use crate::staff::Act;
use crate::time::{Timestamp, Zone};
use crate::vend::{Adjusting, Cause, Tender};

const ACCOUNT: AccountId = AccountId(1);
const ASKER: StaffId = StaffId(4);
const SECOND: StaffId = StaffId(5);

/// One account with 10.00.
fn site() -> Site {
    let mut site = Site::new(Zone::named("Asia/Shanghai").expect("a zone"));
    let tariff = TariffId("flat".to_owned());
    let (policy, opening) = (Policy::default(), Money::from_minor(1_000));
    for command in [
        Command::PublishTariff { text: FLAT.to_owned(), approved_by: None },
        Command::OpenAccount { account: ACCOUNT, tariff, policy, opening },
    ] {
        ordered(&mut site, Book::Live, command).expect("the site opens");
    }
    site
}

fn ordered(site: &mut Site, book: Book, command: Command) -> Result<Vec<Event>, Refusal> {
    let now = Timestamp::from_millis(1_800_000_000_000);
    let key = IdempotencyKey::try_from("approval-1-1".to_owned()).ok();
    site.carry_out(&Order { book, now, by: ASKER, key, command })
}

fn adjust(
    site: &mut Site,
    (book, second): (Book, StaffId),
    adjusting: Adjusting,
    minor: i64,
) -> Result<Vec<Event>, Refusal> {
    let (amount, cause) = (Money::from_minor(minor), Cause::Outage);
    let what = Grave::Adjust { account: ACCOUNT, adjusting, amount, cause };
    let reason = "two days without supply".to_owned();
    let looked = Command::MayAsk { what: what.clone(), reason: reason.clone() };
    assert_eq!(ordered(site, book, looked)?, [], "asking changes nothing");
    let (approval, tariff, matter, approved_by) = (1, None, None, Some(second));
    let act = Act::ApprovalGiven { approval, tariff, asked_by: ASKER, matter, approved_by };
    let command = Box::new(Command::Grave { what, reason });
    ordered(site, book, Command::Approved { act, note: String::new(), command })
}

fn by_asker(site: &mut Site, key: &str, command: Command) -> Result<Vec<Event>, Refusal> {
    let now = Timestamp::from_millis(1_800_000_000_000);
    let key = IdempotencyKey::try_from(key.to_owned()).ok();
    site.carry_out(&Order { book: Book::Live, now, by: ASKER, key, command })
}

fn credit(site: &Site) -> i64 {
    site.accounts().get(&ACCOUNT).map_or(0, |account| account.credit().minor())
}

#[test]
fn a_second_person_lets_credit_grow_or_shrink_and_the_books_stay_at_zero() {
    let live = (Book::Live, SECOND);
    for (adjusting, minor, code, after) in [
        (Adjusting::FreeCredit, 500, Code::FreeCredit, 1_500),
        (Adjusting::Correction, 1, Code::Corrections, 1_001),
        (Adjusting::Correction, -1_000, Code::Corrections, 0),
    ] {
        let mut site = site();
        let events = adjust(&mut site, live, adjusting, minor).expect("two persons");
        assert_eq!(credit(&site), after);
        let postings: Vec<_> = events.iter().flat_map(Event::postings).collect();
        assert!(balanced(&postings) && postings.len() == 2, "{postings:?}");
        assert!(
            postings
                .iter()
                .any(|posting| posting.code == code && posting.amount == Money::from_minor(minor))
        );
        assert!(events.iter().any(|event| matches!(event, Event::Acted { .. })), "on record");
        for event in &events {
            assert_eq!(Event::from_body(&event.to_body()).ok().as_ref(), Some(event));
        }
    }
}

#[test]
fn nobody_adjusts_alone_or_in_the_other_book_or_into_debt() {
    let live = (Book::Live, SECOND);
    for (who, adjusting, minor, refusal) in [
        ((Book::Live, ASKER), Adjusting::FreeCredit, 500, Refusal::SecondPerson),
        ((Book::Simulated, SECOND), Adjusting::FreeCredit, 500, Refusal::OtherBook(ACCOUNT)),
        (live, Adjusting::FreeCredit, 0, Refusal::BadAdjustment),
        (live, Adjusting::FreeCredit, -1, Refusal::BadAdjustment),
        (live, Adjusting::Correction, 0, Refusal::BadAdjustment),
        (live, Adjusting::Correction, i64::MAX, Refusal::BadAdjustment),
        (live, Adjusting::Correction, -1_001, Refusal::CreditUsed { used: Money::from_minor(1) }),
    ] {
        let mut site = site();
        assert_eq!(adjust(&mut site, who, adjusting, minor), Err(refusal), "{adjusting:?} {minor}");
        assert_eq!(credit(&site), 1_000, "a refusal changes nothing");
    }
}

#[test]
fn above_the_limit_even_an_own_sale_is_taken_back_by_two_persons() {
    for (minor, alone) in [(500, Ok(())), (501, Err(Refusal::SecondPerson))] {
        let mut site = site();
        let usual = Limits { alone: Some(Money::from_minor(500)), ..Limits::default() };
        let limits = LimitsOf { usual, counters: std::collections::BTreeMap::new() };
        let (counter, float, note) = (CounterId(1), Money::ZERO, String::new());
        let limit = CounterOrder::Limit { limits, approved_by: None, note };
        for order in [limit, CounterOrder::Open { counter, float }] {
            by_asker(&mut site, "counter-1", Command::Counter(order)).expect("a shift is open");
        }
        let (amount, reference) = (Money::from_minor(minor), String::new());
        let (account, tender, handed) = (ACCOUNT, Tender::Cash, None);
        let sale = Command::Sell { account, amount, tender, handed, reference };
        by_asker(&mut site, "sale-0001", sale).expect("a sale");
        let receipt = ReceiptNo(1);
        let reverse = || Command::Reverse { receipt, reason: "wrong room".to_owned() };
        let one = by_asker(&mut site, "reversal-1", reverse()).map(drop);
        assert_eq!(one, alone, "{minor}");
        if alone.is_err() {
            let (approval, tariff, matter, approved_by) = (1, None, None, Some(SECOND));
            let act = Act::ApprovalGiven { approval, tariff, asked_by: ASKER, matter, approved_by };
            let (note, command) = (String::new(), Box::new(reverse()));
            let two = Command::Approved { act, note, command };
            by_asker(&mut site, "reversal-2", two).expect("two persons");
        }
        assert_eq!(credit(&site), 1_000);
    }
}
