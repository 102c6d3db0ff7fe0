//! "Why was I cut, why is this refused": the journal replayed, as sentences.

use shared::api::why::{CutProof, Step, Tried, What, WhyPage};
use shared::id::MeterId;
use shared::meter::DisconnectReason;
use shared::money::{Currency, Money};
use yew::prelude::*;

use crate::components::dialog::Dialog;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{FailureNotice, Waiting};
use crate::format;
use crate::hooks::{use_account_texts, use_backend, use_lang, use_load, use_seat, use_texts};
use crate::i18n::{self, Lang, fill};

#[derive(PartialEq, Properties)]
pub struct WhyProps {
    pub meter: MeterId,
    pub on_close: Callback<()>,
}

#[component]
pub fn Why(props: &WhyProps) -> Html {
    let (texts, words, backend) = (use_texts(), use_account_texts(), use_backend());
    let told = use_load(props.meter, (), move |meter| {
        let backend = backend.clone();
        async move { backend.why(meter).await }
    });
    let close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <Dialog label={words.why.title} class="explain" on_close={props.on_close.clone()}>
            <div class="dialog-head"><h2>{ words.why.title }</h2>
                <button type="button" class="icon-button" onclick={close} aria-label={texts.common.close} autofocus={true}><Glyph icon={Icon::Close} /></button>
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
    told: WhyPage,
}

#[component]
fn Told(props: &ToldProps) -> Html {
    let (seat, lang, words) = (use_seat(), use_lang(), use_account_texts());
    let (why, words) = (&props.told.why, &words.why);
    let currency = why.currency;
    let money = |minor: i64| format::money(Money::from_minor(minor), currency);
    html! {
        <div class="explained">
            <p>{ why.cut.as_ref().map_or_else(|| words.not_cut.to_owned(), |cut| {
                proof(lang, cut, currency, &format::full(cut.at, &seat.zone))
            }) }</p>
            <h3>{ words.steps }</h3>
            <ol class="why-steps">{ for why.steps.iter().map(|step| html! {
                <li><time class="quiet">{ format::full(step.at, &seat.zone) }</time>{ " " }{ sentence(lang, step, currency) }
                    { " " }<span class="quiet">{ fill(words.left, &[&format::money(step.credit, currency)]) }</span></li>
            }) }</ol>
            <h3>{ words.refused }</h3>
            if props.told.refused.is_empty() { <p class="quiet">{ words.nothing_refused }</p> }
            <ul class="why-steps">{ for props.told.refused.iter().map(|(tried, problem)| html! {
                <li><b>{ order(lang, *tried) }</b>{ ": " }{ i18n::problem(lang, problem, money) }</li>
            }) }</ul>
            <p class="quiet">{ words.replayed }</p>
        </div>
    }
}

fn proof(lang: Lang, cut: &CutProof, currency: Currency, at: &str) -> String {
    let words = &lang.account_texts().why;
    let reason = i18n::reason(lang, cut.reason);
    if cut.reason == DisconnectReason::NoCredit && cut.used_up {
        let (credit, spare) =
            (format::money(cut.credit, currency), format::money(cut.spare, currency));
        fill(words.used_up, &[at, reason, &credit, &spare])
    } else {
        let note = if cut.note.is_empty() { "—" } else { cut.note.as_str() };
        fill(words.cut_by, &[at, reason, note])
    }
}

fn sentence(lang: Lang, step: &Step, currency: Currency) -> String {
    let words = &lang.account_texts().why;
    let money = |amount: Money| format::money(amount, currency);
    match &step.what {
        What::Paid { amount } => fill(words.paid, &[&money(*amount)]),
        What::TakenBack { amount } => fill(words.taken_back, &[&money(*amount)]),
        What::Refunded { amount } => fill(words.refunded, &[&money(*amount)]),
        What::Charged { energy, amount, from, to } => {
            let registers = (format::register(*from), format::register(*to));
            let (energy, amount) = (format::energy(*energy), money(*amount));
            fill(words.charged, &[&registers.0, &registers.1, &energy, &amount])
        }
        What::Estimated { energy, amount } => {
            fill(words.estimated, &[&format::energy(*energy), &money(*amount)])
        }
        What::ArrearsTaken { amount } => fill(words.arrears, &[&money(*amount)]),
        What::Warned => words.warned.to_owned(),
        What::Cut { reason, note } => {
            with_note(fill(words.cut, &[i18n::reason(lang, *reason)]), note)
        }
        What::Lifted { reason, note } => {
            with_note(fill(words.lifted, &[i18n::reason(lang, *reason)]), note)
        }
    }
}

fn with_note(sentence: String, note: &str) -> String {
    if note.is_empty() { sentence } else { format!("{sentence} ({note})") }
}

fn order(lang: Lang, tried: Tried) -> &'static str {
    let (words, texts) = (&lang.account_texts().why, lang.texts());
    match tried {
        Tried::Restore => texts.meter.restore,
        Tried::Cut => texts.meter.cut,
        Tried::Reverse => words.reverse,
        Tried::Sell => texts.sale.title,
    }
}

#[cfg(test)]
mod tests {
    use shared::id::Seq;
    use shared::time::Timestamp;

    use super::*;

    #[test]
    fn a_cut_says_its_figures_in_both_languages() {
        let cut = CutProof {
            seq: Seq(9),
            at: Timestamp::default(),
            reason: DisconnectReason::NoCredit,
            note: String::new(),
            credit: Money::from_minor(-50),
            spare: Money::ZERO,
            used_up: true,
        };
        for lang in [Lang::Zh, Lang::En] {
            let told = proof(lang, &cut, Currency::CNY, "14:02");
            assert!(told.contains("0.50") && told.contains("14:02"), "{told}");
        }
    }
}
