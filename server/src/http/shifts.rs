//! Shifts: opened, looked at, counted blind, countersigned.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use shared::api::shift::{
    CashOrder, Count, Counter, Countersigning, ShiftClosing, ShiftOpening, ShiftPage, ShiftReport,
    Signature,
};
use shared::counter::{CounterOrder, Counters, Denied, Shift};
use shared::id::{Book, CounterId, ShiftNo, StaffId};
use shared::site::Command;
use shared::staff::Verb;

use super::accounts::{name_of, staff_names};
use super::auth::Caller;
use super::body::Body;
use super::page::{self, Paging};
use super::problem::{Answer, Trouble};
use super::sales::{key_of, tidy};
use super::state::State;
use crate::store::report::shifts::{ClosedShift, closed};

/// Closed shifts of the list.
const LISTED: usize = 100;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    book: Book,
    /// Closed shifts of a page, 1 to 1000; 100 unless it is said otherwise.
    limit: Option<u16>,
    /// The shift that the page begins after, as the link to the next page names it.
    after: Option<String>,
}

pub(super) async fn list(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    question: web::Query<Question>,
) -> Answer {
    let Question { book, limit, after } = question.into_inner();
    let (first, paging) = (after.is_none(), Paging { limit, after });
    let limit = paging.limit(LISTED)?;
    let after = paging.after.map(|after| after.parse::<ShiftNo>()).transpose();
    let after = after.map_err(|_no_number| page::gone())?;
    let (names, counters) = (staff_names(&state).await?, state.billing.counters(book).await?);
    let own = own_only(&caller);
    let seen = |shift: &&Shift| own.is_none_or(|own| own == shift.cashier);
    let open = counters.open().filter(seen).filter(|_| first);
    let mut shifts: Vec<_> = open.map(|shift| x_report(book, shift, &names, &caller)).collect();
    // One more than is shown tells whether there are more.
    let mut past = past(&state, book, own, after, limit.saturating_add(1)).await?;
    let more = past.len() > limit;
    past.truncate(limit);
    let next = past.last().filter(|_| more).map(|last| last.closed.shift.to_string());
    shifts.extend(past.into_iter().map(|shift| z_report(book, shift, &names)));
    let mine = counters.of(caller.person.staff).map(|shift| shift.shift);
    let named = state.counters_of_site.iter();
    let named = named.map(|(counter, name)| Counter { counter: *counter, name: name.clone() });
    let shown = ShiftPage { mine, shifts, counters: named.collect() };
    Ok(page::answer(&request, &shown, next.as_deref()))
}

pub(super) async fn show(
    state: web::Data<State>,
    caller: Caller,
    which: web::Path<(Book, ShiftNo)>,
) -> Answer {
    let (book, shift) = which.into_inner();
    Ok(HttpResponse::Ok().json(report(&state, &caller, book, shift).await?))
}

pub(super) async fn open(
    state: web::Data<State>,
    caller: Caller,
    Body(order): Body<ShiftOpening>,
) -> Answer {
    let ShiftOpening { book, counter, float } = order;
    if !state.site.books.contains(&book) {
        return Err(Trouble::bad("no-such-book", "this site does not keep that book"));
    }
    if !state.counters_of_site.contains_key(&counter) {
        let what = format!("there is no counter {counter}; the site file names the counters");
        return Err(Trouble::absent(what));
    }
    let (now, by) = (state.now(book), caller.person.staff);
    let command = Command::Counter(CounterOrder::Open { counter, float });
    state.billing.order(book, now, by, None, command).await?;
    let counters = state.billing.counters(book).await?;
    let shift = counters.of(by).ok_or(Denied::NoShift).map_err(shared::site::Refusal::from)?;
    let names = staff_names(&state).await?;
    Ok(HttpResponse::Created().json(x_report(book, shift, &names, &caller)))
}

/// Cash goes into the till or out of it, by its cashier or a supervisor.
pub(super) async fn move_cash(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    which: web::Path<(Book, ShiftNo)>,
    Body(order): Body<CashOrder>,
) -> Answer {
    let (book, shift) = which.into_inner();
    let key = key_of(&request)?;
    own_or_supervised(&state, &caller, book, shift).await?;
    let CashOrder { amount, with, reason } = order;
    let order = CounterOrder::MoveCash { shift, amount, with, reason: tidy(&reason, 200) };
    let (now, by) = (state.now(book), caller.person.staff);
    state.billing.order(book, now, by, Some(key), Command::Counter(order)).await?;
    Ok(HttpResponse::Ok().json(report(&state, &caller, book, shift).await?))
}

/// By its cashier, or by a supervisor where it was forgotten.
pub(super) async fn close(
    state: web::Data<State>,
    caller: Caller,
    which: web::Path<(Book, ShiftNo)>,
    Body(order): Body<ShiftClosing>,
) -> Answer {
    let (book, shift) = which.into_inner();
    own_or_supervised(&state, &caller, book, shift).await?;
    let (counted, note) = (order.counted, tidy(&order.note, 200));
    let command = Command::Counter(CounterOrder::Close { shift, counted, note });
    let now = state.now(book);
    state.billing.order(book, now, caller.person.staff, None, command).await?;
    Ok(HttpResponse::Ok().json(report(&state, &caller, book, shift).await?))
}

pub(super) async fn countersign(
    state: web::Data<State>,
    caller: Caller,
    which: web::Path<(Book, ShiftNo)>,
    Body(order): Body<Countersigning>,
) -> Answer {
    let (book, shift) = which.into_inner();
    let note = tidy(&order.note, 200);
    let command = Command::Counter(CounterOrder::Countersign { shift, note });
    let now = state.now(book);
    state.billing.order(book, now, caller.person.staff, None, command).await?;
    Ok(HttpResponse::Ok().json(report(&state, &caller, book, shift).await?))
}

async fn own_or_supervised(
    state: &State,
    caller: &Caller,
    book: Book,
    shift: ShiftNo,
) -> Result<(), Trouble> {
    let counters = state.billing.counters(book).await?;
    let own = counters.get(shift).is_none_or(|open| open.cashier == caller.person.staff);
    if own || caller.may(Verb::SuperviseTills) { Ok(()) } else { Err(not_own()) }
}

async fn report(
    state: &State,
    caller: &Caller,
    book: Book,
    shift: ShiftNo,
) -> Result<ShiftReport, Trouble> {
    let names = staff_names(state).await?;
    let counters = state.billing.counters(book).await?;
    let report = if let Some(open) = counters.get(shift) {
        x_report(book, open, &names, caller)
    } else {
        let all = past(state, book, None, None, usize::MAX).await?;
        let found = all.into_iter().find(|known| known.closed.shift == shift);
        let found = found.ok_or_else(|| Trouble::absent(format!("there is no shift {shift}")))?;
        z_report(book, found, &names)
    };
    match own_only(caller) {
        Some(own) if own != report.cashier => Err(not_own()),
        Some(_) | None => Ok(report),
    }
}

fn not_own() -> Trouble {
    Trouble::forbidden("not-own-shift", "a cashier sees and closes own shifts only")
}

/// Whose shifts a caller sees: a cashier's are the own ones.
fn own_only(caller: &Caller) -> Option<StaffId> {
    let all = caller.may(Verb::SuperviseTills) || caller.may(Verb::Audit);
    (!all).then_some(caller.person.staff)
}

fn x_report(
    book: Book,
    shift: &Shift,
    names: &BTreeMap<StaffId, String>,
    caller: &Caller,
) -> ShiftReport {
    let blind = shift.cashier == caller.person.staff;
    ShiftReport::open(book, shift, name_of(names, shift.cashier), blind)
}

fn z_report(book: Book, shift: ClosedShift, names: &BTreeMap<StaffId, String>) -> ShiftReport {
    let ClosedShift { closed, seq, at, by, head, signed } = shift;
    let count = Count {
        z: closed.z,
        at,
        by: name_of(names, by),
        counted: closed.counted,
        difference: closed.difference,
        note: closed.note.clone(),
        seq,
        head: head.to_string(),
        signed: signed.map(|(at, by, note)| Signature { at, by: name_of(names, by), note }),
    };
    ShiftReport::closed(book, &closed, name_of(names, closed.cashier), count)
}

async fn past(
    state: &State,
    book: Book,
    cashier: Option<StaffId>,
    after: Option<ShiftNo>,
    limit: usize,
) -> Result<Vec<ClosedShift>, Trouble> {
    let asked = state.ledger.ask(move |db| closed(db, book, cashier, after, limit)).await;
    asked.map_err(|error| Trouble::fault("read the shifts", error))
}

/// A cashier takes a sale back in the shift that it was made in (product rule 13).
pub(super) fn of_same_shift(
    counters: &Counters,
    cashier: StaffId,
    sold_in: Option<ShiftNo>,
) -> Result<(), Trouble> {
    let open = counters.of(cashier).map(|shift| shift.shift);
    if open.is_some() && open == sold_in {
        return Ok(());
    }
    Err(Trouble::forbidden(
        "not-this-shift",
        "a cashier takes back sales of the open shift only; a supervisor can take back any latest sale",
    ))
}

/// What a counter is called.
pub(crate) type CountersOfSite = BTreeMap<CounterId, String>;
