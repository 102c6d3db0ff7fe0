//! What the screens know. Every change goes through a pure `reduce`, tested without a browser.

pub mod fleet;
pub mod outbox;
pub mod sale;
pub mod seat;
pub mod settings;
pub mod tariff;
pub mod wall;
