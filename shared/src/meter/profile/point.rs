//! One value of a meter model: where it stands, how it is read, and what it may be.

use serde::Deserialize;

use super::number::{self, Format, Unfit, WordOrder};

/// The four tables of Modbus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    Coil,
    Discrete,
    Holding,
    Input,
}

impl Table {
    pub const fn is_bits(self) -> bool {
        match self {
            Self::Coil | Self::Discrete => true,
            Self::Holding | Self::Input => false,
        }
    }
}

/// How often a point is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Every {
    /// With every poll.
    #[default]
    Fast,
    /// With every tenth poll, at most once a minute.
    Slow,
    /// When the meter is first met and once a day.
    Once,
}

/// What a value is measured in, after its scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Unit {
    /// Counts and states.
    #[default]
    #[serde(rename = "none")]
    None,
    #[serde(rename = "kWh")]
    KilowattHour,
    #[serde(rename = "kvarh")]
    KilovarHour,
    V,
    A,
    W,
    #[serde(rename = "var")]
    Var,
    #[serde(rename = "VA")]
    VoltAmpere,
    Hz,
    #[serde(rename = "°C")]
    Celsius,
    #[serde(rename = "money")]
    Money,
}

impl Unit {
    /// As it is written behind a number.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::None => "",
            Self::KilowattHour => "kWh",
            Self::KilovarHour => "kvarh",
            Self::V => "V",
            Self::A => "A",
            Self::W => "W",
            Self::Var => "var",
            Self::VoltAmpere => "VA",
            Self::Hz => "Hz",
            Self::Celsius => "°C",
            Self::Money => "money",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub name: String,
    pub table: Table,
    /// 0-based address, as it travels in the request.
    pub at: u16,
    pub format: Format,
    pub order: WordOrder,
    pub unit: Unit,
    pub scale_nano: i64,
    /// Least and greatest credible value, in millionths.
    pub range: Option<(i64, i64)>,
    pub every: Every,
    /// The step of a counter, in millionths.
    pub step: Option<i64>,
    /// The meter's own number.
    pub identity: bool,
    /// "Not measured" is an answer, not a fault.
    pub optional: bool,
}

impl Point {
    /// Registers, or bits in a table of bits.
    pub const fn width(&self) -> u16 {
        if self.table.is_bits() { 1 } else { self.format.words() }
    }

    /// The value in millionths; `Ok(None)`: an optional point that is not measured.
    pub fn read(&self, words: &[u16]) -> Result<Option<i64>, Unfit> {
        if self.table.is_bits() {
            return Ok(words.first().map(|bit| i64::from(*bit) * 1_000_000));
        }
        let physical = self.unit != Unit::None;
        let pattern = number::bits(words, self.order);
        let value = match number::millionths(pattern, self.format, self.scale_nano, physical) {
            Ok(value) => value,
            Err(Unfit::Absent | Unfit::NotANumber) if self.optional => return Ok(None),
            Err(unfit) => return Err(unfit),
        };
        match self.range {
            Some((least, greatest)) if value < least || value > greatest => Err(Unfit::TooLarge),
            Some(_) | None => Ok(Some(value)),
        }
    }
}
