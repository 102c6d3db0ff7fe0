//! What the supervisor is asked and what it answers.

use std::sync::Arc;

use actix::{Message, Recipient};

use crate::actor::meter::Want;
use crate::api::alarm::Alarm;
use crate::api::live::MeterChange;
use crate::api::meter::MeterPage;
use crate::api::overview::{Figures, Happening};
use crate::api::sale::Preview;
use crate::counter::Counters;
use crate::id::{AccountId, Book, MeterId, PaymentId, ProviderId, Seq, StaffId};
use crate::invariant::Seen;
use crate::money::Money;
use crate::pay::Payment;
use crate::site::breaker::{HeldCut, MassCutState};
use crate::site::{Done, Exception, Order, Refusal};
use crate::time::Timestamp;
use crate::vend::Tender;

/// Carries out a command; the answer comes after the commit.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<Done, Refusal>")]
pub struct Do(pub Order);

/// Settles everything reported so far; the answer comes after the commit. Sent by the world that
/// owns the book's clock after each round of polls.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Settlement")]
pub struct SettleDue {
    pub book: Book,
    pub now: Timestamp,
}

/// What a round of settling asks of the world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Meters to look at before their next turn: to confirm that credit is used up, to switch, to
    /// prove that a switch did what it should.
    pub urgent: Vec<(Timestamp, MeterId)>,
    /// Meters that were told a new supply since the last round: a world that does not wait for their
    /// next turn lets them switch now.
    pub told: Vec<MeterId>,
    /// Settle again then at the latest: time alone changes something.
    pub next: Option<Timestamp>,
}

/// What changed with one commit, for screens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Publication {
    pub meters: Vec<MeterChange>,
    pub figures: Vec<Figures>,
    pub alarms: Option<Vec<Alarm>>,
    /// Newest first.
    pub happenings: Vec<Happening>,
}

/// Published after each commit and each round; the feed merges and encodes them once for all.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Publish(pub Arc<Publication>);

pub type Feed = Recipient<Publish>;

/// Everything the screens start from.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Publication")]
pub struct GetAll;

/// One meter's page. `now` in the time of its book; names of people and places are filled in by the
/// caller (they live in the registry).
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Option<MeterPage>")]
pub struct GetMeter {
    pub meter: MeterId,
    pub now: Timestamp,
}

/// The work list, longest open first.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Vec<Exception>")]
pub struct GetExceptions;

/// Mobile payments; the answer comes after the commit of whatever it shows.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Vec<Payment>")]
pub struct GetPayments(pub WhichPayments);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichPayments {
    One(PaymentId),
    /// All that a provider calls by one name, the one that was asked for first.
    Charge(ProviderId, String),
    /// The provider is to be asked, or somebody has to decide; oldest first.
    Open,
    /// So many, newest first; where one is named, older ones than it.
    Latest(usize, Option<PaymentId>),
}

/// What the mass-disconnect breaker holds, and what waits for a second person. `now` in the time of
/// each book.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "MassCutsFound")]
pub struct GetMassCuts {
    pub now: [(Book, Timestamp); 2],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MassCutsFound {
    pub states: Vec<MassCutState>,
    pub held: Vec<HeldCut>,
}

/// What a payment would do.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Result<Preview, Refusal>")]
pub struct GetPreview {
    pub account: AccountId,
    pub amount: Money,
    pub now: Timestamp,
    /// Who would sell, and how it would be paid, where that is known.
    pub by: StaffId,
    pub tender: Option<Tender>,
}

/// Shifts and limits of a book.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Counters")]
pub struct GetCounters {
    pub book: Book,
}

/// Every supply as it is and as it should be, for the check that the one follows the other.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Vec<Seen>")]
pub struct GetSupplies;

/// A meter joins: its actor hears from now on what its supply should be.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Join {
    pub meter: MeterId,
    pub book: Book,
    pub wants: Recipient<Want>,
}

/// Where the supervisor stands, for operators and tests.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "BillingStatus")]
pub struct GetStatus;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillingStatus {
    /// The last committed record.
    pub committed: Seq,
    pub head: crate::ledger::Hash,
    pub accounts: u32,
    pub meters: u32,
    /// Commands and reports that wait for a commit.
    pub waiting: u32,
    /// The journal refused a write: money stands still.
    pub halted: Option<String>,
}
