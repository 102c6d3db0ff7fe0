//! The sign-off sheet: what was added on a line, to be compared with the displays and signed.

use shared::api::commission::Commissioned;
use shared::api::scan::ScanSpeed;
use shared::id::LineId;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use super::commission::typed;
use crate::backend::Failure;
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::format;
use crate::hooks::{use_backend, use_line_texts, use_load, use_seat};
use crate::i18n::{CommissionTexts, fill};
use crate::route::Route;

#[derive(PartialEq, Properties)]
pub struct SheetProps {
    pub line: LineId,
    pub name: String,
    /// Of a serial line.
    pub speed: Option<ScanSpeed>,
    pub round: u32,
    pub told: Callback<Result<(), Failure>>,
}

#[component]
pub fn Sheet(props: &SheetProps) -> Html {
    let (seat, texts, backend) = (use_seat(), use_line_texts(), use_backend());
    let words = &texts.commission;
    let all = use_load((), props.round, move |()| {
        let backend = backend.clone();
        async move { backend.commissioned().await }
    });
    let line = props.line;
    let rows: Vec<Commissioned> = all
        .value
        .iter()
        .flat_map(|all| all.iter())
        .filter(|row| row.line == line)
        .cloned()
        .collect();
    let head = [
        texts.lines.meter,
        words.room,
        words.place,
        words.model,
        words.serial,
        words.relay,
        words.account_no,
        words.state,
        words.display,
        words.signature,
    ];
    html! {
        <section class="card line-table sheet-print" tabindex="0" role="region" aria-label={words.sheet}>
            <div class="card-head">
                <h2>{ words.sheet }</h2><span class="quiet">{ words.sheet_lead }</span><span class="spring" />
                <button class="button no-print" onclick={|_| browser::print()} disabled={rows.is_empty()}><Glyph icon={Icon::Printer} size=16 />{ words.print }</button>
            </div>
            <p class="only-print">{ &seat.site.name }{ " · " }{ &props.name }if let Some(speed) = &props.speed { { " · " }{ speed.to_string() } }{ " · " }{ format::full(browser::now(), &seat.zone) }{ " · " }{ &seat.person.name }</p>
            if rows.is_empty() { <p class="quiet line-none">{ words.none }</p> } else {
                <table>
                    <thead><tr>{ for head.into_iter().map(|head| html! { <th scope="col">{ head }</th> }) }</tr></thead>
                    <tbody>{ for rows.iter().map(|row| html! { <SheetRow key={row.meter.0} row={row.clone()} told={props.told.clone()} /> }) }</tbody>
                </table>
            }
        </section>
    }
}

/// What opens and closes the supply: inside, an output of a board, or nothing that we know of.
fn switch(row: &Commissioned, words: &CommissionTexts) -> String {
    match &row.relay {
        None if row.switches => words.inside.to_owned(),
        None => words.outside.to_owned(),
        Some(relay) => {
            let line = relay.line.unwrap_or(row.line);
            let output = fill(words.output, &[&relay.output.to_string()]);
            format!("{line} / {} · {output}", relay.unit)
        }
    }
}

#[derive(PartialEq, Properties)]
struct SheetRowProps {
    row: Commissioned,
    told: Callback<Result<(), Failure>>,
}

#[component]
fn SheetRow(props: &SheetRowProps) -> Html {
    let (texts, backend) = (use_line_texts(), use_backend());
    let words = &texts.commission;
    let display = use_node_ref();
    let row = &props.row;
    let sign = {
        let (display, told, meter) = (display.clone(), props.told.clone(), row.meter);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let (shown, backend, told) = (typed(&display), backend.clone(), told.clone());
            spawn_local(async move { told.emit(backend.sign_off(meter, &shown).await.map(drop)) });
        })
    };
    html! {
        <tr>
            <td><Link<Route> to={Route::meter(row.meter)}>{ row.meter.0 }</Link<Route>></td>
            <td>{ &row.name }</td>
            <td class="mono">{ format!("{} / {}", row.line, row.unit) }</td>
            <td class="mono">{ &row.profile }</td>
            <td class="mono">{ row.serial.clone().unwrap_or_default() }</td>
            <td>{ switch(row, words) }</td>
            <td>{ row.account.map(|account| account.to_string()).unwrap_or_default() }</td>
            <td>{ if row.is_billed() { words.billed } else { words.read_only } }
                if !row.proven && row.signed_off.is_none() { <small class="quiet block">{ words.unproven }</small> }
            </td>
            if let Some(signed) = &row.signed_off { <td colspan="2">{ signed }</td> } else {
                <td colspan="2"><form class="raw-form no-print" onsubmit={sign}>
                    <input ref={display} name="display" inputmode="decimal" aria-label={words.display} required=true />
                    <button class="button">{ words.sign }</button>
                </form></td>
            }
        </tr>
    }
}
