//! Supply decisions: cut, restore, warn.

use crate::event::Event;
use crate::id::{AccountId, MeterId};
use crate::meter::DisconnectReason;
use crate::prepaid::Account;

/// Good readings in a row that must find credit used up before supply is cut: a single reading
/// never opens a switch (`docs/policy.md`).
pub(super) const READS_BEFORE_CUT: u8 = 2;

/// The warning that is due, once a downward crossing.
pub(super) fn warning(account: &Account) -> Option<Event> {
    (account.low() && !account.warned)
        .then(|| Event::LowCredit { account: account.id, credit: account.credit() })
}

/// Cuts every meter of an account whose credit is used up, for lack of credit.
pub(super) fn cuts(account: &Account) -> Vec<Event> {
    let still_on = |reason| {
        account
            .meters
            .iter()
            .filter(move |(_, metered)| !metered.open_reasons().contains(&reason))
            .map(|(meter, _)| *meter)
    };
    still_on(DisconnectReason::NoCredit)
        .map(|meter| cut(account.id, meter, DisconnectReason::NoCredit, ""))
        .collect()
}

/// Lifts lack of credit from every meter of an account that may come back.
pub(super) fn returns(account: &Account) -> Vec<Event> {
    if !account.may_return() {
        return Vec::new();
    }
    account
        .meters
        .iter()
        .filter(|(_, metered)| metered.open_reasons().contains(&DisconnectReason::NoCredit))
        .map(|(meter, _)| lift(account.id, *meter, DisconnectReason::NoCredit, ""))
        .collect()
}

pub(super) fn cut(
    account: AccountId,
    meter: MeterId,
    reason: DisconnectReason,
    note: &str,
) -> Event {
    Event::Cut { account, meter, reason, note: note.to_owned() }
}

pub(super) fn lift(
    account: AccountId,
    meter: MeterId,
    reason: DisconnectReason,
    note: &str,
) -> Event {
    Event::Lifted { account, meter, reason, note: note.to_owned() }
}
