//! Stories of cash refunds: only what was paid, only what is in the till, above the limit by two.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use crate::counter::{CashPlace, CounterFact, CounterOrder, Limits, LimitsOf};
use crate::event::Event;
use crate::id::{
    AccountId, Book, CounterId, IdempotencyKey, ReceiptNo, ShiftNo, StaffId, TariffId,
};
use crate::ledger::{Code, Record};
use crate::money::{Currency, Money};
use crate::policy::Policy;
use crate::request::Grave;
use crate::site::tests::{FLAT, sealed};
use crate::site::{Command, Order, Refusal, Site};
use crate::staff::Act;
use crate::time::{Span, Timestamp, Zone};
use crate::vend::{Adjusting, Cause, Collection, Share, Tender};

const ACCOUNT: AccountId = AccountId(1);
const CASHIER: StaffId = StaffId(1);
const SECOND: StaffId = StaffId(9);

struct Story {
    site: Site,
    now: Timestamp,
    keys: u32,
    kept: Vec<(Timestamp, Event)>,
    told: String,
}

fn money(text: &str) -> Money {
    Money::parse(text, Currency::CNY).expect("an amount")
}

impl Story {
    /// A shift is open with 100.00 in the till; one person gives back at most 20.00.
    fn begin() -> Self {
        let now = Timestamp::parse("2026-07-01T08:00:00+08:00").expect("an instant");
        let site = Site::new(Zone::named("Asia/Shanghai").expect("a zone"));
        let mut story = Self { site, now, keys: 0, kept: Vec::new(), told: String::new() };
        let usual = Limits { refund: Some(money("20.00")), ..Limits::default() };
        let limits = LimitsOf { usual, ..LimitsOf::default() };
        let (approved_by, note) = (None, String::new());
        let (counter, float) = (CounterId(1), money("100.00"));
        let tariff = TariffId("flat".to_owned());
        let (account, policy, opening) = (ACCOUNT, Policy::default(), money("5.00"));
        for command in [
            Command::PublishTariff { text: FLAT.to_owned(), approved_by: None },
            Command::OpenAccount { account, tariff, policy, opening },
            Command::Counter(CounterOrder::Limit { limits, approved_by, note }),
            Command::Counter(CounterOrder::Open { counter, float }),
        ] {
            story.order(command).expect("the office opens");
        }
        story
    }

    fn order(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        self.keys += 1;
        let key = IdempotencyKey::try_from(format!("story-key-{}", self.keys)).ok();
        let order = Order { book: Book::Live, now: self.now, by: CASHIER, key, command };
        let events = self.site.carry_out(&order)?;
        self.kept.extend(events.iter().map(|event| (self.now, event.clone())));
        Ok(events)
    }

    fn agreed(&mut self, what: Grave) -> Result<Vec<Event>, Refusal> {
        let looked = Command::MayAsk { what: what.clone(), reason: "moves out".to_owned() };
        assert_eq!(self.order(looked)?, [], "asking changes nothing");
        let (approval, tariff, matter, approved_by) = (1, None, None, Some(SECOND));
        let act = Act::ApprovalGiven { approval, tariff, asked_by: CASHIER, matter, approved_by };
        let (note, reason) = (String::new(), "moves out".to_owned());
        let command = Box::new(Command::Grave { what, reason });
        self.order(Command::Approved { act, note, command })
    }

    fn step(&mut self, line: &str) {
        self.now = self.now + Span::from_mins(1);
        let words: Vec<_> = line.split_whitespace().collect();
        let account = ACCOUNT;
        let done = match words.as_slice() {
            ["sell", amount] => self.order(Command::Sell {
                account,
                amount: money(amount),
                tender: Tender::Card,
                handed: None,
                reference: String::new(),
            }),
            ["give", amount] => self.agreed(Grave::Adjust {
                account,
                adjusting: Adjusting::FreeCredit,
                amount: money(amount),
                cause: Cause::Goodwill,
            }),
            // Stands in for use.
            ["use", amount] => self.agreed(Grave::Adjust {
                account,
                adjusting: Adjusting::Correction,
                amount: -money(amount),
                cause: Cause::Other,
            }),
            ["owe", amount] => self.order(Command::AddArrears {
                account,
                amount: money(amount),
                collection: Collection::Payments {
                    share: Share::try_from(1_000).expect("a share"),
                    weekly_cap: None,
                },
                reason: "brought along".to_owned(),
            }),
            ["refund", amount] => {
                let (amount, reason) = (money(amount), "moves out".to_owned());
                self.order(Command::Refund { account, amount, reason })
            }
            ["refund", amount, "silently"] => {
                let (amount, reason) = (money(amount), " ".to_owned());
                self.order(Command::Refund { account, amount, reason })
            }
            ["refund", amount, "by", "two"] => {
                self.agreed(Grave::Refund { account, amount: money(amount) })
            }
            ["reverse", no] => {
                let receipt = ReceiptNo(no.parse().expect("a number"));
                self.order(Command::Reverse { receipt, reason: "typed wrong".to_owned() })
            }
            ["safe", amount] => self.order(Command::Counter(CounterOrder::MoveCash {
                shift: ShiftNo(1),
                amount: -money(amount),
                with: CashPlace::Safe,
                reason: "too much".to_owned(),
            })),
            ["wait", hours] => {
                self.now = self.now + Span::from_hours(hours.parse().expect("hours"));
                return;
            }
            ["close"] => {
                let counters = self.site.counters(Book::Live).into_owned();
                let counted = counters.of(CASHIER).expect("a shift").expected();
                let (shift, note) = (ShiftNo(1), String::new());
                self.order(Command::Counter(CounterOrder::Close { shift, counted, note }))
            }
            _ => panic!("what is `{line}`?"),
        };
        let account = self.site.accounts().get(&ACCOUNT).expect("the account");
        let counters = self.site.counters(Book::Live);
        let cash = counters.of(CASHIER).map(|shift| shift.expected().cash);
        let shown = |amount: Money| amount.to_decimal(Currency::CNY).to_string();
        let cash = cash.map_or_else(|| "-".to_owned(), shown);
        let (credit, most) = (shown(account.credit()), shown(account.refundable()));
        let refused = done.err().map(|refusal| format!(" REFUSED: {refusal}")).unwrap_or_default();
        writeln!(
            self.told,
            "{line:<20} -> credit {credit:>6}, of it cash back {most:>6}, till {cash}{refused}"
        )
        .expect("a string takes every text");
    }

    fn tell(steps: &str) -> Self {
        let mut story = Self::begin();
        for step in steps.split('/') {
            story.step(step.trim());
        }
        story
    }
}

fn check(steps: &str, told: Expect) {
    told.assert_eq(&Story::tell(steps).told);
}

#[test]
fn one_person_gives_back_up_to_the_days_limit_and_two_what_is_above_it() {
    check(
        "sell 60 / refund 20.01 / refund 19.99 / refund 0.02 / refund 0.01 / refund 0.01 / refund 20.01 by two
         / refund 0 / refund -1 / refund 1 silently / refund 25.00 by two / wait 24 / refund 20.00 / refund 0.01
         / refund 4.99 by two / refund 0.01",
        expect![[r#"
            sell 60              -> credit  65.00, of it cash back  65.00, till 100.00
            refund 20.01         -> credit  65.00, of it cash back  65.00, till 100.00 REFUSED: a second person has to approve it; that cannot be who asked for it
            refund 19.99         -> credit  45.01, of it cash back  45.01, till 80.01
            refund 0.02          -> credit  45.01, of it cash back  45.01, till 80.01 REFUSED: a second person has to approve it; that cannot be who asked for it
            refund 0.01          -> credit  45.00, of it cash back  45.00, till 80.00
            refund 0.01          -> credit  45.00, of it cash back  45.00, till 80.00 REFUSED: a second person has to approve it; that cannot be who asked for it
            refund 20.01 by two  -> credit  24.99, of it cash back  24.99, till 59.99
            refund 0             -> credit  24.99, of it cash back  24.99, till 59.99 REFUSED: what is given back in cash is above zero and at most 2499 minor units: credit that was paid for, less what is owed
            refund -1            -> credit  24.99, of it cash back  24.99, till 59.99 REFUSED: what is given back in cash is above zero and at most 2499 minor units: credit that was paid for, less what is owed
            refund 1 silently    -> credit  24.99, of it cash back  24.99, till 59.99 REFUSED: a reason is required
            refund 25.00 by two  -> credit  24.99, of it cash back  24.99, till 59.99 REFUSED: what is given back in cash is above zero and at most 2499 minor units: credit that was paid for, less what is owed
            refund 20.00         -> credit   4.99, of it cash back   4.99, till 39.99
            refund 0.01          -> credit   4.99, of it cash back   4.99, till 39.99 REFUSED: a second person has to approve it; that cannot be who asked for it
            refund 4.99 by two   -> credit   0.00, of it cash back   0.00, till 35.00
            refund 0.01          -> credit   0.00, of it cash back   0.00, till 35.00 REFUSED: what is given back in cash is above zero and at most 0 minor units: credit that was paid for, less what is owed
        "#]],
    );
}

#[test]
fn gifts_stay_and_what_was_paid_is_used_before_them() {
    check(
        "give 10 / refund 5.01 / use 2 / refund 3.01 / use 5 / refund 0.01 / sell 4 / refund 4.01 / refund 4",
        expect![[r#"
            give 10              -> credit  15.00, of it cash back   5.00, till 100.00
            refund 5.01          -> credit  15.00, of it cash back   5.00, till 100.00 REFUSED: what is given back in cash is above zero and at most 500 minor units: credit that was paid for, less what is owed
            use 2                -> credit  13.00, of it cash back   3.00, till 100.00
            refund 3.01          -> credit  13.00, of it cash back   3.00, till 100.00 REFUSED: what is given back in cash is above zero and at most 300 minor units: credit that was paid for, less what is owed
            use 5                -> credit   8.00, of it cash back   0.00, till 100.00
            refund 0.01          -> credit   8.00, of it cash back   0.00, till 100.00 REFUSED: what is given back in cash is above zero and at most 0 minor units: credit that was paid for, less what is owed
            sell 4               -> credit  12.00, of it cash back   4.00, till 100.00
            refund 4.01          -> credit  12.00, of it cash back   4.00, till 100.00 REFUSED: what is given back in cash is above zero and at most 400 minor units: credit that was paid for, less what is owed
            refund 4             -> credit   8.00, of it cash back   0.00, till 96.00
        "#]],
    );
}

#[test]
fn what_is_owed_is_kept_back() {
    check(
        "sell 10 / owe 12 / refund 3.01 / refund 3 / refund 0.01",
        expect![[r#"
        sell 10              -> credit  15.00, of it cash back  15.00, till 100.00
        owe 12               -> credit  15.00, of it cash back   3.00, till 100.00
        refund 3.01          -> credit  15.00, of it cash back   3.00, till 100.00 REFUSED: what is given back in cash is above zero and at most 300 minor units: credit that was paid for, less what is owed
        refund 3             -> credit  12.00, of it cash back   0.00, till 97.00
        refund 0.01          -> credit  12.00, of it cash back   0.00, till 97.00 REFUSED: what is given back in cash is above zero and at most 0 minor units: credit that was paid for, less what is owed
    "#]],
    );
}

#[test]
fn the_till_gives_no_more_than_it_holds_and_nothing_once_it_is_counted() {
    check(
        "sell 60 / safe 90 / refund 10.01 / refund 10 / refund 0.01 / close / refund 0.01 / refund 5 by two",
        expect![[r#"
            sell 60              -> credit  65.00, of it cash back  65.00, till 100.00
            safe 90              -> credit  65.00, of it cash back  65.00, till 10.00
            refund 10.01         -> credit  65.00, of it cash back  65.00, till 10.00 REFUSED: there is not so much cash in the till of shift 1
            refund 10            -> credit  55.00, of it cash back  55.00, till 0.00
            refund 0.01          -> credit  55.00, of it cash back  55.00, till 0.00 REFUSED: there is not so much cash in the till of shift 1
            close                -> credit  55.00, of it cash back  55.00, till -
            refund 0.01          -> credit  55.00, of it cash back  55.00, till - REFUSED: no shift is open; open one at a counter before money is taken or given back
            refund 5 by two      -> credit  55.00, of it cash back  55.00, till - REFUSED: no shift is open; open one at a counter before money is taken or given back
        "#]],
    );
}

#[test]
fn what_was_given_back_cannot_be_taken_back_as_a_sale_too() {
    check(
        "sell 10 / refund 10 / reverse 1 / use 0.01",
        expect![[r#"
        sell 10              -> credit  15.00, of it cash back  15.00, till 100.00
        refund 10            -> credit   5.00, of it cash back   5.00, till 90.00
        reverse 1            -> credit   5.00, of it cash back   5.00, till 90.00 REFUSED: it would leave the account 500 minor units below zero, because some of it is used already; a second person may approve it as a debt of the account
        use 0.01             -> credit   4.99, of it cash back   4.99, till 90.00
    "#]],
    );
}

/// What a story kept, as records.
pub(crate) fn recorded(steps: &str) -> Vec<Record> {
    sealed(&Story::tell(steps).kept)
}

#[test]
fn a_refund_posts_cash_against_credit_and_stands_in_the_z_report() {
    let story = Story::tell("sell 30 / give 2 / refund 15 / refund 18 by two / sell 7 / close");
    let mut fresh = Site::new(story.site.zone().clone());
    let mut paid_out = Vec::new();
    for record in sealed(&story.kept) {
        fresh.replay(&record).expect("what was written is read back");
        if let Ok(Event::Refunded(refund)) = Event::from_body(&record.body) {
            let side = |code| record.postings.iter().find(|side| side.code == code);
            let [cash, credit] =
                [Code::Cash, Code::Prepaid].map(|code| side(code).expect("a side"));
            paid_out.push((refund.receipt.0, cash.amount.minor(), credit.amount.minor()));
        }
    }
    assert_eq!(paid_out, [(2, -1_500, 1_500), (3, -1_800, 1_800)]);
    let closed = story.kept.iter().find_map(|(_, event)| {
        let Event::Counter(CounterFact::Closed(closed)) = event else { return None };
        Some(closed.clone())
    });
    let closed = closed.expect("a Z report");
    let cash = closed.totals.cash;
    assert_eq!((cash.refunds, cash.refunded), (2, money("33.00")));
    assert_eq!((closed.expected.cash, closed.totals.last), (money("67.00"), Some(ReceiptNo(4))));
    let account = |site: &Site| {
        let account = site.accounts().get(&ACCOUNT).expect("the account");
        (account.posted(), account.refundable())
    };
    assert_eq!(account(&fresh), account(&story.site));
}
