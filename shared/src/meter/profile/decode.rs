//! Replies into values, values into a telegram: sentinels, ranges, sums and probes checked, ratios
//! applied. What fails a check is no reading at all.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::contact::{self, Evidence};
use super::file::Profile;
use super::number::{Format, divide};
use super::plan::Block;
use super::relay::Relay;
use crate::energy::{Energy, Power, Register};
use crate::meter::{Live, Telegram};

const MILLION: i64 = 1_000_000;

/// The values of one visit in millionths of their unit, by place in the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values(Vec<Option<i64>>);

impl Values {
    pub fn new(profile: &Profile) -> Self {
        Self(vec![None; profile.points.len()])
    }

    pub fn get(&self, index: usize) -> Option<i64> {
        self.0.get(index).copied().flatten()
    }

    /// A count or state word as it was sent.
    pub fn whole(&self, index: usize) -> Option<u16> {
        self.get(index).and_then(|value| u16::try_from(value / MILLION).ok())
    }

    fn at(&self, index: Option<usize>) -> Option<i64> {
        index.and_then(|index| self.get(index))
    }
}

/// A transformer ratio, such as 200/5; 1 where the meter counts primary values itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RatioText", into = "String")]
pub struct Ratio {
    primary: u32,
    secondary: u32,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RatioText {
    Whole(u32),
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not a ratio such as 40 or \"200/5\"")]
pub struct BadRatio(String);

impl Ratio {
    pub const ONE: Self = Self { primary: 1, secondary: 1 };
}

impl Default for Ratio {
    fn default() -> Self {
        Self::ONE
    }
}

impl TryFrom<RatioText> for Ratio {
    type Error = BadRatio;
    fn try_from(text: RatioText) -> Result<Self, BadRatio> {
        let text = match text {
            RatioText::Whole(primary) => primary.to_string(),
            RatioText::Text(text) => text,
        };
        let (primary, secondary) = text.split_once('/').unwrap_or((text.as_str(), "1"));
        let part = |part: &str| part.parse::<u32>().ok().filter(|n| (1..=1_000_000).contains(n));
        match (part(primary), part(secondary)) {
            (Some(primary), Some(secondary)) => Ok(Self { primary, secondary }),
            (Some(_) | None, Some(_) | None) => Err(BadRatio(text)),
        }
    }
}

impl From<Ratio> for String {
    fn from(ratio: Ratio) -> Self {
        format!("{}/{}", ratio.primary, ratio.secondary)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratios {
    pub current: Ratio,
    pub voltage: Ratio,
}

impl Ratios {
    fn of_current(self, value: i64) -> i128 {
        scale(i128::from(value), &[self.current])
    }
    fn of_voltage(self, value: i64) -> i128 {
        scale(i128::from(value), &[self.voltage])
    }
    fn of_power(self, value: i64) -> i128 {
        scale(i128::from(value), &[self.current, self.voltage])
    }
}

/// Rounded down, so that a counter that stands still stays where it is and one that runs never
/// runs ahead.
fn scale(value: i128, ratios: &[Ratio]) -> i128 {
    let up: i128 = ratios.iter().map(|ratio| i128::from(ratio.primary)).product();
    let down: i128 = ratios.iter().map(|ratio| i128::from(ratio.secondary)).product();
    if up == down { value } else { (value * up).div_euclid(down) }
}

impl Profile {
    /// Takes the values out of one reply of exactly `block.count` registers or bits. The error
    /// names the point that is no credible number.
    pub fn decode(&self, block: &Block, reply: &[u16], values: &mut Values) -> Result<(), String> {
        for (index, offset) in &block.points {
            let Some(point) = self.points.get(*index) else { continue };
            let end = offset + usize::from(point.width());
            let refused = || point.name.clone();
            let value = reply
                .get(*offset..end)
                .ok_or_else(refused)
                .and_then(|words| point.read(words).map_err(|_unfit| refused()))?;
            if let Some(slot) = values.0.get_mut(*index) {
                *slot = value;
            }
        }
        Ok(())
    }

    /// Whether the values of one whole poll can be those of a meter on the mains; the error names
    /// the point that says no.
    pub fn credible(&self, values: &Values) -> Result<(), String> {
        let name = |index: usize| {
            self.points.get(index).map_or_else(String::new, |point| point.name.clone())
        };
        for (index, least, greatest) in &self.probes {
            match values.get(*index) {
                Some(value) if value < *least || value > *greatest => return Err(name(*index)),
                Some(_) | None => {}
            }
        }
        let roles = &self.roles;
        if let [Some(voltage), ..] = roles.voltage
            && values.get(voltage) == Some(0)
            && values.at(roles.frequency).is_none_or(|frequency| frequency == 0)
            && roles.frequency.is_some()
        {
            return Err(name(voltage)); // a meter fed by its line cannot answer at 0 V and 0 Hz
        }
        if let Some(import) = roles.import
            && values.get(import).is_some_and(i64::is_negative)
        {
            return Err(name(import));
        }
        Ok(())
    }

    /// The first sum that does not hold. Its parts may stand in two requests, between which the
    /// load may change: worth one second look before the reading is refused.
    pub fn broken_sum(&self, values: &Values) -> Option<String> {
        self.checks.iter().find_map(|check| {
            let parts: Option<Vec<i64>> =
                check.sum.iter().map(|index| values.get(*index)).collect();
            let sum: i128 = parts?.into_iter().map(i128::from).sum();
            let of = i128::from(values.get(check.of)?);
            let allowed =
                (of.abs() * i128::from(check.within_permille) / 1_000).max(i128::from(check.slack));
            let name = self.points.get(check.of).map(|point| point.name.clone());
            ((sum - of).abs() > allowed).then_some(name).flatten()
        })
    }

    /// The least energy the meter counts, on the primary side.
    pub fn step(&self, ratios: Ratios) -> Energy {
        let point = self.roles.import.and_then(|import| self.points.get(import));
        let step = point.and_then(|point| point.step).unwrap_or(1);
        let primary = ratios.of_power(step).max(1);
        Energy::from_mwh(i64::try_from(primary).expect("a step times two ratios fits in 64 bits"))
    }

    /// The meter's own number as text without leading zeros, from the words of its register.
    pub fn identity(&self, words: &[u16]) -> Option<String> {
        let point = self.points.get(self.roles.identity?)?;
        let pattern = super::number::bits(words, point.order);
        let number = match point.format {
            Format::Bcd48 => format!("{pattern:x}"),
            Format::U16
            | Format::I16
            | Format::U32
            | Format::I32
            | Format::U64
            | Format::I64
            | Format::F32 => pattern.to_string(),
        };
        Some(number)
    }

    /// The telegram of a credible poll. `board`: what was read of a switch outside the meter.
    pub fn telegram(
        &self,
        values: &Values,
        ratios: Ratios,
        board: Option<Evidence>,
    ) -> Result<Telegram, String> {
        let roles = &self.roles;
        let missing = || "energy.import".to_owned();
        let import = roles.import.ok_or_else(missing)?;
        let step = self.points.get(import).and_then(|point| point.step).unwrap_or(1).max(1);
        let counted = values.get(import).ok_or_else(missing)?;
        let quantised = divide(i128::from(counted), i128::from(step)) * i128::from(step);
        let primary = scale(quantised, &[ratios.current, ratios.voltage]);
        let import = Register::from_mwh(i64::try_from(primary).map_err(|_too_large| missing())?);

        let live = self.live(values, ratios);
        let flowing = self.flowing(values, &live);
        let evidence = match (&self.relay, board) {
            (_, Some(evidence)) => Some(evidence),
            (Relay::Builtin(relay), None) => Some(relay.evidence(values)),
            (Relay::External | Relay::Board(_), None) => None,
        };
        let contact = match evidence {
            Some(evidence) => contact::judge(evidence, flowing),
            // Nothing stands between the mains and the premise.
            None => crate::meter::Contact::Closed,
        };
        Ok(Telegram { import, live, contact })
    }

    fn live(&self, values: &Values, ratios: Ratios) -> Live {
        let roles = &self.roles;
        let narrow = |value: i128, to: i64| i32::try_from(divide(value, i128::from(to))).ok();
        let power = values.at(roles.power).map(i128::from).or_else(|| {
            let phases: Vec<i64> = roles
                .phase_power
                .iter()
                .flatten()
                .map(|i| values.get(*i))
                .collect::<Option<_>>()?;
            (!phases.is_empty()).then(|| phases.into_iter().map(i128::from).sum())
        });
        let power = power
            .and_then(|value| i64::try_from(value).ok())
            .map(|value| divide(ratios.of_power(value), i128::from(MILLION)))
            .and_then(|watts| i64::try_from(watts).ok());
        let milli = |role: &[Option<usize>; 3], of: fn(Ratios, i64) -> i128| {
            role.map(|index| values.at(index).and_then(|value| narrow(of(ratios, value), 1_000)))
        };
        let current_ma = milli(&roles.current, Ratios::of_current);
        Live {
            power: power.map(Power::from_watts),
            voltage_mv: milli(&roles.voltage, Ratios::of_voltage),
            current_ma,
            power_factor_permille: values
                .at(roles.power_factor)
                .and_then(|value| i16::try_from(divide(i128::from(value), 1_000)).ok()),
            frequency_mhz: values
                .at(roles.frequency)
                .and_then(|value| narrow(i128::from(value), 1_000)),
        }
    }

    /// Whether current flows through the supply contact, as far as the values of a poll say. Where
    /// it does the contact is closed, whatever a board claims.
    pub fn draws(&self, values: &Values, ratios: Ratios) -> Option<bool> {
        self.flowing(values, &self.live(values, ratios))
    }

    fn flowing(&self, values: &Values, live: &Live) -> Option<bool> {
        const LEAST_WATTS: u64 = 10;
        const LEAST_MILLIAMPERES: u32 = 100;
        if let Relay::Builtin(relay) = &self.relay
            && let Some((point, below)) = relay.proof
        {
            return values.get(point).map(|value| value.abs() >= below);
        }
        let power = live.power.map(|power| power.watts().unsigned_abs() >= LEAST_WATTS);
        let currents = live.current_ma.iter().flatten();
        let current =
            currents.map(|ma| ma.unsigned_abs() >= LEAST_MILLIAMPERES).reduce(|a, b| a || b);
        match (power, current) {
            (None, None) => None,
            (power, current) => Some(power == Some(true) || current == Some(true)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::Contact;
    use crate::meter::profile::Library;
    use crate::meter::profile::point::Every;

    /// An SDM630 with these values set, the rest at a sound 230 V, 50 Hz, no load.
    fn sdm630(set: &[(&str, f32)]) -> Result<Telegram, String> {
        read("eastron-sdm630", set, Ratios::default(), None)
    }

    fn read(
        id: &str,
        set: &[(&str, f32)],
        ratios: Ratios,
        board: Option<Evidence>,
    ) -> Result<Telegram, String> {
        let profile = Library::built_in().get(id).expect("a built-in profile").clone();
        let mut values = Values::new(&profile);
        for block in &profile.plan(Every::Fast, true).blocks {
            let mut words = vec![0_u16; usize::from(block.count)];
            for (index, offset) in &block.points {
                let name = profile.points[*index].name.as_str();
                let sound = match name {
                    "frequency" => 50.0,
                    "energy.import" => 1_000.0,
                    name if name.starts_with("voltage") => 230.0,
                    _ => 0.0,
                };
                let value = set.iter().find(|(set, _)| *set == name).map_or(sound, |(_, v)| *v);
                let bits = value.to_bits().to_be_bytes();
                words[*offset] = u16::from_be_bytes([bits[0], bits[1]]);
                words[*offset + 1] = u16::from_be_bytes([bits[2], bits[3]]);
            }
            profile.decode(block, &words, &mut values)?;
        }
        profile.credible(&values)?;
        match profile.broken_sum(&values) {
            Some(point) => Err(point),
            None => profile.telegram(&values, ratios, board),
        }
    }

    #[test]
    fn a_good_poll_becomes_a_telegram() {
        let telegram = sdm630(&[
            ("energy.import", 1_234.56),
            ("power", 2_300.4),
            ("power.l1", 766.8),
            ("power.l2", 766.8),
            ("power.l3", 766.8),
            ("current.l1", 3.333),
            ("pf", 0.95),
            ("frequency", 49.98),
        ])
        .expect("a telegram");
        assert_eq!(telegram.import, Register::from_mwh(1_234_560_000));
        assert_eq!(telegram.live.power, Some(Power::from_watts(2_300)));
        assert_eq!(telegram.live.current_ma, [Some(3_333), Some(0), Some(0)]);
        assert_eq!(telegram.live.voltage_mv, [Some(230_000); 3]);
        assert_eq!(telegram.live.power_factor_permille, Some(950));
        assert_eq!(telegram.live.frequency_mhz, Some(49_980));
    }

    #[test]
    fn what_cannot_be_is_no_reading() {
        for (set, point) in [
            (&[("energy.import", f32::NAN)][..], "energy.import"),
            (&[("voltage.l2", f32::INFINITY)], "voltage.l2"),
            (&[("energy.import", -0.5)], "energy.import"),
            (&[("frequency", 0.0), ("voltage.l1", 0.0)], "frequency"),
            (&[("frequency", 71.0)], "frequency"),
            (&[("frequency", 44.9)], "frequency"),
            (&[("voltage.l1", 79.9)], "voltage.l1"),
            (&[("voltage.l1", 300.1)], "voltage.l1"),
            (&[("pf", 1.1)], "pf"),
            (&[("power", 1_000.0), ("power.l1", 900.0)], "power"),
            (&[("energy.import", 1e30)], "energy.import"),
        ] {
            assert_eq!(sdm630(set), Err(point.to_owned()), "{set:?}");
        }
        for set in [
            &[("voltage.l1", 80.0), ("frequency", 45.0)][..],
            &[("voltage.l1", 300.0), ("frequency", 65.0), ("pf", -1.0)],
            &[("power", 1_000.0), ("power.l1", 970.0)],
            &[("power", 3.0), ("power.l1", 0.0)],
        ] {
            assert!(sdm630(set).is_ok(), "{set:?}");
        }
    }

    #[test]
    fn a_float_register_is_quantised_to_its_step() {
        // 131,072.01 kWh is not a float32; the nearest one is 131,072.015625.
        for (shown, mwh) in [
            (1_000.01, 1_000_010_000),
            (1_000.004_9, 1_000_000_000),
            (99_999.99, 99_999_990_000),
            (131_072.02, 131_072_020_000),
        ] {
            let telegram = sdm630(&[("energy.import", shown)]).expect("a telegram");
            assert_eq!(telegram.import, Register::from_mwh(mwh), "{shown}");
        }
    }

    #[test]
    fn ratios_multiply_what_the_meter_counts() {
        let ratio =
            |text: &str| Ratio::try_from(RatioText::Text(text.to_owned())).expect("a ratio");
        let ratios = Ratios { current: ratio("200/5"), voltage: ratio("10000/100") };
        let set = [("current.l1", 1.5), ("energy.import", 0.02)];
        let telegram = read("eastron-sdm630", &set, ratios, None).expect("a telegram");
        assert_eq!(telegram.import, Register::from_mwh(20_000 * 4_000));
        assert_eq!(telegram.live.current_ma[0], Some(60_000));
        assert_eq!(telegram.live.voltage_mv[0], Some(23_000_000));
        for bad in ["0", "5/0", "200:5", "-1", "", "1000001", "1/2/3"] {
            assert!(Ratio::try_from(RatioText::Text(bad.to_owned())).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_open_contact_with_power_behind_it_is_not_believed() {
        let open = Evidence { command: Contact::Open, feedback: Contact::Open };
        for (watts, contact) in
            [(0.0, Contact::Open), (9.4, Contact::Open), (10.0, Contact::Unknown)]
        {
            let set = [("power", watts), ("power.l1", watts)];
            let telegram = read("eastron-sdm630", &set, Ratios::default(), Some(open));
            assert_eq!(telegram.map(|telegram| telegram.contact), Ok(contact), "{watts} W");
        }
        assert_eq!(sdm630(&[]).map(|telegram| telegram.contact), Ok(Contact::Closed));
    }
}
