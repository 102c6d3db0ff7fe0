//! The balance audit: opening, what moved and why, closing; every cell opens its entries.

use std::rc::Rc;

use shared::api::audit::{Balance, BalanceAudit, BalanceRow, Column};
use shared::id::AccountId;
use shared::money::Money;
use yew::prelude::*;
use yew_router::prelude::*;

use super::asked::{Asked, local};
use super::filter::{Choice, Field, use_asked};
use super::sheet;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{Empty, FailureNotice, Waiting};
use crate::components::table::WindowedTable;
use crate::format;
use crate::hooks::{use_audit_texts, use_backend, use_lang, use_load, use_seat};
use crate::i18n::{self, fill};
use crate::route::{Route, book_word};

const NAMES: [&str; 6] = ["book", "from", "to", "upto", "q", "column"];

#[component]
pub fn Balances() -> Html {
    let (seat, lang, texts, backend) = (use_seat(), use_lang(), use_audit_texts(), use_backend());
    let (asked, ask) = use_asked();
    let query = asked.query(&NAMES, &seat.zone, seat.currency());
    let loaded = use_load((), query.clone(), {
        let query = query.clone();
        move |()| {
            let (backend, query) = (backend.clone(), query.clone());
            async move { backend.balances(&query).await }
        }
    });
    let audit = loaded.value.clone();
    let words = &texts.audit;
    let usual = |of: fn(&BalanceAudit) -> shared::time::Timestamp| {
        audit.as_deref().map_or_else(String::new, |audit| local(of(audit), &seat.zone))
    };
    let columns = std::iter::once((String::new(), words.any.to_owned())).chain(
        Column::ALL
            .iter()
            .filter(|column| **column != Column::Other)
            .map(|column| (column.name().to_owned(), i18n::audit_column(lang, *column).to_owned())),
    );
    let books = seat
        .site
        .books
        .iter()
        .map(|book| (book_word(*book).to_owned(), i18n::audit_book(lang, *book).to_owned()));
    // The sheet is of what is shown, also when more was posted meanwhile.
    let exact = audit.as_deref().map_or_else(
        || query.clone(),
        |audit| {
            let rest = asked.query(&["q", "column"], &seat.zone, seat.currency());
            format!(
                "book={}&from={}&to={}&upto={}&{rest}",
                book_word(audit.book),
                audit.from.millis(),
                audit.to.millis(),
                audit.upto
            )
        },
    );
    html! {
        <>
            <div class="audit-filters">
                if seat.site.books.len() > 1 {
                    <Choice name="book" label={words.book} asked={asked.clone()} ask={ask.clone()} choices={books.collect::<Vec<_>>()} />
                }
                <Field name="from" label={words.from} kind="datetime-local" usual={usual(|audit| audit.from)} asked={asked.clone()} ask={ask.clone()} />
                <Field name="to" label={words.as_at} kind="datetime-local" usual={usual(|audit| audit.to)} asked={asked.clone()} ask={ask.clone()} />
                <Field name="q" label={words.find} kind="search" asked={asked.clone()} ask={ask.clone()} />
                <Choice name="column" label={words.only} asked={asked.clone()} {ask} choices={columns.collect::<Vec<_>>()} />
                { sheet("balances", &exact, words.sheet) }
            </div>
            if let Some(failure) = loaded.failure.clone() { <FailureNotice {failure} /> }
            if let Some(audit) = audit { <Found {audit} {asked} /> } else if loaded.failure.is_none() { <Waiting /> }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct FoundProps {
    audit: Rc<BalanceAudit>,
    asked: Asked,
}

#[component]
fn Found(props: &FoundProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_audit_texts());
    let (audit, words) = (props.audit.clone(), &texts.audit);
    let columns: Rc<Vec<Column>> = Rc::new(shown(&audit));
    let equal = audit.totals.adds_up() && audit.agrees;
    let counted =
        fill(words.count, &[&format::count(u64::try_from(audit.rows.len()).unwrap_or(0))]);
    let head = html! {
        <>
            <th scope="col">{ words.account }</th>
            <th scope="col" class="num">{ words.opening }</th>
            { for columns.iter().map(|column| html! { <th scope="col" class="num">{ i18n::audit_column(lang, *column) }</th> }) }
            <th scope="col" class="num">{ words.closing }</th>
        </>
    };
    let row = {
        let (audit, columns, asked) = (audit.clone(), columns.clone(), props.asked.clone());
        let (zone, currency) = (seat.zone.clone(), seat.currency());
        Callback::from(move |place: usize| {
            // The totals stand first, where they are seen without scrolling.
            let row = place.checked_sub(1).map(|place| audit.rows.get(place));
            let cells = |account: Option<AccountId>, balance: &Balance| {
                let to = |column| link(&audit, &asked, account, column, &zone);
                cells(balance, &columns, currency, to)
            };
            match row {
                None => {
                    html! { <><th scope="row" class="audit-total">{ lang.audit_texts().audit.total }</th>{ cells(None, &audit.totals) }</> }
                }
                Some(Some(row)) => {
                    html! { <>{ name(row) }{ cells(Some(row.account), &row.balance) }</> }
                }
                Some(None) => Html::default(),
            }
        })
    };
    html! {
        <>
            <p class={classes!("audit-proof", if equal { "ink-connected" } else { "ink-cut" })} role="status">
                <Glyph icon={if equal { Icon::Check } else { Icon::Warning }} size=16 />
                <span>{ if equal { words.agrees.to_owned() } else { fill(words.differs, &[&names(&audit.differing)]) } }</span>
                <span class="quiet">{ format!("{counted} · {}", fill(words.upto_record, &[&audit.upto.to_string()])) }</span>
            </p>
            <section class="card list-card">
                if audit.rows.is_empty() {
                    <Empty icon={Icon::Table} title={words.nothing} hint={words.nothing_hint} />
                } else {
                    <WindowedTable label={words.balances} {head} columns={columns.len() + 3} count={audit.rows.len() + 1} {row} class="audit-table" />
                }
            </section>
        </>
    }
}

/// Columns that anything moved in, and those that everybody looks for.
fn shown(audit: &BalanceAudit) -> Vec<Column> {
    let moved = |column: &Column| {
        matches!(column, Column::TopUps | Column::Consumption)
            || audit.rows.iter().any(|row| row.balance.of(*column) != Money::ZERO)
    };
    Column::ALL.into_iter().filter(moved).collect()
}

fn names(accounts: &[AccountId]) -> String {
    let some = accounts.iter().take(5).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if accounts.len() > 5 { format!("{some} …") } else { some }
}

fn name(row: &BalanceRow) -> Html {
    html! { <th scope="row" class="cell-name">{ &row.place }<small class="quiet">{ format!("{} · {}", row.account, row.customer) }</small></th> }
}

fn cells(
    balance: &Balance,
    columns: &[Column],
    currency: shared::money::Currency,
    to: impl Fn(Option<Column>) -> Asked,
) -> Html {
    let figure = |amount: Money| {
        let ink = amount.is_negative().then_some("ink-cut");
        html! { <span class={classes!(ink)}>{ format::money(amount, currency) }</span> }
    };
    let ledger = || Route::AuditView { view: "ledger".to_owned() };
    html! {
        <>
            <td class="num">{ figure(balance.opening) }</td>
            { for columns.iter().map(|column| {
                let amount = balance.of(*column);
                html! { <td class="num"><Link<Route, Asked> to={ledger()} query={to(Some(*column))} classes={classes!("audit-cell", (amount == Money::ZERO).then_some("zero"))}>{ figure(amount) }</Link<Route, Asked>></td> }
            }) }
            <td class="num"><Link<Route, Asked> to={ledger()} query={to(None)} classes="audit-cell"><b>{ figure(balance.closing) }</b></Link<Route, Asked>></td>
        </>
    }
}

/// The entries behind a cell: same book, account, column and time, nothing newer.
fn link(
    audit: &BalanceAudit,
    asked: &Asked,
    account: Option<AccountId>,
    column: Option<Column>,
    zone: &shared::time::Zone,
) -> Asked {
    let own = account.map(|account| account.to_string()).unwrap_or_default();
    Asked::default()
        .with("book", book_word(audit.book))
        .with("from", local(audit.from, zone))
        .with("to", if asked.get("to").is_empty() { String::new() } else { local(audit.to, zone) })
        .with("upto", audit.upto.to_string())
        .with("account", own)
        .with("column", column.map(Column::name).unwrap_or_default())
        .with("money", "true")
}
