//! What is asked, as it stands in the address: a link brings the same view. Times are civil times of
//! the site there, and milliseconds in what goes to the server; amounts likewise.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::money::{Currency, Money};
use shared::time::{Timestamp, Zone};

use crate::backend::quoted;

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Asked(BTreeMap<String, String>);

impl Asked {
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// With another value; nothing where it is empty.
    pub fn with(&self, name: &str, value: impl Into<String>) -> Self {
        let (mut asked, value) = (self.clone(), value.into());
        if value.trim().is_empty() {
            asked.0.remove(name);
        } else {
            asked.0.insert(name.to_owned(), value);
        }
        asked
    }

    /// As the server takes it: only `names`, and only what can be read.
    pub fn query(&self, names: &[&str], zone: &Zone, currency: Currency) -> String {
        let parts = names.iter().filter_map(|name| {
            let value = self.0.get(*name)?.trim();
            let value = match *name {
                "from" | "to" => time(value, zone)?.millis().to_string(),
                "least" | "most" => amount(value, currency)?.minor().to_string(),
                _ => value.to_owned(),
            };
            Some(format!("{name}={}", quoted(&value)))
        });
        parts.collect::<Vec<_>>().join("&")
    }
}

/// A civil time as a field of a form gives it, such as `2026-11-01T00:00`.
fn time(text: &str, zone: &Zone) -> Option<Timestamp> {
    Some(zone.at(text.parse().ok()?))
}

/// As such a field takes it, to the second.
pub fn local(at: Timestamp, zone: &Zone) -> String {
    let civil = zone.civil(at);
    format!("{}T{:02}:{:02}:{:02}", civil.date(), civil.hour(), civil.minute(), civil.second())
}

/// An amount as people type it, with a sign where credit fell.
fn amount(text: &str, currency: Currency) -> Option<Money> {
    let text = text.replace('\u{2212}', "-");
    match text.strip_prefix('-') {
        Some(positive) => Money::parse(positive, currency).ok().map(|amount| -amount),
        None => Money::parse(&text, currency).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_address_is_asked_in_the_servers_terms() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let asked = Asked::default()
            .with("from", "2026-11-01T00:00")
            .with("to", "nonsense")
            .with("least", "\u{2212}12.5")
            .with("q", "王 & co")
            .with("foreign", "1");
        let names = ["from", "to", "least", "most", "q"];
        let query = asked.query(&names, &zone, Currency::CNY);
        assert_eq!(query, "from=1793462400000&least=-1250&q=%E7%8E%8B%20%26%20co");
        assert_eq!(asked.with("q", " ").get("q"), "");
    }

    #[test]
    fn a_time_comes_back_as_it_went() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let at = Timestamp::from_millis(1_793_462_399_000);
        assert_eq!(local(at, &zone), "2026-10-31T23:59:59");
        assert_eq!(time(&local(at, &zone), &zone), Some(at));
    }
}
