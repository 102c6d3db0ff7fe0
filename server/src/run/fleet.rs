//! What is known about each metered place besides what its meter says: names, whose it is, where
//! the device hangs.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::api::live::{MeterChange, MeterRow, MeterState};
use shared::api::meter::Device;
use shared::energy::{Energy, Power};
use shared::id::{AccountId, Book, LineId, MeterId};
use shared::meter::profile::{Library, Profile, Ratio, Relay};
use shared::meter::{Limits, Quality};
use shared::time::Span;
use simulator::population::Premise;

use crate::config::{Metered, SiteFile};
use crate::headend::config::MeterConfig;

/// Everything the screens need of all places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fleet {
    pub(crate) rows: Vec<MeterRow>,
    pub(crate) devices: BTreeMap<MeterId, Device>,
    pub(crate) accounts: BTreeMap<AccountId, Known>,
    /// How real meters hang on their lines, and what each can measure.
    pub(crate) hung: BTreeMap<MeterId, Hung>,
}

/// A real meter on its line.
#[derive(Clone, Debug)]
pub(crate) struct Hung {
    pub(crate) config: MeterConfig,
    pub(crate) limits: Limits,
    pub(crate) library: Arc<Library>,
}

/// A customer as the counter finds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) account: AccountId,
    pub(crate) book: Book,
    pub(crate) customer: String,
    pub(crate) phone: String,
    /// Building, floor and room.
    pub(crate) place: String,
    pub(crate) room: String,
    pub(crate) meter: MeterId,
    pub(crate) serial: String,
}

impl Fleet {
    /// Adds the real meters of a site file.
    pub(crate) fn add_site(&mut self, site: &SiteFile) {
        let lines: BTreeMap<LineId, &str> =
            site.lines.iter().map(|line| (line.id, line.name.as_str())).collect();
        let library = Arc::new(site.library.clone());
        for metered in &site.meters {
            let device = &metered.device;
            let hung = Hung {
                config: device.clone(),
                limits: limits(metered, &site.library),
                library: Arc::clone(&library),
            };
            self.hung.insert(device.meter, hung);
            let serial = device.serial.clone().unwrap_or_default();
            let terms = metered.account.as_ref();
            self.add(Place {
                book: Book::Live,
                meter: device.meter,
                account: terms.map(|terms| terms.account),
                name: &metered.name,
                building: &metered.building,
                floor: &metered.floor,
                customer: terms.map_or("", |terms| terms.customer.as_str()),
                phone: terms.map_or("", |terms| terms.phone.as_str()),
                serial: &serial,
                usual_power: metered.usual_power,
                profile: &device.profile,
                line: lines.get(&device.line).copied().unwrap_or_default(),
                unit: Some(device.unit.into()),
                poll: Span::from_secs(i64::from(device.poll_s.get())),
            });
        }
    }

    /// Takes the numbers of meters that were exchanged since the site was described.
    pub(crate) fn renumber(&mut self, serials: &BTreeMap<MeterId, String>) {
        for (meter, serial) in serials {
            if let Some(device) = self.devices.get_mut(meter) {
                device.serial.clone_from(serial);
            }
            for known in self.accounts.values_mut().filter(|known| known.meter == *meter) {
                known.serial.clone_from(serial);
            }
        }
    }

    /// Adds simulated premises.
    pub(crate) fn add_premises(&mut self, premises: &[Premise], poll: Span) {
        for premise in premises {
            self.add(Place {
                book: Book::Simulated,
                meter: premise.meter,
                account: Some(premise.account),
                name: &premise.name,
                building: &premise.building,
                floor: &premise.floor,
                customer: &premise.customer,
                phone: &premise.phone,
                serial: &premise.serial,
                usual_power: premise.usual_power,
                profile: "simulated",
                line: &format!("simulated line {}", premise.line),
                unit: None,
                poll,
            });
        }
    }

    fn add(&mut self, place: Place<'_>) {
        let Place { book, meter, account, name, building, floor, customer, .. } = place;
        self.rows.push(MeterRow {
            meter,
            book,
            name: name.to_owned(),
            building: building.to_owned(),
            floor: floor.to_owned(),
            account,
            customer: customer.to_owned(),
            usual_power: place.usual_power,
            change: never_read(meter),
        });
        self.devices.insert(
            meter,
            Device {
                profile: place.profile.to_owned(),
                line: place.line.to_owned(),
                unit: place.unit,
                serial: place.serial.to_owned(),
                poll: place.poll,
                polls: 0,
                failures: 0,
                last_fault: None,
                held: None,
            },
        );
        if let Some(account) = account {
            let parts = [building, floor, name].map(str::trim);
            let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            self.accounts.insert(
                account,
                Known {
                    account,
                    book,
                    customer: customer.to_owned(),
                    phone: place.phone.to_owned(),
                    place: parts.join(" · "),
                    room: name.to_owned(),
                    meter,
                    serial: place.serial.to_owned(),
                },
            );
        }
    }
}

struct Place<'a> {
    book: Book,
    meter: MeterId,
    account: Option<AccountId>,
    name: &'a str,
    building: &'a str,
    floor: &'a str,
    customer: &'a str,
    phone: &'a str,
    serial: &'a str,
    usual_power: Power,
    profile: &'a str,
    line: &'a str,
    unit: Option<u8>,
    poll: Span,
}

/// A row before the first reading: unknown, not zero.
fn never_read(meter: MeterId) -> MeterChange {
    MeterChange {
        meter,
        state: MeterState::Silent,
        power: None,
        credit: None,
        quality: Quality::Unknown,
        as_of: None,
    }
}

/// Can this meter's supply be switched?
pub(crate) fn switchable(metered: &Metered, library: &Library) -> bool {
    let inside = library
        .get(&metered.device.profile)
        .is_some_and(|profile| matches!(profile.relay, Relay::Builtin(_)));
    inside || metered.device.relay.is_some()
}

/// Has this meter a button, so that a customer closes it where that is permitted?
pub(crate) fn has_button(metered: &Metered, library: &Library) -> bool {
    library.get(&metered.device.profile).is_some_and(|profile| match &profile.relay {
        Relay::Builtin(relay) => relay.arm.is_some() && metered.device.relay.is_none(),
        Relay::External | Relay::Board(_) => false,
    })
}

/// What this meter can count at most: faster than that is a fault, not use.
pub(crate) fn limits(metered: &Metered, library: &Library) -> Limits {
    let device = &metered.device;
    let profile = library.get(&device.profile);
    let ratio = Fraction::of(device.ct).times(Fraction::of(device.pt));
    let step = profile.and_then(|profile| step(profile)).unwrap_or(Energy::from_wh(10));
    let phases = profile.map_or(1, |profile| i64::from(profile.phases.max(1)));
    let usual = Power::from_watts(ratio.of_value(PHASE_AT_MOST.watts() * phases));
    Limits {
        most_power: metered.most_power.unwrap_or(usual),
        step: Energy::from_mwh(ratio.of_value(step.mwh()).max(1)),
        wraps_at: None,
    }
}

/// 276 V × 100 A: more than a directly wired meter carries on one phase.
const PHASE_AT_MOST: Power = Power::from_watts(27_600);

/// The register's step; a counter in kWh has it in millionths of a kWh.
fn step(profile: &Profile) -> Option<Energy> {
    let import = profile.points.get(profile.roles.import?)?;
    import.step.map(Energy::from_mwh)
}

#[derive(Clone, Copy)]
struct Fraction(i64, i64);

impl Fraction {
    fn of(ratio: Ratio) -> Self {
        let text = String::from(ratio);
        let (primary, secondary) = text.split_once('/').unwrap_or((text.as_str(), "1"));
        Self(primary.parse().unwrap_or(1), secondary.parse().unwrap_or(1))
    }

    fn times(self, other: Self) -> Self {
        Self(self.0 * other.0, self.1 * other.1)
    }

    fn of_value(self, value: i64) -> i64 {
        (value.saturating_mul(self.0) + self.1 - 1) / self.1
    }
}
