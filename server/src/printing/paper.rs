//! A receipt as parts of a paper: what stands on it, in order, before anybody asks how wide it is.

use shared::api::receipt::Receipt;
use shared::energy::Energy;
use shared::id::Book;
use shared::money::{Currency, Money};
use shared::time::{Timestamp, Zone};
use shared::vend::Tender;
use shared::visible::visible;

use super::words::Lang;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Large, in the middle.
    Heading(String),
    Centred(String),
    /// Large: what the customer looks for first.
    Sum(String, String),
    Pair(String, String),
    Rule,
    /// Something to scan.
    Code(String),
}

/// What the paper of a site has in common.
#[derive(Clone, Debug)]
pub(super) struct Style {
    pub(super) language: Lang,
    pub(super) currency: Currency,
    pub(super) zone: Zone,
}

/// The paper of a receipt; `repeated`: the same paper may have come out before, cut off.
pub(super) fn parts(
    receipt: &Receipt,
    link: Option<&str>,
    repeated: bool,
    style: &Style,
) -> Vec<Part> {
    let words = style.language.words();
    let money = |amount| money(amount, style.currency);
    let pair = |name: &str, value: String| Part::Pair(name.to_owned(), visible(&value));
    let mut parts = Vec::new();
    match receipt.book {
        Book::Live => {}
        Book::Simulated => parts.push(Part::Centred(words.simulated.to_owned())),
    }
    let back = receipt.reverses.is_some() || receipt.refund;
    let title = match (receipt.reverses, receipt.refund) {
        (Some(_), _) => words.reversal,
        (None, true) => words.refund,
        (None, false) => words.receipt,
    };
    parts.push(Part::Heading(visible(&receipt.site)));
    let number = receipt.serial.map_or_else(|| receipt.no.to_string(), |at| at.to_string());
    parts.push(Part::Centred(format!("{title} No. {number}")));
    if receipt.copy > 0 {
        parts.push(Part::Heading(format!("{} {}", words.copy, receipt.copy)));
    }
    if repeated {
        parts.push(Part::Centred(words.repeated.to_owned()));
    }
    if let Some(of) = receipt.reverses {
        parts.push(Part::Centred(format!("{} {of}", words.reverses)));
    }
    if let Some(by) = receipt.reversed_by {
        parts.push(Part::Centred(format!("{} {by}", words.reversed_by)));
    }
    parts.push(Part::Rule);
    let meters: Vec<_> = receipt.meters.iter().map(ToString::to_string).collect();
    parts.extend([
        pair(words.time, moment(receipt.at, &style.zone)),
        pair(words.place, receipt.place.clone()),
        pair(words.meter, meters.join(", ")),
        pair(words.customer, receipt.customer.clone()),
        pair(words.account, receipt.account.to_string()),
        pair(words.by, receipt.by.clone()),
        Part::Rule,
        Part::Sum(
            if receipt.refund { words.paid_out } else { words.paid }.to_owned(),
            money(if receipt.refund { -receipt.amount } else { receipt.amount }),
        ),
    ]);
    let lines = receipt.lines.iter();
    parts.extend(lines.map(|line| pair(style.language.allocation(line.what), money(line.amount))));
    parts.push(pair(words.tender, style.language.tender(receipt.tender).to_owned()));
    parts.extend(receipt.handed.map(|handed| pair(words.handed, money(handed))));
    parts.extend(receipt.change.map(|change| pair(words.change, money(change))));
    if back {
        parts.push(pair(words.reason, receipt.reference.clone()));
    } else if receipt.tender != Tender::Cash && !receipt.reference.is_empty() {
        parts.push(pair(words.reference, receipt.reference.clone()));
    }
    parts.push(Part::Rule);
    for step in &receipt.steps {
        let name = visible(&style.language.step(&step.name));
        let bought = if step.energy == Energy::ZERO {
            money(step.amount)
        } else {
            format!("{} kWh {}", kwh(step.energy), money(step.amount))
        };
        parts.push(Part::Pair(name, bought));
    }
    if !back {
        parts.push(pair(words.buys, format!("{} kWh", kwh(receipt.energy))));
    }
    parts.extend([
        pair(words.before, money(receipt.credit_before)),
        pair(words.after, money(receipt.credit_after)),
        Part::Rule,
    ]);
    if let Some(link) = link {
        parts.push(Part::Code(link.to_owned()));
        parts.push(Part::Centred(words.check.to_owned()));
    }
    parts.push(Part::Centred(format!("{} {}", words.seal, receipt.seal)));
    parts.push(Part::Centred(words.thanks.to_owned()));
    parts
}

/// `¥52.80`, `-¥3.20`; the sign of the yuan is the one that every Chinese printer has.
fn money(amount: Money, currency: Currency) -> String {
    let sign = if amount.is_negative() { "-" } else { "" };
    let symbol = match currency.code() {
        "CNY" | "JPY" => "\u{ffe5}",
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "\u{ffe1}",
        _ => "",
    };
    let figure = scaled(amount.minor().unsigned_abs(), u32::from(currency.decimals()));
    if symbol.is_empty() {
        format!("{sign}{figure} {}", currency.code())
    } else {
        format!("{sign}{symbol}{figure}")
    }
}

/// Two decimals, cut off: never more than was bought.
fn kwh(energy: Energy) -> String {
    let sign = if energy.is_negative() { "-" } else { "" };
    format!("{sign}{}", scaled(energy.mwh().unsigned_abs() / 10_000, 2))
}

fn scaled(value: u64, decimals: u32) -> String {
    let unit = 10_u64.pow(decimals);
    let whole = value / unit;
    let width = usize::try_from(decimals).expect("a few decimals");
    if decimals == 0 { whole.to_string() } else { format!("{whole}.{:0width$}", value % unit) }
}

fn moment(at: Timestamp, zone: &Zone) -> String {
    zone.civil(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
pub(super) mod samples {
    use shared::id::{AccountId, CounterId, MeterId, ReceiptNo, Seq};
    use shared::vend::{Allocation, BuysStep, ReceiptLine, Serial};

    use super::*;

    pub(in crate::printing) fn style(language: Lang) -> Style {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        Style { language, currency: Currency::CNY, zone }
    }

    pub(in crate::printing) fn receipt() -> Receipt {
        let minor = Money::from_minor;
        let line = |what, amount| ReceiptLine { what, amount: minor(amount), arrears: None };
        Receipt {
            book: Book::Live,
            no: ReceiptNo(17),
            serial: Some(Serial { counter: Some(CounterId(2)), no: 9 }),
            seq: Seq(40),
            at: Timestamp::parse("2026-07-01T14:02:07+08:00").unwrap(),
            site: "望江公寓".to_owned(),
            by: "li".to_owned(),
            account: AccountId(1_017),
            customer: "王*".to_owned(),
            place: "2 · 12 · 1203".to_owned(),
            meters: vec![MeterId(1_017)],
            amount: minor(5_280),
            tender: Tender::Cash,
            handed: Some(minor(10_000)),
            change: Some(minor(4_720)),
            reference: String::new(),
            lines: vec![line(Allocation::SharedArrears, 528), line(Allocation::Credit, 4_752)],
            credit_before: minor(-120),
            credit_after: minor(4_632),
            energy: Energy::from_wh(88_000),
            steps: vec![
                BuysStep {
                    name: "energy tier 1".to_owned(),
                    energy: Energy::from_wh(88_000),
                    amount: minor(4_650),
                },
                BuysStep { name: "tax".to_owned(), energy: Energy::ZERO, amount: minor(102) },
            ],
            seal: "0123456789ab".to_owned(),
            reverses: None,
            reversed_by: None,
            refund: false,
            copy: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::samples::{receipt, style};
    use super::*;

    fn all(receipt: &Receipt, repeated: bool) -> String {
        let text = |part: Part| match part {
            Part::Heading(text) | Part::Centred(text) | Part::Code(text) => text,
            Part::Sum(name, value) | Part::Pair(name, value) => format!("{name} {value}"),
            Part::Rule => "--".to_owned(),
        };
        let parts = parts(receipt, Some("https://a.example/v"), repeated, &style(Lang::En));
        parts.into_iter().map(text).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_field_that_a_receipt_must_have_is_on_it() {
        let text = all(&receipt(), false);
        for field in [
            "Receipt No. 2-000009",
            "Time 2026-07-01 14:02:07",
            "Place 2 · 12 · 1203",
            "Meter 1017",
            "Customer 王*",
            "Account 1017",
            "Sold by li",
            "Paid ￥52.80",
            "Arrears, share ￥5.28",
            "Electricity credit ￥47.52",
            "Tender Cash",
            "Handed over ￥100.00",
            "Change ￥47.20",
            "Energy tier 1 88.00 kWh ￥46.50",
            "Tax ￥1.02",
            "Buys about 88.00 kWh",
            "Credit before -￥1.20",
            "Credit after ￥46.32",
            "https://a.example/v",
            "Seal 0123456789ab",
        ] {
            assert!(text.lines().any(|line| line == field), "no `{field}` in\n{text}");
        }
        assert!(!text.contains("COPY") && !text.contains("REPEATED"), "{text}");
    }

    #[test]
    fn a_copy_a_repeat_a_reversal_and_a_simulated_receipt_say_what_they_are() {
        let copy = Receipt { copy: 2, book: Book::Simulated, ..receipt() };
        let text = all(&copy, true);
        for mark in ["COPY 2", "REPEATED", "SIMULATED", "Receipt No. 2-000009"] {
            assert!(text.contains(mark), "no `{mark}` in\n{text}");
        }
        let reversal = Receipt {
            reverses: Some(shared::id::ReceiptNo(16)),
            reference: "typed wrong\r\n\u{1b}p0".to_owned(),
            ..receipt()
        };
        let refund = Receipt { amount: -receipt().amount, refund: true, ..reversal.clone() };
        let text = all(&Receipt { reverses: None, ..refund }, false);
        for mark in ["Refund No. 2-000009", "Paid out ￥52.80", "Reason typed wrong"] {
            assert!(text.contains(mark), "no `{mark}` in\n{text}");
        }
        assert!(!text.contains("Buys about"), "{text}");
        let text = all(&reversal, false);
        assert!(text.contains("Reversal No. 2-000009") && text.contains("Takes back receipt 16"));
        assert!(text.contains("Reason typed wrong\\u{d}\\u{a}\\u{1b}p0"), "{text}");
    }
}
