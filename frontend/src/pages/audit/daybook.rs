//! The day book: what came in and went out on one day, summed by counter, cashier and tender.

use shared::api::daybook::{DayRow, DaySum};
use shared::id::{Book, Seq};
use shared::money::Money;
use shared::vend::{Tender, Till};
use yew::prelude::*;
use yew_router::prelude::*;

use super::asked::Asked;
use super::filter::{Choice, Field, use_asked};
use super::link;
use super::record::RecordDialog;
use crate::components::icon::Icon;
use crate::components::notice::{Empty, FailureNotice, Waiting};
use crate::format;
use crate::hooks::{use_audit_texts, use_backend, use_lang, use_load, use_seat, use_texts};
use crate::i18n::{self, fill};
use crate::route::{Route, book_named, book_word};
use crate::store::seat::Seat;

/// The day and book that are asked for; today and the first, where nothing else is.
pub(super) fn day_and_book(asked: &Asked, seat: &Seat) -> (String, Book) {
    let book = book_named(asked.get("book")).unwrap_or_else(|| seat.first_book());
    (asked.get("day").to_owned(), book)
}

pub(super) fn books(seat: &Seat, lang: i18n::Lang) -> Vec<(String, String)> {
    let name =
        |book: &Book| (book_word(*book).to_owned(), i18n::audit_book(lang, *book).to_owned());
    seat.site.books.iter().map(name).collect()
}

#[component]
pub fn DayBook() -> Html {
    let (seat, lang, texts, common) = (use_seat(), use_lang(), use_audit_texts(), use_texts());
    let backend = use_backend();
    let (asked, ask) = use_asked();
    let opened = use_state_eq(|| None::<Seq>);
    let (day, book) = day_and_book(&asked, &seat);
    let at = day.parse().ok().map(|day| seat.zone.start_of(day).millis());
    let at = at.map_or_else(String::new, |at| format!("&at={at}"));
    let query = format!("book={}{at}", book_word(book));
    let loaded = use_load(query.clone(), (), move |query: String| {
        let backend = backend.clone();
        async move { backend.day_book(&query).await }
    });
    let (words, day_words) = (&texts.audit, &texts.day);
    let shown = loaded.value.as_ref().map(|page| seat.zone.date(page.from).to_string());
    let money = |amount| format::money(amount, seat.currency());
    let till = |till: Option<Till>| {
        till.map_or_else(
            || day_words.no_till.to_owned(),
            |at| format!("{} · {}", at.counter, at.shift),
        )
    };
    let close = {
        let opened = opened.clone();
        Callback::from(move |()| opened.set(None))
    };
    let sum = |sum: &DaySum| {
        html! {
            <tr><td>{ till(sum.till) }</td><td>{ &sum.by }</td><td>{ i18n::tender(lang, sum.tender) }</td>
                <td class="num">{ sum.count }</td><td class="num">{ money(sum.amount) }</td></tr>
        }
    };
    let row = |row: &DayRow| {
        let (opened, seq) = (opened.clone(), row.seq);
        let back = match row.reverses {
            Some(of) => Some(fill(day_words.takes_back, &[&of.to_string()])),
            None => row.amount.is_negative().then(|| i18n::audit_kind(lang, "refunded")),
        };
        html! {
            <tr key={row.seq.0}>
                <td>{ format::full(row.at, &seat.zone) }</td>
                <td><Link<Route> to={Route::receipt(book, row.receipt.0)}>{ row.serial.map_or_else(|| row.receipt.to_string(), |at| at.to_string()) }</Link<Route>>{ " " }<span class="quiet">{ back }</span></td>
                <td>{ row.account.to_string() }</td><td class="num">{ money(row.amount) }</td>
                <td>{ i18n::tender(lang, row.tender) }</td><td class="audit-wide">{ &row.reference }</td>
                <td>{ &row.by }</td><td>{ till(row.till) }</td>
                <td><button class="link" onclick={move |_| opened.set(Some(seq))}>{ row.seq.to_string() }</button></td>
            </tr>
        }
    };
    let totals = |sums: &[DaySum]| {
        let of = |tender: Tender| {
            let sums = sums.iter().filter(|sum| sum.tender == tender);
            sums.fold(Money::ZERO, |total, sum| total + sum.amount)
        };
        let part = |tender| format!("{} {}", i18n::tender(lang, tender), money(of(tender)));
        [Tender::Cash, Tender::Card, Tender::Mobile].map(part).join(" · ")
    };
    html! {
        <>
            <div class="audit-filters">
                <Field name="day" label={day_words.day} kind="date" usual={shown.unwrap_or_default()} asked={asked.clone()} ask={ask.clone()} />
                <Choice name="book" label={words.book} choices={books(&seat, lang)} {asked} {ask} />
                { link(&format!("/api/v1/daybook?{query}&format=csv"), words.sheet) }
            </div>
            if let Some(failure) = loaded.failure.clone() { <FailureNotice {failure} /> }
            if let Some(page) = &loaded.value {
                if page.rows.is_empty() {
                    <section class="card"><Empty icon={Icon::Table} title={day_words.none} /></section>
                } else {
                    <p class="audit-proof"><b>{ totals(&page.sums) }</b></p>
                    <section class="card list-card audit-part"><div class="table-scroll" tabindex="0"><table class="audit-table">
                        <caption>{ day_words.sums }</caption>
                        <thead><tr>
                            <th scope="col">{ day_words.counter }</th><th scope="col">{ words.by }</th><th scope="col">{ words.tender }</th>
                            <th scope="col" class="num">{ day_words.count }</th><th scope="col" class="num">{ common.common.amount }</th>
                        </tr></thead>
                        <tbody>{ for page.sums.iter().map(sum) }</tbody>
                    </table></div></section>
                    <section class="card list-card audit-part"><div class="table-scroll" tabindex="0"><table class="audit-table">
                        <caption>{ day_words.rows }</caption>
                        <thead><tr>
                            <th scope="col">{ common.common.time }</th><th scope="col">{ words.receipt }</th><th scope="col">{ words.account }</th>
                            <th scope="col" class="num">{ common.common.amount }</th><th scope="col">{ words.tender }</th><th scope="col">{ day_words.reference }</th>
                            <th scope="col">{ words.by }</th><th scope="col">{ day_words.counter }</th><th scope="col">{ words.record }</th>
                        </tr></thead>
                        <tbody>{ for page.rows.iter().map(row) }</tbody>
                    </table></div></section>
                }
            } else if loaded.failure.is_none() { <Waiting /> }
            if let Some(seq) = *opened { <RecordDialog {seq} on_close={close} /> }
        </>
    }
}
