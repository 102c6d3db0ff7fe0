//! Profile files: read strictly, checked whole. A typing error in a register map must not pass, so
//! unknown keys, floats and points without a place are refused with file, line and key.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use super::frame::Frame;
use super::number::{Format, WordOrder};
use super::plan::Plan;
use super::point::{Every, Point, Table, Unit};
use super::relay::Relay;
use super::{frame, relay_file};
use crate::decimal::parse_scaled;

/// How well a profile is proven. What is not proven on hardware may be read, and billed only after
/// an engineer has signed it off on the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tested {
    None,
    Peer,
    Hardware,
}

/// A meter model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub id: String,
    pub vendor: String,
    pub models: Vec<String>,
    pub phases: u8,
    pub source: Vec<String>,
    pub notes: Vec<String>,
    pub tested: Tested,
    pub timing: Timing,
    pub points: Vec<Point>,
    pub roles: Roles,
    /// Point, least and greatest value: what must hold before a reading counts.
    pub probes: Vec<(usize, i64, i64)>,
    pub checks: Vec<Check>,
    pub relay: Relay,
    pub frames: Vec<Frame>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// Speeds the device can be set to, the factory setting first; empty: not on a serial line.
    #[serde(default)]
    pub baud: Vec<u32>,
    /// Data bits, parity, stop bits.
    #[serde(default = "eight_n_one")]
    pub format: String,
    /// Longest request the device answers.
    pub max_registers: u16,
    /// Unnamed registers a request may read through.
    pub max_gap: u16,
    /// Slowest honest answer after the last byte of the request.
    pub turnaround_ms: u32,
    /// Silence before talking to this device after another one.
    pub switch_ms: u32,
}

fn eight_n_one() -> String {
    "8N1".to_owned()
}

/// Which point plays which part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    pub import: Option<usize>,
    pub power: Option<usize>,
    pub phase_power: [Option<usize>; 3],
    pub voltage: [Option<usize>; 3],
    pub current: [Option<usize>; 3],
    pub power_factor: Option<usize>,
    pub frequency: Option<usize>,
    pub identity: Option<usize>,
}

/// Points that must add up to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub sum: Vec<usize>,
    pub of: usize,
    pub within_permille: u16,
    pub slack: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}, line {line}: {what}")]
pub struct ProfileError {
    pub file: String,
    pub line: usize,
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    id: String,
    vendor: String,
    models: Vec<String>,
    #[serde(default)]
    phases: u8,
    source: Vec<String>,
    #[serde(default)]
    notes: Vec<String>,
    tested: Tested,
    line: Timing,
    #[serde(default)]
    defaults: Defaults,
    #[serde(default)]
    probe: BTreeMap<String, [Figure; 2]>,
    #[serde(default)]
    points: BTreeMap<String, PointFile>,
    #[serde(default)]
    check: Vec<CheckFile>,
    relay: relay_file::RelayFile,
    #[serde(default)]
    frame: Vec<frame::FrameFile>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    table: Option<Table>,
    #[serde(rename = "type")]
    format: Option<Format>,
    order: Option<WordOrder>,
}

/// A decimal: a whole number or a string. Floats are refused, they are not exact.
#[derive(Deserialize)]
#[serde(untagged)]
enum Figure {
    Whole(i64),
    Text(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PointFile {
    at: u16,
    table: Option<Table>,
    #[serde(rename = "type")]
    format: Option<Format>,
    order: Option<WordOrder>,
    #[serde(default)]
    unit: Unit,
    scale: Option<String>,
    range: Option<[Figure; 2]>,
    #[serde(default)]
    every: Every,
    counter: Option<CounterFile>,
    #[serde(default)]
    identity: bool,
    #[serde(default)]
    optional: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CounterFile {
    step: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckFile {
    sum: Vec<String>,
    of: String,
    within: String,
    slack: Option<String>,
}

impl Profile {
    /// Reads a profile; `file` is only for the error sentence.
    pub fn parse(file: &str, text: &str) -> Result<Self, ProfileError> {
        let error = |line: usize, what: String| ProfileError { file: file.to_owned(), line, what };
        let parsed: File = toml::from_str(text).map_err(|bad| {
            let start = bad.span().map_or(0, |span| span.start);
            let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
            error(line, bad.message().replace('\n', ", "))
        })?;
        build(parsed).map_err(|(key, what)| {
            let line = text.lines().position(|line| line.contains(&key)).map_or(1, |at| at + 1);
            error(line, what)
        })
    }

    pub fn index(&self, point: &str) -> Option<usize> {
        find(&self.points, point)
    }

    /// The requests for the points of one rhythm; `merged`: neighbours in one request.
    pub fn plan(&self, every: Every, merged: bool) -> Plan {
        let max_gap = if merged { self.timing.max_gap } else { 0 };
        let longest = if merged { self.timing.max_registers } else { 4 };
        let chosen = self.points.iter().enumerate().filter(|(_, point)| point.every == every);
        Plan::new(chosen, longest, max_gap)
    }
}

pub(super) fn find(points: &[Point], name: &str) -> Option<usize> {
    points.iter().position(|point| point.name == name)
}

/// What is wrong, and the word by which its line is found.
pub(super) type Wrong = (String, String);

fn build(file: File) -> Result<Profile, Wrong> {
    let wrong = |key: &str, what: String| (key.to_owned(), what);
    if file.schema != 1 {
        return Err(wrong("schema", format!("schema {} is not known, only 1", file.schema)));
    }
    let name_is_plain = file.id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if file.id.is_empty() || !name_is_plain {
        return Err(wrong("id", format!("id `{}` may hold letters, digits and hyphens", file.id)));
    }
    if !(1..=125).contains(&file.line.max_registers) {
        return Err(wrong("max_registers", "max_registers must be 1 to 125".to_owned()));
    }
    let points: Vec<Point> = file
        .points
        .into_iter()
        .map(|(name, point)| build_point(name, point, &file.defaults))
        .collect::<Result<_, _>>()?;
    let point = |name: &str| {
        find(&points, name)
            .ok_or_else(|| wrong(name, format!("`{name}` is not in the table of points")))
    };
    let mut probes = Vec::new();
    for (name, [least, greatest]) in &file.probe {
        probes.push((point(name)?, millionths(name, least)?, millionths(name, greatest)?));
    }
    let mut checks = Vec::new();
    for check in &file.check {
        let permille = check.within.strip_suffix('%').and_then(|text| parse_scaled(text, 1));
        checks.push(Check {
            sum: check.sum.iter().map(|name| point(name)).collect::<Result<_, _>>()?,
            of: point(&check.of)?,
            within_permille: permille
                .and_then(|permille| u16::try_from(permille).ok())
                .ok_or_else(|| {
                    wrong(
                        "within",
                        format!("within = `{}` is not a share such as 3%", check.within),
                    )
                })?,
            slack: decimal("slack", check.slack.as_deref().unwrap_or("10"))?,
        });
    }
    let relay = relay_file::build(file.relay, &points)?;
    let roles = roles(&points);
    match (&relay, roles.import.and_then(|import| points.get(import))) {
        (Relay::Board(_), _) => {}
        (Relay::External | Relay::Builtin(_), None) => {
            return Err(wrong("[points]", "a meter needs the point `energy.import`".to_owned()));
        }
        (Relay::External | Relay::Builtin(_), Some(import)) => {
            if import.step.is_none() || import.unit != Unit::KilowattHour {
                let what = "`energy.import` needs unit = \"kWh\" and counter = { step = … }";
                return Err(wrong("energy.import", what.to_owned()));
            }
        }
    }
    let frames = file
        .frame
        .into_iter()
        .map(Frame::try_from)
        .collect::<Result<_, String>>()
        .map_err(|what| wrong("[[frame]]", what))?;
    Ok(Profile {
        id: file.id,
        vendor: file.vendor,
        models: file.models,
        phases: file.phases,
        source: file.source,
        notes: file.notes,
        tested: file.tested,
        timing: file.line,
        points,
        roles,
        probes,
        checks,
        relay,
        frames,
    })
}

fn build_point(name: String, file: PointFile, defaults: &Defaults) -> Result<Point, Wrong> {
    let needs = |key: &str| (name.clone(), format!("`{name}` needs {key}, here or in [defaults]"));
    let table = file.table.or(defaults.table).ok_or_else(|| needs("table"))?;
    let format = match file.format.or(defaults.format) {
        Some(format) => format,
        None if table.is_bits() => Format::U16,
        None => return Err(needs("type")),
    };
    let scale = file.scale.as_deref().unwrap_or("1");
    let scale_nano = parse_scaled(scale, 9).filter(|scale| *scale != 0).ok_or_else(|| {
        (name.clone(), format!("`{name}`: scale `{scale}` is not a decimal such as \"0.01\""))
    })?;
    let range = match &file.range {
        Some([least, greatest]) => Some((millionths(&name, least)?, millionths(&name, greatest)?)),
        None => None,
    };
    let step = file.counter.map(|counter| decimal(&name, &counter.step)).transpose()?;
    if step.is_some_and(|step| step <= 0) {
        return Err((name.clone(), format!("`{name}`: the step of a counter is above zero")));
    }
    let width = if table.is_bits() { 1 } else { format.words() };
    if u32::from(file.at) + u32::from(width) > 0x1_0000 {
        return Err((name.clone(), format!("`{name}` ends beyond register 65535")));
    }
    Ok(Point {
        table,
        at: file.at,
        format,
        order: file.order.or(defaults.order).unwrap_or_default(),
        unit: file.unit,
        scale_nano,
        range,
        every: file.every,
        step,
        identity: file.identity,
        optional: file.optional,
        name,
    })
}

fn millionths(name: &str, figure: &Figure) -> Result<i64, Wrong> {
    match figure {
        Figure::Whole(whole) => decimal(name, &whole.to_string()),
        Figure::Text(text) => decimal(name, text),
    }
}

pub(super) fn decimal(name: &str, text: &str) -> Result<i64, Wrong> {
    parse_scaled(text, 6).ok_or_else(|| {
        (name.to_owned(), format!("`{name}`: `{text}` is not a decimal of at most six places"))
    })
}

fn roles(points: &[Point]) -> Roles {
    let phases = |stem: &str| ["l1", "l2", "l3"].map(|l| find(points, &format!("{stem}.{l}")));
    Roles {
        import: find(points, "energy.import"),
        power: find(points, "power"),
        phase_power: phases("power"),
        voltage: phases("voltage"),
        current: phases("current"),
        power_factor: find(points, "pf"),
        frequency: find(points, "frequency"),
        identity: points.iter().position(|point| point.identity),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"schema = 1
id = "a-meter"
vendor = "A"
models = ["M"]
source = ["a test"]
tested = "none"
[line]
max_registers = 60
max_gap = 4
turnaround_ms = 200
switch_ms = 100
[defaults]
table = "input"
type = "f32"
[relay]
kind = "external"
[points]
"energy.import" = { at = 0x48, unit = "kWh", counter = { step = "0.01" } }
"voltage.l1" = { at = 0, unit = "V" }
"#;

    #[test]
    fn what_is_wrong_is_said_with_file_line_and_key() {
        assert!(Profile::parse("good.toml", GOOD).is_ok());
        for (from, to, sentence) in [
            ("max_gap = 4", "maxgap = 4", "bad.toml, line 9: unknown field `maxgap`"),
            ("schema = 1", "schema = 2", "bad.toml, line 1: schema 2 is not known"),
            ("0.01\"", "0.01x\"", "bad.toml, line 18: `energy.import`: `0.01x` is not a decimal"),
            (
                "at = 0,",
                "at = 0, scale = \"zero\",",
                "bad.toml, line 19: `voltage.l1`: scale `zero`",
            ),
            (
                "at = 0,",
                "at = 0xFFFF,",
                "bad.toml, line 19: `voltage.l1` ends beyond register 65535",
            ),
            ("at = 0,", "at = 0, range = [0.5, 1],", "bad.toml, line 19: "),
            (
                "at = 0x48, unit = \"kWh\"",
                "at = 0x48",
                "bad.toml, line 18: `energy.import` needs unit",
            ),
            (
                "\"energy.import\"",
                "\"energy.imports\"",
                "bad.toml, line 17: a meter needs the point",
            ),
            (
                "max_registers = 60",
                "max_registers = 126",
                "bad.toml, line 8: max_registers must be 1 to 125",
            ),
            (
                "kind = \"external\"",
                "kind = \"magic\"",
                "bad.toml, line 16: unknown variant `magic`",
            ),
            (
                "[relay]",
                "[probe]\n\"frequency\" = [45, 65]\n[relay]",
                "bad.toml, line 16: `frequency` is not in",
            ),
        ] {
            assert_eq!(GOOD.matches(from).count(), 1, "{from}");
            let error =
                Profile::parse("bad.toml", &GOOD.replace(from, to)).expect_err(to).to_string();
            assert!(error.starts_with(sentence), "{error:?} should start with {sentence:?}");
            assert!(!error.contains('\n'), "{error:?} is one sentence");
        }
    }
}
