//! What a tariff knows of an instant: its version, its periods, and whether it can be priced at all.

use crate::tariff::Tariff;
use crate::tariff::calendar::{DayTest, day_type_of};
use crate::tariff::error::ChargeError;
use crate::tariff::schedule::{DAY, Schedule};
use crate::tariff::version::{Charge, Dynamic, Version};
use crate::time::Timestamp;

impl Version {
    /// How many intervals this version averages for a demand slot.
    pub(crate) fn slot_count(&self, slot: usize) -> usize {
        let counts = self.components.iter().find_map(|component| match &component.charge {
            Charge::Demand(demand) => {
                let width = if demand.pooled { 1 } else { demand.rates.len() };
                (demand.slot..demand.slot + width).contains(&slot).then_some(demand.top)
            }
            Charge::Volume(_)
            | Charge::Dynamic(_)
            | Charge::Fixed(_)
            | Charge::Minimum(_)
            | Charge::PowerFactor(_)
            | Charge::Percent(_)
            | Charge::Tax(_) => None,
        });
        counts.unwrap_or(1)
    }
}

impl Tariff {
    pub(crate) fn version_place(&self, at: Timestamp) -> Option<usize> {
        self.versions.iter().rposition(|version| version.from <= at)
    }

    pub(crate) fn version_numbered(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// The period of one schedule at an instant, and the instant it may change.
    pub(crate) fn period_of(
        &self,
        version: &Version,
        schedule: &Schedule,
        at: Timestamp,
    ) -> Result<(usize, Timestamp), ChargeError> {
        if schedule.is_flat() {
            return Ok((0, Timestamp::from_millis(i64::MAX)));
        }
        let face = self.clock.face(&self.zone, at);
        for day_type in &version.day_types {
            if let DayTest::Calendar(place) = day_type.test
                && let Some(calendar) = self.calendars.get(place)
            {
                calendar.know(face.date.year())?;
            }
        }
        let season = version.season_of(face.date);
        let day_type = day_type_of(&version.day_types, &self.calendars, face.date);
        let (period, minute) = schedule.program(season, day_type).at(face.minute());
        debug_assert!(minute <= DAY);
        Ok((period, self.clock.until(&self.zone, at, face, minute)))
    }

    /// Whether everything between two instants can be priced.
    pub(crate) fn knows(&self, from: Timestamp, to: Timestamp) -> Result<(), ChargeError> {
        if self.versions.first().is_none_or(|first| from < first.from) {
            return Err(ChargeError::NoVersion(from));
        }
        if let Some((until, error)) = &self.known_until
            && to > *until
        {
            return Err(error.clone());
        }
        if self.series_names.is_empty() {
            return Ok(());
        }
        let ends = self.versions.iter().skip(1).map(|next| next.from);
        let ends = ends.chain([Timestamp::from_millis(i64::MAX)]);
        for (version, end) in self.versions.iter().zip(ends) {
            let (from, to) = (from.max(version.from), to.min(end));
            if from >= to {
                continue;
            }
            for component in &version.components {
                if let Charge::Dynamic(dynamic) = &component.charge {
                    self.priced(dynamic, from, to)?;
                }
            }
        }
        Ok(())
    }

    fn priced(&self, dynamic: &Dynamic, from: Timestamp, to: Timestamp) -> Result<(), ChargeError> {
        let series = self.series.get(dynamic.series).and_then(Option::as_ref);
        if series.is_some_and(|series| series.covers(from, to)) {
            return Ok(());
        }
        let name = self.series_names.get(dynamic.series).cloned().unwrap_or_default();
        let at = series.map_or(from, |series| series.missing(from));
        Err(ChargeError::NoPrice { series: name, at })
    }
}
