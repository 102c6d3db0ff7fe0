//! Stories of arrears: the account of `tests` with a debt on it.

use expect_test::expect;

use super::tests::check;

/// The worked example of product rule 9; 120 hours after the story begins it is Monday.
#[test]
fn ten_percent_up_to_five_a_week_of_ten_a_day_is_five_times_one_then_nothing_until_monday() {
    check(
        "owe 50 share 1000 cap 5 / wait 120 / sell 10 / wait 24 / sell 10 / wait 24 / sell 10 / wait 24 / sell 10 / wait 24 / sell 10
         / wait 24 / sell 10 / wait 24 / sell 10 / wait 24 / sell 10",
        expect![[r#"
            owe 50 share 1000 cap 5 ->   0.00 on           arrears 1
            wait 120         ->   0.00 on
            sell 10          ->   9.00 on           receipt 1 1.00 share
            wait 24          ->   9.00 on
            sell 10          ->  18.00 on           receipt 2 1.00 share
            wait 24          ->  18.00 on
            sell 10          ->  27.00 on           receipt 3 1.00 share
            wait 24          ->  27.00 on
            sell 10          ->  36.00 on           receipt 4 1.00 share
            wait 24          ->  36.00 on
            sell 10          ->  45.00 on           receipt 5 1.00 share
            wait 24          ->  45.00 on
            sell 10          ->  55.00 on           receipt 6
            wait 24          ->  55.00 on
            sell 10          ->  65.00 on           receipt 7
            wait 24          ->  65.00 on
            sell 10          ->  74.00 on           receipt 8 1.00 share
        "#]],
    );
}

#[test]
fn a_share_is_never_more_than_the_cap_leaves_nor_than_the_debt() {
    check(
        "owe 6 share 5000 cap 5 / sell 4 / sell 8 / sell 10 / wait 168 / sell 10 / sell 10 / cancel 1 / cancel 2",
        expect![[r#"
            owe 6 share 5000 cap 5 ->   0.00 on           arrears 1
            sell 4           ->   2.00 on           receipt 1 2.00 share
            sell 8           ->   7.00 on           receipt 2 3.00 share
            sell 10          ->  17.00 on           receipt 3
            wait 168         ->  17.00 on
            sell 10          ->  26.00 on           receipt 4 1.00 share
            sell 10          ->  36.00 on           receipt 5
            cancel 1         ->  36.00 on           REFUSED: account 3 has no open arrears 1
            cancel 2         ->  36.00 on           REFUSED: account 3 has no open arrears 2
        "#]],
    );
}

#[test]
fn a_reversal_gives_back_every_line_and_the_room_under_the_cap() {
    check(
        "owe 50 share 1000 cap 5 / sell 40 / reverse 1 / sell 40 / sell 20 / reverse 4 / wait 168 / sell 10 / wait 168 / reverse 6 / sell 60",
        expect![[r#"
            owe 50 share 1000 cap 5 ->   0.00 on           arrears 1
            sell 40          ->  36.00 on           receipt 1 4.00 share
            reverse 1        ->   0.00 on           receipt 2 takes back 1 4.00 share
            sell 40          ->  36.00 on           receipt 3 4.00 share
            sell 20          ->  55.00 on           receipt 4 1.00 share
            reverse 4        ->  36.00 on           receipt 5 takes back 4 1.00 share
            wait 168         ->  36.00 on
            sell 10          ->  45.00 on           receipt 6 1.00 share
            wait 168         ->  45.00 on
            reverse 6        ->  36.00 on           receipt 7 takes back 6 1.00 share
            sell 60          ->  91.00 on           receipt 8 5.00 share
        "#]],
    );
}

#[test]
fn parts_fall_due_by_the_week_and_wait_for_a_payment_where_credit_does_not_cover_them() {
    check(
        "read 1000 / read 1000 / sell 2 / owe 5 weekly 7.05 daily / tick / wait 16 / tick / wait 24 / tick / wait 48 / tick
         / sell 1 / sell 5 / wait 24 / tick / wait 24 / tick / reverse 3",
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 2           ->   2.00 on           receipt 1
            owe 5 weekly 7.05 daily ->   2.00 on           arrears 1
            tick             ->   2.00 on
            wait 16          ->   2.00 on
            tick             ->   1.00 on           due 1.00 took 1.00
            wait 24          ->   1.00 on
            tick             ->   0.00 on           due 1.00 took 1.00, provisional 0 kWh = 0.00
            wait 48          ->   0.00 on
            tick             ->   0.00 on           due 2.00 took 0.00, provisional 0 kWh = 0.00, provisional 0 kWh = 0.00
            sell 1           ->   0.00 on           receipt 2 1.00 due
            sell 5           ->   4.00 on           receipt 3 1.00 due
            wait 24          ->   4.00 on
            tick             ->   3.00 on           due 1.00 took 1.00, provisional 0 kWh = 0.00
            wait 24          ->   3.00 on
            tick             ->   3.00 on           provisional 0 kWh = 0.00
            reverse 3        ->   3.00 on           REFUSED: it would leave the account 100 minor units below zero, because some of it is used already; a second person may approve it as a debt of the account
        "#]],
    );
}

#[test]
fn parts_pause_while_supply_is_off_where_the_terms_say_so() {
    check(
        "read 1000 / read 1000 / sell 50 / owe 50 weekly 7 daily pausing / owe 50 weekly 70 daily / cut / wait 100 / tick / restore / tick / wait 24 / tick
         / cancel 2 / wait 24 / tick",
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 50          ->  50.00 on           receipt 1
            owe 50 weekly 7 daily pausing ->  50.00 on           arrears 1
            owe 50 weekly 70 daily ->  50.00 on           arrears 2
            cut              ->  50.00 Operator     cut Operator
            wait 100         ->  50.00 Operator
            tick             ->  10.00 Operator     due 40.00 took 40.00
            restore          ->  10.00 on           lifted Operator
            tick             ->  10.00 on
            wait 24          ->  10.00 on
            tick             ->   0.00 on           due 1.00 took 1.00, due 10.00 took 9.00, provisional 0 kWh = 0.00, provisional 0 kWh = 0.00, provisional 0 kWh = 0.00, provisional 0 kWh = 0.00, provisional 0 kWh = 0.00
            cancel 2         ->   0.00 on           cancelled 1.00
            wait 24          ->   0.00 on
            tick             ->   0.00 on           due 1.00 took 0.00, provisional 0 kWh = 0.00
        "#]],
    );
}

#[test]
fn a_payment_goes_to_shares_then_to_what_fell_due_then_to_what_is_overdrawn() {
    check(
        "read 1000 / read 1000 / sell 5 / owe 50 share 1000 cap none / owe 50 weekly 7 daily / wait 24 / read 1006 / read 1006.5 / tick / sell 1 / sell 10",
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 5           ->   5.00 on           receipt 1
            owe 50 share 1000 cap none ->   5.00 on           arrears 1
            owe 50 weekly 7 daily ->   5.00 on           arrears 2
            wait 24          ->   5.00 on
            read 1006        ->  -1.00 on           settled 6 kWh = 6.00, low
            read 1006.5      ->  -1.00 on           held, alarm 1 RegisterJump
            tick             ->  -1.00 on           due 1.00 took 0.00
            sell 1           ->  -1.00 on           receipt 2 0.10 share 0.90 due
            sell 10          ->   7.90 on           receipt 3 1.00 share 0.10 due 1.00 overdrawn
        "#]],
    );
}
