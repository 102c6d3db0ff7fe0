//! Sold: the receipt, and the line that says when the meter has proven it.

use shared::api::receipt::Receipt;
use shared::api::sale::Found;
use shared::time::Timestamp;
use yew::prelude::*;
use yew_router::prelude::*;

use super::amount::FoundCard;
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::paper::ReceiptPaper;
use crate::format;
use crate::hooks::{use_fleet, use_seat, use_settings, use_texts};
use crate::i18n::fill;
use crate::route::Route;
use crate::store::sale::{Proof, SaleAction, proof};

pub const NEXT: &str = "sale-next";

#[derive(PartialEq, Properties)]
pub struct DoneProps {
    pub found: Found,
    pub receipt: Receipt,
    pub act: Callback<SaleAction>,
}

#[component]
pub fn Done(props: &DoneProps) -> Html {
    let (seat, fleet, texts, settings) = (use_seat(), use_fleet(), use_texts(), use_settings());
    let receipt = &props.receipt;
    let reached = use_state_eq(|| None::<Timestamp>);
    let change = fleet.row(props.found.meter).map(|row| row.change);
    let seen = change.map_or(Proof::Waiting, |change| proof(receipt, &change));
    {
        let reached = reached.clone();
        let at = change.and_then(|change| change.as_of).filter(|_| seen == Proof::Reached);
        use_effect_with(at, move |at| {
            if reached.is_none() && at.is_some() {
                reached.set(*at);
            }
        });
    }
    let (class, line) = match (*reached, seen) {
        (Some(at), _) => {
            ("proof good", fill(texts.sale.reached, &[&format::clock(at, &seat.zone)]))
        }
        (None, Proof::StillOff) => ("proof off", texts.sale.still_off.to_owned()),
        (None, Proof::Silent) => ("proof off", texts.sale.meter_silent.to_owned()),
        (None, Proof::Waiting | Proof::Reached) => ("proof", texts.sale.waiting.to_owned()),
    };
    let next = {
        let act = props.act.clone();
        Callback::from(move |_: MouseEvent| act.emit(SaleAction::Next))
    };
    let no_repeat = Callback::from(|event: KeyboardEvent| {
        if event.repeat() {
            event.prevent_default();
        }
    });
    html! {
        <div class="sale-done">
            <div class="sale-column no-print">
                <section class="card done-card" role="status">
                    <p class="done-amount"><Glyph icon={Icon::Check} size=28 />{ fill(texts.sale.sold, &[&format::money(receipt.amount, seat.currency())]) }</p>
                    if let Some(change) = receipt.change { <p class="done-change"><span>{ texts.sale.change }</span><b>{ format::money(change, seat.currency()) }</b></p> }
                    <p {class}>{ line }</p>
                    <button id={NEXT} class="button primary large wide" onclick={next} onkeydown={no_repeat}>{ texts.sale.next }<kbd>{ "Enter" }</kbd></button>
                    <div class="done-actions">
                        <button class="button" onclick={|_| browser::print()}><Glyph icon={Icon::Printer} />{ texts.sale.print }</button>
                        <Link<Route> to={Route::receipt(receipt.book, receipt.no.0)} classes="button">{ texts.sale.open_receipt }</Link<Route>>
                    </div>
                </section>
                <FoundCard found={props.found.clone()} />
            </div>
            <ReceiptPaper receipt={receipt.clone()} paper={settings.paper} />
        </div>
    }
}
