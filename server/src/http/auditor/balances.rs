//! The balance audit: `GET /api/v1/audit/balances?book=&from=&to=&upto=&q=&column=`.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use shared::api::audit::{Balance, BalanceAudit, BalanceRow, Column};
use shared::id::{AccountId, Book, Seq};
use shared::money::Money;
use shared::time::{Span, Timestamp};

use super::super::csv::{Cell, Sheet};
use super::super::problem::{Answer, Trouble};
use super::super::state::State;
use super::{Format, book_or_usual, file_name, known};
use crate::run::fleet::Known;
use crate::store::report::audit::balances::{self, Period};

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Question {
    book: Option<Book>,
    /// The first of this month, if nothing else is said.
    from: Option<Timestamp>,
    /// Now, if nothing else is said.
    to: Option<Timestamp>,
    /// Nothing after this record.
    upto: Option<Seq>,
    /// Only accounts whose number, customer or place has this in it.
    #[serde(default)]
    q: String,
    /// Only accounts that something moved in this column.
    column: Option<Column>,
    #[serde(default)]
    format: Format,
}

pub(in crate::http) async fn show(
    state: web::Data<State>,
    question: web::Query<Question>,
) -> Answer {
    let question = question.into_inner();
    let book = book_or_usual(&state, question.book);
    let now = state.now(book);
    // What is of this very moment belongs to it: a cell and the entries behind it show the same, also
    // while a simulated clock stands.
    let to = question.to.unwrap_or(now + Span::from_millis(1));
    let month = state.zone.start_of(state.zone.date(to.min(now)).first_of_month());
    let from = question.from.unwrap_or(month);
    if to < from {
        return Err(Trouble::bad("bad-period", "the period ends before it begins"));
    }
    let (zone, upto) = (state.zone.clone(), question.upto);
    let period = Period { from, to, upto };
    let answered = state.audit.ask(move |db| balances::audit(db, &zone, book, period)).await;
    let answered = answered.map_err(|error| Trouble::fault("sum up the ledger", error))?;
    let known = known(&state);
    let own = known.iter().filter(|(_, known)| known.book == book);
    let mut balances: BTreeMap<AccountId, Balance> =
        own.map(|(account, _)| (*account, Balance::default())).collect();
    balances.extend(answered.accounts);
    let words = question.q.trim().to_lowercase();
    let rows = balances.into_iter().filter(|(account, balance)| {
        let moved = |column| balance.of(column) != Money::ZERO;
        question.column.is_none_or(moved) && is_meant(*account, known.get(account), &words)
    });
    let rows: Vec<BalanceRow> = rows
        .map(|(account, balance)| {
            let of = known.get(&account);
            BalanceRow {
                account,
                customer: of.map(|known| known.customer.clone()).unwrap_or_default(),
                place: of.map(|known| known.place.clone()).unwrap_or_default(),
                balance,
            }
        })
        .collect();
    let audit = BalanceAudit {
        book,
        from,
        to,
        upto: answered.upto,
        totals: totals(&rows),
        rows,
        agrees: answered.differing.is_empty(),
        differing: answered.differing,
    };
    match question.format {
        Format::Json => Ok(HttpResponse::Ok().json(audit)),
        Format::Csv => {
            let name = file_name(&state, "balances", Some(from), Some(to));
            Ok(sheet(&state, &audit).answer(&name))
        }
    }
}

fn is_meant(account: AccountId, known: Option<&Known>, words: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(words);
    words.is_empty()
        || has(&account.to_string())
        || known.is_some_and(|known| has(&known.customer) || has(&known.place))
}

fn totals(rows: &[BalanceRow]) -> Balance {
    rows.iter().fold(Balance::default(), |mut sum, row| {
        sum.opening += row.balance.opening;
        for (sum, own) in sum.moved.iter_mut().zip(row.balance.moved) {
            *sum += own;
        }
        sum.closing += row.balance.closing;
        sum
    })
}

fn sheet(state: &State, audit: &BalanceAudit) -> Sheet {
    let mut head = vec!["account", "customer", "place", "opening"];
    head.extend(Column::ALL.map(Column::name));
    head.extend(["closing", "currency", "from", "to", "up_to_record"]);
    let mut sheet = Sheet::new(&head);
    let currency = state.site.currency;
    let total = (Cell::text("total"), Cell::Empty, Cell::Empty, audit.totals);
    let rows = audit.rows.iter().map(|row| {
        let (customer, place) = (Cell::text(&row.customer), Cell::text(&row.place));
        (Cell::number(row.account.0), customer, place, row.balance)
    });
    for (account, customer, place, balance) in rows.chain([total]) {
        let mut cells = vec![account, customer, place, Cell::money(balance.opening, currency)];
        cells.extend(balance.moved.map(|amount| Cell::money(amount, currency)));
        cells.push(Cell::money(balance.closing, currency));
        cells.push(Cell::text(currency.code()));
        cells.extend([audit.from, audit.to].map(|at| Cell::time(at, &state.zone)));
        cells.push(Cell::number(audit.upto.0));
        sheet.row(cells);
    }
    sheet
}
