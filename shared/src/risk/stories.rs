//! Each rule as a story: what is found, the border, and both sides of it.

use super::*;
use crate::time::Zone;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// 2026-11-02T09:00+08:00, a Monday.
const MONDAY: i64 = 1_793_581_200_000;

fn zone() -> Zone {
    Zone::named("Asia/Shanghai").unwrap()
}

/// Done by person 2 to account 7 so long after Monday nine o'clock.
fn fact(seq: u64, after: i64, what: What) -> Fact {
    Fact {
        seq: Seq(seq),
        at: Timestamp::from_millis(MONDAY + after),
        book: Book::Live,
        by: StaffId(2),
        account: Some(AccountId(7)),
        meter: Some(MeterId(7)),
        what,
    }
}

fn found(facts: &[Fact], borders: &Borders) -> Vec<(Rule, Vec<u64>)> {
    let now = Timestamp::from_millis(MONDAY + 30 * DAY);
    let found = find(facts, borders, &zone(), now);
    found
        .into_iter()
        .map(|finding| (finding.rule, finding.entries.iter().map(|seq| seq.0).collect()))
        .collect()
}

fn usual(facts: &[Fact]) -> Vec<(Rule, Vec<u64>)> {
    found(facts, &Borders::default())
}

fn money(minor: i64) -> Money {
    Money::from_minor(minor)
}

fn reversed(seq: u64, after: i64, sold: i64) -> Fact {
    let sold = Some(Timestamp::from_millis(MONDAY + sold));
    fact(seq, after, What::Reversed { amount: money(500), sold })
}

#[test]
fn credit_that_nobody_paid_a_reprint_and_an_own_approval_are_always_named() {
    for (what, rule) in [
        (What::Given { amount: money(1) }, Rule::FreeCredit),
        (What::Reprinted { receipt: ReceiptNo(9), copy: 1 }, Rule::Reprint),
        (What::OwnApproval, Rule::SelfApproval),
        (What::Split { sum: money(9) }, Rule::SplitSales),
    ] {
        assert_eq!(usual(&[fact(1, 0, what)]), [(rule, vec![1])]);
    }
    assert_eq!(usual(&[fact(1, 0, What::Sold { amount: money(500) })]), []);
    assert_eq!(usual(&[fact(1, 0, What::Other)]), []);
}

#[test]
fn a_reversal_of_an_earlier_day_is_back_dated_one_of_the_same_day_is_not() {
    assert_eq!(usual(&[reversed(2, 9 * HOUR, 0)]), [(Rule::Reversal, vec![2])]);
    let overnight = reversed(2, 15 * HOUR, 15 * HOUR - 1);
    assert_eq!(usual(&[overnight]), [(Rule::Reversal, vec![2]), (Rule::BackDated, vec![2])]);
}

#[test]
fn terms_that_begin_on_an_earlier_day_are_back_dated() {
    let dated = |from: i64| {
        let from = Timestamp::from_millis(MONDAY + from);
        usual(&[fact(1, 0, What::Dated { from })])
    };
    assert_eq!(dated(0), []);
    assert_eq!(dated(-9 * HOUR), [], "today's midnight");
    assert_eq!(dated(-9 * HOUR - 1), [(Rule::BackDated, vec![1])]);
}

#[test]
fn a_reversal_within_the_last_half_hour_of_a_shift_is_named_with_its_closing() {
    let half = 30 * 60_000;
    for (before, named) in [(half, true), (half + 1, false)] {
        let facts = [reversed(3, 8 * HOUR - before, 0), fact(4, 8 * HOUR, What::ShiftClosed)];
        let named_now = usual(&facts).contains(&(Rule::ReversalBeforeClose, vec![3, 4]));
        assert_eq!(named_now, named, "{before} ms before");
    }
    let mut other = [reversed(3, 8 * HOUR - 1, 0), fact(4, 8 * HOUR, What::ShiftClosed)];
    other[1].by = StaffId(3);
    assert_eq!(usual(&other), [(Rule::Reversal, vec![3])], "another person's shift");
}

#[test]
fn what_is_done_when_the_office_is_closed_is_named_where_it_has_hours() {
    let borders =
        |hours: &str| Borders { hours: vec![DaySpan::parse(hours).unwrap()], ..Borders::default() };
    let at = |after: i64| [fact(1, after, What::Sold { amount: money(500) })];
    let after = [(Rule::AfterHours, vec![1])];
    assert_eq!(found(&at(0), &borders("09:00-18:00")), []);
    assert_eq!(found(&at(-1), &borders("09:00-18:00")), after);
    assert_eq!(found(&at(9 * HOUR - 1), &borders("09:00-18:00")), []);
    assert_eq!(found(&at(9 * HOUR), &borders("09:00-18:00")), after);
    assert_eq!(found(&at(14 * HOUR), &borders("22:00-09:30")), [], "over midnight");
    assert_eq!(found(&at(HOUR), &borders("22:00-09:30")), after);
    assert_eq!(usual(&at(14 * HOUR)), [], "no hours are set");
    let mut system = at(14 * HOUR);
    system[0].by = StaffId(0);
    assert_eq!(found(&system, &borders("09:00-18:00")), [], "nobody did it");
}

#[test]
fn a_tariff_that_is_changed_sold_on_and_changed_again_is_a_round_trip() {
    let homes = |seq, after: i64, begins: &[i64]| {
        let begins = begins.iter().map(|after| Timestamp::from_millis(MONDAY + after)).collect();
        fact(seq, after, What::Tariff { tariff: "homes".to_owned(), begins })
    };
    let tariff = |seq, after: i64| homes(seq, after, &[after]);
    let sold = |seq, after| fact(seq, after, What::Sold { amount: money(500) });
    let two = 48 * HOUR;
    let trip = [tariff(1, 0), sold(2, 1), sold(3, 2), tariff(4, two)];
    assert_eq!(usual(&trip), [(Rule::RoundTrip, vec![1, 2, 3, 4])]);
    assert_eq!(usual(&[tariff(1, 0), sold(2, 1), tariff(4, two + 1)]), [], "later than two days");
    assert_eq!(usual(&[tariff(1, 0), tariff(4, two)]), [], "nothing was sold");
    let begins = vec![Timestamp::from_millis(MONDAY + 2)];
    let other = fact(4, 2, What::Tariff { tariff: "shops".to_owned(), begins });
    assert_eq!(usual(&[tariff(1, 0), sold(2, 1), other]), [], "another tariff");

    // Published beforehand, one by one or in one file: what counts is when the prices hold.
    let (low, high) = (10 * DAY, 10 * DAY + two);
    let named = |entries: &[u64]| vec![(Rule::RoundTrip, entries.to_vec())];
    let ahead = |at| [homes(1, 0, &[low]), homes(2, 1, &[high]), sold(3, at)];
    let at_once = |at| [homes(1, 0, &[low, high]), sold(2, at)];
    assert_eq!(usual(&ahead(low)), named(&[1, 2, 3]));
    assert_eq!(usual(&ahead(high - 1)), named(&[1, 2, 3]));
    assert_eq!(usual(&at_once(low)), named(&[1, 2]));
    for at in [low - 1, high] {
        assert_eq!(usual(&ahead(at)), [], "sold at the usual price");
        assert_eq!(usual(&at_once(at)), [], "sold at the usual price");
    }
    assert_eq!(usual(&[homes(1, 0, &[low, high + 1]), sold(2, low)]), [], "for longer");
}

#[test]
fn a_second_person_whom_the_asker_made_within_a_month_is_named() {
    let made = |seq, after, staff| fact(seq, after, What::Made { staff: StaffId(staff) });
    let approved = |seq, after, second| {
        let what = What::Approved { asked_by: StaffId(2), approved_by: StaffId(second) };
        Fact { by: StaffId(second), ..fact(seq, after, what) }
    };
    let month = 30 * DAY;
    let named = [(Rule::MadeApprover, vec![2, 3])];
    let twice = [made(1, 0, 5), made(2, 1, 5), approved(3, month, 5)];
    assert_eq!(usual(&twice), named, "the last time counts");
    assert_eq!(usual(&[made(2, 0, 5), approved(3, month, 5)]), named);
    assert_eq!(usual(&[made(2, 0, 5), approved(3, month + 1, 5)]), [], "a month and more ago");
    assert_eq!(usual(&[made(2, 0, 6), approved(3, 1, 5)]), [], "somebody else was made");
    let mut by_another = [made(2, 0, 5), approved(3, 1, 5)];
    by_another[0].by = StaffId(9);
    assert_eq!(usual(&by_another), [], "made by somebody else");
}

#[test]
fn a_new_meter_that_begins_high_or_replaces_one_that_nobody_could_read_is_named() {
    let first = |mwh, manual| {
        let first = Register::from_mwh(mwh);
        usual(&[fact(1, 0, What::Exchanged { first, manual })])
    };
    assert_eq!(first(10_000_000, false), []);
    assert_eq!(first(10_000_001, false), [(Rule::FirstReading, vec![1])]);
    assert_eq!(first(0, true), [(Rule::FirstReading, vec![1])]);
}

#[test]
fn a_protection_is_long_after_a_week_unless_it_has_ended() {
    let week = 7 * DAY;
    let until = |after| Some(Timestamp::from_millis(MONDAY + after));
    let spared = |until| fact(1, 0, What::Spared { until });
    let long = [(Rule::LongProtection, vec![1])];
    assert_eq!(usual(&[spared(until(week))]), []);
    assert_eq!(usual(&[spared(until(week + 1))]), long);
    assert_eq!(usual(&[spared(None)]), long, "thirty days later it still stands");
    let ended = |after| fact(2, after, What::SparedNoMore);
    assert_eq!(usual(&[spared(None), ended(week)]), []);
    assert_eq!(usual(&[spared(None), ended(week + 1)]), long);
    let mut other = ended(1);
    other.meter = Some(MeterId(8));
    assert_eq!(usual(&[spared(None), other]), long, "another meter's");
}

#[test]
fn sales_within_an_hour_that_are_together_above_the_limit_are_split() {
    let borders = Borders { sale: Some(money(1_000)), ..Borders::default() };
    let sold = |seq, after, minor| fact(seq, after, What::Sold { amount: money(minor) });
    let pair = |later, minor| found(&[sold(1, 0, 500), sold(2, later, minor)], &borders);
    assert_eq!(pair(HOUR, 501), [(Rule::SplitSales, vec![1, 2])]);
    assert_eq!(pair(HOUR, 500), [], "not above the limit");
    assert_eq!(pair(HOUR + 1, 501), [], "later than an hour");
    assert_eq!(found(&[sold(1, 0, 1_001)], &borders), [], "one sale, which had its second person");
    assert_eq!(usual(&[sold(1, 0, 500), sold(2, 1, 501)]), [], "there is no limit");
    let mut other = [sold(1, 0, 500), sold(2, 1, 501)];
    other[1].account = Some(AccountId(8));
    assert_eq!(found(&other, &borders), [], "another account");
}
