//! One record whole: seals, body, what it replaced, both sides of each posting, and the proof.

use shared::api::audit::RecordPage;
use shared::api::board::Outcome;
use shared::id::Seq;
use yew::prelude::*;

use crate::components::dialog::Dialog;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{FailureNotice, Waiting};
use crate::format;
use crate::hooks::{use_audit_texts, use_backend, use_lang, use_load, use_seat, use_texts};
use crate::i18n::{self, fill};

#[derive(PartialEq, Properties)]
pub struct RecordProps {
    pub seq: Seq,
    pub on_close: Callback<()>,
}

#[component]
pub fn RecordDialog(props: &RecordProps) -> Html {
    let (texts, common, backend) = (use_audit_texts(), use_texts(), use_backend());
    let loaded = use_load(props.seq, (), move |seq| {
        let backend = backend.clone();
        async move { backend.record(seq).await }
    });
    let close = props.on_close.reform(|_: MouseEvent| ());
    let title = fill(texts.audit.record_no, &[&props.seq.to_string()]);
    html! {
        <Dialog label={title.clone()} class="modal audit-record" on_close={props.on_close.clone()}>
            <h2>{ title }</h2>
            if let Some(failure) = loaded.failure.clone() { <FailureNotice {failure} /> }
            if let Some(page) = &loaded.value { <Whole page={RecordPage::clone(page)} /> } else if loaded.failure.is_none() { <Waiting /> }
            <div class="dialog-actions"><button class="button" onclick={close}>{ common.common.close }</button></div>
        </Dialog>
    }
}

#[derive(PartialEq, Properties)]
struct WholeProps {
    page: RecordPage,
}

#[component]
fn Whole(props: &WholeProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_audit_texts());
    let (page, words) = (&props.page, &texts.audit);
    let record = &page.record;
    let pair =
        |name: &'static str, value: String| html! { <><dt>{ name }</dt><dd>{ value }</dd></> };
    let seal = |name: &'static str, value: String| html! { <><dt>{ name }</dt><dd class="mono audit-seal">{ value }</dd></> };
    let money = |amount| format::money(amount, seat.currency());
    html! {
        <div class="audit-whole">
            <Proof page={page.clone()} />
            <dl class="pairs">
                { pair(texts.audit.time, format::full(record.at, &seat.zone)) }
                { pair(words.book, i18n::audit_book(lang, record.book).to_owned()) }
                { pair(words.by, page.name.clone()) }
                if !page.place.is_empty() { { pair(words.account, page.place.clone()) } }
                { seal(words.seal, record.hash.to_string()) }
                { seal(words.previous, record.prev.to_string()) }
                if let Some(key) = &record.key { { seal(words.key, key.as_str().to_owned()) } }
            </dl>
            if !record.postings.is_empty() {
                <h3>{ words.postings }</h3>
                <table><thead><tr><th scope="col">{ words.code }</th><th scope="col" class="num">{ words.debit }</th><th scope="col" class="num">{ words.credit }</th></tr></thead>
                <tbody>{ for record.postings.iter().map(|posting| {
                    let account = posting.account.map_or_else(String::new, |account| format!(" {account}"));
                    let (debit, credit) = if posting.amount.is_negative() { (String::new(), money(-posting.amount)) } else { (money(posting.amount), String::new()) };
                    html! { <tr><td>{ i18n::audit_code(lang, posting.code) }{ account }</td><td class="num">{ debit }</td><td class="num">{ credit }</td></tr> }
                }) }</tbody></table>
            }
            if let Some((seq, before)) = &page.before {
                <h3>{ fill(words.before, &[&seq.to_string()]) }</h3>
                <pre class="mono audit-body" tabindex="0">{ spread(before) }</pre>
            }
            <h3>{ words.body }</h3>
            <pre class="mono audit-body" tabindex="0">{ spread(&record.body) }</pre>
        </div>
    }
}

/// JSON over several lines; what it says is as the journal has it.
fn spread(body: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(body);
    value
        .ok()
        .and_then(|value| serde_json::to_string_pretty(&value).ok())
        .unwrap_or_else(|| body.to_owned())
}

/// This record now, and the whole chain when it was looked at last.
#[component]
fn Proof(props: &WholeProps) -> Html {
    let (seat, texts) = (use_seat(), use_audit_texts());
    let (page, words) = (&props.page, &texts.audit);
    let at = page.chain.at.map(|at| format::full(at, &seat.zone)).unwrap_or_default();
    let (good, chain) = match &page.chain.outcome {
        Outcome::Holds => (true, fill(words.chain_holds, &[&at, &page.chain.head.to_string()])),
        Outcome::Broken(offence) => (false, fill(words.chain_broken, &[&at, offence])),
        Outcome::Unchecked(_) => (false, words.chain_unchecked.to_owned()),
    };
    let line = |good: bool, text: String| {
        let icon = if good { Icon::Check } else { Icon::Warning };
        html! { <p class={classes!("audit-proof", if good { "ink-connected" } else { "ink-held" })}><Glyph {icon} size=16 /><span>{ text }</span></p> }
    };
    let own = if page.sealed { words.sealed } else { words.unsealed };
    html! { <>{ line(page.sealed, own.to_owned()) }{ line(good, chain) }</> }
}
