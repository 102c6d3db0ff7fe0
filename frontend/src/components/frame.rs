//! The frame around every page: bands, top bar, rail or bottom bar, and what floats above.

use yew::prelude::*;
use yew_router::prelude::*;

use super::palette::Palette;
use super::rail::{BottomBar, Rail};
use super::shortcuts::ShortcutSheet;
use super::top_bar::TopBar;
use crate::browser;
use crate::format;
use crate::hooks::{
    use_document_key, use_fleet, use_lang, use_seat, use_second, use_settings, use_texts,
};
use crate::i18n::{Lang, fill};
use crate::route::Route;
use crate::store::fleet::Link as Wire;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Floating {
    Nothing,
    Palette,
    Shortcuts,
}

#[derive(PartialEq, Properties)]
pub struct FrameProps {
    pub children: Html,
}

#[component]
pub fn Frame(props: &FrameProps) -> Html {
    let (settings, seat, texts) = (use_settings(), use_seat(), use_texts());
    let navigator = use_navigator().expect("the frame is inside the router");
    let floating = use_state_eq(|| Floating::Nothing);
    let led = use_mut_ref(|| false);
    let here = use_route::<Route>();
    use_effect_with(title(here.as_ref(), settings.lang, &seat.site.name), |title| {
        browser::set_title(title);
    });
    // The sale page takes F2 itself.
    let at_sale = here == Some(Route::Sale);
    let pressed = {
        let (floating, may_sell) = (floating.clone(), seat.may_sell());
        Callback::from(move |event: KeyboardEvent| {
            let key = event.key();
            let after_g = std::mem::take(&mut *led.borrow_mut());
            if (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("k") {
                event.prevent_default();
                floating.set(Floating::Palette);
            } else if key == "F2" && may_sell && !at_sale {
                event.prevent_default();
                floating.set(Floating::Nothing);
                navigator.push(&Route::Sale);
            } else if !browser::is_typing()
                && !event.ctrl_key()
                && !event.alt_key()
                && !event.meta_key()
            {
                match (after_g, key.as_str()) {
                    (_, "?") => floating.set(Floating::Shortcuts),
                    (_, "/") => {
                        event.prevent_default();
                        floating.set(Floating::Palette);
                    }
                    (_, "g") => *led.borrow_mut() = true,
                    (true, "o") => navigator.push(&Route::Overview),
                    (true, "w") => navigator.push(&Route::Wall),
                    (true, "m") => navigator.push(&Route::Meters),
                    (true, "a") => navigator.push(&Route::Alarms),
                    (_, _) => (),
                }
            }
        })
    };
    use_document_key(pressed);
    let close = {
        let floating = floating.clone();
        Callback::from(move |()| floating.set(Floating::Nothing))
    };
    let search = {
        let floating = floating.clone();
        Callback::from(move |()| floating.set(Floating::Palette))
    };
    let shortcuts = {
        let floating = floating.clone();
        Callback::from(move |()| floating.set(Floating::Shortcuts))
    };
    html! {
        <div class={classes!("frame", settings.small_rail.then_some("small-rail"))}>
            <a class="skip" href="#main">{ texts.frame.skip }</a>
            <Bands />
            <Rail />
            <TopBar {search} shortcuts={shortcuts.clone()} />
            <main id="main" tabindex="-1">{ props.children.clone() }</main>
            <BottomBar {shortcuts} />
            if *floating == Floating::Palette { <Palette on_close={close.clone()} /> }
            if *floating == Floating::Shortcuts { <ShortcutSheet on_close={close} /> }
        </div>
    }
}

/// What the browser's tab and a screen reader call the page.
fn title(here: Option<&Route>, lang: Lang, site: &str) -> String {
    let texts = lang.texts();
    let page = match here {
        Some(Route::Overview) | None => texts.frame.overview,
        Some(Route::Wall) => texts.frame.wall,
        Some(Route::Meters | Route::Meter { .. }) => texts.frame.meters,
        Some(Route::Sale) => texts.frame.sale,
        Some(Route::Shift) => lang.shift_texts().shift.title,
        Some(Route::Receipt { .. }) => texts.receipt.title,
        Some(Route::Alarms) => texts.frame.alarms,
        Some(Route::Exceptions) => lang.account_texts().exceptions.title,
        Some(Route::Tariffs | Route::Tariff { .. } | Route::TariffEditor { .. }) => {
            lang.tariff_texts().tariffs.title
        }
        Some(Route::People) => lang.tariff_texts().people.title,
        Some(Route::Approvals) => lang.tariff_texts().tariffs.approvals,
        Some(Route::Audit | Route::AuditView { .. }) => lang.audit_texts().audit.title,
        Some(Route::Board) => lang.board_texts().board.title,
        Some(Route::Lines | Route::Line { .. } | Route::Commission { .. }) => {
            lang.line_texts().lines.title
        }
        Some(Route::Policies) => texts.frame.policies,
        Some(Route::NotFound) => texts.frame.not_found,
    };
    format!("{page} · {site}")
}

/// What must be known at every moment: this is a demo, the link is lost, money stands still.
#[component]
fn Bands() -> Html {
    use_second();
    let (seat, fleet, lang, texts) = (use_seat(), use_fleet(), use_lang(), use_texts());
    let halted =
        fleet.alarms.iter().any(|alarm| alarm.kind == shared::api::alarm::AlarmKind::JournalHalted);
    html! {
        <div class="bands" role="region" aria-label={texts.frame.notices}>
            if seat.sandbox {
                <p class="band demo">{ texts.frame.sandbox_band }</p>
            } else if seat.site.demo {
                <p class="band demo">{ texts.frame.demo_band }</p>
            }
            if halted { <p class="band danger" role="alert">{ texts.alarms.halted }</p> }
            if fleet.link == Wire::Lost {
                <p class="band offline" role="status">
                    { fill(texts.frame.offline, &[&format::span(browser::now() - fleet.heard_at, lang)]) }
                </p>
            }
        </div>
    }
}
