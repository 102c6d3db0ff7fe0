//! The ledger explorer: every record, narrowed by what the address asks; each opens whole.

use shared::api::audit::{AuditEntry, Column, EntriesPage};
use shared::id::Seq;
use shared::money::Money;
use shared::vend::Tender;
use yew::prelude::*;

use super::asked::local;
use super::filter::{Choice, Field, use_asked};
use super::record::RecordDialog;
use super::sheet;
use crate::components::badge::BookMark;
use crate::components::icon::Icon;
use crate::components::notice::{Empty, FailureNotice, Waiting};
use crate::format;
use crate::hooks::{
    use_audit_texts, use_backend, use_lang, use_load, use_pages, use_seat, use_texts,
};
use crate::i18n;
use crate::route::book_word;

const NAMES: [&str; 14] = [
    "book", "from", "to", "upto", "account", "meter", "kind", "by", "receipt", "column", "tender",
    "least", "most", "money",
];

/// The kinds that people look for; any other is reached by its name in the address.
const KINDS: [&str; 14] = [
    "sold",
    "reversed",
    "refunded",
    "settled",
    "account-opened",
    "arrears-added",
    "arrears-due",
    "arrears-cancelled",
    "adjusted",
    "provisional-charged",
    "provisional-released",
    "exchanged",
    "cut",
    "lifted",
];

#[component]
pub fn Entries() -> Html {
    let (seat, lang, texts, common) = (use_seat(), use_lang(), use_audit_texts(), use_texts());
    let backend = use_backend();
    let (asked, ask) = use_asked();
    let opened = use_state_eq(|| None::<Seq>);
    let query = asked.query(&NAMES, &seat.zone, seat.currency());
    let listed = use_pages(&query, |page: &EntriesPage| page.next, {
        let backend = backend.clone();
        move |query: String| {
            let backend = backend.clone();
            async move { backend.entries(&query).await }
        }
    });
    let choices = use_load((), (), {
        let backend = backend.clone();
        move |()| {
            let backend = backend.clone();
            async move { backend.audit_choices().await }
        }
    });
    let words = &texts.audit;
    let any = || (String::new(), words.any.to_owned());
    let kinds = KINDS.map(|kind| (kind.to_owned(), i18n::audit_kind(lang, kind)));
    let tenders = [Tender::Cash, Tender::Card, Tender::Mobile].map(|tender| {
        let word = match tender {
            Tender::Cash => "cash",
            Tender::Card => "card",
            Tender::Mobile => "mobile",
        };
        (word.to_owned(), i18n::tender(lang, tender).to_owned())
    });
    let columns = Column::ALL
        .map(|column| (column.name().to_owned(), i18n::audit_column(lang, column).to_owned()));
    let books = seat
        .site
        .books
        .iter()
        .map(|book| (book_word(*book).to_owned(), i18n::audit_book(lang, *book).to_owned()));
    let staff: Vec<(String, String)> = choices.value.as_ref().map_or_else(Vec::new, |choices| {
        choices.staff.iter().map(|(staff, name)| (staff.to_string(), name.clone())).collect()
    });
    let field = |name: &'static str, label: &'static str, kind: &'static str| {
        html! { <Field {name} {label} {kind} asked={asked.clone()} ask={ask.clone()} /> }
    };
    let choice = |name: &'static str, label: &'static str, choices: Vec<(String, String)>| {
        let choices: Vec<_> = std::iter::once(any()).chain(choices).collect();
        html! { <Choice {name} {label} {choices} asked={asked.clone()} ask={ask.clone()} /> }
    };
    let entries: Vec<AuditEntry> =
        listed.pages.iter().flat_map(|page| page.entries.clone()).collect();
    let open = {
        let opened = opened.clone();
        Callback::from(move |seq: Seq| opened.set(Some(seq)))
    };
    let close = {
        let opened = opened.clone();
        Callback::from(move |()| opened.set(None))
    };
    html! {
        <>
            <div class="audit-filters">
                { field("from", words.from, "datetime-local") }
                { field("to", words.to, "datetime-local") }
                { field("account", words.account, "search") }
                { field("meter", words.meter, "search") }
                { choice("kind", words.kind, kinds.to_vec()) }
                { choice("column", words.column, columns.to_vec()) }
                { choice("by", words.by, staff) }
                { choice("tender", words.tender, tenders.to_vec()) }
                { field("least", words.least, "text") }
                { field("most", words.most, "text") }
                { field("receipt", words.receipt, "search") }
                if seat.site.books.len() > 1 { { choice("book", words.book, books.collect()) } }
                { choice("money", words.money, vec![("true".to_owned(), words.money_only.to_owned())]) }
                { field("upto", words.upto, "search") }
                { sheet("entries", &query, words.sheet) }
            </div>
            if let Some(failure) = listed.failure.clone() { <FailureNotice {failure} /> }
            if listed.is_waiting() { <Waiting /> }
            if !listed.pages.is_empty() {
                <section class="card list-card audit-scroll">
                    if entries.is_empty() && listed.older.is_none() {
                        <Empty icon={Icon::Search} title={words.nothing} hint={words.nothing_hint} />
                    } else {
                        <div class="table-scroll" tabindex="0"><table class="audit-table">
                            <thead><tr>
                                <th scope="col">{ words.record }</th><th scope="col">{ common.common.time }</th><th scope="col">{ words.kind }</th>
                                <th scope="col">{ words.account }</th><th scope="col" class="num">{ common.common.amount }</th>
                                <th scope="col">{ words.tender }</th><th scope="col" class="num">{ words.receipt }</th><th scope="col">{ words.by }</th>
                            </tr></thead>
                            <tbody>{ for entries.iter().map(|entry| html! { <Line key={entry.seq.0} entry={entry.clone()} open={open.clone()} /> }) }</tbody>
                        </table></div>
                        if let Some(older) = listed.older { <div class="more"><button class="button" onclick={older}>{ common.common.older }</button></div> }
                    }
                </section>
            }
            if let Some(seq) = *opened { <RecordDialog {seq} on_close={close} /> }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    entry: AuditEntry,
    open: Callback<Seq>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let (seat, lang) = (use_seat(), use_lang());
    let entry = &props.entry;
    let open = {
        let (open, seq) = (props.open.clone(), entry.seq);
        Callback::from(move |_: MouseEvent| open.emit(seq))
    };
    let amount = |amount: Money| {
        let ink = amount.is_negative().then_some("ink-cut");
        html! { <span class={classes!(ink)}>{ format::signed_money(amount, seat.currency()) }</span> }
    };
    let account = entry.account.map_or_else(String::new, |account| account.to_string());
    html! {
        <tr>
            <td><button class="link" onclick={open}>{ entry.seq.to_string() }</button></td>
            <td><time datetime={local(entry.at, &seat.zone)}>{ format::full(entry.at, &seat.zone) }</time>{ " " }<BookMark book={entry.book} /></td>
            <td>{ i18n::audit_kind(lang, &entry.kind) }</td>
            <td>{ &entry.place }<small class="quiet">{ " " }{ account }</small></td>
            <td class="num">{ for entry.amount.map(amount) }</td>
            <td>{ for entry.tender.map(|tender| i18n::tender(lang, tender)) }</td>
            <td class="num">{ for entry.receipt.map(|no| no.to_string()) }</td>
            <td>{ &entry.name }</td>
        </tr>
    }
}
