//! Orders that move money and whose answer has not arrived. Each is written down before it is sent,
//! so that a reload repeats it under the same key instead of forgetting or doubling it.

use serde::{Deserialize, Serialize};
use shared::api::sale::{Found, SaleOrder};
use shared::id::IdempotencyKey;
use shared::time::Timestamp;

/// A sale that was sent, or was about to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingSale {
    pub key: IdempotencyKey,
    pub order: SaleOrder,
    /// The account as it was found, so that the page can show whose sale it is.
    pub found: Found,
    pub at: Timestamp,
}

/// A key from random bytes: 32 hex digits behind a letter that says where it was made.
pub fn key_from(random: [u8; 16]) -> IdempotencyKey {
    let hex = random.iter().fold(String::from("w-"), |text, byte| format!("{text}{byte:02x}"));
    IdempotencyKey::try_from(hex).expect("34 visible ASCII characters are a key")
}

/// Reads what was stored; what cannot be read is no pending sale.
pub fn read(stored: &str) -> Option<PendingSale> {
    serde_json::from_str(stored).ok()
}

pub fn written(pending: &PendingSale) -> String {
    serde_json::to_string(pending).expect("a pending sale is plain JSON")
}

#[cfg(test)]
pub mod samples {
    use shared::api::live::MeterState;
    use shared::api::sale::Tender;
    use shared::id::{AccountId, Book, MeterId};
    use shared::money::Money;

    use super::*;

    pub fn found(account: u32) -> Found {
        Found {
            account: AccountId(account),
            book: Book::Live,
            customer: "王芳".to_owned(),
            place: "2 · 12 · 1203".to_owned(),
            meter: MeterId(account),
            serial: "000123".to_owned(),
            state: MeterState::Cut,
            credit: Money::from_minor(-120),
            sales: Vec::new(),
            presets: vec![Money::from_minor(5_000)],
        }
    }

    pub fn pending() -> PendingSale {
        PendingSale {
            key: key_from([7; 16]),
            order: SaleOrder {
                account: AccountId(3),
                amount: Money::from_minor(5_280),
                tender: Tender::Cash,
                handed: None,
                reference: String::new(),
            },
            found: found(3),
            at: Timestamp::from_millis(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pending_sale_survives_a_reload_with_its_key() {
        let pending = samples::pending();
        assert_eq!(read(&written(&pending)), Some(pending));
        assert_eq!(read("{}"), None);
    }

    #[test]
    fn a_key_is_one_the_server_takes() {
        assert_eq!(key_from([0xab; 16]).as_str(), "w-abababababababababababababababab");
    }
}
