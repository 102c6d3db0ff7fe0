//! The meter wall: every meter at a glance, filters as chips, the same meters as a table beside it.

use std::collections::BTreeSet;
use std::rc::Rc;

use shared::api::live::{MeterRow, MeterState};
use shared::id::MeterId;
use shared::meter::Quality;
use shared::money::Money;
use yew::prelude::*;
use yew_router::prelude::*;

use super::meters::MeterTable;
use crate::components::badge::{BookMark, StateBadge, StateShape, state_word};
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{Empty, Waiting};
use crate::components::wall_canvas::{WallCanvas, building_name, floor_words};
use crate::format;
use crate::hooks::{use_document_key, use_fleet, use_lang, use_seat, use_texts};
use crate::i18n::{self, fill};
use crate::route::Route;
use crate::store::wall::filtered;

#[component]
pub fn Wall() -> Html {
    let (fleet, texts) = (use_fleet(), use_texts());
    let chosen = use_state_eq(BTreeSet::<MeterState>::new);
    let opened = use_state_eq(|| None::<MeterId>);
    let as_table = use_state_eq(|| false);
    let rows = Rc::new(filtered(&fleet.rows, &chosen, ""));
    let open = {
        let opened = opened.clone();
        Callback::from(move |row: Rc<MeterRow>| opened.set(Some(row.meter)))
    };
    let close = {
        let opened = opened.clone();
        Callback::from(move |()| opened.set(None))
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
    let clear = {
        let chosen = chosen.clone();
        Callback::from(move |_: MouseEvent| chosen.set(BTreeSet::new()))
    };
    let view = |table: bool, icon: Icon, name: &'static str| {
        let as_table = as_table.clone();
        html! { <button aria-pressed={(*as_table == table).to_string()} onclick={move |_| as_table.set(table)}><Glyph {icon} size=16 />{ name }</button> }
    };
    if fleet.version == 0 {
        return html! { <div class="page"><Waiting /></div> };
    }
    html! {
        <div class={classes!("page", "wall-page", opened.is_some().then_some("with-drawer"))}>
            <header class="page-head">
                <h1>{ texts.frame.wall }</h1>
                <Chips on_toggle={toggle} chosen={BTreeSet::clone(&chosen)} />
                <span class="spring" />
                <div class="segments narrow-only" role="group">{ view(false, Icon::Wall, texts.wall.as_cells) }{ view(true, Icon::Table, texts.wall.as_table) }</div>
            </header>
            <div class={classes!("wall-both", if *as_table { "show-table" } else { "show-wall" })}>
                <section class="card wall-card">
                    if rows.is_empty() {
                        <Empty icon={Icon::Wall} title={texts.wall.nothing} hint={texts.wall.nothing_hint}>
                            <button class="button" onclick={clear}>{ texts.wall.clear }</button>
                        </Empty>
                    } else {
                        <WallCanvas rows={rows.clone()} on_open={open.clone()} />
                        <p class="wall-legend quiet">{ texts.wall.legend }{ " · " }{ fill(texts.wall.lead, &[&format::count(u64::try_from(rows.len()).unwrap_or(0))]) }</p>
                    }
                </section>
                <section class="card wall-table"><MeterTable rows={rows.clone()} on_open={open} chosen={*opened} short=true /></section>
            </div>
            if let Some(row) = opened.and_then(|meter| fleet.row(meter).cloned()) {
                <Drawer {row} on_close={close} />
            }
        </div>
    }
}

#[derive(PartialEq, Properties)]
pub struct ChipsProps {
    pub chosen: BTreeSet<MeterState>,
    pub on_toggle: Callback<MeterState>,
}

/// One chip a state that occurs, with its count.
#[component]
pub fn Chips(props: &ChipsProps) -> Html {
    let (fleet, lang) = (use_fleet(), use_lang());
    html! {
        <div class="chips" role="group">
            { for fleet.counts().into_iter().map(|(state, count)| {
                let toggle = props.on_toggle.clone();
                html! {
                    <button class={classes!("chip", state_word(state))} aria-pressed={props.chosen.contains(&state).to_string()}
                        title={i18n::state_hint(lang, state)} onclick={move |_| toggle.emit(state)}>
                        <StateShape {state} />{ i18n::state(lang, state) }<b>{ count }</b>
                    </button>
                }
            }) }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct DrawerProps {
    row: Rc<MeterRow>,
    on_close: Callback<()>,
}

/// One meter beside the wall; the wall stays where it is.
#[component]
fn Drawer(props: &DrawerProps) -> Html {
    let (seat, fleet, lang, texts) = (use_seat(), use_fleet(), use_lang(), use_texts());
    let close = props.on_close.clone();
    let escape = props.on_close.clone();
    use_document_key(Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            escape.emit(());
        }
    }));
    let (row, change) = (&props.row, &props.row.change);
    let stale = change.quality != Quality::Good;
    let none = || texts.common.none.to_owned();
    html! {
        <section class={classes!("drawer", (row.book == shared::id::Book::Simulated).then_some("simulated"))} aria-label={row.name.clone()}>
            <header class="dialog-head">
                <div><h2>{ &row.name }{ " " }<BookMark book={row.book} /></h2>
                    <p class="soft">{ building_name(lang, &row.building) }{ " · " }{ floor_words(lang, &row.floor) }</p></div>
                <button class="icon-button" onclick={move |_| close.emit(())} aria-label={texts.common.close}><Glyph icon={Icon::Close} /></button>
            </header>
            <StateBadge state={change.state} />
            <p class="drawer-hint soft">{ i18n::state_hint(lang, change.state) }</p>
            <p class="drawer-credit"><small>{ texts.common.credit }</small>
                <b class={classes!(change.credit.is_some_and(Money::is_negative).then_some("ink-cut"))}>{ change.credit.map_or_else(none, |credit| format::money(credit, seat.currency())) }</b></p>
            <dl class="pairs">
                <dt>{ texts.common.customer }</dt><dd>{ if row.customer.is_empty() { texts.common.no_account } else { row.customer.as_str() } }</dd>
                <dt>{ texts.common.power }</dt>
                <dd class={classes!(stale.then_some("stale"))}>{ change.power.map_or_else(none, |power| format!("{} kW", format::power(power))) }</dd>
                <dt></dt><dd class="quiet">{ fill(texts.wall.usual, &[&format!("{} kW", format::power(row.usual_power))]) }</dd>
                <dt>{ texts.meters.age }</dt>
                <dd class={classes!(stale.then_some("stale"))}>{ change.as_of.map_or_else(|| texts.meter.never_read.to_owned(), |at| format!("{} · {}", format::ago(at, fleet.now_of(row.book), lang), i18n::quality(lang, change.quality))) }</dd>
            </dl>
            <div class="drawer-actions">
                <Link<Route> to={Route::meter(row.meter)} classes="button primary wide">{ texts.wall.open_page }<Glyph icon={Icon::Arrow} size=16 /></Link<Route>>
                if seat.may_sell() && row.account.is_some() {
                    <Link<Route, SaleOf> to={Route::Sale} query={SaleOf { m: row.meter.0 }} classes="button wide"><Glyph icon={Icon::Sale} />{ texts.wall.sell }</Link<Route, SaleOf>>
                }
            </div>
        </section>
    }
}

/// `/vend?m=12`: the sale page with the account of a meter already found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SaleOf {
    pub m: u32,
}
