//! The clock of simulated meters: `GET POST /api/v1/clock`.

use serde::{Deserialize, Serialize};

use crate::time::{Span, Timestamp};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Clock {
    /// Where the simulated time is.
    pub now: Timestamp,
    pub paused: bool,
    /// Simulated seconds per second, 1 to 3,600, as asked for.
    pub pace: u32,
    /// What was reached over the last second; below `pace` when the machine is too slow.
    pub reached: u32,
}

/// `POST /api/v1/clock`: one change a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ClockOrder {
    Pause,
    Resume,
    /// 1 to 3,600.
    Pace(u32),
    /// Run this much simulated time as fast as possible, then pause. At most a day.
    Step(Span),
}
