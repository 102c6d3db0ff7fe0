//! What only two persons may do: looked at when one asks, carried out when the other agrees.

use crate::event::Event;
use crate::id::StaffId;
use crate::policy::Origin;
use crate::request::Grave;
use crate::site::Refusal;
use crate::site::decide::Now;
use crate::staff::Act;

/// Does the act name a second person beside who asked?
pub(super) fn agreed(act: &Act, asked_by: StaffId) -> Result<StaffId, Refusal> {
    match act {
        Act::ApprovalGiven { approved_by: Some(second), .. } if *second != asked_by => Ok(*second),
        Act::ApprovalGiven { .. }
        | Act::StaffAdded { .. }
        | Act::RoleChanged { .. }
        | Act::StaffLeft { .. }
        | Act::StaffReturned { .. }
        | Act::PasswordSet { .. }
        | Act::SessionsEnded { .. }
        | Act::TokenMade { .. }
        | Act::TokenRevoked { .. }
        | Act::SignInsRefused { .. }
        | Act::ApprovalAsked { .. }
        | Act::ApprovalRefused { .. }
        | Act::OwnApprovalTried { .. }
        | Act::ReceiptCopied { .. }
        | Act::LossAccepted { .. } => Err(Refusal::SecondPerson),
    }
}

impl Now<'_> {
    /// What could not be done anyway is refused when it is asked for.
    pub(super) fn may_ask(&self, what: &Grave, reason: &str) -> Result<(), Refusal> {
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        match what {
            Grave::ReleaseCuts { meters } => self.releasable(meters).map(drop),
            Grave::CutSupplies { meters } => self.cuttable(meters).map(drop),
            Grave::Unprotect { meter } => self.unprotectable(*meter).map(drop),
            Grave::PublishPolicy { scope: _, from, policy } => self.publishable(*from, policy),
            Grave::Adjust { account, adjusting, amount, cause: _ } => {
                self.adjustable(*account, *adjusting, *amount)
            }
            Grave::RaiseLimit { raise } => self.raisable(raise),
            Grave::Refund { account, amount } => {
                self.refundable(*account, *amount, reason).map(drop)
            }
            Grave::Reverse { receipt, as_debt } => self.reversible(*receipt, *as_debt).map(drop),
        }
    }

    /// A second person agreed: it happens now, in the name of who asked.
    pub(super) fn grave(&mut self, what: &Grave, reason: &str) -> Result<(), Refusal> {
        let (asked_by, now) = (self.order.by, self.order.now);
        match what {
            Grave::ReleaseCuts { meters } => {
                let held = self.releasable(meters)?;
                self.let_go(held, asked_by, reason);
            }
            Grave::CutSupplies { meters } => {
                let due = self.cuttable(meters)?;
                self.cut_listed(due, asked_by, reason);
            }
            Grave::Unprotect { meter } => {
                let account = self.unprotectable(*meter)?;
                let (meter, reason) = (*meter, reason.to_owned());
                self.emit(Event::Unprotected { account, meter, reason });
                self.follow_up(account);
            }
            Grave::PublishPolicy { scope, from, policy } => {
                let from = from.filter(|from| *from > now);
                self.publishable(from, policy)?;
                let approved_by = self.approved.ok_or(Refusal::SecondPerson)?;
                let origin = Origin::Persons { approved_by };
                self.publish_policy(scope, from, policy, reason, origin)?;
            }
            Grave::Adjust { account, adjusting, amount, cause } => {
                self.adjust(*account, *adjusting, *amount, *cause, reason)?;
            }
            Grave::RaiseLimit { raise } => self.raise(*raise, reason)?,
            Grave::Refund { account, amount } => self.give_back(*account, *amount, reason)?,
            Grave::Reverse { receipt, as_debt } => self.reverse(*receipt, *as_debt, reason)?,
        }
        Ok(())
    }
}
