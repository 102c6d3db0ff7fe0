//! Receipts: as sold, with the names of today.

use actix_web::{HttpRequest, HttpResponse, web};
use shared::api::receipt::{Issue, Receipt};
use shared::id::{Book, ReceiptNo};
use shared::site::Refusal;
use shared::staff::Act;

use super::accounts::{name_of, staff_names};
use super::audit;
use super::auth::Caller;
use super::problem::{Answer, Trouble};
use super::state::State;
use super::verify;
use crate::clock;
use crate::store::report::receipt::{self, Issued};

pub(super) async fn show(state: web::Data<State>, which: web::Path<(Book, ReceiptNo)>) -> Answer {
    let (book, no) = which.into_inner();
    Ok(HttpResponse::Ok().json(load(&state, book, no).await?))
}

pub(super) async fn reprint(
    request: HttpRequest,
    state: web::Data<State>,
    caller: Caller,
    which: web::Path<(Book, ReceiptNo)>,
) -> Answer {
    let (book, no) = which.into_inner();
    let receipt = load(&state, book, no).await?;
    let (by, now) = (caller.person.staff, clock::now());
    let counted = state.registry.ask(move |db| receipt::count_copy(db, book, no, by, now)).await;
    let copy = counted.map_err(|error| Trouble::fault("count the reprint", error))?;
    audit::record(&state, by, Act::ReceiptCopied { receipt: no, copy }, "").await?;
    let receipt = Receipt { copy, ..receipt };
    state.press.ask(&receipt, Some(verify::link(&request, &receipt))).await;
    Ok(HttpResponse::Ok().json(receipt))
}

/// A receipt as the ledger has it.
pub(super) async fn find(state: &State, book: Book, no: ReceiptNo) -> Result<Issued, Trouble> {
    known(state, book, no).await?.ok_or_else(|| Refusal::NoReceipt(no).into())
}

/// The same, where nobody says that there is one.
pub(super) async fn known(
    state: &State,
    book: Book,
    no: ReceiptNo,
) -> Result<Option<Issued>, Trouble> {
    let found = state.ledger.ask(move |db| receipt::get(db, book, no)).await;
    found.map_err(|error| Trouble::fault("read the ledger", error))
}

/// Which receipt a customer means by the number on the paper: that of its counter, or the book's.
pub(super) async fn meant(
    state: &State,
    book: Book,
    text: &str,
) -> Result<Option<ReceiptNo>, Trouble> {
    if let Ok(no) = text.parse() {
        return Ok(Some(no));
    }
    let Ok(serial) = text.parse() else { return Ok(None) };
    let found = state.ledger.ask(move |db| receipt::numbered(db, book, serial)).await;
    found.map_err(|error| Trouble::fault("read the ledger", error))
}

/// A receipt as people see it.
pub(super) async fn load(state: &State, book: Book, no: ReceiptNo) -> Result<Receipt, Trouble> {
    let issued = find(state, book, no).await?;
    let names = staff_names(state).await?;
    let known = state.accounts.get(&issued.account);
    let rows = state.hub.rows_of(issued.account);
    let seal: String = issued.seal.to_string().chars().take(12).collect();
    Ok(issued.what.receipt(Issue {
        book,
        no,
        seq: issued.seq,
        at: issued.at,
        site: state.site.name.clone(),
        by: name_of(&names, issued.by),
        customer: known.as_ref().map(|known| masked(&known.customer)).unwrap_or_default(),
        place: known.map(|known| known.place.clone()).unwrap_or_default(),
        meters: rows.iter().map(|row| row.meter).collect(),
        seal,
        reversed_by: issued.reversed_by,
        copy: 0,
    }))
}

/// A name on paper that anybody may find: its first character only.
fn masked(name: &str) -> String {
    match name.chars().next() {
        Some(first) => format!("{first}*"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_on_paper_is_masked() {
        for (name, paper) in [("王芳", "王*"), ("Corner Shop", "C*"), ("", "")] {
            assert_eq!(masked(name), paper);
        }
    }
}
