//! What happens: the facts the journal keeps, in canonical JSON.
//!
//! Names and fields are never changed or removed, only added with a default: old journals stay
//! readable. Personal data is not here but in the registry, so that it can be erased.

use serde::{Deserialize, Serialize};

use crate::counter::CounterFact;
use crate::energy::Energy;
use crate::id::{AccountId, AlarmId, MeterId, NoticeId, StaffId, TariffId};
use crate::ledger::{Code, Posting};
pub use crate::meter::Point;
use crate::meter::{AlarmKind, Contact, DisconnectReason, ExceptionKind, Exchange, Limits};
use crate::money::Money;
use crate::pay::Fact;
use crate::policy::{Grounds, Origin, Place, Policy, Scope};
use crate::request::Grave;
use crate::staff::Act;
use crate::time::Timestamp;
use crate::vend::{
    Adjustment, Arrears, ArrearsCancelled, ArrearsDue, Refund, Reversal, Sale, to_arrears,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// From now on the tariff is this; the text is its file, so that the journal alone says what
    /// every kWh cost.
    TariffPublished {
        tariff: TariffId,
        text: String,
        approved_by: Option<StaffId>,
    },
    AccountOpened {
        account: AccountId,
        tariff: TariffId,
        policy: Policy,
        opening: Money,
    },
    /// The meter's energy is charged to the account from its next accepted reading on.
    MeterBound {
        account: AccountId,
        meter: MeterId,
        limits: Limits,
    },
    /// Charging starts, or starts again, at this point; what lies before is not charged.
    Baseline {
        account: AccountId,
        meter: MeterId,
        point: Point,
        note: String,
    },
    Settled(Settled),
    Sold(Sale),
    Reversed(Reversal),
    /// Unused credit was given back in cash.
    Refunded(Refund),
    ArrearsAdded(Arrears),
    /// Shifts, limits, and what looks wrong about sales.
    Counter(CounterFact),
    ArrearsDue(ArrearsDue),
    ArrearsCancelled(ArrearsCancelled),
    /// Credit that nobody paid for, or a correction; two persons agreed to it.
    Adjusted(Adjustment),
    /// The old meter is charged to its final reading, and the new one counts from its first.
    Exchanged {
        account: AccountId,
        meter: MeterId,
        exchange: Exchange,
        last: Point,
        first: Point,
    },
    /// Somebody has looked at it, and says why it is closed.
    ExceptionNoted {
        account: AccountId,
        meter: MeterId,
        exception: ExceptionKind,
        note: String,
    },
    ProvisionalCharged(ProvisionalCharge),
    /// What was charged provisionally is given back, because no reading will ever settle it.
    ProvisionalReleased {
        account: AccountId,
        meter: MeterId,
        amount: Money,
        credit_after: Money,
    },
    /// A warning to the customer.
    LowCredit {
        account: AccountId,
        credit: Money,
        #[serde(default, skip_serializing_if = "usual")]
        level: WarningLevel,
        #[serde(default, skip_serializing_if = "usual")]
        notice: NoticeId,
        /// Supply opens once as a reminder.
        #[serde(default, skip_serializing_if = "usual")]
        courtesy: bool,
        /// Not before this will supply be cut.
        #[serde(default, skip_serializing_if = "usual")]
        cut_from: Option<Timestamp>,
    },
    /// One more reason holds the supply open.
    Cut {
        account: AccountId,
        meter: MeterId,
        reason: DisconnectReason,
        note: String,
        /// The reason ends by itself then.
        #[serde(default, skip_serializing_if = "usual")]
        until: Option<Timestamp>,
        /// The figures, where a limit of power or energy cut.
        #[serde(default, skip_serializing_if = "usual")]
        grounds: Option<Grounds>,
    },
    /// One reason less; the supply comes back when none is left.
    Lifted {
        account: AccountId,
        meter: MeterId,
        reason: DisconnectReason,
        note: String,
        /// The customer confirms before it closes.
        #[serde(default, skip_serializing_if = "usual")]
        confirm: bool,
    },
    /// The contact did what was wanted, as seen at the meter.
    SupplyProven {
        account: AccountId,
        meter: MeterId,
        contact: Contact,
    },
    ReadingHeld {
        meter: MeterId,
        last: Point,
        seen: Point,
        kind: AlarmKind,
    },
    /// The reading is believed again, or a person decided.
    HoldEnded {
        meter: MeterId,
        point: Point,
        note: String,
    },
    AlarmRaised {
        alarm: AlarmId,
        meter: Option<MeterId>,
        kind: AlarmKind,
    },
    AlarmAcknowledged {
        alarm: AlarmId,
    },
    AlarmCleared {
        alarm: AlarmId,
    },
    /// Staff did something besides money and supply; `note` says why.
    Acted {
        act: Act,
        note: String,
    },
    /// From `from` on these terms hold for whatever lies in the scope.
    PolicyPublished {
        scope: Scope,
        from: Timestamp,
        policy: Policy,
        note: String,
        #[serde(default, skip_serializing_if = "usual")]
        origin: Origin,
    },
    MeterPlaced {
        account: AccountId,
        meter: MeterId,
        place: Place,
    },
    /// The customer has the notice.
    NoticeDelivered {
        account: AccountId,
        notice: NoticeId,
    },
    /// A cut went ahead though its warning was not delivered in time.
    CutUndelivered {
        account: AccountId,
        notice: NoticeId,
    },
    /// Credit rose far enough above the level to warn again.
    Rearmed {
        account: AccountId,
        level: WarningLevel,
    },
    EmergencyOffered {
        account: AccountId,
        limit: Money,
    },
    EmergencyBegun {
        account: AccountId,
        limit: Money,
    },
    EmergencyRepaid {
        account: AccountId,
    },
    /// Credit stands above the level of the offer: the next crossing offers it again.
    EmergencyRearmed {
        account: AccountId,
    },
    /// No cause opens the supply 保电.
    Protected {
        account: AccountId,
        meter: MeterId,
        until: Option<Timestamp>,
        reason: String,
        /// The customer confirms before an open supply closes.
        confirm: bool,
    },
    Unprotected {
        account: AccountId,
        meter: MeterId,
        reason: String,
    },
    /// Nobody is warned or cut for lack of credit until it is resumed.
    Paused {
        account: AccountId,
        reason: String,
    },
    Resumed {
        account: AccountId,
        reason: String,
    },
    /// The customer wants the supply back: it closes.
    RestoreConfirmed {
        account: AccountId,
        meter: MeterId,
        note: String,
    },
    /// A cut was due, but too many supplies were opened just before: it waits for two persons, or for
    /// the end of its cause.
    CutHeld {
        account: AccountId,
        meter: MeterId,
        reason: DisconnectReason,
        note: String,
    },
    /// The cause of a held cut is gone: nothing is cut.
    HeldCutEnded {
        account: AccountId,
        meter: MeterId,
        reason: DisconnectReason,
        note: String,
    },
    /// Two persons let held cuts go ahead, each from its own time on, as far as its cause still
    /// stands then. Who approved it says the act beside it; in older journals, the record.
    CutsReleased {
        meters: Vec<(MeterId, Timestamp)>,
        asked_by: StaffId,
        note: String,
    },
    /// A second person is asked; older journals only, acts say so now.
    RequestMade {
        request: u64,
        what: Grave,
        reason: String,
    },
    /// A second person has decided; older journals only.
    RequestDecided {
        request: u64,
        approved: bool,
        note: String,
    },
    /// Something happened to a mobile payment; the money itself is in `Sold` and `Reversed`.
    Payment(Fact),
}

/// Which warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum WarningLevel {
    #[default]
    First,
    /// The last one before a cut.
    Last,
    /// Credit is used up, and supply will be cut at a stated time.
    Cut,
}

fn usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A charge: the energy between two points, and what it came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    pub account: AccountId,
    pub meter: MeterId,
    pub from: Point,
    pub to: Point,
    pub energy: Energy,
    /// By line of the tariff; each amount is the difference of its rounded cumulative charge.
    pub lines: Vec<SettledLine>,
    pub credit_after: Money,
    /// Prices changed between its two readings: how much was used before and after is known by time
    /// only (product rule 16).
    #[serde(default, skip_serializing_if = "usual")]
    pub estimated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledLine {
    /// As the tariff names it, such as `energy peak`.
    pub name: String,
    pub code: Code,
    pub amount: Money,
}

/// A day that was not read, charged by what is usual; the next reading settles it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisionalCharge {
    pub account: AccountId,
    pub meter: MeterId,
    pub from: Timestamp,
    pub to: Timestamp,
    /// The mean of the last days like it; nothing where there were none.
    pub energy: Energy,
    pub lines: Vec<SettledLine>,
    pub credit_after: Money,
}

impl ProvisionalCharge {
    pub fn amount(&self) -> Money {
        self.lines.iter().map(|line| line.amount).sum()
    }
}

impl Event {
    /// The event as the journal keeps it.
    pub fn to_body(&self) -> String {
        serde_json::to_string(self).expect("an event has only string keys and integers")
    }

    pub fn from_body(body: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(body)
    }

    /// The double entry that this event makes; empty where no money moves.
    pub fn postings(&self) -> Vec<Posting> {
        match self {
            Self::AccountOpened { account, opening, .. } if *opening != Money::ZERO => {
                transfer(Code::Opening, *account, *opening)
            }
            Self::Sold(sale) => {
                let to_arrears = to_arrears(&sale.lines);
                payment(sale.tender.code(), sale.account, sale.amount, to_arrears)
            }
            Self::Reversed(reversal) => {
                let to_arrears = to_arrears(&reversal.lines);
                let code = reversal.tender.code();
                payment(code, reversal.account, -reversal.amount, -to_arrears)
            }
            Self::Refunded(refund) => {
                payment(Code::Cash, refund.account, -refund.amount, Money::ZERO)
            }
            Self::ArrearsAdded(arrears) => {
                between(Code::ArrearsOrigin, Code::Arrears, arrears.amount)
            }
            Self::ArrearsCancelled(cancelled) => {
                between(Code::Arrears, Code::ArrearsOrigin, cancelled.amount)
            }
            Self::Adjusted(adjusted) => {
                transfer(adjusted.adjusting.code(), adjusted.account, adjusted.amount)
            }
            Self::ProvisionalCharged(charged) if charged.amount() != Money::ZERO => {
                transfer(Code::Provisional, charged.account, -charged.amount())
            }
            Self::ProvisionalReleased { account, amount, .. } if *amount != Money::ZERO => {
                transfer(Code::Provisional, *account, *amount)
            }
            Self::ArrearsDue(due) if due.taken != Money::ZERO => {
                transfer(Code::Arrears, due.account, -due.taken)
            }
            Self::Settled(settled) => settled.postings(),
            Self::Counter(CounterFact::CashMoved(moved)) => {
                between(moved.with.code(), Code::Cash, moved.amount)
            }
            // What lies on the way from banks and providers is matched with their files instead.
            Self::Counter(CounterFact::Countersigned { cash, .. }) if *cash != Money::ZERO => {
                between(Code::OverShort, Code::Cash, *cash)
            }
            Self::TariffPublished { .. }
            | Self::Counter(_)
            | Self::AccountOpened { .. }
            | Self::MeterBound { .. }
            | Self::Baseline { .. }
            | Self::ArrearsDue(_)
            | Self::Exchanged { .. }
            | Self::ExceptionNoted { .. }
            | Self::ProvisionalCharged(_)
            | Self::ProvisionalReleased { .. }
            | Self::LowCredit { .. }
            | Self::Cut { .. }
            | Self::Lifted { .. }
            | Self::SupplyProven { .. }
            | Self::ReadingHeld { .. }
            | Self::HoldEnded { .. }
            | Self::AlarmRaised { .. }
            | Self::AlarmAcknowledged { .. }
            | Self::AlarmCleared { .. }
            | Self::Acted { .. }
            | Self::PolicyPublished { .. }
            | Self::MeterPlaced { .. }
            | Self::NoticeDelivered { .. }
            | Self::Payment(_)
            | Self::CutUndelivered { .. }
            | Self::Rearmed { .. }
            | Self::EmergencyOffered { .. }
            | Self::EmergencyBegun { .. }
            | Self::EmergencyRepaid { .. }
            | Self::EmergencyRearmed { .. }
            | Self::Protected { .. }
            | Self::Unprotected { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::CutHeld { .. }
            | Self::HeldCutEnded { .. }
            | Self::RequestMade { .. }
            | Self::RequestDecided { .. }
            | Self::CutsReleased { .. }
            | Self::RestoreConfirmed { .. } => Vec::new(),
        }
    }

    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::AccountOpened { account, .. }
            | Self::Counter(CounterFact::Split { account, .. })
            | Self::MeterBound { account, .. }
            | Self::Baseline { account, .. }
            | Self::LowCredit { account, .. }
            | Self::Cut { account, .. }
            | Self::Lifted { account, .. }
            | Self::SupplyProven { account, .. }
            | Self::MeterPlaced { account, .. }
            | Self::NoticeDelivered { account, .. }
            | Self::CutUndelivered { account, .. }
            | Self::Rearmed { account, .. }
            | Self::EmergencyOffered { account, .. }
            | Self::EmergencyBegun { account, .. }
            | Self::Protected { account, .. }
            | Self::Unprotected { account, .. }
            | Self::Paused { account, .. }
            | Self::Resumed { account, .. }
            | Self::CutHeld { account, .. }
            | Self::HeldCutEnded { account, .. }
            | Self::RestoreConfirmed { account, .. }
            | Self::EmergencyRepaid { account }
            | Self::EmergencyRearmed { account }
            | Self::Exchanged { account, .. }
            | Self::ExceptionNoted { account, .. }
            | Self::ProvisionalReleased { account, .. } => Some(*account),
            Self::ProvisionalCharged(charged) => Some(charged.account),
            Self::Settled(settled) => Some(settled.account),
            Self::Sold(sale) => Some(sale.account),
            Self::Reversed(reversal) => Some(reversal.account),
            Self::Refunded(refund) => Some(refund.account),
            Self::ArrearsAdded(arrears) => Some(arrears.account),
            Self::ArrearsDue(due) => Some(due.account),
            Self::ArrearsCancelled(cancelled) => Some(cancelled.account),
            Self::Adjusted(adjusted) => Some(adjusted.account),
            Self::Payment(fact) => Some(fact.account()),
            Self::TariffPublished { .. }
            | Self::Counter(
                CounterFact::Opened { .. }
                | CounterFact::CashMoved(_)
                | CounterFact::Closed(_)
                | CounterFact::Countersigned { .. }
                | CounterFact::Limited { .. }
                | CounterFact::Raised { .. },
            )
            | Self::ReadingHeld { .. }
            | Self::HoldEnded { .. }
            | Self::AlarmRaised { .. }
            | Self::AlarmAcknowledged { .. }
            | Self::AlarmCleared { .. }
            | Self::Acted { .. }
            | Self::RequestMade { .. }
            | Self::RequestDecided { .. }
            | Self::CutsReleased { .. }
            | Self::PolicyPublished { .. } => None,
        }
    }

    pub fn meter(&self) -> Option<MeterId> {
        match self {
            Self::MeterBound { meter, .. }
            | Self::Baseline { meter, .. }
            | Self::Cut { meter, .. }
            | Self::Lifted { meter, .. }
            | Self::SupplyProven { meter, .. }
            | Self::ReadingHeld { meter, .. }
            | Self::HoldEnded { meter, .. }
            | Self::MeterPlaced { meter, .. }
            | Self::Protected { meter, .. }
            | Self::CutHeld { meter, .. }
            | Self::HeldCutEnded { meter, .. }
            | Self::Unprotected { meter, .. }
            | Self::RestoreConfirmed { meter, .. }
            | Self::Exchanged { meter, .. }
            | Self::ExceptionNoted { meter, .. }
            | Self::ProvisionalReleased { meter, .. } => Some(*meter),
            Self::ProvisionalCharged(charged) => Some(charged.meter),
            Self::Settled(settled) => Some(settled.meter),
            Self::AlarmRaised { meter, .. } => *meter,
            Self::TariffPublished { .. }
            | Self::Counter(_)
            | Self::AccountOpened { .. }
            | Self::Sold(_)
            | Self::Reversed(_)
            | Self::Refunded(_)
            | Self::ArrearsAdded(_)
            | Self::ArrearsDue(_)
            | Self::ArrearsCancelled(_)
            | Self::Adjusted(_)
            | Self::LowCredit { .. }
            | Self::AlarmAcknowledged { .. }
            | Self::AlarmCleared { .. }
            | Self::Acted { .. }
            | Self::PolicyPublished { .. }
            | Self::NoticeDelivered { .. }
            | Self::Payment(_)
            | Self::CutUndelivered { .. }
            | Self::Rearmed { .. }
            | Self::EmergencyOffered { .. }
            | Self::EmergencyBegun { .. }
            | Self::EmergencyRepaid { .. }
            | Self::EmergencyRearmed { .. }
            | Self::Paused { .. }
            | Self::RequestMade { .. }
            | Self::RequestDecided { .. }
            | Self::CutsReleased { .. }
            | Self::Resumed { .. } => None,
        }
    }
}

impl Settled {
    /// What the lines come to.
    pub fn amount(&self) -> Money {
        self.lines.iter().map(|line| line.amount).sum()
    }

    /// The lines of the tariff, without what gives back a provisional charge.
    pub fn tariff_lines(&self) -> impl Iterator<Item = &SettledLine> {
        self.lines.iter().filter(|line| line.code != Code::Provisional)
    }

    /// What it gives back of what was charged provisionally; zero or less.
    pub fn given_back(&self) -> Money {
        let lines = self.lines.iter().filter(|line| line.code == Code::Provisional);
        lines.map(|line| line.amount).sum()
    }

    fn postings(&self) -> Vec<Posting> {
        let mut by_code = std::collections::BTreeMap::<Code, Money>::new();
        for line in &self.lines {
            *by_code.entry(line.code).or_default() += line.amount;
        }
        by_code.retain(|_, amount| *amount != Money::ZERO);
        if by_code.is_empty() {
            return Vec::new();
        }
        let customer =
            Posting { code: Code::Prepaid, account: Some(self.account), amount: self.amount() };
        let sides = by_code.into_iter().map(|(code, amount)| Posting {
            code,
            account: None,
            amount: -amount,
        });
        std::iter::once(customer).chain(sides).collect()
    }
}

/// `amount` into the customer's credit, out of `code`.
fn transfer(code: Code, account: AccountId, amount: Money) -> Vec<Posting> {
    vec![
        Posting { code, account: None, amount },
        Posting { code: Code::Prepaid, account: Some(account), amount: -amount },
    ]
}

/// `amount` out of `code`: what went to arrears lessens them, the rest is the customer's credit.
fn payment(code: Code, account: AccountId, amount: Money, to_arrears: Money) -> Vec<Posting> {
    let sides = [
        Posting { code, account: None, amount },
        Posting { code: Code::Arrears, account: None, amount: -to_arrears },
        Posting { code: Code::Prepaid, account: Some(account), amount: to_arrears - amount },
    ];
    sides.into_iter().filter(|side| side.amount != Money::ZERO).collect()
}

/// `amount` from one place in the chart to another.
fn between(from: Code, to: Code, amount: Money) -> Vec<Posting> {
    vec![
        Posting { code: to, account: None, amount },
        Posting { code: from, account: None, amount: -amount },
    ]
}
