//! Bringing meters into service from a page. `GET` and `POST /api/v1/commission`,
//! `POST /api/v1/lines/{line}/relay-test`, `POST /api/v1/meters/{meter}/sign-off`.

use serde::{Deserialize, Serialize};

use crate::energy::{Power, Register};
use crate::id::{AccountId, LineId, MeterId, StaffId, TariffId};
use crate::meter::{CommFault, Contact};
use crate::time::Timestamp;

/// Meters to add, all or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddMeters {
    pub line: LineId,
    #[serde(default)]
    pub building: String,
    #[serde(default)]
    pub floor: String,
    /// With a tariff each meter gets an account; without one they are only read.
    pub tariff: Option<TariffId>,
    pub meters: Vec<AddMeter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddMeter {
    pub unit: u8,
    pub profile: String,
    /// The room, flat or shop.
    pub name: String,
    /// The meter's own number; another one means another meter hangs there.
    pub serial: Option<String>,
    /// The account's number; the meter's where it is left out.
    pub account: Option<AccountId>,
    #[serde(default)]
    pub customer: String,
    /// The output of a relay board, where the switch is not inside the meter.
    pub relay: Option<AddRelay>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddRelay {
    /// The line of the board; the meter's where it is left out.
    #[serde(default)]
    pub line: Option<LineId>,
    pub unit: u8,
    pub profile: String,
    /// From 1.
    pub output: u16,
    pub feedback: Option<u16>,
    /// Supply is connected while the output is off, as where a board that loses its power must not
    /// darken anybody.
    #[serde(default)]
    pub connected_when_off: bool,
}

/// A meter that was added on the page, as its sign-off sheet shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Commissioned {
    pub meter: MeterId,
    pub name: String,
    pub building: String,
    pub floor: String,
    pub line: LineId,
    pub unit: u8,
    pub profile: String,
    pub serial: Option<String>,
    /// The model has a switch inside.
    pub switches: bool,
    /// The output of a board that switches it.
    pub relay: Option<AddRelay>,
    pub account: Option<AccountId>,
    pub tariff: Option<TariffId>,
    /// The model is proven; otherwise it is billed from the sign-off on.
    pub proven: bool,
    pub added_by: StaffId,
    pub added: Timestamp,
    /// Who compared register and display, when, and both figures.
    pub signed_off: Option<String>,
}

impl Commissioned {
    pub fn is_billed(&self) -> bool {
        self.account.is_some() && (self.proven || self.signed_off.is_some())
    }
}

/// One step of a relay test: open or close, and look whether it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RelayTest {
    pub unit: u8,
    pub profile: String,
    pub relay: Option<AddRelay>,
    pub step: RelayStep,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RelayStep {
    Open,
    Close,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RelayTested {
    /// The contact as the meter or board shows it after the command.
    pub contact: Contact,
    pub power: Option<Power>,
    pub import: Option<Register>,
    pub fault: Option<CommFault>,
    /// The contact is where it was ordered to be, and nothing flows through an open one.
    pub proven: bool,
}

/// What stands on the meter's display, kWh as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    pub display: String,
}

/// A name for the meter at a place in the list: `#` is the place, `###` the place in three digits.
pub fn name_of(pattern: &str, place: usize) -> String {
    let width = pattern.chars().filter(|letter| *letter == '#').count();
    let Some(begin) = pattern.find('#') else {
        return if pattern.is_empty() { place.to_string() } else { format!("{pattern} {place}") };
    };
    let (head, tail) = pattern.split_at(begin);
    format!("{head}{place:0width$}{}", tail.trim_start_matches('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_many_rooms() {
        for (pattern, name) in [
            ("Room #", "Room 7"),
            ("1###", "1007"),
            ("A-## left", "A-07 left"),
            ("Shop", "Shop 7"),
            ("", "7"),
        ] {
            assert_eq!(name_of(pattern, 7), name);
        }
    }
}
