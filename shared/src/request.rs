//! What only two persons may do (product rule 24): one asks, another agrees, and nothing happens in
//! between. Who asked whom, and until when, is the registry's; the core looks at the two names.

use serde::{Deserialize, Serialize};

use crate::counter::Raise;
use crate::id::{AccountId, MeterId, ReceiptNo};
use crate::money::Money;
use crate::policy::{Policy, Scope};
use crate::time::Timestamp;
use crate::vend::{Adjusting, Cause};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grave {
    /// Lets cuts go ahead that the mass-disconnect breaker holds.
    ReleaseCuts { meters: Vec<MeterId> },
    /// Opens many supplies.
    CutSupplies { meters: Vec<MeterId> },
    /// Ends the protection of a supply that others' lives may hang on.
    Unprotect { meter: MeterId },
    /// From then, or from the decision on, these terms hold.
    PublishPolicy { scope: Scope, from: Option<Timestamp>, policy: Box<Policy> },
    /// Gives credit that nobody paid for, or corrects.
    Adjust { account: AccountId, adjusting: Adjusting, amount: Money, cause: Cause },
    /// Raises a limit for a while.
    RaiseLimit { raise: Raise },
    /// Gives back more of an account's credit in cash than one person may.
    Refund { account: AccountId, amount: Money },
    /// Takes back a sale that the asker may not take back alone; as a debt where less is left on the
    /// account than came to it.
    Reverse { receipt: ReceiptNo, as_debt: bool },
}
