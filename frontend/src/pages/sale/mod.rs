//! Selling: search, amount, Enter, Enter. Two fields and three keys for a cash sale.

mod amount;
mod at_till;
mod beside;
mod done;
mod find;
mod mobile;
mod pending;

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use shared::api::sale::{Found, SaleOrder, Tender};
use shared::id::MeterId;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::backend::{Backend, Failure};
use crate::browser;
use crate::components::icon::Icon;
use crate::components::notice::Empty;
use crate::components::print_state::PrinterNotice;
use crate::format;
use crate::hooks::{
    use_backend, use_document_key, use_fleet, use_leave, use_printer, use_seat, use_task, use_texts,
};
use crate::pages::wall::SaleOf;
use crate::store::outbox::{self, PendingSale};
use crate::store::sale::{Sale as SaleState, SaleAction, Step};

/// Where a pending sale is kept, followed by its key.
const OUTBOX: &str = "outbox.";
/// How long typing rests before it is asked about.
const REST: Duration = Duration::from_millis(140);

#[component]
pub fn Sale() -> Html {
    let (seat, texts) = (use_seat(), use_texts());
    if !seat.may_sell() {
        return html! {
            <div class="page"><h1>{ texts.sale.title }</h1>
                <section class="card"><Empty icon={Icon::Sale} title={texts.sale.may_not} hint={texts.sale.may_not_hint} /></section>
            </div>
        };
    }
    html! { <Counter /> }
}

#[component]
fn Counter() -> Html {
    let (seat, fleet, texts) = (use_seat(), use_fleet(), use_texts());
    let (backend, leave) = (use_backend(), use_leave());
    let currency = seat.currency();
    let printer = use_printer();
    let sale = use_reducer(SaleState::default);

    // A sale that was sent and not answered is repeated under its own key before anything else.
    {
        let sale = sale.dispatcher();
        use_effect_with((), move |()| {
            if let Some(pending) = stored_sales().into_iter().next() {
                sale.dispatch(SaleAction::Send(Box::new(pending)));
            } else if let Some(kept) = mobile::kept() {
                let amount = format::typed_money(kept.request.amount, currency);
                sale.dispatch(SaleAction::Take(kept.found));
                sale.dispatch(SaleAction::Tender(Tender::Mobile));
                sale.dispatch(SaleAction::Amount(amount));
            }
        });
    }
    // `?m=12`: the account of that meter, found by its room.
    let asked =
        use_location().and_then(|location| location.query::<SaleOf>().ok()).map(|of| MeterId(of.m));
    let room = asked.and_then(|meter| fleet.row(meter)).map(|row| (row.meter, row.name.clone()));
    {
        let (backend, sale) = (backend.clone(), sale.dispatcher());
        use_task(room, move |room| async move {
            let Some((meter, name)) = room else { return };
            if let Some(found) = found_of(&backend, meter, &name).await {
                sale.dispatch(SaleAction::Take(found));
            }
        });
    }
    // What is typed is searched after a short rest; Enter that came first takes the first find.
    let eager = use_mut_ref(|| false);
    let query = sale_query(&sale_state(&sale));
    {
        let (backend, sale, eager, leave) =
            (backend.clone(), sale.dispatcher(), eager.clone(), leave.clone());
        use_task(query, move |query: String| async move {
            if query.is_empty() {
                return;
            }
            gloo_timers::future::sleep(REST).await;
            match backend.search(&query).await {
                Ok(found) => {
                    let first = found.first().cloned();
                    sale.dispatch(SaleAction::Results { query, found });
                    if let Some(first) = first.filter(|_| std::mem::take(&mut *eager.borrow_mut()))
                    {
                        sale.dispatch(SaleAction::Take(first));
                    }
                }
                Err(failure) => fail(&sale, &leave, failure),
            }
        });
    }
    // The preview follows the amount and how it is paid: a till takes only so much cash.
    let question = sale.found().map(|found| found.account).zip(sale.amount(currency));
    let question = question.map(|(account, amount)| (account, amount, sale.tender()));
    {
        let (backend, sale, leave) = (backend.clone(), sale.dispatcher(), leave.clone());
        use_task(question, move |question| async move {
            let Some((account, amount, tender)) = question else { return };
            gloo_timers::future::sleep(REST).await;
            match backend.preview(account, amount, tender).await {
                Ok(preview) => sale.dispatch(SaleAction::Previewed(preview)),
                Err(failure) => fail(&sale, &leave, failure),
            }
        });
    }
    // Sent until answered: after a failure that leaves the outcome open, again under the same key.
    let sending = match &sale.step {
        Step::Sending(pending) => Some(pending.clone()),
        Step::Find | Step::Amount(_) | Step::Confirm(_) | Step::Done(..) => None,
    };
    let attempt = use_state_eq(|| 0_u32);
    {
        let (backend, sale, leave) = (backend.clone(), sale.dispatcher(), leave.clone());
        use_task((sending, *attempt), move |(pending, _attempt)| async move {
            if let Some(pending) = pending {
                send(&backend, &sale, &leave, &pending).await;
            }
        });
    }
    // The field or button that the next key is for.
    let place = match &sale.step {
        Step::Find => find::FIELD,
        Step::Amount(_) => amount::FIELD,
        Step::Confirm(_) => amount::CONFIRM,
        Step::Sending(_) => pending::PLACE,
        Step::Done(..) => done::NEXT,
    };
    use_effect_with(place, |place| browser::focus(place));

    let order = sale.order(currency);
    // Two clicks in one breath come before the page is drawn anew: the second finds it taken.
    let taken = use_mut_ref(|| false);
    if !matches!(sale.step, Step::Confirm(_)) {
        *taken.borrow_mut() = false;
    }
    let sell = {
        let (sale, order, taken) = (sale.clone(), order.clone(), taken.clone());
        Callback::from(move |()| {
            if let (Step::Confirm(found), Some(order)) = (&sale.step, order.clone())
                && !std::mem::replace(&mut *taken.borrow_mut(), true)
            {
                let pending = write_down(found.clone(), order);
                sale.dispatch(SaleAction::Send(Box::new(pending)));
            }
        })
    };
    {
        let sale = sale.clone();
        use_document_key(Callback::from(move |event: KeyboardEvent| {
            let at_amount = match sale.step {
                Step::Amount(_) | Step::Confirm(_) => true,
                Step::Find | Step::Sending(_) | Step::Done(..) => false,
            };
            let tender = match event.key().as_str() {
                "F1" | "F7" => Tender::Cash,
                "F8" => Tender::Card,
                "F3" | "F9" => Tender::Mobile,
                // The counter is at its first field again; what was sent stays until it is answered.
                "F2" if !event.repeat() => {
                    event.prevent_default();
                    return sale.dispatch(SaleAction::Leave);
                }
                "Escape" => return sale.dispatch(SaleAction::Back),
                _ => return,
            };
            event.prevent_default();
            if at_amount {
                sale.dispatch(SaleAction::Tender(tender));
            }
        }));
    }
    let act = {
        let sale = sale.dispatcher();
        Callback::from(move |action: SaleAction| sale.dispatch(action))
    };
    let state = sale_state(&sale);
    let body = match &sale.step {
        Step::Find => html! { <find::Find sale={state} act={act.clone()} {eager} /> },
        Step::Amount(found) | Step::Confirm(found) => html! {
            <amount::Amount sale={state} found={found.clone()} act={act.clone()} {sell} ready={order.is_some()} />
        },
        Step::Sending(pending) => {
            let again = {
                let attempt = attempt.clone();
                Callback::from(move |()| attempt.set(*attempt + 1))
            };
            html! { <pending::Pending pending={(**pending).clone()} failure={sale.failure.clone()} {again} /> }
        }
        Step::Done(found, receipt) => {
            html! { <done::Done found={found.clone()} receipt={(**receipt).clone()} act={act.clone()} /> }
        }
    };
    let done = matches!(sale.step, Step::Done(..));
    html! {
        <div class={classes!("page", "sale", "sale-page", done.then_some("with-receipt"))}>
            <header class="page-head no-print"><h1>{ texts.sale.title }</h1><at_till::AtTill /><span class="spring" /><small class="quiet keys">{ texts.sale.keys }</small></header>
            if !matches!(sale.step, Step::Done(..)) { <PrinterNotice printer={printer} /> }
            { body }
        </div>
    }
}

fn sale_state(sale: &UseReducerHandle<SaleState>) -> SaleState {
    SaleState::clone(sale)
}

fn sale_query(sale: &SaleState) -> String {
    match sale.step {
        Step::Find => sale.query.trim().to_owned(),
        Step::Amount(_) | Step::Confirm(_) | Step::Sending(_) | Step::Done(..) => String::new(),
    }
}

fn fail(sale: &UseReducerDispatcher<SaleState>, leave: &Callback<()>, failure: Failure) {
    if failure.is_signed_out() {
        leave.emit(());
    }
    sale.dispatch(SaleAction::Failed(failure));
}

async fn found_of(backend: &Backend, meter: MeterId, name: &str) -> Option<Found> {
    backend.search(name).await.ok()?.into_iter().find(|found| found.meter == meter)
}

fn stored_sales() -> Vec<PendingSale> {
    browser::stored_keys(OUTBOX)
        .iter()
        .filter_map(|key| outbox::read(&browser::stored(key)?))
        .collect()
}

/// Before the order leaves, it is written down with its key: from here on a reload repeats it.
fn write_down(found: Found, order: SaleOrder) -> PendingSale {
    let pending =
        PendingSale { key: outbox::key_from(browser::random()), order, found, at: browser::now() };
    browser::store(&format!("{OUTBOX}{}", pending.key.as_str()), &outbox::written(&pending));
    pending
}

/// Asks until there is an answer. The last word is never "unknown": the key makes asking again safe.
async fn send(
    backend: &Backend,
    sale: &UseReducerDispatcher<SaleState>,
    leave: &Callback<()>,
    pending: &PendingSale,
) {
    let stored = format!("{OUTBOX}{}", pending.key.as_str());
    let mut wait = 1_000_u32;
    loop {
        match backend.sell(&pending.order, &pending.key).await {
            Ok(receipt) => {
                browser::forget(&stored);
                return sale.dispatch(SaleAction::Sold(Box::new(receipt)));
            }
            Err(failure) if failure.is_signed_out() => return fail(sale, leave, failure),
            Err(failure) => {
                let ends = failure.is_final();
                if ends {
                    browser::forget(&stored);
                }
                fail(sale, leave, failure);
                if ends {
                    return;
                }
            }
        }
        TimeoutFuture::new(wait).await;
        wait = (wait * 2).min(15_000);
    }
}
