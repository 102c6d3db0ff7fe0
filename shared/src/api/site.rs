//! The site: `GET /api/v1/site`.

use serde::{Deserialize, Serialize};

use crate::id::{Book, ProviderId};
use crate::money::Currency;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Site {
    pub name: String,
    pub currency: Currency,
    /// IANA name; screens show all times in it.
    pub zone: String,
    /// The books this site has, live first.
    pub books: Vec<Book>,
    /// A demo or training site: the band across the top says so.
    pub demo: bool,
    pub version: String,
    /// Who takes mobile payments; none: they are noted by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<ProviderId>,
}
