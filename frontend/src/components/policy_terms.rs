//! The terms of a policy as a list that reads: what holds, and how much.

use shared::money::Currency;
use shared::policy::{
    CivilDay, DaySpan, EmergencyStart, LoadLimit, Mode, NoCutHours, Policy, RestoreMode, Week,
};
use std::collections::BTreeMap;
use yew::prelude::*;

use crate::format;
use crate::hooks::{use_lang, use_seat};
use crate::i18n::{self, Lang, fill};
use crate::store::seat::Seat;

#[derive(PartialEq, Properties)]
pub struct PolicyTermsProps {
    pub policy: Policy,
}

#[component]
pub fn PolicyTerms(props: &PolicyTermsProps) -> Html {
    let (seat, lang) = (use_seat(), use_lang());
    html! {
        <dl class="pairs policy-terms">
            { for rows(&props.policy, lang, &seat).into_iter().map(|(what, how)| html! { <><dt>{ what }</dt><dd>{ how.join("; ") }</dd></> }) }
        </dl>
    }
}

type Row = (&'static str, Vec<String>);

fn rows(policy: &Policy, lang: Lang, seat: &Seat) -> Vec<Row> {
    let (texts, currency) = (&lang.policy_texts().terms, seat.currency());
    let money = |amount| format::money(amount, currency);
    let mut rows: Vec<Row> = Vec::new();
    match policy.mode {
        Mode::Prepaid => rows.extend(credit(policy, lang, currency)),
        Mode::Postpaid => rows.push((texts.mode, vec![texts.postpaid.to_owned()])),
    }
    if let Some(hours) = &policy.no_cut {
        rows.push((texts.no_cut, no_cut(hours, lang, seat)));
    }
    if let Some(limit) = &policy.load_limit {
        rows.push((texts.load, load(limit, lang)));
    }
    if let Some(limit) = policy.daily_limit {
        let day =
            fill(texts.daily_of, &[&format::energy(limit.energy), &limit.reset_hour.to_string()]);
        let quiet = limit.in_no_cut_hours.then(|| texts.daily_quiet.to_owned());
        rows.push((texts.daily, std::iter::once(day).chain(quiet).collect()));
    }
    rows.push((
        texts.sale,
        vec![fill(texts.range, &[&money(policy.least_sale), &money(policy.most_sale)])],
    ));
    rows.push((texts.hoarding, vec![money(policy.hoarding_limit)]));
    if policy.protect_needs_two {
        rows.push((texts.two, vec![texts.two_persons.to_owned()]));
    }
    rows
}

/// Warnings, the cut, and the way back.
fn credit(policy: &Policy, lang: Lang, currency: Currency) -> Vec<Row> {
    let texts = &lang.policy_texts().terms;
    let money = |amount| format::money(amount, currency);
    let level = |credit: shared::money::Money, days: u16| {
        if days > 0 {
            fill(texts.days, &[&days.to_string()])
        } else if credit > shared::money::Money::ZERO {
            fill(texts.below, &[&money(credit)])
        } else {
            texts.never.to_owned()
        }
    };
    let mut rows: Vec<Row> = vec![
        (texts.mode, vec![texts.prepaid.to_owned()]),
        (texts.first, vec![level(policy.low_credit, policy.low_days)]),
        (texts.last, vec![level(policy.last_credit, policy.last_days)]),
    ];
    if let Some(courtesy) = policy.courtesy {
        let end = courtesy.closes_after.map_or_else(
            || texts.until_confirmed.to_owned(),
            |after| fill(texts.at_most, &[&format::span(after, lang)]),
        );
        rows.push((texts.courtesy, vec![end]));
    }
    let mut cut = vec![if policy.overdraft > shared::money::Money::ZERO {
        fill(texts.overdrawn, &[&money(policy.overdraft)])
    } else {
        texts.used_up.to_owned()
    }];
    let wait = policy.after_delivery;
    cut.extend(wait.map(|most| fill(texts.after_delivery, &[&format::span(most, lang)])));
    rows.push((texts.cut, cut));
    let how = match policy.restore {
        RestoreMode::Auto => texts.auto,
        RestoreMode::Permit => texts.permit,
    };
    let back = fill(texts.restore_at, &[&money(policy.restore_minimum)]);
    rows.push((texts.restore, vec![back, how.to_owned()]));
    if let Some(emergency) = policy.emergency {
        let start = match emergency.start {
            EmergencyStart::Manual => texts.manual,
            EmergencyStart::Automatic => texts.automatic,
        };
        let of = fill(texts.emergency_of, &[&money(emergency.limit), &money(emergency.offer_at)]);
        rows.push((texts.emergency, vec![of, start.to_owned()]));
    }
    rows
}

fn no_cut(hours: &NoCutHours, lang: Lang, seat: &Seat) -> Vec<String> {
    let texts = &lang.policy_texts().terms;
    if hours.excluded {
        return vec![texts.excluded.to_owned()];
    }
    let mut told = table(&hours.week, &hours.special, lang);
    if let Some(next) = &hours.next {
        let later = table(&next.week, &next.special, lang).join(", ");
        told.push(fill(texts.next, &[&format::full(next.from, &seat.zone), &later]));
    }
    told.push(fill(texts.notice_before, &[&format::span(hours.warning.0, lang)]));
    told
}

fn load(limit: &LoadLimit, lang: Lang) -> Vec<String> {
    let texts = &lang.policy_texts().terms;
    let watts = |power: shared::energy::Power| format!("{} W", power.watts());
    let at = |hours: &shared::policy::LoadHours| {
        let when = table(&hours.week, &hours.special, lang).join(", ");
        fill(texts.load_at, &[&watts(hours.power), &when])
    };
    let mut told: Vec<String> = limit.hours.iter().map(at).collect();
    told.extend(limit.power.map(|power| {
        if limit.hours.is_empty() { watts(power) } else { fill(texts.load_rest, &[&watts(power)]) }
    }));
    told.push(fill(texts.load_after, &[&format::span(limit.delay, lang)]));
    let back = [format::span(limit.clear_after, lang), limit.most_a_day.to_string()];
    told.push(fill(texts.load_back, &[&back[0], &back[1]]));
    told.push(if limit.until_operator {
        texts.load_operator.to_owned()
    } else {
        fill(texts.load_reset, &[&limit.reset_hour.to_string()])
    });
    told.extend(limit.not_in_no_cut_hours.then(|| texts.load_quiet.to_owned()));
    told
}

/// The days of a week and those with spans of their own.
fn table(week: &Week, special: &BTreeMap<CivilDay, Vec<DaySpan>>, lang: Lang) -> Vec<String> {
    let days = week.alike().into_iter();
    let days = days
        .map(|(days, spans)| format!("{} {}", i18n::days(lang, days), i18n::spans(lang, spans)));
    let own = special.iter().map(|(day, spans)| format!("{day} {}", i18n::spans(lang, spans)));
    days.chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::energy::Power;
    use shared::time::Span;

    #[test]
    fn a_load_limit_says_its_hours_and_how_it_ends() {
        let span = DaySpan::parse("06:30-23:00").expect("a span");
        let week = Week(std::array::from_fn(|_| vec![span]));
        let day = shared::policy::LoadHours {
            power: Power::from_watts(1_500),
            week,
            special: BTreeMap::new(),
        };
        let limit = LoadLimit {
            power: Some(Power::from_watts(800)),
            delay: Span::from_secs(10),
            clear_after: Span::from_secs(60),
            most_a_day: 3,
            reset_hour: 6,
            hours: vec![day],
            not_in_no_cut_hours: false,
            until_operator: false,
            accept_until_operator: false,
        };
        let told = load(&limit, Lang::En).join("; ");
        assert!(
            told.starts_with("1500 W at every day 06:30–23:00; otherwise 800 W; cut after"),
            "{told}"
        );
        assert!(told.ends_with("3 times a day; then not before 6:00"), "{told}");
        let operator = LoadLimit { until_operator: true, ..limit };
        assert!(load(&operator, Lang::Zh).join("").ends_with("之后须由工作人员恢复"));
    }
}
