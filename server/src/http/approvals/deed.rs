//! What carries a matter out once a second person agreed: the very command that would have done it,
//! in the name of who asked. One arm a kind.

use actix_web::HttpRequest;
use shared::id::{Book, StaffId};
use shared::request::Grave;
use shared::site::{Command, Done};
use shared::staff::Matter;
use shared::tariff::Tariff;

use crate::http::receipts;
use crate::http::sales::meters_of;
use crate::http::state::State;
use crate::http::tariffs;
use crate::http::verify;

/// The command, and the book that it belongs to.
pub(super) fn command(
    state: &State,
    matter: &Matter,
    reason: &str,
    approved_by: StaffId,
) -> (Book, Command) {
    if let Some((book, what)) = grave(matter) {
        return (book, Command::Grave { what, reason: reason.to_owned() });
    }
    match matter {
        Matter::TariffPublish { text, .. } => {
            let approved_by = Some(approved_by);
            (tariffs::book(state), Command::PublishTariff { text: text.clone(), approved_by })
        }
        Matter::Reversal { .. }
        | Matter::ReleaseCuts { .. }
        | Matter::CutSupplies { .. }
        | Matter::Unprotect { .. }
        | Matter::Refund { .. }
        | Matter::PolicyPublish { .. }
        | Matter::RaiseLimit { .. }
        | Matter::Adjust { .. } => {
            unreachable!("what the core keeps for two persons is taken out before")
        }
    }
}

/// What the core itself lets nobody order alone, and its book.
pub(super) fn grave(matter: &Matter) -> Option<(Book, Grave)> {
    match matter {
        Matter::TariffPublish { .. } => None,
        Matter::Reversal { book, receipt, as_debt, .. } => {
            Some((*book, Grave::Reverse { receipt: *receipt, as_debt: *as_debt }))
        }
        Matter::ReleaseCuts { book, meters } => {
            Some((*book, Grave::ReleaseCuts { meters: meters.clone() }))
        }
        Matter::CutSupplies { book, meters } => {
            Some((*book, Grave::CutSupplies { meters: meters.clone() }))
        }
        Matter::Unprotect { book, meter } => Some((*book, Grave::Unprotect { meter: *meter })),
        Matter::PolicyPublish { book, scope, from, policy } => {
            let (scope, from, policy) = (scope.clone(), *from, policy.clone());
            Some((*book, Grave::PublishPolicy { scope, from, policy }))
        }
        Matter::RaiseLimit { book, raise } => Some((*book, Grave::RaiseLimit { raise: *raise })),
        Matter::Refund { book, account, amount } => {
            Some((*book, Grave::Refund { account: *account, amount: *amount }))
        }
        Matter::Adjust { book, account, adjusting, amount, cause } => {
            let (account, adjusting, amount) = (*account, *adjusting, *amount);
            Some((*book, Grave::Adjust { account, adjusting, amount, cause: *cause }))
        }
    }
}

/// The paper of what was let through, where it has a number.
pub(super) async fn print(request: &HttpRequest, state: &State, book: Book, done: &Done) {
    let no = if let Done::Reversed { reversal, .. } = done {
        reversal.receipt
    } else if let Done::Refunded { refund, .. } = done {
        refund.receipt
    } else {
        return;
    };
    // It is done, with paper or without.
    match receipts::load(state, book, no).await {
        Ok(receipt) => state.press.ask(&receipt, Some(verify::link(request, &receipt))).await,
        Err(trouble) => tracing::error!(%trouble, "receipt {no} cannot be printed"),
    }
}

/// What the running program has to hear of it, after the commit.
pub(super) fn follow_up(state: &State, matter: &Matter) {
    match matter {
        Matter::TariffPublish { text, .. } => {
            if let Ok(tariff) = Tariff::from_toml(text) {
                state.tariffs.put(tariff);
            }
        }
        Matter::Reversal { book, account, .. } => {
            state.clocks.wake(*book, meters_of(state, *account));
            // What was paid by phone goes back by the provider.
            state.desk.wake();
        }
        Matter::ReleaseCuts { book, meters } | Matter::CutSupplies { book, meters } => {
            state.clocks.wake(*book, meters.iter().copied());
        }
        Matter::Unprotect { book, meter } => state.clocks.wake(*book, [*meter]),
        Matter::PolicyPublish { book, .. } => {
            state.clocks.wake(*book, state.hub.meters_of(*book));
        }
        Matter::RaiseLimit { .. } => {}
        Matter::Adjust { book, account, .. } | Matter::Refund { book, account, .. } => {
            state.clocks.wake(*book, meters_of(state, *account));
        }
    }
}
