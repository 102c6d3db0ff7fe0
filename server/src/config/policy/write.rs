//! Terms as a site file has them: so that what holds can be read, changed and asked for in one form.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use shared::money::{Currency, Money};
use shared::policy::{
    CivilDay, DailyLimit, DaySpan, Days, EmergencyStart, LoadLimit, Mode, NoCutHours, Policy,
    RestoreMode, Week,
};
use shared::time::{Span, Timestamp, Zone};

use super::hours::DAYS;

/// A whole `[policy]` table; every term that holds is in it, also where it is the usual one.
pub(super) fn policy(policy: &Policy, currency: Currency, zone: &Zone) -> String {
    let mut text = Text { text: String::new(), currency };
    let Policy {
        low_credit,
        restore_minimum,
        overdraft,
        least_sale,
        most_sale,
        hoarding_limit,
        mode,
        low_days,
        last_credit,
        last_days,
        courtesy,
        after_delivery,
        emergency,
        no_cut,
        restore,
        load_limit,
        daily_limit,
        protect_needs_two,
    } = policy;
    text.table("policy");
    text.amount("low_credit", *low_credit);
    text.key_if(*low_days > 0, "low_days", low_days);
    text.amount("last_credit", *last_credit);
    text.key_if(*last_days > 0, "last_days", last_days);
    text.amount("restore_minimum", *restore_minimum);
    text.amount("overdraft", *overdraft);
    text.amount("least_sale", *least_sale);
    text.amount("most_sale", *most_sale);
    text.amount("hoarding_limit", *hoarding_limit);
    text.quoted("mode", mode_word(*mode));
    text.quoted("restore", restore_word(*restore));
    text.key_if(*protect_needs_two, "protect_needs_two", true);
    if let Some(courtesy) = courtesy {
        let after =
            courtesy.closes_after.map(|after| format!("closes_after_minutes = {}", mins(after)));
        text.key("courtesy", format!("{{ {} }}", after.unwrap_or_default()));
    }
    if let Some(most) = after_delivery {
        text.key("after_delivery_hours", most.millis() / 3_600_000);
    }
    if let Some(emergency) = emergency {
        let [limit, offer] =
            [emergency.limit, emergency.offer_at].map(|amount| text.decimal(amount));
        let start = start_word(emergency.start);
        let inside = format!("limit = \"{limit}\", offer_at = \"{offer}\", start = \"{start}\"");
        text.key("emergency", format!("{{ {inside} }}"));
    }
    if let Some(DailyLimit { energy, reset_hour, in_no_cut_hours }) = daily_limit {
        text.table("policy.daily_limit");
        text.quoted("kwh", &energy.to_kwh().to_string());
        text.key("reset_hour", reset_hour);
        text.key("in_no_cut_hours", in_no_cut_hours);
    }
    if let Some(limit) = load_limit {
        text.load_limit(limit);
    }
    if let Some(hours) = no_cut {
        text.no_cut(hours, zone);
    }
    text.text
}

struct Text {
    text: String,
    currency: Currency,
}

impl Text {
    fn table(&mut self, name: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        self.line(format_args!("{gap}[{name}]"));
    }

    fn line(&mut self, line: impl Display) {
        writeln!(self.text, "{line}").expect("a string takes every text");
    }

    fn key(&mut self, key: &str, value: impl Display) {
        self.line(format_args!("{key} = {value}"));
    }

    fn key_if(&mut self, wanted: bool, key: &str, value: impl Display) {
        if wanted {
            self.key(key, value);
        }
    }

    fn quoted(&mut self, key: &str, value: &str) {
        self.key(key, format_args!("\"{value}\""));
    }

    fn decimal(&self, amount: Money) -> String {
        amount.to_decimal(self.currency).to_string()
    }

    fn amount(&mut self, key: &str, amount: Money) {
        let decimal = self.decimal(amount);
        self.quoted(key, &decimal);
    }

    fn load_limit(&mut self, limit: &LoadLimit) {
        self.table("policy.load_limit");
        if let Some(power) = limit.power {
            self.key("watts", power.watts());
        }
        self.key("delay_s", limit.delay.millis() / 1_000);
        self.key("clear_s", limit.clear_after.millis() / 1_000);
        self.key("most_a_day", limit.most_a_day);
        self.key("reset_hour", limit.reset_hour);
        self.key_if(limit.not_in_no_cut_hours, "not_in_no_cut_hours", true);
        self.key_if(limit.until_operator, "until_operator", true);
        self.key_if(limit.accept_until_operator, "accept_until_operator", true);
        for hours in &limit.hours {
            self.table("[policy.load_limit.hours]");
            self.key("watts", hours.power.watts());
            self.week(&hours.week);
            self.special("policy.load_limit.hours", &hours.special);
        }
    }

    fn no_cut(&mut self, hours: &NoCutHours, zone: &Zone) {
        self.table("policy.no_cut");
        self.key("warning_minutes", mins(hours.warning.0));
        self.key_if(hours.excluded, "excluded", true);
        self.week(&hours.week);
        self.special("policy.no_cut", &hours.special);
        if let Some(next) = &hours.next {
            self.table("policy.no_cut.next");
            self.quoted("from", &written(next.from, zone));
            self.week(&next.week);
            self.special("policy.no_cut.next", &next.special);
        }
    }

    /// Days that are alike by one name, the others by their own.
    fn week(&mut self, week: &Week) {
        for (days, spans) in week.alike() {
            let name = match days {
                Days::Every => "every_day",
                Days::Workdays => "workdays",
                Days::Weekend => "weekend",
                Days::One(place) => {
                    DAYS.get(place).copied().expect("a week and its names have seven days")
                }
            };
            self.key(name, list(spans));
        }
    }

    fn special(&mut self, within: &str, days: &BTreeMap<CivilDay, Vec<DaySpan>>) {
        if !days.is_empty() {
            self.table(&format!("{within}.special"));
        }
        for (day, spans) in days {
            self.key(&day.to_string(), list(spans));
        }
    }
}

fn list(spans: &[DaySpan]) -> String {
    let spans: Vec<String> = spans.iter().map(|span| format!("\"{span}\"")).collect();
    format!("[{}]", spans.join(", "))
}

fn mins(span: Span) -> i64 {
    span.millis() / 60_000
}

/// In the site's own time.
fn written(at: Timestamp, zone: &Zone) -> String {
    zone.local(at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

const fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Prepaid => "prepaid",
        Mode::Postpaid => "postpaid",
    }
}

const fn restore_word(restore: RestoreMode) -> &'static str {
    match restore {
        RestoreMode::Auto => "auto",
        RestoreMode::Permit => "permit",
    }
}

const fn start_word(start: EmergencyStart) -> &'static str {
    match start {
        EmergencyStart::Manual => "manual",
        EmergencyStart::Automatic => "automatic",
    }
}
