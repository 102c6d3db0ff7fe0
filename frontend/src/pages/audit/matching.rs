//! A provider's file against the day: what matches, and what does not on either side, with reasons.

use shared::api::daybook::{Line, ProviderFile, Reconciled, Why};
use shared::id::{Book, ProviderId, ReceiptNo};
use shared::money::Money;
use shared::vend::Tender;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;
use yew_router::prelude::*;

use super::daybook::{books, day_and_book};
use super::filter::{Choice, Field, use_asked};
use crate::backend::Failure;
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::FailureNotice;
use crate::components::options::options;
use crate::format;
use crate::hooks::{use_audit_texts, use_backend, use_fleet, use_lang, use_seat};
use crate::i18n::{self, fill, payment_state};
use crate::route::Route;

#[component]
pub fn Matching() -> Html {
    let (seat, lang, texts, backend) = (use_seat(), use_lang(), use_audit_texts(), use_backend());
    let (asked, ask) = use_asked();
    let (file, tender) = (use_node_ref(), use_node_ref());
    let (unread, busy) = (use_state_eq(|| false), use_state_eq(|| false));
    let failure = use_state_eq(|| None::<Failure>);
    let found = use_state_eq(|| None::<(Book, Reconciled)>);
    let words = &texts.day;
    let (day, book) = day_and_book(&asked, &seat);
    let fleet = use_fleet();
    let today = seat.zone.date(fleet.now_in(book).unwrap_or_else(browser::now));
    let day = day.parse().unwrap_or(today);
    let submit = {
        let (file, tender, seat, asked) =
            (file.clone(), tender.clone(), seat.clone(), asked.clone());
        let (unread, busy, failure, found) =
            (unread.clone(), busy.clone(), failure.clone(), found.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(input) = file.cast::<HtmlInputElement>() else { return };
            let card =
                tender.cast::<HtmlSelectElement>().is_some_and(|field| field.value() == "card");
            let from = seat.zone.start_of(day);
            let to = seat.zone.next_midnight(from);
            let provider = Some(asked.get("provider").trim().to_owned());
            let provider = provider.filter(|name| !name.is_empty()).map(ProviderId);
            let tender = if card { Tender::Card } else { Tender::Mobile };
            let (backend, unread, busy) = (backend.clone(), unread.clone(), busy.clone());
            let (failure, found) = (failure.clone(), found.clone());
            busy.set(true);
            spawn_local(async move {
                let text = browser::chosen_text(input).await;
                unread.set(text.is_none());
                failure.set(None);
                found.set(None);
                if let Some(text) = text {
                    let file = ProviderFile { book, from, to, tender, provider, text };
                    match backend.match_file(&file).await {
                        Ok(answer) => found.set(Some((book, answer))),
                        Err(refused) => failure.set(Some(refused)),
                    }
                }
                busy.set(false);
            });
        })
    };
    html! {
        <>
            <p class="quiet audit-proof">{ words.lead }</p>
            <form class="audit-filters" onsubmit={submit}>
                <Field name="day" label={words.day} kind="date" usual={day.to_string()} asked={asked.clone()} ask={ask.clone()} />
                <Choice name="book" label={texts.audit.book} choices={books(&seat, lang)} asked={asked.clone()} ask={ask.clone()} />
                <label class="field audit-field"><span>{ texts.audit.tender }</span><select ref={tender} name="tender">
                    { options([("mobile", i18n::tender(lang, Tender::Mobile)), ("card", i18n::tender(lang, Tender::Card))]) }
                </select></label>
                <Field name="provider" label={words.provider} {asked} {ask} />
                <label class="field audit-field audit-file"><span>{ words.file }</span><input ref={file} type="file" name="file" accept=".csv,text/csv" required=true aria-invalid={unread.to_string()} />
                    if *unread { <small class="field-error" role="alert">{ words.unread }</small> }
                </label>
                <button class="button primary" disabled={*busy}>{ words.run }</button>
            </form>
            if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
            if let Some((book, found)) = &*found { <Found book={*book} found={found.clone()} /> }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct FoundProps {
    book: Book,
    found: Reconciled,
}

#[component]
fn Found(props: &FoundProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_audit_texts());
    let (words, found, book) = (&texts.day, &props.found, props.book);
    let money = |amount: Money| format::money(amount, seat.currency());
    let why = |why: Why| match why {
        Why::Unknown => words.unknown.to_owned(),
        Why::NoReference => words.no_reference.to_owned(),
        Why::Again => words.again.to_owned(),
        Why::OtherWay => words.other_way.to_owned(),
        Why::OtherDay { receipt } => fill(words.other_day, &[&receipt.to_string()]),
        Why::NotCredited { payment, state } => {
            let state = payment_state(lang, state);
            format!("{} · {state}", fill(words.not_credited, &[&payment.to_string()]))
        }
    };
    let ours = |line: &Line<ReceiptNo>| {
        html! { <><Link<Route> to={Route::receipt(book, line.from.0)}>{ line.from.to_string() }</Link<Route>>{ format!(" · {}", money(line.amount)) }</> }
    };
    let theirs = |line: &Line<u64>| {
        html! { { format!("{} · {}", fill(words.line, &[&line.from.to_string()]), money(line.amount)) } }
    };
    let row = |id: &str, here: Html, there: Html, what: String| {
        html! { <tr><td class="audit-wide">{ id.to_owned() }</td><td class="num">{ here }</td><td class="num">{ there }</td><td>{ what }</td></tr> }
    };
    let nothing = || html! { { "–" } };
    let table = |rows: Html| {
        html! {
            <section class="card list-card audit-scroll"><div class="table-scroll" tabindex="0"><table class="audit-table">
                <thead><tr>
                    <th scope="col">{ words.reference }</th><th scope="col" class="num">{ words.here }</th>
                    <th scope="col" class="num">{ words.there }</th><th scope="col">{ words.what }</th>
                </tr></thead>
                <tbody>{ rows }</tbody>
            </table></div></section>
        }
    };
    let sum = found.pairs.iter().fold(Money::ZERO, |sum, (our, _)| sum + our.amount);
    let said = if found.unmatched() == 0 { words.all_match } else { words.matched };
    let said = fill(said, &[&found.matched.to_string(), &money(sum)]);
    html! {
        <div role="status" aria-label={words.matching}>
            if found.unmatched() > 0 {
                <p class="audit-proof"><Glyph icon={Icon::Warning} /><b>{ fill(words.unmatched, &[&found.unmatched().to_string()]) }</b></p>
                { table(html! { <>
                    { for found.differ.iter().map(|(our, their)| row(&our.id, ours(our), theirs(their), words.differs.to_owned())) }
                    { for found.only_ours.iter().map(|left| row(&left.line.id, ours(&left.line), nothing(), why(left.why))) }
                    { for found.only_theirs.iter().map(|left| row(&left.line.id, nothing(), theirs(&left.line), why(left.why))) }
                </> }) }
            }
            <details class="audit-matched" open={found.unmatched() == 0}>
                <summary class="audit-proof"><Glyph icon={Icon::Check} /><b>{ said }</b></summary>
                { table(found.pairs.iter().map(|(our, their)| row(&our.id, ours(our), theirs(their), words.same.to_owned())).collect()) }
            </details>
        </div>
    }
}
