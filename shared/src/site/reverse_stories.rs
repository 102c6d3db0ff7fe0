//! Stories of reversals that leave an account below zero: refused to one, a debt where two agree.

use expect_test::expect;

use super::tests::check;

/// 3.00 of the first sale is there to be used before any of the second.
const USED: &str = "read 1000 / read 1000 / sell 3 / sell 5";

#[test]
fn what_is_used_to_the_last_cent_before_it_can_be_taken_back_and_one_cent_more_cannot() {
    for (read, told) in [
        (
            "1002.99",
            expect![[r#"
                read 1000        ->   0.00 on
                read 1000        ->   0.00 on           baseline
                sell 3           ->   3.00 on           receipt 1
                sell 5           ->   8.00 on           receipt 2
                wait 1           ->   8.00 on
                read 1002.99     ->   5.01 on           settled 2.99 kWh = 2.99
                reverse 2        ->   0.01 on           receipt 3 takes back 2
                reverse 2 as debt alone ->   0.01 on           REFUSED: a second person has to approve it; that cannot be who asked for it
            "#]],
        ),
        (
            "1003.00",
            expect![[r#"
                read 1000        ->   0.00 on
                read 1000        ->   0.00 on           baseline
                sell 3           ->   3.00 on           receipt 1
                sell 5           ->   8.00 on           receipt 2
                wait 1           ->   8.00 on
                read 1003.00     ->   5.00 on           settled 3 kWh = 3.00
                reverse 2        ->   0.00 on           receipt 3 takes back 2
                reverse 2 as debt alone ->   0.00 on           REFUSED: a second person has to approve it; that cannot be who asked for it
            "#]],
        ),
        (
            "1003.01",
            expect![[r#"
                read 1000        ->   0.00 on
                read 1000        ->   0.00 on           baseline
                sell 3           ->   3.00 on           receipt 1
                sell 5           ->   8.00 on           receipt 2
                wait 1           ->   8.00 on
                read 1003.01     ->   4.99 on           settled 3.01 kWh = 3.01
                reverse 2        ->   4.99 on           REFUSED: it would leave the account 1 minor units below zero, because some of it is used already; a second person may approve it as a debt of the account
                reverse 2 as debt alone ->   4.99 on           REFUSED: a second person has to approve it; that cannot be who asked for it
            "#]],
        ),
    ] {
        check(
            &format!("{USED} / wait 1 / read {read} / reverse 2 / reverse 2 as debt alone"),
            told,
        );
    }
}

#[test]
fn two_persons_make_it_a_debt_that_cuts_and_is_paid_before_any_credit() {
    check(
        &format!(
            "{USED} / wait 1 / read 1004.50 / reverse 2 / reverse 2 as debt / reverse 2 as debt
             / read 1004.50 / read 1004.51 / sell 1 / sell 2 / sell 1 / reverse 6"
        ),
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 3           ->   3.00 on           receipt 1
            sell 5           ->   8.00 on           receipt 2
            wait 1           ->   8.00 on
            read 1004.50     ->   3.50 on           settled 4.5 kWh = 4.50
            reverse 2        ->   3.50 on           REFUSED: it would leave the account 150 minor units below zero, because some of it is used already; a second person may approve it as a debt of the account
            reverse 2 as debt ->  -1.50 on           receipt 3 takes back 2, approved
            reverse 2 as debt ->  -1.50 on           REFUSED: receipt 2 is a reversal or was reversed already
            read 1004.50     ->  -1.50 on           low
            read 1004.51     ->  -1.51 NoCredit     settled 0.01 kWh = 0.01, cut NoCredit
            sell 1           ->  -0.51 NoCredit     receipt 4 1.00 overdrawn
            sell 2           ->   1.49 on           receipt 5 0.51 overdrawn, lifted NoCredit
            sell 1           ->   2.49 on           receipt 6
            reverse 6        ->   1.49 on           receipt 7 takes back 6
        "#]],
    );
}

#[test]
fn what_went_to_arrears_comes_back_as_arrears_and_only_the_rest_is_a_debt() {
    check(
        "owe 20 share 5000 cap none / read 1000 / read 1000 / sell 10 / wait 1 / read 1002 / reverse 1
         / reverse 1 as debt / sell 10",
        expect![[r#"
            owe 20 share 5000 cap none ->   0.00 on           arrears 1
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 10          ->   5.00 on           receipt 1 5.00 share
            wait 1           ->   5.00 on
            read 1002        ->   3.00 on           settled 2 kWh = 2.00
            reverse 1        ->   3.00 on           REFUSED: it would leave the account 200 minor units below zero, because some of it is used already; a second person may approve it as a debt of the account
            reverse 1 as debt ->  -2.00 on           receipt 2 takes back 1 5.00 share, approved
            sell 10          ->   3.00 on           receipt 3 5.00 share 2.00 overdrawn
        "#]],
    );
}
