//! How it is paid: one tile and one panel a tender.

use shared::api::sale::Tender;
use shared::money::Money;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::format;
use crate::hooks::{use_counter_texts, use_lang, use_seat, use_texts};
use crate::i18n::{self, fill};
use crate::store::sale::{Sale, SaleAction};

/// What is typed into a field, as an action.
pub fn typing(
    action: fn(String) -> SaleAction,
    act: &Callback<SaleAction>,
) -> Callback<InputEvent> {
    let act = act.clone();
    Callback::from(move |event: InputEvent| {
        if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
            act.emit(action(field.value()));
        }
    })
}

#[derive(PartialEq, Properties)]
pub struct TenderPanelProps {
    pub sale: Sale,
    pub amount: Option<Money>,
    pub act: Callback<SaleAction>,
    /// Enter in a field goes one step on.
    pub go_on: Callback<KeyboardEvent>,
}

/// What the chosen tender has to know: one component each.
#[component]
pub fn TenderPanel(props: &TenderPanelProps) -> Html {
    let (sale, amount) = (props.sale.clone(), props.amount);
    let (act, go_on) = (props.act.clone(), props.go_on.clone());
    match sale.tender() {
        Tender::Cash => html! { <CashPanel {sale} {amount} {act} {go_on} /> },
        Tender::Card | Tender::Mobile => html! { <SlipPanel {sale} {amount} {act} {go_on} /> },
    }
}

/// What was handed over, and the change.
#[component]
fn CashPanel(props: &TenderPanelProps) -> Html {
    let (seat, texts) = (use_seat(), use_texts());
    let (sale, currency) = (&props.sale, seat.currency());
    let placeholder =
        props.amount.map(|amount| format::typed_money(amount, currency)).unwrap_or_default();
    html! {
        <div class="handed">
            <label class="field"><span>{ texts.sale.handed }</span>
                <input name="handed" type="text" inputmode="decimal" autocomplete="off" {placeholder} value={sale.handed.clone()} oninput={typing(SaleAction::Handed, &props.act)} onkeydown={props.go_on.clone()} />
            </label>
            <Change amount={props.amount} handed={sale.handed(currency)} />
        </div>
    }
}

/// The reference on the terminal's slip; a card sale is not complete without it.
#[component]
fn SlipPanel(props: &TenderPanelProps) -> Html {
    let (texts, counter) = (use_texts(), use_counter_texts());
    let needed = props.sale.tender() == Tender::Card;
    let placeholder = if needed { counter.beside.need_reference } else { "" };
    html! {
        <label class="field"><span>{ texts.sale.reference }</span>
            <input name="reference" type="text" autocomplete="off" maxlength="40" required={needed} {placeholder} value={props.sale.reference.clone()} oninput={typing(SaleAction::Reference, &props.act)} onkeydown={props.go_on.clone()} />
        </label>
    }
}

#[derive(PartialEq, Properties)]
pub struct TendersProps {
    pub chosen: Tender,
    pub act: Callback<SaleAction>,
}

#[component]
pub fn Tenders(props: &TendersProps) -> Html {
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
