//! Stories of the limits of power and of a day's energy (product rule 8): each at its border and on
//! both sides of it.

use std::collections::BTreeMap;

use expect_test::expect;

use super::{Story, check, every_day, terms};
use crate::energy::{Energy, Power};
use crate::event::Event;
use crate::policy::{CivilDay, DailyLimit, Grounds, LoadHours, LoadLimit, Policy};
use crate::time::{Span, Timestamp};

fn two_kilowatts() -> LoadLimit {
    LoadLimit {
        power: Some(Power::from_watts(2_000)),
        delay: Span::from_secs(10),
        clear_after: Span::from_secs(60),
        most_a_day: 3,
        reset_hour: 6,
        hours: Vec::new(),
        not_in_no_cut_hours: false,
        until_operator: false,
        accept_until_operator: false,
    }
}

/// 3 kW from 07:00 to 22:00, 2 kW else; on 2 July all day.
fn by_the_hour() -> Policy {
    let mut special = BTreeMap::new();
    special.insert(CivilDay::parse("2026-07-02").expect("a date"), Vec::new());
    let week = every_day(&["07:00-22:00"]).week;
    let hours = vec![LoadHours { power: Power::from_watts(3_000), week, special }];
    Policy { load_limit: Some(LoadLimit { hours, ..two_kilowatts() }), ..terms() }
}

#[test]
fn the_limit_of_the_hour_counts_and_a_change_of_it_begins_the_delay_anew() {
    check(
        by_the_hour(),
        "draw 3000 / at 08:00:20 / draw 3001 / at 08:00:30 / draw 3001 / at 08:00:31 / draw 3001 / at 08:02",
        expect![[r#"
            08:00:01 draw 3000        5.00 on
            08:00:20 draw 3001        5.00 on
            08:00:30 draw 3001        5.00 on
            08:00:31 draw 3001        5.00 Overload   cut Overload
            08:01:31                  5.00 on         lifted Overload
        "#]],
    );
    check(
        by_the_hour(),
        "at 21:59:40 / draw 2500 / at 21:59:59 / draw 2500 / at 22:00 / draw 2500 / at 22:00:10 / draw 2500
         / at 22:00:11 / draw 2500",
        expect![[r#"
            21:59:40 draw 2500        5.00 on
            21:59:59 draw 2500        5.00 on
            22:00:00 draw 2500        5.00 on
            22:00:10 draw 2500        5.00 on
            22:00:11 draw 2500        5.00 Overload   cut Overload
        "#]],
    );
    check(
        by_the_hour(),
        "at 21:59:50 / draw 3001 / at 22:00:01 / draw 3001 / at 22:00:11 / draw 3001 / at 22:00:12 / draw 3001",
        expect![[r#"
            21:59:50 draw 3001        5.00 on
            22:00:01 draw 3001        5.00 on
            22:00:11 draw 3001        5.00 on
            22:00:12 draw 3001        5.00 Overload   cut Overload
        "#]],
    );
}

#[test]
fn a_limit_that_changes_and_changes_back_between_two_looks_begins_the_delay_anew() {
    let week = every_day(&["09:00-09:01"]).week;
    let special = BTreeMap::new();
    let hours = vec![LoadHours { power: Power::from_watts(3_000), week, special }];
    let delay = Span::from_secs(90);
    let load_limit = Some(LoadLimit { delay, hours, ..two_kilowatts() });
    check(
        Policy { load_limit, ..terms() },
        "at 08:59:50 / draw 3500 / at 09:01:25 / draw 3500 / at 09:02:55 / draw 3500 / at 09:02:56 / draw 3500",
        expect![[r#"
            08:59:50 draw 3500        5.00 on
            09:01:25 draw 3500        5.00 on
            09:02:55 draw 3500        5.00 on
            09:02:56 draw 3500        5.00 Overload   cut Overload
        "#]],
    );
    let load_limit = Some(LoadLimit { delay, ..two_kilowatts() });
    check(
        Policy { load_limit, ..terms() },
        "at 08:59:50 / draw 3500 / at 09:01:20 / draw 3500 / at 09:01:21 / draw 3500",
        expect![[r#"
            08:59:50 draw 3500        5.00 on
            09:01:20 draw 3500        5.00 on
            09:01:21 draw 3500        5.00 Overload   cut Overload
        "#]],
    );
}

#[test]
fn where_a_limit_holds_in_some_hours_only_nothing_is_too_much_outside_them() {
    let week = every_day(&["22:00-06:00"]).week;
    let special = BTreeMap::new();
    let hours = vec![LoadHours { power: Power::from_watts(500), week, special }];
    let load_limit = Some(LoadLimit { power: None, hours, ..two_kilowatts() });
    check(
        Policy { load_limit, ..terms() },
        "at 21:59:40 / draw 9000 / at 21:59:59 / draw 9000 / at 22:00 / draw 501 / at 22:00:10 / draw 501
         / at 22:00:11 / draw 501 / at +05:59:48 / draw 501 / at 05:59:59 / draw 501 / at 06:01 / draw 501
         / at 06:02 / draw 501",
        expect![[r#"
            21:59:40 draw 9000        5.00 on
            21:59:59 draw 9000        5.00 on
            22:00:00 draw 501         5.00 on
            22:00:10 draw 501         5.00 on
            22:00:11 draw 501         5.00 Overload   cut Overload
            22:01:11                  5.00 on         lifted Overload
            05:59:48 draw 501         5.00 on
            05:59:59 draw 501         5.00 Overload   cut Overload
            06:00:59                  5.00 on         lifted Overload
            06:01:00 draw 501         5.00 on
            06:02:00 draw 501         5.00 on
        "#]],
    );
}

#[test]
fn a_special_day_has_its_own_hours_and_a_limit_that_rises_saves_what_was_about_to_be_cut() {
    check(
        by_the_hour(),
        "at +07:00 / draw 2500 / at 07:00:11 / draw 2500 / at +06:59:55 / draw 2500 / at 07:00:05 / draw 2500
         / at 07:00:30 / draw 2500 / draw 3001 / at 07:00:41 / draw 3001",
        expect![[r#"
            07:00:00 draw 2500        5.00 on
            07:00:11 draw 2500        5.00 Overload   cut Overload
            07:01:11                  5.00 on         lifted Overload
            06:59:55 draw 2500        5.00 on
            07:00:05 draw 2500        5.00 on
            07:00:30 draw 2500        5.00 on
            07:00:30 draw 3001        5.00 on
            07:00:41 draw 3001        5.00 Overload   cut Overload
        "#]],
    );
}

#[test]
fn where_no_cut_hours_hold_for_an_overload_too_the_delay_begins_at_their_end() {
    let load_limit = Some(LoadLimit { not_in_no_cut_hours: true, ..two_kilowatts() });
    let no_cut = Some(every_day(&["22:00-07:00"]));
    check(
        Policy { load_limit, no_cut: no_cut.clone(), ..terms() },
        "at 21:59:48 / draw 2001 / at 21:59:59 / draw 2001 / at 22:01 / draw 2001 / at 22:02 / draw 2001
         / at +06:59:50 / draw 2001 / at 07:00 / draw 2001 / at 07:00:10 / draw 2001 / at 07:00:11 / draw 2001",
        expect![[r#"
            21:59:48 draw 2001        5.00 on
            21:59:59 draw 2001        5.00 Overload   cut Overload
            22:00:59                  5.00 on         lifted Overload
            22:01:00 draw 2001        5.00 on
            22:02:00 draw 2001        5.00 on
            06:59:50 draw 2001        5.00 on
            07:00:00 draw 2001        5.00 on
            07:00:10 draw 2001        5.00 on
            07:00:11 draw 2001        5.00 Overload   cut Overload
        "#]],
    );
    let load_limit = Some(two_kilowatts());
    check(
        Policy { no_cut, load_limit, ..terms() },
        "at 22:01 / draw 2001 / at 22:01:11 / draw 2001",
        expect![[r#"
            22:01:00 draw 2001        5.00 on
            22:01:11 draw 2001        5.00 Overload   cut Overload
        "#]],
    );
}

#[test]
fn a_cut_by_a_limit_keeps_what_was_read_and_which_limit_held() {
    let daily_limit =
        Some(DailyLimit { energy: Energy::from_kwh(2), reset_hour: 6, in_no_cut_hours: false });
    let mut story = Story::begin(Policy { daily_limit, ..by_the_hour() });
    for step in ["draw 3001", "at 08:00:12", "draw 3500", "at 08:05", "use 2.5"] {
        story.step(step);
    }
    let grounds: Vec<_> = story
        .journal
        .iter()
        .filter_map(
            |(_, event)| {
                if let Event::Cut { grounds, .. } = event { *grounds } else { None }
            },
        )
        .collect();
    let at = |text: &str| Timestamp::parse(text).expect("an instant");
    let (power, limit) = (Power::from_watts(3_500), Power::from_watts(3_000));
    let since = at("2026-07-01T08:00:01+08:00");
    let (used, resets) = (Energy::parse_kwh("2.5").expect("kWh"), at("2026-07-02T06:00:00+08:00"));
    let expected = [
        Grounds::Load { power, limit, since, trip: 1, most_a_day: 3 },
        Grounds::Day { used, limit: Energy::from_kwh(2), resets },
    ];
    assert_eq!(grounds, expected);
}

#[test]
fn after_the_last_time_of_a_day_it_waits_for_staff_where_the_terms_say_so() {
    let load_limit = LoadLimit {
        most_a_day: 1,
        until_operator: true,
        accept_until_operator: true,
        ..two_kilowatts()
    };
    check(
        Policy { load_limit: Some(load_limit), ..terms() },
        "draw 2001 / at 08:00:12 / draw 2001 / at 08:02 / draw 2001 / at 08:02:11 / draw 2001 / at +06:00
         / at 08:00 / restore / draw 2001 / at 08:00:11 / draw 2001 / at 08:02",
        expect![[r#"
            08:00:01 draw 2001        5.00 on
            08:00:12 draw 2001        5.00 Overload   cut Overload
            08:01:12                  5.00 on         lifted Overload
            08:02:00 draw 2001        5.00 on
            08:02:11 draw 2001        5.00 Overload   cut Overload
            08:00:00 restore          5.00 on         lifted Overload
            08:00:00 draw 2001        5.00 on
            08:00:11 draw 2001        5.00 Overload   cut Overload
            08:01:11                  5.00 on         lifted Overload
        "#]],
    );
    let load_limit = LoadLimit { most_a_day: 0, ..two_kilowatts() };
    check(
        Policy { load_limit: Some(load_limit), ..terms() },
        "draw 2001 / at 08:00:12 / draw 2001 / at +05:59:59 / at 06:00",
        expect![[r#"
            08:00:01 draw 2001        5.00 on
            08:00:12 draw 2001        5.00 Overload   cut Overload
            06:00:00                  5.00 on         lifted Overload
        "#]],
    );
}

#[test]
fn too_much_power_for_too_long_opens_and_comes_back_three_times_a_day() {
    let load_limit = Some(two_kilowatts());
    check(
        Policy { load_limit, ..terms() },
        "draw 2001 / at 08:00:11 / draw 2001 / at 08:00:12 / draw 2001 / at 08:01:12 / at 08:01:20
         / draw 2001 / at 08:01:25 / draw 2000 / at 08:01:31 / draw 2001 / at 08:01:42 / draw 2001
         / at 08:03 / draw 3000 / at 08:03:11 / draw 3000 / at 08:05 / draw 3000 / at 08:05:11
         / draw 3000 / at 12:00 / restore / draw 3000 / at 12:00:11 / draw 3000 / at +06:00 / draw 3000",
        expect![[r#"
            08:00:01 draw 2001        5.00 on
            08:00:11 draw 2001        5.00 on
            08:00:12 draw 2001        5.00 Overload   cut Overload
            08:01:12                  5.00 on         lifted Overload
            08:01:20 draw 2001        5.00 on
            08:01:25 draw 2000        5.00 on
            08:01:31 draw 2001        5.00 on
            08:01:42 draw 2001        5.00 Overload   cut Overload
            08:02:42                  5.00 on         lifted Overload
            08:03:00 draw 3000        5.00 on
            08:03:11 draw 3000        5.00 Overload   cut Overload
            08:04:11                  5.00 on         lifted Overload
            08:05:00 draw 3000        5.00 on
            08:05:11 draw 3000        5.00 Overload   cut Overload
            12:00:00 restore          5.00 on         lifted Overload
            12:00:00 draw 3000        5.00 on
            12:00:11 draw 3000        5.00 Overload   cut Overload
            06:00:00                  5.00 on         lifted Overload
            06:00:00 draw 3000        5.00 on
        "#]],
    );
}

#[test]
fn a_day_s_energy_is_used_up_until_the_reset_hour() {
    let daily_limit =
        Some(DailyLimit { energy: Energy::from_kwh(2), reset_hour: 6, in_no_cut_hours: false });
    let policy = Policy { daily_limit, ..terms() };
    check(
        policy.clone(),
        "use 1.99 / use 0.01 / restore / at +06:00 / use 1.00",
        expect![[r#"
        08:00:11 use 1.99         3.01 on
        08:00:21 use 0.01         3.00 DailyLimit cut DailyLimit
        08:00:21 restore          3.00 DailyLimit
        06:00:00                  3.00 on         lifted DailyLimit
        06:00:10 use 1.00         2.00 on
    "#]],
    );
    let no_cut = Some(every_day(&["08:00-09:00"]));
    check(
        Policy { no_cut, ..policy },
        "use 2.50 / at 09:00",
        expect![[r#"
        08:00:11 use 2.50         2.50 on
        09:00:00                  2.50 DailyLimit cut DailyLimit
    "#]],
    );
}
