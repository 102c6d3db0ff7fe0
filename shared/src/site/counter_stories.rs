//! Stories of two cashiers and a supervisor at two counters, over one account without a meter.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::tests::FLAT;
use crate::counter::{
    Amounts, CashPlace, CounterFact, CounterOrder, Limits, LimitsOf, Raise, Raised,
};
use crate::event::Event;
use crate::id::{
    AccountId, Book, CounterId, IdempotencyKey, ReceiptNo, ShiftNo, StaffId, TariffId,
};
use crate::money::{Currency, Money};
use crate::policy::Policy;
use crate::request::Grave;
use crate::site::{Command, Order, Site};
use crate::staff::Act;
use crate::time::{Span, Timestamp, Zone};
use crate::vend::Tender;

struct Story {
    site: Site,
    now: Timestamp,
    keys: u32,
    kept: Vec<(Timestamp, StaffId, Event)>,
    told: String,
}

fn money(text: &str) -> Money {
    Money::parse(text, Currency::CNY).expect("an amount")
}

fn shown(amount: Money) -> String {
    amount.to_decimal(Currency::CNY).to_string()
}

impl Story {
    fn begin() -> Self {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let now = Timestamp::parse("2026-07-01T08:00:00+08:00").expect("an instant");
        let (kept, told) = (Vec::new(), String::new());
        let mut story = Self { site: Site::new(zone), now, keys: 0, kept, told };
        let text = FLAT.to_owned();
        story.order(0, Command::PublishTariff { text, approved_by: None }).expect("published");
        for account in [3, 4] {
            let (account, tariff) = (AccountId(account), TariffId("flat".to_owned()));
            let (policy, opening) = (Policy::default(), Money::ZERO);
            let open = Command::OpenAccount { account, tariff, policy, opening };
            story.order(0, open).expect("opens");
        }
        story
    }

    fn order(&mut self, by: u32, command: Command) -> Result<Vec<Event>, String> {
        self.keys += 1;
        let key = IdempotencyKey::try_from(format!("story-key-{}", self.keys)).ok();
        let order = Order { book: Book::Live, now: self.now, by: StaffId(by), key, command };
        let events = self.site.carry_out(&order).map_err(|refusal| refusal.to_string())?;
        self.kept.extend(events.iter().map(|event| (self.now, StaffId(by), event.clone())));
        Ok(events)
    }

    /// `WHO DOES WHAT`, or `wait HOURS`; staff 0 is the system itself.
    fn step(&mut self, line: &str) {
        self.now = self.now + Span::from_mins(1);
        let words: Vec<_> = line.split_whitespace().collect();
        let number = |word: &str| word.parse::<u32>().expect("a number");
        let shift = |word: &str| ShiftNo(word.parse().expect("a shift"));
        let counters = |order| Command::Counter(order);
        let command = match words.as_slice() {
            ["wait", hours] => {
                self.now = self.now + Span::from_hours(i64::from(number(hours)));
                return;
            }
            [_, "opens", counter, float] => counters(CounterOrder::Open {
                counter: CounterId(counter.parse().expect("a counter")),
                float: money(float),
            }),
            [_, "sells", account, amount, tender] => Command::Sell {
                account: AccountId(number(account)),
                amount: money(amount),
                tender: match *tender {
                    "cash" => Tender::Cash,
                    "card" => Tender::Card,
                    _ => Tender::Mobile,
                },
                handed: None,
                reference: String::new(),
            },
            [_, "reverses", receipt] => Command::Reverse {
                receipt: ReceiptNo(u64::from(number(receipt))),
                reason: "typed wrong".to_owned(),
            },
            [_, "closes", no, cash, card] => {
                let counted = Amounts { cash: money(cash), card: money(card), mobile: Money::ZERO };
                counters(CounterOrder::Close { shift: shift(no), counted, note: String::new() })
            }
            [_, "moves", no, amount, place] => counters(CounterOrder::MoveCash {
                shift: shift(no),
                amount: money(amount),
                with: if *place == "bank" { CashPlace::Bank } else { CashPlace::Safe },
                reason: "as usual".to_owned(),
            }),
            [_, "signs", no] => {
                counters(CounterOrder::Countersign { shift: shift(no), note: String::new() })
            }
            [_, "limits", rest @ ..] => {
                let mut usual = Limits::default();
                for pair in rest {
                    let (name, value) = pair.split_once('=').expect("name=value");
                    match name {
                        "least" => usual.least = Some(money(value)),
                        "most" => usual.most = Some(money(value)),
                        "shift" => usual.shift = Some(money(value)),
                        "day" => usual.day = Some(money(value)),
                        "till" => usual.till = Some(money(value)),
                        "credit" => usual.credit = Some(money(value)),
                        _ => usual.reversals = Some(number(value)),
                    }
                }
                let limits = LimitsOf { usual, ..LimitsOf::default() };
                let (approved_by, note) = (None, String::new());
                counters(CounterOrder::Limit { limits, approved_by, note })
            }
            [by, "raises", limit, to, "until", hour, rest @ ..] => {
                let limit = match *limit {
                    "sale" => Raised::Sale(money(to)),
                    "till" => Raised::Till(money(to)),
                    "credit" => Raised::Credit(money(to)),
                    _ => Raised::Reversals(number(to)),
                };
                let counter = rest.first().map(|own| CounterId(own.parse().expect("a counter")));
                let until = Timestamp::parse(&format!("{hour}+08:00")).expect("an instant");
                let raise = Raise { counter, limit, until };
                let (asked_by, approved_by) = (StaffId(number(by)), Some(StaffId(99)));
                let (approval, tariff, matter) = (1, None, None);
                let act = Act::ApprovalGiven { approval, tariff, asked_by, matter, approved_by };
                let (what, reason) = (Grave::RaiseLimit { raise }, "the fair".to_owned());
                let command = Box::new(Command::Grave { what, reason });
                Command::Approved { act, note: String::new(), command }
            }
            _ => panic!("`{line}` is no step"),
        };
        let by = number(words.first().expect("a word"));
        let said = match self.order(by, command) {
            Ok(events) => events.iter().map(brief).collect::<Vec<_>>().join(", "),
            Err(refusal) => format!("REFUSED: {refusal}"),
        };
        writeln!(self.told, "{line:<24} -> {said}").unwrap();
    }

    fn rebuilt(&self) -> Site {
        let mut fresh = Site::new(self.site.zone().clone());
        for (at, by, event) in &self.kept {
            let body = event.to_body();
            let event = Event::from_body(&body).expect("what was written is read back");
            fresh.apply(Book::Live, *at, *by, &event);
        }
        fresh
    }

    /// Goes on with what the journal says.
    fn restart(&mut self) {
        self.site = self.rebuilt();
    }

    /// A site that is rebuilt from the journal stands at the same place.
    fn replays(&self) {
        let fresh = self.rebuilt();
        let all = |site: &Site| format!("{:?}", site.counters(Book::Live));
        assert_eq!(all(&fresh), all(&self.site));
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the stories tell of a few kinds")]
fn brief(event: &Event) -> String {
    match event {
        Event::Sold(sale) => match sale.till {
            Some(till) => format!("receipt {} in shift {}", sale.receipt, till.shift),
            None => format!("receipt {}", sale.receipt),
        },
        Event::Reversed(back) => match back.till {
            Some(till) => {
                format!("{} takes back {} in shift {}", back.receipt, back.of, till.shift)
            }
            None => format!("{} takes back {}", back.receipt, back.of),
        },
        Event::Counter(CounterFact::Closed(closed)) => {
            let range = closed.totals.first.zip(closed.totals.last);
            let range =
                range.map_or_else(|| "-".to_owned(), |(first, last)| format!("{first}-{last}"));
            format!(
                "Z{} of counter {}: receipts {range}, expected {}+{}, difference {}+{}",
                closed.z,
                closed.counter,
                shown(closed.expected.cash),
                shown(closed.expected.card),
                shown(closed.difference.cash),
                shown(closed.difference.card),
            )
        }
        Event::Counter(CounterFact::Opened { shift, .. }) => format!("shift {shift}"),
        Event::Counter(CounterFact::Countersigned { shift, .. }) => {
            format!("signed {shift}{}", posted(event))
        }
        Event::Counter(CounterFact::CashMoved(moved)) => {
            format!("slip {}{}", moved.no, posted(event))
        }
        Event::Counter(CounterFact::Limited { .. }) => "limited".to_owned(),
        Event::Counter(CounterFact::Raised { .. }) => "raised".to_owned(),
        Event::Acted { .. } => "approved".to_owned(),
        Event::Counter(CounterFact::Split { sales, sum, .. }) => {
            format!("SPLIT: {sales} sales, {}", shown(*sum))
        }
        other => panic!("{other:?} is no event of a counter"),
    }
}

/// The double entry of an event, debits positive.
fn posted(event: &Event) -> String {
    let postings = event.postings();
    assert!(crate::ledger::balanced(&postings), "{event:?}");
    let one = |posting: &crate::ledger::Posting| {
        format!(", {} {}", posting.code.name(), shown(posting.amount))
    };
    postings.iter().map(one).collect()
}

fn check(steps: &[&str], told: Expect) {
    let mut story = Story::begin();
    for step in steps {
        story.step(step);
    }
    story.replays();
    told.assert_eq(&story.told);
}

#[test]
fn nothing_is_sold_without_an_open_shift_of_the_own() {
    check(
        &[
            "1 sells 3 10.00 cash",
            "1 opens 1 100.00",
            "1 opens 2 100.00",
            "2 opens 1 100.00",
            "2 opens 2 -0.01",
            "2 sells 3 10.00 cash",
            "1 sells 3 10.00 cash",
            "0 sells 3 10.00 mobile",
            "1 closes 1 110.00 0.00",
            "1 sells 3 10.00 cash",
            "1 closes 1 110.00 0.00",
            "1 opens 1 50.00",
            "1 sells 3 10.00 cash",
        ],
        expect![[r#"
            1 sells 3 10.00 cash     -> REFUSED: no shift is open; open one at a counter before money is taken or given back
            1 opens 1 100.00         -> shift 1
            1 opens 2 100.00         -> REFUSED: shift 1 of yours is open already; close it first
            2 opens 1 100.00         -> REFUSED: counter 1 has shift 1 open; it is closed first, by its cashier or by a supervisor
            2 opens 2 -0.01          -> REFUSED: what is counted or laid into a till is from zero to 1000000000000 minor units
            2 sells 3 10.00 cash     -> REFUSED: no shift is open; open one at a counter before money is taken or given back
            1 sells 3 10.00 cash     -> receipt 1 in shift 1
            0 sells 3 10.00 mobile   -> receipt 2
            1 closes 1 110.00 0.00   -> Z1 of counter 1: receipts 1-1, expected 110.00+0.00, difference 0.00+0.00
            1 sells 3 10.00 cash     -> REFUSED: no shift is open; open one at a counter before money is taken or given back
            1 closes 1 110.00 0.00   -> REFUSED: shift 1 is closed already
            1 opens 1 50.00          -> shift 2
            1 sells 3 10.00 cash     -> receipt 3 in shift 2
        "#]],
    );
}

#[test]
fn what_was_counted_is_compared_and_a_second_person_signs() {
    check(
        &[
            "1 opens 1 100.00",
            "1 sells 3 30.00 cash",
            "1 sells 4 20.00 card",
            "1 reverses 2",
            "1 sells 4 25.00 card",
            "9 signs 1",
            "1 closes 1 -0.01 0.00",
            "1 closes 1 129.50 25.00",
            "1 signs 1",
            "9 signs 1",
            "9 signs 1",
            "9 signs 7",
            "2 opens 1 0.00",
            "9 closes 2 0.00 0.00",
            "9 signs 2",
            "2 signs 2",
            "1 signs 2",
            "2 opens 2 0.00",
            "2 closes 3 0.00 0.00",
        ],
        expect![[r#"
            1 opens 1 100.00         -> shift 1
            1 sells 3 30.00 cash     -> receipt 1 in shift 1
            1 sells 4 20.00 card     -> receipt 2 in shift 1
            1 reverses 2             -> 3 takes back 2 in shift 1
            1 sells 4 25.00 card     -> receipt 4 in shift 1
            9 signs 1                -> REFUSED: shift 1 is still open; it is counted and closed first
            1 closes 1 -0.01 0.00    -> REFUSED: what is counted or laid into a till is from zero to 1000000000000 minor units
            1 closes 1 129.50 25.00  -> Z1 of counter 1: receipts 1-4, expected 130.00+25.00, difference -0.50+0.00
            1 signs 1                -> REFUSED: shift 1 is countersigned by somebody who neither sold in it nor counted it
            9 signs 1                -> signed 1, cash -0.50, over-short 0.50
            9 signs 1                -> REFUSED: shift 1 is countersigned already
            9 signs 7                -> REFUSED: there is no shift 7 in this book
            2 opens 1 0.00           -> shift 2
            9 closes 2 0.00 0.00     -> Z2 of counter 1: receipts -, expected 0.00+0.00, difference 0.00+0.00
            9 signs 2                -> REFUSED: shift 2 is countersigned by somebody who neither sold in it nor counted it
            2 signs 2                -> REFUSED: shift 2 is countersigned by somebody who neither sold in it nor counted it
            1 signs 2                -> signed 2
            2 opens 2 0.00           -> shift 3
            2 closes 3 0.00 0.00     -> Z1 of counter 2: receipts -, expected 0.00+0.00, difference 0.00+0.00
        "#]],
    );
}

#[test]
fn money_is_given_back_in_the_shift_that_took_it_or_in_the_supervisors_own() {
    check(
        &[
            "1 opens 1 0.00",
            "1 sells 3 30.00 cash",
            "9 reverses 1",
            "1 sells 3 40.00 cash",
            "1 closes 1 40.00 0.00",
            "1 reverses 3",
            "9 reverses 3",
            "9 opens 2 100.00",
            "9 reverses 3",
            "9 closes 2 60.00 0.00",
        ],
        expect![[r#"
            1 opens 1 0.00           -> shift 1
            1 sells 3 30.00 cash     -> receipt 1 in shift 1
            9 reverses 1             -> 2 takes back 1 in shift 1
            1 sells 3 40.00 cash     -> receipt 3 in shift 1
            1 closes 1 40.00 0.00    -> Z1 of counter 1: receipts 1-3, expected 40.00+0.00, difference 0.00+0.00
            1 reverses 3             -> REFUSED: no shift is open; open one at a counter before money is taken or given back
            9 reverses 3             -> REFUSED: no shift is open; open one at a counter before money is taken or given back
            9 opens 2 100.00         -> shift 2
            9 reverses 3             -> 4 takes back 3 in shift 2
            9 closes 2 60.00 0.00    -> Z1 of counter 2: receipts 4-4, expected 60.00+0.00, difference 0.00+0.00
        "#]],
    );
}

#[test]
fn cash_goes_to_the_safe_and_comes_from_it_and_a_difference_stands_in_the_ledger_once_signed() {
    check(
        &[
            "0 limits till=150.00",
            "1 moves 1 -10.00 safe",
            "1 opens 1 100.00",
            "1 sells 3 50.00 cash",
            "1 sells 3 1.00 cash",
            "1 moves 1 -150.01 safe",
            "1 moves 1 0.00 safe",
            "1 moves 1 -120.00 bank",
            "1 sells 3 20.00 cash",
            "1 moves 1 30.00 safe",
            "1 sells 4 40.00 card",
            "1 closes 1 75.00 39.00",
            "1 moves 1 -10.00 safe",
            "9 signs 1",
        ],
        expect![[r#"
            0 limits till=150.00     -> limited
            1 moves 1 -10.00 safe    -> REFUSED: there is no shift 1 in this book
            1 opens 1 100.00         -> shift 1
            1 sells 3 50.00 cash     -> receipt 1 in shift 1
            1 sells 3 1.00 cash      -> REFUSED: the limit of cash in a till is reached; the largest allowed amount is 0 minor units
            1 moves 1 -150.01 safe   -> REFUSED: there is not so much cash in the till of shift 1
            1 moves 1 0.00 safe      -> REFUSED: no cash is moved by nothing, nor by more than 1000000000000 minor units
            1 moves 1 -120.00 bank   -> slip 1, cash -120.00, bank 120.00
            1 sells 3 20.00 cash     -> receipt 2 in shift 1
            1 moves 1 30.00 safe     -> slip 2, cash 30.00, safe -30.00
            1 sells 4 40.00 card     -> receipt 3 in shift 1
            1 closes 1 75.00 39.00   -> Z1 of counter 1: receipts 1-3, expected 80.00+40.00, difference -5.00+-1.00
            1 moves 1 -10.00 safe    -> REFUSED: shift 1 is closed already
            9 signs 1                -> signed 1, cash -5.00, over-short 5.00
        "#]],
    );
}

#[test]
fn each_limit_lets_its_border_pass_and_names_the_largest_amount() {
    check(
        &[
            "0 limits least=5.00 most=50.00 shift=120.00 day=150.00 till=180.00 credit=110.00 reversals=1",
            "1 opens 1 100.00",
            "1 sells 3 4.99 cash",
            "1 sells 3 50.01 cash",
            "1 sells 3 50.00 cash",
            "1 sells 4 30.01 cash",
            "1 sells 4 30.00 cash",
            "1 sells 4 5.00 cash",
            "1 sells 4 5.00 card",
            "1 sells 4 35.01 card",
            "1 sells 4 35.00 card",
            "1 reverses 4",
            "1 reverses 3",
            "9 opens 2 0.00",
            "9 reverses 3",
            "1 sells 3 30.01 card",
            "1 sells 3 30.00 card",
            "wait 24",
            "1 sells 4 35.01 card",
            "1 sells 3 30.01 card",
        ],
        expect![[r#"
            0 limits least=5.00 most=50.00 shift=120.00 day=150.00 till=180.00 credit=110.00 reversals=1 -> limited
            1 opens 1 100.00         -> shift 1
            1 sells 3 4.99 cash      -> REFUSED: the amount is below the least sale of 500 minor units
            1 sells 3 50.01 cash     -> REFUSED: the limit of one sale is reached; the largest allowed amount is 5000 minor units
            1 sells 3 50.00 cash     -> receipt 1 in shift 1
            1 sells 4 30.01 cash     -> REFUSED: the limit of cash in a till is reached; the largest allowed amount is 3000 minor units
            1 sells 4 30.00 cash     -> receipt 2 in shift 1
            1 sells 4 5.00 cash      -> REFUSED: the limit of cash in a till is reached; the largest allowed amount is 0 minor units
            1 sells 4 5.00 card      -> receipt 3 in shift 1
            1 sells 4 35.01 card     -> REFUSED: the limit of a shift is reached; the largest allowed amount is 3500 minor units
            1 sells 4 35.00 card     -> receipt 4 in shift 1, SPLIT: 3 sales, 70.00
            1 reverses 4             -> 5 takes back 4 in shift 1
            1 reverses 3             -> REFUSED: only the latest sale of an account can be reversed; that is receipt 4
            9 opens 2 0.00           -> shift 2
            9 reverses 3             -> REFUSED: only the latest sale of an account can be reversed; that is receipt 4
            1 sells 3 30.01 card     -> REFUSED: the limit of a cashier's day is reached; the largest allowed amount is 3000 minor units
            1 sells 3 30.00 card     -> receipt 6 in shift 1, SPLIT: 2 sales, 80.00
            1 sells 4 35.01 card     -> REFUSED: the limit of a shift is reached; the largest allowed amount is 500 minor units
            1 sells 3 30.01 card     -> REFUSED: the limit of a shift is reached; the largest allowed amount is 500 minor units
        "#]],
    );
}

#[test]
fn a_sale_in_parts_meets_the_days_limit_and_stands_on_record() {
    check(
        &[
            "0 limits most=50.00 day=90.00",
            "1 opens 1 0.00",
            "1 sells 3 50.00 cash",
            "1 sells 4 10.00 cash",
            "1 sells 3 20.00 cash",
            "1 sells 3 10.01 cash",
            "1 sells 3 10.00 cash",
            "1 closes 1 90.00 0.00",
            "1 opens 1 0.00",
            "1 sells 3 1.00 cash",
            "wait 24",
            "1 sells 3 50.00 cash",
        ],
        expect![[r#"
            0 limits most=50.00 day=90.00 -> limited
            1 opens 1 0.00           -> shift 1
            1 sells 3 50.00 cash     -> receipt 1 in shift 1
            1 sells 4 10.00 cash     -> receipt 2 in shift 1
            1 sells 3 20.00 cash     -> receipt 3 in shift 1, SPLIT: 2 sales, 70.00
            1 sells 3 10.01 cash     -> REFUSED: the limit of a cashier's day is reached; the largest allowed amount is 1000 minor units
            1 sells 3 10.00 cash     -> receipt 4 in shift 1
            1 closes 1 90.00 0.00    -> Z1 of counter 1: receipts 1-4, expected 90.00+0.00, difference 0.00+0.00
            1 opens 1 0.00           -> shift 2
            1 sells 3 1.00 cash      -> REFUSED: the limit of a cashier's day is reached; the largest allowed amount is 0 minor units
            1 sells 3 50.00 cash     -> receipt 5 in shift 2
        "#]],
    );
}

#[test]
fn a_signature_from_before_differences_were_posted_moves_no_money() {
    let old = r#"{"counter":{"countersigned":{"shift":1,"note":"seen"}}}"#;
    let event = Event::from_body(old).expect("readable");
    assert_eq!(event.postings(), []);
    assert_eq!(event.to_body(), old, "and is written as it was");
}

#[test]
fn a_record_from_before_there_were_shifts_is_still_read() {
    let old = r#"{"sold":{"receipt":1,"account":3,"amount":100,"tender":"cash","handed":null,"reference":"","lines":[],"credit_before":0,"credit_after":100,"buys":[]}}"#;
    let Event::Sold(sale) = Event::from_body(old).expect("readable") else { panic!("a sale") };
    assert_eq!(sale.till, None);
    assert_eq!(Event::Sold(sale).to_body(), old, "and is written as it was");
}

/// Every step is a minute later, from 08:00 on.
#[test]
fn a_raised_limit_holds_up_to_its_end_and_the_larger_one_always() {
    check(
        &[
            "0 limits most=10 credit=500",
            "1 opens 1 0.00",
            "2 opens 2 0.00",
            "1 sells 3 10.01 card",
            "9 raises sale 20 until 2026-07-01T08:09",
            "9 raises sale 19 until 2026-07-01T08:30 2",
            "1 sells 3 20.01 card",
            "1 sells 3 20.00 card",
            "1 sells 4 20.00 card",
            "1 sells 4 20.00 card",
            "2 sells 3 19.01 card",
            "2 sells 3 19.00 card",
            "0 limits most=18 credit=500",
            "2 sells 4 19.01 card",
            "0 limits most=25 credit=500",
            "2 sells 4 25.00 card",
            "2 sells 4 25.01 card",
        ],
        expect![[r#"
            0 limits most=10 credit=500 -> limited
            1 opens 1 0.00           -> shift 1
            2 opens 2 0.00           -> shift 2
            1 sells 3 10.01 card     -> REFUSED: the limit of one sale is reached; the largest allowed amount is 1000 minor units
            9 raises sale 20 until 2026-07-01T08:09 -> raised, approved
            9 raises sale 19 until 2026-07-01T08:30 2 -> raised, approved
            1 sells 3 20.01 card     -> REFUSED: the limit of one sale is reached; the largest allowed amount is 2000 minor units
            1 sells 3 20.00 card     -> receipt 1 in shift 1
            1 sells 4 20.00 card     -> REFUSED: the limit of one sale is reached; the largest allowed amount is 1000 minor units
            1 sells 4 20.00 card     -> REFUSED: the limit of one sale is reached; the largest allowed amount is 1000 minor units
            2 sells 3 19.01 card     -> REFUSED: the limit of one sale is reached; the largest allowed amount is 1900 minor units
            2 sells 3 19.00 card     -> receipt 2 in shift 2
            0 limits most=18 credit=500 -> limited
            2 sells 4 19.01 card     -> REFUSED: the limit of one sale is reached; the largest allowed amount is 1900 minor units
            0 limits most=25 credit=500 -> limited
            2 sells 4 25.00 card     -> receipt 3 in shift 2
            2 sells 4 25.01 card     -> REFUSED: the limit of one sale is reached; the largest allowed amount is 2500 minor units
        "#]],
    );
}

#[test]
fn a_raise_is_above_what_holds_in_the_future_and_for_31_days_at_most() {
    check(
        &[
            "0 limits most=10 reversals=2",
            "9 raises sale 10 until 2026-07-02T08:00",
            "9 raises credit 10 until 2026-07-02T08:00",
            "9 raises sale 10.01 until 2026-07-01T08:04",
            "9 raises sale 10.01 until 2026-08-01T08:05:00.001",
            "9 raises sale 10.01 until 2026-08-01T08:06",
            "9 raises sale 10.01 until 2026-08-01T08:00",
            "9 raises reversals 3 until 2026-07-02T08:00",
            "99 raises reversals 4 until 2026-07-02T08:00",
        ],
        expect![[r#"
            0 limits most=10 reversals=2 -> limited
            9 raises sale 10 until 2026-07-02T08:00 -> REFUSED: a raise is above what the site file says, which is 1000, and at most 10¹²
            9 raises credit 10 until 2026-07-02T08:00 -> REFUSED: that is not limited, so there is nothing to raise
            9 raises sale 10.01 until 2026-07-01T08:04 -> REFUSED: that time is past already
            9 raises sale 10.01 until 2026-08-01T08:05:00.001 -> REFUSED: a limit is raised for at most 31 days; what is to last is written into the site file
            9 raises sale 10.01 until 2026-08-01T08:06 -> raised, approved
            9 raises sale 10.01 until 2026-08-01T08:00 -> raised, approved
            9 raises reversals 3 until 2026-07-02T08:00 -> raised, approved
            99 raises reversals 4 until 2026-07-02T08:00 -> REFUSED: a second person has to approve it; that cannot be who asked for it
        "#]],
    );
}

/// The numbers of the receipts so far, as customers read them.
fn serials(story: &Story) -> Vec<String> {
    let of = |(_, _, event): &(Timestamp, StaffId, Event)| {
        let serial = if let Event::Sold(sale) = event {
            sale.serial
        } else if let Event::Reversed(reversal) = event {
            reversal.serial
        } else {
            return None;
        };
        Some(serial.map_or_else(|| "-".to_owned(), |serial| serial.to_string()))
    };
    story.kept.iter().filter_map(of).collect()
}

#[test]
fn each_counter_counts_its_receipts_without_gaps_and_goes_on_after_a_restart() {
    let mut story = Story::begin();
    for step in [
        "1 opens 1 100.00",
        "2 opens 2 100.00",
        "1 sells 3 10.00 cash",
        "2 sells 4 10.00 cash",
        "0 sells 3 10.00 mobile",
        "2 sells 4 5.00 card",
        "2 reverses 4",
        "1 sells 3 0.00 cash",
        "1 sells 3 7.00 cash",
        "1 closes 1 117.00 0.00",
        "3 opens 1 0.00",
    ] {
        story.step(step);
    }
    story.restart();
    story.step("3 sells 3 7.00 cash");
    let numbers =
        ["1-000001", "2-000001", "0-000001", "2-000002", "2-000003", "1-000002", "1-000003"];
    assert_eq!(serials(&story), numbers);
    story.replays();
}

#[test]
fn a_journal_from_before_counters_counted_is_read_and_counting_begins_at_one() {
    let mut story = Story::begin();
    story.step("1 opens 1 100.00");
    story.step("1 sells 3 10.00 cash");
    story.step("1 sells 3 20.00 cash");
    for (_, _, event) in &mut story.kept {
        if let Event::Sold(sale) = event {
            sale.serial = None;
        }
        assert!(!event.to_body().contains("serial"), "{event:?}");
    }
    story.restart();
    story.step("1 reverses 2");
    story.step("1 sells 4 5.00 cash");
    assert_eq!(serials(&story), ["-", "-", "1-000001", "1-000002"]);
    story.replays();
}
