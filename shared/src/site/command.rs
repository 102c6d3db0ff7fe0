//! What people and machines may ask of the site, and the answers.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::counter::said::minor;
use crate::counter::{Closed, CounterOrder, Denied};
use crate::energy::Register;
use crate::id::{
    AccountId, AlarmId, ArrearsId, Book, IdempotencyKey, MeterId, NoticeId, PaymentId, ReceiptNo,
    Seq, ShiftNo, StaffId, TariffId,
};
use crate::ledger::Hash;
use crate::meter::{AlarmKind, DisconnectReason, ExceptionKind, Exchange, Limits, Supply};
use crate::money::Money;
use crate::pay::State;
use crate::policy::{Place, Policy, Scope};
use crate::request::Grave;
use crate::site::payment::PaymentOrder;
use crate::site::said;
use crate::staff::Act;
use crate::time::Timestamp;
use crate::vend::{Collection, Refund, Reversal, Sale, Tender};

/// A command with everything around it. The same key and command bring the same answer again; the
/// same key with another command is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub book: Book,
    /// In the time of the book.
    pub now: Timestamp,
    pub by: StaffId,
    /// Required for commands that move money.
    pub key: Option<IdempotencyKey>,
    pub command: Command,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Brings in a tariff, or new versions of one; `text` is its file. What has been charged with
    /// is never changed, only superseded. The same text again changes nothing.
    PublishTariff {
        text: String,
        approved_by: Option<StaffId>,
    },
    OpenAccount {
        account: AccountId,
        tariff: TariffId,
        policy: Policy,
        opening: Money,
    },
    BindMeter {
        account: AccountId,
        meter: MeterId,
        limits: Limits,
    },
    Sell {
        account: AccountId,
        amount: Money,
        tender: Tender,
        handed: Option<Money>,
        reference: String,
    },
    /// Takes back the latest sale of its account, whole.
    Reverse {
        receipt: ReceiptNo,
        reason: String,
    },
    /// Gives unused credit back in cash, from the till of whoever asks.
    Refund {
        account: AccountId,
        amount: Money,
        reason: String,
    },
    /// Agrees about arrears: a debt that is recovered from payments or by the week.
    AddArrears {
        account: AccountId,
        amount: Money,
        collection: Collection,
        reason: String,
    },
    /// Asks for no more of an agreement.
    CancelArrears {
        account: AccountId,
        arrears: ArrearsId,
        reason: String,
    },
    /// Adds the open reason `Operator`.
    CutSupply {
        meter: MeterId,
        reason: String,
    },
    /// Removes `Operator`, `Tamper` and `Overload`; lack of credit stays.
    RestoreSupply {
        meter: MeterId,
        reason: String,
    },
    /// A person's judgement of a held reading.
    ResolveHold {
        meter: MeterId,
        resolution: HoldResolution,
        note: String,
    },
    AcknowledgeAlarm {
        alarm: AlarmId,
    },
    /// Closes exceptions of the work list with one note; held readings by the judgement.
    CloseExceptions {
        exceptions: Vec<(MeterId, ExceptionKind)>,
        resolution: Option<HoldResolution>,
        note: String,
    },
    /// Ends the old meter and begins the new one, in one transaction (product rule 18).
    ExchangeMeter {
        meter: MeterId,
        exchange: Exchange,
    },
    /// Puts on record what staff did besides money and supply.
    Act {
        act: Act,
        note: String,
    },
    /// A command that a second person agreed to, in one transaction with the act that says so. The
    /// order is by who asked.
    Approved {
        act: Act,
        note: String,
        command: Box<Self>,
    },
    /// A condition of the whole site began or ended: its alarm is raised or cleared.
    NoteCondition {
        kind: AlarmKind,
        holds: bool,
    },
    /// From `from`, or now, these terms hold for whatever lies in the scope. The same again changes
    /// nothing.
    PublishPolicy {
        scope: Scope,
        from: Option<Timestamp>,
        policy: Policy,
        note: String,
    },
    /// All policies of the book: what is not among them any more has the next wider one's terms.
    PublishPolicies {
        policies: Vec<(Scope, Policy)>,
        note: String,
    },
    PlaceMeter {
        meter: MeterId,
        place: Place,
    },
    /// No cause opens the supply until then, or until it is taken back 保电.
    Protect {
        meter: MeterId,
        until: Option<Timestamp>,
        reason: String,
    },
    Unprotect {
        meter: MeterId,
        reason: String,
    },
    /// Takes the emergency credit that is offered.
    UseEmergency {
        account: AccountId,
    },
    /// The customer wants the supply back, and is there.
    ConfirmRestore {
        meter: MeterId,
        note: String,
    },
    Pause {
        account: AccountId,
        reason: String,
    },
    Resume {
        account: AccountId,
        reason: String,
    },
    NoticeDelivered {
        account: AccountId,
        notice: NoticeId,
    },
    /// Adds the open reason `Operator` to each of a few; more need a second person.
    CutSupplies {
        meters: Vec<MeterId>,
        reason: String,
    },
    /// Would it be refused if a second person agreed now? Changes nothing.
    MayAsk {
        what: Grave,
        reason: String,
    },
    /// What only two persons may do: refused unless it comes inside `Approved`.
    Grave {
        what: Grave,
        reason: String,
    },
    Payment(PaymentOrder),
    Counter(CounterOrder),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum HoldResolution {
    /// The register was reset or the meter replaced: charge from the new count on, nothing between.
    NewStart,
    /// The energy was really used: charge it.
    BillDifference,
}

impl Command {
    /// What is done, whoever agreed to it.
    pub fn itself(&self) -> &Self {
        if let Self::Approved { command, .. } = self { command.itself() } else { self }
    }
}

/// What a command led to, after it is on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    Published,
    Opened,
    Bound,
    Sold {
        sale: Sale,
        seq: Seq,
        at: Timestamp,
        seal: Hash,
    },
    Reversed {
        reversal: Reversal,
        seq: Seq,
        at: Timestamp,
        seal: Hash,
    },
    Refunded {
        refund: Refund,
        seq: Seq,
        at: Timestamp,
        seal: Hash,
    },
    Exchanged {
        seq: Seq,
    },
    Arrears {
        arrears: ArrearsId,
        seq: Seq,
    },
    Supply {
        seq: Seq,
        wanted: Supply,
        reasons: Vec<DisconnectReason>,
    },
    Adjusted {
        seq: Seq,
    },
    /// A shift is open, or closed with this count, or countersigned.
    Shift {
        shift: ShiftNo,
        closed: Option<Box<Closed>>,
        seq: Seq,
        at: Timestamp,
        seal: Hash,
    },
    Resolved,
    Acknowledged,
    Noted,
    /// Terms, protection or an account's standing are as asked for.
    Kept,
    Payment {
        payment: PaymentId,
    },
}

/// A refusal is an answer: nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    #[error("there is no account {0}")]
    NoAccount(AccountId),
    #[error("account {0} exists already")]
    AccountExists(AccountId),
    #[error("there is no meter {0} on any account")]
    NoMeter(MeterId),
    #[error("meter {0} is bound already")]
    MeterBound(MeterId),
    #[error("the tariff is refused: {0}")]
    BadTariff(String),
    #[error(
        "{what} of tariff `{tariff}` is in use and cannot be changed; add a version that begins later"
    )]
    TariffInUse { tariff: TariffId, what: String },
    #[error("there is no tariff `{0}`")]
    NoTariff(TariffId),
    #[error("account {0} belongs to the other book")]
    OtherBook(AccountId),
    #[error("{}", said::below_least(*least, &minor))]
    BelowLeast { least: Money },
    #[error("{}", said::above_largest(*largest, &minor))]
    AboveLargest { largest: Money },
    #[error("what was handed over is less than the amount")]
    HandedTooLittle,
    #[error("there is no receipt {0} in this book")]
    NoReceipt(ReceiptNo),
    #[error("receipt {0} is a reversal or was reversed already")]
    AlreadyReversed(ReceiptNo),
    #[error("only the latest sale of an account can be reversed; that is receipt {latest}")]
    NotLatest { latest: ReceiptNo },
    #[error("{}", said::credit_used(*used, &minor))]
    CreditUsed { used: Money },
    #[error("{}", said::leaves_debt(*owed, &minor))]
    LeavesDebt { owed: Money },
    #[error("{}", said::above_refundable(*largest, &minor))]
    AboveRefundable { largest: Money },
    #[error("account {account} has no open arrears {arrears}")]
    NoArrears { account: AccountId, arrears: ArrearsId },
    #[error("{}", said::bad_arrears(&minor))]
    BadArrears,
    #[error("{}", said::bad_adjustment(&minor))]
    BadAdjustment,
    #[error("supply is open for lack of credit; only a payment brings it back")]
    LacksCredit,
    #[error("a reason is required")]
    NoReason,
    #[error("meter {0} has no reading on hold")]
    NothingHeld(MeterId),
    #[error("meter {0} has no such open exception")]
    NoException(MeterId),
    #[error("a held reading needs a judgement: bill the difference, or a new start")]
    NoJudgement,
    #[error("meter {0} has no believed reading yet; there is nothing to end")]
    NotReadYet(MeterId),
    #[error("the final reading must lie between {} and {} kWh", least.to_kwh().normalize(), most.to_kwh().normalize())]
    FinalReading { least: Register, most: Register },
    #[error("the tariff has no price for that time")]
    NoPrice,
    #[error("there is no open alarm {0}")]
    NoAlarm(AlarmId),
    #[error("this command needs an idempotency key")]
    NoKey,
    #[error("this idempotency key was used for another command")]
    KeyReused,
    #[error("the journal cannot be written at present; nothing was done")]
    Halted,
    #[error("the policy is refused: {key}: {what}")]
    BadPolicy { key: String, what: String },
    #[error("supply of meter {0} is protected and is not cut; take the protection back first")]
    Protected(MeterId),
    #[error(
        "at most {most} supplies may be opened within {minutes} minutes; order them as one list, which a second person approves"
    )]
    MassCut { most: u32, minutes: u16 },
    #[error("a second person has to approve it; that cannot be who asked for it")]
    SecondPerson,
    #[error("a list names at least one meter and at most {most}")]
    BadList { most: usize },
    #[error("no cut of meter {0} is held")]
    NoHeldCut(MeterId),
    #[error("supply of meter {0} is not protected")]
    NotProtected(MeterId),
    #[error("that time is past already")]
    TimePast,
    #[error("no emergency credit is offered to account {0} at present")]
    NoEmergency(AccountId),
    #[error("supply of meter {0} waits for nobody's confirmation")]
    NothingToConfirm(MeterId),
    #[error("account {0} is not paused")]
    NotPaused(AccountId),
    #[error("account {0} is paused already")]
    PausedAlready(AccountId),
    #[error("notice {notice} of account {account} is not on its way")]
    NoNotice { account: AccountId, notice: NoticeId },
    #[error("there is no payment {0}")]
    NoPayment(PaymentId),
    #[error("no payment was ever begun as `{0}`")]
    NoCharge(String),
    #[error("a payment needs the provider's transaction and an amount above zero")]
    BadPayment,
    #[error("payment {payment} is {}; that cannot be done with it", state.word())]
    PaymentState { payment: PaymentId, state: State },
    #[error(transparent)]
    Counter(#[from] Denied),
}
