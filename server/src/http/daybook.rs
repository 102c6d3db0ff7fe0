//! The day book, as JSON and CSV, and a provider's file against it.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use shared::api::daybook::{DayBook, DayRow, DaySum, ProviderFile};
use shared::id::{Book, StaffId};
use shared::money::Money;
use shared::time::{Span, Timestamp};
use shared::vend::Tender;

use super::accounts::{name_of, staff_names};
use super::auditor::Format;
use super::body::Body;
use super::csv::{Cell, Sheet};
use super::problem::{Answer, Trouble};
use super::state::State;
use crate::pay::file::lines;
use crate::store::report::daybook::{Entry, Moved, day};
use crate::store::report::matching::{Asked, matched};

/// More than a day and a half is no day in any zone.
const LONGEST: Span = Span::from_hours(36);

/// A provider's file of some ten thousand payments.
const LARGEST_FILE: usize = 1024 * 1024;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    book: Book,
    /// The day that this instant lies in; today, if nothing else is said.
    at: Option<Timestamp>,
    #[serde(default)]
    format: Format,
}

pub(super) async fn show(state: web::Data<State>, question: web::Query<Question>) -> Answer {
    let Question { book, at, format } = question.into_inner();
    let at = at.unwrap_or_else(|| state.now(book));
    let from = state.zone.start_of(state.zone.date(at));
    let to = state.zone.next_midnight(from);
    let rows = rows(&state, book, from, to).await?;
    let sums = sums(&rows);
    Ok(match format {
        Format::Csv => sheet(&state, &rows),
        Format::Json => HttpResponse::Ok().json(DayBook { book, from, to, rows, sums }),
    })
}

pub(super) async fn match_file(
    state: web::Data<State>,
    Body(file): Body<ProviderFile, LARGEST_FILE>,
) -> Answer {
    let ProviderFile { book, from, to, tender, provider, text } = file;
    if tender == Tender::Cash {
        return Err(Trouble::bad("no-provider", "cash comes from no provider"));
    }
    // Any number may be sent, also some whose difference no number holds.
    let long = to.millis().checked_sub(from.millis());
    if long.is_none_or(|long| long <= 0 || long > LONGEST.millis()) {
        return Err(Trouble::bad("bad-period", "a day ends after it begins, within 36 hours"));
    }
    let theirs = lines(&text, state.site.currency)
        .map_err(|what| Trouble::bad("bad-file", format!("the file is not taken: {what}")))?;
    let asked = Asked { book, from, to, tender, provider };
    let found = state.ledger.ask(move |db| matched(db, &asked, theirs)).await;
    let found = found.map_err(|error| Trouble::fault("match the day's payments", error))?;
    Ok(HttpResponse::Ok().json(found))
}

async fn rows(
    state: &State,
    book: Book,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<DayRow>, Trouble> {
    let names = staff_names(state).await?;
    let entries = state.ledger.ask(move |db| day(db, book, from, to)).await;
    let entries = entries.map_err(|error| Trouble::fault("read the day's sales", error))?;
    Ok(entries.into_iter().map(|entry| row(entry, &names)).collect())
}

fn row(entry: Entry, names: &BTreeMap<StaffId, String>) -> DayRow {
    let Entry { seq, at, by, moved } = entry;
    let by = name_of(names, by);
    match moved {
        Moved::Sold(sale) => DayRow {
            seq,
            at,
            receipt: sale.receipt,
            serial: sale.serial,
            reverses: None,
            account: sale.account,
            amount: sale.amount,
            tender: sale.tender,
            reference: sale.reference,
            by,
            till: sale.till,
        },
        Moved::Refunded(refund) => DayRow {
            seq,
            at,
            receipt: refund.receipt,
            serial: refund.serial,
            reverses: None,
            account: refund.account,
            amount: -refund.amount,
            tender: Tender::Cash,
            reference: refund.reason,
            by,
            till: Some(refund.till),
        },
        Moved::Reversed(back, reference) => DayRow {
            seq,
            at,
            receipt: back.receipt,
            serial: back.serial,
            reverses: Some(back.of),
            account: back.account,
            amount: -back.amount,
            tender: back.tender,
            reference,
            by,
            till: back.till,
        },
    }
}

fn sums(rows: &[DayRow]) -> Vec<DaySum> {
    let mut sums = BTreeMap::<_, (u32, Money)>::new();
    for row in rows {
        let till = row.till.map(|till| (till.counter, till.shift));
        let (count, amount) = sums.entry((till, row.by.clone(), row.tender)).or_default();
        *count += 1;
        *amount += row.amount;
    }
    let sum = |((till, by, tender), (count, amount)): ((Option<_>, String, Tender), _)| DaySum {
        till: till.map(|(counter, shift)| shared::vend::Till { counter, shift }),
        by,
        tender,
        count,
        amount,
    };
    sums.into_iter().map(sum).collect()
}

fn sheet(state: &State, rows: &[DayRow]) -> HttpResponse {
    let head = [
        "record",
        "time",
        "receipt",
        "number",
        "takes back",
        "account",
        "amount",
        "tender",
        "reference",
        "cashier",
        "counter",
        "shift",
    ];
    let mut sheet = Sheet::new(&head);
    for row in rows {
        let tender = match row.tender {
            Tender::Cash => "cash",
            Tender::Card => "card",
            Tender::Mobile => "mobile",
        };
        sheet.row([
            Cell::number(row.seq.0),
            Cell::time(row.at, &state.zone),
            Cell::number(row.receipt.0),
            Cell::or_empty(row.serial.map(|serial| Cell::text(serial.to_string()))),
            Cell::or_empty(row.reverses.map(|of| Cell::number(of.0))),
            Cell::number(row.account.0),
            Cell::money(row.amount, state.site.currency),
            Cell::text(tender),
            Cell::text(row.reference.clone()),
            Cell::text(row.by.clone()),
            Cell::or_empty(row.till.map(|till| Cell::number(till.counter.0))),
            Cell::or_empty(row.till.map(|till| Cell::number(till.shift.0))),
        ]);
    }
    sheet.answer("daybook.csv")
}
