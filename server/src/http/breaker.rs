//! Many supplies at once: what the mass-disconnect breaker holds, orders for many, and what a second
//! person decides.

use actix_web::{HttpResponse, web};
use shared::actor::billing::GetMassCuts;
use shared::api::breaker::{
    Asked, HeldCutRow, MassCutBook, MassCuts, ReleaseOrder, RequestKind, RequestRow, SecondSays,
    SuppliesOrder,
};
use shared::api::meter::SupplyOrderKind;
use shared::id::{Book, MeterId};
use shared::request::{Grave, Request};
use shared::site::breaker::MOST_BY_ONE;
use shared::site::{Command, Done, Refusal};

use super::accounts::{name_of, staff_names};
use super::auth::Caller;
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::sales::tidy;
use super::state::State;
use super::supply::unexpected;
use crate::config::scope_name;

pub(super) async fn show(state: web::Data<State>) -> Answer {
    let now = [Book::Live, Book::Simulated].map(|book| (book, state.now(book)));
    let found = state.billing.mass_cuts(GetMassCuts { now }).await?;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let books = found.states.into_iter().filter(|book| book.meters > 0).map(|book| MassCutBook {
        book: book.book,
        meters: count(book.meters),
        opened: count(book.opened),
        most: count(book.most),
        minutes: book.minutes,
        tripped: book.tripped,
    });
    let held = found.held.into_iter().map(|held| HeldCutRow {
        book: held.book,
        account: held.account,
        meter: held.meter,
        name: state.hub.row(held.meter).map(|row| row.name).unwrap_or_default(),
        reason: held.reason,
        note: held.note,
        since: held.since,
        released: held.released,
        credit: held.credit,
    });
    Ok(HttpResponse::Ok().json(MassCuts { books: books.collect(), held: held.collect() }))
}

pub(super) async fn release(
    state: web::Data<State>,
    caller: Caller,
    Body(order): Body<ReleaseOrder>,
) -> Answer {
    let ReleaseOrder { book, meters, reason } = order;
    ask(&state, &caller, book, Grave::ReleaseCuts { meters }, &reason).await
}

/// A few at once; more wait for a second person. Restores never wait.
pub(super) async fn order(
    state: web::Data<State>,
    caller: Caller,
    Body(order): Body<SuppliesOrder>,
) -> Answer {
    let SuppliesOrder { book, order, meters, reason } = order;
    let reason = tidy(&reason, 200);
    match order {
        SupplyOrderKind::Cut if meters.len() > MOST_BY_ONE => {
            ask(&state, &caller, book, Grave::CutSupplies { meters }, &reason).await
        }
        SupplyOrderKind::Cut => {
            let command = Command::CutSupplies { meters: meters.clone(), reason };
            carry_out(&state, &caller, book, command, meters).await?;
            Ok(HttpResponse::Ok().json(Asked { request: None }))
        }
        SupplyOrderKind::Restore => {
            let most = shared::site::breaker::MOST_ORDERED;
            if meters.is_empty() || meters.len() > most {
                return Err(Refusal::BadList { most }.into());
            }
            for meter in meters {
                let command = Command::RestoreSupply { meter, reason: reason.clone() };
                carry_out(&state, &caller, book, command, vec![meter]).await?;
            }
            Ok(HttpResponse::Ok().json(Asked { request: None }))
        }
    }
}

pub(super) async fn requests(state: web::Data<State>, caller: Caller) -> Answer {
    let now = [Book::Live, Book::Simulated].map(|book| (book, state.now(book)));
    let found = state.billing.mass_cuts(GetMassCuts { now }).await?;
    let names = staff_names(&state).await?;
    let rows = found.requests.into_iter().filter_map(|request| {
        let lapsed = request.lapses() <= state.now(request.book);
        let by = name_of(&names, request.by);
        (!lapsed).then(|| shown(request, by, &caller))
    });
    Ok(HttpResponse::Ok().json(rows.collect::<Vec<_>>()))
}

fn shown(request: Request, by: String, caller: &Caller) -> RequestRow {
    let lapses = request.lapses();
    let Request { request, book, by: asked_by, at, what, reason } = request;
    let (kind, meters, scope) = match what {
        Grave::ReleaseCuts { meters } => (RequestKind::ReleaseCuts, meters, None),
        Grave::CutSupplies { meters } => (RequestKind::CutSupplies, meters, None),
        Grave::Unprotect { meter } => (RequestKind::Unprotect, vec![meter], None),
        Grave::PublishPolicy { scope, from: _, policy: _ } => {
            (RequestKind::PublishPolicy, Vec::new(), Some(scope_name(&scope)))
        }
    };
    let own = asked_by == caller.person.staff;
    RequestRow { request, book, kind, by, own, at, lapses, reason, meters, scope }
}

pub(super) async fn decide(
    state: web::Data<State>,
    caller: Caller,
    request: web::Path<u64>,
    Body(says): Body<SecondSays>,
) -> Answer {
    if caller.session.is_none() {
        let what = "a token cannot decide for a person; sign in";
        return Err(Trouble::forbidden("not-a-person", what));
    }
    let SecondSays { book, approve, note } = says;
    let (request, note) = (request.into_inner(), tidy(&note, 200));
    let command = Command::Decide { request, approve, note };
    // Whoever is concerned is looked at soon; the answer does not name them.
    let now = [Book::Live, Book::Simulated].map(|book| (book, state.now(book)));
    let found = state.billing.mass_cuts(GetMassCuts { now }).await?;
    let concerned = found.requests.into_iter().find(|known| known.request == request);
    let meters = concerned.map_or_else(Vec::new, |known| match known.what {
        Grave::ReleaseCuts { meters } | Grave::CutSupplies { meters } => meters,
        Grave::Unprotect { meter } => vec![meter],
        Grave::PublishPolicy { .. } => Vec::new(),
    });
    carry_out(&state, &caller, book, command, meters).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Asks a second person.
pub(super) async fn ask(
    state: &State,
    caller: &Caller,
    book: Book,
    what: Grave,
    reason: &str,
) -> Answer {
    let reason = tidy(reason, 200);
    let done =
        carry_out(state, caller, book, Command::Request { what, reason }, Vec::new()).await?;
    let Done::Requested { request } = done else { return Err(unexpected(&done)) };
    Ok(HttpResponse::Accepted().json(Asked { request: Some(request) }))
}

async fn carry_out(
    state: &State,
    caller: &Caller,
    book: Book,
    command: Command,
    meters: Vec<MeterId>,
) -> Result<Done, Trouble> {
    let now = state.now(book);
    let done = state.billing.order(book, now, caller.person.staff, None, command).await?;
    state.clocks.wake(book, meters);
    Ok(done)
}
