//! Stories of no-cut hours: what they hold back, and what comes at their end (product rule 6): each at its border and on both sides of it.

use expect_test::expect;

use super::{check, every_day, terms};
use crate::policy::Policy;

#[test]
fn in_no_cut_hours_lack_of_credit_waits_for_their_end_and_for_a_warning_of_half_an_hour() {
    let policy = Policy { no_cut: Some(every_day(&["22:00-07:00"])), ..terms() };
    check(
        policy.clone(),
        "at 21:59:48 / use 5.00 / at 22:30 / sell 6.00 / use 6.10 / at +06:59 / use 1.00 / at 07:01",
        expect![[r#"
            21:59:59 use 5.00         0.00 NoCredit   warning 1, cut NoCredit
            22:30:00 sell 6.00        6.00 on         Credit 6.00, lifted NoCredit
            22:30:11 use 6.10        -0.10 on         warning 2, cut announced 3
            06:59:10 use 1.00        -1.10 on
            07:00:00                 -1.10 NoCredit   cut NoCredit
        "#]],
    );
    check(
        policy.clone(),
        "at 21:59:49 / use 5.10 / at 23:00 / sell 1.50 / at +08:00 / use 1.00",
        expect![[r#"
            22:00:00 use 5.10        -0.10 on         warning 1, cut announced 2
            23:00:00 sell 1.50        1.40 on         Overdrawn 0.10 + Credit 1.40
            08:00:10 use 1.00         0.40 on         warning 3
        "#]],
    );
    check(
        policy.clone(),
        "at +06:45 / use 5.10 / at 07:20",
        expect![[r#"
        06:45:11 use 5.10        -0.10 on         warning 1, cut announced 2
        07:15:11                 -0.10 NoCredit   cut NoCredit
    "#]],
    );
    check(
        policy,
        "at +07:05 / use 5.10 / at 07:40",
        expect![[r#"
        07:05:11 use 5.10        -0.10 on         warning 1, cut announced 2
        07:35:11                 -0.10 NoCredit   cut NoCredit
    "#]],
    );
}

#[test]
fn spans_that_follow_soon_keep_the_supply_on_through_both() {
    let policy = Policy { no_cut: Some(every_day(&["12:00-13:00", "13:20-14:00"])), ..terms() };
    check(
        policy,
        "at 12:55 / use 5.10 / at 14:30",
        expect![[r#"
        12:55:11 use 5.10        -0.10 on         warning 1, cut announced 2
        14:00:00                 -0.10 NoCredit   cut NoCredit
    "#]],
    );
}
