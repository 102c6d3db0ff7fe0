//! The machine's clock, as a worker sees it.

use shared::time::Timestamp;

/// This machine's time; only ever used for pacing and for keys that are compared within the page.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "whole milliseconds since 1970 are exact in a double"
)]
pub fn now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() as i64)
}
