//! Policies that keep their promises, and policies made to break each of them.

use super::*;
use crate::energy::{Energy, Power};
use crate::meter::DisconnectReason;
use crate::policy::{
    Courtesy, DailyLimit, DaySpan, Emergency, EmergencyStart, LoadHours, LoadLimit, NoCutHours,
    RestoreMode, Warning, Week,
};
use crate::time::Span;

fn money(minor: i64) -> Money {
    Money::from_minor(minor)
}

fn hours(span: &str) -> NoCutHours {
    let span = DaySpan::parse(span).expect("a span");
    NoCutHours { week: Week(std::array::from_fn(|_| vec![span])), ..NoCutHours::default() }
}

fn try_out(policy: &Policy, promised: &Policy) -> Result<Explored, LintError> {
    let zone = Zone::named("Asia/Shanghai").expect("a zone");
    let around = Timestamp::parse("2026-07-01T12:00:00+08:00").expect("an instant");
    check_against(policy, promised, &zone, Currency::CNY, around)
}

fn broken(policy: &Policy, promised: &Policy) -> CounterExample {
    match try_out(policy, promised) {
        Err(LintError::Broken(example)) => *example,
        other => panic!("a course that breaks a promise, not {other:?}"),
    }
}

#[test]
fn terms_with_everything_in_them_keep_their_promises() {
    let usual = Policy::default();
    let rich = Policy {
        last_credit: money(500),
        no_cut: Some(hours("22:00-07:00")),
        emergency: Some(Emergency {
            limit: money(600),
            offer_at: money(50),
            start: EmergencyStart::Manual,
        }),
        after_delivery: Some(Span::from_hours(24)),
        restore: RestoreMode::Permit,
        ..Policy::default()
    };
    for policy in [usual, rich] {
        let explored = try_out(&policy, &policy).expect("no course breaks a promise");
        assert!(explored.states > 100, "{explored:?}");
    }
}

#[test]
fn nobody_is_cut_without_a_word() {
    let policy = Policy { low_credit: Money::ZERO, ..Policy::default() };
    let example = broken(&policy, &policy);
    assert_eq!(example.broken, Broken::NoWarning);
    let last = example.timeline.last().expect("a course");
    assert_eq!((last.what.as_str(), last.supply.as_str()), ("CUT (NoCredit)", "off (NoCredit)"));
}

#[test]
fn a_warning_at_the_end_of_no_cut_hours_comes_half_an_hour_before() {
    let mut no_cut = hours("22:00-07:00");
    no_cut.warning = Warning(Span::ZERO);
    let policy = Policy { no_cut: Some(no_cut), ..Policy::default() };
    assert_eq!(broken(&policy, &policy).broken, Broken::WarningTooLate);
}

#[test]
fn a_reminder_that_only_a_confirmation_ends_leaves_somebody_dark_with_credit() {
    let policy = Policy {
        last_credit: money(800),
        courtesy: Some(Courtesy { closes_after: None }),
        ..Policy::default()
    };
    let courtesy = Broken::DarkWithCredit(DisconnectReason::Courtesy);
    assert_eq!(broken(&policy, &policy).broken, courtesy);
    let short = Some(Courtesy { closes_after: Some(Span::from_mins(10)) });
    let policy = Policy { courtesy: short, ..policy };
    assert!(try_out(&policy, &policy).is_ok(), "ten minutes are a reminder");
}

#[test]
fn a_daily_limit_that_acts_in_no_cut_hours_is_found() {
    let daily_limit =
        Some(DailyLimit { energy: Energy::from_kwh(3), reset_hour: 6, in_no_cut_hours: true });
    let policy = Policy { no_cut: Some(hours("22:00-07:00")), daily_limit, ..Policy::default() };
    let daily = Broken::CutInNoCutHours(DisconnectReason::DailyLimit);
    assert_eq!(broken(&policy, &policy).broken, daily);
}

#[test]
fn a_restore_minimum_that_nobody_may_reach_is_found() {
    let policy = Policy { hoarding_limit: money(400), ..Policy::default() };
    assert_eq!(broken(&policy, &policy).broken, Broken::NoWayBack);
}

#[test]
fn what_was_promised_and_is_not_in_the_terms_is_found() {
    let policy = Policy { no_cut: Some(hours("22:00-06:00")), ..Policy::default() };
    let promised = Policy { no_cut: Some(hours("22:00-07:00")), ..Policy::default() };
    let example = broken(&policy, &promised);
    assert_eq!(example.broken, Broken::CutInNoCutHours(DisconnectReason::NoCredit));
    let cut = example.timeline.last().expect("a course");
    assert!(cut.time.contains(" 06:") || cut.time.contains(" 07:"), "{example}");
    let promised = Policy { after_delivery: Some(Span::from_hours(24)), ..Policy::default() };
    assert_eq!(broken(&Policy::default(), &promised).broken, Broken::NotDelivered);
}

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

fn limited(limit: LoadLimit) -> Policy {
    Policy { load_limit: Some(limit), ..Policy::default() }
}

fn by_night(watts: i64) -> LoadLimit {
    let week = hours("22:00-07:00").week;
    let hours = vec![LoadHours {
        power: Power::from_watts(watts),
        week,
        special: std::collections::BTreeMap::new(),
    }];
    LoadLimit { hours, ..two_kilowatts() }
}

#[test]
fn limits_that_end_by_themselves_harm_nobody() {
    let accepted =
        LoadLimit { until_operator: true, accept_until_operator: true, ..two_kilowatts() };
    let none_by_day = LoadLimit { power: None, ..by_night(500) };
    for limit in [two_kilowatts(), by_night(500), none_by_day, accepted] {
        let explored = try_out(&limited(limit.clone()), &limited(limit.clone()));
        assert!(explored.is_ok(), "{limit:?}: {explored:?}");
    }
}

#[test]
fn a_limit_after_which_only_staff_bring_supply_back_is_refused_unless_that_is_meant() {
    let mut limit = LoadLimit { until_operator: true, ..two_kilowatts() };
    let left = Broken::UntilStaff(DisconnectReason::Overload);
    let example = broken(&limited(limit.clone()), &limited(limit.clone()));
    assert_eq!(example.broken, left);
    let cuts = example.timeline.iter().filter(|line| line.what == "CUT (Overload)").count();
    assert_eq!(cuts, 4, "three that end by themselves, and one that does not\n{example}");
    limit.most_a_day = 0;
    let example = broken(&limited(limit.clone()), &limited(limit));
    let cuts = example.timeline.iter().filter(|line| line.what == "CUT (Overload)").count();
    assert_eq!((example.broken, cuts), (left, 1), "the first time already");
}

#[test]
fn a_limit_under_which_nothing_may_be_used_leaves_somebody_dark_with_credit() {
    let power = Broken::NothingMayBeUsed(DisconnectReason::Overload);
    let nothing = |watts| LoadLimit { power: Some(Power::from_watts(watts)), ..two_kilowatts() };
    for limit in [nothing(0), nothing(9), by_night(0)] {
        assert_eq!(broken(&limited(limit.clone()), &limited(limit)).broken, power);
    }
    assert!(
        try_out(&limited(nothing(10)), &limited(nothing(10))).is_ok(),
        "eleven watts are a lamp"
    );
    let day = |energy| {
        let daily_limit = Some(DailyLimit { energy, reset_hour: 6, in_no_cut_hours: false });
        Policy { daily_limit, ..Policy::default() }
    };
    let energy = Broken::NothingMayBeUsed(DisconnectReason::DailyLimit);
    assert_eq!(broken(&day(Energy::ZERO), &day(Energy::ZERO)).broken, energy);
    let little = day(Energy::from_wh(11));
    assert!(try_out(&little, &little).is_ok());
}

#[test]
fn limits_that_act_otherwise_than_was_promised_are_found() {
    let overload = DisconnectReason::Overload;
    let surprise = Broken::BySurprise(overload);
    let slow = LoadLimit { delay: Span::from_secs(12), ..two_kilowatts() };
    let higher = LoadLimit { power: Some(Power::from_watts(2_001)), ..two_kilowatts() };
    for promised in [limited(slow), limited(higher), Policy::default(), limited(by_night(5_000))] {
        assert_eq!(broken(&limited(two_kilowatts()), &promised).broken, surprise, "{promised:?}");
    }
    let spared = LoadLimit { not_in_no_cut_hours: true, ..two_kilowatts() };
    let no_cut = Some(hours("22:00-07:00"));
    let promised = Policy { no_cut: no_cut.clone(), ..limited(spared) };
    let policy = Policy { no_cut, ..limited(two_kilowatts()) };
    assert_eq!(broken(&policy, &promised).broken, Broken::CutInNoCutHours(overload));
    assert!(try_out(&promised, &promised).is_ok());
    let day = |kwh| {
        let daily_limit = Some(DailyLimit {
            energy: Energy::from_kwh(kwh),
            reset_hour: 6,
            in_no_cut_hours: false,
        });
        Policy { daily_limit, ..Policy::default() }
    };
    let daily = Broken::BySurprise(DisconnectReason::DailyLimit);
    assert_eq!(broken(&day(3), &day(4)).broken, daily);
    assert!(try_out(&day(3), &day(3)).is_ok());
}
