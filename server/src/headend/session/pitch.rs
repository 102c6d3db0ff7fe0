//! A single transaction at another speed than the line's own, for a scan.
//!
//! The line's own speed stays what it is configured to be: a port that is opened, for whatever
//! reason, speaks at that. Only between `tune` and `tune_back` does it speak at another, and both
//! happen within one job of the owner, so no other job ever meets it there.

use std::io;

use shared::meter::CommFault;
use tracing::warn;

use super::Session;
use crate::headend::config::{Transport, UnitAddress};
use crate::headend::question::Pitch;
use crate::headend::timing::Pace;

impl Session {
    /// Opens the line if need be, keeps what silence is due, and takes the other speed.
    pub(in crate::headend) async fn tune(
        &mut self,
        unit: UnitAddress,
        pace: Pace,
        pitch: Pitch,
    ) -> Result<(), CommFault> {
        self.ready(unit, pace, false).await?;
        self.context = None;
        let tuned = self.wire.tune(pitch);
        self.unless_failed(tuned)
    }

    /// Whether the line still speaks at `pitch`: not if it was lost and opened again.
    pub(in crate::headend) fn is_at(&self, pitch: Pitch) -> bool {
        self.wire.pitch() == Some(pitch)
    }

    /// Hears out what may still come at the other speed, and takes the line's own again.
    pub(in crate::headend) async fn tune_back(&mut self) {
        self.context = None;
        if !self.wire.is_open() {
            return; // it will be opened at its own speed
        }
        if let Some(quiet) = self.quiet.take() {
            self.wire.hear_out(quiet, quiet * 4).await;
        }
        let Transport::Rtu { baud, format, .. } = self.transport else { return };
        let tuned = self.wire.tune(Pitch { baud, format });
        // The port is closed if that failed, and opened at its own speed.
        drop(self.unless_failed(tuned));
    }

    fn unless_failed(&self, tuned: io::Result<()>) -> Result<(), CommFault> {
        tuned.map_err(|error| {
            warn!(line = self.name, %error, "line {} cannot change its speed", self.name);
            self.wire.close();
            CommFault::LineDown
        })
    }
}
