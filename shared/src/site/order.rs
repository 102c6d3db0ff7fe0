//! Orders about terms: policies, protection, emergency credit, confirmations, pauses.

use crate::event::Event;
use crate::id::{AccountId, MeterId, NoticeId};
use crate::meter::DisconnectReason;
use crate::policy::{Origin, Place, Policy, RestoreMode, Scope, Terms};
use crate::prepaid::{EmergencyState, Metered};
use crate::site::decide::Now;
use crate::site::{Command, Refusal, supply};
use crate::time::Timestamp;

impl Now<'_> {
    pub(super) fn order_terms(&mut self) -> Result<(), Refusal> {
        match &self.order.command {
            Command::PublishPolicy { scope, from, policy, note } => {
                self.publish_policy(scope, *from, policy, note, Origin::File)
            }
            Command::PublishPolicies { policies, note } => self.publish_policies(policies, note),
            Command::PlaceMeter { meter, place } => self.place(*meter, place),
            Command::Protect { meter, until, reason } => self.protect(*meter, *until, reason),
            Command::Unprotect { meter, reason } => self.unprotect(*meter, reason),
            Command::UseEmergency { account } => self.use_emergency(*account),
            Command::ConfirmRestore { meter, note } => self.confirm(*meter, note),
            Command::Pause { account, reason } => self.pause(*account, reason),
            Command::Resume { account, reason } => self.resume(*account, reason),
            Command::NoticeDelivered { account, notice } => self.delivered(*account, *notice),
            Command::PublishTariff { .. }
            | Command::OpenAccount { .. }
            | Command::BindMeter { .. }
            | Command::Sell { .. }
            | Command::Reverse { .. }
            | Command::Refund { .. }
            | Command::CutSupply { .. }
            | Command::RestoreSupply { .. }
            | Command::ResolveHold { .. }
            | Command::AcknowledgeAlarm { .. }
            | Command::ExchangeMeter { .. }
            | Command::CloseExceptions { .. }
            | Command::AddArrears { .. }
            | Command::CancelArrears { .. }
            | Command::Act { .. }
            | Command::Approved { .. }
            | Command::NoteCondition { .. }
            | Command::Counter(_)
            | Command::CutSupplies { .. }
            | Command::MayAsk { .. }
            | Command::Grave { .. }
            | Command::Payment(_) => unreachable!("only orders about terms come here"),
        }
    }

    pub(super) fn publish_policy(
        &mut self,
        scope: &Scope,
        from: Option<Timestamp>,
        policy: &Policy,
        note: &str,
        origin: Origin,
    ) -> Result<(), Refusal> {
        self.publishable(from, policy)?;
        let now = self.order.now;
        let terms = self.site.terms.get(&self.order.book);
        // A file that has not changed since it was last taken in does not undo what two persons
        // published meanwhile; what it says anew is kept, be it what holds already.
        let same = match origin {
            Origin::File => terms.and_then(|terms| terms.filed(scope)) == Some(policy),
            Origin::Persons { .. } => {
                let last = terms.and_then(|terms| terms.last_of(scope));
                last.is_some_and(|last| **last == *policy)
            }
        };
        if same {
            return Ok(());
        }
        self.emit(Event::PolicyPublished {
            scope: scope.clone(),
            from: from.unwrap_or(now),
            policy: policy.clone(),
            note: note.to_owned(),
            origin,
        });
        let book = self.order.book;
        let own = self.site.accounts.values().filter(|account| account.book == book);
        let own: Vec<_> = own.map(|account| account.id).collect();
        for account in own {
            self.follow_up(account);
        }
        Ok(())
    }

    pub(super) fn publishable(
        &self,
        from: Option<Timestamp>,
        policy: &Policy,
    ) -> Result<(), Refusal> {
        checked(policy)?;
        if from.is_some_and(|from| from < self.order.now) {
            return Err(Refusal::TimePast);
        }
        Ok(())
    }

    fn publish_policies(
        &mut self,
        policies: &[(Scope, Policy)],
        note: &str,
    ) -> Result<(), Refusal> {
        for (_, policy) in policies {
            checked(policy)?;
        }
        let given = |scope: &Scope| {
            policies.iter().find(|(known, _)| known == scope).map(|(_, policy)| policy.clone())
        };
        let terms = self.site.terms.get(&self.order.book);
        let known = terms.into_iter().flat_map(Terms::filed_scopes).cloned();
        let gone: Vec<_> = known.filter(|scope| given(scope).is_none()).collect();
        let wider = gone.into_iter().filter_map(|scope| {
            let around = self.around(&scope);
            Some((scope, around.iter().find_map(given)?))
        });
        for (scope, policy) in policies.iter().cloned().chain(wider.collect::<Vec<_>>()) {
            self.publish_policy(&scope, None, &policy, note, Origin::File)?;
        }
        Ok(())
    }

    /// The scopes around one, from near to wide.
    fn around(&self, scope: &Scope) -> Vec<Scope> {
        let building_of = |building: &String| Scope::Building { building: building.clone() };
        match scope {
            Scope::Site => Vec::new(),
            Scope::Building { .. } => vec![Scope::Site],
            Scope::Floor { building, floor: _ } => vec![building_of(building), Scope::Site],
            Scope::Meter { meter } => {
                let place = self.site.metered(*meter).map(|metered| metered.place.clone());
                let Place { building, floor, feeder: _ } = place.unwrap_or_default();
                let own = building_of(&building);
                vec![Scope::Floor { building, floor }, own, Scope::Site]
            }
        }
    }

    fn place(&mut self, meter: MeterId, place: &Place) -> Result<(), Refusal> {
        let account = self.account_of(meter)?.id;
        let metered = self.site.metered(meter).ok_or(Refusal::NoMeter(meter))?;
        if metered.place != *place {
            self.emit(Event::MeterPlaced { account, meter, place: place.clone() });
            self.follow_up(account);
        }
        Ok(())
    }

    fn protect(
        &mut self,
        meter: MeterId,
        until: Option<Timestamp>,
        reason: &str,
    ) -> Result<(), Refusal> {
        given(reason)?;
        if until.is_some_and(|until| until <= self.order.now) {
            return Err(Refusal::TimePast);
        }
        let account = self.account_of(meter)?.id;
        let metered = self.site.metered(meter).ok_or(Refusal::NoMeter(meter))?;
        let confirm = metered.policy.restore == RestoreMode::Permit;
        let reason = reason.to_owned();
        self.emit(Event::Protected { account, meter, until, reason, confirm });
        self.follow_up(account);
        Ok(())
    }

    fn unprotect(&mut self, meter: MeterId, reason: &str) -> Result<(), Refusal> {
        given(reason)?;
        let account = self.unprotectable(meter)?;
        let needs_two = |metered: &Metered| metered.policy.protect_needs_two;
        if self.site.metered(meter).is_some_and(needs_two) {
            return Err(Refusal::SecondPerson);
        }
        self.emit(Event::Unprotected { account, meter, reason: reason.to_owned() });
        self.follow_up(account);
        Ok(())
    }

    /// Whose protection would end. What staff cut before opens with it, and so counts as a cut.
    pub(super) fn unprotectable(&self, meter: MeterId) -> Result<AccountId, Refusal> {
        let account = self.account_of(meter)?.id;
        let metered = self.site.metered(meter).ok_or(Refusal::NoMeter(meter))?;
        if !metered.protected() {
            return Err(Refusal::NotProtected(meter));
        }
        let opens = !metered.open_reasons().is_empty();
        if opens && self.site.is_too_many(self.order.book, meter, self.order.now) {
            return Err(self.site.too_many(self.order.book));
        }
        Ok(account)
    }

    fn use_emergency(&mut self, id: AccountId) -> Result<(), Refusal> {
        let account = self.account(id)?;
        let terms = account.policy.emergency.filter(|_| account.cuts_for_credit());
        let Some(terms) = terms.filter(|_| account.standing.emergency == EmergencyState::Offered)
        else {
            return Err(Refusal::NoEmergency(id));
        };
        self.emit(Event::EmergencyBegun { account: id, limit: terms.limit });
        let account = self.account(id)?;
        if !account.used_up() {
            let cut: Vec<_> = account
                .meters
                .iter()
                .filter(|(_, one)| one.open_reasons().contains(&DisconnectReason::NoCredit))
                .map(|(meter, one)| (*meter, one.policy.restore == RestoreMode::Permit))
                .collect();
            for (meter, confirm) in cut {
                let note = "emergency credit";
                self.lift(supply::lift(id, meter, DisconnectReason::NoCredit, note, confirm));
            }
        }
        self.follow_up(id);
        Ok(())
    }

    fn confirm(&mut self, meter: MeterId, note: &str) -> Result<(), Refusal> {
        let account = self.account_of(meter)?.id;
        let metered = self.site.metered(meter).ok_or(Refusal::NoMeter(meter))?;
        let note = note.to_owned();
        if metered.switch.awaits() {
            self.emit(Event::RestoreConfirmed { account, meter, note });
        } else if metered.open_reasons().contains(&DisconnectReason::Courtesy) {
            self.emit(supply::lift(account, meter, DisconnectReason::Courtesy, &note, false));
        } else {
            return Err(Refusal::NothingToConfirm(meter));
        }
        self.follow_up(account);
        Ok(())
    }

    fn pause(&mut self, id: AccountId, reason: &str) -> Result<(), Refusal> {
        given(reason)?;
        if self.account(id)?.standing.paused {
            return Err(Refusal::PausedAlready(id));
        }
        self.emit(Event::Paused { account: id, reason: reason.to_owned() });
        self.follow_up(id);
        Ok(())
    }

    fn resume(&mut self, id: AccountId, reason: &str) -> Result<(), Refusal> {
        given(reason)?;
        if !self.account(id)?.standing.paused {
            return Err(Refusal::NotPaused(id));
        }
        self.emit(Event::Resumed { account: id, reason: reason.to_owned() });
        self.follow_up(id);
        Ok(())
    }

    fn delivered(&mut self, id: AccountId, notice: NoticeId) -> Result<(), Refusal> {
        let known = self.account(id)?.standing.notice(notice);
        let known = known.ok_or(Refusal::NoNotice { account: id, notice })?;
        if !known.delivered {
            self.emit(Event::NoticeDelivered { account: id, notice });
            self.follow_up(id);
        }
        Ok(())
    }
}

fn checked(policy: &Policy) -> Result<(), Refusal> {
    policy
        .check()
        .map_err(|wrong| Refusal::BadPolicy { key: wrong.key.to_owned(), what: wrong.what })
}

fn given(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() { Err(Refusal::NoReason) } else { Ok(()) }
}
