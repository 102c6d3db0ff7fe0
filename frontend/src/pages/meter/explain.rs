//! "Why?" for one charge, readable in front of the customer: stretches, lines, postings.

use shared::api::explain::{ExplainedLine, Explanation};
use shared::id::{AccountId, Seq};
use shared::ledger::Code;
use shared::money::Money;
use yew::prelude::*;

use crate::components::dialog::Dialog;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{FailureNotice, Waiting};
use crate::format;
use crate::hooks::{
    use_account_texts, use_backend, use_lang, use_load, use_seat, use_tariff_texts, use_texts,
};
use crate::i18n::{self, Lang, fill};

#[derive(PartialEq, Properties)]
pub struct ExplainProps {
    pub account: AccountId,
    pub seq: Seq,
    pub on_close: Callback<()>,
}

#[component]
pub fn Explain(props: &ExplainProps) -> Html {
    let (texts, common, backend) = (use_tariff_texts(), use_texts(), use_backend());
    let told = use_load((props.account, props.seq), (), move |(account, seq)| {
        let backend = backend.clone();
        async move { backend.explain(account, seq).await }
    });
    let close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <Dialog label={texts.explain.title} class="explain" on_close={props.on_close.clone()}>
            <div class="dialog-head"><h2>{ texts.explain.title }</h2>
                <button type="button" class="icon-button" onclick={close} aria-label={common.common.close} autofocus={true}><Glyph icon={Icon::Close} /></button>
            </div>
            { match (&told.value, &told.failure) {
                (Some(told), _) => html! { <Told told={(**told).clone()} /> },
                (None, Some(failure)) => html! { <FailureNotice failure={failure.clone()} /> },
                (None, None) => html! { <Waiting /> },
            } }
        </Dialog>
    }
}

#[derive(PartialEq, Properties)]
struct ToldProps {
    told: Explanation,
}

#[component]
fn Told(props: &ToldProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_tariff_texts());
    let (told, words) = (&props.told, &texts.explain);
    let spread = &use_account_texts().missing;
    let money = |amount: Money| format::money(amount, told.currency);
    let full = |at| format::full(at, &seat.zone);
    let registers = (format::register(told.from.register), format::register(told.to.register));
    let lead = [
        full(told.from.at),
        full(told.to.at),
        format::energy(told.energy),
        registers.0,
        registers.1,
    ];
    let lead: Vec<&str> = lead.iter().map(String::as_str).collect();
    html! {
        <div class="explained">
            <p>{ fill(words.lead, &lead) }{ " " }{ fill(words.tariff, &[&told.tariff_name]) }</p>
            if told.estimated { <p class="notice warn">{ spread.spread_hint }</p> }
            if told.given_back != Money::ZERO { <p class="notice">{ fill(spread.given_back, &[&money(-told.given_back)]) }</p> }
            <h3>{ words.step_segments }</h3>
            <div class="table-scroll" tabindex="0"><table>
                <thead><tr>
                    <th scope="col">{ words.when }</th><th scope="col">{ words.line }</th><th scope="col">{ words.period }</th><th scope="col">{ words.tier }</th>
                    <th scope="col" class="num">{ "kWh" }</th><th scope="col" class="num">{ words.price }</th><th scope="col" class="num">{ words.exact }</th>
                </tr></thead>
                <tbody>{ for told.segments.iter().map(|part| html! {
                    <tr>
                        <td>{ format::clock(part.from, &seat.zone) }{ "–" }{ format::clock(part.to, &seat.zone) }</td>
                        <td>{ i18n::charge_line(lang, &part.line) }</td>
                        <td>{ i18n::period(lang, &part.period) }</td>
                        <td>{ if part.tier == 0 { words.free.to_owned() } else { format!("{} / {}", part.tier, part.tiers) } }</td>
                        <td class="num">{ part.energy.to_string().trim_end_matches(" kWh").to_owned() }</td>
                        <td class="num">{ format::price(part.price, told.currency) }</td>
                        <td class="num">{ &part.amount }</td>
                    </tr>
                }) }</tbody>
            </table></div>
            <h3>{ words.step_lines }</h3>
            <p class="quiet">{ words.rounding }</p>
            <div class="table-scroll" tabindex="0"><table>
                <thead><tr>
                    <th scope="col">{ words.line }</th><th scope="col" class="num">{ words.month_before }</th><th scope="col" class="num">{ words.month_after }</th>
                    <th scope="col" class="num">{ words.rounded }</th><th scope="col" class="num">{ words.posted }</th>
                    if told.month_closed { <th scope="col" class="num">{ words.closing }</th> }
                    <th scope="col" class="num">{ words.now }</th>
                </tr></thead>
                <tbody>{ for told.lines.iter().map(|line| row(lang, line, told)) }</tbody>
            </table></div>
            <h3>{ words.step_postings }</h3>
            <dl class="pairs">{ for told.postings.iter().map(|posting| html! { <><dt>{ code(lang, posting.code) }</dt><dd>{ money(-posting.amount) }</dd></> }) }</dl>
            <p class="notice proof"><Glyph icon={Icon::Check} size=18 />{ fill(words.proof, &[&money(told.amount), &money(told.credit_before), &money(told.credit_after)]) }</p>
        </div>
    }
}

fn row(lang: Lang, line: &ExplainedLine, told: &Explanation) -> Html {
    let money = |amount: Money| format::money(amount, told.currency);
    html! {
        <tr>
            <td>{ i18n::charge_line(lang, &line.name) }</td>
            <td class="num">{ &line.before }</td><td class="num">{ &line.after }</td>
            <td class="num">{ money(line.rounded) }</td><td class="num">{ money(-line.posted) }</td>
            if told.month_closed { <td class="num">{ money(line.closing) }</td> }
            <td class="num"><b>{ money(line.amount) }</b></td>
        </tr>
    }
}

fn code(lang: Lang, code: Code) -> &'static str {
    let words = &lang.tariff_texts().explain;
    match code {
        Code::Prepaid => words.code_prepaid,
        Code::Energy => words.code_energy,
        Code::Standing => words.code_standing,
        Code::Levy => words.code_levy,
        Code::Tax => words.code_tax,
        Code::Cash
        | Code::CardClearing
        | Code::MobileClearing
        | Code::Opening
        | Code::Provisional
        | Code::FreeCredit
        | Code::Corrections
        | Code::Arrears
        | Code::ArrearsOrigin
        | Code::Safe
        | Code::Bank
        | Code::OverShort => words.code_other,
    }
}
