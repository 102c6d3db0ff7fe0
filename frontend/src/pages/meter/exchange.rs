//! A meter or its transformers are exchanged: one form, one transaction; and what was exchanged before.

use std::rc::Rc;

use shared::api::meter::{ExchangeOrder, Exchanged, MeterPage};
use shared::energy::{Energy, Register};
use shared::id::MeterId;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use crate::backend::Failure;
use crate::browser;
use crate::components::dialog::Dialog;
use crate::components::notice::FailureNotice;
use crate::format;
use crate::hooks::{use_account_texts, use_backend, use_leave, use_load, use_seat, use_texts};
use crate::i18n::fill;
use crate::store::outbox;

#[derive(PartialEq, Properties)]
pub struct ExchangeProps {
    pub page: Rc<MeterPage>,
    pub changed: Callback<()>,
}

/// The history of the place, and the way to add to it.
#[component]
pub fn Exchanges(props: &ExchangeProps) -> Html {
    let (seat, words, backend) = (use_seat(), use_account_texts(), use_backend());
    let open = use_state_eq(|| false);
    let again = use_state_eq(|| 0_u32);
    let (meter, words) = (props.page.row.meter, &words.exchange);
    let rows = use_load(meter, *again, move |meter| {
        let backend = backend.clone();
        async move { backend.exchanges(meter).await }
    });
    let show = |to: bool| {
        let open = open.clone();
        Callback::from(move |()| open.set(to))
    };
    let done = {
        let (again, open, changed) = (again.clone(), open.clone(), props.changed.clone());
        Callback::from(move |()| {
            open.set(false);
            again.set(*again + 1);
            changed.emit(());
        })
    };
    html! {
        <section class="exchanges">
            <div class="card-head"><h3>{ words.history }</h3>
                if seat.may_judge() && props.page.account.is_some() {
                    <button type="button" class="button" onclick={show(true).reform(|_: MouseEvent| ())}>{ words.open }</button>
                }
            </div>
            if let Some(failure) = &rows.failure { <FailureNotice failure={failure.clone()} /> }
            if let Some(rows) = &rows.value {
                if rows.is_empty() { <p class="quiet">{ words.none }</p> }
                <ul class="arrears-list">{ for rows.iter().map(|row| html! {
                    <li>
                        <p><b>{ what(words.meter, words.transformers, row.what) }</b>{ " " }{ fill(words.row, &[&format::register(row.last), &format::register(row.first)]) }
                            if row.manual { { " · " }{ words.dead } } if !row.serial.is_empty() { { " · " }<span class="mono">{ &row.serial }</span> }</p>
                        <p class="quiet small">{ format::full(row.at, &seat.zone) }{ " · " }{ &row.by }{ " · " }{ &row.note }</p>
                    </li>
                }) }</ul>
            }
            if *open { <Wizard page={Rc::clone(&props.page)} on_close={show(false)} on_done={done} /> }
        </section>
    }
}

fn what(meter: &'static str, transformers: &'static str, what: Exchanged) -> &'static str {
    match what {
        Exchanged::Meter => meter,
        Exchanged::Transformers => transformers,
    }
}

#[derive(PartialEq, Properties)]
struct WizardProps {
    page: Rc<MeterPage>,
    on_close: Callback<()>,
    on_done: Callback<()>,
}

#[component]
fn Wizard(props: &WizardProps) -> Html {
    let (texts, words) = (use_texts(), use_account_texts());
    let (backend, leave) = (use_backend(), use_leave());
    let exchanged = use_state_eq(|| Exchanged::Meter);
    let busy = use_state_eq(|| false);
    let bad = use_state_eq(|| false);
    let failure = use_state_eq(|| None::<Failure>);
    let fields: [NodeRef; 5] =
        [use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref()];
    let [last, manual, first, serial, note] = fields.clone();
    let submit = {
        let (what, busy, bad, failure) = (*exchanged, busy.clone(), bad.clone(), failure.clone());
        let (meter, done) = (props.page.row.meter, props.on_done.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let field = |node: &NodeRef| node.cast::<HtmlInputElement>();
            let text = |node: &NodeRef| field(node).map(|it| it.value()).unwrap_or_default();
            let [last, manual, first, serial, note] = &fields;
            let manual = field(manual).is_some_and(|it| it.checked());
            let texts = [text(last), text(first), text(serial), text(note)];
            let order = order(what, manual, &texts);
            bad.set(order.is_none());
            let Some(order) = order.filter(|_| !*busy) else { return };
            send(
                &backend,
                meter,
                order,
                (busy.clone(), failure.clone()),
                (leave.clone(), done.clone()),
            );
        })
    };
    let choose = |to: Exchanged| {
        let exchanged = exchanged.clone();
        move |_: Event| exchanged.set(to)
    };
    let close = props.on_close.reform(|_: MouseEvent| ());
    let words = &words.exchange;
    let title = fill(words.title, &[&props.page.row.name]);
    // Filled in once, so that typing is never overwritten by a later look at the meter.
    let shown = props.page.register.map(|register| register.to_kwh().normalize().to_string());
    use_effect_with((), {
        let last = last.clone();
        move |()| {
            if let (Some(field), Some(shown)) = (last.cast::<HtmlInputElement>(), shown) {
                field.set_value(&shown);
            }
        }
    });
    html! {
        <Dialog label={title.clone()} class="modal" on_close={props.on_close.clone()}>
            <form class="reason-form" onsubmit={submit}>
                <h2>{ title }</h2>
                <p class="soft">{ words.lead }</p>
                <fieldset class="choice"><legend>{ words.what }</legend>
                    <label><input type="radio" name="what" checked={*exchanged == Exchanged::Meter} onchange={choose(Exchanged::Meter)} />{ words.meter }</label>
                    <label><input type="radio" name="what" checked={*exchanged == Exchanged::Transformers} onchange={choose(Exchanged::Transformers)} />{ words.transformers }</label>
                </fieldset>
                <label class="field"><span>{ words.last }</span><input ref={last} name="last" type="text" inputmode="decimal" autocomplete="off" required=true /></label>
                <label class="check"><input ref={manual} name="manual" type="checkbox" />{ words.manual }</label>
                <label class="field"><span>{ words.first }</span><input ref={first} name="first" type="text" inputmode="decimal" autocomplete="off" required=true /></label>
                <label class="field"><span>{ words.serial }</span><input ref={serial} name="serial" type="text" autocomplete="off" maxlength="40" /></label>
                <label class="field"><span>{ words.note }</span><input ref={note} name="note" type="text" maxlength="200" placeholder={words.note_hint} required=true /></label>
                if *bad { <p class="field-error" role="alert">{ words.bad }</p> }
                if let Some(failure) = &*failure { <FailureNotice failure={failure.clone()} /> }
                <div class="dialog-actions">
                    <button type="button" class="button" onclick={close}>{ texts.common.cancel }</button>
                    <button class="button primary" disabled={*busy}>{ words.confirm }</button>
                </div>
            </form>
        </Dialog>
    }
}

fn send(
    backend: &crate::backend::Backend,
    meter: MeterId,
    order: ExchangeOrder,
    (busy, failure): (UseStateHandle<bool>, UseStateHandle<Option<Failure>>),
    (leave, done): (Callback<()>, Callback<()>),
) {
    let (backend, key) = (backend.clone(), outbox::key_from(browser::random()));
    busy.set(true);
    spawn_local(async move {
        let answer = backend.exchange(meter, &order, &key).await;
        busy.set(false);
        match answer {
            Ok(()) => done.emit(()),
            Err(refused) => {
                if refused.is_signed_out() {
                    leave.emit(());
                }
                failure.set(Some(refused));
            }
        }
    });
}

/// What was typed: final reading, first reading, number, note.
fn order(what: Exchanged, manual: bool, typed: &[String; 4]) -> Option<ExchangeOrder> {
    let [last, first, serial, note] = typed.each_ref().map(|text| text.trim());
    let register = |kwh: &str| {
        let energy = Energy::parse_kwh(kwh).filter(|energy| !energy.is_negative())?;
        Some(Register::from_mwh(energy.mwh()))
    };
    let (last, first) = (register(last)?, register(first)?);
    let (serial, note) = (serial.to_owned(), note.to_owned());
    (!note.is_empty()).then_some(ExchangeOrder { what, last, manual, first, serial, note })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_an_exchange_or_none() {
        let order = |last: &str, first: &str, note: &str| {
            order(Exchanged::Meter, false, &[last, first, " N-2 ", note].map(str::to_owned))
        };
        let good = order("1000.25", "0", "display broken").expect("an exchange");
        assert_eq!((good.last.mwh(), good.first.mwh()), (1_000_250_000, 0));
        assert_eq!(good.serial, "N-2");
        for (last, first, note) in
            [("", "0", "why"), ("1", "x", "why"), ("1", "-1", "why"), ("1", "0", " ")]
        {
            assert_eq!(order(last, first, note), None, "{last} {first} {note}");
        }
    }
}
