//! One receipt: shown, printed, printed again as a copy, taken back.

use std::rc::Rc;

use shared::api::receipt::Receipt as Issued;
use shared::api::sale::ReversalOrder;
use shared::id::{Book, ReceiptNo};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::backend::Failure;
use crate::browser;
use crate::components::badge::BookMark;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{FailureNotice, Waiting};
use crate::components::paper::ReceiptPaper;
use crate::components::print_state::{self, PrintLine};
use crate::components::reason_dialog::ReasonDialog;
use crate::format;
use crate::hooks::{
    use_backend, use_document_key, use_leave, use_load, use_printing, use_seat, use_settings,
    use_texts,
};
use crate::i18n::fill;
use crate::route::Route;
use crate::store::outbox;
use crate::store::settings::{Paper, SettingsAction};

#[derive(PartialEq, Properties)]
pub struct ReceiptProps {
    pub book: Book,
    pub no: u64,
}

#[component]
pub fn Receipt(props: &ReceiptProps) -> Html {
    let (seat, settings, texts) = (use_seat(), use_settings(), use_texts());
    let (backend, leave) = (use_backend(), use_leave());
    let navigator = use_navigator().expect("pages are inside the router");
    let place = (props.book, ReceiptNo(props.no));
    let loaded = use_load(place, (), {
        let backend = backend.clone();
        move |(book, no)| {
            let backend = backend.clone();
            async move { backend.receipt(book, no).await }
        }
    });
    // A reprint brings the receipt with its copy number; it stands in for the one loaded.
    let copy = use_state(|| None::<Rc<Issued>>);
    let asking = use_state_eq(|| false);
    let busy = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    // One key for one decision: a second click on the same dialog is the same reversal.
    let key = use_memo((place, *asking), |_| outbox::key_from(browser::random()));

    let reprint = {
        let (backend, copy, failure) = (backend.clone(), copy.clone(), failure.clone());
        Callback::from(move |()| {
            let (backend, copy, failure) = (backend.clone(), copy.clone(), failure.clone());
            spawn_local(async move {
                match backend.reprint(place.0, place.1).await {
                    Ok(receipt) => copy.set(Some(Rc::new(receipt))),
                    Err(refused) => failure.set(Some(refused)),
                }
            });
        })
    };
    let round = copy.as_ref().map_or(0, |copy| copy.copy);
    let printing = use_printing(place.0, place.1, round);
    let by_server = print_state::server_prints(printing.as_deref());
    // Without a printer the browser prints, when the copy number is on the page.
    use_effect_with(round, move |round| {
        if *round > 0 && !by_server {
            browser::print();
        }
    });
    {
        let (reprint, may) = (reprint.clone(), seat.may_sell());
        use_document_key(Callback::from(move |event: KeyboardEvent| {
            if event.key() == "F4" && may {
                event.prevent_default();
                if !event.repeat() {
                    reprint.emit(());
                }
            }
        }));
    }
    // A second person was asked: somebody else sold it, it is large, or it leaves a debt.
    let asked = use_state_eq(|| false);
    let give = {
        let (asking, busy, failure) = (asking.clone(), busy.clone(), failure.clone());
        let asked = asked.clone();
        Callback::from(move |(reason, as_debt): (String, bool)| {
            let (backend, leave, navigator, key) =
                (backend.clone(), leave.clone(), navigator.clone(), key.clone());
            let (asking, busy, failure) = (asking.clone(), busy.clone(), failure.clone());
            let asked = asked.clone();
            let order = ReversalOrder { book: place.0, receipt: place.1, reason, as_debt };
            busy.set(true);
            spawn_local(async move {
                let alone = if as_debt { None } else { Some(backend.reverse(&order, &key).await) };
                let needs_two =
                    |refused: &Failure| refused.is("not-own-sale") || refused.is("second-person");
                let refused = match alone {
                    Some(Ok(reversal)) => {
                        asking.set(false);
                        navigator.push(&Route::receipt(reversal.book, reversal.no.0));
                        None
                    }
                    Some(Err(refused)) if !needs_two(&refused) => Some(refused),
                    Some(Err(_)) | None => match backend.ask_reversal(&order).await {
                        Ok(()) => {
                            asking.set(false);
                            asked.set(true);
                            None
                        }
                        Err(refused) => Some(refused),
                    },
                };
                busy.set(false);
                if refused.as_ref().is_some_and(Failure::is_signed_out) {
                    leave.emit(());
                }
                failure.set(refused);
            });
        })
    };
    let instead = (*failure).as_ref().filter(|refused| refused.is("leaves-debt")).map(|_| {
        (AttrValue::from(texts.receipt.as_debt), give.reform(|reason: String| (reason, true)))
    });
    let ask = {
        let asking = asking.clone();
        Callback::from(move |_: MouseEvent| asking.set(true))
    };
    let close = {
        let (asking, failure) = (asking.clone(), failure.clone());
        Callback::from(move |()| {
            asking.set(false);
            failure.set(None);
        })
    };
    let fits = copy.as_ref().filter(|copy| (copy.book, copy.no) == place).cloned();
    let Some(receipt) = fits.or(loaded.value) else {
        return html! {
            <div class="page"><h1>{ texts.receipt.title }</h1>
                if let Some(failure) = loaded.failure { <FailureNotice {failure} /> } else { <section class="card"><Waiting /></section> }
            </div>
        };
    };
    let paper = |paper: Paper, name: &'static str| {
        let chosen = settings.clone();
        html! { <button aria-pressed={(settings.paper == paper).to_string()} onclick={move |_| chosen.dispatch(SettingsAction::Paper(paper))}>{ name }</button> }
    };
    let may_reverse = seat.may_sell()
        && receipt.reverses.is_none()
        && receipt.reversed_by.is_none()
        && !receipt.refund;
    // As it is printed: the counter's own number, where a counter issued it.
    let number = receipt.serial.map_or_else(|| receipt.no.to_string(), |own| own.to_string());
    html! {
        <div class="page receipt-page">
            <header class="page-head no-print">
                <h1>{ texts.receipt.title }{ " № " }{ &number }</h1><BookMark book={receipt.book} />
                <span class="spring" />
                <div class="segments" role="group" aria-label={texts.receipt.paper}>
                    { paper(Paper::Mm58, texts.receipt.mm58) }{ paper(Paper::Mm80, texts.receipt.mm80) }{ paper(Paper::A4, texts.receipt.a4) }
                </div>
            </header>
            if let Some(failure) = (*failure).clone().filter(|_| !*asking) { <FailureNotice {failure} /> }
            <div class="receipt-both">
                <ReceiptPaper receipt={Issued::clone(&receipt)} paper={settings.paper} />
                <div class="receipt-actions no-print">
                    if let Some(printing) = printing { <PrintLine printing={*printing} /> }
                    if seat.may_sell() {
                        <button class="button primary large wide" onclick={reprint.reform(|_: MouseEvent| ())}><Glyph icon={Icon::Printer} />{ texts.receipt.reprint }<kbd>{ "F4" }</kbd></button>
                        <Link<Route> to={Route::Sale} classes="button wide"><Glyph icon={Icon::Sale} />{ texts.receipt.again }</Link<Route>>
                    }
                    if let Some(by) = receipt.reversed_by {
                        <Link<Route> to={Route::receipt(receipt.book, by.0)} classes="notice warn">{ fill(texts.receipt.reversed_by, &[&by.to_string()]) }</Link<Route>>
                    }
                    if let Some(of) = receipt.reverses {
                        <Link<Route> to={Route::receipt(receipt.book, of.0)} classes="notice warn">{ fill(texts.receipt.reverses, &[&of.to_string()]) }</Link<Route>>
                    }
                    if *asked { <p class="notice warn" role="status">{ texts.receipt.asked_second }</p> }
                    if may_reverse && !*asked { <button class="button danger wide" onclick={ask}><Glyph icon={Icon::Undo} />{ texts.receipt.reverse }</button> }
                </div>
            </div>
            if *asking {
                <ReasonDialog title={fill(texts.receipt.reverse_title, &[&number])} lead={fill(texts.receipt.reverse_lead, &[&format::money(receipt.amount, seat.currency())])}
                    hint={texts.receipt.reverse_hint} action={texts.receipt.reverse} danger=true busy={*busy} failure={(*failure).clone()} {instead} on_close={close} on_reason={give.reform(|reason: String| (reason, false))} />
            }
        </div>
    }
}
