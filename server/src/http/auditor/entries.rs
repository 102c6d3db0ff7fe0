//! The ledger explorer: `GET /api/v1/audit/entries?…`, and one record whole:
//! `GET /api/v1/audit/records/{seq}`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use shared::api::audit::{AuditEntry, ChainCheck, Column, RecordPage};
use shared::id::{AccountId, Book, MeterId, ReceiptNo, Seq, StaffId};
use shared::invariant::{Invariant, Outcome};
use shared::money::Money;
use shared::time::Timestamp;
use shared::vend::Tender;

use super::super::accounts::{name_of, staff_names};
use super::super::csv::{Cell, Sheet};
use super::super::problem::{Answer, Trouble};
use super::super::state::State;
use super::{Format, MOST_ROWS, file_name, known, too_many};
use crate::store::report::audit::entries::{self, Filter};
use crate::store::report::audit::{record, sums};

/// Entries of a page unless it is said otherwise, and at most.
const USUAL: usize = 100;
const MOST: usize = 500;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Question {
    book: Option<Book>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    upto: Option<Seq>,
    before: Option<Seq>,
    limit: Option<usize>,
    account: Option<AccountId>,
    meter: Option<MeterId>,
    kind: Option<String>,
    by: Option<StaffId>,
    receipt: Option<ReceiptNo>,
    column: Option<Column>,
    tender: Option<Tender>,
    least: Option<Money>,
    most: Option<Money>,
    #[serde(default)]
    money: bool,
    #[serde(default)]
    format: Format,
}

pub(in crate::http) async fn list(
    state: web::Data<State>,
    question: web::Query<Question>,
) -> Answer {
    let question = question.into_inner();
    let filter = Filter {
        book: question.book,
        from: question.from,
        to: question.to,
        upto: question.upto,
        before: question.before,
        account: question.account,
        meter: question.meter,
        kind: question.kind.filter(|kind| !kind.is_empty()),
        by: question.by,
        receipt: question.receipt,
        column: question.column,
        tender: question.tender,
        least: question.least,
        most: question.most,
        money: question.money,
    };
    match question.format {
        Format::Json => {
            let limit = question.limit.unwrap_or(USUAL).clamp(1, MOST);
            let mut page = page(&state, filter, limit).await?;
            name(&state, &mut page.entries).await?;
            Ok(HttpResponse::Ok().json(page))
        }
        Format::Csv => {
            let (from, to) = (filter.from, filter.to);
            let entries = everything(&state, filter).await?;
            Ok(sheet(&state, &entries).answer(&file_name(&state, "ledger", from, to)))
        }
    }
}

async fn page(
    state: &State,
    filter: Filter,
    limit: usize,
) -> Result<shared::api::audit::EntriesPage, Trouble> {
    let zone = state.zone.clone();
    let answered = state.audit.ask(move |db| {
        sums::fold(db, &zone)?;
        entries::page(db, &zone, &filter, limit)
    });
    answered.await.map_err(|error| Trouble::fault("read the ledger", error))
}

/// All pages. The desk answers others between two of them.
async fn everything(state: &State, mut filter: Filter) -> Result<Vec<AuditEntry>, Trouble> {
    let mut entries = Vec::new();
    loop {
        let page = page(state, filter.clone(), 5_000).await?;
        entries.extend(page.entries);
        if entries.len() > MOST_ROWS {
            return Err(too_many());
        }
        filter.before = page.next;
        if page.next.is_none() {
            break;
        }
    }
    name(state, &mut entries).await?;
    Ok(entries)
}

/// Names of people and places come from the registry.
async fn name(state: &State, entries: &mut [AuditEntry]) -> Result<(), Trouble> {
    let (names, known) = (staff_names(state).await?, known(state));
    for entry in entries {
        entry.name = name_of(&names, entry.by);
        let of = entry.account.and_then(|account| known.get(&account));
        entry.place = of.map(|known| known.place.clone()).unwrap_or_default();
    }
    Ok(())
}

fn sheet(state: &State, entries: &[AuditEntry]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "record", "time", "book", "kind", "account", "place", "meter", "amount", "currency",
        "tender", "receipt", "by",
    ]);
    let currency = state.site.currency;
    for entry in entries {
        sheet.row([
            Cell::number(entry.seq.0),
            Cell::time(entry.at, &state.zone),
            Cell::text(book_word(entry.book)),
            Cell::text(&entry.kind),
            Cell::or_empty(entry.account.map(|account| Cell::number(account.0))),
            Cell::text(&entry.place),
            Cell::or_empty(entry.meter.map(|meter| Cell::number(meter.0))),
            Cell::or_empty(entry.amount.map(|amount| Cell::money(amount, currency))),
            Cell::text(currency.code()),
            Cell::or_empty(entry.tender.map(|tender| Cell::text(tender.code().name()))),
            Cell::or_empty(entry.receipt.map(|no| Cell::number(no.0))),
            Cell::text(&entry.name),
        ]);
    }
    sheet
}

pub(super) fn book_word(book: Book) -> &'static str {
    match book {
        Book::Live => "live",
        Book::Simulated => "simulated",
    }
}

pub(in crate::http) async fn show(state: web::Data<State>, seq: web::Path<Seq>) -> Answer {
    let seq = seq.into_inner();
    let zone = state.zone.clone();
    let found = state.audit.ask(move |db| {
        sums::fold(db, &zone)?;
        record::get(db, seq)
    });
    let found = found.await;
    let found = found.map_err(|error| Trouble::fault("read the ledger", error))?;
    let found = found.ok_or_else(|| Trouble::absent(format!("there is no record {seq}")))?;
    let names = staff_names(&state).await?;
    let board = state.board();
    let chain = board.findings.iter().find(|finding| finding.invariant == Invariant::Chain);
    let of = found.account.and_then(|account| state.accounts.get(&account));
    Ok(HttpResponse::Ok().json(RecordPage {
        name: name_of(&names, found.record.by),
        place: of.map(|known| known.place).unwrap_or_default(),
        record: found.record,
        before: found.before,
        sealed: found.sealed,
        chain: ChainCheck {
            outcome: chain.map_or_else(
                || Outcome::Unchecked("the board has no such check".to_owned()),
                |finding| finding.outcome.clone(),
            ),
            at: board.checked,
            head: state.custody.status().committed.chain.seq,
        },
    }))
}
