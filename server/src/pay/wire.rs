//! What goes between us and a provider, as JSON; `docs/payments.md` describes it.

use serde::{Deserialize, Serialize};

/// `POST /v1/charges`: a customer is to pay so much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewCharge {
    /// Our name for it: the same name is the same charge, however often it is sent.
    pub(crate) charge: String,
    /// In minor units.
    pub(crate) amount: i64,
    pub(crate) currency: String,
    /// Who is paid, as the customer sees it.
    pub(crate) title: String,
}

/// A charge as the provider has it: the answer to `POST /v1/charges`, `GET /v1/charges/{charge}`
/// and `POST /v1/charges/{charge}/close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the provider's words")]
pub(crate) struct Charge {
    pub(crate) charge: String,
    pub(crate) status: ChargeStatus,
    /// What the QR code says.
    pub(crate) code: String,
    /// Milliseconds since 1970.
    pub(crate) expires: i64,
    /// One, unless the customer has paid twice.
    #[serde(default)]
    pub(crate) paid: Vec<Paid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ChargeStatus {
    Pending,
    Paid,
    /// It was closed, or nobody paid in time.
    Closed,
    /// The customer's bank refused.
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Paid {
    pub(crate) transaction: String,
    pub(crate) amount: i64,
}

/// `POST /v1/refunds`: money goes back to who paid it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewRefund {
    pub(crate) refund: String,
    pub(crate) charge: String,
    pub(crate) transaction: String,
    pub(crate) amount: i64,
}

/// The answer to `POST /v1/refunds` and `GET /v1/refunds/{refund}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the provider's words")]
pub(crate) struct Refund {
    pub(crate) refund: String,
    pub(crate) charge: String,
    /// Which payment of the charge goes back.
    pub(crate) transaction: String,
    pub(crate) status: RefundStatus,
    #[serde(default)]
    pub(crate) why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RefundStatus {
    Pending,
    Done,
    Refused,
}

/// What a webhook brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub(crate) enum Notice {
    #[serde(rename = "charge.updated")]
    Charge(Charge),
    #[serde(rename = "refund.updated")]
    Refund(Refund),
}
