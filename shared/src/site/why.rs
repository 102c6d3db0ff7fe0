//! Why a supply is cut, and why an order would be refused: the account's own records are applied
//! again, and what led to it is told with the credit that came out at each step.

use serde::{Deserialize, Serialize};

use crate::energy::{Energy, Register};
use crate::event::Event;
use crate::id::{AccountId, Book, IdempotencyKey, MeterId, Seq, StaffId};
use crate::ledger::Record;
use crate::meter::{DisconnectReason, Supply};
use crate::money::{Currency, ExactCharge, Money, Rounding};
use crate::policy::Grounds;
use crate::site::{Command, Order, Refusal, Site};
use crate::time::{Timestamp, Zone};

/// Steps that are told at most, the latest.
const TOLD: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Why {
    pub account: AccountId,
    pub meter: MeterId,
    pub currency: Currency,
    pub wanted: Supply,
    /// What led here, oldest first: since the last payment before the last cut.
    pub steps: Vec<Step>,
    /// The last cut that still holds.
    pub cut: Option<CutProof>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    pub seq: Seq,
    pub at: Timestamp,
    pub what: What,
    /// Credit after it, as replayed.
    pub credit: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Paid {
        amount: Money,
    },
    TakenBack {
        amount: Money,
    },
    /// Given back in cash.
    Refunded {
        amount: Money,
    },
    Charged {
        energy: Energy,
        amount: Money,
        from: Register,
        to: Register,
    },
    Estimated {
        energy: Energy,
        amount: Money,
    },
    ArrearsTaken {
        amount: Money,
    },
    Warned,
    Cut {
        reason: DisconnectReason,
        note: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grounds: Option<Grounds>,
    },
    Lifted {
        reason: DisconnectReason,
        note: String,
    },
}

/// The figures a cut was decided on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CutProof {
    pub seq: Seq,
    pub at: Timestamp,
    pub reason: DisconnectReason,
    pub note: String,
    /// What was read and which limit held, where one of power or energy cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grounds: Option<Grounds>,
    /// It ends by itself then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Credit at the cut, without estimates.
    pub credit: Money,
    /// How far below zero it might have fallen: overdraft and emergency credit.
    pub spare: Money,
    /// Credit and what is spare come to nothing or less; only asked of cuts for lack of credit.
    pub used_up: bool,
}

/// What somebody might order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Tried {
    Restore,
    Cut,
    Reverse,
    Sell,
}

/// Replays one account. It wants, in order, every tariff and policy and every record of the account.
#[derive(Debug)]
pub struct Replay {
    site: Site,
    account: AccountId,
    meter: MeterId,
    steps: Vec<Step>,
    cut: Option<CutProof>,
}

impl Replay {
    pub fn new(zone: Zone, account: AccountId, meter: MeterId) -> Self {
        Self { site: Site::new(zone), account, meter, steps: Vec::new(), cut: None }
    }

    /// Takes in the next record.
    pub fn follow(&mut self, record: &Record) -> Result<(), serde_json::Error> {
        let event = Event::from_body(&record.body)?;
        let measured = self.site.accounts().get(&self.account).map(|account| {
            let currency = account.currency();
            let floor = |exact: ExactCharge| exact.round(Rounding::Floor, currency);
            (floor(account.measured_credit()), floor(account.floor()), account.used_up())
        });
        self.site.replay(record)?;
        if event.account() != Some(self.account) {
            return Ok(());
        }
        let own = event.meter().is_none_or(|meter| meter == self.meter);
        let Some(what) = told(&event).filter(|_| own) else { return Ok(()) };
        if let (What::Cut { reason, note, grounds }, Some((credit, spare, used_up))) =
            (&what, measured)
        {
            let (seq, at, reason, note) = (record.seq, record.at, *reason, note.clone());
            let (grounds, until) = (*grounds, ends(&event));
            let proof = CutProof { seq, at, reason, note, grounds, until, credit, spare, used_up };
            self.cut = Some(proof);
        }
        let credit = self.site.accounts().get(&self.account).map(crate::prepaid::Account::credit);
        let credit = credit.unwrap_or_default();
        self.steps.push(Step { seq: record.seq, at: record.at, what, credit });
        Ok(())
    }

    /// What was replayed, as an answer; `None` where the account or its meter never came.
    pub fn why(&self) -> Option<Why> {
        let account = self.site.accounts().get(&self.account)?;
        let metered = account.meters.get(&self.meter)?;
        let holds = |cut: &CutProof| metered.open_reasons().contains(&cut.reason);
        let cut = self.cut.clone().filter(holds);
        let end = cut.as_ref().map_or(Seq(u64::MAX), |cut| cut.seq);
        let paid = |step: &Step| matches!(step.what, What::Paid { .. }) && step.seq < end;
        let from = self.steps.iter().rposition(paid).unwrap_or_default();
        let from = from.max(self.steps.len().saturating_sub(TOLD));
        Some(Why {
            account: self.account,
            meter: self.meter,
            currency: account.currency(),
            wanted: metered.wanted(),
            steps: self.steps.iter().skip(from).cloned().collect(),
            cut,
        })
    }

    /// What would be refused now, and why; `amount` is a sale that somebody has in mind.
    pub fn refused(
        &self,
        book: Book,
        now: Timestamp,
        amount: Option<Money>,
    ) -> Vec<(Tried, Refusal)> {
        let meter = self.meter;
        let reason = || "asked why".to_owned();
        let sale = |amount| Command::Sell {
            account: self.account,
            amount,
            tender: crate::vend::Tender::Cash,
            handed: None,
            reference: String::new(),
        };
        let tried = [
            Some((Tried::Restore, Command::RestoreSupply { meter, reason: reason() })),
            Some((Tried::Cut, Command::CutSupply { meter, reason: reason() })),
            amount.map(|amount| (Tried::Sell, sale(amount))),
        ];
        let key = IdempotencyKey::try_from("asked-why".to_owned()).ok();
        let refusal = |command: Command| {
            let order = Order { book, now, by: StaffId(0), key: key.clone(), command };
            self.site.clone().carry_out(&order).err()
        };
        let tried = tried.into_iter().flatten();
        let refused = tried.filter_map(|(tried, command)| Some((tried, refusal(command)?)));
        let reversal =
            self.site.refuses_reversal(self.account).map(|refusal| (Tried::Reverse, refusal));
        refused.chain(reversal).collect()
    }
}

fn ends(event: &Event) -> Option<Timestamp> {
    if let Event::Cut { until, .. } = event { *until } else { None }
}

fn told(event: &Event) -> Option<What> {
    if let Event::Sold(sale) = event {
        Some(What::Paid { amount: sale.amount })
    } else if let Event::Reversed(reversal) = event {
        Some(What::TakenBack { amount: reversal.amount })
    } else if let Event::Refunded(refund) = event {
        Some(What::Refunded { amount: refund.amount })
    } else if let Event::Settled(settled) = event {
        Some(What::Charged {
            energy: settled.energy,
            amount: settled.amount(),
            from: settled.from.register,
            to: settled.to.register,
        })
    } else if let Event::ProvisionalCharged(charged) = event {
        Some(What::Estimated { energy: charged.energy, amount: charged.amount() })
    } else if let Event::ArrearsDue(due) = event {
        Some(What::ArrearsTaken { amount: due.taken })
    } else if let Event::LowCredit { .. } = event {
        Some(What::Warned)
    } else if let Event::Cut { reason, note, grounds, .. } = event {
        Some(What::Cut { reason: *reason, note: note.clone(), grounds: *grounds })
    } else if let Event::Lifted { reason, note, .. } = event {
        Some(What::Lifted { reason: *reason, note: note.clone() })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::tests::recorded;

    fn replay(steps: &str) -> Replay {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let mut replay = Replay::new(zone, AccountId(3), MeterId(7));
        for record in recorded(steps) {
            replay.follow(&record).expect("our own record");
        }
        replay
    }

    #[test]
    fn a_cut_is_told_from_the_payment_to_the_reading_that_used_it_up() {
        let told = replay(
            "read 1000 / read 1000 / sell 3 / wait 1 / read 1002 / wait 1 / read 1003.5 / read 1003.5 / read 1003.6",
        );
        let why = told.why().expect("the account");
        let cut = why.cut.clone().expect("it is cut");
        assert_eq!((cut.reason, cut.credit.minor()), (DisconnectReason::NoCredit, -50));
        assert!(cut.used_up && cut.spare == Money::ZERO);
        assert!(matches!(why.steps.first().map(|step| &step.what), Some(What::Paid { .. })));
        let charged: i64 = why
            .steps
            .iter()
            .map(|step| match &step.what {
                What::Charged { amount, .. } => amount.minor(),
                What::Paid { .. }
                | What::TakenBack { .. }
                | What::Refunded { .. }
                | What::Estimated { .. }
                | What::ArrearsTaken { .. }
                | What::Warned
                | What::Cut { .. }
                | What::Lifted { .. } => 0,
            })
            .sum();
        assert!(charged >= 350, "{charged}");
        let refused = told.refused(
            Book::Live,
            Timestamp::parse("2026-07-02T08:00:00+08:00").expect("an instant"),
            Some(Money::from_minor(50)),
        );
        let kinds: Vec<_> = refused.iter().map(|(tried, _)| *tried).collect();
        assert_eq!(kinds, [Tried::Restore, Tried::Sell, Tried::Reverse]);
        assert_eq!(refused.first().map(|(_, why)| why), Some(&Refusal::LacksCredit));
    }

    #[test]
    fn a_supply_that_came_back_has_no_cut_to_explain() {
        let told = replay("read 1000 / read 1000 / sell 5 / cut / restore");
        let why = told.why().expect("the account");
        assert_eq!((why.cut, why.wanted), (None, Supply::Connected));
    }
}
