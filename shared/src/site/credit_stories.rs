//! Stories of credit: the restore minimum, the overdraft, emergency credit (product rules 2 and 5): each at its border and on both sides of it.

use expect_test::expect;

use super::{check, money, terms};
use crate::policy::{Emergency, EmergencyStart, Policy};

#[test]
fn supply_comes_back_at_the_restore_minimum_and_not_a_cent_below() {
    check(
        terms(),
        "use 5.00 / sell 0.99 / at 08:05 / sell 1.00 / use 1.00 / sell 1.00",
        expect![[r#"
            08:00:12 use 5.00         0.00 NoCredit   warning 1, cut NoCredit
            08:00:12 sell 0.99        0.00 NoCredit   REFUSED: the amount is below the least sale of 100 minor units
            08:05:00 sell 1.00        1.00 on         Credit 1.00, lifted NoCredit
            08:05:11 use 1.00         0.00 on         warning 2
            08:05:11 sell 1.00        1.00 on         Credit 1.00
        "#]],
    );
    let zero = Policy { restore_minimum: money("0.00"), ..terms() };
    check(
        zero,
        "use 6.00 / at 08:05 / sell 1.00 / sell 1.00",
        expect![[r#"
        08:00:12 use 6.00        -1.00 NoCredit   warning 1, cut NoCredit
        08:05:00 sell 1.00        0.00 NoCredit   Overdrawn 1.00
        08:05:00 sell 1.00        1.00 on         Credit 1.00, lifted NoCredit
    "#]],
    );
}

#[test]
fn an_overdraft_is_used_to_its_last_cent() {
    let policy = Policy { overdraft: money("3.00"), ..terms() };
    check(
        policy,
        "use 5.00 / use 2.99 / use 0.01 / at 08:05 / sell 3.50 / sell 1.00",
        expect![[r#"
            08:00:11 use 5.00         0.00 on         warning 1
            08:00:21 use 2.99        -2.99 on
            08:00:32 use 0.01        -3.00 NoCredit   cut NoCredit
            08:05:00 sell 3.50        0.50 NoCredit   Overdrawn 3.00 + Credit 0.50
            08:05:00 sell 1.00        1.50 on         Credit 1.00, lifted NoCredit
        "#]],
    );
}

#[test]
fn emergency_credit_is_offered_taken_repaid_first_and_offered_again_only_at_a_new_crossing() {
    let emergency = Some(Emergency {
        limit: money("6.00"),
        offer_at: money("0.50"),
        start: EmergencyStart::Manual,
    });
    check(
        Policy { emergency, ..terms() },
        "emergency / use 4.49 / use 0.01 / emergency / use 3.50 / sell 2.00 / sell 1.30 / emergency
         / sell 1.00 / use 0.90 / emergency / use 6.40 / at 08:05 / sell 6.00 / sell 3.00",
        expect![[r#"
            08:00:01 emergency        5.00 on         REFUSED: no emergency credit is offered to account 3 at present
            08:00:11 use 4.49         0.51 on         warning 1
            08:00:21 use 0.01         0.50 on         offered
            08:00:21 emergency        0.50 on         begun
            08:00:31 use 3.50        -3.00 on
            08:00:31 sell 2.00       -1.00 on         EmergencyCredit 2.00
            08:00:31 sell 1.30        0.30 on         EmergencyCredit 1.00 + Credit 0.30, repaid
            08:00:31 emergency        0.30 on         REFUSED: no emergency credit is offered to account 3 at present
            08:00:31 sell 1.00        1.30 on         Credit 1.00, offer armed
            08:00:41 use 0.90         0.40 on         warning 2, offered
            08:00:41 emergency        0.40 on         begun
            08:00:52 use 6.40        -6.00 NoCredit   cut NoCredit
            08:05:00 sell 6.00        0.00 NoCredit   EmergencyCredit 6.00, repaid
            08:05:00 sell 3.00        3.00 on         Credit 3.00, lifted NoCredit, offer armed
        "#]],
    );
}

#[test]
fn emergency_credit_begins_by_itself_where_the_terms_say_so() {
    let emergency = Some(Emergency {
        limit: money("6.00"),
        offer_at: money("0.50"),
        start: EmergencyStart::Automatic,
    });
    check(
        Policy { emergency, ..terms() },
        "use 4.99 / use 0.01 / use 5.99 / use 0.01 / at 08:05 / sell 7.50",
        expect![[r#"
            08:00:11 use 4.99         0.01 on         warning 1, offered
            08:00:21 use 0.01         0.00 on         begun
            08:00:31 use 5.99        -5.99 on
            08:00:42 use 0.01        -6.00 NoCredit   cut NoCredit
            08:05:00 sell 7.50        1.50 on         EmergencyCredit 6.00 + Credit 1.50, repaid, lifted NoCredit, offer armed
        "#]],
    );
}

#[test]
fn a_cut_customer_who_takes_emergency_credit_has_supply_again() {
    let emergency = Some(Emergency {
        limit: money("6.00"),
        offer_at: money("0.50"),
        start: EmergencyStart::Manual,
    });
    check(
        Policy { emergency, ..terms() },
        "use 5.00 / at 08:05 / emergency / use 5.99 / use 0.01 / at 08:07",
        expect![[r#"
            08:00:12 use 5.00         0.00 NoCredit   warning 1, offered, cut NoCredit
            08:05:00 emergency        0.00 on         begun, lifted NoCredit
            08:05:10 use 5.99        -5.99 on
            08:05:21 use 0.01        -6.00 on
            08:06:00                 -6.00 NoCredit   cut NoCredit
        "#]],
    );
}
