//! Painting the wall: colour by state, fill by power, upper edge by credit, a shape for what needs
//! somebody. Only what is in view.

#![expect(clippy::float_arithmetic, reason = "pixels on a screen, no money and no billed energy")]

use std::collections::BTreeMap;
use std::rc::Rc;

use shared::api::live::{MeterRow, MeterState};
use shared::id::Book;
use shared::meter::Quality;
use wasm_bindgen::JsCast as _;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::badge::state_word;
use crate::browser;
use crate::format;
use crate::store::fleet::STATES;
use crate::store::wall::{Cell, Detail, Layout};

/// This much credit fills the upper edge, in minor units.
const FULL_CREDIT: i64 = 10_000;

/// The colours of the present theme, read once a paint from the style sheet.
struct Inks {
    of: BTreeMap<MeterState, (String, String, String)>,
    text: String,
    hint: String,
    line: String,
    focus: String,
}

impl Inks {
    fn read(canvas: &HtmlCanvasElement) -> Option<Self> {
        let style = browser::window().get_computed_style(canvas).ok()??;
        let value = |name: &str| style.get_property_value(name).unwrap_or_default();
        let of = STATES
            .into_iter()
            .map(|state| {
                let word = state_word(state);
                let (ink, tint) =
                    (value(&format!("--ink-{word}")), value(&format!("--tint-{word}")));
                let fill = value(&format!("--fill-{word}"));
                (state, (ink.clone(), tint, if fill.is_empty() { ink } else { fill }))
            })
            .collect();
        Some(Self {
            of,
            text: value("--wall-text"),
            hint: value("--wall-hint"),
            line: value("--wall-line"),
            focus: value("--wall-focus"),
        })
    }
}

pub struct View<'a> {
    pub rows: &'a [Rc<MeterRow>],
    pub layout: &'a Layout,
    /// What building and floor are called, in the person's language.
    pub names: (&'a [String], &'a [String]),
    pub width: i32,
    pub height: i32,
    /// How far the wall is scrolled.
    pub scrolled: i32,
    pub focus: Option<usize>,
}

/// Nothing is painted where the browser gives no drawing context.
pub fn paint(canvas: &HtmlCanvasElement, view: &View<'_>) -> Option<()> {
    let ratio = browser::window().device_pixel_ratio().clamp(1.0, 3.0);
    fit(canvas, view.width, view.height, ratio);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let inks = Inks::read(canvas)?;
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    context.clear_rect(0.0, 0.0, f64::from(view.width), f64::from(view.height));
    context.translate(0.0, -f64::from(view.scrolled)).ok()?;
    let size = view.layout.size;
    let seen = (view.scrolled - size.height - 40)..(view.scrolled + view.height + 40);

    context.set_text_baseline("middle");
    context.set_text_align("left");
    context.set_font("600 14px system-ui, 'Noto Sans CJK SC', sans-serif");
    context.set_fill_style_str(&inks.text);
    for (label, name) in view.layout.titles.iter().zip(view.names.0) {
        if seen.contains(&label.y) {
            context.fill_text(name, f64::from(label.x), f64::from(label.y + 12)).ok()?;
        }
    }
    context.set_font("12px system-ui, 'Noto Sans CJK SC', sans-serif");
    context.set_fill_style_str(&inks.hint);
    for (label, name) in view.layout.floors.iter().zip(view.names.1) {
        if seen.contains(&label.y) {
            context
                .fill_text(name, f64::from(label.x), f64::from(label.y + size.height / 2))
                .ok()?;
        }
    }
    for (place, (row, cell)) in view.rows.iter().zip(&view.layout.cells).enumerate() {
        if seen.contains(&cell.y) {
            paint_cell(&context, &inks, view.layout, row, *cell)?;
            if view.focus == Some(place) {
                context.set_stroke_style_str(&inks.focus);
                context.set_line_width(2.0);
                outline(&context, *cell, view.layout, 2.0, 7.0);
            }
        }
    }
    Some(())
}

fn fit(canvas: &HtmlCanvasElement, width: i32, height: i32, ratio: f64) {
    let pixels = |length: i32| {
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a canvas is a few thousand pixels"
        )]
        let pixels = (f64::from(length.max(0)) * ratio).round() as u32;
        pixels
    };
    if canvas.width() != pixels(width) || canvas.height() != pixels(height) {
        canvas.set_width(pixels(width));
        canvas.set_height(pixels(height));
        drop(canvas.style().set_property("width", &format!("{width}px")));
        drop(canvas.style().set_property("height", &format!("{height}px")));
    }
}

fn paint_cell(
    context: &CanvasRenderingContext2d,
    inks: &Inks,
    layout: &Layout,
    row: &MeterRow,
    cell: Cell,
) -> Option<()> {
    let size = layout.size;
    let (x, y) = (f64::from(cell.x), f64::from(cell.y));
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let (ink, tint, fill) = inks.of.get(&row.change.state)?;
    // On a wall of thousands the corners are square: clipping each cell would cost the frame.
    let rounded = size.detail != Detail::Plain;
    if rounded {
        context.save();
        context.begin_path();
        context.round_rect_with_f64(x, y, width, height, 5.0).ok()?;
        context.clip();
    }
    context.set_fill_style_str(tint);
    context.fill_rect(x, y, width, height);

    let known = row.change.quality == Quality::Good;
    if let Some(power) = row.change.power.filter(|_| known) {
        let part = permille(power.watts(), row.usual_power.watts());
        let tall = (height * part / 1_000.0).max(if power.watts() > 0 { 2.0 } else { 0.0 });
        context.set_fill_style_str(fill);
        context.set_global_alpha(if fill == ink { 0.35 } else { 1.0 });
        context.fill_rect(x, y + height - tall, width, tall);
        context.set_global_alpha(1.0);
    }
    if let Some(credit) = row.change.credit {
        let part = permille(credit.minor(), FULL_CREDIT);
        context.set_fill_style_str(ink);
        context.fill_rect(x, y, width * part / 1_000.0, if rounded { 3.0 } else { 2.0 });
    }
    if rounded {
        context.restore();
    }

    if row.book == Book::Simulated && size.detail != Detail::Plain {
        context.set_fill_style_str(&inks.of.get(&MeterState::Protected)?.0);
        for dot in 0..4_i32 {
            context.fill_rect(x, y + 9.0 + f64::from(dot) * (height - 16.0) / 3.0 - 1.0, 2.0, 2.0);
        }
    }
    match row.change.state {
        MeterState::Silent => {
            dashes(context, &[3.0, 3.0]);
            context.set_stroke_style_str(ink);
            context.set_line_width(1.0);
            outline(context, cell, layout, -0.5, 5.0);
            dashes(context, &[]);
        }
        MeterState::Cut
        | MeterState::Held
        | MeterState::Armed
        | MeterState::Protected
        | MeterState::LowCredit => {
            context.set_stroke_style_str(ink);
            context.set_line_width(1.0);
            outline(context, cell, layout, -0.5, 5.0);
        }
        MeterState::Connected if !rounded => (),
        MeterState::Connected => {
            context.set_stroke_style_str(&inks.line);
            context.set_line_width(1.0);
            outline(context, cell, layout, -0.5, 5.0);
        }
    }
    mark(context, row.change.state, ink, x + width - 10.0, y + 11.0)?;
    match size.detail {
        Detail::Plain => (),
        Detail::Name | Detail::Full => {
            context.set_fill_style_str(&inks.text);
            context.set_font("600 12px system-ui, 'Noto Sans CJK SC', sans-serif");
            context.fill_text_with_max_width(&row.name, x + 7.0, y + 13.0, width - 22.0).ok()?;
        }
    }
    if size.detail == Detail::Full {
        context.set_font("11px system-ui, 'Noto Sans CJK SC', sans-serif");
        context.set_fill_style_str(if known { &inks.text } else { &inks.hint });
        let figure = row
            .change
            .power
            .map_or_else(|| "—".to_owned(), |power| format!("{} kW", format::power(power)));
        context.fill_text_with_max_width(&figure, x + 7.0, y + height - 10.0, width - 12.0).ok()?;
    }
    Some(())
}

/// The state's shape in the corner: colour never stands alone.
fn mark(
    context: &CanvasRenderingContext2d,
    state: MeterState,
    ink: &str,
    x: f64,
    y: f64,
) -> Option<()> {
    context.set_stroke_style_str(ink);
    context.set_fill_style_str(ink);
    context.set_line_width(1.4);
    context.begin_path();
    let full = std::f64::consts::TAU;
    match state {
        MeterState::Connected => return Some(()),
        MeterState::LowCredit => {
            context.arc(x, y, 3.5, 0.0, full).ok()?;
            context.stroke();
            context.begin_path();
            context.arc(x, y, 3.5, 0.0, full / 2.0).ok()?;
            context.fill();
        }
        MeterState::Cut => {
            context.arc(x, y, 3.5, 0.0, full).ok()?;
            context.move_to(x - 2.0, y);
            context.line_to(x + 2.0, y);
            context.stroke();
        }
        MeterState::Armed => {
            context.move_to(x - 3.0, y);
            context.line_to(x + 3.0, y);
            context.move_to(x, y - 3.0);
            context.line_to(x + 3.0, y);
            context.line_to(x, y + 3.0);
            context.stroke();
        }
        MeterState::Protected => {
            context.move_to(x, y - 4.0);
            context.line_to(x + 3.5, y - 2.5);
            context.line_to(x + 2.5, y + 2.5);
            context.line_to(x, y + 4.0);
            context.line_to(x - 2.5, y + 2.5);
            context.line_to(x - 3.5, y - 2.5);
            context.close_path();
            context.stroke();
        }
        MeterState::Held => {
            context.move_to(x, y - 3.5);
            context.line_to(x + 4.0, y + 3.5);
            context.line_to(x - 4.0, y + 3.5);
            context.close_path();
            context.stroke();
        }
        MeterState::Silent => {
            dashes(context, &[2.0, 2.0]);
            context.arc(x, y, 3.5, 0.0, full).ok()?;
            context.stroke();
            dashes(context, &[]);
        }
    }
    Some(())
}

fn outline(context: &CanvasRenderingContext2d, cell: Cell, layout: &Layout, out: f64, radius: f64) {
    context.begin_path();
    let (width, height) = (f64::from(layout.size.width), f64::from(layout.size.height));
    let drawn = context.round_rect_with_f64(
        f64::from(cell.x) - out,
        f64::from(cell.y) - out,
        width + out + out,
        height + out + out,
        radius,
    );
    if drawn.is_ok() {
        context.stroke();
    }
}

fn dashes(context: &CanvasRenderingContext2d, lengths: &[f64]) {
    let array: js_sys::Array =
        lengths.iter().map(|length| wasm_bindgen::JsValue::from_f64(*length)).collect();
    drop(context.set_line_dash(&array));
}

/// `part` of `whole` in thousandths, at most all of it.
fn permille(part: i64, whole: i64) -> f64 {
    let permille = part.saturating_mul(1_000).checked_div(whole).unwrap_or(0).clamp(0, 1_000);
    f64::from(i32::try_from(permille).unwrap_or(0))
}
