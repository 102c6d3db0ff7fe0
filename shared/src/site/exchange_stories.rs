//! Stories of exchanges: the account of `tests` gets another meter.

use expect_test::expect;

use super::tests::check;

#[test]
fn the_old_meter_is_charged_to_its_final_reading_and_the_new_one_from_its_first() {
    check(
        "read 1000 / read 1000 / sell 50 / read 1000.1 / exchange 1000.2 3.5 / read 3.6 / wait 1 / read 4.5",
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 50          ->  50.00 on           receipt 1
            read 1000.1      ->  49.90 on
            exchange 1000.2 3.5 ->  49.80 on           settled 0.1 kWh = 0.10, settled 0.1 kWh = 0.10, exchanged
            read 3.6         ->  49.70 on           proven Closed
            wait 1           ->  49.70 on
            read 4.5         ->  48.80 on           settled 1 kWh = 1.00
        "#]],
    );
}

#[test]
fn a_final_reading_outside_of_what_is_possible_is_refused_with_both_borders() {
    check(
        "exchange 1000 0 / read 1000 / read 1000 / sell 50 / read 1000.1 / exchange 1000 0 / exchange 2000 0 / exchange 1000.1 0 / read 0.1",
        expect![[r#"
            exchange 1000 0  ->   0.00 on           REFUSED: meter 7 has no believed reading yet; there is nothing to end
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 50          ->  50.00 on           receipt 1
            read 1000.1      ->  49.90 on
            exchange 1000 0  ->  49.90 on           REFUSED: the final reading must lie between 1000.1 and 1000.51 kWh
            exchange 2000 0  ->  49.90 on           REFUSED: the final reading must lie between 1000.1 and 1000.91 kWh
            exchange 1000.1 0 ->  49.90 on           settled 0.1 kWh = 0.10, settled 0 kWh = 0.00, exchanged
            read 0.1         ->  49.80 on           proven Closed
        "#]],
    );
}

#[test]
fn what_holds_the_supply_open_stays_and_has_to_be_proven_again() {
    check(
        "read 1000 / read 1000 / sell 5 / cut / read 1000 / exchange 1000 0 / read 0 / restore / read 0",
        expect![[r#"
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 5           ->   5.00 on           receipt 1
            cut              ->   5.00 Operator     cut Operator
            read 1000        ->   5.00 Operator     proven Open
            exchange 1000 0  ->   5.00 Operator     settled 0 kWh = 0.00, exchanged
            read 0           ->   5.00 Operator     proven Open
            restore          ->   5.00 on           lifted Operator
            read 0           ->   5.00 on           proven Closed
        "#]],
    );
}

#[test]
fn an_exchange_ends_a_hold_and_settles_what_was_provisional() {
    check(
        "tick / read 1000 / read 1000 / sell 50 / wait 1 / read 1001 / read 0 / exchange 1001.1 0 / read 0.1
         / wait 2 / tick / wait 24 / tick / exchange 3 0 / wait 1 / read 0.5",
        expect![[r#"
            tick             ->   0.00 on
            read 1000        ->   0.00 on
            read 1000        ->   0.00 on           baseline
            sell 50          ->  50.00 on           receipt 1
            wait 1           ->  50.00 on
            read 1001        ->  49.00 on           settled 1 kWh = 1.00
            read 0           ->  49.00 on           held, alarm 1 RegisterBackwards
            exchange 1001.1 0 ->  48.90 on           hold over, settled 0.1 kWh = 0.10, exchanged, alarm 1 over
            read 0.1         ->  48.80 on           proven Closed
            wait 2           ->  48.80 on
            tick             ->  48.80 on
            wait 24          ->  48.80 on
            tick             ->  48.80 on           settled 0.1 kWh = 0.10, provisional 0 kWh = 0.00
            exchange 3 0     ->  45.90 on           settled 2.9 kWh = 2.90, exchanged
            wait 1           ->  45.90 on
            read 0.5         ->  45.40 on           settled 0.5 kWh = 0.50, proven Closed
        "#]],
    );
}
