//! What happens at one instant: events, payments, looks, then the meters' turns and settling.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use shared::actor::billing::{Do, GetAll, SettleDue};
use shared::actor::meter::Poll;
use shared::api::live::MeterState;
use shared::id::{AccountId, MeterId};
use shared::money::Money;
use shared::site::Command;
use shared::time::{Span, Timestamp};
use shared::vend::Tender;

use super::story::Act;
use super::wheel::Turn;
use super::{BOOK, LOOK, World, WorldError};
use crate::bus::{Alter, BreakRelay};
use crate::tenant::View;

/// Nothing is looked at again sooner than this, so that time always goes on.
pub(super) const SOONEST: Span = Span::from_secs(1);

impl World {
    pub(super) async fn instant(&mut self, at: Timestamp) -> Result<(), WorldError> {
        self.now = self.now.max(at);
        self.tally.instants += 1;
        let mut due = BTreeSet::new();
        let mut settles = false;
        for turn in self.wheel.take(at) {
            match turn {
                Turn::Event(number) => self.happen(number).await?,
                Turn::Pay(account) => self.pay(account).await?,
                Turn::Look => self.look_around().await?,
                Turn::Round => {
                    due.extend(self.homes.keys().copied());
                    self.wheel.add(at + self.poll, Turn::Round);
                }
                Turn::Again(meter) => drop(due.insert(meter)),
                Turn::Due => settles = true,
            }
        }
        if due.is_empty() && !settles { Ok(()) } else { self.read(&due).await }
    }

    /// Reads meters, all before the first answer is awaited, and lets billing settle.
    async fn read(&mut self, due: &BTreeSet<MeterId>) -> Result<(), WorldError> {
        let now = self.now;
        let polls: Vec<_> = due
            .iter()
            .filter_map(|meter| self.homes.get(meter))
            .map(|home| home.meter.send(Poll { now }))
            .collect();
        self.tally.polls += u64::try_from(polls.len()).unwrap_or(0);
        try_join_all(polls).await?;
        let settlement = self.billing.send(SettleDue { book: BOOK, now }).await?;
        for (again, meter) in settlement.urgent {
            self.wheel.add(again.max(now + SOONEST), Turn::Again(meter));
        }
        if let Some(next) = settlement.next {
            self.wheel.add(next.max(now + SOONEST), Turn::Due);
        }
        Ok(())
    }

    async fn happen(&mut self, number: u32) -> Result<(), WorldError> {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let Some(event) = self.events.get(place).cloned() else { return Ok(()) };
        let line = self.homes.get(&event.meter).and_then(|home| self.lines.get(&home.line));
        match (event.act, line) {
            (Act::Order { command, key }, _) => {
                let order = self.order(Some(key), *command);
                let answer = self.billing.send(Do(order)).await?;
                self.tally.refusals += u64::from(answer.is_err());
                self.hurry(event.meter);
            }
            (Act::BreakRelay(fault), Some(line)) => {
                line.send(BreakRelay { meter: event.meter, fault }).await?;
            }
            (Act::Bypass { metered_share }, Some(line)) => {
                let now = self.now;
                line.send(Alter { meter: event.meter, now, metered_share }).await?;
            }
            (Act::BreakRelay(_) | Act::Bypass { .. }, None) => (),
        }
        Ok(())
    }

    /// A tenant's payment goes the way every payment goes.
    async fn pay(&mut self, account: AccountId) -> Result<(), WorldError> {
        let now = self.now;
        let Some(tenant) = self.tenants.get_mut(&account) else { return Ok(()) };
        let Some(top_up) = tenant.due(now) else { return Ok(()) };
        let key = tenant.key(top_up);
        let reference = match top_up.tender {
            Tender::Cash => String::new(),
            Tender::Card | Tender::Mobile => format!("SIM{account}-{}", now.millis()),
        };
        let (amount, tender) = (top_up.amount, top_up.tender);
        let command = Command::Sell { account, amount, tender, handed: None, reference };
        let answer = self.billing.send(Do(self.order(Some(key), command))).await?;
        if answer.is_ok() {
            self.tally.payments += 1;
        } else {
            self.tally.refusals += 1;
            self.tenants.entry(account).and_modify(|tenant| tenant.refused(now));
        }
        // The supply may come back with it.
        let meters: Vec<_> = self
            .homes
            .iter()
            .filter(|(_, home)| home.account == account)
            .map(|(meter, _)| *meter)
            .collect();
        for meter in meters {
            self.hurry(meter);
        }
        Ok(())
    }

    /// Tenants look at their credit, as the app shows it to them.
    async fn look_around(&mut self) -> Result<(), WorldError> {
        self.wheel.add(self.now + LOOK, Turn::Look);
        let seen = self.billing.send(GetAll).await?;
        for change in seen.meters {
            let Some(home) = self.homes.get(&change.meter) else { continue };
            let Some(tenant) = self.tenants.get_mut(&home.account) else { continue };
            let Some(credit) = change.credit else { continue };
            let dark = change.state == MeterState::Cut && credit <= Money::ZERO;
            let view = View { credit, low: self.policy.low_credit, cut: dark };
            if let Some(plan) = tenant.look(self.now, view, &self.zone) {
                self.wheel.add(plan.at, Turn::Pay(home.account));
            }
        }
        Ok(())
    }
}
