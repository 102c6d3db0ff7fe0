//! Stories of the supply: protection, pauses, confirmation, rest (product rules 2, 3 and 4): each at its border and on both sides of it.

use expect_test::expect;

use super::{check, every_day, terms};
use crate::policy::{Policy, RestoreMode};

#[test]
fn a_protected_supply_is_opened_by_nothing_until_the_protection_ends() {
    check(
        terms(),
        "use 5.00 / at 08:05 / protect until 09:00 / cut / use 1.00 / protect until 07:00 / at 09:05 / unprotect",
        expect![[r#"
            08:00:12 use 5.00         0.00 NoCredit   warning 1, cut NoCredit
            08:05:00 protect until 09:00   0.00 on         protected, lifted NoCredit
            08:05:00 cut              0.00 on         REFUSED: supply of meter 7 is protected and is not cut; take the protection back first
            08:05:10 use 1.00        -1.00 on
            08:05:10 protect until 07:00  -1.00 on         REFUSED: that time is past already
            09:00:00                 -1.00 NoCredit   unprotected, cut NoCredit
            09:05:00 unprotect       -1.00 NoCredit   REFUSED: supply of meter 7 is not protected
        "#]],
    );
    check(
        terms(),
        "cut / protect / unprotect / restore / protect / unprotect",
        expect![[r#"
        08:00:01 cut              5.00 Operator   cut Operator
        08:00:01 protect          5.00 on         protected
        08:00:01 unprotect        5.00 Operator   unprotected
        08:00:01 restore          5.00 on         lifted Operator
        08:00:01 protect          5.00 on         protected
        08:00:01 unprotect        5.00 on         unprotected
    "#]],
    );
    let night = Policy { no_cut: Some(every_day(&["22:00-07:00"])), ..terms() };
    check(
        night,
        "use 5.00 / at 08:05 / protect until 23:00 / use 0.10 / at +07:10",
        expect![[r#"
        08:00:12 use 5.00         0.00 NoCredit   warning 1, cut NoCredit
        08:05:00 protect until 23:00   0.00 on         protected, lifted NoCredit
        08:05:10 use 0.10        -0.10 on
        23:00:00                 -0.10 on         unprotected, cut announced 2
        07:00:00                 -0.10 NoCredit   cut NoCredit
    "#]],
    );
}

#[test]
fn a_paused_and_a_postpaid_account_are_neither_warned_nor_cut() {
    check(
        terms(),
        "pause / use 6.00 / pause / resume / use 0.10 / pause / resume / resume",
        expect![[r#"
            08:00:01 pause            5.00 on         paused
            08:00:11 use 6.00        -1.00 on
            08:00:11 pause           -1.00 on         REFUSED: account 3 is paused already
            08:00:11 resume          -1.00 on         resumed
            08:00:21 use 0.10        -1.10 NoCredit   warning 1, cut NoCredit
            08:00:21 pause           -1.10 on         paused, lifted NoCredit
            08:00:21 resume          -1.10 on         resumed
            08:00:21 resume          -1.10 on         REFUSED: account 3 is not paused
        "#]],
    );
    check(
        terms(),
        "use 6.00 / postpaid 09:00 / postpaid 07:00 / at 09:01 / use 1.00",
        expect![[r#"
            08:00:12 use 6.00        -1.00 NoCredit   warning 1, cut NoCredit
            08:00:12 postpaid 09:00  -1.00 NoCredit   policy-published
            08:00:12 postpaid 07:00  -1.00 NoCredit   REFUSED: that time is past already
            09:00:00                 -1.00 on         lifted NoCredit
            09:01:10 use 1.00        -2.00 on
        "#]],
    );
}

#[test]
fn with_permit_the_supply_waits_for_a_confirmation_or_the_button_at_the_meter() {
    let policy = Policy { restore: RestoreMode::Permit, ..terms() };
    check(
        policy,
        "use 5.00 / at 08:05 / sell 5.00 / at 09:00 / confirm / confirm / cut / restore / press
         / use 5.00 / protect / confirm",
        expect![[r#"
            08:00:12 use 5.00         0.00 NoCredit   warning 1, cut NoCredit
            08:05:00 sell 5.00        5.00 armed      Credit 5.00, lifted NoCredit
            09:00:00 confirm          5.00 on         confirmed
            09:00:00 confirm          5.00 on         REFUSED: supply of meter 7 waits for nobody's confirmation
            09:00:00 cut              5.00 Operator   cut Operator
            09:00:00 restore          5.00 armed      lifted Operator
            09:00:00 press            5.00 on         confirmed
            09:00:11 use 5.00         0.00 NoCredit   warning 2, cut NoCredit
            09:00:11 protect          0.00 armed      protected, lifted NoCredit
            09:00:11 confirm          0.00 on         confirmed
        "#]],
    );
}

#[test]
fn an_automatic_cut_comes_a_minute_after_the_supply_came_back_and_not_before() {
    check(
        terms(),
        "use 5.00 / at 08:02 / sell 1.00 / at 08:02:30 / use 1.00 / at 08:04",
        expect![[r#"
            08:00:12 use 5.00         0.00 NoCredit   warning 1, cut NoCredit
            08:02:00 sell 1.00        1.00 on         Credit 1.00, lifted NoCredit
            08:02:41 use 1.00         0.00 on         warning 2
            08:03:00                  0.00 NoCredit   cut NoCredit
        "#]],
    );
}
