//! What an auditor looks at first: each finding with its rule, its person and its records.

use shared::api::audit::RiskRow;
use shared::id::Seq;
use shared::risk::Rule;
use yew::prelude::*;

use super::filter::{Choice, Field, use_asked};
use super::record::RecordDialog;
use super::sheet;
use crate::components::badge::BookMark;
use crate::components::icon::Icon;
use crate::components::notice::{Empty, FailureNotice, Waiting};
use crate::format;
use crate::hooks::{use_audit_texts, use_backend, use_lang, use_load, use_seat, use_texts};
use crate::i18n::{self, fill};

const NAMES: [&str; 4] = ["from", "to", "rule", "by"];

/// Records of one finding that are named; the rest is counted.
const NAMED: usize = 6;

#[component]
pub fn Risks() -> Html {
    let (seat, lang, texts, common) = (use_seat(), use_lang(), use_audit_texts(), use_texts());
    let backend = use_backend();
    let (asked, ask) = use_asked();
    let opened = use_state_eq(|| None::<Seq>);
    let query = asked.query(&NAMES, &seat.zone, seat.currency());
    let loaded = use_load(query.clone(), (), {
        let backend = backend.clone();
        move |query: String| {
            let backend = backend.clone();
            async move { backend.risks(&query).await }
        }
    });
    let choices = use_load((), (), move |()| {
        let backend = backend.clone();
        async move { backend.audit_choices().await }
    });
    let words = &texts.audit;
    let any = || std::iter::once((String::new(), words.any.to_owned()));
    let rules =
        Rule::ALL.map(|rule| (rule.name().to_owned(), i18n::audit_rule(lang, rule).to_owned()));
    let staff = choices.value.as_ref().map_or_else(Vec::new, |choices| {
        choices.staff.iter().map(|(staff, name)| (staff.to_string(), name.clone())).collect()
    });
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
                <Choice name="rule" label={words.rule} choices={any().chain(rules).collect::<Vec<_>>()} asked={asked.clone()} ask={ask.clone()} />
                <Choice name="by" label={words.by} choices={any().chain(staff).collect::<Vec<_>>()} asked={asked.clone()} {ask} />
                { sheet("findings", &query, words.sheet) }
            </div>
            <p class="quiet audit-proof">{ words.risks_lead }</p>
            if let Some(failure) = loaded.failure.clone() { <FailureNotice {failure} /> }
            if let Some(page) = &loaded.value {
                <section class="card list-card audit-scroll">
                    if page.findings.is_empty() {
                        <Empty icon={Icon::Check} title={words.none_found} />
                    } else {
                        <div class="table-scroll" tabindex="0"><table class="audit-table">
                            <thead><tr>
                                <th scope="col">{ words.rule }</th><th scope="col">{ common.common.time }</th><th scope="col">{ words.by }</th>
                                <th scope="col">{ words.account }</th><th scope="col" class="num">{ common.common.amount }</th><th scope="col">{ words.entries }</th>
                            </tr></thead>
                            <tbody>{ for page.findings.iter().map(|row| html! { <Line row={row.clone()} open={open.clone()} /> }) }</tbody>
                        </table></div>
                    }
                </section>
                if !page.off.is_empty() {
                    <p class="quiet small">{ fill(words.off, &[&page.off.iter().map(|rule| i18n::audit_rule(lang, *rule)).collect::<Vec<_>>().join(" · ")]) }</p>
                }
            } else if loaded.failure.is_none() { <Waiting /> }
            if let Some(seq) = *opened { <RecordDialog {seq} on_close={close} /> }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    row: RiskRow,
    open: Callback<Seq>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let (seat, lang) = (use_seat(), use_lang());
    let finding = &props.row.finding;
    let entry = |seq: &Seq| {
        let (open, seq) = (props.open.clone(), *seq);
        html! { <><button class="link" onclick={move |_| open.emit(seq)}>{ seq.to_string() }</button>{ " " }</> }
    };
    let rest = finding.entries.len().saturating_sub(NAMED);
    html! {
        <tr>
            <td><b>{ i18n::audit_rule(lang, finding.rule) }</b></td>
            <td>{ format::full(finding.at, &seat.zone) }{ " " }<BookMark book={finding.book} /></td>
            <td>{ &props.row.name }</td>
            <td>{ &props.row.place }</td>
            <td class="num">{ for finding.amount.map(|amount| format::money(amount, seat.currency())) }</td>
            <td>{ for finding.entries.iter().take(NAMED).map(entry) }if rest > 0 { <span class="quiet">{ format!("+{rest}") }</span> }</td>
        </tr>
    }
}
