//! Many supplies at once: what the mass-disconnect breaker holds, and orders for many.

use actix_web::{HttpResponse, web};
use shared::actor::billing::GetMassCuts;
use shared::api::approval::{Asked, Evidence, Fact, Figure};
use shared::api::breaker::{HeldCutRow, MassCutBook, MassCuts, ReleaseOrder, SuppliesOrder};
use shared::api::meter::SupplyOrderKind;
use shared::id::{Book, MeterId};
use shared::site::breaker::MOST_BY_ONE;
use shared::site::{Command, Done, Refusal};
use shared::staff::Matter;

use super::approvals;
use super::auth::Caller;
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::sales::tidy;
use super::state::State;

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
    let evidence = rooms(&state, &meters);
    approvals::wait(&state, &caller, Matter::ReleaseCuts { book, meters }, evidence, &reason).await
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
            let evidence = rooms(&state, &meters);
            let matter = Matter::CutSupplies { book, meters };
            approvals::wait(&state, &caller, matter, evidence, &reason).await
        }
        SupplyOrderKind::Cut => {
            let command = Command::CutSupplies { meters: meters.clone(), reason };
            carry_out(&state, &caller, book, command, meters).await?;
            Ok(HttpResponse::Ok().json(Asked { approval: None }))
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
            Ok(HttpResponse::Ok().json(Asked { approval: None }))
        }
    }
}

/// The rooms by name, as many as a card shows.
pub(super) fn rooms(state: &State, meters: &[MeterId]) -> Vec<Evidence> {
    const SHOWN: usize = 40;
    let name =
        |meter: &MeterId| state.hub.row(*meter).map_or_else(|| meter.to_string(), |row| row.name);
    let mut names: Vec<_> = meters.iter().take(SHOWN).map(name).collect();
    if meters.len() > SHOWN {
        names.push(format!("… ({})", meters.len()));
    }
    vec![Evidence { what: Fact::Rooms, is: Figure::Text(names.join(", ")) }]
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
