//! A tariff's text with its last version as a form. A form is only offered where writing it gives
//! the very same tariff back, so nothing that it does not show is ever lost.

use serde::{Deserialize, Serialize};

use super::form::Form;
use super::write::quoted;
use super::{Checked, Fault};
use crate::tariff::{Tariff, TariffError};

/// Everything before the last version, word for word, and the last version as a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sheet {
    pub head: String,
    pub form: Form,
}

/// Why there is no form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unshown {
    Fault(TariffError),
    /// What the form cannot show, by name.
    Parts(Vec<String>),
}

impl Sheet {
    pub fn read(text: &str) -> Result<Self, Unshown> {
        let tariff = Tariff::from_toml(text).map_err(Unshown::Fault)?;
        let (mut form, mut unshown) = Form::of(&tariff, tariff.versions().len() - 1);
        let Some((head, tail)) = parted(text) else {
            unshown.push("versions".to_owned());
            return Err(Unshown::Parts(unshown));
        };
        if !unshown.is_empty() {
            return Err(Unshown::Parts(unshown));
        }
        form.comments = comments(tail);
        let sheet = Self { head: head.to_owned(), form };
        match Tariff::from_toml(&sheet.write()) {
            Ok(again) if same(&again, &tariff) => Ok(sheet),
            Ok(_) | Err(_) => Err(Unshown::Parts(vec!["versions".to_owned()])),
        }
    }

    pub fn write(&self) -> String {
        format!("{}{}", self.head, self.form.write())
    }

    /// A root entry such as `name`, as the head has it.
    pub fn root(&self, key: &str) -> String {
        let line = self.head.lines().find(|line| is_entry(line, key));
        let value = line.and_then(|line| line.split_once('=')).map(|(_, value)| value.trim());
        let value = value.and_then(|value| value.strip_prefix('"'));
        value.and_then(|value| value.split('"').next()).unwrap_or_default().to_owned()
    }

    /// Changes a root entry, or adds it at the top.
    pub fn set_root(&mut self, key: &str, value: &str) {
        let entry = format!("{key} = {}", quoted(value));
        let mut found = false;
        let lines: Vec<String> = self
            .head
            .lines()
            .map(|line| {
                let own = !found && is_entry(line, key);
                found |= own;
                if own { entry.clone() } else { line.to_owned() }
            })
            .collect();
        let head = lines.join("\n") + "\n";
        self.head = if found { head } else { format!("{entry}\n{head}") };
    }
}

/// The file's last version as a form, as far as it goes, and what is wrong or not shown.
pub fn check(text: &str) -> Checked {
    let tariff = match Tariff::from_toml(text) {
        Ok(tariff) => tariff,
        Err(TariffError { path, line, message }) => {
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            let fault = Some(Fault { path, line, message });
            return Checked { form: None, unshown: Vec::new(), fault };
        }
    };
    match Sheet::read(text) {
        Ok(sheet) => Checked { form: Some(sheet.form), unshown: Vec::new(), fault: None },
        Err(Unshown::Parts(unshown)) => {
            let (form, _) = Form::of(&tariff, tariff.versions().len() - 1);
            Checked { form: Some(form), unshown, fault: None }
        }
        Err(Unshown::Fault(_)) => Checked { form: None, unshown: Vec::new(), fault: None },
    }
}

/// The text with one more version: the last one again, from another date on.
pub fn next_version(text: &str, from: &str) -> Option<String> {
    let (_, tail) = parted(text)?;
    let head = text.trim_end();
    with_start(&format!("{head}\n\n{}", tail.trim_start()), from)
}

/// The text with another first day of its last version.
pub fn with_start(text: &str, from: &str) -> Option<String> {
    let (head, tail) = parted(text)?;
    let mut done = false;
    let mut in_version = true;
    let lines: Vec<String> = tail
        .lines()
        .enumerate()
        .map(|(place, line)| {
            in_version &= place == 0 || !line.trim_start().starts_with('[');
            let own = in_version && !done && is_entry(line, "from");
            done |= own;
            if own { format!("from = {}", quoted(from)) } else { line.to_owned() }
        })
        .collect();
    done.then(|| format!("{head}{}\n", lines.join("\n")))
}

fn is_entry(line: &str, key: &str) -> bool {
    line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// Head and last version; `None` where versions are not written as `[[versions]]`.
pub(super) fn parted(text: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    let mut last = None;
    for line in text.split_inclusive('\n') {
        let bare = line.split('#').next().unwrap_or_default().trim();
        if bare == "[[versions]]" {
            last = Some(at);
        }
        at += line.len();
    }
    last.and_then(|last| text.split_at_checked(last))
}

/// Whole-line comments, and those behind values.
fn comments(tail: &str) -> Vec<String> {
    tail.lines().filter_map(comment).collect()
}

fn comment(line: &str) -> Option<String> {
    let mut inside: Option<char> = None;
    let mut escaped = false;
    for (place, letter) in line.char_indices() {
        match (inside, letter) {
            (None, '#') => return line.get(place..).map(|comment| comment.trim_end().to_owned()),
            (None, '"' | '\'') => inside = Some(letter),
            (Some('"'), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(quote), letter) if quote == letter && !escaped => inside = None,
            (None | Some(_), _) => {}
        }
        escaped = false;
    }
    None
}

/// Are these the same tariff, however they are written?
pub(super) fn same(one: &Tariff, other: &Tariff) -> bool {
    let plain = |tariff: &Tariff| Tariff { fingerprint: 0, ..tariff.clone() };
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::tariff::form::FormRow;

    const FULL: &str = r##"
# The head, with a comment.
id = "shop"
name = "Shops" # as on the sign
currency = "CNY"
zone = "Asia/Shanghai"

[calendars.cn]
years = [2025, 2026, 2027]
dates = ["2026-10-01..2026-10-07"]

[[versions]]
from = "2025-01-01"
[versions.energy]
price = 0.62

[[versions]] # the second
from = "2026-01-01"
source = "notice # 12"
seasons = { summer = ["06-01..09-30"] }
[[versions.days]]
name = "holiday"
calendar = "cn"
[[versions.days]]
name = "weekend"
weekdays = ["sat", "sun"]
[[versions.schedule]]
days = ["holiday", "weekend"]
period = "valley"
# Peak is later in summer.
[[versions.schedule]]
days = "other"
season = "summer"
windows = "14:00-22:30"
period = "peak"
[[versions.schedule]]
days = "other"
season = "summer"
windows = "22:30-14:00"
period = "valley"
[[versions.schedule]]
days = "other"
season = "other"
windows = "08:00-22:00"
period = "peak"
[[versions.schedule]]
days = "other"
season = "other"
windows = "22:00-08:00"
period = "valley"
[versions.energy]
prices = { valley = "0.30", peak = "0.60" }
[versions.energy.ladder]
kind = "additive"
reset = "year"
from = "07-01"
limits = ["2760", "4800.5"]
adders = ["0", "0.05", "0.3"]
[versions.meter]
kind = "fixed"
amount = "3.50"
per = "month"
[versions.fund]
kind = "levy"
price = "0.019"
[versions.city]
kind = "percent"
rate = "1.5"
of = ["energy"]
[versions.vat]
kind = "tax"
rate = "13"
inclusive = true
"##;

    #[test]
    fn a_form_gives_the_very_same_tariff_back_and_keeps_head_and_comments() {
        let sheet = Sheet::read(FULL).expect("all of it fits");
        let again = sheet.write();
        assert!(again.starts_with(sheet.head.as_str()) && sheet.head.contains("as on the sign"));
        assert!(again.contains("# Peak is later in summer.") && again.contains("# the second"));
        let (one, other) = (Tariff::from_toml(&again), Tariff::from_toml(FULL));
        assert!(same(&one.expect("a tariff"), &other.expect("a tariff")));
        assert_eq!(Sheet::read(&again), Ok(sheet.clone()));
        assert_eq!(sheet.form.prices, [["0.3", "0.35", "0.6"], ["0.6", "0.65", "0.9"]]);
        assert_eq!(sheet.form.rows.len(), 6);
        assert_eq!(sheet.root("name"), "Shops");
    }

    #[test]
    fn what_a_form_cannot_show_is_named_and_left_to_the_text() {
        let demand = "\n[versions.demand]\nprice = \"40\"\n";
        for (text, unshown) in [
            (format!("{FULL}{demand}"), "demand"),
            (
                FULL.replace("14:00-22:30", "14:15-22:30").replace("22:30-14:00", "22:30-14:15"),
                "schedule: summer other",
            ),
            (
                FULL.replace(
                    "prices = { v",
                    "free = { kwh = \"50\", reset = \"month\" }\nprices = { v",
                ),
                "energy.free",
            ),
        ] {
            let checked = check(&text);
            assert_eq!(checked.fault, None, "{text}");
            assert_eq!(checked.unshown, [unshown]);
            assert!(checked.form.is_some(), "what fits is shown all the same");
        }
    }

    #[test]
    fn the_first_fault_is_told_with_its_place() {
        let checked = check(&FULL.replace("\"4800.5\"", "\"2700\""));
        let fault = checked.fault.expect("a fault");
        assert_eq!(fault.path, "versions[1].energy.ladder.limits[1]");
        assert!(fault.line > 40, "{fault:?}");
    }

    #[test]
    fn painting_over_midnight_is_one_window() {
        let mut sheet = Sheet::read(FULL).expect("fits");
        let halves = (0..48).map(|half| u8::from((16..44).contains(&half))).collect();
        let row = FormRow { season: String::new(), days: String::new(), halves };
        sheet.form.seasons.clear();
        sheet.form.days.clear();
        sheet.form.rows = vec![row];
        let text = sheet.write();
        assert!(text.contains(r#"windows = ["22:00-08:00"]"#), "{text}");
        assert!(Tariff::from_toml(&text).is_ok(), "{text}");
    }

    #[test]
    fn another_version_is_the_last_one_from_another_day() {
        let text = next_version(FULL, "2027-02-01").expect("versions are tables");
        let tariff = Tariff::from_toml(&text).expect("a tariff");
        assert_eq!(tariff.versions().len(), 3);
        assert!(text.starts_with(FULL.trim_end()), "what was published stays word for word");
        let sheet = Sheet::read(&text).expect("fits");
        assert_eq!(sheet.form.from, "2027-02-01");
        let moved = with_start(&text, "2027-03-01").expect("has a start");
        assert_eq!(Sheet::read(&moved).expect("fits").form.from, "2027-03-01");
    }

    #[test]
    fn names_may_be_of_any_script() {
        let mut sheet = Sheet::read(FULL).expect("fits");
        sheet.set_root("name", "商铺 \"A\"");
        sheet.set_root("id", "shop-2");
        sheet.form.periods = vec!["谷".to_owned(), "峰 时".to_owned()];
        let tariff = Tariff::from_toml(&sheet.write()).expect("a tariff");
        assert_eq!((tariff.name(), tariff.id().0.as_str()), ("商铺 \"A\"", "shop-2"));
    }
}
