//! Policies that keep their promises, and policies made to break each of them.

use super::*;
use crate::energy::Energy;
use crate::meter::DisconnectReason;
use crate::policy::{
    Courtesy, DailyLimit, DaySpan, Emergency, EmergencyStart, NoCutHours, RestoreMode, Warning,
    Week,
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
