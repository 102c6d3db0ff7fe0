//! Selling, and taking a sale back.

use actix_web::{HttpRequest, HttpResponse, web};
use shared::api::approval::{Evidence, Fact, Figure};
use shared::api::receipt::{IssuedFor, Receipt};
use shared::api::sale::{ReversalOrder, SaleOrder, Tender};
use shared::id::{AccountId, Book, IdempotencyKey, MeterId, ReceiptNo, StaffId};
use shared::request::Grave;
use shared::site::{Command, Done, Refusal};
use shared::staff::{Matter, Verb};
use shared::visible::acts;

use super::approvals;
use super::auth::Caller;
use super::body::Body;
use super::problem::{Answer, Trouble};
use super::receipts;
use super::shifts;
use super::state::State;
use super::supply::unexpected;
use super::verify;

pub(super) async fn sell(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    Body(order): Body<SaleOrder>,
) -> Answer {
    let key = key_of(&request)?;
    let account = order.account;
    let book = state.book_of(account)?;
    let cash = order.tender == Tender::Cash;
    if !cash && order.handed.is_some() {
        return Err(Trouble::bad("handed-without-cash", "only cash is handed over"));
    }
    let reference = tidy(&order.reference, 64);
    if order.tender == Tender::Card && reference.is_empty() {
        let what = "a card sale needs the reference on the terminal's slip";
        return Err(Trouble::bad("no-reference", what));
    }
    let command = Command::Sell {
        account,
        amount: order.amount,
        tender: order.tender,
        handed: order.handed,
        reference,
    };
    let now = state.now(book);
    let done = state.billing.order(book, now, caller.person.staff, Some(key), command).await?;
    let Done::Sold { sale, .. } = done else { return Err(unexpected(&done)) };
    // Supply may come back with it.
    state.clocks.wake(book, meters_of(&state, account));
    answer(&request, &state, book, sale.receipt).await
}

pub(super) async fn reverse(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    receipt: web::Path<ReceiptNo>,
    Body(order): Body<ReversalOrder>,
) -> Answer {
    let key = key_of(&request)?;
    if order.receipt != receipt.into_inner() {
        let what = "the receipt in the address is not the one in the body";
        return Err(Trouble::bad("other-receipt", what));
    }
    let reason = tidy(&order.reason, 200);
    if reason.is_empty() {
        return Err(Refusal::NoReason.into());
    }
    let sold = receipts::find(&state, order.book, order.receipt).await?;
    may_reverse(&caller, sold.by)?;
    if let (false, IssuedFor::Sale(sale)) = (caller.may(Verb::ReverseAny), &sold.what) {
        let counters = state.billing.counters(order.book).await?;
        let sold_in = sale.till.map(|till| till.shift);
        shifts::of_same_shift(&counters, caller.person.staff, sold_in)?;
    }
    let command = if order.as_debt {
        let what = Grave::Reverse { receipt: order.receipt, as_debt: true };
        Command::Grave { what, reason }
    } else {
        Command::Reverse { receipt: order.receipt, reason }
    };
    let now = state.now(order.book);
    let (book, by) = (order.book, caller.person.staff);
    let done = state.billing.order(book, now, by, Some(key), command).await?;
    let Done::Reversed { reversal, .. } = done else { return Err(unexpected(&done)) };
    state.clocks.wake(book, meters_of(&state, reversal.account));
    // What was paid by phone goes back by the provider.
    state.desk.wake();
    answer(&request, &state, book, reversal.receipt).await
}

/// Asks a second person to take back a sale that one may not take back alone.
pub(super) async fn ask_reversal(
    state: web::Data<State>,
    caller: Caller,
    receipt: web::Path<ReceiptNo>,
    Body(order): Body<ReversalOrder>,
) -> Answer {
    if order.receipt != receipt.into_inner() {
        let what = "the receipt in the address is not the one in the body";
        return Err(Trouble::bad("other-receipt", what));
    }
    let reason = tidy(&order.reason, 200);
    if reason.is_empty() {
        return Err(Refusal::NoReason.into());
    }
    let sold = receipts::load(&state, order.book, order.receipt).await?;
    if sold.reverses.is_some() || sold.reversed_by.is_some() || sold.refund {
        return Err(Refusal::AlreadyReversed(order.receipt).into());
    }
    let matter = Matter::Reversal {
        book: order.book,
        receipt: order.receipt,
        account: sold.account,
        amount: sold.amount,
        as_debt: order.as_debt,
    };
    let credit = state.hub.rows_of(sold.account).first().and_then(|row| row.change.credit);
    let fact = |what, is| Evidence { what, is };
    let mut evidence = vec![
        fact(Fact::Place, Figure::Text(sold.place)),
        fact(Fact::Customer, Figure::Text(sold.customer)),
        fact(Fact::SoldBy, Figure::Text(sold.by)),
        fact(Fact::SoldAt, Figure::At(sold.at)),
        fact(Fact::CreditBeforeSale, Figure::Money(sold.credit_before)),
        fact(Fact::CreditAfterSale, Figure::Money(sold.credit_after)),
    ];
    evidence.extend(credit.map(|credit| fact(Fact::CreditNow, Figure::Money(credit))));
    approvals::ask(&state, &caller, matter, evidence, reason, None).await
}

/// Own sales only, unless one may take back any.
fn may_reverse(caller: &Caller, sold_by: StaffId) -> Result<(), Trouble> {
    if caller.may(Verb::ReverseAny) || caller.person.staff == sold_by {
        return Ok(());
    }
    Err(Trouble::forbidden(
        "not-own-sale",
        "a cashier takes back own sales only; a manager or an admin can take back any",
    ))
}

async fn answer(request: &HttpRequest, state: &State, book: Book, no: ReceiptNo) -> Answer {
    let receipt: Receipt = receipts::load(state, book, no).await?;
    state.press.ask(&receipt, Some(verify::link(request, &receipt))).await;
    Ok(HttpResponse::Ok().json(receipt))
}

pub(super) fn meters_of(state: &State, account: AccountId) -> Vec<MeterId> {
    state.hub.rows_of(account).iter().map(|row| row.meter).collect()
}

/// The client's own name for this command: a repeated request has one effect.
pub(super) fn key_of(request: &HttpRequest) -> Result<IdempotencyKey, Trouble> {
    let header = request.headers().get("idempotency-key").ok_or(Refusal::NoKey)?;
    let key = header.to_str().unwrap_or_default().to_owned();
    IdempotencyKey::try_from(key).map_err(|error| Trouble::bad("bad-key", error))
}

/// What a person typed, without what could steer a printer or a terminal, or turn a line around.
pub(super) fn tidy(text: &str, longest: usize) -> String {
    text.chars()
        .filter(|letter| !acts(*letter))
        .collect::<String>()
        .trim()
        .chars()
        .take(longest)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_never_reach_the_receipt() {
        assert_eq!(tidy(" T-7\u{1b}p\u{0}\u{202e} ", 64), "T-7p");
        assert_eq!(tidy("收据abc", 3), "收据a");
        assert_eq!(tidy("a\u{2066}b\u{2069}\u{200f}c", 64), "abc");
        assert_eq!(tidy("\u{200b} \u{7}", 64), "", "what shows nothing is no reason");
    }
}
