//! Stories of what was not read: days without readings, and prices that change between two of them.
//! The account is that of `tests`.

use expect_test::expect;

use super::tests::check;

/// Reads each half day for so many days, so that the meter has usual days.
fn days(count: u32) -> String {
    let readings = (1..=count * 2).map(|half| format!(" / wait 12 / read {}", 1000 + 2 * half));
    "tick / read 1000 / read 1000 / sell 500".to_owned() + &readings.collect::<String>()
}

#[test]
fn a_day_without_readings_is_charged_as_usual_and_the_first_reading_settles_the_difference() {
    check(
        &(days(8)
            + " / wait 22 / tick / wait 2 / tick / tick / wait 24 / tick / read 1037 / wait 1 / read 1038"),
        expect![[r#"
            tick             ->   0.00 on
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 500         -> 500.00 on           receipt 1
            wait 12          -> 500.00 on
            read 1002        -> 498.00 on           settled 2 kWh = 2.00
            wait 12          -> 498.00 on
            read 1004        -> 496.00 on           settled 2 kWh = 2.00
            wait 12          -> 496.00 on
            read 1006        -> 494.00 on           settled 2 kWh = 2.00
            wait 12          -> 494.00 on
            read 1008        -> 492.00 on           settled 2 kWh = 2.00
            wait 12          -> 492.00 on
            read 1010        -> 490.00 on           settled 2 kWh = 2.00
            wait 12          -> 490.00 on
            read 1012        -> 488.00 on           settled 2 kWh = 2.00
            wait 12          -> 488.00 on
            read 1014        -> 486.00 on           settled 2 kWh = 2.00
            wait 12          -> 486.00 on
            read 1016        -> 484.00 on           settled 2 kWh = 2.00
            wait 12          -> 484.00 on
            read 1018        -> 482.00 on           settled 2 kWh = 2.00
            wait 12          -> 482.00 on
            read 1020        -> 480.00 on           settled 2 kWh = 2.00
            wait 12          -> 480.00 on
            read 1022        -> 478.00 on           settled 2 kWh = 2.00
            wait 12          -> 478.00 on
            read 1024        -> 476.00 on           settled 2 kWh = 2.00
            wait 12          -> 476.00 on
            read 1026        -> 474.00 on           settled 2 kWh = 2.00
            wait 12          -> 474.00 on
            read 1028        -> 472.00 on           settled 2 kWh = 2.00
            wait 12          -> 472.00 on
            read 1030        -> 470.00 on           settled 2 kWh = 2.00
            wait 12          -> 470.00 on
            read 1032        -> 468.00 on           settled 2 kWh = 2.00
            wait 22          -> 468.00 on
            tick             -> 468.00 on
            wait 2           -> 468.00 on
            tick             -> 464.00 on           provisional 4 kWh = 4.00
            tick             -> 464.00 on
            wait 24          -> 464.00 on
            tick             -> 460.00 on           provisional 4 kWh = 4.00
            read 1037        -> 463.00 on           settled 5 kWh = -3.00
            wait 1           -> 463.00 on
            read 1038        -> 462.00 on           settled 1 kWh = 1.00
        "#]],
    );
}

#[test]
fn a_meter_without_a_usual_day_is_charged_nothing_and_nobody_is_cut_on_an_estimate() {
    check(
        "tick / read 1000 / read 1000 / sell 3 / wait 25 / tick / read 1002 / wait 1 / read 1002.5",
        expect![[r#"
            tick             ->   0.00 on
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 3           ->   3.00 on           receipt 1
            wait 25          ->   3.00 on
            tick             ->   3.00 on           provisional 0 kWh = 0.00
            read 1002        ->   1.00 on           settled 2 kWh = 2.00, low
            wait 1           ->   1.00 on
            read 1002.5      ->   0.50 on           settled 0.5 kWh = 0.50
        "#]],
    );
    check(
        &(days(8).replace("sell 500", "sell 36")
            + " / wait 24 / tick / wait 24 / tick / read 1033 / read 1033.1 / wait 30 / tick / read 1040 / read 1040.1"),
        expect![[r#"
            tick             ->   0.00 on
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 36          ->  36.00 on           receipt 1
            wait 12          ->  36.00 on
            read 1002        ->  34.00 on           settled 2 kWh = 2.00
            wait 12          ->  34.00 on
            read 1004        ->  32.00 on           settled 2 kWh = 2.00
            wait 12          ->  32.00 on
            read 1006        ->  30.00 on           settled 2 kWh = 2.00
            wait 12          ->  30.00 on
            read 1008        ->  28.00 on           settled 2 kWh = 2.00
            wait 12          ->  28.00 on
            read 1010        ->  26.00 on           settled 2 kWh = 2.00
            wait 12          ->  26.00 on
            read 1012        ->  24.00 on           settled 2 kWh = 2.00
            wait 12          ->  24.00 on
            read 1014        ->  22.00 on           settled 2 kWh = 2.00
            wait 12          ->  22.00 on
            read 1016        ->  20.00 on           settled 2 kWh = 2.00
            wait 12          ->  20.00 on
            read 1018        ->  18.00 on           settled 2 kWh = 2.00
            wait 12          ->  18.00 on
            read 1020        ->  16.00 on           settled 2 kWh = 2.00
            wait 12          ->  16.00 on
            read 1022        ->  14.00 on           settled 2 kWh = 2.00
            wait 12          ->  14.00 on
            read 1024        ->  12.00 on           settled 2 kWh = 2.00
            wait 12          ->  12.00 on
            read 1026        ->  10.00 on           settled 2 kWh = 2.00
            wait 12          ->  10.00 on
            read 1028        ->   8.00 on           settled 2 kWh = 2.00
            wait 12          ->   8.00 on
            read 1030        ->   6.00 on           settled 2 kWh = 2.00
            wait 12          ->   6.00 on
            read 1032        ->   4.00 on           settled 2 kWh = 2.00
            wait 24          ->   4.00 on
            tick             ->   0.00 on           provisional 4 kWh = 4.00
            wait 24          ->   0.00 on
            tick             ->  -4.00 on           provisional 4 kWh = 4.00
            read 1033        ->   3.00 on           settled 1 kWh = -7.00
            read 1033.1      ->   2.90 on
            wait 30          ->   2.90 on
            tick             ->  -1.10 on           settled 0.1 kWh = 0.10, provisional 4 kWh = 4.00
            read 1040        ->  -4.00 on           settled 6.9 kWh = 2.90, low
            read 1040.1      ->  -4.10 NoCredit     settled 0.1 kWh = 0.10, cut NoCredit
        "#]],
    );
}

#[test]
fn a_held_reading_is_no_reading_and_a_new_start_gives_the_estimate_back() {
    check(
        &(days(8) + " / wait 12 / read 5 / wait 13 / tick / read 6 / new start / wait 1 / read 7"),
        expect![[r#"
            tick             ->   0.00 on
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 500         -> 500.00 on           receipt 1
            wait 12          -> 500.00 on
            read 1002        -> 498.00 on           settled 2 kWh = 2.00
            wait 12          -> 498.00 on
            read 1004        -> 496.00 on           settled 2 kWh = 2.00
            wait 12          -> 496.00 on
            read 1006        -> 494.00 on           settled 2 kWh = 2.00
            wait 12          -> 494.00 on
            read 1008        -> 492.00 on           settled 2 kWh = 2.00
            wait 12          -> 492.00 on
            read 1010        -> 490.00 on           settled 2 kWh = 2.00
            wait 12          -> 490.00 on
            read 1012        -> 488.00 on           settled 2 kWh = 2.00
            wait 12          -> 488.00 on
            read 1014        -> 486.00 on           settled 2 kWh = 2.00
            wait 12          -> 486.00 on
            read 1016        -> 484.00 on           settled 2 kWh = 2.00
            wait 12          -> 484.00 on
            read 1018        -> 482.00 on           settled 2 kWh = 2.00
            wait 12          -> 482.00 on
            read 1020        -> 480.00 on           settled 2 kWh = 2.00
            wait 12          -> 480.00 on
            read 1022        -> 478.00 on           settled 2 kWh = 2.00
            wait 12          -> 478.00 on
            read 1024        -> 476.00 on           settled 2 kWh = 2.00
            wait 12          -> 476.00 on
            read 1026        -> 474.00 on           settled 2 kWh = 2.00
            wait 12          -> 474.00 on
            read 1028        -> 472.00 on           settled 2 kWh = 2.00
            wait 12          -> 472.00 on
            read 1030        -> 470.00 on           settled 2 kWh = 2.00
            wait 12          -> 470.00 on
            read 1032        -> 468.00 on           settled 2 kWh = 2.00
            wait 12          -> 468.00 on
            read 5           -> 468.00 on           held, alarm 1 RegisterBackwards
            wait 13          -> 468.00 on
            tick             -> 464.00 on           provisional 4 kWh = 4.00
            read 6           -> 464.00 on
            new start        -> 468.00 on           released 4.00, hold over, baseline, alarm 1 over
            wait 1           -> 468.00 on
            read 7           -> 466.00 on           settled 2 kWh = 2.00
        "#]],
    );
}

#[test]
fn an_exception_is_closed_with_a_note_and_opens_again_with_the_next_outage() {
    check(
        "tick / read 1000 / read 1000 / close missing / wait 25 / tick / close missing / close missing / read 1001 / wait 25 / tick / close missing
         / read 0 / close held / close held billed",
        expect![[r#"
            tick             ->   0.00 on
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            close missing    ->   0.00 on           REFUSED: meter 7 has no such open exception
            wait 25          ->   0.00 on
            tick             ->   0.00 on           provisional 0 kWh = 0.00
            close missing    ->   0.00 on           noted Missing
            close missing    ->   0.00 on           REFUSED: meter 7 has no such open exception
            read 1001        ->  -1.00 on           settled 1 kWh = 1.00, low
            wait 25          ->  -1.00 on
            tick             ->  -1.00 on           provisional 0 kWh = 0.00
            close missing    ->  -1.00 on           noted Missing
            read 0           ->  -1.00 on           held, alarm 1 RegisterBackwards
            close held       ->  -1.00 on           REFUSED: a held reading needs a judgement: bill the difference, or a new start
            close held billed ->  -1.00 on           released 0.00, hold over, baseline, alarm 1 over
        "#]],
    );
}

#[test]
fn after_a_start_the_meters_have_their_turn_before_silence_is_missing_data() {
    check(
        "read 1000 / read 1000 / wait 72 / tick / wait 0 / tick / wait 1 / tick",
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            wait 72          ->   0.00 on
            tick             ->   0.00 on
            wait 0           ->   0.00 on
            tick             ->   0.00 on
            wait 1           ->   0.00 on
            tick             ->   0.00 on           provisional 0 kWh = 0.00, provisional 0 kWh = 0.00, provisional 0 kWh = 0.00
        "#]],
    );
}

#[test]
fn energy_between_two_readings_is_spread_by_time_where_the_price_changes_inside_and_flagged() {
    // The price of 1 July is 1.00, from midnight on 2.00; no other midnight changes it. The sum is
    // what was read, and what did not flow has no part before or after.
    check(
        "price 2.00 from 2026-07-02 / read 1000 / read 1000 / sell 50 / wait 15 / read 1001 / wait 1 / read 1002
         / wait 1 / read 1003 / wait 22 / read 1004 / wait 2 / read 1005",
        expect![[r#"
            price 2.00 from 2026-07-02 ->   0.00 on           published
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 50          ->  50.00 on           receipt 1
            wait 15          ->  50.00 on
            read 1001        ->  49.00 on           settled 1 kWh = 1.00
            wait 1           ->  49.00 on
            read 1002        ->  47.87 on           settled 1 kWh = 1.12 estimated
            wait 1           ->  47.87 on
            read 1003        ->  45.87 on           settled 1 kWh = 2.00
            wait 22          ->  45.87 on
            read 1004        ->  43.87 on           settled 1 kWh = 2.00
            wait 2           ->  43.87 on
            read 1005        ->  41.87 on           settled 1 kWh = 2.00
        "#]],
    );
    check(
        "price 2.00 from 2026-07-02 / read 1000 / read 1000 / sell 50 / wait 15 / read 1001 / wait 2 / read 1003
         / wait 1 / read 1004",
        expect![[r#"
            price 2.00 from 2026-07-02 ->   0.00 on           published
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 50          ->  50.00 on           receipt 1
            wait 15          ->  50.00 on
            read 1001        ->  49.00 on           settled 1 kWh = 1.00
            wait 2           ->  49.00 on
            read 1003        ->  45.88 on           settled 2 kWh = 3.11 estimated
            wait 1           ->  45.88 on
            read 1004        ->  43.88 on           settled 1 kWh = 2.00
        "#]],
    );
    check(
        "price 2.00 from 2026-07-02 / read 1000 / read 1000 / sell 50 / wait 15 / read 1001 / wait 2 / read 1001",
        expect![[r#"
            price 2.00 from 2026-07-02 ->   0.00 on           published
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 50          ->  50.00 on           receipt 1
            wait 15          ->  50.00 on
            read 1001        ->  49.00 on           settled 1 kWh = 1.00
            wait 2           ->  49.00 on
            read 1001        ->  49.00 on           settled 0 kWh = 0.00
        "#]],
    );
}
