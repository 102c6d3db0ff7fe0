//! Stories of warnings: two levels, the courtesy trip, the cut that waits for delivery (product rule 7): each at its border and on both sides of it.

use expect_test::expect;

use super::{check, every_day, money, terms};
use crate::money::Money;
use crate::policy::{Courtesy, Policy};
use crate::time::Span;

#[test]
fn two_levels_warn_once_a_crossing_and_a_top_up_arms_them() {
    let policy = Policy { last_credit: money("1.00"), ..terms() };
    check(
        policy,
        "use 3.00 / use 0.01 / use 0.98 / use 0.02 / use 0.10 / sell 1.10 / use 0.01 / use 1.50",
        expect![[r#"
            08:00:11 use 3.00         2.00 on
            08:00:21 use 0.01         1.99 on         warning 1
            08:00:31 use 0.98         1.01 on
            08:00:41 use 0.02         0.99 on         last warning 2
            08:00:51 use 0.10         0.89 on
            08:00:51 sell 1.10        1.99 on         Credit 1.10
            08:01:01 use 0.01         1.98 on         warning 3
            08:01:11 use 1.50         0.48 on         last warning 4
        "#]],
    );
}

#[test]
fn a_courtesy_trip_opens_once_and_a_confirmation_closes_it() {
    let courtesy = Some(Courtesy { closes_after: None });
    let policy = Policy { last_credit: money("1.00"), courtesy, ..terms() };
    check(
        policy.clone(),
        "use 4.00 / use 0.01 / confirm / confirm / use 0.10 / sell 5.00 / use 5.00 / at 08:05 / sell 5.00",
        expect![[r#"
            08:00:11 use 4.00         1.00 on         warning 1
            08:00:21 use 0.01         0.99 Courtesy   last warning 2, cut Courtesy
            08:00:21 confirm          0.99 on         lifted Courtesy
            08:00:21 confirm          0.99 on         REFUSED: supply of meter 7 waits for nobody's confirmation
            08:00:31 use 0.10         0.89 on
            08:00:31 sell 5.00        5.89 on         Credit 5.00
            08:00:41 use 5.00         0.89 on         last warning 3
            08:01:21                  0.89 Courtesy   cut Courtesy
            08:05:00 sell 5.00        5.89 on         Credit 5.00, lifted Courtesy
        "#]],
    );
    let courtesy = Some(Courtesy { closes_after: Some(Span::from_mins(10)) });
    let no_cut = Some(every_day(&["08:00-09:00"]));
    check(
        Policy { courtesy, no_cut, ..policy },
        "use 4.50 / at 09:20",
        expect![[r#"
        08:00:11 use 4.50         0.50 on         last warning 1
        09:00:00                  0.50 Courtesy   cut Courtesy
        09:10:00                  0.50 on         lifted Courtesy
    "#]],
    );
}

#[test]
fn a_cut_waits_for_the_delivery_of_its_warning_and_not_for_ever() {
    let after_delivery = Some(Span::from_hours(24));
    let policy = Policy { last_credit: money("1.00"), after_delivery, ..terms() };
    check(
        policy.clone(),
        "use 4.50 / use 0.50 / at 09:00 / delivered 9 / delivered 1",
        expect![[r#"
            08:00:11 use 4.50         0.50 on         last warning 1
            08:00:22 use 0.50         0.00 on
            09:00:00 delivered 9      0.00 on         REFUSED: notice 9 of account 3 is not on its way
            09:00:00 delivered 1      0.00 NoCredit   notice-delivered, cut NoCredit
        "#]],
    );
    check(
        policy.clone(),
        "use 5.00 / at +08:00 / at 08:01",
        expect![[r#"
        08:00:12 use 5.00         0.00 on         last warning 1
        08:00:11                  0.00 NoCredit   notice 1 not delivered, cut NoCredit
    "#]],
    );
    check(
        Policy { last_credit: Money::ZERO, ..policy },
        "use 5.00 / delivered 2",
        expect![[r#"
        08:00:12 use 5.00         0.00 on         warning 1, cut announced 2
        08:00:12 delivered 2      0.00 NoCredit   notice-delivered, cut NoCredit
    "#]],
    );
}
