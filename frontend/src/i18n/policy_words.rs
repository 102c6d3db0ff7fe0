//! Policies in words: places, days, the steps of a course, what a promise was, what is wrong.

use shared::event::WarningLevel;
use shared::lint::{Broken, Step};
use shared::meter::{DisconnectReason, Supply};
use shared::money::Currency;
use shared::policy::{DaySpan, Days, Scope};

use super::{Lang, fill, reason};
use crate::format;

/// A place; a meter by its name, where that is known.
pub fn scope(lang: Lang, scope: &Scope, meter: Option<&str>) -> String {
    let texts = &lang.policy_texts().policies;
    match scope {
        Scope::Site => texts.site.to_owned(),
        Scope::Building { building } => fill(texts.building, &[building]),
        Scope::Floor { building, floor } => fill(texts.floor, &[building, floor]),
        Scope::Meter { meter: number } => {
            let number = number.to_string();
            fill(texts.meter, &[meter.unwrap_or(&number)])
        }
    }
}

pub fn days(lang: Lang, days: Days) -> &'static str {
    let texts = &lang.policy_texts().terms;
    let names = [
        texts.monday,
        texts.tuesday,
        texts.wednesday,
        texts.thursday,
        texts.friday,
        texts.saturday,
        texts.sunday,
    ];
    match days {
        Days::Every => texts.every_day,
        Days::Workdays => texts.workdays,
        Days::Weekend => texts.weekend,
        Days::One(place) => names.get(place).copied().unwrap_or_default(),
    }
}

/// Such as `22:00–07:00, 12:00–13:00`.
pub fn spans(lang: Lang, spans: &[DaySpan]) -> String {
    if spans.is_empty() {
        return lang.policy_texts().terms.whole.to_owned();
    }
    let one = |span: &DaySpan| span.to_string().replace('-', "–");
    let spans: Vec<String> = spans.iter().map(one).collect();
    spans.join(", ")
}

pub fn course_step(lang: Lang, step: Step, currency: Currency) -> String {
    let texts = &lang.policy_texts().steps;
    let money = |amount| format::money(amount, currency);
    let why = |cause: DisconnectReason| reason(lang, cause);
    match step {
        Step::Opened { credit } => fill(texts.opened, &[&money(credit)]),
        Step::TimeGoesOn => texts.time.to_owned(),
        Step::UsedDownTo { credit } => fill(texts.used, &[&money(credit)]),
        Step::ReadAgain => texts.again.to_owned(),
        Step::Drawn { power, still } => {
            let text = if still { texts.still } else { texts.drawn };
            fill(text, &[&format!("{} W", power.watts())])
        }
        Step::Paid { amount } => fill(texts.paid, &[&money(amount)]),
        Step::Confirmed => texts.confirmed.to_owned(),
        Step::Protected => texts.protected.to_owned(),
        Step::ProtectionTakenBack => texts.taken_back.to_owned(),
        Step::ProtectionEnds => texts.protection_ends.to_owned(),
        Step::NoticeSent { notice, level } => {
            let text = match level {
                WarningLevel::First => texts.low,
                WarningLevel::Last => texts.last,
                WarningLevel::Cut => texts.will_cut,
            };
            fill(text, &[&notice.to_string()])
        }
        Step::NoticeArrives { notice } => fill(texts.arrives, &[&notice.to_string()]),
        Step::NoticeOverdue { notice } => fill(texts.overdue, &[&notice.to_string()]),
        Step::EmergencyOffered => texts.offered.to_owned(),
        Step::EmergencyTaken => texts.taken.to_owned(),
        Step::EmergencyBegins => texts.begins.to_owned(),
        Step::EmergencyRepaid => texts.repaid.to_owned(),
        Step::Cut { reason } => fill(texts.cut, &[why(reason)]),
        Step::Lifted { reason } => fill(texts.lifted, &[why(reason)]),
        Step::NothingEndsIt => texts.nothing.to_owned(),
    }
}

pub fn wanted(lang: Lang, supply: Supply) -> String {
    let texts = &lang.policy_texts().steps;
    match supply {
        Supply::Connected => texts.on.to_owned(),
        Supply::Armed => texts.armed.to_owned(),
        Supply::Disconnected(cause) => fill(texts.off, &[reason(lang, cause)]),
    }
}

pub fn broken(lang: Lang, broken: Broken) -> String {
    let texts = &lang.policy_texts().broken;
    let of = |text: &'static str, cause: DisconnectReason| fill(text, &[reason(lang, cause)]);
    match broken {
        Broken::CutInNoCutHours(cause) => of(texts.no_cut, cause),
        Broken::NoWarning => texts.no_warning.to_owned(),
        Broken::WarningTooLate => texts.too_late.to_owned(),
        Broken::NotDelivered => texts.not_delivered.to_owned(),
        Broken::DarkWithCredit(cause) => of(texts.dark, cause),
        Broken::NoWayBack => texts.no_way_back.to_owned(),
        Broken::BySurprise(cause) => of(texts.surprise, cause),
        Broken::NothingMayBeUsed(cause) => of(texts.nothing, cause),
        Broken::UntilStaff(cause) => of(texts.until_staff, cause),
    }
}

/// What is wrong with a term, by its key and the core's sentence; what is not known here is left
/// as it is.
pub fn complaint(lang: Lang, key: &str, what: &str) -> String {
    let own = COMPLAINTS.iter().find(|(english, _)| *english == what).map(|(_, zh)| *zh);
    let what = match lang {
        Lang::Zh => own.unwrap_or(what),
        Lang::En => what,
    };
    format!("{key}: {what}")
}

const COMPLAINTS: [(&str, &str); 24] = [
    ("an amount below zero makes no sense here", "金额不能小于零"),
    ("is above most_sale, so nothing could be sold", "高于 most_sale，将无法售电"),
    ("the last warning must lie below the first, low_credit", "末次告警须低于首次告警 low_credit"),
    ("the last warning must lie below the first, low_days", "末次告警须少于首次告警 low_days"),
    (
        "opens at the last warning, so it needs last_credit or last_days",
        "在末次告警时动作，须有 last_credit 或 last_days",
    ),
    ("a switch rests 60 s between two operations", "开关两次动作之间至少间隔 60 秒"),
    ("how long a cut waits must be above zero", "拉闸等待的时间须大于零"),
    ("must be above zero", "须大于零"),
    ("a limit must be above zero", "限额须大于零"),
    ("there are no no-cut hours", "没有免断电时段"),
    ("energy below zero makes no sense here", "电量不能小于零"),
    ("an hour of the day is 0 to 23", "小时为 0 至 23"),
    ("cannot be below zero", "不能小于零"),
    ("a limit below zero makes no sense here", "限额不能小于零"),
    ("without a limit it needs hours that have one", "没有限额时，须有带限额的时段"),
    ("belongs to until_operator = true", "须与 until_operator = true 同用"),
    ("at most 8 tables of other hours", "其他时段表最多 8 个"),
    ("a table without a span never holds", "没有时段的表永不生效"),
    ("a day has at most 8 spans", "一天最多 8 个时段"),
    ("a time lies between 00:00 and 24:00", "时间须在 00:00 与 24:00 之间"),
    ("at most 10^12 of the smallest unit of the currency", "最多 10^12 个最小货币单位"),
    ("at most 366 days", "最多 366 天"),
    ("at most 10^9 W", "最多 10^9 W"),
    ("at most 10^9 kWh a day", "每天最多 10^9 kWh"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sentence of the core's own checks is known in both languages.
    #[test]
    fn every_complaint_of_the_core_is_known() {
        let source = include_str!("../../../shared/src/policy/check.rs");
        let mut known = 0;
        for (place, _) in source.match_indices("wrong(") {
            let call = source.get(place..).and_then(|rest| rest.split(");").next());
            let Some(what) = call.and_then(|call| call.split('"').nth(3)) else { continue };
            // That limit is let through to the check, which tells it with its course.
            if !what.contains("until somebody of the staff acts") {
                assert!(COMPLAINTS.iter().any(|(english, _)| *english == what), "{what}");
                known += 1;
            }
        }
        assert!(known > 8, "{known}");
    }

    #[test]
    fn a_course_reads_in_both_languages() {
        let cut = Step::Cut { reason: DisconnectReason::NoCredit };
        assert_eq!(course_step(Lang::Zh, cut, Currency::CNY), "拉闸（余额用尽）");
        assert_eq!(course_step(Lang::En, cut, Currency::CNY), "CUT (no credit)");
        assert_eq!(broken(Lang::Zh, Broken::NoWarning), "自上次充值以来未告警即拉闸");
        let one = DaySpan::parse("22:00-07:00").expect("a span");
        assert_eq!(spans(Lang::En, &[one]), "22:00–07:00");
        assert_eq!(
            complaint(Lang::Zh, "daily_limit.energy", "must be above zero"),
            "daily_limit.energy: 须大于零"
        );
    }
}
