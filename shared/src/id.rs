//! Names for things, each its own type so that an account is never taken for a meter.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

id! {
    /// A site: one place run by one Meterhouse.
    SiteId(u32);
    /// A prepaid account (户号).
    AccountId(u32);
    /// A meter; real and simulated meters share one numbering.
    MeterId(u32);
    /// A bus or gateway that meters hang on.
    LineId(u16);
    /// A room, flat or shop.
    PremiseId(u32);
    /// A person of the operator's staff; 0 is the system itself.
    StaffId(u32);
    /// A receipt in its book's numbering, without gaps, from 1.
    ReceiptNo(u64);
    /// A place in the journal, from 1.
    Seq(u64);
    /// A counter where money is taken, as the site file numbers it.
    CounterId(u16);
    /// A shift in its book's numbering, from 1.
    ShiftNo(u64);
    /// An alarm.
    AlarmId(u64);
    /// An agreement about arrears, counted from 1 within its account.
    ArrearsId(u32);
    /// A notice to the customer of an account, from 1.
    NoticeId(u32);
    /// A mobile payment, from 1.
    PaymentId(u64);
}

/// A tariff's name, as in its file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct TariffId(pub String);

impl fmt::Display for TariffId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A payment provider's name, as in the site file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ProviderId(pub String);

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A client-made name for one command that moves money: 8 to 64 visible ASCII characters.
/// The same key never has two effects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct IdempotencyKey(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key is 8 to 64 visible ASCII characters")]
pub struct BadKey;

impl IdempotencyKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for IdempotencyKey {
    type Error = BadKey;
    fn try_from(key: String) -> Result<Self, BadKey> {
        let good = (8..=64).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if good { Ok(Self(key)) } else { Err(BadKey) }
    }
}

impl From<IdempotencyKey> for String {
    fn from(key: IdempotencyKey) -> Self {
        key.0
    }
}

/// Two books, never in one posting: money of real meters and money of simulated ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Book {
    Live,
    Simulated,
}
