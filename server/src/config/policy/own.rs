//! Terms by themselves, as a page writes them: one `[policy]` table for one place.

use serde::Deserialize;
use shared::money::Currency;
use shared::policy::Policy;
use shared::time::Zone;
use toml::Spanned;

use super::tables::PolicyTable;
use super::{Reader, write};
use crate::cli::Fault;
use crate::config::source::Source;

/// As `server/policies` holds them too, so that such a file may be taken as a whole.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    #[serde(rename = "name")]
    _name: Option<String>,
    currency: Option<Spanned<String>>,
    zone: Option<Spanned<String>>,
    policy: Spanned<PolicyTable>,
}

/// What is wrong with a text, and on which line of it where that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blamed {
    pub line: Option<u32>,
    pub what: String,
}

/// The text of terms, where a text says them all: of terms that came by JSON a file may have no word,
/// such as for half a minute.
pub fn policy_text(policy: &Policy, currency: Currency, zone: &Zone) -> Option<String> {
    let text = write::policy(policy, currency, zone);
    let same = read_policy(&text, currency, zone).is_ok_and(|read| read == *policy);
    same.then_some(text)
}

/// The terms of a text. What they do is explored later, and told with a timeline.
pub fn read_policy(text: &str, currency: Currency, zone: &Zone) -> Result<Policy, Blamed> {
    let source = Source::of(NAME, text);
    terms(&source, currency, zone).map_err(|fault| blamed(&fault.to_string()))
}

/// What stands before the number of a line in the sentences of [`Source`].
const NAME: &str = "terms";

fn terms(source: &Source, currency: Currency, zone: &Zone) -> Result<Policy, Fault> {
    let file: Terms = source.parse()?;
    if let Some(other) = file.currency.filter(|written| *written.get_ref() != currency.to_string())
    {
        return Err(source.wrong(other.span(), format!("this site has {currency}")));
    }
    if let Some(other) = file.zone.filter(|written| written.get_ref() != zone.name()) {
        return Err(source.wrong(other.span(), format!("this site has {}", zone.name())));
    }
    let table = file.policy.get_ref();
    let place = table.building.as_ref().or(table.floor.as_ref()).map(Spanned::span);
    if let Some(place) = place.or_else(|| table.at.first().map(Spanned::span)) {
        let what = "these terms are for one place, which is chosen beside the text";
        return Err(source.wrong(place, what));
    }
    Reader { source, currency }.over(&Policy::default(), table, None)
}

fn blamed(sentence: &str) -> Blamed {
    let whole = || Blamed { line: None, what: sentence.trim_start_matches("terms: ").to_owned() };
    let Some(rest) = sentence.strip_prefix(NAME).and_then(|rest| rest.strip_prefix(':')) else {
        return whole();
    };
    let Some((line, what)) = rest.split_once(": ") else { return whole() };
    line.parse().map_or_else(
        |_no_number| whole(),
        |line| Blamed { line: Some(line), what: what.to_owned() },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PolicyFile;

    const FILES: [&str; 12] = [
        include_str!("../../../policies/housing-estate.toml"),
        include_str!("../../../policies/dormitory.toml"),
        include_str!("../../../policies/hospital.toml"),
        include_str!("../../../policies/industrial-park.toml"),
        include_str!("../../../policies/commercial-complex.toml"),
        include_str!("../../../policies/wrong/until-operator.toml"),
        include_str!("../../../policies/wrong/first-overload-until-operator.toml"),
        include_str!("../../../policies/wrong/nothing-may-be-drawn.toml"),
        include_str!("../../../policies/wrong/nothing-a-day.toml"),
        include_str!("../../../policies/wrong/daily-limit-by-night.toml"),
        include_str!("../../../policies/wrong/without-a-word.toml"),
        include_str!("../../../policies/wrong/reminder-without-end.toml"),
    ];

    const EVERYTHING: &str = r#"
[policy]
low_credit = "20.00"
low_days = 5
last_credit = "5.00"
last_days = 2
courtesy = { closes_after_minutes = 10 }
after_delivery_hours = 24
emergency = { limit = "6.00", offer_at = "0.50", start = "automatic" }
mode = "postpaid"
restore = "permit"
protect_needs_two = true
daily_limit = { kwh = "8.5", reset_hour = 6, in_no_cut_hours = true }
load_limit = { watts = 800, not_in_no_cut_hours = true, until_operator = true, accept_until_operator = true, hours = [
  { watts = 1500, workdays = ["06:30-23:00"], special = { 2026-10-01 = ["00:00-24:00"] } },
  { watts = 1700, monday = ["06:30-07:00"], sunday = ["22:00-07:00"] },
] }
no_cut = { every_day = ["22:00-07:00"], weekend = ["12:00-13:00"], warning_minutes = 45, special = { 2026-10-01 = [] }, next = { from = "2026-11-01T00:00:00+08:00", every_day = ["21:00-07:00"], special = { 2027-01-01 = ["00:00-24:00"] } } }
"#;

    fn zone() -> Zone {
        Zone::named("Asia/Shanghai").expect("a zone")
    }

    #[test]
    fn what_is_written_reads_as_what_it_was() {
        let own = read_policy(EVERYTHING, Currency::CNY, &zone()).expect("every term at once");
        let filed =
            FILES.iter().flat_map(|text| PolicyFile::of("a file", text).expect("reads").policies);
        let policies = filed.map(|(_, policy)| policy).chain([own, Policy::default()]);
        for policy in policies {
            let text = write::policy(&policy, Currency::CNY, &zone());
            assert_eq!(read_policy(&text, Currency::CNY, &zone()), Ok(policy.clone()), "{text}");
            assert_eq!(policy_text(&policy, Currency::CNY, &zone()), Some(text));
        }
    }

    #[test]
    fn terms_that_no_file_can_say_have_no_text() {
        let half = shared::time::Span::from_secs(90);
        let courtesy = Some(shared::policy::Courtesy { closes_after: Some(half) });
        let policy = Policy {
            last_credit: shared::money::Money::from_minor(500),
            courtesy,
            ..Policy::default()
        };
        assert_eq!(policy_text(&policy, Currency::CNY, &zone()), None);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let rows = [
            ("[policy]\nlow_credit = 3", Some(2), "low_credit"),
            ("[policy]\nlow_credit = \"2\"\nlast_credit = \"3\"", Some(3), "below the first"),
            ("currency = \"EUR\"\n[policy]", Some(1), "this site has CNY"),
            ("zone = \"UTC\"\n[policy]", Some(1), "this site has Asia/Shanghai"),
            ("[policy]\nbuilding = \"7\"", Some(2), "chosen beside the text"),
            ("[[policy.at]]\nbuilding = \"7\"", Some(1), "chosen beside the text"),
            ("low_credit = \"3\"", Some(1), "low_credit"),
            ("[policy", Some(1), ""),
        ];
        for (text, line, what) in rows {
            let told = read_policy(text, Currency::CNY, &zone()).expect_err(text);
            assert_eq!(told.line, line, "{told:?}");
            assert!(told.what.contains(what), "{told:?}");
        }
    }
}
