//! The second field: how much, how paid, and what it will do.

use shared::api::sale::{Found, Preview, Tender};
use shared::id::Book;
use shared::money::Money;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::beside::Beside;
use crate::components::badge::{BookMark, StateBadge};
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::sentence;
use crate::format;
use crate::hooks::{use_counter_texts, use_fleet, use_lang, use_seat, use_texts};
use crate::i18n::{self, fill};
use crate::store::sale::{Sale, SaleAction, Step};

pub const FIELD: &str = "sale-amount";
pub const CONFIRM: &str = "sale-confirm";

#[derive(PartialEq, Properties)]
pub struct AmountProps {
    pub sale: Sale,
    pub found: Found,
    pub act: Callback<SaleAction>,
    pub sell: Callback<()>,
    /// The order is complete.
    pub ready: bool,
}

#[component]
pub fn Amount(props: &AmountProps) -> Html {
    let (seat, lang, texts) = (use_seat(), use_lang(), use_texts());
    let (sale, act, currency) = (&props.sale, &props.act, seat.currency());
    let counter = use_counter_texts();
    let amount = sale.amount(currency);
    let bad = !sale.amount.trim().is_empty() && amount.is_none();
    let by_phone = sale.tender() == Tender::Mobile && !seat.site.providers.is_empty();
    let confirming = matches!(sale.step, Step::Confirm(_));
    let ready = props.ready && sale.failure.is_none();
    let go_on = {
        let act = act.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" {
                event.prevent_default();
                // A key held down goes one step, not two.
                if ready && !event.repeat() {
                    act.emit(SaleAction::Confirm);
                }
            }
        })
    };
    let typing = |action: fn(String) -> SaleAction| {
        let act = act.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                act.emit(action(field.value()));
            }
        })
    };
    let preset = |money: Money| {
        let (act, typed) = (act.clone(), format::typed_money(money, currency));
        let pressed = amount == Some(money);
        html! {
            <button type="button" class="preset" aria-pressed={pressed.to_string()} onclick={move |_| { act.emit(SaleAction::Amount(typed.clone())); crate::browser::focus(FIELD); }}>
                { format::money(money, currency) }
            </button>
        }
    };
    let press = {
        let (act, sell) = (act.clone(), props.sell.clone());
        Callback::from(
            move |_: MouseEvent| {
                if confirming { sell.emit(()) } else { act.emit(SaleAction::Confirm) }
            },
        )
    };
    let no_repeat = Callback::from(|event: KeyboardEvent| {
        if event.repeat() {
            event.prevent_default();
        }
    });
    let back = {
        let act = act.clone();
        Callback::from(move |_: MouseEvent| act.emit(SaleAction::Next))
    };
    let word = fill(
        texts.sale.sell,
        &[&amount.map_or_else(String::new, |amount| format::money(amount, currency))],
    );
    html! {
        <div class="sale-column">
            <FoundCard found={props.found.clone()} on_change={back} all=true />
            <section class="card sale-form">
                <label class="sale-amount">
                    <span>{ texts.sale.amount }</span>
                    <span class="sale-amount-field"><i>{ format::symbol(currency) }</i>
                        <input id={FIELD} name="amount" class="amount" type="text" inputmode="decimal" autocomplete="off" placeholder="0.00"
                            aria-invalid={bad.to_string()} aria-describedby="sale-amount-note" value={sale.amount.clone()} oninput={typing(SaleAction::Amount)} onkeydown={go_on.clone()} /></span>
                </label>
                <p id="sale-amount-note" class="field-error" aria-live="polite">
                    if bad { { fill(texts.sale.amount_bad, &[&currency.decimals().to_string()]) } }
                    if let Some(failure) = &sale.failure { { sentence(lang, failure, Some(currency)) } }
                </p>
                if !props.found.presets.is_empty() {
                    <div class="presets" role="group" aria-label={texts.sale.presets}>{ for props.found.presets.iter().map(|money| preset(*money)) }</div>
                }
                if let Some(preview) = sale.preview(currency) { <PreviewPaper preview={preview.clone()} book={props.found.book} cut={props.found.state == shared::api::live::MeterState::Cut} /> }
                <Tenders chosen={sale.tender()} act={act.clone()} />
                { match sale.tender() {
                    Tender::Cash => html! {
                        <div class="handed">
                            <label class="field"><span>{ texts.sale.handed }</span>
                                <input name="handed" type="text" inputmode="decimal" autocomplete="off" placeholder={amount.map(|amount| format::typed_money(amount, currency)).unwrap_or_default()} value={sale.handed.clone()} oninput={typing(SaleAction::Handed)} onkeydown={go_on} />
                            </label>
                            <Change {amount} handed={sale.handed(currency)} />
                        </div>
                    },
                    Tender::Mobile if by_phone => html! { <super::mobile::Mobile found={props.found.clone()} {amount} act={act.clone()} /> },
                    Tender::Card | Tender::Mobile => html! {
                        <label class="field"><span>{ texts.sale.reference }</span>
                            <input name="reference" type="text" autocomplete="off" maxlength="40" placeholder={if sale.tender() == Tender::Card { counter.beside.need_reference } else { "" }} value={sale.reference.clone()} oninput={typing(SaleAction::Reference)} onkeydown={go_on} />
                        </label>
                    },
                } }
                if !by_phone {
                    <button id={CONFIRM} type="button" class={classes!("button", "primary", "large", "wide", confirming.then_some("confirm"))} disabled={!ready} onclick={press} onkeydown={no_repeat}>
                        { word }<kbd>{ "Enter" }</kbd>
                    </button>
                    <p class={classes!("confirm-hint", (!confirming).then_some("unseen"))} aria-live="polite">if confirming { { texts.sale.confirm_hint } }</p>
                }
            </section>
        </div>
    }
}

#[derive(PartialEq, Properties)]
pub struct FoundCardProps {
    pub found: Found,
    #[prop_or_default]
    pub on_change: Option<Callback<MouseEvent>>,
    /// With tariff, arrears and last reading.
    #[prop_or_default]
    pub all: bool,
}

/// Whose account it is: place, name, meter, state and credit as they are now, the last five sales.
#[component]
pub fn FoundCard(props: &FoundCardProps) -> Html {
    let (seat, fleet, texts) = (use_seat(), use_fleet(), use_texts());
    let found = &props.found;
    let live = fleet.row(found.meter).map(|row| row.change);
    let state = live.map_or(found.state, |change| change.state);
    let credit = live.and_then(|change| change.credit).unwrap_or(found.credit);
    html! {
        <section class={classes!("card", "found", (found.book == Book::Simulated).then_some("simulated"))}>
            <div class="found-head">
                <div>
                    <h2>{ &found.place }</h2>
                    <p class="soft">{ &found.customer }{ " · " }<span class="mono">{ &found.serial }</span>{ " " }<BookMark book={found.book} /></p>
                </div>
                <div class="found-credit"><StateBadge {state} /><b class={classes!(credit.is_negative().then_some("ink-cut"))}>{ format::money(credit, seat.currency()) }</b></div>
            </div>
            if props.all { <Beside found={found.clone()} /> }
            <div class="found-foot">
                if found.sales.is_empty() {
                    <span class="quiet">{ texts.sale.no_sales }</span>
                } else {
                    <span class="quiet">{ texts.sale.last_sales }</span>
                    <ul>{ for found.sales.iter().take(5).map(|(at, amount)| html! { <li><b>{ format::money(*amount, seat.currency()) }</b><small>{ format::moment_short(*at, &seat.zone) }</small></li> }) }</ul>
                }
                if let Some(change) = props.on_change.clone() { <button type="button" class="link found-change" onclick={change}>{ texts.sale.change_account }</button> }
            </div>
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct TendersProps {
    chosen: Tender,
    act: Callback<SaleAction>,
}

#[component]
fn Tenders(props: &TendersProps) -> Html {
    let (lang, texts) = (use_lang(), use_texts());
    let tile = |tender: Tender, icon: Icon, key: &'static str| {
        let act = props.act.clone();
        html! {
            <label class="tender">
                <input type="radio" name="tender" checked={props.chosen == tender} onchange={move |_| act.emit(SaleAction::Tender(tender))} />
                <Glyph {icon} size=22 /><span>{ i18n::tender(lang, tender) }</span><kbd>{ key }</kbd>
            </label>
        }
    };
    html! {
        <div class="tenders" role="radiogroup" aria-label={texts.receipt.tender}>
            { tile(Tender::Cash, Icon::Cash, "F7") }{ tile(Tender::Card, Icon::Card, "F8") }{ tile(Tender::Mobile, Icon::Mobile, "F9") }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct ChangeProps {
    amount: Option<Money>,
    handed: Option<Money>,
}

/// What the customer gets back: the one subtraction a counter needs before the receipt says it.
#[component]
fn Change(props: &ChangeProps) -> Html {
    let (seat, texts) = (use_seat(), use_texts());
    let currency = seat.currency();
    let (class, text) = match (props.amount, props.handed) {
        (Some(amount), Some(handed)) if handed >= amount => {
            ("", format::money(handed - amount, currency))
        }
        (Some(amount), Some(handed)) => {
            ("ink-cut short", fill(texts.sale.short, &[&format::money(amount - handed, currency)]))
        }
        (Some(_) | None, _) => ("quiet", texts.common.none.to_owned()),
    };
    html! { <div class="change"><span>{ texts.sale.change }</span><b {class}>{ text }</b></div> }
}

#[derive(PartialEq, Properties)]
struct PreviewProps {
    preview: Preview,
    book: Book,
    cut: bool,
}

/// What the payment would do, as a small receipt.
#[component]
fn PreviewPaper(props: &PreviewProps) -> Html {
    let (seat, fleet, lang, texts) = (use_seat(), use_fleet(), use_lang(), use_texts());
    let (preview, currency) = (&props.preview, seat.currency());
    html! {
        <section class="preview" aria-label={texts.sale.preview} aria-live="polite">
            <dl class="pairs">
                { for preview.steps.iter().map(|step| html! {
                    <><dt class="quiet">{ i18n::charge_line(lang, &step.name) }</dt><dd class="quiet">{ format::energy(step.energy) }{ " kWh · " }{ format::money(step.amount, currency) }</dd></>
                }) }
                { for preview.lines.iter().filter(|line| line.arrears.is_some()).map(|line| html! {
                    <><dt class="ink-low">{ i18n::allocation(lang, line.what) }</dt><dd class="ink-low">{ format::money(line.amount, currency) }</dd></>
                }) }
                <dt>{ texts.sale.buys }</dt><dd><b>{ format::energy(preview.energy) }</b><span class="unit">{ "kWh" }</span></dd>
                <dt>{ texts.sale.new_credit }</dt><dd><span class="quiet">{ format::money(preview.credit_before, currency) }{ " → " }</span><b>{ format::money(preview.credit_after, currency) }</b></dd>
                if let Some(until) = preview.lasts_until {
                    <dt>{ texts.sale.lasts }</dt><dd>{ format::until(until, fleet.now_of(props.book), &seat.zone, lang) }</dd>
                }
            </dl>
            if preview.restores { <p class="ink-connected preview-note"><Glyph icon={Icon::Plug} size=16 />{ texts.sale.restores }</p> }
            if props.cut && !preview.restores { <p class="ink-cut preview-note"><Glyph icon={Icon::PlugOff} size=16 />{ texts.sale.still_cut }</p> }
        </section>
    }
}
