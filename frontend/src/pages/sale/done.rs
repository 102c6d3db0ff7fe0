//! Sold: the receipt, and the line that says when the meter has proven it.

use std::rc::Rc;

use shared::api::receipt::Receipt;
use shared::api::sale::Found;
use shared::time::Timestamp;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use super::amount::FoundCard;
use crate::backend::Failure;
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::FailureNotice;
use crate::components::paper::ReceiptPaper;
use crate::components::print_state::{self, PrintLine};
use crate::format;
use crate::hooks::{
    use_backend, use_counter_texts, use_document_key, use_fleet, use_printing, use_seat,
    use_settings, use_texts,
};
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
    let (receipt, counter) = (&props.receipt, use_counter_texts());
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
    let copy = use_state(|| None::<Rc<Receipt>>);
    let failure = use_state_eq(|| None::<Failure>);
    let round = copy.as_ref().map_or(0, |copy| copy.copy);
    let printing = use_printing(receipt.book, receipt.no, round);
    let by_server = print_state::server_prints(printing.as_deref());
    // The browser prints the original once; all later papers are counted copies.
    let printed = use_state_eq(|| false);
    let print = {
        let (backend, copy, failure) = (use_backend(), copy.clone(), failure.clone());
        let (printed, place) = (printed.clone(), (receipt.book, receipt.no));
        Callback::from(move |()| {
            if !by_server && !*printed {
                printed.set(true);
                return browser::print();
            }
            let (backend, copy, failure) = (backend.clone(), copy.clone(), failure.clone());
            spawn_local(async move {
                match backend.reprint(place.0, place.1).await {
                    Ok(receipt) => copy.set(Some(Rc::new(receipt))),
                    Err(refused) => failure.set(Some(refused)),
                }
            });
        })
    };
    use_effect_with(round, move |round| {
        if *round > 0 && !by_server {
            browser::print();
        }
    });
    {
        let print = print.clone();
        use_document_key(Callback::from(move |event: KeyboardEvent| {
            if event.key() == "F4" {
                event.prevent_default();
                if !event.repeat() {
                    print.emit(());
                }
            }
        }));
    }
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
                    if let Some(printing) = printing { <PrintLine printing={*printing} /> }
                    if let Some(failure) = (*failure).clone() { <FailureNotice {failure} /> }
                    <button id={NEXT} class="button primary large wide" onclick={next} onkeydown={no_repeat}>{ texts.sale.next }<kbd>{ "Enter" }</kbd></button>
                    <div class="done-actions">
                        <button class="button" onclick={print.reform(|_: MouseEvent| ())}><Glyph icon={Icon::Printer} />{ if by_server || *printed { counter.printer.reprint } else { texts.sale.print } }</button>
                        <Link<Route> to={Route::receipt(receipt.book, receipt.no.0)} classes="button">{ texts.sale.open_receipt }</Link<Route>>
                    </div>
                </section>
                <FoundCard found={props.found.clone()} />
            </div>
            <ReceiptPaper receipt={copy.as_ref().map_or_else(|| receipt.clone(), |copy| Receipt::clone(copy))} paper={settings.paper} />
        </div>
    }
}
