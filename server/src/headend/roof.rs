//! All lines under one roof: a meter may hang on one line and its breaker on another.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use shared::id::LineId;
use shared::meter::profile::{Library, Profile, Ratios};

use super::binding::{Binding, Place};
use super::config::{LineConfig, MeterConfig, UnitAddress};
use super::desk::Desk;
use super::device::{Device, Reads, Role};
use super::owner::{Devices, Units};
use super::unit::{Patience, Unit};

/// What the owner of a line and the actors in front share.
#[derive(Clone)]
pub(super) struct Share {
    pub(super) desk: Rc<Desk>,
    pub(super) units: Units,
    pub(super) devices: Devices,
    patience: Patience,
}

#[derive(Default)]
pub(super) struct Roof {
    lines: BTreeMap<LineId, Share>,
    /// Requests of models without a serial number to check, shared by all their meters.
    reads: BTreeMap<String, Rc<Reads>>,
    /// Devices that were tried before they became meters, whatever lines they hang on.
    tried: Vec<(MeterConfig, Rc<Binding>)>,
}

/// A silence keeps the line for some hundred milliseconds; one in twenty may go to the silent.
const SPARE: u32 = 20;

impl Roof {
    pub(super) fn open(&mut self, line: &LineConfig) -> Share {
        let first_pause = line.backoff_ms.map_or(2_000, std::num::NonZeroU32::get);
        let patience = Patience {
            first_pause: Duration::from_millis(u64::from(first_pause)),
            spare: if line.backoff_ms.is_some() { 0 } else { SPARE },
        };
        let (desk, units, devices) = (Rc::default(), Rc::default(), Rc::default());
        let share = Share { desk, units, devices, patience };
        self.lines.insert(line.id, share.clone());
        share
    }

    /// Places a meter that is only tried, once however often it is tried; none: a line or profile is
    /// not there.
    pub(super) fn try_out(
        &mut self,
        config: &MeterConfig,
        library: &Library,
    ) -> Option<Rc<Binding>> {
        if let Some((_, known)) = self.tried.iter().find(|(tried, _)| tried == config) {
            return Some(Rc::clone(known));
        }
        let binding = Rc::new(self.bind(config, library)?);
        self.tried.push((config.clone(), Rc::clone(&binding)));
        Some(binding)
    }

    /// Whether the device at this place of a line is an output that no meter of the site has.
    pub(super) fn only_tried(&self, desk: &Rc<Desk>, place: usize) -> bool {
        let relays = self.tried.iter().filter_map(|(_, binding)| binding.relay.as_ref());
        relays.into_iter().any(|relay| relay.device == place && Rc::ptr_eq(&relay.desk, desk))
    }

    /// Places a meter and its breaker; none: a line or profile is not there.
    pub(super) fn bind(&mut self, config: &MeterConfig, library: &Library) -> Option<Binding> {
        let profile = library.get(&config.profile)?;
        let reads = match &config.serial {
            Some(serial) => Rc::new(Reads::new(profile, Some(serial.clone()))),
            None => Rc::clone(
                self.reads
                    .entry(profile.id.clone())
                    .or_insert_with(|| Rc::new(Reads::new(profile, None))),
            ),
        };
        let has_slow = !reads.slow.blocks.is_empty();
        let line = self.lines.get(&config.line)?;
        let meter = line.place(config.unit, Arc::clone(profile), Role::Meter(reads));
        let relay = match &config.relay {
            Some(relay) => {
                let board = library.get(&relay.profile)?;
                let unit = relay.unit.unwrap_or(config.unit);
                let line = self.lines.get(&relay.line.unwrap_or(config.line))?;
                Some(line.place(unit, Arc::clone(board), Role::output(relay)))
            }
            None => None,
        };
        Some(Binding {
            meter,
            profile: Arc::clone(profile),
            ratios: Ratios { current: config.ct, voltage: config.pt },
            relay,
            has_slow,
            polls: Cell::new(0),
            slow_asked: Cell::default(),
            evidence: Cell::default(),
        })
    }
}

impl Share {
    fn place(&self, unit: UnitAddress, profile: Arc<Profile>, role: Role) -> Place {
        let mut units = self.units.borrow_mut();
        let state =
            units.entry(unit).or_insert_with(|| Rc::new(RefCell::new(Unit::new(self.patience))));
        let state = Rc::clone(state);
        let mut devices = self.devices.borrow_mut();
        devices.push(Rc::new(Device::new(unit, Rc::clone(&state), profile, role)));
        Place { desk: Rc::clone(&self.desk), state, unit, device: devices.len() - 1 }
    }
}
