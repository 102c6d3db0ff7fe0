//! Stories of mobile payments: the account of `tests` with 1.00 to its name.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::tests::FLAT;
use crate::event::Event;
use crate::id::{
    AccountId, Book, IdempotencyKey, PaymentId, ProviderId, ReceiptNo, StaffId, TariffId,
};
use crate::ledger::balanced;
use crate::money::{Currency, Money};
use crate::pay::{End, Fact, Word};
use crate::policy::Policy;
use crate::site::{Command, Order, PaymentOrder, Refusal, Site};
use crate::time::{Span, Timestamp, Zone};
use crate::vend::Tender;

const ACCOUNT: AccountId = AccountId(3);

struct Story {
    site: Site,
    now: Timestamp,
    journal: Vec<(Timestamp, Event)>,
    told: String,
}

fn blank() -> Site {
    Site::new(Zone::named("Asia/Shanghai").expect("a zone"))
}

fn money(text: &str) -> Money {
    Money::parse(text, Currency::CNY).expect("an amount")
}

fn number(text: &str) -> PaymentId {
    text.parse().expect("a number")
}

impl Story {
    fn begin() -> Self {
        let now = Timestamp::parse("2026-07-01T08:00:00+08:00").expect("an instant");
        let mut story = Self { site: blank(), now, journal: Vec::new(), told: String::new() };
        let text = FLAT.to_owned();
        story.order("-", Command::PublishTariff { text, approved_by: None }).expect("published");
        let policy = Policy { hoarding_limit: money("200.00"), ..Policy::default() };
        let tariff = TariffId("flat".to_owned());
        let opening = money("1.00");
        let open = Command::OpenAccount { account: ACCOUNT, tariff, policy, opening };
        story.order("-", open).expect("opens");
        story
    }

    fn order(&mut self, key: &str, command: Command) -> Result<Vec<Event>, Refusal> {
        let key = IdempotencyKey::try_from(format!("story-key-{key}-{}", self.now.millis())).ok();
        let order = Order { book: Book::Live, now: self.now, by: StaffId(0), key, command };
        let events = self.site.carry_out(&order)?;
        self.journal.extend(events.iter().map(|event| (self.now, event.clone())));
        Ok(events)
    }

    fn step(&mut self, line: &str) {
        self.now = self.now + Span::from_mins(1);
        let words: Vec<_> = line.split_whitespace().collect();
        let provider = ProviderId("pay".to_owned());
        let text = |word: &str| word.to_owned();
        let hear = |payment, word| PaymentOrder::Hear { payment: number(payment), word };
        let end = |end| Word::Ended { end, note: String::new() };
        let payment = match words.as_slice() {
            ["begin", amount] => {
                PaymentOrder::Begin { account: ACCOUNT, amount: money(amount), provider }
            }
            ["charged", no] => {
                hear(no, Word::Charged { code: text("https://pay"), expires: self.now })
            }
            ["silence", no] => hear(no, Word::Unanswered),
            ["void", no] => hear(no, end(End::Voided)),
            ["expire", no] => hear(no, end(End::Expired)),
            ["paid", no, amount, transaction] => {
                let known = self.site.payments().get(number(no));
                let charge = known.map_or_else(|| text("MH9-0"), |known| known.charge.clone());
                let (transaction, paid) = (text(transaction), money(amount));
                PaymentOrder::Paid { provider, charge, transaction, paid }
            }
            ["refund", no] => PaymentOrder::Refund { payment: number(no), reason: text("twice") },
            ["refunded", no] => hear(no, Word::Refunded { refund: text("R-1") }),
            ["refused", no] => hear(no, Word::RefundRefused { why: text("no funds") }),
            ["again", no] => PaymentOrder::RefundAgain { payment: number(no) },
            ["credit", no] => PaymentOrder::Credit { payment: number(no), reason: text("wanted") },
            ["reverse", no] => {
                let receipt = ReceiptNo(no.parse().expect("a number"));
                let command = Command::Reverse { receipt, reason: text("wrong flat") };
                let done = self.order("reverse", command);
                return self.tell(line, done);
            }
            other => panic!("no step {other:?}"),
        };
        let done = self.order("payment", Command::Payment(payment));
        self.tell(line, done);
    }

    fn tell(&mut self, line: &str, done: Result<Vec<Event>, Refusal>) {
        let what = match done {
            Err(refusal) => format!("REFUSED: {refusal}"),
            Ok(events) => {
                let what: Vec<_> = events.iter().filter_map(brief).collect();
                if what.is_empty() { "nothing".to_owned() } else { what.join(", ") }
            }
        };
        let states: Vec<_> = self.site.payments().latest().collect();
        let states: Vec<_> =
            states.iter().rev().map(|one| format!("{} {:?}", one.payment, one.state)).collect();
        let credit = self.site.accounts()[&ACCOUNT].posted().to_decimal(Currency::CNY);
        let states = states.join(", ");
        writeln!(self.told, "{line:<18} -> {credit:>6} | {states:<22} | {what}").unwrap();
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the stories tell of a few kinds")]
fn brief(event: &Event) -> Option<String> {
    match event {
        Event::Payment(Fact::Confirmed { transaction, .. }) => {
            Some(format!("{transaction} confirmed"))
        }
        Event::Sold(sale) => {
            assert_eq!(sale.tender, Tender::Mobile);
            let amount = sale.amount.to_decimal(Currency::CNY);
            Some(format!("receipt {} {amount} by {}", sale.receipt, sale.reference))
        }
        Event::Reversed(reversal) => {
            Some(format!("receipt {} takes back {}", reversal.receipt, reversal.of))
        }
        Event::Payment(_) => None,
        other => Some(other.to_body()),
    }
}

fn check(script: &str, expected: Expect) {
    let mut story = Story::begin();
    for line in script.split('/') {
        story.step(line.trim());
    }
    expected.assert_eq(&story.told);
    // The journal alone leads to the same payments and the same money, and every fact balances.
    let mut again = blank();
    for (at, event) in &story.journal {
        assert!(balanced(&event.postings()), "{event:?}");
        let read = Event::from_body(&event.to_body()).expect("what was written is read");
        assert_eq!(&read, event);
        again.apply(Book::Live, *at, StaffId(0), &read);
    }
    let payments = |site: &Site| site.payments().latest().cloned().collect::<Vec<_>>();
    assert_eq!(payments(&again), payments(&story.site));
    assert_eq!(again.accounts()[&ACCOUNT].posted(), story.site.accounts()[&ACCOUNT].posted());
}

#[test]
fn one_transaction_becomes_one_sale_however_often_it_is_told() {
    check(
        "begin 50 / charged 1 / paid 1 50 T-1 / paid 1 50 T-1 / paid 1 50 T-1 / void 1 / charged 1",
        expect![[r#"
            begin 50           ->   1.00 | 1 Begun                | nothing
            charged 1          ->   1.00 | 1 Pending              | nothing
            paid 1 50 T-1      ->  51.00 | 1 Applied              | T-1 confirmed, receipt 1 50.00 by T-1
            paid 1 50 T-1      ->  51.00 | 1 Applied              | nothing
            paid 1 50 T-1      ->  51.00 | 1 Applied              | nothing
            void 1             ->  51.00 | 1 Applied              | REFUSED: payment 1 is applied; that cannot be done with it
            charged 1          ->  51.00 | 1 Applied              | nothing
        "#]],
    );
}

#[test]
fn no_answer_is_unknown_and_asking_brings_the_truth() {
    check(
        "begin 50 / silence 1 / charged 1 / begin 20 / silence 2 / paid 2 20 T-2 / begin 10 / silence 3 / expire 3",
        expect![[r#"
            begin 50           ->   1.00 | 1 Begun                | nothing
            silence 1          ->   1.00 | 1 Unknown              | nothing
            charged 1          ->   1.00 | 1 Pending              | nothing
            begin 20           ->   1.00 | 1 Pending, 2 Begun     | nothing
            silence 2          ->   1.00 | 1 Pending, 2 Unknown   | nothing
            paid 2 20 T-2      ->  21.00 | 1 Pending, 2 Applied   | T-2 confirmed, receipt 1 20.00 by T-2
            begin 10           ->  21.00 | 1 Pending, 2 Applied, 3 Begun | nothing
            silence 3          ->  21.00 | 1 Pending, 2 Applied, 3 Unknown | nothing
            expire 3           ->  21.00 | 1 Pending, 2 Applied, 3 Expired | nothing
        "#]],
    );
}

#[test]
fn money_that_comes_late_or_with_another_amount_is_taken_as_it_comes() {
    check(
        "begin 50 / charged 1 / expire 1 / paid 1 50 T-1 / begin 50 / charged 2 / void 2 / paid 2 49.99 T-2
         / begin 100 / begin 1 / paid 3 250 T-3 / begin 10",
        expect![[r#"
            begin 50           ->   1.00 | 1 Begun                | nothing
            charged 1          ->   1.00 | 1 Pending              | nothing
            expire 1           ->   1.00 | 1 Expired              | nothing
            paid 1 50 T-1      ->  51.00 | 1 Applied              | T-1 confirmed, receipt 1 50.00 by T-1
            begin 50           ->  51.00 | 1 Applied, 2 Begun     | nothing
            charged 2          ->  51.00 | 1 Applied, 2 Pending   | nothing
            void 2             ->  51.00 | 1 Applied, 2 Voided    | nothing
            paid 2 49.99 T-2   -> 100.99 | 1 Applied, 2 Applied   | T-2 confirmed, receipt 2 49.99 by T-2
            begin 100          -> 100.99 | 1 Applied, 2 Applied   | REFUSED: the amount is above the largest allowed of 9901 minor units
            begin 1            -> 100.99 | 1 Applied, 2 Applied, 3 Begun | nothing
            paid 3 250 T-3     -> 350.99 | 1 Applied, 2 Applied, 3 Applied | T-3 confirmed, receipt 3 250.00 by T-3
            begin 10           -> 350.99 | 1 Applied, 2 Applied, 3 Applied | REFUSED: the amount is above the largest allowed of 0 minor units
        "#]],
    );
}

#[test]
fn a_second_payment_of_one_charge_waits_for_somebody() {
    check(
        "begin 50 / paid 1 50 T-1 / paid 1 50 T-2 / paid 1 50 T-2 / refund 2 / silence 2 / refunded 2
         / paid 1 30 T-3 / credit 3 / credit 3 / refund 3",
        expect![[r#"
            begin 50           ->   1.00 | 1 Begun                | nothing
            paid 1 50 T-1      ->  51.00 | 1 Applied              | T-1 confirmed, receipt 1 50.00 by T-1
            paid 1 50 T-2      ->  51.00 | 1 Applied, 2 Confirmed | T-2 confirmed
            paid 1 50 T-2      ->  51.00 | 1 Applied, 2 Confirmed | nothing
            refund 2           ->  51.00 | 1 Applied, 2 Refunding | nothing
            silence 2          ->  51.00 | 1 Applied, 2 RefundUnknown | nothing
            refunded 2         ->  51.00 | 1 Applied, 2 Refunded  | nothing
            paid 1 30 T-3      ->  51.00 | 1 Applied, 2 Refunded, 3 Confirmed | T-3 confirmed
            credit 3           ->  81.00 | 1 Applied, 2 Refunded, 3 Applied | receipt 2 30.00 by T-3
            credit 3           ->  81.00 | 1 Applied, 2 Refunded, 3 Applied | REFUSED: payment 3 is applied; that cannot be done with it
            refund 3           ->  81.00 | 1 Applied, 2 Refunded, 3 Applied | REFUSED: payment 3 is applied; that cannot be done with it
        "#]],
    );
}

#[test]
fn a_reversal_takes_the_credit_and_then_asks_for_the_money() {
    check(
        "begin 50 / paid 1 50 T-1 / reverse 1 / reverse 1 / silence 1 / refunded 1 / refunded 1",
        expect![[r#"
            begin 50           ->   1.00 | 1 Begun                | nothing
            paid 1 50 T-1      ->  51.00 | 1 Applied              | T-1 confirmed, receipt 1 50.00 by T-1
            reverse 1          ->   1.00 | 1 Refunding            | receipt 2 takes back 1
            reverse 1          ->   1.00 | 1 Refunding            | REFUSED: receipt 1 is a reversal or was reversed already
            silence 1          ->   1.00 | 1 RefundUnknown        | nothing
            refunded 1         ->   1.00 | 1 Refunded             | nothing
            refunded 1         ->   1.00 | 1 Refunded             | nothing
        "#]],
    );
}

#[test]
fn a_refused_refund_is_asked_again_or_becomes_credit_again() {
    check(
        "begin 50 / paid 1 50 T-1 / reverse 1 / refused 1 / again 1 / refused 1 / credit 1 / reverse 3 / refunded 1",
        expect![[r#"
            begin 50           ->   1.00 | 1 Begun                | nothing
            paid 1 50 T-1      ->  51.00 | 1 Applied              | T-1 confirmed, receipt 1 50.00 by T-1
            reverse 1          ->   1.00 | 1 Refunding            | receipt 2 takes back 1
            refused 1          ->   1.00 | 1 RefundRefused        | nothing
            again 1            ->   1.00 | 1 Refunding            | nothing
            refused 1          ->   1.00 | 1 RefundRefused        | nothing
            credit 1           ->  51.00 | 1 Applied              | receipt 3 50.00 by T-1
            reverse 3          ->   1.00 | 1 Refunding            | receipt 4 takes back 3
            refunded 1         ->   1.00 | 1 Refunded             | nothing
        "#]],
    );
}

#[test]
fn nothing_is_paid_back_that_was_not_paid_and_strangers_are_named() {
    check(
        "begin 50 / refund 1 / refunded 1 / paid 9 50 T-9 / paid 1 0 T-1 / begin 500 / credit 7",
        expect![[r#"
            begin 50           ->   1.00 | 1 Begun                | nothing
            refund 1           ->   1.00 | 1 Begun                | REFUSED: payment 1 is just begun; that cannot be done with it
            refunded 1         ->   1.00 | 1 Begun                | REFUSED: payment 1 is just begun; that cannot be done with it
            paid 9 50 T-9      ->   1.00 | 1 Begun                | REFUSED: no payment was ever begun as `MH9-0`
            paid 1 0 T-1       ->   1.00 | 1 Begun                | REFUSED: a payment needs the provider's transaction and an amount above zero
            begin 500          ->   1.00 | 1 Begun                | REFUSED: the amount is above the largest allowed of 19900 minor units
            credit 7           ->   1.00 | 1 Begun                | REFUSED: there is no payment 7
        "#]],
    );
}

#[test]
fn a_payment_needs_a_key_and_its_name_for_the_provider_comes_from_it() {
    let mut story = Story::begin();
    let begin = PaymentOrder::Begin {
        account: ACCOUNT,
        amount: money("5.00"),
        provider: ProviderId("pay".to_owned()),
    };
    let (book, now, by) = (Book::Live, story.now, StaffId(1));
    let order = Order { book, now, by, key: None, command: Command::Payment(begin.clone()) };
    assert_eq!(story.site.carry_out(&order), Err(Refusal::NoKey));
    story.order("a", Command::Payment(begin.clone())).expect("begins");
    story.order("b", Command::Payment(begin)).expect("begins");
    let charges: Vec<_> = story.site.payments().latest().map(|one| one.charge.clone()).collect();
    assert_eq!(charges, ["MH2-35ebd20b", "MH1-556cdf21"]);
}
