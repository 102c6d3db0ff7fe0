//! Figures as people read them, made from integers: money, energy, power, time. Nothing here
//! computes an amount; it only writes one.

use shared::energy::{Energy, Power, Register};
use shared::money::{Currency, Money, UnitPrice};
use shared::time::{Span, Timestamp, Zone};

use crate::i18n::{Lang, fill};

/// Narrow and unbreakable: between groups of three digits, and between currency and figure.
const THIN: char = '\u{202f}';
const MINUS: char = '\u{2212}';

/// `¥ 12 345.67`, `−¥ 3.20`.
pub fn money(amount: Money, currency: Currency) -> String {
    let sign = if amount.is_negative() { String::from(MINUS) } else { String::new() };
    format!("{sign}{}{THIN}{}", symbol(currency), plain_money(amount, currency))
}

/// With a plus sign where credit grows: `+¥ 50.00`.
pub fn signed_money(amount: Money, currency: Currency) -> String {
    let sign = if amount > Money::ZERO { "+" } else { "" };
    format!("{sign}{}", money(amount, currency))
}

/// Without sign and currency: `12 345.67`.
pub fn plain_money(amount: Money, currency: Currency) -> String {
    scaled(amount.minor().unsigned_abs(), u32::from(currency.decimals()))
}

/// As typed into a field: `52.80`, without groups, without decimals that are not needed.
pub fn typed_money(amount: Money, currency: Currency) -> String {
    let decimals = usize::from(currency.decimals());
    let text = plain_money(amount, currency).replace(THIN, "");
    match text.split_once('.') {
        Some((whole, fraction))
            if fraction.len() == decimals && fraction.bytes().all(|b| b == b'0') =>
        {
            whole.to_owned()
        }
        Some(_) | None => text,
    }
}

pub fn symbol(currency: Currency) -> String {
    match currency.code() {
        "CNY" | "JPY" => "¥".to_owned(),
        "EUR" => "€".to_owned(),
        "USD" => "$".to_owned(),
        "GBP" => "£".to_owned(),
        "INR" => "₹".to_owned(),
        "NGN" => "₦".to_owned(),
        code => code.to_owned(),
    }
}

/// Currency per kWh, at least two decimals and as many more as the price has.
pub fn price(price: UnitPrice, currency: Currency) -> String {
    let all = scaled(price.e8().unsigned_abs(), 8);
    let (whole, fraction) = all.split_once('.').unwrap_or((&all, ""));
    let kept = fraction.trim_end_matches('0');
    let sign = if price.e8() < 0 { String::from(MINUS) } else { String::new() };
    format!("{sign}{}{THIN}{whole}.{kept:0<2}", symbol(currency))
}

/// kWh with two decimals, cut off, never rounded up.
pub fn energy(energy: Energy) -> String {
    kwh(energy.mwh(), 2)
}

/// kWh with one decimal, for large sums.
pub fn energy_short(energy: Energy) -> String {
    kwh(energy.mwh(), 1)
}

pub fn register(register: Register) -> String {
    kwh(register.mwh(), 2)
}

fn kwh(mwh: i64, decimals: u32) -> String {
    let sign = if mwh < 0 { String::from(MINUS) } else { String::new() };
    let step = 10_u64.pow(6 - decimals.min(6));
    format!("{sign}{}", scaled(mwh.unsigned_abs() / step, decimals))
}

/// kW: two decimals below 100 kW, one above.
pub fn power(power: Power) -> String {
    let watts = power.watts();
    let sign = if watts < 0 { String::from(MINUS) } else { String::new() };
    let watts = watts.unsigned_abs();
    let figure = if watts < 100_000 { scaled(watts / 10, 2) } else { scaled(watts / 100, 1) };
    format!("{sign}{figure}")
}

/// A thousandth's figure such as mV or mHz with `decimals` left: `230.1`.
pub fn milli(value: i64, decimals: u32) -> String {
    let sign = if value < 0 { String::from(MINUS) } else { String::new() };
    format!("{sign}{}", scaled(value.unsigned_abs() / 10_u64.pow(3 - decimals.min(3)), decimals))
}

pub fn count(number: u64) -> String {
    grouped(&number.to_string())
}

fn scaled(value: u64, decimals: u32) -> String {
    let unit = 10_u64.pow(decimals);
    let whole = grouped(&(value / unit).to_string());
    if decimals == 0 {
        return whole;
    }
    let width = usize::try_from(decimals).expect("a few decimals");
    format!("{whole}.{:0width$}", value % unit)
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(digit);
    }
    text
}

/// `14:02:07` in the site's zone.
pub fn clock(at: Timestamp, zone: &Zone) -> String {
    let civil = zone.civil(at);
    format!("{:02}:{:02}:{:02}", civil.hour(), civil.minute(), civil.second())
}

/// `14:02`.
pub fn minute(at: Timestamp, zone: &Zone) -> String {
    let civil = zone.civil(at);
    format!("{:02}:{:02}", civil.hour(), civil.minute())
}

/// `2026-11-22 14:02:07`.
pub fn full(at: Timestamp, zone: &Zone) -> String {
    format!("{} {}", zone.date(at), clock(at, zone))
}

/// `周日 11-22` or `Sun 22 Nov`.
pub fn day(at: Timestamp, zone: &Zone, lang: Lang) -> String {
    let civil = zone.civil(at);
    match lang {
        Lang::Zh => format!("{} {:02}-{:02}", weekday(at, zone, lang), civil.month(), civil.day()),
        Lang::En => format!("{} {} {}", weekday(at, zone, lang), civil.day(), month(civil.month())),
    }
}

/// Today as time, else with its date: `14:02:07`, `11-21 14:02`.
pub fn moment(at: Timestamp, now: Timestamp, zone: &Zone) -> String {
    if zone.date(at) == zone.date(now) {
        return clock(at, zone);
    }
    let civil = zone.civil(at);
    format!("{:02}-{:02} {}", civil.month(), civil.day(), minute(at, zone))
}

/// A date without its year: `11-21`.
pub fn moment_short(at: Timestamp, zone: &Zone) -> String {
    let date = zone.date(at);
    format!("{:02}-{:02}", date.month(), date.day())
}

/// A time to come: `21:00` today, `周四 21:00` this week, else the date.
pub fn until(at: Timestamp, now: Timestamp, zone: &Zone, lang: Lang) -> String {
    let time = minute(at, zone);
    let (date, today) = (zone.date(at), zone.date(now));
    if date == today {
        return format!("{} {time}", lang.texts().common.today);
    }
    if today.tomorrow().is_ok_and(|tomorrow| tomorrow == date) {
        return format!("{} {time}", lang.texts().common.tomorrow);
    }
    if at - now < Span::from_days(6) {
        return format!("{} {time}", weekday(at, zone, lang));
    }
    match lang {
        Lang::Zh => format!("{} 月 {} 日", date.month(), date.day()),
        Lang::En => format!("{} {}", date.day(), month(date.month())),
    }
}

fn weekday(at: Timestamp, zone: &Zone, lang: Lang) -> &'static str {
    let names = match lang {
        Lang::Zh => ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
        Lang::En => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    };
    let place =
        usize::try_from(zone.date(at).weekday().to_monday_zero_offset()).unwrap_or_default();
    names.get(place).copied().unwrap_or_default()
}

fn month(number: i8) -> &'static str {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    usize::try_from(number - 1).ok().and_then(|place| NAMES.get(place)).copied().unwrap_or_default()
}

/// `12 s`, `3 min`, `5 h`, `2 d`.
pub fn span(span: Span, lang: Lang) -> String {
    let texts = &lang.texts().common;
    let seconds = span.millis().max(0) / 1_000;
    let (text, figure) = match seconds {
        0..=119 => (texts.seconds, seconds),
        120..=7_199 => (texts.minutes, seconds / 60),
        7_200..=172_799 => (texts.hours, seconds / 3_600),
        _ => (texts.days, seconds / 86_400),
    };
    fill(text, &[&figure.to_string()])
}

/// `12 s ago`.
pub fn ago(at: Timestamp, now: Timestamp, lang: Lang) -> String {
    fill(lang.texts().common.ago, &[&span(now - at, lang)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thin(text: &str) -> String {
        text.replace('_', "\u{202f}")
    }

    #[test]
    fn money_shows_currency_groups_and_all_decimals() {
        let kwd = Currency::try_from("KWD".to_owned()).expect("a currency");
        let jpy = Currency::try_from("JPY".to_owned()).expect("a currency");
        for (minor, currency, text) in [
            (1_234_567, Currency::CNY, "¥_12_345.67"),
            (-320, Currency::CNY, "−¥_3.20"),
            (5, Currency::CNY, "¥_0.05"),
            (0, Currency::CNY, "¥_0.00"),
            (1_234, jpy, "¥_1_234"),
            (1_234, kwd, "KWD_1.234"),
            (i64::MIN, Currency::CNY, "−¥_92_233_720_368_547_758.08"),
        ] {
            assert_eq!(money(Money::from_minor(minor), currency), thin(text));
        }
        assert_eq!(signed_money(Money::from_minor(50), Currency::CNY), thin("+¥_0.50"));
        assert_eq!(typed_money(Money::from_minor(5_000), Currency::CNY), "50");
        assert_eq!(typed_money(Money::from_minor(100_050), Currency::CNY), "1000.50");
    }

    #[test]
    fn energy_and_power_are_cut_off_not_rounded_up() {
        assert_eq!(energy(Energy::from_mwh(1_284_369_999)), thin("1_284.36"));
        assert_eq!(energy(Energy::from_mwh(-9_999)), "−0.00");
        assert_eq!(power(Power::from_watts(1_239)), "1.23");
        assert_eq!(power(Power::from_watts(128_470)), "128.4");
        assert_eq!(milli(230_150, 1), "230.1");
    }

    #[test]
    fn a_price_keeps_its_decimals() {
        for (text, shown) in [("0.5283", "¥_0.5283"), ("1", "¥_1.00"), ("0.6", "¥_0.60")] {
            assert_eq!(price(UnitPrice::parse(text).expect("a price"), Currency::CNY), thin(shown));
        }
    }

    #[test]
    fn times_are_the_sites_own_and_as_short_as_they_can_be() {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let at = |text| Timestamp::parse(text).expect("an instant");
        let now = at("2026-11-22T06:00:00Z");
        assert_eq!(moment(at("2026-11-22T05:59:01Z"), now, &zone), "13:59:01");
        assert_eq!(moment(at("2026-11-21T05:59:01Z"), now, &zone), "11-21 13:59");
        for (when, zh, en) in [
            ("2026-11-22T13:00:00Z", "今日 21:00", "today 21:00"),
            ("2026-11-23T13:00:00Z", "明天 21:00", "tomorrow 21:00"),
            ("2026-11-26T13:00:00Z", "周四 21:00", "Thu 21:00"),
            ("2026-12-06T13:00:00Z", "12 月 6 日", "6 Dec"),
        ] {
            assert_eq!(until(at(when), now, &zone, Lang::Zh), zh);
            assert_eq!(until(at(when), now, &zone, Lang::En), en);
        }
    }

    #[test]
    fn ages_change_their_unit_with_length() {
        for (seconds, text) in
            [(-5, "0 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (172_800, "2 d")]
        {
            assert_eq!(span(Span::from_secs(seconds), Lang::En), text);
        }
    }
}
