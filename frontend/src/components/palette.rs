//! Ctrl-K: any meter, customer or page by a few letters.

use shared::api::live::MeterRow;
use web_sys::HtmlInputElement;
use yew::prelude::*;
use yew_router::prelude::*;

use super::badge::StateShape;
use super::badge::state_word;
use super::dialog::Dialog;
use super::icon::{Glyph, Icon};
use crate::browser;
use crate::hooks::{use_fleet, use_lang, use_seat, use_texts};
use crate::i18n;
use crate::route::Route;
use crate::store::wall;

const SHOWN: usize = 8;
const FIELD: &str = "palette-field";

#[derive(PartialEq, Properties)]
pub struct PaletteProps {
    pub on_close: Callback<()>,
}

#[component]
pub fn Palette(props: &PaletteProps) -> Html {
    let (fleet, seat, lang, texts) = (use_fleet(), use_seat(), use_lang(), use_texts());
    let navigator = use_navigator().expect("the palette is inside the router");
    let words = use_state_eq(String::new);
    let chosen = use_state_eq(|| 0_usize);
    use_effect_with((), |()| browser::focus(FIELD));

    let mut hits: Vec<(Route, Html)> = Vec::new();
    let typed = words.trim().to_lowercase();
    let mut pages = vec![
        (Route::Overview, Icon::Overview, texts.frame.overview),
        (Route::Wall, Icon::Wall, texts.frame.wall),
        (Route::Meters, Icon::Meter, texts.frame.meters),
        (Route::Alarms, Icon::Alarm, texts.frame.alarms),
        (Route::Exceptions, Icon::Warning, lang.account_texts().exceptions.title),
    ];
    if seat.may_sell() {
        pages.insert(0, (Route::Sale, Icon::Sale, texts.frame.sale));
    }
    for (route, icon, name) in pages {
        if typed.is_empty() || name.to_lowercase().contains(&typed) {
            hits.push((route, html! { <><Glyph {icon} size=16 /><span>{ name }</span><small>{ texts.palette.pages }</small></> }));
        }
    }
    if !typed.is_empty() {
        let found = wall::filtered(&fleet.rows, &std::collections::BTreeSet::new(), &typed);
        hits.extend(found.iter().take(SHOWN).map(|row| {
            (Route::meter(row.meter), meter_line(row, i18n::state(lang, row.change.state)))
        }));
    }
    let chosen_now = (*chosen).min(hits.len().saturating_sub(1));

    let go = {
        let close = props.on_close.clone();
        Callback::from(move |route: Route| {
            close.emit(());
            navigator.push(&route);
        })
    };
    let typing = {
        let (words, chosen) = (words.clone(), chosen.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                words.set(field.value());
                chosen.set(0);
            }
        })
    };
    let routes: Vec<Route> = hits.iter().map(|(route, _)| route.clone()).collect();
    let pressed = {
        let (go, chosen) = (go.clone(), chosen.clone());
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "ArrowDown" => {
                event.prevent_default();
                chosen.set((chosen_now + 1).min(routes.len().saturating_sub(1)));
            }
            "ArrowUp" => {
                event.prevent_default();
                chosen.set(chosen_now.saturating_sub(1));
            }
            "Enter" => {
                event.prevent_default();
                if let Some(route) = routes.get(chosen_now) {
                    go.emit(route.clone());
                }
            }
            _ => (),
        })
    };
    html! {
        <Dialog label={texts.frame.search} class="palette" on_close={props.on_close.clone()}>
            <label class="palette-field">
                <Glyph icon={Icon::Search} />
                <input id={FIELD} type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" autocomplete="off"
                    aria-activedescendant={format!("palette-{chosen_now}")}
                    placeholder={texts.palette.hint} aria-label={texts.palette.hint} value={(*words).clone()} oninput={typing} onkeydown={pressed} />
            </label>
            <ul id="palette-list" role="listbox" aria-label={texts.frame.search}>
                { for hits.into_iter().enumerate().map(|(place, (route, line))| {
                    let go = go.clone();
                    html! {
                        <li id={format!("palette-{place}")} role="option" aria-selected={(place == chosen_now).to_string()}
                            onclick={move |_| go.emit(route.clone())}>{ line }</li>
                    }
                }) }
                if typed.is_empty() { } else if wall::filtered(&fleet.rows, &std::collections::BTreeSet::new(), &typed).is_empty() {
                    <li class="quiet palette-none" role="option" aria-disabled="true" aria-selected="false">{ texts.palette.nothing }</li>
                }
            </ul>
            <p class="palette-foot quiet">{ texts.palette.move_keys }</p>
        </Dialog>
    }
}

fn meter_line(row: &MeterRow, state: &'static str) -> Html {
    html! {
        <>
            <span class={classes!("ink", state_word(row.change.state))}><StateShape state={row.change.state} /></span>
            <span><b>{ &row.name }</b>{ " " }{ &row.customer }</span>
            <small>{ format!("{} · {}", row.building, row.floor) }{ " · " }{ state }</small>
        </>
    }
}
