//! Every word in every state.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;

const ALL: [State; 12] = [
    State::Begun,
    State::Pending,
    State::Unknown,
    State::Confirmed,
    State::Applied,
    State::Voided,
    State::Failed,
    State::Expired,
    State::Refunding,
    State::RefundUnknown,
    State::RefundRefused,
    State::Refunded,
];

fn check(word: &Word, expected: Expect) {
    let begun = Begun {
        payment: PaymentId(1),
        account: AccountId(3),
        amount: Money::from_minor(5_000),
        provider: ProviderId("pay".to_owned()),
        charge: "MH1-0".to_owned(),
    };
    let mut told = String::new();
    for state in ALL {
        let blank = Payment::begin(&begun, Book::Live, StaffId(1), Timestamp::default());
        let mut payment = Payment { state, ..blank };
        let became = match payment.hear(word) {
            Ok(Some(fact)) => {
                payment.apply(&fact);
                format!("{:?}", payment.state)
            }
            Ok(None) => "no news".to_owned(),
            Err(state) => format!("REFUSED in {state:?}"),
        };
        let state = format!("{state:?}");
        writeln!(told, "{state:<14} {became}").unwrap();
    }
    expected.assert_eq(&told);
}

#[test]
fn a_charge_opens_only_what_waits_for_it() {
    check(
        &Word::Charged { code: "c".to_owned(), expires: Timestamp::default() },
        expect![[r#"
        Begun          Pending
        Pending        no news
        Unknown        Pending
        Confirmed      no news
        Applied        no news
        Voided         no news
        Failed         no news
        Expired        no news
        Refunding      no news
        RefundUnknown  no news
        RefundRefused  no news
        Refunded       no news
    "#]],
    );
}

#[test]
fn no_answer_is_unknown_and_never_an_end() {
    check(
        &Word::Unanswered,
        expect![[r#"
        Begun          Unknown
        Pending        no news
        Unknown        no news
        Confirmed      no news
        Applied        no news
        Voided         no news
        Failed         no news
        Expired        no news
        Refunding      RefundUnknown
        RefundUnknown  no news
        RefundRefused  no news
        Refunded       no news
    "#]],
    );
}

#[test]
fn an_end_never_touches_money_that_is_there() {
    check(
        &Word::Ended { end: End::Voided, note: String::new() },
        expect![[r#"
        Begun          Voided
        Pending        Voided
        Unknown        Voided
        Confirmed      REFUSED in Confirmed
        Applied        REFUSED in Applied
        Voided         no news
        Failed         no news
        Expired        no news
        Refunding      REFUSED in Refunding
        RefundUnknown  REFUSED in RefundUnknown
        RefundRefused  REFUSED in RefundRefused
        Refunded       REFUSED in Refunded
    "#]],
    );
}

#[test]
fn a_refund_is_done_once() {
    check(
        &Word::Refunded { refund: "r".to_owned() },
        expect![[r#"
        Begun          REFUSED in Begun
        Pending        REFUSED in Pending
        Unknown        REFUSED in Unknown
        Confirmed      REFUSED in Confirmed
        Applied        REFUSED in Applied
        Voided         REFUSED in Voided
        Failed         REFUSED in Failed
        Expired        REFUSED in Expired
        Refunding      Refunded
        RefundUnknown  Refunded
        RefundRefused  Refunded
        Refunded       no news
    "#]],
    );
}

#[test]
fn a_refused_refund_waits_for_somebody() {
    check(
        &Word::RefundRefused { why: "no funds".to_owned() },
        expect![[r#"
        Begun          REFUSED in Begun
        Pending        REFUSED in Pending
        Unknown        REFUSED in Unknown
        Confirmed      REFUSED in Confirmed
        Applied        REFUSED in Applied
        Voided         REFUSED in Voided
        Failed         REFUSED in Failed
        Expired        REFUSED in Expired
        Refunding      RefundRefused
        RefundUnknown  RefundRefused
        RefundRefused  no news
        Refunded       REFUSED in Refunded
    "#]],
    );
}
