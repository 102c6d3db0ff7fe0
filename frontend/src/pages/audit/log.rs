//! The audit log: who did what, when, to what, before and after, and why.

use shared::api::audit::{ActRow, ActsPage};
use shared::id::Seq;
use yew::prelude::*;

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

const NAMES: [&str; 6] = ["from", "to", "upto", "by", "kind", "sales"];

#[component]
pub fn Log() -> Html {
    let (seat, lang, texts, common) = (use_seat(), use_lang(), use_audit_texts(), use_texts());
    let backend = use_backend();
    let (asked, ask) = use_asked();
    let opened = use_state_eq(|| None::<Seq>);
    let query = asked.query(&NAMES, &seat.zone, seat.currency());
    let listed = use_pages(&query, |page: &ActsPage| page.next, {
        let backend = backend.clone();
        move |query: String| {
            let backend = backend.clone();
            async move { backend.acts(&query).await }
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
    let of = |list: Vec<(String, String)>| std::iter::once(any()).chain(list).collect::<Vec<_>>();
    let staff = choices.value.as_ref().map_or_else(Vec::new, |choices| {
        choices.staff.iter().map(|(staff, name)| (staff.to_string(), name.clone())).collect()
    });
    let kinds = choices.value.as_ref().map_or_else(Vec::new, |choices| {
        choices.kinds.iter().map(|kind| (kind.clone(), i18n::audit_kind(lang, kind))).collect()
    });
    let acts: Vec<ActRow> = listed.pages.iter().flat_map(|page| page.acts.clone()).collect();
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
                <Field name="from" label={words.from} kind="datetime-local" asked={asked.clone()} ask={ask.clone()} />
                <Field name="to" label={words.to} kind="datetime-local" asked={asked.clone()} ask={ask.clone()} />
                <Choice name="by" label={words.by} choices={of(staff)} asked={asked.clone()} ask={ask.clone()} />
                <Choice name="kind" label={words.kind} choices={of(kinds)} asked={asked.clone()} {ask} />
                { sheet("acts", &query, words.sheet) }
            </div>
            if let Some(failure) = listed.failure.clone() { <FailureNotice {failure} /> }
            if listed.is_waiting() { <Waiting /> }
            if !listed.pages.is_empty() {
                <section class="card list-card audit-scroll">
                    if acts.is_empty() {
                        <Empty icon={Icon::Person} title={words.nothing} hint={words.nothing_hint} />
                    } else {
                        <div class="table-scroll" tabindex="0"><table class="audit-table">
                            <thead><tr>
                                <th scope="col">{ common.common.time }</th><th scope="col">{ words.by }</th><th scope="col">{ words.kind }</th>
                                <th scope="col">{ words.what }</th><th scope="col">{ words.change }</th><th scope="col">{ words.why }</th><th scope="col">{ words.record }</th>
                            </tr></thead>
                            <tbody>{ for acts.iter().map(|act| html! { <Line key={act.seq.0} act={act.clone()} open={open.clone()} /> }) }</tbody>
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
    act: ActRow,
    open: Callback<Seq>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let (seat, lang) = (use_seat(), use_lang());
    let (act, deed) = (&props.act, &props.act.deed);
    let open = {
        let (open, seq) = (props.open.clone(), act.seq);
        Callback::from(move |_: MouseEvent| open.emit(seq))
    };
    let change = match (&deed.before, &deed.after) {
        (None, None) => String::new(),
        (before, after) => {
            let word = |text: &Option<String>| text.clone().unwrap_or_default();
            format!("{} → {}", word(before), word(after))
        }
    };
    let what = [act.place.clone(), deed.what.clone()];
    let what: Vec<String> = what.into_iter().filter(|part| !part.is_empty()).collect();
    html! {
        <tr>
            <td>{ format::full(act.at, &seat.zone) }{ " " }<BookMark book={act.book} /></td>
            <td>{ &act.name }</td>
            <td>{ i18n::audit_kind(lang, &act.kind) }</td>
            <td class="audit-wide">{ what.join(" · ") }</td>
            <td>{ change }</td>
            <td class="audit-wide">{ &deed.why }</td>
            <td><button class="link" onclick={open}>{ act.seq.to_string() }</button></td>
        </tr>
    }
}
