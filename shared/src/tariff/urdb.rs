//! Import of OpenEI URDB rates.
use crate::money::Currency;
use crate::time::Zone;
pub fn import(_text: &str, _zone: &Zone, _currency: Currency) -> Result<String, UrdbError> {
    Err(UrdbError(String::new()))
}
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UrdbError(pub String);
