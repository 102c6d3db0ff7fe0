//! A form as the text of a version.

use std::fmt::Write as _;

use super::form::{ChargeKind, Form, FormCharge, FormRow};

const PROOF: &str = "writing into a string does not fail";

impl Form {
    /// `[[versions]]` and everything below it.
    pub fn write(&self) -> String {
        let mut text = "[[versions]]\n".to_owned();
        for comment in &self.comments {
            writeln!(text, "{comment}").expect(PROOF);
        }
        writeln!(text, "from = {}", quoted(&self.from)).expect(PROOF);
        for (key, value) in [("source", &self.source), ("note", &self.note)] {
            if let Some(value) = value {
                writeln!(text, "{key} = {}", quoted(value)).expect(PROOF);
            }
        }
        self.write_calendar(&mut text);
        if !self.is_flat() {
            self.write_rules(&mut text);
        }
        for place in 0..=self.charges.len() {
            if place == self.energy_place {
                self.write_energy(&mut text);
            }
            if let Some(charge) = self.charges.get(place) {
                write_charge(&mut text, charge);
            }
        }
        text
    }

    fn write_calendar(&self, text: &mut String) {
        if !self.seasons.is_empty() {
            let seasons: Vec<String> = self
                .seasons
                .iter()
                .map(|season| format!("{} = {}", key(&season.name), list(&season.ranges)))
                .collect();
            writeln!(text, "seasons = {{ {} }}", seasons.join(", ")).expect(PROOF);
        }
        for days in &self.days {
            writeln!(text, "\n[[versions.days]]\nname = {}", quoted(&days.name)).expect(PROOF);
            match &days.calendar {
                Some(calendar) => writeln!(text, "calendar = {}", quoted(calendar)),
                None => writeln!(text, "weekdays = {}", list(&days.weekdays)),
            }
            .expect(PROOF);
        }
    }

    /// One rule for each period and kind of day; periods keep their order.
    fn write_rules(&self, text: &mut String) {
        let first = self.rows.first();
        let all_same =
            self.rows.iter().all(|row| Some(&row.halves) == first.map(|row| &row.halves));
        let rows = if all_same { self.rows.get(..1).unwrap_or_default() } else { &self.rows };
        for (period, place) in self.periods.iter().zip(0_u8..) {
            for row in rows {
                let windows = windows(row, place);
                if windows.is_empty() {
                    continue;
                }
                writeln!(text, "\n[[versions.schedule]]").expect(PROOF);
                if !all_same {
                    for (name, value) in [("season", &row.season), ("days", &row.days)] {
                        if !value.is_empty() {
                            writeln!(text, "{name} = {}", quoted(value)).expect(PROOF);
                        }
                    }
                }
                writeln!(text, "windows = {}\nperiod = {}", list(&windows), quoted(period))
                    .expect(PROOF);
            }
        }
    }

    fn write_energy(&self, text: &mut String) {
        write_head(text, &self.energy, "energy");
        let steps = |prices: &Vec<String>| match prices.as_slice() {
            [one] => quoted(one),
            many => list(many),
        };
        if self.is_flat() {
            let prices = self.prices.first().map_or_else(|| quoted("0"), steps);
            writeln!(text, "price = {prices}").expect(PROOF);
        } else {
            let prices: Vec<String> = self
                .periods
                .iter()
                .zip(&self.prices)
                .map(|(period, prices)| format!("{} = {}", key(period), steps(prices)))
                .collect();
            writeln!(text, "prices = {{ {} }}", prices.join(", ")).expect(PROOF);
        }
        let Some(ladder) = &self.ladder else { return };
        writeln!(text, "\n[versions.{}.ladder]", key(&self.energy)).expect(PROOF);
        writeln!(text, "reset = {}", quoted(&ladder.reset)).expect(PROOF);
        if let Some(from) = &ladder.from {
            writeln!(text, "from = {}", quoted(from)).expect(PROOF);
        }
        writeln!(text, "limits = {}", list(&ladder.limits)).expect(PROOF);
        if ladder.per_day {
            writeln!(text, "unit = \"kWh/day\"").expect(PROOF);
        }
        if ladder.by_days {
            writeln!(text, "first = \"by-days\"").expect(PROOF);
        }
    }
}

fn write_charge(text: &mut String, charge: &FormCharge) {
    let value = quoted(&charge.value);
    match charge.kind {
        ChargeKind::Fixed => {
            write_head(text, &charge.name, "fixed");
            writeln!(text, "amount = {value}\nper = {}", quoted(&charge.per))
        }
        ChargeKind::Levy => {
            write_head(text, &charge.name, "levy");
            writeln!(text, "price = {value}")
        }
        ChargeKind::Percent => {
            write_head(text, &charge.name, "percent");
            writeln!(text, "rate = {value}")
        }
        ChargeKind::Tax => {
            write_head(text, &charge.name, "tax");
            let inclusive = if charge.inclusive { "\ninclusive = true" } else { "" };
            writeln!(text, "rate = {value}{inclusive}")
        }
    }
    .expect(PROOF);
    if let Some(of) = &charge.of {
        writeln!(text, "of = {}", list(of)).expect(PROOF);
    }
}

fn write_head(text: &mut String, name: &str, kind: &str) {
    writeln!(text, "\n[versions.{}]", key(name)).expect(PROOF);
    if name != kind {
        writeln!(text, "kind = {}", quoted(kind)).expect(PROOF);
    }
}

/// `22:00-06:00` and the like: the stretches of one period, over midnight in one piece.
pub(super) fn windows(row: &FormRow, period: u8) -> Vec<String> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (half, own) in row.halves.iter().enumerate() {
        match runs.last_mut() {
            _ if *own != period => {}
            Some(run) if run.1 == half => run.1 = half + 1,
            Some(_) | None => runs.push((half, half + 1)),
        }
    }
    let day = row.halves.len();
    if runs.len() > 1
        && let (Some(&(0, end)), Some(&(start, last))) = (runs.first(), runs.last())
        && last == day
    {
        runs.pop();
        if let Some(first) = runs.first_mut() {
            *first = (start, end);
        }
    }
    let clock = |half: usize| format!("{:02}:{:02}", half / 2, half % 2 * 30);
    runs.into_iter().map(|(from, to)| format!("{}-{}", clock(from), clock(to))).collect()
}

/// A bare key where TOML allows it.
fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !name.is_empty() && name.bytes().all(bare) { name.to_owned() } else { quoted(name) }
}

pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(letter)).expect(PROOF);
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
}
