//! "Why was I cut, why is this refused": the journal replayed, as sentences.

use shared::api::why::{CutProof, Step, Tried, What, WhyPage};
use shared::id::MeterId;
use shared::meter::DisconnectReason;
use shared::money::{Currency, Money};
use shared::policy::Grounds;
use shared::time::Timestamp;
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
                proof(lang, cut, currency, |at| format::full(at, &seat.zone))
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

fn proof(
    lang: Lang,
    cut: &CutProof,
    currency: Currency,
    time: impl Fn(Timestamp) -> String,
) -> String {
    let words = &lang.account_texts().why;
    let reason = i18n::reason(lang, cut.reason);
    let at = &time(cut.at);
    if let Some(grounds) = cut.grounds {
        let figures = limit(lang, &grounds, &time);
        let end = match cut.until {
            Some(until) => fill(words.back_at, &[&time(until)]),
            None => words.back_by_staff.to_owned(),
        };
        fill(words.limited, &[at, reason, &figures, &end])
    } else if cut.reason == DisconnectReason::NoCredit && cut.used_up {
        let (credit, spare) =
            (format::money(cut.credit, currency), format::money(cut.spare, currency));
        fill(words.used_up, &[at, reason, &credit, &spare])
    } else {
        let note = if cut.note.is_empty() { "—" } else { cut.note.as_str() };
        fill(words.cut_by, &[at, reason, note])
    }
}

/// What was read, and the limit that held then.
fn limit(lang: Lang, grounds: &Grounds, time: &impl Fn(Timestamp) -> String) -> String {
    let words = &lang.account_texts().why;
    match grounds {
        Grounds::Load { power, limit, since, trip, most_a_day } => {
            let (power, limit) = (format::power(*power), format::power(*limit));
            let (trip, most) = (trip.to_string(), most_a_day.to_string());
            fill(words.over_load, &[&time(*since), &power, &limit, &trip, &most])
        }
        Grounds::Day { used, limit, resets: _ } => {
            fill(words.day_used, &[&format::energy(*used), &format::energy(*limit)])
        }
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
        What::Cut { reason, note, grounds: _ } => {
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
    use shared::energy::{Energy, Power};
    use shared::id::Seq;

    use super::*;

    #[test]
    fn a_cut_says_its_figures_in_both_languages() {
        let cut = CutProof {
            seq: Seq(9),
            at: Timestamp::default(),
            reason: DisconnectReason::NoCredit,
            note: String::new(),
            grounds: None,
            until: None,
            credit: Money::from_minor(-50),
            spare: Money::ZERO,
            used_up: true,
        };
        for lang in [Lang::Zh, Lang::En] {
            let told = proof(lang, &cut, Currency::CNY, |_| "14:02".to_owned());
            assert!(told.contains("0.50") && told.contains("14:02"), "{told}");
        }
    }

    #[test]
    fn a_cut_by_a_limit_says_what_was_read_the_limit_and_when_it_ends() {
        let at = Timestamp::from_millis;
        let load = Grounds::Load {
            power: Power::from_watts(2_750),
            limit: Power::from_watts(1_500),
            since: at(7),
            trip: 4,
            most_a_day: 3,
        };
        let (used, limit) = (Energy::from_kwh(9), Energy::from_kwh(8));
        let day = Grounds::Day { used, limit, resets: at(9) };
        for (grounds, until, parts) in [
            (load, Some(at(9)), ["<5>", "<7>", "<9>", "2.75", "1.50"]),
            (load, None, ["<5>", "<7>", "4", "2.75", "1.50"]),
            (day, Some(at(9)), ["<5>", "<9>", "9.0", "8.0", ""]),
        ] {
            let cut = CutProof {
                seq: Seq(9),
                at: at(5),
                reason: DisconnectReason::Overload,
                note: String::new(),
                grounds: Some(grounds),
                until,
                credit: Money::from_minor(900),
                spare: Money::ZERO,
                used_up: false,
            };
            for lang in [Lang::Zh, Lang::En] {
                let told = proof(lang, &cut, Currency::CNY, |at| format!("<{}>", at.millis()));
                assert!(parts.iter().all(|part| told.contains(part)), "{told}");
            }
        }
    }
}
