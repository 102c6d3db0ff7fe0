//! The wall as one canvas that stands still while the wall scrolls behind it.

use std::rc::Rc;

use shared::api::live::MeterRow;
use web_sys::{HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

use super::badge::{StateBadge, state_word};
use super::wall_paint::{View, paint};
use crate::format;
use crate::hooks::{use_fleet, use_lang, use_seat, use_size, use_texts};
use crate::i18n::{self, Lang, fill};
use crate::store::wall::{self, Layout, Step};

#[derive(PartialEq, Properties)]
pub struct WallCanvasProps {
    pub rows: Rc<Vec<Rc<MeterRow>>>,
    pub on_open: Callback<Rc<MeterRow>>,
}

/// A number alone becomes "Building 2"; a name stays.
pub fn building_name(lang: Lang, name: &str) -> String {
    if name.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() {
        fill(lang.texts().common.building, &[name])
    } else {
        name.to_owned()
    }
}

/// The floor in words: "Floor 12", the ground floor by its name.
pub fn floor_words(lang: Lang, name: &str) -> String {
    if name == "0" {
        lang.texts().common.ground.to_owned()
    } else {
        fill(lang.texts().common.floor, &[name])
    }
}

fn floor_name(lang: Lang, name: &str) -> String {
    if name == "0" {
        lang.texts().common.ground_short.to_owned()
    } else if name.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() {
        fill(lang.texts().common.floor_short, &[name])
    } else {
        name.to_owned()
    }
}

#[component]
pub fn WallCanvas(props: &WallCanvasProps) -> Html {
    let (lang, texts) = (use_lang(), use_texts());
    let (frame, canvas, spacer) = (use_node_ref(), use_node_ref(), use_node_ref());
    let (width, height) = use_size(frame.clone());
    let scrolled = use_state_eq(|| 0_i32);
    let focus = use_state_eq(|| None::<usize>);
    let hover = use_state_eq(|| None::<(usize, i32, i32)>);
    let inner = (width - 32).max(0);
    // Where cells stand depends on who they are, not on what they say.
    let who: Vec<_> = props.rows.iter().map(|row| row.meter).collect();
    let layout = {
        let rows = props.rows.clone();
        use_memo((who, inner, height), move |(_, width, height)| {
            wall::lay_fitting(&rows, *width, height - 32, *width < 520)
        })
    };
    {
        let layout = layout.clone();
        use_effect_with((layout.height, spacer.clone()), move |(height, spacer)| {
            if let Some(spacer) = spacer.cast::<HtmlElement>() {
                drop(spacer.style().set_property("height", &format!("{height}px")));
            }
        });
    }
    {
        let (layout, rows, canvas) = (layout.clone(), props.rows.clone(), canvas.clone());
        let (scrolled, focus) = (*scrolled, *focus);
        use_effect(move || {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                let titles: Vec<_> =
                    layout.titles.iter().map(|label| building_name(lang, &label.text)).collect();
                let floors: Vec<_> =
                    layout.floors.iter().map(|label| floor_name(lang, &label.text)).collect();
                let view = View {
                    rows: &rows,
                    layout: &layout,
                    names: (&titles, &floors),
                    width: inner,
                    height: (height - 32).max(0),
                    scrolled,
                    focus,
                };
                paint(&canvas, &view);
            }
        });
    }
    let scroll = {
        let (scrolled, frame) = (scrolled.clone(), frame.clone());
        Callback::from(move |_: Event| {
            if let Some(frame) = frame.cast::<HtmlElement>() {
                scrolled.set(frame.scroll_top());
            }
        })
    };
    let point = {
        let (layout, scrolled) = (layout.clone(), scrolled.clone());
        move |event: &MouseEvent| {
            let (x, y) = (event.offset_x(), event.offset_y());
            layout.at(x, y + *scrolled).map(|place| (place, x, y))
        }
    };
    let moved = {
        let (hover, point) = (hover.clone(), point.clone());
        Callback::from(move |event: MouseEvent| hover.set(point(&event)))
    };
    let left = {
        let hover = hover.clone();
        Callback::from(move |_: MouseEvent| hover.set(None))
    };
    let clicked = {
        let (rows, open, focus) = (props.rows.clone(), props.on_open.clone(), focus.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some((place, ..)) = point(&event)
                && let Some(row) = rows.get(place)
            {
                focus.set(Some(place));
                open.emit(row.clone());
            }
        })
    };
    let pressed = {
        let (layout, focus, rows, open, frame) = (
            layout.clone(),
            focus.clone(),
            props.rows.clone(),
            props.on_open.clone(),
            frame.clone(),
        );
        Callback::from(move |event: KeyboardEvent| {
            let step = match event.key().as_str() {
                "ArrowLeft" => Step::Left,
                "ArrowRight" => Step::Right,
                "ArrowUp" => Step::Up,
                "ArrowDown" => Step::Down,
                "Enter" | " " => {
                    event.prevent_default();
                    if let Some(row) = focus.and_then(|place| rows.get(place)) {
                        open.emit(row.clone());
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            let next = focus.map_or(0, |from| layout.step(from, step));
            focus.set(Some(next));
            reveal(&frame, &layout, next);
        })
    };
    let tip = hover.and_then(|(place, ..)| props.rows.get(place).cloned());
    let spoken = focus.and_then(|place| props.rows.get(place)).map(|row| {
        format!("{} {}, {}", row.name, row.customer, i18n::state(lang, row.change.state))
    });
    html! {
        <div class="wall-holder">
            <div class="wall-frame" ref={frame} onscroll={scroll}>
                <div class="wall-spacer" ref={spacer}>
                    <canvas ref={canvas} class="wall-canvas" tabindex="0" role="application" aria-label={texts.wall.canvas}
                    onmousemove={moved} onmouseleave={left} onclick={clicked} onkeydown={pressed} />
                </div>
            </div>
            <p class="sr" aria-live="polite">{ spoken }</p>
            if let (Some(row), Some((_, x, y))) = (tip, *hover) {
                <Tip {row} x={x} y={y} width={inner} />
            }
        </div>
    }
}

fn reveal(frame: &NodeRef, layout: &Layout, place: usize) {
    let (Some(frame), Some(cell)) = (frame.cast::<HtmlElement>(), layout.cells.get(place)) else {
        return;
    };
    let (top, shown) = (frame.scroll_top(), frame.client_height() - 48);
    if cell.y < top {
        frame.set_scroll_top(cell.y);
    } else if cell.y + layout.size.height > top + shown {
        frame.set_scroll_top(cell.y + layout.size.height - shown);
    }
}

#[derive(PartialEq, Properties)]
struct TipProps {
    row: Rc<MeterRow>,
    x: i32,
    y: i32,
    width: i32,
}

/// What a cell says when pointed at: name, credit, power, age.
#[component]
fn Tip(props: &TipProps) -> Html {
    let (seat, fleet, lang) = (use_seat(), use_fleet(), use_lang());
    let node = use_node_ref();
    use_effect_with((props.x, props.y, props.width, node.clone()), |(x, y, width, node)| {
        if let Some(tip) = node.cast::<HtmlElement>() {
            let left = if x + 240 > *width { x - 222 } else { x + 30 };
            drop(tip.style().set_property("--x", &format!("{}px", left.max(0))));
            drop(tip.style().set_property("--y", &format!("{}px", y + 24)));
        }
    });
    let (row, change) = (&props.row, &props.row.change);
    html! {
        <div class={classes!("wall-tip", state_word(change.state))} ref={node} aria-hidden="true">
            <p class="tip-head"><b>{ &row.name }</b><StateBadge state={change.state} /></p>
            <p class="soft">{ &row.customer }</p>
            <dl>
                <dt>{ lang.texts().common.credit }</dt>
                <dd>{ change.credit.map_or_else(|| "—".to_owned(), |credit| format::money(credit, seat.currency())) }</dd>
                <dt>{ lang.texts().common.power }</dt>
                <dd>{ change.power.map_or_else(|| "—".to_owned(), |power| format!("{} kW", format::power(power))) }</dd>
                <dt>{ lang.texts().meters.age }</dt>
                <dd>{ change.as_of.map_or_else(|| lang.texts().common.never.to_owned(), |at| format::ago(at, fleet.now_of(row.book), lang)) }</dd>
            </dl>
        </div>
    }
}
