//! All meters as a list: found by a word, sorted by what matters, opened by a click.

use std::collections::BTreeSet;
use std::rc::Rc;

use shared::api::live::{MeterRow, MeterState};
use shared::id::{Book, MeterId};
use shared::meter::Quality;
use shared::money::Money;
use web_sys::HtmlInputElement;
use yew::prelude::*;
use yew_router::prelude::*;

use super::wall::Chips;
use crate::components::badge::StateBadge;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{Empty, Waiting};
use crate::components::table::WindowedTable;
use crate::components::wall_canvas::{building_name, floor_words};
use crate::format;
use crate::hooks::{use_fleet, use_lang, use_seat, use_texts};
use crate::i18n::fill;
use crate::route::Route;
use crate::store::wall::filtered;

#[component]
pub fn Meters() -> Html {
    let (fleet, texts) = (use_fleet(), use_texts());
    let navigator = use_navigator().expect("pages are inside the router");
    let words = use_state_eq(String::new);
    let chosen = use_state_eq(BTreeSet::<MeterState>::new);
    let rows = Rc::new(filtered(&fleet.rows, &chosen, &words));
    let typing = {
        let words = words.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                words.set(field.value());
            }
        })
    };
    let toggle = {
        let chosen = chosen.clone();
        Callback::from(move |state: MeterState| {
            let mut next = BTreeSet::clone(&chosen);
            if !next.remove(&state) {
                next.insert(state);
            }
            chosen.set(next);
        })
    };
    let open = Callback::from(move |row: Rc<MeterRow>| navigator.push(&Route::meter(row.meter)));
    if fleet.version == 0 {
        return html! { <div class="page"><Waiting /></div> };
    }
    let figure = |count: usize| format::count(u64::try_from(count).unwrap_or(0));
    html! {
        <div class="page list-page">
            <header class="page-head">
                <h1>{ texts.frame.meters }</h1>
                <label class="find"><Glyph icon={Icon::Search} size=16 />
                    <input type="search" placeholder={texts.meters.find} aria-label={texts.meters.find} value={(*words).clone()} oninput={typing} />
                </label>
                <Chips chosen={BTreeSet::clone(&chosen)} on_toggle={toggle} />
                <span class="spring" />
                <span class="quiet nowrap">{ fill(texts.meters.count, &[&figure(rows.len()), &figure(fleet.rows.len())]) }</span>
            </header>
            <section class="card list-card">
                if rows.is_empty() {
                    <Empty icon={Icon::Meter} title={texts.wall.nothing} hint={texts.wall.nothing_hint} />
                } else {
                    <MeterTable {rows} on_open={open} />
                }
            </section>
        </div>
    }
}

#[derive(PartialEq, Properties)]
pub struct MeterTableProps {
    pub rows: Rc<Vec<Rc<MeterRow>>>,
    pub on_open: Callback<Rc<MeterRow>>,
    #[prop_or_default]
    pub chosen: Option<MeterId>,
    /// Fewer columns, for the place beside the wall.
    #[prop_or_default]
    pub short: bool,
}

#[component]
pub fn MeterTable(props: &MeterTableProps) -> Html {
    let (seat, fleet, lang, texts) = (use_seat(), use_fleet(), use_lang(), use_texts());
    let short = props.short;
    let row = {
        let (rows, open) = (props.rows.clone(), props.on_open.clone());
        Callback::from(move |place: usize| {
            let Some(row) = rows.get(place) else { return Html::default() };
            let change = &row.change;
            let stale = (change.quality != Quality::Good).then_some("stale");
            let (open, opened) = (open.clone(), row.clone());
            let simulated = (row.book == Book::Simulated).then_some("simulated");
            let negative = change.credit.is_some_and(Money::is_negative).then_some("ink-cut");
            html! {
                <>
                    <td class={classes!("cell-name", simulated)}>
                        <button class="link" onclick={move |event: MouseEvent| { event.stop_propagation(); open.emit(opened.clone()); }}>{ &row.name }</button>
                        if short { <small class="quiet">{ &row.customer }</small> }
                    </td>
                    if !short {
                        <td class="cell-customer">{ &row.customer }</td>
                        <td class="cell-place soft">{ building_name(lang, &row.building) }{ " · " }{ floor_words(lang, &row.floor) }</td>
                    }
                    <td class="cell-state"><StateBadge state={change.state} /></td>
                    <td class={classes!("num", "cell-credit", negative)}>{ change.credit.map_or_else(|| texts.common.none.to_owned(), |credit| format::money(credit, seat.currency())) }</td>
                    <td class={classes!("num", "cell-power", stale)}>{ change.power.map_or_else(|| texts.common.none.to_owned(), format::power) }<span class="unit">{ "kW" }</span></td>
                    if !short {
                        <td class={classes!("num", "cell-age", "quiet")}>{ change.as_of.map_or_else(|| texts.common.never.to_owned(), |at| format::ago(at, fleet.now_of(row.book), lang)) }</td>
                    }
                </>
            }
        })
    };
    let open = {
        let (rows, open) = (props.rows.clone(), props.on_open.clone());
        Callback::from(move |place: usize| {
            if let Some(row) = rows.get(place) {
                open.emit(row.clone());
            }
        })
    };
    let head = html! {
        <>
            <th scope="col">{ texts.common.room }</th>
            if !short { <th scope="col" class="cell-customer">{ texts.common.customer }</th><th scope="col" class="cell-place">{ texts.meters.place }</th> }
            <th scope="col" class="cell-state">{ texts.common.state }</th>
            <th scope="col" class="num cell-credit">{ texts.common.credit }</th>
            <th scope="col" class="num cell-power">{ texts.common.power }</th>
            if !short { <th scope="col" class="num cell-age">{ texts.meters.age }</th> }
        </>
    };
    let chosen =
        props.chosen.and_then(|meter| props.rows.iter().position(|row| row.meter == meter));
    html! {
        <WindowedTable label={texts.frame.meters} {head} columns={if short { 4 } else { 7 }} count={props.rows.len()} {row} {chosen} on_open={open}
            class={if short { "short" } else { "full" }} />
    }
}
